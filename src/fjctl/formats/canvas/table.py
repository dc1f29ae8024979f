"""A builder's node types as data: one row a type, saying what it is and where its settings keep each meaning.

Reading and writing are both derived from a row, so that a new type is a new row and no code. What is more than a
value at a place is a *form* (see `forms`), named in the row and defined once a builder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fjctl.formats.canvas.paths import Path


class Slot(NamedTuple):
    """One meaning and its place. `meaning` is a path in a block's `fields` (see `model/workflow.py`), or empty for a
    form that reads several; `place` a path in the node's settings; `form` the name of its spelling, empty for the very
    value. Of two slots for one meaning the first that has a value counts."""

    meaning: Path
    place: Path
    form: str = ""


class NodeType(NamedTuple):
    """What one type of node is.

    `kind`: None for a node that is no block of its own (see `role`). `implied` are fields every such node has without
    saying so. `usual` are the settings a new node begins with; a node that has these says nothing by them. `rest` is
    where in the fields all other settings go (None: nowhere). `choices` names how its ways out are spelled. `outputs`
    are the builder's names of what it gives, with ours (`{"text": "content"}`). `role`: what it is to the block it
    feeds (`model`, `memory`, `tool` …); `body` is the node where a container's inside begins. `writes`: whether a
    block of this kind may be written as this type where nothing says otherwise. `known` are the settings, beside the
    usual ones and those of the slots, that such a node has (None: any). All others stand under `more` in the fields, so
    that settings of another builder, whose names may mean something else here, are told from them and not written.
    `ports` are, for a type that has its model and tools as nodes of their own, role → port that they enter by. `label`
    is what a new node is called.
    """

    name: str
    kind: BlockKind | None
    slots: tuple[Slot, ...] = ()
    implied: Mapping[Path, object] = {}
    usual: Mapping[str, Any] = {}
    rest: Path | None = ("extras",)
    choices: str = ""
    outputs: Mapping[str, str] = {}
    role: str = ""
    writes: bool = True
    ports: Mapping[str, str] = {}
    label: str = ""
    known: frozenset[str] | None = None


def slots(*rows: str) -> tuple[Slot, ...]:
    """Slots from lines `meaning <- place` or `meaning <- place : form`, paths dotted; `*` as meaning reads several."""
    found = []
    for row in rows:
        meaning, _, rest = row.partition("<-")
        place, _, form = rest.partition(":")
        path = tuple(meaning.strip().split(".")) if meaning.strip() != "*" else ()
        found.append(Slot(path, tuple(place.strip().split(".")), form.strip()))
    return tuple(found)


def implied(**values: object) -> dict[Path, object]:
    """Implied fields from keywords: `tool__kind="http"` is the field `kind` of `tool`."""
    return {tuple(key.split("__")): item for key, item in values.items()}


class Table:
    """The rows of one builder, by type name and by kind."""

    def __init__(self, rows: Iterable[NodeType]) -> None:
        self.rows: dict[str, NodeType] = {row.name: row for row in rows}
        self.first: dict[BlockKind, NodeType] = {}
        for row in self.rows.values():
            if row.kind is not None and row.writes and not row.role:
                self.first.setdefault(row.kind, row)

    def get(self, name: str) -> NodeType | None:
        """The row of a type; None for a type nobody has listed."""
        return self.rows.get(name)

    def of_kind(self, kind: BlockKind) -> NodeType | None:
        """The type that a block of this kind is written as."""
        return self.first.get(kind)


def opaque(name: str) -> NodeType:
    """The row of a type nobody knows: a tool by its name, kept whole."""
    said = implied(tool__kind="external", tool__service=name or "node", tool__settings__opaque=True)
    return NodeType(name, BlockKind.OPAQUE, implied=said, rest=("tool", "arguments"))


def service(name: str, kind: BlockKind = BlockKind.INTEGRATION, called: str = "") -> NodeType:
    """The row of a call to a service whose settings are the arguments; `called` is what the service is named. What
    else the row says is added with `_replace`."""
    said = implied(tool__kind="external", tool__service=called or name)
    return NodeType(name, kind, implied=said, rest=("tool", "arguments"))
