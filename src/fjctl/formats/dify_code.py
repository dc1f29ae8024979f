"""Code: a function `main` over declared variables in Dify, a body with references in it elsewhere.

Code that has no `main` (a body that returns, as other builders write it) is put into one, and taken out again when it
is read: its references become parameters of `main`, under names that the body does not use. `open` puts code, language
and variables under one setting.

Source: langgenius/graphon `nodes/code` (`main` is called with the variables and has to return a map of the outputs).
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING, Any

from fjctl.formats import dify_texts as texts
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at
from fjctl.model.names import slug, unique
from fjctl.model.references import rename

if TYPE_CHECKING:
    from fjctl.formats.canvas.scope import Scope

_KINDS = {"python3": "python", "javascript": "javascript"}
_LANGUAGES = {kind: language for language, kind in _KINDS.items()}
_MAIN = re.compile(r"^\s*(?:async\s+)?(?:def|function)\s+main\b|\bmain\s*=", re.MULTILINE)
_WORDS = re.compile(r"\w+")
_BODY = "body"
_PYTHON = re.compile(
    r"def main\(([\w, ]*)\) -> dict:\n    def body\(\):\n(.*)\n\n    return \{\"result\": body\(\)\}\n", re.DOTALL
)
_SCRIPT = re.compile(
    r"function main\((?:\{([\w, ]*)\})?\) \{\n  const body = \(\) => \{\n"
    r"(.*)\n  \};\n\n  return \{result: body\(\)\};\n\}\n",
    re.DOTALL,
)
_MARGINS = {"python": " " * 8, "javascript": " " * 4}


def _within_texts(code: str, kind: str) -> set[int] | None:
    """The lines of code, from 0, that begin inside of a text and so cannot be indented; None: no line can."""
    if kind != "python":
        return None if "`" in code else set()
    found: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.start[0] < token.end[0] and token.type not in {tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER}:
                found.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        return set()
    return found


def wrap(code: str, kind: str, scope: Scope) -> tuple[str, Map]:
    """A `main` around a body, and its variables as name → reference."""
    taken = set(_WORDS.findall(code)) | {_BODY, "main"}
    names: dict[str, str] = {}

    def place(name: str, path: str) -> str | None:
        said = f"<{name}.{path}>" if path else f"<{name}>"
        if texts.write_selector(said, scope) is None:
            return None
        if said not in names:
            words = slug(path.rpartition(".")[2] or name.lstrip("@"), "value").encode("ascii", "ignore").decode()
            names[said] = unique(words.strip("_") if words.strip("_").isidentifier() else "value", taken)
            taken.add(names[said])
        return f"\x00{names[said]}\x00"

    body = rename(code, place).replace("<\x00", "").replace("\x00>", "")
    variables = {called: said for said, called in names.items()}
    listed = ", ".join(variables)
    margin, whole = _MARGINS.get(kind, ""), _within_texts(body, kind)
    inner = "\n".join(
        margin + line if line and whole is not None and place not in whole else line
        for place, line in enumerate(body.split("\n"))
    )
    if kind == "python":
        return f'def main({listed}) -> dict:\n    def body():\n{inner}\n\n    return {{"result": body()}}\n', variables
    given = f"{{{listed}}}" if listed else ""
    head = f"function main({given}) {{\n  const body = () => {{\n"
    return f"{head}{inner}\n  }};\n\n  return {{result: body()}};\n}}\n", variables


def is_body(code: Any) -> bool:
    """Whether code is a `main` that `wrap` made around a body, or a body without one."""
    held = code.get("code") if isinstance(code, dict) else None
    return not isinstance(held, str) or not has_main(held) or bool(_PYTHON.fullmatch(held) or _SCRIPT.fullmatch(held))


def has_main(code: Any) -> bool:
    """Whether code is written for Dify, with a function `main`."""
    return isinstance(code, str) and bool(_MAIN.search(code))


def unwrap(code: str, variables: Map) -> str | None:
    """The body of a `main` that `wrap` made, with its references; None for any other code."""
    match = _PYTHON.fullmatch(code) or _SCRIPT.fullmatch(code)
    if match is None or [name.strip() for name in (match[1] or "").split(",") if name.strip()] != list(variables):
        return None
    kind = "python" if code.startswith("def") else "javascript"
    margin, whole = _MARGINS[kind], _within_texts(code, kind)
    before = code[: match.start(2)].count("\n")
    lines = []
    for place, line in enumerate(match[2].split("\n"), before):
        inner = whole is not None and place not in whole
        if inner and line and not line.startswith(margin):
            return None
        lines.append(line.removeprefix(margin) if inner else line)
    return _WORDS.sub(lambda word: variables.get(word[0], word[0]), "\n".join(lines))


def _read(group: Any, scope: Scope) -> Read | None:
    held = group if isinstance(group, dict) else {}
    code, kind = held.get("code"), _KINDS.get(str(held.get("language")))
    variables, odd = texts.read_variables(held.get("variables"), scope)
    tool: Map = {"kind": kind} if kind is not None else {}
    body = unwrap(code, variables) if isinstance(code, str) and not odd else None
    if body is not None:
        return Read({"tool": {**tool, "code": body}})
    tool |= {"code": code} if isinstance(code, str) and code else {}
    tool |= {"arguments": variables} if variables else {}
    return Read({"tool": tool}, odd or ABSENT) if tool else None


def _write(fields: Any, prior: Any, beyond: Any, scope: Scope) -> Any:
    tool = at(fields, ("tool",))
    tool = tool if isinstance(tool, dict) else {}
    before = prior if isinstance(prior, dict) else {}
    code, kind = tool.get("code", ""), str(tool.get("kind", "python"))
    arguments = tool.get("arguments")
    variables: Map = dict(arguments) if isinstance(arguments, dict) else {}
    if not isinstance(code, str):
        return ABSENT
    bare = "code" not in before or unwrap(str(before["code"]), _known(before, scope)) is not None
    if bare and code and not variables and not _MAIN.search(code):
        code, variables = wrap(code, kind, scope)
    rows = []
    for name, said in variables.items():
        selector = texts.write_selector(said, scope)
        if selector is not None:
            rows.append(texts.variable_row(name, selector, before.get("variables") or []))
    odd = beyond if isinstance(beyond, list) else []
    language = _LANGUAGES.get(kind, before.get("language", "python3"))
    return {"code": code, "language": language, "variables": [*rows, *odd]}


def _known(before: Map, scope: Scope) -> Map:
    return texts.read_variables(before.get("variables"), scope)[0]


CODE = Form(_read, _write, translates=True)
