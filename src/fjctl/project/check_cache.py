"""What was found in files whose content has not changed: one file beside the configuration.

Keyed by the content of the file, the rules and what they go by, and the version of fjctl. A file whose time and size
are still those it was hashed at need not be read again, unless it had been written only just then. A cache that cannot
be read or written is no cache: nothing depends on it.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".fjctl_cache"
_FILE = "check-1.json"
_JUST_NOW = 2_000_000_000
"""Nanoseconds: a file may be written again within the resolution of its time, which is two seconds at the worst."""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what fjctl has found out and can find again.\n"
"""The cache directory tag of https://bford.info/cachedir/: backups leave such a folder out."""


Stamp = tuple[int, int] | None
"""A file's time of change in nanoseconds, and its size; None where they say nothing."""


def stamp_of(path: Path | str) -> Stamp:
    """The stamp of a file; None for one that was written just now, or that cannot be looked at."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of thousands
    except OSError:
        return None
    settled = time.time_ns() - status.st_mtime_ns > _JUST_NOW
    return (status.st_mtime_ns, status.st_size) if settled else None


class Cache:
    """Results by file name and content hash. `key` stands for everything else that they depend on."""

    def __init__(self, root: Path | None, key: str) -> None:
        self._folder = root / FOLDER if root is not None else None
        self._key = key
        self._known: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        if self._folder is not None:
            self._known = self._load(self._folder / _FILE)
        self._before = dict(self._known)

    def _load(self, path: Path) -> dict[str, Any]:
        import orjson

        try:
            value = orjson.loads(path.read_bytes())
        except (OSError, ValueError):
            return {}
        usable = isinstance(value, dict) and value.get("key") == self._key and isinstance(value.get("files"), dict)
        return value["files"] if usable else {}

    def unread(self, name: str, stamp: Stamp) -> tuple[str, Any] | None:
        """The content hash and the result of a file that need not be read, by its time and size; else None."""
        known = self._known.get(name)
        if stamp is None or not isinstance(known, list) or len(known) != 3 or known[0] != list(stamp):
            return None
        self._used[name] = known
        return known[1], known[2]

    def get(self, name: str, content: str, stamp: Stamp = None) -> Any:
        """The result for a file's content, or None."""
        known = self._known.get(name)
        if isinstance(known, list) and len(known) == 3 and known[1] == content:
            self._used[name] = known if stamp is None else [list(stamp), content, known[2]]
            return known[2]
        return None

    def put(self, name: str, content: str, result: Any, stamp: Stamp = None) -> None:
        """Remembers a result, a JSON value."""
        self._used[name] = [None if stamp is None else list(stamp), content, result]

    def save(self) -> None:
        """Writes what is new; what other files of the project were found to be stays."""
        if self._folder is None or all(self._before.get(name) is item for name, item in self._used.items()):
            return
        import orjson

        files = {name: item for name, item in self._known.items() if name not in self._used} | self._used
        data = orjson.dumps({"key": self._key, "files": files})
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
                if not (self._folder / name).exists():
                    (self._folder / name).write_text(text, encoding="utf-8")
            temporary = self._folder / f"{_FILE}.{os.getpid()}"
            temporary.write_bytes(data)
            temporary.replace(self._folder / _FILE)
