"""Many files through one verb: what the arguments stand for, the memory as far as it works, the progress."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fjctl.api import FileResult, remember
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human
from fjctl.errors import FjctlError, StoreError, UsageError
from fjctl.project.files import is_folder, split_flow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from fjctl.project.settings import Settings
    from fjctl.store import Store

TRANSACTION = 100  # conversions recorded at a time: one sync of the disk for all of them
_PATIENCE = 0.5  # seconds before a bar appears; shorter work needs none
_MINUTE = 60.0


class Sources:
    """The files that the arguments stand for; `failed` are the arguments that stand for nothing.

    A folder stands for its workflows, or for its journeys when the target is a workflow format: converting both ways
    at once would do nothing. What is found in a folder is `optional`: a file of no known format is passed over.
    """

    def __init__(self, arguments: Sequence[str], to: str, settings: Settings) -> None:
        self.files: list[Path] = []
        self.optional: set[Path] = set()
        self.failed: list[FileResult] = []
        seen: set[str] = set()
        for argument in arguments:
            for path in self._files_of(argument, to, settings):
                key = os.path.abspath(path)  # noqa: PTH100 - by name: a link is a file of its own
                if key not in seen:
                    seen.add(key)
                    self.files.append(path)

    def _files_of(self, argument: str, to: str, settings: Settings) -> list[Path]:
        if not argument:  # `Path("")` is the current folder, and an unset variable no wish to convert all of it
            error = UsageError("a source has no name", hint="name a file or a folder; '.' is this one")
            self.failed.append(FileResult(argument, error=error))
            return []
        path = Path(argument)
        if os.path.isfile(path) or split_flow(path)[1]:  # noqa: PTH113 - as `_is_folder`
            return [path]
        from fjctl.project.discover import expand

        try:
            found = expand([argument], settings)
        except FjctlError as error:
            self.failed.append(FileResult(argument, error=error))
            return []
        if is_folder(path):
            found = _one_side(found, to)
            self.optional.update(found)
        return found


def _one_side(files: list[Path], to: str) -> list[Path]:
    from fjctl.project.pairs import is_journey_name

    wants_journeys = to not in {"", "journey"}
    return [path for path in files if is_journey_name(path) == wants_journeys] or files


class Memory:
    """The project's database. When it cannot be used, that is one warning, and the work goes on without."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._store: Store | None = None
        self._pending: list[FileResult] = []

    @property
    def store(self) -> Store | None:
        """For reading what is known; none before there is a database."""
        if self._store is None and self._path is not None and os.path.lexists(self._path):
            self._open()
        return self._store

    def _open(self) -> None:
        from fjctl.store import open_store

        if self._path is not None:
            try:
                self._store = open_store(self._path)
            except StoreError as error:
                self.give_up(error)

    def give_up(self, error: StoreError) -> None:
        """Goes on without a memory."""
        if self._path is not None:
            kind = TERMINAL.styled(f"{error.code} {error.name}", "warning", sys.stderr)
            hint = f" ({error.hint})" if error.hint else ""
            TERMINAL.err(f"{error.place or self._path}: {kind}: {error.message}{hint}; not recorded")
        self.close()
        self._path = None

    def add(self, result: FileResult) -> None:
        """Takes a result; written to the database a hundred at a time."""
        if self._path is None or result.record is None:
            return
        self._pending.append(FileResult(result.source, record=result.record))
        if len(self._pending) >= TRANSACTION:
            self.flush()

    def flush(self) -> None:
        """Writes what is pending."""
        if self._pending and self._path is not None:
            if self._store is None:
                self._open()
            if self._store is not None:
                try:
                    remember(self._store, self._pending)
                except StoreError as error:
                    self.give_up(error)
        self._pending.clear()

    def close(self) -> None:
        """Closes the database."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was done is recorded also when the rest was interrupted."""
        self.flush()
        self.close()


class Progress:
    """How far a batch is: a bar on a terminal, elsewhere a line a minute; both on stderr and neither for short work."""

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what
        self._done = 0
        self._began = self._told = time.monotonic()
        self._bar: _Bar | None = None

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        if TERMINAL.quiet or self._total < 2:
            return
        now = time.monotonic()
        if sys.stderr.isatty():
            if self._bar is None and now - self._began > _PATIENCE:
                self._bar = _Bar(self._what, self._total)
            if self._bar is not None:
                self._bar.show(self._done)
        elif now - self._told > _MINUTE:
            self._told = now
            TERMINAL.note(f"{self._what}: {self._done} of {human.counted(self._total, 'file')}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.end()


class _Bar:
    """A rich progress bar; rich is loaded when the first one appears."""

    def __init__(self, what: str, total: int) -> None:
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        console = Console(stderr=True, no_color=not TERMINAL.colors(sys.stderr))
        self._progress = RichProgress(console=console, transient=True)
        self._task = self._progress.add_task(what, total=total)
        self._progress.start()

    def show(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def end(self) -> None:
        self._progress.stop()
