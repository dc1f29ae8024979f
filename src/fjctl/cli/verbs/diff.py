"""`fjctl diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fjctl.cli.options import From
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import changes, human
from fjctl.errors import ExitCode, UsageError
from fjctl.project.comparing import compare, read_version

if TYPE_CHECKING:
    from fjctl.formats.document import Document

Old = Annotated[str, typer.Argument(metavar="OLD", help="A file, FILE#FLOW, or REVISION:FILE.", show_default=False)]
New = Annotated[
    str, typer.Argument(metavar="[NEW]", help="The same; the pair of OLD, or for a revision the file as it is now.")
]
Form = Annotated[str, typer.Option("--format", metavar="FORM", help="text, json or mermaid.")]
Layout = Annotated[bool, typer.Option("--layout", help="Also tell which blocks have moved.")]
Check = Annotated[bool, typer.Option("--check", help="Exit 1 when there are differences.")]
FORMS = ("text", "json", "mermaid")


def diff(
    old: Old,
    new: New = "",
    form: Form = "text",
    layout: Layout = False,
    check: Check = False,
    source_format: From = "",
) -> ExitCode:
    """Show what has changed in meaning between two versions: states, ways, texts, tools, variables.

    Compares any two workflows or journeys, also of different builders, by identity, then name, then content. Layout
    and editor state do not count.

    \b
    Examples:
      fjctl diff HEAD:flows/support.json
      fjctl diff flows/support.json journeys/support.journey.yaml --format mermaid

    \b
    In Python:
      from fjctl.model.diff import differences; differences(old_journey, new_journey)
    """
    if form not in FORMS:
        raise UsageError(f"there is no form {form!r}", hint=f"forms: {', '.join(FORMS)}")
    before = _readable(old, source_format)
    named = new or _other(old, before)
    after = _readable(named, "" if new else source_format)
    found = compare(before, after)
    moved = found.layout if layout else []
    if form == "json":
        TERMINAL.out(changes.as_json(found.changes, old, named, moved))
    elif form == "mermaid":
        TERMINAL.out(changes.mermaid(found.old, found.new, found.changes))
    else:
        for line in changes.text(found.changes, moved):
            TERMINAL.out(line)
        if not found.changes and not moved:
            TERMINAL.note("the same meaning")
    return ExitCode.FOUND if check and found.changes else ExitCode.OK


def _other(old: str, before: Document) -> str:
    """What OLD is compared with when nothing is named: a revision with the file, a file with its pair."""
    path = Path(old)
    if ":" in old and not path.exists():
        return old.partition(":")[2]
    from fjctl.api import Options, target_path
    from fjctl.conversion.bridge import default_target
    from fjctl.project.config import load_settings
    from fjctl.project.files import start_folder

    settings = load_settings(start_folder([old]))
    other = target_path(path, before, default_target(before), Options(root=settings.root, settings=settings))
    if not other.exists():
        raise UsageError(f"there is nothing to compare {old} with: no {other}", hint="name a second file")
    return str(other)


def _readable(name: str, source_format: str) -> Document:
    found = read_version(name, source_format)
    for item in found.located() if not found.ok else []:
        for line in human.diagnostic_lines(item):
            TERMINAL.err(line)
    if not found.ok:
        raise UsageError("cannot be read, so it cannot be compared", place=name, hint="mend what is said above")
    return found
