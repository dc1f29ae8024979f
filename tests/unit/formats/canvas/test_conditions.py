"""Conditions of builders as expressions, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.formats.canvas.conditions import Comparison, Ref, alike, parse, spell

_LEFT = st.sampled_from(["<@a.content>", "<@Agent:B.data.items[0]>", "<variable.x>", "<@a.list>.length"])
_VALUES = st.one_of(
    st.text(max_size=12),
    st.integers(-(10**9), 10**9),
    st.floats(-1000, 1000).map(lambda number: round(number, 3)).filter(lambda number: "e" not in repr(number)),
    st.booleans(),
    st.none(),
    st.just(Ref("<@b.text>")),
)
_OPS = ["eq", "ne", "gt", "lt", "ge", "le", "has", "lacks", "starts", "ends", "not_starts", "not_ends", "matches"]
_TESTS = st.one_of(
    st.builds(Comparison, _LEFT, st.sampled_from(_OPS), _VALUES),
    st.builds(Comparison, _LEFT, st.sampled_from(["empty", "filled"]), st.none()),
)


@given(st.lists(_TESTS, min_size=1, max_size=4), st.booleans())
def test_what_was_spelled_is_parsed_again(tests: list[Comparison], either: bool) -> None:
    parsed = parse(spell(tests, either=either))

    assert parsed is not None
    found, joined = parsed
    assert found == tests
    assert [type(test.right) for test in found] == [type(test.right) for test in tests]
    assert joined == (either and len(tests) > 1)


@pytest.mark.parametrize(
    ("expression", "tests"),
    [
        ("<a.b> === 'it'", [Comparison("<a.b>", "eq", "it")]),
        ("<a.b>", [Comparison("<a.b>", "filled")]),
        ("!<a.b>", [Comparison("<a.b>", "empty")]),
        ("<a.b>!=5&&<a.c>.includes('x')", [Comparison("<a.b>", "ne", 5), Comparison("<a.c>", "has", "x")]),
    ],
)
def test_a_person_may_spell_it_otherwise(expression: str, tests: list[Comparison]) -> None:
    assert parse(expression) == (tests, False)


@pytest.mark.parametrize(
    "expression",
    ["", "true", "<a.b> > 1 || <a.c> && <a.d>", "<a.b>.trim() == 'x'", "(<a.b>)", "<a.b> == ", "!<a.b> == 1", "1 < 2"],
)
def test_any_other_expression_is_no_row_of_tests(expression: str) -> None:
    assert parse(expression) is None


def test_the_same_tests_in_another_spelling_are_alike() -> None:
    assert alike('<a.x> == "y" && <b>', "<a.x>  === 'y' && !!<b>")
    assert not alike("<a.x> == 1", "<a.x> == 2")
    assert not alike("one()", "two()")
    assert alike("one()", "one()")
    assert alike(None, None)
    assert not alike(None, "<a>")
