"""Dify's node types as data: what each is, and where its settings keep each meaning.

Sources: langgenius/graphon (node entities and enums) and the DSL of dify-plus 1.12.1; files of the years 2024 to 2026.
"""

from __future__ import annotations

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

_DESCRIPTION = "talk.description <- desc : text"
_MODEL = (
    "agent.model <- model.name : text",
    "agent.temperature <- model.completion_params.temperature",
    "agent.max_tokens <- model.completion_params.max_tokens",
)
_NO_VISION = {"vision": {"enabled": False}, "context": {"enabled": False, "variable_selector": []}, "variables": []}

TYPES = Table(
    [
        NodeType(
            "start",
            BlockKind.START,
            slots("inputs <- variables : inputs", "settings.description <- desc : text"),
            rest=("settings",),
            outputs={"sys.query": "input"},
        ),
        NodeType(
            "llm",
            BlockKind.AGENT,
            slots("* <- prompt_template : messages", *_MODEL, _DESCRIPTION),
            usual={**_NO_VISION, "model": {"mode": "chat"}},
            rest=("agent", "settings"),
            outputs={"text": "content"},
        ),
        NodeType(
            "answer",
            BlockKind.REPLY,
            slots("say <- answer : text", _DESCRIPTION),
            usual={"variables": []},
        ),
        NodeType("end", BlockKind.RESPONSE, slots("result <- outputs : outputs", _DESCRIPTION)),
        NodeType(
            "if-else",
            BlockKind.CONDITION,
            slots(_DESCRIPTION),
            choices="cases",
        ),
        NodeType(
            "code",
            BlockKind.CODE,
            slots(
                "tool.code <- code : text",
                "tool.kind <- code_language : language",
                "tool.arguments <- variables : arguments",
                _DESCRIPTION,
            ),
            implied=implied(tool__kind="python"),
            rest=("tool", "settings"),
            outputs={"": "result"},
        ),
        NodeType(
            "http-request",
            BlockKind.HTTP,
            slots("tool.request.method <- method : text", "tool.request.url <- url : text", _DESCRIPTION),
            implied=implied(tool__kind="http"),
            rest=("tool", "settings"),
            outputs={"body": "data", "status_code": "status"},
        ),
        service("tool"),
    ]
)
