"""The benchmarks run: on a tiny size, without a look at what they measure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import layout_scale, run
from benchmarks.figures import all_figures
from benchmarks.measure import Effort, Figure, ratios
from fjctl import api

if TYPE_CHECKING:
    from pathlib import Path

TINY = Effort(processes=1, calls=1, batch=2, batch_rounds=1, large=40)


@pytest.mark.slow
@pytest.mark.parametrize("topic", list(all_figures(TINY, None)))
def test_every_topic_gives_figures(topic: str, tmp_path: Path) -> None:
    figures = all_figures(TINY, None)[topic](tmp_path)
    if topic not in {"convert", "batch"}:  # these two need a peer that may not be installed
        assert figures
    for figure in figures:
        assert figure.values, figure.name
        assert topic == "batch" or min(figure.values) > 0, figure.name


def test_a_broken_limit_is_told_and_ends_in_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = [Figure("fine", [1.0, 2.0, 9.0], 2.5), Figure("slow", [3.0], 2.5), Figure("told only", [7.0], None)]
    monkeypatch.setattr(run, "all_figures", lambda *_: {"some": lambda _: figures})
    assert run.main([]) == 1
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in out[:2]] == ["ok", "BROKEN"]
    assert run.main(["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(item["name"], item["median"], item["ok"]) for item in told] == [
        ("fine", 2.0, True),
        ("slow", 3.0, False),
        ("told only", 7.0, True),
    ]
    figures.remove(figures[1])
    assert run.main([]) == 0


def test_an_unknown_topic_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["speling"]) == 2
    assert "speling" in capsys.readouterr().err


def test_the_first_round_does_not_count() -> None:
    calls: list[str] = []
    found = ratios(lambda: calls.append("one"), lambda: calls.append("other"), 2, before=lambda: calls.append("before"))
    assert len(found) == 2
    assert calls == ["before", "one", "other"] * 3


def test_the_shapes_of_the_layout_benchmark_stay_within_their_boxes() -> None:
    for edges in layout_scale.shapes(5).values():
        assert {node for edge in edges for node in edge} <= set("01234")


def test_the_documents_read_without_a_finding() -> None:
    from benchmarks.documents import sim_workflow

    for nodes, unused in ((1, 0), (21, 0), (12, 3)):
        document = api.reads(sim_workflow(nodes, unused=unused), "bench.json")
        assert document.workflow is not None
        assert len(document.workflow.blocks) == nodes
        assert document.diagnostics == []
