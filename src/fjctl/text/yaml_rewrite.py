"""Editing a YAML text at the smallest spans, so that comments, blank lines and layout of all else survive.

The law: `rewrite` parses to the new value, always. Each result is read back; where an edit turns out too clever,
a larger subtree is written anew, in the end the whole document.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from fjctl.source import Source
from fjctl.text.yaml_edit import Editor, TooHardError
from fjctl.text.yaml_emit import Writer, emit
from fjctl.text.yaml_text import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue, Pointer
    from fjctl.text.yaml_emit import Rule
    from fjctl.text.yaml_tree import Node

_HEADER: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*")


def rewrite(
    text: str,
    old: JsonValue,
    new: JsonValue,
    *,
    width: int = 100,
    flow: Rule | None = None,
    blank_before: Rule | None = None,
    usual: bool = False,
    on_fallback: Callable[[Pointer], None] | None = None,
) -> str:
    """Return `text`, which holds `old`, changed so that it holds `new`.

    When nothing differs the text comes back as it is. `width`, `flow`, `blank_before` and `usual` are those of
    `emit`, for what is written anew. `on_fallback` hears the path of every subtree that had to be written anew because
    its layout defied a smaller edit. Raises ValueError for a `new` that holds NaN or infinities.
    """
    wanted = _canonical(new)
    if _canonical(old) == wanted:
        return text
    held, problems = parse(Source("", text))
    report = on_fallback or _ignore
    if held is not None and not any(item.severity == "error" for item in problems):
        if _canonical(held) == wanted:
            return text
        # Second with a final line break: without it no literal block can end in one.
        for coarse, base in ((None, text), (None, _ended(text)), (4, text), (3, text), (2, text), (1, text)):
            if coarse is not None:
                report(("*",) * coarse)
            writer = Writer(width=width, flow=flow, blank_before=blank_before, keep=False, usual=usual)
            result = _attempt(base, held, new, writer, coarse, report)
            if result is not None and _holds(result, wanted):
                return result
        report(())
    found = _HEADER.match(text)
    header = found[0].replace("\r\n", "\n") if found else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    return emit(new, header=header, width=width, flow=flow, blank_before=blank_before, newline=newline, usual=usual)


def _attempt(
    text: str, held: JsonValue, new: JsonValue, writer: Writer, coarse: int | None, report: Callable[[Pointer], None]
) -> str | None:
    from fjctl.text.yaml_events import YamlSyntaxError
    from fjctl.text.yaml_tree import compose

    try:
        root = compose(text)
        _adopt_layout(writer, text, root)
        editor = Editor(text, writer, coarse, report)
        editor.change(root, held, new, ())
        return editor.apply()
    except (TooHardError, YamlSyntaxError):
        return None


def _ended(text: str) -> str:
    if text.endswith("\n"):
        return text
    return text + ("\r\n" if "\r\n" in text else "\n")


def _holds(text: str, wanted: str) -> bool:
    value, problems = parse(Source("", text))
    return not any(item.severity == "error" for item in problems) and _canonical(value) == wanted


def _canonical(value: JsonValue) -> str:
    """Equal for equal values whatever the order of keys; 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def _ignore(path: Pointer) -> None:
    """Hear of a fallback and do nothing."""


def _adopt_layout(writer: Writer, text: str, root: Node) -> None:
    """Indent what is written anew as the file does: the first map in a map and the first list in a map decide."""
    step = dash = -1
    queue = [root]
    for node in queue:
        if not node.is_block:
            continue
        for child in node.children:
            if child.kind == "map" and node.kind == "map" and child.is_block and step < 0:
                step = _column(text, child.start) - _column(text, node.start)
            if child.kind == "seq" and node.kind == "map" and child.is_block and dash < 0:
                dash = _column(text, child.start) - _column(text, node.start)
        if step >= 0 and dash >= 0:
            break
        queue.extend(child for child in node.children if child.is_block)
    if 1 <= step <= 8:
        writer.step = step
        writer.dash = step
    if dash >= 0:
        writer.dash = dash


def _column(text: str, offset: int) -> int:
    return offset - (text.rfind("\n", 0, offset) + 1)
