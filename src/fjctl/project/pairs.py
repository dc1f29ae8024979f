"""Which journey belongs to which workflow, by the rules of the config file or else by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.errors import RefusedError
from fjctl.project.globs import fill, match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.project.settings import Settings

JOURNEY_SUFFIXES = (".journey.yaml", ".journey.yml", ".journey.json")
"""Ends of journey file names, the one for new files first."""

WORKFLOW_SUFFIXES = (".json", ".yaml", ".yml")
"""Ends of workflow file names, the one for new files first."""


def is_journey_name(path: Path) -> bool:
    """Whether a file's name says that it is a journey."""
    return path.name.endswith(JOURNEY_SUFFIXES)


def journey_for(workflow: Path, settings: Settings) -> Path:
    """The journey of a workflow: by the first pair rule that matches, else `x.json` → `x.journey.yaml` beside it.

    Beside it, a journey that is already there in another spelling (`.yml`, `.json`) is the one.
    """
    if (declared := _by_rules(workflow, settings, to_journey=True)) is not None:
        return declared
    return _existing_or_first(workflow, workflow.stem, JOURNEY_SUFFIXES)


def workflow_for(journey: Path, settings: Settings, *, named: str = "") -> Path:
    """The workflow of a journey: the one its `origin` names, else by pair rule, else `x.journey.yaml` → `x.json`.

    `named` is `origin.workflow`, counted from the journey's folder. Raises `RefusedError` when it leads out of the
    project: a document must not choose files elsewhere.
    """
    if named:
        return _named(journey, named, settings)
    if (declared := _by_rules(journey, settings, to_journey=False)) is not None:
        return declared
    suffix = next((end for end in JOURNEY_SUFFIXES if journey.name.endswith(end)), journey.suffix)
    stem = journey.name.removesuffix(suffix)
    beside = _existing_or_first(journey, stem, WORKFLOW_SUFFIXES)
    # A journey without `.journey` in its name must not be taken for its own workflow.
    return journey.with_name(stem + ".workflow.json") if beside == journey else beside


def _existing_or_first(beside: Path, stem: str, suffixes: Sequence[str]) -> Path:
    candidates = [beside.with_name(stem + suffix) for suffix in suffixes]
    others = (path for path in candidates if path != beside and path.exists())
    return next(others, candidates[0])


def _by_rules(path: Path, settings: Settings, *, to_journey: bool) -> Path | None:
    full = Path(os.path.abspath(path))  # noqa: PTH100 - by name: links are not followed
    if not settings.pairs or not full.is_relative_to(settings.root):
        return None
    relative = full.relative_to(settings.root).as_posix()
    for rule in settings.pairs:
        pattern, other = (rule.workflow, rule.journey) if to_journey else (rule.journey, rule.workflow)
        if (values := match(pattern, relative)) is not None:
            return _as_typed(path, settings.root / fill(other, values))
    return None


def _as_typed(path: Path, found: Path) -> Path:
    """A path for messages: absolute when `path` is, else relative to the current folder as far as that goes."""
    return found if path.is_absolute() else Path(os.path.relpath(found))


def _named(journey: Path, named: str, settings: Settings) -> Path:
    found = Path(os.path.normpath(journey.parent / named))
    if settings.is_project and not Path(os.path.abspath(found)).is_relative_to(settings.root):  # noqa: PTH100
        message = f"its origin names a workflow outside the project: {named}"
        hint = "correct 'origin.workflow', or name the output with -o"
        raise RefusedError(message, place=str(journey), hint=hint)
    return found
