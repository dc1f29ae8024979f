"""What became of each file of a conversion: as lines, as a report, as a diff, as JSON."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fjctl.api import Status
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human
from fjctl.cli.views.patches import show_patch
from fjctl.diagnostics import Severity
from fjctl.source import format_path

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from fjctl.api import FileResult
    from fjctl.conversion.bridge import Conversion
    from fjctl.diagnostics import Loss
    from fjctl.formats.document import Document

_WORDS = {
    Status.WRITTEN: ("written", "good"),
    Status.UNCHANGED: ("unchanged", "dim"),
    Status.WOULD_WRITE: ("would be written", "warning"),
    Status.REFUSED: ("refused", "error"),
    Status.FAILED: ("failed", "error"),
}
SKIPPED = "skipped"


def here(name: str, root: Path) -> str:
    """A project's path as seen from the current folder."""
    if not name or name.startswith(("/", "..", "<")):
        return name
    full = os.path.join(root, name)  # noqa: PTH118 - names, a thousand times over
    if not os.path.lexists(full) and os.path.lexists(name):
        return name
    return os.path.relpath(full)


def show_problems(result: FileResult, root: Path) -> None:
    """Diagnostics and the error, on stderr."""
    places = {result.source: here(result.source, root), result.target: here(result.target, root)}
    for item in result.diagnostics:
        if item.severity is Severity.INFO and TERMINAL.quiet:
            continue
        for line in human.diagnostic_lines(item, places.get(item.source, item.source)):
            TERMINAL.err(line)
    if result.error is not None:
        place = result.error.place or result.source
        for line in human.error_lines(result.error, places.get(place, place)):
            TERMINAL.err(line)


def show_line(result: FileResult, root: Path) -> None:
    """`source -> target: what became of it`, on stdout."""
    word, style = _WORDS[result.status]
    names = here(result.source, root)
    if result.target:
        names += f" -> {here(result.target, root)}"
    lost = len(result.conversion.meaningful_losses) if result.conversion is not None else 0
    more = f", {human.counted(lost, 'field')} lost" if lost else ""
    TERMINAL.out(f"{names}: {TERMINAL.styled(word, style)}{more}")


def show_diff(result: FileResult, root: Path) -> bool:
    """The unified diff of what would be written, on stdout; whether there is one."""
    if result.text is None or result.text == result.before or result.status is Status.REFUSED:
        return False
    name = here(result.target, root)
    show_patch(result.before or "", result.text, name if result.before is not None else os.devnull, name)
    return True


def report_lines(conversion: Conversion, place: str) -> list[str]:
    """What moved, what stays behind by design, what is lost, with places."""
    lines = []
    account = conversion.account
    if account is not None:
        lines.append(f"  moved: {human.counted(account.moved, 'field')} ({account.share:.1%} of those with a meaning)")
        own = ", ".join(f"{kind} {count}" for kind, count in sorted(account.own.items()))
        lines.append(f"  stays in the workflow: {own or 'nothing'}")
    stays = [loss for loss in conversion.losses if loss.own]
    if stays:
        lines.append(f"  stays in the {'journey' if conversion.source.journey else 'workflow'}:")
        lines += [f"    {place}{_position(conversion.source, loss)}: {_named(loss)}: {loss.reason}" for loss in stays]
    lost = conversion.meaningful_losses
    lines.append(f"  lost: {human.counted(len(lost), 'field') if lost else 'nothing'}")
    lines += [f"    {place}{_position(conversion.source, loss)}: {_named(loss)}: {loss.reason}" for loss in lost]
    return lines


def _named(loss: Loss) -> str:
    return format_path(loss.pointer) if loss.pointer else loss.what


def _position(document: Document, loss: Loss) -> str:
    """`:line:column`; nothing for what is named by the state that a block would become, which has no place."""
    if document.workflow is not None and loss.pointer[:1] == ("states",):
        return ""
    line, column = locate(document, loss)
    return f":{line}:{column}"


def locate(document: Document, loss: Loss) -> tuple[int, int]:
    """Line and column, from 1, of what was lost."""
    from fjctl.formats.document import locate as offset_of

    position = document.source.position(offset_of(document.source, document.syntax, document.in_file(loss.pointer)))
    return position.line, position.column


def summary(counts: Counter[str]) -> str:
    """`3 written, 1 unchanged, 1 refused`."""
    words = {status.value: word for status, (word, _) in _WORDS.items()} | {SKIPPED: SKIPPED}
    return ", ".join(f"{counts[name]} {word}" for name, word in words.items() if counts[name]) or "nothing to do"


def as_json(result: FileResult) -> dict[str, Any]:
    """One file, as `fjctl/convert/v1` has it. Paths are relative to the project."""
    from fjctl.cli.views import machine

    conversion = result.conversion
    account = conversion.account if conversion is not None else None
    source = conversion.source.format if conversion is not None else None
    return {
        "source": result.source,
        "source_format": source.name if source is not None else None,
        "target": result.target or None,
        "target_format": conversion.target.name if conversion is not None else None,
        "status": result.status.value,
        "diagnostics": [item.to_json() for item in result.diagnostics],
        "error": machine.error(result.error),
        "moved": account.moved if account is not None else None,
        "kept": account.own if account is not None else None,
        "losses": [_loss(conversion.source, loss) for loss in conversion.losses] if conversion is not None else [],
    }


def _loss(document: Document, loss: Loss) -> dict[str, object]:
    line, column = locate(document, loss)
    return {**loss.to_json(), "line": line, "column": column}
