"""The report of an internal error: a file ready to attach to an issue."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

from fjctl import __version__

DEPENDENCIES = (
    "typer", "rich", "pydantic", "ruamel.yaml", "ruamel.yaml.clib", "ryaml", "networkx", "watchfiles", "sqlite-utils",
)  # fmt: skip


def versions() -> dict[str, str]:
    """The version of each dependency; empty for one that is not installed."""
    found = {}
    for name in DEPENDENCIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def write_report(error: BaseException, arguments: list[str]) -> Path:
    """Writes versions, command line and traceback to a new file in the temporary folder."""
    lines = [
        f"fjctl {__version__}",
        f"Python {sys.version}",
        f"platform {platform.platform()}",
        *(f"{name} {version or 'not installed'}" for name, version in versions().items()),
        f"arguments {arguments!r}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    with tempfile.NamedTemporaryFile(
        "w", prefix="fjctl-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write("\n".join(lines))
    return Path(file.name)
