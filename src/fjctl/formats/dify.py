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
from fjctl.formats.base import Decoded, finding, is_blank
from fjctl.formats.canvas import forms, reader, secrets, writer
from fjctl.formats.canvas.dialect import Choices, Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, map_texts
from fjctl.formats.canvas.table import opaque
from fjctl.formats.dify_agents import AGENT_FORMS
from fjctl.formats.dify_choices import CHOICES, GO_ON
from fjctl.formats.dify_code import has_main
from fjctl.formats.dify_document import read_around, unused, written_around
from fjctl.formats.dify_drawn import Graph, in_order, type_name
from fjctl.formats.dify_forms import FORMS
from fjctl.formats.dify_nodes import BODY, FAIL, INTO, LATE, PLAIN, read_nodes, read_wires
from fjctl.formats.dify_steps import STEP_FORMS
from fjctl.formats.dify_types import DERIVED, EDITOR, PAYLOAD, STRUCTURE, TYPES, UNUSED
from fjctl.model.workflow import ERROR, TIMEOUT, TOOL_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Block
    from fjctl.source import JsonValue, Pointer

_NODE_ID = re.compile(r"[A-Za-z0-9_]{1,50}")
_FAILS = TOOL_KINDS - {BlockKind.ASSIGN, BlockKind.KNOWLEDGE} | {BlockKind.AGENT}
"""What may fail into a branch of its own: models, tools, code, requests (dify-plus `error-handle`)."""
_EPOCH, _SPAN = 1_700_000_000_000, 100_000_000_000


def _memory_read(value: Any, scope: Scope) -> Read | None:
    """How much of the conversation a model hears: `window` turns, all of it where none are said."""
    if not isinstance(value, dict):
        return None
    window = value.get("window")
    window = window if isinstance(window, dict) else {}
    found: Map = {"window": window["size"]} if window.get("enabled") is True and "size" in window else {}
    query = value.get("query_prompt_template")
    if isinstance(query, str) and query.strip():
        found["query"] = texts.read_text(query, scope)
    roles = value.get("role_prefix")
    roles = {key: item for key, item in roles.items() if item} if isinstance(roles, dict) else {}
    found |= {"role_prefix": roles} if roles else {}
    return Read(found or True)


def _memory_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict) and meaning is not True:
        return ABSENT
    said = meaning if isinstance(meaning, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    window = before.get("window")
    size = window.get("size", 10) if isinstance(window, dict) else 10
    found: Map = {**before, "window": {"enabled": "window" in said, "size": said.get("window", size)}}
    if "query" in said or "query_prompt_template" in before:
        found["query_prompt_template"] = texts.write_text(str(said.get("query", "")), scope)
    return found | ({"role_prefix": said["role_prefix"]} if "role_prefix" in said else {})


def _structured_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if isinstance(value, dict) and value.get("schema") else None


def _structured_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    return {"schema": meaning["schema"]} if "schema" in meaning else {"schema": meaning}


def _query_read(value: Any, scope: Scope) -> Read | None:
    """What a classifier looks at; the customer's words where nobody says otherwise."""
    return None if value == ["sys", "query"] else FORMS["selector"].read(value, scope)


def _method_read(value: Any, _: Scope) -> Read | None:
    return Read(value.upper()) if isinstance(value, str) and value.isalpha() else None


def _method_write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    upper = isinstance(prior, str) and prior.isupper()
    return ABSENT if not isinstance(meaning, str) else meaning.upper() if upper else meaning.lower()


def _color_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if isinstance(value, str) and value != "blue" else None


def _settled_read(value: Any, scope: Scope) -> Read | None:
    """A tool's configuration: values, or `{type, value}` since its second version."""
    if not isinstance(value, dict):
        return None
    found: Map = {}
    rest: Map = {}
    for name, held in value.items():
        said = FORMS["argument"].read(held, scope) if _is_argument(held) else None
        if said is not None:
            found[name] = said.value
        elif _is_argument(held):
            rest |= {} if is_blank(held.get("value")) else {name: held}
        elif not is_blank(held):
            found[name] = map_texts(held, lambda text: texts.read_text(text, scope))
    return Read(found, rest or ABSENT) if found else None


def _is_argument(held: Any) -> bool:
    return isinstance(held, dict) and "value" in held and held.keys() <= {"type", "value"}


def _settled_write(meaning: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    before = prior if isinstance(prior, dict) else {}
    kept = {name: held for name, held in before.items() if _settled_read({name: held}, scope) is None}
    found: Map = {}
    for name, said in meaning.items():
        held = before.get(name)
        was = _settled_read({name: held}, scope)
        if was is not None and was.value.get(name) == said:
            found[name] = held
        elif _is_argument(held):
            found[name] = FORMS["argument"].write(said, held, ABSENT, scope)
        else:
            found[name] = map_texts(said, lambda text: texts.write_text(text, scope))
    return kept | found | (beyond if isinstance(beyond, dict) else {})


def _plain_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return meaning


class Dify(Dialect):
    """The dialect of Dify."""

    title = "Dify"
    table = TYPES
    forms: ClassVar[Mapping[str, Form]] = {
        **forms.FORMS,
        **FORMS,
        **AGENT_FORMS,
        **STEP_FORMS,
        "memory": Form(_memory_read, _memory_write, translates=True),
        "structured": Form(_structured_read, _structured_write),
        "query": Form(_query_read, FORMS["selector"].write, translates=True),
        "method": Form(_method_read, _method_write),
        "color": Form(_color_read, _plain_write),
        "configuration": Form(_settled_read, _settled_write, translates=True),
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
        edges = graph.get("edges")
        read_wires(drawing, edges if isinstance(edges, list) else [])
        return drawing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """A document put together, its keys in order as Dify exports them."""
        kinds = {type_name(node) for node in drawing.nodes}
        asks = "human-input" in kinds
        graph = Graph(drawing).written()
        return in_order(written_around(drawing, prior, graph, chat="answer" in kinds, asks=asks))  # type: ignore[no-any-return]

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
        """See `WorkflowFormat.own_part`."""
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
        if row is None and block.kind in TOOL_KINDS:
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

    # New things

    def node_id(self, block: Block) -> str:
        """Dify names nodes by the millisecond; references hold no hyphens. The same block gives the same number."""
        if _NODE_ID.fullmatch(block.id):
            return block.id
        digest = hashlib.sha1(block.id.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
        return str(_EPOCH + int.from_bytes(digest[:8], "big") % _SPAN)

    def holds(self, row: NodeType, block: Block) -> bool:
        """A model without a strategy has no tools; an iteration goes over a list, a loop does not."""
        wanted = _wanted_type(block)
        if row.name == "llm":
            return wanted != "agent"
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


def _wanted_type(block: Block) -> str:
    """The type of a block whose kind alone does not tell."""
    fields: Any = block.fields
    if block.kind is BlockKind.START:
        inputs = fields.get("inputs")
        return "start/own" if isinstance(inputs, dict) and "input" in inputs else "start"
    if block.kind is BlockKind.TRIGGER:
        event = fields.get("event")
        return f"trigger-{event}" if event in {"webhook", "schedule"} else "trigger-plugin"
    if block.kind is BlockKind.AGENT:
        return "agent" if fields.get("tools") else "llm"
    if block.kind is BlockKind.LOOP:
        loop = fields.get("loop")
        return "iteration" if isinstance(loop, dict) and "each" in loop else "loop"
    if block.kind is BlockKind.CODE:
        tool = fields.get("tool")
        return "code" if isinstance(tool, dict) and has_main(tool.get("code")) else "code/body"
    return ""


# What a field is, by its place

_OUTER = frozenset({"height", "width", "position", "positionAbsolute", "zIndex", "parentId"})
_LOOKS = frozenset({"selected", "dragging", "sourcePosition", "targetPosition", "draggable", "selectable", "extent"})
_DATA = len(("workflow", "graph", "nodes", 0, "data"))
_COPIED = frozenset({"type", "provider_name", "structured_output_enabled", "startNodeType"})
_ENVELOPE = frozenset({"kind", "version", "dependencies"})
_APP = frozenset({"icon", "icon_background", "icon_type", "use_icon_as_answer_icon", "mode", "max_active_requests"})


def own_part(pointer: Pointer, value: JsonValue = None) -> str:
    """What stays in the workflow by design, by a field's place."""
    secret = secrets.secret_part(pointer, value)
    if secret:
        return secret
    if pointer[0] in _ENVELOPE or (pointer[0] == "app" and pointer[-1] in _APP):
        return "derived" if pointer[0] == "dependencies" else "envelope"
    if pointer[:3] == ("workflow", "graph", "viewport") or pointer[-1] == "rag_pipeline_variables":
        return "editor"
    if pointer[:3] == ("workflow", "graph", "edges"):
        return _own_of_edge(pointer)
    if pointer[:3] == ("workflow", "graph", "nodes"):
        return _own_of_node(pointer, value)
    return _own_of_variable(pointer, value)


def _own_of_edge(pointer: Pointer) -> str:
    last = pointer[-1]
    if len(pointer) == 5:  # noqa: PLR2004 - workflow, graph, edges, place, key
        kinds = {"id": "identity", "data": "derived", "type": "derived", "zIndex": "layout", "selected": "editor"}
        return kinds.get(str(last), "editor" if str(last).startswith("_") else "")
    return ""


def _own_of_node(pointer: Pointer, value: JsonValue) -> str:
    last = pointer[-1]
    if len(pointer) == _DATA:
        kind = "layout" if last in _OUTER else "editor" if last in _LOOKS else "identity" if last == "id" else ""
        return "derived?" if last == "type" else kind
    if len(pointer) == _DATA + 1:
        return _own_of_data(str(last), value)
    return _own_within(pointer) if len(pointer) > _DATA else ""


def _own_of_data(key: str, value: JsonValue) -> str:
    if key in {"width", "height"}:
        return "layout"
    if key in EDITOR or key == "selected" or key.startswith("_"):
        return "editor"
    if key in STRUCTURE and key not in {"title", "type"}:
        return "derived"
    if key in _COPIED or any(key in keys for keys in DERIVED.values()):
        return "derived?"
    if key in UNUSED.values():
        return "editor?"
    if key in PAYLOAD:
        return "payload?"
    if unused(value) or (isinstance(value, dict) and value.get("retry_enabled") is False):
        return "editor"
    return ""


def _own_within(pointer: Pointer) -> str:
    last, key = pointer[-1], pointer[_DATA]
    if last == "id" and key in {
        "prompt_template",
        "cases",
        "conditions",
        "items",
        "break_conditions",
        "loop_variables",
    }:
        return "identity?"
    if last == "schemas" and key == "agent_parameters":
        return "payload"
    return ""


def _own_of_variable(pointer: Pointer, value: JsonValue) -> str:
    if pointer[1:2] in {("conversation_variables",), ("environment_variables",)} and len(pointer) > 2:  # noqa: PLR2004
        if pointer[-1] == "id":
            return "identity"
        if pointer[-1] == "selector":
            return "derived"
    del value
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
