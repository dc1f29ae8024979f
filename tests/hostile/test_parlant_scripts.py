"""Scripts that no server could run, or of which only a run could tell what they build: one finding, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl import api
from fjctl.diagnostics import Severity, has_errors
from fjctl.formats import document
from tests.support import run

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
import parlant.sdk as p
from elsewhere import DATA, FLAG, chosen


@p.tool
async def look(context: p.ToolContext) -> p.ToolResult: ...


async def plain(context: p.ToolContext) -> None: ...


async def build(agent: p.Agent) -> None:
    j = await agent.create_journey(title="T", description="D", conditions=["C"])
    a = await j.initial_state.transition_to(chat_state="first")
"""
FIRST = HEAD.count("\n") + 1
BODIES: dict[str, tuple[str, str, int, int, str]] = {
    "a state used before it exists": ("await a.target.transition_to(state=b.target)", "FJ323", 0, 40, "'b' is used"),
    "a transition out of no state": ("await b.target.transition_to(chat_state='x')", "FJ323", 0, 11, "'b' is used"),
    "a fork out of no state": ("await b.target.fork()", "FJ323", 0, 11, "'b' is used"),
    "a state that is a text": ("await a.target.transition_to(state='a')", "FJ323", 0, 40, "'a' is no state"),
    "a tool that is no function": ("await a.target.transition_to(tool_state='look')", "FJ324", 0, 45, "is no tool"),
    "a tool that is a plain function": (
        "await a.target.transition_to(tool_state=plain)",
        "FJ324",
        0,
        45,
        "but no tool",
    ),
    "a tool that is not there": ("await a.target.transition_to(tool_state=lok)", "FJ324", 0, 45, "no tool 'lok'"),
    "a list with a number": ("await a.target.transition_to(tool_state=[look, 3])", "FJ324", 0, 45, "is no tool"),
    "no tools at all": ("await a.target.transition_to(tool_state=[])", "FJ325", 0, 45, "empty"),
    "no target": ("await a.target.transition_to(condition='x')", "FJ325", 0, 11, "no target"),
    "two targets": ("await a.target.transition_to(chat_state='x', tool_state=look)", "FJ325", 0, 11, "2 targets"),
    "a state of another journey": (
        """k = await agent.create_journey(title='K', description='', conditions=[])
b = await k.initial_state.transition_to(chat_state='x')
await a.target.transition_to(state=b.target)""",
        "FJ323",
        2,
        40,
        "another journey",
    ),
}
UNKNOWN: dict[str, tuple[str, str, int, int, str]] = {
    "a loop over data": (
        "for word in DATA:\n    await a.target.transition_to(chat_state=word)",
        "FJ322",
        0,
        5,
        "the loop goes over DATA",
    ),
    "a loop that asks": (
        "while FLAG:\n    a = await a.target.transition_to(chat_state='x')",
        "FJ322",
        0,
        5,
        "the loop goes over FLAG",
    ),
    "a branch": ("if FLAG:\n    await a.target.transition_to(chat_state='x')", "FJ328", 0, 8, "depends on FLAG"),
    "a text": ("await a.target.transition_to(chat_state=DATA['x'])", "FJ321", 0, 45, "what DATA['x'] is"),
    "a condition": ("await a.target.transition_to(chat_state='x', condition=DATA)", "FJ321", 0, 60, "what DATA is"),
    "a state": ("await a.target.transition_to(state=chosen())", "FJ321", 0, 40, "which state chosen() is"),
    "a tool": ("await a.target.transition_to(tool_state=chosen())", "FJ321", 0, 45, "which tool chosen() is"),
    "a forgotten target": ("await a.transition_to(chat_state='x')", "FJ327", 0, 11, "no 'transition_to'"),
    "a transition for a state": ("await a.target.transition_to(state=a)", "FJ327", 0, 40, "where a state must"),
}


def script(body: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in body.split("\n"))


@pytest.mark.parametrize("name", BODIES)
def test_what_could_not_run_is_one_error_with_a_place(name: str) -> None:
    body, code, line, column, message = BODIES[name]
    found = api.reads(script(body), "x.py#T" if "another" in name else "x.py")
    if found.members:
        found = document.read("x.py", script(body).encode(), member="T")
    assert [item.code for item in found.diagnostics] == [code]
    item = found.located()[0]
    assert item.severity is Severity.ERROR
    assert item.position is not None
    assert (item.position.line - FIRST, item.position.column) == (line, column)
    assert message in item.message
    assert item.help
    assert not found.ok


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_only_a_run_can_tell_is_one_warning_and_the_rest_is_read(name: str) -> None:
    body, code, line, column, message = UNKNOWN[name]
    found = api.reads(script(body + "\nawait j.create_guideline(condition='c', action='d')"), "x.py")
    assert [item.code for item in found.diagnostics] == [code]
    item = found.located()[0]
    assert item.severity is Severity.WARNING
    assert item.position is not None
    assert (item.position.line - FIRST, item.position.column) == (line, column)
    assert message in item.message
    assert item.help
    assert found.journey is not None
    assert found.journey["states"]["first"]["chat"] == "first"
    assert found.journey["guidelines"] == [{"condition": "c", "action": "d"}]


def test_a_syntax_error_has_line_column_and_caret(tmp_path: Path) -> None:
    text = script("await a.target.transition_to(chat_state='x'")
    found = api.reads(text, "x.py")
    item = found.located()[0]
    assert item.code == "FJ320"
    assert item.position is not None
    assert (item.position.line, item.position.column) == (FIRST, 33)
    lines = item.help.split("\n")
    assert lines[1].index("(") == lines[2].index("^")
    (tmp_path / "x.py").write_text(text, encoding="utf-8")
    done = run("fjctl", "convert", "x.py", folder=tmp_path)
    assert done.returncode == 2
    assert f"x.py:{FIRST}:33: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.journey.yaml").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import this\n",
        "x = 1\n",
        "\x00",
        "(" * 500,
        "x = " + "-" * 100_000 + "1\n",
        "def f(): return f()\nf()\n",
        "while True: pass\n",
        "class A(A): pass\nA().x.y.z()\n",
        "from parlant.sdk import *\n",
        "import parlant.sdk as p\np.tool(lambda c: c)\np.ToolId()\np.Server()\n",
        "f'{x!r:>{w}}'\n",
        "a, *b = [1]\n(a.b, c[0]) = 1, 2\n",
    ],
)
def test_a_script_without_a_journey_is_one_error(text: str) -> None:
    found = api.reads(text, "x.py")
    assert has_errors(found.diagnostics)
    assert len(found.diagnostics) == 1
    assert not found.ok


def test_functions_that_call_themselves_come_to_an_end() -> None:
    body = "async def again(s):\n    t = await s.transition_to(chat_state='x')\n    await again(t.target)\n"
    body += "await again(a.target)"
    found = api.reads(script(body), "x.py")
    assert found.journey is not None


def test_loops_in_loops_come_to_an_end() -> None:
    loops = "".join(f"{'    ' * depth}for x{depth} in range(1000):\n" for depth in range(6))
    found = api.reads(script(loops + "    " * 6 + "x = 1"), "x.py")
    assert found.journey is not None


@given(st.text())
def test_any_text_gives_findings_and_nothing_else(text: str) -> None:
    found = api.reads(text, "x.py")
    assert has_errors(found.diagnostics)
    found.located()


def test_a_journey_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(script("pass"), encoding="utf-8")
    done = run("fjctl", "convert", "x.py#TT", folder=tmp_path)
    assert done.returncode == 2
    assert "FJ312" in done.stderr
    assert "did you mean 'T'?" in done.stderr


def test_an_edit_with_no_place_in_the_script_is_refused(tmp_path: Path) -> None:
    text = script("for word in ['x', 'y']:\n    a = await a.target.transition_to(chat_state=f'say {word}')")
    (tmp_path / "x.py").write_text(text, encoding="utf-8")
    assert run("fjctl", "convert", "x.py", folder=tmp_path).returncode == 0
    journey = tmp_path / "x.journey.yaml"
    journey.write_text(journey.read_text(encoding="utf-8").replace("say x", "shout x"), encoding="utf-8")
    done = run("fjctl", "convert", "x.journey.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert "FJ401" in done.stderr
    assert (tmp_path / "x.py").read_text(encoding="utf-8") == text
