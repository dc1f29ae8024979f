"""Spellings that Dify's nodes share: selectors, tables in a text, arguments, schemas, retries.

Sources: langgenius/graphon (node entities), files of the years 2024 to 2026.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.base import is_blank
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, map_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.formats.canvas.scope import Scope

# A selector: `[node, var]` as `<@node.var>`.


def _selector_read(value: Any, scope: Scope) -> Read | None:
    said = texts.read_selector(value, scope)
    return None if said is None else Read(said)


def _selector_write(meaning: Any, _prior: Any, _beyond: Any, scope: Scope) -> Any:
    found = texts.write_selector(meaning, scope)
    return ABSENT if found is None else found


def _selectors_read(value: Any, scope: Scope) -> Read | None:
    """A list of selectors, all of which lead somewhere."""
    found = [texts.read_selector(item, scope) for item in value] if isinstance(value, list) else []
    return Read(found) if found and None not in found else None


def _selectors_write(meaning: Any, _prior: Any, _beyond: Any, scope: Scope) -> Any:
    found = [texts.write_selector(item, scope) for item in meaning] if isinstance(meaning, list) else [None]
    return ABSENT if None in found else found


# Rows of a name and a selector: arguments of code, outputs of an end.


def _variables_read(value: Any, scope: Scope) -> Read | None:
    found, rest = texts.read_variables(value, scope)
    return Read(found, rest or ABSENT) if found else None


def _variables_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = prior if isinstance(prior, list) else []
    rows = []
    for name, said in meaning.items():
        selector = texts.write_selector(said, scope)
        if selector is not None:
            rows.append(texts.variable_row(name, selector, before))
    rest = beyond if isinstance(beyond, list) else []
    return [*rows, *rest] if rows or rest else ABSENT


# A tool's parameters: `{name: {type: mixed | variable | constant, value}}`.


def read_argument(held: Any, scope: Scope) -> Any:
    """What a parameter is given; ABSENT where it has no such form."""
    if not isinstance(held, dict) or "value" not in held:
        return ABSENT
    if held.get("type") == "variable":
        said = texts.read_selector(held["value"], scope)
        return ABSENT if said is None else said
    return map_texts(held["value"], lambda text: texts.read_text(text, scope))


def write_argument(said: Any, held: Any, scope: Scope) -> Map:
    """A parameter that is given this, as it stood if it was given that before."""
    if isinstance(held, dict) and read_argument(held, scope) == said:
        return held
    selector = texts.write_selector(said, scope)
    kind = held.get("type") if isinstance(held, dict) else None
    if selector is not None and (kind == "variable" or (kind is None and selector[0] != "env")):
        return {"type": "variable", "value": selector}
    written = map_texts(said, lambda text: texts.write_text(text, scope))
    mixed = isinstance(written, str) and (written != said or kind in ("mixed", None, "variable"))
    return {"type": "mixed" if mixed else "constant", "value": written}


def _arguments_read(value: Any, scope: Scope) -> Read | None:
    if not isinstance(value, dict):
        return None
    found: Map = {}
    rest: Map = {}
    for name, held in value.items():
        said = read_argument(held, scope)
        if said is ABSENT:
            rest[name] = held
        elif not is_blank(said):
            found[name] = said
    return Read(found, rest or ABSENT) if found else None


def _arguments_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    found = {name: write_argument(said, before.get(name), scope) for name, said in meaning.items()}
    blank = {name: held for name, held in before.items() if is_blank(read_argument(held, scope))}
    return blank | found | (beyond if isinstance(beyond, dict) else {})


def _argument_read(value: Any, scope: Scope) -> Read | None:
    said = read_argument(value, scope)
    return None if said is ABSENT or is_blank(said) else Read(said)


def _argument_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    return write_argument(meaning, {"type": "constant"} if prior is ABSENT else prior, scope)


def _settled_read(value: Any, scope: Scope) -> Read | None:
    """A tool's configuration: values, or `{type, value}` since its second version."""
    if not isinstance(value, dict):
        return None
    found: Map = {}
    rest: Map = {}
    for name, held in value.items():
        said = _argument_read(held, scope) if _is_argument(held) else None
        if said is not None:
            found[name] = said.value
        elif _is_argument(held):
            rest |= {} if is_blank(held.get("value")) else {name: held}
        elif not is_blank(held):
            found[name] = map_texts(held, lambda text: texts.read_text(text, scope))
    return Read(found, rest or ABSENT) if found else None


def _is_argument(held: Any) -> bool:
    return isinstance(held, dict) and "value" in held and held.keys() <= {"type", "value"}


def _settled_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    kept = {name: held for name, held in before.items() if _settled_read({name: held}, scope) is None}
    found: Map = {}
    for name, said in meaning.items():
        held = before.get(name)
        was = _settled_read({name: held}, scope)
        if was is not None and was.value.get(name) == said:
            found[name] = held
        elif _is_argument(held):
            found[name] = _argument_write(said, held, ABSENT, scope)
        else:
            found[name] = map_texts(said, lambda text: texts.write_text(text, scope))
    return kept | found | (beyond if isinstance(beyond, dict) else {})


# Types of values, and schemas.

_TYPES = {"bool": "boolean", "select": "string", "file": "object"}
_ARRAY = re.compile(r"array\[(\w+)\]")


def schema_of(kind: Any) -> Map:
    """The JSON Schema of a type of Dify (`string`, `array[object]` …)."""
    match = _ARRAY.fullmatch(kind) if isinstance(kind, str) else None
    if match is not None:
        return {"type": "array", "items": {"type": _TYPES.get(match[1], match[1])}}
    return {"type": _TYPES.get(kind, kind) if isinstance(kind, str) and kind else "string"}


def kind_of(schema: Any, *, otherwise: str = "string") -> str:
    """Dify's type for a JSON Schema."""
    found = schema.get("type") if isinstance(schema, dict) else None
    if found == "array":
        items = schema.get("items")
        inner = kind_of(items, otherwise="object") if isinstance(items, dict) else "object"
        return f"array[{inner if '[' not in inner else 'object'}]"
    if found == "integer":
        return "number"
    return found if isinstance(found, str) and found else otherwise


def _outputs_read(value: Any, scope: Scope) -> Read | None:
    """What code gives, `{name: {type, children}}`, as a JSON Schema."""
    if not isinstance(value, dict) or not value:
        return None
    found: Map = {}
    for name, shape in value.items():
        if not isinstance(shape, dict) or not isinstance(shape.get("type"), str):
            return None
        inner = _outputs_read(shape.get("children"), scope)
        found[name] = {**schema_of(shape["type"]), **(inner.value if inner is not None else {})}
        if inner is not None:
            found[name]["type"] = "object"
    return Read({"type": "object", "properties": found})


def _outputs_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    properties = meaning.get("properties") if isinstance(meaning, dict) else None
    if not isinstance(properties, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    found: Map = {}
    for name, shape in properties.items():
        known = before.get(name)
        was = _outputs_read({name: known}, scope) if isinstance(known, dict) else None
        if was is not None and was.value["properties"].get(name) == shape:
            found[name] = known
            continue
        inner = shape.get("properties") if isinstance(shape, dict) else None
        children = _outputs_write(shape, ABSENT, ABSENT, scope) if isinstance(inner, dict) and inner else None
        found[name] = {"children": children, "type": kind_of(shape)}
    return found


def _parameters_read(value: Any, scope: Scope) -> Read | None:
    """What an extractor looks for, rows of name, type, description, as a JSON Schema."""
    properties: Map = {}
    required = []
    for row in value if isinstance(value, list) else []:
        name = row.get("name") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name or name in properties:
            return None
        shape = schema_of(row.get("type"))
        if not is_blank(row.get("description")):
            shape["description"] = map_texts(row["description"], lambda text: texts.read_text(text, scope))
        if isinstance(row.get("options"), list) and row["options"]:
            shape["enum"] = row["options"]
        properties[name] = shape
        required += [name] if row.get("required") is True else []
    schema: Map = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    return Read({"schema": schema}) if properties else None


def _parameters_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    schema = meaning.get("schema") if isinstance(meaning, dict) else None
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(properties, dict):
        return ABSENT
    known = (
        {row["name"]: row for row in prior if isinstance(row, dict) and isinstance(row.get("name"), str)}
        if isinstance(prior, list)
        else {}
    )
    rows = []
    for name, shape in properties.items():
        needed = name in (schema.get("required") or ())
        row = known.get(name)
        was = _parameters_read([row], scope) if row is not None else None
        if was is not None and was.value["schema"]["properties"][name] == shape:
            rows.append({**row, "required": needed} if row.get("required") is not needed else row)  # type: ignore[union-attr, dict-item]
            continue
        said = shape if isinstance(shape, dict) else {}
        about = said.get("description", "")
        about = texts.write_text(about, scope) if isinstance(about, str) else about
        new: Map = {**(row or {}), "description": about}
        new |= {"name": name, "required": needed, "type": kind_of(said)}
        rows.append(new | ({"options": said["enum"]} if isinstance(said.get("enum"), list) else {}))
    return rows


# Tables in a text: a line `key:value` each.


def _lines(text: str) -> list[tuple[str, str]] | None:
    rows = []
    for line in text.split("\n"):
        if line.strip():
            key, colon, value = line.partition(":")
            if not key.strip():
                return None
            rows.append((key.strip(), value.strip() if colon else ""))
    return rows


def _table_read(value: Any, scope: Scope) -> Read | None:
    rows = _lines(value) if isinstance(value, str) else None
    if not rows or len({key for key, _ in rows}) < len(rows):
        return Read(texts.read_text(value, scope)) if isinstance(value, str) and rows else None
    return Read({key: texts.read_text(said, scope) for key, said in rows})


def _table_write(meaning: Any, _prior: Any, _beyond: Any, scope: Scope) -> Any:
    if isinstance(meaning, str):
        return texts.write_text(meaning, scope)
    if not isinstance(meaning, dict):
        return ABSENT
    return "\n".join(f"{key}:{texts.write_text(_plain(item), scope)}" for key, item in meaning.items())


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False)


# Retries: `{max_retries, retry_enabled, retry_interval}`, the interval in milliseconds.

_MILLISECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


def _retry_read(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, dict) or value.get("retry_enabled") is not True or not _is_count(value.get("max_retries")):
        return None
    found: Map = {"tries": value["max_retries"] + 1}
    wait = value.get("retry_interval")
    if _is_count(wait) and wait:
        found["wait"] = f"{wait // 1000}s" if wait % 1000 == 0 else f"{wait}ms"
    return Read(found)


def _retry_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    tries: Any = meaning.get("tries") if isinstance(meaning, dict) else None
    if not _is_count(tries):
        return ABSENT
    match = _MILLISECONDS.fullmatch(str(meaning.get("wait", "0ms")))
    wait = round(float(match[1]) * _UNITS[match[2]]) if match is not None else 0
    before = prior if isinstance(prior, dict) else {}
    return {**before, "max_retries": max(tries - 1, 0), "retry_enabled": True, "retry_interval": wait}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def rows_by(rows: Any, key: str) -> dict[str, Map]:
    """The maps of a list by the text under a key; the first of each counts."""
    found: dict[str, Map] = {}
    maps: Iterable[Any] = rows if isinstance(rows, list) else ()
    for row in maps:
        if isinstance(row, dict) and isinstance(row.get(key), str) and row[key]:
            found.setdefault(row[key], row)
    return found


def _name_read(value: Any, _: Scope) -> Read | None:
    """A name of a tool or its provider, in which nothing refers to anything."""
    return Read(value) if isinstance(value, str) else None


def _name_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return meaning


FORMS = {
    "name": Form(_name_read, _name_write, translates=True),
    "selector": Form(_selector_read, _selector_write, translates=True),
    "selectors": Form(_selectors_read, _selectors_write, translates=True),
    "variables": Form(_variables_read, _variables_write, translates=True),
    "arguments": Form(_arguments_read, _arguments_write, translates=True),
    "argument": Form(_argument_read, _argument_write, translates=True),
    "configuration": Form(_settled_read, _settled_write, translates=True),
    "outputs": Form(_outputs_read, _outputs_write, translates=True),
    "parameters": Form(_parameters_read, _parameters_write, translates=True),
    "table": Form(_table_read, _table_write, translates=True),
    "retry": Form(_retry_read, _retry_write),
}
