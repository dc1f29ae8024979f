"""The laws of converting, checked on one document: pure functions, for `fjctl roundtrip` and for the tests.

The names are those of the literature on lenses: `get` makes a journey of a workflow, `put` writes one side into the
other, `create` makes a workflow of a journey alone. Each check gives a `LawResult`; nothing is raised or written.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from fjctl.conversion.bridge import Conversion, Names, convert, default_target, reread
from fjctl.diagnostics import has_errors
from fjctl.formats import document, registry
from fjctl.model.journey import walk
from fjctl.model.meaning import difference, meaning
from fjctl.source import format_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey, State
    from fjctl.source import JsonValue

JOURNEY_NAME = "roundtrip.journey.yaml"
TEXTS = ("chat", "say", "fork", "description")
EDITED = " (edited)"


@dataclass(frozen=True, slots=True)
class LawResult:
    """One law: whether it holds (None: it does not apply, `skipped` says why) and the first place where it fails."""

    law: str
    holds: bool | None
    difference: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A document and the one made from it; `form` is the workflow's format."""

    workflow: Document
    journey: Document
    form: Format
    made: Conversion


def check_all(source: Document) -> list[LawResult]:
    """Every law on one readable document."""
    found = [identity(source)]
    pair = make_pair(source)
    if isinstance(pair, LawResult):
        return [*found, pair]
    found += [get_put_workflow(pair), get_put_journey(pair)]
    found += [put_get(pair, name, edited) for name, edited in edits(pair.journey)]
    found += [create(pair), idempotence(pair), accounting(pair)]
    return found


def share(source: Document) -> float | None:
    """Of a workflow's fields with a meaning, the share that its journey holds; None for a journey."""
    account = convert(source, registry.find("journey")).account if source.workflow is not None else None
    return account.share if account is not None else None


def workflow_name(form: Format) -> str:
    """A name that a file of this format could have."""
    if form.is_sibling:
        return f"roundtrip{form.suffixes[0]}"
    return "roundtrip.yml" if form.syntax == "yaml" else "roundtrip.json"


def identity(source: Document) -> LawResult:
    """`write(read(t), prior=t) == t`, byte for byte."""
    return _same_text("identity", source.source.text, source.rewritten(deepcopy(source.value)))


def make_pair(source: Document) -> Pair | LawResult:
    """The other side of a document, read again from the text it is written as."""
    to_journey = source.journey is None or (source.format is not None and source.format.is_sibling)
    target = registry.find("journey") if to_journey else default_target(source)
    form = cast("Format", source.format) if to_journey else target
    name = JOURNEY_NAME if to_journey else workflow_name(form)
    made = convert(source, target, None, Names(name, workflow_name(form)))
    if made.text is None:
        return LawResult("get", None, skipped=made.diagnostics[0].message if made.diagnostics else "refused")
    other = document.read(name, made.text.encode("utf-8", "surrogatepass"), format_name=target.name)
    if not other.ok:
        message = other.diagnostics[0].message if other.diagnostics else "it has no model"
        return LawResult("get", holds=False, difference=f"what was written cannot be read: {message}")
    return Pair(source, other, form, made) if to_journey else Pair(other, source, form, made)


def get_put_workflow(pair: Pair) -> LawResult:
    """Writing the unchanged journey back gives the very workflow."""
    back = convert(pair.journey, pair.form, pair.workflow)
    return _same_text("GetPut workflow", pair.workflow.source.text, _text(back))


def get_put_journey(pair: Pair) -> LawResult:
    """Writing the unchanged workflow into the journey gives the very journey."""
    back = convert(pair.workflow, registry.find("journey"), pair.journey)
    return _same_text("GetPut journey", pair.journey.source.text, _text(back))


def edits(journey: Document) -> Iterator[tuple[str, Document]]:
    """A journey with one title, one text, and then all of them changed; what is not there is left out."""
    states = [path for path in _texts(journey) if path[-1] == "title"]
    prompts = [path for path in _texts(journey) if path[-1] != "title"]
    for what, paths in (("a title", states[:1]), ("a text", prompts[:1]), ("every text", states + prompts)):
        if paths:
            value = deepcopy(journey.value)
            for path in paths:
                _edit(value, path)
            yield what, reread(journey, journey.rewritten(value))


def _texts(journey: Document) -> list[tuple[str, ...]]:
    found = []
    for above, name, state in walk(cast("Journey", journey.journey)["states"]):
        base = tuple(part for outer in (*above, name) for part in ("states", outer))
        found += [(*base, key) for key in ("title", *TEXTS) if _is_text(state, key)]
    return found


def _is_text(state: State, key: str) -> bool:
    text = state.get(key)
    return isinstance(text, str) and bool(text.strip())


def _edit(value: JsonValue, path: tuple[str, ...]) -> None:
    place: Any = value
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] += EDITED


def put_get(pair: Pair, what: str, edited: Document) -> LawResult:
    """After an edit of the journey, the workflow written from it says what the journey says, or it is refused."""
    law = f"PutGet {what}"
    if not edited.ok:
        return LawResult(law, holds=False, difference="the edited journey cannot be read")
    put = convert(edited, pair.form, pair.workflow)
    if put.text is None:
        told = has_errors(put.diagnostics)
        return LawResult(law, holds=None if told else False, skipped="refused with a diagnostic" if told else "")
    if put.text == pair.workflow.source.text:
        return LawResult(law, None, skipped=f"{pair.form.name} has no place for it")
    written = reread(pair.workflow, put.text)
    back = convert(written, registry.find("journey"), pair.journey)
    if back.journey is None or edited.journey is None:
        return LawResult(law, holds=False, difference="the workflow written cannot be converted back")
    expected = convert(written, registry.find("journey"), edited).journey
    return _same_meaning(law, edited.journey, cast("Journey", expected)) or _arrived(law, back, edited)


def _arrived(law: str, back: Conversion, edited: Document) -> LawResult:
    """The old journey, told of the new workflow, becomes the edited one."""
    before, after = cast("Journey", back.journey), cast("Journey", edited.journey)
    return _same_meaning(law, after, before) or LawResult(law, holds=True)


def create(pair: Pair) -> LawResult:
    """`get(create(J))` means J, for formats that can hold it."""
    law = "create"
    journey = cast("Journey", pair.journey.journey)
    made = convert(pair.journey, pair.form)
    if made.text is None:
        return LawResult(law, None, skipped="refused with a diagnostic")
    again = document.read(
        workflow_name(pair.form), made.text.encode("utf-8", "surrogatepass"), format_name=pair.form.name
    )
    back = convert(again, registry.find("journey"), pair.journey).journey if again.ok else None
    if back is None:
        return LawResult(law, holds=False, difference="the workflow made cannot be read")
    return _same_meaning(law, journey, back) or LawResult(law, holds=True)


def idempotence(pair: Pair) -> LawResult:
    """Converting a second time changes nothing."""
    first = _text(convert(pair.journey, pair.form, pair.workflow))
    second = _text(convert(pair.journey, pair.form, reread(pair.workflow, first)))
    return _same_text("idempotence", first, second)


def accounting(pair: Pair) -> LawResult:
    """Every field is in the journey, stays by design, or is named as lost; the difference names the first lost one."""
    account = convert(pair.workflow, registry.find("journey"), pair.journey).account
    if account is None:
        return LawResult("accounting", None, skipped="nothing was read")
    unnamed = next((loss for loss in account.lost if not loss.reason), None)
    place = f"{format_path(unnamed.pointer)} is lost without a reason" if unnamed else ""
    return LawResult("accounting", unnamed is None, place)


def _text(conversion: Conversion) -> str:
    return conversion.text if conversion.text is not None else ""


def _same_text(law: str, expected: str, found: str) -> LawResult:
    if expected == found:
        return LawResult(law, holds=True)
    at = next((place for place, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), None)
    if at is None:
        at = min(len(expected), len(found))
    line = expected.count("\n", 0, at) + 1
    column = at - (expected.rfind("\n", 0, at) + 1) + 1
    return LawResult(
        law, holds=False, difference=f"{line}:{column}: {expected[at : at + 30]!r} became {found[at : at + 30]!r}"
    )


def _same_meaning(law: str, expected: Journey, found: Journey) -> LawResult | None:
    at = difference(cast("Any", meaning(expected)), cast("Any", meaning(found)))
    return None if at is None else LawResult(law, holds=False, difference=f"{format_path(at)} differs")
