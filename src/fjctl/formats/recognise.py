"""How a parsed document is told to be of a format: by its structure, cheaply, without loading the format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.source import JsonValue, Pointer

_DEPTH = 3


def is_journey(value: JsonValue) -> bool:
    """A journey document says `journey:` and has `states` or a `version`."""
    return isinstance(value, dict) and "journey" in value and ("states" in value or "version" in value)


def is_nothing(value: JsonValue) -> bool:
    """For a format that is told by its syntax, or only written."""
    del value
    return False


def is_parlant_graph(value: JsonValue) -> bool:
    """A graph of Parlant has nodes with an action and, beside them, edges with conditions under a root, or follow-ups
    in the nodes."""
    nodes = value.get("nodes") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(nodes, list) or not nodes or not isinstance(nodes[0], dict):
        return False
    if "position" in nodes[0] or "data" in nodes[0] or "action" not in nodes[0]:
        return False
    return ("root" in value and isinstance(value.get("edges"), list)) or "follow_up_ids" in nodes[0]


def is_sim(value: JsonValue) -> bool:
    """A Sim document has a map of `blocks`, each with a type, at the root or under `state`, `data`."""
    for pointer in ((), ("state",), ("data",), ("data", "state")):
        found: Any = value
        for part in pointer:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, dict) and isinstance(found.get("blocks"), dict):
            blocks = found["blocks"]
            return "edges" in found or any(
                isinstance(block, dict) and "subBlocks" in block for block in blocks.values()
            )
    return False


def is_n8n(value: JsonValue) -> bool:
    """An n8n document has a list of `nodes` and a map of `connections`, at the root or in a template's or an answer's
    wrapper; scripts have put quotes around the keys."""
    for item in (value, *(value.get(key) for key in ("workflow", "data"))) if isinstance(value, dict) else ():
        if isinstance(item, dict):
            nodes, connections = (item.get(key, item.get(f'"{key}"')) for key in ("nodes", "connections"))
            if isinstance(nodes, list) and isinstance(connections, dict) and "edges" not in item:
                return True
    return False


def is_dify(value: JsonValue) -> bool:
    """A Dify DSL document has its graph under `workflow`, `graph`; an app without a graph has a `model_config`."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("model_config"), dict) and isinstance(value.get("app"), dict):
        return True
    workflow = value.get("workflow")
    graph = workflow.get("graph") if isinstance(workflow, dict) else None
    return isinstance(graph, dict) and isinstance(graph.get("nodes"), list)


def is_flowise(value: JsonValue) -> bool:
    """An agentflow of Flowise has nodes whose component's name ends so."""
    return any(name.endswith("Agentflow") for name, _ in _flowise_nodes(value))


def is_flowise_chatflow(value: JsonValue) -> bool:
    """A chatflow of Flowise has nodes that carry their component's name, anchors and parameters; a custom tool says
    `schema` and `func`."""
    if isinstance(value, dict) and {"name", "schema", "func"} <= value.keys() and "nodes" not in value:
        return True
    anchors = {"inputAnchors", "inputParams", "outputAnchors"}
    return any(name and data.keys() & anchors for name, data in _flowise_nodes(value))


def _flowise_nodes(value: JsonValue) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    nodes = value.get("nodes") if isinstance(value, dict) and isinstance(value.get("edges"), list) else None
    for node in nodes if isinstance(nodes, list) else ():
        data = node.get("data") if isinstance(node, dict) else None
        if isinstance(data, dict):
            name = data.get("name")
            yield (name if isinstance(name, str) else "", data)


def is_langflow(value: JsonValue) -> bool:
    """A Langflow document has its graph under `data`, and components that hold themselves under `data`, `node`."""
    data = value.get("data") if isinstance(value, dict) else None
    nodes = data.get("nodes") if isinstance(data, dict) else None
    if not isinstance(nodes, list) or not isinstance(value, dict):
        return False
    if "last_tested_version" in value or "is_component" in value:
        return True
    inner = [node.get("data") for node in nodes if isinstance(node, dict)]
    return any(isinstance(item, dict) and isinstance(item.get("node"), dict) for item in inner)


def is_fastgpt(value: JsonValue) -> bool:
    """A FastGPT app has nodes with a `flowNodeType`, or modules with a `flowType` (V1): in a list, under `nodes` or
    `modules`, there or under `workflow` or `data`."""
    places: list[Any] = [value]
    for key in ("workflow", "data", "nodes", "modules"):
        places += [place[key] for place in places if isinstance(place, dict) and key in place]
    return any(isinstance(place, list) and any(map(_is_fastgpt_node, place)) for place in places)


def _is_fastgpt_node(node: Any) -> bool:
    return isinstance(node, dict) and ("flowNodeType" in node or ("flowType" in node and "moduleId" in node))


_CHAINFORGE_NODES = frozenset(
    {
        *("prompt", "chat", "processor", "evaluator", "simpleval", "llmeval", "multieval", "comment", "textfields"),
        *("csv", "table", "items", "media", "multimedia", "upload", "join", "split", "script", "selectvars"),
        *("carousel", "chunk", "rerank", "memo", "retrieval", "vis", "inspect"),
    }
)


def is_chainforge(value: JsonValue) -> bool:
    """A ChainForge flow has its graph under `flow`, past answers under `cache`, and nodes of its types, if any."""
    flow = value.get("flow") if isinstance(value, dict) else None
    nodes = flow.get("nodes") if isinstance(flow, dict) else None
    if not isinstance(nodes, list) or not isinstance(value, dict) or "cache" not in value:
        return False
    return not nodes or any(isinstance(node, dict) and node.get("type") in _CHAINFORGE_NODES for node in nodes)


_RAGFLOW_NODES = frozenset({"beginNode", "messageNode", "retrievalNode", "ragNode", "categorizeNode", "generateNode"})


def is_ragflow(value: JsonValue) -> bool:
    """A RAGFlow agent has `components` with an `obj` that names one, or a graph whose nodes have its types and forms;
    at the root, under `dsl`, or under `data`, `dsl`."""
    places: list[Any] = [value]
    for key in ("data", "dsl"):
        places += [place[key] for place in places if isinstance(place, dict) and isinstance(place.get(key), dict)]
    return any(_is_dsl(place) for place in places)


def _is_dsl(dsl: Any) -> bool:
    components = dsl.get("components") if isinstance(dsl, dict) else None
    for component in components.values() if isinstance(components, dict) else ():
        inner = component.get("obj") if isinstance(component, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("component_name"), str):
            return True
    graph = dsl.get("graph", dsl) if isinstance(dsl, dict) else None
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return isinstance(nodes, list) and any(map(_is_ragflow_node, nodes))


def _is_ragflow_node(node: Any) -> bool:
    data = node.get("data") if isinstance(node, dict) and node.get("type") in _RAGFLOW_NODES else None
    return isinstance(data, dict) and "label" in data and ("form" in data or "name" in data)


def is_reactflow(value: JsonValue) -> bool:
    """A React Flow document has lists of `nodes` and `edges` (or version 9's `elements`) somewhere near the root."""
    return next(graphs(value), None) is not None


def graphs(value: JsonValue) -> Iterator[Pointer]:
    """Pointers of the maps near the root that hold a React Flow graph, the shallowest first."""
    level: list[tuple[Pointer, JsonValue]] = [((), value)]
    for _ in range(_DEPTH + 1):
        below: list[tuple[Pointer, JsonValue]] = []
        for pointer, item in level:
            if not isinstance(item, dict):
                continue
            if _is_graph(item):
                yield pointer
            below += [((*pointer, key), inner) for key, inner in item.items() if isinstance(inner, dict)]
        level = below


def _is_graph(item: dict[str, JsonValue]) -> bool:
    nodes, edges = item.get("nodes"), item.get("edges")
    if isinstance(nodes, list) and isinstance(edges, list):
        return all(isinstance(node, dict) for node in nodes) and (
            bool(nodes) or "viewport" in item or len(item) <= _DEPTH
        )
    elements = item.get("elements")
    return isinstance(elements, list) and "position" in item and all(isinstance(element, dict) for element in elements)
