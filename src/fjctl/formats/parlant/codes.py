"""What can be wrong with a Parlant script."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "FJ320": ("python-syntax", "the file is no Python that can be parsed"),
    "FJ321": ("known-at-run-time", "a value of a script is known only when it runs"),
    "FJ322": ("unseen-loop", "a loop goes over data that cannot be seen in the script"),
    "FJ323": ("no-such-state", "a state is used before it exists, or is none"),
    "FJ324": ("not-a-tool", "a tool state, or a guideline, names something that is no tool"),
    "FJ325": ("transition-targets", "a transition has no target, or several"),
    "FJ326": ("no-journey", "a script builds no journey"),
    "FJ327": ("not-the-state", "a transition is used as if it were its target"),
    "FJ328": ("either-way", "what a script does depends on something that only a run can tell"),
}
