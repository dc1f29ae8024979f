"""The checks of the laws see a break of each law, and none in the example."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fjctl import api
from fjctl.conversion import laws
from fjctl.formats.document import Document
from tests.support import EXAMPLES

FLOW = EXAMPLES / "support/workflows/return-item.json"
JOURNEY = EXAMPLES / "support/journeys/return-item.journey.yaml"


@pytest.fixture
def pair() -> laws.Pair:
    found = laws.make_pair(api.read(FLOW))
    assert isinstance(found, laws.Pair)
    return found


@pytest.mark.parametrize("path", [FLOW, JOURNEY], ids=["workflow", "journey"])
def test_the_example_obeys_every_law(path: object) -> None:
    found = laws.check_all(api.read(str(path)))
    assert [law for law in found if law.holds is not True] == []
    assert {law.law.split()[0] for law in found} == {
        "GetPut",
        "PutGet",
        "accounting",
        "create",
        "idempotence",
        "identity",
    }


def test_a_writer_that_changes_a_byte_breaks_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document, "rewritten", lambda self, _value: self.source.text.replace("\n", "\r\n", 1))
    found = laws.identity(api.read(FLOW))
    assert found.holds is False
    assert found.difference.startswith("1:2: '\\n")


def test_two_sides_that_differ_break_get_put(pair: laws.Pair) -> None:
    *_, (_, edited) = laws.edits(pair.journey)
    other = replace(pair, journey=edited)
    assert laws.get_put_workflow(other).holds is False
    assert laws.get_put_journey(other).holds is False
    assert "(edited)" in laws.get_put_journey(other).difference


def test_an_edit_that_does_not_arrive_breaks_put_get(pair: laws.Pair) -> None:
    (_, changed), *_ = laws.edits(pair.journey)
    assert laws.put_get(pair, "a text", changed).holds is True
    assert laws.put_get(pair, "nothing", pair.journey).skipped == "sim has no place for it"


def test_a_document_that_cannot_be_converted_says_so() -> None:
    source = api.reads(
        "journey: x\nversion: 1\nstart: a\nstates:\n  a: {chat: Hi, next: b}\n  b: {end: true}\n", "x.journey.yaml"
    )
    assert all(law.holds is not False for law in laws.check_all(source))
    assert laws.share(source) is None
