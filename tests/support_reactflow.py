"""Hypothesis strategies for raw React Flow documents: versions 9 to 12, plain and wrapped, any node types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.support_values import json_values, words

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

Map = dict[str, Any]

TYPES = (
    "start",
    "agent",
    "llmNode",
    "httpRequest",
    "code",
    "condition",
    "router",
    "end",
    "human",
    "note",
    "wait",
    "default",
    "customThing",
    "tool",
)
LABELS = ("Ask", "Größe", "日本", "Ask", "Look up", "", "Go/No-go")


class _CanvasMaker:
    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw
        self.version = draw(st.integers(9, 12))
        self.nodes: list[Map] = []
        self.edges: list[Map] = []

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def document(self) -> Map:
        for number in range(self.draw(st.integers(1, 5))):
            self._node(number)
        if self.chance(30):
            self._group()
        self._connect()
        view = {"x": 0, "y": 10.5, "zoom": 1}
        graph: Map = {"nodes": self.nodes, "edges": self.edges, "viewport": view}
        if self.version == 9:
            graph = {"elements": [*self.nodes, *self.edges], "position": [0, 0], "zoom": 1.0}
        wrapping = self.draw(st.integers(0, 2))
        if wrapping == 1:
            return {"name": "a flow", "flow": graph, "cache": {"x": [1.0, None]}}
        if wrapping == 2:
            return {**graph, "id": "f1", "foreign": self.draw(json_values)}
        return graph

    def _node(self, number: int, parent: str = "") -> Map:
        kind = self.draw(st.sampled_from(TYPES))
        node: Map = {"id": str(number) if self.chance(50) else f"n-{number}", "type": kind}
        node["position"] = {"x": self.draw(st.sampled_from((0, 12.5, -40))), "y": self.draw(st.integers(-20, 300))}
        node["data"] = {"label": self.draw(st.sampled_from(LABELS)), **self._data(kind)}
        if kind == "default" and self.chance(30):
            del node["type"]
        if self.version == 12 and self.chance(60):
            node["measured"] = {"width": 150, "height": 40}
        elif self.version < 12 and self.chance(60):
            node |= {
                "width": 150,
                "height": 40,
                "positionAbsolute": dict(node["position"]),
                "selected": False,
                "dragging": False,
            }
        if parent:
            node |= {"parentId" if self.version == 12 else "parentNode": parent, "extent": "parent"}
        self.nodes.append(node)
        return node

    def _data(self, kind: str) -> Map:
        if kind in {"agent", "llmNode"}:
            return {"prompt": self.draw(words), "model": "gpt-4o", **({"temperature": 0.5} if self.chance(50) else {})}
        if kind == "httpRequest":
            return {"url": "https://shop.example/x", "method": "GET", "headers": {"A": self.draw(words)}}
        if kind == "code":
            return {"code": self.draw(words), "language": "javascript"}
        if kind == "condition":
            return {"condition": "x > 1"} if self.chance(50) else {}
        if kind == "note":
            return {"text": self.draw(words)}
        if kind == "wait":
            return {"seconds": 5}
        return {"custom": self.draw(json_values)} if self.chance(40) else {}

    def _group(self) -> None:
        box: Map = {
            "id": "box",
            "type": "group",
            "position": {"x": 0, "y": 0},
            "data": {"label": "A box"},
            "style": {"width": 300, "height": 200},
        }
        self.nodes.append(box)
        self._node(len(self.nodes), "box")

    def _connect(self) -> None:
        plain = [
            node
            for node in self.nodes
            if node.get("type") != "note"
            and not node.get("parentId")
            and not node.get("parentNode")
            and node["id"] != "box"
        ]
        for place, node in enumerate(plain):
            for target in plain[place + 1 :]:
                if not self.chance(40):
                    continue
                edge: Map = {"id": f"e{len(self.edges)}", "source": node["id"], "target": target["id"]}
                if node.get("type") == "condition":
                    edge["sourceHandle"] = self.draw(st.sampled_from(("true", "false")))
                elif node.get("type") == "router":
                    edge["label"] = self.draw(st.sampled_from(("refunds", "größe", "else")))
                elif self.chance(20):
                    edge |= {"sourceHandle": None, "targetHandle": None, "animated": True}
                self.edges.append(edge)


@st.composite
def reactflow_documents(draw: DrawFn) -> Map:
    """What `toObject()` gives, and what applications make of it."""
    return _CanvasMaker(draw).document()
