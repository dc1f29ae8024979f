"""Python source as its usual formatter lays it out: literals, calls on one line or one argument a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 88
"""The longest line that a call may stay on."""
INDENT = "    "
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")


class Raw(NamedTuple):
    """Source that stands as it is, where a literal may stand."""

    code: str


def text(value: str) -> str:
    """A string literal: double quotes, or single ones where that saves escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = "".join(_ESCAPES.get(char, char) for char in value).replace(quote, "\\" + quote)
    return quote + _UNPRINTABLE.sub(_escaped, body) + quote


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def literal(value: Any, indent: int = 0, used: int = 0) -> str:
    """A value as source: JSON values, and `Raw` inside them. `indent`: levels of the line it begins on; `used`:
    characters of that line that are taken (before and behind it)."""
    if isinstance(value, Raw):
        return value.code
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (list, tuple)):
        return bracketed("[", [literal(item, indent + 1) for item in value], "]", indent, used)
    if isinstance(value, dict):
        pairs = [f"{literal(key)}: {literal(item, indent + 1)}" for key, item in value.items()]
        return bracketed("{", pairs, "}", indent, used)
    return repr(value)


def bracketed(before: str, items: Sequence[str], after: str, indent: int = 0, used: int = 0) -> str:
    """Items between brackets: on one line if they fit, else one a line with a comma behind each."""
    flat = before + ", ".join(items) + after
    if not items or ("\n" not in flat and len(INDENT) * indent + used + len(flat) <= WIDTH):
        return flat
    inner = INDENT * (indent + 1)
    if len(items) == 1 and "\n" not in flat and before[-1:] == "(" and len(inner) + len(items[0]) <= WIDTH:
        items = [f"{items[0]},"]  # the comma keeps a call as it is when its argument grows
        return f"{before}\n{inner}{items[0]}\n{INDENT * indent}{after}"
    return before + "\n" + "".join(f"{inner}{item},\n" for item in items) + INDENT * indent + after


def call(function: str, arguments: dict[str, Any], indent: int = 0, used: int = 0) -> str:
    """A call with keyword arguments; a key that is empty or begins with `*` is positional."""
    items = []
    for key, value in arguments.items():
        head = "" if not key or key.startswith("*") else f"{key}="
        items.append(head + literal(value, indent + 1, len(head) + 1))
    return bracketed(f"{function}(", items, ")", indent, used)


def docstring(value: str, indent: int) -> list[str]:
    """A docstring's lines."""
    margin = INDENT * indent
    body = value.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    body = _UNPRINTABLE.sub(lambda match: match[0] if match[0] == "\n" else _escaped(match), body)
    lines = [line.rstrip() for line in body.split("\n")]
    if lines[-1].endswith('"'):
        lines[-1] = lines[-1][:-1] + '\\"'
    if len(lines) == 1:
        return [f'{margin}"""{lines[0]}"""']
    return [f'{margin}"""{lines[0]}', *(f"{margin}{line}".rstrip() for line in lines[1:]), f'{margin}"""']
