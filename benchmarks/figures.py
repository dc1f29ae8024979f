"""What is measured. Each function gives the figures of one topic; `limit` is the project's promise."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.checking import PEER, check, keystroke
from benchmarks.documents import dify_workflow, parlant_script, sim_workflow
from benchmarks.measure import SCRIPTS, Effort, Figure, peak_megabytes, process, ratios, seconds
from fjctl import api
from fjctl.conversion import bridge
from fjctl.formats import registry
from fjctl.formats.document import fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FJCTL = SCRIPTS / "fjctl"
JUPYTEXT = SCRIPTS / "jupytext"
PYTHON = Path(sys.executable)
EXAMPLE = Path(__file__).parent.parent / "examples" / "support" / "workflows" / "return-item.json"
DIFY = Path(__file__).parent.parent / "tests" / "data" / "dify" / "translation_workflow.yml"
LANGFLOW = Path(__file__).parent.parent / "tests" / "data" / "langflow"
PARLANT = Path(__file__).parent.parent / "tests" / "data" / "parlant" / "scripts"
LARGE_FILE = 30_000
"""Bytes from which the limit of converting in memory counts."""


# The console script that pip (since 2025) and uv write. That of an older pip (Python 3.11 has one) imports `re`
# before the program is asked anything (pypa/pip#13166), and that alone takes half as long as `python -c pass`.
_SCRIPT = """#!{python}
import sys
from fjctl.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""


def version(effort: Effort, folder: Path) -> list[Figure]:
    """What starting the program costs beside Python itself."""
    script = folder / "fjctl"
    script.write_text(_SCRIPT.format(python=PYTHON), encoding="utf-8")
    script.chmod(0o755)
    floor = process(PYTHON, "-c", "pass", folder=folder)
    measured = partial(ratios, floor=floor, rounds=effort.processes, best_of=2)
    found = [Figure("fjctl --version / python -c pass", measured(process(script, "--version", folder=folder)), 1.3)]
    if "import re" in FJCTL.read_text(encoding="utf-8"):
        older = measured(process(FJCTL, "--version", folder=folder))
        found.append(Figure("fjctl --version, started by an older pip's script / python -c pass", older, None))
    return found


def convert(effort: Effort, folder: Path) -> list[Figure]:
    """One conversion of a five-node file as a whole process, beside the start of a peer."""
    if not JUPYTEXT.exists():
        return []
    flow, journey, database = (folder / name for name in ("five.json", "five.journey.yaml", "fjctl.db"))
    flow.write_bytes(sim_workflow(5))
    forth = process(FJCTL, "convert", flow.name, folder=folder)
    peer = process(JUPYTEXT, "--version", folder=folder)
    measured = partial(ratios, floor=peer, rounds=effort.processes)
    first = measured(forth, before=lambda: _remove(journey, *folder.glob(f"{database.name}*")))
    again = measured(forth, before=lambda: _remove(journey))
    unchanged = measured(forth)
    back = process(FJCTL, "convert", journey.name, "-o", "back.json", folder=folder)
    return [
        Figure("fjctl convert, 5 nodes, first in its folder / jupytext --version", first, 0.45),
        Figure("fjctl convert, 5 nodes, new target / jupytext --version", again, 0.45),
        Figure("fjctl convert, 5 nodes, target unchanged / jupytext --version", unchanged, None),
        Figure(
            "fjctl convert, journey to workflow / jupytext --version",
            measured(back, before=lambda: _remove(folder / "back.json")),
            None,
        ),
    ]


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def core(effort: Effort, corpus: Path | None) -> list[Figure]:
    """Text to text in memory, beside the fastest JSON library reading and writing the same bytes."""
    target = registry.find("journey")

    def figure(name: str, data: bytes, limit: float | None) -> Figure:
        def run() -> object:
            return bridge.convert(api.reads(data, "a.json"), target).text

        found = ratios(run, _floor(data), effort.calls, best_of=5)
        return Figure(f"reads + convert, {name}, {len(data) / 1000:.0f} kB / orjson", found, limit)

    real = [(path.stem, path.read_bytes()) for path in [EXAMPLE, *_sim_files(corpus)]]
    found = [figure(name, data, 8 if len(data) >= LARGE_FILE else None) for name, data in real]
    found.append(figure("12 nodes of services", sim_workflow(12, unused=50), 8))
    return [*found, figure("24 nodes of few settings", sim_workflow(24), None)]


def _sim_files(corpus: Path | None) -> Iterable[Path]:
    return sorted((corpus / "sim").glob("*.json")) if corpus is not None else []


def _floor(data: bytes) -> Callable[[], object]:
    return lambda: orjson.dumps(orjson.loads(data))


def langflow(effort: Effort, corpus: Path | None) -> list[Figure]:
    """Every Langflow flow of the corpus, text to text in memory: most of their bytes are components' source code."""
    folder = corpus / "langflow" if corpus is not None else None
    paths = sorted(folder.rglob("*.json")) if folder is not None and folder.is_dir() else []
    files = [path.read_bytes() for path in paths or sorted(LANGFLOW.glob("*.json"))]
    target = registry.find("journey")

    def run() -> object:
        return [bridge.convert(api.reads(data, "a.json"), target).text for data in files]

    def floor() -> object:
        return [orjson.dumps(orjson.loads(data)) for data in files]

    size = sum(map(len, files)) / 1e6
    found = ratios(run, floor, effort.calls, best_of=2)
    name = f"reads + convert, {len(files)} Langflow flows, {size:.1f} MB / orjson"
    return [Figure(name, found, 5 if paths else None)]


def batch(effort: Effort, folder: Path) -> list[Figure]:
    """What each further file of a batch costs, beside what a further pair of a notebook and its text costs a peer."""
    if not JUPYTEXT.exists():
        return []
    return [*_batch(effort, folder / "small", 5, 0.1), *_batch(effort, folder / "larger", 20, None)]


def _batch(effort: Effort, folder: Path, nodes: int, limit: float | None) -> list[Figure]:
    one, many = folder / "one", folder / "many"
    for place, count in ((one, 1), (many, effort.batch)):
        (place / "flows").mkdir(parents=True)
        for number in range(count):
            (place / "flows" / f"flow{number}.json").write_bytes(sim_workflow(nodes, name=f"flow{number}"))
            (place / f"book{number}.ipynb").write_text(json.dumps(_notebook(20)), encoding="utf-8")
    new: list[float] = []
    unchanged: list[float] = []
    for number in range(effort.batch_rounds + 1):
        _remove(*folder.glob("*/flows/*.yaml"), *folder.glob("**/fjctl.db*"))
        ours, again, peer = (_further(run, one, many, effort.batch) for run in (_convert_all, _convert_all, _sync_all))
        if number:  # the first round makes the notebooks' texts and everybody's byte code
            new.append(ours / peer)
            unchanged.append(again / peer)
    what = f"each further file of {effort.batch}, {nodes} nodes, {{}} / a further pair of jupytext --sync"
    return [Figure(what.format("new"), new, limit), Figure(what.format("unchanged"), unchanged, limit)]


def _further(run: Callable[[Path], Callable[[], object]], one: Path, many: Path, count: int) -> float:
    return (seconds(run(many)) - seconds(run(one))) / (count - 1)


def _convert_all(folder: Path) -> Callable[[], object]:
    return process(FJCTL, "convert", "flows", folder=folder)


def _sync_all(folder: Path) -> Callable[[], object]:
    return process(JUPYTEXT, "--sync", *sorted(folder.glob("*.ipynb")), folder=folder)


def _notebook(cells: int) -> dict[str, Any]:
    """A notebook paired with a Markdown file: half text, half code."""
    text = {"cell_type": "markdown", "metadata": {}, "source": ["Some words on what follows.\n", "And some more."]}
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    code["source"] = ["value = 1\n", "print(value)"]
    return {
        "cells": [{"id": f"cell{number}", **(code if number % 2 else text)} for number in range(cells)],
        "metadata": {
            "jupytext": {"formats": "ipynb,md"},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def scale(effort: Effort) -> list[Figure]:
    """Time a node of a large workflow over time a node of a small one."""
    small, large = 20, effort.large
    target, sim = registry.find("journey"), registry.find("sim")
    flows = {count: sim_workflow(count) for count in (small, large)}
    journeys = {count: _journey_text(data) for count, data in flows.items()}

    def forth(count: int) -> object:
        return bridge.convert(api.reads(flows[count], "a.json"), target).text

    def create(count: int) -> object:
        return bridge.convert(api.reads(journeys[count], "a.journey.yaml"), sim).text

    def put(count: int) -> object:
        prior = api.reads(journeys[count], "a.journey.yaml")
        return bridge.convert(api.reads(flows[count], "a.json"), target, prior).text

    def figure(name: str, run: Callable[[int], object]) -> Figure:
        def several() -> None:
            for _ in range(10):
                run(small)

        found = ratios(partial(run, large), several, max(1, effort.calls // 8))
        each = [value * 10 * small / large for value in found]
        return Figure(f"time a node, {large} nodes / {small} nodes, {name}", each, 3)

    return [figure("to a journey", forth), figure("to a workflow, laid out", create), figure("into a journey", put)]


def _journey_text(data: bytes) -> str:
    text = bridge.convert(api.reads(data, "a.json"), registry.find("journey")).text
    assert text is not None
    return text


def journey(effort: Effort) -> list[Figure]:
    """A journey of 200 nodes read and written, beside orjson with the same data."""
    text = _journey_text(sim_workflow(200))
    value = api.reads(text, "a.journey.yaml").value
    measured = partial(ratios, floor=_floor(orjson.dumps(value)), rounds=effort.calls)
    read = measured(lambda: api.reads(text, "a.journey.yaml"))
    written = measured(lambda: fresh(value, "yaml"))
    return [
        Figure("a journey of 200 nodes, read / orjson", read, 60),
        Figure("a journey of 200 nodes, written / orjson", written, 25),
    ]


def dify(effort: Effort, corpus: Path | None) -> list[Figure]:
    """Dify's YAML read to a workflow, beside orjson reading and writing the same data."""

    def figure(name: str, data: bytes) -> Figure:
        floor = _floor(orjson.dumps(api.reads(data, "a.yml").value))
        found = ratios(lambda: api.reads(data, "a.yml"), floor, effort.calls, best_of=5)
        return Figure(f"reads Dify, {name}, {len(data) / 1000:.0f} kB / orjson", found, 40)

    files = sorted((corpus / "dify").glob("*/*.yml")) if corpus is not None else []
    real = [(path.stem, path.read_bytes()) for path in files]
    found = [figure(name, data) for name, data in real if len(data) >= LARGE_FILE]
    return [figure("nodes of a real file, many times", dify_workflow(DIFY.read_bytes(), 100_000)), *found]


def parlant(effort: Effort) -> list[Figure]:
    """A Parlant SDK script read, beside Python's own parser with the same text."""

    def figure(name: str, data: bytes, limit: float | None) -> Figure:
        text = data.decode()
        assert api.reads(data, "a.py").ok
        found = ratios(lambda: api.reads(data, "a.py"), lambda: ast.parse(text), effort.calls, best_of=5)
        return Figure(f"reads an SDK script, {name}, {len(text.splitlines())} lines / ast.parse", found, limit)

    real = [(name, (PARLANT / f"{name}.py").read_bytes()) for name in ("insurance_claim", "telecom", "library_card")]
    return [figure("one journey", parlant_script(300), 15), *(figure(name, data, None) for name, data in real)]


def memory(effort: Effort, folder: Path) -> list[Figure]:
    """The most memory that converting a file of some three megabytes takes, in both directions."""
    data = sim_workflow(effort.large)
    (folder / "big.json").write_bytes(data)
    forth = [peak_megabytes((FJCTL, "convert", "big.json"), folder)]
    again = [peak_megabytes((FJCTL, "convert", "big.json"), folder)]
    back = [peak_megabytes((FJCTL, "convert", "big.journey.yaml", "-o", "back.json"), folder)]
    size = f"{len(data) / 1e6:.1f} MB"
    names = (f"memory, {size} to a journey", f"memory, {size}, target unchanged", "memory, its journey to a workflow")
    return [Figure(name, peak, 150, "MB") for name, peak in zip(names, (forth, again, back), strict=True)]


def all_figures(effort: Effort, corpus: Path | None) -> dict[str, Callable[[Path], list[Figure]]]:
    """The topics by name; each is given a folder of its own."""
    return {
        "version": partial(version, effort),
        "convert": partial(convert, effort),
        "core": lambda _: core(effort, corpus),
        "langflow": lambda _: langflow(effort, corpus),
        "batch": partial(batch, effort),
        "scale": lambda _: scale(effort),
        "journey": lambda _: journey(effort),
        "dify": lambda _: dify(effort, corpus),
        "parlant": lambda _: parlant(effort),
        "memory": partial(memory, effort),
        **({"check": partial(check, effort, corpus)} if PEER.exists() else {}),
        "lsp": lambda _: keystroke(effort),
    }


def missing_peers() -> list[str]:
    """Programs without which some topics cannot be measured."""
    missing = [] if JUPYTEXT.exists() or shutil.which("jupytext") else ["jupytext"]
    return missing if PEER.exists() else [*missing, "check-jsonschema"]
