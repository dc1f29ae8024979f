"""What editors leave in their files and nobody means: selection, measured sizes, the part of the canvas in sight.

Source: the save functions of React Flow 11 and 12 write these keys on every click (packages/core and packages/react,
`changes.ts`); the viewport is where the author last looked. n8n's instance id is a fingerprint of the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fjctl.source import JsonValue

_NODE: Final = frozenset({"selected", "dragging", "resizing", "measured", "positionAbsolute"})
_EDGE: Final = frozenset({"selected"})
_DATA: Final = frozenset({"selected"})
"""What canvas and block hold of the selection; the data of a node where nothing but the editor reads it."""
_SELECTED_IN_DATA: Final = frozenset({"flowise", "flowise-chatflow", "dify"})
_DEPTH: Final = 6  # how deep in a file a graph stands: a list of rows, each with `data` and `graph`


def without_noise(value: JsonValue, format_name: str) -> JsonValue:
    """The file's value without what its builder's editor writes as it is used; what is given is not changed."""
    if format_name == "n8n":
        return _n8n(value)
    return _graphs(value, frozenset() if format_name not in _SELECTED_IN_DATA else _DATA, 0)


def _graphs(value: JsonValue, data: frozenset[str], depth: int) -> JsonValue:
    """The graphs in a value (maps with lists of nodes and of edges), each cleaned."""
    if depth > _DEPTH:
        return value
    if isinstance(value, list):
        return [_graphs(item, data, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    nodes, edges = value.get("nodes"), value.get("edges")
    if not (isinstance(nodes, list) and isinstance(edges, list)):
        return {key: _graphs(item, data, depth + 1) for key, item in value.items()}
    kept = {key: item for key, item in value.items() if key != "viewport"}
    kept["nodes"] = [_node(node, data) for node in nodes]
    kept["edges"] = [_without(edge, _EDGE) for edge in edges]
    return kept


def _node(node: JsonValue, data: frozenset[str]) -> JsonValue:
    found = _without(node, _NODE)
    if data and isinstance(found, dict) and isinstance(found.get("data"), dict):
        found["data"] = _without(found["data"], data)
    return found


def _without(item: JsonValue, keys: frozenset[str]) -> JsonValue:
    return {key: part for key, part in item.items() if key not in keys} if isinstance(item, dict) else item


def _n8n(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_n8n(item) for item in value]
    if not isinstance(value, dict):
        return value
    meta = value.get("meta")
    if not isinstance(meta, dict) or "instanceId" not in meta:
        return value
    left = _without(meta, frozenset({"instanceId"}))
    return {key: left if key == "meta" else item for key, item in value.items() if key != "meta" or left}
