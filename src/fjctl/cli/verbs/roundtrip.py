"""`fjctl roundtrip`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fjctl.cli.batch import Progress, Sources
from fjctl.cli.options import From
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode, FjctlError
from fjctl.project.config import load_settings
from fjctl.project.files import FLOW_SIGN, start_folder

if TYPE_CHECKING:
    from fjctl.conversion.laws import LawResult
    from fjctl.formats.document import Document

Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, folders, patterns.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/roundtrip/v1.")]


def roundtrip(files: Files, source_format: From = "", as_json: Json = False) -> ExitCode:
    """Prove on your own files that converting loses and moves nothing. Writes nothing.

    Each file is converted there and back in memory, unedited and after edits of its journey, and compared byte for
    byte or by meaning: identity, GetPut, PutGet, create, idempotence, accounting.

    \b
    Examples:
      fjctl roundtrip workflows/return-item.json
      fjctl roundtrip 'workflows/**/*.json' --json

    \b
    In Python:
      from fjctl.conversion.laws import check_all
      check_all(fjctl.read("flow.json"))
    """
    settings = load_settings(start_folder(files))
    found = Sources(files, "", settings)
    rows = [_failed(result.source, result.error) for result in found.failed]
    with Progress(len(found.files), "checking") as progress:
        for path in found.files:
            rows += [row for row in _check(path, source_format) if path not in found.optional or not _is_unknown(row)]
            progress.advance()
    if as_json:
        shown = [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]
        machine.show("roundtrip", {"files": shown})
    else:
        _show(rows)
    if not rows or any(row["error"] or (row["diagnostics"] and not row["laws"]) for row in rows):
        return ExitCode.UNUSABLE
    return ExitCode.OK if all(row["ok"] for row in rows) else ExitCode.FOUND


def _check(path: Path, source_format: str) -> list[dict[str, Any]]:
    """The row of a file, or those of the flows in it."""
    from fjctl import api
    from fjctl.conversion import laws

    try:
        source = api.read(path, format=source_format)
    except FjctlError as error:
        return [_failed(str(path), error)]
    if source.members:
        return [row for flow in source.members for row in _check(Path(f"{path}{FLOW_SIGN}{flow}"), source_format)]
    found = laws.check_all(source) if source.ok else []
    return [_row(str(path), source, found, laws.share(source) if source.ok else None)]


def _row(name: str, source: Document, laws: list[LawResult], share: float | None) -> dict[str, Any]:
    located = source.located()
    return {
        "source": name,
        "format": source.format.name if source.format else None,
        "ok": source.ok and all(law.holds is not False for law in laws),
        "share": share,
        "laws": [
            {"law": law.law, "holds": law.holds, "difference": law.difference, "skipped": law.skipped} for law in laws
        ],
        "diagnostics": [item.to_json() for item in located],
        "error": None,
        "_diagnostics": located,
        "_error": None,
    }


def _failed(name: str, error: FjctlError | None) -> dict[str, Any]:
    empty: dict[str, Any] = {"source": name, "format": None, "ok": False, "share": None, "laws": [], "diagnostics": []}
    return {**empty, "error": machine.error(error), "_diagnostics": [], "_error": error}


def _is_unknown(row: dict[str, Any]) -> bool:
    return any(item.code == "FJ309" for item in row["_diagnostics"])


def _show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for item in row["_diagnostics"]:
            for line in human.diagnostic_lines(item):
                TERMINAL.err(line)
        if row["_error"] is not None:
            for line in human.error_lines(row["_error"], row["_error"].place or row["source"]):
                TERMINAL.err(line)
        if row["laws"]:
            _show_laws(row)
    good = sum(bool(row["ok"]) for row in rows)
    if len(rows) != 1 and not TERMINAL.quiet:
        TERMINAL.out(f"{good} of {human.counted(len(rows), 'file')} hold every law")


def _show_laws(row: dict[str, Any]) -> None:
    share = f", {row['share']:.1%} of its meaning is in the journey" if row["share"] is not None else ""
    if row["ok"] and TERMINAL.quiet:
        return
    TERMINAL.out(f"{row['source']} ({row['format']}{share})")
    for law in row["laws"]:
        mark, style = {True: ("✓", "good"), False: ("✗", "error"), None: ("-", "dim")}[law["holds"]]
        detail = law["difference"] or law["skipped"]
        TERMINAL.out(f"  {TERMINAL.styled(mark, style)} {law['law']}{': ' + detail if detail else ''}")
