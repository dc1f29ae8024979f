"""`fjctl convert`."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from fjctl.api import FileResult, Options, Status, convert_file, worst
from fjctl.cli.batch import Memory, Progress, Sources, start_folder
from fjctl.cli.options import From, To
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import conversions, human
from fjctl.errors import ExitCode, OutputError, StoreError, UsageError
from fjctl.project.config import load_settings

Src = Annotated[
    list[str], typer.Argument(metavar="SRC…", help="Files, folders, patterns; - is stdin.", show_default=False)
]
Out = Annotated[str, typer.Option("--output", "-o", metavar="OUT", help="File or folder to write to; - is stdout.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if something would be written.")]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change; exit 1 if anything would.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a conversion that loses anything with a meaning.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite edits that only the target has.")]
Report = Annotated[bool, typer.Option("--report", help="Tell what moved, what stays behind, what is lost, and where.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, by the schema fjctl/convert/v1.")]
NoHistory = Annotated[bool, typer.Option("--no-history", help="Neither read nor write fjctl.db.")]
StdinName = Annotated[str, typer.Option("--stdin-filename", metavar="NAME", help="What messages call stdin.")]


def convert(
    sources: Src,
    to: To = "",
    source_format: From = "",
    out: Out = "",
    check: Check = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    strict: Strict = False,
    force: Force = False,
    report: Report = False,
    as_json: Json = False,
    no_history: NoHistory = False,
    stdin_filename: StdinName = "",
) -> ExitCode:
    """Convert workflows to journeys and journeys to workflows.

    The format is detected, and the target is the other file of the pair: by fjctl.toml, by the journey's origin, or
    beside the source by name. A target that is there is edited where it has to change and nowhere else.

    \b
    Examples:
      fjctl convert workflows/return-item.json
      fjctl convert workflows/ --to journey -o journeys/ --check

    \b
    In Python:
      fjctl.convert_file(Path("flow.json"), fjctl.Options())
      fjctl.convert(fjctl.read("flow.json"), "journey").text
    """
    if "-" in sources or out == "-":
        from fjctl.cli.stream import convert_stream

        return convert_stream(sources, to, source_format, out, stdin_filename, strict=strict, report=report)
    settings = load_settings(start_folder(sources))
    found = Sources(sources, to, settings)
    write = not (check or diff or dry_run)
    options = Options(
        to=to,
        source_format=source_format,
        out=Path(out) if out else None,
        into_folder=_check_folder(out, found.files, write=write),
        write=write,
        strict=strict,
        force=force,
        root=settings.root,
        settings=settings,
    )
    request = _Request(
        check=check, diff=diff, report=report, as_json=as_json, several=len(found.files) + len(found.failed) != 1
    )
    remembers = settings.history and not no_history
    return _Run(request, options, human.near(settings.database_path) if remembers else None).all(found)


def _check_folder(out: str, files: list[Path], *, write: bool) -> bool:
    """Whether `-o` is a folder; made when it is not there. Two sources never become one file in it."""
    path = Path(out)
    if not out or (len(files) < 2 and not out.endswith(("/", os.sep))):
        return False
    if path.is_file():
        raise UsageError(
            f"{human.counted(len(files), 'source')} cannot go into one file", place=out, hint="name a folder with -o"
        )
    twice = [name for name, count in Counter(file.name for file in files).items() if count > 1]
    if twice:
        hint = "convert them to folders of their own"
        raise UsageError(f"several sources are called {twice[0]}", place=out, hint=hint)
    if write:
        _make_folder(path)
    return True


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot be made: {reason}", place=str(path), hint="name another folder with -o") from error


@dataclass(frozen=True, slots=True)
class _Request:
    check: bool
    diff: bool
    report: bool
    as_json: bool
    several: bool


class _Run:
    """One run: converts, shows and records file by file, so that memory does not grow with the batch."""

    def __init__(self, request: _Request, options: Options, database: Path | None) -> None:
        self.request, self.options = request, options
        self.memory = Memory(database)
        self.counts: Counter[str] = Counter()
        self.results: list[FileResult] = []
        self.listed: list[dict[str, Any]] = []
        self.differs = False

    def all(self, found: Sources) -> ExitCode:
        """Every file; the exit code."""
        for failed in found.failed:
            self._show(failed)
        with self.memory, Progress(len(found.files), "converting") as progress:
            for path in found.files:
                self._one(path, optional=path in found.optional)
                progress.advance()
        if self.request.as_json:
            from fjctl.cli.views import machine

            machine.show("convert", {"files": self.listed, "summary": dict(sorted(self.counts.items()))})
        elif self.request.several and self.results and not TERMINAL.quiet:
            TERMINAL.out(conversions.summary(self.counts))
        return self._exit_code()

    def _one(self, path: Path, *, optional: bool) -> None:
        result = convert_file(path, self.options, store=self.memory.store)
        if isinstance(result.error, StoreError):  # a damaged memory must not stop the work
            self.memory.give_up(result.error)
            result = convert_file(path, self.options)
        if optional and any(item.code == "FJ309" for item in result.diagnostics):
            self.counts[conversions.SKIPPED] += 1
            if TERMINAL.verbose:
                TERMINAL.note(f"{path}: skipped, in no format fjctl knows")
            return
        self._show(result)
        if self.options.write:
            self.memory.add(result)
        result.conversion = result.record = result.before = None

    def _show(self, result: FileResult) -> None:
        self.results.append(result)
        self.counts[result.status.value] += 1
        root = self.options.root
        if self.request.as_json:
            self.listed.append(conversions.as_json(result))
            self.differs |= result.status is Status.WOULD_WRITE
            return
        conversions.show_problems(result, root)
        if self.request.diff:
            self.differs |= conversions.show_diff(result, root)
        elif self._worth_a_line(result):
            conversions.show_line(result, root)
        if self.request.report and result.conversion is not None:
            for line in conversions.report_lines(result.conversion, conversions.here(result.source, root)):
                TERMINAL.out(line)

    def _worth_a_line(self, result: FileResult) -> bool:
        if result.status in {Status.FAILED, Status.REFUSED}:
            return self.request.report and result.conversion is not None
        if result.status is Status.UNCHANGED and self.request.several:
            return TERMINAL.verbose or self.request.report
        return not TERMINAL.quiet or result.status is Status.WOULD_WRITE

    def _exit_code(self) -> ExitCode:
        if not self.results:
            hint = "name a file itself, or its format with --from"
            raise UsageError("no file is in a format fjctl knows", hint=hint)
        code = worst(self.results)
        would = self.request.check and self.counts[Status.WOULD_WRITE.value]
        return ExitCode(code or (ExitCode.FOUND if would or (self.request.diff and self.differs) else ExitCode.OK))
