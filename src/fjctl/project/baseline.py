"""Findings that were there when checking began: known by file, node and code, so that they survive moves and layout."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, TypedDict, cast

from fjctl.errors import ConfigError, InputError
from fjctl.project.files import read_if_exists, relative
from fjctl.project.writing import write_guarded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fjctl.project.reports import Report

SCHEMA = "fjctl/baseline/v1"


class Entry(TypedDict):
    """So many findings of a rule at a node of a file; `node` is empty for what belongs to the file as a whole."""

    file: str
    node: str
    code: str
    count: int


class BaselineFile(TypedDict):
    """A baseline file."""

    schema: str
    findings: list[Entry]


Known = Counter[tuple[str, str, str]]


def load(path: Path) -> Known:
    """What a baseline file knows; ConfigError for one that cannot be used or is not there."""
    try:
        state = read_if_exists(path)
        value = json.loads(state.data) if state is not None else None
    except (InputError, ValueError) as error:
        raise ConfigError("is no baseline", place=str(path), hint="make it anew with --update-baseline") from error
    if value is None:
        raise ConfigError("there is no such baseline", place=str(path), hint="make it with --update-baseline")
    from fjctl.model.shape import Shape

    if Shape(BaselineFile).check(value) or value["schema"] != SCHEMA:
        raise ConfigError("is no baseline", place=str(path), hint="make it anew with --update-baseline")
    return Counter({_key(item): item["count"] for item in cast("BaselineFile", value)["findings"]})


def _key(item: Entry) -> tuple[str, str, str]:
    return (item["file"], item["node"], item["code"])


def new(reports: Iterable[Report], known: Known, root: Path) -> list[Report]:
    """The findings that a baseline does not know: of each file (as seen from the project's folder), node and code those
    beyond its count."""
    left = known.copy()
    fresh = []
    for report in reports:
        key = (relative(report.path, root), report.node, report.code)
        if left[key] > 0:
            left[key] -= 1
        else:
            fresh.append(report)
    return fresh


def save(path: Path, reports: Iterable[Report], root: Path) -> int:
    """Writes the findings as a baseline, sorted, and gives their number."""
    counts = Counter((relative(report.path, root), report.node, report.code) for report in reports)
    entries: list[Entry] = [
        {"file": file, "node": node, "code": code, "count": count}
        for (file, node, code), count in sorted(counts.items())
    ]
    value: BaselineFile = {"schema": SCHEMA, "findings": entries}
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_guarded(path, text.encode(), expected=read_if_exists(path))
    return sum(counts.values())
