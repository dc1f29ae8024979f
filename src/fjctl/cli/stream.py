"""`fjctl convert` between streams: stdin to stdout, or one file to stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import conversions, human
from fjctl.conversion.bridge import Names, convert, default_target
from fjctl.diagnostics import has_errors
from fjctl.errors import ExitCode, RefusedError, UsageError
from fjctl.formats import document, registry
from fjctl.project.files import DEFAULT_LIMIT, read_bytes, split_flow, too_large

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic


def convert_stream(
    sources: list[str], to: str, source_format: str, out: str, name: str, *, strict: bool, report: bool
) -> ExitCode:
    """Converts one document to stdout; the report and all messages go to stderr, nothing is recorded."""
    if len(sources) > 1:
        raise UsageError("one source at a time goes to stdout", hint="name a folder with -o for several")
    if out not in {"", "-"}:
        raise UsageError("what comes from stdin goes to stdout", hint=f"try: fjctl convert - > {out}")
    shown = sources[0] if sources[0] != "-" else name or "<stdin>"
    file, flow = split_flow(Path(sources[0]))
    source = document.read(shown, _bytes(str(file), shown), format_name=source_format, member=flow)
    _show(source.located())
    if not source.ok:
        return ExitCode.UNUSABLE
    target = registry.find(to) if to else default_target(source)
    workflow = shown if source.journey is None and not shown.startswith("<") else ""
    conversion = convert(source, target, None, Names(workflow=workflow))
    _show(conversion.diagnostics)
    if report:
        for line in conversions.report_lines(conversion, shown):
            TERMINAL.err(line)
    if conversion.text is None or has_errors(conversion.diagnostics):
        return ExitCode.FOUND
    if strict and conversion.meaningful_losses:
        lost = human.counted(len(conversion.meaningful_losses), "field")
        raise RefusedError(f"{lost} would be lost", place=shown, hint="see them with --report")
    TERMINAL.data(conversion.text.encode("utf-8", "surrogatepass"))
    return ExitCode.OK


def _bytes(source: str, shown: str) -> bytes:
    if source != "-":
        return read_bytes(Path(source)).data
    data = sys.stdin.buffer.read(DEFAULT_LIMIT + 1)
    if len(data) > DEFAULT_LIMIT:
        raise too_large(shown, f"more than {DEFAULT_LIMIT:,} bytes")
    return data


def _show(found: list[Diagnostic]) -> None:
    for item in found:
        for line in human.diagnostic_lines(item):
            TERMINAL.err(line)
