"""Structured conditions ↔ expressions: `<@a.status> == 200 && !<@b.content>.includes("no")` and back.

Builders keep a condition as rows of operand, operator and value. In the model it is an expression; one that was made
here is read here again. An expression of any other shape is no row of tests, and its builder has to say so.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Ref(str):
    """An operand that is a reference in the model's spelling (`<@a.content>`), not a text that looks like one."""

    __slots__ = ()


Literal = str | int | float | bool | None


class Comparison(NamedTuple):
    """One comparison. `left` is a reference, with `.length` after it where its length is meant. `op` is one of
    `eq ne gt lt ge le`, `has starts ends matches` and their denials (`lacks`, `not_starts` …), or, without `right`,
    `empty` and `filled`."""

    left: str
    op: str
    right: Ref | Literal = None


_COMPARE = {"eq": "==", "ne": "!=", "gt": ">", "lt": "<", "ge": ">=", "le": "<="}
_CALLS = {"has": "includes", "starts": "startsWith", "ends": "endsWith", "matches": "match"}
_DENIED = {"lacks": "has", "not_starts": "starts", "not_ends": "ends", "not_matches": "matches"}
_BACK = {sign: op for op, sign in _COMPARE.items()} | {"===": "eq", "!==": "ne"}
_CALLED = {call: op for op, call in _CALLS.items()}
_DENIALS = {op: denial for denial, op in _DENIED.items()}

_REFERENCE = r"<[^<>\s=][^<>]*>"
_VALUE = rf"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true\b|false\b|null\b|{_REFERENCE})"""
_TEST = re.compile(
    rf"""\s*(?P<deny>!{{0,2}})\s*(?P<left>{_REFERENCE}(?:\.length\b)?)
    (?:\s*(?P<sign>===|!==|==|!=|>=|<=|>|<)\s*(?P<right>{_VALUE})
      |\.(?P<call>includes|startsWith|endsWith|match)\(\s*(?P<value>{_VALUE})\s*\))?\s*""",
    re.VERBOSE,
)
_JOIN = re.compile(r"&&|\|\|")


def spell(tests: Sequence[Comparison], *, either: bool = False) -> str:
    """The expression of some tests, all of which have to hold, or `either` of which."""
    return (" || " if either else " && ").join(map(_spelled, tests))


def _spelled(test: Comparison) -> str:
    left, op, right = test
    if op == "empty":
        return f"!{left}"
    if op == "filled":
        return f"!!{left}"
    if op in _COMPARE:
        return f"{left} {_COMPARE[op]} {_literal(right)}"
    return f"{'!' if op in _DENIED else ''}{left}.{_CALLS[_DENIED.get(op, op)]}({_literal(right)})"


def _literal(value: Ref | Literal) -> str:
    return str(value) if isinstance(value, Ref) else json.dumps(value, ensure_ascii=False)


def parse(expression: str) -> tuple[list[Comparison], bool] | None:
    """The tests that an expression consists of, and whether either is enough; None where it is anything else."""
    found: list[Comparison] = []
    joins = set[str]()
    place = 0
    while True:
        match = _TEST.match(expression, place)
        test = _test(match) if match is not None else None
        if match is None or test is None:
            return None
        found.append(test)
        place = match.end()
        if place == len(expression):
            return (found, joins == {"||"}) if len(joins) < 2 else None
        join = _JOIN.match(expression, place)
        if join is None:
            return None
        joins.add(join[0])
        place = join.end()


def alike(one: str | None, other: str | None) -> bool:
    """Whether two expressions are the same tests, however they are spelled (`==` and `===`, quotes, blanks)."""
    if one is None or other is None:
        return one is other
    tests = parse(one) if one != other else None
    return one == other or (tests is not None and tests == parse(other))


def _test(match: re.Match[str]) -> Comparison | None:
    left, denied = match["left"], match["deny"]
    if match["sign"]:
        return None if denied else Comparison(left, _BACK[match["sign"]], _value(match["right"]))
    if match["call"]:
        op = _CALLED[match["call"]]
        return Comparison(left, _DENIALS[op] if denied else op, _value(match["value"])) if denied != "!!" else None
    return Comparison(left, {"": "filled", "!!": "filled", "!": "empty"}[denied])


def _value(text: str) -> Ref | Literal:
    if text.startswith("<"):
        return Ref(text)
    if text.startswith("'"):
        inner = text[1:-1].replace("\\'", "'").replace('"', '\\"')
        text = f'"{inner}"'
    try:
        found: Literal = json.loads(text, strict=False)
    except ValueError:  # an escape that JavaScript has and JSON has not
        return text[1:-1]
    return found
