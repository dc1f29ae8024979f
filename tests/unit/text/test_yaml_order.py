"""Keys change places, and everything a person wrote goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fjctl.source import Source
from fjctl.text.yaml_order import in_order
from fjctl.text.yaml_text import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = ("a", "b", "c", "list")


def order(path: tuple[str | int, ...]) -> Sequence[str]:
    return () if path and path[-1] == "free" else ORDER


CASES = {
    "comments above, behind and below": (
        "# the file\n\nb: 2 # two\n# one\n# is first\na:\n  c: x\n  # below c\n\n# three\nc: 3\n",
        "# the file\n\n# one\n# is first\na:\n  c: x\n  # below c\nb: 2 # two\n\n# three\nc: 3\n",
    ),
    "blank lines stand before what they stood before": ("c: 1\n\nb: 2\na: 3\n", "a: 3\n\nb: 2\nc: 1\n"),
    "blocks of text": ("b: |\n  x\n\n  y\na: >-\n  z\n", "a: >-\n  z\nb: |\n  x\n\n  y\n"),
    "items of lists": (
        "list:\n  - b: 1\n    a: 2 # two\n  - a: 1\n",
        "list:\n  - a: 2 # two\n    b: 1\n  - a: 1\n",
    ),
    "a comment inside an item stays where it is": (
        "list:\n  - b: 1\n    # first\n    a: 2\n",
        "list:\n  - b: 1\n    # first\n    a: 2\n",
    ),
    "braces": ("a: {b: '# no', a: [1, {c: 1, a: 2}]}\n", "a: {a: [1, {a: 2, c: 1}], b: '# no'}\n"),
    "braces with a comment": ("a: {\n  b: 1, # one\n  a: 2}\n", "a: {\n  b: 1, # one\n  a: 2}\n"),
    "names of the author": ("free:\n  b: 1\n  a: 2\n", "free:\n  b: 1\n  a: 2\n"),
    "unknown keys": ("z: 1\nb: 2\ny: 3\na: 4\n", "a: 4\nb: 2\nz: 1\ny: 3\n"),
    "other line ends": ("b: 1\r\n# x\r\na: 2\r\n", "# x\r\na: 2\r\nb: 1\r\n"),
    "no line end": ("b: 1\na: 2", "a: 2\nb: 1"),
    "in order": ("a: 1   # wide\n\n\nb:   2\n", "a: 1   # wide\n\n\nb:   2\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_entries_move_whole(name: str) -> None:
    text, wanted = CASES[name]
    found = in_order(text, order)
    assert found == wanted
    assert in_order(found, order) == found
    assert parse(Source("x", found)) == parse(Source("x", text))
    assert sorted(found) == sorted(text)
