"""From the drawing to Dify's nodes and edges, as its editor writes them, or in the manner of prior ones.

Sources: dify-plus `web/app/components/workflow` (what the editor writes), langgenius/graphon, files of 2024 to 2026.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import secrets
from fjctl.formats.dify_nodes import (
    BODY,
    FAIL,
    INTO,
    NOTE,
    PLAIN,
    START_TITLE,
    TABLES,
    is_usual_output,
    open_lines,
    result_of_body,
)
from fjctl.formats.dify_types import BESIDES, START_TITLES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.drawing import Drawing, Node, Wire
    from fjctl.formats.canvas.paths import Map

_INSIDE = {"iteration": ("isInIteration", "iteration_id"), "loop": ("isInLoop", "loop_id")}
_STARTS = {"iteration-start": "custom-iteration-start", "loop-start": "custom-loop-start"}
_OUTPUT_TYPES = {"iteration": "array[string]", "variable-aggregator": "string"}
_UNITS = {"h": "hour", "d": "day", "m": "hour", "s": "hour"}
_DURATION = re.compile(r"(\d{1,9})([hd])")
_SIZES = {
    "iteration": (388, 178),
    "loop": (388, 178),
    NOTE: (240, 88),
    "iteration-start": (44, 48),
    "loop-start": (44, 48),
}
_SIZE = (244, 90)
_ABOVE = 1002
"""The layer in which the editor draws what is inside a container."""


def type_name(node: Node) -> str:
    """The builder's name of a node's type: without the variant that a row stands for."""
    return node.type.partition("/")[0] if TYPES.get(node.type) is not None else node.type


class Graph:
    """Writes one drawing as a graph."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.nodes = drawing.by_id()
        self.failing = {wire.source for wire in drawing.wires if wire.out == FAIL}
        self.begins = {wire.source: wire.target for wire in drawing.wires if wire.out == BODY}
        self.starts = {node.parent: node.id for node in drawing.nodes if node.type in _STARTS}
        self.added = 0
        self.plain = replace(drawing, nodes=[replace(node, type=type_name(node)) for node in drawing.nodes])

    def written(self) -> Map:
        """The graph. Of a graph that stood there, only what is of interest here."""
        graph: Map = {
            "edges": [self.edge(wire) for wire in self.drawing.wires if wire.out != BODY],
            "nodes": [self.node(node) for node in self.drawing.nodes],
        }
        return {**graph, "viewport": {"x": 0, "y": 0, "zoom": 1}} if self.drawing.fresh else graph

    # Nodes

    def node(self, node: Node) -> Map:
        """One node."""
        name = type_name(node)
        held = node.raw.get("data")
        before: Map = held if isinstance(held, dict) else {}
        data = {**self._flags(node, before), **self._data(node, name, before)}
        outer: Map = {"data": data, "id": node.raw.get("id", node.id)}
        if node.parent is not None:
            outer["parentId"] = node.parent
        if node.x is not None and node.y is not None:
            outer["position"] = {"x": _short(node.x), "y": _short(node.y)}
        if node.raw:
            return {**outer, **({"type": node.raw["type"]} if "type" in node.raw else {})}
        return self._new(node, name, outer)

    def _new(self, node: Node, name: str, outer: Map) -> Map:
        width, height = _SIZES.get(name, _SIZE)
        outer |= {"height": _short(node.height or height), "width": _short(node.width or width), "selected": False}
        outer |= {"sourcePosition": "right", "targetPosition": "left"}
        outer["type"] = _STARTS.get(name, NOTE if name == NOTE else "custom")
        outer.setdefault("position", {"x": 24, "y": 68} if name in _STARTS else self._spot())
        if node.parent is not None:
            outer |= {"extent": "parent", "zIndex": _ABOVE}
        outer["positionAbsolute"] = self._absolute(node, outer["position"])
        if name in _STARTS:
            outer |= {"draggable": False, "selectable": False}
            outer.pop("extent", None)
        data = outer["data"]
        data["selected"] = False
        if name in _INSIDE or name == NOTE:
            data |= {"height": outer["height"], "width": outer["width"]}
        if name in _INSIDE:
            outer["zIndex"] = _ABOVE if node.parent is not None else 1
        if name == NOTE:
            data |= {"author": "", "showAuthor": False}
        return outer

    def _spot(self) -> Map:
        """A place for a node that nobody has placed: Dify begins at (80, 282) and lays out a row."""
        self.added += 1
        return {"x": 80 + 304 * (self.added - 1), "y": 282}

    def _absolute(self, node: Node, position: Map) -> Map:
        x, y = position["x"], position["y"]
        parent = self.nodes.get(node.parent or "")
        seen: set[str] = set()
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            x, y = x + (parent.x or 0), y + (parent.y or 0)
            parent = self.nodes.get(parent.parent or "")
        return {"x": _short(x), "y": _short(y)}

    def _flags(self, node: Node, before: Map) -> Map:
        """What a node says of the container it sits in."""
        parent = self.nodes.get(node.parent or "")
        found: Map = {}
        for kind, (flag, key) in _INSIDE.items():
            inside = parent is not None and type_name(parent) == kind
            if inside or flag in before:
                found[flag] = inside
            if inside and (not node.raw or key in before):
                found[key] = node.parent
        if parent is not None and self.begins.get(parent.id) == node.id:
            found["isIterationStart"] = True
        return found

    def _data(self, node: Node, name: str, before: Map) -> Map:
        settings = dict(node.settings)
        split = _SPLITS.get(name)
        data: Map = split(settings, before) if split is not None else settings
        if node.id in self.failing:
            data["error_strategy"] = FAIL
        if name == "iteration" and not before:
            data.setdefault("iterator_selector", [])
        if name == "iteration":
            known = result_of_body(self.plain, node.id) or ([node.id, "item"] if not before else None)
            data |= {"output_selector": known} if "output_selector" not in data and known is not None else {}
        if name in _INSIDE:
            start = self.begins.get(node.id) or self.starts.get(node.id)
            data |= {"start_node_id": start} if start is not None else {}
        was = before.get("title")
        called = was if isinstance(was, str) and was in START_TITLES and node.name == START_TITLE else node.name
        title = {"title": called} if node.name or "title" in before or not before else {}
        kind = before.get("type") if before else "" if name == NOTE else name
        data |= title | ({"type": kind} if kind is not None and (not before or "type" in before) else {})
        if not before:
            off = {key: item for key, item in BESIDES.get(name, {}).items() if key not in data}
            return {
                "desc": "",
                **off,
                **({"output_type": _OUTPUT_TYPES[name]} if name in _OUTPUT_TYPES else {}),
                **data,
            }
        return _restored(data, before, name)

    # Edges

    def edge(self, wire: Wire) -> Map:
        """One edge."""
        raw: Map = wire.raw if isinstance(wire.raw, dict) else {}
        source, target = self.nodes.get(wire.source), self.nodes.get(wire.target)
        found: Map = {"source": raw.get("source", wire.source), "target": raw.get("target", wire.target)}
        if (str(found["source"]), str(found["target"])) != (wire.source, wire.target):
            found |= {"source": wire.source, "target": wire.target}
        found |= _handles(wire, raw)
        if raw:
            return {**found, **({"id": raw["id"]} if "id" in raw else {})}
        parent = self.nodes.get(source.parent or "") if source is not None else None
        data: Map = {"isInIteration": False, "isInLoop": False}
        if parent is not None and type_name(parent) in _INSIDE:
            flag, key = _INSIDE[type_name(parent)]
            data |= {flag: True, key: parent.id}
        data |= {"sourceType": type_name(source) if source is not None else ""}
        data |= {"targetType": type_name(target) if target is not None else ""}
        found |= {"data": data, "id": f"{wire.source}-{wire.out}-{wire.target}-{wire.into}", "type": "custom"}
        return {**found, "zIndex": _ABOVE if parent is not None else 0}


def _short(value: float) -> float:
    """A coordinate without a point where it needs none."""
    return int(value) if float(value).is_integer() else value


def _handles(wire: Wire, raw: Map) -> Map:
    """The handles, under the keys and in the spelling that stood there."""
    found: Map = {}
    keys = (("sourceHandle", "source_handle", wire.out, PLAIN), ("targetHandle", "target_handle", wire.into, INTO))
    for camel, snake, said, usual in keys:
        key = snake if snake in raw and camel not in raw else camel
        if not raw or key in raw or said != usual:
            found[key] = raw[key] if key in raw and (raw[key] or usual) == said else said
    return found


def _restored(data: Map, before: Map, name: str) -> Map:
    """The data with the secrets that stand in the file, which nobody has been told."""
    found: Map = data
    for table in TABLES if name == "http-request" else ():
        text, hidden = open_lines(before[table]) if isinstance(before.get(table), str) else ("", [])
        if hidden:
            said = data.get(table, "")
            data = found = {**data, table: before[table] if said == text else "\n".join([said, *hidden]).strip("\n")}
    for key, item in data.items():
        restored = secrets.restored(item, before.get(key))
        if restored is not item:
            found = dict(data) if found is data else found
            found[key] = restored
    return found


# Settings that belong together, taken apart again.


def _split(settings: Map, into: str, keys: Mapping[str, str], missing: Map, before: Map) -> Map:
    held = settings.pop(into, None)
    held = held if isinstance(held, dict) else {}
    for old, new in keys.items():
        if new in held:
            settings[old] = held[new]
        elif old in before and is_blank(before[old]):
            settings[old] = before[old]
        elif not before and old in missing:
            settings[old] = missing[old]
    return settings


def _llm(settings: Map, before: Map) -> Map:
    missing = {"prompt_template": [], "context": {"enabled": False, "variable_selector": []}}
    settings = _split(settings, "prompt_template", _LLM, missing, before)
    jinja = settings.pop("jinja", None)
    if jinja is not None:
        config = settings.get("prompt_config")
        settings["prompt_config"] = {**(config if isinstance(config, dict) else {}), "jinja2_variables": jinja}
    if "structured_output" in settings:
        settings["structured_output_enabled"] = True
    return settings


def _code(settings: Map, before: Map) -> Map:
    missing = {"code": "", "code_language": "python3", "variables": []}
    if "outputs" not in settings and is_usual_output(before.get("outputs")):
        settings["outputs"] = before["outputs"]
    return _split(settings, "code", _CODE, missing, before)


def _template(settings: Map, before: Map) -> Map:
    return _split(settings, "template", _TEMPLATE, {"template": "", "variables": []}, before)


def _request(settings: Map, before: Map) -> Map:
    held = settings.get("headers")
    if isinstance(held, dict):
        settings["headers"] = held.get("table", "")
        settings["authorization"] = {"type": "api-key", "config": held["auth"]}
    return {"method": "get", "url": "", **settings} if not before else settings


def _tool(settings: Map, before: Map) -> Map:
    for copied, original in (
        ("provider_name", "provider_id"),
        ("tool_name", "provider_id"),
        ("tool_label", "tool_name"),
    ):
        if original in settings and (not before or (copied in before and copied not in settings)):
            settings.setdefault(copied, settings[original])
    if before:
        return settings
    name = str(settings.get("provider_id") or settings.get("tool_name") or "tool")
    missing = {"provider_id": name, "provider_name": name, "tool_name": name, "tool_label": name}
    return {**missing, **settings}


def _assigner(settings: Map, before: Map) -> Map:
    held = settings.get("items")
    if isinstance(held, dict):
        del settings["items"]
        return {**settings, **held.get("v1", {})}
    if "assigned_variable_selector" in before:
        settings["version"] = "2"
    return settings if before else {"items": [], **settings}


def _loop(settings: Map, before: Map) -> Map:
    missing = {"loop_count": 10, "break_conditions": [], "logical_operator": "and"}
    return _split(settings, "loop", _LOOP, missing, before)


def _question(settings: Map, before: Map) -> Map:
    match = _DURATION.fullmatch(str(settings.pop("timeout", "")))
    if match is not None:
        settings |= {"timeout": int(match[1]), "timeout_unit": _UNITS[match[2]]}
        if before and "timeout_unit" not in before and match[2] == "h":
            del settings["timeout_unit"]
    return _split(settings, "form", _FORM, {"form_content": "", "inputs": []}, before)


_LLM = {"prompt_template": "rows", "jinja": "jinja", "context": "context"}
_CODE = {"code": "code", "code_language": "language", "variables": "variables"}
_TEMPLATE = {"template": "template", "variables": "variables"}
_LOOP = {"loop_count": "count", "break_conditions": "conditions", "logical_operator": "operator"}
_FORM = {"form_content": "content", "inputs": "inputs"}
_SPLITS = {
    "llm": _llm,
    "code": _code,
    "template-transform": _template,
    "http-request": _request,
    "tool": _tool,
    "assigner": _assigner,
    "loop": _loop,
    "human-input": _question,
}


def in_order(value: Any) -> Any:
    """A value with the keys of its maps in order, as PyYAML writes them for Dify."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value
