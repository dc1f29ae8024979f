"""Parlant SDK scripts as a journey format."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fjctl.formats.parlant.edit import edited
from fjctl.formats.parlant.reading import with_tools
from fjctl.formats.parlant.script import Script
from fjctl.formats.parlant.writer import write_module
from fjctl.formats.siblings import Held, Made, Put
from fjctl.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.parlant.reading import Reading
    from fjctl.formats.siblings import File
    from fjctl.model.journey import Journey


def held(document: File, nodes: Mapping[str, str], name: str = "", tools: Mapping[str, str] | None = None) -> Held:
    """The journey of a script's member; `tools`: the functions' names by those of the tools that they are."""
    found = _named(_reading(Script(document.source), document.member, nodes), name)
    return Held(with_tools(found.journey, tools or {}), found.keys, dict(tools or {}))


def _reading(script: Script, member: str, nodes: Mapping[str, str]) -> Reading:
    found = script.read(member, nodes)
    if found is None:
        message = f"no journey {member!r}"
        raise LookupError(message)
    return found


def _named(found: Reading, name: str) -> Held:
    if name and found.journey["journey"] != name:
        found.journey = cast("Journey", {**found.journey, "journey": name})
    return Held(found.journey, found.keys)


def made(journey: Journey) -> Made:
    """A new module."""
    module = write_module([journey])
    return Made(module.text, module.keys[journey["journey"]], module.losses)


def image(journey: Journey) -> Held:
    """What of a journey a script holds, under the journey's own names."""
    module = write_module([journey])
    keys = module.keys[journey["journey"]]
    script = Script(Source("", module.text))
    found = _reading(script, "", {key: name for name, key in keys.items() if key})
    named = _named(found, journey["journey"])
    return Held(with_tools(named.journey, module.tools), keys, module.tools)


def put(document: File, before: Held, wanted: Journey) -> Put:
    """The script with the changes at the calls concerned."""
    script = Script(document.source)
    reading = _reading(script, document.member, {key: name for name, key in before.keys.items()})
    _named(reading, before.journey["journey"])
    functions = {function: tool for tool, function in before.tools.items()} if before.tools else {}
    return Put(*edited(script, document.member, reading, with_tools(wanted, functions)))
