"""Between the journey document and other files that hold a journey: Parlant scripts, graphs, drawings.

The same laws as in `lens.py`, on values of one kind. A script or graph G gives a journey, `held(G)`; `image(J)` is what
of a journey such a file holds. Then `put(G, J) = J + (held(G) - image(J))`, and the other way
`put(J, G) = G + (image(J) - image(held(G)))`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from fjctl.conversion import lens
from fjctl.diagnostics import Diagnostic, Loss
from fjctl.formats import registry
from fjctl.formats.journey import coerce, list_keys
from fjctl.formats.parlant.names import identifier
from fjctl.model.names import is_numbered
from fjctl.model.order import in_order
from fjctl.model.transplant import same, transplant
from fjctl.source import format_path

if TYPE_CHECKING:
    from fjctl.conversion.lens import Outcome
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.formats.siblings import Held
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow
    from fjctl.source import JsonValue, Pointer

_INVENTED = ("title", "description")
_TALK = ("triggers", "guidelines", "canned", "labels", "mode", "priority")
"""What only a conversation has: a workflow that says nothing of it has not taken it away."""
_AGENT = ("name", "description")
"""Fields that a writer must say something for where the journey says nothing."""


@dataclass(slots=True, eq=False)
class Written:
    """What became of a journey: a text (None when refused), what it does not hold, and remarks."""

    text: str | None = None
    losses: list[Loss] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def from_journey(journey: Journey, form: Format, prior: Document | None) -> Written:
    """Writes a journey into a file of another kind, or a new one."""
    module = form.load_sibling()
    made = module.made(journey)
    if prior is None or prior.journey is None:
        return Written(made.text, made.losses)
    name = journey["journey"]
    image = module.image(journey)
    before = module.held(prior, _names(journey, form, image), name, image.tools)
    old, new = module.image(before.journey).journey, image.journey
    return _put(prior, form, before, (old, _uninvented(journey, new, old)), made.losses)


def from_workflow(workflow: Workflow, source: Format, fresh: Journey, form: Format, prior: Document) -> Written:
    """Writes a workflow into such a file that is there; `fresh` is the workflow's journey alone. What the workflow's
    format cannot hold stays in the file.

    The two are compared as if the file had been made from the workflow, and as if it were the other way round: one of
    them holds less than the other, and only where it came from is the rest no difference. The smaller change counts.
    """
    module = form.load_sibling()
    made = module.made(fresh)
    image = module.image(fresh)
    before = module.held(prior, _names(fresh, form, image), "", image.tools)
    theirs, base = lens.both_sides(workflow, before.journey, source)
    changes = []
    for old, new, said in (
        (module.image(before.journey).journey, image.journey, fresh),
        (module.image(base).journey, module.image(theirs).journey, theirs),
    ):
        kept = cast("Journey", {key: old[key] for key in _TALK if key in old and key not in said})  # type: ignore[literal-required]
        changes.append((old, _uninvented(said, cast("Journey", {**new, **kept}), old)))
    return _put(prior, form, before, min(changes, key=lambda pair: _size(*cast("Any", pair))), made.losses)


def _size(one: JsonValue, other: JsonValue) -> int:
    """How many values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(_size(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return sum(map(_size, one, other))
    return 0 if same(one, other) else 1


def _put(prior: Document, form: Format, before: Held, change: tuple[Journey, Journey], losses: list[Loss]) -> Written:
    """Carries a change, from one journey to another as such a file holds them, over to the file."""
    old, new = change
    if same(cast("Any", old), cast("Any", new)):
        return Written(prior.source.text, losses)
    put = form.load_sibling().put(prior, before, _transplanted(old, new, before.journey))
    if put.text is None:
        return Written(None, losses, [_refusal(put.refused, form)])
    return Written(put.text, losses)


def to_journey(source: Document, form: Format, prior: Document | None, workflow: str) -> Journey:
    """The journey document of such a file, or an existing one told of it; what only the document says stays."""
    module = form.load_sibling()
    if prior is None or prior.journey is None:
        held = module.held(source, {})
        links = {state: key for state, key in held.keys.items() if key != state}
        origin: dict[str, Any] = {**({"workflow": workflow} if workflow else {}), "format": form.name}
        return in_order(cast("Journey", {**held.journey, "origin": {**origin, **({"nodes": links} if links else {})}}))
    journey = prior.journey
    image = module.image(journey)
    names = _names(journey, form, image)
    theirs = module.held(source, names, journey["journey"], image.tools)
    if again := _found_again(image, theirs):
        theirs = module.held(source, names | again, journey["journey"], image.tools)
    merged = _transplanted(image.journey, theirs.journey, journey)
    _replace_changed_tools(merged, image.journey, theirs.journey)
    return _relinked(merged, theirs, form)


def _found_again(image: Held, theirs: Held) -> dict[str, str]:
    """Keys of states that have the name of no state of the journey, by what the journey lacks: a variable that has
    been renamed or numbered. Only what is certain."""
    here, there = (cast("dict[str, dict[str, Any]]", item.journey["states"]) for item in (image, theirs))
    new = [name for name in there if name not in here and name in theirs.keys]
    found: dict[str, str] = {}
    for name in here:
        if name in there:
            continue
        plain = identifier(name, ())
        alike = [other for other in new if is_numbered(theirs.keys[other], plain)]
        alike = alike or [other for other in new if _said(here[name]) == _said(there[other])]
        if len(alike) == 1:
            found[theirs.keys[alike[0]]] = name
            new.remove(alike[0])
    return found


def _said(state: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in state.items() if key != "next"}


def _relinked(merged: Journey, theirs: Held, form: Format) -> Journey:
    """The journey with the links of states whose keys do not follow from their names."""
    origin = merged.get("origin", {})
    if origin.get("format") != form.name:
        return merged
    links = {state: key for state, key in theirs.keys.items() if key != state and state in merged["states"]}
    before = origin.get("nodes", {})
    if all(before.get(state) == key for state, key in links.items()) and before.keys() <= theirs.keys.keys():
        return merged
    kept = {state: key for state, key in before.items() if state in links}
    return cast("Journey", {**merged, "origin": {**origin, "nodes": {**kept, **links}}})


def _names(journey: Journey, form: Format, image: Held) -> dict[str, str]:
    """Names of states by their keys: as the origin has them, else as a new file would."""
    origin = journey.get("origin", {})
    fresh = {key: state for state, key in image.keys.items() if key}
    if origin.get("format") != form.name:
        return fresh
    written = {key: state for state, key in origin.get("nodes", {}).items() if state in journey["states"]}
    return {**fresh, **{state: state for state in journey["states"]}, **written}


def _transplanted(base: Journey, theirs: Journey, onto: Journey) -> Journey:
    one, other = (cast("Any", {key: item for key, item in j.items() if key != "origin"}) for j in (base, theirs))
    return cast("Journey", transplant(one, other, cast("JsonValue", onto), list_keys, coerce))


def _uninvented(journey: Journey, new: Journey, old: Journey) -> Journey:
    """What the writer had to make up for want of anything is no change."""
    found: dict[str, Any] = dict(new)
    for key in _INVENTED:
        if not journey.get(key) and key in old:
            found[key] = cast("dict[str, Any]", old)[key]
    given, before = (cast("dict[str, Any]", j.get("extras", {}).get("agent") or {}) for j in (journey, old))
    agent = {**cast("dict[str, Any]", new.get("extras", {}).get("agent") or {})}
    agent |= {key: before[key] for key in _AGENT if key not in given and key in before}
    if agent:
        found["extras"] = {**new.get("extras", {}), "agent": agent}
    return cast("Journey", found)


def _replace_changed_tools(merged: Journey, base: Journey, theirs: Journey) -> None:
    """A tool whose function was changed by hand is that function from now on, whatever made it before."""
    tools = dict(merged.get("tools", {}))
    for name, tool in theirs.get("tools", {}).items():
        before = base.get("tools", {}).get(name)
        kind = tools.get(name, tool)["kind"]
        if before is not None and before.get("code") != tool.get("code") and kind != tool["kind"]:
            tools[name] = tool
            merged["tools"] = tools


def without_links(journey: Journey) -> Journey:
    """The journey without links to a script or graph: for a workflow they are no node ids."""
    origin = journey.get("origin", {})
    name = origin.get("format", "")
    if name and any(form.name == name and form.is_sibling for form in registry.FORMATS):
        return cast("Journey", {key: item for key, item in journey.items() if key != "origin"})
    return journey


def with_links(outcome: Outcome, journey: Journey) -> Outcome:
    """The outcome of a put into `without_links(journey)`, with the links again."""
    if without_links(journey) is journey or outcome.value is None or outcome.journey is None:
        return outcome
    linked = cast(
        "Journey", {**{k: v for k, v in outcome.journey.items() if k != "origin"}, "origin": journey["origin"]}
    )
    if same(cast("Any", linked), cast("Any", journey)):
        linked = journey
    return replace(outcome, value=cast("JsonValue", linked), journey=linked)


def _refusal(pointer: Pointer, form: Format) -> Diagnostic:
    message = f"the edit at {format_path(pointer)} cannot be carried over to {form.name}"
    hint = "make the edit in that file itself, then convert it to the journey"
    return Diagnostic("FJ401", "cannot-hold", message, help=hint, pointer=pointer)
