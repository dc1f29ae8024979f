"""Rules about references: what they name, whether it is there, and whether it can be there in time."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.checks.outputs import fields_of
from fjctl.checks.rule import Problem, Repair
from fjctl.diagnostics import Safety, Severity
from fjctl.model.journey import walk
from fjctl.model.names import RESERVED_NAMES
from fjctl.model.references import BY_ID, environment, normalize, references, rename_all
from fjctl.model.workflow import CONTAINER_KINDS, ENTRY_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fjctl.checks.build import Text
    from fjctl.checks.graph import Node
    from fjctl.checks.rule import Model, Spot
    from fjctl.checks.subject import Subject
    from fjctl.model.references import Reference

_SPECIAL = frozenset({"loop", "parallel", "variable", "start", "reply", "result", "event", "input", "error"})
"""First parts of references that name no node."""
_BY_NAME = frozenset({"sim", "reactflow"})
"""Formats whose own references look like ours. In others, what looks like one and names nothing is prose."""
_EXACT = frozenset({"expression", "javascript", "python"})
"""Roles in which a name that means nothing is a mistake for certain; in prose it may be a tag."""
_LOOP_FIELDS = frozenset({"index", "iteration", "currentItem", "item", "items", "results", "result"})
_TAG = re.compile(r"</[^<>]+>|<[^<>]+/>")


class Used(NamedTuple):
    """A reference where it is used, with the node it names, if any."""

    text: Text
    reference: Reference
    target: Node | None

    @property
    def spot(self) -> Spot:
        """The place of the reference in its text."""
        return self.text.spot.within(self.written, self.reference.start)

    @property
    def written(self) -> str:
        """The reference as it stands there."""
        return self.text.value[self.reference.start : self.reference.end]

    @property
    def shown(self) -> str:
        """The reference as people read it: with the block's name where it stands by its id."""
        if self.target is None or not self.reference.name.startswith(BY_ID):
            return self.written
        return f"<{self.target.label}.{self.reference.path}>"


def used_in(subject: Subject) -> list[Used]:
    """The references of a subject, found once for all rules."""
    found: list[Used] | None = subject.__dict__.get("_used")
    if found is None:
        found = subject.__dict__["_used"] = [
            Used(text, item, subject.resolve(item.name))
            for text in subject.texts
            if "<" in text.value
            for item in references(text.value)
        ]
    return found


def _near(name: str, known: list[str]) -> str:
    plain = {other.casefold(): other for other in reversed(known)}
    return plain.get(next(iter(get_close_matches(name.casefold(), plain, 1, 0.75)), ""), "")


def _renamed(old: str, new: str) -> Callable[[Model], None]:
    """Renames the first part of references wherever it stands."""
    wanted = normalize(old)

    def resolve(name: str, path: str) -> str | None:
        return f"{new}.{path}" if normalize(name) == wanted and path else None

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            for block in model.blocks:
                block.fields = _all(block.fields, resolve)
                for branch in block.branches:
                    branch.when = None if branch.when is None else _all(branch.when, resolve)
            return
        for key in ("tools", "states", "guidelines", "triggers", "canned"):
            if key in model:
                model[key] = _all(model[key], resolve)

    return apply


def _all(value: Any, resolve: Callable[[str, str], str | None]) -> Any:
    return rename_all(value, resolve)


def unknown_block(subject: Subject) -> Iterator[Problem]:
    """A reference to a block or state that does not exist.

    Why: a name was misspelt, or the block was renamed or removed.

    When it runs: Sim leaves the text of such a reference as it is, so that the model reads `<writr.content>`; in an
    expression or in code that is a syntax error. A journey finds nothing.

    Example:
        answer: {chat: "Summarise <writr.content>"}

    Instead: name the state as it is called.
        answer: {chat: "Summarise <writer.content>"}
    """
    names = subject.names
    for item in used_in(subject):
        name = item.reference.name
        if item.target is not None or not item.reference.path or normalize(name) in _SPECIAL | subject.entries:
            continue
        exact = item.text.role in _EXACT
        near = _near(name, names) or _near(normalize(name), [normalize(other) for other in names])
        prose = _is_markup(item) or subject.dialect not in _BY_NAME
        if not exact and not near and not name.startswith(BY_ID) and prose:
            continue
        near = "" if name.startswith(BY_ID) else normalize(near) if subject.side == "workflow" else near
        noun = "block" if subject.side == "workflow" else "state"
        hint = f"did you mean <{near}.{item.reference.path}>?" if near else f"name a {noun} of this flow, or remove it"
        repair = Repair(f"write {near}", _renamed(name, near), Safety.UNSAFE) if near else None
        level = Severity.ERROR if exact or near else Severity.WARNING
        message = f"{item.written} names no {noun}: there is none called {name.removeprefix(BY_ID)!r}"
        yield Problem(item.spot, message, hint, item.text.node, repair, level)


def _is_markup(item: Used) -> bool:
    """Whether a text is full of tags, in which something with a dot is one more."""
    return _TAG.search(item.text.value) is not None


def unknown_field(subject: Subject) -> Iterator[Problem]:
    """A reference to a field that a block does not give.

    Why: the value is never there.

    When it runs: Sim stops with "InvalidFieldError" and lists the fields; other builders give nothing.

    Example:
        <fetch.body>, where `fetch` is an HTTP request

    Instead: an HTTP request gives `data`, `status` and `headers`.
        <fetch.data>
    """
    if subject.dialect not in _BY_NAME:
        return
    for item in used_in(subject):
        node = item.target
        if node is None or not item.reference.path or normalize(item.reference.name) in _SPECIAL:
            continue
        known = fields_of(node)
        first = re.split(r"[.\[]", item.reference.path, maxsplit=1)[0]
        if known is None or first in known or not first:
            continue
        shown = sorted(known - {"error", "response"})
        near = _near(first, shown)
        hint = f"did you mean {near!r}? " if near else ""
        message = f"{node.label!r} gives no {first!r}"
        yield Problem(item.spot, message, f"{hint}it gives {', '.join(shown)}", item.text.node)


def _in_loop_with(subject: Subject, node: str, other: str) -> bool:
    """Whether two nodes share a container or a cycle, so that each can come before the other."""
    graph = subject.graph
    if node not in graph.nodes or other not in graph.nodes:
        return True
    around = set(graph.ancestors(node))
    if other in around or around & set(graph.ancestors(other)) or node in graph.ancestors(other):
        return True
    return any(node in part and other in part for part in graph.cycles)


def never_before(subject: Subject) -> Iterator[Problem]:
    """A reference to a block that cannot have run yet, on any path.

    Why: the value is always empty.

    When it runs: Sim puts nothing in its place, or null in code; a journey does the same.

    Example:
        greet: {chat: "Greet <look_up.result>", next: look_up}
        look_up: {tool: look_up}

    Instead: run it before.
        look_up: {tool: look_up, next: greet}
        greet: {chat: "Greet <look_up.result>"}
    """
    graph = subject.graph
    for item in _between_nodes(subject):
        node, other = item.text.node, item.target.id if item.target else ""
        if graph.may_be_before(node, other) or node == other:
            continue
        if node not in graph.reachable or _in_loop_with(subject, node, other):
            continue
        label = graph.nodes[other].label
        message = f"{label!r} cannot have run before {graph.nodes[node].label!r}, so {item.shown} is empty"
        yield Problem(item.spot, message, f"lead the way through {label!r} first", node)


def _between_nodes(subject: Subject) -> Iterator[Used]:
    """References from one node's texts to another node; not to entries, which have always run, nor into containers."""
    graph = subject.graph
    for item in used_in(subject):
        node = item.target
        if node is None or item.text.node not in graph.nodes or not item.reference.path:
            continue
        if normalize(item.reference.name) in _SPECIAL or node.kind in ENTRY_KINDS:
            continue
        yield item


def maybe_not_before(subject: Subject) -> Iterator[Problem]:
    """A reference to a block that has run on some paths only.

    Why: on the others the value is empty. Sometimes that is meant: a text that takes whichever branch gave an answer.

    When it runs: Sim puts nothing in its place, or null in code.

    Example:
        a text behind a join that names a block of one branch

    Instead: give the other path a value, too, or ask only where it is there.
        a variable that both branches set
    """
    graph = subject.graph
    for item in _between_nodes(subject):
        node, other = item.text.node, item.target.id if item.target else ""
        if node not in graph.reachable or other not in graph.reachable or node == other:
            continue
        if not graph.may_be_before(node, other) or graph.always_before(node, other):
            continue
        if _in_loop_with(subject, node, other):
            continue
        label = graph.nodes[other].label
        message = f"{label!r} has run on some paths to {graph.nodes[node].label!r} only"
        yield Problem(item.spot, message, "make sure that nothing is wrong where it is empty", node)


def own_output(subject: Subject) -> Iterator[Problem]:
    """A block that refers to its own output.

    Why: it is not there before the block has run.

    When it runs: the reference is empty; in a loop it is what the round before gave.

    Example:
        writer: {chat: "Improve <writer.content>"}

    Instead: refer to the block before, or keep the value in a variable.
        writer: {chat: "Improve <variable.draft>"}
    """
    for item in _between_nodes(subject):
        node = item.target
        if node is None or node.id != item.text.node or node.kind in CONTAINER_KINDS:
            continue
        if item.text.path[:1] in {("sets",), ("next",), ("branches",), ("messages",), ("talk",)}:
            continue
        if subject.graph.ancestors(node.id) or any(node.id in part for part in subject.graph.cycles):
            continue
        message = f"{node.label!r} refers to its own output, which is not there yet"
        yield Problem(item.spot, message, "refer to a block before it", node.id)


def reserved_name(subject: Subject) -> Iterator[Problem]:
    """A block with a name that means something else in references.

    Why: `<loop.index>` is the loop around, never a block called Loop.

    When it runs: Sim's editor refuses the name; in a file from elsewhere, nobody can refer to the block.

    Example:
        a block called "Variable"

    Instead: another name.
        Set the total
    """
    if subject.format != "sim":
        return
    for node in subject.graph.nodes.values():
        if normalize(node.label) in RESERVED_NAMES and node.kind not in CONTAINER_KINDS:
            message = f"no reference can name {node.label!r}: the word means something else there"
            yield Problem(node.spot, message, "give it another name", node.id)


def _variable_uses(subject: Subject) -> Iterator[tuple[Used, str]]:
    for item in used_in(subject):
        if normalize(item.reference.name) == "variable" and item.reference.path:
            yield item, re.split(r"[.\[]", item.reference.path, maxsplit=1)[0]


def undeclared_variable(subject: Subject) -> Iterator[Problem]:
    """A reference to a variable that is declared nowhere and set nowhere.

    Why: it has no value.

    When it runs: Sim leaves the text of the reference as it is; a journey finds nothing.

    Example:
        variables: {order_id: {type: string}}
        states: {ask: {chat: "Look up <variable.orderid>"}}

    Instead: name it as it is declared.
        states: {ask: {chat: "Look up <variable.order_id>"}}
    """
    declared = _declared(subject)
    known = {normalize(name) for name in declared} | {normalize(name) for name in _set_names(subject)}
    for item, name in _variable_uses(subject):
        if normalize(name) in known:
            continue
        near = _near(name, list(declared))
        repair = Repair(f"write {near}", _renamed_variable(name, near), Safety.UNSAFE) if near else None
        hint = f"did you mean <variable.{near}>?" if near else f"declare it, or set it before: `{name}`"
        message = f"there is no variable {name!r}"
        yield Problem(item.spot, message, hint, item.text.node, repair)


def _declared(subject: Subject) -> dict[str, Any]:
    """Declared variables by name: those of the flow, and the inputs of its entries."""
    found = dict(subject.variables)
    for node in subject.graph.nodes.values():
        inputs = node.fields.get("inputs") if node.kind in ENTRY_KINDS else None
        if isinstance(inputs, dict):
            found |= inputs
    if subject.side == "journey":
        for entry in subject.the_journey.get("entries", {}).values():
            found |= entry.get("inputs", {})
    return found


def _renamed_variable(old: str, new: str) -> Callable[[Model], None]:
    def resolve(name: str, path: str) -> str | None:
        head = re.split(r"[.\[]", path, maxsplit=1)[0]
        return f"{name}.{new}{path[len(head) :]}" if normalize(name) == "variable" and head == old else None

    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            for block in model.blocks:
                block.fields = _all(block.fields, resolve)
                for branch in block.branches:
                    branch.when = None if branch.when is None else _all(branch.when, resolve)
            return
        for key in ("tools", "states", "guidelines"):
            if key in model:
                model[key] = _all(model[key], resolve)

    return apply


def _set_names(subject: Subject) -> dict[str, list[str]]:
    """The variables that something sets, with the nodes that do it."""
    found: dict[str, list[str]] = {}
    for node in subject.graph.nodes.values():
        tool = node.fields.get("tool")
        assigned: Mapping[str, Any] = tool.get("assign") or {} if isinstance(tool, dict) else {}
        talk = node.fields.get("talk")
        kept = node.fields.get("sets") or (talk.get("sets") if isinstance(talk, dict) else None)
        for name in [*assigned, *(kept if isinstance(kept, dict) else {})]:
            found.setdefault(name, []).append(node.id)
        result = node.fields.get("result")
        if isinstance(result, str) and result.isidentifier():
            found.setdefault(result, []).append(node.id)
    return found


def unused_variable(subject: Subject) -> Iterator[Problem]:
    """A variable that nothing reads.

    Why: it is left over, or a reference to it is misspelt.

    When it runs: nothing; it is stored and shown.

    Example:
        variables: {total: {type: number}}

    Instead: use it, or remove it.
        variables: {}
    """
    read = {normalize(name) for _, name in _variable_uses(subject)}
    read |= {normalize(item.reference.name) for item in used_in(subject)}
    mentioned = _code_words(subject)
    for name, item in subject.variables.items():
        if isinstance(item, dict) and item.get("input"):
            continue  # what is given may be meant for a tool
        if normalize(name) not in read and name not in mentioned:
            spot = subject.variable_spot(name)
            yield Problem(spot, f"nothing reads variable {name!r}", "use it, or remove it", "")


def _code_words(subject: Subject) -> set[str]:
    """Words in code, which may read variables by name."""
    code = (text.value for text in subject.texts if text.role in {"javascript", "python", "shell"})
    return {word for value in code for word in re.findall(r"\w+", value)}


def never_set(subject: Subject) -> Iterator[Problem]:
    """A variable that is read, has no value to begin with, and is never set.

    Why: it is empty wherever it is used.

    When it runs: an empty text or null stands in its place.

    Example:
        variables: {total: {type: number}}
        states: {tell: {chat: "Tell them the total: <variable.total>"}}

    Instead: set it, or give it a default.
        variables: {total: {type: number, default: 0}}
    """
    done = _set_names(subject)
    given = {normalize(name) for name in done}
    for item, name in _once(_variable_uses(subject)):
        known = subject.variables.get(name)
        if not isinstance(known, dict) or known.get("input") or known.get("default") is not None:
            continue
        if normalize(name) not in given and not _may_be_set_in_code(subject):
            message = f"variable {name!r} is never set, and has no default"
            yield Problem(item.spot, message, "set it before, or give it a default", item.text.node)


def _once(uses: Iterator[tuple[Used, str]]) -> Iterator[tuple[Used, str]]:
    seen: set[str] = set()
    for item, name in uses:
        if name not in seen:
            seen.add(name)
            yield item, name


def _may_be_set_in_code(subject: Subject) -> bool:
    """Whether something keeps results in ways that only its builder knows."""
    return any(node.kind in {BlockKind.OPAQUE, BlockKind.MEMORY} for node in subject.graph.nodes.values())


def used_before_set(subject: Subject) -> Iterator[Problem]:
    """A variable without a default that is read where nothing can have set it yet.

    Why: it is empty there.

    When it runs: an empty text or null stands in its place.

    Example:
        states:
          tell: {chat: "The total is <variable.total>", next: add}
          add: {tool: add, sets: {total: <result>}}

    Instead: set it first, or give it a default.
        states:
          add: {tool: add, sets: {total: <result>}, next: tell}
          tell: {chat: "The total is <variable.total>"}
    """
    graph = subject.graph
    done = {normalize(name): nodes for name, nodes in _set_names(subject).items()}
    for item, name in _variable_uses(subject):
        known, setters = subject.variables.get(name), done.get(normalize(name))
        if not setters or not isinstance(known, dict) or known.get("input") or known.get("default") is not None:
            continue
        node = item.text.node
        if node not in graph.reachable or node in setters:
            continue
        if any(graph.may_be_before(node, other) or _in_loop_with(subject, node, other) for other in setters):
            continue
        label = graph.nodes[setters[0]].label
        message = f"variable {name!r} is read before anything can have set it"
        yield Problem(item.spot, message, f"set it first (now {label!r} does, later), or give it a default", node)


def unknown_environment(subject: Subject) -> Iterator[Problem]:
    """A name in braces that the project does not know.

    Why: the value is missing where the flow runs.

    When it runs: Sim leaves `{{SHOP_TOKN}}` as it is, and sends it so.

    Example:
        headers: {Authorization: "Bearer {{SHOP_TOKN}}"}

    Instead: name it as it is set; `environment` or `environment-file` in the configuration lists the names.
        headers: {Authorization: "Bearer {{SHOP_TOKEN}}"}
    """
    known = subject.knowledge.environment
    if known is None:
        return
    for text in subject.texts:
        for name in dict.fromkeys(environment(text.value)) if "{{" in text.value else ():
            if name not in known:
                near = _near(name, sorted(known))
                hint = f"did you mean {near!r}?" if near else "set it, or add it to the project's `check.environment`"
                yield Problem(text.spot.within(name), f"the environment has no {name!r}", hint, text.node)


def outside_loop(subject: Subject) -> Iterator[Problem]:
    """A reference to the round of a loop, where there is no loop around.

    Why: there is no round, so there is no item and no number.

    When it runs: Sim leaves the reference as it is; in code that is an error.

    Example:
        a block behind a loop that says <loop.currentItem>

    Instead: behind the loop there are its results.
        <each_item.results>
    """
    graph = subject.graph
    for item in used_in(subject):
        word = normalize(item.reference.name)
        if word not in {"loop", "parallel"} or item.text.node not in graph.nodes:
            continue
        first = re.split(r"[.\[]", item.reference.path, maxsplit=1)[0]
        if first not in _LOOP_FIELDS or item.target is not None:
            continue
        around = [graph.nodes[name].kind for name in graph.ancestors(item.text.node)]
        own = graph.nodes[item.text.node].kind
        if not any(kind in CONTAINER_KINDS for kind in [*around, own]):
            message = f"{item.written} stands outside every {word}"
            hint = "inside, it is the round; behind, refer to the results of the container by its name"
            yield Problem(item.spot, message, hint, item.text.node)


def undeclared_input(subject: Subject) -> Iterator[Problem]:
    """A reference to an input that the start does not declare.

    Why: nobody who starts the flow is told to give it.

    When it runs: Sim passes on extra values that a caller happens to send; otherwise the field is missing.

    Example:
        <start.orderid>, where the start declares order_id

    Instead: name it as it is declared, or declare it.
        <start.order_id>
    """
    if subject.format not in {"sim", "reactflow"}:
        return
    for item in used_in(subject):
        node = item.target
        if node is None or node.kind is not BlockKind.START or not item.reference.path:
            continue
        inputs = node.fields.get("inputs")
        first = re.split(r"[.\[]", item.reference.path, maxsplit=1)[0]
        if not isinstance(inputs, dict) or not inputs or first in inputs or first in _START_FIELDS:
            continue
        near = _near(first, list(inputs))
        hint = f"did you mean {near!r}?" if near else f"declare it, or use one of {', '.join(inputs)}"
        yield Problem(item.spot, f"{node.label!r} declares no input {first!r}", hint, item.text.node)


_START_FIELDS = frozenset({"input", "conversationId", "files", "response", "metadata", "body", "payload", "error"})


def nested_loop_name(subject: Subject) -> Iterator[Problem]:
    """A field of a loop's round that is asked for by the loop's name from outside.

    Why: by name, only `results` is there once the loop is over.

    When it runs: Sim stops with an error that names the fields.

    Example:
        behind the loop: <each_item.currentItem>

    Instead: take the results.
        <each_item.results>
    """
    graph = subject.graph
    for item in _between_nodes(subject):
        node = item.target
        if node is None or node.kind not in CONTAINER_KINDS or node.id == item.text.node:
            continue
        first = re.split(r"[.\[]", item.reference.path, maxsplit=1)[0]
        if first in _LOOP_FIELDS - {"results", "result"} and node.id not in graph.ancestors(item.text.node):
            message = f"{item.shown} is asked for outside {node.label!r}"
            yield Problem(item.spot, message, f"take <{item.reference.name}.results>", item.text.node)


def by_id_in_journey(subject: Subject) -> Iterator[Problem]:
    """A reference by a node's id in a journey.

    Why: ids belong to one builder's file, and change with every import.

    When it runs: nothing answers to it.

    Example:
        answer: {chat: "Summarise <@8f2c.content>"}

    Instead: the state's name.
        answer: {chat: "Summarise <writer.content>"}
    """
    nodes = subject.the_journey.get("origin", {}).get("nodes", {})
    names = {node: name for name, node in nodes.items()}
    states = {name for _, name, _ in walk(subject.the_journey["states"])}
    for item in used_in(subject):
        if item.reference.name.startswith(BY_ID) and item.reference.path:
            name = names.get(item.reference.name[1:], "").partition(".")[0]
            hint = f"write <{name}.{item.reference.path}>" if name in states else "write the state's name"
            yield Problem(item.spot, f"{item.written} names a block by its id", hint, item.text.node)
