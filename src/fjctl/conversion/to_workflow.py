"""`create`: from a journey document to a workflow that means the same, without any layout.

A pure function of the journey. Node ids come from its `origin`, and where that has none they are derived from the
names, so that the same journey always gives the same workflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.conversion.naming import DEFAULT_ENTRY, ENTRY, NOTE
from fjctl.conversion.results import result_field
from fjctl.formats.base import is_blank
from fjctl.model.journey import Journey, State, Transition, kind_of, targets, transitions, walk
from fjctl.model.names import RESERVED_NAMES, humanize, stable_id
from fjctl.model.readable import sentence
from fjctl.model.references import BY_ID, normalize, rename, rename_all
from fjctl.model.workflow import (
    BODY,
    ERROR,
    TIMEOUT,
    Block,
    BlockKind,
    Branch,
    Edge,
    Workflow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.source import JsonValue

_CONVERSATION = ("triggers", "guidelines", "canned", "labels", "mode", "priority", "extras")
_TOOL_KINDS = {
    "http": BlockKind.HTTP,
    "javascript": BlockKind.CODE,
    "python": BlockKind.CODE,
    "shell": BlockKind.CODE,
    "mcp": BlockKind.MCP,
    "assign": BlockKind.ASSIGN,
}
_SERVICES = {
    "knowledge": BlockKind.KNOWLEDGE,
    "memory": BlockKind.MEMORY,
    "guardrails": BlockKind.GUARDRAIL,
    "evaluator": BlockKind.EVALUATOR,
}
_REASONS = ("when", "condition", "command", "event")
_TALK_ON_EDGES = ("confirm", "delay", "priority", "notes")


def to_workflow(journey: Journey) -> Workflow:
    """The workflow of a journey whose shape has been checked."""
    return Builder(journey).workflow()


class Builder:
    """Builds one journey's workflow; `keys` is what it calls each block, key → id. `written` are the names that blocks
    already bear, by id: builders allow the same name twice, and what is so is left so. With `refer_by_id` references
    name blocks by id (see `model/references.py`)."""

    def __init__(
        self, journey: Journey, written: Mapping[str, str] | None = None, *, refer_by_id: bool = False
    ) -> None:
        self.journey = journey
        self.refer_by_id = refer_by_id
        self.written = written or {}
        self.unreachable: set[str] = set()
        self.nodes = journey.get("origin", {}).get("nodes", {})
        self.tools = cast("dict[str, Any]", journey.get("tools", {}))
        self.variables = cast("dict[str, dict[str, Any]]", journey.get("variables", {}))
        self.listed = walk(journey["states"])
        self.ids = {name: self.node_id(name) for _, name, _ in self.listed}
        self.names: dict[str, str] = {}
        self.results = self._result_table()
        self.keys: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.edges: list[Edge] = []
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.drawn: dict[tuple[str, str | None, str], list[dict[str, Any]]] = {}

    def node_id(self, key: str) -> str:
        """The node id that belongs to a key, as recorded or derived."""
        return self.nodes.get(key) or stable_id(self.journey["journey"], key)

    def _result_table(self) -> dict[str, str]:
        """Result variable → the reference that means the same in a workflow (`lookup.data`)."""
        found: dict[str, str] = {}
        for _, name, state in self.listed:
            variable = state.get("result")
            if kind_of(state) == "tool" and isinstance(variable, str) and variable not in self.ids:
                field = result_field(self.tool_kind(self._tool_names(state)[-1]))
                found.setdefault(variable, f"{name}.{field}" if field else name)
        return found

    def workflow(self) -> Workflow:
        """The whole workflow; to be asked for once."""
        journey = self.journey
        self._name_everything()
        self._entries()
        self.keys |= self.ids
        for path, name, state in self.listed:
            self.blocks.append(self.block(name, state, self.ids[path[-1]] if path else None))
            self._connect(state)
        self._notes()
        talk = {key: journey[key] for key in _CONVERSATION if not is_blank(journey.get(key))}  # type: ignore[literal-required]
        spare = self._spare_tools()
        talk |= {"tools": spare} if spare else {}
        plain = {name: shape for name, shape in self.variables.items() if not shape.get("input")}
        return Workflow(
            name=journey.get("title") or humanize(journey["journey"].replace("-", "_")),
            description=journey.get("description", ""),
            blocks=self.blocks,
            edges=self.edges,
            variables=cast("dict[str, JsonValue]", plain),
            talk=cast("dict[str, JsonValue]", rename_all(cast("JsonValue", talk), self.resolve)),
        )

    def _spare_tools(self) -> dict[str, Any]:
        """The tools that no block runs or offers: of guidelines, of states that only list them, or of nobody yet."""
        used: set[str] = set()
        for _, _, state in self.listed:
            used.update(self._tool_names(state))
            used.update(state.get("tools", []) if kind_of(state) == "chat" else [])
        return {name: tool for name, tool in self.tools.items() if name not in used}

    def _name_everything(self) -> None:
        entries = self.journey.get("entries", {})
        titles = {ENTRY + key: entries.get(key, {}).get("title") for key in (DEFAULT_ENTRY, *entries)}
        titles |= {name: state.get("title") for _, name, state in self.listed}
        wanted = {key: title or self._untitled(key) for key, title in titles.items()}
        kept = {node: key for key, name in wanted.items() if self.written.get(node := self.node_id(key)) == name}
        taken = set(RESERVED_NAMES)
        for node, name in self.written.items():  # in the order of the file, in which the first of a name is meant
            if node in kept:
                if not normalize(name) or normalize(name) in taken:
                    self.unreachable.add(kept[node].removeprefix(ENTRY))
                taken.add(normalize(name))
        kept_keys = set(kept.values())
        for key, name in wanted.items():
            free = key in kept_keys or self.refer_by_id  # who refers by ids may give a name twice
            self.names[key.removeprefix(ENTRY)] = name if free else _free_name(name, taken)

    def _untitled(self, key: str) -> str:
        """The name of a block for which the journey has no title: the key's, or none where the block has none."""
        blank = self.written.get(self.node_id(key)) == ""
        return "" if blank else humanize(key.removeprefix(ENTRY))

    def resolve(self, name: str, path: str) -> str | None:
        """What a reference in the journey is called in the workflow; None leaves it as it is."""
        if name == "variable":
            variable = path.partition(".")[0]
            shape = self.variables.get(variable.partition("[")[0])
            known = shape and shape.get("input") and not self._unnamed(DEFAULT_ENTRY)
            return f"{self._called(DEFAULT_ENTRY)}.{path}" if known else None
        if name in self.results and path:
            target = self.results[name]
            state, _, field = target.partition(".")
            if self._unnamed(state):
                return None
            return ".".join(part for part in (self._called(state), field, path) if part)
        if name not in self.names or self._unnamed(name):
            return None
        return f"{self._called(name)}.{path}" if path else self._called(name)

    def _unnamed(self, key: str) -> bool:
        """Whether no reference can name the block of a state or entry."""
        return key in self.unreachable and not self.refer_by_id

    def _called(self, key: str) -> str:
        """What references call the block of a state or entry."""
        if not self.refer_by_id:
            return normalize(self.names[key])
        return BY_ID + (self.ids[key] if key in self.ids else self.node_id(ENTRY + key))

    def _entries(self) -> None:
        entries = cast("dict[str, Any]", self.journey.get("entries", {}))
        inputs = {name: _without(shape, "input") for name, shape in self.variables.items() if shape.get("input")}
        start = targets(self.journey.get("start"))
        recorded = "origin" in self.journey and not any(key.startswith(ENTRY) for key in self.nodes)
        if not entries and not inputs and (not self.listed or (recorded and start == self._implied_start())):
            return
        for key in dict.fromkeys([*([DEFAULT_ENTRY] if DEFAULT_ENTRY not in entries else []), *entries]):
            entry = entries.get(key, {})
            default = key == DEFAULT_ENTRY
            fields = {name: entry[name] for name in ("event", "settings", "extras") if entry.get(name)}
            given = {**(inputs if default else {}), **entry.get("inputs", {})}
            fields |= {"inputs": given} if given else {}
            self.keys[ENTRY + key] = self.node_id(ENTRY + key)
            block = Block(
                id=self.keys[ENTRY + key],
                kind=BlockKind.TRIGGER if entry.get("event") else BlockKind.START,
                name=self.names[key],
                enabled=entry.get("enabled", True),
                fields=cast("dict[str, JsonValue]", rename_all(fields, self.resolve)),
            )
            self.blocks.append(block)
            self._edges_to(block.id, start if default else targets(entry.get("to")), None, {})

    def _implied_start(self) -> list[str]:
        entered = {to for _, _, state in self.listed for item in transitions(state) for to in targets(item.get("to"))}
        top = [name for path, name, _ in self.listed if not path]
        root = next((name for name in top if name not in entered), top[0] if top else None)
        return [root] if root else []

    def _notes(self) -> None:
        for name, note in self.journey.get("notes", {}).items():
            written = {"text": note} if isinstance(note, str) else cast("dict[str, Any]", note)
            fields = {key: written[key] for key in ("text", "color") if written.get(key)}
            title = written.get("title") or humanize(name)
            self.keys[NOTE + name] = self.node_id(NOTE + name)
            self.blocks.append(Block(id=self.keys[NOTE + name], kind=BlockKind.NOTE, name=title, fields=fields))

    def block(self, name: str, state: State, parent: str | None) -> Block:
        """One state's block, without its branches."""
        kind, fields, used = self._kind(state, self.names[name])
        talk = {key: item for key, item in state.items() if key not in used and key not in _STRUCTURE}
        fields |= {"talk": talk} if talk else {}
        fields |= {key: state[key] for key in ("retry", "extras") if state.get(key)}
        return Block(
            id=self.ids[name],
            kind=kind,
            name=self.names[name],
            parent=parent,
            enabled=state.get("enabled", True),
            fields=cast("dict[str, JsonValue]", rename_all(fields, self.resolve)),
        )

    def _kind(self, state: State, block_name: str) -> tuple[BlockKind, dict[str, Any], set[str]]:
        kind = kind_of(state)
        value: Any = state.get(kind)
        if kind == "tool":
            names = self._tool_names(state)
            chain = [self.tools.get(name, {"kind": "external", "service": name}) for name in names]
            fields = {"tool": chain[0], **({"more_tools": chain[1:]} if len(chain) > 1 else {})}
            return self.tool_kind(names[0]), fields, {"tool"}
        if kind == "chat":
            tools = {
                name: self.tools.get(name, {"kind": "external", "service": name}) for name in state.get("tools", [])
            }
            said = None if value == block_name else value  # what `get` says for an agent that has no prompt
            fields = _filled(prompt=said, agent=state.get("agent"), tools=tools)
            return BlockKind.AGENT, fields, {"chat", "agent", "tools"}
        if kind == "fork":
            if self._by_model(state):
                prompt = value if isinstance(value, str) else None
                return BlockKind.ROUTER, _filled(prompt=prompt, agent=state.get("agent")), {"fork", "agent"}
            return BlockKind.CONDITION, {}, {"fork"}
        if kind == "end":
            return self._end(state, value)
        if kind == "ask":
            return BlockKind.HUMAN, {"ask": {"message": value} if isinstance(value, str) else value}, {"ask"}
        if kind == "journey":
            return BlockKind.WORKFLOW, _filled(journey=value, inputs=state.get("inputs")), {"journey", "inputs"}
        return _SIMPLE[kind], {kind: value}, {kind}

    def _end(self, state: State, value: Any) -> tuple[BlockKind, dict[str, Any], set[str]]:
        written = cast("dict[str, Any]", state)
        result = {key: written[key] for key in ("result", "status", "headers") if key in written}
        if isinstance(value, str) and value and not result:
            return BlockKind.AGENT, _filled(prompt=value, agent=state.get("agent")), {"end", "agent"}
        closing: dict[str, Any] = {"closing": value} if isinstance(value, str) and value else {}
        return BlockKind.RESPONSE, result | closing, {"end", "result", "status", "headers"}

    def _by_model(self, state: State) -> bool:
        if isinstance(state.get("fork"), str) or state.get("agent"):
            return True
        found = [item for item in transitions(state) if item.keys() & set(_REASONS)]
        return bool(found) and not any("when" in item for item in found)

    def _tool_names(self, state: State) -> list[str]:
        used = state.get("tool", [])
        return [used] if isinstance(used, str) else list(used)

    def tool_kind(self, name: str) -> BlockKind:
        """The block kind that runs a tool."""
        return self.kind_of(self.tools.get(name, {}))

    @staticmethod
    def kind_of(tool: dict[str, Any]) -> BlockKind:
        """The block kind that runs a tool of this contract."""
        kind = _TOOL_KINDS.get(tool.get("kind", ""))
        if kind is not None:
            return kind
        if tool.get("settings", {}).get("opaque"):
            return BlockKind.OPAQUE
        return _SERVICES.get(tool.get("service", ""), BlockKind.INTEGRATION)

    def _connect(self, state: State) -> None:
        block = self.blocks[-1]
        self._edges_to(block.id, targets(state.get("start")), BODY, {})
        for item in transitions(state):
            written = cast("dict[str, Any]", item)
            talk = {key: written[key] for key in _TALK_ON_EDGES if key in written}
            self._edges_to(block.id, targets(item.get("to")), self._branch(block, item, talk), talk)

    def _branch(self, block: Block, item: Transition, talk: dict[str, Any]) -> str | None:
        """The branch of a transition. Two with one reason are two branches, as builders have rows that say the same
        (empty ones, to begin with); but one branch is written as several where its edges differ in what they say."""
        special = item.get("on")
        if special is not None:
            return ERROR if special == "error" else TIMEOUT
        otherwise = bool(item.get("else"))
        if not otherwise and not any(key in item for key in _REASONS):
            return None
        derived = "when" in item and item.get("condition") == sentence(item["when"])
        texts = {key: rename(str(item.get(key, "")), self.resolve) for key in _REASONS}
        texts["condition"] = "" if derived else texts["condition"]
        branch = Branch(
            id=_branch_id(block, otherwise=otherwise),
            when=texts["when"] if "when" in item and not otherwise else None,
            condition=texts["condition"],
            command=texts["command"],
            event=texts["event"],
            otherwise=otherwise,
        )
        said = (branch.reason(), branch.condition)
        for known in reversed(block.branches):
            if (known.reason(), known.condition) == said and talk not in self.said[known.id]:
                self.said[known.id].append(talk)
                return known.id
        block.branches.append(branch)
        self.said[branch.id] = [talk]
        return branch.id

    def _edges_to(self, source: str, names: list[str], branch: str | None, talk: dict[str, Any]) -> None:
        for target in names:
            if target in self.ids:
                drawn = self.drawn.setdefault((source, branch, target), [])
                if talk not in drawn:  # a way written twice is one way
                    drawn.append(talk)
                    self.edges.append(Edge(source=source, target=self.ids[target], branch=branch, talk=dict(talk)))


_STRUCTURE = frozenset({"title", "next", "commands", "start", "states", "enabled", "retry", "extras"})
_SIMPLE = {
    "say": BlockKind.REPLY,
    "loop": BlockKind.LOOP,
    "parallel": BlockKind.PARALLEL,
    "wait": BlockKind.WAIT,
    "": BlockKind.OPAQUE,
}


def _branch_id(block: Block, *, otherwise: bool) -> str:
    """The id of a branch that no file has one for yet, in the form Sim gives: `<block>-if`, `-else-if-1`, `-else`."""
    if otherwise:
        number = sum(branch.otherwise for branch in block.branches)
        return f"{block.id}-else-{number + 1}" if number else f"{block.id}-else"
    number = sum(not branch.otherwise for branch in block.branches)
    return f"{block.id}-else-if-{number}" if number else f"{block.id}-if"


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while normalize(free) in taken or not normalize(free):
        number += 1
        free = f"{name} {number}"
    taken.add(normalize(free))
    return free


def _filled(**values: Any) -> dict[str, Any]:
    return {key: item for key, item in values.items() if item}


def _without(shape: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: item for name, item in shape.items() if name != key}
