"""Values of a type that the journey document does not take stay behind; the rest is shared."""

from __future__ import annotations

from fjctl.model.fitting import fit, fit_workflow
from fjctl.model.journey import Agent, Ask, Tool
from fjctl.model.workflow import Block, BlockKind, Workflow


def test_fit() -> None:
    assert fit({"kind": "http", "title": 5, "request": {"url": [], "x": 1}}, Tool) == {
        "kind": "http",
        "request": {"x": 1},
    }
    assert fit({"model": 5, "own": 5, "temperature": 0.5}, Agent) == {"own": 5, "temperature": 0.5}
    assert fit({"fields": {"a": {"required": "yes"}, "b": 1}, "notify": "x"}, Ask) == {"fields": {"a": {}}}
    good = {"kind": "http", "request": {"url": "u"}}
    assert fit(good, Tool) is good


def test_fit_workflow() -> None:
    good = Block(id="a", kind=BlockKind.AGENT, fields={"prompt": "x"})
    bad = Block(id="b", kind=BlockKind.START, fields={"inputs": {"q": {"type": 5}}, "retry": 3, "event": ["x"]})
    found = fit_workflow(Workflow(blocks=[good, bad], variables={"v": {"type": []}, "w": 3}))
    assert found.blocks[0] is good
    assert found.blocks[1].fields == {"inputs": {"q": {}}}
    assert found.variables == {"v": {}}
