"""Loops: how often a body runs, and what a loop keeps from one round to the next.

`open` puts the break conditions of a loop under one setting (`{count, conditions, operator}`). Dify says when a loop
breaks, the model while it goes on.

Source: langgenius/graphon `nodes/loop/entities.py`, `nodes/loop/loop_node.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at, map_texts
from fjctl.formats.dify_choices import rows_of
from fjctl.formats.dify_conditions import hear_all, say_all
from fjctl.formats.dify_forms import rows_by
from fjctl.formats.dify_nodes import MOST_ROUNDS

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_NEGATED = {
    "contains": "not contains",
    "is": "is not",
    "=": "≠",
    ">": "≤",
    "<": "≥",
    "empty": "not empty",
    "null": "not null",
    "in": "not in",
    "exists": "not exists",
}
_NEGATED |= {word: sign for sign, word in _NEGATED.items()}


def _denied(rows: list[Map]) -> list[Map] | None:
    """The conditions that hold where these do not, one by one; None where one has no opposite."""
    found = [{**row, "comparison_operator": _NEGATED.get(str(row.get("comparison_operator")))} for row in rows]
    plain = all("sub_variable_condition" not in row and row["comparison_operator"] is not None for row in found)
    return found if plain and found else None


def _loop_read(value: Any, scope: Scope) -> Read | None:
    held = value if isinstance(value, dict) else {}
    count, rows = held.get("count"), rows_of(held.get("conditions"))
    counted = isinstance(count, int) and not isinstance(count, bool)
    odd = ABSENT if counted else {"count": count}
    if not rows:
        return Read({"loop": {"times": count if counted else MOST_ROUNDS}}, odd)
    operator = held.get("operator")
    denied = _denied(rows)
    if denied is not None:
        text = say_all(denied, "and" if operator == "or" else "or", scope)
    else:
        text = f"!({say_all(rows, operator, scope)})"
    limit = {"extras": {"most_rounds": count}} if counted and count != MOST_ROUNDS else {}
    return Read({"loop": {"while": text}, **limit}, odd)


def _loop_write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    loop = at(fields, ("loop",))
    loop = loop if isinstance(loop, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    times, text = loop.get("times"), loop.get("while", loop.get("do_while"))
    if not isinstance(text, str) or not text.strip():
        count = times if isinstance(times, int) and not isinstance(times, bool) else MOST_ROUNDS
        if isinstance(beyond, dict) and count == MOST_ROUNDS:
            count = beyond.get("count", count)
        return {"conditions": [], "count": count, "operator": before.get("operator", "and")}
    limit = at(fields, ("extras", "most_rounds"))
    heard = _breaks(text.strip(), rows_of(before.get("conditions")), scope)
    rows, operator = heard if heard is not None else ([], "or")  # it cannot be said: all rounds are run
    return {"conditions": rows, "count": limit if isinstance(limit, int) else MOST_ROUNDS, "operator": operator}


def _breaks(text: str, known: list[Map], scope: Scope) -> tuple[list[Map], str] | None:
    """The conditions to break at for an expression that goes on."""
    if text.startswith("!(") and text.endswith(")"):
        return hear_all(text[2:-1], scope, known)
    heard = hear_all(text, scope, _denied(known) or ())
    denied = _denied(heard[0]) if heard is not None else None
    if heard is None or denied is None:
        return None
    before = {say_all([row], "and", scope): row for row in known}
    rows = [before.get(say_all([row], "and", scope), row) for row in denied]
    return rows, "and" if heard[1] == "or" or len(rows) < 2 else "or"


def _values_read(value: Any, scope: Scope) -> Read | None:
    """A loop's own variables, by their names."""
    found: Map = {}
    for row in rows_of(value):
        name = row.get("label")
        held = row.get("value")
        said = texts.read_selector(held, scope) if row.get("value_type") == "variable" else None
        if (
            not isinstance(name, str)
            or not name
            or name in found
            or (said is None and row.get("value_type") == "variable")
        ):
            return None
        value_ = said if said is not None else map_texts(held, lambda text: texts.read_text(text, scope))
        found[name] = {"type": row.get("var_type"), "value": value_}
    return Read(found) if found else None


def _values_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    known = rows_by(prior, "label")
    rows = []
    for name, said in meaning.items() if isinstance(meaning, dict) else []:
        row = known.get(name)
        was = _values_read([row], scope) if row is not None else None
        if was is not None and was.value[name] == said:
            rows.append(row)
            continue
        held = said if isinstance(said, dict) else {"value": said}
        selector = texts.write_selector(held.get("value"), scope)
        kind = "constant" if selector is None else "variable"
        new: Map = {**(row or {}), "label": name, "value_type": kind, "var_type": held.get("type", "string")}
        plain = map_texts(held.get("value"), lambda text: texts.write_text(text, scope))
        rows.append({**new, "value": plain if selector is None else selector})
    return rows


LOOP_FORMS = {
    "loop": Form(_loop_read, _loop_write, translates=True),
    "values": Form(_values_read, _values_write, translates=True),
}
