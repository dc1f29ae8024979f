"""A component's fields ↔ the settings of a node, where the two are not the same.

What a model is told and what it is given stand in two fields, of which either may hold the instruction; a chat output
either ends the flow with a result or says something on the way; a start has what is given to the flow. The settings
say which it is, under names that no field has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas import secrets
from fjctl.formats.langflow_flow import AFTER
from fjctl.formats.langflow_groups import INSIDE, inside, is_group
from fjctl.formats.langflow_types import (
    CHAT_INPUT,
    CHAT_OUTPUT,
    FORMAT_INSTRUCTIONS,
    GIVEN,
    INPUTS,
    INSTRUCTED,
    PROMPT,
    RESULT,
    ROLE,
    SAY,
    TEXT_INPUT,
    TYPES,
)
from fjctl.model.secrets import is_secret as is_plain_secret
from fjctl.model.workflow import FORK_KINDS, BlockKind

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.table import NodeType
    from fjctl.formats.langflow_flow import Flow
    from fjctl.formats.langflow_graph import Component

REFERENCE = re.compile(r"<[^<>\s]+>")
_NAME_ONLY = re.compile(r"[A-Z][A-Z0-9_]*")
_ENVIRONMENT = re.compile(r"\{\{\s*\w+\s*\}\}")
_KEYS = (PROMPT, GIVEN, ROLE)


def is_secret(name: str, value: Any, field: Map | None = None) -> bool:
    """Whether a field holds a secret in plain text, and not just the name of one."""
    if not isinstance(value, str) or not value or _NAME_ONLY.fullmatch(value) or _ENVIRONMENT.fullmatch(value):
        return False
    return (field is not None and field.get("password") is True) or is_plain_secret(name, value)


def shown(component: Component) -> tuple[Map, list[Diagnostic]]:
    """The values of a component without the secrets in them, and a warning for each."""
    found = component.values()
    told: list[Diagnostic] = []
    for name, value in list(found.items()):
        at = (*component.pointer, "data", "node", "template", name)
        if isinstance(value, str):
            if is_secret(name, value, component.template[name]):
                told.append(secrets.report(value, (*at, "value")))
                del found[name]
        elif isinstance(value, (dict, list)):
            found[name], more = secrets.without_secrets(value, at)
            told += [item._replace(pointer=(*at, "value", *item.pointer[len(at) :])) for item in more]
    return found, told


def is_copied(name: str, value: Any) -> bool:
    """Whether a field's value comes with the component, not from its author."""
    if name.startswith("_"):
        return True
    return name == "format_instructions" and isinstance(value, str) and value.startswith(FORMAT_INSTRUCTIONS)


def _of_author(component: Component) -> Map:
    """The values of a component that its author has set and that may be shown."""
    return {name: value for name, value in shown(component)[0].items() if not is_copied(name, value)}


def settings_of(flow: Flow, component: Component, values: Map) -> Map:
    """What a component's author set (`values`, see `shown`), and what links bring, as settings."""
    if component.note:
        color = component.template.get("backgroundColor")
        text = component.node.get("description")
        return {key: item for key, item in (("text", text), ("color", color)) if item not in (None, "")}
    found = {name: value for name, value in values.items() if not is_copied(name, value)}
    for link in flow.graph.entering.get(component.id, ()):
        fed = flow.fed(component, link.field) if link.field != AFTER else None
        if fed is not None:
            found[link.field] = fed
    if is_group(component):
        found[INSIDE] = inside(component, _of_author)
    role = flow.roles.get(component.id)
    if role == "tool":
        return found
    found.pop("tools_metadata", None)
    if role:  # a model that only feeds another is told nothing
        return _modelled(found)
    return _canonical(flow, component, found)


def _canonical(flow: Flow, component: Component, found: Map) -> Map:
    row = TYPES.get(component.type)
    kind = row.kind if row is not None else None
    if component is flow.start:
        found.pop("input_value", None) if component.type == CHAT_INPUT else None
        return {**found, **({INPUTS: flow.inputs} if flow.inputs else {})}
    if component.type == CHAT_OUTPUT:
        value = found.pop("input_value", None)
        ends = component.id not in flow.graph.leaving and (value is None or is_reference(value))
        return found if value in (None, "") else {**found, RESULT if ends else SAY: value}
    if component.type == "TextOutput" and "input_value" in found:
        found[RESULT] = found.pop("input_value")
    fields = instructed(component.template, row)
    return (
        _instructed(_modelled(found), fields) if fields and kind in {BlockKind.AGENT, BlockKind.ROUTER, None} else found
    )


def chosen_model(value: Any) -> tuple[str, str] | None:
    """The model and its provider that are chosen in a list, `[{name, provider, icon, metadata}]`; None elsewhere."""
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        return None
    name, provider = value[0].get("name"), value[0].get("provider")
    return (name, provider if isinstance(provider, str) else "") if isinstance(name, str) and name else None


def _modelled(found: Map) -> Map:
    """The model and its provider under one name each, whatever the component's age."""
    if "agent_llm" in found:
        found.setdefault("provider", found.pop("agent_llm"))
    chosen = chosen_model(found.get("model"))
    if chosen is not None and "model_name" not in found:
        del found["model"]
        found["model_name"] = chosen[0]
        if chosen[1]:
            found["provider"] = chosen[1]
    return found


def _modelled_back(found: Map, template: Map) -> Map:
    old = template.get("model")
    if "agent_llm" in template and "provider" in found:
        found["agent_llm"] = found.pop("provider")
    if not isinstance(old, dict) or "model_name" not in found:
        return found
    before = chosen_model(old.get("value"))
    if before is None and isinstance(template.get("model_name"), dict):
        return found
    name, provider = found.pop("model_name"), found.pop("provider", "")
    kept = old["value"][0] if before is not None and before[0] == name else {}
    found["model"] = [{**kept, "name": name, **({"provider": provider} if provider else {})}]
    return found


def is_reference(value: Any) -> bool:
    """Whether a value is one reference and nothing else, or several."""
    if isinstance(value, list):
        return all(map(is_reference, value))
    return isinstance(value, str) and bool(REFERENCE.fullmatch(value))


def instructed(template: Map, row: NodeType | None) -> tuple[str, str] | None:
    """The fields for what a model is told and what it is given; None for a component that is no model."""
    if row is not None and row.kind is not BlockKind.AGENT and row.kind not in FORK_KINDS:
        return None
    routes = row is not None and row.kind in FORK_KINDS
    return next(
        (
            fields
            for first, fields in INSTRUCTED.items()
            if first in template or fields[1] in (template if routes else ())
        ),
        None,
    )


def _instructed(found: Map, fields: tuple[str, str]) -> Map:
    told, given = (found.pop(name, None) for name in fields)
    if told not in (None, ""):
        return {PROMPT: told, **({GIVEN: given} if given not in (None, "") else {}), **found}
    if isinstance(given, str) and given and not is_reference(given):
        return {PROMPT: given, ROLE: "user", **found}
    return {**({GIVEN: given} if given not in (None, "") else {}), **found}


def fields_from(settings: Map, kind: str, template: Map, row: NodeType | None) -> Map:
    """The way back of `settings_of`: fields by name. What is given to the flow is the start's and comes separately."""
    found = {key: item for key, item in settings.items() if key != INPUTS}
    if kind in (CHAT_OUTPUT, "TextOutput"):
        for key in (SAY, RESULT):
            if key in found:
                found["input_value"] = found.pop(key)
        return found
    fields = instructed(template, row)
    if fields is None:
        return found
    found = _modelled_back(found, template)
    prompt, given, role = (found.pop(key, None) for key in _KEYS)
    if role == "user" and given is None:
        prompt, given = None, prompt
    return {**found, **{name: item for name, item in zip(fields, (prompt, given), strict=True) if item is not None}}


__all__ = [
    "REFERENCE",
    "TEXT_INPUT",
    "fields_from",
    "is_copied",
    "is_reference",
    "is_secret",
    "settings_of",
]
