"""The error family and the exit codes.

Everything a user can do wrong is an `FjctlError`; the one door in `cli/app.py` turns it into a line
and an exit code. A problem *in a document* is not an exception but a `Diagnostic`, a value.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a process ends with. Never a count, the same for every verb."""

    OK = 0
    FOUND = 1
    UNUSABLE = 2
    INTERNAL = 3
    INTERRUPTED = 130


class FjctlError(Exception):
    """A user's mistake or a missing thing: one line, a code, a next step.

    `message` is lower case and without a final stop when it is one sentence; `hint` says what to type next.
    """

    exit_code: ExitCode = ExitCode.UNUSABLE
    code: str = "FJ001"
    name: str = "usage"

    def __init__(self, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place


class UsageError(FjctlError):
    """The command line or the call does not make sense."""


class ConfigError(FjctlError):
    """`fjctl.toml` or `[tool.fjctl]` cannot be used."""

    code = "FJ002"
    name = "config"


class InputError(FjctlError):
    """A file cannot be read at all: missing, unreadable, a directory, too large."""

    code = "FJ003"
    name = "unreadable-input"


class ChangedError(FjctlError):
    """A file changed between read and write, so nothing was written."""

    exit_code = ExitCode.FOUND
    code = "FJ004"
    name = "changed-meanwhile"


class RefusedError(FjctlError):
    """The operation is understood and would lose or break something, so nothing was written."""

    exit_code = ExitCode.FOUND
    code = "FJ005"
    name = "refused"


class StoreError(FjctlError):
    """`fjctl.db` cannot be used; the work itself goes on without it."""

    code = "FJ006"
    name = "database"


class OutputError(FjctlError):
    """A file cannot be written at all: no such folder, not permitted, no space."""

    code = "FJ007"
    name = "unwritable-output"
