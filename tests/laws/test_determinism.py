"""Determinism: the same input gives the same bytes, in any process, with any hash seed, in any order of keys."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.conversion import bridge, lens
from fjctl.conversion.naming import Hints
from fjctl.model.meaning import difference, meaning
from tests.strategies import Options, journeys
from tests.support import REPOSITORY, run
from tests.support_laws import JOURNEY, REACTFLOW, SIM, Real, name_of, real_files, written

if TYPE_CHECKING:
    from fjctl.formats.registry import Format

_SCRIPT = """
import hashlib, sys
from pathlib import Path
from fjctl.conversion import bridge
from fjctl.formats import document, registry
journey = registry.find("journey")
for name in sys.argv[1:]:
    found = document.read(Path(name).name, Path(name).read_bytes())
    there = bridge.convert(found, journey, names=bridge.Names(target="x.journey.yaml"))
    again = document.read("x.journey.yaml", there.text.encode())
    digest = [hashlib.sha256(there.text.encode()).hexdigest()]
    for form in ("sim", "reactflow"):
        back = bridge.convert(again, registry.find(form))
        said = back.text or "".join(item.line() for item in back.diagnostics)
        losses = "".join(str(loss.to_json()) for loss in back.losses)
        digest.append(hashlib.sha256((said + losses).encode()).hexdigest())
    print(Path(name).name, *digest)
"""


def test_two_processes_with_two_hash_seeds_give_the_same_bytes() -> None:
    files = [str(real.path) for real in real_files(largest=100_000)]
    one = run(sys.executable, "-c", _SCRIPT, *files, folder=REPOSITORY, PYTHONHASHSEED="1")
    other = run(sys.executable, "-c", _SCRIPT, *reversed(files), folder=REPOSITORY, PYTHONHASHSEED="4242")
    assert one.returncode == 0, one.stderr
    assert one.stdout.splitlines() == other.stdout.splitlines()[::-1]
    assert len(one.stdout.splitlines()) == len(files)


def shuffled(value: Any, order: random.Random) -> Any:
    """The same value, the keys of its maps in another order; where order means something it stays."""
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    order.shuffle(keys)
    return {key: shuffled(value[key], order) for key in keys}


@pytest.mark.parametrize("form", [SIM, REACTFLOW], ids=lambda form: str(form.name))
@given(value=journeys(Options(conversation=False)), seed=st.integers(0, 99))
def test_the_order_of_keys_in_a_journey_changes_nothing_it_means(form: Format, value: Any, seed: int) -> None:
    states = value["states"]
    mixed = shuffled({**value, "states": {}}, random.Random(seed)) | {"states": states}  # noqa: S311 - an order, not a secret
    one, _, _ = lens.image(value, form)
    other, _, _ = lens.image(mixed, form)
    assert difference(cast("Any", meaning(one)), cast("Any", meaning(other))) is None


@pytest.mark.parametrize("real", real_files(largest=40_000, kinds=("sim",)), ids=name_of)
def test_the_order_of_keys_in_a_block_changes_nothing_it_means(real: Real) -> None:
    workflow = real.read()
    value = cast("Any", workflow.value)
    state = value["state"]
    blocks = {key: shuffled(block, random.Random(7)) for key, block in state["blocks"].items()}  # noqa: S311
    mixed = {**value, "state": {**state, "blocks": blocks}}
    one = lens.read_back(SIM.load().decode(value).workflow, Hints(), SIM, "x")
    other = lens.read_back(SIM.load().decode(mixed).workflow, Hints(), SIM, "x")
    assert difference(cast("Any", meaning(one)), cast("Any", meaning(other))) is None


@given(value=journeys(), syntax=st.sampled_from(("yaml", "json")))
def test_the_same_conversion_twice_in_one_process(value: Any, syntax: str) -> None:
    for form in (SIM, REACTFLOW):
        texts = [bridge.convert(written(value, syntax), form).text for _ in range(2)]
        assert texts[0] == texts[1]
        assert bridge.convert(written(value), JOURNEY).text == bridge.convert(written(value, syntax), JOURNEY).text
