"""The rules for pairs against their cases: a workflow and a journey as a project has them, checked as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import fjctl
from fjctl.checks import engine
from fjctl.checks.registry import rules
from fjctl.formats import document, registry
from fjctl.project.check_run import check_two, plan_of
from fjctl.project.settings import Settings
from tests.support_rules import Case, cases, flow

if TYPE_CHECKING:
    from pathlib import Path

CASES = [case for case in cases() if "pair" in case.given]


def files_of(given: dict[str, Any], form: str) -> tuple[bytes, bytes]:
    """The two files: a flow, and a journey, or the one the flow is converted to with `replace` done to its text."""
    value = registry.find(form).load().encode(flow(given["flow"])).value
    workflow = (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
    if "journey" in given:
        return workflow, given["journey"].encode()
    made = fjctl.convert(document.read("flow.json", workflow, format_name=form)).text
    assert made is not None
    for old, new in given.get("replace", {}).items():
        assert old in made, made
        made = made.replace(old, new)
    return workflow, made.encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.title}")
def test_a_rule_for_pairs_finds_what_its_case_says(case: Case, tmp_path: Path) -> None:
    given = case.given["pair"]
    workflow, journey = files_of(given, given.get("format", "sim"))
    plan = plan_of(Settings(tmp_path), plan_wanted(case.code))
    found = check_two(("flow.json", "flow.journey.yaml"), (workflow, journey), plan).reports
    assert not [report for report in found if report.code == engine.RULE_FAILED[0]], found
    reports = [report for report in found if report.code == case.code]
    if not case.fails:
        assert reports == []
        return
    assert len(reports) == case.given.get("finds", 1), reports
    assert case.given["says"] in reports[0].message
    line = journey.decode().split("\n")[reports[0].line - 1]
    assert line[reports[0].column - 1 :].startswith(case.given["at"]), line
    assert rules()[case.code].severity.value == reports[0].severity


def plan_wanted(code: str) -> Any:
    from fjctl.checks.selection import Wanted

    return Wanted(select=[code])
