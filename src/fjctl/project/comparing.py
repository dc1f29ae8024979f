"""Reading two versions of something and comparing them: files, flows in files, git revisions, the sides of a pair."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from fjctl.conversion import lens
from fjctl.conversion.naming import Hints
from fjctl.errors import InputError, UsageError
from fjctl.formats import document
from fjctl.model.diff import Change, differences
from fjctl.project.files import read_bytes, split_flow

if TYPE_CHECKING:
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow

_TIMEOUT = 30


class Comparison(NamedTuple):
    """Two versions as journeys, what has changed, and, where both are drawn, the blocks that have moved."""

    old: Journey
    new: Journey
    changes: list[Change]
    layout: list[str]


def read_version(name: str, format_name: str = "") -> Document:
    """A document: a file, a flow in a file (`file#flow`), or a file of a git revision (`HEAD:path`). InputError or
    UsageError for one that is not there; one that cannot be read says why in its diagnostics."""
    path = Path(name)
    file, flow = split_flow(path)
    if ":" in name and not file.exists():
        revision, _, inner = name.partition(":")
        member = ""
        if "#" in inner:
            inner, _, member = inner.partition("#")
        return document.read(inner, _from_git(revision, inner), format_name=format_name, member=member)
    return document.read(name, read_bytes(file).data, format_name=format_name, member=flow)


def _from_git(revision: str, path: str) -> bytes:
    """What a file was in a revision; the path is counted from the current folder."""
    if revision.startswith("-"):
        raise UsageError(f"{revision!r} is no revision", hint="write it as HEAD:path")
    command = ["git", "show", f"{revision}:./{path}" if not path.startswith("/") else f"{revision}:{path}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT)  # noqa: S603 - no shell
    except FileNotFoundError as error:
        raise InputError("git is not installed", place=f"{revision}:{path}", hint="compare two files") from error
    except subprocess.TimeoutExpired as error:
        raise InputError("git does not answer", place=f"{revision}:{path}", hint="compare two files") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
        raise InputError(f"git has no such version: {said}", place=f"{revision}:{path}", hint="see: git log -- FILE")
    return done.stdout


def compare(old: Document, new: Document) -> Comparison:
    """Compares two documents that were read without errors. Beside a workflow, of a journey counts what its format can
    hold: what only a conversation has is no difference between the two."""
    one, other = _journeys(old, new)
    return Comparison(one, other, differences(one, other), _moved(old.workflow, new.workflow))


def _journeys(old: Document, new: Document) -> tuple[Journey, Journey]:
    if old.journey is not None and new.journey is not None:
        return old.journey, new.journey
    if old.workflow is not None and new.journey is not None:
        return lens.both_sides(old.workflow, new.journey, cast("Format", old.format))
    if old.journey is not None and new.workflow is not None:
        theirs, held = lens.both_sides(new.workflow, old.journey, cast("Format", new.format))
        return held, theirs
    one, other = _read_back(old), _read_back(new)
    one["journey"] = other["journey"]
    return one, other


def _read_back(found: Document) -> Journey:
    return lens.read_back(cast("Workflow", found.workflow), Hints(), cast("Format", found.format), "workflow")


def _moved(old: Workflow | None, new: Workflow | None) -> list[str]:
    if old is None or new is None:
        return []
    known = old.by_id()
    return [
        f"{block.name or block.id} moved"
        for block in new.blocks
        if block.id in known and (known[block.id].x, known[block.id].y) != (block.x, block.y)
    ]
