"""What a script's expressions can be known to be without running them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable


@dataclass(slots=True, eq=False)
class Unknown:
    """Something that only a run can tell, or that nothing here needs to know; `node` is where it comes from."""

    node: ast.AST | None = None


@dataclass(slots=True, eq=False)
class Missing(Unknown):
    """A name that has no value where it is used."""

    name: str = ""


@dataclass(slots=True, eq=False)
class Known:
    """A constant: text, number, true, false, none. `node` is the literal it is written as."""

    value: Any
    node: ast.expr


@dataclass(slots=True, eq=False)
class Items:
    """A list, tuple or set."""

    items: list[Value]
    node: ast.AST


@dataclass(slots=True, eq=False)
class Table:
    """A dict whose keys are constants."""

    items: dict[Any, Value]
    node: ast.AST


@dataclass(slots=True, eq=False)
class Function:
    """A function or method of the script; `owner` is its object."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    owner: Instance | None = None
    called: bool = False


@dataclass(slots=True, eq=False)
class Class:
    """A class of the script."""

    node: ast.ClassDef
    scope: Scope


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the script, or one that stands for `self`."""

    kind: Class | None
    fields: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Sdk:
    """Something of Parlant's: the module, a class, an enumeration's member. `path` is its dotted name in the SDK."""

    path: str
    node: ast.AST | None = None


@dataclass(slots=True, eq=False)
class Imported:
    """Something of another module."""

    name: str
    module: str


@dataclass(slots=True, eq=False)
class Builtin:
    """A function that is computed here."""

    name: str
    run: Callable[..., Value]


@dataclass(slots=True, eq=False)
class Bound:
    """A method of an SDK object, not called yet."""

    owner: Any
    method: str


@dataclass(slots=True, eq=False)
class ToolRef:
    """A tool: a function of the script, or one that is known by name only."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    service: str = ""
    module: str = ""


Value: TypeAlias = "Any"


@dataclass(slots=True, eq=False)
class Scope:
    """Names and what they are; `outer` is asked next."""

    names: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None

    def find(self, name: str) -> Value | None:
        """The value of a name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


@dataclass(slots=True, eq=False)
class Argument:
    """An argument of a call: its value and the expression that stands in the call (None behind `**`)."""

    value: Value
    node: ast.expr | None = None


@dataclass(slots=True, eq=False)
class Call:
    """A call of the SDK: its arguments by name and the statement in which it stands."""

    node: ast.Call
    statement: ast.stmt
    arguments: dict[str, Argument] = field(default_factory=dict)

    def value(self, *names: str) -> Value | None:
        """The first argument of these names."""
        for name in names:
            if name in self.arguments:
                return self.arguments[name].value
        return None


@dataclass(slots=True, eq=False)
class AgentObject:
    """An agent, or the server where nothing belongs to an agent; `calls` made what belongs to it, by method."""

    call: Call | None = None
    calls: list[tuple[str, Call, Any]] = field(default_factory=list)
    is_server: bool = False


@dataclass(slots=True, eq=False)
class Guide:
    """A guideline or an observation."""

    call: Call


@dataclass(slots=True, eq=False)
class Canned:
    """A canned response; `used` once a state has it."""

    call: Call
    used: bool = False


@dataclass(slots=True, eq=False)
class StateObject:
    """A state. `kind`: initial, chat, tool, fork, journey, end. `variable` is the one that it, or the transition to it,
    was assigned to first."""

    journey: JourneyObject
    kind: str
    call: Call | None = None
    variable: str = ""
    link: JourneyObject | None = None
    tools: list[ToolRef] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Way:
    """A transition."""

    source: StateObject
    target: StateObject
    call: Call


@dataclass(slots=True, eq=False)
class JourneyObject:
    """A journey with its states in the order in which they are made; `calls` made what else belongs to it."""

    call: Call
    agent: AgentObject | None = None
    initial: StateObject = field(init=False)
    end: StateObject = field(init=False)
    states: list[StateObject] = field(default_factory=list)
    calls: list[tuple[str, Call, Any]] = field(default_factory=list)
    variable: str = ""

    def __post_init__(self) -> None:
        self.initial = StateObject(self, "initial")
        self.end = StateObject(self, "end")
