"""A project's settings: `fjctl.toml`, or `[tool.fjctl]` in `pyproject.toml`, and where each value comes from.

This module costs nothing where no config file is: pydantic and the TOML reader are imported when one is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_NAME = "fjctl.toml"
DEFAULT_ORIGIN = "default"


@dataclass(frozen=True, slots=True)
class PairRule:
    """Which journey belongs to which workflow: two patterns with the same wildcards, relative to the project."""

    workflow: str
    journey: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds in a project; without a config file, the defaults.

    `root` is the folder of the config file, else the one with `.git`, else the one asked about. `is_project` says
    that one of the first two was found. `format` is the format to convert workflows to, empty for the one a file
    or its pair already has. `exclude` are patterns of files that no directory or glob brings in.
    """

    root: Path
    file: Path | None = None
    is_project: bool = False
    pairs: tuple[PairRule, ...] = ()
    format: str = ""
    database: Path = Path("fjctl.db")
    exclude: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def database_path(self) -> Path:
        """The database's place: `database`, counted from the project."""
        return self.root / self.database

    def origin(self, name: str) -> str:
        """Where the value of a setting comes from: `fjctl.toml:3`, or `default`."""
        return self.origins.get(name, DEFAULT_ORIGIN)

    def rows(self) -> list[tuple[str, object, str]]:
        """Name, plain value and origin of every setting, in a fixed order."""
        pairs = [{"workflow": rule.workflow, "journey": rule.journey} for rule in self.pairs]
        values: dict[str, object] = {
            "database": self.database.as_posix(),
            "exclude": list(self.exclude),
            "format": self.format,
            "pairs": pairs,
        }
        return [(name, value, self.origin(name)) for name, value in values.items()]


def load_settings(start: Path) -> Settings:
    """The settings that hold in a folder; `ConfigError` names the line of what cannot be used."""
    here = start.resolve()
    found, root = _find(here)
    if found is None:
        return Settings(root or here, is_project=root is not None)
    from fjctl.project.config_file import settings_of

    return settings_of(found)


def find_config(start: Path) -> Path | None:
    """The config file that holds in a folder: its own or the nearest above, not beyond a folder with `.git`."""
    return _find(start.resolve())[0]


def _find(here: Path) -> tuple[Path | None, Path | None]:
    """The config file, and the folder with `.git` when the way up came to one."""
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME, None
        if _has_table(folder / "pyproject.toml"):
            return folder / "pyproject.toml", None
        if (folder / ".git").exists():
            return None, folder
    return None, None


def _has_table(path: Path) -> bool:
    """Whether a `pyproject.toml` has `[tool.fjctl]`; a broken one that does not mention it is not ours to judge."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if "fjctl" not in text or "tool" not in text:
        return False
    import tomllib

    try:
        return "fjctl" in tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        return "[tool.fjctl" in text
