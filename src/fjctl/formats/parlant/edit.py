"""Carrying a journey's changes into the script that it was read from, at the calls concerned.

`edited` compares the journey as the script says it with the one that it shall say, and edits arguments, adds and
removes statements. The result is read again: a text that does not say what was meant is not given out.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.diagnostics import has_errors
from fjctl.formats.parlant import written
from fjctl.formats.parlant.edit_fields import Fields, RefusedError
from fjctl.formats.parlant.names import identifier
from fjctl.formats.parlant.pretty import INDENT, Raw, call, literal
from fjctl.formats.parlant.reading import with_tools
from fjctl.formats.parlant.script import Script
from fjctl.formats.parlant.written import END, INITIAL, Step
from fjctl.model.journey import kind_of, targets, transitions
from fjctl.model.meaning import difference, meaning
from fjctl.model.transplant import same
from fjctl.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.parlant.reading import Reading
    from fjctl.formats.parlant.values import Call, StateObject
    from fjctl.model.journey import Journey, State, Transition
    from fjctl.source import Pointer

_STATE_ARGUMENTS = {
    "chat": "chat_state",
    "tool": "tool_state",
    "instructions": "tool_instruction",
    "description": "description",
    "canned": "canned_responses",
    "labels": "labels",
    "mode": "composition_mode",
}


class Edited(NamedTuple):
    """A script's new text and the keys of its states; no text, and the place of the change that cannot be made."""

    text: str | None
    keys: dict[str, str]
    refused: Pointer = ()


def edited(script: Script, member: str, reading: Reading, wanted: Journey) -> Edited:
    """The script's text so that its journey says what `wanted` says, whose states have the names of `reading`."""
    if same(cast("Any", reading.journey), cast("Any", wanted)):
        return Edited(script.source.text, reading.keys)
    for at_call in (False, True):
        attempt = _Editor(script, reading, wanted, at_call=at_call)
        try:
            text = attempt.run()
        except RefusedError as error:
            return Edited(None, reading.keys, error.pointer)
        if text is None:
            continue
        keys = attempt.keys()
        place = script.members.index(member) if member else 0
        again = Script(Source(script.source.name, text))
        found = again.read_at(place, {key: name for name, key in keys.items()})
        if found is None or has_errors(again.diagnostics):
            continue
        found.journey = cast("Journey", {**with_tools(found.journey, attempt.tools), "journey": wanted["journey"]})
        at = difference(*(cast("Any", meaning(journey)) for journey in (wanted, found.journey)))
        if at is None and _others(script, place) == _others(again, place):
            return Edited(text, keys)
    one, other = (cast("Any", meaning(journey)) for journey in (reading.journey, wanted))
    return Edited(None, reading.keys, difference(one, other) or ("states",))


def _others(script: Script, place: int) -> list[object]:
    """What the script's other journeys say, without what they share with this one: the agent, tools, and its name,
    which follows from its title."""
    found = []
    for other in range(len(script.members)):
        reading = script.read_at(other, {}) if other != place else None
        if reading is not None:
            plain = {k: v for k, v in meaning(reading.journey).items() if k not in {"extras", "tools"}}
            linked = {name: {**state, "journey": "journey" in state} for name, state in plain["states"].items()}
            found.append({**plain, "states": linked})
    return cast("list[object]", found)


class _Editor(Fields):
    """The edits of states and transitions, and all of them together."""

    def run(self) -> str | None:
        """The new text; None where edits are in each other's way. RefusedError for one that has no place."""
        self.edit_tools()
        self.head()
        self._states()
        self.lists()
        return self.changes.done()

    def _states(self) -> None:
        before, after = self.before["states"], self.wanted["states"]
        for name, state in after.items():
            if name in before:
                self._state(name, before[name], state)
        pairs = [(name, _ways(self.before, name), _ways(self.wanted, name)) for name in ("", *after)]
        added = [(name, way) for name, old, new in pairs for way in self._kept(name, old, new)]
        gone = [name for name in before if name not in after]
        for name in gone:
            for place in range(len(_ways(self.before, name))):
                self._remove(name, place, after)
        self._add(added)

    def _state(self, name: str, old: State, new: State) -> None:
        made = self.reading.calls.get(("states", name))
        pointer: Pointer = ("states", name)
        if kind_of(old) != kind_of(new):
            one, other = (_STATE_ARGUMENTS.get(kind_of(state), "") for state in (old, new))
            if made is None or not one or not other:
                raise RefusedError(pointer)
            value = new["chat"] if "chat" in new else self._called(new["tool"])
            self.changes.rename(made.node, one, other, literal(value))
        if made is None:
            return
        for key, argument in _STATE_ARGUMENTS.items():
            if key in {"chat", "tool"} and kind_of(old) != kind_of(new):
                continue
            was, value = (cast("dict[str, Any]", state).get(key) for state in (old, new))
            self.field(made, (*pointer, key), argument, was, value, self._written(key, new, value))
        was, value = (state.get("extras", {}).get("metadata") for state in (old, new))
        self.field(made, (*pointer, "extras", "metadata"), "metadata", was, value)

    def _written(self, key: str, state: State, value: Any) -> Any:
        if key == "tool" and value is not None:
            return self._called(value)
        if key == "mode" and value is not None:
            return self._mode(cast("dict[str, Any]", state))
        if key == "canned" and value:
            made = f"await {self.journey}.create_canned_response"
            return [Raw(call(made, {"template": item}, 3)) for item in value]
        return None

    def _called(self, names: Any) -> Any:
        found = [Raw(self.tools.get(name, name)) for name in targets(names)]
        return found[0] if len(found) == 1 else found

    def _kept(self, name: str, old: list[Transition], new: list[Transition]) -> list[Transition]:
        """Edits the transitions that stay, removes those that go; gives those that come."""
        pairs = _matched(old, new)
        for here, there in pairs.items():
            made = self._call_of(name, here, old)
            pointer = self._pointer(name, here, old)
            was, value = old[here].get("condition"), new[there].get("condition")
            if made is not None:
                self.field(made, (*pointer, "condition"), "condition", was, value)
        for place in range(len(old)):
            if place not in pairs:
                self._remove(name, place, self.wanted["states"])
        return [way for place, way in enumerate(new) if place not in pairs.values()]

    def _pointer(self, name: str, place: int, ways: list[Transition]) -> Pointer:
        if not name:
            return ("start", place)
        alone = len(ways) == 1 and ways[0].keys() == {"to"}
        return ("states", name, "next") if alone else ("states", name, "next", place)

    def _call_of(self, name: str, place: int, ways: list[Transition]) -> Call | None:
        return self.reading.calls.get(self._pointer(name, place, ways))

    def _remove(self, name: str, place: int, after: Mapping[str, State]) -> None:
        ways = _ways(self.before, name)
        made = self._call_of(name, place, ways)
        if made is None:
            raise RefusedError(self._pointer(name, place, ways))
        target = targets(ways[place].get("to"))[0]
        makes = self.reading.calls.get(("states", target)) is made
        if makes and target in after:
            self.anchors[target] = made.statement  # another transition has to make it
        else:
            self.changes.statement(made.statement)

    def _add(self, added: list[tuple[str, Transition]]) -> None:
        """Writes new transitions: those that make states first, each behind what it begins at."""
        waiting = list(added)
        led_to = [targets(way.get("to"))[0] for _, way in added]
        self.needed = {source for source, _ in added} | {name for name in led_to if led_to.count(name) > 1}
        while waiting:
            for item in waiting:
                if self._write(*item):
                    waiting.remove(item)
                    break
            else:
                raise RefusedError(("states", waiting[0][0], "next"))

    def _write(self, source: str, way: Transition) -> bool:
        """Writes a transition if what it begins at is there; whether it did."""
        target = targets(way.get("to"))[0]
        if not self._exists(source) or (target in self.anchors and source in self.anchors):
            return False
        condition = way.get("condition", "")
        if target in self.anchors:
            self._moved(source, target, way)
            return True
        if target not in self.wanted["states"]:
            raise RefusedError(("states", source, "next"))
        state = self.wanted["states"][target]
        arguments: dict[str, Any] = {"condition": condition} if condition else {}
        if written.is_end(state):
            arguments["state"] = Raw(self.sdk("END_JOURNEY", ("states", source, "next")))
            self.new_keys.setdefault(target, END)
        elif self._exists(target):
            arguments["state"] = Raw(self._reference(target))
        else:
            self._make(source, target, state, arguments)
            return True
        anchor = max(self._behind(source, target), self._statement(target), key=lambda node: node.lineno)
        self.changes.behind(anchor, self._transition("", source, arguments, anchor))
        self.written[source, target] = anchor
        return True

    def _exists(self, name: str) -> bool:
        return not name or name in self.before["states"] or name in self.new_keys

    def _make(self, source: str, target: str, state: State, arguments: dict[str, Any]) -> None:
        kind = kind_of(state)
        variable = identifier(target, self.taken)
        self.taken.add(variable)
        if kind == "tool":
            arguments["tool_state"] = self._called(state["tool"])
            if state.get("instructions"):
                arguments["tool_instruction"] = state["instructions"]
        elif kind == "fork" and not arguments:
            pass
        elif kind in {"fork", "journey", "loop", "parallel"}:
            raise RefusedError(("states", target))
        else:
            arguments["chat_state"] = written.action(state)
        arguments |= written.described(state)
        anchor = self._behind(source, target)
        named = target in self.needed
        self.new_keys[target] = variable if named else ""
        self.made_by[target] = source
        self.written[source, target] = anchor
        self.changes.behind(anchor, self._transition(variable if named else "", source, arguments, anchor))

    def _moved(self, source: str, target: str, way: Transition) -> None:
        """The call that makes a state begins at another one."""
        made = self.reading.calls[("states", target)]
        if not isinstance(made.node.func, ast.Attribute):
            raise RefusedError(("states", target))
        if self._statement(source).lineno >= made.statement.lineno and source not in self.new_keys:
            raise RefusedError(("states", target))
        self.changes.replace(made.node.func.value, self._reference(source))
        self.made_by[target] = source
        self.written[source, target] = made.statement
        was = made.arguments.get("condition")
        text = getattr(was.value, "value", None) if was is not None else None
        pointer = next((p for p, c in self.reading.calls.items() if c is made and "next" in p), ())
        self.field(made, (*pointer, "condition"), "condition", text, way.get("condition"))
        del self.anchors[target]

    def _statement(self, name: str) -> ast.stmt:
        if name in self.made_by:
            return self.written[self.made_by[name], name]
        made = self.reading.calls.get(("states", name))
        return made.statement if made is not None else self.reading.calls[()].statement

    def _behind(self, source: str, target: str) -> ast.stmt:
        """Behind which statement a transition goes: that of the one before it, else of the state that it leads from."""
        found = self._statement(source)
        before = _ways(self.before, source) if not source or source in self.before["states"] else []
        for way in _ways(self.wanted, source):
            to = targets(way.get("to"))[0]
            if to == target:
                break
            place = next((n for n, item in enumerate(before) if item.get("to") == to), -1)
            made = self._call_of(source, place, before) if place >= 0 else None
            if (source, to) in self.written:
                found = max(found, self.written[source, to], key=lambda node: node.lineno)
            elif made is not None and id(made.statement) not in self.changes.removed:
                found = max(found, made.statement, key=lambda node: node.lineno)
        return found

    def keys(self) -> dict[str, str]:
        """The states' keys in the new text: a state without a variable is called by the transition that makes it."""
        found = {name: key for name, key in self.reading.keys.items() if key in {INITIAL, END}}
        named = [name for name in self.reading.variables if name in self.wanted["states"]]
        found |= {name: self.reading.keys.get(name, self.reading.variables[name]) for name in named}
        found |= {name: key for name, key in self.new_keys.items() if key}
        for name in [*self.reading.states, *self.new_keys]:
            if name in found or name not in self.wanted["states"]:
                continue
            source = self.made_by.get(name)
            if source is None:
                source = next((s for s, state in self.reading.states.items() if self._makes(state, name)), "")
            listed = [targets(way.get("to"))[0] for way in _ways(self.wanted, source)]
            place = listed.index(name) if name in listed else 0
            found[name] = written.nameless(found.get(source, INITIAL), place)
        return found

    def _makes(self, source: StateObject, name: str) -> bool:
        state = self.reading.states[name]
        return any(way.target is state and way.call is state.call for way in source.ways)

    def _reference(self, name: str) -> str:
        """A state as an expression: `t1.target`."""
        if not name or self.reading.keys.get(name) == INITIAL:
            return f"{self.journey}.initial_state"
        if name in self.new_keys:
            return f"{self.new_keys[name]}.target"
        variable = self.reading.variables.get(name)
        statement = self._statement(name)
        if variable is None:
            return self._given_a_name(name, statement)
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        goal = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(goal, ast.Attribute):
            variable = ast.unparse(goal)
        elif isinstance(goal, ast.Subscript):
            raise RefusedError(("states", name))
        return variable if isinstance(value, ast.Attribute) and value.attr == "target" else f"{variable}.target"

    def _given_a_name(self, name: str, statement: ast.stmt) -> str:
        """A state that nothing referred to gets a variable."""
        if not isinstance(statement, ast.Expr):
            raise RefusedError(("states", name))
        variable = identifier(name, self.taken)
        self.taken.add(variable)
        start = self.script.lines.span(statement)[0]
        self.changes.add(start, start, f"{variable} = ")
        self.reading.variables[name] = self.new_keys[name] = variable
        return f"{variable}.target"

    def _transition(self, variable: str, source: str, arguments: dict[str, Any], anchor: ast.stmt) -> str:
        before = f"{variable} = await " if variable else "await "
        method = "transition_to" if arguments else "fork"
        step = Step(source, arguments)
        ordered = {key: step.arguments[key] for key in sorted(arguments, key=_rank)}
        level = self.changes.level(anchor)
        made = call(f"{self._reference(source)}.{method}", ordered, level, len(before))
        return (before + made).replace("\n" + INDENT * level, "\n")


def _rank(argument: str) -> int:
    order = ("chat_state", "tool_state", "state", "journey", "tool_instruction", "condition")
    return order.index(argument) if argument in order else len(order)


def _ways(journey: Journey, name: str) -> list[Transition]:
    """The transitions out of a state, one for each target; out of the start, where the name is empty."""
    if not name:
        first = targets(journey.get("start"))
        chooses = len(first) == 1 and kind_of(journey["states"].get(first[0], {})) == "fork"
        return [] if chooses else [{"to": target} for target in first]
    if name not in journey["states"]:
        return []
    found: list[Transition] = []
    for way in transitions(journey["states"][name]):
        found += [cast("Transition", {**way, "to": target}) for target in targets(way.get("to"))]
    return found


def _matched(old: list[Transition], new: list[Transition]) -> dict[int, int]:
    """Which transitions are the same: equal ones, then those that lead to the same state."""
    pairs: dict[int, int] = {}
    for equal in (
        lambda one, other: (one.get("to"), one.get("condition")) == (other.get("to"), other.get("condition")),
        lambda one, other: one.get("to") == other.get("to"),
    ):
        for here, way in enumerate(old):
            if here not in pairs:
                found = next((n for n, item in enumerate(new) if n not in pairs.values() and equal(way, item)), None)
                if found is not None:
                    pairs[here] = found
    return pairs
