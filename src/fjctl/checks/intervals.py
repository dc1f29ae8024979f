"""Comparisons of one value with numbers, as sets of intervals: which cases overlap, and which are missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from fjctl.checks.javascript import Tree


class Interval(NamedTuple):
    """From `low` to `high`; whether each end belongs to it."""

    low: float
    high: float
    low_in: bool
    high_in: bool


Set = tuple[Interval, ...]
"""Intervals that do not touch, in order."""
EVERYTHING: Set = (Interval(-math.inf, math.inf, low_in=False, high_in=False),)

_OPPOSITE = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_EQUAL = {"==", "==="}
_UNEQUAL = {"!=", "!=="}


class Condition(NamedTuple):
    """What an expression says of one value: its text, and where it holds."""

    value: str
    holds: Set


def condition(tree: Tree, text: str, node: Syntax) -> Condition | None:
    """An expression that compares one value with numbers, alone or with && and ||; None for any other. `text` is the
    expression as it was before references were masked."""
    if node.type == "parenthesized_expression":
        return condition(tree, text, node.named_children[0]) if node.named_children else None
    if node.type != "binary_expression":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return None
    sign = tree.words(operator)
    if sign in {"&&", "||"}:
        one, other = condition(tree, text, left), condition(tree, text, right)
        if one is None or other is None or one.value != other.value:
            return None
        return Condition(one.value, (meet if sign == "&&" else join)(one.holds, other.holds))
    return _comparison(tree, text, left, sign, right)


def _comparison(tree: Tree, text: str, left: Syntax, sign: str, right: Syntax) -> Condition | None:
    if _number(tree, right) is None:
        left, right, sign = right, left, _OPPOSITE.get(sign, sign)
    number = _number(tree, right)
    if number is None or _number(tree, left) is not None:
        return None
    start, end = tree.span(left)
    value = "".join(text[start:end].split())
    below = Interval(-math.inf, number, low_in=False, high_in=sign == "<=")
    above = Interval(number, math.inf, low_in=sign == ">=", high_in=False)
    point = Interval(number, number, low_in=True, high_in=True)
    sets: dict[str, Set] = {"<": (below,), "<=": (below,), ">": (above,), ">=": (above,)}
    if sign in _EQUAL:
        return Condition(value, (point,))
    if sign in _UNEQUAL:
        return Condition(value, (below, above))
    return Condition(value, sets[sign]) if sign in sets else None


def _number(tree: Tree, node: Syntax) -> float | None:
    try:
        return float(tree.words(node).replace("_", "").replace(" ", "")) if node.type in _NUMBERS else None
    except ValueError:
        return None


_NUMBERS = frozenset({"number", "unary_expression"})


def meet(one: Set, other: Set) -> Set:
    """What is in both."""
    found = [item for a in one for b in other if (item := _both(a, b)) is not None]
    return join(tuple(found), ())


def _both(one: Interval, other: Interval) -> Interval | None:
    low, low_in = max((one.low, not one.low_in), (other.low, not other.low_in))
    high, high_in = min((one.high, one.high_in), (other.high, other.high_in))
    if low > high or (low == high and (low_in or not high_in)):
        return None
    return Interval(low, high, low_in=not low_in, high_in=high_in)


def join(one: Set, other: Set) -> Set:
    """What is in either."""
    found: list[Interval] = []
    for item in sorted((*one, *other), key=lambda item: (item.low, not item.low_in)):
        if found and _touch(found[-1], item):
            last = found[-1]
            high, high_in = max((last.high, last.high_in), (item.high, item.high_in))
            found[-1] = last._replace(high=high, high_in=high_in)
        else:
            found.append(item)
    return tuple(found)


def _touch(one: Interval, other: Interval) -> bool:
    return other.low < one.high or (other.low == one.high and (other.low_in or one.high_in))


def gaps(found: Set) -> list[Interval]:
    """What is missing from everything."""
    result = []
    low, low_in = -math.inf, False
    for item in found:
        if item.low > low or (item.low == low and low_in and not item.low_in):
            result.append(Interval(low, item.low, low_in=low_in, high_in=not item.low_in))
        low, low_in = item.high, not item.high_in
    if low < math.inf:
        result.append(Interval(low, math.inf, low_in=low_in, high_in=False))
    return [item for item in result if item.low < item.high or (item.low_in and item.high_in)]


def inside(one: Set, other: Set) -> bool:
    """Whether all of one is in the other."""
    return meet(one, other) == one


def said(item: Interval) -> str:
    """An interval in words."""
    if item.low == item.high:
        return f"exactly {item.low:g}"
    parts = []
    if item.low > -math.inf:
        parts.append(f"{'from' if item.low_in else 'above'} {item.low:g}")
    if item.high < math.inf:
        parts.append(f"{'to' if item.high_in else 'below'} {item.high:g}")
    return " ".join(parts)
