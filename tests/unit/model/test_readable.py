"""Expressions as sentences."""

from __future__ import annotations

import pytest

from fjctl.model.readable import sentence


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("<order.total> >= 5", "order total is at least 5"),
        ("!!<order.note>", "order note holds"),
        ("!!<order.note> && <order.total> > 5", "order note is given and order total is greater than 5"),
        ("<order.total> == 1 || !!<order.note>", "order total is 1 or order note is given"),
        ("!<order.note>", "order note does not hold"),
    ],
)
def test_an_expression_reads_as_a_sentence(expression: str, said: str) -> None:
    assert sentence(expression) == said
