"""Workflows for builders where only condition and router blocks choose, and back.

A journey may choose right behind any state, and run several tools as one state. `expand` gives such a block a
condition or router of its own (`a.next`, and `a.otherwise` for the choices a model makes after the expressions),
and each further tool a block (`a.tool2` …). `fold` is its inverse for the blocks that hints name so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.model.references import normalize
from fjctl.model.workflow import ERROR, FORK_KINDS, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NEXT = ".next"
OTHERWISE = ".otherwise"
TOOL = ".tool"


class Expanded(NamedTuple):
    """A workflow whose choices are all made by condition and router blocks; `nodes` names the added blocks."""

    workflow: Workflow
    nodes: dict[str, str]


def expand(
    workflow: Workflow,
    keys: Mapping[str, str],
    new_id: Callable[[str], str],
    kind_of_tool: Callable[[dict[str, Any]], BlockKind],
    choose_too: frozenset[BlockKind] = frozenset(),
) -> Expanded:
    """Adds the blocks that choose; `keys` is block id → state id, `new_id` gives the id for an added key. A block of a
    kind in `choose_too` keeps the choices that are made by commands alone."""
    always = {edge.source for edge in workflow.edges if edge.branch is None}
    if not any(
        _needs(block, choose_too) or (block.kind in FORK_KINDS and block.id in always) for block in workflow.blocks
    ):
        return Expanded(workflow, {})
    return _Expander(workflow, keys, new_id, kind_of_tool, choose_too).expand()


def _needs(block: Block, choose_too: frozenset[BlockKind]) -> bool:
    if "more_tools" in block.fields or _runs_workflow(block):
        return True
    if not block.branches or _chooses(block, choose_too):
        return False
    return block.kind not in FORK_KINDS or _parts(block)[1] != []


def _chooses(block: Block, choose_too: frozenset[BlockKind]) -> bool:
    """Whether a block that is no fork draws its own choices."""
    return block.kind in choose_too and all(branch.command or branch.otherwise for branch in block.branches)


def _runs_workflow(block: Block) -> bool:
    tool = block.fields.get("tool")
    return block.kind is not BlockKind.WORKFLOW and isinstance(tool, dict) and tool.get("kind") == "workflow"


def _as_call(block: Block) -> None:
    """A tool that is a workflow becomes the block that calls one."""
    if _runs_workflow(block):
        tool = cast("dict[str, Any]", block.fields.pop("tool"))
        block.kind = BlockKind.WORKFLOW
        block.fields |= {"journey": tool.get("workflow", ""), "inputs": tool.get("arguments", {})}
        rest = {key: item for key, item in tool.items() if key not in {"kind", "workflow", "arguments"}}
        block.fields |= {"tool": {"kind": "workflow", **rest}} if rest else {}


def as_tool(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The way back of `_as_call`: the tool contract of a block that calls a workflow."""
    named = {"workflow": fields.get("journey"), "arguments": fields.get("inputs")}
    return {"kind": "workflow", **{key: item for key, item in named.items() if item}}


def _parts(block: Block) -> tuple[list[Branch], list[Branch]]:
    """The branches decided by expressions, and those a model decides when both kinds are there (else empty)."""
    expressions = [branch for branch in block.branches if branch.when is not None]
    others = [branch for branch in block.branches if branch.when is None]
    if not expressions or all(branch.otherwise for branch in others):
        return block.branches, []
    return expressions, others


class _Expander:
    def __init__(
        self,
        workflow: Workflow,
        keys: Mapping[str, str],
        new_id: Any,
        kind_of_tool: Any,
        choose_too: frozenset[BlockKind],
    ) -> None:
        self.choose_too = choose_too
        self.workflow = workflow
        self.keys = keys
        self.new_id = new_id
        self.kind_of_tool = kind_of_tool
        self.names = {normalize(block.name) for block in workflow.blocks}
        self.nodes: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.passing: dict[str, tuple[Branch, Block]] = {}
        self.edges = [replace(edge) for edge in workflow.edges]
        self.by_source: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self.by_source.setdefault(edge.source, []).append(edge)

    def expand(self) -> Expanded:
        for original in self.workflow.blocks:
            block = replace(original, fields=dict(original.fields), branches=list(original.branches))
            self.blocks.append(block)
            last = self._chain(block) if "more_tools" in block.fields else block
            if last.branches and not _chooses(last, self.choose_too):
                self._choose(block, last)
        for block in self.blocks:
            _as_call(block)
            if block.kind in FORK_KINDS:
                self._whatever_is_chosen(block)
        return Expanded(replace(self.workflow, blocks=self.blocks, edges=self.edges), self.nodes)

    def _added(self, owner: Block, suffix: str, kind: BlockKind, words: str) -> Block:
        key = self.keys[owner.id] + suffix
        name, number = f"{owner.name} {words}", 1
        while normalize(name) in self.names:
            number += 1
            name = f"{owner.name} {words} {number}"
        self.names.add(normalize(name))
        block = Block(id=self.new_id(key), kind=kind, name=name, parent=owner.parent, enabled=owner.enabled)
        self.nodes[key] = block.id
        self.blocks.append(block)
        return block

    def _edge(self, source: Block, target: Block, branch: str | None = None) -> None:
        self.edges.append(Edge(source=source.id, target=target.id, branch=branch))

    def _move(self, source: Block, target: Block, branches: set[str | None]) -> None:
        for edge in self.by_source.get(source.id, []):
            if edge.source == source.id and edge.branch in branches:
                edge.source = target.id

    def _chain(self, block: Block) -> Block:
        tools = cast("list[dict[str, Any]]", block.fields.pop("more_tools"))
        errors = [edge for edge in self.by_source.get(block.id, []) if edge.branch == ERROR]
        last = block
        for number, tool in enumerate(tools, 2):
            added = self._added(block, f"{TOOL}{number}", self.kind_of_tool(tool), f"tool {number}")
            added.fields = {"tool": cast("Any", tool)}
            self._edge(last, added)
            self.edges += [replace(edge, source=added.id) for edge in errors]
            last = added
        last.branches = block.branches
        self._move(block, last, {None, *(branch.id for branch in block.branches)})
        self.by_source[last.id] = [edge for edge in self.edges if edge.source == last.id]
        if last is not block:
            block.branches = []
        return last

    def _whatever_is_chosen(self, block: Block) -> None:
        """A block that chooses has no way out beside its branches: what is always taken leaves by each of them."""
        always = [edge for edge in self.edges if edge.source == block.id and edge.branch is None]
        if not always or (block.kind is BlockKind.ROUTER and not block.branches):
            return
        if block.kind is BlockKind.CONDITION and not any(branch.otherwise for branch in block.branches):
            block.branches.append(Branch(id=f"{block.id}-else", otherwise=True))
        self.edges = [edge for edge in self.edges if edge not in always]
        ways = [(block, branch) for branch in block.branches]
        passing = self.passing.get(block.id)
        if passing is not None:
            ways = [way for way in ways if way[1] is not passing[0]] + [
                (passing[1], branch) for branch in passing[1].branches
            ]
        drawn = {(edge.source, edge.branch, edge.target) for edge in self.edges}
        for source, branch in ways:
            for edge in always:
                if (source.id, branch.id, edge.target) not in drawn:
                    drawn.add((source.id, branch.id, edge.target))
                    self.edges.append(replace(edge, source=source.id, branch=branch.id))

    def _choose(self, owner: Block, block: Block) -> None:
        first, rest = _parts(block)
        if block.kind in FORK_KINDS:
            chooser = block
        else:
            by_model = bool(first) and all(branch.when is None for branch in first)
            chooser = self._added(owner, NEXT, BlockKind.ROUTER if by_model else BlockKind.CONDITION, "next")
            self._move(block, chooser, {branch.id for branch in first})
            self._edge(block, chooser)
            block.branches = []
        chooser.branches = list(first)
        if rest:
            router = self._added(owner, OTHERWISE, BlockKind.ROUTER, "otherwise")
            router.branches = rest
            self._move(block, router, {branch.id for branch in rest})
            if block.kind in FORK_KINDS:
                router.fields = {key: block.fields.pop(key) for key in ("prompt", "agent") if key in block.fields}
                block.kind = BlockKind.CONDITION
            passing = Branch(id=f"{chooser.id}-else", otherwise=True)
            chooser.branches.append(passing)
            self._edge(chooser, router, passing.id)
            self.passing[chooser.id] = (passing, router)


def fold(workflow: Workflow, keys: Mapping[str, str]) -> tuple[Workflow, dict[str, str]]:
    """Takes back what `expand` added, for the blocks that `keys` (block id → key) names; those that a person has wired
    otherwise stay. Returns the workflow and the keys that were folded, key → block id."""
    owners = {key: node for node, key in keys.items()}
    by_id = workflow.by_id()
    wanted = [(node, key) for node, key in keys.items() if node in by_id and _owner(key) in owners]
    if not wanted:
        return workflow, {}
    return _Folder(workflow, owners, by_id).fold(wanted)


def _owner(key: str) -> str:
    head, dot, tail = key.rpartition(".")
    return (
        head
        if dot and (f".{tail}" in {NEXT, OTHERWISE} or (tail.startswith("tool") and tail[4:].isdecimal()))
        else "\x00"
    )


class _Folder:
    def __init__(self, workflow: Workflow, owners: Mapping[str, str], by_id: dict[str, Block]) -> None:
        self.workflow = workflow
        self.owners = owners
        self.blocks = {node: replace(b, fields=dict(b.fields), branches=list(b.branches)) for node, b in by_id.items()}
        self.edges = [replace(edge) for edge in workflow.edges]
        self.folded: dict[str, str] = {}

    def fold(self, wanted: list[tuple[str, str]]) -> tuple[Workflow, dict[str, str]]:
        def rank(item: tuple[str, str]) -> tuple[int, int]:
            tail = item[1].rpartition(".")[2]
            return (0, 0) if tail == "otherwise" else (1, 0) if tail == "next" else (2, -int(tail[4:]))

        for node, key in sorted(wanted, key=rank):
            owner = self.blocks.get(self.owners[_owner(key)])
            block = self.blocks[node]
            done = owner is not None and (self._tool(block) if ".tool" in key else self._choice(owner, block, key))
            if done:
                self.folded[key] = node
                del self.blocks[node]
        order = [self.blocks[block.id] for block in self.workflow.blocks if block.id in self.blocks]
        return replace(self.workflow, blocks=order, edges=self.edges), self.folded

    def _only_entry(self, block: Block) -> Edge | None:
        entering = [edge for edge in self.edges if edge.target == block.id]
        return entering[0] if len(entering) == 1 else None

    def _choice(self, owner: Block, block: Block, key: str) -> bool:
        entering = self._only_entry(block)
        if entering is None or block.kind not in FORK_KINDS or block.parent != owner.parent:
            return False
        source = self.blocks[entering.source]
        if key.endswith(OTHERWISE):
            passing = source.branch(entering.branch)
            if passing is None or not passing.otherwise:
                return False
            source.branches.remove(passing)
            source.fields |= block.fields
            if block.fields and source.kind is BlockKind.CONDITION:
                source.kind = BlockKind.ROUTER
        elif entering.branch is not None or source.branches or block.fields:
            return False
        source.branches += block.branches
        self.edges.remove(entering)
        self._resource(block, source)
        return True

    def _tool(self, block: Block) -> bool:
        entering = self._only_entry(block)
        if entering is None or entering.branch is not None:
            return False
        source = self.blocks[entering.source]
        for each in (source, block):
            if each.kind is BlockKind.WORKFLOW:
                rest = {name: item for name, item in each.fields.items() if name not in {"journey", "inputs"}}
                each.kind, each.fields = BlockKind.INTEGRATION, {**rest, "tool": as_tool(each.fields)}
        if "tool" not in block.fields:
            return False
        leaving = [edge for edge in self.edges if edge.source == source.id and edge.branch is None]
        if len(leaving) != 1 or "tool" not in source.fields or set(block.fields) - {"tool", "more_tools"}:
            return False
        more = [block.fields["tool"], *cast("list[Any]", block.fields.get("more_tools", []))]
        source.fields["more_tools"] = more
        source.branches += block.branches
        self.edges = [e for e in self.edges if e is not entering and not (e.source == block.id and e.branch == ERROR)]
        self._resource(block, source)
        return True

    def _resource(self, block: Block, source: Block) -> None:
        for edge in self.edges:
            if edge.source == block.id:
                edge.source = source.id
