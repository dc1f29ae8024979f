"""Rules about what may do harm: addresses inside, code that reaches out, what strangers write into tools."""

from __future__ import annotations

import ast
import ipaddress
import re
from typing import TYPE_CHECKING

from fjctl.checks import javascript as js
from fjctl.checks.build import strings
from fjctl.checks.rule import Problem
from fjctl.checks.rules.configuration import spot_of
from fjctl.checks.rules.references import used_in
from fjctl.model import secrets
from fjctl.model.references import environment, normalize
from fjctl.model.workflow import ENTRY_KINDS, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.build import Text
    from fjctl.checks.graph import Node
    from fjctl.checks.subject import Subject

_HOST = re.compile(r"https?://([^\s/?#<>{}\"'`\\]+)", re.IGNORECASE)
_METADATA = frozenset({"metadata.google.internal", "metadata", "instance-data", "metadata.azure.com"})
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def addresses(text: str) -> Iterator[tuple[str, int]]:
    """The hosts of web addresses in a text, with the offsets of their addresses."""
    for found in _HOST.finditer(text):
        yield found[1], found.start()


def host_of(authority: str) -> str:
    """The host of the part of an address before its path, without user and port."""
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host's spelling stands for, in all the ways that programs read one: dotted, one number, octal
    and hexadecimal parts, fewer parts than four, IPv6 with an IPv4 address in it."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _odd_spelling(host)
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return mapped or found


def _odd_spelling(host: str) -> ipaddress.IPv4Address | None:
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", part) for part in parts):
        return None
    try:
        numbers = [int(part, 0) if part[:2] in {"0x", "0X"} else int(part, 8 if part[:1] == "0" and part != "0" else 10)
                   for part in parts]  # fmt: skip
    except ValueError:
        return None
    *heads, last = numbers
    if any(number > 255 for number in heads) or last >= 256 ** (5 - len(parts)):
        return None
    value = last
    for place, number in enumerate(heads):
        value += number << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def is_inside(host: str) -> str:
    """What a host is if it is none of the public network: `loopback`, `private`, `metadata`; else empty."""
    name = host.lower()
    found = address_of(name)
    if name in _METADATA or str(found) in {"169.254.169.254", "fd00:ec2::254", "100.100.100.200"}:
        return "metadata"
    if found is not None:
        if found.is_loopback or found.is_unspecified:
            return "loopback"
        return "private" if not found.is_global else ""
    if name == "localhost" or name.endswith(".localhost"):
        return "loopback"
    return "private" if name.endswith(_LOCAL_NAMES) else ""


_WHAT = {
    "loopback": "the machine it runs on",
    "private": "a private network",
    "metadata": "the cloud's metadata service, which hands out credentials",
}


def address_inside(subject: Subject) -> Iterator[Problem]:
    """An address of the machine itself, a private network, or a cloud's metadata service.

    Why: on a server it reaches what nobody outside should: administration pages, other services, credentials. In a
    template it points to somebody else's machine.

    When it runs: hosted builders refuse such requests; self-hosted ones send them.

    Example:
        url: http://169.254.169.254/latest/meta-data/

    Instead: a public address, or one that is set where it runs.
        url: "{{SHOP_URL}}/orders"
    """
    for text in subject.texts:
        if text.role == "url" or (text.role in {"javascript", "python", "shell"} and "://" in text.value):
            for authority, at in addresses(text.value):
                kind = is_inside(host_of(authority))
                if kind:
                    message = f"{authority} is {_WHAT[kind]}"
                    hint = "use a public address, or one from the environment"
                    yield Problem(
                        text.spot.within(text.value[at : at + len(authority) + 7], at), message, hint, text.node
                    )


def plain_http(subject: Subject) -> Iterator[Problem]:
    """A request without encryption to a public host.

    Why: everybody on the way reads and changes what is sent, tokens included.

    When it runs: nothing stops it.

    Example:
        url: http://shop.example/orders

    Instead: with it.
        url: https://shop.example/orders
    """
    for text in subject.texts:
        if text.role != "url" or not text.value.lower().lstrip().startswith("http://"):
            continue
        for authority, at in addresses(text.value):
            host = host_of(authority)
            if host and not is_inside(host) and "." in host:
                message = f"what is sent to {host} can be read by everybody on the way"
                yield Problem(text.spot.within("http://", at), message, "write https://", text.node)
            break


_SECRET_NAMES = re.compile(r"[?&](api[_-]?key|access[_-]?token|token|secret|password|auth)=([^&#\s]+)", re.IGNORECASE)


def secret_in_url(subject: Subject) -> Iterator[Problem]:
    """A key or token in the query of an address.

    Why: addresses are kept in logs, histories and referrers; a header is not.

    When it runs: it works, and every proxy on the way notes the token.

    Example:
        url: https://shop.example/orders?api_key={{SHOP_KEY}}

    Instead: in a header.
        headers: {Authorization: "Bearer {{SHOP_KEY}}"}
    """
    for text in subject.texts:
        if text.role == "url":
            for found in _SECRET_NAMES.finditer(text.value):
                message = f"{found[1]!r} stands in the address, where logs keep it"
                yield Problem(
                    text.spot.within(found[0][1:], found.start() + 1), message, "send it in a header", text.node
                )


_REACHING = {
    "eval": "runs text as code",
    "Function": "runs text as code",
    "exec": "runs text as code",
    "compile": "makes code of text",
    "__import__": "loads any module",
}
_MODULES = {
    "child_process": "starts programs",
    "fs": "reads and writes files",
    "net": "opens connections",
    "os": "reaches the machine",
    "subprocess": "starts programs",
    "socket": "opens connections",
    "ctypes": "reaches the machine's memory",
    "pickle": "runs what it reads",
    "shutil": "changes files",
    "vm": "runs text as code",
    "worker_threads": "starts threads",
}


def unsafe_call(subject: Subject) -> Iterator[Problem]:
    """Code that runs text as code, starts programs, or touches files.

    Why: if anything of it comes from outside, a stranger decides what runs.

    When it runs: sandboxes of Sim and Dify refuse most of it; n8n and Flowise, self-hosted, run it if they are told to.

    Example:
        code: return eval(params.formula)

    Instead: say what is allowed.
        code: return params.a + params.b
    """
    for text in subject.texts:
        if text.role == "javascript":
            yield from _in_javascript(text)
        elif text.role == "python":
            yield from _in_python(text)


def _in_javascript(text: Text) -> Iterator[Problem]:
    if not any(word in text.value for word in ("eval", "Function", "require", "import", "process")):
        return
    tree = js.parse(text.value)
    for node in tree.nodes:
        what = name = ""
        if node.type in {"call_expression", "new_expression"}:
            called = node.child_by_field_name("function" if node.type == "call_expression" else "constructor")
            name = tree.words(called) if called is not None else ""
            if name in {"require", "import"}:
                arguments = node.child_by_field_name("arguments")
                module = tree.words(arguments).strip("()'\"` ") if arguments is not None else ""
                what = _MODULES.get(module.removeprefix("node:"), "")
                name = f"{name}({module!r})" if what else name
            elif name in {"eval", "Function"}:
                what = _REACHING[name]
        elif node.type == "import_statement":
            source = node.child_by_field_name("source")
            module = tree.words(source).strip("'\"") if source is not None else ""
            what, name = _MODULES.get(module.removeprefix("node:"), ""), f"import of {module!r}"
        elif node.type == "member_expression" and tree.words(node) in {"process.env", "process.exit"}:
            what, name = "reaches the machine", tree.words(node)
        if what:
            start, end = tree.span(node)
            yield _reaching(text, name, what, start, text.value[start:end])


def _reaching(text: Text, name: str, what: str, at: int, written: str) -> Problem:
    hint = "do without it, or accept it with a suppression that says why"
    return Problem(text.spot.within(written.split("\n", 1)[0], at), f"{name} {what}", hint, text.node)


def _in_python(text: Text) -> Iterator[Problem]:
    from fjctl.checks.rules.expressions import parsed_python

    module = parsed_python(text.value)
    if module is None:
        return
    lines = text.value.split("\n")
    for node in ast.walk(module):
        what = name = ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _REACHING:
            name, what = node.func.id, _REACHING[node.func.id]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [item.name for item in node.names]
            found = next((item for item in names if item.partition(".")[0] in _MODULES), "")
            name, what = f"import of {found!r}", _MODULES.get(found.partition(".")[0], "")
        if what and isinstance(node, (ast.stmt, ast.expr)):
            before = sum(len(line) + 1 for line in lines[: node.lineno - 1])
            line = lines[node.lineno - 1]
            yield _reaching(text, name, what, before + node.col_offset, line[node.col_offset :])


def untrusted_in_tool(subject: Subject) -> Iterator[Problem]:
    """What a stranger writes, straight into a command, or as the address of a request.

    Why: whoever starts the flow decides what runs or where it sends its credentials.

    When it runs: a shell runs the text with everything in it; a request goes where the text says.

    Example:
        a shell block: convert <start.file>

    Instead: choose among what is allowed, or check it before.
        a request to a fixed host, with the text in its path
    """
    for item in used_in(subject):
        text, node = item.text, item.target
        from_outside = normalize(item.reference.name) in {"start", "reply"} or (
            node is not None and (node.kind in ENTRY_KINDS or node.kind is BlockKind.HUMAN)
        )
        if not from_outside or not item.reference.path:
            continue
        if text.role == "shell":
            message = f"{item.shown} is put into a command as it comes"
            yield Problem(item.spot, message, "pass it as an argument that is checked before", text.node)
        elif text.role == "url" and text.value[: item.reference.start].strip() in {"", "http://", "https://"}:
            message = f"{item.shown} decides where the request goes"
            yield Problem(
                item.spot, message, "fix the host, and take only the path or the query from outside", text.node
            )


def secret_in_prompt(subject: Subject) -> Iterator[Problem]:
    """A value of the environment in a prompt.

    Why: what stands in a prompt is sent to the model's provider, kept in its logs, and can be asked for by customers.

    When it runs: Sim puts the value in its place before the call.

    Example:
        chat: "Use the key {{SHOP_KEY}} to look it up"

    Instead: let a tool use it.
        tools: {look_up: {kind: http, request: {headers: {Authorization: "Bearer {{SHOP_KEY}}"}}}}
    """
    if subject.dialect not in {"sim", "reactflow"}:
        return
    for text in subject.texts:
        node = subject.graph.nodes.get(text.node)
        if node is None or node.kind not in {BlockKind.AGENT, BlockKind.ROUTER} or text.role != "text":
            continue
        if text.path[0] not in {"prompt", "chat", "fork", "instructions"} and text.path[:2] != ("agent", "input"):
            continue
        for name in dict.fromkeys(environment(text.value)) if "{{" in text.value else ():
            if re.search(r"key|token|secret|password|credential", name, re.IGNORECASE):
                message = f"{name} is sent to the model"
                yield Problem(text.spot.within(name), message, "let a tool use it, not a prompt", text.node)


def reaches_out(subject: Subject) -> Iterator[Problem]:
    """Code that sends requests of its own.

    Why: no allow-list, no recording and no review of tools sees where it sends what.

    When it runs: sandboxes without a network fail; others send it.

    Example:
        code: return await fetch("https://shop.example").then(r => r.json())

    Instead: an HTTP block, and its result.
        return <fetch_orders.data>
    """
    for text in subject.texts:
        if text.role not in {"javascript", "python"}:
            continue
        found = _SENDING.search(text.value)
        if found is not None:
            line = text.value[found.start() :].split("\n", 1)[0]
            spot = text.spot.within(line[: len(found[0])], found.start())
            yield Problem(spot, f"the code sends requests of its own ({found[0]}…)", "use an HTTP block", text.node)


_SENDING = re.compile(
    r"\b(?:fetch\(|axios[.(]|XMLHttpRequest|requests\.(?:get|post|put|delete|patch|request)\("
    r"|urllib\.request|httpx\.|aiohttp\.)"
)


def plain_secret(subject: Subject) -> Iterator[Problem]:
    """A key, a token or a password in plain text.

    Why: whoever can read the file has it, and so has everybody who can read the history of the repository.

    When it runs: it works, until somebody else uses it. fjctl masks it in messages and keeps it out of its database.
    (In files of the other builders the reader finds it: FJ311.)

    Example:
        headers: {Authorization: Bearer 4f8a…}

    Instead: keep it where the builder keeps credentials, and name it.
        headers: {Authorization: "Bearer {{SHOP_TOKEN}}"}
    """
    if subject.side == "workflow" and subject.format not in {"sim", "reactflow"}:
        return
    for node in subject.graph.nodes.values():
        for path, value in strings(dict(node.fields)):
            if secrets.is_secret(path[-1], value):
                yield _secret(node, path, value)


def _secret(node: Node, path: tuple[str | int, ...], value: str) -> Problem:
    piece = secrets.find(value) or value
    message = f"a secret stands in plain text: {secrets.mask(piece)}"
    hint = "take it out of the file, name it ({{SHOP_TOKEN}}), and replace it if others saw the file"
    spot = spot_of(node, path, value)
    return Problem(spot.within(piece, value.find(piece)), message, hint, node.id)
