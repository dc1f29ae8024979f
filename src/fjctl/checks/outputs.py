"""What a node gives to those that refer to it: the fields of its output, as far as they are known.

The names are Sim's (apps/sim/blocks, outputs of the core blocks), which journeys use as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from fjctl.checks.graph import Node

_AGENT = frozenset({"content", "model", "tokens", "toolCalls", "providerTiming", "cost", "error", "response"})
KNOWN: dict[BlockKind, frozenset[str]] = {
    BlockKind.AGENT: _AGENT,
    BlockKind.HTTP: frozenset({"data", "status", "headers", "error", "response"}),
    BlockKind.CODE: frozenset({"result", "stdout", "error", "response"}),
    BlockKind.CONDITION: frozenset(
        {"conditionResult", "selectedPath", "selectedOption", "content", "error", "response"}
    ),
    BlockKind.LOOP: frozenset({"results", "result", "index", "iteration", "currentItem", "item", "items", "error"}),
    BlockKind.PARALLEL: frozenset({"results", "result", "index", "currentItem", "items", "error"}),
    BlockKind.WAIT: frozenset({"waitDuration", "status", "resumeAt", "error"}),
}
"""The first part of a path, by the kind of the node; a kind that is not here may give anything."""


def fields_of(node: Node) -> frozenset[str] | None:
    """The fields a node is known to give; None where anything may come."""
    known = KNOWN.get(node.kind)
    if known is None:
        return None
    if node.kind is BlockKind.AGENT:
        schema = _schema(node)
        if schema is None:
            return known
        properties = schema.get("properties")
        return known | frozenset(properties) if isinstance(properties, dict) else None
    return known


def _schema(node: Node) -> dict[str, Any] | None:
    """The schema of an agent's answer, without the envelope that names it."""
    agent = node.fields.get("agent")
    written = agent.get("output") if isinstance(agent, dict) else None
    if written is None:
        return None
    if not isinstance(written, dict):
        return {}
    inner = written.get("schema")
    return inner if isinstance(inner, dict) else written
