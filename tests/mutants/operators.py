"""Ways to break a workflow, each small, each a mistake that people make. All work on the model, so on every format.

An operator changes a workflow in place with the choices of `chance`, and says whether it found something to change.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.model.references import normalize, references
from fjctl.model.workflow import CONTAINER_KINDS, ENTRY_KINDS, ERROR, FORK_KINDS, Block, BlockKind, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    Operator = Callable[[Workflow, Random], bool]


def _blocks(workflow: Workflow, *kinds: BlockKind) -> list[Block]:
    return [block for block in workflow.blocks if block.enabled and (not kinds or block.kind in kinds)]


def _pick(chance: Random, items: list[Any]) -> Any:
    return chance.choice(items) if items else None


def _steps(workflow: Workflow) -> list[Block]:
    return [block for block in _blocks(workflow) if block.kind not in ENTRY_KINDS and block.kind is not BlockKind.NOTE]


def _into(workflow: Workflow, block: Block) -> list[Edge]:
    return [edge for edge in workflow.edges if edge.target == block.id]


# --- edges -----------------------------------------------------------------------------------------------------------


def drop_the_only_edge_into_a_block(workflow: Workflow, chance: Random) -> bool:
    edges = [found[0] for block in _steps(workflow) if len(found := _into(workflow, block)) == 1]
    edge = _pick(chance, [edge for edge in edges if edge.branch != ERROR])
    return edge is not None and _remove(workflow, [edge])


def drop_all_edges_into_a_block(workflow: Workflow, chance: Random) -> bool:
    block = _pick(chance, [block for block in _steps(workflow) if _into(workflow, block)])
    return block is not None and _remove(workflow, _into(workflow, block))


def drop_all_edges_out_of_the_start(workflow: Workflow, chance: Random) -> bool:
    starts = {block.id for block in _blocks(workflow) if block.kind in ENTRY_KINDS}
    del chance
    return _remove(workflow, [edge for edge in workflow.edges if edge.source in starts])


def drop_the_edge_of_a_case(workflow: Workflow, chance: Random) -> bool:
    forks = {block.id: block for block in _blocks(workflow, *FORK_KINDS)}
    edges = [edge for edge in workflow.edges if edge.source in forks and forks[edge.source].branch(edge.branch)]
    edge = _pick(chance, edges)
    return edge is not None and _remove(workflow, [edge])


def _remove(workflow: Workflow, edges: list[Edge]) -> bool:
    workflow.edges[:] = [edge for edge in workflow.edges if not any(edge is gone for gone in edges)]
    return bool(edges)


def lead_an_edge_to_its_source(workflow: Workflow, chance: Random) -> bool:
    kinds = {block.id: block.kind for block in workflow.blocks}
    plain = [edge for edge in workflow.edges if edge.branch is None and kinds.get(edge.source) not in CONTAINER_KINDS]
    edge = _pick(chance, plain)
    if edge is None:
        return False
    edge.target = edge.source
    return True


def lead_an_edge_to_the_start(workflow: Workflow, chance: Random) -> bool:
    start = next((block for block in _blocks(workflow) if block.kind in ENTRY_KINDS), None)
    edge = _pick(chance, [edge for edge in workflow.edges if start and edge.source != start.id])
    if edge is None or start is None:
        return False
    edge.target = start.id
    return True


def lead_an_edge_out_of_a_container(workflow: Workflow, chance: Random) -> bool:
    by_id = workflow.by_id()
    inside = [edge for edge in workflow.edges if (block := by_id.get(edge.source)) and block.parent]
    outside = [block for block in _steps(workflow) if block.parent is None and block.kind not in CONTAINER_KINDS]
    edge, block = _pick(chance, inside), _pick(chance, outside)
    if edge is None or block is None:
        return False
    edge.target = block.id
    return True


def repeat_an_edge(workflow: Workflow, chance: Random) -> bool:
    edge = _pick(chance, workflow.edges)
    if edge is None:
        return False
    copy = deepcopy(edge)
    copy.id = "mutant-edge"
    workflow.edges.append(copy)
    return True


def leave_a_choice_by_no_case(workflow: Workflow, chance: Random) -> bool:
    forks = {block.id: block for block in _blocks(workflow, *FORK_KINDS)}
    edge = _pick(chance, [edge for edge in workflow.edges if edge.source in forks and edge.branch is not None])
    if edge is None:
        return False
    edge.branch = None
    return True


def lead_back_in_a_circle(workflow: Workflow, chance: Random) -> bool:
    """The last block leads back to one before it, and nothing leads out any more."""
    following = {edge.source: edge.target for edge in workflow.edges if edge.branch is None}
    chains = [(a, b) for a, b in following.items() if b not in following and workflow.by_id().get(b) is not None]
    chains = [(a, b) for a, b in chains if len([e for e in workflow.edges if e.source == a]) == 1]
    kinds = {block.id: block.kind for block in workflow.blocks}
    chains = [pair for pair in chains if all(kinds[name] not in ENTRY_KINDS | CONTAINER_KINDS for name in pair)]
    chain = _pick(chance, [(a, b) for a, b in chains if not any(e.source == b for e in workflow.edges)])
    if chain is None:
        return False
    workflow.edges.append(Edge(source=chain[1], target=chain[0], id="mutant-edge"))
    return True


# --- blocks ----------------------------------------------------------------------------------------------------------


def remove_the_start(workflow: Workflow, chance: Random) -> bool:
    del chance
    gone = {block.id for block in workflow.blocks if block.kind in ENTRY_KINDS}
    workflow.blocks[:] = [block for block in workflow.blocks if block.id not in gone]
    _remove(workflow, [edge for edge in workflow.edges if {edge.source, edge.target} & gone])
    return bool(gone)


def remove_a_block_in_the_middle(workflow: Workflow, chance: Random) -> bool:
    by_source = {edge.source for edge in workflow.edges}
    block = _pick(chance, [b for b in _steps(workflow) if b.id in by_source and _into(workflow, b)])
    if block is None or block.kind in CONTAINER_KINDS:
        return False
    workflow.blocks[:] = [item for item in workflow.blocks if item is not block]
    return _remove(workflow, [edge for edge in workflow.edges if block.id in {edge.source, edge.target}])


def add_a_block_that_nothing_leads_to(workflow: Workflow, chance: Random) -> bool:
    model = _pick(chance, [block for block in _steps(workflow) if block.kind not in CONTAINER_KINDS])
    if model is None:
        return False
    copy = deepcopy(model)
    copy.id, copy.name = "mutant-block", "Left over"
    workflow.blocks.append(copy)
    return True


def disable_a_block_in_the_middle(workflow: Workflow, chance: Random) -> bool:
    by_source = {edge.source for edge in workflow.edges}
    only = [b for b in _steps(workflow) if b.id in by_source and b.kind not in CONTAINER_KINDS and b.parent is None]
    by_id = workflow.by_id()
    only = [
        block
        for block in only
        if all(len(_into(workflow, by_id[e.target])) == 1 for e in workflow.edges if e.source == block.id)
    ]
    block = _pick(chance, only)
    if block is None:
        return False
    block.enabled = False
    return True


def empty_a_container(workflow: Workflow, chance: Random) -> bool:
    block = _pick(chance, _blocks(workflow, *CONTAINER_KINDS))
    if block is None:
        return False
    gone = {item.id for item in workflow.blocks if item.parent == block.id}
    if any(item.parent in gone for item in workflow.blocks):
        return False
    workflow.blocks[:] = [item for item in workflow.blocks if item.id not in gone]
    _remove(workflow, [edge for edge in workflow.edges if {edge.source, edge.target} & gone])
    return bool(gone)


# --- references ------------------------------------------------------------------------------------------------------


def _texts(block: Block) -> Iterator[tuple[dict[str, Any], str]]:
    """The maps and keys of a block's texts that may hold references."""
    if isinstance(block.fields.get("prompt"), str):
        yield block.fields, "prompt"
    tool = block.fields.get("tool")
    request = tool.get("request") if isinstance(tool, dict) else None
    if isinstance(request, dict) and isinstance(request.get("body"), str):
        yield request, "body"
    if isinstance(block.fields.get("say"), str):
        yield block.fields, "say"


def _all_texts(workflow: Workflow) -> list[tuple[Block, dict[str, Any], str]]:
    return [(block, *place) for block in _steps(workflow) for place in _texts(block)]


def misspell_a_reference(workflow: Workflow, chance: Random) -> bool:
    names = {normalize(block.name or block.id) for block in workflow.blocks} | {
        f"@{block.id}" for block in workflow.blocks
    }
    places = [
        (where, key, item)
        for _, where, key in _all_texts(workflow)
        for item in references(where[key])
        if item.path and (normalize(item.name) in names or item.name in names)
    ]
    place = _pick(chance, places)
    if place is None:
        return False
    where, key, item = place
    wrong = item.name[:2] + item.name[3:] if len(item.name) > 5 else f"{item.name}x"
    where[key] = f"{where[key][: item.start]}<{wrong}.{item.path}>{where[key][item.end :]}"
    return normalize(wrong) not in names


def give_two_blocks_one_name(workflow: Workflow, chance: Random) -> bool:
    """A block takes the name of another, in other letters: which of the two does a reference mean?"""
    steps = [block for block in _steps(workflow) if block.name]
    if len(steps) < 2:
        return False
    first, second = chance.sample(steps, 2)
    second.name = first.name.upper()
    return normalize(first.name) == normalize(second.name)


def _appended(workflow: Workflow, chance: Random, text: Callable[[Block], str | None]) -> bool:
    place = _pick(chance, [item for item in _all_texts(workflow) if text(item[0])])
    if place is None:
        return False
    block, where, key = place
    where[key] += f" {text(block)}"
    return True


def ask_for_a_variable_that_is_not_there(workflow: Workflow, chance: Random) -> bool:
    return _appended(workflow, chance, lambda _: "<variable.no_such_variable>")


def ask_for_the_round_outside_a_loop(workflow: Workflow, chance: Random) -> bool:
    return _appended(workflow, chance, lambda block: "<loop.currentItem>" if block.parent is None else None)


def refer_to_oneself(workflow: Workflow, chance: Random) -> bool:
    cyclic = len({edge.source for edge in workflow.edges}) > len(workflow.blocks)
    return not cyclic and _appended(
        workflow, chance, lambda b: f"<@{b.id}.content>" if b.kind is BlockKind.AGENT and b.parent is None else None
    )


def put_a_secret_into_a_text(workflow: Workflow, chance: Random) -> bool:
    return _appended(workflow, chance, lambda _: "sk-proj-" + "abcdefghij1234567890ABCDEFGHIJ1234567890abcd")


def put_a_secret_name_into_a_prompt(workflow: Workflow, chance: Random) -> bool:
    return _appended(workflow, chance, lambda b: "{{SHOP_API_KEY}}" if b.kind is BlockKind.AGENT else None)


# --- expressions and code --------------------------------------------------------------------------------------------


def _cases(workflow: Workflow) -> list[Any]:
    return [branch for block in _blocks(workflow) for branch in block.branches if branch.when]


def break_an_expression(workflow: Workflow, chance: Random) -> bool:
    return _case(workflow, chance, lambda when: f"{when} &&")


def make_an_expression_constant(workflow: Workflow, chance: Random) -> bool:
    return _case(workflow, chance, lambda _: "1 > 2")


def assign_instead_of_comparing(workflow: Workflow, chance: Random) -> bool:
    return _case(workflow, chance, lambda when: re.sub(r"\s*={2,3}\s*", " = ", when, count=1))


def compare_with_itself(workflow: Workflow, chance: Random) -> bool:
    return _case(workflow, chance, lambda when: re.sub(r"^(<[^<>]+>) (===?|!==?|[<>]=?) .+$", r"\1 \2 \1", when))


def _case(workflow: Workflow, chance: Random, change: Callable[[str], str]) -> bool:
    branch = _pick(chance, [item for item in _cases(workflow) if change(item.when) != item.when])
    if branch is None:
        return False
    branch.when = change(branch.when)
    return True


def _code(workflow: Workflow, *languages: str) -> list[dict[str, Any]]:
    tools = [block.fields.get("tool") for block in _blocks(workflow, BlockKind.CODE)]
    return [t for t in tools if isinstance(t, dict) and t.get("kind") in languages and str(t.get("code") or "").strip()]


def break_code(workflow: Workflow, chance: Random) -> bool:
    tool = _pick(chance, _code(workflow, "javascript", "python"))
    if tool is None:
        return False
    tool["code"] += "\nif (" if tool["kind"] == "javascript" else "\nif x\n"
    return True


def use_a_name_that_nobody_declares(workflow: Workflow, chance: Random) -> bool:
    tool = _pick(chance, _code(workflow, "javascript", "python"))
    if tool is None:
        return False
    tool["code"] = ("nobodyDeclares();\n" if tool["kind"] == "javascript" else "print(nobody_declares)\n") + tool[
        "code"
    ]
    return True


def remove_the_code(workflow: Workflow, chance: Random) -> bool:
    tool = _pick(chance, _code(workflow, "javascript", "python"))
    if tool is None:
        return False
    tool["code"] = ""
    return True


def run_text_as_code(workflow: Workflow, chance: Random) -> bool:
    tool = _pick(chance, _code(workflow, "javascript", "python"))
    if tool is None:
        return False
    tool["code"] = ("eval('1');\n" if tool["kind"] == "javascript" else "eval('1')\n") + tool["code"]
    return True


# --- settings --------------------------------------------------------------------------------------------------------


def _requests(workflow: Workflow) -> list[dict[str, Any]]:
    tools = [block.fields.get("tool") for block in _blocks(workflow, BlockKind.HTTP)]
    return [r for t in tools if isinstance(t, dict) and isinstance(r := t.get("request"), dict) and r.get("url")]


def _request(workflow: Workflow, chance: Random, key: str, value: Any) -> bool:
    request = _pick(chance, _requests(workflow))
    if request is None:
        return False
    request[key] = value
    return True


def remove_the_address(workflow: Workflow, chance: Random) -> bool:
    return _request(workflow, chance, "url", "")


def wait_less_than_no_time(workflow: Workflow, chance: Random) -> bool:
    return _request(workflow, chance, "timeout", -5)


def spoil_the_address(workflow: Workflow, chance: Random) -> bool:
    return _request(workflow, chance, "url", "shop example/orders")


def point_to_the_metadata_service(workflow: Workflow, chance: Random) -> bool:
    return _request(workflow, chance, "url", "http://169.254.169.254/latest/meta-data")


def send_the_key_in_the_address(workflow: Workflow, chance: Random) -> bool:
    return _request(workflow, chance, "url", "https://shop.example/orders?api_key=<variable.key>")


def empty_a_prompt(workflow: Workflow, chance: Random) -> bool:
    agents = [b for b in _blocks(workflow, BlockKind.AGENT) if b.fields.get("prompt")]
    block = _pick(chance, agents)
    if block is None:
        return False
    block.fields["prompt"] = ""
    agent = block.fields.get("agent")
    for key in ("input", "messages"):
        if isinstance(agent, dict):
            agent.pop(key, None)
    return True


def _agent(workflow: Workflow, chance: Random, key: str, value: Any) -> bool:
    agents = [block.fields.get("agent") for block in _blocks(workflow, BlockKind.AGENT)]
    agent = _pick(chance, [item for item in agents if isinstance(item, dict) and item.get("model")])
    if agent is None:
        return False
    agent[key] = value
    return True


def overheat_a_model(workflow: Workflow, chance: Random) -> bool:
    return _agent(workflow, chance, "temperature", 20)


def allow_no_tokens(workflow: Workflow, chance: Random) -> bool:
    return _agent(workflow, chance, "max_tokens", -1)


def misspell_a_type_in_a_schema(workflow: Workflow, chance: Random) -> bool:
    schema = {"type": "object", "properties": {"fee": {"type": "numeric"}}}
    return _agent(workflow, chance, "output", {"name": "fee", "schema": schema})


def repeat_no_times(workflow: Workflow, chance: Random) -> bool:
    block = _pick(chance, [b for b in _blocks(workflow, BlockKind.LOOP) if isinstance(b.fields.get("loop"), dict)])
    if block is None:
        return False
    block.fields["loop"] = {"times": 0}
    return True


OPERATORS: tuple[Operator, ...] = (
    drop_the_only_edge_into_a_block,
    drop_all_edges_into_a_block,
    drop_all_edges_out_of_the_start,
    drop_the_edge_of_a_case,
    lead_an_edge_to_its_source,
    lead_an_edge_to_the_start,
    lead_an_edge_out_of_a_container,
    repeat_an_edge,
    leave_a_choice_by_no_case,
    lead_back_in_a_circle,
    remove_the_start,
    remove_a_block_in_the_middle,
    add_a_block_that_nothing_leads_to,
    disable_a_block_in_the_middle,
    empty_a_container,
    misspell_a_reference,
    give_two_blocks_one_name,
    ask_for_a_variable_that_is_not_there,
    ask_for_the_round_outside_a_loop,
    refer_to_oneself,
    put_a_secret_into_a_text,
    put_a_secret_name_into_a_prompt,
    break_an_expression,
    make_an_expression_constant,
    assign_instead_of_comparing,
    compare_with_itself,
    break_code,
    use_a_name_that_nobody_declares,
    remove_the_code,
    run_text_as_code,
    remove_the_address,
    wait_less_than_no_time,
    spoil_the_address,
    point_to_the_metadata_service,
    send_the_key_in_the_address,
    empty_a_prompt,
    overheat_a_model,
    allow_no_tokens,
    misspell_a_type_in_a_schema,
    repeat_no_times,
)
