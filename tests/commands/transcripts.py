"""Transcripts in Markdown: commands and what they print, run for real, compared, and written anew on request.

A fenced block marked `console` holds steps. A line that begins with `$ ` is a command for bash (a line that ends
in a backslash goes on in the next); the lines after it are what it prints, both streams together; a line `...`
stands for any number of lines; a last line `=> N` is the exit status when it is not 0.
"""

from __future__ import annotations

import difflib
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ANY = "..."
_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})\s*(?P<word>[\w-]*).*")
_STATUS = re.compile(r"=> (\d+)")
_TIME_LIMIT = 60


@dataclass(frozen=True)
class Step:
    """One command: its text, the lines expected after it, and where they stand in the file (from 0, half open)."""

    command: str
    expected: tuple[str, ...]
    line: int
    start: int
    end: int


def steps(text: str) -> Iterator[Step]:
    """The commands of a document in order; `ValueError` for output without a command or a block that never ends."""
    lines = text.splitlines()
    for start, end in _blocks(lines):
        yield from _steps_of_block(lines, start, end)


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Ranges of the lines between the fences of `console` blocks."""
    opened: tuple[int, str, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.fullmatch(line)
        if fence is None:
            continue
        if opened is None:
            opened = (number + 1, fence["word"], fence["ticks"])
        elif not fence["word"] and len(fence["ticks"]) >= len(opened[2]):
            if opened[1] == "console":
                yield opened[0], number
            opened = None
    if opened is not None:
        message = f"line {opened[0]}: the block never ends"
        raise ValueError(message)


def _steps_of_block(lines: list[str], start: int, end: int) -> Iterator[Step]:
    number = start
    while number < end:
        if not lines[number].startswith("$ "):
            message = f"line {number + 1}: a console block begins with a command"
            raise ValueError(message)
        first, command = number, lines[number][2:]
        while command.endswith("\\") and number + 1 < end:
            number += 1
            command = f"{command}\n{lines[number].removeprefix('> ')}"
        number += 1
        output = number
        while number < end and not lines[number].startswith("$ "):
            number += 1
        yield Step(command, tuple(lines[output:number]), first + 1, output, number)


def run_step(step: Step, folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The lines a command prints, its status last unless it is 0."""
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_TIME_LIMIT,
        check=False,
    )
    printed = done.stdout.decode("utf-8", "backslashreplace").splitlines()
    return (*printed, *([f"=> {done.returncode}"] if done.returncode else []))


def agrees(expected: tuple[str, ...], actual: tuple[str, ...]) -> bool:
    """Whether the lines are as expected, `...` being any number of lines but never the exit status."""
    if _status(expected) != _status(actual):
        return False
    expected, actual = _without_status(expected), _without_status(actual)
    pattern = "".join("(?:.*\n)*?" if line.strip() == ANY else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def _status(lines: tuple[str, ...]) -> str:
    return lines[-1] if lines and _STATUS.fullmatch(lines[-1]) else "=> 0"


def _without_status(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines[:-1] if lines and _STATUS.fullmatch(lines[-1]) else lines


def difference(name: str, step: Step, actual: tuple[str, ...]) -> str:
    """What differs, for a person: the command, its place, and a diff."""
    diff = difflib.unified_diff(step.expected, actual, "expected", "printed", lineterm="")
    return "\n".join([f"{name}:{step.line}: $ {step.command}", *diff])


def rewritten(text: str, results: list[tuple[Step, tuple[str, ...]]]) -> str:
    """The document with what was printed in the place of what was expected, where the two do not agree."""
    lines = text.splitlines()
    for step, actual in reversed(results):
        if not agrees(step.expected, actual):
            lines[step.start : step.end] = actual
    return "\n".join(lines) + "\n"
