"""The strict YAML reader: an event loop with its own stack, refusing what a journey cannot hold."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Final

from fjctl.diagnostics import Diagnostic, Severity
from fjctl.text import yaml_events
from fjctl.text.yaml_codes import AT_CONTEXT, CODES, SYNTAX
from fjctl.text.yaml_events import YamlSyntaxError
from fjctl.text.yaml_scalars import EXACT, OutOfRangeError, resolve

if TYPE_CHECKING:
    from fjctl.source import JsonScalar, JsonValue, Pointer, Source
    from fjctl.text.yaml_events import Event

MOST_DIAGNOSTICS: Final = 20
_ODD: Final = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_BREAKS: Final = {"\x85": r"\N", "\u2028": r"\L", "\u2029": r"\P"}


class _StopError(Exception):
    """Enough is known; reading on would only repeat it."""


class _Frame:
    """A map or list being filled. `key` is the pending key of a map; `broken` says that it was refused."""

    __slots__ = ("broken", "key", "keys", "opened", "target", "wants_key")

    def __init__(self, target: dict[str, JsonValue] | list[JsonValue], opened: int | None) -> None:
        self.target = target
        self.opened = opened
        self.wants_key = isinstance(target, dict)
        self.key = ""
        self.broken = False
        self.keys: dict[str, int] = {}

    def part(self, *, inner: bool) -> str | int:
        """The pointer part of the value that comes next, or of the open one that is `inner` to this frame."""
        return self.key if isinstance(self.target, dict) else len(self.target) - inner


class StrictReader:
    """Reads one text once; `value` and `diagnostics` hold the outcome of `read`."""

    def __init__(self, source: Source, max_depth: int, *, pure: bool = False) -> None:
        self.source = source
        self.max_depth = max_depth
        self.pure = pure
        self.value: JsonValue = None
        self.diagnostics: list[Diagnostic] = []
        self._errors = False
        self._stack: list[_Frame] = []
        self._documents = 0
        self._skip = 0  # depth inside a collection that stands where a key should

    def read(self) -> None:
        """Fill `value` (None after an error) and `diagnostics` (at most 20)."""
        with contextlib.suppress(_StopError):
            self._odd_characters()
            try:
                for event in yaml_events.events(self.source.text, pure=self.pure):
                    self._take(event)
            except YamlSyntaxError as problem:
                self._syntax(problem)
            else:
                if not self._documents:
                    self._empty()
        if self._errors:
            self.value = None

    # -- what is wrong ------------------------------------------------------------------------------------------

    def _report(
        self,
        code: str,
        offset: int,
        message: str,
        hint: str,
        *,
        pointer: Pointer | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        if severity is Severity.ERROR:
            self._errors = True
        if len(self.diagnostics) >= MOST_DIAGNOSTICS and not self._makes_room(severity):
            return
        self.diagnostics.append(
            Diagnostic(
                code=code,
                name=CODES[code][0],
                message=message,
                severity=severity,
                help=hint,
                pointer=self._pointer() if pointer is None else pointer,
                source=self.source.name,
                position=self.source.position(offset),
            )
        )

    def _makes_room(self, severity: Severity) -> bool:
        """Whether a full list gave up a warning for an error; stops reading when it is full of errors."""
        if severity is not Severity.ERROR:
            return False
        for index in range(len(self.diagnostics) - 1, -1, -1):
            if self.diagnostics[index].severity is not Severity.ERROR:
                del self.diagnostics[index]
                return True
        raise _StopError

    def _pointer(self) -> Pointer:
        parts = [frame.part(inner=True) for frame in self._stack[:-1]]
        if self._stack and not self._stack[-1].wants_key:
            parts.append(self._stack[-1].part(inner=False))
        return tuple(parts)

    def _empty(self) -> None:
        hint = "begin with `journey: name`; an example is in the manual of the format"
        self._report("FJ101", 0, "the file is empty", hint, pointer=())

    def _odd_characters(self) -> None:
        for found in _ODD.finditer(self.source.text):
            char, offset = found[0], found.start()
            number = f"U+{ord(char):04X}"
            if _SURROGATE.match(char):
                self._report("FJ107", offset, f"half of a surrogate pair ({number})", "write the whole character")
            elif char in _BREAKS:
                message = f"unusual line break character {number}"
                hint = f'put the text in double quotes and write {_BREAKS[char]}, or break the line with "Enter"'
                self._report("FJ121", offset, message, hint)
            else:
                hint = "remove it; it is invisible in most editors"
                self._report("FJ108", offset, f"control character {number}", hint)
        if self.source.text.startswith("\ufeff"):
            self._report("FJ121", 0, "a second byte-order mark", "save the file as UTF-8 without byte-order mark")
        if self._errors:
            raise _StopError

    def _syntax(self, error: YamlSyntaxError) -> None:
        text, offset = self.source.text, error.offset
        message, hint = error.problem, "see the YAML reference, https://yaml.org/spec/1.2.2/"
        code, pointer = "FJ121", self._pointer()
        line = text[text.rfind("\n", 0, offset) + 1 :].split("\n", 1)[0]
        opened = self._stack[-1].opened if self._stack else None
        margin = line[: len(line) - len(line.lstrip())]
        if "\t" in margin or "found a tab character" in error.problem or text[offset : offset + 1] == "\t":
            code, message, hint = "FJ127", "a tab indents this line", "indent with spaces, two for each level"
            offset = text.find("\t", max(0, text.rfind("\n", 0, offset)))
        elif "invalid Unicode character escape" in error.problem:
            code, message = "FJ107", "this escape is half of a surrogate pair, or no character"
            hint = r'write the character itself, or one escape for it: "\U0001F600"'
        elif "cannot start any token" in error.problem:
            char = text[offset : offset + 1]
            message, hint = f'a text cannot begin with "{char}"', "put it in quotes"
        elif opened is not None and not text[offset:].strip():
            bracket = text[opened]
            message, offset = f'this "{bracket}" is never closed', opened
            pointer = tuple(frame.part(inner=True) for frame in self._stack[:-1])
            hint = 'close it with "]"' if bracket == "[" else 'close it with "}"'
        else:
            message, hint = next(((m, h) for part, m, h in SYNTAX if part in error.problem), (message, hint))
            if error.context is not None and any(part in error.problem for part in AT_CONTEXT):
                offset = error.context
        self._report(code, offset, message, hint, pointer=pointer)

    # -- events -------------------------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        kind = event.kind
        if self._skip:
            self._skip += (kind in (yaml_events.MAP, yaml_events.SEQ)) - (kind == yaml_events.END)
            return
        if kind == yaml_events.SCALAR:
            self._scalar(event)
        elif kind in (yaml_events.MAP, yaml_events.SEQ):
            self._open(event)
        elif kind == yaml_events.END:
            self._stack.pop()
            self._placed()
        elif kind == yaml_events.DOCUMENT:
            self._document(event)
        elif kind == yaml_events.ALIAS:
            name = event.value
            hint = f"write out here what stands at &{name[:40]}"
            self._report("FJ122", event.start, f"the alias *{name[:40]} is not supported", hint)
            self._value(None, event.start, key_text=None)

    def _document(self, event: Event) -> None:
        self._documents += 1
        if self._documents > 1:
            hint = "put each document into a file of its own"
            self._report("FJ103", event.start, "a second document begins here", hint, pointer=())
            raise _StopError
        if event.directive:
            found = re.search(r"^%", self.source.text, re.MULTILINE)
            offset = found.start() if found else event.start
            self._report("FJ125", offset, "directives are not supported", "remove this line", pointer=())

    def _decorations(self, event: Event) -> None:
        if event.anchor is not None:
            hint = f"remove &{event.anchor[:40]}; write out the value wherever it is used"
            self._report("FJ122", event.start, f"the anchor &{event.anchor[:40]} is not supported", hint)
        if event.tag is not None or self.source.text[event.start : event.start + 1] == "!":
            tag = (event.tag or "!").replace("tag:yaml.org,2002:", "!!")[:60]
            self._report("FJ123", event.start, f"the tag {tag} is not supported", "remove it; put text in quotes")

    def _open(self, event: Event) -> None:
        if event.anchor is not None or event.tag is not None or self.source.text[event.start] == "!":
            self._decorations(event)
        if self._stack and self._stack[-1].wants_key:
            what = "map" if event.kind == yaml_events.MAP else "list"
            hint = "write the key as plain text; quote text that contains { or ["
            self._report("FJ124", event.start, f"a {what} cannot be a key", hint)
            frame = self._stack[-1]
            frame.broken, frame.wants_key = True, False
            self._skip = 1
            return
        if len(self._stack) >= self.max_depth:
            hint = "flatten it; a journey needs no more than a dozen levels"
            pointer = self._pointer()[:8]
            self._report("FJ109", event.start, f"nested more than {self.max_depth} levels deep", hint, pointer=pointer)
            raise _StopError
        target: dict[str, JsonValue] | list[JsonValue] = {} if event.kind == yaml_events.MAP else []
        self._attach(target)
        self._stack.append(_Frame(target, event.start if event.style == "flow" else None))

    def _scalar(self, event: Event) -> None:
        if event.anchor is not None or self.source.text[event.start : event.start + 1] == "!":
            self._decorations(event)
        text = event.value
        if event.style == "":
            self._plain(event, text)
            return
        if "\0" in text:
            self._report("FJ108", event.start, "the NUL character (U+0000) is not allowed", 'remove "\\0"')
        elif not text.isascii() and _SURROGATE.search(text):
            self._report("FJ107", event.start, "half of a surrogate pair", r'write one escape: "\U0001F600"')
        self._value(text, event.start, key_text=text)

    def _plain(self, event: Event, text: str) -> None:
        try:
            value = resolve(text)
        except OutOfRangeError:
            shown = text if len(text) <= 20 else f"{text[:17]}..."
            hint = "put it in quotes if it is text; JSON has no infinity, no NaN, and no endless numbers"
            self._report("FJ105", event.start, f"the number {shown} is out of range", hint)
            value = None
        if type(value) is int and abs(value) > EXACT:
            hint = "put it in quotes if it is an identifier"
            message = f"{text[:40]} is larger than 2^53 and loses digits in JavaScript"
            self._report("FJ106", event.start, message, hint, severity=Severity.WARNING)
        self._value(value, event.start, key_text=value if isinstance(value, str) else None, plain=text)

    def _value(self, value: JsonScalar, offset: int, *, key_text: str | None, plain: str | None = None) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is None:
            if plain == "":
                self._empty()
            self.value = value
        elif frame.wants_key:
            self._key(frame, offset, key_text, plain)
        else:
            self._attach(value)
            self._placed()

    def _key(self, frame: _Frame, offset: int, key: str | None, plain: str | None) -> None:
        frame.broken = True
        if key is None:
            shown = (plain or "null")[:40]
            self._report("FJ124", offset, f"the key {shown} is not text", f'put it in quotes: "{shown}"')
        elif plain == "<<":
            self._report("FJ126", offset, "merge keys (<<) are not supported", "write out the entries here")
        elif key in frame.keys:
            first = self.source.position(frame.keys[key])
            message = f'the key "{key[:40]}" stands twice; the first is in line {first.line}'
            self._report("FJ104", offset, message, "remove or rename one of the two", pointer=(*self._pointer(), key))
        else:
            frame.keys[key] = offset
            frame.key = key
            frame.broken = False
        frame.wants_key = False

    def _attach(self, value: JsonValue) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is None:
            self.value = value
        elif isinstance(frame.target, list):
            frame.target.append(value)
        elif not frame.broken:
            frame.target[frame.key] = value

    def _placed(self) -> None:
        """A value is complete: its map wants a key again."""
        if self._stack and isinstance(self._stack[-1].target, dict):
            self._stack[-1].wants_key = True
