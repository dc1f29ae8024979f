"""Reading YAML into plain values, and finding places in it.

Two readers that agree: a fast one for the ordinary file, and the strict one, which knows every trap and every
place. Whatever gives the slightest doubt goes to the strict one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from fjctl.source import Span
from fjctl.text.yaml_codes import CODES
from fjctl.text.yaml_scalars import EXACT, looks_numeric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.diagnostics import Diagnostic
    from fjctl.source import JsonValue, Pointer, Source
    from fjctl.text.yaml_tree import Node

__all__ = ["CODES", "locate", "locate_all", "parse"]

_MAX_DEPTH: Final = 256  # more than JSON is read, so that what came from there can be read back
_MOST_BRACKETS: Final = 20_000  # libyaml's time grows with tokens times open brackets
# Two small checks and no class over all of Unicode, which takes milliseconds to compile; surrogates fail in ryaml.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ODD: Final = ("\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff")
# What the fast reader cannot be trusted with, by the characters that it begins with: looking for these is quick.
_DOUBTS: Final = {  # anchors (aliases need one), tags, merge keys, NUL and surrogates, numbers
    "&": re.compile(r"""&[\w-](?:(?<=[\s,\[{\]}:"'\-?]&.)|(?<=^&.))""", re.MULTILINE),  # anchors; aliases need one
    "!": re.compile(r"!(?:(?<=[:?\-,\[{\n\t\r] !)|(?<=[\[{,:]!)|(?<=  !)|(?<=[\n\t\r]!)|(?<=^!))", re.MULTILINE),
    "<<": re.compile(r"""<<["']?\s*:"""),  # merge keys
    "\\": re.compile(r"\\(?:0|x00|u0000|U00000000|[uU]0*[dD][89a-fA-F])"),  # NUL, surrogates
    "0b": re.compile(r"0b[01]+(?<![\w-]0b[01])(?![\w-])"),  # binary numbers are text in the core schema
    "+0": re.compile(r"\+0[xob](?<=[^\w.\-].0[xob])"),  # so are signed ones with a base
    "-0": re.compile(r"-0[xob](?<=[^\w.\-].0[xob])"),
}
_MARKERS: Final = ("%", "---", "...")
"""Directives and document markers, at the beginning of a line."""
_NUMBER_START: Final = frozenset("0123456789+-.")
# What the fast reader takes for a number wherever it is not quoted: as text it has been in quotes, and is no doubt.
_SURE_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")


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
    from fjctl.text.yaml_strict import StrictReader

    reader = StrictReader(source, max_depth, pure=pure)
    reader.read()
    return reader.value, reader.diagnostics


def locate(source: Source, pointer: Pointer, *, key: bool = False) -> Span:
    """The characters of the value at `pointer` (or of its key); the nearest place above it when there is none.

    A list item has no key, nor has the root: the span of the value stands in. Blocks end with their last
    character that is not a comment or blank. Raises nothing: a text that is not YAML gives an empty span at 0.
    """
    return locate_all(source, [(pointer, key)])[0]


def locate_all(source: Source, places: Sequence[tuple[Pointer, bool]]) -> list[Span]:
    """`locate` for many pointers (each with its `key`) of one text, which is composed once."""
    from fjctl.text.yaml_events import YamlSyntaxError
    from fjctl.text.yaml_tree import compose

    try:
        root = compose(source.text)
    except (YamlSyntaxError, ValueError):
        return [Span(0, 0)] * len(places)
    return [_span(root, pointer, key=key) for pointer, key in places]


def _span(node: Node, pointer: Pointer, *, key: bool) -> Span:
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

    if text.count("[") + text.count("{") > _MOST_BRACKETS or _CONTROL.search(text) or _is_doubtful(text):
        return False, None
    if not text.isascii() and any(char in text for char in _ODD):
        return False, None
    try:
        value = ryaml.loads(text)  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001  ryaml raises ValueError, TypeError and more; the strict reader explains
        return False, None
    return (True, value) if _is_plain(value, max_depth) else (False, None)


def _is_doubtful(text: str) -> bool:
    """Whether something stands in the text that the fast reader may read otherwise, or not at all."""
    if text.startswith(_MARKERS) or any(f"\n{marker}" in text for marker in _MARKERS):
        return True
    return any(start in text and doubt.search(text) for start, doubt in _DOUBTS.items())


def _is_plain(root: object, max_depth: int) -> bool:
    """Whether every reader agrees on the value: text keys, short exact numbers, no text that may be a number."""
    if type(root) is not dict:
        return False
    level: list[Any] = [root]
    for _ in range(max_depth):
        below: list[Any] = []
        for holder in level:
            if type(holder) is dict:
                if not all(type(key) is str and not _misleads(key) for key in holder):
                    return False
                holder = holder.values()  # noqa: PLW2901  from here on maps and lists are alike
            for item in holder:
                kind = type(item)
                if kind is dict or kind is list:
                    below.append(item)
                elif _misleads(item) if kind is str else not _is_plain_scalar(item):
                    return False
        if not below:
            return True
        level = below
    return False


def _misleads(text: str) -> bool:
    """Whether a text may have been a number that only the strict reader sees."""
    return text[:1] in _NUMBER_START and _SURE_NUMBER.fullmatch(text) is None and looks_numeric(text)


def _is_plain_scalar(item: object) -> bool:
    if item is None or type(item) is bool:
        return True
    if type(item) is int:
        return -EXACT <= item <= EXACT
    return type(item) is float and item - item == 0  # neither infinite nor NaN
