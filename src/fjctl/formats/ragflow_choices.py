"""How RAGFlow's components spell their ways out: categories, cases, yes and no.

Sources: infiniflow/ragflow `agent/component/{categorize,switch,relevant}.py`; a category's handle is its `uuid` (its
name before 2025), a case's is `Case 1`, `Case 2` …, the way of all other cases `end_cpn_ids`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.conditions import Comparison, Ref, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.model.names import stable_id, unique
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

ELSE = "end_cpn_ids"
"""The port of the way that a switch takes where no case holds."""
OTHER = "Other"
"""The category that RAGFlow's own prompt keeps for what fits nowhere else."""
_EXAMPLES = "\nExamples:\n"
_UNNAMED = re.compile(r"Category \d+(?:_\d+)?")
_NAME = re.compile(r"([^:\n]{1,60}): (?=\S)")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
SWITCH_OPERATORS = {
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
_SIGNS = {op: sign for sign, op in SWITCH_OPERATORS.items()}


# Categories


def _categories(node: Node) -> list[Map]:
    rows = node.settings.get("categories")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _read_categories(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    del scope
    rows = _categories(node)
    found: list[Branch] = []
    ports = set[str]()
    for place, row in enumerate(rows):
        port = _port_of(row)
        if port in ports:
            continue
        ports.add(port)
        last = place == len(rows) - 1
        if last and row.get("name") == OTHER and not row.get("description") and not examples_of(row):
            found.append(Branch(id=port, otherwise=True))
        else:
            found.append(Branch(id=port, condition=category_text(row)))
    return found


def _port_of(row: Map) -> str:
    port = row.get("uuid")
    return port if isinstance(port, str) and port else str(row.get("name"))


def examples_of(row: Map) -> list[str]:
    """The examples of a category: texts, or maps with one as `value`; in older files one text."""
    found = row.get("examples")
    rows = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    texts = [item.get("value") if isinstance(item, dict) else item for item in rows]
    return [text for text in texts if isinstance(text, str) and text.strip()]


def category_text(row: Map) -> str:
    """A category as a condition: what it is called, what it means, and examples of it."""
    name, meaning = str(row.get("name") or "").strip(), row.get("description")
    text = meaning.strip() if isinstance(meaning, str) else ""
    if not text or not _UNNAMED.fullmatch(name):
        text = f"{name}: {text}" if name and text else name or text
    lines = ["- " + example.strip().replace("\n", "\n  ") for example in examples_of(row)]
    return text + _EXAMPLES + "\n".join(lines) if lines else text


def _category(text: str, number: int) -> Map:
    """The category that a condition says."""
    head, _, tail = text.partition(_EXAMPLES)
    match = _NAME.match(head)
    name, meaning = (match[1], head[match.end() :]) if match is not None else (f"Category {number}", head)
    if match is None and len(head) <= 40 and "\n" not in head and ":" not in head:
        name, meaning = head, ""
    examples = [line.replace("\n  ", "\n") for line in re.split(r"(?:^|\n)- ", tail) if line]
    return {"name": name, "description": meaning, "examples": [{"value": example} for example in examples]}


def _write_categories(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    before = {_port_of(row): row for row in reversed(_categories(prior))} if prior is not None else {}
    old = {branch.id: branch for branch in _read_categories(prior, (), scope)} if prior is not None else {}
    by_name = prior is not None and bool(before) and all("uuid" not in row for row in before.values())
    rows: list[Map] = []
    ports: dict[str, str] = {}
    for branch in sorted(branches, key=lambda each: each.otherwise):
        known = old.get(branch.id)
        if known is not None and known.reason() == branch.reason():
            row = before[branch.id]
        else:
            row = {**before.get(branch.id, {}), **_said(branch, len(rows) + 1)}
            row["name"] = unique(str(row["name"]), {r["name"] for r in rows if isinstance(r.get("name"), str)})
            if not by_name:
                row["uuid"] = branch.id if branch.id in before else stable_id("category", scope.node.id, branch.id)
        rows.append(row)
        ports[branch.id] = _port_of(row)
    if rows:
        settings["categories"] = rows
    return ports


def _said(branch: Branch, number: int) -> Map:
    if branch.otherwise:
        return {"name": OTHER, "description": "", "examples": []}
    return _category(branch.condition or branch.command or branch.when or branch.event, number)


# Cases


def _cases(node: Node) -> list[Map]:
    rows = node.settings.get("conditions")
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _read_cases(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    found = [Branch(id=f"Case {place + 1}", when=_expression(row, scope)) for place, row in enumerate(_cases(node))]
    return [*found, Branch(id=ELSE, otherwise=True)]


def _expression(row: Map, scope: Scope) -> str:
    from fjctl.formats.ragflow_references import read_reference

    items = row.get("items")
    tests = []
    for item in items if isinstance(items, list) else []:
        left = item.get("cpn_id") if isinstance(item, dict) else None
        if not isinstance(left, str) or not left.strip():
            continue
        op = SWITCH_OPERATORS.get(str(item.get("operator")), "eq")
        right = None if op in {"empty", "filled"} else _operand(item.get("value", ""))
        tests.append(Comparison(read_reference(left, scope), op, right))
    return spell(tests, either=row.get("logical_operator") == "or") or "true"


def _operand(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value) if "." in value else int(value)
        return number if str(number) == value else value
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _write_cases(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    old = {}
    if prior is not None:
        said = [branch.when for branch in _read_cases(prior, (), scope)]
        old = {f"Case {place + 1}": (said[place], row) for place, row in enumerate(_cases(prior))}
    rows: list[Map] = []
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = ELSE
            continue
        when, row = old.get(branch.id, (None, {}))
        rows.append(row if when is not None and when == branch.when else _case(branch, scope))
        ports[branch.id] = f"Case {len(rows)}"
    if rows:
        settings["conditions"] = rows
    return ports


def _case(branch: Branch, scope: Scope) -> Map:
    from fjctl.formats.ragflow_references import write_reference, write_text

    text = branch.when if branch.when is not None else branch.condition or branch.command or branch.event
    if branch.when == "true":
        return {"logical_operator": "and", "items": []}
    parsed = parse(text) if branch.when is not None else None
    tests = parsed[0] if parsed is not None else []
    said = [_item(test, scope) for test in tests]
    if not said or any(item is None for item in said):
        # Nothing that RAGFlow can test: a case that does not hold by mistake, and tells whoever looks what was meant.
        said = [{"cpn_id": write_reference("", scope), "operator": "=", "value": write_text(text, scope)}]
    return {"logical_operator": "or" if parsed is not None and parsed[1] else "and", "items": said}


def _item(test: Comparison, scope: Scope) -> Map | None:
    from fjctl.formats.ragflow_references import write_reference

    sign = _SIGNS.get(test.op)
    if sign is None or test.left.endswith(".length") or isinstance(test.right, (Ref, bool)):
        return None
    if test.op not in {"empty", "filled"} and test.right is None:
        return None
    item: Map = {"cpn_id": write_reference(test.left, scope), "operator": sign}
    return item if test.right is None else {**item, "value": str(test.right)}


# Yes and no


def _read_relevant(_node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    yes = "What was found is relevant to the question"
    return [Branch(id="yes", condition=yes), Branch(id="no", otherwise=True)]


def _write_relevant(branches: Sequence[Branch], *_: object) -> dict[str, str]:
    return {branch.id: "no" if branch.otherwise else "yes" for branch in branches}


CHOICES = {
    "categories": Choices(_read_categories, _write_categories, ("categories",)),
    "cases": Choices(_read_cases, _write_cases, ("conditions",)),
    "yes or no": Choices(_read_relevant, _write_relevant),
}
