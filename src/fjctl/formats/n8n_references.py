"""n8n's expressions ↔ references in the model: `={{ $('Ask').item.json.name }}` and `<@ask-id.name>`.

A text that begins with `=` is a template whose `{{ }}` hold JavaScript; any other text means itself. What is a plain
reference becomes one of ours; other JavaScript stays within its braces, with the nodes it names as references, so that
renaming a node reaches it. Sources: n8n-workflow (`expression.ts`, `rename-node-utils.ts`), files of 2022 to 2026.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fjctl.formats.canvas.secrets import PLACEHOLDER
from fjctl.formats.n8n_types import ERROR_PORT, PASSING
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.drawing import Wire
    from fjctl.formats.canvas.scope import Scope

_ITEM = r"(?:item|first\(\)|last\(\)|all\(\)\[0\]|itemMatching\(0\))"
_STEP = r"""(?:\.[A-Za-z_$][\w$]*(?![\w$]*\s*\()|\[\d{1,6}\]|\[(?:'[^'"\\\n\].<>\s=!&|]+'|"[^'"\\\n\].<>\s=!&|]+")\])"""
_SOURCE = (
    r"""(?:(?P<call>[$_]\(\s*)(?P<quote>['"`])(?P<named>(?:(?!(?P=quote))[^\\\n]|\\.)*)(?P=quote)\s*\)"""
    rf"""(?P<item>\.{_ITEM}\.json(?![\w$]))?"""
    r"""|\$node\[\s*(?P<mark>['"])(?P<old>(?:(?!(?P=mark))[^\\\n]|\\.)*)(?P=mark)\s*\]\.json(?![\w$])"""
    r"""|\$items\(\s*(?P<tick>['"])(?P<list>(?:(?!(?P=tick))[^\\\n]|\\.)*)(?P=tick)\s*\)\[0\]\.json(?![\w$])"""
    rf"""|(?<![\w$.])\$json(?![\w$])|(?<![\w$.])\$input\.{_ITEM}\.json(?![\w$]))"""
)
_FOUND = re.compile(rf"{_SOURCE}(?P<path>{_STEP}*)")
_STEPS = re.compile(r"""\.([A-Za-z_$][\w$]*)|(\[\d+\])|\[['"]([^'"]+)['"]\]""")
_BRACES = re.compile(r"(?<!\\)\{\{(.*?)\}\}", re.DOTALL)
"""A template's JavaScript. Behind a backslash braces are a text, in templates and in our texts."""
_OVERRIDE = re.compile(r"/\*n8n-auto-generated-fromAI-override\*/\s*")
_ENVIRONMENT = re.compile(r"""\$env(?:\.([A-Za-z_]\w*)|\[['"]([A-Za-z_]\w*)['"]\])""")
_VARIABLE = re.compile(r"(?<![\w$.])\$vars((?:\.[A-Za-z_]\w*(?!\w*\s*\())+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OURS = re.compile(r"<@([^<>\s.=!&|]+)((?:\.[^<>\s.]+)*)>")
_ACCESSOR = re.compile(r"""([$_]\(\s*)(['"`])<@([^<>\s.=!&|]+)>\2(\s*\))""")
_PIECE = re.compile(r"([A-Za-z_$][\w$]*)((?:\[\d+\])*)")
_ROUND = 'context["currentRunIndex"]'

Known = dict[str, str]
"""Our reference → the JavaScript that stands for it in a text."""


class Flow(NamedTuple):
    """What expressions ask about a drawing: ids by name, names by id, what enters each node, what each part feeds."""

    ids: Mapping[str, str]
    names: Mapping[str, str]
    entering: Mapping[str, list[Wire]]
    feeds: Mapping[str, list[str]]


def flow(scope: Scope) -> Flow:
    """The drawing of a scope as expressions see it; worked out once."""
    known = scope.memo.get("flow")
    if known is None:
        ids: dict[str, str] = {}
        entering: dict[str, list[Wire]] = {}
        feeds: dict[str, list[str]] = {}
        for node in scope.drawing.nodes:
            if node.name:
                ids.setdefault(node.name, node.id)
        for wire in scope.drawing.wires:
            if wire.out.startswith("ai_"):
                feeds.setdefault(wire.source, []).append(wire.target)
            else:
                entering.setdefault(wire.target, []).append(wire)
        known = Flow(ids, {node.id: node.name for node in scope.drawing.nodes}, entering, feeds)
        scope.memo["flow"] = known
    found: Flow = known
    return found


def producer(scope: Scope) -> str | None:
    """The node whose output `$json` is in a text, where that is certain: one node alone leads here, or to the agent
    that the text's node is a part of. Nodes that hand on what they get are looked through."""
    made = scope.memo.setdefault("producers", {})
    if scope.node.id not in made:
        made[scope.node.id] = _producer(scope, flow(scope), scope.node.id)
    found: str | None = made[scope.node.id]
    return found


def _producer(scope: Scope, around: Flow, node: str) -> str | None:
    seen = set[str]()
    while node not in seen:
        seen.add(node)
        if node in around.feeds and node not in around.entering:
            hosts = set(around.feeds[node])
            if len(hosts) != 1:
                return None
            node = hosts.pop()
            continue
        wires = around.entering.get(node, ())
        sources = {(wire.source, wire.out in {ERROR_PORT, "done"}) for wire in wires}
        if len(sources) != 1:
            return None
        (source, unusual) = sources.pop()
        row = scope.rows.get(source)
        if row is None or unusual:
            return None
        if row.name not in PASSING or row.kind is BlockKind.LOOP:
            return source
        node = source
    return None


def read_text(text: str, scope: Scope) -> str:
    """A parameter's text in the model's spelling."""
    if not text.startswith("="):
        return text.replace("{{", "\\{{") if "{{" in text else text
    return _BRACES.sub(lambda match: _read_braces(match[1], scope), text[1:])


def _read_braces(inner: str, scope: Scope) -> str:
    inner = _OVERRIDE.sub("", inner)
    plain = inner.strip()
    found = _FOUND.fullmatch(plain)
    if found is not None:
        ours = _ours(found, scope)
        if ours is not None and ours.startswith("<"):
            return ours
    environment = _ENVIRONMENT.fullmatch(plain)
    if environment is not None:
        return "{{" + (environment[1] or environment[2]) + "}}"
    variable = _VARIABLE.fullmatch(plain)
    if variable is not None:
        return f"<variable{variable[1]}>"
    if "{{" + plain + "}}" == PLACEHOLDER:
        return PLACEHOLDER
    if _WORD.fullmatch(plain):  # an environment's name would look the same
        return "{{ (" + plain + ") }}"
    return "{{" + read_script(inner, scope) + "}}"


def read_script(script: str, scope: Scope, known: Known | None = None) -> str:
    """JavaScript with the nodes it names as references. `known` is told how each was spelled."""

    def change(match: re.Match[str]) -> str:
        ours = _ours(match, scope)
        if ours is None:
            return match[0]
        if known is not None and ours.startswith("<"):
            known.setdefault(ours, match[0])
        return ours

    if "$vars" in script:
        script = _VARIABLE.sub(r"<variable\1>", script)
    return _FOUND.sub(change, script) if "$" in script or "_(" in script else script


def _ours(match: re.Match[str], scope: Scope) -> str | None:
    """Our reference for one that was found; `$('<@id>')` and what follows where only the node is meant."""
    named = match["named"]
    if named is None:
        name = match["old"] if match["old"] is not None else match["list"]
        node = producer(scope) if name is None else flow(scope).ids.get(_plain(name))
        return None if node is None else scope.ours(node, _path(match["path"]))
    node = flow(scope).ids.get(_plain(named))
    if node is None:
        return None
    if match["item"]:
        return scope.ours(node, _path(match["path"]))
    if scope.ours(node) is None:
        return None
    return f"{match['call']}{match['quote']}<@{node}>{match['quote']}){match['path']}"


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _path(written: str) -> str:
    """`.a[0]["b"]` as `a[0].b`."""
    found = ""
    for match in _STEPS.finditer(written):
        name = match[1] or match[3]
        found += (f".{name}" if found else name) if name else match[2]
    return found


def write_text(text: str, scope: Scope, known: Mapping[str, str] | None = None) -> str:
    """A text of the model as a parameter; `known` are spellings that the text had before."""
    parts: list[str] = []
    done = 0
    for match in _BRACES.finditer(text):
        parts.append(_outside(text[done : match.start()], scope, known))
        inner = match[1]
        word = _WORD.fullmatch(inner.strip())
        if match[0] == PLACEHOLDER:
            parts.append(PLACEHOLDER)
            done = match.end()
            continue
        parts.append("{{ $env." + word[0] + " }}" if word else "{{" + write_script(inner, scope, known) + "}}")
        done = match.end()
    parts.append(_outside(text[done:], scope, known))
    written = "".join(parts)
    if written != text or done or text.startswith("="):
        return "=" + written
    return text.replace("\\{{", "{{")


def _outside(text: str, scope: Scope, known: Mapping[str, str] | None) -> str:
    """A part of a text that is no JavaScript."""
    return scope.write(text, lambda name, path: _braced(_spell(name, path, scope, known)))


def _braced(script: str | None) -> str | None:
    return None if script is None else "{{ " + script + " }}"


def write_script(script: str, scope: Scope, known: Mapping[str, str] | None = None, *, code: bool = False) -> str:
    """JavaScript with our references as n8n spells them; `code`: that of a code node, which knows no current item."""

    def accessor(match: re.Match[str]) -> str:
        name = flow(scope).names.get(match[3])
        return match[0] if name is None else f"{match[1]}{match[2]}{_quoted(name, match[2])}{match[2]}{match[4]}"

    if "<" not in script:
        return script
    script = _ACCESSOR.sub(accessor, script)
    return scope.write(script, lambda name, path: _spell(name, path, scope, known, code=code))


def _quoted(name: str, quote: str) -> str:
    return name.replace("\\", "\\\\").replace(quote, "\\" + quote)


def _spell(name: str, path: str, scope: Scope, known: Mapping[str, str] | None, *, code: bool = False) -> str | None:
    """JavaScript for one of our references; None for what n8n cannot say."""
    before = (known or {}).get(f"<{name}.{path}>" if path else f"<{name}>")
    if before is not None:
        return before
    if name == "variable":
        return f"$vars.{path}" if path else None
    node = scope.loop() if name == "loop" else name[1:] if name.startswith("@") else None
    title = flow(scope).names.get(node or "")
    if node is None or not title:
        return None
    head = path.partition(".")[0]
    row = scope.rows.get(node)
    call = f"$('{_quoted(title, chr(39))}')"
    if row is not None and row.kind is BlockKind.LOOP and head in {"index", "results"}:
        return f"{call}.{_ROUND}" if head == "index" else f"{call}.all()"
    steps = _steps(scope.theirs(path, node))
    if not code and producer(scope) == node:
        return f"$json{steps}"
    return f"{call}.{'first()' if code else 'item'}.json{steps}"


def _steps(path: str) -> str:
    """`a[0].b-c` as `.a[0]["b-c"]`."""
    found = ""
    for piece in path.split(".") if path else ():
        match = _PIECE.fullmatch(piece)
        found += f".{piece}" if match else piece if re.fullmatch(r"(\[\d+\])+", piece) else f'["{piece}"]'
    return found


def rewrite_text(text: str, before: str, scope: Scope) -> str:
    """`write_text` with references spelled as they were in the text before."""
    known: Known = {}
    if before.startswith("="):
        for match in _BRACES.finditer(before):
            read_script(match[1], scope, known)
    return write_text(text, scope, known)


def script_spelling(prior: object, scope: Scope) -> Known:
    """How a script spells its references."""
    known: Known = {}
    if isinstance(prior, str):
        read_script(prior, scope, known)
    return known
