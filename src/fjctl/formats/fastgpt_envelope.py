"""Where in a FastGPT file the nodes stand: a template has them under `workflow`, an export at the root.

V1 (before 4.8) is a list of modules whose outputs hold the connections; it is read as the newer form that FastGPT
itself makes of it (`projects/app/src/web/core/workflow/adapt.ts`, `v1Workflow2V2`) and written as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer

_PLACES: tuple[Pointer, ...] = (
    ("workflow", "nodes"),
    ("workflow", "modules"),
    ("nodes",),
    ("modules",),
    ("data", "nodes"),
    ("data", "modules"),
    (),
)
_NO_LINK = frozenset({"isEmpty", "unEmpty"})
_QUESTION = "userChatInput"


class Envelope(NamedTuple):
    """A document and where its nodes stand in it; `old` for V1."""

    value: Any
    place: Pointer
    rows: list[Any]
    old: bool

    @classmethod
    def of(cls, value: JsonValue) -> Envelope | None:
        """The envelope of a document; None where it holds no nodes of FastGPT."""
        for place in _PLACES:
            rows: Any = value
            for part in place:
                rows = rows.get(part) if isinstance(rows, dict) else None
            if isinstance(rows, list):
                if any(isinstance(row, dict) and "flowNodeType" in row for row in rows):
                    return cls(value, place, rows, old=False)
                if any(isinstance(row, dict) and "flowType" in row and "moduleId" in row for row in rows):
                    return cls(value, place, rows, old=True)
        return None

    @property
    def root(self) -> Map:
        """The map with the app's name; empty where the nodes are a list of their own."""
        found: Any = self.value
        if self.place[:1] == ("data",):
            found = found["data"]
        return found if isinstance(found, dict) else {}

    @property
    def graph(self) -> Map:
        """The map that holds the nodes."""
        found: Any = self.value
        for part in self.place[:-1]:
            found = found[part]
        return found if isinstance(found, dict) else {}

    def nodes(self) -> list[tuple[Pointer, Map]]:
        """The nodes in today's form, each with its place."""
        found = [((*self.place, place), row) for place, row in enumerate(self.rows) if isinstance(row, dict)]
        return [(place, _newer(row, self.rows)) for place, row in found] if self.old else found

    def edges(self) -> list[tuple[Pointer, Map]]:
        """The edges in today's form."""
        if self.old:
            return self._links()
        rows = self.graph.get("edges")
        place: Pointer = (*self.place[:-1], "edges")
        return (
            [((*place, n), row) for n, row in enumerate(rows) if isinstance(row, dict)]
            if isinstance(rows, list)
            else []
        )

    def _links(self) -> list[tuple[Pointer, Map]]:
        """One edge for all links between two modules. That a module asks for the question is no way to it where
        something else leads to it."""
        found: dict[tuple[str, str, str], tuple[Pointer, Map]] = {}
        for place, row in enumerate(self.rows):
            for source, key, target, into in _targets(row):
                if key in _NO_LINK or (key == _QUESTION and row.get("flowType") != "questionInput"):
                    continue
                port = key if row.get("flowType") == "classifyQuestion" or key == "selectedTools" else "right"
                handle = key if key == "selectedTools" else f"{source}-source-{port}"
                edge = {"source": source, "target": target, "sourceHandle": handle, "asks": into == _QUESTION}
                known = found.setdefault((source, port, target), ((*self.place, place, "outputs"), edge))
                known[1]["asks"] = known[1]["asks"] and edge["asks"]
        led = {target for (_, _, target), (_, edge) in found.items() if not edge["asks"]}
        return [item for (_, _, target), item in found.items() if not item[1]["asks"] or target not in led]


def _listed(row: Any, key: str) -> list[Map]:
    """The maps of a list in a map; none where there is no such list."""
    rows = row.get(key) if isinstance(row, dict) else None
    return [item for item in rows if isinstance(item, dict)] if isinstance(rows, list) else []


def _targets(row: Any) -> list[tuple[str, str, str, str]]:
    """The links of a V1 module: source, output, target, input."""
    source = row.get("moduleId") if isinstance(row, dict) else None
    found: list[tuple[str, str, str, str]] = []
    for output in _listed(row, "outputs"):
        for target in _listed(output, "targets"):
            link = (source, output.get("key"), target.get("moduleId"), target.get("key"))
            if all(isinstance(part, str) for part in link):
                found.append(cast("tuple[str, str, str, str]", link))
    return found


def _newer(row: Map, rows: list[Any]) -> Map:
    """A V1 module as a node of today, with the module itself beside it."""
    fed = {
        into: [source, key]
        for each in rows
        for source, key, target, into in _targets(each)
        if target == row.get("moduleId")
    }
    made = []
    for item in _listed(row, "inputs"):
        linked = {"value": fed[item["key"]], "renderTypeList": ["reference"]} if str(item.get("key")) in fed else {}
        made.append({**item, **linked})
    gives = [{**output, "id": output.get("key")} for output in _listed(row, "outputs")]
    plugin = next((i.get("value") for i in made if i.get("key") == "pluginId"), None)
    made = [item for item in made if str(item.get("key")) not in {"pluginId", "switch", "pluginStart"}]
    return {
        **{key: item for key, item in row.items() if key not in {"moduleId", "flowType"}},
        "nodeId": row.get("moduleId"),
        "flowNodeType": row.get("flowType"),
        "inputs": made,
        "outputs": gives,
        "pluginId": plugin,
        "$module": row,
    }


def module_of(node: Node, name: str, wires: list[Wire], drawn: set[tuple[str, str]]) -> Map:
    """A node as a V1 module. `drawn` are the connections, by source and target, that the prior document draws."""
    raw = node.raw.get("$module")
    raw = raw if isinstance(raw, dict) else {}
    found: Map = {"moduleId": node.id, "name": name, "flowType": raw.get("flowType", node.type)}
    leaving = {(wire.source, wire.target): wire for wire in wires}
    outputs: list[Map] = []
    told = set[tuple[str, str]]()
    for output in _listed(raw, "outputs"):
        targets = []
        for target in _listed(output, "targets"):
            pair = (node.id, str(target.get("moduleId")))
            if pair not in drawn or pair in leaving:
                targets.append(target)
                told.add(pair)
        outputs.append({"key": output.get("key"), "targets": targets})
    new = [wire for pair, wire in leaving.items() if pair[0] == node.id and pair not in told]
    for wire in new:
        key = wire.out if wire.out not in {"right", ""} else "finish"
        row = next((row for row in outputs if row["key"] == key), None)
        if row is None:
            row = {"key": key, "targets": []}
            outputs.append(row)
        row["targets"].append({"moduleId": wire.target, "key": "switch" if key != "selectedTools" else key})
    return {**found, "outputs": outputs}
