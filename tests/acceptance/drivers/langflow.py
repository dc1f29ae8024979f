"""What Langflow's own loader says of flows. Runs in the environment that holds `lfx`, never in ours.

Reads a JSON list of paths from its input and writes `{path: [[place, message], ...]}` to the file it is given.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from lfx.cli.validation import validate_flow_file
from lfx.graph.graph.base import Graph
from lfx.load import aload_flow_from_json
from lfx.services.deps import get_settings_service
from lfx.utils.flow_validation import CustomComponentValidationError


def structure(path: Path) -> list[tuple[str, str]]:
    """The errors of `lfx validate --level 1`. Its warnings do not make it refuse a file."""
    try:
        result = validate_flow_file(path, level=1)
    except Exception as error:  # noqa: BLE001 - it expects a mapping
        return [("", f"{type(error).__name__}: {error}")]
    return [(issue.node_id or "", issue.message) for issue in result.errors]


def loading(path: Path) -> list[tuple[str, str]]:
    """What stops `Graph.from_payload`, which constructs each component and checks each edge, and runs nothing.

    A component whose code needs a package that is not here (a model provider's) stops it too; the graph is then built
    once more without components, so that its shape is still judged.
    """
    stopped = []
    try:
        graph = asyncio.run(aload_flow_from_json(path))
    except Exception as error:  # noqa: BLE001 - whatever the loader raises is its verdict
        stopped = [("", f"{type(error).__name__}: {error}")]
        try:
            graph = Graph.from_payload(json.loads(path.read_text(encoding="utf-8")), instantiate_components=False)
        except Exception as again:  # noqa: BLE001
            return [*stopped, ("", f"{type(again).__name__}: {again}")] if str(again) != str(error) else stopped
    stopped += [one for vertex in graph.vertices for one in _choices(vertex)]
    return stopped + [
        (edge.target_id, f"an edge brings a value to {edge.target_param!r}, which the component does not take")
        for edge in graph.edges
        if not _arrives(graph, edge)
    ]


def _arrives(graph: Any, edge: Any) -> bool:
    """Whether the loader made the edge's source a parameter of its target: it passes over unknown fields in silence."""
    source, target = graph.get_vertex(edge.source_id), graph.get_vertex(edge.target_id)
    value = target.params.get(edge.target_param)
    values = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    return any(one is source for one in values)


def _choices(vertex: Any) -> list[tuple[str, str]]:
    """Values that the component's class does not offer: not refused, but never met when the flow runs."""
    inputs = getattr(vertex.custom_component, "_inputs", {})
    template = vertex.data["node"]["template"]
    found = []
    for name, one in inputs.items():
        value = template.get(name, {}).get("value")
        offered = getattr(one, "options", None)
        fixed = type(one).__name__ == "DropdownInput" and not one.combobox and not one.refresh_button
        if fixed and offered and isinstance(value, str) and value and value not in offered:
            found.append((vertex.id, f"{name} cannot be {value}"))
    return found


def locked(path: Path) -> list[tuple[str, str]]:
    """The components that a server without custom components (`allow_custom_components` off) refuses.

    Such a server takes a component's code from its own registry, found by the node's type. A node that says it is a
    `CustomComponent` is left out: there it is right to refuse.
    """
    settings = get_settings_service().settings
    settings.allow_custom_components = False
    try:
        asyncio.run(aload_flow_from_json(path))
    except CustomComponentValidationError as error:
        named = re.findall(r"\(([^()]+)\)(?:, |$)", str(error))
        return [(name, "not a component of a server that allows no custom ones") for name in named] or [
            ("", str(error))
        ]
    except Exception:  # noqa: BLE001 - a fault of another kind is what `loading` has told already
        return []
    finally:
        settings.allow_custom_components = True
    return []


def custom_nodes(path: Path) -> set[str]:
    nodes = json.loads(path.read_text(encoding="utf-8"))["data"]["nodes"]
    return {node["id"] for node in nodes if node["data"].get("type") == "CustomComponent"}


def main() -> None:
    verdicts = {}
    for name in json.load(sys.stdin):
        path = Path(name)
        verdicts[name] = structure(path) or [*loading(path), *locked(path)]
    Path(sys.argv[1]).write_text(json.dumps(verdicts), encoding="utf-8")


if __name__ == "__main__":
    main()
