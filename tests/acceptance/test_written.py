"""What fjctl writes is accepted by the builder's own code, no worse than the file it came from.

A row is a source and a target format. It counts as soon as the target is in the registry of formats; until then, and
without the builder's environment, it is skipped and says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import fjctl
from fjctl.formats.registry import FORMATS
from tests.acceptance.checkers import available, complaints, serious, worse
from tests.acceptance.environments import BUILDERS
from tests.acceptance.test_checkers import GOOD
from tests.support import EXAMPLES, REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

SOURCES = [
    *sorted(EXAMPLES.rglob("*.journey.yaml")),
    *sorted((REPOSITORY / "tests" / "data" / "sim").glob("*.json")),
]


def _needs(builder: str) -> None:
    """Skip unless fjctl writes the format and the builder's code is here."""
    if builder not in {known.name for known in FORMATS}:
        pytest.skip(f"not a format yet: {builder}")
    if not available(builder):
        pytest.skip(f"no environment of {builder}: python -m tests.acceptance.setup {builder}")


def _journey(document: fjctl.Document) -> fjctl.Document:
    """The document, or the journey it becomes."""
    if document.journey is not None:
        return document
    return fjctl.reads(_text(fjctl.convert(document, "journey")), "source.journey.yaml")


def _text(conversion: fjctl.Conversion) -> str:
    assert conversion.text is not None, conversion.diagnostics
    return conversion.text


def _written(conversion: fjctl.Conversion, folder: Path) -> Path:
    target = folder / f"written{conversion.target.suffixes[0]}"
    target.write_text(_text(conversion), encoding="utf-8")
    return target


# What a builder cannot hold is named as lost and leaves a gap that its validator sees, too: file, builder, complaints.
GAPS = {
    # a state that is only reached when something fails, and the only node of an iteration (true of its own files, too)
    ("return-item.journey.yaml", "flowise"): r"This node is not connected to anything",
    # a parallel step that does not say over what
    ("lead-enricher.json", "flowise"): r"Array Input is required",
    # a schedule that is told in Sim's words
    ("meeting-followup-agent.json", "flowise"): r"Cron Expression is required|Schedule configuration is invalid.*"
    r"|This node is not connected to anything",
}


@pytest.mark.parametrize("builder", sorted(BUILDERS))
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_file_written_fresh_is_accepted(source: Path, builder: str, tmp_path: Path) -> None:
    _needs(builder)
    made = fjctl.convert(_journey(fjctl.read(source)), builder)
    found = serious(builder, complaints(builder, _written(made, tmp_path)))
    gap = GAPS.get((source.name, builder))
    if gap is not None:
        assert made.unwritten
        assert found
        found = [one for one in found if not re.fullmatch(gap, one.partition(" | ")[2])]
    assert found == []


@pytest.mark.parametrize("builder", sorted(BUILDERS))
def test_a_file_that_was_a_journey_meanwhile_is_accepted(builder: str, tmp_path: Path) -> None:
    _needs(builder)
    written = _written(fjctl.convert(_journey(fjctl.read(GOOD[builder])), builder), tmp_path)
    assert worse(complaints(builder, written), complaints(builder, GOOD[builder])) == []


@pytest.mark.parametrize("builder", sorted(BUILDERS))
def test_an_edited_journey_put_into_its_file_is_accepted(builder: str, tmp_path: Path) -> None:
    _needs(builder)
    original = fjctl.read(GOOD[builder])
    journey = fjctl.reads(
        _journey(original).source.text.replace("You sell lamps", "You sell chairs"), "source.journey.yaml"
    )
    written = _written(fjctl.convert(journey, builder, prior=original), tmp_path)
    assert "You sell chairs" in written.read_text(encoding="utf-8")
    assert worse(complaints(builder, written), complaints(builder, GOOD[builder])) == []


CHATFLOW = """journey: lamps
version: 1
start: sort
states:
  sort:
    fork: What does the customer want?
    next: [{to: sell, condition: To buy}, {to: ask, condition: To complain}, {to: bye, else: true}]
  sell: {chat: You sell lamps, agent: {model: claude-sonnet-4-5}, next: bye}
  ask: {chat: Ask what is broken, next: sort}
  bye: {say: Goodbye}
"""


def test_a_chatflow_written_fresh_is_accepted(tmp_path: Path) -> None:
    _needs("flowise")
    written = _written(fjctl.convert(fjctl.reads(CHATFLOW, "source.journey.yaml"), "flowise-chatflow"), tmp_path)
    assert serious("flowise", complaints("flowise", written)) == []
