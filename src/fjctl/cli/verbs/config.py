"""`fjctl config`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode

Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/config/v1.")]


def config(as_json: Json = False) -> ExitCode:
    """Show the settings in effect in this folder and where each comes from.

    They are read from the nearest fjctl.toml, or [tool.fjctl] in pyproject.toml, in this folder or above.

    \b
    Examples:
      fjctl config
      fjctl config --json | jq .settings

    \b
    In Python:
      from fjctl.project.config import load_settings
      load_settings(Path.cwd()).rows()
    """
    from pathlib import Path

    from fjctl.project.config import load_settings

    settings = load_settings(Path.cwd())
    if as_json:
        listed = [{"name": name, "value": value, "origin": origin} for name, value, origin in settings.rows()]
        file = str(settings.file) if settings.file else None
        machine.show("config", {"root": str(settings.root), "file": file, "settings": listed})
        return ExitCode.OK
    rows = [("root", str(settings.root), settings.file.name if settings.file else "this folder")]
    rows += [(name, json.dumps(value, ensure_ascii=False), origin) for name, value, origin in settings.rows()]
    for line in human.table(("setting", "value", "from"), rows):
        TERMINAL.out(line)
    return ExitCode.OK
