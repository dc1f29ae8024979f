"""Prompt templates: `{name}` and our references, each way.

Langflow fills a template as Python's `str.format` does, so a brace that is meant is written twice; with "double
brackets" it is `{{name}}` and no brace is special. A template that is neither (single braces around JSON, in files of
2023) is taken as it stands, but for the names that are known to be variables.
Source: lfx `base/prompts/api_utils.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from fjctl.model.references import rename

if TYPE_CHECKING:
    from collections.abc import Callable, Container

Braces = Literal["single", "double", "verbatim"]

_SINGLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_DOUBLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_NAME = re.compile(r"[^\W\d]\w*")
_MARK = re.compile("<\x00(\\d+)\x00>")


def braces_of(template: str, known: Container[str], *, double: bool = False) -> Braces:
    """How a template spells its variables; `known` are names that are variables whatever they look like."""
    if double:
        return "double"
    for match in _SINGLE.finditer(template):
        if match[0] in {"{{", "}}"}:
            continue
        name = match[1]
        if name is None or not (name in known or _NAME.fullmatch(name)):
            return "verbatim"
    return "single"


def names_in(template: str, braces: Braces, known: Container[str]) -> list[str]:
    """The variables of a template, each once, in order."""
    found: dict[str, None] = {}

    def note(name: str) -> str:
        found[name] = None
        return ""

    expand(template, braces, known, note)
    return list(found)


def expand(template: str, braces: Braces, known: Container[str], meant: Callable[[str], str]) -> str:
    """A template as a text in which `meant(name)` stands for each variable."""
    if braces == "double":
        return _DOUBLE.sub(lambda match: meant(match[1]), template)

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is not None and (braces == "single" or name in known):
            return meant(name)
        return match[0][0] if braces == "single" else match[0]

    return _SINGLE.sub(replace, template)


def condense(text: str, braces: Braces, variable: Callable[[str, str], str | None]) -> str:
    """The way back: a text as a template, where `variable(name, path)` names the variable for a reference; None leaves
    it as text."""
    names: list[str] = []

    def mark(name: str, path: str) -> str | None:
        found = variable(name, path)
        if found is None:
            return None
        names.append(found)
        return f"\x00{len(names) - 1}\x00"

    marked = rename(text, mark)
    if braces == "single":
        marked = marked.replace("{", "{{").replace("}", "}}")
    left, right = ("{{", "}}") if braces == "double" else ("{", "}")
    return _MARK.sub(lambda match: f"{left}{names[int(match[1])]}{right}", marked)
