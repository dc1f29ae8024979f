"""Rules about settings: what a block or state needs, and what its values may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.checks.json_schema import faults
from fjctl.checks.rule import Problem, Repair, Spot
from fjctl.checks.rules.journey import DURATION
from fjctl.model.journey import targets
from fjctl.model.references import references
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fjctl.checks.graph import Node
    from fjctl.checks.rule import Model
    from fjctl.checks.subject import Subject

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
LONGEST_TIMEOUT = 10 * 60 * 1000
"""Milliseconds; Sim ends a run of the free plan after five minutes, of a paid one after fifty."""
MOST_TRIES = 10


def spot_of(node: Node, path: tuple[str | int, ...], value: Any = None) -> Spot:
    """The place of a field: in a journey by its path, in a workflow by its value."""
    if node.block is not None:
        return node.spot if value is None or value == "" else node.spot._replace(value=value)
    head = node.places.get(str(path[0]))
    return Spot((*head, *path[1:])) if head is not None else node.spot


def _is_dynamic(value: Any) -> bool:
    """Whether a value is known only when the flow runs."""
    return isinstance(value, str) and (any(references(value)) or "{{" in value or "${" in value)


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def agent_without_prompt(subject: Subject) -> Iterator[Problem]:
    """An agent that nobody has told anything.

    Why: the model is called with nothing, and answers something.

    When it runs: Sim and Dify refuse the call, or the provider does; others get an answer to nothing, and pay for it.

    Example:
        an agent without a prompt and without messages

    Instead: say what it shall do.
        Answer the customer's question in two sentences.
    """
    if subject.format not in {"sim", "dify", "reactflow"}:
        return  # elsewhere an agent without a prompt answers the message that started the run
    for node in _of(subject, BlockKind.AGENT):
        agent = node.fields.get("agent")
        said = agent if isinstance(agent, dict) else {}
        if not node.enabled:
            continue
        if _blank(node.fields.get("prompt")) and _blank(said.get("input")) and _blank(said.get("messages")):
            yield Problem(node.spot, f"agent {node.label!r} has no prompt", "say what it shall do", node.id)


def _of(subject: Subject, *kinds: BlockKind) -> Iterator[Node]:
    for node in subject.graph.nodes.values():
        if node.kind in kinds:
            yield node


def agent_without_model(subject: Subject) -> Iterator[Problem]:
    """An agent for which no model is chosen, where its builder needs one.

    Why: whoever imports the file has to choose one before anything runs.

    When it runs: Dify refuses to publish; Sim takes the workspace's default if there is one, else the block fails.

    Example:
        an LLM node of Dify without a model name

    Instead: name one.
        model: {name: gpt-4o-mini, provider: openai}
    """
    if subject.format not in {"sim", "dify"}:
        return
    for node in _of(subject, BlockKind.AGENT):
        agent = node.fields.get("agent")
        if node.enabled and (not isinstance(agent, dict) or _blank(agent.get("model"))):
            yield Problem(node.spot, f"agent {node.label!r} names no model", "choose one", node.id)


def _requests(subject: Subject) -> Iterator[tuple[Node, tuple[str | int, ...], dict[str, Any]]]:
    """HTTP requests: of blocks and states, and of the tools that agents may call, each with its path."""
    seen: set[int] = set()
    for node in subject.graph.nodes.values():
        tool = node.fields.get("tool")
        tools = node.fields.get("tools")
        named: list[tuple[tuple[str | int, ...], Any]] = [(("tool",), tool)]
        named += [(("tools", name), item) for name, item in tools.items()] if isinstance(tools, dict) else []
        for path, item in named:
            if isinstance(item, dict) and item.get("kind") == "http" and id(item) not in seen:
                seen.add(id(item))
                request = item.get("request")
                yield node, (*path, "request"), request if isinstance(request, dict) else {}


def http_without_url(subject: Subject) -> Iterator[Problem]:
    """An HTTP request without an address.

    Why: there is nowhere to send it.

    When it runs: the block fails; Sim says that it "is missing required fields".

    Example:
        request: {method: GET}

    Instead: say where.
        request: {method: GET, url: https://shop.example/orders}
    """
    for node, path, request in _requests(subject):
        if _blank(request.get("url")):
            yield Problem(spot_of(node, path), f"the request of {node.label!r} has no address", "add `url`", node.id)


_URL = re.compile(r"https?://[^\s/?#]+(?:[/?#][^\s]*)?", re.IGNORECASE)


def bad_url(subject: Subject) -> Iterator[Problem]:
    """An address that is none.

    Why: the request cannot be sent.

    When it runs: the block fails before anything is sent.

    Example:
        url: shop.example/orders

    Instead: with its scheme, and without blanks.
        url: https://shop.example/orders
    """
    for node, path, request in _requests(subject):
        url = request.get("url")
        if not isinstance(url, str) or _blank(url) or _is_dynamic(url):
            continue
        if not _URL.fullmatch(url.strip()):
            hint = "begin it with https://" if "://" not in url else "mend it: scheme, host, path, no blanks"
            yield Problem(spot_of(node, (*path, "url"), url), f"{url[:60]!r} is no web address", hint, node.id)


def bad_method(subject: Subject) -> Iterator[Problem]:
    """A method that HTTP does not have.

    Why: no server answers to it.

    When it runs: the request is refused.

    Example:
        request: {method: FETCH, url: https://shop.example}

    Instead: one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS.
        request: {method: GET, url: https://shop.example}
    """
    for node, path, request in _requests(subject):
        method = request.get("method")
        if isinstance(method, str) and method.strip() and not _is_dynamic(method) and method.upper() not in METHODS:
            hint = f"one of {', '.join(sorted(METHODS))}"
            yield Problem(spot_of(node, (*path, "method"), method), f"HTTP has no method {method!r}", hint, node.id)


def body_on_get(subject: Subject) -> Iterator[Problem]:
    """A body on a GET request.

    Why: servers and proxies drop it, so what it says is not heard.

    When it runs: Sim and n8n send it or leave it out, depending on their HTTP client.

    Example:
        request: {method: GET, url: https://shop.example, body: '{"id": 1}'}

    Instead: put it into the address, or use POST.
        request: {method: GET, url: https://shop.example, query: {id: 1}}
    """
    for node, path, request in _requests(subject):
        method, body = str(request.get("method") or "GET").upper(), request.get("body")
        if method in {"GET", "HEAD"} and not _blank(body) and body not in ("{}", "null"):
            message = f"{node.label!r} sends a body with {method}, which most servers drop"
            hint = "use POST, or put the values into `query`"
            yield Problem(spot_of(node, (*path, "body"), body), message, hint, node.id)


def missing_code(subject: Subject) -> Iterator[Problem]:
    """A code block without code.

    Why: it does nothing.

    When it runs: it gives nothing, or fails.

    Example:
        tools: {add: {kind: javascript, code: ""}}

    Instead: write it, or remove the block.
        tools: {add: {kind: javascript, code: "return 1 + 1;"}}
    """
    for node in _of(subject, BlockKind.CODE):
        tool = node.fields.get("tool")
        if isinstance(tool, dict) and _blank(tool.get("code")) and node.enabled:
            hint = "write the code, or remove it"
            yield Problem(spot_of(node, ("tool", "code")), f"{node.label!r} has no code", hint, node.id)


def timeout_range(subject: Subject) -> Iterator[Problem]:
    """A timeout that is no time, or longer than any run.

    Why: zero or less gives up at once, ten minutes and more outlasts the run it is part of.

    When it runs: Sim ends a run after five minutes on the free plan.

    Example:
        request: {url: https://shop.example, timeout: 0}

    Instead: some seconds, in milliseconds.
        request: {url: https://shop.example, timeout: 10000}
    """
    for node, path, request in _requests(subject):
        timeout = request.get("timeout")
        number = _number(timeout)
        if timeout in (None, "") or _is_dynamic(timeout):
            continue
        if number is None or not 0 < number <= LONGEST_TIMEOUT:
            message = f"a timeout of {timeout!r} milliseconds is none that helps"
            hint = f"between 1 and {LONGEST_TIMEOUT:,}"
            yield Problem(spot_of(node, (*path, "timeout"), timeout), message, hint, node.id)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def retry_range(subject: Subject) -> Iterator[Problem]:
    """A retry that does not try again, or does so without end.

    Why: one try in all is no retry; very many hold the run up while a service is down.

    When it runs: Sim takes two to five tries and waits five seconds at most between them.

    Example:
        retry: {tries: 1}

    Instead: two to five.
        retry: {tries: 3, wait: 1s}
    """
    for node in subject.graph.nodes.values():
        retry = node.fields.get("retry")
        tries = retry.get("tries") if isinstance(retry, dict) else None
        if isinstance(tries, int) and not isinstance(tries, bool) and not 2 <= tries <= MOST_TRIES:
            message = f"{node.label!r} tries {tries} times in all"
            hint = f"between 2 and {MOST_TRIES}, or no retry"
            yield Problem(spot_of(node, ("retry", "tries")), message, hint, node.id)
        wait = retry.get("wait") if isinstance(retry, dict) else None
        if isinstance(wait, str) and not DURATION.fullmatch(wait) and not _is_dynamic(wait):
            yield Problem(
                spot_of(node, ("retry", "wait")), f"{wait!r} is no time to wait", "write 500ms or 2s", node.id
            )


def temperature_range(subject: Subject) -> Iterator[Problem]:
    """A temperature that no model takes.

    Why: providers refuse the call.

    When it runs: the block fails with the provider's words: the value has to be between 0 and 2.

    Example:
        agent: {model: gpt-4o, temperature: 20}

    Instead: between 0 and 2.
        agent: {model: gpt-4o, temperature: 0.2}
    """
    for node, value in _agent_values(subject, "temperature"):
        number = _number(value)
        if number is not None and not 0 <= number <= 2:
            spot = spot_of(node, ("agent", "temperature"), value)
            yield Problem(spot, f"no model takes a temperature of {value}", "between 0 and 2", node.id)


def max_tokens_range(subject: Subject) -> Iterator[Problem]:
    """A limit of tokens that lets nothing through.

    Why: an answer of no tokens is none.

    When it runs: providers refuse the call, or cut the answer off at once.

    Example:
        agent: {model: gpt-4o, max_tokens: 0}

    Instead: some hundreds, or no limit.
        agent: {model: gpt-4o, max_tokens: 800}
    """
    for node, value in _agent_values(subject, "max_tokens"):
        number = _number(value)
        if number is not None and number < 1:
            spot = spot_of(node, ("agent", "max_tokens"), value)
            yield Problem(spot, f"{value} tokens are no answer", "raise the limit, or leave it out", node.id)


def _agent_values(subject: Subject, name: str) -> Iterator[tuple[Node, Any]]:
    for node in subject.graph.nodes.values():
        agent = node.fields.get("agent")
        if isinstance(agent, dict) and agent.get(name) is not None:
            yield node, agent[name]


def bad_schema(subject: Subject) -> Iterator[Problem]:
    """A schema that is none.

    Why: the provider refuses it, or the model is held to nothing.

    When it runs: the call fails, in the provider's words; strict modes refuse a required name that is not described.

    Example:
        output: {type: object, properties: {fee: {type: numeric}}}

    Instead: a type that JSON Schema knows.
        output: {type: object, properties: {fee: {type: number}}}
    """
    for node, path, schema in _schemas(subject):
        for fault in faults(schema):
            spot = spot_of(node, path, fault.value)
            if node.block is None:
                spot = spot.within(fault.value) if isinstance(fault.value, str) else spot
            yield Problem(spot, f"{node.label!r}: {fault.what}", fault.hint, node.id)


def _schemas(subject: Subject) -> Iterator[tuple[Node, tuple[str | int, ...], Any]]:
    for node in subject.graph.nodes.values():
        agent = node.fields.get("agent")
        output = agent.get("output") if isinstance(agent, dict) else None
        if isinstance(output, dict) and output:
            inner = output.get("schema")
            if isinstance(inner, dict):
                yield node, ("agent", "output", "schema"), inner
            elif {"type", "properties"} & output.keys():
                yield node, ("agent", "output"), output
        tool = node.fields.get("tool")
        schema = tool.get("parameters") if isinstance(tool, dict) else None
        if isinstance(schema, dict) and {"type", "properties"} & schema.keys() and subject.side == "journey":
            yield node, ("tool", "parameters"), schema  # what a tool gives is in the words of its builder


def repeats_nothing(subject: Subject) -> Iterator[Problem]:
    """A loop or parallel that never runs its body.

    Why: zero rounds, or none that can be counted.

    When it runs: Sim takes five rounds for a count that is missing, and skips the body for an empty list; a text that
    is no list is an error.

    Example:
        each_item: {loop: {times: 0}, states: {check: {tool: check}}}

    Instead: how often, or over what.
        each_item: {loop: {each: <order.items>}, states: {check: {tool: check}}}
    """
    for node in _of(subject, BlockKind.LOOP, BlockKind.PARALLEL):
        key = "loop" if node.kind is BlockKind.LOOP else "parallel"
        given = node.fields.get(key)
        if not isinstance(given, dict):
            if subject.format in {"dify", "reactflow"} or subject.side == "journey":
                hint = "say how often, or over which list"
                yield Problem(node.spot, f"{node.label!r} does not say what it repeats for", hint, node.id)
            continue
        for name in ("times", "count"):
            value = given.get(name)
            number = _number(value)
            if value is not None and not _is_dynamic(value) and (number is None or number < 1):
                message = f"{node.label!r} repeats {value!r} times"
                yield Problem(spot_of(node, (key, name), value), message, "a number from 1 on", node.id)
        if "each" in given and given["each"] in ("", [], {}):
            message = f"{node.label!r} repeats for each item of nothing"
            yield Problem(spot_of(node, (key, "each")), message, "name the list: each: <order.items>", node.id)


def mcp_incomplete(subject: Subject) -> Iterator[Problem]:
    """An MCP tool without its server or its name.

    Why: nobody knows what to call.

    When it runs: the block fails.

    Example:
        tools: {search: {kind: mcp, server: docs}}

    Instead: both.
        tools: {search: {kind: mcp, server: docs, tool: search}}
    """
    for node in _of(subject, BlockKind.MCP):
        tool = node.fields.get("tool")
        if not isinstance(tool, dict) or not node.enabled:
            continue
        missing = [name for name in ("server", "tool") if _blank(tool.get(name))]
        if missing and (subject.side == "journey" or subject.format == "sim"):
            message = f"{node.label!r} names no {' and no '.join(missing)}"
            yield Problem(spot_of(node, ("tool",)), message, f"add `{missing[0]}`", node.id)


def no_sub_workflow(subject: Subject) -> Iterator[Problem]:
    """A block that runs another workflow, and does not say which.

    Why: there is nothing to run.

    When it runs: Sim fails the block; exported files lose ids of other workflows, so they have to be chosen again.

    Example:
        a workflow block without a workflow

    Instead: choose one.
        pay: {journey: take-payment}
    """
    for node in _of(subject, BlockKind.WORKFLOW):
        tool = node.fields.get("tool")
        named = node.fields.get("journey") or (tool.get("workflow") if isinstance(tool, dict) else None)
        if _blank(named) and node.enabled:
            yield Problem(node.spot, f"{node.label!r} does not say what it runs", "name the workflow", node.id)


def bad_wait(subject: Subject) -> Iterator[Problem]:
    """A wait without a time, or with one that is none.

    Why: it waits not at all, or for ever.

    When it runs: fjctl refuses to run it; Sim waits ten seconds by default.

    Example:
        pause: {wait: soon}

    Instead: a number and a unit.
        pause: {wait: 10m}
    """
    for node in _of(subject, BlockKind.WAIT):
        wait = node.fields.get("wait")
        known = isinstance(wait, str) and (DURATION.fullmatch(wait.strip()) or _is_dynamic(wait))
        if not known and (subject.side == "journey" or (isinstance(wait, str) and wait)):
            shown = f"{wait!r} is no time" if wait else "no time is given"
            yield Problem(spot_of(node, ("wait",), wait), f"{node.label!r}: {shown}", "write 30s, 10m, 2h", node.id)


def asks_nothing(subject: Subject) -> Iterator[Problem]:
    """A form that asks nothing.

    Why: a person is waited for who does not know why.

    When it runs: the run pauses until somebody resumes it.

    Example:
        approve: {ask: {message: ""}}

    Instead: say what is asked.
        approve: {ask: {message: May it be paid?, fields: {approved: {type: boolean}}}}
    """
    if subject.side == "journey":
        return
    for node in _of(subject, BlockKind.HUMAN):
        ask = node.fields.get("ask")
        said = ask if isinstance(ask, dict) else {"message": ask}
        if all(_blank(said.get(key)) for key in ("message", "fields", "show")) and node.enabled:
            yield Problem(node.spot, f"{node.label!r} asks nothing", "say what is asked, and which fields", node.id)


def same_tool_twice(subject: Subject) -> Iterator[Problem]:
    """The same tool twice in one state.

    Why: it is run or offered twice.

    When it runs: a model sees two tools that are the same; providers refuse equal names.

    Example:
        answer: {chat: Answer, tools: [search, search]}

    Instead: once.
        answer: {chat: Answer, tools: [search]}
    """
    for node in subject.graph.nodes.values():
        state: Mapping[str, Any] = node.state or {}
        for key in ("tools", "tool"):
            named = targets(state.get(key)) if isinstance(state.get(key), (str, list)) else []
            for number, name in enumerate(named):
                if name in named[:number]:
                    spot = Spot((*node.pointer, key, number))
                    repair = Repair("remove the second one", _once(node.id, key))
                    yield Problem(spot, f"tool {name!r} stands twice", "remove one", node.id, repair)


def _once(name: str, key: str) -> Callable[[Model], None]:
    from fjctl.checks import edits

    def apply(journey: Model) -> None:
        state: Any = edits.state_of(journey, name)
        if state is not None and isinstance(state.get(key), list):
            state[key] = list(dict.fromkeys(state[key]))

    return apply
