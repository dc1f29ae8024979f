"""`fjctl schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode, UsageError
from fjctl.resources import folder

SUFFIX = ".schema.json"


def _known() -> dict[str, str]:
    """Name → file, sorted."""
    return {path.name.removesuffix(SUFFIX): str(path) for path in sorted(folder("schemas").glob(f"*{SUFFIX}"))}


def _complete(incomplete: str) -> list[str]:
    return [name for name in _known() if name.startswith(incomplete)]


Name = Annotated[
    str, typer.Argument(metavar="[NAME]", autocompletion=_complete, help="Which schema; all are listed without it.")
]
Out = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file instead.")]
Json = Annotated[bool, typer.Option("--json", help="The list as JSON, by the schema fjctl/schemas/v1.")]


def schema(name: Name = "", out: Out = "", as_json: Json = False) -> ExitCode:
    """Print a JSON Schema (draft 2020-12): of the journey document, the config file, or what --json prints.

    \b
    Examples:
      fjctl schema
      fjctl schema journey -o schemas/journey.schema.json

    \b
    In Python:
      from fjctl.schemas import journey_schema
      journey_schema()
    """
    from pathlib import Path

    known = _known()
    if not name:
        _list(known, as_json)
        return ExitCode.OK
    if name not in known:
        from fjctl.formats.registry import nearest

        hint = nearest(name, list(known)) or f"schemas: {', '.join(known)}"
        raise UsageError(f"unknown schema {name!r}", hint=hint)
    data = Path(known[name]).read_bytes()
    if not out or out == "-":
        TERMINAL.data(data)
        return ExitCode.OK
    from fjctl.project.files import read_if_exists
    from fjctl.project.writing import write_guarded

    outcome = write_guarded(Path(out), data, expected=read_if_exists(Path(out)))
    TERMINAL.note(f"{out}: {outcome.value}")
    return ExitCode.OK


def _list(known: dict[str, str], as_json: bool) -> None:
    import json
    from pathlib import Path

    titles = {name: json.loads(Path(file).read_text(encoding="utf-8")).get("title", "") for name, file in known.items()}
    if as_json:
        machine.show("schemas", {"schemas": [{"name": name, "title": title} for name, title in titles.items()]})
        return
    for line in human.table(("name", "what it describes"), titles.items()):
        TERMINAL.out(line)
