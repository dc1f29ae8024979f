"""`fjctl fmt`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fjctl.cli.options import From
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human
from fjctl.cli.views.patches import show_patch
from fjctl.errors import ExitCode, FjctlError, UsageError
from fjctl.project.config import load_settings
from fjctl.project.discover import named
from fjctl.project.files import read_bytes, start_folder
from fjctl.project.formatting import formatted
from fjctl.project.writing import write_guarded

if TYPE_CHECKING:
    from fjctl.project.formatting import Formatted

Paths = Annotated[
    list[str] | None, typer.Argument(metavar="PATH…", help="Files, folders, patterns; - is stdin.  [default: .]")
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change; exit 1 if anything would.")]
StdinName = Annotated[str, typer.Option("--stdin-filename", metavar="NAME", help="What messages call stdin.")]


def fmt(
    paths: Paths = None,
    check: Check = False,
    diff: Diff = False,
    source_format: From = "",
    stdin_filename: StdinName = "",
) -> ExitCode:
    """Write files in their canonical form: editor noise gone, keys in order, the meaning the same.

    Workflows lose what a builder's editor writes as it is used (selection, drag state, measured sizes, viewport) and
    get the usual JSON layout; journeys get the keys in the order of the schema, each with its comments. Each
    result is read again and compared before it is written.

    \b
    Examples:
      fjctl fmt workflows --check
      fjctl fmt - --stdin-filename flow.json < flow.json

    \b
    In Python:
      from fjctl.project.formatting import formatted; formatted("flow.json", data).after
    """
    asked = paths or ["."]
    if "-" in asked:
        if len(asked) > 1:
            raise UsageError("stdin is formatted alone", hint="fjctl fmt - < FILE")
        return _stream(stdin_filename or "<stdin>", source_format)
    counts = {"changed": 0, "unchanged": 0, "failed": 0}
    files = _files(asked)
    for path, itself in files:
        outcome = _one(path, source_format, itself=itself, write=not (check or diff), show=diff)
        if outcome:
            counts[outcome] += 1
    seen = counts["changed"] + counts["unchanged"]
    if not seen and not counts["failed"]:
        raise UsageError("there is no workflow and no journey", place=", ".join(asked), hint="name a file or a folder")
    said = "would be formatted" if check or diff else "formatted"
    TERMINAL.note(f"{human.counted(counts['changed'], 'file')} {said}, {counts['unchanged']} left as they are")
    if counts["failed"]:
        return ExitCode.UNUSABLE
    return ExitCode.FOUND if counts["changed"] and (check or diff) else ExitCode.OK


def _files(asked: list[str]) -> list[tuple[Path, bool]]:
    """The files, and of each whether it was named itself: one of no known format in a folder is passed over."""
    found = named(asked, load_settings(start_folder(asked)))
    return [(Path(name), itself) for name, itself in found.items()]


def _one(path: Path, source_format: str, *, itself: bool, write: bool, show: bool) -> str:
    """`changed`, `unchanged`, `failed`, or nothing for what is no workflow and no journey."""
    try:
        state = read_bytes(path)
        result = formatted(str(path), state.data, format_name=source_format)
        if _is_unknown(result) and not itself:
            return ""
        if _complain(result):
            return "failed"
        if result.before == result.after:
            return "unchanged"
        if write:
            write_guarded(path, result.data, expected=state)
    except FjctlError as error:
        for line in human.error_lines(error, error.place or str(path)):
            TERMINAL.err(line)
        return "failed"
    if show:
        show_patch(result.before, result.after, str(path), str(path))
    else:
        TERMINAL.note(f"{path}: {'formatted' if write else 'would be formatted'}")
    return "changed"


def _stream(name: str, source_format: str) -> ExitCode:
    """Stdin to stdout; what cannot be read goes through as it is, and is said."""
    data = sys.stdin.buffer.read()
    result = formatted(name, data, format_name=source_format)
    failed = _complain(result)
    sys.stdout.buffer.write(data if failed or result.before == result.after else result.data)
    sys.stdout.buffer.flush()
    return ExitCode.UNUSABLE if failed else ExitCode.OK


def _is_unknown(result: Formatted) -> bool:
    return any(item.code == "FJ309" for item in result.source.diagnostics)


def _complain(result: Formatted) -> bool:
    """Says why a file cannot be formatted, if so."""
    from fjctl.diagnostics import has_errors

    if not has_errors([item for item in result.source.diagnostics if item.code != "FJ312"]):
        return False
    for item in result.source.located():
        for line in human.diagnostic_lines(item):
            TERMINAL.err(line)
    return True
