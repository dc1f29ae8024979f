"""An SDK script as a file: its journeys, each a document of its own, with findings at lines and columns."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fjctl.diagnostics import Diagnostic, Severity
from fjctl.formats.parlant.codes import CODES
from fjctl.formats.parlant.reading import Lines, Reading, journey_name, read_journey
from fjctl.formats.parlant.sdk import Builder
from fjctl.model.names import unique
from fjctl.source import Position, Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.parlant.values import JourneyObject
    from fjctl.source import Pointer

_SHOWN = 120
"""How much of a line a message shows."""


class Script:
    """A script, read. `members` are the journeys' titles, in the order in which the script makes them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = Lines(source.text)
        self.builder: Builder | None = None
        self.broken: list[Diagnostic] = []
        self.journeys: dict[str, JourneyObject] = {}
        self.names: dict[int, str] = {}
        tree = self._parsed()
        if tree is not None:
            self.builder = Builder(source.text, tree)
            self._name()
            if not self.journeys:
                hint = "a journey is made by agent.create_journey(…); name a file that has one"
                self.broken.append(self._diagnostic("FJ326", "the script builds no journey", hint))

    @property
    def members(self) -> list[str]:
        """The journeys by the names that are written behind the file's."""
        return list(self.journeys)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything found so far; reading a journey may add to it."""
        found = self.builder.found.values() if self.builder is not None else ()
        return [
            *self.broken,
            *(self._diagnostic(f.code, f.message, f.hint, f.severity, self._position(f.node)) for f in found),
        ]

    def read(self, member: str = "", nodes: Mapping[str, str] | None = None) -> Reading | None:
        """One journey, the first if none is named; `nodes` are the names of its states by their keys."""
        name = member or next(iter(self.journeys), "")
        return self.read_at(self.members.index(name), nodes or {}) if name in self.journeys else None

    def read_at(self, place: int, nodes: Mapping[str, str]) -> Reading | None:
        """The journey at a place among the members, whatever its title."""
        if self.builder is None or not 0 <= place < len(self.journeys):
            return None
        found = list(self.journeys.values())[place]
        return read_journey(self.builder, found, nodes, self.lines, self.names)

    def locate_all(self, pointers: list[Pointer]) -> list[Span]:
        """Where values stand, by their pointers in the first journey that has them; else where their call begins."""
        readings = [found for name in self.journeys if (found := self.read(name)) is not None]
        spans = [[at for item in readings if (at := self._locate(item, pointer)) is not None] for pointer in pointers]
        return [found[0] if found else Span(0, 0) for found in spans]

    def _locate(self, reading: Reading, pointer: Pointer) -> Span | None:
        for length in range(len(pointer), 0, -1):
            place = reading.places.get(pointer[:length])
            call = reading.calls.get(pointer[:length])
            node = place.node if place is not None else call.node if call is not None else None
            if node is not None:
                return Span(*self.lines.span(node))
        return None

    def _parsed(self) -> ast.Module | None:
        text = self.source.text
        try:
            return ast.parse(text)
        except SyntaxError as error:
            line, column = error.lineno or 1, error.offset or 1
            shown = (error.text or "").rstrip("\n")[:_SHOWN]
            caret = f"\n  {shown}\n  {' ' * max(0, min(column, _SHOWN) - 1)}^" if shown.strip() else ""
            hint = f"Python cannot parse this line; mend it, then try again{caret}"
            found = self._diagnostic("FJ320", error.msg, hint, Severity.ERROR, Position(line, max(1, column)))
        except (ValueError, RecursionError, MemoryError) as error:
            hint = "mend it in an editor that shows such characters" if isinstance(error, ValueError) else "simplify it"
            found = self._diagnostic("FJ320", f"the file cannot be parsed: {error}", hint)
        self.broken.append(found)
        return None

    def _name(self) -> None:
        """Names for the journeys, each once: titles for people, ids or slugs for documents."""
        if self.builder is None:
            return
        taken: set[str] = set()
        for found in self.builder.journeys:
            title = found.call.value("title")
            text = getattr(title, "value", None)
            named = text if isinstance(text, str) and text.strip() else journey_name(self.builder, found)
            self.journeys[unique(named.replace("#", " ").strip() or "journey", self.journeys)] = found
            name = unique(journey_name(self.builder, found), taken)
            taken.add(name)
            self.names[id(found)] = name

    def _position(self, node: ast.AST) -> Position:
        return self.source.position(self.lines.span(node)[0]) if hasattr(node, "lineno") else Position(1, 1)

    def _diagnostic(
        self, code: str, message: str, hint: str, severity: Severity = Severity.ERROR, at: Position | None = None
    ) -> Diagnostic:
        where = at or Position(1, 1)
        return Diagnostic(code, CODES[code][0], message, severity, hint, (), self.source.name, where)
