"""Expressions as sentences: the readable `condition` beside a `when`.

Only a reading for people and for Parlant; the expression stays the truth. Braces never appear in a sentence,
since Parlant's prompts choke on them (`reference/parlant.md` §1.6).
"""

from __future__ import annotations

import re
from functools import lru_cache

_REFERENCE = re.compile(r"<([^<>\s]+?)>(?![=\w])")
_WORDS = (  # what a text must have for the pattern to be tried, which takes a microsecond each
    (".some((", r"\.some\(\((\w+)\) => ", r" has one \1 where ("),
    (".every((", r"\.every\(\((\w+)\) => ", r" has in every \1 ("),
    ("==", r"\s*(?:===|==)\s*", " is "),
    ("!=", r"\s*(?:!==|!=)\s*", " is not "),
    (">=", r"\s*>=\s*", " is at least "),
    ("<=", r"\s*<=\s*", " is at most "),
    (">", r"\s*>\s*", " is greater than "),
    ("<", r"\s*<\s*", " is less than "),
    ("&&", r"\s*&&\s*", " and "),
    ("||", r"\s*\|\|\s*", " or "),
    (".includes(", r"\.includes\((.*?)\)", r" contains \1"),
    (".startsWith(", r"\.startsWith\((.*?)\)", r" starts with \1"),
    (".endsWith(", r"\.endsWith\((.*?)\)", r" ends with \1"),
)
_GIVEN = re.compile(r"!!\s*([\w.]+(?: [\w.]+)*)(?=\s*(?:&&|\|\||$))")
_PLAIN = re.compile(r"!*[\w. ]+")
_BRACES = str.maketrans({"{": "(", "}": ")", "<": "(", ">": ")"})


def words(reference: str) -> str:
    """A reference's path as words: `variable.order_id` → `order id`."""
    path = reference.removeprefix("variable.").replace("_", " ").replace(".", " ")
    return path.replace("[", " ").replace("]", "")


@lru_cache(maxsize=1024)  # asked for again wherever two journeys are compared
def sentence(expression: str) -> str:
    """A sentence for a condition expression; empty for an empty one. One line, no braces."""
    text = " ".join(expression.split())
    if not text:
        return ""
    text = _REFERENCE.sub(lambda match: words(match.group(1)), text)
    if _PLAIN.fullmatch(text):
        return _yes_or_no(text)
    text = _GIVEN.sub(r"\1 is given", text) if "!!" in text else text
    for mark, pattern, word in _WORDS:
        if mark in text:
            text = re.sub(pattern, word, text)
    return " ".join(text.translate(_BRACES).replace("!", "not ").split())


def _yes_or_no(text: str) -> str:
    negations = len(text) - len(text.lstrip("!"))
    name = text.lstrip("!").strip()
    if name in {"true", "false"} and not negations:
        return "Always" if name == "true" else "Never"
    return f"{name} does not hold" if negations % 2 else f"{name} holds"
