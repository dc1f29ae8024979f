"""Flowise chatflows, sequential agents and multi-agents (v1): component graphs, as the canvas exports them.

Sources: FlowiseAI/Flowise `packages/components/nodes` and marketplace files of the tags 1.4.0 to 3.1.3.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fjctl.formats.base import Decoded, finding
from fjctl.formats.canvas import reader, writer
from fjctl.formats.flowise_components import COMPONENTS
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from fjctl.source import JsonValue


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed document; a custom tool, which is no flow, is explained."""
    if isinstance(value, dict) and {"schema", "func"} <= value.keys() and "nodes" not in value:
        hint = "a tool is part of a flow; export the chatflow or agentflow that uses it"
        return Decoded(Workflow(), [finding("FJ300", "this is a custom tool of Flowise, not a flow", hint=hint)])
    return reader.decode(COMPONENTS, value)


encode = partial(writer.encode, COMPONENTS)
list_key = COMPONENTS.list_key
own_part = COMPONENTS.own_part
node_id = COMPONENTS.node_id
