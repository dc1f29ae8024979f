"""Killed at any moment, two writers at once, a change between read and write: no file is torn, lost or overwritten."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from fjctl.errors import ChangedError
from fjctl.project.files import read_bytes
from fjctl.project.writing import WriteOutcome, sweep, write_guarded
from tests.support import environment

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 200_000
FILES = 5

# Rewrites its files for ever; the content is one letter, so a torn file shows. Says when it has begun.
REWRITER = """
import itertools, sys
from pathlib import Path
from fjctl.project.files import read_if_exists
from fjctl.project.writing import write_guarded
folder, size, files = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
print("begun", flush=True)
for turn in itertools.count():
    for number in range(files):
        path = folder / f"{number}.json"
        write_guarded(path, b"abcdefghij"[turn % 10 : turn % 10 + 1] * size, expected=read_if_exists(path))
"""

# Adds a line to one file a number of times; a loser of a race reads again, as a person would.
ADDER = """
import sys
from pathlib import Path
from fjctl.errors import ChangedError
from fjctl.project.files import read_bytes
from fjctl.project.writing import write_guarded
path, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for turn in range(times):
    while True:
        state = read_bytes(path)
        try:
            write_guarded(path, state.data + f"{name} {turn}\\n".encode(), expected=state)
            break
        except ChangedError:
            pass
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    # Without coverage: a killed process would leave half a data file.
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


def is_whole(data: bytes) -> bool:
    return len(data) == SIZE and data == data[:1] * SIZE


@pytest.mark.parametrize(
    "kills", [pytest.param(20, marks=pytest.mark.slow), pytest.param(200, marks=[pytest.mark.full])]
)
def test_a_kill_at_a_random_moment_tears_and_loses_nothing(tmp_path: Path, kills: int) -> None:
    moments = random.Random(7)  # noqa: S311 - any spread of moments will do
    for number in range(FILES):
        (tmp_path / f"{number}.json").write_bytes(b"a" * SIZE)
    for _ in range(kills):
        with start(REWRITER, tmp_path, SIZE, FILES) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(moments.uniform(0, 0.02))
            process.kill()
        for number in range(FILES):
            assert is_whole((tmp_path / f"{number}.json").read_bytes())
    sweep(tmp_path)
    assert sorted(item.name for item in tmp_path.iterdir()) == [f"{number}.json" for number in range(FILES)]


def test_the_rewriter_gets_far_enough_to_be_killed_in_a_write(tmp_path: Path) -> None:
    """The loop above shows something only if files do change under it."""
    (tmp_path / "0.json").write_bytes(b"a" * SIZE)
    with start(REWRITER, tmp_path, SIZE, FILES) as process:
        end = time.monotonic() + 30
        while (tmp_path / "0.json").read_bytes()[:1] != b"c" and time.monotonic() < end:
            time.sleep(0.001)
        process.kill()
    assert {path.name for path in tmp_path.glob("[0-9].json")} == {f"{number}.json" for number in range(FILES)}
    assert (tmp_path / "4.json").read_bytes()[:1] != b"a"


@pytest.mark.parametrize("times", [25, pytest.param(500, marks=pytest.mark.full)])
def test_two_processes_that_write_one_file_lose_no_line(tmp_path: Path, times: int) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"")
    processes = [start(ADDER, path, name, times) for name in ("left", "right")]
    assert [process.communicate(timeout=100)[0] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    lines = path.read_text(encoding="ascii").splitlines()
    assert sorted(lines) == sorted(f"{name} {turn}" for name in ("left", "right") for turn in range(times))
    for name in ("left", "right"):
        assert [line for line in lines if line.startswith(name)] == [f"{name} {turn}" for turn in range(times)]


def test_of_many_who_make_one_file_one_succeeds(tmp_path: Path) -> None:
    together = threading.Barrier(8)
    results: list[str] = []

    def make(number: int) -> None:
        together.wait()
        try:
            outcome = write_guarded(tmp_path / "a", b"%d" % number, expected=None)
        except ChangedError:
            results.append("changed")
        else:
            assert outcome is WriteOutcome.WRITTEN
            results.append(f"{number}")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("changed") == 7
    assert (tmp_path / "a").read_text(encoding="ascii") in results
    assert [item.name for item in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("edit", ["in place", "by replacement", "removed"])
def test_somebody_elses_change_is_never_overwritten(tmp_path: Path, edit: str) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(b"read")
    state = read_bytes(path)
    if edit == "in place":
        path.write_bytes(b"edit")
    elif edit == "by replacement":
        (tmp_path / "new").write_bytes(b"edit")
        (tmp_path / "new").replace(path)
    else:
        path.unlink()
    with pytest.raises(ChangedError):
        write_guarded(path, b"ours", expected=state)
    assert (path.read_bytes() if path.exists() else b"") == (b"" if edit == "removed" else b"edit")
    assert len(list(tmp_path.iterdir())) == (0 if edit == "removed" else 1)
