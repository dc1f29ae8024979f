"""What `fjctl check` does, apart from how its options are spelled: this module knows no Typer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fjctl import __version__
from fjctl.checks.selection import Wanted
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import findings, human
from fjctl.errors import ExitCode, UsageError
from fjctl.project import baseline as baselines
from fjctl.project.check_cache import Cache
from fjctl.project.check_run import Plan, Run, check_bytes, check_files, plan_of
from fjctl.project.config import load_settings
from fjctl.project.discover import named
from fjctl.project.files import start_folder
from fjctl.project.reports import WEIGHT, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fjctl.project.settings import Settings

PEOPLE = ("text", "concise")
FORMS = (*PEOPLE, "json", "jsonl", "github", "gitlab", "sarif", "junit")
LEVELS = (*WEIGHT, "never")
TARGETS = ("", "parlant")


class Asked(NamedTuple):
    """What was asked for: the options of the verb, under their Python names."""

    paths: Sequence[str] = ()
    select: Sequence[str] = ()
    extend: Sequence[str] = ()
    ignore: Sequence[str] = ()
    target: str = ""
    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    form: str = "text"
    reports: Sequence[str] = ()
    fail_on: str = ""
    statistics: bool = False
    baseline: str = ""
    update_baseline: bool = False
    cache: bool = True
    if_known: bool = False
    stdin_filename: str = ""
    source_format: str = ""


def plain(arguments: list[str]) -> Asked | None:
    """The meaning of `check PATH…`, with nothing but paths; None for whatever says more."""
    words = arguments[1:]
    return None if any(not word or word.startswith("-") for word in words) else Asked(words)


def run(asked: Asked) -> ExitCode:
    """Checks what was asked for, and shows it."""
    targets = _reports_wanted(asked)
    paths = asked.paths or ["."]
    if "-" in paths and (len(paths) > 1 or asked.fix or asked.diff):
        hint = "fjctl check - < FILE" if len(paths) > 1 else "name the file to mend it"
        raise UsageError("stdin is checked alone, and as it is", hint=hint)
    settings = load_settings(start_folder([] if "-" in paths else paths))
    plan = plan_of(settings, _wanted(asked))
    known = _baseline(asked, settings)
    fail_on = asked.fail_on or settings.check.fail_on
    if asked.unsafe and not (asked.fix or asked.diff):
        raise UsageError(
            "--unsafe-fixes says which repairs, not that any are made", hint="add --fix, or --diff to see them"
        )
    drifted: dict[str, bytes] = {}
    if asked.fix or asked.diff:
        from fjctl.cli.fixing import mend

        files = named(paths, settings)
        drifted = mend(files, plan, show=asked.diff, unsafe=asked.unsafe, format_name=asked.source_format)
    run = _all(paths, settings, plan, asked, drifted if asked.diff else {})
    code = _shown(run, asked, targets, fail_on, known)
    return ExitCode.FOUND if asked.diff and drifted and fail_on != "never" else code


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        select=_words(asked.select),
        extend=_words(asked.extend),
        ignore=_words(asked.ignore),
        parlant=asked.target == "parlant",
    )


def _words(given: Iterable[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _reports_wanted(asked: Asked) -> list[tuple[str, Path]]:
    """The reports to be written; UsageError for anything that does not exist, before anything is done."""
    _one_of(asked.form, FORMS, "form")
    _one_of(asked.target, TARGETS, "target")
    if asked.fail_on:
        _one_of(asked.fail_on, LEVELS, "level")
    found = []
    for text in asked.reports:
        form, _, name = text.partition(":")
        if not name:
            raise UsageError(
                f"--report {text!r} names no file", hint="write it as FORM:FILE, for example sarif:fjctl.sarif"
            )
        _one_of(form, FORMS, "form")
        found.append((form, Path(name)))
    return found


def _one_of(word: str, known: Sequence[str], what: str) -> None:
    if word not in known:
        from difflib import get_close_matches

        close = get_close_matches(word, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"{what}s: {', '.join(filter(None, known))}"
        raise UsageError(f"there is no {what} {word!r}", hint=hint)


def _all(paths: Sequence[str], settings: Settings, plan: Plan, asked: Asked, instead: dict[str, bytes]) -> Run:
    if "-" in paths:
        name = asked.stdin_filename or "<stdin>"
        checked = check_bytes(name, sys.stdin.buffer.read(), plan, asked.source_format)
        return Run(checked.reports, [name], checked.hidden)
    files = dict.fromkeys(named(paths, settings), False) if asked.if_known else named(paths, settings)
    remember = asked.cache and settings.is_project and not instead
    cache = Cache(settings.root if remember else None, f"{plan.key(__version__)}{asked.source_format}")
    found = check_files(files, plan, settings, cache, asked.source_format, instead)
    cache.save()
    if not found.files and not asked.if_known:
        place = ", ".join(paths)
        raise UsageError("there is no workflow and no journey", place=place, hint="name a file or another folder")
    return found


class _Baseline(NamedTuple):
    """The project's folder, the baseline's file, if there is one, and what it knows; nothing yet when it is to be
    written."""

    root: Path
    path: Path | None
    known: baselines.Known | None


def _baseline(asked: Asked, settings: Settings) -> _Baseline:
    path = Path(asked.baseline) if asked.baseline else None
    if path is None and settings.check.baseline:
        path = settings.root / settings.check.baseline
    if path is None and asked.update_baseline:
        hint = "add --baseline FILE, or `baseline` to the configuration"
        raise UsageError("--update-baseline names no file", hint=hint)
    return _Baseline(settings.root, path, None if path is None or asked.update_baseline else baselines.load(path))


def _shown(run: Run, asked: Asked, targets: Sequence[tuple[str, Path]], fail_on: str, baseline: _Baseline) -> ExitCode:
    if asked.update_baseline and baseline.path is not None:
        count = baselines.save(baseline.path, run.reports, baseline.root)
        TERMINAL.note(f"{baseline.path}: {human.counted(count, 'finding')} written")
        return ExitCode.OK
    if baseline.known is not None:
        fresh = baselines.new(run.reports, baseline.known, baseline.root)
        run = run._replace(reports=fresh, hidden=run.hidden + len(run.reports) - len(fresh))
    for form, file in targets:
        _write(file, rendered(form, run))
    if asked.statistics:
        for line in findings.statistics(run.reports):
            TERMINAL.out(line)
    elif shown := rendered(asked.form, run):
        TERMINAL.out(shown)
    TERMINAL.note(findings.summary(run.reports, len(run.files), run.hidden))
    return ExitCode.FOUND if fails(run.reports, fail_on) else ExitCode.OK


def rendered(form: str, run: Run) -> str:
    """A run in one of the forms."""
    if form in PEOPLE:
        return "\n".join((findings.text if form == "text" else findings.concise)(run.reports))
    from fjctl.cli.views import reports

    return reports.FORMS[form](run)


def _write(path: Path, text: str) -> None:
    from fjctl.project.files import read_if_exists
    from fjctl.project.writing import write_guarded

    data = (text + "\n" if text else "").encode("utf-8", "backslashreplace")
    write_guarded(path, data, expected=read_if_exists(path))


def fails(reports: Iterable[Report], level: str) -> bool:
    """Whether anything is as bad as a level, or worse."""
    return level != "never" and any(WEIGHT[report.severity] <= WEIGHT[level] for report in reports)
