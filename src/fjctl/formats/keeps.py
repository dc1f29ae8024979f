"""What each format holds of what a journey can say; written by `python -m tests.regenerate`, not by hand.

Measured: a small journey that says the thing is written in the format and read again. It holds it if
nothing is lost and the same meaning comes back (`tests/support_features.py`).
"""

from __future__ import annotations

FEATURES: tuple[str, ...] = (
    "prompts",
    "models",
    "schemas",
    "agent tools",
    "fixed texts",
    "questions",
    "forms",
    "http calls",
    "code",
    "assignments",
    "conditions",
    "routes",
    "commands",
    "loops over items",
    "counted loops",
    "while loops",
    "parallels",
    "ways back",
    "sub-workflows",
    "waits",
    "error ways",
    "timeouts",
    "retries",
    "results",
    "inputs",
    "variables",
    "disabled steps",
    "notes",
    "conversation",
)
LACKS: dict[str, frozenset[str]] = {
    "sim": frozenset({"commands", "timeouts", "conversation"}),
    "n8n": frozenset(
        {
            "agent tools",
            "commands",
            "loops over items",
            "counted loops",
            "while loops",
            "parallels",
            "timeouts",
            "variables",
            "conversation",
        }
    ),
    "langflow": frozenset(
        {
            "schemas",
            "forms",
            "http calls",
            "code",
            "assignments",
            "counted loops",
            "while loops",
            "parallels",
            "waits",
            "error ways",
            "retries",
            "conversation",
        }
    ),
    "dify": frozenset({"schemas", "http calls", "while loops", "parallels", "ways back", "waits", "conversation"}),
    "fastgpt": frozenset(
        {
            "agent tools",
            "http calls",
            "counted loops",
            "while loops",
            "parallels",
            "waits",
            "timeouts",
            "retries",
            "conversation",
        }
    ),
    "flowise": frozenset(
        {
            "forms",
            "counted loops",
            "while loops",
            "parallels",
            "waits",
            "error ways",
            "timeouts",
            "retries",
            "results",
            "conversation",
        }
    ),
    "flowise-chatflow": frozenset(
        {
            "prompts",
            "models",
            "schemas",
            "agent tools",
            "fixed texts",
            "questions",
            "forms",
            "http calls",
            "code",
            "assignments",
            "conditions",
            "routes",
            "commands",
            "loops over items",
            "counted loops",
            "while loops",
            "parallels",
            "ways back",
            "sub-workflows",
            "waits",
            "error ways",
            "timeouts",
            "retries",
            "results",
            "inputs",
            "disabled steps",
            "notes",
            "conversation",
        }
    ),
    "ragflow": frozenset(
        {
            "agent tools",
            "http calls",
            "routes",
            "commands",
            "while loops",
            "parallels",
            "sub-workflows",
            "waits",
            "error ways",
            "timeouts",
            "retries",
            "results",
            "conversation",
        }
    ),
    "reactflow": frozenset(),
}
