"""The journey document of a journey that a script builds, and where in the script each part of it stands."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.formats.parlant import signature
from fjctl.formats.parlant.names import state_name
from fjctl.formats.parlant.values import Canned, Imported, Items, Known, Sdk, Table, Unknown, Value
from fjctl.formats.parlant.written import END, INITIAL, MODULE, TOOL_ID, nameless
from fjctl.model.names import slug, unique
from fjctl.model.order import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.parlant.sdk import Builder
    from fjctl.formats.parlant.values import Argument, Call, JourneyObject, StateObject, ToolRef, Way
    from fjctl.model.journey import Journey
    from fjctl.source import Pointer

_MODES = {"FLUID": "canned_fluid", "COMPOSITED": "composited_canned", "STRICT": "strict_canned"}
_AGENT_FIELDS = ("name", "description", "id", "max_engine_iterations", "composition_mode", "tags")

_LINE_END = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """Where a value stands: the literal, and the argument of the call through which it came (the same, mostly)."""

    node: ast.AST
    argument: ast.AST


@dataclass(slots=True)
class Reading:
    """A journey as read. `keys`: state → its key in the script; `places` and `calls`: by pointers of the journey;
    `functions`: the tools' functions."""

    journey: Journey
    keys: dict[str, str] = field(default_factory=dict)
    places: dict[Pointer, Place] = field(default_factory=dict)
    calls: dict[Pointer, Call] = field(default_factory=dict)
    states: dict[str, StateObject] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def journey_name(builder: Builder, found: JourneyObject) -> str:
    """A journey's name: its id, else its title as a slug."""
    del builder
    for key in ("id", "title"):
        value = found.call.value(key)
        if isinstance(value, Known) and isinstance(value.value, str) and value.value.strip():
            return value.value if key == "id" else slug(value.value, "journey").replace("_", "-")
    return "journey"


def read_journey(
    builder: Builder, found: JourneyObject, nodes: Mapping[str, str], lines: Lines, names: Mapping[int, str]
) -> Reading:
    """The document of one journey. `nodes`: names of states by their keys in the script; `names`: the names of all the
    script's journeys by identity."""
    return _Reader(builder, found, nodes, lines, names).read()


class Lines:
    """A text's lines: offsets of characters for the byte columns that the parser counts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        self.starts += [match.end() for match in _LINE_END.finditer(text)]
        self.is_ascii = text.isascii()

    def offset(self, line: int, column: int) -> int:
        """The offset of a place: line from 1, column from 0 in bytes of UTF-8."""
        start = self.starts[min(line, len(self.starts)) - 1]
        if self.is_ascii:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return start + len(self.text[start:end].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends."""
        found = cast("ast.expr", node)
        start = self.offset(found.lineno, found.col_offset)
        return start, self.offset(found.end_lineno or found.lineno, found.end_col_offset or 0)


class _Reader:
    def __init__(
        self, builder: Builder, found: JourneyObject, nodes: Mapping[str, str], lines: Lines, names: Mapping[int, str]
    ) -> None:
        self.builder = builder
        self.found = found
        self.nodes = nodes
        self.lines = lines
        self.all_names = names
        self.names: dict[int, str] = {}
        self.tools: dict[str, ToolRef] = {}
        self.result = Reading(cast("Journey", {}))

    def read(self) -> Reading:
        self._name_states()
        found, call = self.found, self.found.call
        journey: dict[str, Any] = {"journey": self.all_names[id(found)], "version": 1}
        for key in ("title", "description"):
            self.put(journey, key, call, key, (key,))
        triggers = call.arguments.get("triggers") or call.arguments.get("conditions")
        if triggers is not None:
            journey["triggers"] = self.texts(triggers, ("triggers",))
        states: dict[str, Any] = {}
        journey |= self._start(states)
        for state in found.states:
            states[self.names[id(state)]] = self._state(state)
        if any(way.target is found.end for item in (found.initial, *found.states) for way in item.ways):
            states[self.names[id(found.end)]] = {"end": True}
            self.result.keys[self.names[id(found.end)]] = END
        journey["states"] = states
        self._talk(journey)
        self._common(journey, call, ())
        agent = self._agent()
        if agent:
            journey["extras"] = {"agent": agent}
        journey["tools"] = {name: self._tool(name, tool) for name, tool in self.tools.items()}
        self.result.calls[()] = call
        filled = {key: item for key, item in journey.items() if item or key in {"states", "version"}}
        self.result.journey = in_order(cast("Journey", filled))
        return self.result

    # Names

    def _name_states(self) -> None:
        taken: set[str] = set()
        keys: dict[int, str] = {id(self.found.initial): INITIAL}
        made_by = {
            id(way.target): (id(state), place)
            for state in (self.found.initial, *self.found.states)
            for place, way in enumerate(state.ways)
            if way.call is way.target.call
        }
        for state in self.found.states:
            source, place = made_by.get(id(state), (0, 0))
            key = state.variable or nameless(keys.get(source, "state"), place)
            keys[id(state)] = unique(key, set(keys.values()))
        hinted = {name for key, name in self.nodes.items() if key in keys.values() or key == END}
        for state in self.found.states:
            words, key = self._words(state), keys[id(state)]
            given = self.nodes.get(key, "")
            own = _text(state.call.value("id")) if state.call is not None else ""
            name = given if given and given not in taken else ""
            if not name and own and own not in taken and _is_name(own):
                name = own
            name = name or state_name(state.variable, words, taken | hinted, state.kind)
            taken.add(name)
            self.names[id(state)] = name
            self.result.keys[name] = key
            self.result.states[name] = state
            if state.variable:
                self.result.variables[name] = state.variable
        for state, key, usual in ((self.found.end, END, "done"), (self.found.initial, INITIAL, "begin")):
            name = self.nodes.get(key) or unique(usual, taken)
            taken.add(name)
            self.names[id(state)] = name
            self.result.states[name] = state

    def _words(self, state: StateObject) -> str:
        if state.kind == "tool":
            return " ".join(tool.name for tool in state.tools)
        if state.kind == "journey":
            return self.all_names.get(id(state.link), "")
        return _text(state.call.value("chat_state")) if state.call is not None and state.kind == "chat" else ""

    # Values

    def say(self, node: ast.AST) -> None:
        """Notes that a value is known at run time only."""
        hint = "write it as a text in this file to have it read; the call is left as it is"
        self.builder.say("FJ321", f"what {self.builder.code(node)} is, only a run can tell", node, hint)

    def plain(self, value: Value, node: ast.AST, pointer: Pointer) -> Any:
        """A value as JSON; what is unknown as its source between back quotes. Notes where it stands."""
        if isinstance(value, Known):
            self.result.places[pointer] = Place(value.node if hasattr(value.node, "lineno") else node, node)
            return value.value
        self.result.places[pointer] = Place(node, node)
        if isinstance(value, Items):
            return [self.plain(item, _node_of(item, node), (*pointer, n)) for n, item in enumerate(value.items)]
        if isinstance(value, Table):
            return {
                str(key): self.plain(item, _node_of(item, node), (*pointer, str(key)))
                for key, item in value.items.items()
            }
        if isinstance(value, Sdk):
            return value.path.rpartition(".")[2]
        if isinstance(value, Canned):
            return self.plain(value.call.value("template"), _argument(value.call, "template", node), pointer)
        if isinstance(value, Unknown | Imported):
            self.say(node)
        return f"`{self.builder.code(node)}`"

    def put(self, into: dict[str, Any], key: str, call: Call, name: str, pointer: Pointer) -> None:
        """An argument of a call as a field; nothing where it is not given, or none, or says nothing."""
        argument = call.arguments.get(name)
        if argument is None or (isinstance(argument.value, Known) and argument.value.value in {None, ""}):
            return
        value = self.plain(argument.value, argument.node or call.node, pointer)
        if value not in ([], {}):
            into[key] = value

    def texts(self, argument: Argument, pointer: Pointer) -> list[str]:
        """A list of texts, of guidelines that stand for their conditions, of canned responses for their templates."""
        node = argument.node or self.found.call.node
        if not isinstance(argument.value, Items):
            if isinstance(argument.value, Known) and argument.value.value is None:
                return []
            self.say(node)
            return []
        self.result.places[pointer] = Place(argument.value.node, node)
        found = []
        for place, item in enumerate(argument.value.items):
            call = getattr(item, "call", None)
            at = (*pointer, place)
            if call is not None:
                key = "template" if isinstance(item, Canned) else "condition"
                if isinstance(item, Canned):
                    item.used = True
                inner = self.plain(call.value(key), _argument(call, key, call.node), at)
            else:
                inner = self.plain(item, _node_of(item, node), at)
            found.append(inner if isinstance(inner, str) else str(inner))
        return found

    # States

    def _start(self, states: dict[str, Any]) -> dict[str, Any]:
        ways = self.found.initial.ways
        if not ways:
            return {}
        if any(self._condition(way) is not None for way in ways):
            name = self.names[id(self.found.initial)]
            states[name] = {"fork": True, "next": self._ways(self.found.initial, ("states", name, "next"))}
            self.result.keys[name] = INITIAL
            return {"start": name}
        listed = list(dict.fromkeys(self._to(way) for way in ways))
        for place, way in enumerate(ways):
            self.result.calls[("start", place)] = way.call
        return {"start": listed[0] if len(listed) == 1 else listed}

    def _state(self, state: StateObject) -> dict[str, Any]:
        name = self.names[id(state)]
        pointer: Pointer = ("states", name)
        call = cast("Call", state.call)
        self.result.calls[pointer] = call
        found: dict[str, Any] = {}
        if state.kind == "chat":
            argument = call.arguments["chat_state"]
            found["chat"] = str(self.plain(argument.value, argument.node or call.node, (*pointer, "chat")))
        elif state.kind == "tool":
            named = [self._used(tool) for tool in state.tools]
            found["tool"] = named[0] if len(named) == 1 else named
            given = call.arguments["tool_state"]
            self.result.places[(*pointer, "tool")] = Place(given.node or call.node, given.node or call.node)
            self.put(found, "instructions", call, "tool_instruction", (*pointer, "instructions"))
        elif state.kind == "journey":
            found["journey"] = self.all_names.get(id(state.link), slug(self._source_of(call, "journey"), "journey"))
        else:
            found["fork"] = True
        self.put(found, "description", call, "description", (*pointer, "description"))
        if "canned_responses" in call.arguments:
            found["canned"] = self.texts(call.arguments["canned_responses"], (*pointer, "canned"))
        self._common(found, call, pointer)
        extras: dict[str, Any] = {}
        for key in ("id", "metadata"):
            self.put(extras, key, call, key, (*pointer, "extras", key))
        if extras:
            found["extras"] = extras
        ways = self._ways(state, (*pointer, "next"))
        if ways:
            found["next"] = ways
        return {key: item for key, item in found.items() if item != []}

    def _source_of(self, call: Call, name: str) -> str:
        argument = call.arguments[name]
        return self.builder.code(argument.node) if argument.node is not None else name

    def _common(self, found: dict[str, Any], call: Call, pointer: Pointer) -> None:
        """The fields that journeys and states share."""
        self.put(found, "labels", call, "labels", (*pointer, "labels"))
        mode = call.value("composition_mode")
        if isinstance(mode, Sdk) and mode.path.rpartition(".")[2] in _MODES:
            argument = call.arguments["composition_mode"]
            found["mode"] = _MODES[mode.path.rpartition(".")[2]]
            self.result.places[(*pointer, "mode")] = Place(argument.node or call.node, argument.node or call.node)
        if not pointer:
            self.put(found, "priority", call, "priority", ("priority",))

    def _condition(self, way: Way) -> Argument | None:
        argument = way.call.arguments.get("condition")
        if argument is None or (isinstance(argument.value, Known) and argument.value.value in {None, ""}):
            return None
        return argument

    def _to(self, way: Way) -> str:
        """Where a transition leads. To the initial state is out of the journey (measured on 3.3.2)."""
        target = way.target if way.target is not self.found.initial else self.found.end
        return self.names[id(target)]

    def _ways(self, state: StateObject, pointer: Pointer) -> Any:
        found: list[Any] = []
        alone = len(state.ways) == 1 and self._condition(state.ways[0]) is None
        for place, way in enumerate(state.ways):
            at = pointer if alone else (*pointer, place)
            self.result.calls[at] = way.call
            item: dict[str, Any] = {"to": self._to(way)}
            condition = self._condition(way)
            if condition is not None:
                where = condition.node or way.call.node
                item["condition"] = str(self.plain(condition.value, where, (*at, "condition")))
            found.append(item)
        return found[0]["to"] if alone else found

    # Tools, and what is said beside the states

    def _used(self, tool: ToolRef) -> str:
        self.tools.setdefault(tool.name, tool)
        return tool.name

    def _tool(self, name: str, tool: ToolRef) -> dict[str, Any]:
        if tool.node is None:
            if tool.module:
                return {"kind": "external", "settings": {MODULE: tool.module}}
            known = {"service": tool.service, "settings": {TOOL_ID: tool.name}} if tool.service else {}
            return {"kind": "external", **known}
        self.result.functions[name] = tool.node
        found: dict[str, Any] = {"kind": "python"}
        described = signature.described(tool.node)
        if described:
            found["description"] = described
        span = signature.body_span(tool.node, self.lines.starts, self.lines.text)
        code = self.lines.text[span[0] : span[1]] if span is not None else ""
        found["code"] = signature.dedented(code)
        shape = signature.parameters(tool.node, self.builder.scope)
        if shape:
            found["parameters"] = shape
        return found

    def guideline(self, call: Call, pointer: Pointer, *, own: bool) -> dict[str, Any]:
        """A guideline or an observation; `own`: its tools are among the journey's."""
        self.result.calls[pointer] = call
        found: dict[str, Any] = {}
        for key in ("condition", "action", "description", "labels", "priority"):
            self.put(found, key, call, key, (*pointer, key))
        found.setdefault("condition", "Always")
        given = call.arguments.get("tools") or call.arguments.get("tool")
        if given is not None:
            items = given.value.items if isinstance(given.value, Items) else [given.value]
            tools = [self.builder.tool(item, given.node or call.node) for item in items]
            found["tools"] = [self._used(tool) if own else tool.name for tool in tools if tool is not None]
            self.result.places[(*pointer, "tools")] = Place(given.node or call.node, given.node or call.node)
        return found

    def _talk(self, journey: dict[str, Any]) -> None:
        guides: list[dict[str, Any]] = []
        canned: list[str] = []
        for _, call, made in self.found.calls:
            if isinstance(made, Canned):
                if not made.used:
                    pointer: Pointer = ("canned", len(canned))
                    canned.append(str(self.plain(made, call.node, pointer)))
                    self.result.calls[pointer] = call
            elif made is not None and not isinstance(made, Unknown):
                guides.append(self.guideline(call, ("guidelines", len(guides)), own=True))
        journey |= {"guidelines": guides, "canned": canned}

    def _agent(self) -> dict[str, Any]:
        """What the journey's agent is and has beside its journeys."""
        agent = self.found.agent
        if agent is None:
            return {}
        base: Pointer = ("extras", "agent")
        found: dict[str, Any] = {}
        if agent.call is not None:
            self.result.calls[base] = agent.call
            for key in _AGENT_FIELDS:
                self.put(found, key, agent.call, key, (*base, key))
        lists: dict[str, list[Any]] = {"guidelines": [], "canned": [], "terms": [], "variables": []}
        for method, call, made in agent.calls:
            kind = {"create_term": "terms", "create_variable": "variables"}.get(method)
            kind = kind or ("canned" if isinstance(made, Canned) else "guidelines")
            pointer: Pointer = (*base, kind, len(lists[kind]))
            if kind == "guidelines":
                lists[kind].append(self.guideline(call, pointer, own=False))
            elif isinstance(made, Canned):
                if not made.used:
                    self.result.calls[pointer] = call
                    lists[kind].append(self.plain(made, call.node, pointer))
            else:
                self.result.calls[pointer] = call
                item: dict[str, Any] = {}
                for key in ("name", "description", "synonyms"):
                    self.put(item, key, call, key, (*pointer, key))
                lists[kind].append(item)
        return found | {key: items for key, items in lists.items() if items}


def _text(value: Value) -> str:
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else ""


def _is_name(text: str) -> bool:
    """Whether an id may name a state in a journey document."""
    from fjctl.model.names import RESERVED

    return bool(text) and text not in RESERVED and not any(char in ".:<>{}" or char.isspace() for char in text)


def _node_of(value: Value, fallback: ast.AST) -> ast.AST:
    node = getattr(value, "node", None)
    return node if isinstance(node, ast.AST) and hasattr(node, "lineno") else fallback


def _argument(call: Call, name: str, fallback: ast.AST) -> ast.AST:
    argument = call.arguments.get(name)
    return argument.node if argument is not None and argument.node is not None else fallback


def with_tools(journey: Journey, functions: Mapping[str, str]) -> Journey:
    """The journey with its tools under their own names, where a function has another one (`functions`: by tool)."""
    names = {function: name for name, function in functions.items() if function != name}
    if not names:
        return journey
    tools = {names.get(key, key): tool for key, tool in journey.get("tools", {}).items()}
    states = {}
    for key, state in journey["states"].items():
        used = state.get("tool")
        if isinstance(used, str):
            state = {**state, "tool": names.get(used, used)}  # noqa: PLW2901 - a copy in its place
        elif used is not None:
            state = {**state, "tool": [names.get(item, item) for item in used]}  # noqa: PLW2901
        states[key] = state
    guides = [
        {**item, "tools": [names.get(n, n) for n in item["tools"]]} if "tools" in item else item
        for item in journey.get("guidelines", [])
    ]
    return cast("Journey", {**journey, "tools": tools, "states": states, **({"guidelines": guides} if guides else {})})
