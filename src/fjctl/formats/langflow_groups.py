"""Components that hold a flow of their own: what somebody grouped in the editor.

A group is one step. What its author made visible stands in its fields; what is in it stands under `inside`: its
components by id, with what each holds, so that nothing that was written there is hidden from the journey.
Source: lfx `graph/graph/utils.py` (`ungroup_node`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.langflow_graph import map_at, place_of, read_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.langflow_graph import Component

INSIDE = "inside"
FLOW = "flow"


def is_group(component: Component) -> bool:
    """Whether a component holds a flow."""
    return place_of(component.node.get(FLOW)) is not None


def inside(component: Component, shown: Callable[[Component], Map]) -> Map:
    """What is in a group: id → type, name, what it holds, and from where it takes what it is given. `shown` gives the
    values of a component that may be shown."""
    value = component.node.get(FLOW)
    graph = read_graph(value, place_of(value) or ())
    found: Map = {}
    for inner in graph.components.values():
        entry: Map = {"type": inner.type, "name": inner.name, **shown(inner)}
        for link in graph.entering.get(inner.id, ()):
            entry.setdefault("takes", {})[link.field] = f"{link.source}.{link.output}"
        if is_group(inner):
            entry[INSIDE] = inside(inner, shown)
        found[inner.id] = entry
    return found


def flow_from(prior: Component, said: Any, skeleton: Callable[[Component, str, Map], Map]) -> Map:
    """The flow of a prior group with what is said of its components; `skeleton` writes one of them from its name and
    its values."""
    value = prior.node.get(FLOW)
    place = place_of(value) or ()
    graph = read_graph(value, place)
    nodes: list[Map] = []
    for inner in graph.components.values():
        entry = map_at(said, inner.id)
        if not entry:
            continue
        values = {key: item for key, item in entry.items() if key not in {"type", "name", "takes", INSIDE}}
        made = skeleton(inner, str(entry.get("name", "")), values)
        if is_group(inner):
            made["data"]["node"][FLOW] = flow_from(inner, entry.get(INSIDE), skeleton)
        nodes.append(made)
    kept = {"source", "target", "sourceHandle", "targetHandle", "id", "data"}
    edges = [{key: item for key, item in link.raw.items() if key in kept} for link in graph.links]
    found: Map = {"nodes": nodes, "edges": edges}
    for key in reversed(place):
        found = {str(key): found}
    return found
