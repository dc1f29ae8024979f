"""Writing JSON-like values as YAML for people: block style, two spaces, quotes only where some reader needs them.

The same value always gives the same text, and every common reader (YAML 1.1 and 1.2) reads the same value back.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue, Pointer

Rule: TypeAlias = "Callable[[Pointer, JsonValue], bool]"
"""Decides something about the value at a path: whether to write it in flow style, whether a blank line precedes it."""

_WORDS: Final = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"]
)
_LONGEST_WORD: Final = max(map(len, _WORDS))
# Characters that do not stay visible and unharmed in plain text: controls, NEL, LS, PS, the bidirectional controls that
# make text look like other text (CVE-2021-42574), surrogates, BOM, non-characters. A set and no character class:
# compiling a class over all of Unicode takes milliseconds, and every conversion would pay for them.
_HARMED_RANGES: Final = (
    *((0, 0x20), (0x7F, 0xA0), (0x2028, 0x202F), (0x2066, 0x206A)),
    *((0xD800, 0xE000), (0xFEFF, 0xFF00), (0xFFFE, 0x10000)),
)
_HARMED: Final = frozenset(chr(code) for codes in _HARMED_RANGES for code in range(*codes))
_CONTROLS: Final = bytes([*range(9), *range(11, 32), 127])  # those of ASCII, except tab and line feed
_NO_START: Final = frozenset("\xa0\u202f")
_START: Final = re.compile(
    r"[A-Za-z_(/$^;\\]|[^\x00-\x7f]|<(?!<)"
    # A digit first: only with a letter that no number, date or time of any schema contains.
    r"|(?!0[xXoObB])[0-9](?=[^:]*[ac-df-np-su-wyAC-DF-NP-SU-WY])"
)
_USUAL_WORDS: Final = frozenset(["yes", "no", "on", "off", "true", "false", "null"])
_USUAL_START: Final = re.compile(r"\.(?!nan\Z|inf\Z)[A-Za-z]|(?:y|n|none|nan|inf|infinity)\Z", re.IGNORECASE)
_USUAL_TRAP: Final = re.compile(r": | #|[: ]\Z")
_TRAP_IN_FLOW: Final = re.compile(r"[\[\]{},:?]")
_LITERAL_TRAP: Final = re.compile(r"(?:^|\n)(?:[ \t]+(?:\n|\Z)|[ ]*\t)")
_CACHED: Final = 64  # characters; longer texts are rarely seen twice
_LONGEST_KEY: Final = 1000  # a key without "?" must end within 1,024 characters, YAML 1.2.2 §7.4.2
_quote_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def emit(
    value: JsonValue,
    *,
    header: str = "",
    width: int = 100,
    flow: Rule | None = None,
    blank_before: Rule | None = None,
    newline: str = "\n",
    usual: bool = False,
) -> str:
    """Write `value` as a YAML document ending with a line break; maps keep their order.

    `header` are comment lines that stand first. A map or list becomes `{...}` or `[...]` when `flow(path, value)`
    says so, the line stays within `width` characters, and it holds only scalars of one line (or such maps and
    lists). An entry or item of the document itself, other than the first, gets a blank line above when
    `blank_before(path, value)` says so. `usual`: lists are not indented under their keys, and quotes stand where the
    usual libraries write them (PyYAML), which are sparing with them and read a bare `on` as true.
    Raises ValueError for NaN and infinities.
    """
    writer = Writer(width=width, flow=flow, blank_before=blank_before, dash=0 if usual else 2, usual=usual)
    if isinstance(value, dict | list) and value:
        lines: list[str] = []
        writer.block(lines, value, 0, ())
        text = "\n".join(lines) + "\n"
    else:
        text = flow_text(value) + "\n"
    text = (header.rstrip("\n") + "\n" + text) if header else text
    return text.replace("\n", newline) if newline != "\n" else text


class _Written(dict[str, str]):
    """Texts as they are written, found out when first asked for; asking again takes a third of what `lru_cache` takes,
    and every line of a document asks twice. Begins anew when full."""

    __slots__ = ("write",)

    def __init__(self, write: Callable[[str], str]) -> None:
        super().__init__()
        self.write = write

    def __missing__(self, text: str) -> str:
        if len(self) >= 8192:
            self.clear()
        found = self[text] = self.write(text)
        return found


_short_in_block: Final = _Written(lambda text: _text(text, in_flow=False))
_short_in_flow: Final = _Written(lambda text: _text(text, in_flow=True))


def usual_string(text: str) -> str:
    """A string on one line in block context, quoted as PyYAML does: plain where YAML 1.1 as it is read takes it for
    text (`y`, `none`, `.JPG`)."""
    plain = _USUAL_START.match(text) and not _USUAL_TRAP.search(text) and text.lower() not in _USUAL_WORDS
    return text if plain and _unharmed(text) else _text(text, in_flow=False)


_short_usual: Final = _Written(usual_string)


def _text(text: str, *, in_flow: bool) -> str:
    return text if _plain(text, in_flow=in_flow) else quote(text)


def _plain(text: str, *, in_flow: bool) -> bool:
    if not _START.match(text) or text[0] in _NO_START or " #" in text or text[-1] == " ":
        return False
    trapped = _TRAP_IN_FLOW.search(text) if in_flow else ": " in text or text[-1] == ":"
    if trapped or (len(text) <= _LONGEST_WORD and text.lower() in _WORDS):
        return False
    return _unharmed(text)


def _unharmed(text: str) -> bool:
    """Whether a text of one line shows as it is. What Python calls printable always does; asking is far quicker than
    looking up each character, and among ASCII characters the two questions have the same answers."""
    return text.isprintable() or (not text.isascii() and _HARMED.isdisjoint(text))


def _unharmed_lines(text: str) -> bool:
    """The same for a text of several lines; long ones are asked as bytes, which is quicker still."""
    if text.isascii():
        data = text.encode()
        return len(data.translate(None, _CONTROLS)) == len(data)
    return _unharmed(text.replace("\n", " ").replace("\t", " "))


def key_text(key: str, *, in_flow: bool = False) -> str:
    """A key on one line. `on` stays plain although YAML 1.1 reads it as true: it is a word of the journey document
    (`on: error`), and the readers of that document are YAML 1.2."""
    return key if key == "on" else string(key, in_flow=in_flow)


_key_in_block: Final = _Written(key_text)
_key_in_flow: Final = _Written(lambda key: key_text(key, in_flow=True))


def is_plain(text: str, *, in_flow: bool) -> bool:
    """Whether the text needs no quotes."""
    return string(text, in_flow=in_flow) == text


def string(text: str, *, in_flow: bool = False) -> str:
    """A string on one line: plain where it is safe, quoted where it is not."""
    if len(text) <= _CACHED:
        return _short_in_flow[text] if in_flow else _short_in_block[text]
    return _text(text, in_flow=in_flow)


def quote(text: str) -> str:
    """A quoted string: single quotes, or double ones when it needs escapes or reads better so."""
    if not holds_single(text):
        return double_quoted(text)
    if "'" not in text:
        return f"'{text}'"
    return double_quoted(text) if '"' not in text and "\\" not in text else single_quoted(text)


def single_quoted(text: str) -> str:
    """The text in single quotes; the caller knows that it needs no escapes (`holds_single`)."""
    return "'" + text.replace("'", "''") + "'"


def holds_single(text: str) -> bool:
    """Whether single quotes can hold the text on one line."""
    return _unharmed(text)


def double_quoted(text: str) -> str:
    """The text in double quotes, with everything escaped that does not print."""
    quoted = _quote_json(text)
    if _unharmed(quoted):
        return quoted
    return "".join([f"\\u{ord(char):04x}" if char in _HARMED else char for char in quoted])


def number(value: float) -> str:
    """An int or float; a float always has a point, as YAML 1.1 demands. Raises ValueError for NaN and infinities."""
    if isinstance(value, int):
        return int.__repr__(value)
    if not math.isfinite(value):
        message = f"{value} has no place in a document"
        raise ValueError(message)
    text = float.__repr__(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return text


def flow_text(value: JsonValue) -> str:
    """Any value on one line; strings are safe inside brackets."""
    if isinstance(value, str):
        return string(value, in_flow=True)
    if isinstance(value, dict):
        pairs = [f"{key_text(key, in_flow=True)}: {flow_text(item)}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    return scalar(value)


def scalar(value: bool | float | str | None) -> str:  # noqa: FBT001  a value, not a switch
    """A scalar on one line in block context."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    return string(value) if isinstance(value, str) else number(value)


def literal(text: str, step: int) -> tuple[str, str] | None:
    """Header and body style of a literal block that holds the text exactly, or None.

    Returns (`|`, `|-`, `|2+` ..., the text without the line break that the header implies).
    """
    if not text.strip(" \t\n") or not _unharmed_lines(text):
        return None
    if ("\t" in text or " \n" in text or text[-1] == " ") and _LITERAL_TRAP.search(text):
        return None
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 else "+"
    digit = str(step) if text[0] in " \n" else ""
    return f"|{digit}{chomp}", body if ends <= 1 else text[:-1]


class Writer:
    """Writes blocks as lines. `step` is the indentation of a map in a map, `dash` that of a list under its key.

    Without `keep`, text with blank lines at its end is quoted: as a block it would swallow blank lines that follow.
    """

    def __init__(
        self,
        *,
        width: int = 100,
        flow: Rule | None = None,
        blank_before: Rule | None = None,
        step: int = 2,
        dash: int = 2,
        keep: bool = True,
        usual: bool = False,
    ) -> None:
        self.width = width
        self.flow = flow
        self.blank_before = blank_before
        self.step = step
        self.dash = dash
        self.keep = keep
        self.short = _short_usual if usual else _short_in_block
        self.key = _short_usual if usual else _key_in_block
        self.text: Callable[[str], str] = usual_string if usual else string

    def block(
        self, lines: list[str], value: dict[str, JsonValue] | list[JsonValue], indent: int, path: Pointer
    ) -> None:
        """Append the lines of a non-empty map or list at `indent`."""
        if not path and self.blank_before is not None:
            self._document(lines, value, indent, self.blank_before)
        elif isinstance(value, dict):
            margin, keys, short = " " * indent, self.key, self.short
            for key, item in value.items():
                # The common cases in short; `entry` says the same of all, in steps that cost more than the work.
                if len(key) > _CACHED:
                    self.entry(lines, key, item, indent, (*path, key))
                elif isinstance(item, str) and len(item) <= _CACHED and "\n" not in item:
                    lines.append(f"{margin}{keys[key]}: {short[item]}")
                elif isinstance(item, dict | list):
                    self._container(lines, f"{margin}{keys[key]}:", item, indent, (*path, key))
                elif isinstance(item, str):
                    self._string(lines, f"{margin}{keys[key]}:", item, indent)
                else:
                    lines.append(f"{margin}{keys[key]}: {scalar(item)}")
        else:
            for index, item in enumerate(value):
                self.item(lines, item, indent, (*path, index))

    def _document(
        self, lines: list[str], value: dict[str, JsonValue] | list[JsonValue], indent: int, blank_before: Rule
    ) -> None:
        """Append the document itself, with its blank lines; text that ends with one would take in another."""
        first = len(lines)
        for part, item in value.items() if isinstance(value, dict) else enumerate(value):
            if len(lines) > first and lines[-1] and blank_before((part,), item):
                lines.append("")
            if isinstance(part, str):
                self.entry(lines, part, item, indent, (part,))
            else:
                self.item(lines, item, indent, (part,))

    def entry(self, lines: list[str], key: str, value: JsonValue, indent: int, path: Pointer) -> None:
        """Append `key: value`."""
        margin = " " * indent
        name = self.key[key] if len(key) <= _CACHED else self.text(key)
        lead = f"{margin}{name}:"
        if len(name) > _LONGEST_KEY:
            lines.append(f"{margin}? {name}")
            lead = f"{margin}:"
        self.value(lines, lead, value, indent, path)

    def value(self, lines: list[str], lead: str, value: JsonValue, indent: int, path: Pointer) -> None:
        """Append a value behind `lead` (the key with its colon); `indent` is the column of the map."""
        if isinstance(value, str):
            self._string(lines, lead, value, indent)
        elif isinstance(value, dict | list):
            self._container(lines, lead, value, indent, path)
        else:
            lines.append(f"{lead} {scalar(value)}")

    def _container(
        self, lines: list[str], lead: str, value: dict[str, JsonValue] | list[JsonValue], indent: int, path: Pointer
    ) -> None:
        """Append a map or list behind `lead`, on the same line or below it."""
        inline = self.inline(value, path, len(lead) + 1)
        if inline is not None:
            lines.append(f"{lead} {inline}")
        else:
            lines.append(lead)
            self.block(lines, value, indent + (self.step if isinstance(value, dict) else self.dash), path)

    def item(self, lines: list[str], value: JsonValue, indent: int, path: Pointer) -> None:
        """Append `- value`."""
        lead = " " * indent + "-"
        if isinstance(value, dict | list):
            inline = self.inline(value, path, len(lead) + 1)
            if inline is not None:
                lines.append(f"{lead} {inline}")
                return
            at = len(lines)
            self.block(lines, value, indent + 2, path)
            lines[at] = f"{lead} {lines[at][indent + 2 :]}"
        elif isinstance(value, str):
            self._string(lines, lead, value, indent)
        else:
            lines.append(f"{lead} {scalar(value)}")

    def inline(self, value: dict[str, JsonValue] | list[JsonValue], path: Pointer, column: int) -> str | None:
        """The value in flow style where it is empty, or the rule wants it and it fits; else None."""
        if not value:
            return "{}" if isinstance(value, dict) else "[]"
        if self.flow is None or not self.flow(path, value):
            return None
        return _on_one_line(value, self.width - column)

    def _string(self, lines: list[str], lead: str, text: str, indent: int) -> None:
        form = literal(text, self.step) if "\n" in text else None
        if form is None or (form[0][-1] == "+" and not self.keep):
            lines.append(f"{lead} {self.text(text)}")
            return
        header, body = form
        margin = " " * (indent + self.step)
        lines.append(f"{lead} {header}")
        lines.extend([margin + line if line else "" for line in body.split("\n")])


def _on_one_line(value: JsonValue, room: int) -> str | None:
    """What `flow_text` gives, if that takes at most `room` characters and no text in it has several lines; a value
    for which there is no room is noticed on the way."""
    if isinstance(value, str):
        text = None if len(value) > room or "\n" in value else string(value, in_flow=True)
    elif isinstance(value, dict):
        pieces: list[str] = []
        left = room
        for key, item in value.items():
            piece = _on_one_line(item, left)
            if piece is None:
                return None
            name = _key_in_flow[key] if len(key) <= _CACHED else key_text(key, in_flow=True)
            pieces.append(f"{name}: {piece}")
            left -= len(name) + len(piece) + 4
        text = "{" + ", ".join(pieces) + "}"
    elif isinstance(value, list):
        pieces, left = [], room
        for item in value:
            piece = _on_one_line(item, left)
            if piece is None:
                return None
            pieces.append(piece)
            left -= len(piece) + 2
        text = "[" + ", ".join(pieces) + "]"
    else:
        text = scalar(value)
    return text if text is not None and len(text) <= room else None
