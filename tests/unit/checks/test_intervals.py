"""Sets of intervals, against counting."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fjctl.checks.intervals import EVERYTHING, Interval, Set, gaps, inside, join, meet, said

POINTS = [number / 2 for number in range(-1, 12)]
NUMBERS = st.integers(0, 5).map(float)


@st.composite
def sets(draw: st.DrawFn) -> Set:
    found: Set = ()
    for _ in range(draw(st.integers(0, 3))):
        low, high = sorted((draw(NUMBERS | st.just(-math.inf)), draw(NUMBERS | st.just(math.inf))))
        ends = (draw(st.booleans()) and low > -math.inf, draw(st.booleans()) and high < math.inf)
        if low < high or all(ends):
            found = join(found, (Interval(low, high, *ends),))
    return found


def holds(found: Set, point: float) -> bool:
    return any(
        (item.low < point or (item.low == point and item.low_in))
        and (point < item.high or (item.high == point and item.high_in))
        for item in found
    )


@given(sets(), sets())
def test_union_and_intersection_are_those_of_their_points(one: Set, other: Set) -> None:
    for point in POINTS:
        assert holds(join(one, other), point) == (holds(one, point) or holds(other, point))
        assert holds(meet(one, other), point) == (holds(one, point) and holds(other, point))


@given(sets())
def test_gaps_are_what_is_missing(found: Set) -> None:
    left = tuple(gaps(found))
    for point in POINTS:
        assert holds(left, point) != holds(found, point)
    assert join(found, left) == EVERYTHING


@given(sets(), sets())
def test_inside_means_that_nothing_is_outside(one: Set, other: Set) -> None:
    assert inside(meet(one, other), other)
    if inside(one, other):
        assert all(holds(other, point) for point in POINTS if holds(one, point))


def test_words() -> None:
    assert said(Interval(1, 1, low_in=True, high_in=True)) == "exactly 1"
    assert said(Interval(1, 2.5, low_in=False, high_in=True)) == "above 1 to 2.5"
    assert said(Interval(-math.inf, 3, low_in=False, high_in=False)) == "below 3"
    assert said(Interval(3, math.inf, low_in=True, high_in=False)) == "from 3"
