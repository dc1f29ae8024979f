"""From what a person types (files, folders, patterns) to files, always in the same order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.errors import InputError, UsageError
from fjctl.project.files import missing, split_flow
from fjctl.project.globs import has_wildcard, is_excluded, match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fjctl.project.settings import Settings

WORKFLOW_FILES = ("*.json", "*.yaml", "*.yml")
"""Names of files that may be workflows or journeys."""


_SKIPPED = {"node_modules", "__pycache__"}


def expand(arguments: Sequence[str], settings: Settings, *, names: Sequence[str] = WORKFLOW_FILES) -> list[Path]:
    """The files that the arguments stand for, each once, in the order of the arguments and by name within one.

    A file is taken as it is; a folder gives the files below it whose name matches one of `names`; a pattern (`*`,
    `**`, `?`, `[…]`) gives what it matches. Folders and patterns leave out hidden folders, `node_modules`, virtual
    environments and what the settings exclude. Raises `InputError` for a path that is not there and `UsageError`
    for no argument or one that stands for nothing.
    """
    if not arguments:
        message = "no file, folder or pattern was named"
        raise UsageError(message, hint="name one, for example '.'")
    found: dict[str, Path] = {}
    for argument in arguments:
        files = list(_expand_one(argument, settings, names))
        if not files:
            raise _nothing(argument, names)
        for file in files:
            found.setdefault(os.path.abspath(file), file)  # noqa: PTH100 - a link is a file of its own here
    return list(found.values())


def named(arguments: Sequence[str], settings: Settings) -> dict[str, bool]:
    """The files that the arguments stand for, and of each whether it was named itself or by a pattern: a file of no
    known format that a folder brought in is nobody's mistake. Raises what `expand` raises."""
    found: dict[str, bool] = {}
    for argument in arguments:
        path = Path(argument)
        if os.path.isdir(path):  # noqa: PTH112 - as in `_expand_one`
            for inner in expand([argument], settings):
                found.setdefault(str(inner), False)
        elif os.path.isfile(path) or split_flow(path)[1]:  # noqa: PTH113 - as in `_expand_one`
            found[argument] = True
        else:
            found |= dict.fromkeys(map(str, expand([argument], settings)), True)
    return found


def _expand_one(argument: str, settings: Settings, names: Sequence[str]) -> Iterable[Path]:
    path = Path(argument)
    if os.path.isdir(path):  # noqa: PTH112 - no where pathlib raises, as for a name too long to look at
        return (file for file in walk(path, settings) if any(match(name, file.name) is not None for name in names))
    if os.path.lexists(path):  # before patterns: a file may have brackets in its name
        return [path]
    if has_wildcard(argument):
        return _matches(argument, settings)
    raise missing(path)


def walk(folder: Path, settings: Settings) -> Iterator[Path]:
    """All files below a folder that are not skipped or excluded, by name, each folder after its files."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError as error:
        message = "may not be listed: permission denied"
        raise InputError(message, place=str(folder), hint=f"try: chmod u+rx {folder}") from error
    folders = []
    for entry in entries:
        path = folder / entry.name
        if _is_excluded(path, settings):
            continue
        if entry.is_dir(follow_symlinks=False):  # a link to a folder could lead round for ever
            if not _is_skipped(entry):
                folders.append(path)
        elif entry.is_file() and not entry.name.startswith("."):
            yield path
    for below in folders:
        yield from walk(below, settings)


def _is_skipped(entry: os.DirEntry[str]) -> bool:
    is_environment = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - one a folder
    return entry.name.startswith(".") or entry.name in _SKIPPED or is_environment


def _is_excluded(path: Path, settings: Settings) -> bool:
    if not settings.exclude:
        return False
    full = Path(os.path.abspath(path))  # noqa: PTH100 - by name: links are not followed
    relative = full.relative_to(settings.root) if full.is_relative_to(settings.root) else path
    return is_excluded(relative.as_posix(), settings.exclude)


def _matches(pattern: str, settings: Settings) -> Iterator[Path]:
    """The files that a pattern matches, looked for below its last part without a wildcard."""
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if has_wildcard(part))
    base = Path(*parts[:fixed])
    if not base.is_dir():
        return
    rest = "/".join(parts[fixed:])
    for file in walk(base, settings):
        if match(rest, file.relative_to(base).as_posix()) is not None:
            yield file


def _nothing(argument: str, names: Sequence[str]) -> UsageError:
    if has_wildcard(argument):
        message = f"nothing matches '{argument}'"
        return UsageError(message, hint="quote the pattern, and use '**/' for folders at any depth")
    message = f"no file named {' or '.join(names)} is in '{argument}'"
    return UsageError(message, hint="name a file itself, or another folder")
