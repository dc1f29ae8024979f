"""`fjctl git`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import changes
from fjctl.errors import ExitCode, UsageError
from fjctl.project import git as driver
from fjctl.project.config import load_settings
from fjctl.project.files import read_bytes
from fjctl.source import format_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fjctl.formats.document import Document

ACTIONS = ("install", "uninstall", "textconv", "diff", "merge")


def _actions(incomplete: str) -> list[str]:
    return [name for name in ACTIONS if name.startswith(incomplete)]


Action = Annotated[
    str, typer.Argument(metavar="ACTION", help=f"{', '.join(ACTIONS)}.", show_default=False, autocompletion=_actions)
]
Files = Annotated[list[str] | None, typer.Argument(metavar="[FILES]", help="What git gives to its drivers.")]
Everywhere = Annotated[bool, typer.Option("--global", help="In your own git configuration, for all repositories.")]


def git(action: Action, files: Files = None, everywhere: Everywhere = False) -> ExitCode:
    """Let git show and merge workflows and journeys by meaning.

    `install` registers a diff driver, a textconv and a merge driver in the repository's configuration, and names the
    files in .gitattributes: then `git diff` tells what has changed in meaning, `git log -p` and `git show` show a
    workflow as the journey it means, and `git merge` merges by blocks and states. `uninstall` takes it back. The other
    actions are what git calls.

    \b
    Examples:
      fjctl git install
      fjctl git textconv workflows/return-item.json

    \b
    In Python:
      from fjctl.project.git import merged; merged(name, base, ours, theirs)
    """
    given = files or []
    if action not in ACTIONS:
        raise UsageError(f"there is no action {action!r}", hint=f"actions: {', '.join(ACTIONS)}")
    if action in {"install", "uninstall"}:
        if given:
            raise UsageError(f"`fjctl git {action}` takes no files", hint=f"run: fjctl git {action}")
        return _set_up(action, everywhere=everywhere)
    wanted, run = _CALLED[action]
    if len(given) < wanted:
        raise UsageError(
            f"`fjctl git {action}` takes {wanted} arguments, as git gives them", hint="see: git help attributes"
        )
    return run(given)


def _set_up(action: str, *, everywhere: bool) -> ExitCode:
    settings = load_settings(Path.cwd())
    run = driver.install if action == "install" else driver.uninstall
    changed = run(settings, everywhere=everywhere)
    for line in changed:
        TERMINAL.out(f"{'set' if action == 'install' else 'removed'} {line}")
    if not changed:
        TERMINAL.note("nothing to do")
    return ExitCode.OK


def _textconv(files: Sequence[str]) -> ExitCode:
    name = files[0]
    text = driver.readable(name, read_bytes(Path(name)).data)
    TERMINAL.out(text.rstrip("\n"))
    return ExitCode.OK


def _diff(files: Sequence[str]) -> ExitCode:
    """What git calls an external diff with: path, old file, its hash and mode, new file, its hash and mode."""
    path, old, new = files[0], files[1], files[4]
    TERMINAL.out(TERMINAL.styled(f"fjctl diff {path}", "bold"))
    one, other = _version(path, old), _version(path, new)
    if one is None or other is None or not (one.ok and other.ok):
        for line in _by_lines(old, new):
            TERMINAL.out(line)
        return ExitCode.OK
    from fjctl.project.comparing import compare

    found = compare(one, other)
    lines = changes.text(found.changes, found.layout if not found.changes else [])
    for line in lines or ["· only layout, order or editor state"]:
        TERMINAL.out(line)
    return ExitCode.OK


def _version(path: str, file: str) -> Document | None:
    from fjctl.formats import document

    if file == "/dev/null":
        return None
    return document.read(path, read_bytes(Path(file)).data)


def _by_lines(old: str, new: str) -> list[str]:
    from difflib import unified_diff

    texts = [
        "" if name == "/dev/null" else read_bytes(Path(name)).data.decode("utf-8", "replace") for name in (old, new)
    ]
    return list(unified_diff(texts[0].splitlines(), texts[1].splitlines(), "before", "after", lineterm=""))


def _merge(files: Sequence[str]) -> ExitCode:
    """What git calls a merge driver with: base, ours, theirs, and the file's path."""
    base, ours, theirs, name = files[0], files[1], files[2], files[3]
    outcome = driver.merge_files(Path(base), Path(ours), Path(theirs), name)
    for conflict in outcome.conflicts:
        where = format_path(conflict.pointer) if conflict.pointer else "the file"
        TERMINAL.err(f"{name}: both sides changed {where}")
    if outcome.conflicts:
        TERMINAL.err("  help: choose at the markers in the file, then run: git add " + name)
    return ExitCode.FOUND if outcome.conflicts else ExitCode.OK


_CALLED: dict[str, tuple[int, Callable[[Sequence[str]], ExitCode]]] = {
    "textconv": (1, _textconv),
    "diff": (7, _diff),
    "merge": (4, _merge),
}
