"""What the author of a RAGFlow component set, out of its form, and the form that says it.

A form holds more than settings: values that a switch has turned off, copies of the connections, the editor's choices.
They are no part of the settings; `form_of` writes anew those that follow from the settings and the connections.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.ragflow_choices import ELSE
from fjctl.formats.ragflow_types import LLM_DEFAULTS, LLM_SWITCHES, SUB_AGENT, WITH_MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.paths import Map

AGENTS = frozenset({"Agent", "LLM", SUB_AGENT})
EXCEPTION = "agentException"
"""The handle of the way that is taken when an agent failed."""
_CHOSEN = frozenset({"parameter", "llm_filter", "tenant_llm_id"})
"""What the editor notes about how a model was chosen."""
_ASK = "{sys.query}"
_RETRY = {"max_retries": 3, "delay_after_error": 1}
_ASKED = {"query": "sys.query"}
_LOOP = {"loop_termination_condition": "conditions", "logical_operator": "logic", "maximum_loop_count": "most"}


def settings_of(label: str, form: Map) -> Map:
    """The settings of a component by name."""
    found = dict(form)
    if label in WITH_MODEL:
        _without_unused(found)
    if label in AGENTS:
        _open_agent(found)
    opener = _OPENERS.get(label)
    if opener is not None:
        opener(found)
    return found


def form_of(label: str, settings: Map, prior: Map | None, leaving: Mapping[str, Sequence[str]]) -> Map:
    """The form of a component. `prior` is the form as it stands, None for a new component; `leaving` are the targets of
    the wires that leave it, by port."""
    found = dict(settings)
    if label in WITH_MODEL:
        _with_switches(found, prior)
    if label in AGENTS:
        _close_agent(found, prior, leaving)
    closer = _CLOSERS.get(label)
    if closer is not None:
        closer(found, prior, leaving)
    return found


def _without_unused(found: Map) -> None:
    for key, switch in LLM_SWITCHES.items():
        if found.pop(switch, True) is False:
            found.pop(key, None)
    for key in _CHOSEN:
        found.pop(key, None)


def _with_switches(found: Map, prior: Map | None) -> None:
    switched = prior is None or any(switch in prior for switch in LLM_SWITCHES.values())
    for key, switch in LLM_SWITCHES.items():
        if key in found and switched:
            found[switch] = True
        elif prior is None:
            found |= {key: LLM_DEFAULTS[key], switch: False}


# Agents


def _open_agent(found: Map) -> None:
    system, prompts = found.pop("sys_prompt", None), found.get("prompts")
    rows = [{"role": "user", "content": prompts}] if isinstance(prompts, str) else prompts
    if isinstance(system, str):
        said = [{"role": "system", "content": system}] if system else []
        if isinstance(rows, list) or is_blank(rows):
            found.pop("prompts", None)
            said += [] if _is_default(rows) else rows or []
        if said:
            found["messages"] = said
    elif not is_blank(system):
        found["sys_prompt"] = system
    elif isinstance(rows, list):
        found.pop("prompts")
        if not _is_default(rows):
            found["messages"] = rows
    for key, usual in _RETRY.items():
        if found.get(key) == usual:
            found.pop(key)
    found.pop("exception_goto", None)
    method = found.get("exception_method")
    if is_blank(method) or method == "goto" or (method == "comment" and found.get("exception_default_value")):
        found.pop("exception_method", None)
    tools, servers = found.get("tools"), found.pop("mcp", None)
    if isinstance(servers, list) and servers and (isinstance(tools, list) or is_blank(tools)):
        found["tools"] = [*(tools or []), *servers]
    elif not is_blank(servers):
        found["mcp"] = servers


def _is_default(rows: Any) -> bool:
    """Whether the user's part of a prompt is what the user said, as every new agent has it."""
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        return False
    return rows[0].get("role") == "user" and rows[0].get("content") == _ASK


def _close_agent(found: Map, prior: Map | None, leaving: Mapping[str, Sequence[str]]) -> None:
    rows = found.pop("messages", None)
    rows = list(rows) if isinstance(rows, list) else []
    if rows and isinstance(rows[0], dict) and rows[0].get("role") == "system":
        found["sys_prompt"] = rows.pop(0).get("content")
    elif prior is None or "sys_prompt" in prior:
        found["sys_prompt"] = ""
    if rows:
        alone = prior is not None and isinstance(prior.get("prompts"), str) and len(rows) == 1
        found["prompts"] = rows[0].get("content") if alone else rows
    elif prior is None or _is_default(prior.get("prompts")):
        found["prompts"] = [{"role": "user", "content": _ASK}]
    for key, usual in _RETRY.items():
        if key not in found and (prior is None or prior.get(key) == usual):
            found[key] = usual
    goto = list(leaving.get(EXCEPTION, ()))
    if prior is None or goto or prior.get("exception_method") == "goto":
        found["exception_goto"] = goto
    if goto:
        found["exception_method"] = "goto"
    elif found.get("exception_default_value") and "exception_method" not in found:
        found["exception_method"] = "comment"
    elif prior is None:
        found.setdefault("exception_method", "")
    _split_tools(found, prior)


def _split_tools(found: Map, prior: Map | None) -> None:
    tools = found.pop("tools", None)
    if not isinstance(tools, list):
        if tools is not None:
            found["tools"] = tools
        tools = []
    servers = [tool for tool in tools if isinstance(tool, dict) and "mcp_id" in tool]
    rest = [tool for tool in tools if tool not in servers]
    if prior is None or rest or "tools" in prior:
        found.setdefault("tools", rest)
    if prior is None or servers or "mcp" in prior:
        found.setdefault("mcp", servers)


# Other components


def _open_categorize(found: Map) -> None:
    items, older = found.pop("items", None), found.get("category_description")
    if isinstance(items, list) and items:
        found["categories"] = items
        found.pop("category_description", None)
    elif isinstance(older, dict) and older and all(isinstance(row, dict) for row in older.values()):
        found.pop("category_description")
        rows = sorted(older.items(), key=lambda item: _index(item[1]))
        found["categories"] = [
            {"name": name, **{key: value for key, value in row.items() if key not in {"to", "index"}}}
            for name, row in rows
        ]
    if found.get("query") in (_ASKED["query"], _ASK):
        found.pop("query")


def _index(row: Map) -> float:
    number = row.get("index")
    return number if isinstance(number, (int, float)) and not isinstance(number, bool) else 0


def _close_categorize(found: Map, prior: Map | None, leaving: Mapping[str, Sequence[str]]) -> None:
    rows = found.pop("categories", None)
    if "query" not in found and (prior is None or prior.get("query") in (_ASKED["query"], _ASK)):
        found["query"] = _ASKED["query"] if prior is None else prior["query"]
    if not isinstance(rows, list):
        return
    if prior is not None and "items" not in prior and isinstance(prior.get("category_description"), dict):
        found["category_description"] = {row["name"]: _older_category(row, leaving) for row in rows if "name" in row}
    else:
        found["items"] = rows


def _older_category(row: Map, leaving: Mapping[str, Sequence[str]]) -> Map:
    """A category as it was written before 2025."""
    targets = list(leaving.get(row["name"], ()))
    more = {key: item for key, item in row.items() if key != "name"}
    examples = more.get("examples")
    if isinstance(examples, list) and all(isinstance(item, dict) for item in examples):
        more["examples"] = "\n".join(str(item.get("value", "")) for item in examples)
    return {**more, "to": targets[0] if len(targets) == 1 else targets} if targets else more


def _open_switch(found: Map) -> None:
    found.pop(ELSE, None)
    found.pop("end_cpn_id", None)
    rows = found.get("conditions")
    if isinstance(rows, list):
        found["conditions"] = [
            {key: item for key, item in row.items() if key != "to"} if isinstance(row, dict) else row for row in rows
        ]


def _close_switch(found: Map, prior: Map | None, leaving: Mapping[str, Sequence[str]]) -> None:
    one = prior is not None and "end_cpn_id" in prior
    targets = list(leaving.get(ELSE, ()))
    if one:
        found["end_cpn_id"] = targets[0] if targets else ""
    else:
        found[ELSE] = targets
    rows = found.get("conditions")
    if isinstance(rows, list):
        found["conditions"] = [
            {**row, "to": _to(list(leaving.get(f"Case {place + 1}", ())), one=one)} if isinstance(row, dict) else row
            for place, row in enumerate(rows)
        ]


def _to(targets: list[str], *, one: bool) -> Any:
    return targets if not one else targets[0] if targets else ""


def _open_fill_up(found: Map) -> None:
    found.pop("outputs", None)


def _close_fill_up(found: Map, _prior: Map | None, _leaving: Mapping[str, Sequence[str]]) -> None:
    if isinstance(found.get("inputs"), dict):
        found["outputs"] = deepcopy(found["inputs"])


def _open_loop(found: Map) -> None:
    said = {ours: found.pop(theirs) for theirs, ours in _LOOP.items() if not is_blank(found.get(theirs))}
    if said:
        found["loop"] = said


def _close_loop(found: Map, prior: Map | None, _leaving: Mapping[str, Sequence[str]]) -> None:
    said = found.pop("loop", None)
    said = said if isinstance(said, dict) else {}
    found |= {theirs: said[ours] for theirs, ours in _LOOP.items() if ours in said}
    if prior is None:
        found.setdefault("loop_termination_condition", [])
        found.setdefault("maximum_loop_count", 10)


def _open_invoke(found: Map) -> None:
    rows = found.pop("variables", None)
    if not is_blank(rows):
        found["query" if str(found.get("method", "GET")).upper() == "GET" else "body"] = rows


def _close_invoke(found: Map, prior: Map | None, _leaving: Mapping[str, Sequence[str]]) -> None:
    rows = found.pop("query", None), found.pop("body", None)
    said = [part for part in rows if isinstance(part, list)]
    if said or prior is None:
        found["variables"] = [row for part in said for row in part]


def _open_generate(found: Map) -> None:
    """Before 2025 an agent was called `Generate` and had its instruction in one text."""
    if isinstance(found.get("prompt"), str) and found["prompt"]:
        found["messages"] = [{"role": "system", "content": found.pop("prompt")}]


def _close_generate(found: Map, _prior: Map | None, _leaving: Mapping[str, Sequence[str]]) -> None:
    rows = found.pop("messages", None)
    texts = [row.get("content") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if texts:
        found["prompt"] = "\n\n".join(text for text in texts if isinstance(text, str))


def _open_message(found: Map) -> None:
    """Before 2025 the wordings of a message were called `messages`."""
    if is_blank(found.get("content")) and not is_blank(found.get("messages")):
        found["content"] = found.pop("messages")


def _close_message(found: Map, prior: Map | None, _leaving: Mapping[str, Sequence[str]]) -> None:
    if prior is not None and "messages" in prior and is_blank(prior.get("content")) and "content" in found:
        found["messages"] = found.pop("content")


_OPENERS = {
    "Generate": _open_generate,
    "Message": _open_message,
    "Categorize": _open_categorize,
    "Switch": _open_switch,
    "UserFillUp": _open_fill_up,
    "Loop": _open_loop,
    "Invoke": _open_invoke,
}
_CLOSERS = {
    "Generate": _close_generate,
    "Message": _close_message,
    "Categorize": _close_categorize,
    "Switch": _close_switch,
    "UserFillUp": _close_fill_up,
    "Loop": _close_loop,
    "Invoke": _close_invoke,
}
