"""Journeys made from real flows, as files: what a person reads who never saw the flow.

`tests/golden/<builder>/<flow>.journey.yaml` belongs to the file of that name in `tests/data/<builder>`. With `--accept`
they are written anew, to be read in the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fjctl.conversion.bridge import Names, convert
from fjctl.formats import document, registry

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
BUILDERS = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_"))
FLOWS = [
    path
    for builder in BUILDERS
    for path in sorted((DATA / builder).iterdir())
    if path.suffix in {".json", ".yml", ".yaml", ".cforge"}
]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_journey_of_a_flow(flow: Path, accept: bool) -> None:
    golden = HERE / flow.parent.name / f"{flow.stem}.journey.yaml"
    found = document.read(flow.name, flow.read_bytes())
    assert found.ok, [item.line() for item in found.located()]
    made = convert(found, registry.find("journey"), names=Names(golden.name, flow.name)).text
    if accept:
        golden.write_text(str(made), encoding="utf-8")
    assert golden.exists(), "no golden file: make it with --accept and read it"
    assert made == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_flow() -> None:
    flows = {(path.parent.name, path.stem) for path in FLOWS}
    golden = {(path.parent.name, path.name.partition(".")[0]) for path in HERE.glob("*/*.journey.yaml")}
    assert golden == flows
