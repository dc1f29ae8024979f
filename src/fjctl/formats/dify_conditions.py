"""Dify's structured conditions as JavaScript expressions, and those expressions as conditions again.

`<@a.status> === 200 && !<@b.content>.includes("no")`. A condition on a list of files has conditions on its items inside
(`.some((item) => item.type === "image")`). What no expression can say (an operator nobody knows, a reference that
leads nowhere) stands as `condition({…})` and comes back as it was.

Source: langgenius/graphon `utils/condition/entities.py` (operators), `utils/condition/processor.py` (their meaning).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.canvas import conditions
from fjctl.formats.canvas.conditions import Ref
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

_CALLS = {
    "contains": "{0}.includes({1})",
    "not contains": "!{0}.includes({1})",
    "start with": "{0}.startsWith({1})",
    "end with": "{0}.endsWith({1})",
}
_AMONGST = {
    "in": "{1}.includes({0})",
    "not in": "!{1}.includes({0})",
    "all of": "{1}.every((one) => {0}.includes(one))",
}
_SIGNS = {"is": "===", "is not": "!==", "=": "===", "≠": "!==", ">": ">", "<": "<", "≥": ">=", "≤": "<="}
_ORDERS = frozenset({">", "<", "≥", "≤"})
_NUMERIC = _ORDERS | {"=", "≠"}
_ALONE = {
    "empty": "!{0}",
    "not empty": "!!{0}",
    "exists": "!!{0}",
    "not exists": "!{0}",
    "null": "{0} === null",
    "not null": "{0} !== null",
}
_LISTS = {"empty": "{0}.length === 0", "not empty": "{0}.length > 0"}
_QUANTIFIED = {"contains": "{0}.some((item) => {1})", "not contains": "!{0}.some((item) => {1})"}
_ALL = "{0}.every((item) => {1})"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,14})?")
_ITEM = re.compile(r"\bitem((?:\.\w+)+)", re.ASCII)
_REF = r"<[^<>\s=][^<>]*>"
_SOME = re.compile(rf"(!?)({_REF})\.(some|every)\(\(item\) => (.+)\)", re.DOTALL)
_AMONG = re.compile(rf"(!?)(\[.*\]|\".*\")\.includes\(({_REF})\)", re.DOTALL)
_EACH = re.compile(rf"(\[.*\])\.every\(\(one\) => ({_REF})\.includes\(one\)\)", re.DOTALL)
_RAW = re.compile(r"condition\((\{.*\})\)", re.DOTALL)
_NULL = re.compile(rf"({_REF}) ?(===|==|!==|!=) ?null")


# Conditions → expression


def say_all(rows: Any, operator: Any, scope: Scope) -> str:
    """The expression of some conditions; of none it is `true`, or `false` where one of them would have to hold."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not found:
        return "false" if operator == "or" else "true"
    return (" || " if operator == "or" else " && ").join(say(row, scope) for row in found)


def say(row: Map, scope: Scope) -> str:
    """The expression of one condition."""
    left = texts.read_selector(row.get("variable_selector"), scope)
    if left is not None and not left.startswith("{{"):
        found = _said(left, row, scope)
        if found is not None:
            return found
    plain = {key: item for key, item in row.items() if key != "id"}
    return f"condition({json.dumps(plain, ensure_ascii=False, sort_keys=True)})"


def _said(left: str, row: Map, scope: Scope) -> str | None:
    operator, value = row.get("comparison_operator"), row.get("value")
    if not isinstance(operator, str):
        return None
    inner = row.get("sub_variable_condition")
    if isinstance(inner, dict) and inner.get("conditions"):
        return _said_of_items(left, operator, inner, scope)
    if operator in _ALONE:
        of_list = operator in _LISTS and str(row.get("varType")).startswith("array")
        return (_LISTS if of_list else _ALONE)[operator].format(left)
    if operator in _AMONGST:
        known = isinstance(value, (str, list))
        return _AMONGST[operator].replace("{0}", left).replace("{1}", _list(value, scope)) if known else None
    if isinstance(value, (list, dict)) or (operator in _ORDERS and not _is_ordered(value, scope)):
        return None
    if operator in _SIGNS:
        return f"{left} {_SIGNS[operator]} {_literal(value, scope, number=operator in _NUMERIC)}"
    if operator in _CALLS:
        return _CALLS[operator].replace("{0}", left).replace("{1}", _literal(value, scope))
    return None


def _is_ordered(value: Any, scope: Scope) -> bool:
    """Whether something can be greater or less than a value: a number, or what a reference gives."""
    if not isinstance(value, str):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return bool(_NUMBER.fullmatch(value)) or texts.write_selector(texts.read_text(value, scope), scope) is not None


def _said_of_items(left: str, operator: str, inner: Map, scope: Scope) -> str | None:
    rows = inner.get("conditions")
    parts = []
    for row in rows if isinstance(rows, list) else []:
        key = row.get("key") if isinstance(row, dict) else None
        said = _said(f"item.{key}", row, scope) if isinstance(key, str) and key.isidentifier() else None
        if said is None:
            return None
        parts.append(said)
    pattern = _ALL if operator == "all of" else _QUANTIFIED.get(operator)
    body = (" || " if inner.get("logical_operator") == "or" else " && ").join(parts)
    return pattern.replace("{0}", left).replace("{1}", body) if pattern is not None else None


def _literal(value: Any, scope: Scope, *, number: bool = False) -> str:
    """A value to compare with: a reference alone, a number, a text."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if number and _NUMBER.fullmatch(value):
        return value
    text = texts.read_text(value, scope)
    if text != value and text.startswith("<") and texts.write_selector(text, scope) is not None:
        return text
    return json.dumps(text, ensure_ascii=False)


def _list(value: Any, scope: Scope) -> str:
    items = (
        [texts.read_text(item, scope) if isinstance(item, str) else item for item in value]
        if isinstance(value, list)
        else texts.read_text(value, scope)
        if isinstance(value, str)
        else value
    )
    return json.dumps(items, ensure_ascii=False)


# Expression → conditions

_AGAIN = re.compile(r" /\* \d+ \*/\Z")


def once_more(expression: str, number: int) -> str:
    """An expression that stands there for the second time or more: two choices have to differ."""
    return f"{expression} /* {number} */"


def hear_all(expression: str, scope: Scope, known: Iterable[Any] = ()) -> tuple[list[Map], str] | None:
    """Conditions and operator for an expression; None where it has no such form. A condition among `known` (those that
    stood there before) that says a part of it stays as it is."""
    text = _AGAIN.sub("", expression.strip())
    if text in {"true", "false"}:
        return [], "and" if text == "true" else "or"
    split = _split(text)
    if split is None:
        return None
    parts, operator = split
    before = {say(row, scope): row for row in known if isinstance(row, dict)}
    rows = []
    for place, part in enumerate(parts):
        row = before.get(part) or hear(part, scope, f"{scope.node.id} {place}")
        if row is None:
            return None
        rows.append(row)
    return rows, operator


def hear(part: str, scope: Scope, seed: str) -> Map | None:
    """The condition that one part of an expression says; `seed` makes its id."""
    raw = _RAW.fullmatch(part)
    if raw is not None:
        return _json_map(raw[1])
    found = _heard(part, scope)
    if found is None:
        return None
    left, row = found
    selector = texts.write_selector(left, scope)
    if selector is None:
        return None
    return {"id": stable_id("condition", seed, part), **row, "variable_selector": selector}


def _heard(part: str, scope: Scope) -> tuple[str, Map] | None:
    """What a part says, and of what: the reference, and a condition without its selector."""
    for pattern, make in ((_SOME, _of_items), (_AMONG, _among), (_EACH, _each), (_NULL, _null)):
        match = pattern.fullmatch(part)
        if match is not None:
            return make(match, scope)
    parsed = conditions.parse(part)
    if parsed is None or len(parsed[0]) != 1:
        return None
    return _compared(parsed[0][0], scope)


def _compared(test: conditions.Comparison, scope: Scope) -> tuple[str, Map] | None:
    left, op, right = test
    if left.endswith(".length"):
        word = _LENGTHS.get(f"{op} {right}") if type(right) is int else None
        return (left.removesuffix(".length"), _row(word, "", "array[string]")) if word is not None else None
    if op in {"empty", "filled"}:
        return left, _row("empty" if op == "empty" else "not empty", "", "string")
    if op in {"eq", "ne"}:
        return left, _equal(right, scope, denied=op == "ne")
    if op in _ORDER:
        return (left, _row(_ORDER[op], _value(right, scope), "number")) if _orders(right) else None
    word = _WORDS.get(op)
    return (left, _row(word, _value(right, scope), "string")) if word is not None else None


_LENGTHS = {"eq 0": "empty", "gt 0": "not empty", "ne 0": "not empty", "ge 1": "not empty"}
"""What a length says in Dify's words."""
_ORDER = {"gt": ">", "lt": "<", "ge": "≥", "le": "≤"}
_WORDS = {"has": "contains", "lacks": "not contains", "starts": "start with", "ends": "end with"}


def _orders(right: Any) -> bool:
    """Whether a value has an order in Dify: a number, or a reference to one."""
    return isinstance(right, Ref) or (isinstance(right, (int, float)) and not isinstance(right, bool))


def _equal(right: Any, scope: Scope, *, denied: bool) -> Map:
    if right is None:
        return _row("not null" if denied else "null", "", "string")
    if isinstance(right, (int, float)) and not isinstance(right, bool):
        return _row("≠" if denied else "=", _value(right, scope), "number")
    kind = "boolean" if isinstance(right, bool) else "string"
    return _row("is not" if denied else "is", right if isinstance(right, bool) else _value(right, scope), kind)


def _value(right: Any, scope: Scope) -> str:
    text = str(right) if isinstance(right, str) else json.dumps(right)
    return texts.write_text(text, scope)


def _row(operator: str, value: Any, kind: str) -> Map:
    return {"comparison_operator": operator, "value": value, "varType": kind}


def _of_items(match: re.Match[str], scope: Scope) -> tuple[str, Map] | None:
    denied, left, quantity, body = match.groups()
    if denied and quantity == "every":
        return None
    split = _split(body)
    rows: list[Map] = []
    for part in split[0] if split is not None else []:
        found = _heard(_ITEM.sub(r"<item\1>", part), scope)
        key = found[0].removeprefix("<item.").removesuffix(">") if found is not None else ""
        if found is None or not key.isidentifier() or _said(f"item.{key}", found[1], scope) != part:
            return None
        rows.append({"id": stable_id("condition", scope.node.id, part), "key": key, **found[1]})
    if split is None or not rows:
        return None
    operator = "all of" if quantity == "every" else "not contains" if denied else "contains"
    inner = {"case_id": stable_id("case", scope.node.id, body), "conditions": rows, "logical_operator": split[1]}
    return left, {**_row(operator, "", "array[file]"), "sub_variable_condition": inner}


def _among(match: re.Match[str], scope: Scope) -> tuple[str, Map] | None:
    denied, items, left = match.groups()
    value = _json(items)
    if value is None:
        return None
    return left, _row("not in" if denied else "in", _written(value, scope), "string")


def _each(match: re.Match[str], scope: Scope) -> tuple[str, Map] | None:
    value = _json(match[1])
    return (match[2], _row("all of", _written(value, scope), "array[string]")) if value is not None else None


def _null(match: re.Match[str], _: Scope) -> tuple[str, Map]:
    return match[1], _row("not null" if match[2].startswith("!") else "null", "", "string")


def _written(value: Any, scope: Scope) -> Any:
    if isinstance(value, list):
        return [texts.write_text(item, scope) if isinstance(item, str) else item for item in value]
    return texts.write_text(value, scope) if isinstance(value, str) else value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _json_map(text: str) -> Map | None:
    found = _json(text)
    return found if isinstance(found, dict) else None


_PIECE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|&&|\|\||[()\[\]{}]", re.DOTALL)


def _split(expression: str) -> tuple[Sequence[str], str] | None:
    """The parts of an expression between the `&&` or the `||` at its top, and `and` or `or`; None where both stand
    there, or brackets do not match."""
    depth, start = 0, 0
    parts: list[str] = []
    joins: set[str] = set()
    for match in _PIECE.finditer(expression):
        piece = match[0]
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        elif piece in {"&&", "||"} and depth == 0:
            parts.append(expression[start : match.start()].strip())
            joins.add(piece)
            start = match.end()
    parts.append(expression[start:].strip())
    if depth or len(joins) > 1 or not all(parts):
        return None
    return parts, "or" if joins == {"||"} else "and"
