"""Which rules run, and how much each weighs, from what people select and ignore.

A selector is a code (`FJ503`), the beginning of one (`FJ5`), a name (`unreachable`), a family (`graph`), `all`, or
`default`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fjctl.checks.registry import RULES
from fjctl.checks.rule import Family, Rule, Status
from fjctl.diagnostics import Severity
from fjctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORDS = ("all", "default")
_LEVELS = {item.value: item for item in Severity}


class Selection(NamedTuple):
    """The rules to run, each with its severity, and the codes (of readers, too) that are not to be shown."""

    rules: tuple[Rule, ...]
    hidden: frozenset[str]
    severities: Mapping[str, Severity]


class Wanted(NamedTuple):
    """What people asked for. `severities` are `error`, `warning`, `info` or `off` by selector; `parlant` also runs the
    rules for what Parlant breaks on."""

    select: Sequence[str] = ()
    extend: Sequence[str] = ()
    ignore: Sequence[str] = ()
    severities: Mapping[str, str] = {}
    parlant: bool = False


def selection(wanted: Wanted, others: Mapping[str, str]) -> Selection:
    """The rules that are meant. `others` are the codes of readers with their names, which can be ignored and weighed
    but always run. UsageError for a selector that means nothing, with the nearest that does."""
    on = {Status.ON, Status.PARLANT} if wanted.parlant else {Status.ON}
    default = {rule.code for rule in RULES if rule.status in on}
    chosen = _union(wanted.select, others, default) if wanted.select else default
    chosen |= _union(wanted.extend, others, default)
    hidden = _union(wanted.ignore, others, default)
    severities: dict[str, Severity] = {}
    for selector, level in wanted.severities.items():
        codes = codes_of(selector, others, default)
        if level == "off":
            hidden |= codes
            continue
        if level not in _LEVELS:
            hint = f"levels: {', '.join(_LEVELS)}, off"
            raise UsageError(f"there is no severity {level!r} (for {selector})", hint=hint)
        severities |= dict.fromkeys(codes, _LEVELS[level])
    rules = (rule for rule in RULES if rule.code in chosen and rule.code not in hidden)
    weighed = (rule._replace(severity=severities.get(rule.code, rule.severity)) for rule in rules)
    return Selection(tuple(weighed), frozenset(hidden), severities)


def _union(selectors: Iterable[str], others: Mapping[str, str], default: set[str]) -> set[str]:
    found: set[str] = set()
    for selector in selectors:
        found |= codes_of(selector, others, default)
    return found


def codes_of(selector: str, others: Mapping[str, str], default: set[str]) -> set[str]:
    """The codes that a selector means."""
    known = {rule.code: rule.name for rule in RULES} | dict(others)
    if selector == "all":
        return set(known)
    if selector == "default":
        return default
    word = selector.strip()
    found = {code for code, name in known.items() if word.lower() == name}
    found |= {rule.code for rule in RULES if rule.family.value == word.lower()}
    if word.upper().startswith("FJ"):
        found |= {code for code in known if code.startswith(word.upper())}
    if not found:
        raise _unknown(selector, known)
    return found


def _unknown(selector: str, known: Mapping[str, str]) -> UsageError:
    from difflib import get_close_matches

    names = [*known.values(), *known, *(item.value for item in Family), *WORDS]
    close = get_close_matches(selector.strip(), names, 1) or get_close_matches(selector.strip().upper(), list(known), 1)
    hint = f"did you mean {close[0]!r}?" if close else "`fjctl rule` lists codes, names and families"
    return UsageError(f"there is no rule {selector!r}", hint=hint)
