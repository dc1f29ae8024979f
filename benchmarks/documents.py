"""Documents the benchmarks measure: workflows of any size, with the shape of real ones."""

from __future__ import annotations

import json
from typing import Any

from fjctl.formats import document
from fjctl.model.names import stable_id

_KINDS = ("agent", "api", "function", "gmail_v2")


def sim_workflow(nodes: int, *, name: str = "bench", unused: int = 0) -> bytes:
    """A Sim export of `nodes` blocks: a start, then agents, calls and functions in a row, each tenth a condition.

    Each block has `unused` settings more that nobody has filled in: Sim exports all of a block's settings, and a
    service has up to a hundred of them.
    """
    blocks: dict[str, Any] = {}
    edges: list[Any] = []
    previous = _add(blocks, name, 0, "start_trigger", {"inputFormat": []})
    handle = "source"
    blank = {f"setting{number}": None for number in range(unused)}
    for number in range(1, nodes):
        kind = "condition" if number % 10 == 0 else _KINDS[number % len(_KINDS)]
        identifier = stable_id(name, str(number))
        _add(blocks, name, number, kind, {**_values(kind, number, identifier), **blank})
        edges.append(
            {
                "id": stable_id(name, "edge", str(number)),
                "source": previous,
                "target": identifier,
                "sourceHandle": handle,
                "targetHandle": "target",
                "type": "default",
                "data": {},
            }
        )
        previous, handle = identifier, f"condition-{identifier}-if" if kind == "condition" else "source"
    state: dict[str, Any] = {"blocks": blocks, "edges": edges, "loops": {}, "parallels": {}}
    state |= {"metadata": {"name": name}, "variables": {}}
    document = {"version": "1.0", "exportedAt": "2026-11-01T00:00:00.000Z", "state": state}
    return json.dumps(document, indent=2).encode()


def _values(kind: str, number: int, identifier: str) -> dict[str, Any]:
    text = f"Summarise what <step{max(1, number - 1)}.content> says about order {number}, in two friendly sentences."
    if kind == "agent":
        messages = [{"role": "system", "content": text}, {"role": "user", "content": "<start.input>"}]
        return {"model": "gpt-4o", "messages": messages, "temperature": 0.3, "tools": []}
    if kind == "api":
        return {"url": f"https://shop.example/orders/{number}", "method": "GET", "headers": None, "params": None}
    if kind == "function":
        return {"code": f"const value = {number};\nreturn value * 2;", "language": "javascript"}
    if kind == "condition":
        rows = [
            {"id": f"{identifier}-if", "title": "if", "value": f"<step{number - 1}.result> > {number}"},
            {"id": f"{identifier}-else", "title": "else", "value": ""},
        ]
        return {"conditions": json.dumps(rows)}
    unused = {"subject": None, "cc": None, "threadId": None}
    return {"operation": "send_gmail", "to": "a@shop.example", "body": text, **unused}


def _add(blocks: dict[str, Any], name: str, number: int, kind: str, values: dict[str, Any]) -> str:
    identifier = stable_id(name, str(number))
    blocks[identifier] = {
        "id": identifier,
        "type": kind,
        "name": "Start" if number == 0 else f"Step {number}",
        "position": {"x": 350 * number, "y": 150},
        "enabled": True,
        "horizontalHandles": True,
        "advancedMode": False,
        "triggerMode": False,
        "height": 120,
        "subBlocks": {key: {"id": key, "type": "short-input", "value": value} for key, value in values.items()},
        "outputs": {"content": {"type": "string", "description": "What the block says"}},
        "data": {},
        "locked": False,
    }
    return identifier


def dify_workflow(data: bytes, size: int) -> bytes:
    """A Dify export of at least `size` bytes: the nodes of a real one, again and again, under new ids."""
    value: Any = document.read("a.yml", data).value
    graph = value["workflow"]["graph"]
    nodes, edges = graph["nodes"], graph["edges"]
    names = [str(node["id"]) for node in nodes]
    graph["nodes"], graph["edges"] = [], []
    text, number = "", 0
    while len(text.encode()) < size:
        number += 1
        part = json.dumps([nodes, edges])
        for name in names:
            part = part.replace(name, f"{name[:-4]}{number:02}{name[-2:]}")
        for key, rows in zip(("nodes", "edges"), json.loads(part), strict=True):
            graph[key] += rows
        text = document.fresh(value, "yaml", side="workflow")
    return text.encode()


def parlant_script(lines: int) -> bytes:
    """A Parlant SDK script of so many lines, laid out as people write them: tools, one journey of many states whose
    calls have an argument on each line, guidelines, a main function."""
    head = """import asyncio

import parlant.sdk as p

GREETING = "Greet the customer"


@p.tool
async def look_up(context: p.ToolContext, number: str, days: int = 7) -> p.ToolResult:
    \"\"\"Looks an order up.\"\"\"
    return p.ToolResult({"number": number, "days": days})


async def build(agent: p.Agent) -> p.Journey:
    journey = await agent.create_journey(
        title="A long one",
        description="Many states in a row, some of which choose",
        conditions=["The customer asks for it", "The customer asks again"],
    )
    t0 = await journey.initial_state.transition_to(chat_state=GREETING)
"""
    tail = """
    return journey


async def main() -> None:
    async with p.Server() as server:
        agent = await server.create_agent(name="Bench", description="Is measured")
        await build(agent)


asyncio.run(main())
"""
    written = head.splitlines()
    number = 0
    while len(written) + len(tail.splitlines()) < lines:
        number += 1
        kind = "tool_state=look_up" if number % 4 == 0 else f'chat_state=f"Ask the customer question {number}"'
        written += [
            f"    t{number} = await t{number - 1}.target.transition_to(",
            f"        {kind},",
            f'        condition="The customer has answered question {number - 1}",',
            "    )",
        ]
        if number % 5 == 0:
            back = f't{max(0, number - 3)}.target, condition="Again"'
            written.append(f"    await t{number - 1}.target.transition_to(state={back})  # back")
    return ("\n".join(written) + "\n" + tail).encode()
