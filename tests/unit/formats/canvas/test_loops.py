"""Loops that a builder draws flat, as containers and back: on drawings, without any builder's spelling."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.loops import LoopPorts
from fjctl.formats.canvas.reader import read
from fjctl.formats.canvas.table import NodeType, Table
from fjctl.model.workflow import BODY, BlockKind

if TYPE_CHECKING:
    from fjctl.model.workflow import Workflow

PORTS = LoopPorts("item", "done", "", (0.0, 100.0))


class _Flat(Dialect):
    table = Table([NodeType("loop", BlockKind.LOOP), NodeType("step", BlockKind.CODE)])
    loops = PORTS


FLAT = _Flat()
NESTED = "s>l l.item>a a>m m.item>b b>m m.done>c c>l l.done>e"


def _drawing(wires: str) -> Drawing:
    """From `a>b`, `l.item>a`: ids that begin with l or m are loops."""
    found = [line.split(">") for line in wires.split()]
    ends = [(*source.partition(".")[::2], target) for source, target in found]
    names = dict.fromkeys(name for source, _, target in ends for name in (source, target))
    nodes = [
        Node(id=name, type="loop" if name[0] in "lm" else "step", x=37.5 * place, y=20.0, raw={"id": name})
        for place, name in enumerate(names)
    ]
    return Drawing(nodes=nodes, wires=[Wire(source=s, out=p, target=t) for s, p, t in ends])


def _folded(wires: str, *, loose: bool = False) -> Drawing:
    drawing = _drawing(wires)
    FLAT.fold_loops(drawing, loose=loose)
    return drawing


def _parents(drawing: Drawing) -> dict[str, str | None]:
    return {node.id: node.parent for node in drawing.nodes if node.parent is not None}


def _ends(drawing: Drawing) -> set[tuple[str, str, str, str]]:
    return {wire.ends() for wire in drawing.wires}


@pytest.mark.parametrize(
    ("wires", "parents"),
    [
        ("s>l l.item>a a>b b>l l.done>e", {"a": "l", "b": "l"}),
        (NESTED, {"a": "l", "m": "l", "b": "m", "c": "l"}),
        ("s>l l.item>a a>l a>b l.done>e", {"a": "l", "b": "l"}),
    ],
    ids=["a chain", "a loop in a loop", "a dead end beside the way back"],
)
def test_a_body_with_one_way_in_is_inside(wires: str, parents: dict[str, str]) -> None:
    drawing = _folded(wires)
    assert _parents(drawing) == parents
    assert all(wire.target not in {"l", "m"} or wire.source not in parents or "m" in parents for wire in drawing.wires)


@pytest.mark.parametrize(
    "wires",
    [
        "s>l l.item>a l.done>e",
        "s>l l.item>l l.done>e",
        "s>l s>a l.item>a a>l l.done>e",
        "s>l l.item>a a>l a>e l.done>e",
    ],
    ids=["no way back", "no body", "a second way in", "a way out past the loop"],
)
def test_a_body_that_is_not_well_formed_stays_as_drawn(wires: str) -> None:
    drawing = _folded(wires)
    assert _parents(drawing) == {}
    assert _ends(drawing) == _ends(_drawing(wires))
    block = _workflow(drawing).by_id()["l"]
    assert [(branch.id, branch.otherwise) for branch in block.branches] == [("item", False), ("done", True)]


def test_of_two_loops_in_each_other_one_is_the_container() -> None:
    before, drawing = _drawing("s>l l.item>m m.item>l m.done>m l.done>e"), _folded("s>l l.item>m m.item>l l.done>e")
    assert _parents(drawing) == {"m": "l"}
    FLAT.unfold_loops(drawing)
    assert _ends(drawing) == {ends for ends in _ends(before) if ends[0] != ends[2]}


def _workflow(drawing: Drawing) -> Workflow:
    return read(FLAT, drawing).workflow


def test_a_wire_that_only_carries_a_value_is_no_second_way_in() -> None:
    assert _parents(_folded("s>l f>a l.item>a a>l l.done>e")) == {}
    assert _parents(_folded("s>l f>a l.item>a a>l l.done>e", loose=True)) == {"a": "l"}
    assert _parents(_folded("s>l l.item>a a>l l.done>e e>a", loose=True)) == {}


def test_the_edges_of_a_container_are_its_body_and_the_way_on() -> None:
    workflow = _workflow(_folded("s>l l.item>a a>l l.done>e"))
    assert {(edge.source, edge.branch, edge.target) for edge in workflow.edges} == {
        ("s", None, "l"),
        ("l", BODY, "a"),
        ("l", None, "e"),
    }


@pytest.mark.parametrize("wires", [NESTED, "s>l l.item>a a>l a>b l.done>e", "s>l l.item>a l.done>e"])
def test_what_was_folded_unfolds_to_what_was_drawn(wires: str) -> None:
    before, drawing = _drawing(wires), _folded(wires)
    FLAT.unfold_loops(drawing)
    assert _parents(drawing) == {}
    assert _ends(drawing) == _ends(before)
    assert [(node.id, node.x, node.y) for node in drawing.nodes] == [(n.id, n.x, n.y) for n in before.nodes]


def test_a_new_step_in_a_body_leads_back_and_what_it_follows_no_more() -> None:
    drawing = _folded("s>l l.item>a a>b b>l a>d l.done>e")
    drawing.nodes.append(Node(id="n", type="step", parent="l", x=0.0, y=0.0))
    drawing.wires.append(Wire(source="b", target="n"))
    FLAT.unfold_loops(drawing)
    assert ("n", "", "l", "") in _ends(drawing)
    assert not {("b", "", "l", ""), ("d", "", "l", "")} & _ends(drawing)


def test_a_new_loop_leads_back_from_every_end_of_its_body() -> None:
    drawing = Drawing(
        nodes=[
            Node(id="l", type="loop", x=10.0, y=10.0, width=500.0, height=300.0, inside=()),
            Node(id="m", type="loop", parent="l", x=5.0, y=5.0, inside=()),
            Node(id="a", type="step", parent="m", x=1.0, y=1.0),
        ],
        wires=[Wire(source="l", out="item", target="m"), Wire(source="m", out="item", target="a")],
    )
    again = deepcopy(drawing)
    FLAT.unfold_loops(drawing)
    assert {("m", "done", "l", ""), ("a", "", "m", "")} <= _ends(drawing)
    assert [(node.x, node.y, node.width) for node in drawing.nodes] == [
        (10.0, 10.0, None),
        (15.0, 115.0, None),
        (16.0, 216.0, None),
    ]
    FLAT.fold_loops(drawing)
    assert _parents(drawing) == _parents(again)
