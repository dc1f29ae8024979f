"""Scripts of Parlant users: read completely, the laws of converting, edits at the calls concerned."""

from __future__ import annotations

import ast
import difflib
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings

from fjctl.conversion import bridge
from fjctl.formats import registry
from fjctl.formats.parlant.script import Script
from fjctl.model.journey import walk
from fjctl.model.meaning import difference, meaning
from fjctl.source import Source
from tests.strategies import journeys
from tests.support_laws import JOURNEY, messages, read, text_diff
from tests.support_parlant import (
    GRAPH,
    PLAIN,
    SCRIPT,
    Wanted,
    edited,
    edits_that_apply,
    every_text,
    guideline,
    journey_of,
    parametrized,
    put,
    script,
    title,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey

HEAD = "import parlant.sdk as p\n\n\nasync def build(agent: p.Agent) -> None:\n"
START = '    j = await agent.create_journey(title="T", description="D", conditions=["C"])\n'


def journey(body: str, before: str = "") -> Journey:
    """The journey of a function's body, read without a finding."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    found = read("x.py", HEAD.replace("\n\n\n", f"\n{before}\n\n", 1) + START + lines)
    assert messages(found) == []
    assert found.journey is not None
    return found.journey


def spoken(found: Journey) -> set[str]:
    return {state["chat"] for _, _, state in walk(found["states"]) if "chat" in state}


def same_meaning(one: Any, other: Any) -> None:
    assert difference(meaning(one), meaning(other)) is None


@pytest.mark.parametrize("wanted", parametrized())
def test_is_read_completely(wanted: Wanted) -> None:
    found = script(wanted)
    assert messages(found) == []
    assert found.journey is not None
    assert len(found.journey["states"]) == wanted.states


@pytest.mark.parametrize("wanted", parametrized())
def test_back_from_the_journey_unchanged(wanted: Wanted) -> None:
    source = script(wanted)
    document = journey_of(source)
    back = put(document, source)
    assert back.text == source.source.text, text_diff(source.source.text, back.text or "")
    assert back.unchanged
    again = put(source, document)
    assert again.text == document.source.text, text_diff(document.source.text, again.text or "")


@pytest.mark.parametrize("form", ["sim", "reactflow"])
@pytest.mark.parametrize("wanted", parametrized())
def test_by_way_of_a_workflow(wanted: Wanted, form: str) -> None:
    source = script(wanted)
    document = journey_of(source)
    made = bridge.convert(source, registry.find(form))
    assert made.text is not None, messages(made)
    workflow = read("w.json", made.text)
    back = bridge.convert(workflow, JOURNEY, document)
    assert back.text == document.source.text
    into = bridge.convert(workflow, SCRIPT, source)
    assert into.text == source.source.text, text_diff(source.source.text, into.text or "")
    fresh = bridge.convert(workflow, JOURNEY)
    assert fresh.journey is not None
    assert source.journey is not None
    assert spoken(source.journey) <= spoken(fresh.journey)


@pytest.mark.parametrize(("wanted", "edit"), edits_that_apply())
def test_an_edit_of_the_journey_arrives(wanted: Wanted, edit: Callable[[dict[str, Any]], object]) -> None:
    source = script(wanted)
    changed = edited(journey_of(source), edit)
    assert changed is not None
    made = put(changed, source)
    assert made.text is not None, messages(made)
    assert made.text != source.source.text
    ast.parse(made.text)
    written = bridge.reread(source, made.text)
    assert messages(written) == []
    back = bridge.convert(written, JOURNEY, changed)
    same_meaning(back.journey, changed.journey)
    again = put(changed, written)
    assert again.text == made.text, text_diff(made.text, again.text or "")


@pytest.mark.parametrize("wanted", parametrized(PLAIN))
def test_an_edit_changes_its_call_only(wanted: Wanted) -> None:
    source = script(wanted)

    def first_text(value: dict[str, Any]) -> None:
        state = next(state for state in value["states"].values() if "chat" in state)
        state["chat"] = "NEW"

    changed = edited(journey_of(source), first_text)
    assert changed is not None
    before, after = source.source.text.split("\n"), str(put(changed, source).text).split("\n")
    moved = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert [line for line in moved if line[0] == "+" and "NEW" not in line] == []
    assert sum(line[0] == "+" for line in moved) == 1


def test_states_made_by_one_call_are_not_told_apart() -> None:
    source = script(Wanted("onboarding_loop", "", 7))

    def second(value: dict[str, Any]) -> None:
        value["states"]["ask_which_laptop_they_want"]["description"] = "Only this one"

    changed = edited(journey_of(source), second)
    assert changed is not None
    made = put(changed, source)
    assert made.text is None
    assert [item.code for item in made.diagnostics] == ["FJ401"]
    assert "ask_which_laptop_they_want" in made.diagnostics[0].message


def test_a_text_in_a_list_is_edited_in_the_list() -> None:
    source = script(Wanted("onboarding_loop", "", 7))

    def second(value: dict[str, Any]) -> None:
        value["states"]["ask_which_laptop_they_want"]["chat"] = "Ask for the laptop"

    changed = edited(journey_of(source), second)
    assert changed is not None
    assert put(changed, source).text == source.source.text.replace(
        '"Ask which laptop they want"', '"Ask for the laptop"'
    )


def test_several_journeys_are_members() -> None:
    found = read("x.py", script(Wanted("hotel_two", "", 0)).source.text)
    assert found.members == ["Identify the guest", "Book a room", "Take a complaint"]
    assert [item.code for item in found.diagnostics] == ["FJ312"]


@pytest.mark.parametrize("word", ["conditions", "triggers"])
def test_both_spellings_of_conditions(word: str) -> None:
    text = HEAD + START.replace("conditions", word) + "    await j.initial_state.transition_to(chat_state='hi')\n"
    found = read("x.py", text)
    assert found.journey is not None
    assert found.journey["triggers"] == ["C"]
    changed = edited(journey_of(found), lambda value: value["triggers"].append("E"))
    assert changed is not None
    assert f'{word}=["C", "E"]' in str(put(changed, found).text)


def test_both_spellings_of_hooks_are_the_users_own() -> None:
    body = "await j.initial_state.transition_to(chat_state='hi', on_match=a)\n"
    one = journey(body, "async def a(*_): ...\n")
    other = journey(body.replace("on_match", "on_selected"), "async def a(*_): ...\n")
    assert one == other


CONSTANTS = {
    "a name": ("WORDS", 'WORDS = "hello there"\n'),
    "an f-string": ('f"{WORD} there"', 'WORD = "hello"\n'),
    "a sum": ('WORD + " " + "there"', 'WORD = "hello"\n'),
    "joined lines": ('("hello "\n        "there")', ""),
    "a dict": ('TEXTS["greet"]', 'TEXTS = {"greet": "hello there"}\n'),
    "a format": ('"{} there".format(WORD)', 'WORD = "hello"\n'),
    "a join": ('" ".join(["hello", "there"])', ""),
    "a method": ('"  hello there ".strip()', ""),
    "a choice": ('"hello there" if WORD else "bye"', 'WORD = "hello"\n'),
    "a walrus": ('(w := "hello there")', ""),
    "a lambda": ('greet("there")', 'greet = lambda name: "hello " + name\n'),
}


@pytest.mark.parametrize("how", CONSTANTS)
def test_a_text_that_can_be_known_is_known(how: str) -> None:
    code, before = CONSTANTS[how]
    found = journey(f"await j.initial_state.transition_to(chat_state={code})", before)
    assert [state.get("chat") for state in found["states"].values()] == ["hello there"]


def test_every_form_of_a_transition() -> None:
    found = journey(
        "t0 = await j.initial_state.transition_to(chat_state='ask')\n"
        "t1 = await t0.target.transition_to(tool_state=look, tool_instruction='look it up', condition='yes')\n"
        "t2 = await t0.target.transition_to(tool_state=[look, find], tool_instruction='both', condition='no')\n"
        "t3 = await t1.target.fork()\n"
        "await t3.target.transition_to(state=t0.target, condition='again')\n"
        "await t3.target.transition_to(state=p.END_JOURNEY, condition='enough')\n"
        "await t2.target.transition_to(chat_state='bye', id=p.JourneyStateId('bye'), metadata={'k': [1, True]})",
        "@p.tool\nasync def look(context: p.ToolContext) -> p.ToolResult: ...\n"
        "@p.tool\ndef find(context: p.ToolContext) -> p.ToolResult: ...\n",
    )
    assert found["start"] == "ask"
    assert found["states"] == {
        "ask": {"chat": "ask", "next": [{"to": "look", "condition": "yes"}, {"to": "look_find", "condition": "no"}]},
        "look": {"tool": "look", "instructions": "look it up", "next": "fork"},
        "look_find": {"tool": ["look", "find"], "instructions": "both", "next": "bye"},
        "fork": {"fork": True, "next": [{"to": "ask", "condition": "again"}, {"to": "done", "condition": "enough"}]},
        "bye": {"chat": "bye", "extras": {"id": "bye", "metadata": {"k": [1, True]}}},
        "done": {"end": True},
    }


def test_tools_have_their_signatures_and_docstrings() -> None:
    found = script(Wanted("library_card", "", 7)).journey
    assert found is not None
    tool = found["tools"]["renew_card"]
    assert tool["description"] == "Renews a card."
    assert cast("Any", tool["parameters"]) == {
        "type": "object",
        "properties": {
            "number": {"type": "string"},
            "years": {"type": "integer", "default": 1},
            "kind": {"type": "string", "enum": ["adult", "child"], "default": "adult"},
            "email": {"type": "string"},
            "note": {"type": "string", "description": "What the desk should know", "default": ""},
        },
        "required": ["number"],
    }
    assert found["tools"]["find_card"]["code"].startswith("until = CARDS.get(number)\nif until is None:\n    return")


def test_what_belongs_to_the_agent_is_there() -> None:
    found = script(Wanted("garden_centre", "", 5)).journey
    assert found is not None
    assert found["extras"]["agent"] == {
        "name": "Flora",
        "description": "Knows plants.",
        "canned": ["Hello, what grows at your place?"],
        "variables": [{"name": "garden size", "description": "In square metres, where the customer told it"}],
    }
    assert found["guidelines"][0]["tools"] == ["water_plan"]


def test_a_linked_journey_is_a_state() -> None:
    found = script(Wanted("hotel_two", "Book a room", 9)).journey
    assert found is not None
    assert found["states"]["who"]["journey"] == "identify-the-guest"


def test_columns_are_characters() -> None:
    text = HEAD + START + "    x = 'ü🎨'; await j.initial_state.transition_to(chat_state=unbekannt())\n"
    found = Script(Source("x.py", text))
    found.read()
    places = [item.position for item in found.diagnostics]
    assert [place and (place.line, place.column) for place in places] == [(6, 62)]


def test_a_script_with_windows_line_ends_keeps_them() -> None:
    text = script(Wanted("pizza", "", 4)).source.text.replace("\n", "\r\n")
    source = read("x.py", text)
    assert messages(source) == []
    changed = edited(journey_of(source), lambda value: value.update(guidelines=[{"condition": "C", "action": "A"}]))
    assert changed is not None
    made = str(put(changed, source).text)
    assert made.count("\r\n") == made.count("\n") == text.count("\n") + 1


@pytest.mark.parametrize("form", [SCRIPT, GRAPH], ids=lambda form: form.name)
@given(value=journeys())
@settings(max_examples=30)
def test_laws_on_generated_journeys(form: Format, value: Any) -> None:
    document = read("x.journey.json", json.dumps(value))
    assert document.ok, messages(document)
    made = bridge.convert(document, form)
    sibling = read(f"x{form.suffixes[0]}", str(made.text))
    assert messages(sibling) == []
    assert put(document, sibling).text == sibling.source.text
    assert put(sibling, document).text == document.source.text
    changed = edited(document, every_text)
    assert changed is not None
    written = put(changed, sibling)
    assert written.text is not None, messages(written)
    back = bridge.convert(bridge.reread(sibling, written.text), JOURNEY, changed)
    same_meaning(back.journey, changed.journey)


SHARED = """\
import parlant.sdk as p

TOPICS = ["tea", "coffee"]
WELCOME = "Welcome the guest"


async def build(agent: p.Agent) -> None:
    for topic in TOPICS:
        j = await agent.create_journey(title=f"Ask about {topic}", description="D", conditions=["C"])
        a = await j.initial_state.transition_to(chat_state=WELCOME)
        await a.target.transition_to(chat_state=f"Tell about {topic}")
    print(WELCOME)
"""


def test_an_edit_does_not_reach_another_journey() -> None:
    from fjctl.formats import document

    source = document.read("x.py", SHARED.encode(), member="Ask about tea")
    assert messages(source) == []
    for edit in (title, every_text, guideline):
        changed = edited(journey_of(source), edit)
        assert changed is not None
        assert [item.code for item in put(changed, source).diagnostics] == ["FJ401"]


def test_a_constant_that_is_used_further_stays() -> None:
    text = HEAD.replace("as p\n", 'as p\n\nHELLO = "hello"\nprint(HELLO)\nBYE = "bye"\n') + START
    text += "    a = await j.initial_state.transition_to(chat_state=HELLO)\n"
    text += "    await a.target.transition_to(chat_state=BYE)\n"
    source = read("x.py", text)
    changed = edited(journey_of(source), every_text)
    assert changed is not None
    wanted = text.replace("chat_state=HELLO", 'chat_state="hello (edited)"').replace('"bye"', '"bye (edited)"')
    assert put(changed, source).text == wanted


def test_quotes_stay_the_authors() -> None:
    source = read("x.py", HEAD + START + "    await j.initial_state.transition_to(chat_state='hi')\n")
    changed = edited(journey_of(source), every_text)
    assert changed is not None
    assert put(changed, source).text == source.source.text.replace("'hi'", "'hi (edited)'")


FLOWS = {
    "a loop that goes on": "for w in ['a', '', 'b']:\n    if not w:\n        continue\n    {step}",
    "a loop that ends": "for w in ['a', 'b', 'c']:\n    if w == 'c':\n        break\n    {step}",
    "a comprehension": "[{step} for w in ['a', 'b']]",
    "numbers": "for n, w in enumerate(['a', 'b']):\n    {step}",
    "pairs": "for w, _ in zip(['a', 'b'], [1, 2]):\n    {step}",
    "unpacked": "for (w,) in [('a',), ('b',)]:\n    {step}",
    "appended": "words = ['a']\nwords.append('b')\nfor w in words:\n    {step}",
    "a helper": "async def add(w):\n    {step}\nawait add('a')\nawait add(w='b')",
    "given as a map": "async def add(*, w):\n    {step}\nfor g in [{{'w': 'a'}}, {{'w': 'b'}}]:\n    await add(**g)",
}


@pytest.mark.parametrize("how", FLOWS)
def test_what_is_built_again_and_again(how: str) -> None:
    step = "await j.initial_state.transition_to(chat_state=w, condition=w)"
    found = journey(FLOWS[how].format(step=step))
    assert [state["chat"] for state in found["states"].values() if "chat" in state] == ["a", "b"]


def test_names_by_a_star_import() -> None:
    text = HEAD.replace("import parlant.sdk as p", "from parlant.sdk import *").replace("p.", "")
    text += START + "    a = await j.initial_state.transition_to(chat_state='hi')\n"
    source = read("x.py", text + "    await a.target.transition_to(state=END_JOURNEY)\n")
    assert messages(source) == []
    assert source.journey is not None
    assert source.journey["states"]["hi"]["next"] == "done"


def test_a_journey_of_an_agent_that_cannot_be_seen() -> None:
    text = "from bots import bot\n\n\nasync def build():\n" + START.replace("agent", "bot")
    source = read("x.py", text + "    await j.initial_state.transition_to(chat_state='hi')\n")
    assert messages(source) == []
    assert source.journey is not None
    assert source.journey["start"] == "hi"


def test_a_renamed_variable_is_the_same_state() -> None:
    source = script(Wanted("library_card", "", 7))
    document = edited(journey_of(source), lambda value: value["states"]["find_card"].update(notes="mine"))
    assert document is not None
    renamed = read("x.py", source.source.text.replace("t1", "looked_up"))
    back = bridge.convert(renamed, JOURNEY, document)
    assert back.journey is not None
    same_meaning(back.journey, document.journey)
    assert back.journey["origin"]["nodes"]["find_card"] == "looked_up"


def test_what_is_stored_of_a_script_has_no_secret() -> None:
    from fjctl.formats import document

    text = 'API_KEY = "Zx81-kOpQ-77qa-Rt"\nos.environ["TOKEN"] = "sk-abcdefghijklmnopqrstuvwx"\nname = "plain words"\n'
    kept = document.storable("x.py", text.encode()).decode()
    assert "plain words" in kept
    assert "Zx81" not in kept
    assert "abcdefghij" not in kept
    assert len(kept) == len(text)
