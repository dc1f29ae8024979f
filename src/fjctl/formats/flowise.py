"""Flowise: agentflow v2, sequential agents and multi-agents (v1), chatflows; the JSON that its canvas exports.

Sources: FlowiseAI/Flowise `packages/ui` (export and canvas), `packages/server/src/utils/buildAgentflow.ts`,
`packages/components/nodes`; marketplace files of the tags 1.4.0 to 3.1.3. What is written new is an agentflow v2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import Decoded, Encoded, finding
from fjctl.formats.canvas import reader, writer
from fjctl.formats.flowise_agentflow import AGENTFLOW
from fjctl.formats.flowise_components import COMPONENTS
from fjctl.formats.flowise_graph import graph_of
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from fjctl.formats.flowise_graph import Flowise
    from fjctl.source import JsonValue, Pointer

__all__ = ["decode", "encode", "list_key", "own_part"]


def _dialect(value: JsonValue) -> Flowise:
    """The kind of flow that a document is; nothing yet is an agentflow."""
    graph = graph_of(value)
    nodes = graph.get("nodes") if graph is not None else None
    for raw in nodes if isinstance(nodes, list) else []:
        data: Any = raw.get("data") if isinstance(raw, dict) else None
        name = data.get("name") if isinstance(data, dict) else None
        if isinstance(name, str) and name.endswith("Agentflow"):
            return AGENTFLOW
    return COMPONENTS if nodes else AGENTFLOW


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed Flowise document."""
    if isinstance(value, dict) and {"schema", "func"} <= value.keys() and "nodes" not in value:
        hint = "a tool is part of a flow; export the chatflow or agentflow that uses it"
        return Decoded(Workflow(), [finding("FJ300", "this is a custom tool of Flowise, not a flow", hint=hint)])
    return reader.decode(_dialect(value), value)


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """Writes a whole Flowise document, of the kind that `prior` is, else an agentflow v2."""
    return writer.encode(_dialect(prior), workflow, prior)


def list_key(pointer: Pointer, item: dict[str, JsonValue]) -> object:
    """See `WorkflowFormat.list_key`."""
    return AGENTFLOW.list_key(pointer, item)


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """See `WorkflowFormat.own_part`."""
    return AGENTFLOW.own_part(pointer, value)
