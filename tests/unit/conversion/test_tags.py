"""Builders that refer by ids: what looks like a reference by name in their texts is text, and stays it."""

from __future__ import annotations

from fjctl.conversion.lens import prepare
from fjctl.conversion.naming import tags_of
from fjctl.conversion.to_journey import to_journey
from fjctl.formats import registry
from fjctl.model.workflow import Block, BlockKind, Edge, Workflow

PROMPT = "Compare <translation> with <TRANSLATION> and <@1700000000001.content>"
FLOW = Workflow(
    blocks=[
        Block(id="1700000000001", kind=BlockKind.AGENT, name="Translation", fields={"prompt": "Translate"}),
        Block(id="1700000000002", kind=BlockKind.AGENT, name="Compare", fields={"prompt": PROMPT}),
    ],
    edges=[Edge(source="1700000000001", target="1700000000002")],
)


def test_a_tag_is_no_reference_and_no_state_is_called_like_it() -> None:
    assert tags_of(FLOW) == {"translation", "TRANSLATION"}
    journey = to_journey(FLOW, refer_by_id=True)
    assert list(journey["states"]) == ["translation_2", "compare"]
    expected = "Compare <translation> with <TRANSLATION> and <translation_2.content>"
    assert journey["states"]["compare"]["chat"] == expected
    back = prepare(journey, registry.find("dify")).workflow
    assert next(block for block in back.blocks if block.name == "Compare").fields["prompt"] == PROMPT


def test_where_names_are_references_a_tag_is_one() -> None:
    journey = to_journey(FLOW)
    assert journey["states"]["compare"]["chat"].startswith("Compare <translation> with <translation>")
