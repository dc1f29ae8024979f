"""The one door: every error becomes a line and an exit code here, whichever way the command line was understood."""

from __future__ import annotations

import os
import sys

from fjctl.cli.terminal import TERMINAL, prepare_streams
from fjctl.errors import ExitCode, FjctlError


def run(arguments: list[str]) -> int:
    """Runs a command line and gives its exit code; nothing is raised but what ends a process (`SystemExit`)."""
    prepare_streams()
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        TERMINAL.err("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _abandon_stdout()
        return ExitCode.OK
    except FjctlError as error:
        return _problem(error)
    except Exception as error:  # noqa: BLE001 - the door: whatever comes here is our mistake
        return _internal(error, arguments)
    return code


def _invoke(arguments: list[str]) -> int:
    """Goes around Typer where the words are plain: loading it takes as long as a small conversion."""
    if "_FJCTL_COMPLETE" in os.environ:
        pass
    elif arguments[:1] == ["convert"]:
        from fjctl.cli import converting

        asked = converting.plain(arguments)
        if asked is not None:
            return converting.run(asked)
    elif arguments[:1] == ["check"]:
        from fjctl.cli import checking

        wanted = checking.plain(arguments)
        if wanted is not None:
            return checking.run(wanted)
    from fjctl.cli.app import invoke

    return invoke(arguments)


def _problem(error: FjctlError) -> int:
    from fjctl.cli.views import human

    for line in human.error_lines(error, error.place or "fjctl"):
        TERMINAL.err(line)
    return error.exit_code


def _abandon_stdout() -> None:
    """The reader of our output has gone: what is still buffered goes nowhere, without a message at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _internal(error: Exception, arguments: list[str]) -> int:
    from fjctl.cli.failure import write_report

    path = write_report(error, arguments)
    TERMINAL.err(f"fjctl: internal error: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    TERMINAL.err(f"  help: this is a mistake in fjctl; please report it and attach {path}")
    return ExitCode.INTERNAL
