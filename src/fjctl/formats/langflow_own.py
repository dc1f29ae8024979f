"""What of a Langflow document stays in it by design, and why: noise, payload, copies. Data, but for where things stand.

A node is 86 % copies of its component's definition, of which two thirds are Python source; what its author set stands
in the `value` of the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.canvas.secrets import secret_part
from fjctl.formats.langflow_fields import is_copied, is_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.source import JsonValue, Pointer

_HEAD: Mapping[str, str] = {
    "id": "identity",
    "viewport": "editor",
    "chatHistory": "editor",
    **dict.fromkeys(
        [
            "endpoint_name",
            "is_component",
            "last_tested_version",
            "tags",
            "locked",
            "icon",
            "icon_bg_color",
            "gradient",
            "mcp_enabled",
            "webhook",
            "action_name",
            "action_description",
            "access_type",
            "folder_id",
            "user_id",
            "updated_at",
            "date_created",
            "fs_path",
            "style",
        ],
        "envelope",
    ),
}
_NODE: Mapping[str, str] = {
    "id": "identity",
    "type": "derived",
    **dict.fromkeys(["position", "positionAbsolute", "width", "height", "measured", "style", "zIndex"], "layout"),
    **dict.fromkeys(["selected", "dragging", "resizing"], "editor"),
}
_DATA: Mapping[str, str] = {
    "id": "identity",
    "display_name": "derived",
    "description": "derived",
    **dict.fromkeys(
        ["showNode", "selected_output", "selected", "value", "buildStatus", "_connectionMode", "edited"], "editor"
    ),
}
_COMPONENT: Mapping[str, str] = {
    "description": "payload?",
    **dict.fromkeys(["frozen", "minimized", "pinned", "edited", "tool_mode", "selected_output"], "editor"),
    **dict.fromkeys(
        [
            "base_classes",
            "beta",
            "conditional_paths",
            "custom_fields",
            "documentation",
            "field_order",
            "icon",
            "legacy",
            "lf_version",
            "metadata",
            "output_types",
            "outputs",
            "category",
            "key",
            "score",
            "last_updated",
            "field_formatters",
            "full_path",
            "error",
            "priority",
            "i18n_key",
            "add_tool_output",
            "official",
            "replacement",
            "is_composition",
            "is_input",
            "is_output",
            "name",
            "root_field_name",
        ],
        "payload",
    ),
}
_EDGE: Mapping[str, str] = {
    "id": "identity",
    **dict.fromkeys(("sourceHandle", "targetHandle", "data"), "derived"),
    **dict.fromkeys(
        ["className", "animated", "style", "selected", "type", "hidden", "markerEnd", "zIndex", "interactionWidth"],
        "editor",
    ),
}
_ACTION_MEANS = frozenset({"name", "description", "status"})
_MODEL_MEANS = frozenset({"name", "provider"})
_NODE_AT, _DATA_AT, _INNER_AT, _FIELD_AT, _VALUE_AT, _ROW_AT = 1, 2, 3, 4, 5, 7
_ROW_FIELDS: Mapping[str, frozenset[str]] = {"tools_metadata": _ACTION_MEANS, "model": _MODEL_MEANS}


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """See `WorkflowFormat.own_part`."""
    place = next((n for n, part in enumerate(pointer[:3]) if part in {"nodes", "edges"}), None)
    if place is None:
        return _HEAD.get(str(pointer[-1]), "") if len(pointer) else ""
    rest = pointer[place + 1 :]
    if len(rest) <= _NODE_AT:
        return ""
    if pointer[place] == "edges":
        return _EDGE.get(str(rest[_NODE_AT]), "")
    return _in_node(rest, value)


def _in_node(rest: Pointer, value: JsonValue) -> str:
    """The field of a node; `rest` begins with its number."""
    if rest[_NODE_AT] != "data":
        return _NODE.get(str(rest[_NODE_AT]), "")
    if len(rest) <= _DATA_AT:
        return ""
    if rest[_DATA_AT] != "node":
        return _DATA.get(str(rest[_DATA_AT]), "")
    if len(rest) <= _INNER_AT:
        return ""
    if rest[_INNER_AT] == "flow":
        return own_part(rest[_INNER_AT:], value)
    if rest[_INNER_AT] != "template":
        return _COMPONENT.get(str(rest[_INNER_AT]), "")
    if len(rest) == _FIELD_AT + 1:
        return "" if isinstance(value, dict) else "payload?"
    return _in_template(rest, value) if len(rest) > _FIELD_AT else ""


def _in_template(rest: Pointer, value: JsonValue) -> str:
    name = str(rest[_FIELD_AT])
    if name == "code" or (name.startswith("_") and len(rest) > _FIELD_AT):
        return "payload"
    if len(rest) <= _VALUE_AT:
        return ""
    if rest[_VALUE_AT] != "value":
        return "payload?" if rest[_VALUE_AT] == "load_from_db" else "payload"
    if len(rest) == _VALUE_AT + 1:
        if is_secret(name, value):
            return "secret?"
        return "payload" if is_copied(name, value) else ""
    if value and isinstance(value, str) and (part := secret_part((name, *rest[_VALUE_AT + 1 :]), value)):
        return part
    known = _ROW_FIELDS.get(name)
    return "payload" if known is not None and len(rest) > _ROW_AT and rest[_ROW_AT] not in known else ""
