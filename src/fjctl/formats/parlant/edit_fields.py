"""Edits of a script that make no state: arguments of calls, tools, guidelines, canned responses."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, cast

from fjctl.formats.parlant import written
from fjctl.formats.parlant.bodies import function
from fjctl.formats.parlant.names import identifier
from fjctl.formats.parlant.pretty import INDENT, Raw, call, docstring, literal
from fjctl.formats.parlant.signature import body_span, doc_node
from fjctl.formats.parlant.spans import Changes
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.parlant.reading import Place, Reading
    from fjctl.formats.parlant.script import Script
    from fjctl.formats.parlant.values import Call
    from fjctl.model.journey import Journey
    from fjctl.source import Pointer

_GUIDE_FIELDS = ("condition", "action", "description", "labels", "priority", "tools")


class RefusedError(Exception):
    """A change that has no place in the script."""

    def __init__(self, pointer: Pointer) -> None:
        super().__init__(pointer)
        self.pointer = pointer


class Fields:
    """What an edit of a script works on, and the edits of arguments, tools, guidelines and canned responses."""

    def __init__(self, script: Script, reading: Reading, wanted: Journey, *, at_call: bool) -> None:
        self.script = script
        self.reading = reading
        self.before = reading.journey
        self.wanted = wanted
        self.at_call = at_call
        self.changes = Changes(script.lines)
        self.new_keys: dict[str, str] = {}
        self.tools = {name: node.name for name, node in reading.functions.items()}
        self.anchors: dict[str, ast.stmt] = {}
        self.needed: set[str] = set()
        self.made_by: dict[str, str] = {}
        self.written: dict[tuple[str, str], ast.stmt] = {}
        tree = ast.parse(script.source.text)
        self.top = tree.body
        self.taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.loads = [
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        ]
        self.taken |= {getattr(node, "name", "") for node in ast.walk(tree)}
        self.imported, self.alias = _imports(self.top)
        head = reading.calls[()]
        self.journey = reading.states[next(iter(reading.states))].journey.variable or "journey"
        self.last: ast.stmt = head.statement
        for pointer, item in reading.calls.items():
            if pointer and pointer[0] in {"states", "start", "guidelines", "canned"}:
                self.last = max(self.last, item.statement, key=lambda node: node.lineno)
        self.last = _beside(head.statement, self.last, tree)

    def sdk(self, name: str, pointer: Pointer) -> str:
        """Something of the SDK, as this script spells it."""
        if self.alias:
            return f"{self.alias}.{name}"
        plain = name.partition(".")[0]
        if plain in self.imported:
            return self.imported[plain] + name[len(plain) :]
        raise RefusedError(pointer)

    def field(self, made: Call, pointer: Pointer, argument: str, before: Any, after: Any, code: Any = None) -> None:
        """An argument of a call, from one value to another; None is none. `code`: how the value is written."""
        if same(before, after):
            return
        level = self.changes.level(made.node)
        if after is None:
            self.changes.without(made.node, argument)
            return
        if code is None and isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            places = [self.reading.places.get((*pointer, n)) for n in range(len(after))]
            if all(places) and all(isinstance(item, str) for item in after):
                for n, place in enumerate(places):
                    if place is not None and before[n] != after[n]:
                        self.changes.replace(self._literal(place), literal(after[n]))
                return
        text = literal(after if code is None else code, level + 1)
        place = self.reading.places.get(pointer) if before is not None else None
        if place is not None and self._literal(place) is place.node:
            self.changes.replace(place.node, text)
        elif place is not None and any(word.value is place.argument for word in made.node.keywords):
            self.changes.replace(place.argument, text)
        else:
            self.changes.argument(made.node, argument, text)

    def _literal(self, place: Place) -> ast.AST:
        """What is replaced for a value: the literal that it comes from, or the argument where that is used further."""
        name = place.argument.id if isinstance(place.argument, ast.Name) else ""
        return place.argument if self.at_call or self.loads.count(name) > 1 else place.node

    def head(self) -> None:
        """The journey's own fields, and its agent's."""
        made = self.reading.calls[()]
        before, after = cast("dict[str, Any]", self.before), cast("dict[str, Any]", self.wanted)
        trigger = next((word for word in ("triggers", "conditions") if word in made.arguments), "conditions")
        for key, argument in (("title", "title"), ("description", "description"), ("triggers", trigger)):
            self.field(made, (key,), argument, before.get(key), after.get(key))
        for key in ("labels", "priority"):
            self.field(made, (key,), key, before.get(key), after.get(key))
        if before.get("mode") != after.get("mode"):
            self.field(made, ("mode",), "composition_mode", before.get("mode"), after.get("mode"), self._mode(after))
        agent = self.reading.calls.get(("extras", "agent"))
        old, new = (journey.get("extras", {}).get("agent", {}) for journey in (before, after))
        for key in ("name", "description") if agent is not None else ():
            self.field(cast("Call", agent), ("extras", "agent", key), key, old.get(key), new.get(key))

    def _mode(self, holder: Mapping[str, Any]) -> Raw:
        mode = written.MODES.get(holder.get("mode", ""), "FLUID")
        return Raw(self.sdk(f"CompositionMode.{mode}", ("mode",)))

    def edit_tools(self) -> None:
        """Docstrings and bodies of tools, and new tools."""
        before, after = self.before.get("tools", {}), self.wanted.get("tools", {})
        for name, tool in after.items():
            node = self.reading.functions.get(name)
            if name not in before:
                self._new_tool(name, tool)
            elif node is not None and not same(cast("Any", before[name]), cast("Any", tool)):
                self._tool(name, node, cast("Any", before[name]), cast("Any", tool))

    def _new_tool(self, name: str, tool: Any) -> None:
        self.tools[name] = identifier(name, self.taken, "tool")
        self.taken.add(self.tools[name])
        made = function(self.tools[name], tool)
        first = next(n for n in self.top if n.lineno <= self.last.lineno <= (n.end_lineno or n.lineno))
        helpers = "".join(f"{text}\n\n" for text in made.helpers)
        source = helpers + made.source
        for plain in ("tool", "ToolContext", "ToolResult"):
            source = re.sub(rf"\bp\.{plain}\b", self.sdk(plain, ("tools", name)), source)
        self.changes.before(first, source.rstrip("\n") + "\n\n")
        known = {a.asname or a.name for n in self.top if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
        wanted = sorted(item for item in made.imports if item.rpartition(".")[2] not in known)
        pairs = [item.rpartition(".") for item in wanted]
        lines = [f"from {module} import {plain}" if module else f"import {plain}" for module, _, plain in pairs]
        imports = [n for n in self.top if isinstance(n, (ast.Import, ast.ImportFrom))]
        if lines:
            self.changes.before(imports[0] if imports else self.top[0], "\n".join(lines))

    def _tool(self, name: str, node: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
        if before.get("parameters") != after.get("parameters"):
            raise RefusedError(("tools", name, "parameters"))
        if before.get("description") != after.get("description"):
            place = doc_node(node)
            lines = docstring(after.get("description", ""), 1)
            if place is not None:
                self.changes.replace(place, "\n".join(lines).strip() if after.get("description") else '""')
            else:
                self.changes.before(node.body[0], "\n".join(line.removeprefix(INDENT) for line in lines))
        if before.get("code") != after.get("code"):
            span = body_span(node, self.script.lines.starts, self.script.lines.text)
            if span is None:
                raise RefusedError(("tools", name, "code"))
            made = function(node.name, cast("Any", {**after, "kind": "python"})).source
            body = made[made.index("ToolResult:\n") + len("ToolResult:\n") :]
            if after.get("description"):
                body = body[len("\n".join(docstring(after["description"], 1))) + 1 :]
            self.changes.add(*span, body)

    def lists(self) -> None:
        """Guidelines and canned responses."""
        self._guidelines()
        old, new = self.before.get("canned", []), self.wanted.get("canned", [])
        for place, text in enumerate(old):
            made = self.reading.calls[("canned", place)]
            if len(old) == len(new):
                self.field(made, ("canned", place), "template", text, new[place])
            elif text not in new:
                self.changes.statement(made.statement)
        for text in new if len(old) != len(new) else ():
            if text not in old:
                self._said("create_canned_response", {"template": text})

    def _guidelines(self) -> None:
        old = cast("list[dict[str, Any]]", self.before.get("guidelines", []))
        new = cast("list[dict[str, Any]]", self.wanted.get("guidelines", []))
        pairs = {place: new.index(item) for place, item in enumerate(old) if item in new}
        for place, item in enumerate(old):
            same_place = len(old) == len(new) and place not in pairs.values()
            near = (
                n for n, other in enumerate(new) if n not in pairs.values() and other["condition"] == item["condition"]
            )
            if place not in pairs:
                found = next(near, place if same_place else None)
                if found is not None:
                    pairs[place] = found
        for place, item in enumerate(old):
            made = self.reading.calls[("guidelines", place)]
            if place not in pairs:
                self.changes.statement(made.statement)
                continue
            other = new[pairs[place]]
            for key in _GUIDE_FIELDS:
                code = [Raw(self.tools.get(name, name)) for name in other.get("tools", [])] if key == "tools" else None
                self.field(made, ("guidelines", place, key), key, item.get(key), other.get(key), code)
        for place, item in enumerate(new):
            if place not in pairs.values():
                self._said(*written.guideline(cast("Any", item), self.tools))

    def _said(self, method: str, arguments: dict[str, Any]) -> None:
        level = self.changes.level(self.last)
        made = call(f"{self.journey}.{method}", arguments, level, len("await "))
        self.changes.behind(self.last, f"await {made}".replace("\n" + INDENT * level, "\n"))


def _imports(top: list[ast.stmt]) -> tuple[dict[str, str], str]:
    """The names that a module imports from the SDK, each as it is called there, and what the SDK itself is called."""
    names: dict[str, str] = {}
    alias = ""
    for node in top:
        if isinstance(node, ast.Import):
            alias = next((a.asname for a in node.names if a.name == "parlant.sdk" and a.asname), alias)
        elif isinstance(node, ast.ImportFrom) and node.module == "parlant":
            alias = next((a.asname or a.name for a in node.names if a.name == "sdk"), alias)
        elif isinstance(node, ast.ImportFrom) and node.module == "parlant.sdk":
            names |= {a.name: a.asname or a.name for a in node.names}
    return names, alias


def _beside(first: ast.stmt, last: ast.stmt, tree: ast.Module) -> ast.stmt:
    """The statement in the block of `first` in which `last` stands; `last` where it stands elsewhere."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and any(item.lineno == first.lineno for item in body):
            around = (item for item in body if item.lineno <= last.lineno <= (item.end_lineno or item.lineno))
            found = next(around, None)
            if found is not None and not isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                return cast("ast.stmt", found)
    return last
