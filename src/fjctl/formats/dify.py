"""Dify's DSL: the YAML that its console exports, of every version.

Sources: dify-plus `api/services/app_dsl_service.py` (export and import), `web/app/components/workflow` (the editor),
langgenius/graphon (nodes and handles). Its graph is a DAG: a cycle becomes a loop container.
"""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import dify_texts as texts
from fjctl.formats.base import Decoded, finding
from fjctl.formats.canvas import forms, reader, writer
from fjctl.formats.canvas.dialect import Choices, Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.table import opaque
from fjctl.formats.dify_agents import AGENT_FORMS
from fjctl.formats.dify_choices import CHOICES, GO_ON
from fjctl.formats.dify_code import has_main
from fjctl.formats.dify_document import read_around, written_around
from fjctl.formats.dify_drawn import Graph, in_order, type_name
from fjctl.formats.dify_forms import FORMS
from fjctl.formats.dify_loops import LOOP_FORMS
from fjctl.formats.dify_models import MODEL_FORMS
from fjctl.formats.dify_nodes import BODY, FAIL, INTO, LATE, NOTE, PLAIN, START_TITLE, read_nodes, read_wires
from fjctl.formats.dify_own import own_part
from fjctl.formats.dify_steps import STEP_FORMS
from fjctl.formats.dify_types import TYPES
from fjctl.model.workflow import ERROR, TIMEOUT, TOOL_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Block
    from fjctl.source import JsonValue, Pointer

TEXTS = {"llm": "text", "agent": "text", "http-request": "body", "template-transform": "output"}
"""Outputs that are texts, so that nothing in them can be referred to."""
_NODE_ID = re.compile(r"\d{10,20}")
_FAILS = TOOL_KINDS - {BlockKind.ASSIGN, BlockKind.KNOWLEDGE} | {BlockKind.AGENT}
"""What may fail into a branch of its own: models, tools, code, requests (dify-plus `error-handle`)."""
_EPOCH, _SPAN = 1_700_000_000_000, 100_000_000_000


class Dify(Dialect):
    """The dialect of Dify."""

    title = "Dify"
    table = TYPES
    forms: ClassVar[Mapping[str, Form]] = {
        **forms.FORMS,
        **FORMS,
        **MODEL_FORMS,
        **AGENT_FORMS,
        **STEP_FORMS,
        **LOOP_FORMS,
    }
    choices: ClassVar[Mapping[str, Choices]] = CHOICES
    plain_port = PLAIN
    into_port = INTO
    error_port = FAIL
    timeout_port = LATE
    body_port = BODY
    keeps_extras = True

    def open(self, value: JsonValue) -> Drawing | None:
        """A document taken apart."""
        root: Any = value
        workflow = root.get("workflow") if isinstance(root, dict) else None
        graph = workflow.get("graph") if isinstance(workflow, dict) else None
        nodes = graph.get("nodes") if isinstance(graph, dict) else None
        if not isinstance(nodes, list):
            return None
        drawing = Drawing()
        read_around(root, drawing)
        read_nodes(drawing, nodes)
        edges = graph.get("edges") if isinstance(graph, dict) else None
        read_wires(drawing, edges if isinstance(edges, list) else [])
        return drawing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """A document put together, its keys in order as Dify exports them."""
        if drawing.fresh:
            _begun(drawing)
        kinds = {type_name(node) for node in drawing.nodes}
        asks = "human-input" in kinds
        graph = Graph(drawing).written()
        chat = "answer" in kinds or any(head == "sys" and path == "query" for head, path in texts.referred(graph))
        return in_order(written_around(drawing, prior, graph, chat=chat, asks=asks))  # type: ignore[no-any-return]

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """Edges by their ends, under either spelling of their handles; else as everywhere."""
        if "source" in item and "target" in item:
            out = item.get("sourceHandle") or item.get("source_handle") or PLAIN
            into = item.get("targetHandle") or item.get("target_handle") or INTO
            return (str(item["source"]), str(out), str(item["target"]), str(into))
        for key in ("case_id", "output_variable_name"):
            if isinstance(item.get(key), str) and item[key]:
                return item[key]
        return super().list_key(pointer, item)

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `dify_own`."""
        return own_part(pointer, value)

    # Types

    def type_of(self, node: Node) -> NodeType:
        """The row of a node's type and variant."""
        row = TYPES.get(f"{node.type}/{node.mark}") if node.mark else None
        return row or TYPES.get(node.type) or opaque(node.type)

    def type_for(self, block: Block) -> NodeType | None:
        """The type of a new node for a block."""
        wanted = _wanted_type(block)
        row = TYPES.get(wanted) if wanted else super().type_for(block)
        if block.kind in TOOL_KINDS and (row is None or row.kind is BlockKind.OPAQUE):
            return TYPES.get("tool")
        return row

    # Ports

    def way(self, block: Block, wire: Wire) -> str | None:
        """Only a question to a person has a way for when nobody answers."""
        if wire.out == LATE and block.kind is not BlockKind.HUMAN:
            return None
        return super().way(block, wire)

    def port(self, block: Block, branch: str | None) -> str | None:
        """See `Dialect.port`."""
        if branch == ERROR and block.kind not in _FAILS:
            return None
        if branch == TIMEOUT and block.kind is not BlockKind.HUMAN:
            return None
        if branch is None and block.kind is BlockKind.HUMAN:
            return None if block.branches else GO_ON
        return super().port(block, branch)

    # References

    def read_text(self, text: str, scope: Scope) -> str:
        """See `dify_texts`."""
        return texts.read_text(text, scope)

    def write_text(self, text: str, scope: Scope) -> str:
        """See `dify_texts`."""
        return texts.write_text(text, scope)

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """See `dify_texts`."""
        return texts.write_text(text, scope, before)

    def doubts(self, node: Node, scope: Scope) -> Iterator[tuple[str, str]]:
        """What a new node refers to and would not get: parts of an output that is a text in Dify."""
        for head, path in texts.referred(node.settings):
            row = scope.rows.get(head)
            whole = TEXTS.get(row.name.partition("/")[0]) if row is not None else None
            if whole is not None and path.startswith(f"{whole}."):
                name = next((other.name for other in scope.drawing.nodes if other.id == head), head)
                yield f"{path.partition('.')[2]} in the answer of {name}", f"{self.title} gives that answer as a text"
        if node.type == "code/body" and re.search(r"\bawait\b", str(node.settings.get("code"))):
            yield "await in the code", f"{self.title} runs code without waiting for anything"

    # New things

    def node_id(self, block: Block) -> str:
        """Dify names nodes by the millisecond; references hold no hyphens. The same block gives the same number."""
        if _NODE_ID.fullmatch(block.id):
            return block.id
        return stable_number(block.id)

    def holds(self, row: NodeType, block: Block) -> bool:
        """A model without a strategy has no tools; an iteration goes over a list, a loop does not."""
        wanted = _wanted_type(block)
        if row.name == "llm":
            return wanted != "agent" or not block.fields.get("tools")
        return row.name not in {"iteration", "iteration/parallel", "loop"} or wanted in {"", row.name}

    def new_wire_id(self, wire: Wire) -> str:
        """Dify names an edge by its ends."""
        return f"{wire.source}-{wire.out}-{wire.target}-{wire.into}"

    def body_node(self, block: Block) -> Node | None:
        """The start node of a new container."""
        if block.kind not in {BlockKind.LOOP, BlockKind.PARALLEL}:
            return None
        row = self.type_for(block)
        kind = "loop-start" if row is not None and row.name == "loop" else "iteration-start"
        return Node(id=f"{block.id}start", type=kind)


def _begun(drawing: Drawing) -> None:
    """Gives a new graph without a beginning its start node: Dify wants one."""
    entered = {wire.target for wire in drawing.wires}
    top = [node for node in drawing.nodes if node.parent is None and node.type != NOTE]
    if any(node.type.startswith(("start", "trigger")) for node in top):
        return
    if any(head == "sys" for node in drawing.nodes for head, _ in texts.referred(node.settings)):
        return  # it asks for what only a start would give, so it has lost its own
    first = next((node for node in top if node.id not in entered), top[0] if top else None)
    start = Node(id=stable_number("start", *(node.id for node in top)), type="start", name=START_TITLE)
    start.settings = {"variables": []}
    if first is not None:
        start.x, start.y = (first.x or 0) - 350, first.y or 0
        drawing.wires.insert(0, Wire(source=start.id, target=first.id, out=PLAIN, into=INTO))
    drawing.nodes.insert(0, start)


def stable_number(*parts: str) -> str:
    """A number such as Dify names nodes by, the milliseconds of some moment; the same parts give the same."""
    digest = hashlib.sha1("\x1f".join(parts).encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return str(_EPOCH + int.from_bytes(digest[:8], "big") % _SPAN)


def _agent_type(fields: Map) -> str:
    """A model that is asked, one that extracts parameters, or one that follows a strategy, with tools."""
    agent = fields.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    settings = agent.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    if fields.get("tools") or "max_iterations" in agent or any(key.startswith("agent_") for key in settings):
        return "agent"
    output = agent.get("output")
    asked = "input" in agent and not fields.get("prompt") and isinstance(output, dict) and "schema" in output
    return "parameter-extractor" if asked or "reasoning_mode" in settings else "llm"


def _wanted_type(block: Block) -> str:
    """The type of a block whose kind alone does not tell."""
    fields: Any = block.fields
    if block.kind is BlockKind.START:
        inputs = fields.get("inputs")
        return "start/own" if isinstance(inputs, dict) and "input" in inputs else "start"
    if block.kind is BlockKind.TRIGGER:
        event = fields.get("event")
        return f"trigger-{event}" if event in ("webhook", "schedule") else "trigger-plugin"
    if block.kind is BlockKind.AGENT:
        return _agent_type(fields)
    if block.kind is BlockKind.KNOWLEDGE:
        tool = fields.get("tool")
        return "knowledge-index" if isinstance(tool, dict) and tool.get("operation") == "index" else ""
    if block.kind is BlockKind.LOOP:
        loop = fields.get("loop")
        counted = isinstance(loop, dict) and "each" not in loop and loop.keys() & {"times", "while", "do_while"}
        return "loop" if counted else "iteration"
    if block.kind is BlockKind.CODE:
        tool = fields.get("tool")
        return "code" if isinstance(tool, dict) and has_main(tool.get("code")) else "code/body"
    return ""


DIFY = Dify()


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed document; one without a graph is explained."""
    app = value.get("app") if isinstance(value, dict) else None
    if isinstance(value, dict) and "model_config" in value and "workflow" not in value:
        mode = app.get("mode") if isinstance(app, dict) else None
        what = f"a Dify app of mode {mode!r}" if isinstance(mode, str) else "a Dify app"
        hint = "in Dify, convert it to a workflow or chatflow (Orchestrate, Switch to Workflow) and export that"
        message = f"{what} has a single prompt and no graph, so there is no flow to convert"
        return Decoded(Workflow(), [finding("FJ300", message, ("model_config",), hint=hint)])
    return reader.decode(DIFY, value)


encode = partial(writer.encode, DIFY)
node_id = DIFY.node_id
list_key = DIFY.list_key
