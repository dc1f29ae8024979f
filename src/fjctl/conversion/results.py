"""Where a block's own answer stands in its output: what `<block.data.x>` adds to a journey's `result` variable."""

from __future__ import annotations

from fjctl.model.workflow import BlockKind

_FIELDS = {BlockKind.HTTP: "data", BlockKind.CODE: "result", BlockKind.MCP: "content"}


def result_field(kind: BlockKind) -> str:
    """The output field that holds the answer (`data` of an HTTP block); empty where the output itself is it.

    Source: the outputs of Sim's core blocks, which the other formats' readers follow.
    """
    return _FIELDS.get(kind, "")
