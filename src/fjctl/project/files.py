"""Reading a file: of one moment, within a limit, and with a plain word about a path that cannot be read."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fjctl.errors import InputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LIMIT = 64 * 1024 * 1024
"""Bytes; the largest real workflow seen has 3 MB."""

FLOW_SIGN = "#"
"""Stands between a file's name and that of a flow in it."""

_ATTEMPTS = 3
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FileState:
    """A file as it was when it was read: its bytes and what identifies that version of it."""

    path: Path
    data: bytes = field(repr=False)
    mtime_ns: int
    inode: int

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes, 64 hexadecimal digits; computed when first asked for."""
        from hashlib import sha256

        return sha256(self.data).hexdigest()


def read_bytes(path: Path, *, limit: int = DEFAULT_LIMIT) -> FileState:
    """A regular file's content and identity, of one moment.

    Raises `InputError` for a path that is missing, a directory, special (a pipe, a device), not readable,
    larger than `limit` bytes (seen before a byte is read), or that vanishes or changes while it is read.
    """
    for _ in range(_ATTEMPTS):
        state = _read_once(path, limit)
        if state is not None:
            return state
    message = "changes while it is read"
    raise InputError(message, place=str(path), hint="try again when nothing writes to it")


def read_if_exists(path: Path, *, limit: int = DEFAULT_LIMIT) -> FileState | None:
    """As `read_bytes`, and `None` for a path where nothing is: the value that `write_guarded` takes as expected."""
    if not path.exists():
        return None
    return read_bytes(path, limit=limit)


def inside(project: Path, path: Path) -> Path:
    """The real place of `path`, links followed.

    Raises `RefusedError` when the path is named inside the project and a link leads it out. A path that is
    openly outside is the caller's explicit wish and comes back as it is.
    """
    # Not `resolve`: what that says of a link to itself depends on the Python version.
    root, real = (Path(os.path.realpath(each)) for each in (project, path))
    if real.is_symlink():
        message = "is a link that leads to itself"
        raise InputError(message, place=str(path), hint="remove the link")
    # Taken by name only, as a person reads it; `realpath` would follow the very link that is looked for.
    named = Path(os.path.abspath(path))  # noqa: PTH100
    is_named_inside = named.is_relative_to(root) or named.is_relative_to(Path(os.path.abspath(project)))  # noqa: PTH100
    if is_named_inside and not real.is_relative_to(root):
        message = f"leaves the project through a link, to {real}"
        hint = "name the real file, or replace the link by a copy of the file"
        raise RefusedError(message, place=str(path), hint=hint)
    return real


def split_flow(path: Path) -> tuple[Path, str]:
    """A file, and the flow in it that a path such as `export.json#Support` names; empty where none is named.

    A file whose own name has the sign in it is meant where there is one.
    """
    text = str(path)
    if FLOW_SIGN not in text or os.path.lexists(path):
        return path, ""
    head, _, flow = text.partition(FLOW_SIGN)
    return (Path(head), flow) if head.lower().endswith((".json", ".yaml", ".yml", ".py")) and flow else (path, "")


def relative(name: str, root: Path) -> str:
    """A path as patterns of the project see it."""
    full = os.path.abspath(split_flow(Path(name))[0])  # noqa: PTH100 - by name: links are not followed
    inside = full.startswith(str(root) + os.sep)
    return full[len(str(root)) + 1 :].replace(os.sep, "/") if inside else name


def start_folder(arguments: Sequence[str]) -> Path:
    """The folder whose project holds: that of the first argument, of a pattern the part without wildcards."""
    first = Path(arguments[0]) if arguments else Path()
    folder = first if is_folder(first) else first.parent
    while not is_folder(folder):
        folder = folder.parent
    return folder


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; a name too long to look at is none."""
    return os.path.isdir(path)  # noqa: PTH112 - no where pathlib raises, as for a name too long to look at


def missing(path: Path) -> InputError:
    """The error for a path where nothing is; its hint names the file nearest in name."""
    if os.path.islink(path):  # noqa: PTH114 - no where pathlib raises, as for a name too long to look at
        return InputError(
            "is a link to a file that is not there", place=str(path), hint=f"it leads to {path.readlink()}"
        )
    message = "no such file"
    return InputError(message, place=str(path), hint=_near(path))


def too_large(place: str, size: str) -> InputError:
    """The error for more bytes than a document can have."""
    hint = "a workflow of this size is not one: is it the right file?"
    return InputError(f"is too large: {size}", place=place, hint=hint)


def _read_once(path: Path, limit: int) -> FileState | None:
    """The file, or `None` when it was replaced or changed under the read."""
    # Without O_NONBLOCK, opening a pipe waits for somebody to write to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        _cannot_read(path, error)
    try:
        before = os.fstat(handle)
        _check_kind(path, before, limit)
        data = _read_all(handle, limit)
        after = os.fstat(handle)
    except OSError as error:
        _cannot_read(path, error)
    finally:
        os.close(handle)
    is_settled = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size) and after.st_nlink > 0
    if not is_settled or len(data) != after.st_size:
        return None
    return FileState(path, data, after.st_mtime_ns, after.st_ino)


def _read_all(handle: int, limit: int) -> bytes:
    chunks = []
    left = limit + 1
    while left > 0 and (chunk := os.read(handle, min(_CHUNK, left))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _check_kind(path: Path, status: os.stat_result, limit: int) -> None:
    place = str(path)
    if stat.S_ISDIR(status.st_mode):
        message, hint = "is a directory, not a file", "name a file in it, or a pattern such as '**/*.json'"
    elif not stat.S_ISREG(status.st_mode):
        message, hint = "is not a regular file", "write what it gives to a file first, or pipe it to '-'"
    elif status.st_size > limit:
        raise too_large(place, f"{status.st_size:,} bytes, the limit is {limit:,}")
    else:
        return
    raise InputError(message, place=place, hint=hint)


def _cannot_read(path: Path, error: OSError) -> NoReturn:
    hint = ""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            raise missing(path) from error
        case errno.EACCES | errno.EPERM:
            message, hint = "may not be read: permission denied", f"try: chmod u+r {path}"
        case errno.ENXIO:
            message, hint = "is not a regular file", "write what it gives to a file first, or pipe it to '-'"
        case errno.ELOOP:
            message, hint = "is a link that leads to itself", "remove the link"
        case _:
            message = f"cannot be read: {(error.strerror or str(error)).lower()}"
    raise InputError(message, place=str(path), hint=hint) from error


def _near(path: Path) -> str:
    """A hint that names the file in the same folder whose name is nearest, if one is near."""
    from difflib import get_close_matches

    try:
        names = sorted(os.listdir(path.parent))  # noqa: PTH208 - names are what is compared
    except OSError:
        return f"the folder {path.parent} does not exist"
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {path.with_name(near[0])}?" if near else ""
