"""Writing a module for journeys as a Parlant developer would have by hand.

`write_module` is the entry point: pure, and the same text for the same journeys. What it is given should have been
brought into a form that Parlant accepts before (`conversion/lower.py`); it writes what it is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fjctl.formats.parlant import written
from fjctl.formats.parlant.bodies import function
from fjctl.formats.parlant.names import identifier
from fjctl.formats.parlant.pretty import INDENT, WIDTH, Raw, call, docstring
from fjctl.model.names import humanize, slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.diagnostics import Loss
    from fjctl.formats.parlant.bodies import Function
    from fjctl.model.journey import Journey, Tool

_STANDARD = ("asyncio", "json", "os")
_TAKEN = frozenset({"asyncio", "json", "os", "httpx", "p", "main", "agent", "server", "journey", "context", "client"})


@dataclass(slots=True)
class Module:
    """A module's text; `keys` has, for each journey by name, its states' variables; `tools` the functions' names by
    tool; `unfinished` names the tools whose bodies are left to the user."""

    text: str
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


def write_module(journeys: Sequence[Journey]) -> Module:
    """A new module with one function for each tool and each journey, and a `main` that serves them.

    A journey that another one links to must be among `journeys`. Tools of one name are the same tool.
    """
    writer = _Writer(journeys)
    return writer.module()


class _Writer:
    def __init__(self, journeys: Sequence[Journey]) -> None:
        self.journeys = _linked_first(journeys)
        self.taken = set(_TAKEN)
        self.tools: dict[str, str] = {}
        self.imports: set[tuple[str, str]] = set()
        self.functions: list[Function] = []
        self.result = Module("")
        self.builders: dict[str, str] = {}
        for journey in self.journeys:
            for name, tool in journey.get("tools", {}).items():
                if name not in self.tools:
                    self.tools[name] = self._tool(name, tool)
        for journey in self.journeys:
            name = identifier(f"create_{slug(journey['journey'])}", self.taken)
            self.builders[journey["journey"]] = name
            self.taken.add(name)

    def _tool(self, name: str, tool: Tool) -> str:
        """How a tool is named in the module: it is imported, known to a service, or a function of the module."""
        settings = tool.get("settings", {})
        origin, known = settings.get(written.MODULE), settings.get(written.TOOL_ID)
        if isinstance(origin, str) and name.isidentifier() and name not in self.taken:
            self.taken.add(name)
            self.imports.add((origin, name))
            return name
        if isinstance(known, str) and tool.get("service"):
            return call("p.ToolId", {"*service": tool["service"], "*tool": known})
        plain = identifier(name, self.taken, "tool")
        self.taken.add(plain)
        made = function(plain, tool)
        self.functions.append(made)
        if not made.complete:
            self.result.unfinished.append(name)
        return plain

    def module(self) -> Module:
        parts = [self._heading(), *dict.fromkeys(text for made in self.functions for text in made.helpers)]
        parts += [made.source for made in self.functions]
        parts += [self._builder(journey) for journey in self.journeys]
        parts += [self._main(), 'if __name__ == "__main__":\n    asyncio.run(main())\n']
        self.result.text = "\n\n".join(parts)
        self.result.tools = {name: plain for name, plain in self.tools.items() if plain.isidentifier()}
        return self.result

    def _heading(self) -> str:
        titles = [journey.get("title") or humanize(journey["journey"]) for journey in self.journeys]
        wanted = {"asyncio"}.union(*(made.imports for made in self.functions))
        names = sorted(name.removeprefix("typing.") for name in wanted if name.startswith("typing."))
        enumerations = ["from enum import Enum"] if "enum.Enum" in wanted else []
        lines = [*docstring(f"{', '.join(titles)}.".replace("..", "."), 0), ""]
        lines += [f"import {name}" for name in _STANDARD if name in wanted]
        lines += enumerations
        lines += [f"from typing import {', '.join(names)}"] if names else []
        lines += ["", *(["import httpx"] if "httpx" in wanted else []), "import parlant.sdk as p"]
        for relative in (False, True):
            found = sorted(item for item in self.imports if item[0].startswith(".") == relative)
            lines += [""] if found and relative else []
            lines += [f"from {module} import {name}" for module, name in found]
        return "\n".join(lines) + "\n"

    def _builder(self, journey: Journey) -> str:
        name = self.builders[journey["journey"]]
        subs = {
            state["journey"]: identifier(state["journey"], {"journey", "agent", "p"}, "journey")
            for state in journey["states"].values()
            if "journey" in state and state["journey"] in self.builders
        }
        plan = written.Plan(journey, self.tools, subs, self.taken | set(subs.values()))
        self.result.keys[journey["journey"]] = plan.keys
        self.result.losses += plan.losses
        parameters = ["agent: p.Agent", *(f"{variable}: p.Journey" for variable in subs.values())]
        lines = [f"async def {name}({', '.join(parameters)}) -> p.Journey:"]
        lines += [INDENT + _assigned("journey", "agent.create_journey", written.head(journey)), ""]
        used = {step.source for step in plan.steps} | {
            step.arguments["state"] for step in plan.steps if isinstance(step.arguments.get("state"), str)
        }
        places: dict[str, int] = {}
        for step in plan.steps:
            lines.append(INDENT + statement(step, plan.keys, named=step.makes in used))
            if step.makes and step.makes not in used:
                source = plan.keys.get(step.source, step.source)
                plan.keys[step.makes] = written.nameless(source, places.get(step.source, 0))
            places[step.source] = places.get(step.source, 0) + 1
        talk = self._talk(journey)
        lines += (["", *talk] if talk else []) + ["", f"{INDENT}return journey"]
        return "\n".join(lines) + "\n"

    def _talk(self, journey: Journey) -> list[str]:
        lines = []
        for item in journey.get("guidelines", []):
            method, arguments = written.guideline(item, self.tools)
            lines.append(INDENT + "await " + call(f"journey.{method}", arguments, 1, len("await ")))
        for template in journey.get("canned", []):
            made = call("journey.create_canned_response", {"template": template}, 1, len("await "))
            lines.append(f"{INDENT}await {made}")
        return lines

    def _main(self) -> str:
        agent = _agent(self.journeys)
        indent = INDENT * 2
        lines = ["async def main() -> None:", f"{INDENT}async with p.Server() as server:"]
        lines.append(indent + _assigned("agent", "server.create_agent", agent, 2))
        linked = {s["journey"] for j in self.journeys for s in j["states"].values() if "journey" in s}
        variables: dict[str, str] = {}
        for journey in self.journeys:
            name = journey["journey"]
            subs = [s["journey"] for s in journey["states"].values() if s.get("journey") in self.builders]
            given = {
                f"*{place}": Raw(code)
                for place, code in enumerate(["agent", *(variables[n] for n in dict.fromkeys(subs) if n in variables)])
            }
            if name in linked:
                variables[name] = identifier(name, self.taken | set(variables.values()), "journey")
                lines.append(indent + _assigned(variables[name], self.builders[name], given, 2))
            else:
                lines.append(indent + "await " + call(self.builders[name], given, 2, len("await ")))
        return "\n".join(lines) + "\n"


def statement(
    step: written.Step, keys: dict[str, str], *, named: bool, journey: str = "journey", indent: int = 1
) -> str:
    """The statement that makes a transition; `named`: the state that it makes is needed further down."""
    source = keys.get(step.source, written.INITIAL)
    start = f"{journey}.initial_state" if source == written.INITIAL else f"{source}.target"
    arguments = dict(step.arguments)
    target = arguments.get("state")
    if isinstance(target, str):
        arguments["state"] = Raw(f"{keys[target]}.target")
    if not arguments.keys() - {"condition"} and not (arguments and source == written.INITIAL):
        return _fork(step, keys, start, arguments)
    variable = keys[step.makes] if step.makes and named else ""
    method = f"{start}.transition_to"
    if variable:
        return _assigned(variable, method, _ordered(arguments), indent)
    return "await " + call(method, _ordered(arguments), indent, len("await "))


def _fork(step: written.Step, keys: dict[str, str], start: str, arguments: dict[str, Any]) -> str:
    """A fork takes no condition: behind one it is reached by a state that says nothing but goes on."""
    del arguments
    return f"{keys[step.makes]} = await {start}.fork()"


def _ordered(arguments: dict[str, Any]) -> dict[str, Any]:
    """Targets first, then the condition, then the rest."""
    order = ("chat_state", "tool_state", "state", "journey", "tool_instruction", "condition")
    return {key: arguments[key] for key in (*order, *arguments) if key in arguments}


def _assigned(variable: str, function_name: str, arguments: dict[str, Any], indent: int = 1) -> str:
    before = f"{variable} = await "
    made = call(function_name, arguments, indent, len(before))
    if "\n" not in made or len(INDENT) * indent + len(before) + made.index("\n") <= WIDTH:
        return before + made
    inner = INDENT * (indent + 1)
    made = call(function_name, arguments, indent + 1, len("await "))
    return f"{variable} = (\n{inner}await {made}\n{INDENT * indent})"


def _agent(journeys: Sequence[Journey]) -> dict[str, Any]:
    titles = [journey.get("title") or humanize(journey["journey"]) for journey in journeys]
    found = {"name": "Assistant", "description": f"Helps customers with: {', '.join(titles)}"}
    for journey in reversed(journeys):
        agent = journey.get("extras", {}).get("agent")
        given: dict[str, Any] = agent if isinstance(agent, dict) else {}
        found |= {key: given[key] for key in found if isinstance(given.get(key), str) and given[key]}
    return {key: re.sub(r"\s+", " ", text) if "Helps customers with" in text else text for key, text in found.items()}


def _linked_first(journeys: Sequence[Journey]) -> list[Journey]:
    """The journeys, each behind those that it links to."""
    by_name = {journey["journey"]: journey for journey in journeys}
    found: dict[str, Journey] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in found or name in above or name not in by_name:
            return
        for state in by_name[name]["states"].values():
            if "journey" in state:
                visit(state["journey"], (*above, name))
        found[name] = by_name[name]

    for name in by_name:
        visit(name, ())
    return list(found.values())
