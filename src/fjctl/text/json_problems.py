"""What is wrong with a JSON text, and where: the slow, exact reading that runs only after the fast one balked.

An iterative walk of the grammar of RFC 8259 that keeps the path to where it stands. It stops at the first
syntax error (one is enough: what follows is guesswork) and collects everything that is well-formed but not
acceptable: duplicate keys, numbers out of range, lone surrogates, NUL characters.
"""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple, NoReturn

from fjctl.source import Pointer, Position, Source
from fjctl.text.json_codes import MAX_DIGITS

MAX_SAFE = 2**53 - 1
"""JavaScript's `Number.MAX_SAFE_INTEGER`."""

MAX_PROBLEMS = 100

_SPACE = re.compile(r"[ \t\r\n]*+")
_WORD = re.compile(r"[-+.\w]++")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_INSIDE = re.compile(r'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+')
_HALF = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_LITERALS = frozenset({"true", "false", "null"})
_NOT_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
_FOREIGN_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}
_CLOSER = {"{": "}", "[": "]"}
_KIND = {"{": "object", "[": "list"}


class Problem(NamedTuple):
    """One finding; `offset` is in characters of the text."""

    code: str
    message: str
    help: str
    pointer: Pointer
    offset: int


class _StopError(Exception):
    """The walk cannot go on after this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _FullError(Exception):
    """Enough problems were found; each costs a line count, so the walk must not go on for ever."""


class _Frame:
    """An open container: where it opened, where we are in it, and the keys it has so far with their offsets."""

    __slots__ = ("keys", "opening", "part", "start")

    def __init__(self, opening: str, start: int) -> None:
        self.opening = opening
        self.start = start
        self.part: str | int = 0
        self.keys: dict[str, int] = {}


def inspect(text: str, max_depth: int) -> list[Problem]:
    """Everything wrong with a text, in the order of the text and at most `MAX_PROBLEMS`; empty when it is fine."""
    walk = _Walk(text, max_depth)
    try:
        walk.document()
    except _StopError as stop:
        # A syntax error makes the findings before it uncertain, and it is what has to be repaired first.
        return [stop.problem]
    except _FullError:
        pass
    return walk.problems


class _Walk:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.at = 0
        self.stack: list[_Frame] = []
        self.problems: list[Problem] = []

    def document(self) -> None:
        """The whole text: one value, and nothing after it."""
        if not self.peek():
            self.stop("FJ101", "the file is empty", "write a JSON document, or take the file off the list", 0)
        self.value()
        while self.stack:
            self.next_member()
        self.no_rest()

    # -- moving ---------------------------------------------------------------------------------------------

    def peek(self) -> str:
        """The next character that is not white space, without taking it; empty at the end."""
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()
        return self.text[self.at : self.at + 1]

    def pointer(self) -> Pointer:
        return tuple(frame.part for frame in self.stack)

    def line(self, offset: int) -> int:
        return Source("", self.text).position(offset).line

    def stop(self, code: str, message: str, help_: str, offset: int) -> NoReturn:
        raise _StopError(Problem(code, message, help_, self.pointer(), offset))

    def note(self, code: str, message: str, help_: str, offset: int) -> None:
        self.problems.append(Problem(code, message, help_, self.pointer(), offset))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _FullError

    # -- grammar --------------------------------------------------------------------------------------------

    def value(self) -> None:
        """Take a scalar, or the opening of a container together with what stands before its first value."""
        first = self.peek()
        if first in _CLOSER:
            self.open(first)
        elif first == '"':
            self.string()
        else:
            self.atom(first)

    def open(self, opening: str) -> None:
        if len(self.stack) >= self.max_depth:
            message = f"lists and objects are nested more than {self.max_depth} deep"
            self.stop("FJ109", message, "flatten the document; no editor writes one like this", self.at)
        frame = _Frame(opening, self.at)
        self.at += 1
        following = self.peek()
        if following == _CLOSER[opening]:
            self.at += 1
            return
        self.stack.append(frame)
        if opening == "{":
            self.key()
        if not self.peek():
            self.ends_early()
        self.value()

    def next_member(self) -> None:
        """After a value inside a container: a comma and the next member, or the end of the container."""
        frame = self.stack[-1]
        closer = _CLOSER[frame.opening]
        char = self.peek()
        if char == closer:
            self.at += 1
            self.stack.pop()
            return
        if char != ",":
            self.no_comma(char, frame)
        comma = self.at
        self.at += 1
        if self.peek() == closer:
            message = f"a comma stands before the {closer} that ends the {_KIND[frame.opening]}"
            self.stop("FJ102", message, "remove this comma", comma)
        if frame.opening == "{":
            self.key()
        elif isinstance(frame.part, int):
            frame.part += 1
        self.value()

    def key(self) -> None:
        """Take a key and its colon, and note a key that the object has already."""
        char = self.peek()
        if char != '"':
            self.no_key(char)
        frame, start = self.stack[-1], self.at
        frame.part = key = self.string()
        if key in frame.keys:
            line = self.line(frame.keys[key])
            message = f"the key {json.dumps(key, ensure_ascii=False)} stands twice in one object, first in line {line}"
            self.note("FJ104", message, "remove or rename one of the two", start)
        else:
            frame.keys[key] = start
        if self.peek() != ":":
            if not self.peek():
                self.ends_early()
            help_ = "write a colon between the key and its value"
            self.stop("FJ102", f"a colon is missing before {self.shown()}", help_, self.at)
        self.at += 1

    def string(self) -> str:
        """Take a string and return what it spells."""
        start = self.at
        match = _INSIDE.match(self.text, start + 1)
        end = match.end() if match else start + 1
        char = self.text[end : end + 1]
        if char != '"':
            self.bad_string(start, end, char)
        self.at = end + 1
        token = self.text[start : self.at]
        if "\\" not in token and token.isascii():
            return token[1:-1]
        return self.checked(token, start)

    def checked(self, token: str, start: int) -> str:
        """The decoded string; notes half surrogate pairs and escaped NULs at their escapes."""
        decoded = str(json.loads(token))
        if "\x00" in decoded or _HALF.search(decoded):
            self.escapes(token, start)
        return decoded

    def escapes(self, token: str, start: int) -> None:
        pending: tuple[int, int] | None = None  # end and start of a high surrogate that waits for its low half
        for match in _ESCAPE.finditer(token):
            unit = int(match.group(1), 16) if match.group(1) else -1
            if pending and pending[0] == match.start() and 0xDC00 <= unit <= 0xDFFF:
                pending = None
                continue
            if pending:
                self.half(start + pending[1])
            pending = (match.end(), match.start()) if 0xD800 <= unit <= 0xDBFF else None
            if 0xDC00 <= unit <= 0xDFFF:
                self.half(start + match.start())
            elif unit == 0:
                help_ = "remove it; programs in other languages cut the text there"
                self.note("FJ108", "a text holds an escaped NUL character", help_, start + match.start())
        if pending:
            self.half(start + pending[1])
        for raw in _HALF.finditer(token):
            self.half(start + raw.start())

    def half(self, offset: int) -> None:
        help_ = "write the character itself, or both halves of its escape"
        self.note("FJ107", "half of a surrogate pair stands alone", help_, offset)

    def atom(self, first: str) -> None:
        """Take a number or one of `true`, `false`, `null`."""
        match = _WORD.match(self.text, self.at)
        word = match.group() if match else ""
        if word in _LITERALS:
            self.at += len(word)
        elif word in _NOT_FINITE:
            self.note("FJ105", f"{word} is not a JSON number", "write null, or a number", self.at)
            self.at += len(word)
        elif number := _NUMBER.fullmatch(word):
            self.number(word, is_float=number.lastindex is not None)
            self.at += len(word)
        else:
            self.no_value(first, word)

    def number(self, word: str, *, is_float: bool) -> None:
        digits = sum(char.isdigit() for char in word) if len(word) > MAX_DIGITS else 0
        if digits > MAX_DIGITS:
            message = f"a number has {digits} digits; at most {MAX_DIGITS} are read"
            self.note("FJ105", message, "write it as text, in quotes", self.at)
        elif is_float and math.isinf(float(word)):
            message = f"the number {_short(word)} is larger than a double can hold"
            self.note("FJ105", message, "write a number below 1.8e308", self.at)
        elif not is_float and len(word) > 15 and abs(int(word)) > MAX_SAFE:
            message = f"the number {_short(word)} is beyond 2^53 - 1, and JavaScript editors round it"
            self.note("FJ106", message, "write it as text, in quotes, if every digit counts", self.at)

    # -- syntax errors --------------------------------------------------------------------------------------

    def shown(self) -> str:
        """What stands here, for a message."""
        match = _WORD.match(self.text, self.at)
        found = _short(match.group()) if match else self.text[self.at : self.at + 1]
        if found == '"':
            return "this text"
        return found if found.isprintable() and (match or found.isascii()) else f"U+{ord(found[0]):04X}"

    def ends_early(self) -> NoReturn:
        end = len(self.text.rstrip(" \t\r\n"))
        if not self.stack:
            self.stop("FJ102", "the file ends before its value", "is the file cut off?", end)
        frame = self.stack[-1]
        where = f"the {_KIND[frame.opening]} that opens in line {self.line(frame.start)}"
        help_ = f"is the file cut off? {where} needs its {_CLOSER[frame.opening]}"
        self.stop("FJ102", f"the file ends inside {where}", help_, end)

    def no_comma(self, char: str, frame: _Frame) -> NoReturn:
        if not char:
            self.ends_early()
        self.maybe_comment(char)
        kind, closer = _KIND[frame.opening], _CLOSER[frame.opening]
        if char in {"}", "]"}:
            message = f"{char} does not end the {kind} that opens in line {self.line(frame.start)}"
            self.stop("FJ102", message, f"write {closer} here, or find the bracket that is missing", self.at)
        message = f"a comma or {closer} is missing before {self.shown()}"
        self.stop("FJ102", message, f"write a comma between the values of the {kind}", self.at)

    def no_key(self, char: str) -> NoReturn:
        if not char:
            self.ends_early()
        self.maybe_comment(char)
        if char == "'":
            self.stop("FJ102", "a key stands in single quotes", 'write double quotes: "', self.at)
        if char == ",":
            self.stop("FJ102", "a comma stands where a key is expected", "remove this comma", self.at)
        match = _WORD.match(self.text, self.at)
        if match:
            help_ = f'write "{_short(match.group())}"'
            self.stop("FJ102", f"the key {_short(match.group())} has no quotes", help_, self.at)
        self.stop("FJ102", f"{self.shown()} stands where a key is expected", "write a key in double quotes", self.at)

    def no_value(self, char: str, word: str) -> NoReturn:
        if not char:
            self.ends_early()
        self.maybe_comment(char)
        if char == "'":
            self.stop("FJ102", "a text stands in single quotes", 'write double quotes: "', self.at)
        if word in _FOREIGN_WORDS:
            self.stop("FJ102", f"{word} is not JSON", f"write {_FOREIGN_WORDS[word]}", self.at)
        if word and (word[0] in "-+." or word[0].isdigit()):
            help_ = "write digits, a dot between digits, no leading zero or plus; or put it in quotes"
            self.stop("FJ102", f"{_short(word)} is not a JSON number", help_, self.at)
        if word:
            self.stop("FJ102", f"{self.shown()} is not a JSON value", "put text in double quotes", self.at)
        help_ = "remove it, or write the value that is missing"
        self.stop("FJ102", f"{self.shown()} stands where a value is expected", help_, self.at)

    def maybe_comment(self, char: str) -> None:
        if char == "#" or self.text.startswith(("//", "/*"), self.at):
            help_ = "remove it, or keep it in a field of its own"
            self.stop("FJ102", "a comment stands here, and JSON has none", help_, self.at)

    def bad_string(self, start: int, end: int, char: str) -> NoReturn:
        """The string that starts at `start` cannot go on at `end`."""
        if not char:
            self.stop("FJ102", "the text that starts here never ends", 'close it with "; is the file cut off?', start)
        if char == "\\":
            found = self.text[end : end + 2]
            if len(found) < 2:
                self.stop("FJ102", "the text that starts here never ends", "is the file cut off?", start)
            shown = found if found.isprintable() else "\\"
            help_ = "write \\u and four hexadecimal digits" if found == "\\u" else "write \\\\ for a backslash"
            self.stop("FJ102", f"the escape {shown} is not JSON", help_, end)
        if char in "\r\n":
            help_ = 'write \\n for a line break, or close the text with "'
            self.stop("FJ108", "a line break stands inside a text", help_, end)
        spelled = {"\t": ", or write \\t for a tab", "\x00": ""}.get(char, f", or write \\u{ord(char):04x}")
        help_ = f"remove it{spelled}"
        self.stop("FJ108", f"the control character U+{ord(char):04X} stands inside a text", help_, end)

    def no_rest(self) -> None:
        """Nothing but white space may follow the document's value."""
        char = self.peek()
        if not char:
            return
        self.maybe_comment(char)
        position: Position = Source("", self.text).position(self.at)
        match = _WORD.match(self.text, self.at)
        word = match.group() if match else ""
        if char in '{["' or word in _LITERALS or _NUMBER.fullmatch(word):
            help_ = "keep one document in a file; wrap several in a list"
            self.stop("FJ103", f"a second document starts in line {position.line}", help_, self.at)
        message = f"{self.shown()} stands after the end of the document"
        self.stop("FJ102", message, "remove what follows the last bracket", self.at)


def _short(word: str) -> str:
    return word if len(word) <= 24 else f"{word[:20]}…"
