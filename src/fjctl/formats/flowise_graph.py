"""What all of Flowise's flows share: `{nodes, edges}`, each node with its component's definition copied into `data`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from fjctl.formats.base import finding, is_blank, warning
from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.secrets import secret_part, without_secrets

if TYPE_CHECKING:
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer

LAYOUT = frozenset(
    ["position", "positionAbsolute", "width", "height", "style", "zIndex", "extent", "sourcePosition", "targetPosition"]
)
EDITOR = frozenset(["selected", "dragging", "resizing", "draggable", "hidden", "expandParent"])
NOWHERE = "nowhere"
"""The port of an edge that leaves a node that chooses by none of its ways out: the canvas does not draw it."""
TAB = re.compile(r"selected\w*Tab_")
"""Settings that say which tab of a node's form is open."""


def is_tab(key: str, value: object) -> bool:
    """Whether a setting only says in which of its forms it is given (`stateMemory: stateMemoryUI`)."""
    return isinstance(value, str) and value.startswith(key) and value.removeprefix(key) in {"UI", "Code", "Function"}


PAYLOAD = frozenset(
    [
        "version",
        "type",
        "color",
        "icon",
        "hideInput",
        "hideOutput",
        "baseClasses",
        "tags",
        "category",
        "description",
        "inputParams",
        "inputAnchors",
        "outputAnchors",
        "outputs",
        "credential",
        "loadMethods",
        "author",
        "warning",
        "hint",
        "documentation",
        "badge",
        "deprecateMessage",
        "filePath",
        "iconSrc",
        "expanded",
    ]
)
"""Keys of `data` that are copied from the component's definition."""

_PROVIDERS = {"claude": "chatAnthropic", "gemini": "chatGoogleGenerativeAI", "mistral": "chatMistralAI"}
USUAL_PROVIDER, USUAL_MODEL = "chatOpenAI", "gpt-4o-mini"


def provider_of(model: object) -> str:
    """The component that Flowise talks to a model by, from the model's name."""
    name = model.lower() if isinstance(model, str) else ""
    return next((component for word, component in _PROVIDERS.items() if word in name), USUAL_PROVIDER)


def graph_of(value: JsonValue) -> Map | None:
    """The map that holds the lists of nodes and edges; None where there is none."""
    if isinstance(value, dict) and isinstance(value.get("nodes"), list) and isinstance(value.get("edges"), list):
        return cast("Map", value)
    return None


def data_of(raw: Map) -> Map:
    """A node's `data`, empty where it is no map."""
    data = raw.get("data")
    return data if isinstance(data, dict) else {}


def category_of(raw: Map) -> str:
    """The category of a node's component; empty where it says none."""
    found = data_of(raw).get("category")
    return found if isinstance(found, str) else ""


def title(drawing: Drawing, prior: JsonValue) -> Map:
    """Name and description, where the file has room for them: exports have none, files of the marketplace do."""
    room = prior.keys() if isinstance(prior, dict) else {"name", "description"}
    return {key: item for key in ("name", "description") if (item := getattr(drawing, key)) and key in room}


class Flowise(Dialect):
    """A flow of any kind; the kinds differ in ports, types and what a connection means."""

    title = "Flowise"

    def open(self, value: JsonValue) -> Drawing | None:
        """Takes a flow apart."""
        graph = graph_of(value)
        if graph is None:
            return None
        drawing = Drawing()
        for key in ("name", "description"):
            found = graph.get(key)
            setattr(drawing, key, found if isinstance(found, str) else "")
        for place, raw in enumerate(graph["nodes"]):
            self._node(drawing, raw, ("nodes", place))
        for place, raw in enumerate(graph["edges"]):
            self._edge(drawing, raw, ("edges", place))
        self.opened(drawing)
        return drawing

    def opened(self, drawing: Drawing) -> None:
        """What else a kind of flow says by its nodes."""

    def _node(self, drawing: Drawing, raw: Any, pointer: Pointer) -> None:
        identifier = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(identifier, str) or not identifier:
            hint = "Flowise cannot draw it either; give it an id, or remove it"
            drawing.found.append(finding("FJ301", "a node has no id", pointer, hint=hint))
            return
        if identifier in drawing.by_id():
            message = f"two nodes have the id {identifier!r}"
            drawing.found.append(finding("FJ302", message, pointer, hint="give each node an id of its own"))
            return
        data = data_of(raw)
        name = data.get("name")
        node = Node(id=identifier, type=name if isinstance(name, str) else str(raw.get("type") or ""), raw=raw)
        node.pointer, node.parent = pointer, _text(raw.get("parentNode")) or _text(raw.get("parentId")) or None
        inputs = data.get("inputs")
        given, secrets = without_secrets(inputs if isinstance(inputs, dict) else {}, (*pointer, "data", "inputs"))
        drawing.found += secrets
        node.settings = self.settings_of(node, {key: item for key, item in given.items() if not is_blank(item)})
        node.name = self.name_of(data)
        position = raw.get("position")
        position = position if isinstance(position, dict) else {}
        node.x, node.y = _number(position.get("x")), _number(position.get("y"))
        node.width, node.height = _number(raw.get("width")), _number(raw.get("height"))
        drawing.nodes.append(node)

    def settings_of(self, node: Node, given: Map) -> Map:
        """A node's settings, without what only repeats something else."""
        del node
        return given

    def name_of(self, data: Map) -> str:
        """What a person calls a node."""
        return _text(data.get("label"))

    def _edge(self, drawing: Drawing, raw: Any, pointer: Pointer) -> None:
        ends = [_text(raw.get(key)) if isinstance(raw, dict) else "" for key in ("source", "target")]
        if not all(ends):
            hint = "remove the edge"
            drawing.found.append(warning("FJ301", "an edge has no source or no target", pointer, hint=hint))
            return
        known = drawing.by_id()
        missing = next((end for end in ends if end not in known), None)
        if missing is not None:
            message = f"the edge leads to or from {missing!r}, which is no node"
            hint = "it stays in the file and means nothing; remove it"
            drawing.found.append(warning("FJ303", message, pointer, hint=hint))
            return
        wire = Wire(source=ends[0], target=ends[1], id=_text(raw.get("id")), raw=raw, pointer=pointer)
        wire.out = self.out_port(known[wire.source], _text(raw.get("sourceHandle")))
        wire.into = self.in_port(known[wire.target], _text(raw.get("targetHandle")))
        drawing.wires.append(wire)

    def out_port(self, node: Node, handle: str) -> str:
        """The port that a source handle means."""
        raise NotImplementedError

    def in_port(self, node: Node, handle: str) -> str:
        """The port that a target handle means."""
        raise NotImplementedError

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """Why a field of a flow stays in it."""
        parts = [str(part) for part in pointer]
        if len(parts) == 1:
            return "" if parts[0] in {"nodes", "edges", "name", "description"} else "envelope"
        if parts[0] == "edges":
            return _own_of_edge(parts[2:])
        if parts[0] != "nodes" or len(parts) < 3:
            return "" if parts[0] == "nodes" else "envelope"
        head = parts[2]
        if head == "id":
            return "identity"
        if head in LAYOUT:
            return "layout"
        if head in EDITOR:
            return "editor"
        if head in {"parentNode", "parentId"}:
            return ""
        if head == "type":
            return "derived"
        return _own_of_data(parts[3:], pointer, value) if head == "data" else "editor"


def _own_of_edge(parts: list[str]) -> str:
    if not parts or parts[0] in {"source", "target", "sourceHandle"}:
        return "dangling?" if parts else ""
    if parts[0] == "id":
        return "identity"
    if parts[0] == "targetHandle":
        return "derived?"
    return "layout"


def _own_of_data(parts: list[str], pointer: Pointer, value: JsonValue) -> str:
    if not parts:
        return ""
    if parts[0] == "id":
        return "identity"
    if parts[0] in {"name", "label"}:
        return ""
    if parts[0] == "selected":
        return "editor"
    if parts[0] != "inputs":
        return "payload" if parts[0] in PAYLOAD else "editor"
    if len(parts) == 1:
        return ""
    if TAB.match(parts[1]) or is_tab(parts[1], value) or value in ("[]", "{}"):
        return "editor"
    if isinstance(value, str) and value.startswith("{{") and value.endswith(".data.instance}}"):
        return "derived"  # a connection, written once more
    return secret_part(pointer, value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
