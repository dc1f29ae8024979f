"""Cycles become loop containers that mean the same, and come back."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fjctl.conversion.cycles import Recovered, recover_loops
from fjctl.conversion.cycles_restore import restore_cycles
from fjctl.conversion.rounds import neighbours
from fjctl.model.references import normalize
from fjctl.model.workflow import BODY, ERROR, SPECIAL_BRANCHES, TIMEOUT, Block, BlockKind, Branch, Edge, Workflow

_STEPS = 60
_EXAMPLES = 150
_CODE, _FORK, _ROUTER, _LOOP = BlockKind.CODE, BlockKind.CONDITION, BlockKind.ROUTER, BlockKind.LOOP


def recover(workflow: Workflow) -> Recovered:
    return recover_loops(workflow, {block.id: block.id for block in workflow.blocks}, lambda key: f"#{key}")


def restore(recovered: Recovered) -> Workflow:
    keys = {block.id: block.id for block in recovered.workflow.blocks}
    return restore_cycles(recovered.workflow, keys | {node: key for key, node in recovered.nodes.items()})


def canonical(workflow: Workflow) -> tuple[dict[str, str], dict[str, list[tuple[str | None, str, str]]]]:
    """Blocks, and each source's edges in their order."""
    edges: dict[str, list[tuple[str | None, str, str]]] = {}
    for edge in workflow.edges:
        edges.setdefault(edge.source, []).append((edge.branch, edge.target, repr(edge.talk)))
    return {block.id: repr(block) for block in workflow.blocks}, edges


def graph(*lines: str, names: dict[str, str] | None = None) -> Workflow:
    """`a -> b` plain, `a -x> b` by a branch, `a -error> b` on an error; `f?` forks, `r%` routes, with an else `e`."""
    workflow = Workflow()
    blocks: dict[str, Block] = {}

    def block(word: str) -> Block:
        kind = _FORK if word.endswith("?") else _ROUTER if word.endswith("%") else _CODE
        node = word.rstrip("?%")
        kind = BlockKind.START if node == "start" else kind
        if node not in blocks:
            blocks[node] = Block(id=node, kind=kind, name=(names or {}).get(node, node.upper()))
            workflow.blocks.append(blocks[node])
        return blocks[node]

    for line in lines:
        left, arrow, right = line.split()
        source, target, label = block(left), block(right), arrow.strip("->") or None
        branch = label if label is None or label in SPECIAL_BRANCHES else f"{source.id}-{label}"
        if branch and branch not in SPECIAL_BRANCHES and source.branch(branch) is None:
            source.branches.append(
                Branch(id=branch, when=None if label == "e" else f"<x.{label}>", otherwise=label == "e")
            )
        workflow.edges.append(Edge(source=source.id, target=target.id, branch=branch))
    return workflow


def condition(recovered: Recovered, key: str) -> object:
    return recovered.workflow.by_id()[f"#{key}"].fields["loop"]


def outgoing(workflow: Workflow, node: str) -> list[tuple[str | None, str]]:
    return [(edge.branch, edge.target) for edge in workflow.edges if edge.source == node]


class _Stop(Exception):  # noqa: N818 - the end of a trace is no error
    pass


@dataclass
class Run:
    """Follows one token; every block decides by chance, the same for its n-th visit in both graphs."""

    workflow: Workflow
    seed: int
    trace: list[str] = field(default_factory=list)
    visits: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.blocks = self.workflow.by_id()
        self.out: dict[str, list[Edge]] = {}
        for edge in self.workflow.edges:
            self.out.setdefault(edge.source, []).append(edge)

    def start(self) -> list[str]:
        with suppress(_Stop):
            self.follow("start")
        return self.trace

    def follow(self, node: str | None) -> None:
        while node is not None:
            block = self.blocks[node]
            if not block.enabled:
                return
            if not node.startswith("#"):
                self.trace.append(node)
            if len(self.trace) >= _STEPS:
                raise _Stop
            node = self.step(block)

    def step(self, block: Block) -> str | None:
        ways = {edge.branch: edge.target for edge in self.out.get(block.id, [])}
        if block.kind is _LOOP:
            self.repeat(block, ways[BODY])
            return ways.get(None)
        number = self.visits[block.id] = self.visits.get(block.id, 0) + 1
        chance = random.Random(f"{self.seed}/{block.id}/{number}")  # noqa: S311 - a test's dice
        failing = [branch for branch in (ERROR, TIMEOUT) if branch in ways]
        if failing and chance.random() < 0.4:
            return ways[chance.choice(failing)]
        if not block.branches:
            return ways.get(None)
        self.chosen[block.id] = self.choose(block, chance)
        return ways.get(self.chosen[block.id], ways.get(None))

    def choose(self, block: Block, chance: random.Random) -> str | None:
        if block.id.startswith("#"):
            for branch in block.branches:
                if branch.otherwise or self.holds(branch.when or ""):
                    return branch.id
            return None
        options: list[str | None] = [branch.id for branch in block.branches]
        sure = block.kind is _ROUTER or any(branch.otherwise for branch in block.branches)
        return chance.choice(options if sure else [*options, None])

    def repeat(self, container: Block, first: str) -> None:
        loop = container.fields["loop"]
        assert isinstance(loop, dict)
        for _ in range(_STEPS):
            for node in self.inside(container.id):
                self.chosen.pop(node, None)
            self.follow(first)
            if not self.holds(str(loop["do_while"])):
                return
        raise _Stop

    def inside(self, container: str) -> list[str]:
        found = [block.id for block in self.workflow.blocks if block.parent == container]
        return found + [node for child in found for node in self.inside(child)]

    def holds(self, expression: str) -> bool:
        if expression in {"true", "false"}:
            return expression == "true"
        names = {normalize(block.name): block for block in self.workflow.blocks}
        for atom in expression.split(" || "):
            match = re.fullmatch(r'<([^<>]+)\.selected(Option|Route)> === "([^"]+)"', atom)
            assert match is not None, atom
            block = names[match[1]]
            assert (match[2] == "Route") == (block.kind is _ROUTER)
            if self.chosen.get(block.id) == match[3]:
                return True
        return False


class _Maker:
    """Draws a reducible flow graph: sequences, branches, loops with several exits, errors, dead ends."""

    def __init__(self, data: st.DataObject, *, fan_out: bool) -> None:
        self.data = data
        self.fan_out = fan_out
        self.workflow = Workflow()
        self.count = 0

    def draw(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def block(self, kind: BlockKind = _CODE, branches: int = 0, *, otherwise: bool = True) -> Block:
        self.count += 1
        node = f"b{self.count}"
        name = f"Block {self.count}" + ("" if self.draw(0, 7) else " > 5?")
        block = Block(id=node, kind=kind, name=name, enabled=bool(self.draw(0, 25)))
        for number in range(branches):
            last = otherwise and number == branches - 1
            when = None if last or kind is _ROUTER else f"<x> > {number}"
            block.branches.append(Branch(id=f"{node}-{number}", when=when, otherwise=last))
        self.workflow.blocks.append(block)
        return block

    def edge(self, source: Block, target: Block, branch: str | None = None) -> None:
        self.workflow.edges.append(Edge(source=source.id, target=target.id, branch=branch))

    def make(self) -> Workflow:
        start = Block(id="start", kind=BlockKind.START, name="Start")
        self.workflow.blocks.append(start)
        end = self.block()
        self.edge(start, self.part(3, end, [end]))
        self.drop_unreachable(start)
        order = self.data.draw(st.permutations(range(len(self.workflow.blocks))))
        self.workflow.blocks = [self.workflow.blocks[place] for place in order]
        self.canonical_order()
        return self.workflow

    def drop_unreachable(self, start: Block) -> None:
        seen, stack = {start.id}, [start.id]
        while stack:
            node = stack.pop()
            found = {edge.target for edge in self.workflow.edges if edge.source == node} - seen
            seen |= found
            stack += found
        self.workflow.blocks = [block for block in self.workflow.blocks if block.id in seen]
        self.workflow.edges = [edge for edge in self.workflow.edges if edge.source in seen]

    def canonical_order(self) -> None:
        place = {node: number for number, node in enumerate(self.workflow.by_id())}
        blocks = self.workflow.by_id()

        def rank(edge: Edge) -> tuple[int, int]:
            ids: list[str | None] = [branch.id for branch in blocks[edge.source].branches]
            return place[edge.source], [*ids, None, ERROR, TIMEOUT].index(edge.branch)

        self.workflow.edges.sort(key=rank)

    def part(self, depth: int, after: Block, goals: list[Block]) -> Block:
        """A region that leads to `after`, and sometimes elsewhere; returns its first block."""
        shape = self.draw(0, 7) if depth else 0
        if shape <= 1:
            return self.plain(after, goals)
        if shape == 2:
            return self.part(depth - 1, self.part(depth - 1, after, goals), goals)
        if shape <= 4:
            return self.fork(depth, after, goals)
        if shape == 5 and self.fan_out:
            return self.parallel(depth, after)
        return self.loop(depth, after, goals)

    def plain(self, after: Block, goals: list[Block]) -> Block:
        block = self.block()
        if self.draw(0, 9):
            self.edge(block, after)
        for special in (ERROR, TIMEOUT):
            if not self.draw(0, 4):
                self.edge(block, self.goal(goals), special)
        return block

    def goal(self, goals: list[Block]) -> Block:
        return goals[self.draw(0, len(goals) - 1)]

    def fork(self, depth: int, after: Block, goals: list[Block]) -> Block:
        block = self.block([_FORK, _ROUTER][self.draw(0, 1)], self.draw(1, 3), otherwise=bool(self.draw(0, 3)))
        for branch in block.branches:
            way = self.draw(0, 5)
            if way:
                target = self.part(depth - 1, after, goals) if way < 4 else self.goal([after, *goals])
                self.edge(block, target, branch.id)
        return block

    def parallel(self, depth: int, after: Block) -> Block:
        block = self.block()
        for _ in range(2):
            self.edge(block, self.part(depth - 1, after, [after]))
        return block

    def loop(self, depth: int, after: Block, goals: list[Block]) -> Block:
        """The header goes first and its body may come back to it, go on, or leave for any goal outside."""
        header = self.block([_FORK, _ROUTER, _CODE][self.draw(0, 2)])
        inner = [header, after, *goals]
        if header.kind is _CODE:
            self.edge(header, self.part(depth - 1, self.goal(inner[:2]), inner))
            return header
        for number in range(self.draw(2, 3)):
            last = bool(number) and not self.draw(0, 1)
            header.branches.append(Branch(id=f"{header.id}-{number}", when=None if last else "<x>", otherwise=last))
            target = self.part(depth - 1, self.goal([header, after]), inner) if self.draw(0, 2) else self.goal(inner)
            self.edge(header, target, header.branches[-1].id)
            if last:
                break
        return header


def acyclic(workflow: Workflow) -> bool:
    left = {node: set(targets) for node, targets in neighbours(workflow.by_id(), workflow.edges).items()}
    while left:
        free = {node for node, targets in left.items() if not targets & left.keys()}
        if not free:
            return False
        left = {node: targets for node, targets in left.items() if node not in free}
    return True


@given(st.data())
@settings(max_examples=_EXAMPLES, deadline=None)
def test_a_reducible_graph_becomes_acyclic_means_the_same_and_comes_back(data: st.DataObject) -> None:
    workflow = _Maker(data, fan_out=False).make()
    before = deepcopy(workflow)
    recovered = recover(workflow)
    assert recovered.refused == []
    assert workflow == before
    assert acyclic(recovered.workflow)
    assert {block.id for block in workflow.blocks} == {b.id for b in recovered.workflow.blocks} - set(
        recovered.nodes.values()
    )
    for seed in range(12):
        assert Run(recovered.workflow, seed).start() == Run(workflow, seed).start()
    assert canonical(restore(recovered)) == canonical(workflow)
    assert recover(recovered.workflow).workflow == recovered.workflow
    assert recover(workflow) == recovered


@given(st.data())
@settings(max_examples=_EXAMPLES, deadline=None)
def test_what_runs_side_by_side_is_recovered_or_refused_and_comes_back(data: st.DataObject) -> None:
    workflow = _Maker(data, fan_out=True).make()
    recovered = recover(workflow)
    assert acyclic(recovered.workflow) == (not recovered.refused)
    assert canonical(restore(recovered)) == canonical(workflow)


@given(st.integers(1, 9), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
@settings(max_examples=_EXAMPLES, deadline=None)
def test_any_graph_at_all_comes_back(size: int, pairs: list[tuple[int, int]]) -> None:
    workflow = Workflow(blocks=[Block(id=f"n{number}", kind=_FORK, name=f"N {number}") for number in range(size)])
    for source, target in sorted({(one % size, other % size) for one, other in pairs}):
        block = workflow.blocks[source]
        block.branches.append(Branch(id=f"{block.id}-{target}", when="<x>"))
        workflow.edges.append(Edge(source=block.id, target=f"n{target}", branch=block.branches[-1].id))
    recovered = recover(workflow)
    assert acyclic(recovered.workflow) == (not recovered.refused)
    assert canonical(restore(recovered)) == canonical(workflow)


def test_a_choice_that_goes_back_is_the_condition() -> None:
    recovered = recover(graph("start -> ask", "ask -> ok?", "ok? -no> ask", "ok? -e> done"))
    assert recovered.nodes == {"ask.loop": "#ask.loop"}
    assert recovered.workflow.by_id()["#ask.loop"].name == "Repeat ASK"
    assert condition(recovered, "ask.loop") == {"do_while": '<ok.selectedOption> === "ok-no"'}
    assert outgoing(recovered.workflow, "#ask.loop") == [(BODY, "ask"), (None, "done")]
    assert outgoing(recovered.workflow, "start") == [(None, "#ask.loop")]
    assert outgoing(recovered.workflow, "ok") == []


def test_a_step_on_the_way_back_is_told_by_the_choice_before_it() -> None:
    recovered = recover(graph("start -> ask%", "ask% -bad> fix", "fix -> ask", "ask% -e> done"))
    assert condition(recovered, "ask.loop") == {"do_while": '<ask.selectedRoute> === "ask-bad"'}


def test_several_ways_out_are_sent_on_by_a_condition() -> None:
    recovered = recover(graph("start -> f?", "f? -a> f", "f? -b> x", "f? -e> y"))
    chooser = recovered.workflow.by_id()["#f.exit"]
    assert [(branch.when, branch.otherwise) for branch in chooser.branches] == [
        ('<f.selectedOption> === "f-b"', False),
        (None, True),
    ]
    assert outgoing(recovered.workflow, "#f.exit") == [("#f.exit-if", "x"), ("#f.exit-else", "y")]


def test_where_an_iteration_may_just_end_nothing_follows_by_default() -> None:
    recovered = recover(graph("start -> f?", "f? -a> f", "f? -b> x"))
    assert [branch.when for branch in recovered.workflow.by_id()["#f.exit"].branches] == [
        '<f.selectedOption> === "f-b"'
    ]


def test_a_loop_without_end_repeats_always() -> None:
    assert condition(recover(graph("start -> a", "a -> b", "b -> a")), "a.loop") == {"do_while": "true"}


def test_a_failure_that_leaves_the_loop_is_caught_inside() -> None:
    recovered = recover(graph("start -> a", "a -error> sorry", "a -> f?", "f? -x> a", "f? -e> done"))
    assert outgoing(recovered.workflow, "a") == [(None, "f"), (ERROR, "#a.leave_error")]
    assert recovered.workflow.by_id()["#a.leave_error"].parent == "#a.loop"


def test_a_name_that_no_reference_can_spell_gets_a_marker() -> None:
    recovered = recover(graph("start -> f?", "f? -a> f", "f? -e> x", names={"f": "Score > 5?"}))
    assert condition(recovered, "f.loop") == {"do_while": '<score5?left1.selectedOption> === "#f.leave_1-else"'}


@pytest.mark.parametrize(
    ("lines", "cycle"),
    [
        (("start -> s?", "s? -a> a", "s? -e> b", "a -> b", "b -> a"), ["A", "B"]),
        (("start -> a", "a -> a", "a -> b"), ["A"]),
    ],
    ids=["two entries", "goes on and back at once"],
)
def test_what_a_container_cannot_say_is_refused_with_the_cycle(lines: tuple[str, ...], cycle: list[str]) -> None:
    workflow = graph(*lines)
    recovered = recover(workflow)
    assert (recovered.refused, recovered.nodes) == ([cycle], {})
    assert recovered.workflow == workflow


def test_a_container_with_another_condition_stays() -> None:
    recovered = recover(graph("start -> f?", "f? -a> f", "f? -e> x"))
    recovered.workflow.by_id()["#f.loop"].fields = {"loop": {"do_while": '<f.selectedOption> === "f-a" && <y> > 3'}}
    assert restore(recovered) == recovered.workflow


def test_the_expression_may_be_spelled_as_a_person_does() -> None:
    workflow = graph("start -> f?", "f? -a> f", "f? -e> x")
    recovered = recover(workflow)
    recovered.workflow.by_id()["#f.loop"].fields = {
        "loop": {"do_while": " < F.selectedOption>=='f-a' ".replace("< F", "<F")}
    }
    assert canonical(restore(recovered)) == canonical(workflow)


def test_a_block_added_to_the_body_comes_out_with_it() -> None:
    recovered = recover(graph("start -> f?", "f? -a> f", "f? -e> x"))
    recovered.workflow.blocks.append(Block(id="new", kind=_CODE, name="New", parent="#f.loop"))
    recovered.workflow.edges.append(Edge(source="f", target="new", branch="f-a"))
    restored = restore(recovered)
    assert outgoing(restored, "f") == [("f-a", "new"), ("f-e", "x")]
    assert outgoing(restored, "new") == [(None, "f")]


def test_placed_blocks_stay_where_they_are() -> None:
    workflow = graph("start -> f?", "f? -a> f", "f? -e> x")
    for number, block in enumerate(workflow.blocks):
        block.x, block.y = 300.0 * number, 40.0
    recovered = recover(workflow)
    found = recovered.workflow.by_id()
    assert (found["#f.loop"].x, found["#f.loop"].y, found["f"].x, found["f"].y) == (240.0, -60.0, 60.0, 100.0)
    assert canonical(restore(recovered)) == canonical(workflow)


def test_cycles_inside_and_through_a_container_are_recovered() -> None:
    workflow = graph("start -> box", "box -body> g?", "box -> f?", "f? -a> box", "f? -e> x", "g? -a> h", "h -> g?")
    box = workflow.by_id()["box"]
    box.kind, box.fields = _LOOP, {"loop": {"times": 3}}
    workflow.by_id()["g"].parent = workflow.by_id()["h"].parent = "box"
    recovered = recover(workflow)
    parents = {block.id: block.parent for block in recovered.workflow.blocks}
    assert parents["g"] == parents["h"] == "#g.loop"
    assert (parents["#g.loop"], parents["box"], parents["#box.loop"]) == ("box", "#box.loop", None)
    assert outgoing(recovered.workflow, "box") == [(BODY, "#g.loop"), (None, "f")]
    assert canonical(restore(recovered)) == canonical(workflow)
