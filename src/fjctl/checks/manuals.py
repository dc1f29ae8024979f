"""The manual of a rule, which is the docstring of its function."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, NamedTuple

from fjctl.checks.engine import function_of

if TYPE_CHECKING:
    from fjctl.checks.rule import Rule

HEADINGS = ("Why", "When it runs", "Example", "Instead")
"""The parts of every manual: why it matters, what builders and Parlant do with it, what is found, what is better."""

_HEADING = re.compile(rf"^({'|'.join(HEADINGS)}):[ \n]", re.MULTILINE)


class Manual(NamedTuple):
    """What a rule looks for, in one sentence, and its parts by heading, as indented in the docstring."""

    summary: str
    parts: dict[str, str]


def manual(rule: Rule) -> Manual:
    """The manual of a rule; a part that its docstring does not have is missing."""
    text = inspect.getdoc(function_of(rule.function)) or ""
    summary, *pieces = _HEADING.split(text)
    parts = dict(zip(pieces[::2], (piece.strip("\n") for piece in pieces[1::2]), strict=True))
    return Manual(" ".join(summary.split()), parts)
