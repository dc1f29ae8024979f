"""What a Langflow graph means: which components are steps, what each is given, and what follows what.

Langflow draws where values go, not what happens when. A prompt, an unwired text input, a passed-on message are texts of
the step that they reach; a value that a step takes from another is a reference there. What follows what is what is left
of the links when every one is dropped that a longer way makes needless.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.secrets import without_secrets
from fjctl.formats.langflow_graph import text_at
from fjctl.formats.langflow_prompts import Braces, braces_of, expand, names_in
from fjctl.formats.langflow_types import (
    CHAT_INPUT,
    NO_VARIABLES,
    PASSES,
    PROMPTS,
    ROLES,
    TEXT_INPUT,
    TYPES,
)
from fjctl.model.names import slug, unique
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.langflow_graph import Component, Graph, Link

START_ID = "start"
"""The id of the start of a flow that has no component for it."""
AFTER = "run_after"
"""The field that a component has only to run after another, from which it takes nothing."""
INPUT = "input"
"""What the message is called that starts a flow."""
SOURCE = "source"
"""The role of a component that only feeds parts."""
_IDENTIFIER = re.compile(r"[a-z_][A-Za-z0-9_]*")
_TOOL_OUTPUT = "component_as_tool"


class Flow:
    """One graph, understood. `inputs` are what it is given from outside, by name; `input_of` is which field of which
    component (prompt variable; empty for a text input) each of them fills; `roles` are what parts are to their host."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.start = next((c for kind in (CHAT_INPUT, "Webhook") for c in _of_type(graph, kind)), None)
        self.start_id = self.start.id if self.start is not None else unique(START_ID, graph.components)
        self.inputs: dict[str, Map] = {}
        self.input_of: dict[tuple[str, str], str] = {}
        self.inlined = {c.id for c in graph.components.values() if self._inlined(c)}
        self.given: set[str] = set()
        self._name_inputs()
        self.roles: dict[str, str] = {}
        for component in graph.components.values():
            self._role(component.id, set())
        self.hidden = self.inlined | self.given
        self._templates: dict[str, str] = {}

    # What each component is

    def _inlined(self, component: Component) -> bool:
        """Whether it only makes a text for others, so that its text stands where it goes."""
        links = self.graph.leaving.get(component.id, ())
        if not links or any(role_of(link) not in {"", "prompt"} for link in links):
            return False
        if component.type == TEXT_INPUT:
            return any(link.field == "input_value" for link in self.graph.entering.get(component.id, ()))
        return component.type in PROMPTS

    def _name_inputs(self) -> None:
        """Names what nothing inside the flow gives: the message, text inputs, variables of prompts without a link."""
        if self.start is not None and self.start.type == CHAT_INPUT:
            self._add_input(INPUT, self.start.id, INPUT, self.start.value("input_value"))
        for component in self.graph.components.values():
            if component.type == TEXT_INPUT and component.id not in self.inlined and not component.note:
                self.given.add(component.id)
                self._add_input(_input_name(component), component.id, "", component.value("input_value"))
            elif component.id in self.inlined and component.type in PROMPTS:
                linked = {link.field for link in self.graph.entering.get(component.id, ())}
                for name in names_in(*self.template(component)):
                    if name not in linked:
                        self._add_input(name, component.id, name, component.value(name))

    def _add_input(self, name: str, component: str, field: str, default: Any) -> None:
        shape: Map = {"type": "string", **({"default": default} if default not in (None, "") else {})}
        if name in self.inputs and (self.inputs[name] != shape or not field):
            name = unique(name, self.inputs)
        self.inputs[name] = shape
        self.input_of[component, field] = name

    def _role(self, name: str, above: set[str]) -> str:
        if name in self.roles:
            return self.roles[name]
        if name in above or name in self.inlined or name in self.given or name == self.start_id:
            return ""
        links = self.graph.leaving.get(name, ())
        own = [role_of(link) for link in links]
        found = ""
        if links and all(own):
            found = own[0]
        elif links and not any(own) and self._only_parts(name, links, above | {name}):
            found = SOURCE
        self.roles[name] = found
        return found

    def _only_parts(self, name: str, links: Collection[Link], above: set[str]) -> bool:
        if not all(self._role(link.target, above) for link in links):
            return False
        sources = {link.source for link in self.graph.entering.get(name, ())} - self.inlined - self.given
        return all(self._role(source, above) for source in sources)

    def steps(self) -> list[Component]:
        """The components that are more than a text in others, parts included."""
        return [c for c in self.graph.components.values() if c.id not in self.hidden]

    # What each is given

    def template(self, component: Component) -> tuple[str, Braces, Collection[str]]:
        """A prompt's template, how it spells its variables, and the names that are known to be such."""
        template = component.value("template")
        text: str = without_secrets(template)[0] if isinstance(template, str) else ""
        known = {name for name, field in component.template.items() if isinstance(field, dict)} - NO_VARIABLES
        known |= {link.field for link in self.graph.entering.get(component.id, ())} - NO_VARIABLES
        return text, braces_of(text, known, double=component.value("use_double_brackets") is True), known

    def carried(self, link: Link, above: frozenset[str] = frozenset()) -> str:
        """What a link hands on, as a text with our references."""
        source = self.graph.components[link.source]
        if source.id in above:
            return self._reference(source, link.output)
        if source.id in self.given:
            return f"<@{self.start_id}.{self.input_of[source.id, '']}>"
        if source.id in self.inlined:
            return self.text_of(source, above)
        for field in passed_by(source.type, link.output):
            found = self.fed(source, field, above | {source.id})
            value = found if found is not None else source.value(field)
            if isinstance(value, str) and value:
                return value
        return self._reference(source, link.output)

    def _reference(self, source: Component, output: str) -> str:
        if source is self.start and source.type == CHAT_INPUT and output in {"", "message"}:
            return f"<@{source.id}.{INPUT}>"
        row = TYPES.get(source.type)
        declared = [text_at(item, "name") for item in source.outputs()] + list(row.outputs if row is not None else ())
        output = output or next(iter(declared), "")
        path = row.outputs.get(output, output) if row is not None else output
        return f"<@{source.id}.{path}>" if path else f"<@{source.id}>"

    def text_of(self, component: Component, above: frozenset[str] = frozenset()) -> str:
        """The text that an inlined component makes."""
        if not above and component.id in self._templates:
            return self._templates[component.id]
        if component.type == TEXT_INPUT:
            fed = self.fed(component, "input_value", above | {component.id})
            found = fed if isinstance(fed, str) else "\n".join(fed or ())
        else:
            inner = above | {component.id}
            found = expand(*self.template(component), partial(self._variable, component, inner))
        if not above:
            self._templates[component.id] = found
        return found

    def _variable(self, component: Component, above: frozenset[str], name: str) -> str:
        fed = self.fed(component, name, above)
        if fed is not None:
            return fed if isinstance(fed, str) else "\n".join(fed)
        known = self.input_of.get((component.id, name))
        return f"<@{self.start_id}.{known}>" if known is not None else f"{{{name}}}"

    def fed(self, component: Component, field: str, above: frozenset[str] = frozenset()) -> str | list[str] | None:
        """What links bring to a field: a text, several texts, or None where there is no link."""
        links = [link for link in self.graph.entering.get(component.id, ()) if link.field == field and not link.back]
        links = [link for link in links if not self.roles.get(link.source)]
        if not links:
            return None
        texts = list(dict.fromkeys(self.carried(link, above) for link in links))
        return texts[0] if len(texts) == 1 else texts

    # What follows what

    def hosts(self, name: str, seen: set[str] | None = None) -> list[str]:
        """The steps that a component is, or is in the end given to."""
        if name not in self.hidden and not self.roles.get(name):
            return [name]
        seen = set() if seen is None else seen
        found: dict[str, None] = {}
        if name not in seen:
            seen.add(name)
            for link in self.graph.leaving.get(name, ()):
                found |= dict.fromkeys(self.hosts(link.target, seen))
        return list(found)

    def follows(self) -> list[tuple[str, str, str, Link]]:
        """Which step comes after which: source, way out (empty but for those that choose), target, and the link."""
        found: dict[tuple[str, str, str], Link] = {}
        for link in self.graph.links:
            if link.source in self.hidden or self.roles.get(link.source) or link.back:
                continue
            out = link.output if chooses(self.graph.components[link.source].type) else ""
            for host in self.hosts(link.target):
                if host == link.source and link.target != host:
                    continue
                if link.field == AFTER or (link.source, out, host) not in found:
                    found[link.source, out, host] = link
        return [(*ends, link) for ends, link in found.items()]


def _of_type(graph: Graph, kind: str) -> list[Component]:
    return [c for c in graph.components.values() if c.type == kind and not c.note]


def _input_name(component: Component) -> str:
    """What a text input is called: as its id says, where that is no chance one, else after its label."""
    said = component.raw_id.removeprefix(f"{TEXT_INPUT}-")
    if said.isidentifier() and slug(said) == slug(component.name):
        return said
    return component.name if _IDENTIFIER.fullmatch(component.name) else slug(component.name, "text_input")


def role_of(link: Link) -> str:
    """What the source of a link is to its target; empty where it only hands a value on."""
    if link.output == _TOOL_OUTPUT or link.field == "tools":
        return "tool"
    return next((ROLES[kind] for kind in link.types if kind in ROLES), "")


def passed_by(kind: str, output: str) -> tuple[str, ...]:
    """The fields of a component that an output of it may hand on."""
    passes = PASSES.get(kind, {})
    return passes.get(output, passes.get("", ()))


def chooses(kind: str) -> bool:
    """Whether it matters by which output a component of this type is left."""
    row = TYPES.get(kind)
    return row is not None and (bool(row.choices) or row.kind is BlockKind.LOOP)


def reduced(edges: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The edges (source, way out, target) without those that a longer way makes needless; those within a cycle stay."""
    leaving: dict[str, list[tuple[str, str]]] = {}
    for source, out, target in edges:
        leaving.setdefault(source, []).append((out, target))
    reach: dict[str, set[str]] = {}
    for name in leaving:
        reach[name] = _reached(name, leaving)
    kept = []
    for source, out, target in edges:
        cyclic = source == target or source in reach.get(target, ())
        others = {to for way, to in leaving[source] if to != target and (way == out or not out)}
        if cyclic or not any(target in reach.get(other, ()) for other in others):
            kept.append((source, out, target))
    return kept


def _reached(name: str, leaving: dict[str, list[tuple[str, str]]]) -> set[str]:
    found: set[str] = set()
    stack = [target for _, target in leaving[name]]
    while stack:
        current = stack.pop()
        if current not in found:
            found.add(current)
            stack += [target for _, target in leaving.get(current, ())]
    return found


def lifted(way: tuple[str, str, str], parents: Mapping[str, str | None]) -> tuple[str, str, str] | None:
    """A way between steps that sit in different loops, as one between what stands side by side: the loops themselves,
    where they are not around both. None for a way from inside a loop to that very loop."""
    source, out, target = way
    outer, inner = _above(source, parents), _above(target, parents)
    if source in inner[1:]:
        return source, out, inner[inner.index(source) - 1]
    for place, name in enumerate(outer):
        beside = next((other for other in inner if parents.get(other) == parents.get(name)), None)
        if beside is not None:
            return None if beside == name and source != target else (name, out if place == 0 else "", beside)
    return way


def _above(name: str, parents: Mapping[str, str | None]) -> list[str]:
    """A step and the loops around it, from the inside out."""
    found: list[str] = []
    current: str | None = name
    while current is not None and current not in found:
        found.append(current)
        current = parents.get(current)
    return found
