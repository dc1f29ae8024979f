"""The little of Python's own functions and methods that scripts build texts and lists with."""

from __future__ import annotations

import builtins
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from fjctl.formats.parlant.values import Builtin, Function, Items, Known, Table, ToolRef, Unknown, Value

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

NAMES = frozenset(dir(builtins)) | {"__file__", "__doc__"}
_MOST = 1000
"""How many times a loop is gone through."""
_TEXT_METHODS = frozenset({"strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "replace"})


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if isinstance(value, Known):
        return bool(value.value)
    if isinstance(value, (Items, Table)):
        return bool(value.items)
    return True if isinstance(value, (Function, ToolRef)) else None


def items_of(value: Value) -> list[Value] | None:
    """What a loop over a value goes through; None where that is not known."""
    if isinstance(value, Items):
        return value.items[:_MOST]
    if isinstance(value, Table):
        return [Known(key, value.node) for key in value.items]  # type: ignore[arg-type]
    return None


def add(left: Value, right: Value, node: ast.expr) -> Value:
    """`left + right`."""
    if isinstance(left, Known) and isinstance(right, Known):
        one, other = left.value, right.value
        if isinstance(one, str) and isinstance(other, str):
            return Known(one + other, node)
        if isinstance(one, (int, float)) and isinstance(other, (int, float)):
            return Known(one + other, node)
    if isinstance(left, Items) and isinstance(right, Items):
        return Items([*left.items, *right.items], node)
    return Unknown(node)


def texts(name: str, value: Value, node: ast.Call) -> Value:
    """`textwrap.dedent`, `inspect.cleandoc`, `typing.cast`."""
    if name == "cast":
        return value
    if isinstance(value, Known) and isinstance(value.value, str):
        return Known(textwrap.dedent(value.value) if name == "dedent" else inspect.cleandoc(value.value), node)
    return Unknown(node)


def method(owner: Known | Items | Table, name: str, node: ast.Attribute) -> Value:
    """A method of a text, a list or a dict."""
    if isinstance(owner, Known) and isinstance(owner.value, str):
        text = owner.value
        if name in _TEXT_METHODS:
            return Builtin(name, lambda call, *given: _text(getattr(text, name), call, given))
        if name == "format":
            return Builtin(name, lambda call, *given: _text(text.format, call, given) if not call.keywords else None)
        if name == "join":
            return Builtin(name, lambda call, *given: _join(text, call, given))
    if isinstance(owner, Table) and name in {"items", "values", "keys"}:
        return Builtin(name, lambda call, *_: _rows(owner, name, call))
    if isinstance(owner, Table) and name == "get":
        return Builtin(name, lambda _, *given: _get(owner, given))
    if isinstance(owner, Items) and name in {"append", "extend"}:
        return Builtin(name, lambda _, *given: _grow(owner, name, given))
    return Unknown(node)


def _text(function: Callable[..., str], node: ast.Call, given: tuple[Value, ...]) -> Value | None:
    if not all(isinstance(item, Known) for item in given):
        return None
    try:
        return Known(function(*(item.value for item in given)), node)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        return None


def _join(text: str, node: ast.Call, given: tuple[Value, ...]) -> Value | None:
    items = items_of(given[0]) if given else None
    if items is None or not all(isinstance(item, Known) and isinstance(item.value, str) for item in items):
        return None
    return Known(text.join(item.value for item in items), node)


def _rows(owner: Table, name: str, node: ast.Call) -> Value:
    if name == "values":
        return Items(list(owner.items.values()), node)
    keys = [Known(key, node) for key in owner.items]
    if name == "keys":
        return Items(list(keys), node)
    return Items([Items([key, item], node) for key, item in zip(keys, owner.items.values(), strict=True)], node)


def _get(owner: Table, given: tuple[Value, ...]) -> Value | None:
    return owner.items.get(given[0].value) if given and isinstance(given[0], Known) else None


def _grow(owner: Items, name: str, given: tuple[Value, ...]) -> None:
    if name == "append" and given:
        owner.items.append(given[0])
    elif given:
        owner.items += items_of(given[0]) or []


def _enumerate(node: ast.Call, *given: Value) -> Value | None:
    items = items_of(given[0]) if given else None
    if items is None:
        return None
    first = given[1].value if len(given) > 1 and isinstance(given[1], Known) else 0
    first = next((w.value.value for w in node.keywords if w.arg == "start" and hasattr(w.value, "value")), first)
    return Items([Items([Known(first + place, node), item], node) for place, item in enumerate(items)], node)


def _zip(node: ast.Call, *given: Value) -> Value | None:
    lists = [items_of(item) for item in given]
    if any(item is None for item in lists):
        return None
    rows: Any = zip(*(item for item in lists if item is not None), strict=False)
    return Items([Items(list(row), node) for row in rows], node)


def _range(node: ast.Call, *given: Value) -> Value | None:
    if not given or not all(isinstance(item, Known) and type(item.value) is int for item in given):
        return None
    try:
        numbers = range(*(item.value for item in given))
    except (TypeError, ValueError):
        return None
    return Items([Known(number, node) for number in numbers[:_MOST]], node)


def _same(node: ast.Call, *given: Value) -> Value | None:
    items = items_of(given[0]) if given else []
    return Items(list(items), node) if items is not None else None


def _reversed(node: ast.Call, *given: Value) -> Value | None:
    items = items_of(given[0]) if given else None
    return Items(items[::-1], node) if items is not None else None


def _str(node: ast.Call, *given: Value) -> Value | None:
    return Known(str(given[0].value), node) if len(given) == 1 and isinstance(given[0], Known) else None


def _dict(node: ast.Call, *given: Value) -> Value | None:
    return given[0] if len(given) == 1 and isinstance(given[0], Table) else None if given else Table({}, node)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "enumerate": _enumerate,
    "zip": _zip,
    "range": _range,
    "list": _same,
    "tuple": _same,
    "reversed": _reversed,
    "str": _str,
    "dict": _dict,
}
