"""What the calls of Parlant's SDK build, as a script makes them.

Source: `parlant.sdk` of 3.3.2: keyword arguments of `transition_to`, what `fork`, `create_journey` and the like take
and give back. Where the SDK would raise, there is an error; where only a run can tell, a warning, and the rest is read.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.diagnostics import Severity
from fjctl.formats.parlant.interpreter import Interpreter
from fjctl.formats.parlant.values import (
    AgentObject,
    Argument,
    Bound,
    Call,
    Canned,
    Function,
    Guide,
    Imported,
    Items,
    JourneyObject,
    Known,
    Missing,
    Scope,
    Sdk,
    StateObject,
    ToolRef,
    Unknown,
    Value,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_POSITIONAL: dict[str, tuple[str, ...]] = {
    "create_journey": ("title", "description", "conditions"),
    "create_agent": ("name", "description"),
    "create_guideline": ("condition", "action"),
    "create_observation": ("condition",),
    "create_canned_response": ("template",),
    "create_term": ("name", "description", "synonyms"),
    "create_variable": ("name", "description"),
    "attach_tool": ("tool", "condition"),
}
_TARGETS = ("chat_state", "tool_state", "state", "journey")
_RECORDED = frozenset({"create_term", "create_variable"})
_BUILDS = ("create_journey", "transition_to")


class Found(NamedTuple):
    """A finding at a node, without its place as people count it."""

    code: str
    message: str
    node: ast.AST
    hint: str
    severity: Severity


class Builder:
    """What a module builds. The host of the interpreter that follows it."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        self.source = source
        self.journeys: list[JourneyObject] = []
        self.found: dict[tuple[str, int, int], Found] = {}
        self.interpreter = Interpreter(self)
        self.scope = self.interpreter.globals
        self.scope.names["__name__"] = Known("__main__", ast.Constant("__main__"))
        self.interpreter.block(tree.body, self.scope)
        self._roots()

    def _roots(self) -> None:
        """Follows the functions that nobody calls here: a module of builders that another one imports."""
        for function in list(self.interpreter.functions):
            node = function.node
            if not function.called and not isinstance(node, ast.Lambda) and builds(node):
                given = [Argument(_expected(item, self.scope)) for item in node.args.args[function.owner is not None :]]
                self.interpreter.enter(function, given, {}, node)

    def say(self, code: str, message: str, node: ast.AST, hint: str, severity: Severity = Severity.WARNING) -> None:
        """Notes a finding, once for a place."""
        key = (code, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        self.found.setdefault(key, Found(code, message, node, hint, severity))

    def error(self, code: str, message: str, node: ast.AST, hint: str) -> None:
        """Notes a finding that the script could not run with."""
        self.say(code, message, node, hint, Severity.ERROR)

    def code(self, node: ast.AST) -> str:
        """A node's source on one line, not too long."""
        try:
            text = " ".join(ast.unparse(node).split())
        except (AttributeError, RecursionError, ValueError):
            text = "…"
        return text if len(text) <= 40 else text[:37] + "…"

    # The interpreter's questions

    def attribute(self, owner: Value, name: str, node: ast.Attribute) -> Value:
        """A field of one of the SDK's objects."""
        if isinstance(owner, Sdk):
            return Sdk(f"{owner.path}.{name}" if owner.path else name, node)
        if isinstance(owner, JourneyObject):
            return owner.initial if name == "initial_state" else Bound(owner, name)
        if isinstance(owner, Way):
            if name in {"target", "source"}:
                return owner.target if name == "target" else owner.source
            if name in {"transition_to", "fork"}:
                hint = f"write {self.code(node.value)}.target.{name}(…); it is read as if that stood there"
                self.say("FJ327", f"a transition has no {name!r}", node, hint)
                return Bound(owner.target, name)
            return Unknown(node)
        if isinstance(owner, (StateObject, AgentObject)):
            return Bound(owner, name)
        if isinstance(owner, Missing):
            return Missing(owner.node, owner.name)
        return Unknown(node)

    def call(self, target: Value, positional: list[Argument], named: dict[str, Argument], node: ast.Call) -> Value:
        """A call of something of the SDK."""
        if isinstance(target, Sdk):
            return _constructed(target, positional, named, node)
        if isinstance(target, Bound):
            names = _POSITIONAL.get(target.method, ())
            arguments = {**dict(zip(names, positional, strict=False)), **named}
            made = Call(node, self.interpreter.statement or ast.Expr(node), arguments)
            return self._method(target, made, positional)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "create_journey":  # of an agent that cannot be seen here
            arguments = {**dict(zip(_POSITIONAL[name], positional, strict=False)), **named}
            statement = self.interpreter.statement or ast.Expr(node)
            return self._method(Bound(AgentObject(), name), Call(node, statement, arguments), positional)
        if name in {"transition_to", "fork"}:
            self._no_source(target, node)
        return Unknown(node)

    def _no_source(self, target: Value, node: ast.Call) -> None:
        owner = node.func.value if isinstance(node.func, ast.Attribute) else node
        if isinstance(target, Missing):
            message = f"{target.name!r} is used before it exists"
            self.error("FJ323", message, owner, "make the state before the transition out of it")
        else:
            hint = "the transition is left as it is; build the state in this file to have it read"
            self.say("FJ321", f"which state {self.code(owner)} is, only a run can tell", owner, hint)

    def assigned(self, name: str, value: Value) -> None:
        """A value got a name: the first one names the state."""
        state = value.target if isinstance(value, Way) else value
        if isinstance(state, (StateObject, JourneyObject)) and not state.variable:
            state.variable = name

    def unseen(self, node: ast.stmt, iterated: ast.expr) -> None:
        """A loop goes over what is not known; said if it builds something."""
        if builds(node):
            what = f"the loop goes over {self.code(iterated)}, which cannot be seen in the script"
            hint = "go over a list written in this file, or write the calls out; the rest is read"
            self.say("FJ322", what, node, hint)

    def either(self, node: ast.stmt, test: ast.expr) -> None:
        """A branch depends on what is not known; said if it builds something."""
        if builds(node):
            what = f"what is built here depends on {self.code(test)}, which only a run can tell"
            self.say("FJ328", what, test, "both ways are read, as if they were always gone")

    # The SDK's methods

    def _method(self, bound: Bound, call: Call, positional: list[Argument]) -> Value:
        owner, name = bound.owner, bound.method
        if isinstance(owner, StateObject):
            return self._on_state(owner, name, call)
        if name == "create_agent":
            return AgentObject(call)
        if name == "create_journey" and isinstance(owner, AgentObject):
            self.journeys.append(JourneyObject(call, owner))
            return self.journeys[-1]
        if name == "attach_journey" and positional and isinstance(positional[0].value, JourneyObject):
            positional[0].value.agent = owner
        made: Any = Unknown(call.node)
        if name in {"create_guideline", "create_observation", "attach_tool"}:
            made = Guide(call)
        elif name == "create_canned_response":
            made = Canned(call)
        elif name not in _RECORDED:
            return made
        owner.calls.append((name, call, made))
        return made

    def _on_state(self, state: StateObject, name: str, call: Call) -> Value:
        if name == "fork":
            return self._way(state, self._state(state, "fork", call), call)
        if name != "transition_to":
            return Unknown(call.node)
        given = [key for key in _TARGETS if key in call.arguments and not _is_none(call.arguments[key].value)]
        if len(given) != 1:
            what = (
                f"the transition has {len(given)} targets: {', '.join(given)}"
                if given
                else "the transition has no target"
            )
            self.error("FJ325", what, call.node, f"give it exactly one of {', '.join(_TARGETS)}")
            return Unknown(call.node)
        argument = call.arguments[given[0]]
        target: StateObject | None
        if given[0] == "chat_state":
            empty = isinstance(argument.value, Known) and argument.value.value == ""
            target = state.journey.end if empty else self._state(state, "chat", call)
        elif given[0] == "tool_state":
            target = self._tool_state(state, argument, call)
        elif given[0] == "state":
            target = self._existing(state, argument, call)
        else:
            target = self._linked(state, argument, call)
        return self._way(state, target, call) if target is not None else Unknown(call.node)

    @staticmethod
    def _state(source: StateObject, kind: str, call: Call) -> StateObject:
        made = StateObject(source.journey, kind, call)
        source.journey.states.append(made)
        return made

    @staticmethod
    def _way(source: StateObject, target: StateObject, call: Call) -> Way:
        made = Way(source, target, call)
        source.ways.append(made)
        return made

    def _tool_state(self, source: StateObject, argument: Argument, call: Call) -> StateObject | None:
        listed = argument.value.items if isinstance(argument.value, Items) else [argument.value]
        if not listed:
            self.error("FJ325", "the list of tools is empty", argument.node or call.node, "name at least one tool")
            return None
        place = argument.node or call.node
        tools = [self.tool(item, place) for item in listed]
        state = self._state(source, "tool", call)
        state.tools = [item for item in tools if item is not None]
        return state

    def tool(self, value: Value, node: ast.AST) -> ToolRef | None:
        """The tool that a value is; None, and an error, where it is none."""
        if isinstance(value, ToolRef):
            return value
        if isinstance(value, Imported):
            return ToolRef(value.name, module=value.module)
        if isinstance(value, Function):
            name = getattr(value.node, "name", "the function")
            self.error("FJ324", f"{name!r} is a function, but no tool", node, "put @p.tool above its definition")
            return None
        if isinstance(value, Missing):
            hint = "define it with @p.tool above, or import it"
            self.error("FJ324", f"there is no tool {value.name!r} here", node, hint)
            return None
        if isinstance(value, Unknown):
            hint = "the state is read with a tool of that name; define the tool in this file to have it read"
            self.say("FJ321", f"which tool {self.code(node)} is, only a run can tell", node, hint)
            return ToolRef(self.code(node).rpartition(".")[2])
        self.error("FJ324", f"{self.code(node)} is no tool", node, "a tool is a function with @p.tool above it")
        return None

    def _existing(self, source: StateObject, argument: Argument, call: Call) -> StateObject | None:
        value, node = argument.value, argument.node or call.node
        if isinstance(value, Sdk) and value.path.endswith("END_JOURNEY"):
            return source.journey.end
        if isinstance(value, Way):
            hint = f"write {self.code(node)}.target; it is read as if that stood there"
            self.say("FJ327", "a transition stands where a state must", node, hint)
            value = value.target
        if isinstance(value, StateObject):
            if value.journey is not source.journey:
                hint = "a server with such a journey does not start; link the journeys with journey=…"
                self.error("FJ323", "the state belongs to another journey", node, hint)
                return None
            return value
        if isinstance(value, Missing):
            message = f"{value.name!r} is used before it exists"
            self.error("FJ323", message, node, "make the state above, then lead there")
        elif isinstance(value, Unknown):
            hint = "the transition is left as it is; build the state in this file to have it read"
            self.say("FJ321", f"which state {self.code(node)} is, only a run can tell", node, hint)
        else:
            self.error(
                "FJ323", f"{self.code(node)} is no state", node, "name the target of a transition, or p.END_JOURNEY"
            )
        return None

    def _linked(self, source: StateObject, argument: Argument, call: Call) -> StateObject | None:
        value, node = argument.value, argument.node or call.node
        if isinstance(value, JourneyObject):
            state = self._state(source, "journey", call)
            state.link = value
            return state
        if isinstance(value, (Unknown, Imported)) and not isinstance(value, Missing):
            state = self._state(source, "journey", call)
            hint = "build that journey in this file to have it read"
            self.say("FJ321", f"which journey {self.code(node)} is, only a run can tell", node, hint)
            return state
        self.error("FJ323", f"{self.code(node)} is no journey", node, "make the journey above, then link it")
        return None


def builds(node: ast.AST) -> bool:
    """Whether there are calls in a node that build journeys."""
    return any(isinstance(item, ast.Attribute) and item.attr in _BUILDS for item in ast.walk(node))


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _expected(parameter: ast.arg, scope: Scope) -> Value:
    """What a function that nobody calls will be given, by its parameter's annotation or name."""
    del scope
    annotated = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
    kind = annotated.strip("'\"").rpartition(".")[2] or parameter.arg.capitalize()
    if kind in {"Server", "Agent"}:
        return AgentObject(is_server=kind == "Server")
    return Unknown(parameter)


def _constructed(target: Sdk, positional: list[Argument], named: dict[str, Argument], node: ast.Call) -> Value:
    name = target.path.rpartition(".")[2]
    make: dict[str, Callable[[], Value]] = {
        "Server": lambda: AgentObject(is_server=True),
        "tool": lambda: _tool(positional, node) if positional else target,
        "ToolId": lambda: _tool_id(positional, named, node),
    }
    if name in make:
        return make[name]()
    if name.endswith("Id") and len(positional) == 1:
        return positional[0].value
    return Unknown(node)


def _tool(positional: list[Argument], node: ast.Call) -> Value:
    """`p.tool(function)`."""
    value = positional[0].value
    if isinstance(value, Function) and not isinstance(value.node, ast.Lambda):
        return ToolRef(value.node.name, value.node)
    return value if isinstance(value, ToolRef) else Unknown(node)


def _tool_id(positional: list[Argument], named: dict[str, Argument], node: ast.Call) -> Value:
    given = [item.value for item in positional]
    service, tool = (
        given[place] if place < len(given) else named[key].value if key in named else None
        for place, key in enumerate(("service_name", "tool_name"))
    )
    if isinstance(service, Known) and isinstance(tool, Known):
        return ToolRef(str(tool.value), service=str(service.value))
    return Unknown(node)
