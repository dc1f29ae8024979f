"""Leaving out of a block's fields what the journey document takes no value of that type for.

Real files hold anything anywhere (a number as a model's name, a list as a title). A journey with such a value could
not be read back, so the value stays behind in the workflow, where the accounting finds and names it. The types are
those of the classes in `model/journey.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fjctl.model.journey import Agent, Ask, Field, Loop, Parallel, Request, Retry, Tool, Variable
from fjctl.model.workflow import ENTRY_KINDS, Workflow

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "int | str": (int, str),
    "list[JsonValue]": (list,),
    "dict[str, JsonValue]": (dict,),
    "dict[str, Field]": (dict,),
    "Request": (dict,),
}
_ONE: dict[str, type] = {
    "tool": Tool,
    "agent": Agent,
    "retry": Retry,
    "loop": Loop,
    "parallel": Parallel,
    "ask": Ask,
    "request": Request,
}
_MANY: dict[str, type] = {"tools": Tool, "fields": Field}
_TEXTS = frozenset({"prompt", "say", "closing", "journey", "wait", "text", "color", "event"})
_known: dict[type, dict[str, tuple[type, ...]]] = {}


def fit_workflow(workflow: Workflow) -> Workflow:
    """A workflow whose fields a journey can hold; what fits already is shared."""
    blocks = []
    for block in workflow.blocks:
        fields = fit_block(block.fields, entry=block.kind in ENTRY_KINDS)
        blocks.append(block if fields is block.fields else replace(block, fields=fields))
    return replace(workflow, blocks=blocks, variables=fit_each(workflow.variables, Variable))


def fit_block(fields: dict[str, Any], *, entry: bool = False) -> dict[str, Any]:
    """A block's fields without ill-typed values, the same map when there are none; `entry` says that its `inputs` are
    variables."""
    result = fields
    for key, item in fields.items():
        fitted = fit_value(key, item) if key not in _TEXTS or type(item) is str else None
        if entry and key == "inputs" and isinstance(fitted, dict):
            fitted = fit_each(fitted, Variable)
        if fitted is not item or item is None:
            result = _with(result, fields, key, fitted)
    return result


def _with(result: dict[str, Any], given: dict[str, Any], key: str, item: Any) -> dict[str, Any]:
    """`result` with another value (None for none) under a key that it has; a copy as long as it is what was given."""
    result = dict(given) if result is given else result
    if item is None:
        del result[key]
    else:
        result[key] = item
    return result


def fit_value(key: str, item: Any) -> Any:
    """The value of a field, fitted to the class that belongs to its key; None when it is no map where one must be."""
    if key in _ONE and not isinstance(item, str):
        return fit(item, _ONE[key]) if isinstance(item, dict) else None
    if key in _MANY:
        return fit_each(item, _MANY[key]) if isinstance(item, dict) else None
    return item


def fit_each(items: dict[str, Any], cls: type) -> dict[str, Any]:
    """`fit` for each entry of a map of such things; the same map when all fit."""
    result = items
    for name, item in items.items():
        fitted = fit(item, cls) if isinstance(item, dict) else None
        if fitted is not item or item is None:
            result = _with(result, items, name, fitted)
    return result


def fit(value: dict[str, Any], cls: type) -> dict[str, Any]:
    """A map without the values that `cls` takes no such type for; the same map when all fit."""
    types = _known.get(cls)
    if types is None:
        types = _known[cls] = _types_of(cls)
    result = value
    for key, item in value.items():
        allowed = types.get(key)
        fitted = fit_value(key, item) if isinstance(item, dict) else item
        if allowed and type(item) not in allowed:
            fitted = None
        if fitted is not item:
            result = _with(result, value, key, fitted)
    return result


def _types_of(cls: type) -> dict[str, tuple[type, ...]]:
    named = {key: str(getattr(hint, "__forward_arg__", hint)) for key, hint in cls.__annotations__.items()}
    return {key: _TYPES[hint] for key, hint in named.items() if hint in _TYPES}
