"""Sticky notes: the editor keeps their text as Lexical's JSON, in a text. Here it is plain, one line a paragraph.

Source: the `text` of `custom-note` nodes (Lexical 0.x, `root.children[]` of paragraphs, lists and their like).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_DEEPEST = 40


def _blocks(text: Any) -> list[Any] | None:
    """The paragraphs of a note; None where its text is not Lexical's."""
    if not isinstance(text, str) or not text.startswith('{"root"'):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    root = found.get("root")
    children = root.get("children") if isinstance(root, dict) else None
    return children if isinstance(children, list) else None


def _plain(block: Any, depth: int = 0) -> str:
    if not isinstance(block, dict) or depth > _DEEPEST:
        return ""
    if block.get("type") == "linebreak":
        return "\n"
    said = block.get("text")
    if isinstance(said, str):
        return said
    children = block.get("children")
    parts = [_plain(child, depth + 1) for child in children] if isinstance(children, list) else []
    if block.get("type") == "list":
        return "\n".join(f"- {part}" for part in parts)
    return "".join(parts)


def _paragraph(line: str) -> dict[str, Any]:
    said = {"detail": 0, "format": 0, "mode": "normal", "style": "", "text": line, "type": "text", "version": 1}
    look: dict[str, Any] = {"direction": "ltr", "format": "", "indent": 0, "type": "paragraph", "version": 1}
    return {"children": [said] if line else [], **look, "textFormat": 0}


def _read(value: Any, _: Scope) -> Read | None:
    blocks = _blocks(value)
    if blocks is None:
        return Read(value) if isinstance(value, str) else None
    text = "\n".join(map(_plain, blocks))
    return Read(text) if text.strip() else None


def _write(meaning: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    """The note's paragraphs: those that stay are kept with their looks, at its beginning and at its end."""
    if not isinstance(meaning, str):
        return ABSENT
    blocks = _blocks(prior)
    if blocks is None and prior is not ABSENT and prior != "":
        return meaning
    front, back, lines = _kept(blocks or [], meaning)
    children = [*front, *map(_paragraph, lines), *back]
    root = {"children": children, "direction": "ltr", "format": "", "indent": 0, "type": "root", "version": 1}
    return json.dumps({"root": root}, ensure_ascii=False, separators=(",", ":"))


def _kept(blocks: list[Any], text: str) -> tuple[list[Any], list[Any], list[str]]:
    lines = text.split("\n")
    front: list[Any] = []
    back: list[Any] = []
    rest = list(blocks)
    while rest and lines and _begins(lines, said := _plain(rest[0]).split("\n")):
        front.append(rest.pop(0))
        del lines[: len(said)]
    while rest and lines and _begins(lines[::-1], (said := _plain(rest[-1]).split("\n"))[::-1]):
        back.insert(0, rest.pop())
        del lines[len(lines) - len(said) :]
    return front, back, lines


def _begins(lines: list[str], said: list[str]) -> bool:
    return lines[: len(said)] == said


NOTE = Form(_read, _write, translates=True)
