"""Where the builders' own packages are, and how each environment is started.

Each builder has a folder of its own below `FJCTL_ACCEPTANCE` (by default `.acceptance/` in the repository), made by
`python -m tests.acceptance.setup`. The checks run there as separate processes: nothing of a builder is ever imported
by our own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

HERE = Path(__file__).resolve().parent
PINS = HERE / "pins"
DRIVERS = HERE / "drivers"


class Builder(NamedTuple):
    """A builder and what runs its code: a Python of at least and below these versions, or node."""

    name: str
    runtime: Literal["python", "node"]
    driver: str
    pythons: tuple[tuple[int, int], tuple[int, int]] = ((3, 11), (3, 14))


BUILDERS = {
    builder.name: builder
    for builder in (
        Builder("flowise", "node", "flowise.cjs"),
        Builder("langflow", "python", "langflow.py"),
        Builder("dify", "python", "dify.py", pythons=((3, 12), (3, 14))),
        Builder("n8n", "node", "n8n.cjs"),
    )
}


def root() -> Path:
    """The folder that holds the environments; it may not exist."""
    named = os.environ.get("FJCTL_ACCEPTANCE")
    return Path(named).absolute() if named else HERE.parent.parent / ".acceptance"


def folder(builder: Builder) -> Path:
    """The environment of one builder; it may not exist."""
    return root() / builder.name


def interpreter(builder: Builder) -> Path:
    """The Python of an environment that has one."""
    scripts = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return folder(builder) / scripts


def pins(builder: Builder) -> str:
    """The text of everything that decides what is in a builder's environment."""
    archives = (PINS / "archives.json").read_text(encoding="utf-8")
    if builder.runtime == "node":
        return archives + (PINS / builder.name / "package-lock.json").read_text(encoding="utf-8")
    return (PINS / f"{builder.name}.txt").read_text(encoding="utf-8")


def stamp(builder: Builder) -> Path:
    """The file that holds the pins an environment was made from; written when it is complete."""
    return folder(builder) / "pins"


def is_made(builder: Builder) -> bool:
    """Whether the environment is complete and made from today's pins."""
    made = stamp(builder)
    return made.is_file() and made.read_text(encoding="utf-8") == pins(builder)
