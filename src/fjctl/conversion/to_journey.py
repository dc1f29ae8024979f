"""`get`: from a workflow to the journey document that means the same.

A pure function of the workflow and of hints about names. What it leaves out (positions, sizes, editor state) is the
workflow's own part; `bridge.py` measures that instead of trusting a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.conversion.choosers import as_tool
from fjctl.conversion.naming import (
    DEFAULT_ENTRY,
    ENTRY,
    NOTE,
    Hints,
    Naming,
    default_entry,
    name_blocks,
    tags_of,
    title_for,
)
from fjctl.conversion.results import result_field
from fjctl.formats.base import is_blank
from fjctl.model.journey import Journey, Next, State, Transition, written_next
from fjctl.model.names import RESERVED_NAMES, slug, unique
from fjctl.model.readable import sentence
from fjctl.model.references import BY_ID, normalize, rename, rename_all
from fjctl.model.workflow import (
    BODY,
    CONTAINER_KINDS,
    ENTRY_KINDS,
    ERROR,
    TIMEOUT,
    TOOL_KINDS,
    Block,
    BlockKind,
    Branch,
    Edge,
    Workflow,
)

if TYPE_CHECKING:
    from fjctl.source import JsonValue

_STATE_ORDER = {key: place for place, key in enumerate(State.__annotations__)}


def to_journey(
    workflow: Workflow, hints: Hints | None = None, *, name: str = "workflow", refer_by_id: bool = False
) -> Journey:
    """The journey of a workflow. `name` names it where the workflow itself has none; with `refer_by_id` its references
    name blocks by id, and `<name>` is text. Its `origin` holds the node ids only; the caller who knows the files adds
    their names."""
    return _Writer(workflow, hints or Hints(), name, refer_by_id=refer_by_id).journey()


class _Writer:
    def __init__(self, workflow: Workflow, hints: Hints, name: str, *, refer_by_id: bool) -> None:
        self.workflow = workflow
        self.hints = hints
        self.fallback = name
        self.refer_by_id = refer_by_id
        # In a journey `<name>` is the state of that name: no state is called like a tag in somebody's text.
        tags = tags_of(workflow) if refer_by_id else frozenset[str]()
        self.naming: Naming = name_blocks(workflow, hints, tags)
        self.default = default_entry(workflow)
        given = cast("dict[str, JsonValue]", self.default.fields.get("inputs", {})) if self.default else {}
        self.inputs = {name: shape for name, shape in given.items() if name not in workflow.variables}
        self.shadowed = {name: shape for name, shape in given.items() if name in workflow.variables}
        self.edges: dict[str, list[Edge]] = {}
        self.choosing = {block.id for block in workflow.blocks if block.branches}
        for edge in workflow.edges:
            self.edges.setdefault(edge.source, []).append(edge)
            if edge.branch is not None or edge.talk:
                self.choosing.add(edge.source)
        self.children: dict[str | None, list[Block]] = {}
        for block in workflow.blocks:
            self.children.setdefault(block.parent, []).append(block)
        self._order_children()
        self.references = self._reference_table()
        self.default_key = self.naming.entries.get(self.default.id) if self.default is not None else None
        self.tools: dict[str, JsonValue] = dict(cast("Any", rename_all(workflow.talk.get("tools", {}), self.resolve)))

    def _order_children(self) -> None:
        """Lists the blocks of each scope in the order a reader follows the arrows; the unreachable ones come last."""
        rank: dict[str, int] = {}
        roots = [*([self.default] if self.default else []), *self.workflow.blocks]
        for root in roots:
            stack = [root.id]
            while stack:
                node = stack.pop()
                if node not in rank:
                    rank[node] = len(rank)
                    stack += [edge.target for edge in reversed(self.edges.get(node, []))]
        for blocks in self.children.values():
            blocks.sort(key=lambda block: rank[block.id])

    def _reference_table(self) -> dict[str, tuple[str, str]]:
        table: dict[str, tuple[str, str]] = {}
        for block in self.workflow.blocks:
            key = self.naming.key(block.id)
            if key is None:
                continue
            talk: Any = block.fields.get("talk")
            result = talk.get("result") if talk and block.kind in TOOL_KINDS else None
            spelled = f"{result}\x00{result_field(block.kind)}" if isinstance(result, str) else ""
            table[BY_ID + block.id] = (key, spelled)
            if not self.refer_by_id and (name := normalize(block.name)) not in RESERVED_NAMES:
                table.setdefault(name, (key, spelled))
        return table

    def resolve(self, name: str, path: str) -> str | None:
        """What a reference in the workflow is called in the journey; None leaves it as it is."""
        found = self.references.get(name if name.startswith(BY_ID) else normalize(name))
        if found is None:
            return None
        key, result = found
        if key == self.default_key:
            head = path.partition(".")[0].partition("[")[0]
            return f"variable.{path}" if head in self.inputs else f"{key}.{path}" if path else key
        if result and path:
            variable, _, prefix = result.partition("\x00")
            if not prefix:
                return f"{variable}.{path}"
            if path == prefix or path.startswith((f"{prefix}.", f"{prefix}[")):
                return variable + path[len(prefix) :]
        return f"{key}.{path}" if path else key

    def journey(self) -> Journey:
        workflow, hints = self.workflow, self.hints
        identifier = hints.journey or slug(workflow.name or self.fallback, "workflow").replace("_", "-")
        talk = cast("dict[str, Any]", rename_all(workflow.talk, self.resolve))
        states = self.states(None)
        top: dict[str, Any] = {
            "journey": identifier,
            "version": 1,
            "title": title_for(workflow.name, identifier.replace("-", "_")) if workflow.name else "",
            "description": workflow.description,
            **talk,
            "start": _one_or_many(self.start_targets()),
            "entries": self.entries(),
            "variables": {**self._input_variables(), **workflow.variables},
            "tools": self.tools,
            "states": states,
            "notes": self.notes(),
            "origin": {"nodes": self.origin_nodes()},
        }
        ordered = {key: top[key] for key in Journey.__annotations__ if key in top}
        return cast("Journey", {key: item for key, item in ordered.items() if item or key in {"states", "priority"}})

    def _input_variables(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        for name, variable in self.inputs.items():
            shape = cast("dict[str, JsonValue]", variable)
            found[name] = {"type": shape.get("type", "string"), "input": True, **shape}
        return found

    def origin_nodes(self) -> dict[str, str]:
        nodes = {ENTRY + name: node for node, name in self.naming.entries.items()}
        nodes |= {name: node for node, name in self.naming.states.items()}
        return nodes | {NOTE + name: node for node, name in self.naming.notes.items()}

    def start_targets(self) -> list[str]:
        if self.default is not None:
            return self._targets(self.default.id, None)
        entered = {edge.target for edge in self.workflow.edges}
        top = [block for block in self.children.get(None, []) if block.id in self.naming.states]
        root = next((block for block in top if block.id not in entered), top[0] if top else None)
        return [self.naming.states[root.id]] if root is not None else []

    def _targets(self, source: str, branch: str | None) -> list[str]:
        states = self.naming.states
        edges = self.edges.get(source, [])
        return list(dict.fromkeys(states[e.target] for e in edges if e.branch == branch and e.target in states))

    def entries(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for block in self.workflow.blocks:
            if block.kind not in ENTRY_KINDS:
                continue
            name = self.naming.entries[block.id]
            default = block is self.default
            fields = cast("dict[str, Any]", rename_all(block.fields, self.resolve))
            entry: dict[str, Any] = {
                "title": title_for(block.name, name),
                "event": fields.get("event", ""),
                "settings": fields.get("settings"),
                "inputs": self.shadowed if default else fields.get("inputs"),
                "extras": fields.get("extras"),
                "to": None if default else _one_or_many(self._targets(block.id, None)),
            }
            entry = {key: item for key, item in entry.items() if item}
            if not block.enabled:
                entry["enabled"] = False
            if entry or not default or name != DEFAULT_ENTRY:
                found[name] = entry
        return found

    def notes(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for block in self.workflow.blocks:
            if block.kind is BlockKind.NOTE:
                name = self.naming.notes[block.id]
                note = {"title": title_for(block.name, name), **{k: block.fields.get(k) for k in ("text", "color")}}
                note = {key: item for key, item in note.items() if item}
                found[name] = note["text"] if note.keys() == {"text"} else note
        return found

    def states(self, parent: str | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for block in self.children.get(parent, ()):
            if block.id in self.naming.states:
                found[self.naming.states[block.id]] = self.state(block)
        return found

    def state(self, block: Block) -> State:
        """One block's state, its keys in the order of the document."""
        name = self.naming.states[block.id]
        fields = self._renamed(block.fields)
        talk = fields.get("talk")
        title = title_for(block.name, name)
        state: dict[str, Any] = {"title": title} if title else {}
        state |= self._kind(block, name, fields)
        if not block.enabled:
            state["enabled"] = False
        for key in ("retry", "extras"):
            if key in fields:
                state[key] = fields[key]
        if block.kind in CONTAINER_KINDS:
            state["start"] = _one_or_many(self._targets(block.id, BODY))
            state["states"] = self.states(block.id)
        if name in self.hints.commands:
            ways = self.transitions(block)
            apart = self.hints.commands[name]
            spelled = [w for w in ways if w.keys() == {"to", "command"} and isinstance(w["to"], str)]
            spelled = [way for way in spelled if way["command"] not in apart]
            talk = {**(talk or {}), "commands": {way["command"]: way["to"] for way in spelled}}
            state["next"] = written_next([way for way in ways if way not in spelled])
        else:
            state["next"] = self._next(block)
        if talk:
            state = dict(sorted({**talk, **state}.items(), key=lambda item: _STATE_ORDER[item[0]]))
        kept: Any = {
            key: item
            for key, item in state.items()
            if item or (item is not None and not is_blank(item)) or key in _MAY_BE_EMPTY
        }
        return cast("State", kept)

    def _next(self, block: Block) -> Next | None:
        """The ways out as they are written; of most blocks they are names alone."""
        if block.id in self.choosing:
            return written_next(self.transitions(block))
        states = self.naming.states
        names: list[str | Transition] = [
            states[edge.target] for edge in self.edges.get(block.id, ()) if edge.target in states
        ]
        return names[0] if len(names) == 1 and isinstance(names[0], str) else names or None

    def _renamed(self, fields: dict[str, JsonValue]) -> dict[str, Any]:
        """The fields with references renamed; a tool's output schema has none and may be large."""
        tool = fields.get("tool")
        if not isinstance(tool, dict) or "output" not in tool:
            renamed: Any = rename_all(fields, self.resolve)
            return cast("dict[str, Any]", renamed)
        plain = {**tool, "output": None}
        renamed = rename_all({**fields, "tool": plain}, self.resolve)
        renamed["tool"] = {**renamed["tool"], "output": tool["output"]}
        return cast("dict[str, Any]", renamed)

    def _kind(self, block: Block, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        kind = block.kind
        if kind in TOOL_KINDS:
            return {"tool": self._tool_names(name, fields)}
        if kind is BlockKind.AGENT:
            hinted = list(self.hints.agent_tools.get(name, ()))
            tools = [self._add_tool(_hinted(tool, hinted), tool_) for tool, tool_ in fields.get("tools", {}).items()]
            return {"chat": fields.get("prompt") or block.name, "agent": fields.get("agent"), "tools": tools}
        if kind is BlockKind.WORKFLOW and name in self.hints.tools:
            return {"tool": self._tool_names(name, {"tool": as_tool(fields)})}
        if kind is BlockKind.ROUTER:
            return {"fork": fields.get("prompt") or True, "agent": fields.get("agent")}
        if kind is BlockKind.RESPONSE:
            kept = {key: fields.get(key) for key in ("result", "status", "headers")}
            return {"end": fields.get("closing") or True, **kept}
        return cast("dict[str, Any]", _PLAIN[kind](fields))

    def _tool_names(self, name: str, fields: dict[str, Any]) -> str | list[str]:
        hinted = self.hints.tools.get(name) or [name]
        if "more_tools" not in fields:
            return self._add_tool(hinted[0], fields["tool"], name)
        chain = [fields["tool"], *fields["more_tools"]]
        names = [
            self._add_tool(hinted[place] if place < len(hinted) else f"{name}_{place + 1}", tool, name)
            for place, tool in enumerate(chain)
        ]
        return names[0] if len(names) == 1 else names

    def _add_tool(self, name: str, definition: JsonValue, otherwise: str = "") -> str:
        if name in self.tools and self.tools[name] != definition and otherwise:
            name = otherwise
        while name in self.tools and self.tools[name] != definition:
            name = unique(name, self.tools)
        self.tools[name] = definition
        return name

    def transitions(self, block: Block) -> list[Transition]:
        """The ways out of a block: its branches in their order, what is always taken, then errors and timeouts."""
        found: list[Transition] = []
        for branch in block.branches:
            groups = self._groups(block.id, branch.id)
            if not groups and not branch.otherwise:
                groups = [({}, [])]
            found += [self._transition(branch, talk, to) for talk, to in groups]
        for talk, to in self._groups(block.id, None):
            found += [cast("Transition", {"to": target, **talk}) for target in to]
        for special in (ERROR, TIMEOUT):
            found += [
                cast("Transition", {"to": _one_or_many(to), "on": special, **talk})
                for talk, to in self._groups(block.id, special)
            ]
        return found

    def _groups(self, source: str, branch: str | None) -> list[tuple[dict[str, Any], list[str]]]:
        groups: list[tuple[dict[str, Any], list[str]]] = []
        for edge in self.edges.get(source, ()):
            target = self.naming.states.get(edge.target)
            if edge.branch != branch or target is None:
                continue
            if groups and groups[-1][0] == edge.talk:
                if target not in groups[-1][1]:  # Sim draws a legacy route as often as it likes
                    groups[-1][1].append(target)
            else:
                groups.append((edge.talk, [target]))
        return groups

    def _transition(self, branch: Branch, talk: dict[str, Any], to: list[str]) -> Transition:
        transition: dict[str, Any] = {"to": _one_or_many(to)} if to else {}
        if branch.otherwise:
            transition["else"] = True
        elif branch.when is not None:
            transition["when"] = rename(branch.when, self.resolve)
            readable = rename(branch.condition, self.resolve) if branch.condition else sentence(transition["when"])
            transition |= {"condition": readable} if readable else {}
        else:
            reason = {"condition": branch.condition, "command": branch.command, "event": branch.event}
            transition |= {key: rename(text, self.resolve) for key, text in reason.items() if text}
            if not any(reason.values()):
                transition["condition"] = ""
        return cast("Transition", {**transition, **talk})


_MAY_BE_EMPTY = frozenset({"chat", "say", "ask", "loop", "parallel", "journey", "wait"})
_PLAIN: dict[BlockKind, Any] = {
    BlockKind.REPLY: lambda fields: {"say": fields.get("say", "")},
    BlockKind.HUMAN: lambda fields: {"ask": _question(fields.get("ask", {}))},
    BlockKind.CONDITION: lambda _: {"fork": True},
    BlockKind.LOOP: lambda fields: {"loop": fields.get("loop", {})},
    BlockKind.PARALLEL: lambda fields: {"parallel": fields.get("parallel", {})},
    BlockKind.WORKFLOW: lambda fields: {"journey": fields.get("journey", ""), "inputs": fields.get("inputs")},
    BlockKind.WAIT: lambda fields: {"wait": fields.get("wait", "")},
}


def _hinted(name: str, hinted: list[str]) -> str:
    """The name the journey already has for a tool (`search_2` for the second `search`), each used once."""
    for place, known in enumerate(hinted):
        if known == name or (known.startswith(f"{name}_") and known[len(name) + 1 :].isdecimal()):
            return hinted.pop(place)
    return name


def _question(ask: Any) -> Any:
    return ask["message"] if isinstance(ask, dict) and ask.keys() == {"message"} else ask


def _one_or_many(names: list[str]) -> str | list[str] | None:
    return None if not names else names[0] if len(names) == 1 else names
