"""One conversion of one document, from text to text: chooses the lens, writes the text, names what was lost.

Pure: paths appear as names only, nothing is read or written here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.conversion import lens, siblings
from fjctl.conversion.accounting import Account, account, losses
from fjctl.conversion.adopt import place
from fjctl.conversion.naming import Hints
from fjctl.diagnostics import Diagnostic, Loss, has_errors
from fjctl.formats import registry
from fjctl.formats.document import Document, fresh, interpret, syntax_of
from fjctl.model.order import in_order
from fjctl.source import Source

if TYPE_CHECKING:
    from fjctl.formats.base import WorkflowFormat
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow
    from fjctl.source import JsonValue, Pointer


_BROKEN = frozenset({"FJ301", "FJ302", "FJ303", "FJ307"})
"""Findings on a node or an edge that nothing can be made of."""


class Names(NamedTuple):
    """What a new file says about others: the workflow's path as seen from the journey, the schema's likewise, and the
    target's own file name (its suffix decides between YAML and JSON)."""

    target: str = ""
    workflow: str = ""
    schema: str = ""


@dataclass(slots=True, eq=False)
class Conversion:
    """The result: `text` (None when refused), what was lost on the way, and what belongs to what in the pair.

    `unwritten` are the losses that the target's writer met; `losses` adds the source's fields that the journey has no
    place for, which are counted when they are first asked for.
    """

    source: Document
    target: Format
    text: str | None = None
    value: JsonValue = None
    prior: Document | None = None
    unwritten: list[Loss] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)
    workflow: Workflow | None = None
    journey: Journey | None = None
    read: Workflow | None = None
    _account: Account | None = None
    _lost: list[Loss] | None = None

    @property
    def account(self) -> Account | None:
        """Where each field of the source's workflow went; None when the source is a journey."""
        if self._account is None and (written := self._written()) is not None:
            self._account = account(*written)
        return self._account

    @property
    def losses(self) -> list[Loss]:
        """Everything that the target does not hold, by design (`own`) or for want of a place."""
        if self._lost is None:
            if self._account is not None:
                self._lost = self._account.lost
            else:
                self._lost = losses(*written) if (written := self._written()) is not None else []
        return [*self.unwritten, *self._lost]

    def _written(self) -> tuple[JsonValue, JsonValue, WorkflowFormat, frozenset[Pointer]] | None:
        """The source's workflow document, the one that the journey alone would give, their format's module, and the
        places of what was reported as unreadable."""
        form = self.source.format
        if self.read is None or self.journey is None or form is None:
            return None
        prepared = lens.prepare(lens.with_nodes(self.journey, self.nodes), form, self.read)
        module = form.load()
        value = self.source.value
        broken = frozenset(item.pointer for item in self.source.diagnostics if item.code in _BROKEN)
        return value, module.encode(place(prepared.workflow, self.read), value).value, module, broken

    @property
    def ok(self) -> bool:
        """Whether there is something to write."""
        return self.text is not None

    @property
    def unchanged(self) -> bool:
        """Whether the target already says it, byte for byte."""
        return self.prior is not None and self.text == self.prior.source.text

    @property
    def meaningful_losses(self) -> list[Loss]:
        """The losses that are not some side's own part by design."""
        return [loss for loss in self.losses if not loss.own]


def convert(source: Document, target: Format, prior: Document | None = None, names: Names | None = None) -> Conversion:
    """Converts a document that was read without errors. `prior` is the target as it is, read the same way."""
    names = names or Names()
    result = Conversion(source, target, prior=prior)
    if not source.ok:
        return result
    if target.is_sibling:
        _to_sibling(result, names)
    elif source.journey is not None:
        _from_journey(result, source.journey, names)
    elif target.side == "journey":
        _to_journey(result, names)
    else:
        _between(result)
    return result


def _to_journey(result: Conversion, names: Names) -> None:
    workflow, form = cast("Workflow", result.source.workflow), cast("Format", result.source.format)
    prior = result.prior
    if prior is not None and prior.journey is not None:
        outcome = lens.put_workflow(workflow, siblings.without_links(prior.journey), form)
        outcome = siblings.with_links(outcome, prior.journey)
        _take(result, outcome)
        if outcome.value is not None:
            result.text = prior.rewritten(outcome.value)
    else:
        journey = lens.read_back(workflow, Hints(), form, _stem(result.source.source.name))
        nodes = journey["origin"]["nodes"]
        _origin(journey, form, names)
        journey = in_order(journey)
        result.journey, result.value, result.workflow, result.nodes = (
            journey,
            cast("JsonValue", journey),
            workflow,
            nodes,
        )
        result.text = fresh(result.value, syntax_of(names.target or "x.yaml", ""), schema=names.schema)
    result.read = workflow


def _origin(journey: Journey, form: Format, names: Names) -> None:
    origin = {
        **({"workflow": names.workflow} if names.workflow else {}),
        "format": form.name,
        "nodes": journey["origin"]["nodes"],
    }
    journey["origin"] = cast("Any", origin)


def _to_sibling(result: Conversion, names: Names) -> None:
    """To another file that holds a journey: a script, a graph, a drawing."""
    source, prior = result.source, result.prior
    if source.workflow is not None:
        inner = Conversion(source, registry.find(registry.JOURNEY))
        _to_journey(inner, names)
        journey = cast("Journey", inner.journey)
        result.journey, result.read, result.nodes, result.workflow = (
            journey,
            source.workflow,
            inner.nodes,
            inner.workflow,
        )
        if prior is not None and prior.journey is not None:
            form = cast("Format", source.format)
            outcome = siblings.from_workflow(source.workflow, form, journey, result.target, prior)
        else:
            outcome = siblings.from_journey(journey, result.target, prior)
    elif prior is not None and same_text(source, prior):
        result.journey, result.text = source.journey, source.source.text
        return
    else:
        result.journey = cast("Journey", source.journey)
        outcome = siblings.from_journey(result.journey, result.target, prior)
    result.text, result.unwritten = outcome.text, outcome.losses
    result.diagnostics += outcome.diagnostics


def same_text(one: Document, other: Document) -> bool:
    """Whether two files of one format are the same."""
    return one.format is other.format and one.source.text == other.source.text


def _from_journey(result: Conversion, journey: Journey, names: Names) -> None:
    prior = result.prior
    form = result.source.format
    if form is not None and form.is_sibling and result.target.side == "journey":
        journey = siblings.to_journey(result.source, form, prior, names.workflow)
        result.journey, result.value = journey, cast("JsonValue", journey)
        if prior is not None and prior.journey is not None:
            result.text = prior.rewritten(result.value)
        else:
            result.text = fresh(result.value, syntax_of(names.target or "x.yaml", ""), schema=names.schema)
        return
    if result.target.side == "journey":
        result.journey, result.value = journey, result.source.value
        if prior is not None and prior.journey is not None:
            result.text = prior.rewritten(result.source.value)
        else:
            result.text = fresh(result.value, syntax_of(names.target or "x.yaml", ""), schema=names.schema)
            if "#" in result.source.source.text and result.source.syntax == "yaml":
                result.unwritten.append(Loss("comments", (), "a new file begins without them"))
        return
    journey = siblings.without_links(journey)
    if prior is not None and prior.workflow is not None:
        outcome = lens.put_journey(journey, prior.value, prior.workflow, result.target)
        _take(result, outcome)
        if outcome.value is not None:
            result.text = prior.rewritten(outcome.value)
        return
    outcome = lens.create(journey, result.target)
    _take(result, outcome)
    if outcome.value is not None:
        result.text = fresh(outcome.value, result.target.syntax, side=result.target.side)


def _take(result: Conversion, outcome: lens.Outcome) -> None:
    result.value, result.journey, result.workflow = outcome.value, outcome.journey, outcome.workflow
    result.nodes, result.unwritten = outcome.nodes, list(outcome.losses)
    result.diagnostics += outcome.diagnostics


def _between(result: Conversion) -> None:
    """Workflow to workflow: into the model and out, by way of the journey's vocabulary, with the drawing kept."""
    workflow, form = cast("Workflow", result.source.workflow), cast("Format", result.source.format)
    journey = lens.read_back(workflow, Hints(), form, _stem(result.source.source.name))
    prior = result.prior
    if prior is not None and prior.workflow is not None:
        outcome = lens.put_journey(journey, prior.value, prior.workflow, result.target)
        _take(result, outcome)
        if outcome.value is not None:
            result.text = prior.rewritten(outcome.value)
    elif form.name == result.target.name:
        result.value, result.workflow, result.text = result.source.value, workflow, result.source.source.text
    else:
        prepared = lens.prepare(journey, result.target)
        drawn = place(prepared.workflow, workflow)
        encoded = result.target.load().encode(drawn)
        result.value, result.workflow, result.nodes = encoded.value, drawn, prepared.nodes
        result.unwritten += lens.in_journey(encoded.losses, journey, prepared.nodes)
        if prepared.refused:
            result.value, result.diagnostics = None, lens.refusals(prepared.refused, result.target)
        else:
            result.text = fresh(encoded.value, result.target.syntax, side=result.target.side)
    result.journey, result.nodes = journey, journey["origin"]["nodes"]
    result.read = workflow


def _stem(name: str) -> str:
    stem = name.replace("\\", "/").rpartition("/")[2]
    return stem.partition(".")[0] or "workflow"


def reread(document: Document, text: str) -> Document:
    """The document that a new text would be read as, in the same format."""
    source = Source(document.source.name, text)
    again = replace(document, source=source, diagnostics=[], workflow=None, journey=None, frame=None)
    if document.syntax == "python":
        again.value, again.member = None, _same_member(document, again)
        interpret(again, document.format.name if document.format else "")
        return again
    if document.syntax == "yaml":
        from fjctl.text.yaml_text import parse as parse_text
    else:
        from fjctl.text.json_text import parse as parse_text
    again.value, again.diagnostics = parse_text(again.source)
    if not has_errors(again.diagnostics):
        interpret(again, document.format.name if document.format else "")
    return again


def _same_member(before: Document, after: Document) -> str:
    """The name of a script's journey after an edit, which may be another title."""
    from fjctl.formats.parlant.script import Script

    old, new = Script(before.source).members, Script(after.source).members
    place = old.index(before.member) if before.member in old else -1
    return new[place] if 0 <= place < len(new) else before.member


def default_target(source: Document) -> Format:
    """What a document is converted to when nobody says: a workflow (or a script, a graph) to a journey document, and
    that to its origin's format."""
    if source.journey is None or (source.format is not None and source.format.is_sibling):
        return registry.find("journey")
    return registry.find(source.journey.get("origin", {}).get("format") or registry.DEFAULT_WORKFLOW)
