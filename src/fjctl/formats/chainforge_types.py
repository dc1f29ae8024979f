"""ChainForge's nodes as data.

A flow compares prompts and models: texts go into prompts, prompts to models, answers to evaluators. Texts, prompts and
evaluators are steps; what only shows results (`inspect`, `vis`) is a view of the editor and no step. Sources:
ianarawjo/ChainForge `chainforge/react-server/src/{store,PromptNode,TextFieldsNode,CodeEvaluatorNode,…}.tsx`.
"""

from __future__ import annotations

from typing import Any

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

VIEWS = frozenset({"inspect", "vis"})
"""Nodes that show what others give."""
SYSTEM = "You are a helpful assistant."
MODEL_USUAL: dict[str, Any] = {
    "system_msg": SYSTEM,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "response_format": {"type": "text"},
    "parallel_tool_calls": True,
}
"""Settings that every model begins with."""


def _prompt(name: str, *, writes: bool = True) -> NodeType:
    return NodeType(
        name,
        BlockKind.AGENT,
        slots("* <- prompt : prompts", "* <- llms : models"),
        implied=implied(agent__role="user"),
        usual={"n": 1},
        rest=("agent", "settings"),
        outputs={"prompt": "content"},
        writes=writes,
        label="Prompt",
    )


def _code(name: str, *, writes: bool = False) -> NodeType:
    return NodeType(
        name,
        BlockKind.CODE,
        slots("tool.code <- code : text", "tool.kind <- language : language"),
        implied=implied(tool__kind="javascript"),
        usual={"language": "javascript"},
        rest=("tool", "settings"),
        outputs={"output": "result"},
        writes=writes,
        label="Processor",
    )


def _service(name: str, kind: BlockKind = BlockKind.INTEGRATION) -> NodeType:
    return service(name, kind)._replace(writes=False, outputs={"output": "result"})


START = "@start"
"""A start is no node: what no edge leads to begins. It is dropped when drawn."""

TYPES = Table(
    [
        NodeType(START, BlockKind.START, rest=None),
        _prompt("prompt"),
        _prompt("chat", writes=False),
        _code("processor", writes=True),
        _code("evaluator"),
        _service("simpleval", BlockKind.EVALUATOR),
        _service("llmeval", BlockKind.EVALUATOR)._replace(slots=slots("tool.arguments.grader <- grader : grader")),
        _service("multieval", BlockKind.EVALUATOR)._replace(
            slots=slots("tool.arguments.evaluators <- evaluators : evaluators")
        ),
        NodeType("comment", BlockKind.NOTE, slots("text <- text : text"), label="Comment"),
        *(_service(name) for name in ("textfields", "csv", "table", "items", "media", "multimedia", "upload")),
        *(_service(name) for name in ("join", "split", "script", "selectvars", "carousel", "chunk", "rerank", "memo")),
        _service("retrieval", BlockKind.KNOWLEDGE),
    ]
)
