"""How RAGFlow spells what its components' forms hold: prompts, forms of a person, tools, variables, conditions.

Sources: infiniflow/ragflow `agent/component/{llm,agent_with_tools,fillup,invoke,variable_assigner,loopitem}.py` and
`web/src/pages/agent/form/*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import forms
from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, beyond, common, map_texts
from fjctl.formats.ragflow_references import read_text, write_text
from fjctl.formats.ragflow_types import TYPES
from fjctl.model.names import slug, unique
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.scope import Scope

_INPUT_TYPES = {"line": "string", "paragraph": "string", "options": "string", "integer": "number", "boolean": "boolean"}
_BACK_TYPES = {"string": "line", "number": "integer", "boolean": "boolean"}
_CODE = {"python": "python", "javascript": "javascript"}


# Prompts


def _messages_read(rows: Any, _: Scope) -> Read | None:
    """The first message is the instruction; one more of the user is its input, several are messages."""
    if not isinstance(rows, list) or not rows or not all(_is_message(row) for row in rows):
        return None
    first, *more = rows
    fields: Map = {"prompt": first["content"]}
    agent: Map = {} if first["role"] == "system" else {"role": first["role"]}
    if len(more) == 1 and more[0]["role"] == "user" and not agent:
        agent["input"] = more[0]["content"]
    elif more:
        agent["messages"] = [{"role": row["role"], "content": row["content"]} for row in more]
    return Read({**fields, "agent": agent} if agent else fields)


def _is_message(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("content"), str) and isinstance(row.get("role"), str)


def _messages_write(fields: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    agent = fields.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    rows: list[Any] = []
    if isinstance(fields.get("prompt"), str):
        role = agent.get("role", "system")
        rows.append({"role": role if isinstance(role, str) else "system", "content": fields["prompt"]})
    if isinstance(agent.get("input"), str):
        rows.append({"role": "user", "content": agent["input"]})
    further = agent.get("messages")
    rows += [row for row in further if _is_message(row)] if isinstance(further, list) else []
    return rows or ABSENT


def _contents_read(value: Any, _: Scope) -> Read | None:
    """A reply in several wordings, of which any is sent: the first is said, the others are canned responses."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        return None
    more = [text for text in texts[1:] if text]
    return Read({"say": texts[0], **({"talk": {"canned": more}} if more else {})})


def _contents_write(fields: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    talk = fields.get("talk")
    canned = talk.get("canned") if isinstance(talk, dict) else None
    said = fields.get("say", fields.get("closing"))
    texts = [said] if isinstance(said, str) else []
    texts += [text for text in canned if isinstance(text, str)] if texts and isinstance(canned, list) else []
    return texts or ABSENT


# What a person gives


def _inputs(*, label: bool) -> Form:
    """A map (or, in older files, a list) of inputs. `label`: they are fields of a form, which have a label."""

    def read(value: Any, _: Scope) -> Read | None:
        rows = value if isinstance(value, dict) else _keyed(value)
        if not rows or not all(isinstance(row, dict) for row in rows.values()):
            return None
        found: Map = {}
        more: Map = {}
        for name, row in rows.items():
            kind = row.get("type")
            known = isinstance(kind, str) and kind in _INPUT_TYPES
            found[name] = {"type": _INPUT_TYPES[kind] if known else kind if isinstance(kind, str) else "string"}
            if label and isinstance(row.get("name"), str) and row["name"] not in {"", name}:
                found[name]["label"] = row["name"]
            if row.get("optional") is False:
                found[name]["required"] = True
            options = row.get("options")
            if label and isinstance(options, list) and options:
                found[name]["options"] = options
            if not is_blank(row.get("value")):
                found[name]["default"] = row["value"]
            rest = _beyond_input(name, row, found[name], known=known)
            if rest:
                more[name] = rest
        return Read(found, more or ABSENT)

    def write(meaning: Any, prior: Any, more: Any, _scope: Scope) -> Any:
        if not isinstance(meaning, dict):
            return meaning
        kept = more if isinstance(more, dict) else {}
        rows = {
            name: _input_row(name, item, kept.get(name)) for name, item in meaning.items() if isinstance(item, dict)
        }
        return list(rows.values()) if isinstance(prior, list) else rows

    return Form(read, write)


def _keyed(value: Any) -> Map:
    """The rows of a list by their key; nothing where one has none, or one that another has."""
    rows = value if isinstance(value, list) else []
    found = {row["key"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("key"), str)}
    return found if len(found) == len(rows) else {}


def _beyond_input(name: str, row: Map, said: Map, *, known: bool) -> Map:
    told = {"optional"} if isinstance(row.get("optional"), bool) else set[str]()
    if said["type"] == row.get("type") or (known and _BACK_TYPES.get(said["type"]) == row.get("type")):
        told.add("type")
    if "options" in said:
        told |= {"options", "type"} if row.get("type") == "options" else {"options"}
    told |= {key for key in ("key", "name") if row.get(key) in (name, said.get("label"))}
    told |= {"value"} if "default" in said else set()
    return {key: item for key, item in row.items() if key not in told and not is_blank(item)}


def _input_row(name: str, item: Map, more: Any) -> Map:
    kind = item.get("type", "string")
    if "options" in item:
        kind = "options"
    row: Map = {
        "key": name,
        "name": item.get("label", name),
        "optional": item.get("required") is not True,
        "options": item.get("options", []),
        "type": _BACK_TYPES.get(kind, kind) if isinstance(kind, str) else kind,
        "value": item.get("default", ""),
    }
    return {**row, **more} if isinstance(more, dict) else row


# Tools of an agent


def _tools_read(rows: Any, scope: Scope) -> Read | None:
    """Each tool by its name. References are translated here, since the usual settings are the builder's own words."""
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    for row in rows:
        contract = _contract(row) if isinstance(row, dict) else None
        if contract is None:
            return None
        found[unique(_tool_name(row), found)] = map_texts(contract, lambda text: read_text(text, scope))
    return Read(found)


def _tool_name(row: Map) -> str:
    name = row.get("name") or row.get("component_name") or row.get("mcp_id")
    return slug(name if isinstance(name, str) else "", "tool")


def _contract(row: Map) -> Map | None:
    if isinstance(row.get("mcp_id"), str):
        more = {key: item for key, item in row.items() if key not in {"mcp_id", "name"} and not is_blank(item)}
        return {"kind": "mcp", "server": row["mcp_id"], **({"settings": more} if more else {})}
    service, params = row.get("component_name"), row.get("params")
    if not isinstance(service, str) or not service:
        return None
    known = TYPES.get(service)
    said = beyond(params if isinstance(params, dict) else {}, known.usual if known is not None else {})
    name = row.get("name")
    titled = {"title": name} if isinstance(name, str) and name not in {"", service} else {}
    if service == "CodeExec" and isinstance(said.get("script"), str):
        kind = _CODE.get(str(said.get("lang")), "python")
        more = {key: item for key, item in said.items() if key not in {"script", "lang", "description"}}
        contract: Map = {"kind": kind, **titled, **_described(said), "code": said["script"]}
        return {**contract, **({"settings": more} if more else {})}
    more = {key: item for key, item in said.items() if key != "description"}
    contract = {"kind": "external", "service": service, **titled, **_described(said)}
    return {**contract, **({"settings": more} if more else {})}


def _described(said: Map) -> Map:
    text = said.get("description")
    return {"description": text} if isinstance(text, str) else {}


def _tools_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    """The tools that RAGFlow's agents can have: its own components, code, and MCP servers."""
    if not isinstance(meaning, dict):
        return ABSENT
    before = _tools_read(prior, scope)
    known = dict(zip(before.value, prior, strict=True)) if before is not None else {}
    rows = []
    for name, contract in meaning.items():
        row = known.get(name)
        if before is not None and row is not None and same(before.value[name], contract):
            rows.append(row)
        elif isinstance(contract, dict):
            spelled = map_texts(contract, lambda text: write_text(text, scope))
            made = _tool_row(name, spelled, row or {})
            rows += [made] if made is not None else []
    return rows or ABSENT


def _tool_row(name: str, contract: Map, prior: Map) -> Map | None:
    settings = contract.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    kind = contract.get("kind")
    if kind == "mcp" and isinstance(contract.get("server"), str):
        return {"mcp_id": contract["server"], "name": name, **settings}
    service = contract.get("service")
    params: Map = dict(settings)
    if kind in _CODE and isinstance(contract.get("code"), str):
        service, params = "CodeExec", {"lang": kind, "script": contract["code"], **settings}
    if not isinstance(service, str) or service not in TYPES.rows:
        return None
    old = prior.get("params")
    usual = TYPES.rows[service].usual
    params = {**(common(old, usual) if isinstance(old, dict) else usual), **params}
    if isinstance(contract.get("description"), str):
        params["description"] = contract["description"]
    fallback = service if slug(service) == name else name
    return {"component_name": service, "name": contract.get("title", fallback), "params": params}


# Calls


def _variables_read(rows: Any, _: Scope) -> Read | None:
    """What a request sends: a reference or a value for each key."""
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    more: Map = {}
    for row in rows:
        key = row.get("key") if isinstance(row, dict) else None
        if not isinstance(key, str) or key in found:
            return None
        place = next((name for name in ("ref", "component_id", "value") if not is_blank(row.get(name))), "value")
        found[key] = row.get(place, "")
        rest = {k: item for k, item in row.items() if k not in {"key", place} and not is_blank(item)}
        if rest:
            more[key] = rest
    return Read(found, more or ABSENT)


def _variables_write(meaning: Any, prior: Any, more: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return meaning
    kept = more if isinstance(more, dict) else {}
    older = isinstance(prior, list) and any(isinstance(row, dict) and row.get("component_id") for row in prior)
    rows = []
    for key, value in meaning.items():
        refers = isinstance(value, str) and value.startswith("<") and value.endswith(">") and value.count("<") == 1
        place = ("component_id" if older else "ref") if refers else "value"
        rows.append({"key": key, place: value, **kept.get(key, {})})
    return rows


def _arguments_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if isinstance(value, dict) else None


def _seconds_read(value: Any, _: Scope) -> Read | None:
    ok = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Read(round(value * 1000)) if ok and value == round(value * 1000) / 1000 else None


def _seconds_write(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return ABSENT
    seconds = value / 1000
    return int(seconds) if float(seconds).is_integer() else seconds


def _assignments_read(rows: Any, _: Scope) -> Read | None:
    """Only what overwrites a variable is an assignment; other operators stay as they are."""
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    for row in rows:
        name = row.get("variable") if isinstance(row, dict) else None
        if not isinstance(name, str) or row.get("operator") not in ("overwrite", "set") or not _assigned(name):
            return None
        found[_assigned(name)] = row.get("parameter")
    return Read(found) if len(found) == len(rows) else None


def _assigned(reference: str) -> str:
    return reference.removeprefix("<variable.").removesuffix(">") if reference.startswith("<variable.") else ""


def _assignments_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = (
        {str(row.get("variable")): row for row in prior if isinstance(row, dict)} if isinstance(prior, list) else {}
    )
    rows = []
    for name, value in meaning.items():
        variable = f"<variable.{name}>"
        old = before.get(variable, {})
        refers = isinstance(value, str) and value.startswith("<") and value.endswith(">") and value.count("<") == 1
        operator = "overwrite" if refers else "set"
        if old.get("parameter") == value and old.get("operator") in ("overwrite", "set"):
            operator = old["operator"]
        rows.append({**old, "variable": variable, "operator": operator, "parameter": value})
    return rows


# Loops that end when something holds

LOOP_OPERATORS: Mapping[str, str] = {
    "is": "eq",
    "is not": "ne",
    "=": "eq",
    "≠": "ne",
    ">": "gt",
    "<": "lt",
    "≥": "ge",
    "≤": "le",
    "contains": "has",
    "not contains": "lacks",
    "start with": "starts",
    "end with": "ends",
    "empty": "empty",
    "not empty": "filled",
}
_OPPOSITE = {
    "eq": "ne",
    "gt": "le",
    "lt": "ge",
    "has": "lacks",
    "empty": "filled",
    "starts": "not_starts",
    "ends": "not_ends",
    "matches": "not_matches",
}
_OPPOSITE |= {other: op for op, other in _OPPOSITE.items()}


def _loop_read(value: Any, _: Scope) -> Read | None:
    """A loop that ends when its conditions hold goes on while their opposite does; one without runs so many times."""
    if not isinstance(value, dict):
        return None
    rows, most = value.get("conditions"), value.get("most")
    tests = [_ending(row) for row in rows] if isinstance(rows, list) else []
    if any(test is None for test in tests):
        return None
    if not tests:
        return Read({"times": most}) if type(most) is int else None
    opposite = [Comparison(t.left, _OPPOSITE[t.op], t.right) for t in tests if t is not None]
    either = value.get("logic") != "or"
    return Read({"do_while": spell(opposite, either=either)}, {"most": most} if most is not None else ABSENT)


def _ending(row: Any) -> Comparison | None:
    left = row.get("variable") if isinstance(row, dict) else None
    op = LOOP_OPERATORS.get(str(row.get("operator"))) if isinstance(row, dict) else None
    if not isinstance(left, str) or not left.startswith("<") or op is None:
        return None
    value = row.get("value")
    if op in {"empty", "filled"}:
        return Comparison(left, op)
    if isinstance(value, (dict, list)):
        return None
    return Comparison(left, op, Ref(value) if row.get("input_mode") == "variable" and isinstance(value, str) else value)


def _loop_write(meaning: Any, _prior: Any, more: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    most = more.get("most") if isinstance(more, dict) else None
    parsed = parse(meaning["do_while"]) if isinstance(meaning.get("do_while"), str) else None
    if parsed is None:
        return {"most": meaning["times"]} if type(meaning.get("times")) is int else ABSENT
    rows = []
    for test in parsed[0]:
        op = _OPPOSITE[test.op]
        if op in {"not_starts", "not_ends", "matches", "not_matches"}:
            return ABSENT
        numeric = isinstance(test.right, (int, float)) and not isinstance(test.right, bool)
        sign = next(s for s, o in LOOP_OPERATORS.items() if o == op and not (numeric and s in {"is", "is not"}))
        mode = "variable" if isinstance(test.right, Ref) else "constant"
        row: Map = {"variable": test.left, "operator": sign, "input_mode": mode}
        rows.append(
            row if test.right is None else {**row, "value": str(test.right) if mode == "variable" else test.right}
        )
    found: Map = {"conditions": rows, "logic": "and" if parsed[1] or len(rows) == 1 else "or"}
    return {**found, **({"most": most} if most is not None else {})}


FORMS: dict[str, Form] = {
    **forms.FORMS,
    "messages": Form(_messages_read, _messages_write),
    "turns": forms.FORMS["list"],
    "contents": Form(_contents_read, _contents_write),
    "inputs": _inputs(label=False),
    "fields": _inputs(label=True),
    "tools": Form(_tools_read, _tools_write, translates=True),
    "variables": Form(_variables_read, _variables_write),
    "arguments": Form(_arguments_read, lambda meaning, *_: meaning),
    "language": forms.choice(_CODE),
    "seconds": forms.duration("s"),
    "milliseconds": Form(_seconds_read, _seconds_write),
    "assignments": Form(_assignments_read, _assignments_write),
    "loop": Form(_loop_read, _loop_write),
}
