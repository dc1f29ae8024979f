"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer


def complete_format(incomplete: str) -> list[str]:
    """The names of the formats that begin so."""
    from fjctl.formats.registry import FORMATS

    return [row.name for row in FORMATS if row.name.startswith(incomplete)]


To = Annotated[
    str,
    typer.Option("--to", metavar="FORMAT", autocompletion=complete_format, help="Format to write; see fjctl formats."),
]
From = Annotated[
    str,
    typer.Option(
        "--from", metavar="FORMAT", autocompletion=complete_format, help="Format of the sources, if not detected."
    ),
]

IfKnown = Annotated[
    bool, typer.Option("--if-known", help="Pass over files of no known format, also those named; for hooks.")
]
