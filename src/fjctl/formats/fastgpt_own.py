"""Which fields of a FastGPT file are its own part, and why.

Most of a file is the definition of its nodes' types, copied into every node: labels, descriptions, kinds of fields
(62 % of the bytes are inputs, of these 16 % values).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.canvas.secrets import secret_part

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

_ROOT = {
    "author": "envelope",
    "avatar": "envelope",
    "tags": "envelope",
    "type": "envelope",
    "weight": "envelope",
    "userGuide": "envelope",
    "isActive": "envelope",
    "isPromoted": "envelope",
    "templateId": "identity",
    "_id": "identity",
    "teamId": "identity",
    "tmbId": "identity",
    "updateTime": "envelope",
    "version": "envelope",
    "permission": "envelope",
}
_NODE = {
    "nodeId": "identity",
    "moduleId": "identity",
    "position": "layout",
    "avatar": "payload",
    "intro": "payload?",
    "version": "payload",
    "courseUrl": "payload",
    "templateType": "payload",
    "colorSchema": "payload",
    "sourceHandle": "payload",
    "targetHandle": "payload",
    "showSourceHandle": "payload",
    "showTargetHandle": "payload",
    "isTool": "payload",
    "unique": "payload",
    "forbidDelete": "payload",
    "showStatus": "editor",
    "isFolded": "editor",
    "selected": "editor",
    "isEntry": "editor",
    "catchError": "derived?",
    "parentId": "identity",
    "pluginType": "payload",
    "pluginData": "payload",
    "currentVersion": "payload",
    "versionLabel": "payload",
    "isLatestVersion": "payload",
    "hasTokenFee": "payload",
    "hasSystemSecret": "payload",
}
_INPUT = {
    "childrenNodeIdList": "derived",
    "nodeWidth": "layout",
    "nodeHeight": "layout",
    "loopNodeInputHeight": "layout",
    "nestedNodeOffset": "layout",
    "commentSize": "layout",
    "system_addInputParam": "payload",
    "DYNAMIC_INPUT_KEY": "payload",
    "switch": "payload",
    "pluginStart": "payload",
}
"""Inputs that only the editor needs, by key."""
_MEANT = frozenset({"key", "value"})


def own_part(pointer: Pointer, value: JsonValue) -> str:
    """See `WorkflowFormat.own_part`."""
    secret = secret_part(pointer, value)
    if secret:
        return secret
    if isinstance(value, dict) and pointer[-1] != "value" and secret_part((str(value.get("key")),), value.get("value")):
        return "secret"
    path = pointer
    for outer in ("data", "workflow"):
        if path[:1] == (outer,) and len(path) > 1:
            path = path[1:]
    place = next((i for i, part in enumerate(path) if part in {"nodes", "modules"}), None)
    if place is None and path and isinstance(path[0], int):
        place = -1
    if place is not None and len(path) > place + 2:
        return _node(path[place + 2 :], value)
    if path[:1] == ("edges",) and path[-1] == "targetHandle":
        return "layout?"
    if path[:1] == ("chatConfig",):
        return _config(path)
    return _ROOT.get(str(path[0]), "") if len(path) == 1 else ""


def _config(path: Pointer) -> str:
    if path[1:2] == ("variables",) and path[-1] in {"id", "icon", "label", "type", "valueType"}:
        return "payload?"
    return "derived?" if path[-1] == "_id" else ""


def _node(path: Pointer, value: JsonValue) -> str:
    if len(path) == 1:
        return _NODE.get(str(path[0]), "")
    if path[0] == "inputs":
        return _input(path[1:], value)
    if path[0] == "outputs":
        return "" if "targets" in path else "payload?" if not isinstance(value, (dict, list)) else ""
    return ""


def _input(path: Pointer, value: JsonValue) -> str:
    if len(path) == 1:
        key = value.get("key") if isinstance(value, dict) else None
        return _INPUT.get(str(key), "")
    if path[1] not in _MEANT:
        return "payload?"
    if path[1] == "key":
        return "payload?"
    variables = len(path) > 2 and path[-1] in {"id", "icon", "label", "type", "valueType"}
    return "payload?" if variables else ""
