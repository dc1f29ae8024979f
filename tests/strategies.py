"""Hypothesis strategies for journey documents: every key of `model/journey.py`, every kind, nesting, cycles.

What they draw is valid: `formats.journey.decode` finds nothing wrong (`tests/unit/test_strategies.py` says so).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from hypothesis import strategies as st

from fjctl.model.journey import walk
from fjctl.model.names import humanize
from tests.support_values import EXPRESSIONS, WORDS, durations, full_values, json_maps, schemas, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy

    from fjctl.model.journey import Journey

Map = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What a drawn journey may use. `conversation`: what only a conversation has; `cycles`: ways back; `plain`: names,
    titles and tools named so that a workflow alone gives them back; `size`: most states of a scope."""

    conversation: bool = True
    cycles: bool = False
    plain: bool = False
    size: int = 4
    depth: int = 2


@dataclass
class _Scope:
    names: list[str]
    states: Map = field(default_factory=dict)


class _Maker:
    """Draws one journey."""

    def __init__(self, draw: DrawFn, options: Options) -> None:
        self.draw = draw
        self.options = options
        self.taken: set[str] = set()
        self.tools: Map = {}
        self.variables: Map = {}
        self.listed: list[str] = []

    def chance(self, percent: int = 30) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def name(self, base: str = "") -> str:
        found = base or self.draw(st.sampled_from(WORDS))
        number = 2
        name = found
        while name in self.taken:
            name = f"{found}_{number}"
            number += 1
        self.taken.add(name)
        return name

    def text(self) -> str:
        """A text, sometimes with references to states and variables."""
        base = self.draw(words)
        if self.listed and self.chance(25):
            base += f" <{self.draw(st.sampled_from(self.listed))}.{self.draw(st.sampled_from(('content', 'data.id')))}>"
        if self.variables and self.chance(20):
            base += f" <variable.{self.draw(st.sampled_from(sorted(self.variables)))}>"
        return base

    def some(self, given: dict[str, Callable[[], Any]], percent: int = 30) -> Map:
        return {key: make() for key, make in given.items() if self.chance(percent)}

    def one(self, *choices: SearchStrategy[Any]) -> Any:
        return self.draw(st.one_of(*choices))

    # --- the document

    def journey(self) -> Journey:
        talk = self.options.conversation
        named = {"$schema": "../schemas/journey.schema.json"} if self.chance(20) else {}
        top: Map = {**named, "journey": self.draw(st.sampled_from(("return-item", "größe-prüfen", "j1"))), "version": 1}
        if self.chance(50):
            top["title"] = self.text()
        if self.chance(40):
            top["description"] = f"Described: {self.text()}"
        self._variables()
        scope = self.scope(0)
        states = scope.states
        if talk:
            top |= self.some(
                {"triggers": lambda: [self.text(), "Another"], "entries": lambda: self.entries(list(states))}
            )
        if self.chance(85) or not talk:
            top["start"] = self.targets(list(states))
        top |= self.filled(variables=self.variables, tools=self.tools)
        top["states"] = states
        if talk:
            top |= self.some(
                {
                    "guidelines": self.guidelines,
                    "canned": lambda: [self.text()],
                    "labels": lambda: ["returns", "größe"],
                    "mode": lambda: "strict_canned",
                    "priority": lambda: self.draw(st.integers(-2, 5)),
                    "extras": lambda: self.draw(json_maps),
                }
            )
        if self.chance(30):
            top["notes"] = {self.name("limits"): self.draw(words), self.name("boxed"): self.note()}
        _drop_second_names(top)
        return cast("Journey", _ordered(top, _JOURNEY))

    @staticmethod
    def filled(**values: Any) -> Map:
        return {key: item for key, item in values.items() if item}

    def _variables(self) -> None:
        for name in ("order_id", "größe", "limit")[: self.draw(st.integers(0, 3))]:
            shape: Map = {"type": self.draw(st.sampled_from(("string", "number", "object")))}
            if self.chance(50):
                shape |= {"input": True, **self.some({"description": lambda: self.draw(words)})}
                if self.options.conversation:
                    shape |= self.some({"required": lambda: True})
            elif self.options.conversation:
                shape |= self.some({"description": lambda: self.draw(words), "required": lambda: True})
            shape |= self.some({"default": lambda: self.draw(full_values if self.options.conversation else words)})
            self.variables[name] = shape

    def entries(self, states: list[str]) -> Map:
        found: Map = {}
        if self.chance(50):
            found["start"] = self.some(
                {
                    "title": lambda: "Begin here",
                    "settings": lambda: self.draw(json_maps),
                    "extras": lambda: self.draw(json_maps),
                },
                50,
            ) or {"title": "Begin"}
        name = self.name("nightly")
        entry = self.some(
            {
                "title": lambda: f"Nightly {name}",
                "settings": lambda: self.draw(json_maps),
                "inputs": lambda: {"who": {"type": "string", "description": self.draw(words)}},
                "enabled": lambda: False,
                "extras": lambda: self.draw(json_maps),
                "to": lambda: self.targets(states),
            },
            60,
        )
        found[name] = {"event": "schedule", **entry}
        return found

    def note(self) -> Map:
        return {"text": self.draw(words), **self.some({"title": lambda: "A title", "color": lambda: "#ff0"}, 50)}

    def guidelines(self) -> list[Map]:
        more: dict[str, Callable[[], Any]] = {
            "action": self.text,
            "description": lambda: self.draw(words),
            "tools": lambda: [self.tool("handoff")],
            "labels": lambda: ["upset"],
            "priority": lambda: 3,
        }
        return [{"condition": self.text(), **self.some(more, 50)} for _ in range(self.draw(st.integers(1, 2)))]

    # --- states

    def scope(self, depth: int) -> _Scope:
        count = self.draw(st.integers(1, self.options.size if not depth else 2))
        scope = _Scope([self.name() for _ in range(count)])
        self.listed += scope.names
        for place, name in enumerate(scope.names):
            scope.states[name] = self.state(name, place, scope, depth)
        return scope

    def state(self, name: str, place: int, scope: _Scope, depth: int) -> Map:
        kinds = ["chat", "say", "ask", "tool", "tool", "fork", "journey", "wait", "end"]
        if depth < self.options.depth:
            kinds += ["loop", "parallel"]
        kind = self.draw(st.sampled_from(kinds))
        state: Map = self.kind(kind, name, depth)
        if self.chance(40):
            state["title"] = (
                humanize(name) + " ok"
                if self.options.plain
                else f"{self.draw(st.sampled_from(('Größe', 'Look up', '日本')))} {name}"
            )
        if self.options.plain:
            state.pop("title", None)
        if self.options.conversation and kind != "end":
            state |= self._common(kind)
        elif self.chance(15):
            state["enabled"] = False
        if kind != "end":
            self._ways(state, kind, place, scope)
        return _ordered(state, _STATE)

    def _common(self, kind: str) -> Map:
        given: dict[str, Callable[[], Any]] = {
            "description": lambda: self.draw(words),
            "instructions": lambda: self.one(words, st.just(["one", "two"])),
            "messages": lambda: {key: self.text() for key in ("entry", "exit", "error", "help")},
            "confirm": lambda: self.one(words, st.just(value=True)),
            "canned": lambda: [self.draw(words)],
            "labels": lambda: ["a", "ü"],
            "mode": lambda: self.draw(st.sampled_from(("fluid", "canned_fluid", "composited_canned", "strict_canned"))),
            "enabled": lambda: False,
            "retry": lambda: {"tries": 3, **self.some({"wait": lambda: "1s"}, 60)},
            "timeout": lambda: self.draw(durations),
            "notes": lambda: self.one(words, st.just(["n1", "n2"])),
            "extras": lambda: self.draw(json_maps),
            "sets": lambda: {"order_id": "<reply>", "n": self.draw(full_values)},
        }
        if kind not in {"tool", "fork", "loop", "parallel"}:
            given["result"] = lambda: "answer"
        if kind == "tool":
            given["tools"] = lambda: [self.tool("side_tool")]
        return self.some(given, 12)

    def kind(self, kind: str, name: str, depth: int) -> Map:
        if kind == "chat":
            more: dict[str, Callable[[], Any]] = {
                "agent": self.agent,
                "tools": lambda: [self.tool("find_it", "" if self.options.conversation else "external")],
            }
            return {"chat": self.text(), **self.some(more, 40)}
        if kind == "ask":
            return {"ask": self.ask()}
        if kind == "tool":
            return self._tool_state(name)
        if kind == "fork":
            return {"fork": True}
        if kind == "end":
            return self.end()
        if kind in {"loop", "parallel"}:
            settings = self.draw(_LOOPS if kind == "loop" else _PARALLELS)
            inner = self.scope(depth + 1)
            body: Map = {"start": self.targets(inner.names), "states": inner.states}
            return {kind: settings, **body}
        if kind == "journey":
            return {"journey": "human-support", **self.some({"inputs": lambda: {"summary": self.text()}}, 60)}
        return (
            {"wait": self.draw(durations if self.options.conversation else durations.filter(lambda d: "ms" not in d))}
            if kind == "wait"
            else {"say": self.text()}
        )

    def agent(self) -> Map:
        agent = self.some(
            {
                "role": lambda: "user",
                "messages": lambda: [
                    {"role": "assistant", "content": self.text()},
                    {"role": "user", "content": self.text()},
                ],
                "output": lambda: self.draw(schemas),
                "temperature": lambda: 0.2,
                "max_tokens": lambda: 400,
                "input": self.text,
                "top_p": lambda: 0.9,
            }
        )
        if "messages" in agent and not self.options.conversation:
            agent.pop("input", None)
        return {"model": "gpt-4o", **agent}

    def ask(self) -> Any:
        fields: dict[str, Map] = {"approved": {"type": "boolean", "description": self.draw(words)}}
        if self.options.conversation:
            more: Map = {
                "type": "string",
                "label": "L",
                "description": "D",
                "required": True,
                "default": "d",
                "options": ["a", 1],
            }
            fields["größe"] = {key: item for key, item in more.items() if self.chance(70)} or {"type": "string"}
            rest = self.some(
                {"show": lambda: self.draw(json_maps), "notify": lambda: [{"type": "mail"}], "fields": lambda: fields},
                50,
            )
            return self.text() if self.chance(30) else {**self.some({"message": self.text}, 80), **rest} or self.text()
        return self.one(words, st.just({"message": "Go ahead?", "fields": fields}))

    def end(self) -> Map:
        more = self.some(
            {"result": lambda: {"reply": self.text()}, "status": lambda: "200", "headers": lambda: {"X": "1"}}, 50
        )
        if self.options.conversation:
            return {"end": self.one(st.just(True), words), **more}
        return {"end": True, **({"result": {"reply": self.text()}} | more)}

    def _tool_state(self, name: str) -> Map:
        if not self.options.conversation or self.options.plain:
            return {"tool": self.tool(name)}
        names = [self.tool(self.draw(st.sampled_from((name, "shared")))) for _ in range(self.draw(st.integers(1, 2)))]
        names = list(dict.fromkeys(names))
        used: Any = names[0] if len(names) == 1 else names
        state: Map = {"tool": used}
        if self.chance(30):
            state["result"] = self.draw(st.sampled_from(("found", f"{name}_result")))
        return state

    def tool(self, name: str, kind: str = "") -> str:
        if name not in self.tools:
            self.tools[name] = self.contract(kind)
        return name

    def contract(self, kind: str = "") -> Map:
        kind = kind or self.draw(
            st.sampled_from(("http", "javascript", "python", "mcp", "assign", "external", "shell", "workflow"))
        )
        if not self.options.conversation:
            kind = {"shell": "javascript", "workflow": "external"}.get(kind, kind)
        found: Map = {"kind": kind, **self._contract_body(kind)}
        if self.options.conversation:
            found |= self.some(
                {
                    "title": lambda: "A tool",
                    "description": lambda: self.draw(words),
                    "parameters": lambda: self.draw(schemas),
                    "output": lambda: self.draw(schemas),
                    "usage": lambda: "force",
                    "settings": lambda: self.draw(json_maps),
                },
                15,
            )
        return _ordered(found, _TOOL)

    def _contract_body(self, kind: str) -> Map:
        if kind == "http":
            return {"request": self.request()}
        if kind in {"javascript", "python", "shell"}:
            return {"code": "return <variable.order_id>;\n// 🙂" if self.chance() else "return 1"}
        if kind == "mcp":
            return {"server": "s", "tool": "t", "arguments": {"q": self.text()}}
        if kind == "assign":
            return {"assign": {"limit": self.draw(st.one_of(words, st.integers(0, 9)))}}
        if kind == "workflow":
            return {"workflow": "child", "arguments": {"q": self.text()}}
        service = self.draw(st.sampled_from(("knowledge", "memory", "guardrails", "evaluator", "slack", "gmail_v2")))
        return {"service": service, "operation": "search", "arguments": {"query": self.text(), "topK": 3}}

    def request(self) -> Map:
        more: dict[str, Callable[[], Any]] = {
            "query": lambda: {"a": self.text()},
            "headers": lambda: {"Authorization": "Bearer {{SHOP_TOKEN}}"},
            "body": lambda: (
                self.one(words, st.just({"a": [1, 2.5]})) if self.options.conversation else self.draw(words)
            ),
            "timeout": lambda: 3000,
            "proxy_url": lambda: "http://proxy.example",
        }
        return {"method": "POST", "url": f"https://shop.example/{self.text()}", **self.some(more)}

    # --- ways

    def targets(self, names: list[str]) -> Any:
        first = self.draw(st.sampled_from(names))
        rest = [name for name in names if name != first]
        if rest and self.chance(20):
            return [first, self.draw(st.sampled_from(rest))]
        return first

    def _ways(self, state: Map, kind: str, place: int, scope: _Scope) -> None:
        open_names = scope.names if self.options.cycles else scope.names[place + 1 :]
        if not self.options.conversation:
            self._plain_ways(state, kind, open_names)
            return
        ways: list[Any] = []
        seen: set[str] = set()
        for _ in range(self.draw(st.integers(0, 3)) if open_names else 0):
            way = self.way(open_names)
            reason = next(
                (f"{key}={way[key]}" for key in ("when", "condition", "command", "event", "on", "else") if key in way),
                "",
            )
            goes = str(way.get("to", ""))
            if reason in seen and (not reason or "on=" in reason or not self.chance(30)):
                continue
            seen.add(reason)
            ways.append(goes if way.keys() == {"to"} and isinstance(way["to"], str) and self.chance(60) else way)
        if len(ways) == 1 and isinstance(ways[0], str) and self.chance(70):
            state["next"] = ways[0]
        elif ways:
            state["next"] = ways
        if open_names and self.chance(10) and "next" not in state:
            state["commands"] = {
                "accept": self.draw(st.sampled_from(open_names)),
                "ablehnen": self.draw(st.sampled_from(open_names)),
            }

    def way(self, names: list[str]) -> Map:
        reasons = ["", "when", "when", "condition", "else", "on", "command", "event"]
        reason = self.draw(st.sampled_from(reasons))
        way: Map = {"to": self.targets(names)}
        if reason == "when":
            way["when"] = self.draw(st.sampled_from(EXPRESSIONS[:-1])) + (
                f" && <{self.listed[0]}.ok>" if self.chance(40) else ""
            )
            way |= self.some({"condition": lambda: "Said in words"}, 40)
        elif reason == "on":
            way["on"] = self.draw(st.sampled_from(("error", "timeout")))
        elif reason == "else":
            way["else"] = True
        elif reason:
            way[reason] = f"{reason}: {self.text()}"
        talk: dict[str, Callable[[], Any]] = {
            "confirm": lambda: self.one(words, st.just(True)),
            "delay": lambda: self.draw(durations),
            "priority": lambda: 2,
            "notes": lambda: self.one(words, st.just(["a", "b"])),
        }
        if reason in {"when", "condition"} and self.chance(10):
            del way["to"]
        else:
            way |= self.some(talk, 8)
        return _ordered(way, _WAY)

    def _plain_ways(self, state: Map, kind: str, names: list[str]) -> None:
        """Ways that every builder can draw: forks choose, the others go on, or fail."""
        if kind == "fork":
            chosen = [{"to": name, "when": f"x === {n}"} for n, name in enumerate(names[:2])]
            by_model = [{"to": name, "condition": f"The customer wants {n}"} for n, name in enumerate(names[:2])]
            ways: list[Any] = by_model if self.chance() else chosen
            if names and self.chance(60):
                ways.append({"to": names[-1], "else": True})
            state |= {"next": ways} if ways else {}
            return
        if names and self.chance(75):
            state["next"] = self.draw(st.sampled_from(names))
            if kind in {"tool", "chat"} and self.chance(20):
                state["next"] = [state["next"], {"to": self.draw(st.sampled_from(names)), "on": "error"}]


_LOOPS = st.sampled_from(
    [{"times": 3}, {"each": "<variable.items>"}, {"while": "i < 3"}, {"do_while": "<x.more> === true"}]
)
_PARALLELS = st.sampled_from([{"count": 2}, {"each": '["a", "b"]'}, {"count": 4, "batch": 2}])


def _order(name: str) -> dict[str, int]:
    from fjctl.model import journey

    return {key: place for place, key in enumerate(getattr(journey, name).__annotations__)}


_JOURNEY, _STATE, _TOOL, _WAY = (_order(name) for name in ("Journey", "State", "Tool", "Transition"))


def _ordered(value: Map, order: dict[str, int]) -> Map:
    return dict(sorted(value.items(), key=lambda item: order[item[0]]))


def _drop_second_names(journey: Map) -> None:
    """A state that texts refer to by its own name gets no `result`, which would be a second name for the same value."""
    said = json.dumps(journey, ensure_ascii=False)
    for _, name, state in walk(journey["states"]):
        if "tool" in state and f"<{name}." in said:
            state.pop("result", None)


@st.composite
def journeys(draw: DrawFn, options: Options = Options()) -> Journey:
    """Valid journey documents."""
    return _Maker(draw, options).journey()
