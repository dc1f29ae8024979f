"""What checking costs: beside check-jsonschema on the same files, and for one keystroke in an editor."""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.measure import SCRIPTS, Effort, Figure, process, ratios, seconds

if TYPE_CHECKING:
    from pathlib import Path

FJCTL = SCRIPTS / "fjctl"
PEER = SCRIPTS / "check-jsonschema"
_OTHER = {"parlant", "reports"}
"""Folders beside the workflows."""
COUNT = 1000
"""Files in the folder that is checked."""
_NODE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "type": {"type": "string"},
        "data": {"type": "object"},
        "position": {},
    },
}
_EDGE = {"type": "object", "properties": {key: {"type": "string"} for key in ("id", "source", "target")}}
_LISTS = {"nodes": {"type": "array", "items": _NODE}, "edges": {"type": "array", "items": _EDGE}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {**_LISTS, "data": {"type": "object", "properties": _LISTS}},
}
"""What any canvas's file is: nodes and edges, at the top or one level down. Every file of the folder is valid."""


def check(effort: Effort, corpus: Path | None, folder: Path) -> list[Figure]:
    """A folder of files, no two of them the same, checked from nothing and again; and one small file, beside the
    start of the peer."""
    if not PEER.exists():
        return []
    names = _fill(folder, corpus)
    (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    flows = folder / "flows"
    quiet = ("--fail-on", "never")
    peer = process(PEER, "--schemafile", "../schema.json", *names, folder=flows)
    cold = process(FJCTL, "check", ".", "--no-cache", *quiet, folder=flows)
    warm = process(FJCTL, "check", ".", *quiet, folder=flows)
    small = process(FJCTL, "check", min(flows.glob("*.json"), key=lambda path: path.stat().st_size).name, folder=flows)
    start = process(PEER, "--version", folder=flows)
    measured = partial(ratios, floor=peer, rounds=effort.batch_rounds)
    warm()
    return [
        Figure(f"fjctl check, {COUNT} files, no cache / check-jsonschema", measured(cold), 0.5),
        Figure(f"fjctl check, {COUNT} files, unchanged / check-jsonschema", measured(warm), 0.15),
        Figure("fjctl check, one small file / check-jsonschema --version", ratios(small, start, effort.processes), 0.8),
    ]


def _fill(folder: Path, corpus: Path | None) -> list[str]:
    flows = folder / "flows"
    flows.mkdir()
    (flows / "fjctl.toml").write_text("", encoding="utf-8")
    from tests.support import corpus as known

    root = corpus or known()
    ends = {".json": ".json", ".cforge": ".json", ".yml": ".yml", ".yaml": ".yml"}
    found = [path for path in sorted(root.rglob("*")) if path.suffix in ends and not _OTHER & set(path.parts)]
    names = []
    for number in range(COUNT):
        name = f"{number:04}{ends[found[number % len(found)].suffix]}"
        shutil.copyfile(found[number % len(found)], flows / name)
        with (flows / name).open("a", encoding="utf-8") as file:
            file.write("\n" * (number // len(found)))  # no two files have the same content
        names.append(name)
    return names


def keystroke(effort: Effort) -> list[Figure]:
    """What the language server does for a change in a journey of 200 states, and for a question about it."""
    from pathlib import Path

    from fjctl.checks.selection import Wanted
    from fjctl.formats import document
    from fjctl.project.check_run import check_bytes, plan_of
    from fjctl.project.editing import Names
    from fjctl.project.settings import Settings

    data = _journey(200).encode()
    plan = plan_of(Settings(Path("/")), Wanted())

    def change() -> object:
        return check_bytes("large.journey.yaml", data, plan)

    def question() -> object:
        return Names(document.read("large.journey.yaml", data)).at(len(data) // 2)

    rounds = range(effort.calls)
    return [
        Figure(f"a change in a journey of 200 states, {name}", [seconds(do) * 1000 for _ in rounds], 50, "ms")
        for name, do in (("its findings", change), ("where its names stand", question))
    ]


def _journey(states: int) -> str:
    lines = ["journey: large", "version: 1", "triggers: [They ask]", "states:"]
    for number in range(states):
        goes = f"[{{to: s{number + 1}, condition: Go on}}, {{to: s{states}, else: true}}]"
        lines += [f"  s{number}:", f"    chat: Ask about <variable.x> what step {number} needs", f"    next: {goes}"]
    return "\n".join([*lines, f"  s{states}: {{end: true}}", "variables: {x: {type: string, input: true}}", ""])
