"""A journey as the calls that build it: which states are made, in which order, under which variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.diagnostics import Loss
from fjctl.formats.parlant.names import identifier
from fjctl.formats.parlant.pretty import Raw, call
from fjctl.model.journey import kind_of, targets, transitions
from fjctl.model.names import slug
from fjctl.model.readable import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.model.journey import Guideline, Journey, State, Transition
    from fjctl.source import Pointer

END = "END_JOURNEY"
"""The key of the state that ends a journey."""
INITIAL = "initial_state"
"""The key of a fork that chooses among the ways out of the start."""
MODULE = "module"
"""The setting of a tool that a script imports: from where."""
TOOL_ID = "tool_id"
"""The setting of a tool that a script names by its service and name."""
MODES = {
    "fluid": "FLUID",
    "canned_fluid": "FLUID",
    "composited_canned": "COMPOSITED",
    "strict_canned": "STRICT",
}
HELD = frozenset({"chat", "tool", "fork", "end", "journey", "instructions", "description", "canned", "labels", "mode"})
"""The fields of a state that a script has a place for, beside `next` and what `extras` keeps of a script."""
_KEPT = frozenset({"next", "commands", "extras", "title"})
_ALWAYS = "In any case"
"""The SDK wants a condition for each way out of a fork."""
_OTHERWISE = "None of the other conditions holds"


class Step(NamedTuple):
    """A transition to write: from where, the arguments of the call, and the state that it makes, if it makes one."""

    source: str
    arguments: dict[str, Any]
    makes: str = ""


def nameless(source: str, place: int) -> str:
    """The key of a state that no variable names: which transition out of which state makes it."""
    return f"{source}/{place + 1}"


def is_end(state: State) -> bool:
    """Whether a state only ends the journey: it says nothing and returns nothing."""
    return state.get("end") is True


def reason(way: Transition, *, several: bool) -> str:
    """A transition's reason as the sentence that the model decides by; empty where it is always taken."""
    if way.get("condition"):
        return way["condition"]
    if "when" in way:
        return sentence(way["when"])
    if "command" in way:
        return f"The customer says or chooses: {way['command']}"
    if "event" in way:
        return f"It has happened: {way['event']}"
    if "on" in way:
        return "The step has failed" if way["on"] == "error" else "The customer has not answered in time"
    return _OTHERWISE if several else ""


def action(state: State) -> str:
    """What the agent does in a state that is no tool, fork or end, as an instruction."""
    kind = kind_of(state)
    if kind == "chat":
        return state["chat"]
    if kind == "say":
        return f"Say this, word for word: {state['say']}"
    if kind == "ask":
        asked = state["ask"]
        if isinstance(asked, str):
            return asked or "Ask the customer how to go on"
        fields = ", ".join(shape.get("label") or name for name, shape in asked.get("fields", {}).items())
        return asked.get("message") or (f"Ask the customer for: {fields}" if fields else "Ask how to go on")
    if kind == "wait":
        return "Ask the customer to wait a moment"
    if kind == "end":
        return str(state["end"])
    return f"Say what is done now: {state.get('title') or kind}"


class Plan:
    """The states of a journey in the order in which a script makes them. `keys`: state → its variable."""

    def __init__(self, journey: Journey, tools: dict[str, str], journeys: dict[str, str], taken: set[str]) -> None:
        self.journey = journey
        self.tools = tools
        self.journeys = journeys
        self.taken = taken
        self.keys: dict[str, str] = {}
        self.losses: list[Loss] = []
        self.steps: list[Step] = []
        self._walk()

    def _walk(self) -> None:
        states = self.journey["states"]
        first = targets(self.journey.get("start")) or list(states)[:1]
        queue: list[str] = []
        start = states.get(first[0]) if len(first) == 1 else None
        if start is not None and kind_of(start) == "fork" and not self._entered(first[0]):
            self.keys[first[0]] = INITIAL
            queue.append(first[0])
        else:
            ways: list[Transition] = [{"to": name} for name in first]
            self._ways(INITIAL, ways, queue)
        for name in queue:  # grows while it is gone through
            self._ways(name, transitions(states[name]), queue)
        for name in states:
            if name not in self.keys:
                self.losses.append(Loss("state", ("states", name), "no way leads there"))
        self.losses += [loss for name in self.keys if name in states for loss in _unheld(name, states[name])]

    def _entered(self, name: str) -> bool:
        return any(
            name in targets(way.get("to")) for state in self.journey["states"].values() for way in transitions(state)
        )

    def _ways(self, source: str, ways: list[Transition], queue: list[str]) -> None:
        states = self.journey["states"]
        for condition, target in self._joined(source, ways, ()):
            arguments: dict[str, Any] = {"condition": condition} if condition else {}
            state = states.get(target)
            if state is None or is_end(state):
                if state is not None:
                    self.keys.setdefault(target, END)
                if state is not None or condition:
                    self.steps.append(Step(source, {**arguments, "state": Raw("p.END_JOURNEY")}))
            elif self.keys.get(target):
                self.steps.append(Step(source, {**arguments, "state": target}))
            else:
                self.keys[target] = identifier(target, self.taken | set(self.keys.values()))
                queue.append(target)
                self.steps.append(Step(source, self._made(state, arguments), target))

    def _joined(self, source: str, ways: list[Transition], above: tuple[str, ...]) -> list[tuple[str, str]]:
        """Conditions and targets. A fork that is reached by a choice has no call of its own in the SDK: what it chooses
        among is chosen where it was."""
        states = self.journey["states"]
        listed = [(way, target) for way in ways for target in targets(way.get("to")) or [""]]
        starts = self.keys.get(source) == INITIAL or source == INITIAL
        forks = not starts and kind_of(states.get(source, {})) in {"fork", "journey"}  # a linked journey ends in one
        found = []
        for way, target in listed:
            condition = reason(way, several=len(listed) > 1) or (_ALWAYS if forks and not above else "")
            state = states.get(target)
            if state is None or kind_of(state) != "fork" or target in above or not (condition or starts):
                found.append((condition, target))
                continue
            self.keys.setdefault(target, "")
            self.losses.append(Loss("fork", ("states", target), "a choice behind a choice is one choice in a script"))
            for inner, last in self._joined(target, transitions(state), (*above, target)):
                found.append((f"{condition}, and: {inner}" if condition and inner else condition or inner, last))
        return found

    def _made(self, state: State, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of the call that makes a state; without any kind it is a fork."""
        kind = kind_of(state)
        if kind == "fork":
            return arguments
        if kind == "journey" and state["journey"] in self.journeys:
            return {**arguments, "journey": Raw(self.journeys[state["journey"]])}
        if kind == "tool":
            named = [Raw(self.tools[name]) for name in targets(state["tool"]) if name in self.tools]
            arguments["tool_state"] = named[0] if len(named) == 1 else named
            if state.get("instructions"):
                said = state["instructions"]
                arguments["tool_instruction"] = said if isinstance(said, str) else "\n".join(said)
        else:
            arguments["chat_state"] = action(state)
        return arguments | described(state)


def described(state: State) -> dict[str, Any]:
    """The arguments that any state made by a transition may have."""
    found: dict[str, Any] = {}
    if state.get("description"):
        found["description"] = state["description"]
    if state.get("canned"):
        made = [Raw(call("await journey.create_canned_response", {"template": item}, 3)) for item in state["canned"]]
        found["canned_responses"] = made
    if state.get("labels"):
        found["labels"] = state["labels"]
    if "mode" in state:
        found["composition_mode"] = Raw(f"p.CompositionMode.{MODES[state['mode']]}")
    extras = state.get("extras", {})
    if isinstance(extras.get("id"), str):
        found["id"] = Raw(call("p.JourneyStateId", {"": extras["id"]}))
    if extras.get("metadata"):
        found["metadata"] = extras["metadata"]
    return found


def head(journey: Journey) -> dict[str, Any]:
    """The arguments of `create_journey`."""
    title = journey.get("title") or journey["journey"]
    found: dict[str, Any] = {
        "title": title,
        "description": journey.get("description") or title,
        "conditions": journey.get("triggers", []),
    }
    if slug(title) != slug(journey["journey"]):
        found["id"] = Raw(call("p.JourneyId", {"": journey["journey"]}))
    if "mode" in journey:
        found["composition_mode"] = Raw(f"p.CompositionMode.{MODES[journey['mode']]}")
    if journey.get("labels"):
        found["labels"] = journey["labels"]
    if journey.get("priority"):
        found["priority"] = journey["priority"]
    return found


def guideline(item: Guideline, tools: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The method and the arguments that make a guideline or an observation."""
    arguments: dict[str, Any] = {"condition": item["condition"]}
    for key in ("action", "description", "labels", "priority"):
        if item.get(key):
            arguments[key] = item[key]
    named = [Raw(tools[name]) for name in item.get("tools", []) if name in tools]
    if named:
        arguments["tools"] = named
    return ("create_guideline" if item.get("action") or named else "create_observation"), arguments


def _unheld(name: str, state: State) -> Iterator[Loss]:
    pointer: Pointer = ("states", name)
    for key in state:
        if key not in HELD | _KEPT:
            yield Loss(key, (*pointer, key), "a Parlant script has no place for it")
    for place, way in enumerate(transitions(state)):
        for key in ("when", "command", "event", "on", "confirm", "delay", "priority"):
            if key in way:
                yield Loss(key, (*pointer, "next", place, key), "a Parlant script says it in words only")
