"""Sim workflows (simstudioai/sim): the JSON that its editor and its API export, of every era.

Envelopes: `{version, exportedAt, state}`, the API's `{data: {…}}` around it, a bare `{state}`, or the state itself.
Container blocks are the truth and the `loops` and `parallels` maps a cache of them, as in Sim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats import sim_values as values
from fjctl.formats.base import Decoded, filled, finding, is_blank, warning
from fjctl.formats.graph import check_graph
from fjctl.formats.sim_blocks import EVENTS, KINDS, read_fields
from fjctl.formats.sim_values import state_pointer
from fjctl.formats.sim_write import encode
from fjctl.model.workflow import BODY, CONTAINER_KINDS, ERROR, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.diagnostics import Diagnostic
    from fjctl.source import JsonValue, Pointer

__all__ = ["decode", "encode", "list_key", "own_part"]

ROUTE_ELSE = "else"
_DEFAULT_ITERATIONS = 5
_PLACEHOLDERS = frozenset({"", "new workflow", "your first workflow - start building here!"})


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed Sim document."""
    pointer = state_pointer(value)
    if pointer is None:
        hint = 'a Sim export has "state" with a map of "blocks" in it'
        return Decoded(Workflow(), [finding("FJ300", 'no map of "blocks" found', hint=hint)])
    root: Any = value
    envelope: dict[str, Any] = root["data"] if pointer[:1] == ("data",) else root
    state: Any = root
    for part in pointer:
        state = state[part]
    return _Reader(pointer, envelope, state).read()


class _Reader:
    def __init__(self, pointer: Pointer, envelope: dict[str, Any], state: dict[str, Any]) -> None:
        self.pointer = pointer
        self.envelope = envelope
        self.state = state
        self.found: list[Diagnostic] = []
        self.by_id: dict[str, Block] = {}

    def read(self) -> Decoded:
        version = self.envelope.get("version")
        if version is not None and version != "1.0":
            hint = "fjctl reads it as 1.0, the only version Sim has written"
            self.found.append(
                warning(
                    "FJ306",
                    f"unknown version {version!r}",
                    (*self.pointer[:1], "version") if self.pointer[:1] == ("data",) else ("version",),
                    hint=hint,
                )
            )
        blocks = self._blocks()
        edges = self._edges()
        metadata = self.state.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        name, description = self._title(metadata)
        workflow = Workflow(name=name, description=description, blocks=blocks, edges=edges, variables=self._variables())
        self.found += check_graph(workflow, self._block_pointer)
        return Decoded(workflow, self.found)

    def _block_pointer(self, block_id: str) -> Pointer:
        return (*self.pointer, "blocks", block_id)

    def _title(self, metadata: dict[str, Any]) -> tuple[str, str]:
        outer = self.envelope.get("workflow")
        outer = outer if isinstance(outer, dict) else {}
        name = next(
            (str(item) for item in (metadata.get("name"), outer.get("name"), self.state.get("name")) if item), ""
        )
        text = next((str(item) for item in (metadata.get("description"), outer.get("description")) if item), "")
        return name, "" if text.lower() in _PLACEHOLDERS or text == name else text

    def _blocks(self) -> list[Block]:
        blocks: list[Block] = []
        for key, raw in self.state["blocks"].items():
            if not isinstance(raw, dict):
                pointer = self._block_pointer(key)
                self.found.append(finding("FJ300", f"block {key!r} is not a map", pointer, hint="remove it"))
                continue
            if not (_is_text(raw.get("id")) and _is_text(raw.get("type"))):
                missing = " and no ".join(field for field in ("id", "type") if not _is_text(raw.get(field)))
                hint = "Sim refuses such a file, too; add the field or remove the block"
                self.found.append(
                    finding("FJ301", f"block {key!r} has no {missing}", self._block_pointer(key), hint=hint)
                )
                continue
            block = _block(raw)
            if block.id in self.by_id:
                pointer, hint = self._block_pointer(key), "give each block an id of its own"
                self.found.append(finding("FJ302", f"two blocks have the id {block.id!r}", pointer, hint=hint))
                continue
            self.by_id[block.id] = block
            blocks.append(block)
        return blocks

    def _edges(self) -> list[Edge]:
        raw_edges = self.state.get("edges", [])
        if not isinstance(raw_edges, list):
            hint = 'write "edges": []'
            self.found.append(finding("FJ300", '"edges" is not a list', (*self.pointer, "edges"), hint=hint))
            return []
        edges: list[Edge] = []
        for place, raw in enumerate(raw_edges):
            pointer = (*self.pointer, "edges", place)
            if (
                not isinstance(raw, dict)
                or not isinstance(raw.get("source"), str)
                or not isinstance(raw.get("target"), str)
            ):
                self.found.append(
                    finding("FJ301", "an edge has no source or no target", pointer, hint="remove the edge")
                )
                continue
            edge = self._edge(raw, pointer)
            if edge is not None:
                edges.append(edge)
        return edges

    def _edge(self, raw: dict[str, Any], pointer: Pointer) -> Edge | None:
        source = self.by_id.get(raw["source"])
        if source is None or raw["target"] not in self.by_id:
            missing = raw["source"] if source is None else raw["target"]
            hint = "the edge stays in the workflow file and means nothing; remove it"
            self.found.append(
                warning("FJ303", f"the edge leads to or from {missing!r}, which is no block", pointer, hint=hint)
            )
            return None
        known, branch = self._branch(source, raw)
        if not known:
            hint = "the edge stays in the workflow file and means nothing; connect it to a branch that exists"
            message = f"block {source.name!r} has no branch {raw.get('sourceHandle')!r}"
            self.found.append(warning("FJ307", message, pointer, hint=hint))
            return None
        return Edge(source=source.id, target=raw["target"], branch=branch, id=str(raw.get("id") or ""))

    def _branch(self, source: Block, raw: dict[str, Any]) -> tuple[bool, str | None]:
        handle = raw.get("sourceHandle")
        handle = handle if isinstance(handle, str) else ""
        if handle == "error":
            return True, ERROR
        if handle in {"loop-start-source", "parallel-start-source"}:
            return (True, BODY) if source.kind in CONTAINER_KINDS else (False, None)
        if source.kind in CONTAINER_KINDS:
            inside = self.by_id[raw["target"]].parent == source.id
            return True, BODY if inside and not handle.endswith("end-source") else None
        if source.type == "router":
            return True, self._legacy_route(source, raw["target"])
        if source.kind is BlockKind.CONDITION and handle in {"", "source"}:
            return self._by_place(source, raw)
        if handle.startswith(("condition-", "router-")):
            branch = handle.partition("-")[2]
            return (True, branch) if source.branch(branch) else (False, None)
        return True, None

    def _by_place(self, source: Block, raw: dict[str, Any]) -> tuple[bool, str | None]:
        """A condition's edge without a handle goes by its place among that block's edges (Sim, dag/construction)."""
        same = [edge for edge in self.state["edges"] if isinstance(edge, dict) and edge.get("source") == source.id]
        place = next(index for index, edge in enumerate(same) if edge is raw)
        return (True, source.branches[place].id) if place < len(source.branches) else (False, None)

    def _legacy_route(self, source: Block, target: str) -> str:
        branch = Branch(id=target, condition=f"Route to {self.by_id[target].name}")
        if source.branch(target) is None:
            source.branches.append(branch)
        return target

    def _variables(self) -> dict[str, JsonValue]:
        raw = self.state.get("variables") or self.envelope.get("variables")
        listed = list(raw.values()) if isinstance(raw, dict) else raw if isinstance(raw, list) else []
        found: dict[str, JsonValue] = {}
        for row in values.rows(listed, "name"):
            kind = row.get("type")
            shape: dict[str, JsonValue] = {"type": kind if isinstance(kind, str) else "string"}
            if not is_blank(row.get("value")):
                shape["default"] = row["value"]
            found[row["name"]] = shape
        return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _block(raw: dict[str, Any]) -> Block:
    block_type = raw["type"]
    given = _given(raw.get("subBlocks"))
    kind = _kind(block_type, raw)
    data = raw.get("data")
    data = data if isinstance(data, dict) else {}
    fields = read_fields(kind, block_type, given)
    if "say" in fields:
        kind = BlockKind.REPLY
    block = Block(id=raw["id"], kind=kind, type=block_type, name=str(raw.get("name") or ""), fields=fields)
    if data and _is_text(data.get("parentId")):
        block.parent = data["parentId"]
    block.enabled = raw.get("enabled") is not False
    _place(block, raw, data)
    retry = raw.get("retry")
    if isinstance(retry, dict) and retry.get("enabled") is not False:
        wait = values.milliseconds_in(retry.get("waitBetweenTriesMs"))
        fields["retry"] = filled({"tries": retry.get("maxTries"), "wait": wait})
    beside = _BESIDE.get(kind)
    if beside is not None:
        beside(block, raw, data, given)
    return block


def _given(subs: Any) -> dict[str, Any]:
    """The values of sub-blocks, those that say something; most of a service's settings say nothing."""
    found: dict[str, Any] = {}
    for key, item in subs.items() if isinstance(subs, dict) else ():
        if isinstance(item, dict):
            value = item.get("value")
            if value or (value is not None and not is_blank(value)):
                found[key] = value
    return found


def _kind(block_type: str, raw: dict[str, Any]) -> BlockKind:
    if block_type in EVENTS or (raw.get("triggerMode") is True and block_type not in KINDS):
        return BlockKind.TRIGGER
    return KINDS.get(block_type, BlockKind.INTEGRATION)


def _place(block: Block, raw: dict[str, Any], data: dict[str, Any]) -> None:
    position = raw.get("position")
    if isinstance(position, dict):
        x, y = position.get("x"), position.get("y")
        if isinstance(x, (int, float)) and isinstance(y, (int, float)):
            block.x, block.y = x, y
    layout = raw.get("layout")
    layout = layout if isinstance(layout, dict) else {}
    width = data.get("width") or layout.get("measuredWidth")
    height = data.get("height") or layout.get("measuredHeight") or raw.get("height")
    block.width = width if isinstance(width, (int, float)) else None
    block.height = height if isinstance(height, (int, float)) and height else None


def _conditions(found: Any) -> list[Branch]:
    branches: list[Branch] = []
    for row in values.rows(found, "id"):
        otherwise = str(row.get("title") or "").strip().lower() == "else"
        text = row.get("value")
        when = None if otherwise else text if isinstance(text, str) else ""
        branches.append(Branch(id=row["id"], when=when, otherwise=otherwise))
    return branches


def _routes(found: Any) -> list[Branch]:
    branches: list[Branch] = []
    for row in values.rows(found, "id"):
        if str(row.get("title") or "").strip().lower() == ROUTE_ELSE:
            branches.append(Branch(id=row["id"], otherwise=True))
        else:
            branches.append(Branch(id=row["id"], condition=values.route_of(row)))
    return branches


def _loop(data: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    settings = {**given, **{key: item for key, item in data.items() if not is_blank(item)}}
    kind = settings.get("loopType", "for")
    times = settings.get("count", settings.get("iterations")) or _DEFAULT_ITERATIONS
    if kind == "forEach":
        return {"each": settings.get("collection", "")}
    if kind == "while":
        return {"while": settings.get("whileCondition", "")}
    if kind == "doWhile":
        condition = settings.get("doWhileCondition", "")
        return {"do_while": condition} if condition else {"times": times, "do_while": ""}
    return {"times": times}


def _parallel(data: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    settings = {**given, **{key: item for key, item in data.items() if not is_blank(item)}}
    batch = settings.get("batchSize")
    extra = {"batch": batch} if isinstance(batch, int) and batch != values.DEFAULT_BATCH else {}
    if settings.get("parallelType", "count") == "collection" or ("count" not in settings and "collection" in settings):
        return {"each": settings.get("collection", settings.get("distribution", "")), **extra}
    return {"count": settings.get("count") or _DEFAULT_ITERATIONS, **extra}


def _read_event(block: Block, _raw: dict[str, Any], _data: dict[str, Any], _given: dict[str, Any]) -> None:
    block.fields["event"] = EVENTS.get(block.type, block.type)


def _read_conditions(block: Block, _raw: dict[str, Any], _data: dict[str, Any], given: dict[str, Any]) -> None:
    block.branches = _conditions(values.json_in(given.get("conditions")))


def _read_routes(block: Block, _raw: dict[str, Any], _data: dict[str, Any], given: dict[str, Any]) -> None:
    if block.type != "router":
        block.branches = _routes(values.json_in(given.get("routes")))


def _read_loop(block: Block, _raw: dict[str, Any], data: dict[str, Any], given: dict[str, Any]) -> None:
    block.fields["loop"] = _loop(data, given)


def _read_parallel(block: Block, _raw: dict[str, Any], data: dict[str, Any], given: dict[str, Any]) -> None:
    block.fields["parallel"] = _parallel(data, given)


def _read_outputs(block: Block, raw: dict[str, Any], _data: dict[str, Any], _given: dict[str, Any]) -> None:
    if isinstance(raw.get("outputs"), dict) and raw["outputs"]:
        tool: Any = block.fields["tool"]
        tool["output"] = {"type": "object", "properties": raw["outputs"]}


_BESIDE: dict[BlockKind, Callable[[Block, dict[str, Any], dict[str, Any], dict[str, Any]], None]] = {
    BlockKind.TRIGGER: _read_event,
    BlockKind.CONDITION: _read_conditions,
    BlockKind.ROUTER: _read_routes,
    BlockKind.LOOP: _read_loop,
    BlockKind.PARALLEL: _read_parallel,
    BlockKind.INTEGRATION: _read_outputs,
    BlockKind.KNOWLEDGE: _read_outputs,
    BlockKind.MEMORY: _read_outputs,
    BlockKind.GUARDRAIL: _read_outputs,
    BlockKind.EVALUATOR: _read_outputs,
}
"""What stands beside the sub-blocks of a kind: the event, branches, loop settings, a service's outputs. Each is given
the block to complete, the raw one, its `data` and its sub-blocks' values."""


def list_key(_pointer: Pointer, item: dict[str, JsonValue]) -> object:
    """Edges by their ends and branch, other rows by id or name."""
    if "source" in item and "target" in item:
        handle = item.get("sourceHandle")
        text = handle if isinstance(handle, str) else ""
        plain = "" if text == "source" or text.startswith("source-") or text.endswith("-end-source") else text
        ends = (item["source"], item["target"])
        return (*ends, plain) if all(isinstance(end, str) for end in ends) else None
    found = item.get("variableName") or item.get("id") or item.get("name")
    return found if isinstance(found, (str, int)) else None


_OWN_BLOCK = {
    "position": "layout",
    "height": "layout",
    "layout": "layout",
    "horizontalHandles": "layout",
    "isWide": "layout",
    "advancedMode": "editor",
    "errorEnabled": "editor",
    "locked": "editor",
    "outputs": "derived",
    "triggerMode": "derived",
    "id": "identity",
}
_CONTAINER_COPIES = frozenset(
    {"loopType", "parallelType", "collection", "count", "whileCondition", "doWhileCondition", "iterations", "batchSize"}
)
_OWN_EDGE = {"id": "identity", "source": "", "target": "", "sourceHandle": ""}
_OWN_DATA = {
    "width": "layout",
    "height": "layout",
    "extent": "layout",
    "type": "editor",
    "canonicalModes": "editor",
    "id": "derived",
    "nodes": "derived",
    "distribution": "derived",
    **dict.fromkeys(("count", "iterations", "collection", "whileCondition", "doWhileCondition"), "unused?"),
}


_WRAPPERS = frozenset({"data", "state"})


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """Why a field of a Sim file stays in the workflow."""
    if isinstance(value, dict) and isinstance(pointer[-1], int) and value.get("name") == "":
        return "editor"  # an input row that nobody has named yet
    start, length = 0, len(pointer)
    while start < length and pointer[start] in _WRAPPERS:
        start += 1
    if start == length:
        return ""
    head = pointer[start]
    if head == "blocks":
        return _own_of_block(pointer, start + 2) if length > start + 2 else ""
    if head == "edges":
        return _OWN_EDGE.get(str(pointer[start + 2]), "layout") if length > start + 2 else ""
    if head == "variables":
        return "identity" if pointer[-1] in {"id", "workflowId"} else ""
    rest = pointer[start + 1 :]
    if head == "workflow" and rest == ("name",):
        return "derived?"
    if head in {"metadata", "workflow"} and (not rest or rest[0] in {"name", "description"}):
        idle = rest[-1:] == ("description",) and isinstance(value, str) and value.lower() in _PLACEHOLDERS
        return "derived" if idle else ""
    return "derived" if head in {"loops", "parallels"} else "envelope"


def _own_of_block(pointer: Pointer, at: int) -> str:
    """Of a field inside a block; its name is the part at `at`."""
    field, depth = str(pointer[at]), len(pointer) - at
    if field == "data":
        return _OWN_DATA.get(str(pointer[at + 1]), "") if depth > 1 else ""
    if field != "subBlocks":
        return _OWN_BLOCK.get(field, "")
    if depth > 2 and pointer[at + 2] != "value":
        return "editor"
    if depth > 1 and pointer[at + 1] in _CONTAINER_COPIES:
        return "stale?"  # a container's sub-blocks copy its data, and Sim does not keep them in step
    return "identity" if depth > 3 and pointer[-1] in _OWN_CELLS else ""


_OWN_CELLS = frozenset({"id", "variableId", "collapsed", "isExpanded", "isExisting"})
