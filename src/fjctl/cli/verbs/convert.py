"""`fjctl convert`."""

from __future__ import annotations

from typing import Annotated

import typer

from fjctl.cli.converting import Asked, run
from fjctl.cli.options import From, To
from fjctl.errors import ExitCode

Src = Annotated[
    list[str], typer.Argument(metavar="SRC…", help="Files, folders, patterns; - is stdin.", show_default=False)
]
Out = Annotated[str, typer.Option("--output", "-o", metavar="OUT", help="File or folder to write to; - is stdout.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if something would be written.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change; exit 1 if anything would.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a conversion that loses anything with a meaning.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite edits that only the target has.")]
Report = Annotated[bool, typer.Option("--report", help="Tell what moved, what stays behind, what is lost, and where.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/convert/v1.")]
NoHistory = Annotated[bool, typer.Option("--no-history", help="Neither read nor write fjctl.db.")]
StdinName = Annotated[str, typer.Option("--stdin-filename", metavar="NAME", help="What messages call stdin.")]


def convert(
    sources: Src,
    to: To = "",
    source_format: From = "",
    out: Out = "",
    check: Check = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    strict: Strict = False,
    force: Force = False,
    report: Report = False,
    as_json: Json = False,
    no_history: NoHistory = False,
    stdin_filename: StdinName = "",
) -> ExitCode:
    """Convert workflows to journeys and journeys to workflows.

    The format is detected, and the target is the other file of the pair: by fjctl.toml, by the journey's origin, or
    beside the source by name. A target that is there is edited where it has to change and nowhere else.

    \b
    Examples:
      fjctl convert workflows/return-item.json
      fjctl convert workflows/ --to journey -o journeys/ --check

    \b
    In Python:
      fjctl.convert_file(Path("flow.json"), fjctl.Options())
      fjctl.convert(fjctl.read("flow.json"), "journey").text
    """
    return run(
        Asked(
            sources,
            to=to,
            source_format=source_format,
            out=out,
            check=check,
            diff=diff,
            dry_run=dry_run,
            strict=strict,
            force=force,
            report=report,
            as_json=as_json,
            no_history=no_history,
            stdin_filename=stdin_filename,
        )
    )
