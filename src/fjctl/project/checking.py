"""Checks one document: its model against the rules, each finding with its place, and its text with the repairs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, cast

from fjctl.checks import engine, fixing
from fjctl.checks.places import Place, Places
from fjctl.checks.rule import Finding
from fjctl.checks.subject import Knowledge, Subject
from fjctl.diagnostics import Diagnostic, has_errors
from fjctl.formats import document as documents
from fjctl.source import Pointer, Position, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fjctl.checks.rule import Rule
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.source import JsonValue

    Wanted = Callable[[Document, Sequence[Finding]], list[Finding]]


class Placed(NamedTuple):
    """A finding and where it is: the file's name, begin and end (half-open) as people count, and the pointer in the
    file's value."""

    finding: Finding
    source: str
    start: Position
    end: Position
    pointer: Pointer = ()

    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: file, place, code, message."""
        return (self.source, self.start.line, self.start.column, self.finding.code, self.finding.message)


def subject_of(document: Document, knowledge: Knowledge | None = None) -> Subject:
    """What rules see of a document that was read without errors."""
    form = cast("Format", document.format)
    known = knowledge if knowledge is not None else Knowledge()
    return Subject(
        "workflow" if document.journey is None else "journey", form.name, document.workflow, document.journey, known
    )


def examine(document: Document, rules: Iterable[Rule], knowledge: Knowledge | None = None) -> list[Placed]:
    """Everything found in a document: by its reader, and, where there is a model, by the rules; in file order."""
    found = [read_finding(item) for item in document.located()]
    if document.ok:
        findings = engine.check(subject_of(document, knowledge), rules)
        found += placed(document, findings)
    return sorted(found, key=Placed.order)


def read_finding(item: Diagnostic) -> Placed:
    """What a reader said, as a finding; its place is a point."""
    position = item.position or Position(1, 1)
    finding = Finding(item.code, item.name, item.severity, item.message, item.help)
    return Placed(finding, item.source, position, position, item.pointer)


def placed(document: Document, findings: Sequence[Finding]) -> list[Placed]:
    """The findings with their places, in the order given. The text is read for them once."""
    if not findings:
        return []
    places = Places(_said(document), document.workflow)
    wanted = [places.place(item.spot) for item in findings]
    pointers = [document.in_file(place.pointer) for place in wanted]
    asked = [(pointer, place.key) for pointer, place in zip(pointers, wanted, strict=True)]
    spans = documents.spans_of(document.source, document.syntax, asked)
    found = []
    for item, place, pointer, whole in zip(findings, wanted, pointers, spans, strict=True):
        span = _piece(document, place, whole)
        start, end = document.source.position(span.start), document.source.position(span.end)
        found.append(Placed(item, document.source.name, start, end, pointer))
    return found


def _piece(document: Document, place: Place, span: Span) -> Span:
    """The part of a text's span that the needle stands in: of several, the one at the same turn."""
    if not place.needle:
        return span
    turn = 0
    if place.at > 0:
        text = _value_at(_said(document), place.pointer)
        turn = text[: place.at].count(place.needle) if isinstance(text, str) else 0
    for written in dict.fromkeys(_spellings(place.needle, document.syntax)):
        at = span.start - 1
        for _ in range(turn + 1):
            at = document.source.text.find(written, at + 1, span.end)
            if at < 0:
                break
        if at >= 0:
            return Span(at, at + len(written))
    return span


def _said(document: Document) -> JsonValue:
    """What places are counted in: a journey, whatever it is written as, or a workflow's file."""
    return document.value if document.journey is None else cast("JsonValue", document.journey)


def _spellings(needle: str, syntax: str) -> list[str]:
    """How a piece of text can be written in a file."""
    escaped = [json.dumps(needle, ensure_ascii=False)[1:-1], json.dumps(needle)[1:-1]]
    doubled = needle.replace("'", "''")
    return [needle, *escaped, doubled] if syntax == "yaml" else [*escaped, needle]


def _value_at(value: JsonValue, pointer: Pointer) -> object:
    at: object = value
    for part in pointer:
        at = at[part]  # type: ignore[index]
    return at


def repaired(document: Document, findings: Iterable[Finding]) -> str:
    """The document's text with the repairs of the findings made in its model; nothing else moves."""
    subject = subject_of(document)
    model = fixing.repaired(subject, findings)
    if subject.side == "journey":
        return document.saying(cast("JsonValue", model))
    encoded = cast("Format", document.format).load().encode(model, document.value)  # type: ignore[arg-type]
    return document.rewritten(encoded.value)


class Fixed(NamedTuple):
    """A document after its repairs: how many were made, what remains, and the text."""

    document: Document
    made: list[Finding]
    remaining: list[Placed]


def fix(
    document: Document,
    rules: Sequence[Rule],
    knowledge: Knowledge | None = None,
    *,
    unsafe: bool = False,
    wanted: Wanted = lambda _document, findings: list(findings),
) -> Fixed:
    """Repairs a document until no rule has a repair left that may be made, at most `fixing.ROUNDS` times. A round whose
    text cannot be read again is not taken. `wanted` leaves out findings that nobody wants repaired."""
    made: list[Finding] = []
    for _ in range(fixing.ROUNDS):
        if not document.ok:
            break
        found = engine.check(subject_of(document, knowledge), rules)
        chosen = wanted(document, fixing.applicable(found, unsafe=unsafe))
        text = repaired(document, chosen) if chosen else document.source.text
        if text == document.source.text:
            break
        format_name = cast("Format", document.format).name
        again = documents.read(
            document.source.name, document.encoded(text), format_name=format_name, member=document.member
        )
        if has_errors(again.diagnostics):
            break
        made += chosen
        document = again
    return Fixed(document, made, examine(document, rules, knowledge))
