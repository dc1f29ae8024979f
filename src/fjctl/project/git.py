"""What git asks of fjctl: a readable text of a file, a merge of two versions, and the lines that make git ask."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from fjctl.conversion import lens
from fjctl.conversion.naming import Hints
from fjctl.diagnostics import Severity
from fjctl.errors import InputError, UsageError
from fjctl.formats import document
from fjctl.formats.journey import list_keys
from fjctl.model.merge import Conflict, merge
from fjctl.model.order import in_order
from fjctl.model.transplant import same
from fjctl.project.files import read_bytes, read_if_exists
from fjctl.project.writing import write_guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.merge import Yields
    from fjctl.model.transplant import Keys
    from fjctl.project.settings import Settings
    from fjctl.source import JsonValue, Pointer

DRIVER = "fjctl"
CONFIG = {
    f"diff.{DRIVER}.textconv": "fjctl git textconv",
    f"diff.{DRIVER}.cachetextconv": "false",
    f"diff.{DRIVER}.command": "fjctl git diff",
    f"merge.{DRIVER}.name": "merge of workflows and journeys by meaning",
    f"merge.{DRIVER}.driver": "fjctl git merge %O %A %B %P",
}
ATTRIBUTES = ".gitattributes"
_TIMEOUT = 60
_MARKER = 7
"""The length of git's conflict markers."""


# --- setting up ------------------------------------------------------------------------------------------------------


def run_git(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs git; InputError when it is not there or does not answer."""
    try:
        return subprocess.run(  # noqa: S603 - no shell; every argument is ours or a path
            ["git", *arguments],  # noqa: S607 - the git of whoever calls
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
        )
    except FileNotFoundError as error:
        raise InputError("git is not installed", hint="install git, or do without the drivers") from error
    except subprocess.TimeoutExpired as error:
        raise InputError("git does not answer", hint="try again") from error


def top_of(folder: Path) -> Path:
    """The top folder of the repository around a folder; UsageError outside of one."""
    done = run_git(["rev-parse", "--show-toplevel"], folder)
    if done.returncode:
        raise UsageError("this is no git repository", place=str(folder), hint="run `git init` first")
    return Path(os.fsdecode(done.stdout).rstrip("\n"))


def patterns(settings: Settings, top: Path) -> list[str]:
    """The patterns of `.gitattributes` for a project's files: those of its pairs, and journeys by their suffixes."""
    found = ["*.journey.yaml", "*.journey.json"]
    root = settings.root.resolve()
    inside = root.relative_to(top.resolve()).as_posix() if root.is_relative_to(top.resolve()) else "."
    prefix = "" if inside == "." else f"{inside}/"
    found += [f"{prefix}{rule.workflow}".replace(" ", "[[:space:]]") for rule in settings.pairs]
    return list(dict.fromkeys(found))


def install(settings: Settings, *, everywhere: bool) -> list[str]:
    """Registers the drivers in git's configuration and names the files in `.gitattributes`; what was changed. What is
    there stays."""
    top = top_of(settings.root)
    changed = [name for name, value in CONFIG.items() if _set(top, name, value, everywhere=everywhere)]
    path = top / ATTRIBUTES
    state = read_if_exists(path)
    text = state.data.decode("utf-8", "surrogateescape") if state else ""
    lines = [f"{pattern} diff={DRIVER} merge={DRIVER}" for pattern in patterns(settings, top)]
    new = [line for line in lines if line not in text.splitlines()]
    if new:
        joined = text + ("\n" if text and not text.endswith("\n") else "") + "".join(f"{line}\n" for line in new)
        write_guarded(path, joined.encode("utf-8", "surrogateescape"), expected=state)
        changed += [f"{ATTRIBUTES}: {line}" for line in new]
    return changed


def _scope(*, everywhere: bool) -> str:
    return "--global" if everywhere else "--local"


def _set(top: Path, name: str, value: str, *, everywhere: bool) -> bool:
    scope = _scope(everywhere=everywhere)
    known = run_git(["config", scope, "--get", name], top)
    if known.returncode == 0 and known.stdout.decode("utf-8", "replace").rstrip("\n") == value:
        return False
    done = run_git(["config", scope, name, value], top)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("error: ")
        raise UsageError(f"git's configuration cannot be written: {said}", hint="see who may write it")
    return True


def uninstall(settings: Settings, *, everywhere: bool) -> list[str]:
    """Takes back what `install` did; what was changed."""
    top = top_of(settings.root)
    changed = []
    for section in (f"diff.{DRIVER}", f"merge.{DRIVER}"):
        done = run_git(["config", _scope(everywhere=everywhere), "--remove-section", section], top)
        changed += [section] * (done.returncode == 0)
    path = top / ATTRIBUTES
    state = read_if_exists(path)
    if state is not None:
        lines = state.data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        kept = [line for line in lines if not line.rstrip().endswith(f"diff={DRIVER} merge={DRIVER}")]
        if len(kept) != len(lines):
            write_guarded(path, "".join(kept).encode("utf-8", "surrogateescape"), expected=state)
            changed.append(ATTRIBUTES)
    return changed


# --- what git calls --------------------------------------------------------------------------------------------------


def readable(name: str, data: bytes) -> str:
    """A file as the journey that it means, so that git shows its lines; as it is where it cannot be read."""
    found = document.read(name, data)
    if found.members:
        parts = [document.read(name, data, member=member) for member in found.members]
        if all(part.ok for part in parts):
            return "".join(f"# {part.member}\n{_as_journey(part)}" for part in parts)
    return _as_journey(found) if found.ok else found.source.text


def _as_journey(found: Document) -> str:
    if found.journey is not None:
        return found.source.text
    form = cast("Format", found.format)
    journey: Journey = in_order(lens.read_back(found.workflow, Hints(), form))  # type: ignore[arg-type]
    journey.pop("origin", None)
    return document.fresh(cast("JsonValue", journey), "yaml")


class Outcome(NamedTuple):
    """A merge: the new bytes of our file, and what could not be decided (with markers in the text)."""

    data: bytes
    conflicts: list[Conflict]


def merged(name: str, base: bytes, ours: bytes, theirs: bytes) -> Outcome | None:
    """Merges two versions of a file by meaning; None if one of the three cannot be read, which git then merges by
    lines."""
    old, one, other = (document.read(name, data) for data in (base, ours, theirs))
    if not all(map(_is_text, (old, one, other))) or one.format != other.format:
        return None
    if one.format is not None and one.format.is_sibling:  # a script is more than its journey
        return None
    found = merge(old.value, one.value, other.value, _keys(one), _yields(one))
    textual = _by_lines(old.source.text, one.source.text, other.source.text)
    if not found.conflicts:
        if textual is not None and _says(one, textual, found.ours):
            return Outcome(one.encoded(textual), [])  # both sides' comments and blank lines are in it
        return Outcome(one.encoded(one.rewritten(found.ours)), [])
    versions = [one.rewritten(value) for value in (found.base, found.ours, found.theirs)]
    return Outcome(one.encoded(_marked(versions, name)), found.conflicts)


_SYNTAX = ("FJ10", "FJ11", "FJ12")
"""The codes of texts that are no JSON and no YAML begin so. A document that breaks other rules can still be merged."""


def _is_text(found: Document) -> bool:
    broken = any(item.severity is Severity.ERROR and item.code.startswith(_SYNTAX) for item in found.diagnostics)
    return found.value is not None and not broken


def _says(like: Document, text: str, value: JsonValue) -> bool:
    again = document.read(like.source.name, text.encode("utf-8", "surrogatepass"))
    return _is_text(again) and same(again.value, value)


def _keys(found: Document) -> Keys:
    if found.format is None or found.format.side == "journey":
        return list_keys
    module = found.format.load()

    def keys(pointer: Pointer, item: JsonValue) -> tuple[object, ...]:
        if not isinstance(item, dict):
            return (None,)
        identifier = item.get("id")
        return (module.list_key(pointer, item), identifier if isinstance(identifier, (str, int)) else None)

    return cast("Keys", keys)


_NOBODYS = frozenset({"layout", "editor"})


def _yields(found: Document) -> Yields:
    """Where two changes are no conflict: positions, sizes, and what an editor remembers."""
    if found.format is None or found.format.side == "journey":
        return lambda _pointer, _value: False
    module = found.format.load()
    return lambda pointer, value: module.own_part(pointer, value).rstrip("?") in _NOBODYS


def _by_lines(base: str, ours: str, theirs: str) -> str | None:
    """Git's own merge of three texts; None where it has conflicts."""
    done = _merge_file([base, ours, theirs], [])
    return done.stdout.decode("utf-8", "surrogatepass") if done.returncode == 0 else None


def _marked(versions: list[str], name: str) -> str:
    """A text with git's markers around what differs between the versions."""
    labels = [f"ours ({name})", "before", "theirs"]
    options = [part for label in labels for part in ("-L", label)]
    done = _merge_file(versions, [*options, f"--marker-size={_MARKER}"])
    return done.stdout.decode("utf-8", "surrogatepass")


def _merge_file(versions: list[str], options: list[str]) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryDirectory(prefix="fjctl-") as folder:
        paths = []
        for label, text in zip(("base", "ours", "theirs"), versions, strict=True):
            path = Path(folder) / label
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            paths.append(str(path))
        base, ours, theirs = paths
        return run_git(["merge-file", "-p", "-q", *options, ours, base, theirs], Path(folder))


def merge_files(base: Path, ours: Path, theirs: Path, name: str) -> Outcome:
    """What the merge driver does: merges into `ours`, by lines where the three cannot be read."""
    states = [read_bytes(path) for path in (base, ours, theirs)]
    outcome = merged(name, *(state.data for state in states))
    if outcome is None:
        done = run_git(["merge-file", "-p", "-q", str(ours), str(base), str(theirs)], ours.parent)
        outcome = Outcome(done.stdout, [Conflict((), None, None, None)] if done.returncode else [])
    write_guarded(ours, outcome.data, expected=states[1])
    return outcome
