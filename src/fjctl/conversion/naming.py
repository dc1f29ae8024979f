"""Which document id belongs to which node: `a` a state, `entries.a` an entry, `notes.a` a note, `a.next` the block
that chooses among the ways out of `a`. The same keys stand in a journey's `origin.nodes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fjctl.model.names import humanize, state_id
from fjctl.model.references import BY_ID, references
from fjctl.model.workflow import ENTRY_KINDS, Block, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.model.journey import Journey

ENTRY = "entries."
NOTE = "notes."
DEFAULT_ENTRY = "start"


@dataclass(slots=True, eq=False)
class Hints:
    """What an existing journey calls things, so that a new reading of its workflow calls them the same.

    `keys` is node id → key, `tools` is state id → names of the tools it runs, `commands` for each state that
    lists user commands as such those that it writes as transitions all the same,
    `agent_tools` what the model may call in a state, `journey` the document's id.
    """

    journey: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    tools: dict[str, list[str]] = field(default_factory=dict)
    commands: dict[str, set[str]] = field(default_factory=dict)
    agent_tools: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True, eq=False, repr=False)
class Naming:
    """The ids given to one workflow's blocks."""

    states: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def key(self, block_id: str) -> str | None:
        """The name other states use for a block: its state or entry id."""
        return self.states.get(block_id) or self.entries.get(block_id)


def hints_of(journey: Journey, nodes: Mapping[str, str] | None = None) -> Hints:
    """The hints an existing journey gives; `nodes` (key → node id) instead of its `origin.nodes` where given."""
    from fjctl.model.journey import transitions, walk

    table = journey.get("origin", {}).get("nodes", {}) if nodes is None else nodes
    tools: dict[str, list[str]] = {}
    commands: dict[str, set[str]] = {}
    callable_tools: dict[str, list[str]] = {}
    for _, name, state in walk(journey["states"]):
        if state.get("commands"):
            ways = transitions({"next": state.get("next", [])})
            commands[name] = {way["command"] for way in ways if "command" in way}
        if "chat" in state and state.get("tools"):
            callable_tools[name] = state["tools"]
        used = state.get("tool")
        if used is not None:
            tools[name] = [used] if isinstance(used, str) else list(used)
    keys = {node: key for key, node in table.items()}
    return Hints(journey["journey"], keys, tools, commands, callable_tools)


def tags_of(workflow: Workflow) -> frozenset[str]:
    """What stands in the texts of a workflow in the form of a reference by name (`<translation>`)."""
    found: set[str] = set()
    stack: list[object] = [block.fields for block in workflow.blocks]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if "<" in item:
                found.update(reference.name for reference in references(item) if not reference.name.startswith(BY_ID))
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return frozenset(found)


def name_blocks(workflow: Workflow, hints: Hints, tags: frozenset[str] = frozenset()) -> Naming:
    """Names every block: as hinted, else by the slug of its name, unique in document order, and none of `tags`."""
    naming = Naming()
    taken = {key for key in hints.keys.values() if "." not in key} | tags
    taken |= {key.removeprefix(ENTRY) for key in hints.keys.values() if key.startswith(ENTRY)}
    notes_taken = {key.removeprefix(NOTE) for key in hints.keys.values() if key.startswith(NOTE)}
    default = default_entry(workflow)
    for block in workflow.blocks:
        hint = hints.keys.get(block.id, "")
        if block.kind in ENTRY_KINDS:
            name = hint.removeprefix(ENTRY) if hint.startswith(ENTRY) else ""
            if not name:
                name = (
                    DEFAULT_ENTRY
                    if block is default and DEFAULT_ENTRY not in taken
                    else state_id(block.name, taken, "entry")
                )
            naming.entries[block.id] = name
            taken.add(name)
        elif block.kind is BlockKind.NOTE:
            name = hint.removeprefix(NOTE) if hint.startswith(NOTE) else state_id(block.name, notes_taken, "note")
            naming.notes[block.id] = name
            notes_taken.add(name)
        else:
            name = hint if hint and "." not in hint else state_id(block.name, taken, "state")
            naming.states[block.id] = name
            taken.add(name)
    return naming


def default_entry(workflow: Workflow) -> Block | None:
    """The block a journey starts from: the first plain start, else the first trigger."""
    entries = [block for block in workflow.blocks if block.kind in ENTRY_KINDS]
    plain = [block for block in entries if block.kind is BlockKind.START]
    return next(iter(plain or entries), None)


def title_for(block_name: str, identifier: str) -> str:
    """The title a document needs beside an id: empty where the id alone gives the block's name back."""
    return "" if block_name == humanize(identifier) else block_name
