"""Where values stand in a JSON text: an iterative scanner that builds no values and runs only when asked.

The text is taken to be valid JSON (`json_text.parse` said so); on anything else the scanner raises
`BrokenTextError`, which `locate` answers with the deepest place it could reach.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from fjctl.source import Pointer, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_ATOM = re.compile(r"[^\s,\[\]{}:\"]++")
# Everything up to the next bracket that is not inside a string: one match a bracket, strings cost no step.
_TO_BRACKET = re.compile(r'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+', re.DOTALL)


class BrokenTextError(ValueError):
    """The text is not JSON at the place where the scanner stands."""


class Member(NamedTuple):
    """One item of a list (`key` is None) or one entry of an object; offsets of its key and of its value."""

    key: str | None
    key_start: int
    key_end: int
    start: int
    end: int


def root(text: str) -> int:
    """Offset of the document's value."""
    return blank(text, 0)


def blank(text: str, offset: int) -> int:
    """The first offset at or after `offset` that is not JSON white space."""
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


def skip(text: str, start: int) -> int:
    """The end of the value that starts at `start`."""
    first = text[start : start + 1]
    if first in {"{", "["}:
        return _skip_container(text, start)
    match = (_STRING if first == '"' else _ATOM).match(text, start)
    if match is None:
        raise BrokenTextError(f"no value at offset {start}")
    return match.end()


def _skip_container(text: str, start: int) -> int:
    depth = 1
    at = start + 1
    to_bracket = _TO_BRACKET.match
    while True:
        match = to_bracket(text, at)
        at = match.end() if match else at
        bracket = text[at : at + 1]
        at += 1
        if bracket in {"{", "["}:
            depth += 1
        elif bracket in {"}", "]"}:
            depth -= 1
            if depth == 0:
                return at
        else:
            raise BrokenTextError(f"the container at offset {start} does not end")


def members(text: str, start: int) -> Iterator[Member]:
    """The members of the object or list that starts at `start`, in the order of the text; a scalar has none."""
    opening = text[start : start + 1]
    if opening not in {"{", "["}:
        return
    closing = "}" if opening == "{" else "]"
    at = blank(text, start + 1)
    while text[at : at + 1] != closing:
        key, key_end, value = heading(text, at) if opening == "{" else (None, at, at)
        member = Member(key, at, key_end, value, skip(text, value))
        yield member
        at = after_comma(text, member.end)


def after_comma(text: str, end: int) -> int:
    """Where the next member starts, or the closing bracket stands, after a member that ends at `end`."""
    at = blank(text, end)
    char = text[at : at + 1]
    if char == ",":
        return blank(text, at + 1)
    if char not in {"}", "]"}:
        raise BrokenTextError(f"no comma at offset {at}")
    return at


def heading(text: str, at: int) -> tuple[str, int, int]:
    """Of the object entry at `at`: its key, the end of the key, and the start of its value."""
    match = _STRING.match(text, at)
    if match is None:
        raise BrokenTextError(f"no key at offset {at}")
    colon = blank(text, match.end())
    if text[colon : colon + 1] != ":":
        raise BrokenTextError(f"no colon at offset {colon}")
    return _decoded(match.group()), match.end(), blank(text, colon + 1)


def _decoded(token: str) -> str:
    """The text that a quoted string spells."""
    if "\\" not in token:
        return token[1:-1]
    return str(json.loads(token, strict=False))


class Spans:
    """A text's places, remembered between questions: one table for each container that was walked through.

    Worth keeping when many pointers of one text are asked for; for one, `locate` does.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._tables: dict[int, dict[str | int, Member]] = {}

    def members(self, start: int) -> dict[str | int, Member]:
        """The members of the container at `start` by key or index; as many as can be read of a broken one."""
        table = self._tables.get(start)
        if table is None:
            table = self._tables[start] = {}
            try:
                for index, member in enumerate(members(self.text, start)):
                    table[index if member.key is None else member.key] = member
            except BrokenTextError:
                pass
        return table

    def locate(self, pointer: Pointer, *, key: bool = False) -> Span:
        """Span of the value at `pointer` (or of its key), of its deepest existing ancestor when it is not there."""
        found: Member | None = None
        start = root(self.text)
        for part in pointer:
            if self.text[start : start + 1] != ("{" if isinstance(part, str) else "["):
                break  # not what the pointer takes it for, so no table is worth making
            member = self.members(start).get(part)
            if member is None or isinstance(part, bool):
                break
            found, start = member, member.start
        if found is None:
            return _root_span(self.text, start)
        if key and found.key is not None:
            return Span(found.key_start, found.key_end)
        return Span(found.start, found.end)


def _root_span(text: str, start: int) -> Span:
    try:
        return Span(start, skip(text, start))
    except BrokenTextError:
        return Span(start, max(start, len(text.rstrip())))


def locate(source: Source, pointer: Pointer, *, key: bool = False) -> Span:
    """Span of the value at `pointer`, with `key` of its key; the deepest existing ancestor's when it does not exist.

    The key of a list item or of the root is the value itself. Never raises, also on broken text.
    """
    return Spans(source.text).locate(pointer, key=key)
