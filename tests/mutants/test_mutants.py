"""Mutation testing of the rules: real files, broken in some forty ways, and at least 95 of 100 mutants are caught.

`python -m tests.mutants` prints the table by operator and by format; `pytest -m full tests/mutants` asserts it over all
files and several seeds, the default run over a sample.
"""

from __future__ import annotations

import pytest

from tests.mutants.__main__ import files, share, survivors
from tests.mutants.mutating import flows, mutants
from tests.mutants.operators import OPERATORS

FLOOR = 0.95


def test_there_are_enough_operators() -> None:
    assert len({operator.__name__ for operator in OPERATORS}) >= 20


@pytest.mark.slow
def test_a_sample_of_mutants_is_caught() -> None:
    sample = [path for path in files() if path.stat().st_size < 60_000][::6]
    found = [
        item for path in sample for flow in flows(path.name, path.read_bytes()) for item in mutants(flow, OPERATORS, 1)
    ]
    assert len(found) > 60
    assert share(found) >= FLOOR, survivors(found)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_mutants_are_caught(seed: int) -> None:
    found = [
        item
        for path in files()
        for flow in flows(path.name, path.read_bytes())
        for item in mutants(flow, OPERATORS, seed)
    ]
    assert share(found) >= FLOOR, survivors(found)
