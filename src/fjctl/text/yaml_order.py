"""Putting the keys of a YAML text's maps in order by moving lines; comments and blank lines move with their entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fjctl.text import yaml_events
from fjctl.text.yaml_lines import Entry, Lines
from fjctl.text.yaml_tree import compose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fjctl.text.yaml_tree import Node

    Path = tuple[str | int, ...]
    Order = Callable[[Path], Sequence[str]]

_BLANK: Final = " \t\r\n"


def in_order(text: str, order: Order) -> str:
    """The text with the keys of each map in the order that `order` gives for its path; keys that it does not name
    stay behind those that it does, as they are.

    What cannot be moved without touching anything else is left as it is: a comment above the first key of a list's
    item, an entry that shares its line with others. Raises as `compose` does. The caller compares the meaning: a text
    whose anchors would come after their aliases no longer says the same.
    """
    root = compose(text)
    writer = _Writer(text, order)
    piece = writer.node(root, ())
    return text[: piece.start] + piece.text + text[piece.end :]


class _Piece(NamedTuple):
    """A stretch of the old text and what stands there now."""

    start: int
    end: int
    text: str


class _Writer(Lines):
    def __init__(self, text: str, order: Order) -> None:
        super().__init__(text)
        self._order = order
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def node(self, node: Node, path: Path) -> _Piece:
        """A node with all below it in order. A block map reaches from the comments above its first key to those that
        belong to its last."""
        if node.kind == yaml_events.SCALAR or not node.children:
            return _Piece(node.start, node.end, self.text[node.start : node.end])
        if node.kind == yaml_events.SEQ:
            items = [self.node(child, (*path, place)) for place, child in enumerate(node.children)]
            end = items[-1].end if node.is_block else node.end
            return _Piece(node.start, end, self._between(node.start, end, items))
        inner = [self.node(child, (*path, key.value)) for key, child in zip(node.keys, node.children, strict=True)]
        return self._block(node, path, inner) if node.is_block else self._flow(node, path, inner)

    def _between(self, start: int, end: int, pieces: Sequence[_Piece]) -> str:
        """A stretch with the pieces in it put in their places."""
        found, at = [], start
        for piece in pieces:
            found += [self.text[at : piece.start], piece.text]
            at = piece.end
        return "".join([*found, self.text[at:end]])

    def _wanted(self, node: Node, path: Path) -> list[int]:
        known = {key: place for place, key in enumerate(self._order(path))}
        count = len(known)
        return sorted(range(len(node.keys)), key=lambda place: known.get(node.keys[place].value, count))

    def _flow(self, node: Node, path: Path, inner: list[_Piece]) -> _Piece:
        """A map in braces: the entries change places, what stands between them stays. Over several lines there may be
        a comment in it, and then all does."""
        written = self.text[node.start : node.end]
        order = [] if "\n" in written and "#" in written else self._wanted(node, path)
        starts = [key.start for key in node.keys]
        entries = [self._between(start, piece.end, [piece]) for start, piece in zip(starts, inner, strict=True)]
        moved = [entries[place] for place in order] or entries
        pieces = [_Piece(start, piece.end, entry) for start, piece, entry in zip(starts, inner, moved, strict=True)]
        return _Piece(node.start, node.end, self._between(node.start, node.end, pieces))

    def _block(self, node: Node, path: Path, inner: list[_Piece]) -> _Piece:
        firsts = [self._above(key.start) if self._owns_line(key.start) else key.start for key in node.keys]
        lasts = [
            max(piece.end, self._after(Entry(key.start, key.end, piece.end, child, key)))
            for key, child, piece in zip(node.keys, node.children, inner, strict=True)
        ]
        bodies = [self._between(first, last, [piece]) for first, last, piece in zip(firsts, lasts, inner, strict=True)]
        gaps = ["", *(self.text[last:first] for last, first in zip(lasts, firsts[1:], strict=False))]
        order = self._wanted(node, path)
        start, end = firsts[0], lasts[-1]
        if order == sorted(order) or any(gap and not gap.startswith(("\n", "\r\n")) for gap in gaps):
            return _Piece(start, end, self._joined(bodies, gaps))
        if order[0] and not self._owns_line(node.keys[0].start):
            new = order[0]
            if firsts[new] != node.keys[new].start - self._column(node.keys[new].start):
                return _Piece(start, end, self._joined(bodies, gaps))
            column = self._column(node.keys[0].start)
            bodies[0] = " " * column + bodies[0]
            bodies[new] = bodies[new][column:]
        gaps[0] = self._newline
        moved = [gaps[place] for place in order]
        moved[0] = moved[0].lstrip(_BLANK) and moved[0].removeprefix(self._newline).lstrip("\r\n")
        return _Piece(start, end, self._joined([bodies[place] for place in order], moved))

    def _joined(self, bodies: Sequence[str], gaps: Sequence[str]) -> str:
        return "".join(part for gap, body in zip(gaps, bodies, strict=True) for part in (gap, body))
