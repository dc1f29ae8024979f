"""A Langflow document as it stands: components with their values, and the links between them.

Three spellings of a link's ends are read: the handle as a map under `data` (2024 on), the handle as JSON in which every
`"` is `œ` (2023 on; `baseClasses` before outputs had names), and `A|B|C` (2023). They are parsed, never compared.
Source: lfx `graph/edge/schema.py`, `utils/util.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import is_blank, warning
from fjctl.model.names import unique

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import Pointer

QUOTE = "œ"
NOTE_TYPES = frozenset({"note", "noteNode"})
LOOP_FIELD = "item"
"""The output of a loop that its body's end leads back to."""
_UNSAFE = re.compile(r"[<>\s.=!&|]+")
_ENVIRONMENT = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}")


@dataclass(slots=True, eq=False)
class Component:
    """One node. `id` is its id in a form that references can hold, `raw_id` as it stands; `template` are its fields,
    name → definition with a `value`."""

    id: str
    raw_id: str
    type: str
    raw: Map
    node: Map
    template: Map
    pointer: Pointer
    note: bool = False

    @property
    def name(self) -> str:
        """What its author called it; its type where it has no name of its own, as in files of 2023."""
        said = self.node.get("display_name")
        return said if isinstance(said, str) else "" if self.note else self.type

    def outputs(self) -> list[Map]:
        """What it gives, as it declares it."""
        found = self.node.get("outputs")
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    def value(self, name: str) -> Any:
        """What a field holds: a global variable's name as `{{NAME}}`, None for nothing."""
        found = self.template.get(name)
        if not isinstance(found, dict):
            return None
        value = found.get("value")
        if found.get("load_from_db") is True and isinstance(value, str) and value:
            spelled = f"{{{{{value}}}}}"
            return spelled if _ENVIRONMENT.fullmatch(spelled) else value
        return value

    def values(self) -> Map:
        """Every field that holds something, by name; the component's source code is no field of its author's."""
        found: Map = {}
        for name, definition in self.template.items():
            if type(definition) is dict and "value" in definition and definition["value"] and name != "code":
                found[name] = self.value(name)
            elif type(definition) is dict and name != "code" and not is_blank(definition.get("value")):
                found[name] = definition["value"]
        return found


class Link(NamedTuple):
    """One edge: from a component's output (empty where the generation has no name for it) to a field of another.
    `types` are what the output gives; `back` says that it ends at a loop's output, as the end of a body does."""

    source: str
    output: str
    target: str
    field: str
    types: tuple[str, ...] = ()
    back: bool = False
    raw: Any = None
    pointer: Pointer = ()


@dataclass(slots=True, eq=False)
class Graph:
    """Components by id, in the order of the file, and the links between those that exist."""

    components: dict[str, Component] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    entering: dict[str, list[Link]] = field(default_factory=dict)
    leaving: dict[str, list[Link]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


def text_at(value: Any, key: str) -> str:
    """A text in a map; empty where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def map_at(value: Any, *keys: str) -> Map:
    """A map in maps; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def place_of(value: Any) -> Pointer | None:
    """Where the graph of a document stands; None where it has none. The database's form has it in `data`, a group's
    and a copied selection's own stands at the root."""
    for pointer in (("data",), ("data", "data"), ()):
        found = map_at(value, *pointer)
        if isinstance(found.get("nodes"), list) and isinstance(found.get("edges", []), list):
            return pointer
    return None


def read_graph(value: Any, pointer: Pointer) -> Graph:
    """The graph at a pointer. Parts that are not what the format requires are reported and left out."""
    graph = Graph()
    root = map_at(value, *map(str, pointer))
    ids: dict[str, str] = {}
    for place, raw in enumerate(root["nodes"]):
        at = (*pointer, "nodes", place)
        component = _component(raw, at, graph, ids)
        if component is not None:
            graph.components[component.id] = component
    edges = root.get("edges")
    for place, raw in enumerate(edges if isinstance(edges, list) else ()):
        at = (*pointer, "edges", place)
        link = _link(raw, at, ids)
        if link is None:
            hint = "remove the edge, or add what it leads from and to"
            graph.found.append(
                warning("FJ303", "an edge begins or ends at a component that does not exist", at, hint=hint)
            )
            continue
        graph.links.append(link)
        graph.entering.setdefault(link.target, []).append(link)
        graph.leaving.setdefault(link.source, []).append(link)
    return graph


def _component(raw: Any, at: Pointer, graph: Graph, ids: dict[str, str]) -> Component | None:
    data = map_at(raw, "data")
    identifier = text_at(raw, "id") or text_at(data, "id")
    if not identifier:
        graph.found.append(warning("FJ301", "a node has no id and is left out", at, hint="give it an id of its own"))
        return None
    if identifier in ids:
        hint = "give one of them an id of its own; edges mean the first"
        graph.found.append(warning("FJ302", f"two nodes have the id {identifier!r}", at, hint=hint))
        return None
    ids[identifier] = unique(_UNSAFE.sub("_", identifier), graph.components)
    node = map_at(data, "node")
    kind = text_at(data, "type")
    note = text_at(raw, "type") in NOTE_TYPES or kind in NOTE_TYPES
    return Component(ids[identifier], identifier, kind, raw, node, map_at(node, "template"), at, note)


def _link(raw: Any, at: Pointer, ids: dict[str, str]) -> Link | None:
    source, target = ids.get(text_at(raw, "source")), ids.get(text_at(raw, "target"))
    if source is None or target is None:
        return None
    output, types = _source_end(handle(raw, "sourceHandle"))
    name, back = _target_end(handle(raw, "targetHandle"))
    return Link(source, output, target, name, types, back, raw, at)


def handle(raw: Any, key: str) -> Map | list[str]:
    """A handle of an edge: as a map, or as the parts of a `|` spelling; an empty map where it says nothing."""
    found = map_at(raw, "data").get(key)
    if not isinstance(found, dict):
        found = raw.get(key)
    if isinstance(found, dict):
        return found
    if not isinstance(found, str):
        return {}
    if found[:1] != "{":
        return found.split("|") if "|" in found else {}
    try:
        parsed = json.loads(found.replace(QUOTE, '"'))
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _source_end(found: Map | list[str]) -> tuple[str, tuple[str, ...]]:
    if isinstance(found, list):
        return "", tuple(found[2:])
    types = found.get("output_types") or found.get("baseClasses")
    known = tuple(item for item in types if isinstance(item, str)) if isinstance(types, list) else ()
    return text_at(found, "name"), known


def _target_end(found: Map | list[str]) -> tuple[str, bool]:
    if isinstance(found, list):
        return (found[1] if len(found) > 1 else ""), False
    if "fieldName" not in found and text_at(found, "name"):
        return text_at(found, "name"), True
    return text_at(found, "fieldName"), False


def spell(found: Map) -> str:
    """A handle as Langflow writes it into `sourceHandle` and `targetHandle`: keys in order, a blank after `:` and `,`,
    and `œ` for every quote (lfx `utils/util.py`)."""
    return json.dumps(found, sort_keys=True, ensure_ascii=False).replace('"', QUOTE)


def edge_id(source: str, target: str, ends: tuple[Map, Map]) -> str:
    """The id that React Flow 12 gives an edge of Langflow: its ends, and their handles without blanks."""
    first, last = (
        json.dumps(end, sort_keys=True, ensure_ascii=False, separators=(",", ":")).replace('"', QUOTE) for end in ends
    )
    return f"xy-edge__{source}{first}-{target}{last}"
