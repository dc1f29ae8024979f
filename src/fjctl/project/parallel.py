"""Guarded writes of many files, whose waiting for the disk overlaps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from fjctl.project.writing import WriteOutcome, replace_guarded, sync_folder

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from fjctl.project.files import FileState


class GuardedWriter:
    """Writes as `write_guarded` does, several at a time, and syncs each folder once, at the end.

    Use it as a context manager; after it every file of a future without an error is durable. Files submitted
    together must differ.
    """

    def __init__(self, threads: int = 4) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fjctl-write")
        self._folders: set[Path] = set()

    def submit(self, path: Path, data: bytes, *, expected: FileState | None) -> Future[WriteOutcome]:
        """Start one write; the future gives its outcome or raises what `write_guarded` raises."""
        return self._pool.submit(self._write, path, data, expected)

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
        for folder in sorted(self._folders):
            sync_folder(folder)
