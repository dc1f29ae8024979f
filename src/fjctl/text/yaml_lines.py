"""Which lines of a YAML text belong to an entry of a block map or list: its comments, its blank lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from fjctl.text.yaml_tree import Node

_HEADER: Final = re.compile(r"[|>][-+0-9]*")
_BLANKS: Final = re.compile(r"(?:[ \t]*\r?\n)*")


class Entry(NamedTuple):
    """An entry of a block map or an item of a block list.

    `start` is the key or the dash, `lead` the offset behind the colon or the dash, `end` the end of the content.
    """

    start: int
    lead: int
    end: int
    value: Node
    key: Node | None = None


class Lines:
    """Questions about the lines of one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _above(self, start: int) -> int:
        """The start of an entry's first line, comments directly above it included."""
        column = self._column(start)
        line = first = start - column
        while line > 0:
            before = self.text.rfind("\n", 0, line - 1) + 1
            content = self.text[before:line]
            if not (content.lstrip(" ").startswith("#") and len(content) - len(content.lstrip(" ")) == column):
                return line
            line = before
        return first  # comments that begin the file are its header and stay

    def _after(self, entry: Entry) -> int:
        """The end of an entry's last line, without its line break; comments indented deeper below belong to it."""
        at = end = self._line_end(entry.end)
        column = self._column(entry.start)
        while at < len(self.text):
            after = self.text.index("\n", at) + 1 if "\n" in self.text[at : at + 2] else len(self.text)
            at = self._line_end(after)
            content = self.text[after:at]
            margin = len(content) - len(content.lstrip(" "))
            if content.strip() and not (content[margin] == "#" and margin > column):
                break
            if content.strip():
                end = at
        return end

    def _line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        if end < 0:
            return len(self.text)
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def _column(self, offset: int) -> int:
        return offset - (self.text.rfind("\n", 0, offset) + 1)

    def _owns_line(self, offset: int) -> bool:
        return not self.text[offset - self._column(offset) : offset].strip()

    def _header(self, node: Node) -> str:
        found = _HEADER.match(self.text, node.start)
        return found[0] if found else ""

    def _past_blanks(self, start: int, end: int) -> int:
        """Where a removal ends that would leave two runs of blank lines: it takes the second one along."""
        above = self.text[:start].removesuffix("\n").removesuffix("\r")
        if above and not above.endswith("\n"):
            return end
        found = _BLANKS.match(self.text, end)
        return found.end() if found else end
