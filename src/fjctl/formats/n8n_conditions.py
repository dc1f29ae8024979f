"""n8n's conditions ↔ expressions: rows of left value, operator, right value, of every version of if, switch and filter.

Version 1 keeps rows by type (`{string: [{value1, operation, value2}]}`), later ones keep a filter (`{conditions: [{
leftValue, rightValue, operator}], combinator, options}`). Source: n8n-workflow `filter-parameter.ts`, If and Switch
nodes of n8n-nodes-base. What cannot be said in rows is written as one row that tests the whole expression.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.n8n_references import read_script, read_text, write_script, write_text
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

_OPS = {
    "equals": "eq",
    "notEquals": "ne",
    "gt": "gt",
    "lt": "lt",
    "gte": "ge",
    "lte": "le",
    "contains": "has",
    "notContains": "lacks",
    "startsWith": "starts",
    "notStartsWith": "not_starts",
    "endsWith": "ends",
    "notEndsWith": "not_ends",
    "regex": "matches",
    "notRegex": "not_matches",
    "empty": "empty",
    "notEmpty": "filled",
    "after": "gt",
    "before": "lt",
    "afterOrEquals": "ge",
    "beforeOrEquals": "le",
}
_LENGTHS = {
    "lengthEquals": "eq",
    "lengthNotEquals": "ne",
    "lengthGt": "gt",
    "lengthLt": "lt",
    "lengthGte": "ge",
    "lengthLte": "le",
}
_ALONE: dict[str, tuple[str, bool | None]] = {
    "exists": ("ne", None),
    "notExists": ("eq", None),
    "true": ("eq", True),
    "false": ("eq", False),
}
_OLD = {
    "equal": "equals",
    "notEqual": "notEquals",
    "smaller": "lt",
    "smallerEqual": "lte",
    "larger": "gt",
    "largerEqual": "gte",
    "isEmpty": "empty",
    "isNotEmpty": "notEmpty",
}
_OLD_DEFAULT = {"number": "smaller", "dateTime": "after"}
_NEW = {op: name for name, op in list(_OPS.items())[::-1]}
_NEW_LENGTH = {op: name for name, op in _LENGTHS.items()}
_BACK = {name: old for old, name in _OLD.items()}
_SIMPLE = re.compile(r"""<@[^<>\s]+>|[\w$.]+|"(?:[^"\\]|\\.)*"|\(.*\)""", re.DOTALL)
_ONE = re.compile(r"=\s*\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)
_TRUTH = re.compile(r"Boolean\((.*)\)", re.DOTALL)
_ENVIRONMENT_IN = re.compile(r"(?<![\w$.])\$env\.([A-Za-z_]\w*)")
_ENVIRONMENT_OUT = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_JOINED = re.compile(r"&&|\|\||[?:<>=+\-*/%]")


def _script_in(script: str, scope: Scope) -> str:
    """JavaScript of a row in the model's spelling; a condition calls an environment's value by its name."""
    return _ENVIRONMENT_IN.sub(r"{{\1}}", read_script(script.strip(), scope))


def _script_out(expression: str, scope: Scope) -> str:
    return "={{ " + write_script(_ENVIRONMENT_OUT.sub(r"$env.\1", expression), scope) + " }}"


def read_filter(conditions: Any, scope: Scope) -> str | None:
    """The expression of a filter of version 2 and later; None where it is no such filter."""
    rows = conditions.get("conditions") if isinstance(conditions, dict) else None
    if not isinstance(rows, list) or not rows:
        return None
    options = conditions.get("options")
    folds = isinstance(options, dict) and options.get("caseSensitive") is False
    tests = [_test(row, scope, folds=folds) for row in rows]
    if any(test is None for test in tests):
        return None
    return _joined([test for test in tests if test is not None], either=conditions.get("combinator") == "or")


def _joined(tests: list[str], *, either: bool) -> str:
    if len(tests) == 1:
        return tests[0]
    sign = " || " if either else " && "
    return sign.join(f"({test})" if "&&" in test or "||" in test or "?" in test else test for test in tests)


def _test(row: Any, scope: Scope, *, folds: bool) -> str | None:
    operator = row.get("operator") if isinstance(row, dict) else None
    if not isinstance(operator, dict):
        return None
    kind, name = operator.get("type"), operator.get("operation")
    return comparison(kind, name, row.get("leftValue"), row.get("rightValue"), scope, folds=folds)


def comparison(kind: Any, name: Any, left: Any, right: Any, scope: Scope, *, folds: bool = False) -> str | None:
    """One row as an expression; None where its operator is unknown."""
    if not isinstance(name, str):
        return None
    one = operand(left, kind, scope)
    if name in _ALONE:
        op, value = _ALONE[name]
        if value is True and not _SIMPLE.fullmatch(one):
            truth = _TRUTH.fullmatch(one)
            return truth[1] if truth is not None and _SIMPLE.fullmatch(truth[1]) else one
        return spell([Comparison(_primary(one), op, value)])
    if name in _LENGTHS:
        return spell([Comparison(f"{_primary(one)}.length", _LENGTHS[name], _right(right, "number", scope))])
    op = _OPS.get(name, "")
    if op in {"empty", "filled"}:
        return spell([Comparison(_primary(one), op)])
    if not op:
        return None
    other = _right(right, kind, scope)
    if kind == "dateTime":
        return spell([Comparison(f"new Date({one})", op, Ref(f"new Date({_shown(other)})"))])
    if folds and kind == "string" and isinstance(other, str):
        lowered = Ref(f"{other}.toLowerCase()") if isinstance(other, Ref) else other.lower()
        return spell([Comparison(f"{_primary(one)}.toLowerCase()", op, lowered)])
    return spell([Comparison(_primary(one), op, other)])


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Ref) else json.dumps(value, ensure_ascii=False)


def _primary(script: str) -> str:
    """JavaScript that may have an operator behind it."""
    simple = _SIMPLE.fullmatch(script) or not _JOINED.search(re.sub(r"<@[^<>\s]+>|\([^()]*\)", "", script))
    return script if simple else f"({script})"


def _right(value: Any, kind: Any, scope: Scope) -> Any:
    if isinstance(value, str) and not value.startswith("="):
        return _typed(value, kind)
    if isinstance(value, str):
        script = operand(value, kind, scope)
        literal = _literal(script)
        return literal if literal is not None else Ref(_primary(script))
    return value if isinstance(value, (bool, int, float)) or value is None else Ref(_shown(value))


def _literal(script: str) -> Any:
    if not script.startswith('"') and not re.fullmatch(r"-?\d+(\.\d+)?|true|false", script):
        return None
    try:
        return json.loads(script)
    except ValueError:
        return None


def _typed(text: str, kind: Any) -> Any:
    """A literal as the operator's type takes it: `"5"` is a number to a number's operator."""
    if kind == "number" and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text):
        return float(text) if "." in text else int(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def operand(value: Any, kind: Any, scope: Scope) -> str:
    """A value of a row as JavaScript: what its expression says, or a literal."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not value.startswith("="):
        return json.dumps(_typed(value, kind), ensure_ascii=False)
    one = _ONE.fullmatch(value)
    if one is not None:
        return _script_in(one[1], scope)
    text = read_text(value, scope)
    if "{{" not in text and "<@" not in text:
        return json.dumps(_typed(text, kind), ensure_ascii=False)
    parts = re.split(r"\{\{(.*?)\}\}", value[1:], flags=re.DOTALL)
    spelled = [
        "${" + _script_in(part, scope) + "}" if place % 2 else part.replace("`", "\\`")
        for place, part in enumerate(parts)
    ]
    return "`" + "".join(spelled) + "`"


def read_old(conditions: Any, scope: Scope, *, either: bool) -> str | None:
    """The expression of version 1's conditions; None where they are of another shape."""
    if not isinstance(conditions, dict) or not conditions or not conditions.keys() <= _TYPES:
        return None
    tests: list[str] = []
    for kind, rows in conditions.items():
        for row in rows if isinstance(rows, list) else ():
            test = old_test(kind, row, row.get("value1") if isinstance(row, dict) else None, scope)
            if test is None:
                return None
            tests.append(test)
    return _joined(tests, either=either) if tests else None


_TYPES = {"boolean", "dateTime", "number", "string"}


def old_test(kind: str, row: Any, left: Any, scope: Scope) -> str | None:
    """One row of version 1 as an expression."""
    if not isinstance(row, dict):
        return None
    name = row.get("operation", _OLD_DEFAULT.get(kind, "equal"))
    if not isinstance(name, str):
        return None
    right = row.get("value2", False if kind == "boolean" else None)
    return comparison(kind, _OLD.get(name, name), left, right, scope)


def write_filter(expression: str, prior: Any, scope: Scope, key: str) -> Map:
    """A filter for an expression. `prior` is one whose manner (case, strictness) is followed; `key` tells the ids of
    new rows from those of other filters."""
    found = parse(expression)
    rows: list[Map | None] = [_row(test, scope) for test in found[0]] if found is not None else [None]
    sign = "or" if found is not None and found[1] else "and"
    if any(row is None for row in rows) or read_filter({"conditions": rows, "combinator": sign}, scope) != expression:
        rows, sign = [_whole(expression, scope)], "and"
    options = prior.get("options") if isinstance(prior, dict) else None
    plain = {"caseSensitive": True, "leftValue": "", "typeValidation": "loose", "version": 2}
    kept = options if isinstance(options, dict) and options.get("caseSensitive") is not False else plain
    known = _by_content(prior)
    numbered = [_with_id(row, known, key, place) for place, row in enumerate(rows) if row is not None]
    return {
        "options": {**kept, "typeValidation": "loose"} if kept is not plain else plain,
        "conditions": numbered,
        "combinator": sign,
    }


def _by_content(prior: Any) -> dict[str, str]:
    rows = prior.get("conditions") if isinstance(prior, dict) else None
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            found.setdefault(json.dumps([row.get("leftValue"), row.get("operator")], sort_keys=True), row["id"])
    return found


def _with_id(row: Map, known: Mapping[str, str], key: str, place: int) -> Map:
    content = json.dumps([row["leftValue"], row["operator"]], sort_keys=True)
    return {"id": known.get(content) or stable_id(key, str(place), content), **row}


def _whole(expression: str, scope: Scope) -> Map:
    """A row that tests an expression as it stands."""
    script = f"Boolean({expression})" if _SIMPLE.fullmatch(expression) else expression
    return {
        "leftValue": _script_out(script, scope),
        "rightValue": "",
        "operator": {"type": "boolean", "operation": "true", "singleValue": True},
    }


def _row(test: Comparison, scope: Scope) -> Map | None:
    left, op, right = test
    if op in {"empty", "filled"}:
        return _new("string", _NEW[op], left, scope)
    if op in {"eq", "ne"} and right is None:
        return _new("string", "notExists" if op == "eq" else "exists", left, scope)
    if op == "eq" and isinstance(right, bool):
        return _new("boolean", "true" if right else "false", left, scope)
    if left.endswith(".length") and op in _NEW_LENGTH and not isinstance(right, str):
        row = _new("array", _NEW_LENGTH[op], left.removesuffix(".length"), scope)
        return {
            **row,
            "rightValue": right,
            "operator": {"type": "array", "operation": _NEW_LENGTH[op], "rightType": "number"},
        }
    kind = "number" if op in {"gt", "lt", "ge", "le"} else "string"
    if not isinstance(right, (str, Ref)):
        kind = "boolean" if isinstance(right, bool) else "number"
    if (kind == "boolean" and op != "ne") or (kind == "number" and op not in {"eq", "ne", "gt", "lt", "ge", "le"}):
        return None
    if kind == "number" and isinstance(right, str) and not isinstance(right, Ref):
        return None
    row = _new(kind, _NEW[op], left, scope)
    row["operator"].pop("singleValue")
    row["rightValue"] = write_text(right, scope) if isinstance(right, Ref) else _literal_out(right)
    return row


def _literal_out(value: Any) -> Any:
    """A literal as a value of a row; braces in it are no expression."""
    if isinstance(value, str) and value.startswith("="):
        return "=" + value.replace("{{", "\\{{")
    return value


def _new(kind: str, name: str, left: str, scope: Scope) -> Map:
    return {
        "leftValue": _script_out(left, scope),
        "rightValue": "",
        "operator": {"type": kind, "operation": name, "singleValue": True},
    }
