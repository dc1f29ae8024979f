"""What holds in a project, as plain values."""

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
    or its pair already has. `exclude` are patterns of files that no directory or glob brings in. `history` says
    whether conversions use the database.
    """

    root: Path
    file: Path | None = None
    is_project: bool = False
    pairs: tuple[PairRule, ...] = ()
    format: str = ""
    database: Path = Path("fjctl.db")
    exclude: tuple[str, ...] = ()
    history: bool = True
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
            "history": self.history,
            "pairs": pairs,
        }
        return [(name, value, self.origin(name)) for name, value in values.items()]
