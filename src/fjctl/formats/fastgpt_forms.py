"""How FastGPT spells what its inputs hold: forms, pairs, assignments, and the ways out of what chooses.

Sources: labring/FastGPT `template/system/{ifElse,classifyQuestion,interactive,variableUpdate}`; the way of a case is
called `IF`, `ELSE IF 1` …, `ELSE`, that of a class or an option by its `key`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import forms
from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT
from fjctl.formats.fastgpt_config import type_in, type_out
from fjctl.formats.fastgpt_inputs import is_reference, schema_of, text_of, value_of, value_type
from fjctl.formats.fastgpt_references import read_text, write_text
from fjctl.formats.fastgpt_types import VARIABLES
from fjctl.model.names import stable_id
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

ELSE = "ELSE"
OPERATORS = {
    "equalTo": "eq",
    "notEqual": "ne",
    "isEmpty": "empty",
    "isNotEmpty": "filled",
    "include": "has",
    "notInclude": "lacks",
    "startWith": "starts",
    "endWith": "ends",
    "reg": "matches",
    "greaterThan": "gt",
    "greaterThanOrEqualTo": "ge",
    "lessThan": "lt",
    "lessThanOrEqualTo": "le",
}
_SIGNS = {op: sign for sign, op in OPERATORS.items()}
_LENGTHS = {
    "lengthEqualTo": "eq",
    "lengthNotEqualTo": "ne",
    "lengthGreaterThan": "gt",
    "lengthGreaterThanOrEqualTo": "ge",
    "lengthLessThan": "lt",
    "lengthLessThanOrEqualTo": "le",
}
_LENGTH_SIGNS = {op: sign for sign, op in _LENGTHS.items()}
_LENGTH = ".length"
_ORDERED = frozenset({"gt", "ge", "lt", "le"})


def _pairs() -> Form:
    """Rows `{key, type, value}` as a map; a type other than text is beyond it."""
    inner = forms.pairs("key", "value")

    def read(value: Any, scope: Scope) -> Read | None:
        rows = [_untyped(row) for row in value] if isinstance(value, list) else value
        return inner.read(rows, scope)

    def write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
        rows = inner.write(meaning, prior, beyond, scope)
        typed = isinstance(prior, list) and all(isinstance(row, dict) and "type" in row for row in prior)
        if not isinstance(rows, list) or not (typed or prior is ABSENT):
            return rows
        return [{"key": row["key"], "type": "string", **row} for row in rows]

    return Form(read, write)


def _untyped(row: Any) -> Any:
    if isinstance(row, dict) and row.get("type") in ("string", "any"):
        return {key: item for key, item in row.items() if key != "type"}
    return row


def _fields_read(rows: Any, _: Scope) -> Read | None:
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    more: Map = {}
    for row in rows:
        key = row.get("key") if isinstance(row, dict) else None
        if not isinstance(key, str) or not key or key in found:
            return None
        field: Map = {"type": type_in(row.get("valueType"))}
        if isinstance(row.get("label"), str) and row["label"] not in {"", key}:
            field["label"] = row["label"]
        if isinstance(row.get("description"), str) and row["description"]:
            field["description"] = row["description"]
        if row.get("required") is True:
            field["required"] = True
        if not is_blank(row.get("defaultValue")):
            field["default"] = row["defaultValue"]
        options = _options(row.get("list"))
        if options:
            field["options"] = options
        found[key] = field
        rest = {name: item for name, item in row.items() if not _told(name, item, key, field)}
        if rest:
            more[key] = rest
    return Read(found, more or ABSENT)


def _options(rows: Any) -> list[Any]:
    values = [row.get("value") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [value for value in values if isinstance(value, str) and value]


def _told(name: str, item: Any, key: str, field: Map) -> bool:
    if name in {"key", "required", "valueType", "value"} or is_blank(item):
        return name != "value" or is_blank(item)
    if name == "type":
        return bool(item == _widget(field))
    if name == "list":
        plain = [{"label": option, "value": option} for option in field.get("options", [])]
        return bool(item == plain or "options" not in field)
    return (name == "label" and item in (key, field.get("label"))) or name in {"description", "defaultValue"}


def _widget(field: Map) -> str:
    if "options" in field:
        return "select"
    return {"number": "numberInput", "boolean": "switch"}.get(str(field.get("type")), "input")


def _fields_write(meaning: Any, prior: Any, beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return meaning
    more = beyond if isinstance(beyond, dict) else {}
    rows = [row for row in prior if isinstance(row, dict)] if isinstance(prior, list) else []
    before = {str(row.get("key")): row for row in rows}
    return [
        _field_row(key, field, before.get(key), more.get(key))
        for key, field in meaning.items()
        if isinstance(field, dict)
    ]


def _field_row(key: str, field: Map, prior: Map | None, more: Any) -> Map:
    row: Map = {"type": _widget(field), "key": key, "label": field.get("label", key)}
    row["valueType"] = type_out(field.get("type"), (prior or {}).get("valueType"))
    row["required"] = field.get("required") is True
    for ours, theirs in (("description", "description"), ("default", "defaultValue")):
        if ours in field or prior is None or theirs in prior:
            row[theirs] = field.get(ours, "")
    if "options" in field:
        row["list"] = [{"label": option, "value": option} for option in field["options"]]
    return {**row, **more} if isinstance(more, dict) else row


def _assignments_read(rows: Any, scope: Scope) -> Read | None:
    """What is assigned to variables of the conversation, or to outputs of other nodes, by their references."""
    if not isinstance(rows, list) or not rows:
        return None
    known = scope.rows
    found: Map = {}
    for row in rows:
        variable = row.get("variable") if isinstance(row, dict) else None
        if not is_reference(variable, known):
            return None
        if isinstance(variable, list) and variable[0] == VARIABLES:
            name = str(variable[1])
        else:
            name = read_text(text_of(variable, known), scope)
        value = row.get("value")
        plain = value[1] if isinstance(value, list) and len(value) == 2 and value[0] == "" else text_of(value, known)
        found[name] = read_text(plain, scope) if isinstance(plain, str) else plain
    return Read(found) if len(found) == len(rows) else None


def _assignments_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    old = _assignments_read(prior, scope)
    before = dict(zip(old.value, prior, strict=True)) if old is not None else {}
    rows = []
    for name, value in meaning.items():
        row = before.get(name, {})
        if old is not None and name in old.value and old.value[name] == value:
            rows.append(row)
            continue
        target = row.get("variable") or value_of(
            write_text(name if name.startswith("<") else f"<variable.{name}>", scope)
        )
        written = value_of(write_text(value, scope)) if isinstance(value, str) else value
        refers = isinstance(written, list) and isinstance(value, str)
        kind = {"renderType": "reference" if refers else "input"}
        rows.append({**row, "variable": target, "value": written if refers else ["", written], **kind})
    return rows


def _outputs_read(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, dict):
        return None
    return Read({"type": "object", "properties": {key: schema_of(kind) for key, kind in value.items()}})


def _outputs_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    properties = meaning.get("properties") if isinstance(meaning, dict) else None
    if not isinstance(properties, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    return {
        key: before[key] if key in before and schema_of(before[key]) == shape else value_type(shape)
        for key, shape in properties.items()
    }


def _timeout_read(value: Any, _: Scope) -> Read | None:
    return Read(value * 1000) if type(value) is int else None


def _timeout_write(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return ABSENT
    return value // 1000 if value % 1000 == 0 else value / 1000


def _tenths_read(value: Any, _: Scope) -> Read | None:
    """A temperature from 0 to 10; everybody else's goes from 0 to 1."""
    ok = isinstance(value, (int, float)) and not isinstance(value, bool)
    tenth = round(value / 10, 6) if ok else 0.0
    return Read(int(tenth) if float(tenth).is_integer() else tenth) if ok else None


def _tenths_write(value: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    number = round(value * 10, 6)
    return int(number) if float(number).is_integer() and not isinstance(prior, float) else number


# Classes and options


def _rows(node: Node | None, key: str) -> list[Map]:
    rows = node.settings.get(key) if node is not None else None
    found: dict[str, Map] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("key"), str) and row["key"]:
            found.setdefault(row["key"], row)
    return list(found.values())


_REST = ("Anything else", "Other", "其他问题", "其他", "其它问题", "其它")
"""What the last class is called where it is for all that is none of the others; it is what FastGPT falls back on."""


def _keyed(setting: str, meaning: str) -> Choices:
    """Ways out that are rows `{key, value}`: a class is a condition, an option a command."""

    def read(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
        found: list[Branch] = []
        rows = _rows(node, setting)
        for row in rows:
            value = row.get("value")
            text = read_text(value, scope) if isinstance(value, str) else ""
            if row is rows[-1] and meaning == "condition" and text.strip() in _REST and len(rows) > 1:
                found.append(Branch(id=row["key"], otherwise=True))
            else:
                found.append(Branch(id=row["key"], **{meaning: text}))  # type: ignore[arg-type]
        return found

    def write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
        before = {row["key"]: row for row in _rows(prior, setting)}
        rows: list[Map] = []
        ports: dict[str, str] = {}
        for branch in sorted(branches, key=lambda each: each.otherwise):
            row = before.get(branch.id, {})
            text = getattr(branch, meaning) or branch.condition or branch.command or branch.when or branch.event
            old = row.get("value")
            text = text or (_REST[0] if branch.otherwise else "")
            said = isinstance(old, str) and (
                read_text(old, scope) == text or (branch.otherwise and old.strip() in _REST)
            )
            key = (
                branch.id if branch.id in before else stable_id(setting, scope.node.id, branch.id).replace("-", "")[:12]
            )
            rows.append({**row, "value": old if said else write_text(text, scope), "key": key})
            ports[branch.id] = key
        if rows:
            settings[setting] = rows
        return ports

    return Choices(read, write, (setting,))


# Cases


def _cases(node: Node | None) -> list[Map]:
    rows = node.settings.get("ifElseList") if node is not None else None
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def port_of_case(place: int) -> str:
    """The port of a case by its place."""
    return "IF" if place == 0 else f"ELSE IF {place}"


def _read_cases(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    found = [Branch(id=port_of_case(place), when=_expression(row, scope)) for place, row in enumerate(_cases(node))]
    return [*found, Branch(id=ELSE, otherwise=True)]


def _expression(row: Map, scope: Scope) -> str:
    rows = row.get("list")
    tests = [test for item in (rows if isinstance(rows, list) else []) if (test := _test(item, scope)) is not None]
    return spell(tests, either=str(row.get("condition")).upper() == "OR") or "true"


def _test(item: Any, scope: Scope) -> Comparison | None:
    variable = item.get("variable") if isinstance(item, dict) else None
    if not isinstance(variable, list) or len(variable) < 2 or not all(isinstance(part, str) for part in variable):
        return None
    left = read_text("{{$" + variable[0] + "." + variable[1] + "$}}", scope)
    if not left.startswith("<"):
        left = f"<{variable[0]}.{variable[1]}>"
    sign = str(item.get("condition"))
    if sign in _LENGTHS:
        return Comparison(left + _LENGTH, _LENGTHS[sign], _number(item.get("value")))
    op = OPERATORS.get(sign, "eq")
    if op in {"empty", "filled"}:
        return Comparison(left, op)
    return Comparison(left, op, _operand(item.get("value"), op, scope))


def _operand(value: Any, op: str, scope: Scope) -> Any:
    if is_reference(value, scope.rows):
        found = read_text(text_of(value, scope.rows), scope)
        return Ref(found) if found.startswith("<") else found
    if isinstance(value, str):
        found = _number(value)
        return found if found != value or op in _ORDERED else _plain(read_text(value, scope))
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)


def _plain(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _number(value: Any) -> Any:
    for kind in (int, float):
        try:
            found = kind(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if str(found) == str(value):
            return found
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _write_cases(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    said = [branch.when for branch in _read_cases(prior, (), scope)] if prior is not None else []
    old = {port_of_case(place): (said[place], row) for place, row in enumerate(_cases(prior))}
    rows: list[Map] = []
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = ELSE
            continue
        when, row = old.get(branch.id, (None, {}))
        ports[branch.id] = port_of_case(len(rows))
        rows.append(row if when is not None and when == branch.when else _case(branch, scope))
    if rows:
        settings["ifElseList"] = rows
    return ports


def _case(branch: Branch, scope: Scope) -> Map:
    if branch.when == "true":
        return {"condition": "AND", "list": []}
    parsed = parse(branch.when) if branch.when is not None else None
    items = [_item(test, scope) for test in parsed[0]] if parsed is not None else []
    if not items or any(item is None for item in items):
        # Nothing that FastGPT can test: a case that never holds by mistake, and tells whoever looks what was meant.
        text = branch.when if branch.when is not None else branch.condition or branch.command or branch.event
        return {
            "condition": "AND",
            "list": [{"variable": [VARIABLES, "unknown"], "condition": "equalTo", "value": write_text(text, scope)}],
        }
    return {"condition": "OR" if parsed is not None and parsed[1] else "AND", "list": items}


def _item(test: Comparison, scope: Scope) -> Map | None:
    left = test.left.removesuffix(_LENGTH) if test.left.endswith(f">{_LENGTH}") else test.left
    variable = value_of(write_text(left, scope))
    sign = (_SIGNS if left == test.left else _LENGTH_SIGNS).get(test.op)
    if sign is None or not isinstance(variable, list):
        return None
    item: Map = {"variable": variable, "condition": sign}
    if test.op in {"empty", "filled"}:
        return item
    if isinstance(test.right, Ref):
        value = value_of(write_text(test.right, scope))
        return {**item, "value": value} if isinstance(value, list) else None
    if test.right is None:
        return None
    text = str(test.right).lower() if isinstance(test.right, bool) else str(test.right)
    return {**item, "value": write_text(text, scope) if isinstance(test.right, str) else text}


CHOICES = {
    "classes": _keyed("agents", "condition"),
    "options": _keyed("userSelectOptions", "command"),
    "cases": Choices(_read_cases, _write_cases, ("ifElseList",)),
}
FORMS: dict[str, Form] = {
    **forms.FORMS,
    "pairs": _pairs(),
    "fields": Form(_fields_read, _fields_write),
    "assignments": Form(_assignments_read, _assignments_write, translates=True),
    "outputs": Form(_outputs_read, _outputs_write),
    "tenths": Form(_tenths_read, _tenths_write),
    "language": forms.choice({"js": "javascript", "py": "python"}),
    "milliseconds": Form(_timeout_read, _timeout_write),
}
