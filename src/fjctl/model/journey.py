"""The journey document: one conversation as a state machine, one file.

The document *is* the model: these classes are its keys and types, in the order `fmt` writes them. They are the
one source of `schemas/journey.schema.json` and of the checks in `model/shape.py`. Durations are text with a unit
(`500ms`, `3s`, `10m`, `2h`, `1d`). Texts may hold references (`model/references.py`).
"""

from __future__ import annotations

from typing import Literal, NotRequired, Required, TypedDict

from fjctl.source import JsonValue  # noqa: TC001 - the annotations are read at run time


class Variable(TypedDict, total=False):
    """A value of the conversation. `input`: given when the journey starts."""

    type: str
    input: bool
    required: bool
    description: str
    default: JsonValue


class Request(TypedDict, total=False):
    """What an `http` tool sends. `timeout` is in milliseconds where it is a number."""

    method: str
    url: str
    query: JsonValue
    headers: JsonValue
    body: JsonValue
    timeout: JsonValue


class Tool(TypedDict, total=False):
    """A tool contract: what is called, with which arguments, and the JSON Schema of what comes back."""

    kind: Required[Literal["http", "javascript", "python", "shell", "mcp", "workflow", "assign", "external"]]
    title: str
    description: str
    service: str
    operation: str
    server: str
    tool: str
    workflow: str
    request: Request
    code: str
    assign: dict[str, JsonValue]
    arguments: dict[str, JsonValue]
    parameters: dict[str, JsonValue]
    output: dict[str, JsonValue]
    usage: str
    settings: dict[str, JsonValue]


class Agent(TypedDict, total=False):
    """How the model works in a state. `role` is that of the state's own instruction (default `system`); `input` is
    the user's part of the prompt; `messages` are further ones; `output` is a JSON Schema of the answer."""

    model: str
    role: str
    input: str
    messages: list[JsonValue]
    output: JsonValue
    temperature: JsonValue
    max_tokens: JsonValue


class Retry(TypedDict, total=False):
    """How often to try in all, and how long to wait in between."""

    tries: int
    wait: str


class Messages(TypedDict, total=False):
    """Texts for the customer at four moments of a state."""

    entry: str
    exit: str
    error: str
    help: str


class Field(TypedDict, total=False):
    """One thing a person is asked for."""

    type: str
    label: str
    description: str
    required: bool
    default: JsonValue
    options: list[JsonValue]


class Ask(TypedDict, total=False):
    """A form or a choice put to a person, without a model."""

    message: str
    show: dict[str, JsonValue]
    fields: dict[str, Field]
    notify: list[JsonValue]


Loop = TypedDict(
    "Loop",
    {"times": "int | str", "each": "JsonValue", "while": "str", "do_while": "str"},
    total=False,
)
Loop.__doc__ = "How often a body runs: a count, once for each item, while an expression holds (tested before or after)."


class Parallel(TypedDict, total=False):
    """How many times a body runs side by side: a count or once for each item; `batch` at a time."""

    count: int | str
    each: JsonValue
    batch: int


Transition = TypedDict(
    "Transition",
    {
        "to": "str | list[str]",
        "when": "str",
        "condition": "str",
        "command": "str",
        "event": "str",
        "on": "Literal['error', 'timeout']",
        "else": "Literal[True]",
        "confirm": "str | bool",
        "delay": "str",
        "priority": "int",
        "notes": "str | list[str]",
    },
    total=False,
)
Transition.__doc__ = (
    "A way to the next state. At most one reason: `when` (an expression), `condition` (a sentence for the model; "
    "beside `when` its reading), `command`, `event`, `on`, `else`. None: always taken. Without `to` the path ends here."
)

Next = str | list[str | Transition]
Mode = Literal["fluid", "canned_fluid", "composited_canned", "strict_canned"]


class State(TypedDict, total=False):
    """One state. Exactly one of the keys `chat` to `end` says its kind."""

    title: str
    description: str
    chat: str
    say: str
    ask: str | Ask
    tool: str | list[str]
    fork: str | bool
    loop: Loop
    parallel: Parallel
    journey: str
    wait: str
    end: str | bool
    instructions: str | list[str]
    messages: Messages
    tools: list[str]
    agent: Agent
    inputs: JsonValue
    sets: dict[str, JsonValue]
    result: JsonValue
    status: JsonValue
    headers: JsonValue
    commands: dict[str, str]
    confirm: str | bool
    canned: list[str]
    labels: list[str]
    mode: Mode
    enabled: bool
    retry: Retry
    timeout: str
    notes: str | list[str]
    extras: dict[str, JsonValue]
    start: str | list[str]
    states: dict[str, State]
    next: Next


class Guideline(TypedDict, total=False):
    """What to do when something holds, anywhere in the journey. Without `action` it is an observation."""

    condition: Required[str]
    action: str
    description: str
    tools: list[str]
    labels: list[str]
    priority: int


class Entry(TypedDict, total=False):
    """How the workflow side is started, where that is more than a plain start."""

    title: str
    event: str
    settings: dict[str, JsonValue]
    inputs: dict[str, Variable]
    enabled: bool
    extras: dict[str, JsonValue]
    to: str | list[str]


class Note(TypedDict, total=False):
    """A remark on the canvas."""

    title: str
    text: str
    color: str


class Origin(TypedDict, total=False):
    """How a journey hangs together with its workflow; written by fjctl. Node ids by state id; `a.next` is the block
    that chooses among the ways out of state `a`, `entries.a` and `notes.a` are the entry and the note of that name."""

    workflow: str
    format: str
    nodes: dict[str, str]


_WithSchema = TypedDict("_WithSchema", {"$schema": "str"}, total=False)


class Journey(_WithSchema, total=False):
    """The whole document. `version` is that of this format; `$schema` tells an editor where the schema is."""

    journey: Required[str]
    version: Required[Literal[1]]
    title: str
    description: str
    triggers: list[str]
    start: str | list[str]
    entries: dict[str, Entry]
    variables: dict[str, Variable]
    tools: dict[str, Tool]
    states: Required[dict[str, State]]
    guidelines: list[Guideline]
    canned: list[str]
    labels: list[str]
    mode: Mode
    priority: int
    notes: dict[str, str | Note]
    extras: dict[str, JsonValue]
    origin: NotRequired[Origin]


OPEN = frozenset({"Request", "Agent"})
"""The classes that take further keys beside those they name."""

KINDS = ("chat", "say", "ask", "tool", "fork", "loop", "parallel", "journey", "wait", "end")
"""The keys that say what a state is, in the order the document lists them."""


def kind_of(state: State) -> str:
    """The state's kind; empty when no kind key is there."""
    return next((kind for kind in KINDS if kind in state), "")


def targets(value: str | list[str] | None) -> list[str]:
    """`to` or `start` as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def transitions(state: State) -> list[Transition]:
    """A state's ways out, each written in full (`next: name` and `commands` included), in order."""
    written = state.get("next")
    found: list[Transition] = []
    if isinstance(written, str):
        found.append({"to": written})
    elif written is not None:
        found += [{"to": item} if isinstance(item, str) else item for item in written]
    found += [{"to": target, "command": command} for command, target in state.get("commands", {}).items()]
    return found


def written_next(found: list[Transition]) -> Next | None:
    """The shortest way to write transitions: a name alone, or a list of names and transitions."""
    short = [item["to"] if item.keys() == {"to"} and isinstance(item["to"], str) else item for item in found]
    if len(short) == 1 and isinstance(short[0], str):
        return short[0]
    return short or None


def walk(states: dict[str, State]) -> list[tuple[tuple[str, ...], str, State]]:
    """Every state with the path of containers above it, in document order, bodies right after their container."""
    found: list[tuple[tuple[str, ...], str, State]] = []
    stack: list[tuple[tuple[str, ...], str, State]] = [((), name, state) for name, state in reversed(states.items())]
    while stack:
        path, name, state = stack.pop()
        found.append((path, name, state))
        body = state.get("states")
        if body:
            stack += [((*path, name), inner, item) for inner, item in reversed(body.items())]
    return found
