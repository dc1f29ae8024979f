"""The automatic layout: what it promises for every graph, and a few drawings in full."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from fjctl.conversion.layout import HEADER, Box, Placed, arrange, place_new

Edges = list[tuple[str, str]]

SIDES = st.one_of(st.integers(1, 900).map(float), st.floats(1, 900))


@st.composite
def drawings(draw: st.DrawFn, *, acyclic: bool = False, nested: bool = True) -> tuple[list[Box], Edges]:
    """Up to twenty boxes; parents always stand before their children."""
    count = draw(st.integers(0, 20))
    boxes = []
    for index in range(count):
        parent = draw(st.none() | st.integers(0, index - 1)) if nested and index else None
        boxes.append(
            Box(
                f"块{index}",
                draw(SIDES),
                draw(SIDES),
                None if parent is None else f"块{parent}",
                note=draw(st.integers(0, 7)) == 0,
            )
        )
    ends = st.integers(0, max(count - 1, 0))
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=40)) if count else []
    if acyclic:
        pairs = [(min(pair), max(pair)) for pair in pairs]
    return boxes, [(f"块{a}", f"块{b}") for a, b in pairs]


def overlapping(a: Placed, b: Placed, across: float = 0, down: float = 0) -> bool:
    """Whether two boxes are nearer than the gaps in both directions."""
    return (
        a.x < b.x + b.width + across
        and b.x < a.x + a.width + across
        and a.y < b.y + b.height + down
        and b.y < a.y + a.height + down
    )


def clashes(boxes: list[Box], placed: dict[str, Placed], across: float = 0, down: float = 0) -> Edges:
    """Siblings that overlap."""
    return [
        (a.id, b.id)
        for a, b in combinations(boxes, 2)
        if a.parent == b.parent and overlapping(placed[a.id], placed[b.id], across, down)
    ]


def outside(boxes: list[Box], placed: dict[str, Placed]) -> list[str]:
    """Children not inside their container, below its header."""
    found = []
    for box in boxes:
        if box.parent is not None:
            x, y, width, height = placed[box.id]
            around = placed[box.parent]
            if x <= 0 or y < HEADER or x + width > around.width or y + height > around.height:
                found.append(box.id)
    return found


@given(drawings())
def test_arranged_siblings_keep_gaps_and_children_stay_inside(drawing: tuple[list[Box], Edges]) -> None:
    boxes, edges = drawing
    placed = arrange(boxes, edges)
    assert list(placed) == [box.id for box in boxes]
    assert clashes(boxes, placed, across=80, down=40) == []
    assert outside(boxes, placed) == []
    assert all(place.x % 10 == 0 and place.y % 10 == 0 for place in placed.values())
    assert all(placed[box.id].width >= box.width and placed[box.id].height >= box.height for box in boxes)


@given(drawings(acyclic=True, nested=False))
def test_edges_of_an_acyclic_graph_run_rightwards(drawing: tuple[list[Box], Edges]) -> None:
    boxes, edges = drawing
    placed = arrange(boxes, edges)
    notes = {box.id for box in boxes if box.note}
    for source, target in edges:
        if source != target and not notes & {source, target}:
            assert placed[source].x + placed[source].width + 80 <= placed[target].x


@given(drawings(), st.data())
def test_new_boxes_move_nothing_and_overlap_nothing(drawing: tuple[list[Box], Edges], data: st.DataObject) -> None:
    boxes, edges = drawing
    arranged = arrange(boxes, edges)
    kept = {box.id for box in boxes if data.draw(st.booleans())}
    partly = [
        Box(
            box.id,
            *(arranged[box.id][2:] if box.id in kept else (box.width, box.height)),
            box.parent,
            note=box.note,
            x=arranged[box.id].x if box.id in kept else None,
            y=arranged[box.id].y if box.id in kept else None,
        )
        for box in boxes
    ]
    changed = place_new(partly, edges)
    assert {box.id for box in boxes} - kept <= set(changed)
    for id_, place in changed.items():
        if id_ in kept:
            assert place[:2] == arranged[id_][:2]
            assert place.width > arranged[id_].width or place.height > arranged[id_].height
    both = arranged | changed
    assert outside(boxes, both) == []
    # A container that grew cannot help reaching over what stands beside it.
    grown = kept & set(changed)
    assert [pair for pair in clashes(boxes, both) if not grown & set(pair)] == []


@given(drawings())
@settings(max_examples=30)
def test_nothing_new_changes_nothing(drawing: tuple[list[Box], Edges]) -> None:
    boxes, edges = drawing
    placed = arrange(boxes, edges)
    done = [
        Box(box.id, place.width, place.height, box.parent, note=box.note, x=place.x, y=place.y)
        for box, place in zip(boxes, placed.values(), strict=True)
    ]
    assert place_new(done, edges) == {}


def test_a_chain_is_a_straight_row() -> None:
    boxes = [Box(id_, 250, 100) for id_ in "abc"]
    placed = arrange(boxes, [("a", "b"), ("b", "c"), ("c", "c"), ("c", "nowhere")])
    assert placed == {
        "a": Placed(150, 150, 250, 100),
        "b": Placed(500, 150, 250, 100),
        "c": Placed(850, 150, 250, 100),
    }


def test_branches_of_a_fork_stand_in_the_order_of_its_edges() -> None:
    boxes = [Box(id_, 250, 100) for id_ in ("fork", "x", "y", "z", "join")]
    placed = arrange(boxes, [("fork", "z"), ("fork", "x"), ("fork", "y"), ("x", "join"), ("y", "join"), ("z", "join")])
    assert placed["z"].y < placed["x"].y < placed["y"].y
    assert placed["fork"].y == placed["x"].y == placed["join"].y


def test_crossings_that_can_be_avoided_are_avoided() -> None:
    # In the order of the edges, c -> z would cross b -> y.
    boxes = [Box(id_, 250, 100) for id_ in ("s", "a", "b", "c", "y", "z")]
    placed = arrange(boxes, [("s", "a"), ("s", "b"), ("s", "c"), ("a", "z"), ("b", "y"), ("c", "z")])
    above = placed["b"].y < placed["a"].y
    assert above == (placed["b"].y < placed["c"].y)
    assert above == (placed["y"].y < placed["z"].y)


def test_a_cycle_still_reads_from_its_start() -> None:
    boxes = [Box(id_, 250, 100) for id_ in ("start", "ask", "check")]
    placed = arrange(boxes, [("check", "ask"), ("start", "ask"), ("ask", "check")])
    assert placed["start"].x < placed["ask"].x < placed["check"].x


def test_notes_stand_below_the_flow_even_when_joined_to_it() -> None:
    boxes = [Box("memo", 200, 400, note=True), Box("a", 250, 100), Box("b", 250, 100)]
    placed = arrange(boxes, [("memo", "a"), ("a", "b")])
    assert placed["memo"].y > placed["a"].y + 100
    assert placed["a"].x == 150


def test_an_edge_out_of_a_container_places_the_container() -> None:
    boxes = [Box("loop", 0, 0), Box("inner", 250, 100, "loop"), Box("after", 250, 100)]
    placed = arrange(boxes, [("loop", "inner"), ("inner", "after")])
    assert placed["inner"] == Placed(50, 100, 250, 100)
    assert placed["loop"] == Placed(150, 150, 350, 250)
    assert placed["after"] == Placed(600, 220, 250, 100)


def test_impossible_parents_count_as_none() -> None:
    boxes = [Box("a", 100, 100, "b"), Box("b", 100, 100, "a"), Box("c", 100, 100, "gone"), Box("", 10, 10, "")]
    placed = arrange(boxes, [("a", "c"), ("", "a")])
    assert set(placed) == {"a", "b", "c", ""}


def test_sizes_that_are_no_sizes_count_as_nothing() -> None:
    placed = arrange([Box("a", float("nan"), -5), Box("b", float("inf"), 10)], [("a", "b")])
    assert placed == {"a": Placed(150, 150, 0, 0), "b": Placed(250, 150, 0, 10)}


def test_deep_nesting_and_long_chains_need_no_recursion() -> None:
    nest = [Box(str(i), 10, 10, str(i - 1) if i else None) for i in range(3000)]
    chain = [Box(f"c{i}", 10, 10) for i in range(3000)]
    placed = arrange(nest + chain, [(f"c{i}", f"c{i + 1}") for i in range(2999)] + [("2999", "c0")])
    assert outside(nest, placed) == []
    assert placed["c2999"].x > placed["c0"].x > placed["0"].x


def test_a_new_box_stands_right_of_its_predecessor_or_left_of_its_successor() -> None:
    boxes = [
        Box("a", 250, 100, x=5, y=5),
        Box("b", 250, 100, x=355, y=5),
        Box("next", 250, 100),
        Box("first", 250, 100),
        Box("alone", 250, 100),
    ]
    placed = place_new(boxes, [("a", "b"), ("a", "next"), ("first", "a")])
    assert placed == {
        "next": Placed(360, 170, 250, 100),
        "first": Placed(-350, 10, 250, 100),
        "alone": Placed(-350, 330, 250, 100),
    }


def test_a_container_grows_around_a_new_child_and_keeps_its_corner() -> None:
    boxes = [
        Box("loop", 350, 250, x=-7, y=3),
        Box("old", 250, 100, "loop", x=50, y=100),
        Box("new", 250, 100, "loop"),
    ]
    placed = place_new(boxes, [("old", "new")])
    assert placed == {"loop": Placed(-7, 3, 700, 250), "new": Placed(400, 100, 250, 100)}


def test_the_drawing_is_the_same_under_any_hash_seed() -> None:
    program = """
from fjctl.conversion.layout import Box, arrange, place_new
boxes = [Box(f"n{i}", 100 + i % 7 * 30, 80, f"n{i - i % 9}" if i % 9 in (3, 4, 5) else None) for i in range(90)]
edges = [(f"n{i}", f"n{i * k % 90}") for i in range(90) for k in (2, 3, 7)]
half = [Box(b.id, b.width, b.height, b.parent, x=9000.0 * i, y=0.0) if i % 3 else b for i, b in enumerate(boxes)]
print(arrange(boxes, edges), place_new(half, edges))
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
