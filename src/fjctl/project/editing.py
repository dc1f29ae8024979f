"""What an editor asks of a journey: which name stands at a place, where it is defined, where else it is used, what
could stand there, and what a rename changes. Text in, values out; the language server only carries them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fjctl.formats import document as documents
from fjctl.model.journey import walk
from fjctl.model.references import normalize, references
from fjctl.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.formats.document import Document
    from fjctl.model.journey import Journey
    from fjctl.source import Pointer

Sort = Literal["state", "tool", "variable"]
"""What a name can be the name of."""


class Occurrence(NamedTuple):
    """A name where it stands: its sort, the name, the span of characters, and whether it is defined there."""

    sort: Sort
    name: str
    span: Span
    defines: bool


class _Use(NamedTuple):
    sort: Sort
    name: str
    pointer: Pointer
    key: bool = False
    needle: str = ""
    turn: int = 0


_WAYS = frozenset({"next", "start", "to"})


class Names:
    """The names in a journey's text, found once. `document` was read without errors."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.source.text

    @cached_property
    def journey(self) -> Journey:
        """The journey; an empty one where the document is something else."""
        return self._document.journey or {"journey": "", "version": 1, "states": {}}

    @cached_property
    def states(self) -> dict[str, Any]:
        """States by name, wherever they are nested."""
        return {name: state for _, name, state in walk(self.journey["states"])}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {normalize(name): name for name in self.states}

    @cached_property
    def all(self) -> list[Occurrence]:
        """Every occurrence, in the order of the text."""
        uses = list(self._uses())
        places = [(use.pointer, use.key) for use in uses]
        spans = documents.spans_of(self._document.source, self._document.syntax, places)
        found = [self._narrowed(use, span) for use, span in zip(uses, spans, strict=True)]
        return sorted((item for item in found if item is not None), key=lambda item: item.span)

    def at(self, offset: int) -> Occurrence | None:
        """The name at a place of the text."""
        return next((item for item in self.all if item.span.start <= offset <= item.span.end), None)

    def of(self, sort: Sort, name: str) -> list[Occurrence]:
        """All occurrences of a name."""
        return [item for item in self.all if item.sort == sort and item.name == name]

    def _uses(self) -> Iterator[_Use]:
        for path, name, _ in walk(self.journey["states"]):
            inside = tuple(part for outer in path for part in ("states", outer))
            yield _Use("state", name, (*inside, "states", name), key=True, needle=name)
        for section, sort in (("tools", "tool"), ("variables", "variable")):
            for name in self.journey.get(section, {}):  # type: ignore[attr-defined]
                yield _Use(sort, name, (section, name), key=True, needle=name)  # type: ignore[arg-type]
        for key in self.journey.get("origin", {}).get("nodes", {}):
            name = key.partition(".")[0]
            if name in self.states:
                yield _Use("state", name, ("origin", "nodes", key), key=True, needle=name)
        yield from self._in_value((), self._document.value)

    def _in_value(self, pointer: Pointer, value: Any) -> Iterator[_Use]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from self._in_value((*pointer, key), item)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._in_value((*pointer, number), item)
        elif isinstance(value, str):
            yield from self._in_text(pointer, value)

    def _in_text(self, pointer: Pointer, value: str) -> Iterator[_Use]:
        named = [part for part in pointer if isinstance(part, str)]
        last = named[-1] if named else ""
        above = named[-2] if len(named) > 1 else ""
        if (last in _WAYS or above == "commands") and value in self.states:
            yield _Use("state", value, pointer, needle=value)
        elif last in {"tool", "tools"} and above != "origin" and value in self.journey.get("tools", {}):
            yield _Use("tool", value, pointer, needle=value)
        elif "<" in value:
            yield from self._in_references(pointer, value)

    def _in_references(self, pointer: Pointer, value: str) -> Iterator[_Use]:
        by_name = self._by_name
        for item in references(value):
            written = value[item.start : item.end]
            turn = value[: item.start].count(written)
            if normalize(item.name) == "variable" and item.path:
                name = re.split(r"[.\[]", item.path, maxsplit=1)[0]
                yield _Use("variable", name, pointer, needle=written, turn=turn)
            elif normalize(item.name) in by_name:
                yield _Use("state", by_name[normalize(item.name)], pointer, needle=written, turn=turn)

    def _narrowed(self, use: _Use, span: Span) -> Occurrence | None:
        """The span of the name itself inside what stands at its place."""
        at = span.start - 1
        for _ in range(use.turn + 1):
            at = self._text.find(use.needle, at + 1, span.end)
            if at < 0:
                return None
        inner = use.needle.find(use.name)
        if inner < 0:  # written in other letters
            inner = use.needle.casefold().find(use.name.casefold())
        start = at + max(0, inner)
        return Occurrence(
            use.sort, use.name, Span(start, start + len(use.name)), use.key and use.pointer[0] != "origin"
        )


class Edit(NamedTuple):
    """Characters to be replaced by a text."""

    span: Span
    new: str


def rename(names: Names, found: Occurrence, new: str) -> list[Edit]:
    """The edits that rename something everywhere in its file, in the order of the text."""
    return [Edit(item.span, new) for item in names.of(found.sort, found.name)]


def applied(text: str, edits: list[Edit]) -> str:
    """A text with edits made; they do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.span.start] + edit.new + text[edit.span.end :]
    return text


_TO = re.compile(r"(?:\bto|\bnext|\bstart)\s*:\s*[\[\w, ]*$|^\s*-\s+\w*$|\[\s*\w*$")
_TOOL = re.compile(r"\btools?\s*:\s*\[?[\w, ]*$")
_REFERENCE = re.compile(r"<(\w*)(?:\.(\w*))?$")


class Proposal(NamedTuple):
    """Something that could stand at a place, with a word about it."""

    text: str
    detail: str


def proposals(line: str, names: Names) -> list[Proposal]:
    """What could stand behind the beginning of a line."""
    reference = _REFERENCE.search(line)
    if reference is not None:
        if reference[1] == "variable" and reference[2] is not None:
            return [Proposal(name, "variable") for name in names.journey.get("variables", {})]
        if reference[2] is not None:
            return [Proposal(field, "field") for field in fields(names, reference[1])]
        return [Proposal("variable", "variables"), *(Proposal(name, "state") for name in names.states)]
    if _TOOL.search(line):
        return [Proposal(name, "tool") for name in names.journey.get("tools", {})]
    if _TO.search(line):
        return [Proposal(name, str(state.get("title", "state"))) for name, state in names.states.items()]
    return []


def fields(names: Names, state: str) -> list[str]:
    """The fields that a state is known to give."""
    from fjctl.checks.build import journey_graph
    from fjctl.checks.outputs import fields_of

    node = journey_graph(names.journey).nodes.get(state)
    known = fields_of(node) if node is not None else None
    return sorted(known - {"error", "response"}) if known else []


def described(names: Names, found: Occurrence) -> str:
    """A word about what stands at a place, in Markdown."""
    if found.sort == "state":
        state = names.states.get(found.name, {})
        kind = next((key for key in ("chat", "say", "ask", "tool", "fork", "loop", "parallel", "journey", "wait", "end")
                     if key in state), "state")  # fmt: skip
        said = state.get(kind)
        text = said if isinstance(said, str) else ""
        return f"**{kind}** state `{found.name}`" + (f"\n\n{text}" if text else "")
    part = names.journey.get("tools" if found.sort == "tool" else "variables", {}).get(found.name, {})  # type: ignore[attr-defined]
    detail = part.get("kind") or part.get("type") or ""
    about = part.get("description", "")
    return f"{found.sort} `{found.name}` {detail}".strip() + (f"\n\n{about}" if about else "")
