"""Writing Sim documents: whole, in the manner of a prior one, or as today's export where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.diagnostics import Loss
from fjctl.formats import sim_values as values
from fjctl.formats.base import SAID_ONLY, Encoded, filled, is_blank
from fjctl.formats.sim_blocks import KINDS, TRIGGER_TYPES, TYPES, write_values
from fjctl.model.names import stable_id
from fjctl.model.workflow import BODY, CONTAINER_KINDS, ERROR, TIMEOUT, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

_WIDGETS = {
    "messages": "messages-input",
    "responseFormat": "response-format",
    "tools": "tool-input",
    "model": "combobox",
    "temperature": "slider",
    "method": "dropdown",
    "language": "dropdown",
    "operation": "dropdown",
    "params": "table",
    "headers": "table",
    "body": "code",
    "code": "code",
    "data": "code",
    "conditions": "condition-input",
    "routes": "router-input",
    "context": "long-input",
    "prompt": "long-input",
    "content": "long-input",
    "inputFormat": "input-format",
    "builderData": "response-format",
    "variables": "variables-input",
    "workflowId": "workflow-selector",
    "inputMapping": "input-mapping",
    "metrics": "eval-input",
    "timeUnit": "dropdown",
    "timeUnitLong": "dropdown",
    "async": "switch",
}


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """A whole Sim document. With a prior one, blocks keep its era, its ids and its way of writing values."""
    return _Writer(workflow, prior).write()


class _Writer:
    def __init__(self, workflow: Workflow, prior: JsonValue) -> None:
        self.workflow = workflow
        self.by_id = workflow.by_id()
        self.losses: list[Loss] = []
        self.envelope: Any = prior
        self.pointer = values.state_pointer(prior) if prior is not None else None
        self.state: dict[str, Any] = prior if self.pointer is not None else {}  # type: ignore[assignment]
        for part in self.pointer or ():
            self.state = cast("dict[str, Any]", self.state[part])  # type: ignore[index]

    def write(self) -> Encoded:
        workflow = self.workflow
        blocks = {block.id: self.block(block) for block in workflow.blocks}
        metadata = {"name": workflow.name, "description": workflow.description}
        state: dict[str, Any] = {
            "blocks": blocks,
            "edges": [written for edge in workflow.edges if (written := self.edge(edge)) is not None],
            "loops": {b.id: self._loop(b) for b in workflow.blocks if b.kind is BlockKind.LOOP},
            "parallels": {b.id: self._parallel(b) for b in workflow.blocks if b.kind is BlockKind.PARALLEL},
            "metadata": metadata,
            "variables": self._variables(),
        }
        self.losses += [
            Loss(f"the journey's {key}", (key,), "Sim has no place for it", own=True) for key in workflow.talk
        ]
        return Encoded(self._wrap(state), self.losses)

    def _wrap(self, state: dict[str, Any]) -> JsonValue:
        pointer = self.pointer
        if pointer is None:
            return {"version": "1.0", "state": state}
        if "metadata" not in self.state:
            outer = self.envelope.get("data", self.envelope) if isinstance(self.envelope, dict) else {}
            metadata = state.pop("metadata")
            if isinstance(outer.get("workflow"), dict):
                state = {
                    "$outer": {"workflow": {key: item for key, item in metadata.items() if item or key == "name"}},
                    **state,
                }
        wrapped: Any = {key: item for key, item in state.items() if key != "$outer"}
        for part in reversed(pointer):
            wrapped = {part: wrapped}
        outer = state.get("$outer")
        if outer:
            target = wrapped["data"] if pointer[:1] == ("data",) and len(pointer) > 1 else wrapped
            target |= outer
        return cast("JsonValue", wrapped)

    def _prior_block(self, block: Block) -> dict[str, Any]:
        blocks = self.state.get("blocks", {})
        found = blocks.get(block.id)
        if not isinstance(found, dict):
            found = next((raw for raw in blocks.values() if isinstance(raw, dict) and raw.get("id") == block.id), {})
        return cast("dict[str, Any]", found)

    def block(self, block: Block) -> dict[str, Any]:
        prior = self._prior_block(block)
        subs = prior.get("subBlocks")
        given = {
            key: item["value"]
            for key, item in (subs.items() if isinstance(subs, dict) else ())
            if isinstance(item, dict) and not is_blank(item.get("value"))
        }
        block_type = self._type(block, prior)
        written = write_values(block, given) | self._choices(block, block_type, given)
        if block.kind in CONTAINER_KINDS and isinstance(subs, dict):
            written |= {key: item for key, item in self._container(block).items() if key in subs}
        self._count_losses(block)
        data = self._data(block)
        result: dict[str, Any] = {
            "id": block.id,
            "type": block_type,
            "name": block.name,
            "position": {"x": _number(block.x), "y": _number(block.y)},
            "enabled": block.enabled,
            "horizontalHandles": True,
            "advancedMode": False,
            "triggerMode": block.kind is BlockKind.TRIGGER and block_type not in TRIGGER_TYPES.values(),
            "height": _number(block.height),
            "subBlocks": {
                key: {"id": key, "type": _WIDGETS.get(key, "short-input"), "value": item}
                for key, item in written.items()
            },
            "outputs": self._outputs(block),
            "data": data,
            "locked": False,
        }
        if "retry" in block.fields:
            result["retry"] = _retry(block.fields["retry"])
        return result

    def _type(self, block: Block, prior: dict[str, Any]) -> str:
        known = prior.get("type")
        if isinstance(known, str) and KINDS.get(known) is block.kind:
            return known
        if block.kind is BlockKind.TRIGGER:
            event = str(block.fields.get("event", ""))
            return TRIGGER_TYPES.get(event, event or "start_trigger")
        found = TYPES.get(block.kind)
        if found is None:
            tool = cast("dict[str, Any]", block.fields.get("tool", {}))
            return str(tool.get("service") or tool.get("kind") or "function")
        return found

    def _choices(self, block: Block, block_type: str, given: dict[str, Any]) -> dict[str, Any]:
        if block.kind is BlockKind.CONDITION:
            rows: list[Any] = [self._condition(branch, place) for place, branch in enumerate(block.branches)]
            if not any(branch.otherwise for branch in block.branches):
                rows.append({"id": self._else_id(block), "title": "else", "value": ""})
            return {"conditions": values.json_out(rows, given.get("conditions"), as_text=False)}
        if block.kind is BlockKind.ROUTER and block_type != "router":
            known = {row["id"]: row for row in values.rows(values.json_in(given.get("routes")), "id")}
            routes = [self._route(branch, place + 1, known) for place, branch in enumerate(block.branches)]
            return {"routes": values.json_out(routes, given.get("routes"), as_text=False)}
        return {}

    def _else_id(self, block: Block) -> str:
        """The id of the else row that a condition has without leading anywhere by it."""
        subs = self._prior_block(block).get("subBlocks")
        found = subs.get("conditions") if isinstance(subs, dict) else None
        rows = values.rows(values.json_in(found.get("value")), "id") if isinstance(found, dict) else []
        known = next((row["id"] for row in rows if str(row.get("title") or "").strip().lower() == "else"), None)
        return known or f"{block.id}-else"

    def _condition(self, branch: Branch, place: int) -> dict[str, Any]:
        title = "else" if branch.otherwise else "else if" if place else "if"
        return {"id": branch.id, "title": title, "value": "" if branch.otherwise else branch.when or ""}

    def _route(self, branch: Branch, number: int, known: dict[str, Any]) -> dict[str, Any]:
        prior = known.get(branch.id, {})
        if branch.otherwise:
            return {"id": branch.id, "title": "else", "value": prior.get("value") or "None of the other routes fits"}
        said = (
            f'The user says "{branch.command}"'
            if branch.command
            else f"The event {branch.event} happened"
            if branch.event
            else ""
        )
        condition = branch.condition or said
        if prior and values.route_of(prior) == condition:
            return {"id": branch.id, "title": prior.get("title", ""), "value": prior.get("value", "")}
        title, text = values.route_out(condition, number)
        return {"id": branch.id, "title": title, "value": text}

    def _container(self, block: Block) -> dict[str, Any]:
        if block.kind is BlockKind.LOOP:
            return _loop_data(cast("dict[str, Any]", block.fields.get("loop", {})))
        return _parallel_data(cast("dict[str, Any]", block.fields.get("parallel", {})))

    def _data(self, block: Block) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if block.parent is not None:
            data = {"parentId": block.parent, "extent": "parent"}
        if block.kind in CONTAINER_KINDS:
            data |= {"width": _number(block.width), "height": _number(block.height), **self._container(block)}
        return data

    def _outputs(self, block: Block) -> JsonValue:
        tool = block.fields.get("tool")
        output = tool.get("output") if isinstance(tool, dict) else None
        properties = output.get("properties") if isinstance(output, dict) else None
        return properties if isinstance(properties, dict) else {}

    def edge(self, edge: Edge) -> dict[str, Any] | None:
        if edge.branch == TIMEOUT:
            self.losses.append(
                Loss("a timeout transition", ("states", edge.source, "next"), "Sim's blocks have no timeout edge")
            )
            return None
        for key in edge.talk:
            own = key in SAID_ONLY
            self.losses.append(
                Loss(f"{key} of a transition", ("states", edge.source, "next"), "Sim's edges hold no texts", own)
            )
        handle = self._handle(edge)
        return {
            "id": edge.id or stable_id("edge", edge.source, handle, edge.target),
            "source": edge.source,
            "target": edge.target,
            "sourceHandle": handle,
            "targetHandle": "target",
            "type": "default",
            "data": {},
        }

    def _handle(self, edge: Edge) -> str:
        source = self.by_id[edge.source]
        if edge.branch == ERROR:
            return "error"
        if source.kind in CONTAINER_KINDS:
            return f"{source.kind.value}-{'start' if edge.branch == BODY else 'end'}-source"
        if edge.branch is None or edge.branch == BODY:
            return "source"
        if source.kind is BlockKind.CONDITION:
            return f"condition-{edge.branch}"
        prior = self._prior_block(source)
        return f"router-{edge.target if prior.get('type') == 'router' else edge.branch}"

    def _children(self, block: Block) -> list[str]:
        return [child.id for child in self.workflow.blocks if child.parent == block.id]

    def _loop(self, block: Block) -> dict[str, Any]:
        data = self._container(block)
        return {
            "id": block.id,
            "nodes": self._children(block),
            "iterations": data.get("count", 5),
            "loopType": data["loopType"],
            "forEachItems": data.get("collection", ""),
            "whileCondition": data.get("whileCondition", ""),
            "doWhileCondition": data.get("doWhileCondition", ""),
            "enabled": block.enabled,
        }

    def _parallel(self, block: Block) -> dict[str, Any]:
        data = self._container(block)
        return {
            "id": block.id,
            "nodes": self._children(block),
            "distribution": data.get("collection", ""),
            "count": data.get("count", 5),
            "parallelType": data["parallelType"],
            "enabled": block.enabled,
        }

    def _variables(self) -> Any:
        prior = self.state.get("variables")
        listed = list(prior.values()) if isinstance(prior, dict) else prior if isinstance(prior, list) else []
        known = {row["name"]: row for row in values.rows(listed, "name")}
        keys = (
            {
                row["name"]: key
                for key, row in prior.items()
                if isinstance(row, dict) and isinstance(row.get("name"), str)
            }
            if isinstance(prior, dict)
            else {}
        )
        rows = {}
        for name, shape in self.workflow.variables.items():
            identifier = known.get(name, {}).get("id") or stable_id("variable", name)
            found = cast("dict[str, Any]", shape)
            row = {
                "id": identifier,
                "name": name,
                "type": found.get("type", "string"),
                "value": found.get("default", ""),
            }
            rows[keys.get(name, identifier)] = row
            self.losses += [
                Loss(f"{key} of variable {name}", ("variables", name), "Sim's variables hold a type and a value")
                for key in found
                if key not in {"type", "default"}
            ]
        return list(rows.values()) if isinstance(prior, list) else rows

    def _count_losses(self, block: Block) -> None:
        talk = block.fields.get("talk")
        pointer: Pointer = ("states", block.id)
        if isinstance(talk, dict):
            reason = "Sim's blocks have no place for it"
            self.losses += [Loss(f"{key} of {block.name}", (*pointer, key), reason, key in SAID_ONLY) for key in talk]
        self.losses += _losses_of_tools(block)
        if "extras" in block.fields and block.kind not in _WITH_EXTRAS:
            said = f"extras of {block.name}"
            self.losses.append(Loss(said, (*pointer, "extras"), "Sim's blocks have no place for it"))
        if "closing" in block.fields:
            self.losses.append(
                Loss(f"the closing words of {block.name}", (*pointer, "end"), "a response block holds a result only")
            )
        for branch in block.branches:
            if branch.command or branch.event:
                self.losses.append(
                    Loss(f"a command or event of {block.name}", pointer, "it is written as a route for the model")
                )
            elif branch.condition and branch.when is not None:
                self.losses.append(
                    Loss(
                        f"the reading of a condition of {block.name}",
                        pointer,
                        "Sim keeps the expression only",
                        own=True,
                    )
                )


_WITH_EXTRAS = CONTAINER_KINDS | {
    BlockKind.CONDITION,
    BlockKind.HUMAN,
    BlockKind.RESPONSE,
    BlockKind.WAIT,
    BlockKind.WORKFLOW,
}
"""The kinds whose further sub-blocks are extras; those of the others are settings or arguments."""
_CALLED: dict[str, frozenset[str]] = {
    "javascript": frozenset({"description", "code", "parameters"}),
    "mcp": frozenset({"server", "tool", "arguments", "parameters"}),
    "external": frozenset({"service", "operation", "tool", "arguments"}),
}
"""What an agent's tool item holds of a contract, beside its kind, title, usage and settings."""
_RUN: dict[BlockKind, frozenset[str]] = {
    BlockKind.HTTP: frozenset({"request"}),
    BlockKind.CODE: frozenset({"code", "settings"}),
    BlockKind.MCP: frozenset({"server", "tool", "arguments", "settings"}),
    BlockKind.ASSIGN: frozenset({"assign", "settings"}),
    BlockKind.WORKFLOW: frozenset({"workflow", "arguments"}),
}
"""What a block holds of the contract it runs, beside its kind; of a service: see `_SERVICE`."""
_SERVICE = frozenset({"service", "operation", "arguments", "output"})


def _losses_of_tools(block: Block) -> list[Loss]:
    """The parts of tool contracts that Sim has no field for."""
    found: list[Loss] = []
    for name, tool in cast("dict[str, dict[str, Any]]", block.fields.get("tools", {})).items():
        held = _CALLED.get(tool.get("kind", ""), frozenset())
        own_kind = {"kind"} if held else set()
        found += _beyond(tool, held | {"title", "usage", "settings"} | own_kind, ("tools", name))
    tool = cast("dict[str, Any]", block.fields.get("tool"))
    if isinstance(tool, dict):
        found += _beyond(tool, _RUN.get(block.kind, _SERVICE) | {"kind"}, ("states", block.id, "tool"))
    return found


def _beyond(tool: dict[str, Any], held: frozenset[str] | set[str], pointer: Pointer) -> list[Loss]:
    reason = "Sim's tools have no place for it"
    names = pointer if pointer[0] == "tools" else ()
    return [
        Loss(f"{key} of a tool", (*names, key) if names else pointer, reason, key in SAID_ONLY | {"title"})
        for key, item in tool.items()
        if key not in held and not is_blank(item)
    ]


def _number(value: float | None) -> float:
    if value is None:
        return 0
    whole = int(value)
    return whole if whole == value else value


def _retry(retry: JsonValue) -> dict[str, Any]:
    found = cast("dict[str, Any]", retry)
    wait = values.milliseconds_out(str(found.get("wait", "")))
    return filled({"enabled": True, "maxTries": found.get("tries"), "waitBetweenTriesMs": wait})


def _loop_data(loop: dict[str, Any]) -> dict[str, Any]:
    if "each" in loop:
        return {"loopType": "forEach", "collection": loop["each"]}
    if "while" in loop:
        return {"loopType": "while", "whileCondition": loop["while"]}
    if "do_while" in loop:
        count = {"count": loop["times"]} if "times" in loop else {}
        return {"loopType": "doWhile", "doWhileCondition": loop["do_while"], **count}
    return {"loopType": "for", "count": loop.get("times", 5)}


def _parallel_data(parallel: dict[str, Any]) -> dict[str, Any]:
    batch = {"batchSize": parallel["batch"]} if "batch" in parallel else {}
    if "each" in parallel:
        return {"parallelType": "collection", "collection": parallel["each"], **batch}
    return {"parallelType": "count", "count": parallel.get("count", 5), **batch}
