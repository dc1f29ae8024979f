"""Ids and places are taken over from the workflow that is written into."""

from __future__ import annotations

from fjctl.conversion.adopt import adopt_branches, adopt_edges, place
from fjctl.model.workflow import Block, BlockKind, Branch, Edge, Workflow

FORK = BlockKind.CONDITION


def fork(*branches: Branch) -> Block:
    return Block(id="c", kind=FORK, branches=list(branches))


def test_branches_and_edges_keep_their_ids() -> None:
    prior = Workflow(blocks=[fork(Branch(id="x", when="a"), Branch(id="y", otherwise=True))])
    prior.edges = [Edge(source="c", target="t", branch="x", id="e1"), Edge(source="c", target="u", branch="y", id="e2")]
    fresh = [Branch(id="n1", when="new"), Branch(id="n2", when="a"), Branch(id="n3", otherwise=True)]
    edges = [
        Edge(source="c", target="t", branch="n2"),
        Edge(source="c", target="v", branch="n3"),
        Edge(source="c", target="w", branch="n1"),
    ]
    found = adopt_edges(adopt_branches(Workflow(blocks=[fork(*fresh)], edges=edges), prior), prior)
    assert [branch.id for branch in found.blocks[0].branches] == ["n1", "x", "y"]
    assert [(edge.branch, edge.id) for edge in found.edges] == [("n1", ""), ("x", "e1"), ("y", "e2")]
    assert [branch.id for branch in fresh] == ["n1", "n2", "n3"]


def test_a_changed_expression_keeps_its_branch_and_a_taken_id_is_avoided() -> None:
    prior = Workflow(blocks=[fork(Branch(id="x", when="a"))])
    found = adopt_branches(Workflow(blocks=[fork(Branch(id="n", when="b"), Branch(id="x", when="c"))]), prior)
    assert [branch.id for branch in found.blocks[0].branches] == ["x", "x-2"]


def test_places_stay_and_new_blocks_get_one() -> None:
    prior = Workflow(blocks=[Block(id="a", kind=BlockKind.AGENT, x=7, y=9, width=3, height=4)])
    fresh = Workflow(
        blocks=[Block(id="a", kind=BlockKind.AGENT), Block(id="b", kind=BlockKind.AGENT)],
        edges=[Edge(source="a", target="b")],
    )
    kept, new = place(fresh, prior).blocks
    assert (kept.x, kept.y, kept.width, kept.height) == (7, 9, 3, 4)
    assert new.x is not None
    assert (new.x, new.y) != (7, 9)
    assert all(block.x is not None for block in place(fresh).blocks)
