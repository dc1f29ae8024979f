"""What was found in files whose content has not changed: one file beside the configuration.

Keyed by the content of the file, the rules and what they go by, and the version of fjctl. A cache that cannot be read
or written is no cache: nothing depends on it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".fjctl_cache"
_FILE = "check-1.json"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what fjctl has found out and can find again.\n"
"""The cache directory tag of https://bford.info/cachedir/: backups leave such a folder out."""


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

    def get(self, name: str, content: str) -> Any:
        """The result for a file's content, or None."""
        known = self._known.get(name)
        if isinstance(known, list) and len(known) == 2 and known[0] == content:
            self._used[name] = known
            return known[1]
        return None

    def put(self, name: str, content: str, result: Any) -> None:
        """Remembers a result, a JSON value."""
        self._used[name] = [content, result]

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
