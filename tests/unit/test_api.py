"""Converting files: pairs, priors, guarded writing, what is refused and what is left alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from fjctl import api
from fjctl.api import Options, Status
from fjctl.conversion import bridge
from fjctl.errors import UsageError
from fjctl.store import open_store
from tests.support_documents import EVERYTHING, block, edge, state

if TYPE_CHECKING:
    from pathlib import Path

TEXT = json.dumps(
    {"state": state([block("a", "agent", "Ask", {"systemPrompt": "hi"}), block("b", "wait", "W")], [edge("a", "b")])},
    indent=2,
)


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "w.json"
    path.write_text(TEXT)
    return path


def converted(path: Path, **more: object) -> api.FileResult:
    return api.convert_file(path, Options(root=path.parent, **more))  # type: ignore[arg-type]


def test_there_and_back_changes_nothing(flow: Path) -> None:
    first = converted(flow)
    journey = flow.with_name("w.journey.yaml")
    assert (first.status, first.target, first.before) == (Status.WRITTEN, "w.journey.yaml", None)
    os.utime(flow, ns=(1, 1))
    os.utime(journey, ns=(1, 1))
    assert converted(flow).status is converted(journey).status is Status.UNCHANGED
    assert flow.stat().st_mtime_ns == journey.stat().st_mtime_ns == 1
    assert flow.read_text() == TEXT


def test_an_edit_moves_one_place(flow: Path) -> None:
    converted(flow)
    journey = flow.with_name("w.journey.yaml")
    journey.write_text(journey.read_text().replace("chat: hi", "chat: ho"))
    result = converted(journey)
    assert result.status is Status.WRITTEN
    assert result.before == TEXT
    assert flow.read_text() == TEXT.replace('"hi"', '"ho"')


def test_without_writing_nothing_is_written(flow: Path) -> None:
    result = converted(flow, write=False)
    assert result.status is Status.WOULD_WRITE
    assert result.text
    assert not flow.with_name("w.journey.yaml").exists()


def test_strict_refuses_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text(
        "journey: x\nversion: 1\nstates:\n  a: {chat: x, timeout: 3s, next: [{to: b, on: timeout}]}\n  b: {end: true}\n"
    )
    result = converted(path, strict=True)
    assert result.error is not None
    assert (result.status, result.error.code) == (Status.REFUSED, "FJ005")
    assert api.worst([result]) == 1
    assert [item.name for item in tmp_path.iterdir()] == ["x.journey.yaml"]
    assert converted(path).status is Status.WRITTEN


@pytest.mark.parametrize("held", ["{", '{"nodes": [{"id": "1", "position": {}, "data": {}}], "edges": []}', "[]"])
def test_a_target_that_is_something_else_is_left_alone(held: str, flow: Path) -> None:
    converted(flow)
    flow.write_text(held)
    result = converted(flow.with_name("w.journey.yaml"))
    assert result.error is not None
    assert (result.status, result.error.code) == (Status.REFUSED, "FJ005")
    assert flow.read_text() == held


def test_edits_of_the_targets_own_are_not_overwritten_unless_forced(flow: Path, tmp_path: Path) -> None:
    journey = flow.with_name("w.journey.yaml")
    options = Options(root=tmp_path)
    with open_store(tmp_path / "f.db") as store:
        api.remember(store, [api.convert_file(flow, options, store=store)])
        assert store.base("w.json", "w.journey.yaml") is not None
        journey.write_text(journey.read_text().replace("chat: hi", "chat: mine") + "# said\n")
        flow.write_text(TEXT.replace('"hi"', '"theirs"'))
        refused = api.convert_file(flow, options, store=store)
        assert refused.error is not None
        assert (refused.status, refused.error.code) == (Status.REFUSED, "FJ005")
        assert "chat: mine" in journey.read_text()
        forced = api.convert_file(flow, Options(root=tmp_path, force=True), store=store)
    assert forced.status is Status.WRITTEN
    assert "chat: theirs" in journey.read_text()
    assert journey.read_text().endswith("# said\n")


def test_a_comment_in_the_target_is_no_edit(flow: Path, tmp_path: Path) -> None:
    journey = flow.with_name("w.journey.yaml")
    with open_store(tmp_path / "f.db") as store:
        api.remember(store, [api.convert_file(flow, Options(root=tmp_path), store=store)])
        journey.write_text("# said\n" + journey.read_text())
        flow.write_text(TEXT.replace('"hi"', '"theirs"'))
        assert api.convert_file(flow, Options(root=tmp_path), store=store).status is Status.WRITTEN
    assert journey.read_text().startswith("# said\n")


def test_a_target_changed_between_read_and_write(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converted(flow)
    journey = flow.with_name("w.journey.yaml")
    flow.write_text(TEXT.replace('"hi"', '"ho"'))
    convert = bridge.convert

    def slow(*values: Any) -> object:
        done = convert(*values)
        journey.write_text(
            "somebody else\n"
        )  # as another process would, after the real conversion and before the write
        return done

    monkeypatch.setattr(bridge, "convert", slow)
    result = converted(flow)
    assert result.error is not None
    assert (result.status, result.error.code) == (Status.FAILED, "FJ004")
    assert journey.read_text() == "somebody else\n"
    assert api.worst([result]) == 1


def test_where_things_go(flow: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert converted(flow, out=folder).target == "out/w.journey.yaml"
    assert converted(flow, out=tmp_path / "y.journey.json").status is Status.WRITTEN
    assert json.loads((tmp_path / "y.journey.json").read_text())["states"]["ask"]
    assert converted(flow, to="reactflow").target == "w.reactflow.json"
    assert converted(tmp_path / "y.journey.json", to="reactflow").target == "y.reactflow.json"
    same = converted(flow, out=flow)
    assert same.error is not None
    assert same.error.code == "FJ001"


def test_in_memory() -> None:
    document = api.reads(json.dumps(EVERYTHING), "w.json")
    journey = api.reads(api.convert(document).text or "", "w.journey.yaml")
    assert api.convert(journey, "sim", prior=document).unchanged
    assert api.convert(journey, prior=document).text == document.source.text
    with pytest.raises(UsageError, match="unknown format"):
        api.reads("{}", format="simm")


def test_a_byte_order_mark_stays_and_is_hashed(flow: Path) -> None:
    flow.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    converted(flow)
    journey = flow.with_name("w.journey.yaml")
    journey.write_text(journey.read_text().replace("chat: hi", "chat: ho"))
    result = converted(journey)
    assert flow.read_bytes() == b"\xef\xbb\xbf" + TEXT.replace('"hi"', '"ho"').encode()
    assert result.record is not None
    assert [item.size for item in result.record.files] == [journey.stat().st_size, flow.stat().st_size]


def test_a_journey_names_its_schema_only_where_there_is_one(flow: Path, tmp_path: Path) -> None:
    assert converted(flow).status is Status.WRITTEN
    journey = flow.with_name("w.journey.yaml")
    assert journey.read_text().startswith("journey: ")
    journey.unlink()
    schema = tmp_path / "schemas" / "journey.schema.json"
    schema.parent.mkdir()
    schema.write_text("{}")
    assert converted(flow).status is Status.WRITTEN
    named = os.path.relpath(schema, flow.parent)
    assert journey.read_text().startswith(f"# yaml-language-server: $schema={named}\n")
