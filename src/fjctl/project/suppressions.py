"""Findings that somebody has accepted: by a comment in YAML, by node in `fjctl.json`.

A comment `# fjctl: ignore[CODE]` stands for its line and for what is nested below it; alone on a line, for the line
below. `# fjctl: ignore-file[CODE]` stands for the whole file. Codes, names, families and beginnings of codes count.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, Required, TypedDict, cast

from fjctl.errors import ConfigError, InputError
from fjctl.project.files import read_if_exists
from fjctl.project.globs import match

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fjctl.project.reports import Report
    from fjctl.source import Position

IGNORES_NAME = "fjctl.json"
UNUSED = ("FJ498", "unused-suppression")
MALFORMED = ("FJ499", "malformed-suppression")
CODES = {
    UNUSED[0]: (UNUSED[1], "a suppression that hides nothing"),
    MALFORMED[0]: (MALFORMED[1], "a suppression that names no rule, or one that does not exist"),
}
_COMMENT = re.compile(r"#[ \t]*fjctl:[ \t]*ignore(-file)?(?:[ \t]*\[([^\]\r\n]*)\])?")


class Suppression(NamedTuple):
    """A comment: where it stands, what it names, and the lines (from, to) that it stands for."""

    line: int
    column: int
    words: tuple[str, ...]
    first: int
    last: int


def comments(text: str) -> list[Suppression]:
    """The suppressions in a YAML text."""
    if "fjctl:" not in text:
        return []
    found = [(item, text.count("\n", 0, item.start())) for item in _COMMENT.finditer(text)]
    if not found:
        return []
    lines = text.split("\n")
    scalars = list(_scalars(text))
    result = []
    for item, number in found:
        if any(start <= item.start() < end for start, end in scalars):
            continue  # the words stand in a text
        column = item.start() - (text.rfind("\n", 0, item.start()) + 1)
        words = tuple(word.strip() for word in (item[2] or "").split(",") if word.strip())
        first, last = (0, len(lines)) if item[1] else _scope(lines, number, column)
        result.append(Suppression(number + 1, column + 1, words, first + 1, last + 1))
    return result


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    from fjctl.text.yaml_events import SCALAR, YamlSyntaxError, events

    try:
        for event in events(text):
            if event.kind == SCALAR:
                yield event.start, event.end
    except (YamlSyntaxError, ValueError):
        return  # a text that breaks off is taken as far as it goes


def _scope(lines: list[str], number: int, column: int) -> tuple[int, int]:
    """The lines, from 0, that a comment on line `number` stands for: its own or the next, and those nested below."""
    first = number
    if not lines[number][:column].strip():
        first = next(
            (n for n in range(number + 1, len(lines)) if lines[n].strip() and not lines[n].lstrip().startswith("#")),
            number,
        )
    depth = _depth(lines[first])
    opens_list = lines[first].split(" #")[0].rstrip().endswith(":") and not lines[first].lstrip().startswith("- ")
    last = first
    for n in range(first + 1, len(lines)):
        if not lines[n].strip():
            continue
        deeper = _depth(lines[n]) > depth
        if not deeper and not (opens_list and _depth(lines[n]) == depth and lines[n].lstrip().startswith("- ")):
            break
        last = n
    return first, last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class Ignore(TypedDict, total=False):
    """An entry of `fjctl.json`: findings of a rule at a node (by id or name; all of the file without one)."""

    file: Required[str]
    node: str
    code: Required[str]
    reason: str


class IgnoreFile(TypedDict, total=False):
    """`fjctl.json`: what is accepted, by node, so that it survives moves."""

    ignore: list[Ignore]


def ignores_of(root: Path) -> list[Ignore]:
    """The entries of a project's `fjctl.json`; ConfigError for one that cannot be used."""
    path = root / IGNORES_NAME
    try:
        state = read_if_exists(path)
    except InputError as error:
        raise ConfigError(error.message, place=error.place, hint=error.hint) from error
    if state is None:
        return []
    try:
        value = json.loads(state.data)
    except ValueError as error:
        message = f"not JSON: {error}"
        raise ConfigError(message, place=str(path), hint="correct it, or remove the file") from error
    from fjctl.model.shape import Shape
    from fjctl.source import format_path

    problems = Shape(IgnoreFile).check(value)
    if problems:
        first = problems[0]
        message = f"'{format_path(first.pointer)}': {first.message}"
        raise ConfigError(message, place=str(path), hint=first.help or 'write {"ignore": [{"file": "…", "code": "…"}]}')
    return list(cast("IgnoreFile", value).get("ignore", []))


def accepts(entry: Ignore, codes: frozenset[str], report: Report, relative: str) -> bool:
    """Whether an entry, which stands for `codes`, accepts a finding in the file `relative` to the project."""
    if report.code not in codes or match(entry["file"], relative) is None:
        return False
    node = entry.get("node", "")
    return not node or node in {report.node, report.label}


def covers(item: Suppression, codes: frozenset[str], code: str, at: Position) -> bool:
    """Whether a comment, which stands for `codes`, accepts a finding."""
    return code in codes and item.first <= at.line <= item.last
