"""Every field is in the journey, stays behind by design, or is named as lost."""

from __future__ import annotations

import json

from fjctl import api
from fjctl.conversion import bridge
from tests.support_documents import EVERYTHING, JOURNEY, block, sim


def test_everything_of_the_core_blocks_is_in_the_journey() -> None:
    done = bridge.convert(api.reads(json.dumps(EVERYTHING), "w.json"), JOURNEY)
    assert done.account is not None
    assert done.account.moved > 50
    assert done.account.own["layout"] > 10
    assert done.account.share > 0.97, done.account.lost


def test_an_unusable_value_is_a_loss_with_its_place() -> None:
    done = bridge.convert(sim([block("a", "agent", "A", {"systemPrompt": "x", "model": 5})]), JOURNEY)
    assert [loss.pointer for loss in done.meaningful_losses] == [
        ("state", "blocks", "a", "subBlocks", "model", "value")
    ]


def test_no_fields_have_a_full_share() -> None:
    account = bridge.convert(sim([]), JOURNEY).account
    assert account is not None
    assert account.share == 1.0
