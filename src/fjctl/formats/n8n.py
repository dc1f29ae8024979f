"""n8n's workflows: the editor's download, what it copies, what its API and command line give.

Sources: n8n-workflow `interfaces.ts`, n8n-nodes-base and @n8n/n8n-nodes-langchain 2.41; real files of 2022 to 2026.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas import loops, reader, writer
from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.secrets import restored, secret_part, without_secrets
from fjctl.formats.canvas.table import implied
from fjctl.formats.n8n_choices import CHOICES, outputs, version
from fjctl.formats.n8n_document import connections, identify, locate, wires
from fjctl.formats.n8n_forms import N8N_FORMS
from fjctl.formats.n8n_marks import mark, part_mark, way_mark
from fjctl.formats.n8n_new import NEWEST, own_name, part_type, type_for, unique_names, unlike_names
from fjctl.formats.n8n_own import list_key, own_part
from fjctl.formats.n8n_references import read_text, rewrite_text, write_text
from fjctl.formats.n8n_shapes import shape_of
from fjctl.formats.n8n_types import ERROR_PORT, PORTS, ROLES, TYPES, VERSION, full, label_of, row_of, short
from fjctl.formats.n8n_values import Manner, full_locators, plain_locators
from fjctl.model.names import slug
from fjctl.model.workflow import FORK_KINDS, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.formats.n8n_document import Place
    from fjctl.model.workflow import Block
    from fjctl.source import JsonValue, Pointer

_FLAGS = ("onError", "continueOnFail", "alwaysOutputData", "executeOnce", "notes")
_PLAIN: tuple[Any, ...] = (False, "stopWorkflow")
"""What a node says when it says nothing in particular."""
_LOOP = "splitInBatches"
_TRIES, _PAUSE = 3, 1000
_PARSES = frozenset({"agent", "chainLlm"})
_USUAL_SETTINGS: Mapping[str, Any] = {"executionOrder": "v1"}
_RETRY = ("retryOnFail", "maxTries", "waitBetweenTries")


class N8n(Dialect):
    """n8n."""

    title = "n8n"
    table = TYPES
    forms = N8N_FORMS
    choices = CHOICES
    plain_port = "0"
    into_port = "0"
    error_port = ERROR_PORT
    keeps_extras = True
    disables = True
    keeps_variables = False
    loops = loops.LoopPorts("loop", "done", "0", (220.0, 0.0))

    # Taking apart

    def open(self, value: JsonValue) -> Drawing | None:
        """See `Dialect.open`."""
        place = locate(value)
        if place is None:
            return None
        name = place.get("name")
        drawing = Drawing(name=name if isinstance(name, str) else "", extras=_extras(place))
        raws = _raws(place, drawing)
        for (pointer, raw), identifier in zip(raws, identify(raw for _, raw in raws), strict=True):
            drawing.nodes.append(_node(raw, identifier, pointer, drawing))
        by_name: dict[str, Node] = {}
        for node in drawing.nodes:
            by_name.setdefault(own_name(node.raw), node)
        unlike_names(drawing.nodes)
        drawing.wires = wires(place, by_name, drawing.found)
        self._relate(drawing)
        self._fold(drawing)
        return drawing

    def _relate(self, drawing: Drawing) -> None:
        """What the connections say about nodes: which are parts, ends, or have ways out that nobody named."""
        leaving: dict[str, list[Wire]] = {}
        entering: dict[str, list[Wire]] = {}
        for wire in drawing.wires:
            leaving.setdefault(wire.source, []).append(wire)
            entering.setdefault(wire.target, []).append(wire)
        chats = any(node.type in {"chatTrigger", "manualChatTrigger"} for node in drawing.nodes)
        for node in drawing.nodes:
            out, into = leaving.get(node.id, []), entering.get(node.id, [])
            node.mark = part_mark(out) or way_mark(node, out) or mark(node, ends=not out, chats=chats)
            row = self.row_of(node)
            shape_of(row, part=node.mark in {"part", "tool"}).lift(node.settings, version(node))
            cleaned, found = without_secrets(node.settings, (*node.pointer, "parameters"))
            node.settings = cleaned
            drawing.found += [item._replace(pointer=node.pointer) for item in found]
            free = row.kind in {BlockKind.INTEGRATION, None} or row.rest == ("tool", "arguments")
            if free and node.raw.get("typeVersion") != NEWEST.get(node.type, 1):
                node.settings[VERSION] = node.raw.get("typeVersion")
            if node.mark == "part" and _by_itself(node.name, row.label or label_of(node.type)):
                node.name = ""
            if node.settings.get("@onError") == "continueErrorOutput" and any(w.out == ERROR_PORT for w in out):
                del node.settings["@onError"]
            parses = any(wire.into.startswith("ai_outputParser") for wire in into)
            if node.type in _PARSES and node.settings.get("hasOutputParser", False) is parses:
                node.settings.pop("hasOutputParser", None)
            inputs = _inputs(into)
            if inputs:
                node.settings["@inputs"] = inputs

    def _fold(self, drawing: Drawing) -> None:
        """Makes containers of loops; what only feeds an agent is no second way into a loop's body."""
        parts = [wire for wire in drawing.wires if wire.out.startswith("ai_")]
        drawing.wires = [wire for wire in drawing.wires if not wire.out.startswith("ai_")]
        self.fold_loops(drawing)
        drawing.wires += parts

    # Putting together

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """See `Dialect.close`."""
        self.unfold_loops(drawing)
        place = locate(prior)
        for node in drawing.nodes:
            node.mark = node.mark or part_mark([wire for wire in drawing.wires if wire.source == node.id])
        _share(drawing)
        names = unique_names(drawing)
        nodes = drawing.by_id()
        _spread_inputs(drawing)
        failing = {wire.source for wire in drawing.wires if wire.out == ERROR_PORT}
        parsing = {wire.target for wire in drawing.wires if wire.into.startswith("ai_outputParser")}
        joined = connections(drawing.wires, nodes, names)
        written: list[Any] = []
        for node in drawing.nodes:
            raw = _raw(node, names[node.id], fails=node.id in failing, parses=node.id in parsing)
            written.append(raw)
        for node, raw, own in zip(drawing.nodes, written, identify(_without_ids(drawing, written)), strict=True):
            if own != node.id:
                raw["id"] = node.id
        if place is None:
            return _new_document(drawing, written, joined)
        return _as_before(drawing, written, joined, place)

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `WorkflowFormat.own_part`."""
        return own_part(pointer, value) or secret_part(pointer, value)

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """See `WorkflowFormat.list_key`."""
        return list_key(pointer, item)

    # Types

    def row_of(self, node: Node) -> NodeType:
        """See `Dialect.row_of`."""
        return row_of(node.type, node.mark)

    def type_of(self, node: Node) -> NodeType:
        """See `Dialect.type_of`. A loop that is no container says what it is, since others choose as it does."""
        row = super().type_of(node)
        opened = row.name == _LOOP and row.kind is BlockKind.CONDITION
        return row._replace(implied=implied(extras__type=_LOOP)) if opened else row

    def type_for(self, block: Block) -> NodeType | None:
        """See `Dialect.type_for`."""
        extras = block.fields.get("extras")
        if block.kind in FORK_KINDS and isinstance(extras, dict) and extras.get("type") == _LOOP:
            return self.type_of(Node(id="", type=_LOOP))
        return type_for(block)

    def holds(self, row: NodeType, block: Block) -> bool:
        """See `Dialect.holds`."""
        if row.name in {"if", "filter"}:
            asked = [branch for branch in block.branches if not branch.otherwise]
            only = len(asked) <= 1 and all(branch.when is not None for branch in asked)
            return only and not (row.name == "filter" and any(branch.otherwise for branch in block.branches))
        if row.name in {"guardrails", "sentimentAnalysis"}:
            return block.kind is BlockKind.ROUTER
        return row.name != "switch" or block.kind is BlockKind.CONDITION

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """See `Dialect.role`."""
        del node, row
        kind = next((wire.out.partition(":")[0] for wire in leaving if wire.out.startswith("ai_")), "")
        return ROLES.get(kind, "part") if kind else ""

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """See `Dialect.part_for`."""
        return part_type(role, said)

    def part_port(self, row: NodeType, role: str) -> str:
        """See `Dialect.part_port`."""
        del row
        return PORTS[role]

    def tool_name(self, node: Node) -> str:
        """See `Dialect.tool_name`."""
        named = node.settings.get("name")
        called = named if isinstance(named, str) and named.isidentifier() else node.name or node.type
        return slug(called, "tool")

    def _ways_out(self, scope: Scope, node: Node, wires: Sequence[Wire]) -> Sequence[str]:
        if any(wire.out.startswith("ai_") for wire in wires):
            return ()
        return super()._ways_out(scope, node, wires)

    # References

    def read_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.read_text`."""
        return read_text(text, scope)

    def write_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.write_text`."""
        return write_text(text, scope)

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """See `Dialect.rewrite_text`."""
        return rewrite_text(text, before, scope)


def _extras(place: Place) -> dict[str, JsonValue]:
    settings = place.get("settings")
    if not isinstance(settings, dict):
        return {}
    return {
        key: item
        for key, item in settings.items()
        if not is_blank(item) and _USUAL_SETTINGS.get(key) != item and not own_part(("settings", key), item)
    }


def _raws(place: Place, drawing: Drawing) -> list[tuple[Pointer, Map]]:
    found: list[tuple[Pointer, Map]] = []
    base: Pointer = (*place.pointer, place.key("nodes"))
    for number, raw in enumerate(place.get("nodes")):
        if isinstance(raw, dict):
            found.append(((*base, number), raw))
        else:
            message = f"node {number} is no map"
            drawing.found.append(warning("FJ300", message, (*base, number), hint="remove it"))
    return found


def _node(raw: Map, identifier: str, pointer: Pointer, drawing: Drawing) -> Node:
    node = Node(id=identifier, type=short(raw.get("type")), name=own_name(raw), raw=raw)
    node.pointer = pointer
    node.enabled = raw.get("disabled") is not True
    parameters = raw.get("parameters")
    cleaned, found = without_secrets(parameters if isinstance(parameters, dict) else {}, (*pointer, "parameters"))
    drawing.found += found
    node.settings = {**plain_locators(cleaned), **_around(raw)}
    if not isinstance(node.settings.get("options", {}), dict):  # nothing could be added to what is no collection
        del node.settings["options"]
    position = raw.get("position")
    if isinstance(position, list) and len(position) == 2 and all(type(item) in {int, float} for item in position):
        node.x, node.y = position
    if node.type == "stickyNote":
        sizes = [node.settings.pop(key, None) for key in ("width", "height")]
        node.width, node.height = (size if type(size) in {int, float} else None for size in sizes)
    return node


def _around(raw: Map) -> Map:
    """What a node says beside its parameters, as settings."""
    found: Map = {f"@{key}": raw[key] for key in _FLAGS if not is_blank(raw.get(key)) and raw[key] not in _PLAIN}
    if raw.get("retryOnFail") is True:
        tries, pause = raw.get("maxTries", _TRIES), raw.get("waitBetweenTries", _PAUSE)
        if type(tries) is int and type(pause) is int:
            found["@retry"] = {"tries": tries, "wait": f"{pause}ms"}
    named = raw.get("credentials")
    credentials: Map = {}
    for kind, item in named.items() if isinstance(named, dict) else ():
        called = item.get("name") if isinstance(item, dict) else item
        if isinstance(called, str) and called:
            credentials[kind] = called
    return {**found, "@credentials": credentials} if credentials else found


def _by_itself(name: str, label: str) -> bool:
    """Whether a node is called as the editor calls a new one."""
    rest = name.removeprefix(label)
    return rest != name and (not rest or rest.isdecimal())


def _inputs(entering: Sequence[Wire]) -> list[Any]:
    """Which node enters by which input, for a node with several."""
    main = [(int(wire.into), f"<@{wire.source}>") for wire in entering if wire.into.isdecimal()]
    last = max((index for index, _ in main), default=0)
    if not 0 < last < 100:
        return []
    rows: list[Any] = [[] for _ in range(last + 1)]
    for index, source in main:
        rows[index].append(source)
    return [row[0] if len(row) == 1 else row for row in rows]


def _spread_inputs(drawing: Drawing) -> None:
    """Leads new connections into the inputs that a node's settings name."""
    by_id = drawing.by_id()
    more: list[Wire] = []
    for wire in drawing.wires:
        rows = by_id[wire.target].settings.get("@inputs")
        if wire.raw is not None or not isinstance(rows, list) or not wire.into.isdecimal():
            continue
        named = f"<@{wire.source}>"
        places = [number for number, row in enumerate(rows) if row == named or (isinstance(row, list) and named in row)]
        for count, number in enumerate(places):
            if count:
                more.append(Wire(source=wire.source, target=wire.target, out=wire.out, into=str(number)))
            else:
                wire.into = str(number)
    drawing.wires += more


def _share(drawing: Drawing) -> None:
    """Makes one node of new parts that bear the same name and say the same."""
    known: dict[str, Node] = {}
    moved: dict[str, str] = {}
    for node in drawing.nodes:
        if node.raw or not node.name or node.mark not in {"part", "tool"}:
            continue
        key = repr((node.type, node.name, node.enabled, sorted(node.settings.items())))
        first = known.setdefault(key, node)
        if first is not node:
            moved[node.id] = first.id
    if moved:
        drawing.nodes = [node for node in drawing.nodes if node.id not in moved]
        for wire in drawing.wires:
            wire.source, wire.target = moved.get(wire.source, wire.source), moved.get(wire.target, wire.target)


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else round(value, 2)


def _raw(node: Node, name: str, *, fails: bool, parses: bool) -> Map:
    """One node as a document has it."""
    before = node.raw if short(node.raw.get("type")) == node.type.partition("/")[0] or not node.raw else {}
    settings = dict(node.settings)
    around = {key: settings.pop(key) for key in list(settings) if key in _AROUND}
    known = around.get(VERSION, before.get("typeVersion"))
    row = row_of(node.type, node.mark)
    number = known if known is not None else NEWEST.get(row.name, NEWEST.get(row.name.partition("/")[0], 1))
    old = before.get("parameters")
    held = type(number) in {int, float}
    manner = Manner(float(number) if held else 99.0, node.id, plain_locators(old) if isinstance(old, dict) else {})
    part = row.role != "" or node.mark in {"part", "tool"}
    shape_of(row, part=part).lower(settings, manner)
    if parses and node.type.partition("/")[0] in _PARSES:
        settings.setdefault("hasOutputParser", True)
    if node.width is not None and row.kind is BlockKind.NOTE:
        settings["height"], settings["width"] = _number(node.height or 0), _number(node.width)
    parameters = full_locators({key: item for key, item in settings.items() if not key.startswith("@")})
    parameters = restored(parameters, old)
    raw: Map = {"parameters": parameters, "id": node.id, "name": name, "type": full(node.type)}
    if node.raw and short(node.raw.get("type")) == node.type:
        raw["type"] = node.raw.get("type")
    raw["typeVersion"] = number
    if node.x is not None and node.y is not None:
        raw["position"] = [_number(node.x), _number(node.y)]
    elif not node.raw:
        raw["position"] = [0, 0]
    raw |= _written_around(around, before)
    if fails:
        raw["onError"] = "continueErrorOutput"
    if not node.enabled:
        raw["disabled"] = True
    return raw


_AROUND = frozenset({*(f"@{key}" for key in _FLAGS), "@retry", "@credentials", VERSION, "@inputs"})


def _written_around(around: Map, before: Map) -> Map:
    """The way back of `_around`."""
    raw: Map = {key: around[f"@{key}"] for key in _FLAGS if f"@{key}" in around}
    retry = around.get("@retry")
    if isinstance(retry, dict):
        tries, pause = retry.get("tries", _TRIES), _milliseconds(retry.get("wait"))
        raw["retryOnFail"] = True
        if tries != _TRIES or "maxTries" in before:
            raw["maxTries"] = tries
        if pause != _PAUSE or "waitBetweenTries" in before:
            raw["waitBetweenTries"] = pause
    credentials = around.get("@credentials")
    if isinstance(credentials, dict):
        named = before.get("credentials")
        plain = named if isinstance(named, dict) else {}
        raw["credentials"] = {
            kind: called if isinstance(plain.get(kind), str) else {"id": None, "name": called}
            for kind, called in credentials.items()
        }
    return raw


def _milliseconds(wait: object) -> Any:
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
    text = wait if isinstance(wait, str) else ""
    for unit, factor in units.items():
        amount = text.removesuffix(unit)
        if amount != text and amount.replace(".", "", 1).isdecimal():
            return int(float(amount) * factor)
    return _PAUSE


def _without_ids(drawing: Drawing, written: Sequence[Map]) -> list[Map]:
    """The nodes with the ids that they have in the prior document, or none: those whose id follows by itself."""
    for node, raw in zip(drawing.nodes, written, strict=True):
        if node.raw:
            raw.pop("id")
            if "id" in node.raw:
                raw["id"] = node.raw["id"]
    return list(written)


def _new_document(drawing: Drawing, nodes: list[Any], joined: Map) -> JsonValue:
    return {
        "name": drawing.name,
        "nodes": nodes,
        "pinData": {},
        "connections": joined,
        "active": False,
        "settings": {**_USUAL_SETTINGS, **drawing.extras},
        "meta": {},
        "tags": [],
    }


def _as_before(drawing: Drawing, nodes: list[Any], joined: Map, place: Place) -> JsonValue:
    written: Map = {place.key("name"): drawing.name} if drawing.name or place.get("name") == "" else {}
    written |= {place.key("nodes"): nodes, place.key("connections"): joined}
    settings = place.get("settings")
    before = settings if isinstance(settings, dict) else {}
    usual = {key: item for key, item in before.items() if key in _USUAL_SETTINGS and _USUAL_SETTINGS[key] == item}
    if settings is not None or drawing.extras:
        written[place.key("settings")] = {**usual, **drawing.extras}
    value: Any = written
    for part in reversed(place.pointer):
        value = {part: value}
    found: JsonValue = value
    return found


N8N = N8n()
decode = partial(reader.decode, N8N)
encode = partial(writer.encode, N8N)
__all__ = ["N8N", "decode", "encode", "list_key", "outputs", "own_part"]
