"""Nodes under new ids are found again by name, content or neighbours, and never guessed."""

from __future__ import annotations

from fjctl.conversion.relink import relink
from fjctl.model.workflow import Block, BlockKind, Edge, Workflow

CHAT, CODE = BlockKind.AGENT, BlockKind.CODE


def flow(*rows: tuple[str, BlockKind, str, str], edges: str = "") -> Workflow:
    blocks = [
        Block(id=i, kind=kind, name=name, fields={"prompt": text} if text else {}) for i, kind, name, text in rows
    ]
    return Workflow(blocks=blocks, edges=[Edge(source=pair[0], target=pair[1]) for pair in edges.split()])


def test_by_name_and_kind() -> None:
    assert relink(flow(("a", CHAT, "My Ask", "x")), flow(("q", CHAT, "my ask", "y"))) == {"a": "q"}
    assert relink(flow(("a", CHAT, "Ask", "")), flow(("q", CODE, "Ask", ""))) == {}


def test_by_content_when_renamed() -> None:
    assert relink(flow(("a", CHAT, "Ask", "x")), flow(("q", CHAT, "Other", "x"))) == {"a": "q"}


def test_twins_are_not_guessed() -> None:
    assert relink(flow(("a", CHAT, "Ask", "x")), flow(("q", CHAT, "B", "x"), ("r", CHAT, "C", "x"))) == {}
    assert relink(flow(("a", CHAT, "A", "x"), ("b", CHAT, "A", "x")), flow(("q", CHAT, "A", "x"))) == {}


def test_by_neighbours() -> None:
    known = flow(("a", CHAT, "Ask", "x"), ("b", CODE, "B", ""), ("c", CHAT, "C", "z"), edges="ab bc")
    found = flow(("q", CHAT, "Ask", "x"), ("r", CODE, "New", ""), ("c", CHAT, "C", "z"), edges="qr rc")
    assert relink(known, found) == {"c": "c", "a": "q", "b": "r"}
