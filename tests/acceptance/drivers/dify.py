"""What Dify's own engine says of DSL files. Runs in the environment that holds `graphon`, never in ours.

Reads a JSON list of paths from its input and writes `{path: [[place, message], ...]}` to the file it is given.
The importer is followed step by step (graphon 0.8.0, dsl/importer.py `loads`) instead of called, for two reasons: it
stops at the first complaint, and it asks for plugins and credentials, which belong to an installation, not to a file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from graphon.dsl import DslError, importer, inspect
from graphon.dsl.entities import DslCredentials
from graphon.dsl.node_factory import SlimDslNodeFactory
from graphon.entities.base_node_data import BaseNodeData
from graphon.enums import BUILT_IN_NODE_TYPES, BuiltinNodeTypes, NodeExecutionType
from graphon.graph.graph import Graph
from graphon.nodes.base.node import Node
from graphon.nodes.document_extractor.node import DocumentExtractorNode
from graphon.nodes.human_input.human_input_node import HumanInputNode
from graphon.runtime.init_params import InitParams
from graphon.runtime.runtime_state import RuntimeState
from graphon.runtime.variable_pool import VariablePool
from pydantic import ValidationError

# Node types that Dify adds to the engine's own (dify:api/core/workflow/enums.py).
TRIGGERS = {"trigger-plugin", "trigger-schedule", "trigger-webhook"}
KNOWN_TYPES = {*BUILT_IN_NODE_TYPES, *TRIGGERS, "knowledge-index"}
# The importer has no builder for these two, yet the engine has their data models.
MODELLED = {BuiltinNodeTypes.DOCUMENT_EXTRACTOR: DocumentExtractorNode, BuiltinNodeTypes.HUMAN_INPUT: HumanInputNode}
# The nodes whose construction starts a plugin.
PLUGGED = {
    BuiltinNodeTypes.LLM,
    BuiltinNodeTypes.QUESTION_CLASSIFIER,
    BuiltinNodeTypes.PARAMETER_EXTRACTOR,
    BuiltinNodeTypes.TOOL,
}


class Inert(Node[BaseNodeData]):
    """Stands for a node that cannot be constructed here: the graph needs its place, not its work."""

    node_type = "fjctl-inert"

    @classmethod
    def version(cls) -> str:
        return "1"

    def _run(self) -> Any:
        raise NotImplementedError


class InertRoot(Inert):
    """Stands for a trigger: a workflow may begin there instead of at a start node."""

    node_type = "fjctl-inert-root"
    execution_type = NodeExecutionType.ROOT


class Factory(SlimDslNodeFactory):
    """The importer's factory without plugins and credentials; it notes what a node's data lacks and goes on."""

    def validate_node(self, node_config: Any) -> Any:
        try:
            return self._valid(node_config)
        except ValidationError as error:
            found = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        except DslError as error:
            found = [str(error)]
        COMPLAINTS.extend((str(node_config["id"]), message) for message in found)
        classes = Node.get_node_type_classes_mapping().get(node_config["data"].type)
        return classes["latest"].execution_type if classes else NodeExecutionType.EXECUTABLE

    def _valid(self, node_config: Any) -> Any:
        kind = node_config["data"].type
        if kind in MODELLED:
            MODELLED[kind].validate_node_data(node_config["data"])
            return MODELLED[kind].execution_type
        if kind in self.NODE_BUILDERS:
            return super().validate_node(node_config)
        if kind in KNOWN_TYPES:
            return NodeExecutionType.EXECUTABLE
        raise DslError(f"unknown node type {kind!r}", code="node.unsupported_type")

    def create_node(self, node_config: Any) -> Any:
        kind = node_config["data"].type
        failed = any(place == str(node_config["id"]) for place, _ in COMPLAINTS)
        if kind in self.NODE_BUILDERS and kind not in PLUGGED and not failed:
            return super().create_node(node_config)
        stand_in = InertRoot if kind in TRIGGERS else Inert
        return stand_in(
            node_id=node_config["id"],
            data=node_config["data"],
            init_params=self.init_params,
            runtime_state=self.runtime_state,
        )

    def _resolve_slim_llm_settings(self, **_: Any) -> None:
        """A provider is looked for among the installed plugins: not a matter of the file."""

    def _resolve_tool_runtime_settings(self, *_: Any) -> None:
        """Likewise."""


COMPLAINTS: list[tuple[str, str]] = []


def verdict(text: str) -> list[tuple[str, str]]:
    COMPLAINTS.clear()
    try:
        plan = inspect(text)
        graph = plan.document.graph_config
        if graph is None:
            return [("", str(plan.load_reason))]
        build(graph, root_of(graph))
    except DslError as error:
        return [*COMPLAINTS, (str(error.path or ""), str(error))]
    except Exception as error:  # noqa: BLE001 - whatever the engine raises is its verdict
        return [*COMPLAINTS, ("", f"{type(error).__name__}: {error}")]
    return list(COMPLAINTS)


def root_of(graph: Any) -> str:
    """The start node, or the first trigger of a workflow that has none."""
    kinds = {node["id"]: node["data"]["type"] for node in graph["nodes"]}
    triggers = [name for name, kind in kinds.items() if kind in TRIGGERS]
    if triggers and BuiltinNodeTypes.START not in kinds.values():
        return str(triggers[0])
    return str(importer._select_root_node_id(graph))


def build(graph: Any, root: str) -> None:
    """Raise what `Graph.init` raises: hanging edges, cycles, containers, edges across containers, the root."""
    state = RuntimeState(variable_pool=VariablePool(), start_at=0.0, workflow_id="acceptance")
    start = InitParams(workflow_id="acceptance", graph_config=graph, run_context={}, call_depth=0)
    factory = Factory(
        graph_config=graph, init_params=start, runtime_state=state, credentials=DslCredentials(), dependencies=[]
    )
    Graph.init(graph_config=graph, node_factory=factory, root_node_id=root)


def main() -> None:
    verdicts = {name: verdict(Path(name).read_text(encoding="utf-8")) for name in json.load(sys.stdin)}
    Path(sys.argv[1]).write_text(json.dumps(verdicts), encoding="utf-8")


if __name__ == "__main__":
    main()
