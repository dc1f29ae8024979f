"""Runs rules over a subject or a pair. A rule that fails is a finding of its own, and the others still run."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from fjctl.checks.rule import Finding, Problem, Sees, Spot
from fjctl.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fjctl.checks.rule import Rule
    from fjctl.checks.subject import Pair, Subject

RULE_FAILED = ("FJ500", "rule-failed")


@cache
def function_of(reference: str) -> Callable[[Any], Iterator[Problem]]:
    """The function of a rule: `module:name`, below `fjctl.checks.rules` or, with a dot, of an installed package."""
    module, _, name = reference.partition(":")
    where = module if "." in module else f"fjctl.checks.rules.{module}"
    return cast("Callable[[Any], Iterator[Problem]]", getattr(import_module(where), name))


def check(subject: Subject, rules: Iterable[Rule]) -> list[Finding]:
    """What the rules that see this side find, in the order of the rules."""
    wanted = {Sees.BOTH, Sees(subject.side)}
    found: list[Finding] = []
    for rule in rules:
        if rule.sees in wanted:
            found += _run(rule, subject, subject)
    return found


def check_pair(pair: Pair, rules: Iterable[Rule]) -> list[Finding]:
    """What the rules for pairs find. Spots are in the journey unless they name a block or an edge."""
    found: list[Finding] = []
    for rule in rules:
        if rule.sees is Sees.PAIR:
            found += _run(rule, pair, pair.journey)
    return found


def _run(rule: Rule, given: Subject | Pair, named_by: Subject) -> Iterator[Finding]:
    try:
        for problem in list(function_of(rule.function)(given)):
            yield _finding(rule, problem, named_by)
    except Exception as error:  # noqa: BLE001 - a rule that fails must not hide what the others find
        message = f"rule {rule.code} {rule.name} failed: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        hint = f"this is a mistake in the rule; leave it out with --ignore {rule.code} and report it"
        yield Finding(*RULE_FAILED, Severity.ERROR, message, hint, Spot())


def _finding(rule: Rule, problem: Problem, subject: Subject) -> Finding:
    node = problem.node or problem.spot.block
    known = subject.graph.nodes.get(node) if node else None
    label = known.label if known is not None else ""
    severity = problem.severity or rule.severity
    return Finding(
        rule.code, rule.name, severity, problem.message, problem.help, problem.spot, node, label, problem.repair
    )
