"""FastGPT's references in texts, `{{$nodeId.outputId$}}` and the older `{{key}}`, in the model's spelling and back.

An output is called by its id, which the editor makes of random letters; the model calls it by its key. Source:
labring/FastGPT `packages/global/core/workflow/runtime/utils.ts` (`replaceEditorVariable`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fjctl.formats.fastgpt_inputs import rows_of
from fjctl.formats.fastgpt_types import VARIABLES
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_REFERENCE = re.compile(r"\{\{\$([^.{}$]+)\.([^{}$]+)\$\}\}|\{\{([A-Za-z_]\w*)\}\}")
_KEY = re.compile(r"[^\s<>.{}$\[\]]+")
_ITEM = {"loopStartInput": "currentItem", "loopStartIndex": "index"}
_THEIR_ITEM = {ours: theirs for theirs, ours in _ITEM.items()}


def read_text(text: str, scope: Scope) -> str:
    """A text with its references in the model's spelling."""
    if "{{" not in text:
        return text

    def ours(match: re.Match[str]) -> str:
        if match[3] is not None:
            known = match[3] in scope.drawing.variables or match[3] in scope.drawing.asked
            return (_ours(VARIABLES, match[3], scope) if known else None) or match[0]
        return _ours(match[1], match[2], scope) or match[0]

    return _REFERENCE.sub(ours, text)


def _ours(node: str, output: str, scope: Scope) -> str | None:
    if node == VARIABLES:
        if output in scope.drawing.asked and _start(scope) is not None:
            return scope.ours(_start(scope) or "", output)
        return f"<variable.{output}>" if _KEY.fullmatch(output) else None
    row = scope.rows.get(node)
    if row is not None and row.role == "body":
        loop, item = scope.parents.get(node), _ITEM.get(output)
        if loop is None or item is None:
            return None
        return f"<loop.{item}>" if scope.loop() == loop else f"<@{loop}.{item}>"
    return scope.ours(node, _keys(node, scope)[0].get(output, output))


def _start(scope: Scope) -> str | None:
    return next((name for name, row in scope.rows.items() if row.name == "workflowStart"), None)


def _keys(node: str, scope: Scope) -> tuple[dict[str, str], dict[str, str]]:
    """Of a node's outputs, the key of each id and the id of each key; keys that name one thing only."""
    known = scope.memo.setdefault("outputs", {})
    if node not in known:
        found = next((each for each in scope.drawing.nodes if each.id == node), None)
        rows = rows_of(found.raw, "outputs") if found is not None else []
        ids = {str(row.get("id")) for row in rows}
        keys = {
            str(row["id"]): row["key"]
            for row in rows
            if isinstance(row.get("id"), str) and _KEY.fullmatch(row["key"]) and row["key"] not in ids - {row["id"]}
        }
        known[node] = (keys, {key: identifier for identifier, key in keys.items()})
    return known[node]  # type: ignore[no-any-return]


def write_text(text: str, scope: Scope) -> str:
    """The way back of `read_text`, in today's spelling."""

    def spell(name: str, path: str) -> str | None:
        found = _theirs(name, path, scope)
        return None if found is None else "{{$" + found[0] + "." + found[1] + "$}}"

    return scope.write(text, spell)


def _theirs(name: str, path: str, scope: Scope) -> tuple[str, str] | None:
    if not path:
        return None
    if name == "variable":
        return VARIABLES, path
    if name == "loop":
        return _their_item(scope.loop(), path, scope)
    if not name.startswith("@"):
        return None
    node = name[1:]
    row = scope.rows.get(node)
    if row is None:
        return None
    if row.kind is BlockKind.LOOP and path in _THEIR_ITEM:
        return _their_item(node, path, scope)
    their = scope.theirs(path, node)
    if row.name == "workflowStart" and path in scope.drawing.asked:
        return VARIABLES, path
    return node, _keys(node, scope)[1].get(their, their)


def _their_item(loop: str | None, path: str, scope: Scope) -> tuple[str, str] | None:
    body = scope.bodies.get(loop or "")
    return (body, _THEIR_ITEM[path]) if body is not None and path in _THEIR_ITEM else None


def rewrite_text(text: str, before: str, scope: Scope) -> str:
    """`write_text` for a text that stood as `before`: variables that it calls `{{key}}` are called so again."""
    written = write_text(text, scope)
    for match in re.finditer(r"\{\{([A-Za-z_]\w*)\}\}", before):
        if match[1] in scope.drawing.variables or match[1] in scope.drawing.asked:
            written = written.replace("{{$" + VARIABLES + "." + match[1] + "$}}", match[0])
    return written
