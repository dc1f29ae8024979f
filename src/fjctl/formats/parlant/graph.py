"""A journey's nodes and edges as JSON: what Parlant stores of a journey, and what its engine projects from it.

Two shapes: `nodes` and `edges` with a `root` (dumps of the store), and `nodes` with `follow_up_ids`, each with the one
condition of all ways to it (the engine's projection). The node `end` is not stored by Parlant, only referred to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.diagnostics import Loss
from fjctl.formats.base import finding
from fjctl.formats.parlant import written
from fjctl.formats.parlant.names import state_name
from fjctl.formats.siblings import Held, Made, Put
from fjctl.model.journey import kind_of, targets, transitions
from fjctl.model.meaning import difference, meaning
from fjctl.model.names import slug, unique
from fjctl.model.order import in_order
from fjctl.model.transplant import transplant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.siblings import File
    from fjctl.model.journey import Journey
    from fjctl.source import JsonValue, Pointer

END = "end"
_DEFAULT = "Use the tool "
_MODES = {
    "canned_fluid": "canned_fluid",
    "canned_composited": "composited_canned",
    "canned_strict": "strict_canned",
    "fluid": "fluid",
}
_STORED = {found: stored for stored, found in _MODES.items()}


def check(value: JsonValue) -> list[Diagnostic]:
    """What is wrong with a graph: nodes without an id or twice, edges that lead nowhere."""
    found = []
    graph = cast("dict[str, Any]", value)
    ids: set[str] = set()
    for place, node in enumerate(graph["nodes"]):
        at: Pointer = ("nodes", place)
        if not isinstance(node, dict) or not isinstance(node.get("id"), str) or not node["id"]:
            found.append(finding("FJ301", "the node has no id", at, hint="give it an id of its own"))
        elif node["id"] in ids:
            found.append(finding("FJ302", f"a second node has the id {node['id']!r}", (*at, "id"), hint="rename one"))
        else:
            ids.add(node["id"])
    ids |= {END, str(graph.get("root"))}
    for place, edge in enumerate(graph.get("edges", [])):
        for key in ("source", "target"):
            if not isinstance(edge, dict) or edge.get(key) not in ids:
                where = edge.get(key) if isinstance(edge, dict) else edge
                found.append(finding("FJ303", f"there is no node {where!r}", ("edges", place), hint="correct the edge"))
                break
    for place, node in enumerate(graph["nodes"]):
        for n, target in enumerate(node.get("follow_up_ids") or [] if isinstance(node, dict) else []):
            if target not in ids:
                at = ("nodes", place, "follow_up_ids", n)
                found.append(finding("FJ303", f"there is no node {target!r}", at, hint="correct the id"))
    return found


def held(document: File, nodes: Mapping[str, str], name: str = "", tools: Mapping[str, str] | None = None) -> Held:
    """The journey of a graph; `nodes` are the names of its states by node id. Tools have their own names in it."""
    del tools
    return decode(document.value, nodes, name or _stem(document.source.name))


def decode(value: JsonValue, nodes: Mapping[str, str], name: str) -> Held:
    """The journey of a graph's value."""
    graph = cast("dict[str, Any]", value)
    listed = [node for node in graph["nodes"] if node["id"] != END]
    edges = _edges(graph)
    root = graph.get("root")
    names = _names(listed, edges, root, nodes)
    journey: dict[str, Any] = {"journey": name, "version": 1, "title": graph.get("title")}
    journey |= {"description": graph.get("description"), "triggers": graph.get("conditions") or graph.get("triggers")}
    states: dict[str, Any] = {}
    tools: dict[str, Any] = {}
    for node in listed:
        ways = [(target, condition) for source, target, condition in edges if source == node["id"]]
        following = [{"to": names[to], **({"condition": text} if text else {})} for to, text in ways]
        if node["id"] == root and (node.get("kind") in {None, "root", "NA"}):
            if any(text for _, text in ways):
                states[names[root]] = {"fork": True, "next": following}
                journey["start"] = names[root]
            elif ways:
                to = [names[target] for target, _ in ways]
                journey["start"] = to[0] if len(to) == 1 else to
            continue
        states[names[node["id"]]] = _state(node, following, tools)
    journey.setdefault("start", next(iter(states), None))
    if any(target == END for _, target, _ in edges):
        states[names[END]] = {"end": True}
    journey |= {"states": states, "tools": tools}
    filled = {key: item for key, item in journey.items() if item or key in {"states", "version"}}
    used = {state: node for node, state in names.items() if state in states}
    return Held(in_order(cast("Journey", filled)), used)


def _edges(graph: dict[str, Any]) -> list[tuple[str, str, str]]:
    if "edges" in graph:
        return [(edge["source"], edge["target"], edge.get("condition") or "") for edge in graph["edges"]]
    conditions = {node["id"]: node.get("condition") or "" for node in graph["nodes"]}
    return [
        (node["id"], target, conditions.get(target, ""))
        for node in graph["nodes"]
        for target in node.get("follow_up_ids") or []
    ]


def _names(
    listed: list[dict[str, Any]], edges: list[tuple[str, str, str]], root: Any, nodes: Mapping[str, str]
) -> dict[str, str]:
    names: dict[str, str] = {}
    taken = {nodes[node["id"]] for node in listed if node["id"] in nodes}
    for node in listed:
        words = node.get("action") or " ".join(map(str, node.get("tools") or []))
        if node.get("kind") == "tool" and node.get("tools"):
            words = str(node["tools"][0]).rpartition(":")[2]
        fallback = "begin" if node["id"] == root else str(node.get("kind") or "state")
        own = node["id"] if slug(node["id"]) == node["id"] and node["id"] != root else ""  # an id that somebody chose
        names[node["id"]] = nodes.get(node["id"]) or state_name(own, words, taken, fallback)
        taken.add(names[node["id"]])
    if any(target == END for _, target, _ in edges):
        names[END] = nodes.get(END) or unique("done", taken)
    return names


def _state(node: dict[str, Any], following: list[dict[str, Any]], tools: dict[str, Any]) -> dict[str, Any]:
    action, kind = node.get("action"), node.get("kind")
    found: dict[str, Any]
    if kind == "tool" or (node.get("tools") and kind not in {"chat", "fork"}):
        named = []
        for full in node.get("tools") or [f"step_{node['id']}"]:
            service, _, name = str(full).rpartition(":")
            key = slug(name, "tool")
            tools.setdefault(key, {"kind": "external", **({"service": service} if service else {})})
            if key != name:
                tools[key]["tool"] = name
            named.append(key)
        found = {"tool": named[0] if len(named) == 1 else named}
        if action and not (node.get("tools") and action == _DEFAULT + str(node["tools"][0]).rpartition(":")[2]):
            found["instructions"] = action
    elif kind == "fork" or action is None:
        found = {"fork": True}
    else:
        found = {"chat": action}
    for key in ("description", "labels"):
        if node.get(key):
            found[key] = node[key]
    if node.get("composition_mode") in _MODES:
        found["mode"] = _MODES[node["composition_mode"]]
    if following:
        alone = len(following) == 1 and following[0].keys() == {"to"}
        found["next"] = following[0]["to"] if alone else following
    return found


def encode(
    journey: Journey, keys: Mapping[str, str], *, projected: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """The graph of a journey, and its states' node ids: those of `keys`, or the states' names."""
    ids: dict[str, str] = {}
    states = journey["states"]
    for name, state in states.items():
        free = unique(name.replace(":", "_"), set(ids.values()) | {"root"})
        ids[name] = keys.get(name) or (END if written.is_end(state) else free)
    first = targets(journey.get("start")) or list(states)[:1]
    root_key = next((key for name, key in keys.items() if not name), "root")
    starts = states.get(first[0]) if len(first) == 1 else None
    entered = any(first[0] in targets(w.get("to")) for s in states.values() for w in transitions(s)) if first else False
    forks = starts is not None and kind_of(starts) == "fork" and not entered and not projected
    edges = [] if forks or projected else [_edge(root_key, ids[name], "") for name in first if name in ids]
    if forks:
        ids[first[0]] = keys.get(first[0]) or root_key
        root_key = ids[first[0]]
    nodes = [] if projected else [_node(root_key, "root", None)]
    for name, state in states.items():
        if not written.is_end(state) and not (forks and name == first[0]):
            nodes.append(_encoded(ids[name], state, journey))
        edges += _ways(name, states, ids)
    nodes += [] if projected and not any(e["target"] == END for e in edges) else [_node(END, END, None)]
    graph: dict[str, Any] = {"title": journey.get("title") or journey["journey"]}
    if projected:
        return graph | {"nodes": _projected(nodes, edges)}, ids
    graph |= {"description": journey.get("description", ""), "conditions": journey.get("triggers", [])}
    return graph | {"root": root_key, "nodes": nodes, "edges": edges}, ids


def _ways(name: str, states: Any, ids: dict[str, str]) -> list[dict[str, Any]]:
    listed = [(way, to) for way in transitions(states[name]) for to in targets(way.get("to")) or [""]]
    several = len(listed) > 1
    return [_edge(ids[name], ids.get(to, END), written.reason(way, several=several)) for way, to in listed]


def _edge(source: str, target: str, condition: str) -> dict[str, Any]:
    return {"source": source, "target": target, "condition": condition or None}


def _node(key: str, kind: str, action: str | None) -> dict[str, Any]:
    return {"id": key, "kind": kind, "action": action, "tools": [], "description": None}


def _encoded(key: str, state: Any, journey: Journey) -> dict[str, Any]:
    kind = kind_of(state)
    if kind == "fork":
        found = _node(key, "fork", None)
    elif kind == "tool":
        named = []
        for name in targets(state["tool"]):
            tool = journey.get("tools", {}).get(name, {"kind": "external"})
            named.append(f"{tool.get('service', 'built-in')}:{tool.get('tool', name)}")
        said = state.get("instructions")
        text = said if isinstance(said, str) else "\n".join(said or [])
        default = _DEFAULT + named[0].rpartition(":")[2] if len(named) == 1 else None
        found = {**_node(key, "tool", text or default), "tools": named}
    else:
        found = _node(key, "chat", written.action(state))
    found["description"] = state.get("description") or None
    if state.get("labels"):
        found["labels"] = state["labels"]
    if "mode" in state:
        found["composition_mode"] = _STORED[state["mode"]]
    return found


def _projected(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nodes with their follow-ups; the condition of a node is that of the first way to it."""
    found = []
    for node in nodes:
        condition = next((edge["condition"] for edge in edges if edge["target"] == node["id"]), None)
        after = [edge["target"] for edge in edges if edge["source"] == node["id"]]
        plain = {key: item for key, item in node.items() if key not in {"description", "tools"} or item}
        found.append({**plain, "condition": condition, "follow_up_ids": after})
    return found


_FIELDS = {"chat": "action", "instructions": "action", "tool": "tools", "mode": "composition_mode"}


def place(document: File, pointer: Pointer) -> Pointer:
    """Where in a graph a part of its journey stands."""
    graph = cast("dict[str, Any]", document.value)
    if pointer[:1] == ("triggers",):
        return ("conditions" if "conditions" in graph else "triggers", *pointer[1:])
    if len(pointer) < 2 or pointer[0] != "states":
        return pointer
    node = held(document, {}).keys.get(str(pointer[1]))
    at = next((n for n, item in enumerate(graph["nodes"]) if item.get("id") == node), None)
    if at is None:
        return ("nodes",)
    found: Pointer = ("nodes", at)
    if len(pointer) == 2:
        return found
    if pointer[2] != "next":
        return (*found, _FIELDS.get(str(pointer[2]), str(pointer[2])), *pointer[3:])
    ways = [n for n, edge in enumerate(graph.get("edges", [])) if edge.get("source") == node]
    number = pointer[3] if len(pointer) > 3 and isinstance(pointer[3], int) else 0
    return ("edges", ways[number], *pointer[4:5]) if number < len(ways) else found


def made(journey: Journey) -> Made:
    """A new graph's text."""
    from fjctl.text.json_text import dump

    value, ids = encode(journey, {})
    return Made(dump(cast("JsonValue", value)), ids, losses(journey))


def image(journey: Journey) -> Held:
    """What of a journey a graph holds, under the journey's own names."""
    value, ids = encode(journey, {})
    found = decode(cast("JsonValue", value), {key: name for name, key in ids.items()}, journey["journey"])
    return Held(found.journey, ids)


def put(document: File, before: Held, wanted: Journey) -> Put:
    """The graph's text with the changes from `before` to `wanted`."""
    graph = cast("dict[str, Any]", document.value)
    projected = "edges" not in graph
    keys = {**before.keys, "": str(graph.get("root") or "root")}
    base, _ = encode(before.journey, keys, projected=projected)
    theirs, ids = encode(wanted, keys, projected=projected)
    value = transplant(cast("JsonValue", base), cast("JsonValue", theirs), document.value, _keys)
    again = decode(value, {key: name for name, key in ids.items()}, wanted["journey"])
    at = difference(cast("Any", meaning(wanted)), cast("Any", meaning(again.journey)))
    if at is not None:
        return Put(None, ids, at)
    return Put(document.rewritten(value), ids)


def _keys(pointer: Pointer, item: JsonValue) -> tuple[Any, ...]:
    if isinstance(item, dict) and pointer[-1:] == ("edges",):
        ends = (item.get("source"), item.get("target"))
        return ((*ends, item.get("condition")), ends)
    if isinstance(item, dict):
        return (item.get("id"),)
    return (item,) if isinstance(item, str) else (None,)


_HELD = frozenset({"journey", "version", "title", "description", "triggers", "start", "tools", "states"})
_OWN = frozenset({"origin", "$schema"})


def losses(journey: Journey) -> list[Loss]:
    """What a graph has no place for."""
    found = [Loss(key, (key,), "a graph has no place for it") for key in journey if key not in _HELD | _OWN]
    held = written.HELD - {"canned"} | {"next", "title"}
    rows = [(name, key) for name, state in journey["states"].items() for key in state if key not in held]
    found += [Loss(key, ("states", name, key), "a graph has no place for it") for name, key in rows]
    return found


def _stem(name: str) -> str:
    stem = name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return slug(stem, "journey").replace("_", "-")
