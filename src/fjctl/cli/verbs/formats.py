"""`fjctl formats`."""

from __future__ import annotations

from typing import Annotated

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode

Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/formats/v1.")]


def formats(as_json: Json = False) -> ExitCode:
    """List the file formats: name, side, what is read and written, and what each preserves.

    Every format is read and written, and writing an unedited file back gives the same bytes.

    \b
    Examples:
      fjctl formats
      fjctl formats --json | jq -r '.formats[].name'

    \b
    In Python:
      for row in fjctl.FORMATS: print(row.name, row.preserves)
    """
    from fjctl.formats.registry import FORMATS, third_party

    rows = [*FORMATS, *third_party().values()]
    if as_json:
        listed = [
            {
                "name": row.name,
                "side": row.side,
                "title": row.title,
                "suffixes": list(row.suffixes),
                "reads": True,
                "writes": True,
                "lossless": row.conversation,
                "preserves": row.preserves,
            }
            for row in rows
        ]
        machine.show("formats", {"formats": listed})
    else:
        cells = [(row.name, row.side, "read write", "yes" if row.conversation else "no", row.preserves) for row in rows]
        for line in human.table(("name", "side", "can", "holds all", "preserves"), cells):
            TERMINAL.out(line)
    return ExitCode.OK
