"""How Langflow's components choose: If-Else, its twin for data, the smart router, a person's decision, guardrails.

Sources: lfx `components/flow_controls` and `components/llm_operations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.langflow_fields import is_reference
from fjctl.model.names import unique
from fjctl.model.workflow import TIMEOUT, Branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

_OPERATORS = {
    "equals": "eq",
    "not equals": "ne",
    "contains": "has",
    "starts with": "starts",
    "ends with": "ends",
    "regex": "matches",
    "less than": "lt",
    "less than or equal": "le",
    "greater than": "gt",
    "greater than or equal": "ge",
}
_WORDS = {op: word for word, op in _OPERATORS.items()}
_NUMERIC = frozenset({"lt", "le", "gt", "ge"})
_ANCHOR = "^(?:"

TRUE, FALSE = "true_result", "false_result"
DATA_TRUE, DATA_FALSE = "true_output", "false_output"
PASSED, FAILED = "pass_result", "failed_result"
ELSE = "default_result"
FALLBACK = "branch_fallback"


# If-Else


def _if_read(node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    said = node.settings
    left, word, right = said.get("input_text"), said.get("operator", "equals"), said.get("match_text", "")
    return _two(left, word, right, TRUE, FALSE)


def _two(left: Any, word: Any, right: Any, yes: str, no: str) -> list[Branch]:
    """The two ways of a comparison; one that cannot be an expression is a sentence."""
    op = _OPERATORS.get(word) if isinstance(word, str) else None
    when = _expression(left, op, right) if op is not None else None
    if when is not None:
        return [Branch(id=yes, when=when), Branch(id=no, otherwise=True)]
    words = " ".join(str(item) for item in (left, word, right) if not is_blank(item))
    return [Branch(id=yes, condition=words or "It is so"), Branch(id=no, otherwise=True)]


def _expression(left: Any, op: str | None, right: Any) -> str | None:
    if op is None or not isinstance(left, str) or not is_reference(left) or not isinstance(right, (str, int, float)):
        return None
    if isinstance(right, str) and is_reference(right):
        return spell([Comparison(left, op, Ref(right))])
    if op in _NUMERIC:
        number = _number(right)
        return None if number is None else spell([Comparison(left, op, number)])
    if op == "matches" and isinstance(right, str) and not right.startswith("^"):
        right = f"{_ANCHOR}{right})"
    spelled = spell([Comparison(left, op, right)])
    return spelled if parse(spelled) == ([Comparison(left, op, right)], False) else None


def _number(value: Any) -> int | float | None:
    for kind in (int, float):
        try:
            number = kind(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if str(number) == str(value):
            return number
    return None


def _compared(when: str | None) -> tuple[str, str, str] | None:
    """Left side, operator and right side of an expression that one comparison can say."""
    parsed = parse(when) if when is not None else None
    if parsed is None or len(parsed[0]) != 1:
        return None
    left, op, right = parsed[0][0]
    word = _WORDS.get(op)
    if op == "filled":
        word, right = "not equals", ""
    elif op == "empty":
        word, right = "equals", ""
    if word is None or not is_reference(left) or isinstance(right, bool) or right is None:
        return None
    text = str(right)
    if word == "regex" and text.startswith(_ANCHOR) and text.endswith(")"):
        text = text[len(_ANCHOR) : -1]
    return left, word, text


def fits_if(branches: Sequence[Branch]) -> bool:
    """Whether an If-Else can choose among these ways."""
    chosen = [branch for branch in branches if not branch.otherwise]
    return len(chosen) == 1 and len(branches) <= 2 and _compared(chosen[0].when) is not None


def _if_write(branches: Sequence[Branch], prior: Node | None, settings: Map, _scope: Scope) -> dict[str, str]:
    ports = {branch.id: FALSE if branch.otherwise else TRUE for branch in branches}
    chosen = next((branch for branch in branches if not branch.otherwise), None)
    keys = ("input_text", "operator", "match_text")
    if prior is not None and chosen is not None:
        known = _if_read(prior, (), _scope)[0]
        if known.reason() == chosen.reason():
            settings.update({key: prior.settings[key] for key in keys if key in prior.settings})
            return ports
    compared = _compared(chosen.when) if chosen is not None else None
    if compared is not None:
        settings.update({key: item for key, item in zip(keys, compared, strict=True) if item != ""})
    return ports


# If-Else for data: the key is part of the reference


def _data_read(node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    said = node.settings
    left, key, word = said.get("data_input"), said.get("key_name"), said.get("operator", "equals")
    if isinstance(left, str) and is_reference(left) and isinstance(key, str) and key.isidentifier():
        left = f"{left[:-1]}.{key}>"
        if word == "boolean validator":
            return [
                Branch(id=DATA_TRUE, when=spell([Comparison(left, "filled")])),
                Branch(id=DATA_FALSE, otherwise=True),
            ]
        return _two(left, word, said.get("compare_value", ""), DATA_TRUE, DATA_FALSE)
    words = [said.get("key_name"), word, said.get("compare_value", "")]
    return _two(None, " ".join(map(str, words)), "", DATA_TRUE, DATA_FALSE)


def _data_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    ports = {branch.id: DATA_FALSE if branch.otherwise else DATA_TRUE for branch in branches}
    keys = ("data_input", "key_name", "operator", "compare_value")
    chosen = next((branch for branch in branches if not branch.otherwise), None)
    if prior is not None:
        settings.update({key: prior.settings[key] for key in keys if key in prior.settings})
        known = _data_read(prior, (), scope)[0]
        if chosen is None or known.reason() == chosen.reason():
            return ports
    compared = _compared(chosen.when) if chosen is not None else None
    if compared is not None:
        left, _, key = compared[0][1:-1].rpartition(".")
        said = (f"<{left}>", key, compared[1], compared[2])
        settings.update({name: item for name, item in zip(keys, said, strict=True) if item != ""})
    return ports


# The smart router: a model chooses among routes


def _routes(settings: Mapping[str, Any]) -> list[Map]:
    found = settings.get("routes")
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _sentence(row: Map) -> str:
    name, description = (str(row.get(key) or "") for key in ("route_category", "route_description"))
    return f"{name}: {description}" if name and description else name or description


def _routes_read(node: Node, wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    rows = _routes(node.settings)
    found = [Branch(id=f"category_{place}_result", condition=_sentence(row)) for place, row in enumerate(rows, 1)]
    if node.settings.get("enable_else_output") is True or any(wire.out == ELSE for wire in wires):
        found.append(Branch(id=ELSE, otherwise=True))
    return found


def _routes_write(branches: Sequence[Branch], prior: Node | None, settings: Map, _scope: Scope) -> dict[str, str]:
    known = {_sentence(row): row for row in _routes(prior.settings)} if prior is not None else {}
    rows: list[Map] = []
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = ELSE
            continue
        said = branch.condition or branch.when or branch.command or branch.event
        rows.append(known.get(said) or _route(said))
        ports[branch.id] = f"category_{len(rows)}_result"
    if rows:
        settings["routes"] = rows
    was = prior.settings.get("enable_else_output") if prior is not None else None
    if was is not None or ELSE in ports.values():
        settings["enable_else_output"] = ELSE in ports.values() if prior is None or not was else was
    return ports


def _route(said: str) -> Map:
    name, colon, description = said.partition(": ")
    head = (name, description) if colon and name and description else (said, "")
    return {"route_category": head[0], "route_description": head[1], "output_value": ""}


# A person decides


def _action(label: str) -> str:
    return label.strip().lower().replace(" ", "_")


def _labels(settings: Mapping[str, Any]) -> list[str]:
    found = settings.get("decisions")
    return [str(item) for item in found if not is_blank(item)] if isinstance(found, list) else []


def _decisions_read(node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    labels = {f"branch_{_action(label)}": label for label in _labels(node.settings)}
    return [Branch(id=port, command=label) for port, label in labels.items()]


def _decisions_write(branches: Sequence[Branch], _prior: Node | None, settings: Map, _scope: Scope) -> dict[str, str]:
    ports: dict[str, str] = {}
    labels: list[str] = []
    for branch in branches:
        label = branch.command or branch.condition or branch.event or branch.when or "Otherwise"
        port = unique(f"branch_{_action(label)}", set(ports.values()))
        ports[branch.id] = port
        labels.append(label)
    if labels:
        settings["decisions"] = labels
    return ports


# Guardrails


def _guard_read(_node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    return [Branch(id=PASSED, condition="The text passes the checks"), Branch(id=FAILED, otherwise=True)]


def _guard_write(branches: Sequence[Branch], _prior: Node | None, _settings: Map, _scope: Scope) -> dict[str, str]:
    return {branch.id: FAILED if branch.otherwise else PASSED for branch in branches}


CHOICES: Mapping[str, Choices] = {
    "if": Choices(_if_read, _if_write, ("input_text", "operator", "match_text")),
    "data if": Choices(_data_read, _data_write, ("data_input", "key_name", "operator", "compare_value")),
    "routes": Choices(_routes_read, _routes_write, ("routes", "enable_else_output")),
    "decisions": Choices(_decisions_read, _decisions_write, ("decisions",)),
    "guard": Choices(_guard_read, _guard_write),
}
SPECIAL = {FALLBACK: TIMEOUT}
