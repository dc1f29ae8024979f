"""Ways to break a file that is accepted, each with what its builder has to say then.

A checker that cannot complain is worthless: each of these must be seen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[dict[str, Any]], object]


class Broken(NamedTuple):
    """An edit of a good document and a regular expression that one of the complaints must fit."""

    builder: str
    what: str
    edit: Edit
    complaint: str


def graph_of(builder: str, document: dict[str, Any]) -> dict[str, Any]:
    """The mapping that holds a document's `nodes` and its `edges` (n8n: `connections`)."""
    inner: dict[str, Any] = document
    if builder == "langflow":
        inner = document["data"]
    elif builder == "dify":
        inner = document["workflow"]["graph"]
    return inner


def node(document: dict[str, Any], builder: str, name: str) -> dict[str, Any]:
    """The node with this id (n8n: this name)."""
    key = "name" if builder == "n8n" else "id"
    found: dict[str, Any] = next(one for one in graph_of(builder, document)["nodes"] if one[key] == name)
    return found


def hang(builder: str, document: dict[str, Any]) -> bool:
    """Let the first edge end at a node that is not there; False where the document has no edge."""
    graph = graph_of(builder, document)
    if builder == "n8n":
        ends = [
            end for by in graph["connections"].values() for slots in by.values() for slot in slots for end in slot or ()
        ]
        for end in ends[:1]:
            end["node"] = "nowhere"
        return bool(ends)
    for edge in graph["edges"][:1]:
        edge["target"] = "nowhere"
    return bool(graph["edges"])


def parsed(path: Path) -> dict[str, Any]:
    """A document, JSON or YAML."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return dict(json.loads(text))
    from ruamel.yaml import YAML

    return dict(YAML(typ="safe", pure=True).load(text))


def _without(builder: str, name: str, *keys: str) -> Edit:
    """Take the value at these keys out of a node."""

    def edit(document: dict[str, Any]) -> None:
        inner = node(document, builder, name)
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]

    return edit


def _with(builder: str, name: str, value: Any, *keys: str) -> Edit:
    """Put a value at these keys into a node."""

    def edit(document: dict[str, Any]) -> None:
        inner = node(document, builder, name)
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value

    return edit


def _edge(builder: str, number: int, **changed: Any) -> Edit:
    return lambda document: graph_of(builder, document)["edges"][number].update(changed)


def _renamed_handle(document: dict[str, Any]) -> None:
    document["data"]["edges"][1]["data"]["targetHandle"]["fieldName"] = "no_such_field"


def _operator(document: dict[str, Any]) -> None:
    template = node(document, "langflow", "ConditionalRouter-ddddd")["data"]["node"]["template"]
    template["operator"]["value"] = "resembles"


def _swapped_types(document: dict[str, Any]) -> None:
    document["data"]["edges"][0]["data"]["sourceHandle"]["output_types"] = ["LanguageModel"]


def _ring(document: dict[str, Any]) -> None:
    edges = document["workflow"]["graph"]["edges"]
    edges.append({"id": "ring", "source": "person", "target": "check", "sourceHandle": "pay", "targetHandle": "target"})


def _third_output(document: dict[str, Any]) -> None:
    slots = document["connections"]["Is it a refund?"]["main"]
    slots.append(slots[0])


def _operation(document: dict[str, Any]) -> None:
    node(document, "flowise", "conditionAgentflow_0")["data"]["inputs"]["conditions"][0]["operation"] = "equals"


def _undeclared(document: dict[str, Any]) -> None:
    node(document, "flowise", "directReplyAgentflow_0")["data"].update(inputs={}, inputParams=[])


def _flow_ring(document: dict[str, Any]) -> None:
    edge = {"id": "ring", "source": "llmAgentflow_0", "sourceHandle": "llmAgentflow_0-output-llmAgentflow"}
    document["edges"].append(edge | {"target": "conditionAgentflow_0", "targetHandle": "conditionAgentflow_0"})


CASES = (
    Broken("flowise", "a hanging edge", lambda document: hang("flowise", document), "non-existent target node nowhere"),
    Broken("flowise", "a cycle", _flow_ring, "(?i)cycle"),
    Broken("flowise", "no start", lambda document: document["nodes"].pop(0), "(?i)start node"),
    Broken("flowise", "an unknown node", _with("flowise", "llmAgentflow_0", "fooAgentflow", "data", "name"), "unknown"),
    Broken("flowise", "a later version", _with("flowise", "llmAgentflow_0", 99, "data", "version"), "version 99"),
    Broken("flowise", "no inputParams", _without("flowise", "llmAgentflow_0", "data", "inputParams"), "not a list"),
    Broken(
        "flowise", "no model", _without("flowise", "llmAgentflow_0", "data", "inputs", "llmModel"), "Model is required"
    ),
    Broken("flowise", "a required input that the file does not declare", _undeclared, "Message is required"),
    Broken(
        "flowise", "an unknown output", _edge("flowise", 1, sourceHandle="conditionAgentflow_0-output-9"), "no output"
    ),
    Broken("langflow", "no id", lambda document: document.pop("id"), "Missing required top-level field: 'id'"),
    Broken("langflow", "a hanging edge", lambda document: hang("langflow", document), "Vertex nowhere not found"),
    Broken("langflow", "no code", _without("langflow", "Agent-fffff", "data", "node", "template", "code"), "'code'"),
    Broken(
        "langflow",
        "code without a class",
        _with("langflow", "Agent-fffff", {"type": "code", "value": "x = 1"}, "data", "node", "template", "code"),
        "No Component subclass",
    ),
    Broken(
        "langflow",
        "code that imports what is not there",
        _with(
            "langflow",
            "Agent-fffff",
            {"type": "code", "value": "from lfx.components import Nope\n\nclass A(NopeComponent):\n    pass\n"},
            "data",
            "node",
            "template",
            "code",
        ),
        "Error creating class",
    ),
    Broken(
        "langflow", "no outputs", _with("langflow", "ChatInput-aaaaa", [], "data", "node", "outputs"), "matched type"
    ),
    Broken("langflow", "types that do not fit", _swapped_types, "invalid handles"),
    Broken("langflow", "an edge to no field", _renamed_handle, "which the component does not take"),
    Broken("langflow", "an unknown operator", _operator, "operator cannot be resembles"),
    Broken("langflow", "an unknown type", _with("langflow", "Agent-fffff", "Nope", "data", "type"), "not a component"),
    Broken("dify", "no kind", lambda document: document.pop("kind"), "kind is required"),
    Broken("dify", "a hanging edge", lambda document: hang("dify", document), "unknown node"),
    Broken("dify", "a cycle", _ring, "cycle"),
    Broken("dify", "two starts", _with("dify", "sorry", {"type": "start"}, "data"), "exactly one start"),
    Broken("dify", "no start", _with("dify", "start", {"type": "answer", "answer": ""}, "data"), "exactly one start"),
    Broken("dify", "an unknown type", _with("dify", "person", "nope", "data", "type"), "unknown node type"),
    Broken(
        "dify", "no model", _without("dify", "price", "data", "model"), "model: Field required|missing model provider"
    ),
    Broken(
        "dify", "no prompt", _without("dify", "price", "data", "prompt_template"), "prompt_template: Field required"
    ),
    Broken("dify", "an iteration without its list", _without("dify", "each", "data", "iterator_selector"), "iterator"),
    Broken("dify", "an edge out of an iteration", _edge("dify", 3, target="done"), "crosses container scopes"),
    Broken("dify", "a number as id", _with("dify", "sorry", 7, "id"), "id must be a non-empty string"),
    Broken("n8n", "a hanging edge", lambda document: hang("n8n", document), "does not exist: nowhere"),
    Broken("n8n", "an unknown type", _with("n8n", "Answer", "n8n-nodes-base.nope", "type"), "unrecognized"),
    Broken("n8n", "an unknown version", _with("n8n", "Answer", 77, "typeVersion"), "unrecognized"),
    Broken(
        "n8n", "no url", _with("n8n", "Look up the order", {"options": {}}, "parameters"), 'Parameter "URL" is required'
    ),
    Broken("n8n", "a third way out of an if", _third_output, "no output main 2"),
    Broken("n8n", "two nodes of one name", _with("n8n", "Reminder", "Answer", "name"), "this name"),
    Broken(
        "n8n",
        "a broken expression",
        _with("n8n", "Look up the order", "={{ $json. }}", "parameters", "url"),
        "expression",
    ),
)
