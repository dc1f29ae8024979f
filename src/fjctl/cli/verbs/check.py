"""`fjctl check`."""

from __future__ import annotations

from typing import Annotated

import typer

from fjctl.cli import checking
from fjctl.cli.options import From
from fjctl.errors import ExitCode


def _codes(incomplete: str) -> list[str]:
    from fjctl.checks.registry import RULES
    from fjctl.checks.rule import Family

    words = [*(rule.code for rule in RULES), *(rule.name for rule in RULES), *(item.value for item in Family)]
    return [word for word in words if word.lower().startswith(incomplete.lower())]


def _forms(incomplete: str) -> list[str]:
    return [name for name in checking.FORMS if name.startswith(incomplete)]


_SELECTOR = "codes, names or families, with commas between"
Paths = Annotated[
    list[str] | None, typer.Argument(metavar="PATH…", help="Files, folders, patterns; - is stdin.  [default: .]")
]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="RULES", help=f"Only these: {_SELECTOR}.", autocompletion=_codes)
]
Extend = Annotated[
    list[str] | None, typer.Option("--extend-select", metavar="RULES", help="These as well.", autocompletion=_codes)
]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="RULES", help="Not these.", autocompletion=_codes)
]
For = Annotated[str, typer.Option("--for", metavar="TARGET", help="parlant: also what breaks on a Parlant server.")]
Fix = Annotated[bool, typer.Option("--fix", help="Make the safe repairs.")]
Unsafe = Annotated[bool, typer.Option("--unsafe-fixes", help="With --fix, also those that may change the meaning.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; print what --fix would change, and what remains.")]
Form = Annotated[
    str, typer.Option("--format", metavar="FORM", help=f"{', '.join(checking.FORMS)}.", autocompletion=_forms)
]
ReportTo = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORM:FILE", help="Write a report to a file as well; repeatable."),
]
FailOn = Annotated[
    str, typer.Option("--fail-on", metavar="LEVEL", help="Exit 1 from this level on: error, warning, info, never.")
]
Statistics = Annotated[bool, typer.Option("--statistics", help="Only count how often each rule was broken.")]
Baseline = Annotated[str, typer.Option("--baseline", metavar="FILE", help="Show only what this file does not know.")]
Update = Annotated[bool, typer.Option("--update-baseline", help="Write all that is found into the baseline.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Check everything anew, and remember nothing.")]
StdinName = Annotated[str, typer.Option("--stdin-filename", metavar="NAME", help="What messages call stdin.")]


def check(
    paths: Paths = None,
    select: Select = None,
    extend_select: Extend = None,
    ignore: Ignore = None,
    target: For = "",
    fix: Fix = False,
    unsafe_fixes: Unsafe = False,
    diff: Diff = False,
    form: Form = "text",
    report: ReportTo = None,
    fail_on: FailOn = "",
    statistics: Statistics = False,
    baseline: Baseline = "",
    update_baseline: Update = False,
    no_cache: NoCache = False,
    stdin_filename: StdinName = "",
    source_format: From = "",
) -> ExitCode:
    """Check workflows, journeys and pairs against the rules; `fjctl rule` lists them.

    Reads whatever builder drew the file, runs none of its code and asks no network. A finding has a code, its place,
    and what to do next. Accept one with a comment `# fjctl: ignore[CODE]` in YAML, or by node in fjctl.json.

    \b
    Examples:
      fjctl check workflows journeys
      fjctl check --select graph,security --format github --report sarif:fjctl.sarif

    \b
    In Python:
      import fjctl; fjctl.check(["workflows"]).reports
    """
    asked = checking.Asked(
        paths=paths or [],
        select=select or [],
        extend=extend_select or [],
        ignore=ignore or [],
        target=target,
        fix=fix,
        unsafe=unsafe_fixes,
        diff=diff,
        form=form,
        reports=report or [],
        fail_on=fail_on,
        statistics=statistics,
        baseline=baseline,
        update_baseline=update_baseline,
        cache=not no_cache,
        stdin_filename=stdin_filename,
        source_format=source_format,
    )
    return checking.run(asked)
