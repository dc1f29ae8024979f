"""Journeys as Mermaid state diagrams, for pages that draw them; written only.

Mermaid has no escapes in its grammar, but decodes entities when it draws: whatever could mean something to it is
written as `#code;` (its own syntax for entities). Ids are numbers of our own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fjctl.formats.parlant.written import action
from fjctl.formats.siblings import Made
from fjctl.model.journey import kind_of, targets, transitions, walk
from fjctl.model.names import humanize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.model.journey import Journey, State, Transition

MARK = "%% Written by fjctl convert; what is changed here is lost."
"""The first line of every diagram: by it a file is known to be one that may be written anew."""
_UNSAFE = re.compile(r"[^\w\s.,()?!'/+*=-]|--+|\bend\b", re.IGNORECASE)
_LONGEST = 120
_INDENT = "    "


def made(journey: Journey) -> Made:
    """A diagram's text."""
    return Made("\n".join([MARK, "stateDiagram-v2", *_Drawing(journey).lines()]) + "\n", {}, [])


def label(text: str) -> str:
    """A text on one line, as Mermaid draws it and does not read it; cut where it is long."""
    plain = " ".join(text.split())
    plain = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"
    return _UNSAFE.sub(lambda match: "".join(f"#{ord(char)};" for char in match[0]), plain)


class _Drawing:
    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.ids = {name: f"s{place}" for place, (_, name, _) in enumerate(walk(journey["states"]), 1)}

    def lines(self) -> list[str]:
        journey = self.journey
        title = journey.get("title") or humanize(journey["journey"])
        first = targets(journey.get("start")) or list(journey["states"])[:1]
        lines = [f"{_INDENT}%% {label(title)}", *self._states(journey["states"], 1)]
        lines += [f"{_INDENT}[*] --> {self.ids[name]}" for name in first if name in self.ids]
        lines += self._ways(journey["states"], 1)
        tools = [self.ids[name] for _, name, state in walk(journey["states"]) if kind_of(state) == "tool"]
        if tools:
            lines += [f"{_INDENT}classDef tool fill:#fff3d6,stroke:#b7791f", f"{_INDENT}class {','.join(tools)} tool"]
        return lines

    def _states(self, states: dict[str, State], depth: int) -> Iterator[str]:
        margin = _INDENT * depth
        for name, state in states.items():
            key = self.ids[name]
            if state.get("states"):
                yield f'{margin}state "{label(_said(name, state))}" as {key} {{'
                yield from self._states(state["states"], depth + 1)
                yield from self._ways(state["states"], depth + 1)
                yield f"{margin}}}"
            elif kind_of(state) == "fork":
                yield f"{margin}state {key} <<choice>>"
            else:
                yield f'{margin}state "{label(_said(name, state))}" as {key}'

    def _ways(self, states: dict[str, State], depth: int) -> Iterator[str]:
        margin = _INDENT * depth
        for name, state in states.items():
            ways = transitions(state)
            for way in ways:
                said = label(_reason(way))
                for target in targets(way.get("to")) or [""]:
                    to = self.ids.get(target, "[*]")
                    yield f"{margin}{self.ids[name]} --> {to}" + (f" : {said}" if said else "")
            if not ways and depth == 1:
                yield f"{margin}{self.ids[name]} --> [*]"


def _said(name: str, state: State) -> str:
    kind = kind_of(state)
    title = state.get("title") or humanize(name)
    if kind in {"loop", "parallel", "journey", "wait"} or state.get("end") is True:
        return title
    if kind == "tool":
        return f"{title}: {', '.join(targets(state['tool']))}"
    return action(state) if kind == "chat" else f"{title}: {action(state)}" if kind in {"say", "ask"} else title


def _reason(way: Transition) -> str:
    for key in ("condition", "when", "command", "event", "on"):
        if way.get(key):
            return str(way[key])
    return "else" if "else" in way else ""
