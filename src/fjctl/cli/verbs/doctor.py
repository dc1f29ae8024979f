"""`fjctl doctor`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode, FjctlError, StoreError
from fjctl.project.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/doctor/v1.")]
Fix = Annotated[bool, typer.Option("--fix", help="Remove temporary files that killed fjctl processes left.")]
_OPTIONAL = {"ruamel.yaml.clib": "YAML errors are found slower without it"}


class Row(NamedTuple):
    """One thing looked at."""

    check: str
    status: str
    detail: str
    next: str = ""


def doctor(fix: Fix = False, as_json: Json = False) -> ExitCode:
    """Check the environment, this project's settings and its database; each trouble comes with a next step.

    Nothing is changed without --fix.

    \b
    Examples:
      fjctl doctor
      fjctl doctor --json | jq '.checks[] | select(.status != "ok")'

    \b
    In Python:
      from fjctl.cli.verbs.doctor import rows
      list(rows(Path.cwd()))
    """
    found = list(rows(Path.cwd(), fix=fix))
    if as_json:
        machine.show("doctor", {"checks": [row._asdict() for row in found]})
    else:
        for row in found:
            _show(row)
    return ExitCode.FOUND if any(row.status == "fail" for row in found) else ExitCode.OK


def _show(row: Row) -> None:
    if row.status == "ok" and TERMINAL.quiet:
        return
    style = {"ok": "good", "warn": "warning", "fail": "error"}[row.status]
    TERMINAL.out(f"{TERMINAL.styled(row.status.ljust(4), style)}  {row.check}: {row.detail}")
    if row.next:
        TERMINAL.out(f"      help: {row.next}")


def rows(folder: Path, *, fix: bool = False) -> Iterator[Row]:
    """Every check, in a fixed order; only with `fix` is anything removed."""
    yield _python()
    yield from _dependencies()
    yield from _schema()
    settings, row = _config(folder)
    yield row
    yield _database(settings)
    yield _temporary(settings, fix=fix)


def _python() -> Row:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 - somebody may have forced the installation
        return Row("python", "fail", version, "install Python 3.11 or newer")
    return Row("python", "ok", f"{version} at {sys.executable}")


def _dependencies() -> Iterator[Row]:
    from fjctl.cli.failure import versions

    for name, version in versions().items():
        if version:
            yield Row(name, "ok", version)
        elif name in _OPTIONAL:
            yield Row(name, "warn", "not installed", f"{_OPTIONAL[name]}: pip install {name}")
        else:
            yield Row(name, "fail", "not installed", f"pip install {name}")
    try:
        import_module("_ruamel_yaml")
    except ImportError as error:
        yield Row("yaml in C", "warn", str(error), "reinstall ruamel.yaml.clib for this Python")
    else:
        yield Row("yaml in C", "ok", "loads")


def _schema() -> Iterator[Row]:
    from fjctl.resources import folder

    path = folder("schemas") / "journey.schema.json"
    if path.is_file():
        yield Row("schemas", "ok", str(path.parent))
    else:
        yield Row("schemas", "fail", f"{path} is missing", "reinstall fjctl")


def _config(folder: Path) -> tuple[Settings, Row]:
    from fjctl.project.config import load_settings

    try:
        settings = load_settings(folder)
    except FjctlError as error:
        return Settings(folder), Row(
            "config", "fail", f"{error.place}: {error.message}", error.hint or "correct the file"
        )
    if settings.file is None:
        return settings, Row("config", "ok", "none; the defaults hold")
    return settings, Row("config", "ok", str(settings.file))


def _database(settings: Settings) -> Row:
    from fjctl.store import open_store

    path = human.near(settings.database_path)
    if not os.path.lexists(path):
        if not settings.history:
            return Row("database", "ok", "none; the settings say history = false")
        return Row("database", "ok", f"none yet; {path} is made by the first conversion")
    try:
        with open_store(path, create=False, read_only=True) as store:
            problems = store.check()
    except StoreError as error:
        return Row("database", "fail", f"{error.code} {error.name}: {error.message}", error.hint)
    if problems:
        return Row("database", "fail", problems[0], f"delete {path} (only history is lost)")
    if not os.access(path, os.W_OK):
        return Row("database", "warn", f"{path} is read-only", f"chmod u+w {path}")
    return Row("database", "ok", str(path))


def _temporary(settings: Settings, *, fix: bool) -> Row:
    from fjctl.project.writing import leftovers, sweep

    title = "temporary files"
    folders = {settings.root, *(path for path in settings.root.glob("*") if path.is_dir() and path.name[:1] != ".")}
    removed = [path for folder in sorted(folders) for path in sweep(folder)] if fix else []
    left = [path for folder in sorted(folders) for path in leftovers(folder)]
    if left:
        number = human.counted(len(left), "file")
        if fix:
            return Row(
                title, "warn", f"{number} cannot be removed, such as {human.near(left[0])}", "remove it yourself"
            )
        detail = f"{number} left by fjctl processes that were killed, such as {human.near(left[0])}"
        return Row(title, "warn", detail, "to remove them: fjctl doctor --fix")
    return Row(title, "ok", f"removed {human.counted(len(removed), 'file')}" if removed else "none")
