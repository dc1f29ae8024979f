"""Prompts and models of n8n's AI nodes, of every version, in one shape.

Source: the nodes of @n8n/n8n-nodes-langchain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.paths import ABSENT, at, put, without
from fjctl.formats.n8n_values import Shape, pointed, pointing, put_in, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.n8n_values import Manner

# Prompts

_ONE_EXPRESSION = re.compile(r"=\s*\{\{(?:(?!\}\}).)*\}\}\s*", re.DOTALL)
_PROMPT_TYPES = 1.3
_TEMPLATES = {
    "SystemMessagePromptTemplate": "system",
    "HumanMessagePromptTemplate": "user",
    "AIMessagePromptTemplate": "assistant",
}
_ROLES = {role: name for name, role in _TEMPLATES.items()}


def _defined(settings: Map, version: float) -> Any:
    """The text that the user part of a prompt is, where the node says it itself."""
    if version < _PROMPT_TYPES or settings.get("promptType") == "define":
        if isinstance(settings.get("text"), str):
            settings.pop("promptType", None)
            return settings.pop("text")
    elif settings.get("promptType") == "auto" and "text" not in settings:
        del settings["promptType"]
    return ABSENT


def _define(settings: Map, text: Any, version: float, prior: Map) -> None:
    if text is ABSENT:
        if prior.get("promptType") == "auto":
            settings.setdefault("promptType", "auto")
        return
    if version >= _PROMPT_TYPES:
        settings["promptType"] = "define"
    settings["text"] = text


def _agent_lift(settings: Map, version: float) -> None:
    text = _defined(settings, version)
    options = settings.get("options")
    system = options.get("systemMessage") if isinstance(options, dict) else None
    if system is not None:
        settings["options"] = without(options or {}, [("systemMessage",)])
    if isinstance(system, str):
        settings["@prompt"] = system
        put_in(settings, "@input", text)
    elif isinstance(text, str) and not _ONE_EXPRESSION.fullmatch(text):
        settings |= {"@prompt": text, "@role": "user"}
    else:
        put_in(settings, "@input", text)


def _agent_lower(settings: Map, manner: Manner) -> None:
    prompt, role, text = (take(settings, key) for key in ("@prompt", "@role", "@input"))
    if role == "user" and text is ABSENT:
        prompt, text = ABSENT, prompt
    _define(settings, text, manner.version, manner.prior)
    if prompt is not ABSENT:
        put(settings, ("options", "systemMessage"), prompt)
    if role not in {ABSENT, "user"}:
        settings["@role"] = role


def _chain_lift(settings: Map, version: float) -> None:
    text = _defined(settings, version)
    if text is ABSENT and isinstance(settings.get("prompt"), str) and version <= _PROMPT_TYPES:
        text = settings.pop("prompt")
    rows = at(settings, ("messages", "messageValues"))
    messages = [_message(row) for row in rows] if isinstance(rows, list) else []
    if messages and all(message is not None for message in messages):
        del settings["messages"]
    else:
        messages = []
    first = messages[0] if messages else None
    if first is not None and first["role"] == "system":
        settings["@prompt"] = first["content"]
        messages = messages[1:]
        put_in(settings, "@input", text)
    elif text is not ABSENT:
        settings |= {"@prompt": text, "@role": "user"}
    if messages:
        settings["@messages"] = messages


def _message(row: Any) -> Map | None:
    if not isinstance(row, dict) or not row.keys() <= {"type", "message", "messageType"}:
        return None
    role = _TEMPLATES.get(row.get("type", "SystemMessagePromptTemplate"))
    if role is None or row.get("messageType", "text") != "text":
        return None
    return {"role": role, "content": row.get("message", "")}


def _chain_lower(settings: Map, manner: Manner) -> None:
    prompt, role, text = (take(settings, key) for key in ("@prompt", "@role", "@input"))
    messages = take(settings, "@messages")
    rows = list(messages) if isinstance(messages, list) else []
    if role == "user" and text is ABSENT:
        prompt, text = ABSENT, prompt
    if prompt is not ABSENT:
        rows = [{"role": "system", "content": prompt}, *rows]
    if manner.version <= _PROMPT_TYPES and text is not ABSENT:
        settings["prompt"] = text
    else:
        _define(settings, text, manner.version, manner.prior)
    if rows:
        settings["messages"] = {"messageValues": [_row_of(row) for row in rows if isinstance(row, dict)]}


def _row_of(row: Mapping[str, Any]) -> Map:
    name = _ROLES.get(str(row.get("role")), "HumanMessagePromptTemplate")
    typed = {} if row.get("role") == "system" else {"type": name}
    return {**typed, "message": row.get("content", "")}


def _talk_lift(settings: Map, version: float) -> None:
    """The nodes that send messages to one provider's model."""
    _model_lift(settings, version)
    key = "responses" if "responses" in settings else "messages"
    rows = at(settings, (key, "values"))
    if not isinstance(rows, list) or not rows:
        return
    if any(not isinstance(row, dict) or row.keys() - {"role", "content", "type"} for row in rows):
        return
    if any(row.get("type", "text") != "text" for row in rows):
        return
    del settings[key]
    first, *more = ({"role": row.get("role", "user"), "content": row.get("content", "")} for row in rows)
    settings["@prompt"] = first["content"]
    if first["role"] != "system":
        settings["@role"] = first["role"]
    if more:
        settings["@messages"] = more


def _talk_lower(settings: Map, manner: Manner) -> None:
    _model_lower(settings, manner, ("modelId",))
    prompt, role, messages = (take(settings, key) for key in ("@prompt", "@role", "@messages"))
    if prompt is ABSENT:
        return
    first = {"content": prompt, **({} if role == "user" else {"role": "system" if role is ABSENT else role})}
    more = [row for row in messages if isinstance(row, dict)] if isinstance(messages, list) else []
    rows = [first, *({"content": row.get("content", ""), "role": row.get("role", "user")} for row in more)]
    settings["responses" if "responses" in manner.prior else "messages"] = {"values": rows}


# Models, workflows, tools

_MODEL_KEYS = ("model", "modelId", "modelName")


def _model_lift(settings: Map, _version: float) -> None:
    for key in _MODEL_KEYS:
        value = pointed(settings.get(key))
        if isinstance(value, str) and value:
            settings["@model"] = value
            del settings[key]
            return


def _model_lower(settings: Map, manner: Manner, keys: tuple[str, ...] = _MODEL_KEYS) -> None:
    model = take(settings, "@model")
    if model is ABSENT:
        return
    key = next((key for key in _MODEL_KEYS if key in manner.prior), keys[0])
    settings[key] = pointing(model, manner.prior.get(key), "list" if key in manner.prior else "id")


def _string_model_lower(settings: Map, manner: Manner) -> None:
    """For models whose name is a plain text."""
    model = take(settings, "@model")
    if model is not ABSENT:
        key = next((key for key in _MODEL_KEYS if key in manner.prior), "model")
        settings[key] = pointing(model, manner.prior.get(key, ""), "list")


AGENT = Shape(_agent_lift, _agent_lower)
CHAIN = Shape(_chain_lift, _chain_lower)
TALK = Shape(_talk_lift, _talk_lower)
MODEL = Shape(_model_lift, _model_lower)
STRING_MODEL = Shape(_model_lift, _string_model_lower)
