"""How n8n's nodes spell their ways out: which output is which branch, and what each branch says.

A port of the drawing is named for what it means (`true`, `done`, `error`) or by its number; `outputs` gives the ports
of a node in the order in which the document numbers them. Sources: the `outputs` of the nodes in n8n-nodes-base and
@n8n/n8n-nodes-langchain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.canvas.paths import at, put
from fjctl.formats.n8n_conditions import old_test, operand, read_filter, read_old, write_filter
from fjctl.formats.n8n_references import read_text, rewrite_text, write_text
from fjctl.formats.n8n_types import FALLBACK, UNREAD, VERSION, short
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

_SENTIMENTS = "Positive, Neutral, Negative"
_V1_OUTPUTS = 4
_NEWEST_OLD_SWITCH = 3
EXTRA = "fallback"


def version(node: Node) -> float:
    """A node's `typeVersion`; that of the newest shape where it has none."""
    found = node.settings.get(VERSION, node.raw.get("typeVersion"))
    known = (
        isinstance(found, (int, float)) and not isinstance(found, bool) and short(node.raw.get("type")) == _base(node)
    )
    return found if known and found is not None else 99.0


def _base(node: Node) -> str:
    return node.type.partition("/")[0]


def outputs(node: Node) -> list[str]:
    """The ports of a node's outputs, in the order of the document; `["0"]` for a node with a single way out."""
    return _OUTPUTS.get(_base(node), _single)(node)


def _single(_: Node) -> list[str]:
    return ["0"]


def _rows(settings: Map, *path: str) -> list[Map]:
    found = at(settings, path)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _switch_ports(node: Node) -> list[str]:
    settings = node.settings
    if settings.get("mode") == "expression":
        amount = settings.get("numberOutputs", settings.get("outputsAmount", _V1_OUTPUTS))
        return [str(place) for place in range(min(amount, 999) if type(amount) is int else _V1_OUTPUTS)]
    if version(node) < 2:
        return [str(place) for place in range(_V1_OUTPUTS)]
    rules = _rows(settings, "rules", "values" if version(node) >= _NEWEST_OLD_SWITCH else "rules")
    ports = [str(place) for place in range(len(rules))]
    return [*ports, EXTRA] if _fallback(settings, "fallbackOutput") == "extra" else ports


def _fallback(settings: Map, option: str) -> object:
    """Where goes what fits no branch: lifted already, or among the options still."""
    found = settings.get(FALLBACK)
    return found if found is not None else at(settings, ("options", option))


def _categories(node: Node) -> list[str]:
    ports = [str(place) for place in range(len(_rows(node.settings, "categories", "categories")))]
    return [*ports, EXTRA] if _fallback(node.settings, "fallback") == "other" else ports


def _sentiments(node: Node) -> list[str]:
    return [str(place) for place in range(len(_words(node.settings)))]


def _words(settings: Map) -> list[str]:
    text = at(settings, ("options", "categories"))
    return [word.strip() for word in (text if isinstance(text, str) else _SENTIMENTS).split(",")]


def _batches(node: Node) -> list[str]:
    if version(node) < 2:
        return ["0"]
    return ["loop", "done"] if version(node) < _NEWEST_OLD_SWITCH else ["done", "loop"]


_OUTPUTS: dict[str, Callable[[Node], list[str]]] = {
    "if": lambda _: ["true", "false"],
    "filter": lambda _: ["true"],
    "switch": _switch_ports,
    "splitInBatches": _batches,
    "textClassifier": _categories,
    "sentimentAnalysis": _sentiments,
    "guardrails": lambda node: ["0"] if node.settings.get("operation") == "sanitize" else ["true", "false"],
}


# If and filter


def _read_if(node: Node, scope: Scope) -> str:
    conditions = node.settings.get("conditions")
    if version(node) < 2:
        joined = node.settings.get("combineOperation") == "any" or node.settings.get("combineConditions") == "OR"
        found = read_old(conditions, scope, either=joined)
    else:
        found = read_filter(conditions, scope)
    return found or "true"


def _if_branches(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    return [Branch(id="true", when=_read_if(node, scope)), Branch(id="false", otherwise=True)]


def _filter_branches(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    return [Branch(id="true", when=_read_if(node, scope))]


def _if_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    chosen = next((branch for branch in branches if branch.when is not None), None)
    when = (chosen.when if chosen is not None else None) or "true"
    known = prior is not None and prior.settings
    if prior is not None and known and _read_if(prior, scope) == when:
        for key in ("conditions", "combineOperation", "combineConditions"):
            if key in prior.settings:
                settings[key] = prior.settings[key]
    elif when != "true" or UNREAD not in settings:
        before = prior.settings.get("conditions") if prior is not None else None
        settings["conditions"] = write_filter(when, before, scope, scope.node.id)
        if prior is not None and version(scope.node) < 2:
            settings[VERSION] = 2.2
    return {branch.id: "false" if branch.otherwise else "true" for branch in branches}


# Switch


def _switch_branches(node: Node, wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    found = _rules_read(node, scope)
    fallback = node.settings.get(FALLBACK)
    if fallback == "extra":
        found.append(Branch(id=EXTRA, otherwise=True))
    elif type(fallback) is int and fallback >= 0 and all(branch.id != str(fallback) for branch in found):
        found.append(Branch(id=str(fallback), otherwise=True))
    known = {branch.id for branch in found}
    extra = dict.fromkeys(wire.out for wire in wires if wire.out.isdecimal() and wire.out not in known)
    return [*found, *(Branch(id=port, when="false") for port in extra)]


def _rules_read(node: Node, scope: Scope) -> list[Branch]:
    settings = node.settings
    if settings.get("mode") == "expression":
        script = operand(settings.get("output", 0), "number", scope)
        return [Branch(id=port, when=f"({script}) == {port}") for port in _switch_ports(node)]
    if version(node) >= _NEWEST_OLD_SWITCH:
        rules = enumerate(_rows(settings, "rules", "values"))
        return [_new_rule(rule, str(place), scope) for place, rule in rules]
    kind = settings.get("dataType", "number")
    found: dict[str, Branch] = {}
    for place, rule in enumerate(_rows(settings, "rules", "rules")):
        port = str(rule.get("output", 0) if version(node) < 2 else place)
        when = old_test(str(kind), {"value2": 0, **rule}, settings.get("value1"), scope) or "false"
        if port in found:
            when = f"{found[port].when} || {when}"
        label = rule.get("outputKey")
        found[port] = Branch(id=port, when=when, condition=label if isinstance(label, str) else "")
    return list(found.values())


def _new_rule(rule: Map, port: str, scope: Scope) -> Branch:
    label = rule.get("outputKey") if rule.get("renameOutput") is True else None
    when = read_filter(rule.get("conditions"), scope) or "true"
    return Branch(id=port, when=when, condition=read_text(label, scope) if isinstance(label, str) else "")


_SWITCH_KEYS = ("rules", "mode", "output", "numberOutputs", "outputsAmount", "dataType", "value1", FALLBACK)


def _switch_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    known = _switch_branches(prior, (), scope) if prior is not None and prior.settings else []
    if prior is not None and known and [_said_by(b) for b in known] == [_said_by(b) for b in branches]:
        settings |= {key: prior.settings[key] for key in _SWITCH_KEYS if key in prior.settings}
        return {branch.id: other.id for branch, other in zip(branches, known, strict=True)}
    new_shape = prior is not None and version(prior) >= _NEWEST_OLD_SWITCH
    rules = _rows(prior.settings, "rules", "values") if prior is not None and new_shape else []
    before = {_key(_new_rule(rule, "", scope)): rule for rule in rules}
    manner = next((rule["conditions"] for rule in rules if isinstance(rule.get("conditions"), dict)), None)
    chosen = [branch for branch in branches if not branch.otherwise]
    settings["rules"] = {
        "values": [before.get(_key(b)) or _rule(b, manner, scope, place) for place, b in enumerate(chosen)]
    }
    if any(branch.otherwise for branch in branches):
        settings[FALLBACK] = "extra"
    if prior is not None and not new_shape:
        settings[VERSION] = 3.2
    ports = {branch.id: str(place) for place, branch in enumerate(chosen)}
    return ports | {branch.id: EXTRA for branch in branches if branch.otherwise}


def _said_by(branch: Branch) -> tuple[object, ...]:
    return (*branch.reason(), branch.condition)


def _key(branch: Branch) -> tuple[str | None, str]:
    return branch.when, branch.condition


def _rule(branch: Branch, manner: Any, scope: Scope, place: int) -> Map:
    conditions = write_filter(branch.when or "true", manner, scope, f"{scope.node.id} {place}")
    label: Map = {"renameOutput": True, "outputKey": write_text(branch.condition, scope)} if branch.condition else {}
    return {"conditions": conditions, **label}


# A model chooses


def _said(branch: Branch) -> str:
    return branch.condition or branch.command or branch.event


def _class_branches(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    rows = _rows(node.settings, "categories", "categories")
    found = [Branch(id=str(place), condition=_category(row, scope)) for place, row in enumerate(rows)]
    other = node.settings.get(FALLBACK) == "other"
    return [*found, Branch(id=EXTRA, otherwise=True)] if other else found


def _category(row: Map, scope: Scope) -> str:
    texts = [read_text(row[key], scope) for key in ("category", "description") if isinstance(row.get(key), str)]
    return ": ".join(text for text in texts if text)


def _class_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    rows = _rows(prior.settings, "categories", "categories") if prior is not None else []
    before = {_category(row, scope): row for row in rows}
    chosen = [branch for branch in branches if not branch.otherwise]
    written = [before.get(_said(branch)) or _new_category(_said(branch), scope) for branch in chosen]
    put(settings, ("categories", "categories"), written)
    if any(branch.otherwise for branch in branches):
        settings[FALLBACK] = "other"
    ports = {branch.id: str(place) for place, branch in enumerate(chosen)}
    return ports | {branch.id: EXTRA for branch in branches if branch.otherwise}


def _new_category(text: str, scope: Scope) -> Map:
    name, _, description = text.partition(": ")
    row: Map = {"category": write_text(name, scope)}
    return {**row, "description": write_text(description, scope)} if description else row


def _mood_branches(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    return [Branch(id=str(place), condition=read_text(word, scope)) for place, word in enumerate(_words(node.settings))]


def _mood_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    words = ", ".join(_said(branch) for branch in branches)
    before = at(prior.settings, ("options", "categories")) if prior is not None else None
    same = prior is not None and [b.condition for b in _mood_branches(prior, (), scope)] == list(map(_said, branches))
    if same and isinstance(before, str):
        put(settings, ("options", "categories"), before)
    elif not same and words != _SENTIMENTS:
        text = rewrite_text(words, before, scope) if isinstance(before, str) else write_text(words, scope)
        put(settings, ("options", "categories"), text)
    return {branch.id: str(place) for place, branch in enumerate(branches)}


def _guard_branches(_node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    return [Branch(id="true", condition=PASSES), Branch(id="false", otherwise=True)]


PASSES = "The text passes the guardrails"


def _guard_write(branches: Sequence[Branch], _prior: Node | None, _settings: Map, _scope: Scope) -> dict[str, str]:
    return {branch.id: "false" if branch.otherwise else "true" for branch in branches}


# Nodes with several outputs whose names nobody knows


def _ways_branches(node: Node, wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    amount = node.mark.partition(":")[2]
    used = [int(wire.out) + 1 for wire in wires if wire.out.isdecimal()]
    count = max([int(amount) if amount.isdecimal() else 0, *used])
    return [Branch(id=str(place), condition=f"It leaves by way {place + 1}") for place in range(count)]


def _ways_write(branches: Sequence[Branch], prior: Node | None, _settings: Map, _scope: Scope) -> dict[str, str]:
    del prior
    known = {f"It leaves by way {place + 1}": str(place) for place in range(len(branches))}
    return {branch.id: known.get(_said(branch), str(place)) for place, branch in enumerate(branches)}


CHOICES: Mapping[str, Choices] = {
    "if": Choices(_if_branches, _if_write, ("conditions", "combineOperation")),
    "filter": Choices(_filter_branches, _if_write, ("conditions", "combineConditions")),
    "switch": Choices(_switch_branches, _switch_write, _SWITCH_KEYS),
    "class": Choices(_class_branches, _class_write, ("categories", FALLBACK)),
    "mood": Choices(_mood_branches, _mood_write),
    "guard": Choices(_guard_branches, _guard_write),
    "ways": Choices(_ways_branches, _ways_write),
}
"""By the names that the table gives them."""
