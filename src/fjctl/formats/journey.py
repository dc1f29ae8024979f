"""The journey document as a file: YAML for people, JSON for programs. The model is `model/journey.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.diagnostics import Diagnostic, Severity, has_errors
from fjctl.model.journey import KINDS, OPEN, Journey, State, targets, transitions, walk
from fjctl.model.names import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.model.shape import Shape
    from fjctl.source import JsonValue, Pointer

SCHEMA = "schemas/journey.schema.json"
CODES: dict[str, tuple[str, str]] = {
    "FJ141": ("state-kind", "a state says no kind, or more than one"),
    "FJ142": ("unknown-state", "a transition or `start` leads to a state that does not exist"),
    "FJ143": ("duplicate-state", "two states have the same name"),
    "FJ144": ("unknown-tool", "a tool that is not under `tools`"),
    "FJ145": ("several-reasons", "a transition has more than one reason"),
    "FJ146": ("bad-name", "a name that cannot be used for a state"),
    "FJ147": ("not-a-journey", "the document is no journey"),
}
_WARNINGS = frozenset({"FJ144"})
"""A tool may be somebody else's: written down later, or known to the engine by its name."""
_REASONS = ("when", "command", "event", "on", "else")
_shape: list[Shape] = []


def decode(value: JsonValue) -> tuple[Journey | None, list[Diagnostic]]:
    """Checks a parsed document. The journey is the document itself; None when there are errors."""
    if not isinstance(value, dict):
        return None, [
            _finding("FJ147", "the document is no map", (), "a journey begins with `journey: name` and `version: 1`")
        ]
    if not _shape:
        from fjctl.model.shape import Shape

        _shape.append(Shape(Journey, OPEN))
    found = _shape[0].check(value)
    if not found:
        found = list(_links(cast("Journey", value)))
    return (None if has_errors(found) else cast("Journey", value)), found


def _finding(code: str, message: str, pointer: Pointer, hint: str) -> Diagnostic:
    severity = Severity.WARNING if code in _WARNINGS else Severity.ERROR
    return Diagnostic(code, CODES[code][0], message, severity, hint, pointer)


def _links(journey: Journey) -> Iterator[Diagnostic]:
    listed = walk(journey["states"])
    names: dict[str, Pointer] = {}
    for path, name, state in listed:
        pointer = _pointer(path, name)
        if name in names:
            yield _finding(
                "FJ143", f"a second state is called {name!r}", pointer, "names count across bodies; rename one"
            )
        names.setdefault(name, pointer)
        yield from _name(name, pointer)
        yield from _kind(state, pointer)
    yield from _targets(targets(journey.get("start")), names, ("start",))
    for entry, shape in journey.get("entries", {}).items():
        yield from _targets(targets(shape.get("to")), names, ("entries", entry, "to"))
    tools = journey.get("tools", {})
    for path, name, state in listed:
        yield from _ways(state, names, _pointer(path, name))
        used = state.get("tool", [])
        for tool in [*targets(used), *state.get("tools", [])]:
            if tool not in tools:
                hint = _near(tool, tools) or f"add it under tools: {tool}: {{kind: external}}"
                yield _finding(
                    "FJ144",
                    f"there is no tool {tool!r}",
                    (*_pointer(path, name), "tool" if tool in targets(used) else "tools"),
                    hint,
                )


def _pointer(path: tuple[str, ...], name: str) -> Pointer:
    pointer: Pointer = ("states",)
    for container in path:
        pointer = (*pointer, container, "states")
    return (*pointer, name)


def _name(name: str, pointer: Pointer) -> Iterator[Diagnostic]:
    if name in RESERVED:
        yield _finding(
            "FJ146", f"{name!r} cannot name a state: it means something in references", pointer, f"call it {name}_state"
        )
    elif (
        not name
        or any(char in name for char in ".:<>{}")
        or name != name.strip()
        or any(char.isspace() for char in name)
    ):
        yield _finding("FJ146", f"{name!r} cannot name a state", pointer, "use letters, digits, - and _")


def _kind(state: State, pointer: Pointer) -> Iterator[Diagnostic]:
    kinds = [kind for kind in KINDS if kind in state]
    if len(kinds) != 1:
        what = "says no kind" if not kinds else f"says {len(kinds)} kinds: {', '.join(kinds)}"
        yield _finding("FJ141", f"the state {what}", pointer, f"give it one of {', '.join(KINDS)}")


def _ways(state: State, names: dict[str, Pointer], pointer: Pointer) -> Iterator[Diagnostic]:
    yield from _targets(targets(state.get("start")), names, (*pointer, "start"))
    commands = state.get("commands", {})
    written = state.get("next")
    for place, item in enumerate(transitions(state)):
        at = (
            (*pointer, "commands", *list(item.values())[1:2])
            if "command" in item and place >= _count(written)
            else (*pointer, "next", *([place] if isinstance(written, list) else []))
        )
        yield from _targets(targets(item.get("to")), names, cast("Pointer", at))
        reasons = [key for key in _REASONS if key in item]
        if "condition" in item and "when" not in item:
            reasons.append("condition")
        if len(reasons) > 1:
            hint = "keep one; a condition may stand beside `when` as its reading"
            yield _finding(
                "FJ145", f"the transition has {len(reasons)} reasons: {', '.join(reasons)}", cast("Pointer", at), hint
            )
    _ = commands


def _count(written: Any) -> int:
    return 0 if written is None else len(written) if isinstance(written, list) else 1


def _targets(found: list[str], names: dict[str, Pointer], pointer: Pointer) -> Iterator[Diagnostic]:
    for name in found:
        if name not in names:
            yield _finding(
                "FJ142", f"there is no state {name!r}", pointer, _near(name, names) or f"add it under states: {name}:"
            )


def _near(name: str, known: Any) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def list_keys(pointer: Pointer, item: JsonValue) -> tuple[object, ...]:
    """What identifies an item of a journey's lists: the reason of a transition, then where it leads."""
    last = pointer[-1] if pointer else ""
    if last == "next":
        return _transition_keys(item)
    if isinstance(item, dict):
        found = item.get("id") or item.get("name") or item.get("key")
        return (found if isinstance(found, (str, int)) else None,)
    return (
        (item,)
        if isinstance(item, str) and last in {"start", "to", "tools", "labels", "canned", "triggers"}
        else (None,)
    )


def _transition_keys(item: JsonValue) -> tuple[object, ...]:
    if not isinstance(item, dict):
        return (("to", item), ("goes", item))
    to = item.get("to")
    goes = ("goes", tuple(to) if isinstance(to, list) else to)
    for key in (*_REASONS, "condition"):
        if key in item:
            return ((key, item[key]), goes)
    return (("to", goes[1]), goes)


def coerce(pointer: Pointer, value: JsonValue) -> JsonValue:
    """One spelling for places that allow several: lists of names, short questions and notes."""
    last = pointer[-1] if pointer else ""
    if last in {"next", "start", "to", "tool"} and isinstance(value, str):
        return [value]
    if last == "ask" and isinstance(value, str):
        return {"message": value}
    if len(pointer) == 2 and pointer[0] == "notes" and isinstance(value, str):
        return {"text": value}
    if last == "next" and value is None:
        return []
    return value


_MOST_IN_FLOW = 8
_FLOW = frozenset(
    {"retry", "loop", "parallel", "messages", "agent", "inputs", "result", "labels", "to", "start", "required", "enum"}
    | {"tool", "tools", "commands", "query", "headers", "canned"}
)
_FLOW_ITEMS = frozenset({"next", "required", "enum", "labels"})
_FLOW_ENTRIES = frozenset({"variables", "fields", "properties", "headers", "inputs"})
_SECTIONS = frozenset(
    {"triggers", "entries", "variables", "tools", "states", "guidelines", "notes", "origin", "canned", "extras"}
)


def flow(pointer: Pointer, value: JsonValue) -> bool:
    """Which short maps and lists are written on one line: transitions, variables, fields, retries."""
    if len(value) > _MOST_IN_FLOW:  # type: ignore[arg-type]
        return False
    last = pointer[-1]
    if last in _FLOW:
        return last != "tools" or len(pointer) > 1
    before = pointer[-2] if len(pointer) > 1 else ""
    return before in (_FLOW_ITEMS if isinstance(last, int) else _FLOW_ENTRIES)


def blank_before(pointer: Pointer, value: JsonValue) -> bool:
    """Whether a blank line goes before the entry at a pointer: before the sections of the document."""
    del value
    return len(pointer) == 1 and pointer[0] in _SECTIONS
