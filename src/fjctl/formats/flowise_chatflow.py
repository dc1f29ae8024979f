"""Flowise chatflows, sequential agents and multi-agents (v1): component graphs, as the canvas exports them.

Sources: FlowiseAI/Flowise `packages/components/nodes` and marketplace files of the tags 1.4.0 to 3.1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.diagnostics import Loss
from fjctl.formats.base import Decoded, Encoded, finding
from fjctl.formats.canvas import reader, writer
from fjctl.formats.flowise_components import COMPONENTS
from fjctl.model.references import rename_all
from fjctl.model.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.model.workflow import Block
    from fjctl.source import JsonValue


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed document; a custom tool, which is no flow, is explained."""
    if isinstance(value, dict) and {"name", "schema", "func"} <= value.keys() and "nodes" not in value:
        hint = "a tool is part of a flow; export the chatflow or agentflow that uses it"
        return Decoded(Workflow(), [finding("FJ300", "this is a custom tool of Flowise, not a flow", hint=hint)])
    return reader.decode(COMPONENTS, value)


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """A whole document, and what it has no place for: in a new one also what its texts cannot refer to."""
    encoded = writer.encode(COMPONENTS, workflow, prior)
    if prior is None:
        encoded.losses.extend(loss for block in workflow.blocks for loss in _unspoken(block))
    return encoded


def _unspoken(block: Block) -> Iterator[Loss]:
    """The references in a block's texts that no chatflow can spell."""
    found: dict[str, None] = {}

    def note(name: str, path: str) -> None:
        whole = name.startswith("@") and path in {"", "content"}
        if not whole and (name.startswith("@") or name in {"variable", "loop"}):
            found[f"<{name.removeprefix('@')}.{path}>"] = None

    rename_all({key: item for key, item in block.fields.items() if key != "inputs"}, note)
    for said in found:
        reason = "a chatflow refers to whole answers only; the text keeps it as it is"
        yield Loss(f"the reference {said} in {block.name}", ("states", block.id), reason)


list_key = COMPONENTS.list_key
own_part = COMPONENTS.own_part
node_id = COMPONENTS.node_id
