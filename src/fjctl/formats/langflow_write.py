"""A Langflow document put together from a drawing: components with their values, prompts, links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.diagnostics import Loss
from fjctl.formats.base import is_blank
from fjctl.formats.canvas.drawing import Drawing, Node
from fjctl.formats.langflow_feed import End, Feed, Prompt, output_named, text_input_id, texts_in
from fjctl.formats.langflow_fields import fields_from
from fjctl.formats.langflow_flow import AFTER, INPUT, Flow, chooses, lifted, reduced
from fjctl.formats.langflow_graph import LOOP_FIELD, Graph, edge_id, map_at, place_of, read_graph, spell
from fjctl.formats.langflow_groups import FLOW, INSIDE, flow_from, is_group
from fjctl.formats.langflow_new import (
    component,
    empty_document,
    field_of,
    is_stand_in,
    outputs_of,
    prompt_component,
    take_links,
)
from fjctl.formats.langflow_types import CHAT_INPUT, PROMPTS, START, TEXT_INPUT, TYPES
from fjctl.model.names import humanize
from fjctl.model.references import environment
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.langflow_graph import Component
    from fjctl.source import JsonValue, Pointer


def close(drawing: Drawing, prior: JsonValue, inside: Mapping[str, str]) -> JsonValue:
    """The document of a drawing whose loops are drawn flat already; `inside` says in which loop each node sits."""
    pointer = place_of(prior) if prior is not None else None
    flow = Flow(read_graph(prior, pointer) if pointer is not None else Graph())
    return _Writing(drawing, flow, inside).document(prior, pointer)


class _Writing:
    def __init__(self, drawing: Drawing, flow: Flow, inside: Mapping[str, str]) -> None:
        self.drawing = drawing
        self.flow = flow
        self.feed = Feed(drawing, flow, inside)
        self.inside = inside
        self.written: dict[str, Map] = {}
        self.ways: list[tuple[str, str, str]] = []
        self.raw_ids = {c.id: c.raw_id for c in flow.graph.components.values()}

    def document(self, prior: Any, pointer: Pointer | None) -> JsonValue:
        self._nodes()
        edges = [self._edge(end, link.raw if link is not None else None) for end, link in self._ordered()]
        taken: dict[str, list[str]] = {}
        for end in self.feed.links:
            taken.setdefault(end.target, []).append(end.field)
        for name, fields in taken.items():
            if name in self.written and name not in self.flow.graph.components:
                take_links(self.written[name], fields)
        graph: Map = {"nodes": list(self.written.values()), "edges": edges}
        if pointer is None:
            return empty_document(self.drawing.name, self.drawing.description, graph)
        head = {
            key: getattr(self.drawing, key)
            for key in ("name", "description")
            if key in prior or getattr(self.drawing, key)
        }
        for key in reversed(pointer):
            graph = {str(key): graph}
        return {**head, **graph}

    # Nodes

    def _nodes(self) -> None:
        templates = {node.id: self._template(node) for node in self.drawing.nodes}
        fields = {node.id: self._fields(node, templates[node.id]) for node in self.drawing.nodes}
        for name, found in fields.items():
            self.feed.want(name, found)
        values = {
            node.id: {key: self.feed.give(node, key, value) for key, value in fields[node.id].items()}
            for node in self.drawing.nodes
        }
        self._wires()
        for node in self.drawing.nodes:
            if not self._imagined(node):
                self.written[node.id] = self._node(node, values[node.id], templates[node.id])
        for (component_id, field), known in self.flow.input_of.items():
            if not field and known in self.feed.inputs and component_id in self.flow.given:
                self.written[component_id] = self._text_input(component_id, known)
        for known in self.feed.inputs:
            if not self._is_given(known):
                self.written[text_input_id(known)] = self._text_input(text_input_id(known), known)
        for prompt in self.feed.prompts.values():
            self.written[prompt.id] = self._prompt(prompt)

    def _is_given(self, name: str) -> bool:
        start = self.feed.start
        message = name == INPUT and start is not None and start.type == CHAT_INPUT
        return message or name in self.flow.input_of.values()

    def _imagined(self, node: Node) -> bool:
        """Whether a node stands for a start that the document does not draw."""
        if node.type == START:
            return True
        return node is self.feed.start and not node.raw and INPUT not in self.feed.inputs

    def _template(self, node: Node) -> Map:
        return map_at(node.raw, "data", "node", "template") or map_at(component(node), "data", "node", "template")

    def _fields(self, node: Node, template: Map) -> Map:
        if node.type == "note":
            return {}
        row = TYPES.get(node.type)
        settings = node.settings
        if not node.raw:
            usual: Mapping[str, Any] = row.usual if row is not None else {}
            settings = {key: item for key, item in settings.items() if key not in usual or not same(item, usual[key])}
        found = fields_from(settings, node.type, template, row)
        if node is self.feed.start and node.type == CHAT_INPUT:
            shape = self.feed.inputs.get(INPUT)
            if isinstance(shape, dict) and not is_blank(shape.get("default")):
                found["input_value"] = shape["default"]
        return found

    def _node(self, node: Node, values: Map, template: Map) -> Map:
        if not node.raw:
            made = component(node)
            self._set(made["data"]["node"]["template"], values)
            return self._placed(made, node)
        prior = self.flow.graph.components[node.id]
        if node.type == "note":
            return self._placed(_note(prior, node), node)
        linked = {end.field for end in self.feed.links if end.target == node.id}
        kept = {
            # What stands under a link counts for nothing; it is left there, and cleared when the link goes.
            key: {"value": field.get("value")} if key in linked else self._value(field, values.get(key))
            for key, field in template.items()
            if _is_field(key, field)
        }
        group = is_group(prior)
        for key, value in values.items():
            if key not in kept and not is_blank(value) and not (group and key == INSIDE):
                kept[key] = _said(value)
        made = _skeleton(prior, node.name, kept)
        if group:
            made["data"]["node"][FLOW] = flow_from(prior, values.get(INSIDE), self._inner)
        return self._placed(made, node)

    def _inner(self, prior: Component, name: str, values: Map) -> Map:
        """A component within a group."""
        if prior.note:
            return _note(prior, Node(id=prior.id, type="note", name=name, settings=values))
        fields = {k: self._value(field, values.get(k)) for k, field in prior.template.items() if _is_field(k, field)}
        return _skeleton(prior, name, fields)

    def _placed(self, made: Map, node: Node) -> Map:
        if node.x is not None and node.y is not None:
            made["position"] = {"x": node.x, "y": node.y}
        return made

    @staticmethod
    def _value(field: Map, value: Any) -> Map:
        """A field of a prior component that holds a value, or nothing."""
        before = field.get("value", None)
        if is_blank(value):
            return {"value": before if is_blank(before) else [] if isinstance(before, list) else ""}
        said = _said(value)
        if field.get("load_from_db") is True and "load_from_db" not in said:
            said["load_from_db"] = False
        return said

    @staticmethod
    def _set(template: Map, values: Map) -> None:
        for key, value in values.items():
            if not is_blank(value):
                template[key] = {**template.get(key, field_of(key, value)), **_said(value)}

    def _text_input(self, name: str, known: str) -> Map:
        shape = self.feed.inputs.get(known)
        value = shape.get("default", "") if isinstance(shape, dict) else ""
        prior = self.flow.graph.components.get(name)
        if prior is not None:
            return _skeleton(
                prior,
                prior.name,
                {"input_value": self._value(prior.template.get("input_value", {}), value)},
                whole=True,
            )
        node = Node(
            id=name,
            type=TEXT_INPUT,
            name=humanize(known) if humanize(known).lower().replace(" ", "_") == known else known,
        )
        made = component(node)
        self._set(made["data"]["node"]["template"], {"input_value": value})
        return self._placed(made, self._beside(node, len(self.written)))

    def _prompt(self, prompt: Prompt) -> Map:
        prior = prompt.prior
        defaults = {name: self._default(known) for name, known in prompt.given.items()}
        if prior is None:
            made = prompt_component(prompt.id, prompt.template, prompt.names)
            return self._placed(made, self._beside(Node(id=prompt.id, type="Prompt"), len(self.written)))
        if prior.type == TEXT_INPUT:
            return _skeleton(prior, prior.name, {})
        kept = {
            key: self._value(field, field.get("value"))
            for key, field in prior.template.items()
            if _is_field(key, field)
            and (key in _PROMPT_FIELDS or key in prompt.names or not self._was_variable(prior, key))
        }
        kept |= {key: self._value(prior.template.get(key, {}), value) for key, value in defaults.items()}
        kept["template"] = self._value(prior.template.get("template", {}), prompt.template)
        kept |= {name: field_of(name, "", prompt=True) for name in prompt.names if name not in kept}
        made = _skeleton(prior, prior.name, kept)
        if isinstance(map_at(prior.node, "custom_fields").get("template"), list):
            made["data"]["node"]["custom_fields"] = {"template": list(prompt.names)}
        return made

    def _was_variable(self, prior: Component, name: str) -> bool:
        return name in self.flow.template(prior)[2]

    def _default(self, known: str) -> Any:
        shape = self.feed.inputs.get(known)
        return shape.get("default", "") if isinstance(shape, dict) else ""

    def _beside(self, node: Node, number: int) -> Node:
        """A place for a component that no step of the drawing stands for: left of what it feeds."""
        fed = next((self.feed.nodes.get(end.target) for end in self.feed.links if end.source == node.id), None)
        x, y = (fed.x or 0.0, fed.y or 0.0) if fed is not None else (0.0, 0.0)
        node.x, node.y = x - 420.0, y + 40.0 * (number % 5)
        return node

    # Links

    def _wires(self) -> None:
        """Draws the links of parts, the ways back of loops, and those that only say what comes after what."""
        ways = self.ways
        for wire in self.drawing.wires:
            source, target = self.feed.nodes.get(wire.source), self.feed.nodes.get(wire.target)
            if source is None or target is None:
                continue
            if wire.into == LOOP_FIELD and not source.role:
                before = self.flow.graph.entering.get(target.id, ())
                known = next((link.output for link in before if link.back and link.source == source.id), "")
                output = known or wire.out or output_named(source, "content") or _first(source)
                self._draw(End(source.id, output, target.id, LOOP_FIELD, back=True))
            elif source.role:
                self._draw(End(source.id, wire.out, target.id, wire.into))
            else:
                ways.append((source.id, wire.out if chooses(source.type) else "", target.id))
        self._after(ways)

    def _after(self, ways: list[tuple[str, str, str]]) -> None:
        given = self._given_ways()
        kept = set(reduced(list(dict.fromkeys([*given, *ways]))))
        entered = {target for source, _, target in (*given, *ways) if not self._begins(source)}
        for source, out, target in ways:
            if (source, out, target) in given and (source, out, target) in kept:
                continue
            node = self.feed.nodes[source]
            if self._begins(source) and (target not in entered or self._imagined(node)):
                continue
            self._draw(End(source, out or _first(node), target, AFTER))

    def _begins(self, name: str) -> bool:
        return self.feed.start is not None and name == self.feed.start.id

    def _given_ways(self) -> set[tuple[str, str, str]]:
        """What follows what because of the links that bring values."""
        found: set[tuple[str, str, str]] = set()
        for end, hosts in self.feed.hosts.items():
            source = self.feed.nodes.get(end.source)
            if source is None or source.role or end.back:
                continue
            out = end.output if chooses(source.type) else ""
            for host in hosts:
                for step in self._steps(host):
                    way = lifted((source.id, out, step), self.inside)
                    found |= {way} if way is not None else set()
        return found

    def _steps(self, name: str) -> list[str]:
        """The steps that a node is or, as a part, is given to."""
        found: dict[str, None] = {}
        stack, seen = [name], set[str]()
        while stack:
            current = stack.pop()
            node = self.feed.nodes.get(current)
            if node is None or current in seen:
                continue
            seen.add(current)
            if not node.role:
                found[current] = None
            stack += [wire.target for wire in self.drawing.wires if wire.source == current] if node.role else []
        return list(found)

    def _draw(self, end: End) -> None:
        known = self.feed.links.get(end)
        entering = self.flow.graph.entering.get(end.target, ())
        self.feed.links[end] = known or next(
            (
                link
                for link in entering
                if (link.source, link.output, link.field, link.back) == (end.source, end.output, end.field, end.back)
            ),
            None,
        )

    def _ordered(self) -> list[tuple[End, Any]]:
        """The links in the order of the prior document, new ones behind them in the order in which steps follow."""
        prior = {id(link): place for place, link in enumerate(self.flow.graph.links)}
        steps = {way: place for place, way in enumerate(self.ways)}

        def rank(item: tuple[End, Any]) -> tuple[int, int]:
            end, link = item
            out = end.output if end.source in self.feed.nodes and chooses(self.feed.nodes[end.source].type) else ""
            hosts = self.feed.hosts.get(end) or {end.target}
            served = min((steps.get((end.source, out, host), len(steps)) for host in hosts), default=len(steps))
            return prior.get(id(link), len(prior)), served

        return sorted(self.feed.links.items(), key=rank)

    def _edge(self, end: End, raw: Any) -> Map:
        if raw is not None:
            return {key: raw[key] for key in _EDGE_KEYS if key in raw}
        source, target = self.written.get(end.source, {}), self.written.get(end.target, {})
        names = [self.raw_ids.get(name, name) for name in (end.source, end.target)]
        first = {
            "dataType": self._type(end.source, source),
            "id": names[0],
            "name": end.output,
            "output_types": self._types(end.source, end.output),
        }
        if end.back:
            last: Map = {
                "dataType": self._type(end.target, target),
                "id": names[1],
                "name": end.field,
                "output_types": self._types(end.target, end.field, back=True),
            }
        else:
            field = self._field(end, first["output_types"])
            last = {
                "fieldName": end.field,
                "id": names[1],
                "inputTypes": field.get("input_types") or ["Message", "Text"],
                "type": field.get("type", "str"),
            }
        return {
            "id": edge_id(names[0], names[1], (first, last)),
            "source": names[0],
            "target": names[1],
            "sourceHandle": spell(first),
            "targetHandle": spell(last),
            "data": {"sourceHandle": first, "targetHandle": last},
        }

    def _type(self, name: str, written: Map) -> str:
        known = self.flow.graph.components.get(name)
        return known.type if known is not None else str(map_at(written, "data").get("type", ""))

    def _types(self, name: str, output: str, *, back: bool = False) -> list[str]:
        known = self.flow.graph.components.get(name)
        outputs = (
            known.outputs()
            if known is not None
            else map_at(self.written.get(name, {}), "data", "node").get("outputs", [])
        )
        found = next((item for item in outputs if item.get("name") == output), {})
        types = found.get("types")
        given: list[str] = list(types) if isinstance(types, list) and types else ["Message"]
        looped = found.get("loop_types") if back else None
        return [*given, *looped] if isinstance(looped, list) else given

    def _field(self, end: End, types: Sequence[str]) -> Map:
        """The field that a new link ends at, which takes what the link brings; one that is not there yet is made."""
        known = self.flow.graph.components.get(end.target)
        if known is not None and isinstance(known.template.get(end.field), dict):
            found: Map = known.template[end.field]
            return found
        written = self.written.get(end.target)
        if written is None:
            return field_of(end.field, "")
        template = written["data"]["node"]["template"]
        if not isinstance(template.get(end.field), dict) or "type" not in template[end.field]:
            template[end.field] = field_of(end.field, "", prompt=self._type(end.target, written) in PROMPTS)
        made: Map = template[end.field]
        taken = made.get("input_types") or []
        if not set(types) & set(taken):
            made["input_types"] = [*taken, *types]
        return made


_EDGE_KEYS = ("id", "source", "target", "sourceHandle", "targetHandle", "data")
_PROMPT_FIELDS = frozenset({"template", "tool_placeholder", "use_double_brackets"})


def _first(node: Node) -> str:
    row = TYPES.get(node.type)
    names = [str(item.get("name", "")) for item in outputs_of(node)] or list(row.outputs if row is not None else ())
    return names[0] if names else ""


def _is_field(name: str, field: Any) -> bool:
    return isinstance(field, dict) and name != "code"


def _said(value: Any) -> Map:
    """A field that holds a value; the name of a global variable is said to be one."""
    names = environment(value) if isinstance(value, str) else []
    if len(names) == 1 and value == f"{{{{{names[0]}}}}}":
        return {"value": names[0], "load_from_db": True}
    return {"value": value}


def unsaid(value: JsonValue, prior: JsonValue) -> list[Loss]:
    """What new components say that Langflow makes nothing of. `prior` is the document that was written anew, if any."""
    known = set(read_graph(prior, place_of(prior) or ()).components) if place_of(prior) is not None else set[str]()
    found: list[Loss] = []
    for made in read_graph(value, place_of(value) or ()).components.values():
        at = ("states", made.id)
        if made.note or made.id in known:
            continue
        values = made.values()
        if is_stand_in(made.node) and "contract" not in values:
            reason = f"where Langflow has no component {made.type!r}, one that does nothing stands for it"
            found.append(Loss(f"the code of {made.name}", at, reason))
        for name, held in values.items():
            if name != "contract" and any("<@" in text or "<variable." in text for text in texts_in(held)):
                found.append(Loss(f"a reference in {name} of {made.name}", (*at, name), "no link can bring it there"))
    return found


def _skeleton(prior: Component, name: str, template: Map, *, whole: bool = False) -> Map:
    """A prior component with nothing but what is said of it."""
    if whole:
        kept: Map = {k: {"value": f.get("value")} for k, f in prior.template.items() if _is_field(k, f)}
        template = {**kept, **template}
    named = name != prior.name or "display_name" in prior.node
    node: Map = {"display_name": name if name != prior.name else prior.node["display_name"]} if named else {}
    raw = map_at(prior.raw, "data")
    data: Map = {key: raw[key] for key in ("id", "type") if key in raw}
    data["node"] = {**node, "template": template}
    made: Map = {key: prior.raw[key] for key in ("id", "type") if key in prior.raw}
    made["data"] = data
    position = map_at(prior.raw, "position")
    return {**made, "position": position} if position else made


def _note(prior: Component, node: Node) -> Map:
    made = _skeleton(prior, node.name, {})
    text, color = node.settings.get("text"), node.settings.get("color")
    inner = made["data"]["node"]
    if not is_blank(text) or "description" in prior.node:
        inner["description"] = text if text is not None else ""
    if not is_blank(color) or "backgroundColor" in prior.template:
        inner["template"] = {"backgroundColor": color if color is not None else ""}
    return made
