"""Writing React Flow documents: whole, each meaning where a prior document keeps it, or as version 12's `toObject()`.

What is written for a block is read again before it is accepted; where a canvas's own spelling cannot say it, the
block is written in the spelling of the journey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.formats.base import Encoded, is_blank
from fjctl.formats.reactflow_choices import (
    TALK,
    Choices,
    handle_of,
    label_of,
    label_place,
    own_row,
    read_choices,
    write_rows,
)
from fjctl.formats.reactflow_data import CHOICES, OVERFLOW, Map, Node, at, data_of, read_node
from fjctl.formats.reactflow_forms import WRITERS, duration_out, duration_unit
from fjctl.formats.reactflow_kinds import FALSE_WORDS, PLANS, Path
from fjctl.formats.reactflow_order import Order
from fjctl.formats.reactflow_read import MEANING, Reading, add_beyond, edge_talk, graph_pointer, parent_of, read
from fjctl.model.names import humanize, is_numbered
from fjctl.model.workflow import (
    BODY,
    CONTAINER_KINDS,
    ERROR,
    FORK_KINDS,
    TIMEOUT,
    TOOL_KINDS,
    Block,
    BlockKind,
    Branch,
    Edge,
    Workflow,
)

if TYPE_CHECKING:
    from fjctl.source import JsonValue

_SPECIAL_HANDLES = {ERROR: "error", TIMEOUT: "timeout", BODY: "body"}
_AFTER = "done"


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """A whole React Flow document. Everything has a place, so there are no losses."""
    return Encoded(_Writer(workflow, prior).write())


class _Writer:
    def __init__(self, workflow: Workflow, prior: JsonValue) -> None:
        self.workflow = workflow
        self.prior: Any = prior
        pointer = graph_pointer(prior) if prior is not None else None
        self.reading = Reading({}, ()) if pointer is None else read(prior, pointer)
        self.fresh = pointer is None
        self.raw_ids = {key: node.raw["id"] for key, node in self.reading.nodes.items()}
        self.old_parents = any("parentNode" in node.raw for node in self.reading.nodes.values())
        self.by_id = workflow.by_id()
        self.edges: list[Map] = []
        self.edge_ids: set[str] = set()
        self.order = Order(workflow, self.reading)
        self.outgoing: dict[str, list[Edge]] = {}
        for edge in self.order.edges:
            self.outgoing.setdefault(edge.source, []).append(edge)
        self.plain = self._usual_handles()
        self.entered = {edge.target for edge in workflow.edges}

    def _usual_handles(self) -> tuple[Any, Any]:
        """The source and target handle of most edges that are always taken, for new ones."""
        count: dict[tuple[Any, Any], int] = {}
        for (_, branch, _), raws in self.reading.edges.items():
            for raw in raws if branch is None else ():
                source, target = raw.get("sourceHandle"), raw.get("targetHandle")
                if (source is None or handle_of(raw)) and isinstance(target, (str, type(None))):
                    count[source, target] = count.get((source, target), 0) + 1
        return max(count, key=lambda pair: count[pair]) if count else (None, None)

    def write(self) -> JsonValue:
        written: dict[int, Map] = {}
        nodes = []
        for block in self.order.blocks:
            node, edges = self.node(block)
            nodes.append(node)
            written |= {id(edge): raw for edge, raw in zip(self.outgoing.get(block.id, ()), edges, strict=True)}
        keyed = [(self.order.keys[id(edge)], written[id(edge)]) for edge in self.order.edges if id(edge) in written]
        keyed += [
            (key, self._copy(written[id(edge)], raw)) for key, edge, raw in self.order.copies if id(edge) in written
        ]
        edges = [raw for _, raw in sorted(keyed, key=lambda item: item[0])]
        for raw in edges:
            self._identify(raw)
        old = not self.fresh and not isinstance(self.reading.graph.get("nodes"), list)
        graph: Map = {"elements": [*nodes, *edges]} if old else {"nodes": nodes, "edges": edges}
        if self.fresh:
            graph["viewport"] = {"x": 0, "y": 0, "zoom": 1}
        return self._title(graph)

    def _title(self, graph: Map) -> JsonValue:
        workflow = self.workflow
        meaning: Map = {"name": workflow.name, "description": workflow.description}
        meaning |= {"variables": workflow.variables, "talk": workflow.talk}
        placed = {key: self.reading.titles[key] for key in ("name", "description") if key in self.reading.titles}
        rest = {key: item for key, item in meaning.items() if item and key not in placed}
        if rest:
            graph[MEANING] = rest
        result: Any = graph
        for part in reversed(self.reading.pointer):
            result = {part: result}
        for key, place in placed.items():
            if meaning[key]:
                _set(result, place, meaning[key])
        return cast("JsonValue", result)

    def node(self, block: Block) -> tuple[Map, list[Map]]:
        """A block's node, and its edges in order."""
        prior = self.reading.nodes.get(block.id)
        choices = self.reading.choices.get(block.id, Choices())
        if prior is not None and _compatible(block, prior):
            for flat, own in ((True, False), (False, False), (False, True)):
                data = _data(block, prior, choices, flat=flat, own=own)
                node = self._frame(block, prior, data, prior.type, keep=True)
                edges = [self.edge(edge, choices, own=own) for edge in self.outgoing.get(block.id, ())]
                if self._says(block, node, edges):
                    return node, edges
        kind = block.kind.value
        named = prior.name_place[0] if prior is not None and prior.name_place else "label"
        data = {named: block.name, **block.fields}
        if block.branches:
            data[CHOICES] = [own_row(branch) for branch in block.branches]
        if not block.enabled:
            data["enabled"] = False
        node = self._frame(block, prior, data, kind, keep=False)
        return node, [self.edge(edge, choices, own=True) for edge in self.outgoing.get(block.id, ())]

    def _says(self, block: Block, node: Map, edges: list[Map]) -> bool:
        """Whether a node and its edges, read again, mean the block."""
        again = read_node(node, leads_in=block.id in self.entered)
        inside = [self.by_id[edge.target].parent == block.id for edge in self.outgoing.get(block.id, ())]
        choices = read_choices(again, edges, inside)
        add_beyond(again, choices)
        if (again.name != block.name and again.name_place is not None) or again.enabled != block.enabled:
            return False
        if {**again.fields, "tools": None} != {**block.fields, "tools": None} or not _same_tools(
            again.fields, block.fields
        ):
            return False
        if again.kind is not block.kind and not _alike(again.kind, block.kind):
            return False
        if [_meaning(branch) for branch in choices.branches] != [_meaning(branch) for branch in block.branches]:
            return False
        for edge, raw, way in zip(self.outgoing.get(block.id, ()), edges, choices.ways, strict=True):
            known, branch = block.branch(edge.branch), next((b for b in choices.branches if b.id == way), None)
            if (known is None) != (branch is None) or (known is None and way != edge.branch):
                return False
            if known is not None and branch is not None and known.reason() != branch.reason():
                return False
            if edge_talk(raw, branch is not None) != edge.talk:
                return False
        return True

    def _frame(self, block: Block, prior: Node | None, data: Map, type_name: str, *, keep: bool) -> Map:
        raw = prior.raw if prior is not None else {}
        node: Map = {"id": self.raw_ids.get(block.id, block.id)}
        if keep and prior is not None:
            node |= {"type": raw["type"]} if "type" in raw else {}
            if prior.type_place[0] == "data":
                _set(node, prior.type_place, at(raw, prior.type_place))
                data = {**node.pop("data"), **data}
        else:
            node["type"] = type_name
            if prior is not None and prior.type_place[0] == "data" and prior.type_place[1] not in data:
                data = {prior.type_place[1]: type_name, **data}
        node["position"] = {"x": _number(block.x), "y": _number(block.y)}
        node["data"] = data
        node |= self._parent(block, prior)
        if block.kind in CONTAINER_KINDS:
            sizes = {"width": block.width, "height": block.height}
            node |= {side: _number(size) for side, size in sizes.items() if size is not None}
        return node

    def _parent(self, block: Block, prior: Node | None) -> Map:
        if prior is not None:
            before = next((item.parent for item in self.reading.workflow.blocks if item.id == block.id), None)
            if before == block.parent:
                kept: Map = {key: prior.raw[key] for key in ("parentId", "parentNode") if key in prior.raw}
                return kept if parent_of(prior.raw) else {}
        if block.parent is None:
            return {}
        key = "parentNode" if self.old_parents else "parentId"
        return {key: self.raw_ids.get(block.parent, block.parent), "extent": "parent"}

    def edge(self, edge: Edge, choices: Choices, *, own: bool) -> Map:
        """An edge; the one that the prior document has for the same way lends its spelling."""
        raw = self.order.raw.get(id(edge))
        written: Map = {"id": raw["id"] if raw is not None and "id" in raw else edge.id}
        written["source"] = self.raw_ids.get(edge.source, edge.source)
        written["target"] = self.raw_ids.get(edge.target, edge.target)
        handles = self._handles(edge, raw, choices, own=own)
        written |= {key: item for key, item in handles.items() if item is not None}
        branch = self.by_id[edge.source].branch(edge.branch)
        talk = dict(edge.talk)
        if branch is not None:
            self._label(written, branch, raw or self._sibling(edge), choices, own=own)
        elif (
            raw is not None and isinstance(talk.get("notes"), str) and "notes" not in data_of(raw) and label_place(raw)
        ):
            _set(written, cast("Path", label_place(raw)), talk.pop("notes"))
        elif raw is not None and label_of(raw) and label_of(raw) != edge_talk(raw, chosen=False).get("notes"):
            _set(written, cast("Path", label_place(raw)), at(raw, cast("Path", label_place(raw))))
        if talk:
            written["data"] = {**written.get("data", {}), **{key: talk[key] for key in TALK if key in talk}}
        return written

    def _handles(self, edge: Edge, raw: Map | None, choices: Choices, *, own: bool) -> Map:
        chosen = edge.branch is not None and edge.branch not in _SPECIAL_HANDLES
        respell = own and chosen and choices.mode != "own"
        if raw is not None and not respell:
            return {"sourceHandle": raw.get("sourceHandle")}
        if respell:
            return {"sourceHandle": edge.branch, "targetHandle": raw.get("targetHandle") if raw else self.plain[1]}
        if edge.branch is None:
            block = self.by_id[edge.source]
            if block.kind in CONTAINER_KINDS:
                return {"sourceHandle": _AFTER}
            return {"sourceHandle": self.plain[0], "targetHandle": self.plain[1]}
        if edge.branch in _SPECIAL_HANDLES:
            return {"sourceHandle": _SPECIAL_HANDLES[edge.branch], "targetHandle": self.plain[1]}
        sibling = self._sibling(edge)
        if sibling is not None:
            return {"sourceHandle": sibling.get("sourceHandle"), "targetHandle": self.plain[1]}
        return {"sourceHandle": choices.handle(edge.branch), "targetHandle": self.plain[1]}

    @staticmethod
    def _copy(written: Map, raw: Map) -> Map:
        """A further edge that says the same as a written one."""
        own: Map = {key: raw[key] for key in ("id", "sourceHandle") if key in raw}
        return {**{key: item for key, item in written.items() if key != "sourceHandle"}, "id": "", **own}

    def _sibling(self, edge: Edge) -> Map | None:
        """An edge that the prior document has for the same branch."""
        ways = self.reading.edges.items()
        return next((raws[0] for (s, b, _), raws in ways if (s, b) == (edge.source, edge.branch)), None)

    def _label(self, written: Map, branch: Branch, raw: Map | None, choices: Choices, *, own: bool) -> None:
        """The label of a branch's edge: the reason itself where the file has no other place, else its reading."""
        text = branch.condition or branch.command or branch.event
        place = label_place(raw) if raw is not None else None
        before = at(raw, place) if place else ""
        by_edge = choices.mode == "edges" and not own
        if branch.otherwise or not text:
            if place and before:
                _set(written, place, before)
            elif branch.otherwise and by_edge and handle_of(written).lower() not in FALSE_WORDS:
                written["label"] = "Otherwise"
            return
        if place is not None or raw is None or self.fresh or (by_edge and text != humanize(handle_of(raw))):
            _set(written, place or ("label",), text)

    def _identify(self, raw: Map) -> None:
        """Gives an edge without an id the one that version 12 would."""
        base = raw["id"]
        if base == "":
            ends = (raw["source"], raw.get("sourceHandle", ""), raw["target"], raw.get("targetHandle", ""))
            base = "xy-edge__{}{}-{}{}".format(*ends)
            number, raw["id"] = 1, base
            while raw["id"] in self.edge_ids:
                number += 1
                raw["id"] = f"{base}-{number}"
        if isinstance(raw["id"], str):
            self.edge_ids.add(raw["id"])


def _compatible(block: Block, prior: Node) -> bool:
    return block.kind is prior.kind or _alike(block.kind, prior.kind)


def _alike(one: BlockKind, other: BlockKind) -> bool:
    """Kinds that a journey does not tell apart by the block alone."""
    return one is other or any(one in group and other in group for group in (FORK_KINDS, TOOL_KINDS))


def _same_tools(one: Map, other: Map) -> bool:
    """Whether an agent's tools are the same. Rows that name no key get one in order of the document, as in `get`."""
    first, second = one.get("tools", {}), other.get("tools", {})
    return len(first) == len(second) and all(
        here == there and (name == given or is_numbered(given, name))
        for (name, here), (given, there) in zip(first.items(), second.items(), strict=True)
    )


def _meaning(branch: Branch) -> tuple[Any, ...]:
    return (*branch.reason(), branch.condition)


def _data(block: Block, prior: Node, choices: Choices, *, flat: bool, own: bool) -> Map:
    """A block's `data`, each meaning where the prior node has it; `flat`: new ones under the canvas's usual names."""
    data: Map = {}
    left = {key: dict(item) if isinstance(item, dict) else item for key, item in block.fields.items()}
    before = data_of(prior.raw)
    for path, value in prior.implied.items():
        if at(left, path) == value and at(left, path) is not None:
            _take(left, path)
    _write_choices(data, left, block, prior, choices, own=own)
    if prior.name_place is not None:
        _set(data, prior.name_place, block.name)
    elif block.name != prior.name:
        data["label"] = block.name
    for site in sorted(prior.sites, key=lambda site: -len(site.meaning)):
        if at(left, site.meaning) is None:
            continue
        value = _take(left, site.meaning)
        beyond = _take(left, site.beyond) if site.beyond and isinstance(at(left, site.beyond), dict) else {}
        if site.form == "duration":
            unit = duration_unit(site.place[-1], at(before, site.place[:-1]))
            _set(data, site.place, duration_out(value, at(before, site.place), unit))
        elif isinstance(value, dict) or site.form in _ROWS:
            value = WRITERS[site.form](value, at(before, site.place), beyond)
            _merge(data, site.place, value)
        else:
            _set(data, site.place, WRITERS[site.form](value, at(before, site.place), beyond))
    _write_enabled(data, before, enabled=block.enabled)
    if flat:
        _place_new(data, left, prior)
    _leave(data, left, before)
    return data


def _write_enabled(data: Map, before: Map, *, enabled: bool) -> None:
    for key in ("disabled", "enabled"):
        if isinstance(before.get(key), bool):
            data[key] = enabled if key == "enabled" else not enabled
    if not enabled and not isinstance(before.get("disabled"), bool):
        data["enabled"] = False


_ROWS = frozenset({"variables", "fields", "tools", "assign"})


def _write_choices(data: Map, left: Map, block: Block, prior: Node, choices: Choices, *, own: bool) -> None:
    if (
        own
        or choices.mode == "own"
        or (choices.mode == "edges" and not choices.branches and block.branches and prior.kind not in FORK_KINDS)
    ):
        if block.branches or choices.mode == "own":
            data[CHOICES] = [own_row(branch) for branch in block.branches]
        return
    if choices.mode == "rows" and prior.rows is not None:
        spot = (("agent" if prior.kind is BlockKind.ROUTER else "extras"), prior.rows[-1])
        beyond = _take(left, spot) if isinstance(at(left, spot), dict) else {}
        _set(data, prior.rows, write_rows(prior.kind, block.branches, choices, beyond))
    elif prior.expression is not None:
        decided = next((branch for branch in block.branches if branch.when is not None), None)
        if decided is not None:
            _set(data, prior.expression, decided.when)


def _place_new(data: Map, left: Map, prior: Node) -> None:
    """New meanings under the first of their usual names, beside the ones that the node has already."""
    homes = [site.place[:-1] for site in prior.sites if len(site.place) > 1]
    home = max(set(homes), key=lambda place: (homes.count(place), place)) if homes else ()
    for alias in PLANS[prior.kind].aliases:
        value = at(left, alias.meaning)
        place = (*home, alias.names[0])
        if value is not None and not alias.form and at(data, place) is None and is_blank(at(data_of(prior.raw), place)):
            _set(data, place, _take(left, alias.meaning))


def _leave(data: Map, left: Map, before: Map) -> None:
    """What has no place yet: under the journey's names, or where those are taken, in a map of its own."""
    for key, value in left.items():
        if is_blank(value) and key in before and key not in data and before[key] != value:
            continue
        if key not in data and (key not in before or isinstance(before[key], type(value))):
            data[key] = value
        elif isinstance(data.get(key), dict) and isinstance(value, dict):
            data[key] = {**value, **data[key]}
        elif not is_blank(value):
            data.setdefault(OVERFLOW, {})[key] = value


def _take(tree: Map, path: Path) -> Any:
    """Removes and returns what stands at a path, and the maps that get empty by it; the maps of the model stay."""
    if len(path) == 1:
        return tree.pop(path[0])
    child = dict(tree[path[0]])
    value = _take(child, path[1:])
    if child:
        tree[path[0]] = child
    else:
        del tree[path[0]]
    return value


def _set(tree: Map, path: Path, value: Any) -> None:
    for part in path[:-1]:
        child = tree.get(part)
        tree[part] = child = dict(child) if isinstance(child, dict) else {}
        tree = child
    tree[path[-1]] = value


def _merge(data: Map, place: Path, value: Any) -> None:
    """Sets a map without losing what stands inside it already."""
    there = at(data, place)
    _set(data, place, {**value, **there} if isinstance(there, dict) and isinstance(value, dict) else value)


def _number(value: float | None) -> float:
    if value is None:
        return 0
    return int(value) if float(value).is_integer() else value
