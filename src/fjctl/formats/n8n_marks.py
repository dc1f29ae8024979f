"""What a node's parameters and connections make of its type: the variants of the table's rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fjctl.formats.canvas.paths import at
from fjctl.formats.n8n_choices import outputs, version
from fjctl.formats.n8n_forms import inputs_of as _inputs_read
from fjctl.formats.n8n_types import ERROR_PORT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.paths import Map

_TALKS = frozenset({"langchain.openAi", "anthropic", "googleGemini", "ollama", "alibabaCloud", "moonshot", "minimax"})
_MESSAGES = frozenset({"message", "response", "messageModel"})
_NAMED = frozenset({"if", "filter", "switch", "splitInBatches", "textClassifier", "sentimentAnalysis", "guardrails"})
_OPERATION = re.compile(r"[A-Za-z]\w*")


def part_mark(leaving: Sequence[Wire]) -> str:
    """`tool` or `part` for a node that is connected to an agent, empty for any other."""
    kinds = {wire.out.partition(":")[0] for wire in leaving if wire.out.startswith("ai_")}
    return "tool" if "ai_tool" in kinds else "part" if kinds else ""


def way_mark(node: Node, leaving: Sequence[Wire]) -> str:
    """`ways:<count>` for a node with several ways out whose meaning nobody knows."""
    if node.type in _NAMED or outputs(node) != ["0"]:
        return ""
    last = max((int(wire.out) for wire in leaving if wire.out.isdecimal()), default=0)
    return f"ways:{last + 1}" if 0 < last < 1000 else ""


def mark(node: Node, *, ends: bool, chats: bool) -> str:
    """The variant of a node that is a step of its own; `ends`: nothing follows it, `chats`: the workflow is begun by
    a message, so that any other start is a second one."""
    settings = node.settings
    if node.type == "executeWorkflowTrigger":
        return "any" if chats or not _rows(settings) else ""
    found = _MARKS.get(node.type)
    if found is not None:
        return found(node, ends)
    operation = settings.get("operation")
    if operation == "sendAndWait":
        return "ask"
    if node.type in _TALKS:
        talks = settings.get("resource", "text") == "text" and (operation is None or operation in _MESSAGES)
        return "text" if talks else "called"
    return "called" if isinstance(operation, str) and _OPERATION.fullmatch(operation) else ""


def _wait(node: Node, _ends: bool) -> str:  # noqa: FBT001
    resume = node.settings.get("resume")
    return str(resume) if resume in ("form", "webhook") else ""


def _chat(node: Node, _ends: bool) -> str:  # noqa: FBT001
    if version(node) < 1.1:
        return "" if node.settings.get("waitUserReply", True) is False else "ask"
    return "ask" if node.settings.get("operation") == "sendAndWait" else ""


def _rows(settings: Map) -> bool:
    """Whether a workflow says by name what it is given."""
    found = _inputs_read(at(settings, ("workflowInputs", "values")))
    return found is not None


_MARKS: dict[str, Callable[[Node, bool], str]] = {
    "wait": _wait,
    "chat": _chat,
    "form": lambda node, _: "completion" if node.settings.get("operation") == "completion" else "",
    "noOp": lambda _, ends: "end" if ends else "",
    "respondToWebhook": lambda _, ends: "end" if ends else "",
    "guardrails": lambda node, _: "sanitize" if node.settings.get("operation") == "sanitize" else "",
    "splitInBatches": lambda node, _: "1" if version(node) < 2 else "",
}
"""Types whose variants are told in their own way."""
__all__ = ["ERROR_PORT", "mark", "part_mark", "way_mark"]
