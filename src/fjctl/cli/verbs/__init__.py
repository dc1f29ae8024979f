"""The verbs, one module each. This table is all that is read before a verb is chosen."""

from __future__ import annotations

VERBS: dict[str, str] = {
    "init": "Make a project: fjctl.toml, folders, .gitignore line, schema for editors.",
    "convert": "Convert workflows to journeys and back.",
    "check": "Check workflows, journeys and pairs against the rules.",
    "rule": "Show a rule's manual, or list the rules.",
    "fmt": "Write files in their canonical form, editor noise gone.",
    "diff": "Show what has changed in meaning between two versions.",
    "roundtrip": "Prove on your own files that converting loses and moves nothing.",
    "history": "List past conversions, or show one with what it lost.",
    "formats": "List the file formats and what each preserves.",
    "git": "Let git show and merge workflows and journeys by meaning.",
    "lsp": "Serve an editor: findings, hover, completion, rename, repairs.",
    "schema": "Print a JSON Schema, or list them.",
    "config": "Show the settings in effect and where each comes from.",
    "doctor": "Check the environment, the project and its database.",
}
"""Name of the verb, which is the name of its module and function → help in one line."""
