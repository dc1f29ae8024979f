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
class CheckSettings:
    """What `[check]` says. Selectors are codes, names, families; `per_file` pairs patterns of paths with selectors that
    are ignored there. `environment` are names that are set when the flows run (None: nobody has said), to which
    `environment_file` adds those of a `.env` file. `severity` and `limits` are by selector and by name."""

    select: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fail_on: str = "error"
    environment: tuple[str, ...] | None = None
    environment_file: str = ""
    limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    baseline: str = ""

    def plain(self) -> dict[str, object]:
        """The values as plain data, under the names of the config file, those that are not as they are by default."""
        values: dict[str, object] = {
            "select": list(self.select),
            "extend-select": list(self.extend),
            "ignore": list(self.ignore),
            "per-file-ignores": {pattern: list(words) for pattern, words in self.per_file},
            "severity": dict(self.severity),
            "fail-on": self.fail_on if self.fail_on != "error" else "",
            "environment": list(self.environment or ()),
            "environment-file": self.environment_file,
            "limits": dict(self.limits),
            "baseline": self.baseline,
        }
        return {name: value for name, value in values.items() if value}


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
    check: CheckSettings = field(default_factory=CheckSettings)
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
            "check": self.check.plain(),
            "database": self.database.as_posix(),
            "exclude": list(self.exclude),
            "format": self.format,
            "history": self.history,
            "pairs": pairs,
        }
        return [(name, value, self.origin(name)) for name, value in values.items()]
