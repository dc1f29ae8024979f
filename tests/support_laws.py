"""What the law tests share: real files and generated ones as documents, and the laws as functions over them."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from fjctl.conversion import bridge
from fjctl.formats import document, registry
from tests.support import EXAMPLES, corpus

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.conversion.bridge import Conversion
    from fjctl.formats.document import Document

JOURNEY = registry.find("journey")
SIM = registry.find("sim")
REACTFLOW = registry.find("reactflow")
BUILDERS = (SIM, REACTFLOW)
GRAPHS = (
    "sim",
    "reactflow-wrapped(flow)",
    "ragflow",
    "flowise-agentflow2",
    "flowise-agentflow1",
    "flowise-chatflow",
    "langflow",
)
"""The corpus's kinds of files that are Sim's or hold a React Flow graph."""


@dataclass(frozen=True, slots=True)
class Real:
    """A real workflow file, and the journey that belongs to it where a person wrote one."""

    path: Path
    journey: Path | None = None

    def read(self) -> Document:
        return document.read(self.path.name, self.path.read_bytes())

    def pair(self) -> tuple[Document, Document]:
        """The workflow, and its journey: the written one, else the one that it gives."""
        workflow = self.read()
        assert workflow.ok, messages(workflow)
        if self.journey is not None:
            return workflow, document.read(self.journey.name, self.journey.read_bytes())
        return workflow, get(workflow)


def real_files(*, largest: int = 200_000, kinds: tuple[str, ...] = GRAPHS) -> list[Real]:
    """The corpus files of these kinds up to a size in bytes, and the workflows of the examples with their journeys."""
    found: list[Real] = []
    folder = corpus()
    if folder is not None:
        with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
        found = [Real(folder / row["path"]) for row in rows if row["format"] in kinds and int(row["bytes"]) <= largest]
    for workflow in sorted(EXAMPLES.glob("*/workflows/*.json")):
        journey = workflow.parent.parent / "journeys" / f"{workflow.stem}.journey.yaml"
        found.append(Real(workflow, journey if journey.exists() else None))
    return found


def name_of(real: Real) -> str:
    """The id of a parametrised test."""
    return real.path.name


def read(name: str, text: str) -> Document:
    """A text as it would be read from a file of that name."""
    return document.read(name, text.encode("utf-8"))


def messages(found: Document | Conversion) -> list[str]:
    """What was said about a document or a conversion, in lines."""
    return [item.line() for item in found.diagnostics]


def written(journey: Any, syntax: str = "yaml") -> Document:
    """A journey as a new file."""
    found = read(f"x.journey.{syntax}", document.fresh(journey, syntax))
    assert found.ok, messages(found)
    return found


def get(workflow: Document, syntax: str = "yaml") -> Document:
    """The journey file that a workflow gives where there is none yet."""
    result = bridge.convert(
        workflow, JOURNEY, names=bridge.Names(target=f"x.journey.{syntax}", workflow=workflow.source.name)
    )
    assert result.text is not None, messages(result)
    found = read(f"x.journey.{syntax}", result.text)
    assert found.ok, messages(found)
    return found


def put(source: Document, prior: Document) -> Document | None:
    """`prior` with the source written into it, read again; None when that was refused (with a diagnostic, so)."""
    assert prior.format is not None
    result = bridge.convert(source, prior.format, prior=prior)
    if result.text is None:
        assert any(item.severity == "error" for item in result.diagnostics), "refused without a word"
        return None
    found = read(prior.source.name, result.text)
    assert found.ok, messages(found)
    return found


def edited(prior: Document, value: Any) -> Document:
    """A document after a person has changed its value."""
    found = read(prior.source.name, prior.rewritten(value))
    assert found.ok, messages(found)
    return found


def text_diff(one: str, other: str) -> str:
    """The lines that differ, for the message of a failing test."""
    return "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm=""))


def changed_lines(one: str, other: str) -> list[str]:
    """Lines taken away (`-…`) and added (`+…`)."""
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}]


def without_links(text: str) -> str:
    """A YAML journey without its `origin` section, which holds the links only, and without blank lines."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        inside = line == "origin:" or (inside and line[:1] in {" ", ""})
        if not inside and line:
            kept.append(line)
    return "\n".join(kept)


def leaves(value: Any, pointer: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """Every value that is no map and no list, with its place; empty ones count as leaves."""
    if isinstance(value, dict) and value:
        return [leaf for key, item in value.items() for leaf in leaves(item, (*pointer, key))]
    if isinstance(value, list) and value:
        return [leaf for place, item in enumerate(value) for leaf in leaves(item, (*pointer, place))]
    return [(pointer, value)]


def without(value: Any, pointer: tuple[Any, ...]) -> Any:
    """A copy without what stands at a pointer."""
    if len(pointer) == 1:
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if key != pointer[0]}
        return [item for place, item in enumerate(value) if place != pointer[0]]
    if isinstance(value, dict):
        return {key: without(item, pointer[1:]) if key == pointer[0] else item for key, item in value.items()}
    return [without(item, pointer[1:]) if place == pointer[0] else item for place, item in enumerate(value)]


@cache
def reads_reactflow() -> bool:
    """Whether the React Flow reader can be loaded."""
    try:
        REACTFLOW.load()
    except ModuleNotFoundError:
        return False
    return True


def builders() -> list[Any]:
    """The workflow formats whose modules can be loaded."""
    return [form for form in BUILDERS if form is SIM or reads_reactflow()]


def as_map(value: Any) -> dict[str, Any]:
    """A document's value as a map, for the type checker."""
    return cast("dict[str, Any]", value)
