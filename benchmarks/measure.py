"""Side-by-side timing: two things measured in turn, and the ratio of each round."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Action = Callable[[], object]

# What a child process sees: byte code may be written, else a program installed without it is compiled at every start.
ENVIRONMENT = {key: item for key, item in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
SCRIPTS = Path(sysconfig.get_path("scripts"))

# A child's peak includes the pages of the process that started it, so a small process starts it and asks.
_PEAK = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


class Figure(NamedTuple):
    """One line of the table: a value for each round, in `unit`, and the largest median that is fine."""

    name: str
    values: list[float]
    limit: float | None
    unit: str = "×"  # noqa: RUF001 - the sign for ratios

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def ok(self) -> bool:
        return self.limit is None or self.middle <= self.limit


class Effort(NamedTuple):
    """How much is measured: rounds of whole processes and of calls, files in a batch, nodes in a large workflow."""

    processes: int = 15
    calls: int = 40
    batch: int = 100
    batch_rounds: int = 3
    large: int = 2000


def seconds(action: Action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ratios(
    action: Action, floor: Action, rounds: int, *, before: Action | None = None, best_of: int = 1
) -> list[float]:
    """The time of `action` over that of `floor`, round by round, after one round of each that does not count.

    `before` is run ahead of every `action`, outside the clock. In a round each is timed `best_of` times, in turn, and
    the shortest counts: what others do on the machine only adds. The collector is off, as in `timeit`.
    """
    found: list[float] = []
    gc.collect()
    gc.disable()
    for number in range(rounds + 1):
        above, below = [], []
        for _ in range(best_of):
            if before is not None:
                before()
            above.append(seconds(action))
            below.append(seconds(floor))
        if number:
            found.append(min(above) / min(below))
    gc.enable()
    return found


def process(*command: str | Path, folder: Path) -> Action:
    """A whole process, its output thrown away; it has to end well."""

    def run() -> None:
        subprocess.run(list(map(str, command)), cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)

    return run


def peak_megabytes(command: Sequence[str | Path], folder: Path) -> float:
    """The most memory a process had resident, in units of 10^6 bytes."""
    starter = [sys.executable, "-c", _PEAK, *map(str, command)]
    done = subprocess.run(starter, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, kilobytes elsewhere
    return int(done.stdout) * unit / 1e6
