"""Applies repairs to models, round after round, until nothing is left to repair."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from fjctl.diagnostics import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.checks.rule import Finding
    from fjctl.checks.subject import Subject
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow

ROUNDS = 10
"""How often a file is repaired and checked again at most; repairs that undo each other must not go on for ever."""


def applicable(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """The findings whose repairs may be applied."""
    allowed = {Safety.SAFE, Safety.UNSAFE} if unsafe else {Safety.SAFE}
    return [item for item in findings if item.repair is not None and item.repair.safety in allowed]


def repaired(subject: Subject, findings: Iterable[Finding]) -> Workflow | Journey:
    """A copy of the model with the repairs of the findings made in it."""
    model: Workflow | Journey = deepcopy(subject.workflow if subject.workflow is not None else subject.the_journey)
    for item in findings:
        if item.repair is not None:
            item.repair.apply(model)
    return model
