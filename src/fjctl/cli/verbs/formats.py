"""`fjctl formats`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.registry import Format

Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/formats/v1.")]


def formats(as_json: Json = False) -> ExitCode:
    """List the file formats, and what each holds of what a journey can say.

    Every format (but mermaid, a drawing) is read and written, and writing an unedited file back gives the same bytes.
    What a format does not hold stays in the journey and is named when converting.

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
                "reads": row.reads,
                "writes": True,
                "lossless": row.conversation and not row.is_sibling,
                "keeps": kept(row),
                "preserves": row.preserves,
            }
            for row in rows
        ]
        machine.show("formats", {"formats": listed})
    else:
        cells = [(row.name, row.side, row.title, row.preserves) for row in rows]
        for line in human.table(("name", "side", "files", "preserves"), cells):
            TERMINAL.out(line)
        TERMINAL.out("")
        header, holds = matrix(rows)
        if not sys.stdout.isatty():
            holds = [header, *holds]  # without the names of the formats its columns say nothing
        for line in human.table(header, holds):
            TERMINAL.out(line)
    return ExitCode.OK


def kept(row: Format) -> list[str] | None:
    """What a format holds of what a journey can say; None for one that nobody has measured."""
    from fjctl.formats.keeps import FEATURES, LACKS

    if row.side == "journey":
        return None if row.is_sibling else list(FEATURES)
    lacks = LACKS.get(row.name)
    return None if lacks is None else [name for name in FEATURES if name not in lacks]


def matrix(rows: Sequence[Format]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The table of what each workflow format holds: its header, and a row for each thing that a journey can say."""
    from fjctl.formats.keeps import FEATURES

    measured = [(row.name, found) for row in rows if row.side == "workflow" and (found := kept(row)) is not None]
    header = ("holds", *(name for name, _ in measured))
    return header, [(feature, *("yes" if feature in found else "-" for _, found in measured)) for feature in FEATURES]
