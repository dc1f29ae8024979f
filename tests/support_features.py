"""What a journey can say, one small journey for each thing, and whether a format holds it: the proof of its `keeps`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.model.meaning import difference, meaning

if TYPE_CHECKING:
    from typing import Any

    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey

_HEAD = "journey: probe\nversion: 1\n"
_INPUT = "variables: {name: {type: string, input: true}}\n"
PROBES: dict[str, str] = {
    "prompts": "start: a\nstates:\n  a: {chat: Greet the customer, next: b}\n  b: {chat: Say goodbye}\n",
    "models": "start: a\nstates:\n  a: {chat: Greet, agent: {model: gpt-4o, temperature: 0.2, max_tokens: 300}}\n",
    "schemas": (
        "start: a\nstates:\n  a:\n    chat: Extract\n    agent: {model: gpt-4o, output: {type: object, properties: "
        "{total: {type: number, description: The sum}}}}\n"
    ),
    "agent tools": (
        "start: a\ntools: {look_up: {kind: external, service: look_up, arguments: {depth: 2}}}\n"
        "states:\n  a: {chat: Help, agent: {model: gpt-4o}, tools: [look_up]}\n"
    ),
    "fixed texts": "start: a\nstates:\n  a: {say: Something went wrong}\n",
    "questions": "start: a\nstates:\n  a: {ask: Which order?, next: b}\n  b: {chat: Thank}\n",
    "forms": (
        "start: a\nstates:\n  a: {ask: {message: Which order?, fields: {number: {type: string}}}, next: b}\n"
        "  b: {chat: Thank}\n"
    ),
    "http calls": (
        "start: a\ntools: {call: {kind: http, request: {method: POST, url: 'https://a.example/x', "
        "headers: {X-Key: '1'}, body: '{\"a\": 1}'}}}\nstates:\n  a: {tool: call, next: b}\n"
        "  b: {chat: Tell <a.data.x>}\n"
    ),
    "code": (
        "start: a\ntools: {add: {kind: javascript, code: 'return { sum: 1 };'}}\n"
        "states:\n  a: {tool: add, next: b}\n  b: {chat: Tell <a.result.sum>}\n"
    ),
    "assignments": "start: a\ntools: {put: {kind: assign, assign: {total: '3'}}}\n"
    "states:\n  a: {tool: put, next: b}\n  b: {chat: Tell}\n",
    "conditions": (
        "start: a\nstates:\n  a: {chat: Ask, next: c}\n  c:\n    fork: true\n"
        "    next: [{to: b, when: '<a.content> == \"yes\"'}, {to: d, else: true}]\n"
        "  b: {chat: Go on}\n  d: {chat: Stop}\n"
    ),
    "routes": (
        "start: c\nstates:\n  c:\n    fork: What does the customer want?\n    agent: {model: gpt-4o}\n"
        "    next: [{to: b, condition: A refund}, {to: d, condition: An answer}]\n  b: {chat: Refund}\n"
        "  d: {chat: Answer}\n"
    ),
    "commands": (
        "start: a\nstates:\n  a:\n    ask: Go ahead?\n    next: [{to: b, command: proceed}, {to: c, command: reject}]\n"
        "  b: {chat: Go on}\n  c: {chat: Stop}\n"
    ),
    "loops over items": (
        "start: a\nstates:\n  a:\n    loop: {each: <variable.name>}\n    start: b\n    states:\n"
        "      b: {chat: Look at <loop.currentItem>}\n    next: c\n  c: {chat: Done}\n"
    ),
    "counted loops": (
        "start: a\nstates:\n  a:\n    loop: {times: 3}\n    start: b\n    states:\n      b: {chat: Again}\n"
        "    next: c\n  c: {chat: Done}\n"
    ),
    "while loops": (
        "start: a\nstates:\n  a:\n    loop: {while: '<loop.index> < 3'}\n    start: b\n    states:\n"
        "      b: {chat: Again}\n    next: c\n  c: {chat: Done}\n"
    ),
    "parallels": (
        "start: a\nstates:\n  a:\n    parallel: {count: 2}\n    start: b\n    states:\n      b: {chat: Work}\n"
        "    next: c\n  c: {chat: Done}\n"
    ),
    "ways back": (
        "start: a\nstates:\n  a: {chat: Ask, next: c}\n  c:\n    fork: true\n"
        "    next: [{to: a, when: '<a.content> == \"no\"'}, {to: d, else: true}]\n  d: {chat: Done}\n"
    ),
    "sub-workflows": "start: a\nstates:\n  a: {journey: other, next: b}\n  b: {chat: Done}\n",
    "waits": "start: a\nstates:\n  a: {wait: 5m, next: b}\n  b: {chat: Done}\n",
    "error ways": (
        "start: a\ntools: {call: {kind: http, request: {method: GET, url: 'https://a.example'}}}\n"
        "states:\n  a: {tool: call, next: [b, {to: c, on: error}]}\n  b: {chat: Done}\n  c: {chat: Sorry}\n"
    ),
    "timeouts": (
        "start: a\nstates:\n  a: {ask: Go ahead?, next: [b, {to: c, on: timeout}]}\n  b: {chat: Done}\n"
        "  c: {chat: Sorry}\n"
    ),
    "retries": (
        "start: a\ntools: {call: {kind: http, request: {method: GET, url: 'https://a.example'}}}\n"
        "states:\n  a: {tool: call, retry: {tries: 3, wait: 1s}, next: b}\n  b: {chat: Done}\n"
    ),
    "results": "start: a\nstates:\n  a: {chat: Work, next: b}\n  b: {end: true, result: {answer: <a.content>}}\n",
    "inputs": "start: a\nstates:\n  a: {chat: Greet <variable.name>}\n",
    "variables": "variables: {total: {type: number, default: 3}}\nstart: a\n"
    "states:\n  a: {chat: Tell <variable.total>}\n",
    "disabled steps": "start: a\nstates:\n  a: {chat: Greet, enabled: false, next: b}\n  b: {chat: Done}\n",
    "notes": "start: a\nstates:\n  a: {chat: Greet}\nnotes: {note: Mind the step}\n",
    "conversation": (
        "triggers: [The customer greets]\nstart: a\nstates:\n"
        "  a: {chat: Greet, messages: {entry: Hi}, canned: [Hello]}\n"
        "guidelines: [{condition: Upset, action: Calm}]\n"
    ),
}


def probe(name: str) -> Document:
    """The journey that says one thing; it is given an input where it asks for one."""
    text = PROBES[name]
    head = f"{_HEAD}{_INPUT}" if "<variable.name>" in text else _HEAD
    found = document.read("probe.journey.yaml", (head + text).encode())
    assert found.ok, (name, [item.line() for item in found.located()])
    return found


def holds(form: Format, name: str) -> bool:
    """Whether a journey that says this comes back from a format as it was: nothing lost, the same meaning."""
    journey = probe(name)
    made = convert(journey, form)
    if made.text is None or made.unwritten:
        return False
    file = "probe.yml" if form.syntax == "yaml" else "probe.json"
    again = document.read(file, made.text.encode(), format_name=form.name)
    if not again.ok:
        return False
    back = convert(again, registry.find("journey"), journey)
    if back.journey is None:
        return False
    before, after = meaning(cast("Journey", journey.journey)), meaning(back.journey)
    return difference(cast("Any", before), cast("Any", after)) is None
