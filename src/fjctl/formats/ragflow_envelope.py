"""Where in a RAGFlow file the graph stands, and what is around it.

A template is `{title, description, dsl: {components, graph, …}}` with titles in several languages; an export is the
`dsl` itself, or `{nodes, edges}` alone (mid-2025), or the dsl without `components`; an API answer has it under `data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.ragflow_choices import ELSE
from fjctl.formats.ragflow_components import EXCEPTION, TOOLS

if TYPE_CHECKING:
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer

_PLACES: tuple[tuple[Pointer, Pointer], ...] = (((), ("dsl",)), (("data",), ("data", "dsl")), ((), ()))
"""Where the title stands, and where the dsl."""
_LANGUAGE = "en"
_GLOBALS = {
    "sys.query": "",
    "sys.user_id": "",
    "sys.conversation_turns": 0,
    "sys.files": [],
    "sys.history": [],
}


class Envelope(NamedTuple):
    """A document taken apart down to its graph; `graph` is None where only the components are there."""

    root: Map
    root_place: Pointer
    dsl: Map
    dsl_place: Pointer
    graph: Map | None
    graph_place: Pointer

    @classmethod
    def of(cls, value: JsonValue) -> Envelope | None:
        """The envelope of a document; None where it holds neither a graph nor components."""
        for root_place, dsl_place in _PLACES:
            root, dsl = _at(value, root_place), _at(value, dsl_place)
            if root is None or dsl is None:
                continue
            graph = dsl.get("graph")
            if _is_graph(graph):
                return cls(root, root_place, dsl, dsl_place, graph, (*dsl_place, "graph"))
            if _has_components(dsl):
                return cls(root, root_place, dsl, dsl_place, None, ())
            if _is_graph(dsl):
                return cls(root, root_place, dsl, dsl_place, dsl, dsl_place)
        return None

    @classmethod
    def new(cls) -> Envelope:
        """That of a new file: what the editor's import takes, with a title beside it."""
        return cls({}, (), {}, (), {}, ("graph",))

    def nodes(self) -> list[tuple[Pointer, Map]]:
        """The nodes as the graph has them, each with its place; made of the components where there is no graph."""
        if self.graph is not None:
            return _members(self.graph.get("nodes"), (*self.graph_place, "nodes"))
        found: list[tuple[Pointer, Map]] = []
        for name, component in self._components().items():
            obj = component.get("obj")
            obj = obj if isinstance(obj, dict) else {}
            data = {"label": obj.get("component_name"), "form": obj.get("params")}
            parent = {"parentId": component["parent_id"]} if component.get("parent_id") else {}
            found.append(((*self.dsl_place, "components", name), {"id": name, "data": data, **parent}))
        return found

    def edges(self) -> list[tuple[Pointer, Map]]:
        """The edges, likewise."""
        if self.graph is not None:
            return _members(self.graph.get("edges"), (*self.graph_place, "edges"))
        found: list[tuple[Pointer, Map]] = []
        for name, component in self._components().items():
            place: Pointer = (*self.dsl_place, "components", name, "downstream")
            for target, handle in _ways_out(component).items():
                found.append((place, {"source": name, "target": target, "sourceHandle": handle}))
        return found

    def _components(self) -> dict[str, Map]:
        found = self.dsl.get("components")
        return {k: c for k, c in found.items() if isinstance(c, dict)} if isinstance(found, dict) else {}

    def pictures(self) -> dict[str, tuple[Map, Map]]:
        """By agent, the node that shows its tools and the edge to it."""
        if self.graph is None:
            return {}
        tools = {raw.get("id"): raw for _, raw in self.nodes() if label_of(raw) == "Tool"}
        found: dict[str, tuple[Map, Map]] = {}
        for _, edge in self.edges():
            source, target = edge.get("source"), edge.get("target")
            if (
                isinstance(source, str)
                and isinstance(target, str)
                and edge.get("sourceHandle") == TOOLS
                and target in tools
            ):
                found.setdefault(source, (tools[target], edge))
        return found

    def written(self, dsl: Map, name: str, description: str) -> JsonValue:
        """A document that says a dsl, a title and a description, in this envelope."""
        inner = {**dsl.pop("graph"), **dsl} if self.graph is self.dsl and self.graph else dsl
        for key, text in (("title", name), ("description", description)):
            said = _said(self.root.get(key), text)
            if said is not None and self.root_place == self.dsl_place:
                inner[key] = said
        if self.root_place == self.dsl_place:
            return inner if self.root else _in_order(inner)
        outer: Map = {
            key: said
            for key, text in (("title", name), ("description", description))
            if (said := _said(self.root.get(key), text))
        }
        outer["dsl"] = inner
        return {"data": outer} if self.root_place else outer


def _at(value: Any, place: Pointer) -> Map | None:
    for part in place:
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None


def _is_graph(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("nodes"), list) and bool(_members(value["nodes"], ()))


def _has_components(dsl: Map) -> bool:
    found = dsl.get("components")
    return isinstance(found, dict) and any(
        isinstance(component, dict) and isinstance(component.get("obj"), dict) for component in found.values()
    )


def _members(rows: Any, place: Pointer) -> list[tuple[Pointer, Map]]:
    return (
        [((*place, number), row) for number, row in enumerate(rows) if isinstance(row, dict)]
        if isinstance(rows, list)
        else []
    )


def label_of(raw: Map) -> str:
    """What component a drawn node is."""
    data = raw.get("data")
    label = data.get("label") if isinstance(data, dict) else None
    return label if isinstance(label, str) else ""


def _ways_out(component: Map) -> dict[str, str | None]:
    """The targets of a component, each with the handle that it would be drawn by."""
    obj = component.get("obj")
    params = obj.get("params") if isinstance(obj, dict) else None
    params = params if isinstance(params, dict) else {}
    found: dict[str, str | None] = {}
    categories = params.get("category_description")
    for name, row in categories.items() if isinstance(categories, dict) else ():
        found |= dict.fromkeys(_texts(row.get("to") if isinstance(row, dict) else None), name)
    rows = params.get("conditions")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        found |= dict.fromkeys(_texts(row.get("to") if isinstance(row, dict) else None), f"Case {place + 1}")
    if isinstance(rows, list):
        found |= dict.fromkeys(_texts(params.get(ELSE) or params.get("end_cpn_id")), ELSE)
    for target in _texts(component.get("downstream")):
        found.setdefault(target, "start")
    found |= dict.fromkeys(_texts(params.get("exception_goto")), EXCEPTION)
    return found


def _texts(value: Any) -> list[str]:
    rows = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, str) and row]


def _said(prior: Any, text: str) -> Any:
    """A text in the manner of a prior one, which may hold it in several languages; None for nothing to say."""
    if isinstance(prior, dict):
        language = _language(prior)
        return {language: text} if text else None
    return text or None


def localised(value: Any) -> str:
    """A text, or of a text in several languages the English one, else the first."""
    if isinstance(value, dict):
        value = value.get(_language(value))
    return value if isinstance(value, str) else ""


def _language(texts: Map) -> str:
    if isinstance(texts.get(_LANGUAGE), str):
        return _LANGUAGE
    return next((str(key) for key, text in texts.items() if isinstance(text, str)), _LANGUAGE)


def variables_in(value: Any) -> dict[str, JsonValue]:
    """The variables of a conversation."""
    found: dict[str, JsonValue] = {}
    for name, row in value.items() if isinstance(value, dict) else ():
        if isinstance(row, dict):
            kind = row.get("type")
            shape: dict[str, Any] = {"type": kind if isinstance(kind, str) and kind else "string"}
            if isinstance(row.get("description"), str) and row["description"]:
                shape["description"] = row["description"]
            if row.get("value") not in (None, "", [], {}):
                shape["default"] = row["value"]
            found[name] = shape
    return found


def variables_out(variables: dict[str, JsonValue], prior: Map | None) -> Map:
    """The entries of a dsl that say a conversation's variables and the values a run begins with."""
    rows: Map = {}
    values: Map = {}
    for name, shape in variables.items():
        known = shape if isinstance(shape, dict) else {}
        row = {"name": name, "type": known.get("type", "string"), "value": known.get("default", "")}
        rows[name] = {**row, "description": known["description"]} if "description" in known else row
        values[f"env.{name}"] = row["value"]
    if prior is None:
        empty: Map = {"history": [], "messages": [], "path": [], "retrieval": [], "variables": rows}
        return {"globals": {**_GLOBALS, **values}, **empty}
    found: Map = {"variables": rows} if rows else {}
    return {**found, "globals": values} if values and isinstance(prior.get("globals"), dict) else found


def _in_order(dsl: Map) -> Map:
    order = ("title", "description", "components", "globals", "graph", "history", "messages", "path", "retrieval")
    return {key: dsl[key] for key in (*order, *dsl) if key in dsl}
