from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.transcripts import agrees, difference, rewritten, run_step, steps
from tests.support import environment

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
Prose, and a block that is not run:

```sh
$ rm -rf everything
```

```console
$ echo one; echo two >&2
one
two
$ cat \\
> /dev/null
$ exit 3
=> 3
```
"""


def test_commands_are_found_with_what_they_print() -> None:
    found = list(steps(TEXT))
    assert [(step.command, step.expected, step.line) for step in found] == [
        ("echo one; echo two >&2", ("one", "two"), 8),
        ("cat \\\n/dev/null", (), 11),
        ("exit 3", ("=> 3",), 13),
    ]


def test_commands_are_run(tmp_path: Path) -> None:
    for step in steps(TEXT):
        assert run_step(step, tmp_path, environment()) == step.expected


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        (("a",), ("a",), True),
        (("a",), ("b",), False),
        ((), ("a",), False),
        (("a",), (), False),
        (("a", "..."), ("a", "b", "c"), True),
        (("...", "c"), ("a", "b", "c"), True),
        (("a", "...", "c"), ("a", "c"), True),
        (("a", "...", "d"), ("a", "c"), False),
        (("...",), ("a", "=> 1"), False),
        (("...", "=> 1"), ("a", "=> 1"), True),
        (("...", "=> 2"), ("a", "=> 1"), False),
        (("a.c",), ("abc",), False),
    ],
)
def test_agreement(expected: tuple[str, ...], actual: tuple[str, ...], same: bool) -> None:
    assert agrees(expected, actual) is same


def test_a_rewrite_changes_only_what_does_not_agree() -> None:
    text = "```console\n$ a\n...\nx\n$ b\nold\n```\nend\n"
    first, second = steps(text)
    new = rewritten(text, [(first, ("1", "x")), (second, ("new", "=> 1"))])
    assert new == "```console\n$ a\n...\nx\n$ b\nnew\n=> 1\n```\nend\n"


def test_a_difference_names_the_place_and_the_command() -> None:
    (step,) = steps("```console\n$ fjctl x\nold\n```\n")
    assert difference("README.md", step, ("new",)).splitlines() == [
        "README.md:2: $ fjctl x", "--- expected", "+++ printed", "@@ -1 +1 @@", "-old", "+new",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["```console\noutput first\n```\n", "```console\n$ never closed\n"])
def test_a_broken_document_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        list(steps(text))
