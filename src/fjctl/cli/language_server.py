"""The language server: carries what an editor asks to `project/editing.py` and `project/check_run.py`, and back.

Positions of the protocol count UTF-16 units from 0; ours count characters from 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from fjctl import __version__
from fjctl.checks.registry import rules
from fjctl.checks.selection import Wanted
from fjctl.errors import FjctlError
from fjctl.formats import document as documents
from fjctl.project import editing
from fjctl.project.check_run import Plan, check_bytes, plan_of
from fjctl.project.config import load_settings
from fjctl.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.formats.document import Document
    from fjctl.project.reports import Report

_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}
SOURCE = "fjctl"


class Text:
    """A text as the protocol counts in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def line(self, number: int) -> str:
        """A line by its number from 0, without its end."""
        return self.text[self.starts[number] : self.starts[number + 1] - 1] if number + 1 < len(self.starts) else ""

    def offset(self, position: lsp.Position) -> int:
        """The character offset of a position."""
        if position.line + 1 >= len(self.starts):
            return len(self.text)
        units = 0
        for number, char in enumerate(self.line(position.line)):
            if units >= position.character:
                return self.starts[position.line] + number
            units += 2 if ord(char) > 0xFFFF else 1
        return self.starts[position.line + 1] - 1

    def position(self, offset: int) -> lsp.Position:
        """The position of a character offset."""
        from bisect import bisect_right

        number = min(bisect_right(self.starts, offset) - 1, len(self.starts) - 2)
        before = self.text[self.starts[number] : offset]
        return lsp.Position(number, len(before) + sum(ord(char) > 0xFFFF for char in before))

    def range(self, span: Span) -> lsp.Range:
        """A span as a range."""
        return lsp.Range(self.position(span.start), self.position(span.end))

    def span(self, report: Report) -> Span:
        """The characters that a finding is about."""
        start = self.starts[min(report.line, len(self.starts) - 1) - 1] + report.column - 1
        end = self.starts[min(report.end_line, len(self.starts) - 1) - 1] + report.end_column - 1
        return Span(start, max(start, end))


class Open:
    """One version of a file that is open in the editor, with what was found in it."""

    def __init__(self, uri: str, text: str, plan: Plan) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.text = Text(text)
        data = text.encode("utf-8", "surrogatepass")
        self.document: Document = documents.read(str(self.path), data)
        self.reports = [
            item for item in check_bytes(str(self.path), data, plan).reports if item.code not in {"FJ309", "FJ312"}
        ]
        self.names = editing.Names(self.document)

    def at(self, position: lsp.Position) -> editing.Occurrence | None:
        """The name at a position of a journey."""
        return self.names.at(self.text.offset(position)) if self.document.journey is not None else None


def path_of(uri: str) -> Path:
    """The file of an address."""
    return Path(unquote(urlsplit(uri).path))


class Server(LanguageServer):
    """The server with the files that are open."""

    def __init__(self) -> None:
        super().__init__("fjctl", __version__)
        self.files: dict[str, Open] = {}
        self.plans: dict[Path, Plan] = {}

    def plan_for(self, path: Path) -> Plan:
        """The plan of the project around a file; the default one where its settings cannot be used, which is said."""
        folder = path.parent
        if folder not in self.plans:
            try:
                self.plans[folder] = plan_of(load_settings(folder), Wanted())
            except FjctlError as error:
                self.window_show_message(
                    lsp.ShowMessageParams(lsp.MessageType.Error, f"{error.place}: {error.message}")
                )
                from fjctl.project.settings import Settings

                return plan_of(Settings(folder), Wanted())
        return self.plans[folder]

    def opened(self, uri: str) -> Open:
        """A file as it is in the editor now."""
        source = self.workspace.get_text_document(uri).source
        known = self.files.get(uri)
        if known is None or known.text.text != source:
            known = self.files[uri] = Open(uri, source, self.plan_for(path_of(uri)))
        return known

    def tell(self, uri: str) -> None:
        """Publishes what is wrong with a file."""
        found = self.opened(uri)
        items = [_diagnostic(found, report) for report in found.reports]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, items))


def _diagnostic(found: Open, report: Report) -> lsp.Diagnostic:
    message = f"{report.message}\n{report.help}" if report.help else report.message
    return lsp.Diagnostic(
        range=found.text.range(found.text.span(report)),
        message=message,
        severity=_SEVERITY[report.severity],
        code=report.code,
        source=SOURCE,
    )


SERVER = Server()


@SERVER.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def _did_open(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    server.tell(params.text_document.uri)


@SERVER.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def _did_change(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    server.tell(params.text_document.uri)


@SERVER.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def _did_save(server: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    server.plans.clear()  # settings may have been saved
    server.files.pop(params.text_document.uri, None)
    server.tell(params.text_document.uri)


@SERVER.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def _did_close(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    server.files.pop(params.text_document.uri, None)
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(params.text_document.uri, []))


@SERVER.feature(lsp.TEXT_DOCUMENT_HOVER)
def _hover(server: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    found = server.opened(params.text_document.uri)
    offset = found.text.offset(params.position)
    for report in found.reports:
        span = found.text.span(report)
        if span.start <= offset <= span.end:
            return _markdown(_manual(report), found.text.range(span))
    name = found.at(params.position)
    return None if name is None else _markdown(editing.described(found.names, name), found.text.range(name.span))


def _markdown(text: str, place: lsp.Range) -> lsp.Hover:
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), place)


def _manual(report: Report) -> str:
    rule = rules().get(report.code)
    head = f"**{report.code} {report.name}**: {report.message}"
    if rule is None:
        return f"{head}\n\n{report.help}"
    from fjctl.checks.manuals import manual

    text = manual(rule)
    parts = "\n\n".join(f"**{head}:** {part}" for head, part in text.parts.items() if head in {"Why", "When it runs"})
    return f"{head}\n\n{report.help}\n\n{text.summary}\n\n{parts}"


@SERVER.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["<", ".", ":", " ", "["]))
def _completion(server: Server, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
    uri = params.text_document.uri
    source = server.workspace.get_text_document(uri).source
    text = Text(source)
    before = text.line(params.position.line)[: text.offset(params.position) - text.starts[params.position.line]]
    found = server.files.get(uri)
    if found is None or found.document.journey is None:  # while somebody types, the last version that could be read
        found = server.opened(uri)
    return [lsp.CompletionItem(item.text, detail=item.detail) for item in editing.proposals(before, found.names)]


@SERVER.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def _definition(server: Server, params: lsp.DefinitionParams) -> lsp.Location | None:
    found = server.opened(params.text_document.uri)
    name = found.at(params.position)
    if name is None:
        return None
    place = next((item for item in found.names.of(name.sort, name.name) if item.defines), None)
    return None if place is None else lsp.Location(found.uri, found.text.range(place.span))


@SERVER.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def _references(server: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
    found = server.opened(params.text_document.uri)
    name = found.at(params.position)
    places = [] if name is None else found.names.of(name.sort, name.name)
    wanted = [item for item in places if params.context.include_declaration or not item.defines]
    return [lsp.Location(found.uri, found.text.range(item.span)) for item in wanted]


@SERVER.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def _prepare_rename(server: Server, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    found = server.opened(params.text_document.uri)
    name = found.at(params.position)
    return None if name is None else found.text.range(name.span)


@SERVER.feature(lsp.TEXT_DOCUMENT_RENAME)
def _rename(server: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Renames everywhere in the journey; what the workflow of the pair says by that name changes with it."""
    found = server.opened(params.text_document.uri)
    name = found.at(params.position)
    if name is None:
        return None
    edits = editing.rename(found.names, name, params.new_name)
    changes = {found.uri: [lsp.TextEdit(found.text.range(edit.span), edit.new) for edit in edits]}
    other = _other_side(found, editing.applied(found.text.text, edits))
    return lsp.WorkspaceEdit(changes={**changes, **other})


def _other_side(found: Open, text: str) -> dict[str, list[lsp.TextEdit]]:
    """The edits in the workflow of a pair after its journey has become `text`; none where they are not in step."""
    from fjctl.api import convert
    from fjctl.project.files import read_if_exists
    from fjctl.project.pairs import workflow_for

    settings = load_settings(found.path.parent)
    named = str((found.document.journey or {}).get("origin", {}).get("workflow", ""))  # type: ignore[call-overload]
    try:
        path = workflow_for(found.path, settings, named=named)
        state = read_if_exists(path)
    except FjctlError:
        return {}
    if state is None:
        return {}
    workflow = documents.read(str(path), state.data)
    journey = documents.read(str(found.path), text.encode("utf-8", "surrogatepass"))
    if not workflow.ok or not journey.ok:
        return {}
    after = convert(journey, prior=workflow).text
    before = workflow.source.text
    if after is None or after == before:
        return {}
    return {path.resolve().as_uri(): list(_line_edits(before, after))}


def _line_edits(before: str, after: str) -> Iterator[lsp.TextEdit]:
    from difflib import SequenceMatcher

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            place = lsp.Range(lsp.Position(first, 0), lsp.Position(last, 0))
            yield lsp.TextEdit(place, "".join(new[begin:end]))


@SERVER.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
def _code_action(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    found = server.opened(params.text_document.uri)
    first, last = found.text.offset(params.range.start), found.text.offset(params.range.end)
    actions: list[lsp.CodeAction] = []
    for report in found.reports:
        span = found.text.span(report)
        if span.start <= last and first <= span.end:
            actions += _actions(server, found, report)
    return actions


def _actions(server: Server, found: Open, report: Report) -> Iterator[lsp.CodeAction]:
    diagnostic = _diagnostic(found, report)
    after = _mended(server, found, report) if report.fix else None
    if after is not None:
        edits = list(_line_edits(found.text.text, after[1]))
        edit = lsp.WorkspaceEdit(changes={found.uri: edits})
        yield lsp.CodeAction(after[0], lsp.CodeActionKind.QuickFix, [diagnostic], report.fix == "safe", edit=edit)
    if found.document.syntax == "yaml":
        line = found.text.line(report.line - 1)
        indent = line[: len(line) - len(line.lstrip())]
        at = lsp.Position(report.line - 1, 0)
        comment = lsp.TextEdit(lsp.Range(at, at), f"{indent}# fjctl: ignore[{report.code}]\n")
        edit = lsp.WorkspaceEdit(changes={found.uri: [comment]})
        yield lsp.CodeAction(f"accept {report.code} here", lsp.CodeActionKind.QuickFix, [diagnostic], edit=edit)


def _mended(server: Server, found: Open, report: Report) -> tuple[str, str] | None:
    """The title of a finding's repair and the text after it."""
    from fjctl.checks import engine
    from fjctl.project.checking import placed, repaired, subject_of

    plan = server.plan_for(found.path)
    rule = next((item for item in plan.chosen.rules if item.code == report.code), None)
    if rule is None or not found.document.ok:
        return None
    findings = engine.check(subject_of(found.document, plan.knowledge), [rule])
    for item in placed(found.document, findings):
        if (*item.start, item.finding.message) == (report.line, report.column, report.message):
            repair = item.finding.repair
            return None if repair is None else (repair.title, repaired(found.document, [item.finding]))
    return None


def start(_options: Any = None) -> None:
    """Serves on stdin and stdout until the editor ends it."""
    SERVER.start_io()
