"""The choices of Flowise's sequential agents: rules in a table, a model's choice by such rules, code with two outputs.

A way out is an output with a name; its port is the name in camel case. A model chooses by filling in a structured
answer, which the rules then ask for.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.conditions import Comparison, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.flowise_graph import data_of
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

_OPERATIONS = {
    "Is": "eq",
    "Is Not": "ne",
    "Contains": "has",
    "Not Contains": "lacks",
    "Start With": "starts",
    "End With": "ends",
    "Is Empty": "empty",
    "Is Not Empty": "filled",
    "Greater Than": "gt",
    "Less Than": "lt",
    "Greater Than or Equal To": "ge",
    "Less Than or Equal To": "le",
}
_ALSO = {"Starts With": "starts", "Ends With": "ends", "Equal To": "eq", "Not Equal To": "ne"}
"""Further spellings: of older versions, and for numbers."""
_END = "end"
SCHEMA = "conditionAgentStructuredOutput"
CONDITION_AGENT = "seqConditionAgent"
CHOOSERS = frozenset({"seqCondition", CONDITION_AGENT})
_CHOICE = "$flow.output.next"
"""Where a model's choice stands, with the structured answer that is asked of it here."""
_SPELLED = {ours: theirs for theirs, ours in _OPERATIONS.items()}
_RULES = re.compile(r"[^A-Za-z0-9]+")


def _rules(settings: Map) -> list[Any]:
    """The rows of a condition, which are JSON in a text."""
    text = settings.get("conditionUI")
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def _routes_in(node: Node, wires: Sequence[Wire], _: Scope) -> list[Branch]:
    """One branch for each output that a rule names or an edge leaves by; the one called End or Else comes last."""
    said: dict[str, str] = {}
    named: dict[str, str] = {}
    for row in _rules(node.settings):
        if isinstance(row, dict) and isinstance(row.get("output"), str):
            said.setdefault(_port(row["output"]), _rule(row))
            named.setdefault(_port(row["output"]), row["output"].strip())
    for option in options(node):
        said.setdefault(option, "")
    for wire in wires:
        said.setdefault(wire.out, "")
    fixed = bool(_rules(node.settings))
    found = [_route(port, rule, named.get(port, ""), fixed=fixed) for port, rule in said.items() if port]
    return sorted(found, key=lambda branch: branch.otherwise)


def _route(port: str, rule: str, name: str, *, fixed: bool) -> Branch:
    """The branch of an output. `End` is what is left when no rule holds."""
    if rule:
        return Branch(id=port, when=rule)
    return (
        Branch(id=port, otherwise=True) if fixed and port == _END else Branch(id=port, condition=name or _words(port))
    )


def _rule(row: Map) -> str:
    """A rule as an expression; empty where it compares something else than a value of the flow's state."""
    variable = str(row.get("variable") or "")
    said = str(row.get("operation"))
    op = _OPERATIONS.get(said) or _ALSO.get(said)
    if not variable.startswith("$flow.state.") or op is None:
        return ""
    left = f"<variable.{variable.removeprefix('$flow.state.')}>"
    return spell([Comparison(left, op, None if op in {"empty", "filled"} else str(row.get("value") or ""))])


def _port(output: str) -> str:
    """The port of a named output: its words in camel case."""
    words = [word for word in _RULES.split(output) if word]
    return "".join([words[0][:1].lower() + words[0][1:], *(w[:1].upper() + w[1:] for w in words[1:])]) if words else ""


def _words(port: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", port)
    return words[:1].upper() + words[1:]


def options(node: Node) -> list[str]:
    """The outputs that a node in the document has to choose from."""
    anchors = data_of(node.raw).get("outputAnchors")
    found: list[str] = []
    for anchor in anchors if isinstance(anchors, list) else []:
        options = anchor.get("options") if isinstance(anchor, dict) else None
        found += [o["name"] for o in options or [] if isinstance(o, dict) and isinstance(o.get("name"), str)]
    return found


def _routes_out(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    """Rules that still hold stay as they are; a condition in words is the function's, or an output without a rule."""
    if prior is None or not prior.settings:
        return _new_routes(branches, settings, model=scope.node.type == CONDITION_AGENT)
    before = _rules(prior.settings)
    rows: list[Any] = []
    ports: dict[str, str] = {}
    for branch in branches:
        row = next((row for row in before if isinstance(row, dict) and _is_rule_of(row, branch)), None)
        if row is None and not branch.otherwise and before and branch.id not in options(prior):
            row = _new_row(branch, ports.values(), model=scope.node.type == CONDITION_AGENT)
        elif row is None:
            row = _row(branch, _words(branch.id))
        ports[branch.id] = _END if branch.otherwise else _port(row["output"]) if row is not None else branch.id
        rows += [row] if row is not None else []
    if "conditionFunction" in prior.settings:
        settings["conditionFunction"] = prior.settings["conditionFunction"]
    if rows == before and "conditionUI" in prior.settings:
        settings["conditionUI"] = prior.settings["conditionUI"]
    elif rows:
        settings["conditionUI"] = json.dumps(rows, ensure_ascii=False)
    inputs = data_of(prior.raw).get("inputs")
    if isinstance(inputs, dict) and is_choice_schema(inputs):
        settings[SCHEMA] = _choice_schema(rows)
    return ports


def _new_routes(branches: Sequence[Branch], settings: Map, *, model: bool) -> dict[str, str]:
    """The rules of a new node: each way out is a row, what is left is the output `End`."""
    rows: list[Map] = []
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise and _END not in ports.values():
            ports[branch.id] = _END
            continue
        row = _new_row(branch, ports.values(), model=model)
        ports[branch.id] = _port(row["output"])
        rows.append(row)
    if rows:
        settings["conditionUI"] = json.dumps(rows, ensure_ascii=False)
    if rows and model:
        settings[SCHEMA] = _choice_schema(rows)
    return ports


def _new_row(branch: Branch, used: Collection[str], *, model: bool) -> Map:
    """The rule of a new way out, whose output has a port of its own. `used` are the ports that there are."""
    said = branch.condition or branch.command or branch.event or branch.when or ""
    name, number = said, 1
    while _port(name) in {"", _END, *used}:
        number += 1
        name = f"{said or 'Way'} {number}"
    return _row(branch, name) or _told(name, said, model=model)


def _told(name: str, said: str, *, model: bool) -> Map:
    """A rule for a reason in words: the model's choice, or, without one, a rule that never holds."""
    variable, value = (_CHOICE, name.replace(",", "")) if model else (said, "true")
    return {"variable": variable, "operation": "Is", "value": value, "output": name}


def is_choice_schema(settings: Map) -> bool:
    """Whether the structured answer that a model is asked for is the one that its rules call for, no more."""
    rows = _rules(settings)
    return bool(rows) and settings.get(SCHEMA) == _choice_schema(rows)


def outputs(settings: Map) -> list[tuple[str, str]]:
    """The outputs that a node's rules name: port and label."""
    named = [row["output"] for row in _rules(settings) if isinstance(row, dict) and isinstance(row.get("output"), str)]
    return list({_port(name): name for name in named if _port(name) not in {"", _END}}.items())


def _choice_schema(rows: Sequence[Any]) -> str:
    """The structured answer by which a model says which of the rules' values it chooses."""
    chosen = [row for row in rows if isinstance(row, dict) and row.get("variable") == _CHOICE]
    values = ", ".join(str(row.get("value")) for row in chosen)
    field = {"key": "next", "type": "Enum", "enumValues": values, "description": "What fits best"}
    return json.dumps([field], ensure_ascii=False)


def _is_rule_of(row: Map, branch: Branch) -> bool:
    same = _port(str(row.get("output") or "")) == branch.id
    return same and (branch.when is None or _rule(row) == branch.when)


def _row(branch: Branch, name: str) -> Map | None:
    """A rule for a branch's expression; None where rules cannot say it."""
    found = parse(branch.when) if branch.when else None
    if found is None or len(found[0]) != 1:
        return None
    left, op, right = found[0][0]
    if not left.startswith("<variable.") or not left.endswith(">") or op not in _SPELLED:
        return None
    variable = f"$flow.state.{left.removeprefix('<variable.').removesuffix('>')}"
    value = "" if right is None else str(right)
    return {"variable": variable, "operation": _SPELLED[op], "value": value, "output": name}


def _if_in(node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    code = node.settings.get("ifFunction")
    return [
        Branch(id="returnTrue", when=code if isinstance(code, str) else ""),
        Branch(id="returnFalse", otherwise=True),
    ]


def _if_out(branches: Sequence[Branch], prior: Node | None, settings: Map, _: Scope) -> dict[str, str]:
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = "returnFalse"
        elif "ifFunction" not in settings:
            settings["ifFunction"] = branch.when or ""
            ports[branch.id] = "returnTrue"
    if prior is not None and "elseFunction" in prior.settings:
        settings["elseFunction"] = prior.settings["elseFunction"]
    return ports


CHOICES = {
    "routes": Choices(_routes_in, _routes_out, ("conditionUI", "conditionFunction")),
    "if_else": Choices(_if_in, _if_out, ("ifFunction", "elseFunction")),
}
