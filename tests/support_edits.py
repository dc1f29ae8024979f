"""Edits as people and builders make them, on journeys and on raw Sim and React Flow documents.

An edit changes a copy and says whether it could be made: `edit(value, pick)`, where `pick(n)` chooses below n
(Hypothesis or a fixed sequence does). None: the document has nothing such an edit could change.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from hypothesis import strategies as st

from fjctl.model.journey import targets, transitions, walk
from fjctl.model.references import normalize, rename_all

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

Map = dict[str, Any]

TEXTS = ("Changed", "Geändert: “ja”", "two\nlines", "with # and: colon", "日本 & <b>")


def some(pick: Any, found: list[Any]) -> Any:
    return found[pick(len(found))] if found else None


def _states(journey: Map) -> list[tuple[tuple[str, ...], str, Map]]:
    return cast("list[tuple[tuple[str, ...], str, Map]]", walk(cast("Any", journey["states"])))


def text_from(pick: Any) -> str:
    return TEXTS[pick(len(TEXTS))]


# --- journeys: each works on its own copy


def title(journey: Map, pick: Any) -> Map | None:
    """Gives a state another title."""
    _, name, state = some(pick, _states(journey))
    state["title"] = f"Another title {name}"
    return journey


def prompt(journey: Map, pick: Any) -> Map | None:
    """Changes what the model is told or what is said."""
    found = [
        (s, k) for _, _, s in _states(journey) for k in ("chat", "say", "ask", "fork") if isinstance(s.get(k), str)
    ]
    if not found:
        return None
    state, key = some(pick, found)
    state[key] = f"{text_from(pick)} {state[key]}"
    return journey


def tool_field(journey: Map, pick: Any) -> Map | None:
    """Changes an address, a code or an argument of a tool that a state runs."""
    used = {
        name
        for _, _, s in _states(journey)
        for name in ([s["tool"]] if isinstance(s.get("tool"), str) else s.get("tool", []))
    }
    found = [tool for name, tool in journey.get("tools", {}).items() if name in used]
    if not found:
        return None
    tool = some(pick, found)
    if "code" in tool:
        tool["code"] += "\n// changed"
    elif tool.get("request", {}).get("url"):
        tool["request"]["url"] += "/changed"
    elif tool.get("arguments"):
        tool["arguments"][next(iter(tool["arguments"]))] = "changed"
    else:
        return None
    return journey


def when(journey: Map, pick: Any) -> Map | None:
    """Changes an expression (its reading is the person's to change as well, or to leave)."""
    found = [
        way
        for _, _, s in _states(journey)
        if isinstance(s.get("next"), list)
        for way in s["next"]
        if isinstance(way, dict) and "when" in way
    ]
    if not found:
        return None
    way = some(pick, found)
    way["when"] = f"({way['when'] or 'ok'}) && changed > 1"
    way.pop("condition", None)
    return journey


def condition(journey: Map, pick: Any) -> Map | None:
    """Changes a sentence for the model."""
    found = [
        way
        for _, _, s in _states(journey)
        if isinstance(s.get("next"), list)
        for way in s["next"]
        if isinstance(way, dict) and "condition" in way and "when" not in way
    ]
    if not found:
        return None
    some(pick, found)["condition"] = "The customer says something quite different"
    return journey


def _later(journey: Map, name: str) -> list[str]:
    """States of the same scope from which no way leads to this one, so that no cycle arises."""
    path = next(path for path, other, _ in _states(journey) if other == name)
    scope = {other: state for at, other, state in _states(journey) if at == path}
    leads = {
        other: {to for way in transitions(cast("Any", state)) for to in targets(way.get("to"))}
        for other, state in scope.items()
    }
    before, found = {name}, {name}
    while found:
        found = {other for other, to in leads.items() if to & found} - before
        before |= found
    return [other for other in scope if other not in before]


def retarget(journey: Map, pick: Any) -> Map | None:
    """Leads a way elsewhere."""
    found: list[tuple[Map, Any, str]] = []
    for _, name, state in _states(journey):
        written = state.get("next")
        if isinstance(written, str):
            found += [(state, "next", to) for to in _later(journey, name) if to != written]
        ways = written if isinstance(written, list) else []
        for way in ways:
            taken = {str(item.get("to")) for item in ways if isinstance(item, dict)} | {
                i for i in ways if isinstance(i, str)
            }
            if isinstance(way, dict) and isinstance(way.get("to"), str):
                found += [(way, "to", to) for to in _later(journey, name) if to not in taken]
    if not found:
        return None
    holder, key, to = some(pick, found)
    holder[key] = to
    return journey


def add_state(journey: Map, pick: Any) -> Map | None:
    """Puts a new state between a state and its plain follower, or behind a last one."""
    found = [
        (path, name, s)
        for path, name, s in _states(journey)
        if isinstance(s.get("next", ""), str) and not s.keys() & {"end", "fork", "commands"}
    ]
    if not found or any(name == "brand_new_state" for _, name, _ in _states(journey)):
        return None
    path, name, state = some(pick, found)
    new: Map = {"chat": text_from(pick)}
    if "next" in state:
        new["next"] = state["next"]
    state["next"] = "brand_new_state"
    scope = journey["states"]
    for container in path:
        scope = scope[container]["states"]
    items = list(scope.items())
    scope.clear()
    for key, item in items:
        scope[key] = item
        if key == name:
            scope["brand_new_state"] = new
    return journey


def remove_state(journey: Map, pick: Any) -> Map | None:
    """Takes a state out; ways to it end."""
    found = [(path, name) for path, name, s in _states(journey) if "states" not in s and len(_states(journey)) > 1]
    found = [(path, name) for path, name in found if len(_scope(journey, path)) > 1]
    if not found:
        return None
    path, name = some(pick, found)
    follower = _scope(journey, path)[name].get("next")
    del _scope(journey, path)[name]
    _repoint(journey, name, follower if isinstance(follower, str) else None)
    return journey


def _scope(journey: Map, path: tuple[str, ...]) -> Map:
    scope = journey["states"]
    for container in path:
        scope = scope[container]["states"]
    return cast("Map", scope)


def _repoint(value: Map, name: str, new: str | None) -> None:
    """Leads everything that led to a state to another, or nowhere."""
    holders = [value, *value.get("entries", {}).values(), *(s for _, _, s in _states(value))]
    for holder in holders:
        for key in ("start", "to"):
            _repoint_key(holder, key, name, new)
        if "commands" in holder:
            kept = {word: new if to == name else to for word, to in holder["commands"].items()}
            holder["commands"] = {word: to for word, to in kept.items() if to}
            if not holder["commands"]:
                del holder["commands"]
        _repoint_next(holder, name, new)


def _repoint_key(holder: Map, key: str, name: str, new: str | None) -> None:
    found = holder.get(key)
    if found == name:
        holder[key] = new
        if new is None:
            del holder[key]
    elif isinstance(found, list) and name in found:
        holder[key] = list(dict.fromkeys(new if to == name else to for to in found if to != name or new))
        if not holder[key]:
            del holder[key]


def _repoint_next(holder: Map, name: str, new: str | None) -> None:
    written = holder.get("next")
    if written == name:
        holder["next"] = new
        if new is None:
            del holder["next"]
        return
    if not isinstance(written, list):
        return
    ways: list[Any] = []
    for way in written:
        if isinstance(way, str):
            ways += [new if way == name else way] if way != name or new else []
            continue
        led = "to" in way
        _repoint_key(way, "to", name, new)
        ways += [way] if "to" in way or not led else []
    if ways:
        holder["next"] = [way for place, way in enumerate(ways) if way not in ways[:place]]
    else:
        del holder["next"]


def rename_state(journey: Map, pick: Any) -> Map | None:
    """Renames a state everywhere: key, ways, references and its line in the origin, as a careful person does."""
    path, name, _ = some(pick, _states(journey))
    new = f"{name}_renamed"
    scope = _scope(journey, path)
    items = list(scope.items())
    scope.clear()
    scope.update({new if key == name else key: item for key, item in items})
    _repoint(journey, name, new)
    nodes = journey.get("origin", {}).get("nodes", {})
    if nodes:
        journey["origin"]["nodes"] = {
            new + key[len(name) :] if key == name or key.startswith(f"{name}.") else key: node
            for key, node in nodes.items()
        }
    origin = journey.pop("origin", None)
    wanted = normalize(name)
    renamed = cast(
        "Map",
        rename_all(journey, lambda at, rest: (f"{new}.{rest}" if rest else new) if normalize(at) == wanted else None),
    )
    return {**renamed, **({"origin": origin} if origin is not None else {})}


def enabled(journey: Map, pick: Any) -> Map | None:
    """Switches a state off or on."""
    _, _, state = some(pick, _states(journey))
    if state.get("enabled") is False:
        del state["enabled"]
    else:
        state["enabled"] = False
    return journey


def retry(journey: Map, pick: Any) -> Map | None:
    """Lets a tool be tried more often."""
    found = [s for _, _, s in _states(journey) if "tool" in s or "chat" in s]
    if not found:
        return None
    some(pick, found)["retry"] = {"tries": 7, "wait": "3s"}
    return journey


def variable(journey: Map, pick: Any) -> Map | None:
    """Adds a variable."""
    journey.setdefault("variables", {})["brand_new"] = {"type": "string", "default": "x"}
    return journey


def note(journey: Map, pick: Any) -> Map | None:
    """Adds a note."""
    journey.setdefault("notes", {})["brand_new_note"] = text_from(pick)
    return journey


def talk(journey: Map, pick: Any) -> Map | None:
    """Adds what only a conversation has."""
    journey["guidelines"] = [{"condition": "The customer is upset", "action": text_from(pick)}]
    journey["canned"] = ["On its way."]
    journey["labels"] = ["returns"]
    some(pick, _states(journey))[2]["messages"] = {"help": text_from(pick)}
    return journey


def wrap(journey: Map, pick: Any) -> Map | None:
    """Puts a top-level state into a loop of its own."""
    if any(name == "brand_new_loop" for _, name, _ in _states(journey)):
        return None
    name = some(pick, list(journey["states"]))
    state = journey["states"][name]
    way = state.pop("next", None)
    state.pop("commands", None)
    outer: Map = {
        "loop": {"times": 2},
        "start": name,
        "states": {name: state},
        **({"next": way} if way is not None else {}),
    }
    if isinstance(way, list) and any(isinstance(item, dict) and item.keys() - {"to"} for item in way):
        return None
    journey["states"] = {
        ("brand_new_loop" if key == name else key): (outer if key == name else item)
        for key, item in journey["states"].items()
    }
    for holder in (
        journey,
        *journey.get("entries", {}).values(),
        *(s for k, s in journey["states"].items() if k != "brand_new_loop"),
    ):
        for key in ("start", "to"):
            _repoint_key(holder, key, name, "brand_new_loop")
        _repoint_next(holder, name, "brand_new_loop")
        if "commands" in holder:
            holder["commands"] = {
                word: "brand_new_loop" if to == name else to for word, to in holder["commands"].items()
            }
    return journey


USUAL: dict[str, Any] = {
    "title": title,
    "prompt": prompt,
    "tool_field": tool_field,
    "when": when,
    "condition": condition,
    "retarget": retarget,
    "add_state": add_state,
    "remove_state": remove_state,
    "rename_state": rename_state,
}
"""Edits that must never be refused on a real file."""
EDITS: dict[str, Any] = {
    **USUAL,
    "enabled": enabled,
    "retry": retry,
    "variable": variable,
    "note": note,
    "talk": talk,
    "wrap": wrap,
}


def apply(edit: Any, value: Map, pick: Any) -> Map | None:
    """An edit on a copy; a journey without a state has nothing to edit."""
    if not value.get("states", True):
        return None
    return cast("Map | None", edit(copy.deepcopy(value), pick))


def fixed(*choices: int) -> Any:
    """A `pick` that takes these choices in turn, and the first when they are used up."""
    left = list(choices)
    return lambda n: (left.pop(0) if left else 0) % n


@st.composite
def edited_by(draw: DrawFn, value: Map, edits: dict[str, Any], most: int) -> tuple[list[str], Map]:
    names: list[str] = []
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(sorted(edits)))
        changed = apply(edits[name], value, lambda n: draw(st.integers(0, n - 1)))
        if changed is not None:
            value = changed
            names.append(name)
    return names, value


def edits(journey: Map, most: int = 2) -> SearchStrategy[tuple[list[str], Map]]:
    """Random edits of a journey: their names and the result."""
    return edited_by(journey, EDITS, most)
