"""Edits of raw Sim documents, as its editor makes them (see `support_edits` for the form of an edit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.model.references import normalize, rename_all
from tests.support_edits import Map, edited_by, some, text_from

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def _sim_state(value: Map) -> Map:
    for pointer in ((), ("state",), ("data",), ("data", "state")):
        found: Any = value
        for part in pointer:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, dict) and isinstance(found.get("blocks"), dict):
            return found
    raise AssertionError("no Sim state")


def _sub(block: Map, *names: str) -> Map | None:
    for name in names:
        found = block.get("subBlocks", {}).get(name)
        if isinstance(found, dict) and isinstance(found.get("value"), str) and found["value"]:
            return cast("Map", found)
    return None


def rename_block(value: Map, pick: Any) -> Map | None:
    """Gives a block another name, and the references to it with it, as Sim's editor does."""
    state = _sim_state(value)
    block = some(pick, list(state["blocks"].values()))
    old, block["name"] = normalize(block["name"]), f"Renamed {len(state['blocks'])}"
    names = [normalize(other["name"]) for other in state["blocks"].values()]
    new = normalize(block["name"])
    if old and old not in names:
        blocks = rename_all(
            state["blocks"], lambda at, rest: (f"{new}.{rest}" if rest else new) if normalize(at) == old else None
        )
        state["blocks"] = blocks
    return value


def block_text(value: Map, pick: Any) -> Map | None:
    """Changes a prompt, an address or a code."""
    found = [
        sub
        for b in _sim_state(value)["blocks"].values()
        for sub in [_sub(b, "systemPrompt", "context", "prompt", "url", "code", "content")]
        if sub
    ]
    if not found:
        return None
    some(pick, found)["value"] += " changed"
    return value


def remove_edge(value: Map, pick: Any) -> Map | None:
    """Takes an edge away."""
    edges = _sim_state(value)["edges"]
    if not edges:
        return None
    del edges[pick(len(edges))]
    return value


def remove_block(value: Map, pick: Any) -> Map | None:
    """Takes a block away, and its edges."""
    state = _sim_state(value)
    parents = {(b.get("data") or {}).get("parentId") for b in state["blocks"].values()}
    found = [
        key
        for key, b in state["blocks"].items()
        if key not in parents and b["type"] not in {"starter", "start_trigger"}
    ]
    if not found:
        return None
    key = some(pick, found)
    del state["blocks"][key]
    state["edges"] = [edge for edge in state["edges"] if key not in (edge["source"], edge["target"])]
    return value


def add_block(value: Map, pick: Any) -> Map | None:
    """Puts a new agent behind the start."""
    state = _sim_state(value)
    if "new-1" in state["blocks"]:
        return None
    first = next(iter(state["blocks"]))
    state["blocks"]["new-1"] = {
        "id": "new-1",
        "type": "agent",
        "name": "Brand new",
        "position": {"x": 5, "y": 6},
        "enabled": True,
        "subBlocks": {
            "messages": {
                "id": "messages",
                "type": "messages-input",
                "value": [{"role": "system", "content": text_from(pick)}],
            }
        },
        "outputs": {},
    }
    state["edges"].append(
        {"id": "new-e", "source": first, "target": "new-1", "sourceHandle": "source", "targetHandle": "target"}
    )
    return value


def move(value: Map, pick: Any) -> Map | None:
    """Drags a block to another place."""
    some(pick, list(_sim_state(value)["blocks"].values()))["position"] = {"x": 777.5, "y": -12}
    return value


def switch_off(value: Map, pick: Any) -> Map | None:
    """Switches a block off."""
    some(pick, list(_sim_state(value)["blocks"].values()))["enabled"] = False
    return value


WORKFLOW_EDITS: dict[str, Any] = {
    "rename_block": rename_block,
    "block_text": block_text,
    "remove_edge": remove_edge,
    "remove_block": remove_block,
    "add_block": add_block,
    "move": move,
    "switch_off": switch_off,
}
"""Edits of a Sim document as its editor makes them."""


def workflow_edits(value: Map, most: int = 2) -> SearchStrategy[tuple[list[str], Map]]:
    """Random edits of a raw Sim document: their names and the result."""
    return edited_by(value, WORKFLOW_EDITS, most)
