"""What would change in a file, as a unified diff."""

from __future__ import annotations

from fjctl.cli.terminal import TERMINAL


def show_patch(before: str, after: str, old: str, new: str) -> None:
    """The unified diff on stdout, coloured on a terminal."""
    from difflib import unified_diff

    for line in unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), old, new):
        text = line.rstrip("\r\n")
        style = {"+": "good", "-": "error", "@": "info"}.get(line[:1])
        TERMINAL.out(TERMINAL.styled(text, style) if style else text)
        if not line.endswith(("\n", "\r")):
            TERMINAL.out("\\ No newline at end of file")
