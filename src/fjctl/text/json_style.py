"""How a JSON text is laid out, and fresh text in a given layout."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring, encode_basestring_ascii
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from fjctl.text.json_spans import blank, root

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue

_INDENTED = re.compile(r"[\[{][ \t]*(\r\n|\n|\r)([ \t]+)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_KEY_COLON = re.compile(r'[{,]\s*+"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:\s*+)', re.DOTALL)
_LIST_COMMA = re.compile(r'[\w"\]}](,[ \t]*)(?=[\w"\[{-])')
_ESCAPED_LETTER = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")
_LINE_INDENT = re.compile(r"[ \t]*+")


class Style(NamedTuple):
    """A layout: `unit` is one level of indentation, `comma` separates values that share a line."""

    unit: str = "  "
    newline: str = "\n"
    multiline: bool = True
    colon: str = ": "
    comma: str = ", "
    ensure_ascii: bool = False


def detect(text: str) -> Style:
    """The layout of a document, from its first examples of each thing; two spaces where it shows none."""
    start = root(text)
    indented = _INDENTED.search(text, start)
    first = blank(text, start + 1)
    empty = text[first : first + 1] in {"}", "]", ""}
    multiline = empty or "\n" in text[start:].rstrip() or "\r" in text[start:].rstrip()
    colon = _KEY_COLON.search(text, start)
    colon_text = colon.group(1) if colon and not _LINE_END.search(colon.group(1)) else ": "
    comma = None if multiline else _LIST_COMMA.search(text, start)
    tight = colon is not None and not colon_text.endswith(" ")
    line_end = _LINE_END.search(text, start)
    return Style(
        unit=indented.group(2) if indented else "  ",
        newline=indented.group(1) if indented else (line_end.group() if line_end else "\n"),
        multiline=multiline,
        colon=colon_text,
        comma=comma.group(1) if comma else ("," if tight else ", "),
        ensure_ascii=text.isascii() and _ESCAPED_LETTER.search(text) is not None,
    )


def line_indent(text: str, offset: int) -> str:
    """The white space that starts the line in which `offset` stands."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    match = _LINE_INDENT.match(text, start)
    return match.group() if match else ""


def render(value: JsonValue, style: Style, indent: str = "") -> str:
    """Text of a value whose line is indented by `indent`.

    Raises ValueError on NaN, infinities and lone surrogates, which strict readers refuse.
    """
    if not style.multiline or not isinstance(value, (dict, list)):
        text = json.dumps(
            value, ensure_ascii=style.ensure_ascii, allow_nan=False, separators=(style.comma, style.colon)
        )
    else:
        pieces: list[str] = []
        quote = encode_basestring_ascii if style.ensure_ascii else encode_basestring
        _Renderer(style, quote, pieces).write(value, style.newline + indent)
        text = "".join(pieces)
    _refuse_halves(value, text, ensure_ascii=style.ensure_ascii)
    return text


def _refuse_halves(value: JsonValue, text: str, *, ensure_ascii: bool) -> None:
    """Raise UnicodeEncodeError, a ValueError, when the text holds half of a surrogate pair, escaped or raw."""
    if ensure_ascii and "\\ud" in text:
        text = json.dumps(value, ensure_ascii=False)
    if not text.isascii():
        text.encode("utf-8")


class _Renderer:
    """Multi-line text in pieces; the standard encoder leaves C when it indents and is several times slower."""

    def __init__(self, style: Style, quote: Callable[[str], str], pieces: list[str]) -> None:
        self.style = style
        self.quote = quote
        self.pieces = pieces

    def write(self, value: JsonValue, line: str) -> None:
        """Append `value`; `line` is the line end plus the indentation of the value's own line."""
        if isinstance(value, str):
            self.pieces.append(self.quote(value))
        elif isinstance(value, dict) and value:
            self._object(value, line)
        elif isinstance(value, list) and value:
            self._list(value, line)
        else:
            self.pieces.append(_plain(value))

    def _object(self, value: dict[str, JsonValue], line: str) -> None:
        inner = line + self.style.unit
        before = "{" + inner
        for key, item in value.items():
            self.pieces += (before, self.quote(key), self.style.colon)
            self.write(item, inner)
            before = "," + inner
        self.pieces.append(line + "}")

    def _list(self, value: list[JsonValue], line: str) -> None:
        inner = line + self.style.unit
        before = "[" + inner
        for item in value:
            self.pieces.append(before)
            self.write(item, inner)
            before = "," + inner
        self.pieces.append(line + "]")


def _plain(value: JsonValue) -> str:
    """Text of a scalar that is not a string, or of an empty container."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value!r} is not a JSON number")
        return float.__repr__(value)
    if isinstance(value, int):
        return int.__repr__(value)
    return "{}" if isinstance(value, dict) else "[]"
