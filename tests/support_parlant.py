"""What the tests of Parlant's formats share: the scripts, their journeys, and edits of a journey."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from fjctl.conversion import bridge
from fjctl.formats import document, registry
from tests.support import REPOSITORY, corpus
from tests.support_laws import JOURNEY, messages, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from fjctl.conversion.bridge import Conversion
    from fjctl.formats.document import Document

SCRIPT = registry.find("parlant-python")
GRAPH = registry.find("parlant-graph")
FOLDER = REPOSITORY / "tests" / "data" / "parlant" / "scripts"
JOURNEY_NAME = "x.journey.yaml"


class Wanted(NamedTuple):
    """A script's journey, and how many states it has."""

    file: str
    member: str
    states: int


SCRIPTS = (
    Wanted("bike_repair", "", 8),
    Wanted("clinic_class", "", 7),
    Wanted("donation_plain", "", 4),
    Wanted("garden_centre", "", 5),
    Wanted("hotel_two", "Identify the guest", 3),
    Wanted("hotel_two", "Book a room", 9),
    Wanted("hotel_two", "Take a complaint", 2),
    Wanted("insurance_claim", "", 22),
    Wanted("job_interview", "", 6),
    Wanted("library_card", "", 7),
    Wanted("museum_unicode", "", 4),
    Wanted("onboarding_loop", "", 7),
    Wanted("pizza", "", 4),
    Wanted("telecom", "", 9),
    Wanted("travel_fork_first", "", 7),
)
PLAIN = tuple(item for item in SCRIPTS if item.file not in {"job_interview", "onboarding_loop", "telecom"})
"""The scripts of which each state has a call of its own; the others make several states by one call."""


def script(wanted: Wanted) -> Document:
    """A script as it is read."""
    path = FOLDER / f"{wanted.file}.py"
    return document.read(path.name, path.read_bytes(), member=wanted.member)


def parametrized(scripts: tuple[Wanted, ...] = SCRIPTS) -> list[ParameterSet]:
    """One parameter for each script's journey."""
    return [pytest.param(item, id=f"{item.file}{item.member and '#'}{item.member}") for item in scripts]


def graphs() -> list[ParameterSet]:
    """The graphs of the corpus, and those that the tests bring along."""
    paths: list[Path] = sorted((REPOSITORY / "tests" / "data" / "parlant" / "graphs").glob("*.json"))
    paths += sorted((corpus() / "parlant").glob("*.json"))
    return [pytest.param(path, id=path.stem) for path in paths]


def edits_that_apply() -> list[ParameterSet]:
    """Each edit of each script's journey that has something to edit so."""
    found = []
    for item in PLAIN:
        value: Any = script(item).value
        for edit in EDITS:
            to_the_start = (item.file, edit) == ("travel_fork_first", branched)  # a way back there ends a journey
            if not to_the_start and edit(deepcopy(value)) is not False:
                found.append(pytest.param(item, edit, id=f"{item.file}#{item.member}-{edit.__name__}"))
    return found


def journey_of(source: Document) -> Document:
    """The journey document of a script or a graph, as its file is read."""
    made = bridge.convert(source, JOURNEY, None, bridge.Names(JOURNEY_NAME, source.source.name))
    assert made.text is not None, messages(made)
    found = read(JOURNEY_NAME, made.text)
    assert found.ok, messages(found)
    return found


def edited(journey: Document, edit: Callable[[dict[str, Any]], object]) -> Document | None:
    """The journey after an edit in its file; None where the edit does not apply."""
    value: Any = deepcopy(journey.value)
    if edit(value) is False:
        return None
    found = bridge.reread(journey, journey.rewritten(value))
    assert found.ok, messages(found)
    return found


def put(journey: Document, prior: Document) -> Conversion:
    """The journey written into a script or graph that is there."""
    assert prior.format is not None
    return bridge.convert(journey, prior.format, prior)


def chats(journey: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The chat states."""
    return ((name, state) for name, state in journey["states"].items() if "chat" in state)


def title(journey: dict[str, Any]) -> None:
    journey["title"] += " (edited)"


def description(journey: dict[str, Any]) -> None:
    journey["description"] = 'It\'s "new" now'


def every_text(journey: dict[str, Any]) -> None:
    for _, state in chats(journey):
        state["chat"] += " (edited)"


def condition(journey: dict[str, Any]) -> object:
    found = [way for state in journey["states"].values() for way in _listed(state) if "condition" in way]
    if not found:
        return False
    found[0]["condition"] += " indeed"
    return None


def new_fields(journey: dict[str, Any]) -> None:
    _, state = next(chats(journey))
    state["description"] = "What to know about it"
    state["labels"] = ["first", "second"]


def inserted(journey: dict[str, Any]) -> object:
    found = next((state for _, state in chats(journey) if isinstance(state.get("next"), str)), None)
    if found is None:
        return False
    journey["states"]["check_it_twice"] = {"chat": "Check it twice", "next": found["next"]}
    found["next"] = "check_it_twice"
    return None


def appended(journey: dict[str, Any]) -> object:
    found = [state for _, state in chats(journey) if "next" not in state]
    if not found:
        return False
    journey["states"]["say_farewell"] = {"chat": "Say farewell"}
    found[-1]["next"] = "say_farewell"
    return None


def branched(journey: dict[str, Any]) -> object:
    found = [(name, state) for name, state in chats(journey) if _listed(state)]
    if not found:
        return False
    name, state = found[0]
    journey["states"]["other_way"] = {"chat": "Go the other way, however long the sentence is", "next": name}
    state["next"].append({"to": "other_way", "condition": "Something happened that nobody had thought of"})
    return None


def removed(journey: dict[str, Any]) -> object:
    states = journey["states"]
    for name, state in list(chats(journey)):
        entered = [other for other in states.values() if name in [way["to"] for way in _listed(other)]]
        if isinstance(state.get("next"), str) and name != journey["start"] and not entered:
            for other in states.values():
                if other.get("next") == name:
                    other["next"] = state["next"]
            del states[name]
            return None
    return False


def guideline(journey: dict[str, Any]) -> None:
    journey.setdefault("guidelines", []).append({"condition": "The customer is tired", "action": "Be quick"})


def trigger(journey: dict[str, Any]) -> None:
    journey["triggers"] = [*journey.get("triggers", []), "The customer asks again"]


def agent(journey: dict[str, Any]) -> object:
    if "description" not in journey["extras"]["agent"]:
        return False
    journey["extras"]["agent"]["description"] = "Another description"
    return None


def tool_body(journey: dict[str, Any]) -> object:
    found = [tool for tool in journey.get("tools", {}).values() if tool["kind"] == "python"]
    if not found:
        return False
    found[0] |= {"code": 'return p.ToolResult("nothing")', "description": "Does nothing."}
    return None


def new_tool(journey: dict[str, Any]) -> object:
    request = {"method": "POST", "url": "https://mail.example/<variable.address>", "headers": {"X": "{{MAIL_KEY}}"}}
    found = [state for _, state in chats(journey) if "next" not in state]
    if not found:
        return False
    tool = {"kind": "http", "description": "Sends a mail.", "request": request}
    journey.setdefault("tools", {})["send_mail"] = tool
    journey["states"]["send"] = {"tool": "send_mail"}
    found[-1]["next"] = "send"
    return None


def way_back(journey: dict[str, Any]) -> object:
    found = next((state for state in journey["states"].values() if state.get("next") == "done"), None)
    if found is None:
        return False
    first, _ = next(chats(journey))
    found["next"] = [{"to": "done", "condition": "All is said"}, {"to": first, "condition": "Something is open"}]
    return None


def _listed(state: dict[str, Any]) -> list[dict[str, Any]]:
    ways = state.get("next")
    return [way for way in ways if isinstance(way, dict)] if isinstance(ways, list) else []


EDITS = (
    title,
    description,
    every_text,
    condition,
    new_fields,
    inserted,
    appended,
    branched,
    removed,
    guideline,
    trigger,
    agent,
    tool_body,
    new_tool,
    way_back,
)
