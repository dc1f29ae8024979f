"""RAGFlow's references, `{Agent:X@content}`, `{begin@x}`, `{sys.query}`, `{env.x}`, in the model's spelling and back.

Most stand in braces inside a text; some fields hold one bare. RAGFlow takes either in both places
(infiniflow/ragflow `agent/canvas.py` `get_variable_value`). Before 2025 a component was named without an output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_NAME = r"(?:sys|env)\.[\w.]+|[A-Za-z_]\w*(?::\w+)?@[^{}@\s<>]+|[A-Za-z_]\w*:\w+"
_BRACED = re.compile(rf"\{{\{{\s*({_NAME})\s*\}}\}}|\{{\s*({_NAME})\s*\}}")
_BARE = re.compile(_NAME)
_SYSTEM = {
    "query": "input",
    "files": "files",
    "history": "history",
    "user_id": "user_id",
    "conversation_turns": "conversation_turns",
    "date": "date",
}
_OURS = {ours: theirs for theirs, ours in _SYSTEM.items()}
_ITEM = {"item": "currentItem", "result": "currentItem", "index": "index"}
_THEIR_ITEM = {"currentItem": "item", "index": "index"}


def read_text(text: str, scope: Scope) -> str:
    """A text with its references in the model's spelling; one that is no more than a bare reference counts, too."""
    if "{" in text:
        return _BRACED.sub(lambda match: _ours(match[1] or match[2], scope) or match[0], text)
    if ("@" in text or text.startswith(("sys.", "env."))) and _BARE.fullmatch(text):
        return _ours(text, scope) or text
    return text


def write_text(text: str, scope: Scope) -> str:
    """The way back of `read_text`, in braces."""

    def spell(name: str, path: str) -> str | None:
        token = _theirs(name, path, scope)
        return "{" + token + "}" if token is not None else None

    return scope.write(text, spell)


def read_reference(token: str, scope: Scope) -> str:
    """A field that is one reference, bare or in braces; what nobody knows is a name all the same."""
    bare = token.strip().strip("{}").strip()
    return _ours(bare, scope) or f"<{bare or 'sys.query'}>"


def write_reference(reference: str, scope: Scope) -> str:
    """The bare reference of `read_reference`; what the user said where there is none."""
    found = write_text(reference, scope)
    if found.startswith("{") and found.endswith("}"):
        return found[1:-1]
    return found.removeprefix("<").removesuffix(">") or "sys.query"


def begin_of(scope: Scope) -> str | None:
    """The id of the component where a run begins."""
    row = scope.rows.get("begin")
    if row is not None and row.kind is BlockKind.START:
        return "begin"
    return next((name for name, row in scope.rows.items() if row.kind is BlockKind.START), None)


def _ours(token: str, scope: Scope) -> str | None:
    head, at, path = token.partition("@")
    if not at and token.startswith("env."):
        return f"<variable.{token.removeprefix('env.')}>"
    if not at and token.startswith("sys."):
        return _system(token.removeprefix("sys."), scope)
    row = scope.rows.get(head)
    if row is None:
        return None
    if row.role == "body":
        return _item(head, path, scope)
    if row.kind is BlockKind.START and path.partition(".")[0] in _OURS:
        return None  # it would be taken for what the user said
    return scope.ours(head, path)


def _system(name: str, scope: Scope) -> str | None:
    begin = begin_of(scope)
    head, dot, rest = name.partition(".")
    if begin is None or head not in _SYSTEM:
        return None
    return f"<@{begin}.{_SYSTEM[head]}{dot}{rest}>"


def _item(body: str, path: str, scope: Scope) -> str | None:
    """What a loop's inside calls its item: of the loop around it, or of one further out."""
    loop = scope.parents.get(body)
    head, dot, rest = path.partition(".")
    if loop is None or head not in _ITEM:
        return None
    inner = f"{_ITEM[head]}{dot}{rest}"
    return f"<loop.{inner}>" if scope.loop() == loop else f"<@{loop}.{inner}>"


def _theirs(name: str, path: str, scope: Scope) -> str | None:
    if name == "variable":
        return f"env.{path}" if path else None
    if name == "loop":
        return _their_item(scope.loop(), path, scope)
    if not name.startswith("@"):
        return None
    identifier = name[1:]
    row = scope.rows.get(identifier)
    if row is None:
        return None
    if row.kind is BlockKind.LOOP and path.partition(".")[0] in _THEIR_ITEM:
        return _their_item(identifier, path, scope)
    head, dot, rest = path.partition(".")
    if row.kind is BlockKind.START and head in _OURS:
        return f"sys.{_OURS[head]}{dot}{rest}"
    their = scope.theirs(path, identifier)
    return f"{identifier}@{their}" if their else identifier


def _their_item(loop: str | None, path: str, scope: Scope) -> str | None:
    body = scope.bodies.get(loop or "")
    head, dot, rest = path.partition(".")
    return f"{body}@{_THEIR_ITEM[head]}{dot}{rest}" if body is not None and head in _THEIR_ITEM else None
