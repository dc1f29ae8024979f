"""Checks that a parsed document has the shape of a `TypedDict`, with the place and the nearest name.

The classes of `model/journey.py` are the one description of the document: this module reads their annotations, as
pydantic does when it generates the JSON Schema from them. It stands here because importing pydantic takes longer than
converting a file (measured: seven to nine times `python -c pass`); a test holds the two to the same answers.
"""

from __future__ import annotations

from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from fjctl.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from fjctl.source import JsonValue, Pointer

    Check = Callable[[Any, Pointer, list[Diagnostic]], bool]

CODES: dict[str, tuple[str, str]] = {
    "FJ131": ("unknown-key", "a key that the document does not have"),
    "FJ132": ("missing-key", "a key that must be there is not"),
    "FJ133": ("wrong-type", "a value of another type than the key takes"),
}
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a map",
    list: "a list",
    type(None): "null",
}


class Shape:
    """A compiled check of documents of one `TypedDict`; `open_classes` names those that take further keys."""

    def __init__(self, cls: type, open_classes: Container[str] = ()) -> None:
        self._open = open_classes
        self._compiled: dict[Any, Check] = {}
        self._check = self._compile(cls)

    def check(self, value: JsonValue) -> list[Diagnostic]:
        """What is wrong with a document: unknown, missing and ill-typed keys, each with its pointer."""
        found: list[Diagnostic] = []
        self._check(value, (), found)
        return found

    def _compile(self, kind: Any) -> Check:
        if is_typeddict(kind):
            known = self._compiled.get(kind)
            if known is None:
                self._compiled[kind] = known = _deferred(lambda: self._compiled[kind, "body"])
                self._compiled[kind, "body"] = self._mapping(kind)
            return known
        origin, args = get_origin(kind), get_args(kind)
        if origin in (Required, NotRequired):
            return self._compile(args[0])
        if origin in (Union, UnionType):
            return self._union([self._compile(item) for item in args], args)
        if origin is Literal:
            return _literal(args)
        if origin is list:
            return self._list(self._compile(args[0]))
        if origin is dict:
            return self._dict(self._compile(args[1]))
        return _anything if kind is Any else _scalar(kind)

    def _mapping(self, cls: Any) -> Check:
        hints = get_type_hints(cls, include_extras=True)
        fields = {name: self._compile(hint) for name, hint in hints.items()}
        required = [name for name in hints if name in cls.__required_keys__ or get_origin(hints[name]) is Required]
        is_open = cls.__name__ in self._open

        def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
            if type(value) is not dict:
                return _wrong(value, "a map", pointer, found)
            good = True
            for key, item in value.items():
                field = fields.get(key)
                if field is not None:
                    good = field(item, (*pointer, key), found) and good
                elif not is_open:
                    good = False
                    found.append(_unknown(key, fields, pointer))
            for name in required:
                if name not in value:
                    good = False
                    found.append(_finding("FJ132", f"{name!r} is missing", pointer, f"add {name}:"))
            return good

        return check

    def _list(self, item_check: Check) -> Check:
        def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
            if type(value) is not list:
                return _wrong(value, "a list", pointer, found)
            return all([item_check(item, (*pointer, place), found) for place, item in enumerate(value)])  # noqa: C419 - every item is to be checked

        return check

    def _dict(self, item_check: Check) -> Check:
        def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
            if type(value) is not dict:
                return _wrong(value, "a map", pointer, found)
            if item_check is _anything:
                return True
            return all([item_check(item, (*pointer, key), found) for key, item in value.items()])  # noqa: C419 - as above

        return check

    def _union(self, checks: list[Check], kinds: Iterable[Any]) -> Check:
        by_type = {_python_type(kind): check for kind, check in zip(kinds, checks, strict=True)}
        expected = " or ".join(_NAMES.get(kind, "text") for kind in by_type)

        def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
            chosen = by_type.get(type(value))
            return chosen(value, pointer, found) if chosen else _wrong(value, expected, pointer, found)

        return _anything if Any in kinds else check


def _deferred(get: Callable[[], Check]) -> Check:
    return lambda value, pointer, found: get()(value, pointer, found)  # noqa: PLW0108 - `get` works only later


def _anything(_value: Any, _pointer: Pointer, _found: list[Diagnostic]) -> bool:
    return True


def _python_type(kind: Any) -> type:
    if is_typeddict(kind):
        return dict
    origin = get_origin(kind)
    if origin is Literal:
        return type(get_args(kind)[0])
    return cast("type", origin or kind)


def _scalar(kind: type) -> Check:
    def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
        return type(value) is kind or _wrong(value, _NAMES[kind], pointer, found)

    return check


def _literal(choices: tuple[Any, ...]) -> Check:
    def check(value: Any, pointer: Pointer, found: list[Diagnostic]) -> bool:
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return True
        names = ", ".join(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in choices)
        hint = _nearest(value, [choice for choice in choices if isinstance(choice, str)])
        found.append(_finding("FJ133", f"{_shown(value)} is none of {names}", pointer, hint or f"use {names}"))
        return False

    return check


def _finding(code: str, message: str, pointer: Pointer, hint: str) -> Diagnostic:
    return Diagnostic(code, CODES[code][0], message, help=hint, pointer=pointer)


def _wrong(value: Any, expected: str, pointer: Pointer, found: list[Diagnostic]) -> bool:
    hint = f"write {expected}"
    if expected == "text" and isinstance(value, (bool, int, float)):
        hint = f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    found.append(_finding("FJ133", f"{_shown(value)} is not {expected}", pointer, hint))
    return False


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        return _NAMES[type(value)]
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _unknown(key: str, known: Iterable[str], pointer: Pointer) -> Diagnostic:
    hint = _nearest(key, known) or (
        "put what only you need under extras:" if "extras" in set(known) else f"known keys: {', '.join(known)}"
    )
    return _finding("FJ131", f"unknown key {key!r}", (*pointer, key), hint)


def _nearest(name: Any, known: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
