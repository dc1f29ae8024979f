"""Which fields of a RAGFlow file are its own part, and why: layout, the editor's state, copies, ids, what a run left.

Kept as data: a field's name says it wherever it stands in a node, an edge or around the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.canvas.secrets import secret_part
from fjctl.formats.ragflow_types import DRAWN_ONLY, LLM_SWITCHES

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

_ROOT = {
    "id": "identity",
    "canvas_type": "envelope",
    "canvas_types": "envelope",
    "canvas_category": "envelope",
    "canvas_sub_types": "envelope",
    "avatar": "envelope",
    "permission": "envelope",
    "user_id": "identity",
    "nickname": "envelope",
    "tenant_avatar": "envelope",
    "create_date": "envelope",
    "create_time": "envelope",
    "update_date": "envelope",
    "update_time": "envelope",
    "release": "envelope",
    "code": "envelope",
    "message": "envelope",
    "globals": "envelope",
    "history": "envelope",
    "messages": "envelope",
    "memory": "envelope",
    "path": "envelope",
    "retrieval": "envelope",
    "reference": "envelope",
    "answer": "envelope",
    "task_id": "identity",
    "embed_id": "identity",
    "viewport": "editor",
}
_NODE = {
    "id": "identity",
    "type": "derived",
    "position": "layout",
    "positionAbsolute": "layout",
    "measured": "layout",
    "width": "layout",
    "height": "layout",
    "style": "layout",
    "zIndex": "layout",
    "extent": "layout",
    "expandParent": "layout",
    "sourcePosition": "layout",
    "targetPosition": "layout",
    "selected": "editor",
    "dragging": "editor",
    "resizing": "editor",
    "draggable": "editor",
    "dragHandle": "editor",
    "hidden": "editor",
    "className": "editor",
}
_EDGE = {
    "id": "identity",
    "type": "editor",
    "markerEnd": "editor",
    "style": "editor",
    "zIndex": "editor",
    "animated": "editor",
    "selected": "editor",
    "label": "editor",
    "data": "editor",
    "targetHandle": "layout?",
    "sourceHandle": "layout?",
}
_FORM = {
    "parameter": "editor",
    "llm_filter": "editor",
    "tenant_llm_id": "identity",
    "exception_goto": "derived",
    "exception_method": "derived?",
    "end_cpn_ids": "derived",
    "end_cpn_id": "derived",
    "outputs": "derived?",
    "debug_inputs": "editor",
    **dict.fromkeys(LLM_SWITCHES, "unused?"),
    **dict.fromkeys(LLM_SWITCHES.values(), "editor?"),
}
_DEEPER = {"to": "derived", "uuid": "identity", "index": "layout", "key": "derived?", "name": "derived?"}
"""Parts of what a form holds: where a category or a case leads stands in the edges."""
_LISTS = frozenset({"conditions", "items", "category_description", "inputs"})
_INNER = 2


def own_part(pointer: Pointer, value: JsonValue) -> str:
    """See `WorkflowFormat.own_part`."""
    path = pointer
    for outer in ("data", "dsl"):
        if path[:1] == (outer,) and len(path) > 1:
            path = path[1:]
    secret = secret_part(path, value)
    if secret:
        return secret
    if path[:1] == ("graph",):
        path = path[1:]
    head = path[0] if path else ""
    if head == "nodes" and len(path) > 1:
        return _node(path[2:], value)
    if head == "edges" and len(path) > 1:
        return _edge(path[2:], value)
    if head == "components":
        return "derived?" if _is_leaf(value) or path[-1] in {"downstream", "upstream"} else ""
    if head in {"title", "description"} and len(path) == _INNER:
        return "translation?"
    if head == "variables" and path[-1] == "name":
        return "derived?"
    return _ROOT.get(str(head), "") if len(path) == 1 else ""


def _is_leaf(value: JsonValue) -> bool:
    return not isinstance(value, (dict, list))


def _node(path: Pointer, value: JsonValue) -> str:
    if not path:
        data = value.get("data") if isinstance(value, dict) else None
        label = data.get("label") if isinstance(data, dict) else None
        return "derived" if isinstance(label, str) and label in DRAWN_ONLY else ""
    if path[0] != "data":
        return _NODE.get(str(path[0]), "") if len(path) == 1 else ""
    if path[1:2] != ("form",):
        return ""
    inner = path[2:]
    if len(inner) == 1:
        return _FORM.get(str(inner[0]), "")
    if inner[:1] and inner[0] in _LISTS:
        return _DEEPER.get(str(inner[-1]), "") if len(inner) > _INNER else ""
    return ""


def _edge(path: Pointer, value: JsonValue) -> str:
    if not path:
        return "derived" if isinstance(value, dict) and value.get("sourceHandle") == "tool" else ""
    return _EDGE.get(str(path[0]), "") if len(path) == 1 else ""
