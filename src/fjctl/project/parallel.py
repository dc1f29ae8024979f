"""Guarded writes of many files, whose waiting for the disk overlaps."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Self

from fjctl.project.writing import WriteOutcome, replace_guarded, sync_folder

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from fjctl.project.files import FileState


class GuardedWriter:
    """Writes as `write_guarded` does, several at a time, and syncs each folder once for all the files in it.

    Use it as a context manager; after `flush`, or at the end, every file of a future without an error is durable.
    Whoever reads a file in between, or writes it again, asks `wait_for` first.
    """

    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fjctl-write")
        self._running: dict[str, Future[WriteOutcome]] = {}
        self._names: set[str] = set()
        self._folders: set[Path] = set()

    def submit(self, path: Path, data: bytes, *, expected: FileState | None) -> Future[WriteOutcome]:
        """Start one write; the future gives its outcome or raises what `write_guarded` raises."""
        real = os.path.realpath(path)
        if real in self._running:
            wait([self._running[real]])
        future = self._running[real] = self._pool.submit(self._write, path, data, expected)
        self._names.add(os.path.basename(real))  # noqa: PTH119 - of a text
        return future

    def wait_for(self, path: Path) -> None:
        """Wait until no write to this file is under way; which of them fail, their futures say."""
        # Only a link can lead to a file of another name, so that most paths need not be followed.
        if self._running and (path.name in self._names or path.is_symlink()):
            running = self._running.get(os.path.realpath(path))
            if running is not None:
                wait([running])

    def flush(self) -> None:
        """Wait for all writes and make them durable."""
        wait(self._running.values())
        self._sync()

    def _sync(self) -> None:
        self._running.clear()
        self._names.clear()
        for folder in sorted(self._folders):
            sync_folder(folder)
        self._folders.clear()

    def _write(self, path: Path, data: bytes, expected: FileState | None) -> WriteOutcome:
        outcome, folder = replace_guarded(path, data, expected=expected)
        if outcome is WriteOutcome.WRITTEN:
            self._folders.add(folder)
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for all writes (those not yet begun are dropped when an error ends the block), then sync the folders."""
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        self._sync()
