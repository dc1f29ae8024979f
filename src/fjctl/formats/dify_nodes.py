"""Dify's nodes and edges ↔ the drawing: outer fields, handles, settings that belong together.

Sources: dify-plus `web/app/components/workflow` (what the editor writes), langgenius/graphon, files of 2024 to 2026.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas import secrets
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.dify_choices import rows_of
from fjctl.formats.dify_code import is_body
from fjctl.formats.dify_document import unused
from fjctl.formats.dify_texts import MAIN_OUTPUT
from fjctl.formats.dify_types import DERIVED, EDITOR, PAYLOAD, START_TITLES, STRUCTURE, TYPES, UNUSED, WITH_PAYLOAD
from fjctl.model.secrets import is_secret

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.drawing import Drawing
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import Pointer

PLAIN, INTO, FAIL, LATE, BODY = "source", "target", "fail-branch", "__timeout", "body"
NOTE = "custom-note"
MOST_ROUNDS = 100
"""How often a loop may run in Dify where nobody has said otherwise."""
START_TITLE = "Start"
GRAPH: Pointer = ("workflow", "graph")
_ENUM = re.compile(r"[A-Za-z]+\.([A-Za-z_]+)")
_INSIDE = {"iteration": ("isInIteration", "iteration_id"), "loop": ("isInLoop", "loop_id")}
_UNITS = {"hour": "h", "day": "d"}
_DURATION = re.compile(r"(\d{1,9})([hd])")
_SIZE = (244, 90)
_HANDLES = (("sourceHandle", "source_handle"), ("targetHandle", "target_handle"))


# Reading


def read_type(raw: Map, data: Map) -> str:
    """A node's type: that of its data, else the outer one; enum texts that a script forgot to evaluate are read."""
    outer, inner = raw.get("type"), data.get("type")
    if outer == NOTE:
        return NOTE
    found = inner if isinstance(inner, str) and inner else outer if isinstance(outer, str) else ""
    plain = found.removeprefix("custom-")
    if found is outer and TYPES.get(plain) is not None:
        return plain
    match = _ENUM.fullmatch(found)
    named = match[1].lower().replace("_", "-") if match is not None else ""
    return named if TYPES.get(named) is not None else found


def read_nodes(drawing: Drawing, rows: list[Any]) -> None:
    """Adds the nodes of a graph; those without an id cannot be told apart and are left out."""
    for place, raw in enumerate(rows):
        pointer: Pointer = (*GRAPH, "nodes", place)
        name = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(name, (str, int)) or isinstance(name, bool) or str(name) == "":
            hint = "give it one; edges and references name nodes by it"
            drawing.found.append(warning("FJ301", "a node has no id and is left out", pointer, hint=hint))
            continue
        drawing.nodes.append(_node(str(name), raw, pointer, drawing.found))


def _node(name: str, raw: Map, pointer: Pointer, found: list[Diagnostic]) -> Node:
    held = raw.get("data")
    data: Map = held if isinstance(held, dict) else {}
    node = Node(id=name, type=read_type(raw, data), raw=raw, pointer=pointer)
    title = data.get("title")
    node.name = title if isinstance(title, str) else ""
    if node.type == "start" and node.name in START_TITLES:
        node.name = START_TITLE
    said, problems = secrets.without_secrets(data, (*pointer, "data"))
    found += problems
    if node.type == "http-request":
        said, problems = _open_tables(said, (*pointer, "data"))
        found += problems
    node.settings = _settings(node.type, said)
    node.mark = _mark(node)
    node.parent = _parent(raw, data)
    position = raw.get("position")
    if isinstance(position, dict):
        node.x, node.y = _number(position.get("x")), _number(position.get("y"))
    row = TYPES.get(node.type)
    if row is not None and (row.name in _INSIDE or row.name == NOTE):
        node.width, node.height = _number(raw.get("width")), _number(raw.get("height"))
    return node


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _parent(raw: Map, data: Map) -> str | None:
    parent = raw.get("parentId")
    for flag, key in _INSIDE.values():
        if not parent and data.get(flag) is True:
            parent = data.get(key)
    return str(parent) if isinstance(parent, (str, int)) and parent else None


TABLES = ("headers", "params")
"""What a request keeps as lines `key:value` of a text."""


def open_lines(text: str) -> tuple[str, list[str]]:
    """A table without the lines that are secrets, and these."""
    lines = text.split("\n")
    hidden = [line for line in lines if _is_secret(line)]
    return ("\n".join(line for line in lines if line not in hidden), hidden) if hidden else (text, hidden)


def _is_secret(line: str) -> bool:
    key, _, said = line.partition(":")
    return is_secret(key.strip(), said.strip())


def _open_tables(data: Map, pointer: Pointer) -> tuple[Map, list[Diagnostic]]:
    """The data of a request without the lines of its tables that are secrets."""
    found: list[Diagnostic] = []
    for table in TABLES:
        text, hidden = open_lines(data[table]) if isinstance(data.get(table), str) else ("", [])
        for line in hidden:
            key, _, said = line.partition(":")
            _, problems = secrets.without_secrets({key.strip(): said.strip()})
            found += [item._replace(pointer=(*pointer, table)) for item in problems]
        data = {**data, table: text} if hidden else data
    return data, found


def _mark(node: Node) -> str:
    """Which of several things a node of its type is."""
    settings = node.settings
    if node.type == "start":
        return "own" if any(row.get("variable") == "input" for row in rows_of(settings.get("variables"))) else ""
    if node.type == "tool":
        kind = settings.get("provider_type")
        return kind if kind in ("workflow", "mcp") else ""
    if node.type == "iteration":
        return "parallel" if settings.get("is_parallel") is True else ""
    return "body" if node.type == "code" and is_body(settings.get("code")) else ""


def _settings(kind: str, data: Map) -> Map:
    """A node's settings: what is switched off, derived or the editor's left out, what belongs together put together."""
    settings: Map = {}
    for key, item in data.items():
        if key in STRUCTURE or key in EDITOR or key.startswith("_") or (key in PAYLOAD and kind in WITH_PAYLOAD):
            continue
        if unused(item) or (key == "retry_config" and not _retries(item)) or key in DERIVED.get(kind, ()):
            continue
        settings[key] = item
    if kind == "knowledge-retrieval":
        settings.pop(UNUSED.get(str(settings.get("retrieval_mode") or "multiple"), ""), None)
    group = _GROUPS.get(kind)
    return group(settings) if group is not None else settings


def _retries(value: Any) -> bool:
    return isinstance(value, dict) and value.get("retry_enabled") is True


def _group(settings: Map, into: str, keys: dict[str, str]) -> Map:
    """Some settings under one, under new names."""
    found = {new: settings[old] for old, new in keys.items() if old in settings and not is_blank(settings[old])}
    rest = {key: item for key, item in settings.items() if key not in keys}
    return {**rest, into: found} if found else rest


def _llm(settings: Map) -> Map:
    config = settings.pop("prompt_config", None)
    held = dict(config) if isinstance(config, dict) else {}
    settings["jinja"] = held.pop("jinja2_variables", None)
    if held:
        settings["prompt_config"] = held
    if settings.pop("structured_output_enabled", None) is not True:
        settings.pop("structured_output", None)
    return _group(settings, "prompt_template", _LLM)


def is_usual_output(outputs: Any) -> bool:
    """Whether code gives what it gives where nobody says otherwise: one object called `result`."""
    only = outputs.get("result") if isinstance(outputs, dict) and len(outputs) == 1 else None
    inner = only.get("children") if isinstance(only, dict) else None
    return isinstance(only, dict) and only.get("type") == "object" and not (isinstance(inner, dict) and inner)


def _code(settings: Map) -> Map:
    if is_usual_output(settings.get("outputs")):
        del settings["outputs"]
    return _group(settings, "code", _CODE)


def _template(settings: Map) -> Map:
    return _group(settings, "template", _TEMPLATE)


def _request(settings: Map) -> Map:
    settings.setdefault("method", "get")
    held = settings.get("authorization")
    auth = held.get("config") if isinstance(held, dict) and held.get("type") == "api-key" else None
    key = auth.get("api_key") if isinstance(auth, dict) else None
    if isinstance(auth, dict) and isinstance(key, str) and "{{#" in key and auth.get("type") in ("bearer", "custom"):
        settings.pop("authorization")
        settings["headers"] = {"table": settings.get("headers", ""), "auth": auth}
    return settings


def _agent(settings: Map) -> Map:
    if not isinstance(settings.get("agent_parameters", {}), dict):
        del settings["agent_parameters"]
    return settings


def _tool(settings: Map) -> Map:
    if is_blank(settings.get("provider_id")) and "tool_name" in settings:
        settings["provider_id"] = settings["tool_name"]
    for copied, original in _COPIES:
        if settings.get(copied) == settings.get(original):
            settings.pop(copied, None)
    return settings


def _assigner(settings: Map) -> Map:
    if "assigned_variable_selector" not in settings:
        return settings
    old = {key: settings.pop(key) for key in _OLD_ASSIGNER if key in settings}
    return {**settings, "items": {"v1": old}}


def _loop(settings: Map) -> Map:
    return _group({"loop_count": MOST_ROUNDS, **settings}, "loop", _LOOP)


def _question(settings: Map) -> Map:
    timeout, unit = settings.pop("timeout", None), settings.pop("timeout_unit", None)
    if isinstance(timeout, int) and not isinstance(timeout, bool) and unit in (None, *_UNITS):
        settings["timeout"] = f"{timeout}{_UNITS.get(unit, 'h')}"
    return _group(settings, "form", _FORM)


_LLM = {"prompt_template": "rows", "jinja": "jinja", "context": "context"}
_CODE = {"code": "code", "code_language": "language", "variables": "variables"}
_TEMPLATE = {"template": "template", "variables": "variables"}
_LOOP = {"loop_count": "count", "break_conditions": "conditions", "logical_operator": "operator"}
_FORM = {"form_content": "content", "inputs": "inputs"}
_COPIES = (("provider_name", "provider_id"), ("tool_label", "tool_name"), ("tool_name", "provider_id"))
_OLD_ASSIGNER = ("assigned_variable_selector", "input_variable_selector", "write_mode")
_GROUPS = {
    "llm": _llm,
    "agent": _agent,
    "code": _code,
    "template-transform": _template,
    "http-request": _request,
    "tool": _tool,
    "assigner": _assigner,
    "loop": _loop,
    "human-input": _question,
}


def read_wires(drawing: Drawing, rows: list[Any]) -> None:
    """Adds the edges of a graph, and the beginnings of containers that have no start node (older releases)."""
    for place, raw in enumerate(rows):
        pointer: Pointer = (*GRAPH, "edges", place)
        ends = [raw.get(key) for key in ("source", "target")] if isinstance(raw, dict) else []
        if len(ends) < 2 or not all(isinstance(end, (str, int)) for end in ends):
            drawing.found.append(warning("FJ301", "an edge has no source or target and is left out", pointer))
            continue
        handles = [_handle(raw, keys) for keys in _HANDLES]
        identifier = raw.get("id")
        drawing.wires.append(
            Wire(
                source=str(ends[0]),
                target=str(ends[1]),
                out=handles[0] or PLAIN,
                into=handles[1] or INTO,
                id=identifier if isinstance(identifier, str) else "",
                raw=raw,
                pointer=pointer,
            )
        )
    _without_dead_ends(drawing)
    _without_ways_back(drawing)
    _old_beginnings(drawing)
    _usual_outputs(drawing)
    failing = {wire.source for wire in drawing.wires if wire.out == FAIL}
    for node in drawing.nodes:
        if node.id in failing and node.settings.get("error_strategy") == FAIL:
            node.settings = {key: item for key, item in node.settings.items() if key != "error_strategy"}


def result_of_body(drawing: Drawing, container: str) -> list[str] | None:
    """What an iteration collects where nobody says otherwise: what the last of its nodes mainly gives; None where it
    has several last nodes, or one that gives nothing."""
    inside = {node.id: node for node in drawing.nodes if node.parent == container}
    leaving = {wire.source for wire in drawing.wires if wire.out != FAIL and wire.target in inside}
    last = [node for name, node in inside.items() if name not in leaving]
    kind = last[0].type if len(last) == 1 else ""
    main = MAIN_OUTPUT.get(kind if TYPES.get(kind) is not None else "tool")
    return [last[0].id, main] if main is not None and len(last) == 1 else None


def _usual_outputs(drawing: Drawing) -> None:
    for node in drawing.nodes:
        said = node.settings.get("output_selector") if node.type == "iteration" else None
        if said is not None and said == (result_of_body(drawing, node.id) or [node.id, "item"]):
            node.settings = {key: item for key, item in node.settings.items() if key != "output_selector"}


_WAYS = {
    "if-else": ("cases", "case_id"),
    "question-classifier": ("classes", "id"),
    "human-input": ("user_actions", "id"),
}


def _without_dead_ends(drawing: Drawing) -> None:
    """Leaves out the edges that leave a node that chooses by a way that it does not have: nobody ever takes them."""
    ways: dict[str, set[str]] = {}
    for node in drawing.nodes:
        if node.type in _WAYS:
            key, name = _WAYS[node.type]
            found = {str(row.get(name) or row.get("id")) for row in rows_of(node.settings.get(key))}
            ways[node.id] = found | ({"true", "false"} if node.type == "if-else" else {FAIL, LATE})
    dead = [wire for wire in drawing.wires if wire.source in ways and wire.out not in ways[wire.source]]
    for wire in dead:
        message = f"an edge leaves {wire.source!r} by {wire.out!r}, a way out that it does not have"
        hint = f"it has {', '.join(sorted(ways[wire.source] - {FAIL, LATE})) or 'none'}"
        drawing.found.append(warning("FJ307", message, wire.pointer, hint=hint))
    if dead:
        drawing.wires = [wire for wire in drawing.wires if all(wire is not other for other in dead)]


def _without_ways_back(drawing: Drawing) -> None:
    """Leaves out the edges that close a cycle: Dify's editor drops them when it opens the file, its engine refuses."""
    leaving: dict[str, list[Wire]] = {}
    for wire in drawing.wires:
        leaving.setdefault(wire.source, []).append(wire)
    done: set[str] = set()
    back: set[int] = set()
    for root in [*(node.id for node in drawing.nodes), *leaving]:
        stack = [(root, iter(leaving.get(root, ())))] if root not in done else []
        above = {root}
        while stack:
            name, wires = stack[-1]
            after = next(wires, None)
            if after is None:
                stack.pop()
                above.discard(name)
                done.add(name)
            elif after.target in above:
                back.add(id(after))
            elif after.target not in done:
                above.add(after.target)
                stack.append((after.target, iter(leaving.get(after.target, ()))))
    for wire in drawing.wires if back else ():
        if id(wire) in back:
            code, what = ("FJ305", "to itself") if wire.source == wire.target else ("FJ313", "back to an earlier node")
            hint = "put what is to be repeated into a loop or an iteration"
            message = f"an edge of {wire.source!r} leads {what}, and Dify drops it"
            drawing.found.append(warning(code, message, wire.pointer, hint=hint))
    if back:
        drawing.wires = [wire for wire in drawing.wires if id(wire) not in back]


def _handle(raw: Map, keys: tuple[str, str]) -> str:
    found = next((raw[key] for key in keys if raw.get(key) is not None), "")
    return found if isinstance(found, str) else ""


def _old_beginnings(drawing: Drawing) -> None:
    begun = {node.parent for node in drawing.nodes if node.type in {"iteration-start", "loop-start"}}
    inside = {node.id: node.parent for node in drawing.nodes}
    for node in drawing.nodes:
        data = node.raw.get("data")
        first = data.get("start_node_id") if isinstance(data, dict) else None
        if node.type in _INSIDE and node.id not in begun and isinstance(first, str) and inside.get(first) == node.id:
            drawing.wires.append(Wire(source=node.id, target=first, out=BODY, into=INTO, pointer=node.pointer))
