"""Spellings of Flowise's agentflows that are more than a value: messages, tools, state updates, forms, choices."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import forms
from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map
from fjctl.model.names import slug, unique
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.scope import Scope

EVENTS = {"formInput": "form", "webhookTrigger": "webhook", "scheduleInput": "schedule"}
OPERATIONS = {
    "equal": "eq",
    "notEqual": "ne",
    "larger": "gt",
    "smaller": "lt",
    "largerEqual": "ge",
    "smallerEqual": "le",
    "contains": "has",
    "notContains": "lacks",
    "startsWith": "starts",
    "endsWith": "ends",
    "regex": "matches",
    "isEmpty": "empty",
    "notEmpty": "filled",
}
_BACK = {ours: theirs for theirs, ours in OPERATIONS.items()}
_ALONE = frozenset({"empty", "filled"})
_TYPES = {"stringArray": "array", "jsonArray": "array", "number": "number", "boolean": "boolean", "string": "string"}


def raw_inputs(scope: Scope) -> Map:
    """The settings of the node that is read or written, as they stand in the document."""
    data = scope.node.raw.get("data")
    found = data.get("inputs") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else scope.node.settings


def _messages_in(value: Any, _: Scope) -> Read | None:
    rows = value if isinstance(value, list) else None
    if not rows or not all(
        isinstance(m, dict) and isinstance(m.get("content"), str) and isinstance(m.get("role"), str) for m in rows
    ):
        return None
    first, *rest = rows
    fields: Map = {"prompt": first["content"]}
    agent: Map = {} if first["role"] == "system" else {"role": first["role"]}
    agent |= {"messages": [dict(message) for message in rest]} if rest else {}
    return Read({**fields, **({"agent": agent} if agent else {})})


def _messages_out(fields: Any, prior: Any, beyond: Any, _scope: Scope) -> Any:
    if beyond is not ABSENT:  # something that is no messages stands there
        return ABSENT
    agent = fields.get("agent", {})
    alone = agent.get("role") == "user" and "messages" not in agent and "input" not in agent
    if "prompt" not in fields or (alone and is_blank(prior if prior is not ABSENT else None)):
        return ABSENT
    rows = [{"role": agent.get("role", "system"), "content": fields["prompt"]}]
    return [*rows, *agent.get("messages", [])]


def _has_messages(scope: Scope) -> bool:
    found = (item for key, item in raw_inputs(scope).items() if key.endswith("Messages"))
    return any(_messages_in(item, scope) is not None for item in found)


def _user_in(value: Any, scope: Scope) -> Read | None:
    if not isinstance(value, str):
        return None
    if _has_messages(scope):
        return Read({"agent": {"input": value}})
    return Read({"prompt": value, "agent": {"role": "user"}})


def _user_out(fields: Any, _prior: Any, _beyond: Any, scope: Scope) -> Any:
    agent = fields.get("agent", {})
    if "input" in agent:
        return agent["input"]
    alone = agent.get("role") == "user" and "messages" not in agent and not _has_messages(scope)
    return fields.get("prompt", ABSENT) if alone else ABSENT


def _reply_in(value: Any, _: Scope) -> Read | None:
    return Read({"say": value}) if isinstance(value, str) else None


def _reply_out(fields: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if "say" in fields:
        return fields["say"]
    result = fields.get("result")
    return result if isinstance(result, str) else ABSENT if result is None else json.dumps(result, ensure_ascii=False)


def _event_in(value: Any, _: Scope) -> Read | None:
    return Read(EVENTS[value]) if isinstance(value, str) and value in EVENTS else None


def _event_out(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return next((word for word, event in EVENTS.items() if event == value), ABSENT)


def _form_in(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in value
    ):
        return None
    found: Map = {}
    beyond: Map = {}
    for row in value:
        shape: Map = {"type": row["type"]} if isinstance(row.get("type"), str) else {}
        shape |= {"description": row["label"]} if isinstance(row.get("label"), str) and row["label"] else {}
        found[row["name"]] = shape
        more = {key: item for key, item in row.items() if key not in {"name", "type", "label"} and not is_blank(item)}
        if more:
            beyond[row["name"]] = more
    return Read(found, beyond or ABSENT) if len(found) == len(value) else None


def _form_out(value: Any, _prior: Any, beyond: Any, _scope: Scope) -> Any:
    more = beyond if isinstance(beyond, dict) else {}
    return [
        {
            "type": _asked(shape.get("type")),
            "label": shape.get("description", name),
            "name": name,
            **more.get(name, {}),
        }
        for name, shape in value.items()
    ]


def _asked(kind: Any) -> str:
    """The type of a form's field; Flowise's forms ask for texts, numbers, truth values and choices."""
    return {"integer": "number"}.get(kind, kind) if kind in {*_ASKED, "integer"} else "string"


_ASKED = frozenset({"string", "number", "boolean", "options"})


def _tools_in(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, list) or not value:
        return None
    found: Map = {}
    for row in value:
        service = row.get("agentSelectedTool") if isinstance(row, dict) else None
        if not isinstance(service, str) or not service:
            return None
        config = row.get("agentSelectedToolConfig")
        given = config if isinstance(config, dict) else {}
        arguments = {key: item for key, item in given.items() if key != "agentSelectedTool" and not is_blank(item)}
        known = {"agentSelectedTool", "agentSelectedToolConfig"}
        more = {key: item for key, item in row.items() if key not in known and not is_blank(item) and item is not False}
        contract: Map = {"kind": "external", "service": service}
        contract |= {"arguments": arguments} if arguments else {}
        found[unique(slug(service, "tool"), found)] = contract | ({"settings": more} if more else {})
    return Read(found)


def _tools_out(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    rows = []
    for name, contract in value.items():
        service = contract.get("service", name)
        config = {**contract.get("arguments", {}), "agentSelectedTool": service}
        row = {"agentSelectedTool": service, "agentSelectedToolConfig": config}
        rows.append({**row, "agentSelectedToolRequiresHumanInput": False, **contract.get("settings", {})})
    return rows


def _schema_in(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, list) or not value:
        return None
    properties: Map = {}
    for row in value:
        name = row.get("key") if isinstance(row, dict) else None
        shape = _property(row) if isinstance(name, str) and name and name not in properties else None
        if shape is None:
            return None
        properties[str(name)] = shape
    return Read({"type": "object", "properties": properties})


def _property(row: Map) -> Map | None:
    kind = row.get("type")
    if kind == "enum":
        words = [word.strip() for word in str(row.get("enumValues") or "").split(",") if word.strip()]
        shape: Map = {"type": "string", "enum": words}
    elif kind in _TYPES:
        shape = {"type": _TYPES[str(kind)]}
        if kind == "stringArray":
            shape["items"] = {"type": "string"}
        if kind == "jsonArray":
            shape["items"] = {"type": "object", "description": row.get("jsonSchema") or ""}
    else:
        return None
    said = row.get("description")
    own = isinstance(said, str) and said and said != row.get("key")
    return {**shape, **({"description": said} if own else {})}


def _schema_out(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    schema = value.get("schema") if isinstance(value, dict) else None  # Sim gives a schema a name
    value = schema if isinstance(schema, dict) else value
    properties = value.get("properties") if isinstance(value, dict) else None
    if not isinstance(properties, dict):
        return ABSENT
    return [_row(name, shape if isinstance(shape, dict) else {}) for name, shape in properties.items()]


def _row(name: str, shape: Map) -> Map:
    items = shape.get("items")
    items = items if isinstance(items, dict) else {}
    kind, words, schema = "string", "", ""
    if isinstance(shape.get("enum"), list):
        kind, words = "enum", ", ".join(map(str, shape["enum"]))
    elif shape.get("type") == "array":
        kind = "jsonArray" if items.get("type") == "object" else "stringArray"
        schema = str(items.get("description") or "")
    elif shape.get("type") in {"number", "integer", "boolean"}:
        kind = "boolean" if shape["type"] == "boolean" else "number"
    return {
        "key": name,
        "type": kind,
        "enumValues": words,
        "jsonSchema": schema,
        "description": shape.get("description") or name,  # has to be given
    }


def _table_in(value: Any, scope: Scope) -> Read | None:
    """State updates of v1, a table of `{key, operation, value}` as JSON in a text."""
    if not isinstance(value, str):
        return None
    try:
        rows = json.loads(value)
    except ValueError:
        return None
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and row.keys() <= {"key", "value", "actions", "id"} for row in rows
    ):
        return None
    return forms.pairs("key", "value").read(rows, scope)


def _table_out(value: Any, _prior: Any, beyond: Any, scope: Scope) -> Any:
    rows = forms.pairs("key", "value").write(value, ABSENT, beyond, scope)
    return json.dumps(rows, ensure_ascii=False)


_RETURN = re.compile(r'\s*return\s+("(?:[^"\\]|\\.)*")\s*;?\s*')


def returned(code: Any) -> str | None:
    """The text that a function gives which does nothing else; None for any other function."""
    match = _RETURN.fullmatch(code) if isinstance(code, str) else None
    try:
        return str(json.loads(match[1])) if match is not None else None
    except ValueError:  # an escape that JavaScript has and JSON has not
        return None


def _returned_in(value: Any, _: Scope) -> Read | None:
    said = returned(value)
    return Read(said) if said is not None else None


def _returned_out(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return f"return {json.dumps(value, ensure_ascii=False)}"


FORMS: dict[str, Form] = {
    "returned": Form(_returned_in, _returned_out),
    **forms.FORMS,
    "pairs": forms.pairs("key", "value"),
    "state": forms.pairs("key", "value"),
    "variables": forms.pairs("variableName", "variableValue"),
    "arguments": forms.pairs("inputArgName", "inputArgValue"),
    "messages": Form(_messages_in, _messages_out),
    "user_message": Form(_user_in, _user_out),
    "reply": Form(_reply_in, _reply_out),
    "event": Form(_event_in, _event_out),
    "form_inputs": Form(_form_in, _form_out),
    "tools": Form(_tools_in, _tools_out),
    "schema": Form(_schema_in, _schema_out),
    "state_table": Form(_table_in, _table_out),
}


def condition_choices(
    read_text: Callable[[str, Scope], str], write_text: Callable[[str, Scope], str]
) -> dict[str, Choices]:
    """How agentflows spell choices: rows of tests, scenarios for a model, a person's yes or no. Ports are numbers."""

    def tests_in(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
        rows = node.settings.get("conditions")
        rows = rows if isinstance(rows, list) else []
        found = [Branch(id=str(place), when=_when(row, scope)) for place, row in enumerate(rows)]
        return [*found, Branch(id=str(len(rows)), otherwise=True)]

    def _when(row: Any, scope: Scope) -> str:
        if not isinstance(row, dict):
            return ""
        left = read_text(str(row.get("value1") or ""), scope).strip()
        right = read_text(str(row.get("value2") if row.get("value2") is not None else ""), scope).strip()
        op = OPERATIONS.get(str(row.get("operation")), "eq")
        if not left.startswith("<"):
            left = json.dumps(left, ensure_ascii=False)
        return spell([Comparison(left, op, None if op in _ALONE else _literal(right, str(row.get("type"))))])

    def _literal(text: str, kind: str) -> Any:
        if text.startswith("<") and text.endswith(">") and " " not in text:
            return Ref(text)
        if kind == "boolean" and text in {"true", "false"}:
            return text == "true"
        if kind == "number":
            found = forms.FORMS["number"].read(text, None)  # type: ignore[arg-type]
            return found.value if found is not None else text
        return text

    def tests_out(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
        rows = prior.settings.get("conditions") if prior is not None else None
        known = {_when(row, scope): row for row in (rows if isinstance(rows, list) else [])}
        chosen = [branch for branch in branches if not branch.otherwise]
        settings["conditions"] = [known.get(b.when or "") or _test(b.when or "", scope) for b in chosen]
        ports = {branch.id: str(place) for place, branch in enumerate(chosen)}
        return ports | {branch.id: str(len(chosen)) for branch in branches if branch.otherwise}

    def _test(when: str, scope: Scope) -> Map:
        found = parse(when)
        if found is None or len(found[0]) != 1:
            return {"type": "string", "value1": write_text(when, scope), "operation": "equal", "value2": "true"}
        left, op, right = found[0][0]
        kind = "boolean" if isinstance(right, bool) else "number" if isinstance(right, (int, float)) else "string"
        said = "" if op in _ALONE else str(right).lower() if isinstance(right, bool) else str(right)
        return {
            "type": kind,
            "value1": write_text(left, scope),
            "operation": _BACK[op],
            "value2": write_text(said, scope),
        }

    def scenes_in(node: Node, wires: Sequence[Wire], scope: Scope) -> list[Branch]:
        rows = node.settings.get("conditionAgentScenarios")
        rows = rows if isinstance(rows, list) else []
        if not rows:  # nothing to choose among: what follows is what is left
            return [Branch(id="0", otherwise=True)] if wires else []
        said = [str(row.get("scenario") or "") if isinstance(row, dict) else "" for row in rows]
        return [_scene(str(place), read_text(text, scope), place == len(said) - 1) for place, text in enumerate(said)]

    def scenes_out(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
        rows = prior.settings.get("conditionAgentScenarios") if prior is not None else None
        rows = [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)]
        known = {read_text(str(row.get("scenario") or ""), scope): row for row in rows}
        said = [_said(branch) for branch in branches]
        settings["conditionAgentScenarios"] = [
            known.get(text) or {"scenario": write_text(text, scope)} for text in said
        ]
        return {branch.id: str(place) for place, branch in enumerate(branches)}

    return {
        "conditions": Choices(tests_in, tests_out, ("conditions",)),
        "scenarios": Choices(scenes_in, scenes_out, ("conditionAgentScenarios",)),
        "approval": Choices(_approval_in, _approval_out),
    }


_NONE_FITS = "None of the other scenarios fits"
"""How the way that is left is told to a model, which has no else."""


def _scene(port: str, text: str, last: bool) -> Branch:  # noqa: FBT001
    """The branch of a scenario."""
    return Branch(id=port, otherwise=True) if last and text == _NONE_FITS else Branch(id=port, condition=text)


def _said(branch: Branch) -> str:
    if branch.otherwise:
        return _NONE_FITS
    command = f'The user says "{branch.command}"' if branch.command else ""
    return branch.condition or command or branch.event or branch.when or ""


_ANSWERS = {"0": "proceed", "1": "reject"}
_NO = frozenset({"reject", "no", "decline", "deny", "cancel"})


def _approval_in(_node: Node, wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    used = {wire.out for wire in wires}
    if "1" not in used:  # whoever cannot refuse is not asked for a choice: what follows, follows
        return []
    return [Branch(id=port, command=command) for port, command in _ANSWERS.items() if port in used]


def _approval_out(branches: Sequence[Branch], _prior: Node | None, _settings: Map, _scope: Scope) -> dict[str, str]:
    ports: dict[str, str] = {}
    for branch in branches:
        wanted = "1" if branch.otherwise or (branch.command or branch.condition).strip().lower() in _NO else "0"
        ports[branch.id] = wanted if wanted not in ports.values() else "1" if wanted == "0" else "0"
    return ports
