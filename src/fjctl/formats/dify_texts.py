"""References in Dify's three spellings: `{{#node.var#}}` in texts, `[node, var]` as selectors, `{{ x }}` in Jinja.

Sources: dify-plus `api/core/workflow/runtime/variable_pool.py` (the pattern of a reference), langgenius/graphon
(selectors; the namespaces `sys`, `env`, `conversation`; what each node gives out).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.model.names import unique
from fjctl.model.references import references
from fjctl.model.workflow import ENTRY_KINDS, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope

# Dify itself allows no hyphen in a node's id here; its editor does, and files from elsewhere have them.
_REFERENCE = re.compile(r"\{\{#([\w-]{1,50})((?:\.[a-zA-Z_]\w{0,49}){1,10})#\}\}", re.ASCII)
_ENVIRONMENT = re.compile(r"\{\{([A-Za-z_]\w*)\}\}", re.ASCII)
_JINJA = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)((?:\.\w+|\[\d+\])*)\s*-?\}\}", re.ASCII)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SAFE_NAME = re.compile(r"[^<>\s.=!&|]+")
MAIN_OUTPUT = {
    "llm": "text",
    "agent": "text",
    "tool": "text",
    "http-request": "body",
    "template-transform": "output",
    "knowledge-retrieval": "result",
    "variable-aggregator": "output",
    "variable-assigner": "output",
    "document-extractor": "text",
    "list-operator": "result",
    "question-classifier": "class_name",
    "iteration": "output",
    "code": "result",
}
"""What `<state>` alone means: the output of a node that it is mostly asked for."""


def entry(scope: Scope) -> str | None:
    """The node where the workflow begins: `sys.query` and the like are its outputs in our words."""
    if "entry" not in scope.memo:
        entries = [name for name, row in scope.rows.items() if row.kind in ENTRY_KINDS]
        plain = [name for name in entries if scope.rows[name].name.partition("/")[0] == "start"]
        scope.memo["entry"] = next(iter(plain or entries), None)
    found: str | None = scope.memo["entry"]
    return found


_INSIDE = {BlockKind.LOOP: "loop", BlockKind.PARALLEL: "parallel"}
_OF_A_ROUND = ("currentItem", "index")


def _around(scope: Scope, word: str = "") -> tuple[str, str] | None:
    """The container that a text stands in (the innermost, or that of a kind), and the word for its kind."""
    seen = set[str]()
    name = scope.parents.get(scope.node.id)
    while name is not None and name not in seen:
        row = scope.rows.get(name)
        found = _INSIDE.get(row.kind) if row is not None and row.kind is not None else None
        if found is not None and word in {"", found}:
            return name, found
        seen.add(name)
        name = scope.parents.get(name)
    return None


def ours(head: str, path: str, scope: Scope) -> str | None:
    """The model's spelling of a reference; None where it leads nowhere."""
    around = _around(scope)
    if around is not None and head == around[0]:
        named = scope.ours(head, path)
        inside = named.partition(".")[2][:-1] if named is not None else ""
        if inside.startswith(_OF_A_ROUND):
            return f"<{around[1]}.{inside}>"
    if head == "conversation":
        return f"<variable.{path}>" if _SAFE_NAME.fullmatch(path.partition(".")[0]) and ">" not in path else None
    if head == "env":
        return f"{{{{{path}}}}}" if _WORD.fullmatch(path) else None
    if head == "sys":
        start = entry(scope)
        return scope.ours(start, f"sys.{path}") if start is not None else None
    return scope.ours(head, path)


def theirs(name: str, path: str, scope: Scope) -> tuple[str, str] | None:
    """Node and path of a reference of the model (`name` as in `<name.path>`); None where Dify has no such thing."""
    if name == "variable":
        return ("conversation", path) if path else None
    if name in {"loop", "parallel"}:
        around = _around(scope, name) or _around(scope)
        return theirs(f"@{around[0]}", path, scope) if around is not None else None
    if not name.startswith("@") or name[1:] not in scope.rows:
        return None
    node = name[1:]
    found = scope.theirs(path, node)
    if found.startswith("sys.") and scope.rows[node].kind in ENTRY_KINDS:
        return "sys", found[4:]
    found = found or MAIN_OUTPUT.get(scope.rows[node].name.partition("/")[0], "")
    return (node, found) if found else None


def read_text(text: str, scope: Scope) -> str:
    """A text with Dify's references in the model's spelling."""
    if "{{#" not in text:
        return text
    return _REFERENCE.sub(lambda match: ours(match[1], match[2][1:], scope) or match[0], text)


def write_text(text: str, scope: Scope, before: str = "") -> str:
    """The way back. In a new document every `{{NAME}}` is an environment variable, else only those that it declares or
    that the text asked for `before`."""

    def spell(name: str, path: str) -> str | None:
        found = theirs(name, path, scope)
        spelled = f"{{{{#{found[0]}.{_dotted(found[1])}#}}}}" if found is not None else ""
        return spelled if _REFERENCE.fullmatch(spelled) else None

    def variable(match: re.Match[str]) -> str:
        spelled = f"{{{{#env.{match[1]}#}}}}"
        known = scope.drawing.fresh or match[1] in scope.drawing.environment or spelled in before
        return spelled if known else match[0]

    text = _ENVIRONMENT.sub(variable, text) if "{{" in text else text
    return scope.write(text, spell)


def _dotted(path: str) -> str:
    """A path without brackets: `items[0].name` → `items.0.name`."""
    return path.replace("[", ".").replace("]", "") if "[" in path else path


def read_selector(value: Any, scope: Scope) -> str | None:
    """A selector as a reference of the model; None where it is no selector, or leads nowhere."""
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(part, str) and part for part in value):
        return None
    return ours(value[0], ".".join(value[1:]), scope)


def write_selector(text: Any, scope: Scope) -> list[str] | None:
    """The selector of a text that is one reference and nothing else."""
    if not isinstance(text, str):
        return None
    variable = _ENVIRONMENT.fullmatch(text)
    if variable is not None:
        return ["env", variable[1]]
    found = next(references(text), None)
    if found is None or (found.start, found.end) != (0, len(text)):
        return None
    spelled = theirs(found.name, found.path, scope)
    return [spelled[0], *_dotted(spelled[1]).split(".")] if spelled is not None else None


def referred(value: Any) -> Iterator[tuple[str, str]]:
    """The references in what is written, in both spellings: node and path."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if "{{#" in item:
                yield from ((match[1], match[2][1:]) for match in _REFERENCE.finditer(item))
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            if len(item) > 1 and all(isinstance(part, str) for part in item):
                yield item[0], ".".join(item[1:])
            stack += item


# Variables: rows of a name and a selector.


def read_variables(rows: Any, scope: Scope) -> tuple[Map, list[Any]]:
    """Declared variables as name → reference, and the rows that are none (repeated, without name, leading nowhere)."""
    found: Map = {}
    rest: list[Any] = []
    for row in rows if isinstance(rows, list) else []:
        name = row.get("variable") if isinstance(row, dict) else None
        said = read_selector(row.get("value_selector"), scope) if isinstance(row, dict) else None
        if isinstance(name, str) and name and said is not None and found.get(name, said) == said:
            found[name] = said
        else:
            rest.append(row)
    return found, rest


def variable_row(name: str, selector: list[str], prior: Iterable[Any]) -> Map:
    """The row of a variable, as it stood if it stood there (old files have no `value_type`)."""
    for row in prior:
        if isinstance(row, dict) and row.get("variable") == name:
            return {**row, "value_selector": selector}
    return {"value_selector": selector, "variable": name}


# Jinja: `{{ x }}` over declared variables.


def read_jinja(template: str, variables: Map) -> tuple[str, Map]:
    """A template with the references of its variables in their place, and the variables it needs by name besides (in
    `{% %}` and filters, or not at all)."""
    plain: set[str] = set()

    def place(match: re.Match[str]) -> str:
        said = variables.get(match[1])
        if not isinstance(said, str) or not said.startswith("<"):
            return match[0]
        plain.add(match[1])
        return f"{said[:-1]}{match[2]}>"

    text = _JINJA.sub(place, template)
    left = {name: said for name, said in variables.items() if name not in plain or _mentions(text, name)}
    return text, left


def _mentions(text: str, name: str) -> bool:
    """Whether a name is asked for in what is left of a template's code."""
    return any(name in _WORD.findall(part) for part in re.findall(r"\{[{%].*?[%}]\}", text, re.DOTALL))


def write_jinja(text: str, variables: Map, known: Map, scope: Scope) -> tuple[str, Map]:
    """The way back: the template, and its variables as name → reference. `variables` are those it needs by name,
    `known` what the prior template called its references."""
    declared = dict(variables)
    names = {said: name for name, said in known.items() if isinstance(said, str)}

    def spell(name: str, path: str) -> str | None:
        if theirs(name, path, scope) is None:
            return None
        whole = f"<{name}.{path}>" if path else f"<{name}>"
        found = _declared(whole, names)
        if found is None:
            head, rest = _head(name, path)
            called = unique(_identifier(head), declared.keys() | known.keys())
            found = (called, rest)
            names[whole[: len(whole) - len(rest) - 1] + ">"] = called
        called, rest = found
        declared[called] = f"{whole[: len(whole) - len(rest) - 1]}>" if rest else whole
        return f"{{{{ {called}{rest} }}}}"

    return scope.write(text, spell), declared


def _declared(whole: str, names: Map) -> tuple[str, str] | None:
    """The variable whose reference a reference begins with, and what it adds; the longest counts."""
    best: tuple[str, str] | None = None
    for said, name in names.items():
        rest = whole[len(said) - 1 : -1]
        fits = whole == said or (whole.startswith(said[:-1]) and rest[:1] in {".", "["})
        if fits and (best is None or len(rest) < len(best[1])):
            best = (name, rest)
    return best


def _head(name: str, path: str) -> tuple[str, str]:
    """What a variable for a reference is called after, and the indices behind it, which stay in the template."""
    place = path.find("[")
    head, rest = (path, "") if place < 0 else (path[:place], path[place:])
    return head.rpartition(".")[2] or name.lstrip("@"), rest


def _identifier(text: str) -> str:
    words = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    return words if words and not words[0].isdigit() else f"arg_{words}" if words else "arg"
