"""How FastGPT's nodes, edges and app settings are written.

Sources: labring/FastGPT `packages/global/core/workflow/{type,node}`, `template/system/systemConfig.ts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.fastgpt_config import Config, guide_values
from fjctl.formats.fastgpt_inputs import ONE, inputs_of, outputs_of, rows_of
from fjctl.formats.fastgpt_types import CONFIG_TYPES, INTRO, LEFT, PLUGIN, SELECTED, STEP, kind_of, port_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.formats.canvas.drawing import Drawing, Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.fastgpt_envelope import Envelope
    from fjctl.source import JsonValue

_VERSION = "4.9.0"


def asked(drawing: Drawing) -> dict[str, list[str]]:
    """By node, the outputs that texts and values refer to."""
    found: dict[str, list[str]] = {}

    def look(value: Any) -> None:
        if isinstance(value, str):
            for match in ONE.finditer(value):
                found.setdefault(match[1], []).append(match[2])
        elif isinstance(value, dict):
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            if len(value) == 2 and all(isinstance(part, str) for part in value):
                found.setdefault(value[0], []).append(value[1])
            for item in value:
                look(item)

    for node in drawing.nodes:
        look(node.settings)
    return found


def asked_for(drawing: Drawing) -> dict[str, JsonValue]:
    """What a person gives before the first words: the inputs of where an app begins (those of a plugin are its own)."""
    start = next((node for node in drawing.nodes if node.type == "workflowStart"), None)
    given = start.settings.get("$inputs") if start is not None else None
    return given if isinstance(given, dict) else {}


def placed(node: Node, by_id: dict[str, Node]) -> Map:
    """Where a node stands on the canvas; FastGPT knows no places within a container."""
    if node.x is None or node.y is None:
        return {} if node.raw else {"position": {"x": 0, "y": 0}}
    x, y = node.x, node.y
    seen = {node.id}
    above = by_id.get(node.parent or "")
    if above is not None and above.id not in seen:
        x, y = x + (above.x or 0.0), y + (above.y or 0.0)
    return {"position": {"x": x, "y": y}}


def drawn(
    node: Node, by_id: dict[str, Node], start: str | None, asked: list[str], drawing: Drawing, *, fails: bool
) -> Map:
    """A node. `start` is where the app begins, `asked` the outputs that others refer to, `fails` says that an error has
    a way out of it."""
    raw = node.raw
    kind = raw.get("flowNodeType") if raw and kind_of(raw.get("flowNodeType")) == node.type else node.type
    found: Map = {"nodeId": node.id, "name": node.name, "flowNodeType": kind}
    if INTRO in node.settings:
        found["intro"] = node.settings[INTRO]
    elif not raw:
        found["intro"] = ""
    found |= placed(node, by_id)
    if not raw:
        found |= {"showStatus": True, "version": _VERSION}
    if node.parent is not None:
        found["parentNodeId"] = node.parent
    if PLUGIN in node.settings:
        found["pluginId"] = node.settings[PLUGIN]
    if "toolConfig" in node.settings:
        found["toolConfig"] = node.settings["toolConfig"]
    if fails or raw.get("catchError") is False:
        found["catchError"] = fails
    found["inputs"] = [*inputs_of(node, start), *_container_inputs(node, drawing)]
    found["outputs"] = outputs_of(node, asked)
    return found


def _container_inputs(node: Node, drawing: Drawing) -> list[Map]:
    if node.raw or node.type not in {"loop", "parallelRun", "loopRun"}:
        return []
    children = [each.id for each in drawing.nodes if each.parent == node.id]
    sizes = {"nodeWidth": node.width or 1200, "nodeHeight": node.height or 700}
    said: Map = {"childrenNodeIdList": children, **sizes}
    return [{"key": key, "renderTypeList": ["hidden"], "label": "", "value": value} for key, value in said.items()]


def edge(wire: Wire) -> Map:
    """An edge; a tool and what follows it hang on their agent the other way round."""
    raw = wire.raw if isinstance(wire.raw, dict) else {}
    if wire.out in {SELECTED, STEP} and wire.into != LEFT:
        source, target, out = wire.target, wire.source, wire.into
    else:
        source, target, out = wire.source, wire.target, wire.out
    if SELECTED in {wire.out, out}:
        return {"source": source, "target": target, "sourceHandle": SELECTED, "targetHandle": SELECTED}
    handle = (
        raw.get("sourceHandle") if raw and port_of(raw.get("sourceHandle"), source) == out else f"{source}-source-{out}"
    )
    into = raw.get("targetHandle", f"{target}-target-{LEFT}") if raw else f"{target}-target-{LEFT}"
    return {"source": source, "target": target, "sourceHandle": handle, "targetHandle": into}


def config_nodes(envelope: Envelope | None, config: Config, drawing: Drawing) -> Iterable[Map]:
    """The nodes that show the app's settings, in step with `chatConfig`."""
    if envelope is None:
        plugin = any(node.type == "pluginInput" for node in drawing.nodes)
        kind = "pluginConfig" if plugin else "userGuide"
        place = {"x": -600, "y": -250}
        return [
            {
                "nodeId": kind,
                "name": "System",
                "flowNodeType": kind,
                "position": place,
                "version": "481",
                "inputs": [],
                "outputs": [],
            }
        ]
    found = []
    for _, raw in envelope.nodes():
        if kind_of(raw.get("flowNodeType")) in CONFIG_TYPES:
            found.append({**_named(raw, "nodeId", "flowNodeType"), "inputs": _guide_inputs(raw, config)})
    return found


def _named(raw: Map, identifier: str, kind: str) -> Map:
    return {key: raw[key] for key in (identifier, "name", kind) if key in raw}


def _guide_inputs(raw: Map, config: Config) -> list[Map]:
    before = {row["key"]: row.get("value") for row in rows_of(raw, "inputs")}
    said = guide_values(config, before)
    return [{"key": key, **({"value": said[key]} if key in said else {})} for key in before]


def old_config(raw: Map, config: Config) -> Map:
    """The module of V1 that shows the app's settings."""
    row = raw["$module"]
    return {**_named(row, "moduleId", "flowType"), "inputs": _guide_inputs(raw, config)}


def old_input(row: Map, linked: Map, before: Map) -> Map:
    """An input of V1; what it gets by a connection stands there and not with it."""
    key = row["key"]
    fed = (
        key in before
        and "value" in row
        and row["value"] == linked.get(key)
        and before[key].get("value") != row["value"]
    )
    return {name: item for name, item in row.items() if name == "key" or (name == "value" and not fed)}


def wrapped(graph: Map, drawing: Drawing, envelope: Envelope | None) -> JsonValue:
    """The whole document around a graph."""
    names: Map = {}
    if drawing.name or (envelope is not None and "name" in envelope.root):
        names["name"] = drawing.name
    if drawing.description or (envelope is not None and "intro" in envelope.root):
        names["intro"] = drawing.description
    if envelope is not None and envelope.place[:1] == ("workflow",):
        return {**names, "workflow": graph}
    if envelope is not None and envelope.place[:1] == ("data",):
        return {"data": {**names, **graph}}
    return {**names, **graph}
