"""Plain React Flow documents: `toObject()` of React Flow 9 to 12, of any canvas that draws with it.

Sources: xyflow, packages/react and packages/system (12.x), 11.11.4 and 9.7.4; files of RAGFlow and ChainForge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.base import Decoded, finding
from fjctl.formats.graph import check_graph
from fjctl.formats.reactflow_kinds import LAYOUT, NOISE, PLAIN_HANDLES
from fjctl.formats.reactflow_read import MEANING, graph_pointer, id_of, read
from fjctl.formats.reactflow_write import encode
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

__all__ = ["decode", "encode", "graph_pointer", "list_key", "own_part"]


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed React Flow document."""
    pointer = graph_pointer(value)
    if pointer is None:
        hint = 'React Flow\'s toObject() gives a map with a list of "nodes" and a list of "edges"'
        return Decoded(Workflow(), [finding("FJ300", 'no lists of "nodes" and "edges" found', hint=hint)])
    reading = read(value, pointer)
    reading.found += check_graph(reading.workflow, lambda block: reading.places.get(block, pointer))
    return Decoded(reading.workflow, reading.found)


def list_key(_: Pointer, item: dict[str, JsonValue]) -> object:
    """Edges by their ends and handle, other rows by id or name."""
    if "source" in item and "target" in item:
        handle = item.get("sourceHandle")
        text = id_of(handle)
        return (id_of(item["source"]), id_of(item["target"]), "" if text.lower() in PLAIN_HANDLES else text)
    for key in ("id", "uuid", "name", "key", "variable", "label"):
        found = item.get(key)
        if isinstance(found, (str, int)) and found != "":
            return found
    return None


_EDGE_MEANING = frozenset({"source", "target", "sourceHandle", "label", "data"})
_NODE_MEANING = frozenset({"id", "type", "data", "parentId", "parentNode"})
_EDGE_TALK = frozenset({"confirm", "delay", "priority", "notes", "label", "condition"})


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """Why a field of a React Flow file stays in the workflow."""
    parts = [str(part) for part in pointer]
    place = next((n for n, part in enumerate(parts) if part in {"nodes", "edges", "elements"}), -1)
    if place < 0 or len(pointer) <= place + 1 or not isinstance(pointer[place + 1], int):
        return "" if place == len(parts) - 1 else _own_of_envelope(parts, value)
    inner = parts[place + 2 :]
    if not inner:
        return ""
    if parts[place] == "edges" or inner[0] in {"source", "target", "sourceHandle", "targetHandle", "label"}:
        return _own_of_edge(inner)
    if inner[:2] == ["data", "label"] or (len(inner) > 3 and value == inner[-2]):
        return "derived?"  # a component's name (RAGFlow), a row that repeats its key
    return _own_of_node(inner)


def _own_of_envelope(parts: list[str], value: JsonValue) -> str:
    """What stands around nodes and edges: maps on the way to them and the title mean something."""
    last = parts[-1]
    if MEANING in parts or last in {"name", "description", "metadata"}:
        return ""
    if last == "title" or parts[-2:-1] in (["title"], ["name"], ["description"]):
        return "" if isinstance(value, dict) else "envelope?"
    if last in {"viewport", "zoom", "position"}:
        return "layout"
    return "" if isinstance(value, dict) and graph_pointer(value) is not None else "envelope"


def _own_of_edge(inner: list[str]) -> str:
    if inner[0] == "id":
        return "identity"
    if inner[0] == "data" and len(inner) > 1:
        return "" if inner[1] in _EDGE_TALK else "editor"
    if inner[0] in {"source", "target", "sourceHandle"}:
        return "dangling?"
    if inner[0] in _EDGE_MEANING:
        return ""
    return "layout" if inner[0] in {"targetHandle", "type", "style", "markerEnd", "markerStart", "zIndex"} else "editor"


def _own_of_node(inner: list[str]) -> str:
    head = inner[0]
    if head == "id":
        return "identity"
    if head in LAYOUT:
        return "layout"
    if head not in _NODE_MEANING:
        return "editor"
    if head != "data" or len(inner) == 1:
        return ""
    if inner[1] in NOISE or (len(inner) > 2 and inner[2] in NOISE):
        return "editor"
    if len(inner) > 2 and inner[1] in {"form", "config", "data"} and inner[2] == "outputs":
        return "derived"
    return ""
