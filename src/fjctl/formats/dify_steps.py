"""Spellings of single kinds of nodes: the form at the start, requests, assignments, questions to a person, results.

`open` puts what belongs together under one setting: headers with an authorization that names its key
(`{table, auth}`), the form of a question (`{content, inputs}`), an assigner of the first version (`{v1}`).

Sources: langgenius/graphon (`variables/input_entities.py`, `nodes/http_request`, `nodes/variable_assigner`,
`nodes/human_input`, `nodes/end`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.base import is_blank
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at, map_texts
from fjctl.formats.dify_choices import rows_of
from fjctl.formats.dify_code import CODE
from fjctl.formats.dify_forms import FORMS, rows_by
from fjctl.formats.dify_notes import NOTE
from fjctl.formats.sim_values import json_in, json_out

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

# The form at the start

_INPUTS = {
    "text-input": "string",
    "paragraph": "string",
    "select": "string",
    "number": "number",
    "file": "file",
    "file-list": "file[]",
    "checkbox": "boolean",
    "json_object": "object",
    "external_data_tool": "string",
}
_INPUT_TYPES = {
    "string": "text-input",
    "number": "number",
    "file": "file",
    "file[]": "file-list",
    "boolean": "checkbox",
    "object": "json_object",
    "array": "json_object",
}
_USUAL_INPUT = {"max_length": 48, "hide": False}
_LONG = 256


def _inputs_read(value: Any, scope: Scope) -> Read | None:
    found: Map = {}
    beyond: Map = {}
    for row in rows_of(value):
        name = row.get("variable")
        if not isinstance(name, str) or not name or name in found:
            continue
        shape, more = _input(name, row, scope)
        found[name] = shape
        if more:
            beyond[name] = more
    return Read(found, beyond or ABSENT) if found else None


def _input(name: str, row: Map, scope: Scope) -> tuple[Map, Map]:
    """An input, and what its row says beyond it."""
    rest = {key: item for key, item in row.items() if not is_blank(item) and key != "variable"}
    kind = rest.pop("type", None)
    known = _INPUTS.get(kind) if isinstance(kind, str) else None
    shape: Map = {"type": known or "string"}
    if kind is not None and _INPUT_TYPES.get(shape["type"]) != kind:
        rest["type"] = kind
    label = rest.pop("label", None)
    if isinstance(label, str) and label != name:
        shape["description"] = label
    if rest.pop("required", False) is True:
        shape["required"] = True
    if "default" in rest:
        shape["default"] = map_texts(rest.pop("default"), lambda text: texts.read_text(text, scope))
    return shape, {key: item for key, item in rest.items() if _USUAL_INPUT.get(key, ABSENT) != item}


def _inputs_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    known = rows_by(prior, "variable")
    more = beyond if isinstance(beyond, dict) else {}
    return [_input_row(name, said, more.get(name), known.get(name), scope) for name, said in meaning.items()]


def _input_row(name: str, said: Any, more: Any, before: Map | None, scope: Scope) -> Map:
    shape = said if isinstance(said, dict) else {}
    rest = more if isinstance(more, dict) else {}
    if before is not None and _input(name, before, scope) == (shape, rest):
        return before
    kept = {key: item for key, item in (before or {}).items() if is_blank(item) or _USUAL_INPUT.get(key) == item}
    kind = _INPUT_TYPES.get(str(shape.get("type", "string")), "text-input")
    row: Map = {"label": shape.get("description") or name, "options": [], "required": shape.get("required", False)}
    row |= {"type": kind, "variable": name}
    row |= {"max_length": 48} if before is None and kind == "text-input" else {}
    if kind == "text-input" and before is None and len(str(shape.get("default", ""))) > 48:
        row["max_length"] = _LONG
    if "default" in shape:
        row["default"] = map_texts(shape["default"], lambda text: texts.write_text(text, scope))
    return {**kept, **row, **rest}


# Requests

_FORM_BODIES = ("form-data", "x-www-form-urlencoded")


def _headers_read(value: Any, scope: Scope) -> Read | None:
    held = value if isinstance(value, dict) else {"table": value}
    found = FORMS["table"].read(held.get("table"), scope)
    auth = held.get("auth")
    if not isinstance(auth, dict):
        return found
    name, said = _authorized(auth, scope)
    headers = found.value if found is not None else {}
    return Read({**headers, name: said}) if isinstance(headers, dict) and name not in headers else None


def _authorized(auth: Map, scope: Scope) -> tuple[str, str]:
    """The header that an authorization sends."""
    key = texts.read_text(str(auth.get("api_key")), scope)
    if auth.get("type") == "bearer":
        return "Authorization", f"Bearer {key}"
    header = auth.get("header")
    return (header if isinstance(header, str) and header else "Authorization"), key


def _headers_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    held = prior if isinstance(prior, dict) else {"table": prior}
    auth = held.get("auth")
    if not isinstance(auth, dict) or not isinstance(meaning, dict):
        return FORMS["table"].write(meaning, held.get("table", ABSENT), beyond, scope)
    name, said = _authorized(auth, scope)
    new = meaning.get(name)
    rest = {key: item for key, item in meaning.items() if key != name}
    before = held.get("table")
    was = FORMS["table"].read(before, scope)
    same = (was.value if was is not None else {}) == rest
    table = before if same else FORMS["table"].write(rest, before, beyond, scope)
    if new == said:
        return {"auth": auth, "table": table}
    prefix = "Bearer " if auth.get("type") == "bearer" else ""
    if not isinstance(new, str) or not new.startswith(prefix):
        return FORMS["table"].write(meaning, before, beyond, scope)
    return {"auth": {**auth, "api_key": texts.write_text(new.removeprefix(prefix), scope)}, "table": table}


def _auth_read(value: Any, scope: Scope) -> Read | None:
    if not isinstance(value, dict) or value.get("type") != "api-key":
        return None
    config = value.get("config")
    config = config if isinstance(config, dict) else {}
    found = {key: map_texts(item, lambda text: texts.read_text(text, scope)) for key, item in config.items() if item}
    return Read({"type": "api-key", **found}) if found else None


def _auth_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    config = map_texts(meaning, lambda text: texts.write_text(text, scope))
    before = prior if isinstance(prior, dict) else {}
    return {**before, "config": {"type": "bearer", **config}, "type": "api-key"}


def _body_read(value: Any, scope: Scope) -> Read | None:
    kind = value.get("type") if isinstance(value, dict) else None
    data = value.get("data") if isinstance(value, dict) else None
    if kind in ("json", "raw-text"):
        text = _body_text(data)
        if text is None or not text.strip():
            return None
        said = texts.read_text(text, scope)
        return Read(json_in(said)) if kind == "json" else Read(said, {"type": kind})
    if kind not in _FORM_BODIES:
        return None
    if isinstance(data, str):
        table = FORMS["table"].read(data, scope)
        return Read(table.value, {"type": kind}) if table is not None else None
    found: Map = {}
    for row in rows_of(data):
        key = row.get("key")
        if (
            not isinstance(key, str)
            or row.get("type") == "file"
            or key in found
            or not isinstance(row.get("value"), str)
        ):
            return None
        if key:
            found[key] = texts.read_text(row["value"], scope)
    return Read(found, {"type": kind}) if found else None


def _body_text(data: Any) -> str | None:
    if isinstance(data, str):
        return data
    rows = rows_of(data)
    text = rows[0].get("value") if len(rows) == 1 else None
    return text if isinstance(text, str) else None


def _body_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    before = prior if isinstance(prior, dict) else {}
    kind = beyond.get("type") if isinstance(beyond, dict) else None
    data = before.get("data")
    if kind in _FORM_BODIES and isinstance(meaning, dict):
        if isinstance(data, str):
            return {"type": kind, "data": FORMS["table"].write(meaning, data, ABSENT, scope)}
        known = rows_by(data, "key")
        rows = [
            {"type": "text", **known.get(key, {}), "key": key, "value": texts.write_text(str(item), scope)}
            for key, item in meaning.items()
        ]
        return {"type": kind, "data": rows}
    was = _body_text(data)
    said = json_out(meaning, None if was is None else texts.read_text(was, scope), as_text=True)
    if not isinstance(said, str):
        return ABSENT
    kind = kind if isinstance(kind, str) else "json"
    text = texts.write_text(said, scope)
    if isinstance(data, str):
        return {"type": kind, "data": text}
    row = rows_of(data)[0] if len(rows_of(data)) == 1 else {"key": "", "type": "text"}
    return {"type": kind, "data": [{**row, "value": text}]}


def _seconds_read(value: Any, _: Scope) -> Read | None:
    return Read(value * 1000) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _seconds_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if isinstance(meaning, bool) or not isinstance(meaning, (int, float)):
        return ABSENT
    return max(1, round(meaning / 1000))


# Assignments

_PLAIN_OPERATIONS = {"variable": "over-write", "constant": "set"}
_VALUELESS = ("clear", "remove-first", "remove-last")


def _items(value: Any) -> list[Map]:
    """The assignments; that of the first version as one of the second."""
    if not isinstance(value, dict):
        return rows_of(value)
    old = value.get("v1")
    old = old if isinstance(old, dict) else {}
    operation = old.get("write_mode", "over-write")
    return [
        {
            "variable_selector": old.get("assigned_variable_selector"),
            "input_type": "variable",
            "operation": operation,
            "value": old.get("input_variable_selector"),
        }
    ]


def _item(row: Map, scope: Scope) -> tuple[str, Any, Map] | None:
    """Name, value, and what is special about an assignment; None where it leads nowhere."""
    selector = row.get("variable_selector")
    target = texts.read_selector(selector, scope)
    if target is None or not isinstance(selector, list):
        return None
    special: Map = {} if selector[0] == "conversation" else {"target": target}
    operation, kind = row.get("operation"), row.get("input_type")
    if operation != _PLAIN_OPERATIONS.get(str(kind)):
        special["operation"] = operation
    value: Any = ""
    if operation not in _VALUELESS:
        held = row.get("value")
        value = texts.read_selector(held, scope) if kind == "variable" else None
        if value is None and kind == "variable":
            return None
        value = map_texts(held, lambda text: texts.read_text(text, scope)) if value is None else value
    return ".".join(selector[1:]), value, special


def _items_read(value: Any, scope: Scope) -> Read | None:
    assign: Map = {}
    special: Map = {}
    odd: list[Any] = []
    for row in _items(value):
        found = _item(row, scope)
        if found is None or found[0] in assign:
            odd.append(row)
            continue
        assign[found[0]] = found[1]
        if found[2]:
            short = found[2].get("operation") if found[2].keys() == {"operation"} else None
            special[found[0]] = short if isinstance(short, str) else found[2]
    if not assign:
        return None
    settings = {"settings": {"how": special}} if special else {}
    return Read({"tool": {"assign": assign, **settings}}, odd or ABSENT)


def _items_write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    assign = at(fields, ("tool", "assign"))
    if not isinstance(assign, dict):
        return ABSENT
    how = at(fields, ("tool", "settings", "how"))
    known: dict[str, tuple[Map, Any]] = {}
    for row in _items(prior) if prior is not ABSENT else []:
        found = _item(row, scope)
        if found is not None:
            known.setdefault(found[0], (row, found[1:]))
    rows = []
    for name, said in assign.items():
        special = how.get(name) if isinstance(how, dict) else None
        special = {"operation": special} if isinstance(special, str) else special if isinstance(special, dict) else {}
        held = known.get(name)
        same = held is not None and held[1] == (said, special)
        before = held[0] if held is not None else None
        rows.append(before if before is not None and same else _new_item(name, said, special, before, scope))
    odd = beyond if isinstance(beyond, list) else []
    old = isinstance(prior, dict) and len(rows) == 1 and not odd and rows[0].get("input_type") == "variable"
    if old:
        row = rows[0]
        names = {"assigned_variable_selector": row["variable_selector"], "input_variable_selector": row["value"]}
        return {"v1": {**names, "write_mode": row["operation"]}}
    return [*rows, *odd]


def _new_item(name: str, said: Any, special: Map, row: Map | None, scope: Scope) -> Map:
    selector = texts.write_selector(said, scope)
    kind = "variable" if selector is not None and selector[0] != "env" else "constant"
    target = texts.write_selector(special.get("target"), scope) or ["conversation", *name.split(".")]
    operation = special.get("operation", _PLAIN_OPERATIONS[kind])
    written = map_texts(said, lambda text: texts.write_text(text, scope)) if kind == "constant" else selector
    new: Map = {"write_mode": "over-write", **(row or {}), "input_type": kind, "operation": operation}
    return {**new, "value": None if operation in _VALUELESS else written, "variable_selector": target}


# Questions to a person

_PLACE = "{{{{#$output.{}#}}}}"
_PLACES = re.compile(r"(?:\n\n\{\{#\$output\.\w+#\}\})+\Z")


def _question_read(value: Any, scope: Scope) -> Read | None:
    held = value if isinstance(value, dict) else {}
    fields: Map = {}
    beyond: Map = {}
    for row in rows_of(held.get("inputs")):
        name = row.get("output_variable_name")
        if isinstance(name, str) and name and name not in fields:
            fields[name], more = _field(row, scope)
            beyond |= {name: more} if more else {}
    content = held.get("content")
    text = content if isinstance(content, str) else ""
    places = "".join(f"\n\n{_PLACE.format(name)}" for name in fields)
    message = texts.read_text(text.removesuffix(places), scope)
    ask: Map = {**({"message": message} if message else {}), **({"fields": fields} if fields else {})}
    return Read({"ask": ask}, {"inputs": beyond} if beyond else ABSENT) if ask else None


def _field(row: Map, scope: Scope) -> tuple[Map, Map]:
    shape: Map = {"type": "string"}
    rest = {key: item for key, item in row.items() if not is_blank(item) and key != "output_variable_name"}
    if rest.get("type") == "paragraph":
        del rest["type"]
    default = rest.get("default")
    if isinstance(default, dict):
        said = texts.read_selector(default.get("selector"), scope) if default.get("type") == "variable" else None
        said = default.get("value") if default.get("type") == "constant" else said
        if said is not None:
            del rest["default"]
            shape |= {} if is_blank(said) else {"default": said}
    return shape, rest


def _question_write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    ask = at(fields, ("ask",))
    ask = ask if isinstance(ask, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    wanted = ask.get("fields")
    wanted = wanted if isinstance(wanted, dict) else {}
    known = rows_by(before.get("inputs"), "output_variable_name")
    more = beyond.get("inputs") if isinstance(beyond, dict) else None
    rows = []
    for name, shape in wanted.items():
        row, rest = known.get(name), more.get(name) if isinstance(more, dict) else None
        same = row is not None and _field(row, scope) == (shape, rest or {})
        rows.append(row if same else _field_row(name, shape, rest, scope))
    message = ask.get("message", "")
    text = texts.write_text(message if isinstance(message, str) else "", scope)
    places = "".join(f"\n\n{_PLACE.format(name)}" for name in wanted)
    named = all(_PLACE.format(name) in text for name in wanted)
    was = before.get("content")
    plain = isinstance(was, str) and not _PLACES.search(was) and "$output." not in was and "inputs" in before
    return {"content": text if named or plain else text + places, "inputs": rows}


def _field_row(name: str, shape: Any, rest: Any, scope: Scope) -> Map:
    said = shape.get("default") if isinstance(shape, dict) else None
    selector = texts.write_selector(said, scope)
    default: Map = {"selector": [], "type": "constant", "value": "" if said is None else str(said)}
    if selector is not None:
        default = {"selector": selector, "type": "variable", "value": ""}
    return {"default": default, "output_variable_name": name, "type": "paragraph", **(rest or {})}


# Results


def _result_read(value: Any, scope: Scope) -> Read | None:
    """The outputs of an end; a single one called `result` is the result itself."""
    found = FORMS["variables"].read(value, scope)
    if found is not None and found.beyond is ABSENT and found.value.keys() == {"result"}:
        return Read(found.value["result"])
    return found


def _result_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    said = {"result": meaning} if isinstance(meaning, str) else meaning
    return FORMS["variables"].write(said, prior, beyond, scope)


def _method_read(value: Any, _: Scope) -> Read | None:
    return Read(value.upper()) if isinstance(value, str) and value.isalpha() else None


def _method_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    upper = isinstance(prior, str) and prior.isupper()
    return ABSENT if not isinstance(meaning, str) else meaning.upper() if upper else meaning.lower()


def _color_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if isinstance(value, str) and value != "blue" else None


def _plain_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return meaning


STEP_FORMS = {
    "result": Form(_result_read, _result_write, translates=True),
    "method": Form(_method_read, _method_write),
    "color": Form(_color_read, _plain_write),
    "inputs": Form(_inputs_read, _inputs_write, translates=True),
    "headers": Form(_headers_read, _headers_write, translates=True),
    "auth": Form(_auth_read, _auth_write, translates=True),
    "body": Form(_body_read, _body_write, translates=True),
    "seconds": Form(_seconds_read, _seconds_write),
    "items": Form(_items_read, _items_write, translates=True),
    "question": Form(_question_read, _question_write, translates=True),
    "code": CODE,
    "note": NOTE,
}
