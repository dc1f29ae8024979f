"""`fjctl lsp`, asked by a real client over stdin and stdout."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from fjctl.cli.language_server import Text
from fjctl.source import Span
from tests.support import EXAMPLES, environment, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

JOURNEY = """\
journey: greet
version: 1
triggers: [They say hello 👋]
start: hello
variables: {number: {type: string, input: true, description: On the receipt}}
tools: {look_up: {kind: http, request: {url: https://shop.example}}}
states:
  hello: {say: "👋 Hello", next: look}
  look: {tool: look_up, next: [{to: tell, when: <look.data.ok>}, {to: hello, else: true}]}
  offer: {say: A discount, next: tell}
  tell:
    chat: Tell them <look.data> about <variable.number>
    next: [{to: bye, condition: Yes}, {to: bye, condition: Yes}]
  bye: {end: true}
"""


class Editor:
    """An editor with one file open."""

    def __init__(self, client: LanguageClient, path: Path, found: list[lsp.PublishDiagnosticsParams]) -> None:
        self.client = client
        self.path = path
        self.uri = path.as_uri()
        self.file = lsp.TextDocumentIdentifier(self.uri)
        self.found = found
        self.version = 1

    async def open(self) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "yaml", self.version, self.path.read_text(encoding="utf-8"))
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.diagnostics(1)

    async def change(self, text: str) -> list[lsp.Diagnostic]:
        self.version += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return await self.diagnostics(len(self.found) + 1)

    async def diagnostics(self, count: int) -> list[lsp.Diagnostic]:
        for _ in range(500):
            if len(self.found) >= count:
                return list(self.found[-1].diagnostics)
            await asyncio.sleep(0.02)
        pytest.fail("the server says nothing")

    def at(self, text: str, words: str, inside: int = 0) -> lsp.Position:
        return Text(text).position(text.index(words) + inside)


def edit(path: Path, do: Callable[[Editor], Awaitable[None]]) -> None:
    """Starts the server, opens a file, and does something with it."""

    async def session() -> None:
        client = LanguageClient("test", "1")
        found: list[lsp.PublishDiagnosticsParams] = []

        def publish(params: lsp.PublishDiagnosticsParams) -> None:
            found.append(params)

        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
        await client.start_io(sys.executable, "-m", "fjctl", "lsp", cwd=str(path.parent), env=environment())
        try:
            await client.initialize_async(
                lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=path.parent.as_uri())
            )
            client.initialized(lsp.InitializedParams())
            await do(Editor(client, path, found))
            await client.shutdown_async(None)
            client.exit(None)
        finally:
            await client.stop()  # type: ignore[no-untyped-call]

    asyncio.run(asyncio.wait_for(session(), 60))


@pytest.fixture
def journey(tmp_path: Path) -> Path:
    path = tmp_path / "greet.journey.yaml"
    path.write_text(JOURNEY, encoding="utf-8")
    return path


def changed(text: str, edits: Any) -> str:
    place = Text(text)
    for item in sorted(edits, key=lambda item: (item.range.start.line, item.range.start.character), reverse=True):
        start, end = place.offset(item.range.start), place.offset(item.range.end)
        text = text[:start] + item.new_text + text[end:]
    return text


def test_findings_while_typing(journey: Path) -> None:
    async def do(editor: Editor) -> None:
        found = await editor.open()
        assert {item.code for item in found} == {"FJ503", "FJ505"}
        unreachable = next(item for item in found if item.code == "FJ503")
        assert unreachable.range.start == editor.at(JOURNEY, "offer:")
        found = await editor.change(JOURNEY.replace("next: look}", "next: lok}"))
        assert "FJ142" in {item.code for item in found}
        assert {item.code for item in await editor.change("journey: [")} == {"FJ121"}

    edit(journey, do)


def test_hover_completion_definition_references(journey: Path) -> None:
    async def do(editor: Editor) -> None:
        await editor.open()
        client = editor.client
        hover = await client.text_document_hover_async(lsp.HoverParams(editor.file, editor.at(JOURNEY, "offer:", 2)))
        assert isinstance(hover, lsp.Hover)
        assert isinstance(hover.contents, lsp.MarkupContent)
        assert "**FJ503 unreachable**" in hover.contents.value
        assert "**When it runs:**" in hover.contents.value
        hover = await client.text_document_hover_async(
            lsp.HoverParams(editor.file, editor.at(JOURNEY, "<variable.number>", 12))
        )
        assert isinstance(hover, lsp.Hover)
        assert isinstance(hover.contents, lsp.MarkupContent)
        assert "On the receipt" in hover.contents.value
        place = await client.text_document_definition_async(
            lsp.DefinitionParams(editor.file, editor.at(JOURNEY, "next: look", 7))
        )
        assert isinstance(place, lsp.Location)
        assert place.range.start == editor.at(JOURNEY, "look: {tool")
        places = await client.text_document_references_async(
            lsp.ReferenceParams(
                lsp.ReferenceContext(include_declaration=True), editor.file, editor.at(JOURNEY, "look: {tool", 1)
            )
        )
        assert len(places or []) == 4
        for words, wanted in (("next: look", "tell"), ("<variable.number", "number"), ("tool: look_up", "look_up")):
            at = editor.at(JOURNEY, words, len(words) - 4 if words[0] != "<" else len("<variable."))
            items = await client.text_document_completion_async(lsp.CompletionParams(editor.file, at))
            assert isinstance(items, list)
            assert wanted in {item.label for item in items}, words

    edit(journey, do)


def test_code_actions_mend_and_accept(journey: Path) -> None:
    async def do(editor: Editor) -> None:
        found = await editor.open()
        twice = next(item for item in found if item.code == "FJ505")
        actions = await editor.client.text_document_code_action_async(
            lsp.CodeActionParams(editor.file, twice.range, lsp.CodeActionContext([twice]))
        )
        by_title = {action.title: action for action in actions or [] if isinstance(action, lsp.CodeAction)}
        mend = by_title["remove the second one"].edit
        assert mend is not None
        assert mend.changes is not None
        after = changed(JOURNEY, mend.changes[editor.uri])
        assert "next: [{to: bye, condition: Yes}]\n" in after
        accept = by_title["accept FJ505 here"].edit
        assert accept is not None
        assert accept.changes is not None
        accepted = changed(JOURNEY, accept.changes[editor.uri])
        assert "    # fjctl: ignore[FJ505]\n    next: [" in accepted
        assert {item.code for item in await editor.change(accepted)} == {"FJ503"}

    edit(journey, do)


def test_a_state_is_renamed_across_the_pair(tmp_path: Path) -> None:
    folder = tmp_path / "support"
    shutil.copytree(EXAMPLES / "support", folder, ignore=shutil.ignore_patterns("fjctl.db*"))
    path = folder / "journeys/return-item.journey.yaml"
    text = path.read_text(encoding="utf-8")
    flow = folder / "workflows/return-item.json"

    async def do(editor: Editor) -> None:
        assert await editor.open() == []
        answer = await editor.client.text_document_rename_async(
            lsp.RenameParams(editor.file, editor.at(text, "<offer_refund.amount>", 3), "propose_refund")
        )
        assert answer is not None
        assert answer.changes is not None
        path.write_text(changed(text, answer.changes[editor.uri]), encoding="utf-8")
        assert "offer_refund" not in path.read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8").count("propose_refund") == text.count("offer_refund")
        assert set(answer.changes) <= {editor.uri, flow.as_uri()}
        if flow.as_uri() in answer.changes:
            flow.write_text(changed(flow.read_text(encoding="utf-8"), answer.changes[flow.as_uri()]), encoding="utf-8")

    edit(path, do)
    done = run("fjctl", "check", ".", "--fail-on", "info", folder=folder)
    assert done.returncode == 0, done.stdout
    assert run("fjctl", "convert", "--check", str(flow), folder=folder).returncode == 0


def test_positions_count_as_the_protocol_does() -> None:
    text = Text("a👋b\nc\n")
    assert text.position(3) == lsp.Position(0, 4)
    assert text.offset(lsp.Position(0, 4)) == 3
    assert text.range(Span(2, 5)) == lsp.Range(lsp.Position(0, 3), lsp.Position(1, 1))
    assert text.offset(lsp.Position(9, 0)) == len(text.text)
