"""What the command line knows about the terminal: colour, width, how much to say, where to say it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

COLORS = ("auto", "always", "never")
_STYLES = {"error": "31;1", "warning": "33;1", "info": "36", "good": "32", "dim": "2", "bold": "1"}


class Terminal:
    """The one place through which results (stdout) and notes (stderr) go.

    `quiet` drops notes and summaries, `verbose` adds detail; neither changes JSON.
    """

    def __init__(self) -> None:
        self.quiet = False
        self.verbose = False
        self.color = "auto"

    def out(self, text: str) -> None:
        """A line of the result."""
        print(text)

    def note(self, text: str) -> None:
        """A line for the person in front of it; not with `-q`."""
        if not self.quiet:
            self.err(text)

    def err(self, text: str) -> None:
        """A line on stderr, also with `-q`; after what stdout has so far, where both go to one place."""
        sys.stdout.flush()
        print(text, file=sys.stderr)

    def data(self, text: bytes) -> None:
        """A document, byte for byte."""
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    def colors(self, stream: TextIO) -> bool:
        """Whether a stream takes colour: `--color`, then NO_COLOR (https://no-color.org), FORCE_COLOR, a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    def styled(self, text: str, style: str, stream: TextIO | None = None) -> str:
        """The text in the colour of a style where the stream takes it."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colors(stream or sys.stdout) else text


TERMINAL = Terminal()
"""The process has one terminal, as it has one stdout."""


def prepare_streams() -> None:
    """Output never fails for a character that the terminal or the pipe cannot take."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
