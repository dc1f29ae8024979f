"""Edits of a script's text at the places of its calls: arguments, statements, values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fjctl.formats.parlant.pretty import INDENT, WIDTH

if TYPE_CHECKING:
    import ast

    from fjctl.formats.parlant.reading import Lines

_COMMA = re.compile(r"[ \t]*,[ \t]*")


def _requoted(old: str, new: str) -> str:
    """A text in single quotes stays in such ones, where that needs no escapes."""
    plain = new[1:-1]
    if old[:1] == "'" and old[:3] != "'''" and new[:1] == new[-1:] == '"' and "'" not in plain and '"' not in plain:
        return f"'{plain}'"
    return new


class Change(NamedTuple):
    """`text[start:end]` becomes `new`. Insertions at one place stand in the order of `rank`."""

    start: int
    end: int
    new: str
    rank: int = 0


class Changes:
    """The changes of one script, all in offsets of the text as it is."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.text = lines.text
        self.all: list[Change] = []
        self.removed: set[int] = set()
        self._added: dict[int, list[tuple[str, str]]] = {}
        self._calls: dict[int, ast.Call] = {}
        self.newline = "\r\n" if "\r\n" in self.text else "\n"

    def add(self, start: int, end: int, new: str) -> None:
        """A piece of the text becomes another one."""
        if self.text[start:end] != new:
            self.all.append(Change(start, end, new, len(self.all)))

    def replace(self, node: ast.AST, new: str) -> None:
        """What a node is written as."""
        start, end = self.lines.span(node)
        self.add(start, end, _requoted(self.text[start:end], new))

    def level(self, node: ast.AST) -> int:
        """How deep the line is indented on which a node begins, in levels of four blanks."""
        start = self.lines.starts[getattr(node, "lineno", 1) - 1]
        line = self.text[start : start + 400]
        return (len(line) - len(line.lstrip(" \t"))) // len(INDENT)

    def margin(self, node: ast.AST) -> str:
        """The indentation of the line on which a node begins."""
        start = self.lines.starts[getattr(node, "lineno", 1) - 1]
        match = re.compile(r"[ \t]*").match(self.text, start)
        return match[0] if match is not None else ""

    def argument(self, call: ast.Call, name: str, code: str) -> None:
        """A keyword argument is set: put in place of the one there is, or behind the last."""
        for word in call.keywords:
            if word.arg == name:
                self.replace(word, f"{name}={code}")
                return
        self._calls[id(call)] = call
        self._added.setdefault(id(call), []).append((name, code))

    def rename(self, call: ast.Call, old: str, new: str, code: str) -> None:
        """A keyword argument becomes another one."""
        for word in call.keywords:
            if word.arg == old:
                self.replace(word, f"{new}={code}")

    def without(self, call: ast.Call, name: str) -> None:
        """A keyword argument is taken away, with its line if it has one."""
        for word in call.keywords:
            if word.arg == name:
                self._cut(*self.lines.span(word))

    def _cut(self, start: int, end: int) -> None:
        line = self.text.rfind("\n", 0, start) + 1
        comma = _COMMA.match(self.text, end)
        after = comma.end() if comma is not None else end
        if not self.text[line:start].strip() and self.text[after : after + 2].lstrip("\r")[:1] == "\n":
            self.add(line, self.text.index("\n", after) + 1, "")
        elif comma is not None:
            self.add(start, after, "")
        else:
            before = self.text.rfind(",", 0, start)
            self.add(before if before >= 0 else start, end, "")

    def statement(self, node: ast.stmt) -> None:
        """A statement is taken away, with its lines."""
        if id(node) not in self.removed:
            self.removed.add(id(node))
            starts = self.lines.starts
            end = node.end_lineno or node.lineno
            self.add(starts[node.lineno - 1], starts[end] if end < len(starts) else len(self.text), "")

    def behind(self, node: ast.stmt, code: str) -> None:
        """A statement, as lines without indentation, is put behind another one."""
        starts = self.lines.starts
        end = node.end_lineno or node.lineno
        place = starts[end] if end < len(starts) else len(self.text)
        margin = self.margin(node)
        lines = "".join(f"{margin}{line}\n" if line else "\n" for line in code.split("\n"))
        lead = "" if place == 0 or self.text[place - 1] == "\n" else "\n"
        self.add(place, place, lead + lines)

    def before(self, node: ast.stmt, code: str) -> None:
        """Lines put before a statement and what stands close above it: decorators."""
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        place = self.lines.starts[first - 1]
        margin = self.margin(node) if not getattr(node, "decorator_list", []) else ""
        self.add(place, place, "".join(f"{margin}{line}\n" if line else "\n" for line in code.split("\n")))

    def done(self) -> str | None:
        """The new text; None where two changes meet in one place."""
        for key, added in self._added.items():
            self._insert(self._calls[key], added)
        result: list[str] = []
        last = 0
        for change in sorted(self.all, key=lambda item: (item.start, item.end, item.rank)):
            if change.start < last:
                return None
            result += [self.text[last : change.start], self._ended(change.new)]
            last = change.end
        return "".join([*result, self.text[last:]])

    def _ended(self, new: str) -> str:
        return new.replace("\n", self.newline) if self.newline != "\n" else new

    def _insert(self, call: ast.Call, added: list[tuple[str, str]]) -> None:
        """New arguments behind the last one; on lines of their own where the others are."""
        start, end = self.lines.span(call)
        given = [*call.args, *call.keywords]
        inner = self.text.rfind(")", start, end)
        words = [f"{name}={code}" for name, code in added]
        if not given:
            self.add(inner, inner, ", ".join(words))
            return
        last = len(self.text[:inner].rstrip())
        comma = self.text[last - 1] == ","
        if call.lineno == (call.end_lineno or call.lineno):
            line = self.text[self.lines.starts[call.lineno - 1] :].partition("\n")[0]
            if len(line) + len(", ".join(words)) + 2 > WIDTH or any("\n" in word for word in words):
                self._unfold(call, words)
            else:
                self.add(last, last, (" " if comma else ", ") + ", ".join(words))
            return
        first = given[0]
        own_line = getattr(first, "lineno", 0) != call.func.end_lineno
        margin = self.margin(first) if own_line else self.margin(call) + INDENT
        body = "".join(f"\n{margin}{word}," for word in words)
        self.add(last, last, body if comma else "," + body[: None if own_line else -1])

    def _unfold(self, call: ast.Call, words: list[str]) -> None:
        """A call on one line that becomes too long: one argument a line."""
        opening = self.text.index("(", self.lines.span(call.func)[1])
        margin = self.margin(call)
        given = sorted(self.lines.span(item) for item in [*call.args, *call.keywords])
        place = opening + 1
        for number, (start, _) in enumerate(given):
            gap = self.text[place:start]
            kept = gap.rstrip().removeprefix(",").strip() if number else gap.strip()
            self.add(place, start, ("," if number else "") + f"\n{margin}{INDENT}" + kept)
            place = given[number][1]
        end = self.lines.span(call)[1] - 1
        tail = self.text[place:end].strip().removesuffix(",").rstrip()
        self.add(place, end, tail + "".join(f",\n{margin}{INDENT}{word}" for word in words) + f",\n{margin}")
