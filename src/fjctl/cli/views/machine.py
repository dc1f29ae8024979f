"""Results as JSON: one document on stdout, the same whatever `-q`, `-v` and the terminal say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fjctl.cli.terminal import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.errors import FjctlError


def show(name: str, content: Mapping[str, Any]) -> None:
    """Prints `content` as a document of the schema `fjctl/<name>/v1`."""
    TERMINAL.out(json.dumps({"schema": f"fjctl/{name}/v1", **content}, indent=2, ensure_ascii=False))


def error(problem: FjctlError | None) -> dict[str, str] | None:
    """An error as JSON."""
    if problem is None:
        return None
    return {
        "code": problem.code,
        "name": problem.name,
        "message": problem.message,
        "help": problem.hint,
        "place": problem.place,
    }
