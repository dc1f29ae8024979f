"""What fields are given, written as links: a lone reference becomes a link, a text with references a prompt component.

In the manner of the prior document: a field that a prompt fed is fed by that prompt, with its text changed; a link that
brought what the field still says stays as it is, also where it came by way of a component that only passes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.canvas.paths import map_texts
from fjctl.formats.langflow_fields import is_reference
from fjctl.formats.langflow_flow import INPUT, Flow, passed_by
from fjctl.formats.langflow_graph import LOOP_FIELD
from fjctl.formats.langflow_new import component_id, outputs_of
from fjctl.formats.langflow_prompts import condense, expand
from fjctl.formats.langflow_types import CHAT_INPUT, INPUTS, LOOP, PROMPTS, START, TEXT_INPUT, TYPES
from fjctl.model.names import slug, unique
from fjctl.model.references import references, rename

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fjctl.formats.canvas.drawing import Drawing, Node
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.langflow_graph import Component, Link


class End(NamedTuple):
    """A link to be written: output of a component, field of a component."""

    source: str
    output: str
    target: str
    field: str
    back: bool = False


@dataclass(slots=True, eq=False)
class Prompt:
    """A prompt to be written: the prior component or a new one, its template, and variables that are inputs."""

    id: str
    template: str
    prior: Component | None = None
    names: list[str] = field(default_factory=list)
    given: Map = field(default_factory=dict)


class Feed:
    """The links and prompts of one document. `links` has the prior edge of each, if any; `hosts` are the steps that a
    link in the end serves."""

    def __init__(self, drawing: Drawing, flow: Flow, inside: Mapping[str, str]) -> None:
        self.drawing = drawing
        self.flow = flow
        self.inside = inside
        self.nodes = drawing.by_id()
        _mark_outputs(drawing, self.nodes)
        self.start = next((node for node in drawing.nodes if node.type in {START, CHAT_INPUT, "Webhook"}), None)
        settings = self.start.settings if self.start is not None else {}
        found = settings.get(INPUTS)
        self.inputs: Map = found if isinstance(found, dict) else {}
        self.links: dict[End, Link | None] = {}
        self.hosts: dict[End, set[str]] = {}
        self.prompts: dict[str, Prompt] = {}
        self.texts: dict[str, str] = {}
        self._wanted: dict[str, set[str]] = {}
        self._known = {name: key for key, name in flow.input_of.items()}

    # Which prompts may be changed

    def want(self, name: str, value: Any) -> None:
        """Says beforehand what every field is to hold, so that a prompt that feeds several is known to be shared."""
        component = self.flow.graph.components.get(name)
        for link in self.flow.graph.entering.get(name, ()) if component is not None else ():
            if link.source in self.flow.inlined and isinstance(value, dict):
                self._wanted.setdefault(link.source, set()).add(str(value.get(link.field)))

    # Fields

    def give(self, node: Node, name: str, value: Any) -> Any:
        """Draws the links that a field's value asks for. The value that is left to stand in the field."""
        prior = [link for link in self.flow.graph.entering.get(node.id, ()) if link.field == name and not link.back]
        prior = [link for link in prior if not self.flow.roles.get(link.source)]
        if isinstance(value, list) and value and is_reference(value):
            return self._each(node, name, value, prior)
        if not isinstance(value, str) or not value:
            return self._left(value)
        for link in prior:
            if self._carried(link) == value:
                self._keep(link, node.id)
                return None
        single = self._source(value, node) if is_reference(value) else None
        if len(prior) == 1 and self._may_rewrite(prior[0].source):
            self._rewrite(prior[0], node, value)
            return None
        if single is not None:
            self._draw(End(*single, node.id, name), node.id)
            return None
        if any(self._source(f"<{item.name}.{item.path}>", node) for item in references(value)):
            identifier = component_id("Prompt", node.id, name)
            prompt = self.prompts[identifier] = Prompt(identifier, "")
            self._fill(prompt, node, value)
            self._draw(End(identifier, "prompt", node.id, name), node.id)
            return None
        return self._left(value)

    def _left(self, value: Any) -> Any:
        """A value whose references no link can say. They stay as texts; what is given to the flow is called by its name
        alone, since its start may not be drawn."""
        start = self.start
        if start is None or (isinstance(value, str) and "<@" not in value):
            return value

        def named(name: str, path: str) -> str | None:
            return f"variable.{path}" if name == f"@{start.id}" and path else None

        return map_texts(value, lambda text: rename(text, named))

    def _each(self, node: Node, name: str, values: list[str], prior: list[Link]) -> Any:
        left: list[str] = []
        used: set[int] = set()
        for value in values:
            known = next((n for n, link in enumerate(prior) if n not in used and self._carried(link) == value), None)
            source = self._source(value, node)
            if known is not None:
                used.add(known)
                self._keep(prior[known], node.id)
            elif source is not None:
                self._draw(End(*source, node.id, name), node.id)
            else:
                left.append(value)
        return left or None

    def _carried(self, link: Link) -> str | None:
        """What a prior link brings in the new drawing; None where its source is gone or means something else now."""
        if link.source in self.flow.hidden:
            return self.flow.carried(link) if self._lasts(link.source) else None
        source = self.nodes.get(link.source)
        if source is None:
            return None
        if not passed_by(source.type, link.output):
            return self.flow.carried(link)
        used = any(wire.source == link.source and wire.out == link.output for wire in self.drawing.wires)
        return (self.passed(source, link.output) or self.flow.carried(link)) if used else None

    def _lasts(self, name: str, above: frozenset[str] = frozenset()) -> bool:
        """Whether everything that a text is made of is still there."""
        if name in self.flow.given:
            return self.flow.input_of[name, ""] in self.inputs
        if name not in self.flow.inlined:
            return name in self.nodes
        inner = above | {name}
        entering = self.flow.graph.entering.get(name, ())
        return all(link.source in above or self._lasts(link.source, inner) for link in entering)

    def passed(self, source: Node, output: str) -> str | None:
        """What a way out of a step that chooses hands on."""
        for name in passed_by(source.type, output):
            value = source.settings.get(name)
            if isinstance(value, str) and value:
                return value
        return None

    def _keep(self, link: Link, host: str) -> None:
        """Writes a prior link again, with the texts that it comes from."""
        self._draw(End(link.source, link.output, link.target, link.field), host, link)
        component = self.flow.graph.components[link.source]
        if link.source not in self.flow.inlined or (
            link.source in self.prompts and host in self._hosts_of(link.source)
        ):
            return
        if component.type in PROMPTS and link.source not in self.prompts:
            template, braces, known = self.flow.template(component)
            names: dict[str, None] = {}
            expand(template, braces, known, lambda name: str(names.setdefault(name)))
            given = {
                name: self.flow.input_of[component.id, name]
                for name in names
                if (component.id, name) in self.flow.input_of
            }
            self.prompts[link.source] = Prompt(link.source, template, component, list(names), given)
        elif component.type == TEXT_INPUT:
            self.prompts.setdefault(link.source, Prompt(link.source, "", component))
        for inner in self.flow.graph.entering.get(link.source, ()):
            self._keep(inner, host)

    def _hosts_of(self, name: str) -> set[str]:
        return {host for end, hosts in self.hosts.items() if end.target == name for host in hosts}

    def _may_rewrite(self, name: str) -> bool:
        component = self.flow.graph.components[name]
        if name not in self.flow.inlined or component.type not in PROMPTS:
            return False
        return name not in self.prompts and len(self._wanted.get(name, ())) <= 1

    def _rewrite(self, link: Link, node: Node, value: str) -> None:
        prior = self.flow.graph.components[link.source]
        prompt = self.prompts[link.source] = Prompt(link.source, "", prior)
        self._fill(prompt, node, value)
        self._draw(End(link.source, link.output, node.id, link.field), node.id, link)

    # Prompts

    def _fill(self, prompt: Prompt, node: Node, text: str) -> None:
        """Writes a text as the template of a prompt, with a link for each reference."""
        prior = prompt.prior
        known: dict[str, str] = {}
        braces = "single"
        taken = {"template", "code", "tool_placeholder", "use_double_brackets"}
        if prior is not None:
            _, braces, names = self.flow.template(prior)
            taken |= set(names)
            for link in self.flow.graph.entering.get(prior.id, ()):
                carried = self._carried(link)
                if carried is not None and carried not in known:
                    known[carried] = link.field
        marked, longer = self._inner(text, known)

        def variable(name: str, path: str) -> str | None:
            reference = f"<{name}.{path}>" if path else f"<{name}>"
            found = longer.get(reference) or known.get(reference) or self._unwired(prompt, reference)
            if found is None:
                source = self._source(reference, node)
                if source is None:
                    return None
                found = known[reference] = unique(_variable_name(self, source, reference), taken)
                taken.add(found)
            if found not in prompt.names:
                prompt.names.append(found)
                if found not in prompt.given:
                    self._feed_variable(prompt, node, found, reference, known)
            return found

        prompt.template = condense(marked, braces, variable)  # type: ignore[arg-type]

    @staticmethod
    def _inner(text: str, known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """A text in which the texts of inner prompts are references to them, and the variables these have."""
        longer: dict[str, str] = {}
        for carried, name in sorted(known.items(), key=lambda item: -len(item[0])):
            if carried and not is_reference(carried) and carried in text:
                mark = f"<@inner.{len(longer)}>"
                longer[mark] = name
                text = text.replace(carried, mark)
        return text, longer

    def _unwired(self, prompt: Prompt, reference: str) -> str | None:
        """The variable of a prior prompt that a reference to an input means, where nothing is linked to it."""
        name = self._input_named(reference)
        key = self._known.get(name) if name is not None else None
        if prompt.prior is None or key is None or key[0] != prompt.id or not key[1] or name not in self.inputs:
            return None
        prompt.given[key[1]] = name
        return key[1]

    def _feed_variable(self, prompt: Prompt, node: Node, name: str, reference: str, known: Mapping[str, str]) -> None:
        prior = [link for link in self.flow.graph.entering.get(prompt.id, ()) if link.field == name]
        for link in prior:
            if known.get(self._carried(link) or "") == name:
                self._keep(link, node.id)
                return
        source = self._source(reference, node)
        if source is not None:
            self._draw(End(*source, prompt.id, name), node.id)

    # References

    def _input_named(self, reference: str) -> str | None:
        """The input of the flow that a reference means."""
        name, _, path = reference[1:-1].partition(".")
        if name == "variable" or (self.start is not None and name == f"@{self.start.id}"):
            return path or None
        return None

    def _source(self, reference: str, node: Node) -> tuple[str, str] | None:
        """The component and output that a reference means; None where no link can say it."""
        name = self._input_named(reference)
        if name is not None:
            return self._given(name)
        head, _, path = reference[1:-1].partition(".")
        if head == "loop" and path == "currentItem":
            loop = self._loop_around(node)
            return None if loop is None else (loop, LOOP_FIELD)
        source = self.nodes.get(head[1:]) if head.startswith("@") else None
        if source is None or source.role or source.type == "note":
            return None
        output = output_named(source, path)
        return None if output is None else (source.id, output)

    def _given(self, name: str) -> tuple[str, str] | None:
        if name not in self.inputs:
            return None
        if name == INPUT and self.start is not None and self.start.type == CHAT_INPUT:
            return self.start.id, "message"
        known = self._known.get(name)
        if known is not None and known[1]:
            return None  # a prompt's own variable: nothing but that prompt can be given it
        return (known[0] if known is not None else text_input_id(name)), "text"

    def _loop_around(self, node: Node) -> str | None:
        seen: set[str] = set()
        name = self.inside.get(node.id)
        while name is not None and name not in seen:
            seen.add(name)
            found = self.nodes.get(name)
            if found is not None and found.type == LOOP:
                return name
            name = self.inside.get(name)
        return None

    def _draw(self, end: End, host: str, prior: Link | None = None) -> None:
        if self.links.get(end) is None:
            known = next((link for link in self.flow.graph.entering.get(end.target, ()) if _ends(link) == end), None)
            self.links[end] = prior or known
        self.hosts.setdefault(end, set()).add(host)


def _ends(link: Link) -> End:
    return End(link.source, link.output, link.target, link.field, link.back)


def _mark_outputs(drawing: Drawing, nodes: Mapping[str, Node]) -> None:
    """Lets each new node give whatever somebody refers to: the component of another version, or one that nobody has
    defined here."""
    for node in drawing.nodes:
        for text in texts_in(node.settings):
            for item in references(text):
                source = nodes.get(item.name[1:]) if item.name.startswith("@") else None
                path = item.path.partition(".")[0].partition("[")[0]
                if source is None or source.raw or not path.isidentifier() or source.type in {START, CHAT_INPUT}:
                    continue
                if output_named(source, path) is None and path not in source.mark.split():
                    source.mark = f"{source.mark} {path}".strip()


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def text_input_id(name: str) -> str:
    """The id of a new text input."""
    return f"{TEXT_INPUT}-{name if name.isidentifier() else slug(name)}"


def output_named(node: Node, path: str) -> str | None:
    """What a node calls an output that we call `path`; None where it has no such."""
    row = TYPES.get(node.type)
    names = [str(item.get("name")) for item in outputs_of(node)]
    theirs = [name for name, ours in row.outputs.items() if ours == path] if row is not None else []
    found = next((name for name in (*theirs, path) if name in names), None)
    if found is not None or node.raw:
        return found or (theirs[0] if theirs else path or None)
    return names[0] if path in {"", "content"} and names else None


def _variable_name(feed: Feed, source: tuple[str, str], reference: str) -> str:
    name = feed._input_named(reference)  # noqa: SLF001 - the function is a part of the class's work
    if name is not None:
        return slug(name, "value")
    node = feed.nodes.get(source[0])
    return slug(node.name or node.type, "value") if node is not None else "value"
