"""Reading YAML into plain values, and finding places in it.

Two readers that agree: a fast one for the ordinary file, and the strict one, which knows every trap and every
place. Whatever gives the slightest doubt goes to the strict one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fjctl.source import Span
from fjctl.text.yaml_codes import CODES
from fjctl.text.yaml_scalars import EXACT, looks_numeric
from fjctl.text.yaml_strict import StrictReader

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.source import JsonValue, Pointer, Source

__all__ = ["CODES", "locate", "parse"]

_MAX_DEPTH: Final = 100
_MOST_BRACKETS: Final = 20_000  # libyaml's time grows with tokens times open brackets
_ODD: Final = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DOUBT: Final = re.compile(
    r"""
      ^(?:%|---|\.\.\.)                                     # directives, document markers
    | &[\w-](?:(?<=[\s,\[{\]}:"'\-?]&.)|(?<=^&.))           # anchors; an alias without one is an error anyway
    | !(?:(?<=[:?\-,\[{\n\t\r]\ !)|(?<=[\[{,:]!)|(?<=\ \ !)|(?<=[\n\t\r]!)|(?<=^!))  # tags
    | <<["']?\s*:                                           # merge keys
    | \\(?:0|x00|u0000|U00000000|[uU]0*[dD][89a-fA-F])      # NUL, surrogates
    | 0b[01]+(?<![\w-]0b[01])(?![\w-])                      # binary numbers are text in the core schema
    | 0[xob](?:(?<=[+\-]0x)|(?<=[+\-]0o)|(?<=[+\-]0b))      # so are signed ones with a base
    """,
    re.VERBOSE | re.MULTILINE,
)
_NUMBER_START: Final = frozenset("0123456789+-.")


def parse(source: Source, *, max_depth: int = _MAX_DEPTH) -> tuple[JsonValue, list[Diagnostic]]:
    """Read a YAML document by the core schema of YAML 1.2.

    Returns the value and what is to be said about it: at most 20 diagnostics with place and pointer. After an
    error the value is None. Never raises for a bad document, never runs anything, and needs time and memory in
    proportion to the text.
    """
    found, value = _fast(source.text, max_depth)
    if found:
        return value, []
    return parse_strictly(source, max_depth=max_depth)


def parse_strictly(
    source: Source, *, max_depth: int = _MAX_DEPTH, pure: bool = False
) -> tuple[JsonValue, list[Diagnostic]]:
    """Do the same as `parse` without its short cut; `pure` also does without the C extension."""
    reader = StrictReader(source, max_depth, pure=pure)
    reader.read()
    return reader.value, reader.diagnostics


def locate(source: Source, pointer: Pointer, *, key: bool = False) -> Span:
    """The characters of the value at `pointer` (or of its key); the nearest place above it when there is none.

    A list item has no key, nor has the root: the span of the value stands in. Blocks end with their last
    character that is not a comment or blank. Raises nothing: a text that is not YAML gives an empty span at 0.
    """
    from fjctl.text.yaml_events import YamlSyntaxError
    from fjctl.text.yaml_tree import compose

    try:
        node = compose(source.text)
    except (YamlSyntaxError, ValueError):
        return Span(0, 0)
    span = Span(node.start, node.end)
    for part in pointer:
        step = node.child(part)
        if step is None:
            return span
        name, node = step
        span = Span(node.start, node.end)
        if name is not None and (key or node.start == node.end):
            span = Span(name.start, name.end)
    if not key and node.start == node.end:
        return Span(node.start, node.end)
    return span


def _fast(text: str, max_depth: int) -> tuple[bool, JsonValue]:
    """Whether the fast reader can be trusted with this text, and its value."""
    import ryaml

    if text.count("[") + text.count("{") > _MOST_BRACKETS or _ODD.search(text) or _DOUBT.search(text):
        return False, None
    try:
        value = ryaml.loads(text)
    except Exception:  # noqa: BLE001  ryaml raises ValueError, TypeError and more; the strict reader explains
        return False, None
    return (True, value) if _is_plain(value, max_depth) else (False, None)


def _is_plain(root: object, max_depth: int) -> bool:
    """Whether every reader agrees on the value: text keys, short exact numbers, no text that looks like a number."""
    if type(root) is not dict:
        return False
    level: list[object] = [root]
    depth = 0
    while level:
        depth += 1
        if depth > max_depth:
            return False
        below: list[object] = []
        for holder in level:
            if type(holder) is dict:
                for key in holder:
                    if type(key) is not str or (key[:1] in _NUMBER_START and looks_numeric(key)):
                        return False
                items = holder.values()
            else:
                items = holder  # type: ignore[assignment]
            for item in items:
                kind = type(item)
                if kind is str:
                    if item[:1] in _NUMBER_START and looks_numeric(item):
                        return False
                elif kind is dict or kind is list:
                    below.append(item)
                elif not _is_plain_scalar(item):
                    return False
        level = below
    return True


def _is_plain_scalar(item: object) -> bool:
    if item is None or type(item) is bool:
        return True
    if type(item) is int:
        return -EXACT <= item <= EXACT
    return type(item) is float and item - item == 0  # neither infinite nor NaN
