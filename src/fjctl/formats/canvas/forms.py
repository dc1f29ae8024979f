"""Spellings that several builders share: text, JSON in a text, numbers in a text, rows of pairs, durations.

A form reads a value into its meaning and writes a meaning in the manner of the prior value. It is asked to write only
where the prior value does not already say the meaning, so `write(read(v), v)` need not be `v`, only mean it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import is_blank
from fjctl.formats.canvas.paths import ABSENT, Map
from fjctl.formats.sim_values import json_in, json_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fjctl.formats.canvas.scope import Scope


class Read(NamedTuple):
    """A meaning, and what the value says beyond it (kept with the settings that have no place in the model)."""

    value: Any
    beyond: Any = ABSENT


class Form(NamedTuple):
    """`read(value, scope)` gives a `Read`, or None where the value is not in this form. `write(meaning, prior, beyond,
    scope)` gives the value, or ABSENT where there is nothing to write; `prior` and `beyond` may be ABSENT.

    `translates`: the form turns the builder's references into ours and back by itself, so nobody else does it.
    """

    read: Callable[[Any, Scope], Read | None]
    write: Callable[[Any, Any, Any, Scope], Any]
    translates: bool = False


def _plain_in(value: Any, _: Scope) -> Read | None:
    return Read(value)


def _plain_out(value: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return value


def _typed(*types: type) -> Form:
    def read(value: Any, _: Scope) -> Read | None:
        return Read(value) if type(value) in types else None

    return Form(read, _plain_out)


def _json_read(value: Any, _: Scope) -> Read | None:
    return Read(json_in(value))


def _json_write(value: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return json_out(value, None if prior is ABSENT else prior, as_text=True)


_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")


def _number_read(value: Any, _: Scope) -> Read | None:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value) or str(number := _as_number(value)) != value:
            return None
        return Read(number)
    return Read(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _as_number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _number_write(value: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    return str(value) if isinstance(prior, str) and isinstance(value, (int, float)) else value


def pairs(key: str, value: str) -> Form:
    """A list of rows `{key: …, value: …}` as a map. Rows with an empty or repeated key are in no map; what else a row
    says is beyond it."""

    def read(rows: Any, _: Scope) -> Read | None:
        if not isinstance(rows, list) or not rows:
            return None
        found: Map = {}
        beyond: Map = {}
        for row in rows:
            name = row.get(key) if isinstance(row, dict) else None
            if not isinstance(name, str) or not name or name in found:
                return None
            found[name] = row.get(value)
            more = {k: item for k, item in row.items() if k not in {key, value} and not is_blank(item)}
            if more:
                beyond[name] = more
        return Read(found, beyond or ABSENT)

    def write(meaning: Any, _prior: Any, beyond: Any, _scope: Scope) -> Any:
        if not isinstance(meaning, dict):
            return meaning
        more = beyond if isinstance(beyond, dict) else {}
        return [{key: name, value: item, **more.get(name, {})} for name, item in meaning.items()]

    return Form(read, write)


_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d)")


def duration(unit: str) -> Form:
    """A number of `unit` (`ms`, `s`, `m`, `h`, `d`), or that number as text, as a duration such as `5s`."""

    def read(value: Any, scope: Scope) -> Read | None:
        found = _number_read(value, scope)
        if found is None:
            return Read(value) if isinstance(value, str) else None
        return Read(f"{found.value}{unit}")

    def write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
        match = _DURATION.fullmatch(meaning) if isinstance(meaning, str) else None
        if match is None:
            return meaning
        amount = float(match[1]) * _UNITS[match[2]] / _UNITS[unit]
        number = int(amount) if amount.is_integer() else amount
        return str(number) if isinstance(prior, str) else number

    return Form(read, write)


def choice(words: Mapping[str, str]) -> Form:
    """One of the builder's words for one of ours, each way by the table; the first word of a meaning is written."""
    back: dict[str, str] = {}
    for word, meaning in words.items():
        back.setdefault(meaning, word)

    def read(value: Any, _: Scope) -> Read | None:
        return Read(words[value]) if isinstance(value, str) and value in words else None

    def write(meaning: Any, _prior: Any, _beyond: Any, _scope: Scope) -> Any:
        return back.get(meaning, ABSENT) if isinstance(meaning, str) else ABSENT

    return Form(read, write)


SIMPLE = frozenset({"text", "map", "list", "flag", "number"})
"""The forms whose values say nothing beyond their meaning."""
FORMS: dict[str, Form] = {
    "": Form(_plain_in, _plain_out),
    "text": _typed(str),
    "map": _typed(dict),
    "list": _typed(list),
    "flag": _typed(bool),
    "json": Form(_json_read, _json_write),
    "number": Form(_number_read, _number_write),
}
"""The forms that every builder's table may name; a builder adds its own."""
