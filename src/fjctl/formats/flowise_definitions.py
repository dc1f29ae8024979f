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

NO_OUTPUT = frozenset({"loopAgentflow", "directReplyAgentflow"})
_GREY = "#9e9e9e"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("fjctl.formats").joinpath(name).read_text(encoding="utf-8"))
    return found


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = _read("flowise_definitions.json")["nodes"]
    return found


@cache
def _components() -> tuple[dict[str, Any], dict[str, str]]:
    """The definitions of the components of chatflows that are written, and the category of every one that there is."""
    found = _read("flowise_chatflow_definitions.json")
    return found["nodes"], {name: category for category, names in found["names"].items() for name in names}


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
    if kind in NO_OUTPUT:
        return []
    if kind == "humanInputAgentflow":
        count = 2
    if count or kind in {"conditionAgentflow", "conditionAgentAgentflow"}:
        names = list(range(max(count, 1)))
        return [{"id": f"{identifier}-output-{n}", "label": n, "name": n} for n in names]
    return [anchor(kind, identifier)]


def anchor(kind: str, identifier: str) -> Map:
    """The one way out of a node."""
    label = _definitions().get(kind, {}).get("label", kind)
    return {"id": f"{identifier}-output-{kind}", "label": label, "name": kind}


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


_PARAMS = frozenset(
    [
        "asyncOptions",
        "asyncMultiOptions",
        "options",
        "multiOptions",
        "array",
        "datagrid",
        "string",
        "number",
        "boolean",
        "password",
        "json",
        "code",
        "date",
        "file",
        "folder",
        "tabs",
        "conditionFunction",
    ]
)
"""The types of a component's inputs that are filled in; all others are connected (`initNode` of Flowise's editor)."""


def category(kind: str) -> str:
    """The category of a component of chatflows; empty for one that Flowise does not have."""
    return _components()[1].get(kind, "")


def component(kind: str) -> Map:
    """The definition of a component of chatflows; empty for one that is not written here."""
    found: Map = _components()[0].get(kind, {})
    return found


def component_data(kind: str, identifier: str, said: str) -> Map:
    """The `data` of a new node of a chatflow, without its settings; `said` is its category, which a file may have
    otherwise."""
    found = component(kind)
    rows = list(found.get("inputs", []))
    if found.get("credential"):
        rows.insert(0, found["credential"])
    rows = [{**row, "id": f"{identifier}-input-{row['name']}-{row['type']}"} for row in rows]
    more: Map = {key: found[key] for key in ("version", "type", "baseClasses", "description") if key in found}
    return {
        "id": identifier,
        "label": found.get("label", kind),
        "name": kind,
        **more,
        "category": said,
        "inputParams": [row for row in rows if row["type"] in _PARAMS or row["name"] == "credential"],
        "inputAnchors": [row for row in rows if row["type"] not in _PARAMS and row["name"] != "credential"],
        "outputAnchors": _ways(found, identifier),
        "outputs": {"output": found["outputs"][0]["name"]} if found.get("outputs") else {},
        "selected": False,
    }


def _ways(found: Map, identifier: str) -> list[Map]:
    """The ways out of a component: several to choose from, one, or none."""
    if found.get("name") in _ENDING:
        return []
    if found.get("outputs"):
        options = [_way(row["name"], row["label"], row["baseClasses"], identifier) for row in found["outputs"]]
        for option, row in zip(options, found["outputs"], strict=True):
            option.update({"isAnchor": True} if row.get("isAnchor") else {})
        return [
            {"name": "output", "label": "Output", "type": "options", "options": options, "default": options[0]["name"]}
        ]
    return [_way(found["name"], found["type"], found["baseClasses"], identifier)] if found else []


_ENDING = frozenset({"seqLoop", "seqEnd", "stickyNote"})


def _way(name: str, label: str, kinds: list[str], identifier: str) -> Map:
    return {
        "id": f"{identifier}-output-{name}-{'|'.join(kinds)}",
        "name": name,
        "label": label,
        "type": " | ".join(kinds),
    }
