"""References in prompts, expressions and code: `<block.field>`, `<variable.x>`, `{{ENV}}`.

Inside a workflow of a builder that refers by ids, `<@id.field>` names the block; journeys never do. The syntax and the
test for what only looks like a reference are Sim's (`<([^<>]+)>` filtered: no space at the
start or after the dot, no comparison operator, not a number); names compare in lower case without blanks and dots.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fjctl.source import JsonValue

BY_ID = "@"
"""Begins a reference that names a block by its id, for builders whose names are not unique: `<@id.path>`."""
_REFERENCE = re.compile(r"<([^<>\s.=!&|][^<>.=!&|]*)((?:\.[^<>\s.]+)*)>")
_ENVIRONMENT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


class Reference(NamedTuple):
    """`<name.path>` at `text[start:end]`; `path` has no leading dot and is empty for `<name>`."""

    name: str
    path: str
    start: int
    end: int


@lru_cache(maxsize=4096)  # a block's name is asked for wherever something refers to it
def normalize(name: str) -> str:
    """A block's name as references compare it: lower case, blanks and dots dropped (Sim, packages/workflow-types)."""
    return "".join(name.split()).replace(".", "").lower()


def _is_name(name: str) -> bool:
    """Whether what has the form of a reference is one: numbers are compared, and a name ends before the blank."""
    return name.isidentifier() or (not name.endswith((" ", "\t")) and not name.replace("-", "").isdecimal())


def references(text: str) -> Iterator[Reference]:
    """Everything in a text that has the form of a reference."""
    for match in _REFERENCE.finditer(text):
        name, path = match.groups()
        if _is_name(name):
            yield Reference(name, path[1:], match.start(), match.end())


def environment(text: str) -> list[str]:
    """Names of the `{{ENV}}` references in a text, in order."""
    return _ENVIRONMENT.findall(text)


def rename(text: str, resolve: Callable[[str, str], str | None]) -> str:
    """Rewrites each reference for which `resolve(name, path)` gives a new inner text; the others stay as they are."""
    if "<" not in text:
        return text
    parts = _REFERENCE.split(text)  # text, name, path, text, name, path … text
    for at in range(1, len(parts), 3):
        name, path = parts[at], parts[at + 1]
        new = resolve(name, path[1:]) if _is_name(name) else None
        parts[at], parts[at + 1] = f"<{name}{path}>" if new is None else f"<{new}>", ""
    result = "".join(parts)
    return text if result == text else result


def rename_all(value: JsonValue, resolve: Callable[[str, str], str | None]) -> JsonValue:
    """`rename` in every string of a value; keys stay. Parts in which nothing changes are shared, not copied."""
    if isinstance(value, str):
        return rename(value, resolve) if "<" in value else value
    if isinstance(value, dict):
        renamed: dict[str, JsonValue] | None = None
        for key, item in value.items():
            if not item or ("<" not in item if isinstance(item, str) else not isinstance(item, (dict, list))):
                continue
            new = rename_all(item, resolve)
            if new is not item:
                renamed = renamed or dict(value)
                renamed[key] = new
        return value if renamed is None else renamed
    if isinstance(value, list):
        items = [rename_all(item, resolve) for item in value]
        return value if all(map(is_, items, value)) else items
    return value
