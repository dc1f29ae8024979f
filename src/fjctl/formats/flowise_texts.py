"""Texts of Flowise's agentflows: HTML of its editor ↔ plain text, and its references ↔ ours.

Source: Flowise `packages/server/src/utils/buildAgentflow.ts`, `resolveVariables`; the editor is TipTap, whose mentions
are `<span class="variable" …>{{ name }}</span>`.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.scope import Scope

_HTML = re.compile(r"\s*<(?:p|h[1-6]|ul|ol|pre|blockquote|span|div)(?:\s[^<>]*)?>", re.IGNORECASE)
_NAME = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_ENVIRONMENT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_MENTION = re.compile(r"\{\{ ([^{}]+) \}\}")
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "blockquote", "div"})
RUNTIME = frozenset({"chat_history", "file_attachment", "runtime_messages_length", "loop_count", "current_date_time"})
"""What Flowise knows of a run without being told, beside the question."""


def is_html(text: str) -> bool:
    """Whether a text was written in the rich editor."""
    return _HTML.match(text) is not None


class _Plain(HTMLParser):
    """Paragraphs as lines, list items with a dash; everything else as its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line, unless it is the first thing in a list item."""
        del attrs
        if tag == "br":
            self.lines.append("")
            self.open = True
        elif tag == "li":
            self.lines.append("- ")
            self.open = True
        elif tag in _BLOCKS and not (self.open and self.lines and self.lines[-1] == "- "):
            self.lines.append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in _BLOCKS:
            self.open = False

    def handle_data(self, data: str) -> None:
        """Text goes on in the line."""
        if not self.open:
            if not data.strip():
                return
            self.lines.append("")
            self.open = True
        self.lines[-1] += data


def plain(text: str) -> str:
    """The text of an HTML text."""
    parser = _Plain()
    parser.feed(text)
    parser.close()
    return "\n".join(line.rstrip() for line in parser.lines)


def html(text: str) -> str:
    """A plain text, references in Flowise's spelling, as the rich editor would have it: a paragraph a line."""

    def mention(match: re.Match[str]) -> str:
        name = match[1]
        tag = f'<span class="variable" data-type="mention" data-id="{name}" data-label="{name}">'
        return f"{tag}{{{{ {name} }}}}</span>"

    return "".join(f"<p>{_MENTION.sub(mention, escape(line, quote=False))}</p>" for line in text.split("\n"))


def read(text: str, scope: Scope, start: Callable[[Scope], str]) -> str:
    """A text of Flowise as one of ours. `start` gives the id of the node where runs begin."""
    said = plain(text) if is_html(text) else text
    if "{{" not in said:
        return said
    return _NAME.sub(lambda match: _ours(match[1].replace("\\_", "_"), scope, start) or match[0], said)


def _ours(name: str, scope: Scope, start: Callable[[Scope], str]) -> str | None:
    if name == "question" or name.startswith(("$form.", "$webhook.")) or name in RUNTIME:
        path = "input" if name == "question" else name.removeprefix("$form.").replace("$webhook", "webhook")
        return scope.ours(start(scope), path)
    if name.startswith("$flow.state."):
        return f"<variable.{name.removeprefix('$flow.state.')}>"
    if name.startswith("$flow."):
        return scope.ours(start(scope), f"flow.{name.removeprefix('$flow.')}")
    if name.startswith("$vars."):
        return f"{{{{{name.removeprefix('$vars.')}}}}}"
    if name == "$iteration" or name.startswith("$iteration."):
        return f"<loop.currentItem{name.removeprefix('$iteration')}>"
    if name == "output" or name.startswith("output."):
        return scope.ours(scope.node.id, name.removeprefix("output").lstrip(".") or "content")
    head, _, path = name.partition(".")
    return scope.ours(head, path.removeprefix("output.") if path else "content")


def write(text: str, scope: Scope, start: Callable[[Scope], str]) -> str:
    """The way back of `read`, as plain text."""

    def spell(name: str, path: str) -> str | None:
        found = _theirs(name, path, scope, start)
        return f"{{{{ {found} }}}}" if found is not None else None

    said = _ENVIRONMENT.sub(lambda match: f"{{{{ $vars.{match[1]} }}}}", text) if "{{" in text else text
    return scope.write(said, spell)


def _theirs(name: str, path: str, scope: Scope, start: Callable[[Scope], str]) -> str | None:
    if name == "variable":
        return f"$flow.state.{path}"
    if name == "loop" and (path == "currentItem" or path.startswith("currentItem.")):
        return f"$iteration{path.removeprefix('currentItem')}"
    if not name.startswith("@"):
        return None
    node = name[1:]
    if node == start(scope):
        if path.startswith(("flow.", "webhook.")):
            return f"${path}"
        return "question" if path in {"", "input"} else path if path in RUNTIME else f"$form.{path}"
    found = scope.theirs(path, node)
    if node == scope.node.id:
        return "output" if found in {"", "content"} else f"output.{found}"
    return node if found in {"", "content"} else f"{node}.output.{found}"
