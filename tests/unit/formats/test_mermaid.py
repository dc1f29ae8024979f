"""Drawings of journeys and workflows in Mermaid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl import Options, api
from fjctl.conversion import bridge
from fjctl.errors import RefusedError
from fjctl.formats import mermaid, registry
from tests.strategies import journeys
from tests.support import EXAMPLES
from tests.support_laws import read
from tests.support_parlant import Wanted, parametrized, script

if TYPE_CHECKING:
    from pathlib import Path

FORM = registry.find("mermaid")
STATE = re.compile(r'state "[^"\n:;{}<>\[\]]*(?:#\d+;[^"\n:;{}<>\[\]]*)*" as s\d+(?: \{)?')
ARROW = re.compile(r"(?:\[\*\]|s\d+) --> (?:\[\*\]|s\d+)(?: : [^:;\n]*(?:#\d+;[^:;\n]*)*)?")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def well_formed(text: str) -> None:
    first, second, *rest = lines(text)
    assert first == mermaid.MARK
    assert second == "stateDiagram-v2"
    for line in rest:
        known = line in {"", "}"} or line.startswith(("%% ", "classDef tool ", "class s"))
        assert (
            known or STATE.fullmatch(line) or ARROW.fullmatch(line) or re.fullmatch(r"state s\d+ <<choice>>", line)
        ), line


@pytest.mark.parametrize("wanted", parametrized())
def test_a_script_is_drawn(wanted: Wanted) -> None:
    source = script(wanted)
    text = bridge.convert(source, FORM).text
    assert text is not None
    well_formed(text)
    assert sum(line.startswith("state ") for line in lines(text)) == wanted.states


def test_what_is_drawn() -> None:
    source = read("x.journey.yaml", SMALL)
    assert str(bridge.convert(source, FORM).text) == DRAWN


SMALL = """\
journey: tea
version: 1
start: ask
states:
  ask:
    chat: 'Ask: "black" or {green}; end'
    next:
      - {to: look, condition: "black --> or: so"}
      - {to: stop, else: true}
  look:
    tool: stock
    next: pick
  pick:
    fork: true
    next:
      - {to: ask, when: "<look.left> == 0"}
      - {to: stop, else: true}
  stop: {end: true}
tools:
  stock: {kind: external}
"""
DRAWN = f"""\
{mermaid.MARK}
stateDiagram-v2
    %% Tea
    state "Ask#58; #34;black#34; or #123;green#125;#59; #101;#110;#100;" as s1
    state "Look#58; stock" as s2
    state s3 <<choice>>
    state "Stop" as s4
    [*] --> s1
    s1 --> s2 : black #45;#45;#62; or#58; so
    s1 --> s4 : else
    s2 --> s3
    s3 --> s1 : #60;look.left#62; == 0
    s3 --> s4 : else
    s4 --> [*]
    classDef tool fill:#fff3d6,stroke:#b7791f
    class s2 tool
"""


@given(st.text())
def test_a_label_means_nothing_to_mermaid(text: str) -> None:
    found = mermaid.label(text)
    plain = re.sub(r"#\d+;", "", found)
    assert not re.search(r'[":;<>{}\[\]#\n\r%&`|\\]|--', plain)
    decoded = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), found)
    words = " ".join(text.split())
    assert decoded == words or (decoded.endswith("…") and words.startswith(decoded[:-1]))


@given(journeys())
def test_any_journey_is_drawn(journey: Any) -> None:
    well_formed(mermaid.made(journey).text)


def test_a_workflow_is_drawn() -> None:
    path = next(EXAMPLES.glob("*/workflows/*.json"))
    text = bridge.convert(api.read(path), FORM).text
    assert text is not None
    well_formed(text)


def test_a_drawing_is_written_anew_but_nothing_else_is(tmp_path: Path) -> None:
    source = tmp_path / "tea.journey.yaml"
    source.write_text(SMALL, encoding="utf-8")
    options = Options(to="mermaid", root=tmp_path)
    assert api.convert_file(source, options).status is api.Status.WRITTEN
    source.write_text(SMALL.replace("green", "white"), encoding="utf-8")
    assert api.convert_file(source, options).status is api.Status.WRITTEN
    drawing = tmp_path / "tea.mmd"
    assert "white" in drawing.read_text(encoding="utf-8")
    drawing.write_text("graph TD\n", encoding="utf-8")
    result = api.convert_file(source, options)
    assert isinstance(result.error, RefusedError)
    assert drawing.read_text(encoding="utf-8") == "graph TD\n"


def test_a_drawing_is_not_read() -> None:
    found = api.reads("{}", "x.mmd", format="mermaid")
    assert [item.code for item in found.diagnostics] == ["FJ309"]
