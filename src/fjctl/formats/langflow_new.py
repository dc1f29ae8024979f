"""New components and documents, as Langflow would write them.

A component needs its source in its own `code` field (lfx `interface/initialize/loading.py`); ours is a class that
inherits the installed one. Fields without a value keep the class's own. A step that Langflow has nothing for is a
component of ours that keeps what the step is and hands on nothing.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fjctl.formats.langflow_defined import ANY, COLUMNS, DEFINITIONS, INPUTS, OPTIONS, Definition
from fjctl.formats.langflow_graph import map_at
from fjctl.formats.langflow_types import ROLES
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.drawing import Node
    from fjctl.formats.canvas.paths import Map

VERSION = "1.13.0"
"""The version of Langflow whose files ours are."""
TOOL_OUTPUT = "component_as_tool"
AFTER = "run_after"
"""The field that a component has only to run after another, from which it takes nothing."""
AFTER_LABEL = "Runs after"
_PROMPT = "Prompt Template"
_VALUE = 3
_FLAGS = 4
_CODE: Map = {
    "advanced": True,
    "dynamic": True,
    "list": False,
    "load_from_db": False,
    "multiline": True,
    "name": "code",
    "password": False,
    "required": True,
    "show": True,
    "type": "code",
}
_INHERITED = """from {module} import {name} as {base}
{more}

class {name}({base}):
    display_name = {label}
{inputs}"""
_PLACEHOLDER = """from lfx.custom.custom_component.component import Component
from lfx.io import DictInput, HandleInput, Output
from lfx.schema.data import Data


class Placeholder(Component):
    display_name = {label}
    description = "A step that Langflow has no component for. It hands on what it is given."
    icon = "box"
    name = "Placeholder"

    inputs = [
        DictInput(name="contract", display_name="Contract", value={{}}),{inputs}
    ]
    outputs = {outputs}

    def result(self) -> Data:
        return Data(data=dict(self.contract or {{}}))
"""
_MORE = """
    inputs = [
        *{base}.inputs,{inputs}
    ]
"""


def component_id(kind: str, *parts: str) -> str:
    """The id of a new component of a type, which depends on `parts` only."""
    return f"{''.join(kind.split())}-{stable_id(kind, *parts)[:5]}"


def component(node: Node) -> Map:
    """A new component of a node's type, with the fields that every such one has."""
    if node.type == "note":
        return _note(node)
    label = node.name
    definition = DEFINITIONS.get(node.type)
    label = label or (definition.label if definition is not None else node.type)
    outputs = outputs_of(node)
    template: Map = {"_type": "Component", "code": {**_CODE, "value": _source(node.type, label, outputs)}}
    if definition is not None:
        template |= _fields(node.type, definition)
    inner = {
        "base_classes": sorted({kind for output in outputs for kind in output["types"]}),
        "beta": False,
        "conditional_paths": [],
        "custom_fields": {},
        "description": definition.about if definition is not None else "",
        "display_name": node.name,
        "documentation": "",
        "edited": False,
        "field_order": [name for name in template if name not in {"_type", "code"}],
        "frozen": False,
        "icon": definition.icon if definition is not None else "box",
        "legacy": False,
        "metadata": {},
        "output_types": [],
        "outputs": outputs,
        "pinned": False,
        "template": template,
        "tool_mode": node.role == "tool",
    }
    return {
        "id": node.id,
        "type": "genericNode",
        "position": {"x": 0.0, "y": 0.0},
        "data": {"id": node.id, "node": inner, "showNode": True, "type": node.type},
    }


def _note(node: Node) -> Map:
    color = node.settings.get("color")
    inner = {
        "description": node.settings.get("text", ""),
        "display_name": node.name,
        "documentation": "",
        "template": {"backgroundColor": color} if color else {},
    }
    return {
        "id": node.id,
        "type": "noteNode",
        "position": {"x": 0.0, "y": 0.0},
        "data": {"id": node.id, "node": inner, "type": "note"},
    }


def is_stand_in(node: Map) -> bool:
    """Whether a component is one of ours that does nothing."""
    code = map_at(node, "template", "code").get("value")
    return isinstance(code, str) and "\n\n\nclass Placeholder(Component):\n" in code


def _source(kind: str, label: str, outputs: list[Map], taken: Map | None = None) -> str:
    """The source of a component: the installed one by another name, or a stand-in. `taken` are fields beyond its own
    that links end at, with what these bring."""
    definition = DEFINITIONS.get(kind)
    module, _, name = definition.place.partition(":") if definition is not None else ("", "", "")
    spelled, inputs = (
        json.dumps(label, ensure_ascii=False),
        "".join(map(_input, *zip(*taken.items(), strict=True)) if taken else ()),
    )
    if not name:
        given = ", ".join(
            f'Output(name={json.dumps(item["name"])}, display_name="Result", method="result", types=["Data"])'
            for item in outputs
            if item["name"] != TOOL_OUTPUT
        )
        return _PLACEHOLDER.format(label=spelled, inputs=inputs, outputs=f"[{given}]")
    base = f"Installed{name}" if name.endswith("Component") else f"{name}Component"
    more = "from lfx.io import HandleInput\n" if inputs else ""
    own = _MORE.format(base=base, inputs=inputs) if inputs else ""
    return _INHERITED.format(module=module, name=name, base=base, label=spelled, more=more, inputs=own)


def _input(name: str, types: list[str]) -> str:
    shown = json.dumps(AFTER_LABEL if name == AFTER else name, ensure_ascii=False)
    said = f"name={json.dumps(name)}, display_name={shown}, input_types={json.dumps(types)}, is_list=True"
    return f"\n        HandleInput({said}),"


def take_links(made: Map, fields: Sequence[str]) -> None:
    """Lets a new component take what links bring, one for each of `fields`, also to those that its class does not
    have."""
    kind, inner = made["data"]["type"], made["data"]["node"]
    definition = DEFINITIONS.get(kind)
    own = {line[0] for line in _lines(definition.fields)} if definition is not None else {"contract"}
    template = inner["template"]
    for name in {name for name in fields if fields.count(name) > 1} & template.keys():
        template[name]["list"] = True
    more = {
        name: list(template[name].get("input_types") or ANY) for name in fields if name in template and name not in own
    }
    if more and kind != _PROMPT:
        template["code"]["value"] = _source(kind, inner["display_name"], inner["outputs"], more)


def _lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines() if line.strip()]


@lru_cache(maxsize=64)
def _declared(name: str) -> tuple[Map, ...]:
    return tuple(_output(line[0], line[1], line[2], line[3].split(", ")) for line in _lines(DEFINITIONS[name].outputs))


def _output(name: str, label: str, method: str, types: list[str], *, grouped: bool = False) -> Map:
    loops = {"loop_types": ["Message"]} if name == "item" else {}
    return {
        "allows_loop": bool(loops),
        **loops,
        "cache": True,
        "display_name": label,
        "group_outputs": grouped,
        "method": method,
        "name": name,
        "selected": types[0],
        "tool_mode": True,
        "types": types,
        "value": "__UNDEFINED__",
    }


def outputs_of(node: Node) -> list[Map]:
    """What a node gives: as it declares it, or as a new one of its type would."""
    declared = map_at(node.raw, "data", "node").get("outputs") if node.raw else None
    if isinstance(declared, list):
        return [item for item in declared if isinstance(item, dict)]
    if node.raw:
        return []
    if node.role:
        name, method, kind = part_output(node.role)
        return [_output(name, node.name or node.type, method, [kind])]
    routed = _routed(node)
    if routed is not None:
        return routed
    known = [dict(item) for item in _declared(node.type)] if node.type in DEFINITIONS else []
    asked = [name for name in node.mark.split() if all(item["name"] != name for item in known)]
    more = [_output(name, "Result", "result", list(ANY)) for name in asked or ([] if known else ["result"])]
    return [*known, *more]


def part_output(role: str) -> tuple[str, str, str]:
    """The output by which a part of a role is taken in: its name, its method, and the type it gives."""
    if role == "tool":
        return TOOL_OUTPUT, "to_toolkit", "Tool"
    if role == "model":
        return "model_output", "build_model", "LanguageModel"
    kind = next((kind for kind, known in ROLES.items() if known == role), "Data")
    return role, f"build_{role}", kind


def _routed(node: Node) -> list[Map] | None:
    """The ways out of a component that has one for each of its rows."""
    if node.type == "SmartRouter":
        rows = [row for row in node.settings.get("routes", []) if isinstance(row, dict)]
        found = [
            _output(
                f"category_{n}_result", str(row.get("route_category", "")), "process_case", ["Message"], grouped=True
            )
            for n, row in enumerate(rows, 1)
        ]
        if node.settings.get("enable_else_output") is True:
            found.append(_output("default_result", "Else", "default_response", ["Message"], grouped=True))
        return found
    if node.type == "HumanInput":
        labels = [str(item) for item in node.settings.get("decisions", ["Approve", "Reject"])]
        names = [(f"branch_{label.strip().lower().replace(' ', '_')}", label) for label in labels]
        if node.settings.get("enable_fallback") is True:
            names.append(("branch_fallback", "Fallback"))
        return [_output(name, label, "route_branch", ["Message"], grouped=True) for name, label in names]
    return None


def _fields(kind: str, definition: Definition) -> Map:
    found: Map = {}
    for line in _lines(definition.fields):
        name, sort, label = line[:_VALUE]
        default = line[_VALUE] if len(line) > _VALUE else ""
        flags = line[_FLAGS].split() if len(line) > _FLAGS else []
        field = {**INPUTS[sort], "_input_type": sort, "display_name": label, "name": name}
        if default:
            field["value"] = json.loads(default)
        field |= dict.fromkeys(flags, True)
        if (kind, name) in OPTIONS:
            field["options"] = list(OPTIONS[kind, name])
        if (kind, name) in COLUMNS:
            field["table_schema"] = [dict(row) for row in COLUMNS[kind, name]]
        found[name] = field
    return found


def field_of(name: str, value: Any, *, prompt: bool = False) -> Map:
    """A field that a component does not declare: a prompt's variable, an argument, what it only runs after."""
    label = AFTER_LABEL if name == AFTER else name
    kinds: dict[type, str] = {bool: "BoolInput", int: "IntInput", dict: "DictInput"}
    sort = "HandleInput" if name == AFTER else kinds.get(type(value), "MultilineInput")
    found: Map = {**INPUTS[sort], "_input_type": sort, "display_name": label, "name": name, "value": value}
    if name == AFTER:
        found |= {"list": True, "value": ""}
    if isinstance(value, list):
        found |= {"list": True, "type": "other", "input_types": list(ANY)}
    if name == "temperature":
        found = {**found, **INPUTS["SliderInput"], "_input_type": "SliderInput", "value": value}
    elif isinstance(value, float):
        found |= {"type": "float", "_input_type": "FloatInput"}
    if prompt:
        found |= {"field_type": "str", "input_types": ["Message", "Text"], "multiline": True}
    return found


def prompt_component(identifier: str, template: str, names: list[str]) -> Map:
    """A new prompt with its variables."""
    from fjctl.formats.canvas.drawing import Node

    made = component(Node(id=identifier, type=_PROMPT, name=_PROMPT))
    inner = made["data"]["node"]
    inner["template"]["template"]["value"] = template
    inner["template"] |= {name: field_of(name, "", prompt=True) for name in names}
    inner["custom_fields"] = {"template": list(names)}
    return made


def empty_document(name: str, description: str, graph: Map) -> Map:
    """A new document around a graph."""
    return {
        "id": stable_id("langflow", name),
        "name": name,
        "description": description,
        "data": {**graph, "viewport": {"x": 0.0, "y": 0.0, "zoom": 1.0}},
        "is_component": False,
        "endpoint_name": None,
        "last_tested_version": VERSION,
        "tags": [],
    }
