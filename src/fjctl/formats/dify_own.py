"""What stays in a Dify file by design, by a field's place: the noise, the copies, the editor's own.

Sources: dify-plus `web/app/components/workflow` (what the editor writes), files of the years 2024 to 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.canvas import secrets
from fjctl.formats.dify_document import unused
from fjctl.formats.dify_types import DERIVED, EDITOR, PAYLOAD, STRUCTURE, UNUSED

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

_OUTER = frozenset({"height", "width", "position", "positionAbsolute", "zIndex", "parentId"})
_LOOKS = frozenset({"selected", "dragging", "sourcePosition", "targetPosition", "draggable", "selectable", "extent"})
_DATA = len(("workflow", "graph", "nodes", 0, "data"))
_COPIED = frozenset({"type", "provider_name", "structured_output_enabled", "startNodeType"})
_ENVELOPE = frozenset({"kind", "version", "dependencies"})
_APP = frozenset({"icon", "icon_background", "icon_type", "use_icon_as_answer_icon", "mode", "max_active_requests"})


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """What stays in the workflow by design, by a field's place."""
    secret = secrets.secret_part(pointer, value)
    if secret:
        return secret
    if pointer[0] in _ENVELOPE or (pointer[0] == "app" and pointer[-1] in _APP):
        return "derived" if pointer[0] == "dependencies" else "envelope"
    if pointer[:3] == ("workflow", "graph", "viewport") or pointer[-1] == "rag_pipeline_variables":
        return "editor"
    if pointer[:3] == ("workflow", "graph", "edges"):
        return _own_of_edge(pointer)
    if pointer[:3] == ("workflow", "graph", "nodes"):
        return _own_of_node(pointer, value)
    return _own_of_variable(pointer, value)


def _own_of_edge(pointer: Pointer) -> str:
    last = pointer[-1]
    if len(pointer) == 5:
        kinds = {"id": "identity", "data": "derived", "type": "derived", "zIndex": "layout", "selected": "editor"}
        return kinds.get(str(last), "editor" if str(last).startswith("_") else "")
    return ""


def _own_of_node(pointer: Pointer, value: JsonValue) -> str:
    last = pointer[-1]
    if len(pointer) == _DATA:
        kind = "layout" if last in _OUTER else "editor" if last in _LOOKS else "identity" if last == "id" else ""
        return "derived?" if last == "type" else kind
    if len(pointer) == _DATA + 1:
        return _own_of_data(str(last), value)
    return _own_within(pointer) if len(pointer) > _DATA else ""


def _own_of_data(key: str, value: JsonValue) -> str:
    if key in {"width", "height"}:
        return "layout"
    if key in EDITOR or key == "selected" or key.startswith("_"):
        return "editor"
    if key in STRUCTURE and key not in {"title", "type"}:
        return "derived"
    if key in _COPIED or any(key in keys for keys in DERIVED.values()):
        return "derived?"
    if key in UNUSED.values():
        return "editor?"
    if key in PAYLOAD:
        return "payload?"
    if unused(value) or (isinstance(value, dict) and value.get("retry_enabled") is False):
        return "editor"
    return ""


def _own_within(pointer: Pointer) -> str:
    last, key = pointer[-1], pointer[_DATA]
    if last == "id" and key in {
        "prompt_template",
        "cases",
        "conditions",
        "items",
        "break_conditions",
        "loop_variables",
    }:
        return "identity?"
    if last == "schemas" and key == "agent_parameters":
        return "payload"
    return ""


def _own_of_variable(pointer: Pointer, value: JsonValue) -> str:
    if pointer[1:2] in {("conversation_variables",), ("environment_variables",)} and len(pointer) > 2:
        if pointer[-1] == "id":
            return "identity"
        if pointer[-1] == "selector":
            return "derived"
    del value
    return ""
