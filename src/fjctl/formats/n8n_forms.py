"""n8n's spellings of what the table names: scripts, JSON Schemas, form fields, inputs, headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas import forms
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map
from fjctl.formats.n8n_references import read_script, script_spelling, write_script
from fjctl.formats.sim_values import json_in, json_out
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope


def _yes_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if value is True else None


def _as_it_is(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return value


def _script_read(value: Any, scope: Scope) -> Read | None:
    return Read(read_script(value, scope)) if isinstance(value, str) else None


def _script_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, str):
        return meaning
    return write_script(meaning, scope, script_spelling(prior, scope), code=True)


def _schema_read(value: Any, _: Scope) -> Read | None:
    found = json_in(value)
    return Read(found) if isinstance(found, dict) else None


def _schema_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return json_out(meaning, None if prior is ABSENT else prior, as_text=True)


def _color_read(value: Any, _: Scope) -> Read | None:
    return Read(str(value)) if type(value) is int else Read(value) if isinstance(value, str) else None


def _color_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return int(meaning) if isinstance(meaning, str) and meaning.isdecimal() and len(meaning) < 4 else meaning


# Rows of fields: {fieldLabel, fieldType, requiredField, placeholder, fieldOptions}

_FIELD_KEYS = {"fieldLabel", "fieldType", "requiredField", "placeholder", "fieldOptions", "fieldName", "defaultValue"}


def _fields_read(rows: Any, _: Scope) -> Read | None:
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    beyond: Map = {}
    for row in rows:
        name = row.get("fieldLabel") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name or name in found:
            return None
        field, more = _field(row)
        found[name] = field
        if more:
            beyond[name] = more
    return Read(found, beyond or ABSENT)


def _field(row: Map) -> tuple[Map, Map]:
    """What a row says in our words, and what it says beyond them."""
    field: Map = {"type": row["fieldType"]} if isinstance(row.get("fieldType"), str) else {}
    more: Map = {key: item for key, item in row.items() if key not in _FIELD_KEYS and item not in ("", None, {}, [])}
    if row.get("requiredField") is True:
        field["required"] = True
    for key, word in (("placeholder", "description"), ("defaultValue", "default")):
        if isinstance(row.get(key), str) and row[key]:
            field[word] = row[key]
    if isinstance(row.get("fieldName"), str) and row["fieldName"]:
        more["fieldName"] = row["fieldName"]
    options = _options(row.get("fieldOptions"))
    if options is None:
        more["fieldOptions"] = row["fieldOptions"]
    elif options:
        field["options"] = options
    return field, more


def _options(value: Any) -> list[str] | None:
    """The words of a choice; None where they are in no form that is known."""
    if not value:
        return []
    rows = value.get("values") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(rows, list):
        return None
    words = [row.get("option") if isinstance(row, dict) and len(row) == 1 else None for row in rows]
    found = [word for word in words if isinstance(word, str)]
    return found if len(found) == len(words) else None


def _fields_write(meaning: Any, _prior: Any, beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return meaning
    more = beyond if isinstance(beyond, dict) else {}
    return [_row(name, field if isinstance(field, dict) else {}, more.get(name, {})) for name, field in meaning.items()]


def _row(name: str, field: Map, more: Map) -> Map:
    row: Map = {"fieldLabel": name, **more}
    if field.get("type"):
        row["fieldType"] = field["type"]
    if field.get("options"):
        row.setdefault("fieldType", "dropdown")
        row["fieldOptions"] = {"values": [{"option": option} for option in field["options"]]}
    if field.get("description"):
        row["placeholder"] = field["description"]
    if field.get("default"):
        row["defaultValue"] = field["default"]
    return {**row, "requiredField": True} if field.get("required") is True else row


# Inputs of a workflow: {name, type}


def _inputs_read(rows: Any, _: Scope) -> Read | None:
    found = inputs_of(rows)
    return None if found is None else Read(found)


def inputs_of(rows: Any) -> Map | None:
    """What a workflow is given, by name; None where the rows say something else."""
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    for row in rows:
        name = row.get("name") if isinstance(row, dict) and row.keys() <= {"name", "type"} else None
        if not isinstance(name, str) or not name or name in found:
            return None
        found[name] = {"type": row.get("type", "string")}
    return found


def _inputs_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return meaning
    known = {row.get("name"): row for row in prior if isinstance(row, dict)} if isinstance(prior, list) else {}
    rows = []
    for name, shape in meaning.items():
        kind = shape.get("type", "string") if isinstance(shape, dict) else "string"
        before = known.get(name)
        said = before is not None and same(before.get("type", "string"), kind)
        rows.append(before if said else {"name": name, **({} if kind == "string" else {"type": kind})})
    return rows


N8N_FORMS = {
    **forms.FORMS,
    "yes": Form(_yes_read, _as_it_is),
    "kept": Form(lambda value, _: Read(value), _as_it_is, translates=True),
    "script": Form(_script_read, _script_write, translates=True),
    "schema": Form(_schema_read, _schema_write),
    "color": Form(_color_read, _color_write),
    "fields": Form(_fields_read, _fields_write),
    "inputs": Form(_inputs_read, _inputs_write),
    "headers": forms.pairs("name", "value"),
}
"""By the names that the table gives them."""
