"""Files that hold several flows: each is a document of its own, named behind the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion import laws
from fjctl.formats import collections, document
from tests.support import REPOSITORY, run

if TYPE_CHECKING:
    from pathlib import Path

FLOWS = [REPOSITORY / "tests" / "data" / "ragflow" / name for name in ("compiler.json", "user_interaction.json")]


def flows() -> list[Any]:
    return [json.loads(path.read_bytes()) for path in FLOWS]


def exported() -> str:
    """A whole instance as Flowise exports it: each flow is JSON in a text."""
    rows = [
        {"id": "1", "name": "Ask and tell", "flowData": json.dumps(flows()[0])},
        {"id": "2", "name": "Support", "flowData": json.dumps(flows()[1], indent=1)},
        {"id": "3", "name": "Support", "flowData": json.dumps(flows()[1])},
    ]
    return json.dumps({"AgentFlowV2": [], "ChatFlow": rows, "Tool": []}, indent=2)


def read(text: str, member: str = "") -> document.Document:
    return document.read("export.json", text.encode(), member=member)


def test_a_file_of_flows_says_which_there_are() -> None:
    found = read(exported())
    assert not found.ok
    assert found.members == ["Ask and tell", "Support", "Support_2"]
    assert [item.line() for item in found.located()] == [
        "export.json:1:1: FJ312 several-flows: the file holds 3 flows: Ask and tell, Support, Support_2"
    ]
    assert found.located()[0].help == "name one: 'export.json#Ask and tell'"


@pytest.mark.parametrize("member", ["Ask and tell", "Support", "Support_2"])
def test_each_flow_obeys_the_laws_within_its_file(member: str) -> None:
    found = read(exported(), member)
    assert found.ok
    results = laws.check_all(found)
    assert [result for result in results if result.holds is False] == []
    assert any(result.law == "PutGet every text" and result.holds for result in results)


def test_an_edit_of_one_flow_leaves_the_others_alone() -> None:
    text = exported()
    found = read(text, "Support")
    value: Any = found.value
    changed = {**value, "title": "Another title"}
    after = json.loads(found.rewritten(changed))
    before = json.loads(text)
    assert json.loads(after["ChatFlow"][1]["flowData"])["title"] == "Another title"
    after["ChatFlow"][1] = before["ChatFlow"][1]
    assert after == before


def test_lists_of_langflow_and_n8n_flows_are_told() -> None:
    langflow: Any = {"flows": [{"name": "a", "data": {"nodes": [], "edges": []}}, {"data": {"nodes": [], "edges": []}}]}
    n8n: Any = [{"name": "a", "nodes": [], "connections": {}}, {"name": "b", "nodes": [], "connections": {}}]
    assert [member.name for member in collections.members(langflow)] == ["a", "flow 2"]
    assert [(member.name, member.pointer) for member in collections.members(n8n)] == [("a", (0,)), ("b", (1,))]
    assert collections.members({"nodes": [], "edges": []}) == []
    assert collections.members([1, None, "x"]) == []


def test_a_flow_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(exported(), encoding="utf-8")
    done = run("fjctl", "convert", "export.json#Suport", folder=tmp_path)
    assert done.returncode == 2
    assert "FJ312 several-flows: the file holds no flow 'Suport'" in done.stderr
    assert "did you mean 'Support'?" in done.stderr
    one = run("fjctl", "convert", f"{FLOWS[0]}#x", folder=tmp_path)
    assert one.returncode == 2
    assert "it is one flow: name the file alone" in one.stderr


def test_a_text_that_is_no_flow_is_told(tmp_path: Path) -> None:
    rows = [{"name": "broken", "flowData": "{"}, {"name": "whole", "flowData": json.dumps(flows()[0])}]
    (tmp_path / "export.json").write_text(json.dumps({"ChatFlow": rows}), encoding="utf-8")
    done = run("fjctl", "convert", "export.json", folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (tmp_path / "export.whole.journey.yaml").exists()


def test_all_flows_there_and_one_back(tmp_path: Path) -> None:
    """The whole file gives a journey a flow; an edit of one of them goes back into its own flow only."""
    (tmp_path / "export.json").write_text(exported(), encoding="utf-8")
    done = run("fjctl", "convert", "export.json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    made = sorted(path.name for path in tmp_path.glob("*.journey.yaml"))
    assert made == ["export.ask_and_tell.journey.yaml", "export.support.journey.yaml", "export.support_2.journey.yaml"]
    journey = tmp_path / "export.support.journey.yaml"
    text = journey.read_text(encoding="utf-8")
    assert "workflow: export.json#Support" in text
    again = run("fjctl", "convert", "export.support.journey.yaml", folder=tmp_path)
    assert "unchanged" in again.stdout
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    journey.write_text(text.replace(title, "title: A new title"), encoding="utf-8")
    back = run("fjctl", "convert", "export.support.journey.yaml", folder=tmp_path)
    assert back.returncode == 0, back.stderr
    before, after = json.loads(exported()), json.loads((tmp_path / "export.json").read_bytes())
    assert "A new title" in after["ChatFlow"][1]["flowData"]
    assert [row for place, row in enumerate(after["ChatFlow"]) if place != 1] == [
        row for place, row in enumerate(before["ChatFlow"]) if place != 1
    ]


def test_several_flows_never_become_one_file(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(exported(), encoding="utf-8")
    done = run("fjctl", "convert", "export.json", "-o", "one.journey.yaml", folder=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "one.journey.yaml").exists()
    assert run("fjctl", "convert", "export.json", "-o", "many/", folder=tmp_path).returncode == 0
    assert len(list((tmp_path / "many").iterdir())) == 3


def test_a_flow_cannot_be_written_where_no_file_is(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(exported(), encoding="utf-8")
    assert run("fjctl", "convert", "export.json#Support", folder=tmp_path).returncode == 0
    (tmp_path / "export.json").unlink()
    done = run("fjctl", "convert", "export.support.journey.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert "there is no file to write the flow 'Support' into" in done.stderr


def test_roundtrip_checks_every_flow(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(exported(), encoding="utf-8")
    done = run("fjctl", "roundtrip", "export.json", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 files hold every law" in done.stdout
    stream = run("fjctl", "convert", "export.json#Support", "-o", "-", folder=tmp_path)
    assert stream.returncode == 0
    assert stream.stdout.startswith("journey:")
