"""Leaving out of a block's fields what the journey document takes no value of that type for.

Real files hold anything anywhere (a number as a model's name, a list as a title). A journey with such a value could
not be read back, so the value stays behind in the workflow, where the accounting finds and names it. The types are
those of the classes in `model/journey.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fjctl.model.journey import Agent, Ask, Field, Loop, Parallel, Request, Retry, Tool, Variable
from fjctl.model.workflow import ENTRY_KINDS, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        unchanged = fields.keys() == block.fields.keys() and all(fields[key] is block.fields[key] for key in fields)
        blocks.append(block if unchanged else replace(block, fields=fields))
    variables: Any = fit_each(workflow.variables, Variable)
    return replace(workflow, blocks=blocks, variables=variables)


def fit_block(fields: Mapping[str, Any], *, entry: bool = False) -> dict[str, Any]:
    """A block's fields without ill-typed values; `entry` says that its `inputs` are variables."""
    found = {key: fit_value(key, item) for key, item in fields.items() if key not in _TEXTS or type(item) is str}
    if entry and isinstance(found.get("inputs"), dict):
        found["inputs"] = fit_each(found["inputs"], Variable)
    return {key: item for key, item in found.items() if item is not None}


def fit_value(key: str, item: Any) -> Any:
    """The value of a field, fitted to the class that belongs to its key; None when it is no map where one must be."""
    if key in _ONE and not isinstance(item, str):
        return fit(item, _ONE[key]) if isinstance(item, dict) else None
    if key in _MANY:
        return fit_each(item, _MANY[key]) if isinstance(item, dict) else None
    return item


def fit_each(items: Mapping[str, Any], cls: type) -> dict[str, Any]:
    """`fit` for each entry of a map of such things."""
    return {name: fit(item, cls) for name, item in items.items() if isinstance(item, dict)}


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
            result = dict(value) if result is value else result
            if fitted is None:
                del result[key]
            else:
                result[key] = fitted
    return result


def _types_of(cls: type) -> dict[str, tuple[type, ...]]:
    named = {key: str(getattr(hint, "__forward_arg__", hint)) for key, hint in cls.__annotations__.items()}
    return {key: _TYPES[hint] for key, hint in named.items() if hint in _TYPES}
