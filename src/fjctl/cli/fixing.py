"""What `fjctl check --fix` and `--diff` do before the check: repairs, file by file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human
from fjctl.cli.views.patches import show_patch
from fjctl.errors import FjctlError
from fjctl.formats import document
from fjctl.project.files import read_bytes, split_flow
from fjctl.project.mending import mended
from fjctl.project.writing import write_guarded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.project.check_run import Plan


def mend(files: Iterable[str], plan: Plan, *, show: bool, unsafe: bool, format_name: str) -> dict[str, bytes]:
    """Repairs files, or only shows what would change in them; what the files concerned hold after it. What cannot be
    read or written is said, and the others are still mended."""
    made = 0
    after: dict[str, bytes] = {}
    for name in files:
        try:
            path = split_flow(Path(name))[0]
            state = read_bytes(path)
            data, repairs = mended(name, state.data, plan, unsafe=unsafe, format_name=format_name)
            if data == state.data:
                continue
            if show:
                old, new = (document.read(name, version).source.text for version in (state.data, data))
                show_patch(old, new, name, name)
            else:
                write_guarded(path, data, expected=state)
        except FjctlError as error:
            for line in human.error_lines(error, error.place or name):
                TERMINAL.err(line)
            continue
        after[name] = data
        made += repairs
    if after:
        verb = "would be mended" if show else "mended"
        TERMINAL.note(f"{human.counted(made, 'finding')} {verb} in {human.counted(len(after), 'file')}")
    return after
