"""A project's settings: `fjctl.toml`, or `[tool.fjctl]` in `pyproject.toml`, found from a folder upward.

This module costs nothing where no config file is: the TOML reader and the check are imported when one is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.project.settings import CONFIG_NAME, Settings

if TYPE_CHECKING:
    from pathlib import Path


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
