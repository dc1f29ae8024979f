"""JSON text to values and back: the fast strict reader and the fresh writer.

Where things stand is in `json_spans`, what is wrong in `json_problems`, editing in place in `json_rewrite`.
"""

from __future__ import annotations

import json
import re
from gc import is_tracked
from itertools import chain
from typing import TYPE_CHECKING, cast

from fjctl.diagnostics import Diagnostic, Severity
from fjctl.text.json_codes import CODES, MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.source import JsonValue, Source
    from fjctl.text.json_problems import Problem

MAX_DEPTH = 200

LARGE = 1_000
"""Characters from which a text is tried with orjson first, in a process that has read `MUCH`."""

MUCH = 100_000
"""Characters read by a process before orjson is loaded: that takes 2.5 ms, which one usual file does not give back."""

_WARNINGS = frozenset({"FJ106"})
# Escapes worth a look: surrogate halves and NUL. The literal prefix makes this a search for backslashes.
_SUSPECT_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_SAFE_DIGITS = 15


class _Read:
    """How many characters of JSON this process has read."""

    count = 0


_read = _Read()


class _SuspectError(ValueError):
    """The exact reading has to have a look."""


def _pairs(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _SuspectError
    return value


def _constant(_word: str) -> None:
    raise _SuspectError


def _whole(word: str) -> int:
    if len(word) > _SAFE_DIGITS:
        raise _SuspectError
    return int(word)


def _real(word: str) -> float:
    value = float(word)
    # Only infinity and NaN differ from themselves by something else than zero.
    if value - value != 0 or len(word) > MAX_DIGITS:
        raise _SuspectError
    return value


# One for all texts: to make a decoder takes longer than to read a text of some lines.
_decode = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_whole, parse_float=_real
).decode


def parse(source: Source, *, max_depth: int = MAX_DEPTH) -> tuple[JsonValue, list[Diagnostic]]:
    """Read a JSON document strictly: RFC 8259, one document, no duplicate keys, nothing that cannot be kept.

    Returns the value and its warnings, or None and the errors (FJ101 to FJ109, each with pointer and position).
    Numbers written with a dot or an exponent are floats, all others ints of any size. Never raises.
    """
    text = source.text
    _read.count += len(text)
    if _read.count >= MUCH and len(text) >= LARGE:
        from fjctl.text import json_swift

        try:
            return json_swift.parse(text, max_depth), []
        except json_swift.UnsureError:
            pass
    try:
        value = _decode(text)
    except (ValueError, RecursionError):
        return _exact(source, max_depth)
    deep = text.count("[") + text.count("{") > max_depth and _may_exceed(value, max_depth)
    if deep or _SUSPECT_ESCAPE.search(text) or _has_half(text):
        return _exact(source, max_depth)
    return value, []


def _exact(source: Source, max_depth: int) -> tuple[JsonValue, list[Diagnostic]]:
    """The answer of `parse` for a text with which something may be wrong."""
    found = _diagnosed(source, max_depth)
    if any(item.severity is Severity.ERROR for item in found):
        return None, found
    try:
        return json.loads(source.text), found
    except (ValueError, RecursionError):
        return None, found or [_unreadable(source)]


def _may_exceed(value: JsonValue, depth: int) -> bool:
    """Whether containers may be nested more than `depth` deep; never a false no.

    The collector does not track scalars, nor (until 3.14) objects that hold only scalars, so a look at what is
    tracked leaves out most of the document; the objects left out can be one level at most.
    """
    level: list[JsonValue] = [value] if isinstance(value, (dict, list)) else []
    for _ in range(depth - 1):
        children = (cast("Iterable[JsonValue]", item.values() if type(item) is dict else item) for item in level)
        level = list(filter(is_tracked, chain.from_iterable(children)))
        if not level:
            return False
    return True


def _has_half(text: str) -> bool:
    """Whether a raw surrogate stands in the text; decoded files have none, texts from elsewhere may."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _diagnosed(source: Source, max_depth: int) -> list[Diagnostic]:
    from fjctl.text.json_problems import inspect  # the exact reader: most files never need it

    return [_diagnostic(source, problem) for problem in inspect(source.text, max_depth)]


def _diagnostic(source: Source, problem: Problem) -> Diagnostic:
    severity = Severity.WARNING if problem.code in _WARNINGS else Severity.ERROR
    name = CODES[problem.code][0]
    position = source.position(problem.offset)
    return Diagnostic(
        problem.code, name, problem.message, severity, problem.help, problem.pointer, source.name, position
    )


def _unreadable(source: Source) -> Diagnostic:
    """The fast reader refused what the exact one accepts: nesting beyond this Python's own stack."""
    from fjctl.text.json_problems import Problem

    message = "the file is nested deeper than this Python can read"
    return _diagnostic(source, Problem("FJ109", message, "flatten the document", (), 0))


def dump(
    value: JsonValue,
    *,
    indent: int | str | None = 2,
    newline: str = "\n",
    final_newline: bool = True,
    ensure_ascii: bool = False,
) -> str:
    """Fresh text of a value, the same for equal values with equal key order.

    `indent` is spaces per level or the unit itself; None gives one line without spaces. As `JSON.stringify`
    writes it, except that floats keep their dot. Raises ValueError on NaN, infinities and lone surrogates.
    """
    from fjctl.text.json_style import Style, render

    unit = " " * indent if isinstance(indent, int) else indent
    compact = unit is None
    style = Style(
        unit=unit or "",
        newline=newline,
        multiline=not compact,
        colon=":" if compact else ": ",
        comma="," if compact else ", ",
        ensure_ascii=ensure_ascii,
    )
    return render(value, style) + (newline if final_newline else "")
