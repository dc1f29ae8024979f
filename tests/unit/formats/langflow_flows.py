"""Small Langflow documents, written as its editor does: what the tests say of a component, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.langflow_graph import edge_id, spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def node(kind: str, identifier: str, values: dict[str, Any], from_database: Iterable[str] = ()) -> Any:
    """A component with fields of these values; those `from_database` name a global variable."""
    template: dict[str, Any] = {"_type": "Component", "code": {"type": "code", "value": "class X(Component):\n    ..."}}
    for name, value in values.items():
        template[name] = {"name": name, "type": "str", "value": value, "load_from_db": name in set(from_database)}
    inner = {"display_name": kind, "description": "", "template": template, "outputs": [], "base_classes": []}
    place = float(len(identifier) * 100)
    return {
        "id": identifier,
        "type": "genericNode",
        "position": {"x": place, "y": 40.0},
        "data": {"id": identifier, "type": kind, "node": inner},
    }


def link(source: str, target: str, *, types: Sequence[str] = ("Message",), back: bool = False) -> Any:
    """An edge from `component.output` to `component.field`; `back`: to a loop's output, as the end of its body."""
    (first, output), (last, field) = (end.rsplit(".", 1) for end in (source, target))
    start = {"dataType": first.partition("-")[0], "id": first, "name": output, "output_types": list(types)}
    end: dict[str, Any] = {"fieldName": field, "id": last, "inputTypes": list(types), "type": "str"}
    if back:
        end = {"dataType": last.partition("-")[0], "id": last, "name": field, "output_types": list(types)}
    return {
        "id": edge_id(first, last, (start, end)),
        "source": first,
        "target": last,
        "sourceHandle": spell(start),
        "targetHandle": spell(end),
        "data": {"sourceHandle": start, "targetHandle": end},
    }


def flow(nodes: list[Any], edges: list[Any]) -> Any:
    """A whole document."""
    return {
        "id": "0b0c5e0e-0000-4000-8000-000000000000",
        "name": "A flow",
        "description": "",
        "data": {"nodes": nodes, "edges": edges, "viewport": {"x": 0, "y": 0, "zoom": 1}},
        "is_component": False,
        "last_tested_version": "1.8.0",
    }
