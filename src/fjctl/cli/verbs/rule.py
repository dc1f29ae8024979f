"""`fjctl rule`."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fjctl.checks.manuals import manual
from fjctl.checks.registry import RULES
from fjctl.checks.selection import codes_of
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human, machine
from fjctl.errors import ExitCode

if TYPE_CHECKING:
    from fjctl.checks.rule import Rule


def _names(incomplete: str) -> list[str]:
    words = [word for rule in RULES for word in (rule.code, rule.name)]
    return [word for word in words if word.lower().startswith(incomplete.lower())]


Which = Annotated[
    str, typer.Argument(metavar="[RULE]", help="A code, a name, or a family; all without.", autocompletion=_names)
]
Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/rules/v1.")]


def rule(which: Which = "", as_json: Json = False) -> ExitCode:
    """Show a rule's manual: what it finds, why it matters, what happens at run time, an example and what is better.

    Without a rule, or with a family, lists rules. Nothing of it needs a network.

    \b
    Examples:
      fjctl rule FJ503
      fjctl rule graph --json

    \b
    In Python:
      from fjctl.checks.registry import RULES
    """
    codes = codes_of(which, {}, set()) if which else {item.code for item in RULES}
    chosen = [item for item in RULES if item.code in codes]
    if as_json:
        machine.show("rules", {"rules": [_plain(item) for item in chosen]})
    elif len(chosen) == 1 and which:
        for line in page(chosen[0]):
            TERMINAL.out(line)
    else:
        rows = [(item.code, item.name, item.family.value, _level(item), _fix(item), item.summary) for item in chosen]
        for line in human.table(("CODE", "NAME", "FAMILY", "LEVEL", "FIX", "FINDS"), rows):
            TERMINAL.out(line)
    return ExitCode.OK


def _level(item: Rule) -> str:
    status = {"on": "", "off": " (off)", "parlant": " (parlant)"}[item.status.value]
    return f"{item.severity.value}{status}"


def _fix(item: Rule) -> str:
    return item.fix.value if item.fix is not None else "-"


def page(item: Rule) -> list[str]:
    """A rule's manual in lines."""
    text = manual(item)
    fix = {"safe": "`--fix` mends it", "unsafe": "`--fix --unsafe-fixes` mends it"}.get(_fix(item), "by hand")
    lines = [
        f"{TERMINAL.styled(f'{item.code} {item.name}', 'bold')}",
        f"{item.family.value}, {_level(item)}; {fix}",
        "",
        text.summary,
    ]
    for head, part in text.parts.items():
        body = part if part.startswith(" ") else indent(part, "  ")
        lines += ["", TERMINAL.styled(f"{head}:", "bold"), body]
    return lines


def _plain(item: Rule) -> dict[str, Any]:
    text = manual(item)
    return {
        "code": item.code,
        "name": item.name,
        "family": item.family.value,
        "severity": item.severity.value,
        "status": item.status.value,
        "sees": item.sees.value,
        "fix": item.fix.value if item.fix is not None else None,
        "summary": text.summary,
        "manual": text.parts,
    }
