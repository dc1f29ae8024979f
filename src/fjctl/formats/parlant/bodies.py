"""What a tool function does: its signature from the tool's contract, its body from what the contract calls."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.parlant.names import identifier
from fjctl.formats.parlant.pretty import INDENT, Raw, bracketed, call, docstring, literal, text
from fjctl.model.names import unique
from fjctl.model.references import references

if TYPE_CHECKING:
    from fjctl.model.journey import Tool
    from fjctl.source import JsonValue

_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_ENVIRONMENT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_RETURNS = re.compile(r"\breturn\b.*\bToolResult\b|^\s*raise\b", re.MULTILINE)
_JAVASCRIPT = '''async def run_javascript(code: str, values: dict[str, Any]) -> Any:
    """Runs the body of a JavaScript function with Node.js and gives back what it returns."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "-e",
        "const [code, values] = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "const Body = Object.getPrototypeOf(async function () {}).constructor;"
        "new Body(...Object.keys(values), code)(...Object.values(values))"
        ".then((found) => process.stdout.write(JSON.stringify(found ?? null)));",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps([code, values]).encode())
    if process.returncode:
        raise RuntimeError("the code failed; its message is in the log")
    return json.loads(output)
'''


class Function(NamedTuple):
    """A tool's function: its source, the modules it imports, the helpers it calls, and whether it does its work."""

    source: str
    imports: frozenset[str] = frozenset()
    helpers: tuple[str, ...] = ()
    complete: bool = True


def function(name: str, tool: Tool) -> Function:
    """The function of a tool, decorated and documented."""
    body = _Body(name, tool)
    lines = body.lines()
    signature = bracketed(f"async def {name}(", ["context: p.ToolContext", *body.signature()], ") -> p.ToolResult:")
    described = tool.get("description") or tool.get("title") or ""
    if described.strip():
        lines = [*docstring(described, 1), *lines]
    source = "\n".join(["@p.tool", signature, *lines]) + "\n"
    return Function(source, frozenset(body.imports), tuple(body.helpers), body.complete)


class _Body:
    def __init__(self, name: str, tool: Tool) -> None:
        self.name = name
        self.tool = tool
        self.choices: dict[str, dict[str, str]] = {}
        self.imports: set[str] = set()
        self.helpers: list[str] = []
        self.complete = True
        self.parameters: dict[str, str] = {}
        self.optional: dict[str, str] = {}
        self.given: dict[str, str] = {}
        schema = tool.get("parameters", {})
        wanted = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
        required = schema.get("required")
        for key, shape in (wanted or {}).items():  # type: ignore[union-attr]
            self._parameter(key, shape, needed=not isinstance(required, list) or key in required)

    def signature(self) -> list[str]:
        """The parameters behind the context: those that must be given first."""
        needed = [f"{name}: {kind}" for name, kind in self.parameters.items() if name not in self.optional]
        return needed + [f"{name}: {self.parameters[name]} = {default}" for name, default in self.optional.items()]

    def _parameter(self, key: str, shape: Any, *, needed: bool) -> None:
        shape = shape if isinstance(shape, dict) else {}
        name = key if key.isidentifier() and key != "context" else identifier(key, self.parameters, "value")
        kind = self._type(shape, name)
        if not needed:
            default = shape.get("default")
            self.optional[name] = self._member(kind, default)
            if default is None:
                self.imports.add("typing.Optional")
                kind = f"Optional[{kind}]"
        self.parameters[name] = kind
        self.given[key] = f"{name}.value" if kind.removeprefix("Optional[").rstrip("]") in self.choices else name

    def _type(self, shape: dict[str, Any], name: str) -> str:
        """An annotation that the SDK takes: of generic ones it knows lists of plain types alone, and of choices
        enumerations of texts."""
        options = shape.get("enum")
        if isinstance(options, list) and options and all(isinstance(item, str) for item in options):
            return self._choice(name, list(dict.fromkeys(options)))
        kind = shape.get("type")
        if kind == "array":
            items = shape.get("items")
            inner = self._type(items, name) if isinstance(items, dict) and items.get("type") != "array" else "str"
            return f"list[{inner}]"
        return _TYPES.get(str(kind), "str")

    def _choice(self, name: str, options: list[str]) -> str:
        """An enumeration for a parameter, named after the tool and it."""
        title = "".join(word[:1].upper() + word[1:] for word in f"{self.name}_{name}".split("_") if word)
        members: dict[str, str] = {}
        for option in options:
            plain = identifier(option, {"mro"}, "value").upper()
            members[unique(plain, members)] = option
        self.choices[title] = members
        rows = [f"{INDENT}{member} = {text(option)}" for member, option in members.items()]
        self.imports.add("enum.Enum")
        self.helpers.append("\n".join([f"class {title}(str, Enum):", *rows]) + "\n")
        return title

    def _member(self, kind: str, default: Any) -> str:
        """A default: a literal, or the member of an enumeration."""
        members = self.choices.get(kind, {})
        found = (f"{kind}.{member}" for member, option in members.items() if option == default)
        return next(found, literal(default))

    def lines(self) -> list[str]:
        """The body, indented by one level; reading it adds to the parameters."""
        kind = self.tool["kind"]
        made = {
            "http": self._http,
            "python": self._python,
            "javascript": self._javascript,
            "workflow": self._workflow,
            "assign": self._assign,
        }.get(kind, self._missing)()
        return [INDENT + line if line else "" for line in made]

    def _http(self) -> list[str]:
        request = self.tool.get("request", {})
        arguments: dict[str, Any] = {
            "*method": str(request.get("method") or "GET").upper(),
            "*url": self._filled(request.get("url", "")),
        }
        for key, given in (("params", "query"), ("headers", "headers"), ("json", "body")):
            if request.get(given):
                arguments[key] = self._filled(request[given])  # type: ignore[literal-required]
        self.imports.add("httpx")
        sent = call("client.request", arguments, 2, len("response = await "))
        return [
            "async with httpx.AsyncClient() as client:",
            *f"    response = await {sent}".replace("\n    ", "\n").split("\n"),
            "response.raise_for_status()",
            "return p.ToolResult(response.json())",
        ]

    def _python(self) -> list[str]:
        code = textwrap.dedent(self.tool.get("code", "")).strip("\n").rstrip()
        as_told = _RETURNS.search(code) is not None
        code = code if as_told else self._replaced(code, lambda name: name)
        inner = [INDENT + line if line.strip() else "" for line in code.split("\n")]
        if not code.strip() or not _is_body(inner):
            return self._missing()
        if as_told:
            return code.split("\n")
        self.imports.add("typing.Any")
        return ["async def run() -> Any:", *inner, "", "return p.ToolResult(await run())"]

    def _javascript(self) -> list[str]:
        code = self._replaced(self.tool.get("code", ""), lambda name: name)
        self.imports |= {"asyncio", "json", "typing.Any"}
        self.helpers.append(_JAVASCRIPT)
        spelled = {item.removesuffix(".value"): item for item in self.given.values()}
        values = {name: Raw(spelled.get(name, name)) for name in self.parameters}
        found = call("found = await run_javascript", {"*code": code, "*values": values}, 1)
        return [*found.replace("\n    ", "\n").split("\n"), "return p.ToolResult(found)"]

    def _workflow(self) -> list[str]:
        inputs = self._filled(self.tool.get("arguments", {}))
        named = inputs if isinstance(inputs, dict) else {}
        named = {**named, **{key: Raw(name) for key, name in self.given.items() if key not in named}}
        self.imports |= {"httpx", "os"}
        url = Raw(f"f\"{{os.environ['WORKFLOWS_URL']}}/{self.tool.get('workflow', 'workflow')}\"")
        sent = call("client.post", {"*url": url, "json": named}, 2, len("response = await "))
        return [
            "async with httpx.AsyncClient() as client:",
            *f"    response = await {sent}".replace("\n    ", "\n").split("\n"),
            "response.raise_for_status()",
            "return p.ToolResult(response.json())",
        ]

    def _assign(self) -> list[str]:
        values = self._filled(self.tool.get("assign", {}))
        return call("return p.ToolResult", {"*": values}, 1).replace("\n    ", "\n").split("\n")

    def _missing(self) -> list[str]:
        self.complete = False
        where = self.tool.get("service") or self.tool.get("server") or self.tool["kind"]
        return [f"raise NotImplementedError({text(f'call {where} here')})"]

    def _filled(self, value: JsonValue) -> Any:
        """A value with its references as parameters and `{{NAME}}` from the environment."""
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return [self._filled(item) for item in value] if isinstance(value, list) else value

    def _string(self, value: str) -> Any:
        pieces = [(item.start, item.end, self._named(item.name, item.path)) for item in references(value)]
        for match in _ENVIRONMENT.finditer(value):
            self.imports.add("os")
            pieces.append((match.start(), match.end(), f"os.environ['{match[1]}']"))
        if not pieces:
            return value
        if len(pieces) == 1 and pieces[0][:2] == (0, len(value)):
            return Raw(pieces[0][2].replace("'", '"'))
        last, body, quoted = 0, "", any("'" in code for _, _, code in pieces)
        single = value.count('"') > value.count("'") and not quoted
        for start, end, code in [*sorted(pieces), (len(value), len(value), "")]:
            body += _plain(value[last:start], single=single) + (f"{{{code}}}" if code else "")
            last = end
        return Raw(f"f'{body}'" if single else f'f"{body}"')

    def _named(self, name: str, path: str) -> str:
        """The parameter that a reference becomes."""
        key = (path.rpartition(".")[2] if path else name) or name
        if key not in self.given:
            known = identifier(key, {"context"}, "value")
            self.given[key] = known
            self.parameters.setdefault(known, "str")
        return self.given[key]

    def _replaced(self, code: str, spelled: Any) -> str:
        last, result = 0, ""
        for found in references(code):
            result += code[last : found.start] + spelled(self._named(found.name, found.path))
            last = found.end
        return result + code[last:]


def _is_body(lines: list[str]) -> bool:
    """Whether lines are the body of a function in Python; what a file says they are need not be so."""
    try:
        ast.parse("\n".join(["async def run():", *lines]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _plain(value: str, *, single: bool) -> str:
    """A piece of an f-string's text, for single or double quotes around it."""
    # What is put behind, and taken away again, decides which quotes `text` chooses.
    more = ('"' if single else "'") * (len(value) + 1)
    return text(value + more)[1 : -len(more) - 1].replace("{", "{{").replace("}", "}}")
