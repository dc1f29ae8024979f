"""What Flowise's editor copies into a new node: the definition of its component, so that its form can be filled in.

The definitions are data of Flowise's own package (see `_source` in the file), read only when a new node is written.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fjctl.formats.canvas.paths import Map

_NO_OUTPUT = frozenset({"loopAgentflow", "directReplyAgentflow"})
_GREY = "#9e9e9e"


@cache
def _definitions() -> dict[str, Any]:
    text = files("fjctl.formats").joinpath("flowise_definitions.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["nodes"]
    return found


def definition(kind: str, identifier: str) -> Map:
    """The part of a new node's `data` that is the same for all nodes of its type, and the values that its form begins
    with; nothing for a type that Flowise does not have. `kind` is the component, `identifier` the node's id."""
    found = _definitions().get(kind)
    if found is None:
        return {}
    data = {key: item for key, item in found.items() if key not in {"inputs", "outputs", "label"}}
    data["inputParams"] = [
        {**param, "id": f"{identifier}-input-{param['name']}-{param.get('type', 'string')}", "display": True}
        for param in found.get("inputs", [])
    ]
    return data | {"inputAnchors": [], "outputAnchors": anchors(kind, identifier), "outputs": {}, "selected": False}


def anchors(kind: str, identifier: str, count: int = 0) -> list[Map]:
    """The ways out of a node: by number for one that chooses among `count`, else one by its type's name."""
    found = _definitions().get(kind, {})
    if kind in _NO_OUTPUT:
        return []
    if kind == "humanInputAgentflow":
        count = 2
    if count or kind in {"conditionAgentflow", "conditionAgentAgentflow"}:
        names = list(range(max(count, 1)))
        return [{"id": f"{identifier}-output-{n}", "label": n, "name": n} for n in names]
    return [{"id": f"{identifier}-output-{kind}", "label": found.get("label", kind), "name": kind}]


def beginning(kind: str) -> Map:
    """The fields of a new node's form, empty: the editor writes every field that there is."""
    return {param["name"]: "" for param in _definitions().get(kind, {}).get("inputs", [])}


def edge_colors(source: str, target: str) -> Map:
    """The colours at the ends of an edge between two types of nodes."""
    found = _definitions()
    return {
        "sourceColor": found.get(source, {}).get("color", _GREY),
        "targetColor": found.get(target, {}).get("color", _GREY),
    }
