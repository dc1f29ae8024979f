"""Each rule against its cases: when it speaks, when it is silent, where it points, and what its repair makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fjctl.checks import engine
from fjctl.checks.manuals import HEADINGS, manual
from fjctl.checks.registry import RULES, rules
from fjctl.checks.rule import Sees
from fjctl.model.meaning import meaning
from fjctl.project.checking import Placed, examine, fix
from tests.support_rules import FOLDER, Case, cases, document_of, sides_of

if TYPE_CHECKING:
    from fjctl.formats.document import Document

CASES = [case for case in cases() if "pair" not in case.given]


def ids(case: Case) -> str:
    return f"{case.code}-{case.format}-{'fail' if case.fails else 'pass'}-{case.title}"


def found(case: Case, document: Document) -> list[Placed]:
    placed = examine(document, [rules()[case.code]], case.knowledge())
    failed = [item.finding.message for item in placed if item.finding.code == engine.RULE_FAILED[0]]
    assert not failed
    return [item for item in placed if item.finding.code == case.code]


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_rule_finds_what_its_case_says(case: Case) -> None:
    document = case.document()
    findings = found(case, document)
    messages = [item.finding.message for item in findings]
    if not case.fails:
        assert messages == []
        return
    places = case.given.get("at")
    places = [places] if isinstance(places, str) else places
    assert len(findings) == case.given.get("finds", len(places) if places else 1), messages
    assert all(item.finding.message and item.finding.help for item in findings)
    if "says" in case.given:
        assert case.given["says"] in messages[0]
    if "severity" in case.given:
        assert findings[0].finding.severity.value == case.given["severity"]
    if places is not None:
        assert_places(document, findings, places)


def assert_places(document: Document, findings: list[Placed], places: list[Any]) -> None:
    """Whoever goes to the place finds the thing."""
    lines = document.source.text.split("\n")
    standing = [lines[item.start.line - 1][item.start.column - 1 :] for item in findings]
    for item, text, wanted in zip(findings, standing, places, strict=True):
        if isinstance(wanted, list):
            assert [item.start.line, item.start.column] == wanted
        else:
            assert text.lstrip("\"'").startswith(wanted), f"{wanted!r} is not at {text!r}"


FIXED = [case for case in CASES if "after" in case.given]


@pytest.mark.parametrize("case", FIXED, ids=ids)
def test_a_repair_makes_what_its_case_says(case: Case) -> None:
    rule = rules()[case.code]
    fixed = fix(case.document(), [rule], case.knowledge(), unsafe=case.given.get("unsafe", False))
    assert fixed.made
    assert [item.finding.message for item in fixed.remaining if item.finding.code == case.code] == []
    after = case.given["after"]
    if "same" not in after:
        assert _meant(fixed.document) == _meant(document_of(after, case.format))
    again = fix(fixed.document, [rule], case.knowledge(), unsafe=True)
    assert again.document.source.text == fixed.document.source.text, "a second repair finds nothing to do"


def _meant(document: Document) -> Any:
    if document.journey is not None:
        return meaning(document.journey)
    assert document.workflow is not None
    blocks = {
        block.id: (block.kind, block.name, block.fields, [item.reason() for item in block.branches])
        for block in document.workflow.blocks
    }
    edges = sorted((edge.source, edge.target, edge.branch or "") for edge in document.workflow.edges)
    return blocks, edges, document.workflow.variables


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_cases_for_each_side(rule: Any) -> None:
    own = [case for case in cases() if case.code == rule.code]
    assert own, f"tests/rules/{rule.code}.yml is missing"
    for side in sides_of(rule.code):
        here = [case for case in own if side == ("pair" if "pair" in case.given else _side(case))]
        assert any(case.fails for case in here), f"no case fails on the side {side}"
        assert any(not case.fails for case in here), f"no case passes on the side {side}"
        if rule.fix is not None and rule.sees is not Sees.PAIR:
            assert any("after" in case.given for case in here), f"no case shows the repair on the side {side}"
    assert any(case.given.get("at") for case in own), "no case says where the finding points"


def _side(case: Case) -> str:
    return "journey" if case.format == "journey" else "workflow"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_a_manual(rule: Any) -> None:
    text = manual(rule)
    assert text.summary[0].isupper()
    assert text.summary.endswith(".")
    assert list(text.parts) == list(HEADINGS)
    assert all(text.parts.values())


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_no_case_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("FJ*.yml")} <= set(rules())
