"""A builder's graph in the one form that reading and writing share: nodes with settings, and wires between ports.

Each builder's module takes its own document apart into a `Drawing` and puts one together again; everything between a
`Drawing` and a `Workflow` is the same for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer


@dataclass(slots=True, kw_only=True)
class Node:
    """One node. `settings` is what its author set, by name, wherever the builder keeps it (retries and descriptions
    included, the editor's state and copies of the component's definition not). `raw` is the node as it stands in the
    document, empty for a new one; `pointer` its place there. `inside`: for a loop drawn flat whose body was found, the
    wires in its body, the way in and the ways back included (see `loops`); None for every other node. `mark` is what
    `open` has found out about a node beyond its settings and `type_of` goes by (that nothing follows it, say); `role`
    what it is to what it feeds, where the wires say so and not its type (see `NodeType.role`)."""

    id: str
    type: str
    name: str = ""
    settings: Map = field(default_factory=dict)
    parent: str | None = None
    enabled: bool = True
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    raw: Map = field(default_factory=dict)
    pointer: Pointer = ()
    role: str = ""
    inside: tuple[Wire, ...] | None = None
    mark: str = ""


@dataclass(slots=True, kw_only=True)
class Wire:
    """One connection, from the port `out` of a node to the port `into` of another. Ports are named as the builder
    means them, not as it spells them (`true`, not `if_0-output-true`). `raw` and `pointer` as for nodes."""

    source: str
    target: str
    out: str = ""
    into: str = ""
    id: str = ""
    raw: Any = None
    pointer: Pointer = ()

    def ends(self) -> tuple[str, str, str, str]:
        """What makes two wires the same."""
        return (self.source, self.out, self.target, self.into)


@dataclass(slots=True, kw_only=True)
class Drawing:
    """A whole document, taken apart. `variables` as in the journey (name → type, default …); `extras` are settings of
    the whole workflow that the model has no word for; `environment` are the names of the environment variables that
    the document declares; `fresh` says that it is being written for the first time. `asked` are the names of what a run
    is started with, for builders whose texts call these otherwise than other outputs."""

    nodes: list[Node] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    name: str = ""
    description: str = ""
    variables: dict[str, JsonValue] = field(default_factory=dict)
    extras: dict[str, JsonValue] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    fresh: bool = False
    environment: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}
