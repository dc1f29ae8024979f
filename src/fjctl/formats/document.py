"""A file's text and what it says: the unit that readers return and writers edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from fjctl.diagnostics import Diagnostic, Severity, has_errors
from fjctl.formats import registry
from fjctl.model.transplant import same
from fjctl.source import JsonValue, Pointer, Source
from fjctl.text.encoding import decode, encode, has_bom

if TYPE_CHECKING:
    from fjctl.formats.collections import Frame
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow
    from fjctl.source import Span

YAML_SUFFIXES = (".yaml", ".yml")
PYTHON_SUFFIX = ".py"
UNREADABLE = Source("", "")


@dataclass(slots=True, eq=False)
class Document:
    """One file, or one flow of a file that holds several, read. `workflow` or `journey` is there unless `diagnostics`
    holds an error. `member` is the flow's name, `frame` what stands around it; `members` are the flows of a file of
    which none was named, and then there is no model."""

    source: Source
    syntax: str
    value: JsonValue = None
    format: Format | None = None
    workflow: Workflow | None = None
    journey: Journey | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    bom: bool = False
    member: str = ""
    members: list[str] = field(default_factory=list)
    frame: Frame | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a model to work with."""
        return self.workflow is not None or self.journey is not None

    def located(self) -> list[Diagnostic]:
        """The diagnostics with source, line and column filled in, in the order of the file."""
        open_ = [item for item in self.diagnostics if item.position is None and self.source.text]
        wanted = [(self.in_file(item.pointer), item.code in _AT_KEY) for item in open_]
        places = locate_all(self.source, self.syntax, wanted)
        starts = dict(zip(map(id, open_), places, strict=True))
        located = []
        for item in self.diagnostics:
            if id(item) in starts:
                position = self.source.position(starts[id(item)])
                located.append(item._replace(source=self.source.name, position=position))
            else:
                located.append(item._replace(source=item.source or self.source.name))
        return sorted(located, key=Diagnostic.order)

    def in_file(self, pointer: Pointer) -> Pointer:
        """A place in the flow, or in the journey that a graph is, as a place in the file; all of a flow that is a text
        stands where the text does."""
        if self.journey is not None and self.format is not None and self.format.name == "parlant-graph":
            from fjctl.formats.parlant import graph

            return graph.place(self, pointer)
        if self.frame is None:
            return pointer
        inner = () if self.frame.inner is not None else pointer
        return (*self.frame.member.pointer, *inner)

    def rewritten(self, value: JsonValue) -> str:
        """The text edited so that it means `value`; the same text when nothing differs."""
        if value is self.value:  # nothing was carried over: the editors need not be loaded
            return self.source.text
        if self.frame is None:
            return self._edited(self.value, value)
        if self.frame.inner is not None:
            from fjctl.text.json_rewrite import rewrite

            value = rewrite(self.frame.inner.text, self.value, value)
        return self._edited(self.frame.outer, self.frame.framed(value))

    def saying(self, journey: JsonValue) -> str:
        """The text of a file on the journey's side edited so that it says this journey; as it is if it cannot."""
        if self.format is None or not self.format.is_sibling:
            return self.rewritten(journey)
        module = self.format.load_sibling()
        put = module.put(self, module.held(self, {}), cast("Journey", journey))
        return self.source.text if put.text is None else put.text

    def _edited(self, before: JsonValue, value: JsonValue) -> str:
        if self.syntax == "python":
            return self.source.text if same(self.value, value) else self.saying(value)
        if self.syntax == "yaml":
            from fjctl.formats import journey
            from fjctl.text.yaml_rewrite import rewrite as rewrite_yaml

            usual = self.format is not None and self.format.side == "workflow"
            return rewrite_yaml(self.source.text, before, value, flow=None if usual else journey.flow, usual=usual)
        from fjctl.text.json_rewrite import rewrite

        return rewrite(self.source.text, before, value)

    def encoded(self, text: str) -> bytes:
        """A text as bytes, with the byte-order mark the file had."""
        return encode(text, bom=self.bom)


def storable(name: str, data: bytes) -> bytes:
    """A file's bytes as they may be kept elsewhere: each secret in plain text made unreadable (`canvas/secrets.py`),
    all else as it is. What cannot be parsed is taken to have none."""
    from fjctl.formats.canvas.secrets import masked, masked_text, may_hold_secrets

    source, problems = decode(name, data)
    if source is None or has_errors(problems) or not may_hold_secrets(source.text):
        return data
    document = Document(source, syntax_of(name, source.text), bom=has_bom(data))
    if document.syntax == "python":
        return document.encoded(masked_text(source.text))
    _parse(document)
    clean = masked(document.value)
    return data if clean is document.value else document.encoded(document.rewritten(clean))


_LISTED = 5
"""How many names of flows a message lists."""
_AT_KEY = frozenset({"FJ131", "FJ104"})


def locate(source: Source, syntax: str, pointer: Pointer, *, key: bool = False) -> int:
    """The character offset of a place."""
    return locate_all(source, syntax, [(pointer, key)])[0]


def locate_all(source: Source, syntax: str, places: list[tuple[Pointer, bool]]) -> list[int]:
    """The character offsets of many places (pointer, and whether its key is meant), for one reading of the text."""
    return [span.start for span in spans_of(source, syntax, places)]


def spans_of(source: Source, syntax: str, places: list[tuple[Pointer, bool]]) -> list[Span]:
    """As `locate_all`, with the ends."""
    if not places:
        return []
    if syntax == "python":
        from fjctl.formats.parlant.script import Script

        return Script(source).locate_all([pointer for pointer, _ in places])
    if syntax == "yaml":
        from fjctl.text.yaml_text import locate_all as locate_yaml

        return locate_yaml(source, places)
    from fjctl.text.json_spans import Spans

    spans = Spans(source.text)
    return [spans.locate(pointer, key=key) for pointer, key in places]


def syntax_of(name: str, text: str) -> str:
    """`yaml`, `json` or `python`: by the name, else by how the text begins."""
    lower = name.lower()
    if lower.partition("#")[0].endswith(PYTHON_SUFFIX):
        return "python"
    if lower.endswith(YAML_SUFFIXES):
        return "yaml"
    if lower.endswith((".json", ".cforge")):
        return "json"
    return "json" if text.lstrip()[:1] in {"{", "["} or not text.strip() else "yaml"


def read(name: str, data: bytes, *, format_name: str = "", member: str = "") -> Document:
    """Reads bytes, of a file with several flows the one called `member`. Whatever is wrong with them is in the
    document's diagnostics."""
    source, diagnostics = decode(name, data)
    if source is None:
        return Document(Source(name, ""), "json", diagnostics=diagnostics)
    document = Document(source, syntax_of(name, source.text), diagnostics=list(diagnostics), bom=has_bom(data))
    if format_name and registry.find(format_name).syntax == "python":
        document.syntax = "python"
    document.member = member
    _parse(document)
    if not has_errors(document.diagnostics):
        interpret(document, format_name)
    return document


def _parse(document: Document) -> None:
    if document.syntax == "python":
        return  # read in one go with what it means
    if document.syntax == "yaml":
        from fjctl.text.yaml_text import parse as parse_yaml

        document.value, found = parse_yaml(document.source)
    else:
        from fjctl.text.json_text import parse

        document.value, found = parse(document.source)
    document.diagnostics += found


def interpret(document: Document, format_name: str = "") -> None:
    """Finds the format of a parsed document and reads its model; `value` becomes that of the flow."""
    if document.syntax == "python":
        _interpret_script(document)
        return
    if not _enter(document):
        return
    known = registry.find(format_name) if format_name else _detect(document)
    if known is None:
        names = ", ".join(row.name for row in registry.FORMATS)
        message = f"the document is in no format fjctl knows ({names})"
        hint = "name the format with --from if you know it; `fjctl formats` lists what is read"
        document.diagnostics.append(Diagnostic("FJ309", "unknown-format", message, Severity.ERROR, hint))
        return
    document.format = known
    if known.side == "journey":
        if known.is_sibling:
            _interpret_graph(document, known)
            return
        from fjctl.formats.journey import decode as decode_journey

        document.journey, found = decode_journey(document.value)
        document.diagnostics += found
        return
    decoded = known.load().decode(document.value)
    document.diagnostics += decoded.diagnostics
    if not has_errors(decoded.diagnostics):
        document.workflow = decoded.workflow


def _interpret_script(document: Document) -> None:
    """Reads a script's journey; `value` is the journey."""
    from fjctl.formats.parlant.script import Script

    document.format = registry.find("parlant-python")
    script = Script(document.source)
    names = script.members
    if names and (document.member not in names if document.member else len(names) > 1):
        document.members = [] if document.member else names
        document.diagnostics.append(_no_flow(document, names))
        return
    reading = script.read(document.member)
    document.diagnostics += script.diagnostics
    if reading is not None and not has_errors(document.diagnostics):
        document.journey, document.value = reading.journey, cast("JsonValue", reading.journey)


def _interpret_graph(document: Document, known: Format) -> None:
    from fjctl.formats.parlant import graph

    if not known.reads or not known.recognise(document.value):
        hint = "it can be written, with --to, and not read" if not known.reads else "see `fjctl formats`"
        message = f"the document is no {known.title}"
        document.diagnostics.append(Diagnostic("FJ309", "unknown-format", message, Severity.ERROR, hint))
        return
    document.diagnostics += graph.check(document.value)
    if not has_errors(document.diagnostics):
        document.journey = graph.held(document, {}).journey


def _enter(document: Document) -> bool:
    """Goes to the flow that is meant, where the file holds several; whether there is one to read."""
    from fjctl.formats import collections

    found = collections.members(document.value) if collections.may_hold_flows(document.value) else []
    if not found and not document.member:
        return True
    chosen = next((item for item in found if item.name == document.member), None)
    if not document.member and len(found) == 1:
        chosen = found[0]
    if chosen is None:
        document.members = [] if document.member else [item.name for item in found]
        document.diagnostics.append(_no_flow(document, [item.name for item in found]))
        return False
    document.member = chosen.name
    document.frame = collections.inside(document.value, chosen)
    document.value = collections.content(document.frame)
    return document.frame.inner is None or _parse_inner(document, document.frame.inner)


def _no_flow(document: Document, names: list[str]) -> Diagnostic:
    """What to say when it is not known which flow of a file is meant."""
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    file = document.source.name.partition("#")[0]
    if not names:
        message, hint = f"the file holds no flow {document.member!r}", "it is one flow: name the file alone"
    elif document.member:
        hint = registry.nearest(document.member, names) or f"it holds: {listed}"
        message = f"the file holds no flow {document.member!r}"
    else:
        message = f"the file holds {len(names)} flows: {listed}"
        hint = f"name one: '{file}#{names[0]}'"
    return Diagnostic("FJ312", "several-flows", message, Severity.ERROR, hint)


def _parse_inner(document: Document, inner: Source) -> bool:
    """Reads a flow that stands in the file as a text."""
    from fjctl.text.json_text import parse

    document.value, found = parse(inner)
    for item in found:
        at = f" (line {item.position.line}, column {item.position.column} of its text)" if item.position else ""
        message = f"flow {document.member!r}{at}: {item.message}"
        document.diagnostics.append(item._replace(message=message, pointer=(), position=None, source=""))
    return not has_errors(found)


def _detect(document: Document) -> Format | None:
    if document.source.name.lower().endswith(registry.find("journey").suffixes):
        return registry.find("journey")
    return registry.detect(document.value)


def fresh(value: JsonValue, syntax: str, *, schema: str = "", side: str = "journey") -> str:
    """A new file's text; `schema` is written where editors look for it. A workflow in YAML looks as the usual libraries
    write it."""
    if syntax == "yaml" and side == "workflow":
        from fjctl.text.yaml_emit import emit

        return emit(value, usual=True)
    if syntax == "yaml":
        from fjctl.formats import journey
        from fjctl.text.yaml_emit import emit

        header = f"# yaml-language-server: $schema={schema}\n" if schema else ""
        return emit(value, header=header, flow=journey.flow, blank_before=journey.blank_before)
    from fjctl.text.json_text import dump

    return dump({"$schema": schema, **value} if schema and isinstance(value, dict) else value)
