"""A tool function's contract: its docstring, its parameters as a JSON Schema, and what it does."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from fjctl.formats.parlant.values import Class

if TYPE_CHECKING:
    from fjctl.formats.parlant.values import Scope

_TYPES = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "dict": {"type": "object"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "timedelta": {"type": "string", "format": "duration"},
    "UUID": {"type": "string", "format": "uuid"},
    "Path": {"type": "string"},
    "Any": {},
}
_LISTS = frozenset({"list", "List", "Sequence", "set", "tuple", "Iterable"})


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> dict[str, Any]:
    """The parameters behind the context, as a JSON Schema; empty where there are none."""
    listed = [*node.args.posonlyargs, *node.args.args][1:]
    defaults: list[ast.expr | None] = [None] * len(listed)
    if node.args.defaults:
        defaults = ([None] * len(listed) + list(node.args.defaults))[-len(listed) :] if listed else []
    pairs = [*zip(listed, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    if not pairs:
        return {}
    properties: dict[str, Any] = {}
    required = []
    for parameter, default in pairs:
        shape = schema(parameter.annotation, scope)
        if default is None:
            required.append(parameter.arg)
        elif isinstance(default, ast.Constant) and default.value is not None:
            shape["default"] = default.value
        elif isinstance(default, ast.Attribute) and isinstance(default.value, ast.Name):
            known = scope.find(default.value.id)
            members = _named(known.node) if isinstance(known, Class) else {}
            shape |= {"default": members[default.attr]} if default.attr in members else {}
        properties[parameter.arg] = shape
    found: dict[str, Any] = {"type": "object", "properties": properties}
    return {**found, "required": required}


def schema(annotation: ast.expr | None, scope: Scope) -> dict[str, Any]:
    """The JSON Schema of an annotation; `{type: object}` for a class that is not known here."""
    if annotation is None:
        return {}
    if isinstance(annotation, ast.Constant):
        return _quoted(annotation, scope)
    if isinstance(annotation, ast.BinOp):
        sides = [side for side in (annotation.left, annotation.right) if not _is_none(side)]
        return schema(sides[0], scope) if len(sides) == 1 else {}
    if isinstance(annotation, ast.Subscript):
        return _subscripted(annotation, scope)
    name = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
    if name in _LISTS:
        return {"type": "array"}
    if name in _TYPES:
        return dict(_TYPES[name])
    known = scope.find(name)
    options = _members(known.node) if isinstance(known, Class) else []
    return {"type": "string", "enum": options} if options else {"type": "object"}


def _quoted(annotation: ast.Constant, scope: Scope) -> dict[str, Any]:
    if not isinstance(annotation.value, str):
        return {}
    try:
        return schema(ast.parse(annotation.value, mode="eval").body, scope)
    except SyntaxError:
        return {}


def _subscripted(annotation: ast.Subscript, scope: Scope) -> dict[str, Any]:
    base = annotation.value
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    if name == "Optional":
        return schema(inner[0], scope)
    if name == "Literal":
        return {"type": "string", "enum": [item.value for item in inner if isinstance(item, ast.Constant)]}
    if name == "Annotated":
        found = schema(inner[0], scope)
        for item in inner[1:]:
            for word in item.keywords if isinstance(item, ast.Call) else ():
                if word.arg == "description" and isinstance(word.value, ast.Constant):
                    found["description"] = word.value.value
        return found
    if name == "Union":
        sides = [side for side in inner if not _is_none(side)]
        return schema(sides[0], scope) if len(sides) == 1 else {}
    if name in _LISTS:
        return {"type": "array", "items": schema(inner[0], scope)}
    return {"type": "object"}


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _named(node: ast.ClassDef) -> dict[str, object]:
    """The constants of a class by their names."""
    return {
        item.targets[0].id: item.value.value
        for item in node.body
        if isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and isinstance(item.value, ast.Constant)
    }


def _members(node: ast.ClassDef) -> list[str]:
    """The values of an enumeration of texts."""
    given = [item.value for item in node.body if isinstance(item, ast.Assign)]
    found = [item.value for item in given if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return found if any("Enum" in ast.unparse(base) for base in node.bases) else []


def doc_node(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Constant | None:
    """The docstring's literal."""
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value
    return None


def described(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The docstring without its indentation."""
    found = doc_node(node)
    return inspect.cleandoc(str(found.value)) if found is not None else ""


def body_span(node: ast.FunctionDef | ast.AsyncFunctionDef, starts: list[int], text: str) -> tuple[int, int] | None:
    """Where in the text the lines of a function's body stand, without its docstring; None if there are none of their
    own. `starts`: offsets of the lines."""
    after = doc_node(node)
    first = node.body[0].lineno if after is None else (after.end_lineno or after.lineno) + 1
    header = max([node.lineno, *(default.end_lineno or 0 for default in node.args.defaults)])
    last = node.body[-1].end_lineno or node.body[-1].lineno
    if first > last or (after is None and node.body[0].lineno == header and _shares(node, starts, text)):
        return None
    return starts[first - 1], min(starts[last] if last < len(starts) else len(text), len(text))


def _shares(node: ast.FunctionDef | ast.AsyncFunctionDef, starts: list[int], text: str) -> bool:
    """Whether the body begins on the line of the `def`."""
    start = starts[node.body[0].lineno - 1]
    return bool(text[start : start + 200].lstrip().startswith(("def ", "async ")))


def dedented(code: str) -> str:
    """A body's lines without their indentation, blank lines around them, and the blanks at their ends."""
    return textwrap.dedent(code).strip("\n").rstrip()
