"""The workflow side: blocks, their branches, and the edges between them, whatever builder drew them.

What a block *is* stands in `kind`; what it *does* in `fields`, under the names the journey document
uses for the same thing, so that a format only translates its spelling. Keys of `fields` by kind:

==================  =======================================================================
start, trigger      `event`, `settings`, `inputs` (name → variable)
agent               `prompt`, `agent` (settings, further messages, output schema), `tools` (name → tool)
reply               `say`
response            `result`, `status`, `headers`, `closing` (an instruction for the last words)
human               `ask`
tool kinds          `tool` (a tool contract as in the journey's `tools`)
condition           — (see `branches`)
router              `prompt`, `agent`
loop, parallel      `loop`, `parallel`
workflow            `journey`, `inputs`
wait                `wait`
note                `text`, `color`
==================  =======================================================================

Any block may have `retry`, `extras` (kept as they are) and `talk` (state fields that only a conversation
has: messages, commands, canned responses, labels …), which most builders cannot hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fjctl.source import JsonValue  # noqa: TC001 - dataclass annotations are read at run time by the schema generator


class BlockKind(StrEnum):
    """What a block is, independent of the builder."""

    START = "start"
    TRIGGER = "trigger"
    AGENT = "agent"
    REPLY = "reply"
    RESPONSE = "response"
    HUMAN = "human"
    HTTP = "http"
    INTEGRATION = "integration"
    MCP = "mcp"
    KNOWLEDGE = "knowledge"
    MEMORY = "memory"
    GUARDRAIL = "guardrail"
    EVALUATOR = "evaluator"
    CODE = "code"
    ASSIGN = "assign"
    CONDITION = "condition"
    ROUTER = "router"
    LOOP = "loop"
    PARALLEL = "parallel"
    WORKFLOW = "workflow"
    WAIT = "wait"
    NOTE = "note"
    OPAQUE = "opaque"

    __hash__ = str.__hash__  # kinds are keys everywhere; an enum's own hash is a call into Python


ENTRY_KINDS = frozenset({BlockKind.START, BlockKind.TRIGGER})
TOOL_KINDS = frozenset(
    {
        BlockKind.HTTP,
        BlockKind.INTEGRATION,
        BlockKind.MCP,
        BlockKind.KNOWLEDGE,
        BlockKind.MEMORY,
        BlockKind.GUARDRAIL,
        BlockKind.EVALUATOR,
        BlockKind.CODE,
        BlockKind.ASSIGN,
        BlockKind.OPAQUE,
    }
)
FORK_KINDS = frozenset({BlockKind.CONDITION, BlockKind.ROUTER})
CONTAINER_KINDS = frozenset({BlockKind.LOOP, BlockKind.PARALLEL})

ERROR = "error"
"""Branch of an edge that is taken when its source failed."""
TIMEOUT = "timeout"
"""Branch of an edge that is taken when its source waited too long."""
BODY = "body"
"""Branch of an edge from a container to the first block inside it."""
SPECIAL_BRANCHES = frozenset({ERROR, TIMEOUT, BODY})


@dataclass(slots=True, kw_only=True)
class Branch:
    """One way out of a block that chooses. At most one of `when`, `condition` alone, `command`, `event`, `otherwise`
    is the reason; `condition` beside `when` is its reading for people."""

    id: str
    when: str | None = None
    condition: str = ""
    command: str = ""
    event: str = ""
    otherwise: bool = False

    def reason(self) -> tuple[str | None, str, str, str, bool]:
        """What makes two branches the same choice; the reading of a `when` is not part of it."""
        return (self.when, "" if self.when is not None else self.condition, self.command, self.event, self.otherwise)


@dataclass(slots=True, kw_only=True)
class Edge:
    """From a block to a block. `branch` is a `Branch.id` of the source, one of `SPECIAL_BRANCHES`, or None (always).

    `talk` holds what only a conversation has on a transition: `confirm`, `delay`, `priority`, `notes`.
    """

    source: str
    target: str
    branch: str | None = None
    id: str = ""
    talk: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Block:
    """One node. `parent` is the id of the container it sits in; positions are relative to that container's corner,
    in the canvas's pixels, and None while nobody has placed it."""

    id: str
    kind: BlockKind
    type: str = ""
    name: str = ""
    parent: str | None = None
    enabled: bool = True
    fields: dict[str, JsonValue] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None

    def rank(self, branch_id: str | None) -> int:
        """The place of a branch among this block's edges: into the body, branches, always, errors, timeouts."""
        if branch_id == BODY:
            return -1
        tail = {None: 0, ERROR: 1, TIMEOUT: 2}
        if branch_id in tail:
            return len(self.branches) + tail[branch_id]
        number = (number for number, item in enumerate(self.branches) if item.id == branch_id)
        return next(number, len(self.branches) + len(tail))

    def branch(self, branch_id: str | None) -> Branch | None:
        """The branch with this id, or None."""
        for branch in self.branches:
            if branch.id == branch_id:
                return branch
        return None


@dataclass(slots=True, kw_only=True)
class Workflow:
    """A workflow document's meaning and layout. `variables` are as in the journey document (name → type, default …);
    `talk` holds what only a conversation has (triggers, guidelines, canned responses …)."""

    name: str = ""
    description: str = ""
    blocks: list[Block] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    variables: dict[str, JsonValue] = field(default_factory=dict)
    talk: dict[str, JsonValue] = field(default_factory=dict)

    def by_id(self) -> dict[str, Block]:
        """Blocks by id; the first wins where a file repeats one."""
        found: dict[str, Block] = {}
        for block in self.blocks:
            found.setdefault(block.id, block)
        return found
