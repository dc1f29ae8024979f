"""Writing a file only when nobody else did meanwhile.

Writes are lazy (equal content leaves the file alone), atomic (a temporary file beside the target, fsync, replace,
fsync of the folder) and guarded (a file that is not what was read is not written).
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import stat
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fjctl.errors import ChangedError, InputError, OutputError, RefusedError
from fjctl.project.files import FileState, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl

_TEMPORARY = re.compile(r"\..+\.fjctl-(?P<pid>\d{1,7})-\d+\.tmp")
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}
_counter = itertools.count()


class WriteOutcome(StrEnum):
    """What a guarded write did."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"


def write_guarded(path: Path, data: bytes, *, expected: FileState | None) -> WriteOutcome:
    """Replace the file by `data`, durably, if it is still what `expected` says; `None` says that nothing is there.

    Equal content is left alone, its time too. A link keeps being a link: its target is written. The mode of an
    existing file is kept. Raises `ChangedError` when the file changed, vanished or appeared since `expected` was
    read, `RefusedError` for a file without write permission and `OutputError` when the system cannot write; then
    nothing is written and no temporary file is left.
    """
    outcome, folder = replace_guarded(path, data, expected=expected)
    if outcome is WriteOutcome.WRITTEN:
        sync_folder(folder)
    return outcome


def replace_guarded(path: Path, data: bytes, *, expected: FileState | None) -> tuple[WriteOutcome, Path]:
    """As `write_guarded` without its last step: the folder that comes back is still to be synced.

    Until then a power cut may bring the old file back whole; it cannot tear either.
    """
    try:
        target = Path(os.path.realpath(path))
        if _has_content(path, target, data, expected):
            return WriteOutcome.UNCHANGED, target.parent
        sweep_once(target.parent)
        with _temporary(target, data) as temporary, _locked(target.parent):
            # Again, now that no other fjctl can be between its own look and its replace.
            if _has_content(path, target, data, expected):
                return WriteOutcome.UNCHANGED, target.parent
            _put(temporary, target, is_new=expected is None)
    except FileExistsError:
        _changed(path, "appeared")
    except OSError as error:
        _cannot_write(path, error)
    return WriteOutcome.WRITTEN, target.parent


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a file system that cannot do it is let be."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def leftovers(folder: Path) -> tuple[Path, ...]:
    """The temporary files that killed fjctl processes left in a folder; nothing for one that cannot be listed."""
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _TEMPORARY.fullmatch(entry.name)
            if match and not _is_alive(int(match["pid"])) and entry.is_file(follow_symlinks=False):
                found.append(Path(entry.path))
    return tuple(sorted(found))


def sweep(folder: Path) -> tuple[Path, ...]:
    """Remove the `leftovers` of a folder; the paths of those removed."""
    removed = []
    for path in leftovers(folder):
        with contextlib.suppress(OSError):
            path.unlink()
            removed.append(path)
    return tuple(removed)


sweep_once = cache(sweep)
"""As `sweep`, once a process: listing a large folder before each file would make a batch quadratic."""


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there and somebody else's
        return True
    return True


def _has_content(path: Path, target: Path, data: bytes, expected: FileState | None) -> bool:
    """Whether the file already has the content; `ChangedError` when it is neither that nor what is expected."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return False if expected is None else _changed(path, "was removed")
    if not stat.S_ISREG(status.st_mode):
        message = "is not a regular file, so it was not written"
        raise OutputError(message, place=str(path), hint="name a file")
    verb = "appeared" if expected is None else "changed"
    accepted = [data] if expected is None else [data, expected.data]
    if status.st_size not in map(len, accepted):
        _changed(path, verb)
    try:
        current = read_bytes(target, limit=max(map(len, accepted))).data
    except InputError:
        _changed(path, verb)
    if current not in accepted:
        _changed(path, verb)
    if current != data and not os.access(target, os.W_OK):
        message = "is write-protected, so it was not written"
        raise RefusedError(message, place=str(path), hint=f"try: chmod u+w {path}")
    return current == data


@contextlib.contextmanager
def _temporary(target: Path, data: bytes) -> Iterator[Path]:
    """A synced file beside the target with the content and the target's mode and owner; gone at the end."""
    path, handle = _create(target)
    try:
        try:
            _copy_rights(target, handle)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        yield path
    finally:
        # A replace has taken the name away; after a link or a failure it is still there.
        path.unlink(missing_ok=True)


def _create(target: Path) -> tuple[Path, int]:
    """A new temporary file: path and open handle."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        path = target.with_name(f".{target.name}.fjctl-{os.getpid()}-{next(_counter)}.tmp")
        # The name exists only when an earlier process with the same number was killed.
        with contextlib.suppress(FileExistsError):
            return path, os.open(path, flags, 0o666)


def _copy_rights(target: Path, handle: int) -> None:
    if sys.platform == "win32":
        return
    try:
        status = target.stat()
    except FileNotFoundError:
        return
    own = os.fstat(handle)
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        with contextlib.suppress(OSError):  # only a privileged user may give files away
            os.fchown(handle, status.st_uid, status.st_gid)
    os.fchmod(handle, stat.S_IMODE(status.st_mode))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other fjctl processes from replacing files in this folder; leaves no lock file behind."""
    if sys.platform == "win32":  # no such lock there: comparison alone guards
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems have no locks: comparison still guards
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put(temporary: Path, target: Path, *, is_new: bool) -> None:
    """Give the temporary file the target's name; a new file never takes the place of one that just appeared."""
    if is_new:
        try:
            os.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        else:
            return
    temporary.replace(target)


def _changed(path: Path, verb: str) -> NoReturn:
    message = f"{verb} since it was read, so it was not written"
    raise ChangedError(message, place=str(path), hint="run the same command again to start from the new content")


def _cannot_write(path: Path, error: OSError) -> NoReturn:
    hint = ""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            message, hint = f"there is no folder {path.parent} to write it in", f"try: mkdir -p {path.parent}"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            message, hint = "may not be written: permission denied", "name another place with -o"
        case errno.ENOSPC | errno.EDQUOT:
            message, hint = "no space left to write it", "make room and run the same command again"
        case errno.ENAMETOOLONG:
            message, hint = "the name is too long for this file system", "name a shorter one with -o"
        case errno.ELOOP:
            message, hint = "is a link that leads to itself", "remove the link"
        case _:
            message = f"cannot be written: {(error.strerror or str(error)).lower()}"
    raise OutputError(message, place=str(path), hint=hint) from error
