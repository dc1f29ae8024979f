"""Spellings of models: which one, its provider and parameters, its memory, the shape of its answer.

Sources: langgenius/graphon `nodes/llm/entities.py`; dify-plus `core/workflow/nodes/agent` (an agent's model).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.base import is_blank
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at, map_texts
from fjctl.formats.dify_forms import FORMS

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_PROVIDERS = {
    "gpt": "langgenius/openai/openai",
    "o1": "langgenius/openai/openai",
    "o3": "langgenius/openai/openai",
    "o4": "langgenius/openai/openai",
    "claude": "langgenius/anthropic/anthropic",
    "gemini": "langgenius/gemini/google",
    "deepseek": "langgenius/deepseek/deepseek",
    "qwen": "langgenius/tongyi/tongyi",
    "mistral": "langgenius/mistralai/mistralai",
    "command": "langgenius/cohere/cohere",
    "grok": "langgenius/x/x",
    "llama": "langgenius/ollama/ollama",
}
"""The provider of a model where nobody says it, by the beginning of the model's name."""
_PARAMETERS = ("temperature", "max_tokens", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed")
"""Parameters of a model that an agent's settings have a word for."""


_ANY_PROVIDER = "langgenius/openai_api_compatible/openai_api_compatible"


def _provider(name: Any) -> str:
    text = name.lower() if isinstance(name, str) else ""
    usual = _ANY_PROVIDER if text else _PROVIDERS["gpt"]
    return next((provider for prefix, provider in _PROVIDERS.items() if text.startswith(prefix)), usual)


def _spelled_provider(said: Any, name: Any) -> str:
    """A provider as Dify calls it, where another builder has named it (`chatOpenAI`, `Anthropic`, a part's type)."""
    if isinstance(said, dict):
        said = said.get("type")
    if not isinstance(said, str) or not said:
        return _provider(name)
    if "/" in said or said.islower():
        return said
    text = said.lower()
    return next((provider for word, provider in _VENDORS.items() if word in text), said)


_VENDORS = {
    "azure": "langgenius/azure_openai/azure_openai",
    "bedrock": "langgenius/bedrock/bedrock",
    "groq": "langgenius/groq/groq",
    "huggingface": "langgenius/huggingface_hub/huggingface_hub",
    "openai": "langgenius/openai/openai",
    "anthropic": "langgenius/anthropic/anthropic",
    "google": "langgenius/gemini/google",
    "gemini": "langgenius/gemini/google",
    "deepseek": "langgenius/deepseek/deepseek",
    "mistral": "langgenius/mistralai/mistralai",
    "cohere": "langgenius/cohere/cohere",
    "ollama": "langgenius/ollama/ollama",
}
"""Providers by a word in the names that other builders have for them."""


def _same_provider(provider: Any, name: Any) -> bool:
    """Whether a provider goes without saying; before plugins it had a name without a path."""
    usual = _provider(name)
    return isinstance(provider, str) and provider.rpartition("/")[2] == usual.rpartition("/")[2]


def _model_read(value: Any, scope: Scope) -> Read | None:
    if not isinstance(value, dict):
        return None
    agent: Map = {}
    rest = {key: item for key, item in value.items() if not is_blank(item)}
    key = "name" if "name" in value or "model" not in value else "model"
    name = rest.pop(key, None)
    if isinstance(name, str):
        agent["model"] = name
    elif name is not None:
        rest[key] = name
    provider = rest.pop("provider", None)
    if isinstance(provider, str) and not _same_provider(provider, name):
        agent["provider"] = provider
    elif provider is not None and not isinstance(provider, str):
        rest["provider"] = provider
    if rest.get("mode") == "chat":
        del rest["mode"]
    parameters = rest.get("completion_params")
    if isinstance(parameters, dict):
        agent |= {word: parameters[word] for word in _PARAMETERS if not is_blank(parameters.get(word))}
        more = {word: item for word, item in parameters.items() if word not in _PARAMETERS and not is_blank(item)}
        rest = {**rest, "completion_params": more} if more else _without(rest, "completion_params")
    if rest:
        agent["settings"] = {"model": map_texts(rest, lambda text: texts.read_text(text, scope))}
    return Read({"agent": agent}) if agent else None


def _without(value: Map, key: str) -> Map:
    return {name: item for name, item in value.items() if name != key}


def _model_write(fields: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    agent = at(fields, ("agent",))
    agent = agent if isinstance(agent, dict) else {}
    rest = at(agent, ("settings", "model"))
    said: Map = dict(rest) if isinstance(rest, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    key = "model" if "model" in before and "name" not in before else "name"
    name = agent.get("model", "")
    more = said.pop("completion_params", None)
    parameters: Map = {word: agent[word] for word in _PARAMETERS if word in agent}
    parameters |= more if isinstance(more, dict) else {}
    odd = {} if more is None or isinstance(more, dict) else {"completion_params": more}
    fixed = {word: before[word] for word in ("provider", "mode") if is_blank(before.get(word)) and word in before}
    if "provider" in agent:
        fixed["provider"] = _spelled_provider(agent["provider"], name)
    elif _same_provider(before.get("provider"), name):
        fixed["provider"] = before["provider"]
    written: Map = {"mode": before.get("mode", "chat"), "provider": _provider(name), **fixed}
    written |= map_texts(said, lambda text: texts.write_text(text, scope))
    if before and "mode" not in before and "mode" not in said:
        del written["mode"]
    if key not in said:
        written[key] = name
    if parameters or not before or "completion_params" in before:
        written["completion_params"] = parameters
    return written | odd


def _strategy_model_read(held: Any, scope: Scope) -> Read | None:
    found = _model_read(held.get("value") if isinstance(held, dict) else None, scope)
    if found is None:
        return None
    rest = at(found.value, ("agent", "settings", "model"))
    if isinstance(rest, dict):
        for key, usual in (("model_type", "llm"), ("type", "model-selector")):
            if rest.get(key) == usual:
                del rest[key]
        if not rest:
            del found.value["agent"]["settings"]
    return found


def _strategy_model_write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    if beyond is not ABSENT and "model" not in (at(fields, ("agent",)) or {}):
        return ABSENT  # a model in a form that nobody has seen stays
    held = prior if isinstance(prior, dict) else {"type": "constant"}
    before = held.get("value")
    new = {"completion_params": {}, "mode": "chat", "model": "", "model_type": "llm", "type": "model-selector"}
    start = before if isinstance(before, dict) else new
    written = _model_write(fields, start, beyond, scope)
    usual = {key: start[key] for key in ("model_type", "type") if key in start}
    return {**held, "value": {**usual, **written}}


def _memory_read(value: Any, scope: Scope) -> Read | None:
    """How much of the conversation a model hears: `window` turns, all of it where none are said."""
    if not isinstance(value, dict):
        return None
    window = value.get("window")
    window = window if isinstance(window, dict) else {}
    found: Map = {"window": window["size"]} if window.get("enabled") is True and "size" in window else {}
    query = value.get("query_prompt_template")
    if isinstance(query, str) and query.strip():
        found["query"] = texts.read_text(query, scope)
    roles = value.get("role_prefix")
    roles = {key: item for key, item in roles.items() if item} if isinstance(roles, dict) else {}
    found |= {"role_prefix": roles} if roles else {}
    return Read(found or True)


def _memory_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if not isinstance(meaning, dict) and meaning is not True:
        return ABSENT
    said = meaning if isinstance(meaning, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    window = before.get("window")
    size = window.get("size", 10) if isinstance(window, dict) else 10
    found: Map = {**before, "window": {"enabled": "window" in said, "size": said.get("window", size)}}
    if "query" in said or "query_prompt_template" in before:
        found["query_prompt_template"] = texts.write_text(str(said.get("query", "")), scope)
    return found | ({"role_prefix": said["role_prefix"]} if "role_prefix" in said else {})


def _structured_read(value: Any, _: Scope) -> Read | None:
    return Read(value) if isinstance(value, dict) and value.get("schema") else None


def _structured_write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    if not isinstance(meaning, dict):
        return ABSENT
    return {"schema": meaning["schema"]} if "schema" in meaning else {"schema": meaning}


def _query_read(value: Any, scope: Scope) -> Read | None:
    """What a classifier looks at; the customer's words where nobody says otherwise."""
    return None if value == ["sys", "query"] else FORMS["selector"].read(value, scope)


_PICTURES = {"detail": "high", "variable_selector": ["sys", "files"]}


def _vision_read(value: Any, scope: Scope) -> Read | None:
    """Which files a model looks at, and how closely; the customer's where nobody says otherwise."""
    if not isinstance(value, dict) or value.get("enabled") is not True or not value.keys() <= {"enabled", "configs"}:
        return None
    configs = value.get("configs")
    held = configs if isinstance(configs, dict) else {}
    selector = held.get("variable_selector", _PICTURES["variable_selector"])
    files = texts.read_selector(selector, scope)
    if (configs is not None and configs is not held) or not held.keys() <= _PICTURES.keys() or files is None:
        return None
    found: Map = {"files": files} if selector != _PICTURES["variable_selector"] else {}
    if held.get("detail", "high") != "high":
        found["detail"] = held["detail"]
    return Read(found or True)


def _vision_write(meaning: Any, prior: Any, _beyond: Any, scope: Scope) -> Any:
    if meaning is not True and not isinstance(meaning, dict):
        return ABSENT
    said = meaning if isinstance(meaning, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    held = before.get("configs")
    configs: Map = {**_PICTURES, **(held if isinstance(held, dict) else {})}
    selector = texts.write_selector(said["files"], scope) if "files" in said else _PICTURES["variable_selector"]
    if selector is None:
        return ABSENT
    return {
        "configs": {**configs, "detail": said.get("detail", "high"), "variable_selector": selector},
        "enabled": True,
    }


MODEL_FORMS = {
    "vision": Form(_vision_read, _vision_write, translates=True),
    "model": Form(_model_read, _model_write, translates=True),
    "strategy model": Form(_strategy_model_read, _strategy_model_write, translates=True),
    "memory": Form(_memory_read, _memory_write, translates=True),
    "structured": Form(_structured_read, _structured_write),
    "query": Form(_query_read, FORMS["selector"].write, translates=True),
}
