"""`fjctl history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode, UsageError
from fjctl.project.config import load_settings

if TYPE_CHECKING:
    from fjctl.store import Store

EVERYTHING = 1_000_000_000
What = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH] | show ID", help="A file or folder; or one conversion by its number.", show_default=False
    ),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many, the newest.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, by fjctl/history/v1 or fjctl/history-entry/v1.")]


def history(what: What = None, limit: Limit = 20, as_json: Json = False) -> ExitCode:
    """List past conversions, newest first, or show one with what it lost.

    \b
    Examples:
      fjctl history workflows/return-item.json --limit 5
      fjctl history show 12

    \b
    In Python:
      from fjctl.store import open_store
      open_store(Path("fjctl.db"), create=False).history(limit=5)
    """
    from fjctl.store import open_store

    words = what or []
    path = Path(words[0]) if words and words[0] != "show" else Path()
    settings = load_settings(path if path.is_dir() else path.parent if path.parent.is_dir() else Path())
    with open_store(human.near(settings.database_path), create=False, read_only=True) as store:
        if words[:1] == ["show"]:
            return _show(store, _number(words), as_json)
        if len(words) > 1:
            raise UsageError("one path at a time", hint="try: fjctl history " + words[0])
        return _list(store.history(limit, _name(path, settings.root) if words else None), as_json)


def _name(path: Path, root: Path) -> str | None:
    """The path as the database has it; everything for the project's own folder."""
    full = path.absolute() if path.is_absolute() else Path.cwd() / path
    try:
        name = full.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
    return None if name == "." else name


def _number(words: list[str]) -> int:
    if len(words) != 2 or not words[1].isascii() or not words[1].isdigit():
        raise UsageError(
            "show takes the number of one conversion", hint="`fjctl history` lists them; try: fjctl history show 1"
        )
    return int(words[1])


def _list(rows: list[dict[str, Any]], as_json: bool) -> ExitCode:
    if as_json:
        machine.show("history", {"conversions": rows})
        return ExitCode.OK
    if not rows:
        TERMINAL.note("no conversions are recorded")
    for line in human.table(("id", "when", "status", "direction", "from", "to", "lost"), map(_cells, rows)):
        TERMINAL.out(line)
    return ExitCode.OK


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    when = str(row["started_at"])[:19].replace("T", " ")
    return (
        str(row["id"]),
        when,
        row["status"],
        row["direction"],
        _paths(row["inputs"]),
        _paths(row["outputs"]),
        str(row["losses"]),
    )


def _paths(files: list[dict[str, Any]]) -> str:
    return " ".join(str(file["path"]) for file in files)


def _show(store: Store, number: int, as_json: bool) -> ExitCode:
    row = next((row for row in store.history(EVERYTHING) if row["id"] == number), None)
    if row is None:
        raise UsageError(f"there is no conversion {number}", hint="`fjctl history` lists them")
    losses = store.losses(number)
    if as_json:
        machine.show("history-entry", {"conversion": row, "losses": losses})
        return ExitCode.OK
    options = " ".join(f"{key}={value}" for key, value in row["options"].items() if value) or "none"
    TERMINAL.out(f"conversion {number}: {row['direction']}, {row['status']}")
    TERMINAL.out(f"  when: {row['started_at']}, {row['duration_ms']:.0f} ms, fjctl {row['tool_version']}")
    TERMINAL.out(f"  options: {options}")
    for title, files in (("read", row["inputs"]), ("wrote", row["outputs"])):
        for file in files:
            TERMINAL.out(f"  {title}: {file['path']} ({file['format']}, {file['bytes']:,} bytes, {file['hash'][:19]})")
    TERMINAL.out(f"  lost: {human.counted(len(losses), 'field') if losses else 'nothing'}")
    for loss in losses:
        kept = " (kept in the source by design)" if loss["own"] else ""
        TERMINAL.out(f"    {loss['pointer'] or loss['what']}: {loss['reason']}{kept}")
    return ExitCode.OK
