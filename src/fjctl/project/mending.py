"""Repairs in the bytes of a file: every flow of it, and nothing that somebody has accepted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.formats import document as documents
from fjctl.project.check_run import Plan, accepted, ignored_here
from fjctl.project.checking import fix, placed
from fjctl.project.files import split_flow
from fjctl.project.reports import report_of
from fjctl.project.suppressions import comments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.checks.rule import Finding
    from fjctl.formats.document import Document


def mended(name: str, data: bytes, plan: Plan, *, unsafe: bool, format_name: str = "") -> tuple[bytes, int]:
    """A file's bytes after its repairs, and how many were made; accepted findings are not repaired."""
    whole = documents.read(name, data, format_name=format_name, member=split_flow(Path(name))[1])
    made = 0
    for member in whole.members or [whole.member]:
        flow = documents.read(name, data, format_name=format_name, member=member)
        if not flow.ok:
            continue
        wanted = partial(_not_accepted, plan)
        fixed = fix(flow, plan.chosen.rules, plan.knowledge, unsafe=unsafe, wanted=wanted)
        made += len(fixed.made)
        data = flow.encoded(fixed.document.source.text)
    return data, made


def _not_accepted(plan: Plan, document: Document, findings: Sequence[Finding]) -> list[Finding]:
    """The findings that no suppression accepts."""
    lines = document.source.text.split("\n")
    said = comments(document.source.text) if document.syntax == "yaml" else []
    hidden = plan.chosen.hidden | ignored_here(document.source.name, plan)
    reports = [(item.finding, report_of(item, lines)) for item in placed(document, findings)]
    return [finding for finding, report in reports if report.code not in hidden and accepted([report], said, plan)[0]]
