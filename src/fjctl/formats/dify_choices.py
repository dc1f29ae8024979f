"""How Dify's nodes spell their ways out: cases of an if-else, classes of a classifier, actions of a form.

Sources: langgenius/graphon `nodes/if_else`, `nodes/question_classifier`, `nodes/human_input` (the handle of a way out
is `case_id`, `classes[].id`, `user_actions[].id`; `false` is the else of an if-else).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.dify_conditions import hear_all, once_more, say_all
from fjctl.model.names import slug, stable_id, unique
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

ELSE = "false"
OTHERWISE = "otherwise"
"""The id of a class or an action that stands for all the rest; only what was written here has it."""
_OTHERWISE_NAME = "Anything else"
GO_ON = "continue"
"""The id of the action of a form that has a single way out."""
_LONGEST = 20
_ACTION = re.compile(r"[A-Za-z_]\w{0,19}", re.ASCII)


def rows_of(value: Any) -> list[Map]:
    """The maps of a list; none where it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


# if-else


def _cases(settings: Map) -> list[Map]:
    """The cases; the oldest files have a single one, without saying so."""
    cases = rows_of(settings.get("cases"))
    if cases or not isinstance(settings.get("conditions"), list):
        return cases
    only: Map = {key: settings[key] for key in ("conditions", "logical_operator") if key in settings}
    return [{"case_id": "true", **only}]


def _case_id(case: Map, place: int) -> str:
    found = case.get("case_id") or case.get("id")
    return str(found) if found else "true" if place == 0 else f"case{place}"


def _cases_read(node: Node, _: Sequence[Wire], scope: Scope) -> list[Branch]:
    said = _whens(_cases(node.settings), scope)
    return [*(Branch(id=name, when=when) for name, when in said.items()), Branch(id=ELSE, otherwise=True)]


def _whens(cases: list[Map], scope: Scope) -> dict[str, str]:
    """The expressions of some cases by id, each another one."""
    found: dict[str, str] = {}
    for place, case in enumerate(cases):
        name = _case_id(case, place)
        if name != ELSE and name not in found:
            when = say_all(case.get("conditions"), case.get("logical_operator"), scope)
            number = 1 + sum(held.partition(" /* ")[0] == when for held in found.values())
            found[name] = when if number == 1 else once_more(when, number)
    return found


def _numbered(text: str, found: dict[str, str]) -> str:
    """A text that none of those found is: with a number behind it where it has been said before."""
    number, name = 1, text
    while name in found.values():
        number += 1
        name = f"{text} ({number})"
    return name


def _cases_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    before = _cases(prior.settings) if prior is not None else []
    known = {_case_id(case, place): case for place, case in reversed(list(enumerate(before)))}
    said = _whens(before, scope)
    ports: dict[str, str] = {}
    cases: list[Map] = []
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = ELSE
            continue
        name = branch.id if branch.id in known else _new_id(branch, scope, first=not cases and not known)
        cases.append(_case(name, branch, known.get(name), said.get(name), scope))
        ports[branch.id] = name
    old = prior is not None and "cases" not in prior.settings and "conditions" in prior.settings
    mirrored = prior is not None and "conditions" in prior.settings and cases
    if mirrored:
        settings |= {key: cases[0][key] for key in ("conditions", "logical_operator") if key in cases[0]}
    if not (old and [case["case_id"] for case in cases] == ["true"]):
        settings["cases"] = cases
    return ports


def _new_id(branch: Branch, scope: Scope, *, first: bool) -> str:
    return "true" if first else stable_id("case", scope.node.id, branch.id)


def _case(name: str, branch: Branch, known: Map | None, was: str | None, scope: Scope) -> Map:
    """A case, as it stood where it says the same."""
    known = known or {}
    when = branch.when if branch.when is not None else ""
    if known and was == when:
        return {**known, "case_id": name}
    heard = hear_all(when, scope, rows_of(known.get("conditions")))
    rows, operator = heard if heard is not None else ([], "or")  # an empty "or" never holds
    return {**known, "case_id": name, "conditions": rows, "id": name, "logical_operator": operator}


# question-classifier


def _classes_read(node: Node, _: Sequence[Wire], scope: Scope) -> list[Branch]:
    said = _class_names(rows_of(node.settings.get("classes")), scope)
    return [
        Branch(id=name, condition="" if name == OTHERWISE else text, otherwise=name == OTHERWISE)
        for name, text in said.items()
    ]


def _class_names(rows: list[Map], scope: Scope) -> dict[str, str]:
    """What the classes are called by id, each otherwise."""
    found: dict[str, str] = {}
    for row in rows:
        name, said = row.get("id"), row.get("name")
        if isinstance(name, (str, int)) and str(name) and str(name) not in found:
            found[str(name)] = _numbered(texts.read_text(said, scope) if isinstance(said, str) else "", found)
    return found


def _classes_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    before = rows_of(prior.settings.get("classes") if prior is not None else None)
    known = {str(row.get("id")): row for row in reversed(before)}
    names = _class_names(before, scope)
    taken = set(known)
    ports: dict[str, str] = {}
    classes: list[Map] = []
    for place, branch in enumerate(branches, 1):
        name = branch.id if branch.id in known else unique(OTHERWISE if branch.otherwise else str(place), taken)
        taken.add(name)
        row = known.get(name, {})
        said = branch.condition or branch.command or branch.when or branch.event
        said = _OTHERWISE_NAME if branch.otherwise else said
        same = name in known and names.get(name) == said
        written = row.get("name") if same else texts.write_text(said, scope)
        classes.append({**row, "id": row.get("id", name), **({"name": written} if written is not None else {})})
        ports[branch.id] = name
    settings["classes"] = classes
    return ports


# human-input


def _actions_read(node: Node, _: Sequence[Wire], scope: Scope) -> list[Branch]:
    said = _action_names(rows_of(node.settings.get("user_actions")), scope)
    found = [
        Branch(id=name, command="" if name == OTHERWISE else text, otherwise=name == OTHERWISE)
        for name, text in said.items()
    ]
    return [] if list(said) == [GO_ON] else found


def _action_names(rows: list[Map], scope: Scope) -> dict[str, str]:
    """What stands on the buttons by id, on each something else."""
    found: dict[str, str] = {}
    for row in rows:
        name, said = row.get("id"), row.get("title")
        if isinstance(name, str) and name and name not in found:
            text = texts.read_text(said, scope) if isinstance(said, str) and said else name
            found[name] = _numbered(text, found)
    return found


def _actions_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    before = rows_of(prior.settings.get("user_actions") if prior is not None else None)
    known = {row["id"]: row for row in reversed(before) if isinstance(row.get("id"), str)}
    names = _action_names(before, scope)
    taken = set(known)
    ports: dict[str, str] = {}
    actions: list[Map] = []
    for branch in branches:
        said = branch.command or branch.condition or branch.event or branch.when or ""
        name = branch.id if branch.id in known else _action_id(branch, said, taken)
        taken.add(name)
        said = _OTHERWISE_NAME if branch.otherwise else said
        row = known.get(name, {"button_style": "default"})
        same = name in known and names.get(name) == said
        changed = {} if same else {"title": texts.write_text(said, scope)[:_LONGEST]}
        actions.append({**row, "id": name, **changed})
        ports[branch.id] = name
    if not branches and (prior is None or list(known) == [GO_ON]):
        actions = [known.get(GO_ON, {"button_style": "primary", "id": GO_ON, "title": "Continue"})]
    settings["user_actions"] = actions
    return ports


def _action_id(branch: Branch, said: str, taken: set[str]) -> str:
    if branch.otherwise:
        return unique(OTHERWISE, taken)
    words = slug(said, "action").encode("ascii", "ignore").decode().strip("_")[: _LONGEST - 3] or "action"
    return unique(words if _ACTION.fullmatch(words) else f"a_{words}"[: _LONGEST - 3], taken)


CHOICES = {
    "cases": Choices(_cases_read, _cases_write, ("cases", "conditions", "logical_operator")),
    "classes": Choices(_classes_read, _classes_write, ("classes",)),
    "actions": Choices(_actions_read, _actions_write, ("user_actions",)),
}
