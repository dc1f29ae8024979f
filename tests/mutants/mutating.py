"""Makes mutants of real files, and says which of them the rules catch."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.checks import engine
from fjctl.checks.registry import RULES
from fjctl.checks.rule import Status
from fjctl.formats import document
from fjctl.project.checking import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.workflow import Workflow
    from tests.mutants.operators import Operator

COMPONENTS = frozenset({"langflow", "flowise-chatflow", "chainforge"})
"""Formats of wired components: whatever nothing leads to begins, and an agent answers the message that came in."""
NO_MISTAKE: dict[str, frozenset[str]] = {
    "remove_the_start": COMPONENTS,
    "remove_a_block_in_the_middle": COMPONENTS,
    "empty_a_prompt": COMPONENTS | {"flowise", "ragflow", "n8n"},
    "put_a_secret_name_into_a_prompt": COMPONENTS | {"flowise", "ragflow", "n8n", "dify"},
    "disable_a_block_in_the_middle": COMPONENTS | {"n8n"},
    "give_two_blocks_one_name": COMPONENTS | {"dify", "fastgpt", "flowise", "n8n", "ragflow", "reactflow"},
}
"""Where what an operator makes is no mistake: the braces of other builders are no names of the environment, n8n passes
data through a block that is switched off, agents without a prompt answer the message of the run, and only Sim refers to
blocks by names without regard to case."""
DEFAULT = [rule for rule in RULES if rule.status is Status.ON]


class Mutant(NamedTuple):
    """A broken file: where it is from, what was done to it, and the codes that are new; none if nobody noticed."""

    file: str
    format: str
    operator: str
    codes: tuple[str, ...]


def read_flow(name: str, data: bytes, member: str = "") -> Document:
    return document.read(name, data, member=member)


def flows(name: str, data: bytes) -> Iterator[Document]:
    """The workflows of a file."""
    whole = read_flow(name, data)
    for found in [read_flow(name, data, member) for member in whole.members] if whole.members else [whole]:
        if found.workflow is not None:
            yield found


def mutants(flow: Document, operators: Iterable[Operator], seed: int) -> Iterator[Mutant]:
    """One mutant for each operator that finds something to break, of those that change the meaning and that the format
    can hold: where its writer mends a mistake on the way, there is no such file."""
    known = findings(flow)
    before = meant(cast("Workflow", flow.workflow))
    form = cast("Format", flow.format)
    for operator in operators:
        workflow = deepcopy(cast("Workflow", flow.workflow))
        chance = Random(f"{seed} {flow.source.name} {operator.__name__}")  # noqa: S311 - the same choices every time
        if form.name in NO_MISTAKE.get(operator.__name__, ()) or not operator(workflow, chance):
            continue
        wanted = meant(workflow)
        text = flow.rewritten(form.load().encode(workflow, flow.value).value)
        broken = document.read(flow.source.name, flow.encoded(text), format_name=form.name, member=flow.member)
        if broken.workflow is not None and not _arrived(before, wanted, meant(broken.workflow)):
            continue
        new = findings(broken) - known
        codes = tuple(sorted({code for code, _ in new}))
        yield Mutant(flow.source.name, form.name, operator.__name__, codes)


def _arrived(before: Any, wanted: Any, found: Any) -> bool:
    """Whether a file says what was meant to be wrong with it."""
    if found == before:
        return False
    blocks, old, new = wanted[0], before[0], found[0]
    touched = {name for name in {*blocks, *old} if blocks.get(name) != old.get(name)}
    return found[1] == wanted[1] and all(new.get(name) == blocks.get(name) for name in touched)


def findings(flow: Document) -> Counter[tuple[str, str]]:
    """What the reader and the default rules say: codes and messages."""
    found = Counter((item.code, item.message) for item in flow.diagnostics)
    if flow.ok:
        for item in engine.check(subject_of(flow), DEFAULT):
            assert item.code != "FJ500", item.message
            found[item.code, item.message] += 1
    return found


def meant(workflow: Workflow) -> Any:
    """What a run of a workflow depends on: not names, ids of branches, positions or order."""
    blocks = {
        block.id: (block.kind, block.enabled, block.parent, block.fields, [item.reason() for item in block.branches])
        for block in workflow.blocks
    }
    reasons = {(block.id, branch.id): branch.reason() for block in workflow.blocks for branch in block.branches}
    edges = Counter(
        (edge.source, edge.target, repr(reasons.get((edge.source, edge.branch or ""), edge.branch)))
        for edge in workflow.edges
    )
    names = {block.id: block.name for block in workflow.blocks}
    return blocks, edges, workflow.variables, names
