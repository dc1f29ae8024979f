"""What `fjctl convert` does, apart from how its options are spelled: this module knows no Typer.

Importing Typer takes as long as everything else that a small conversion does (measured: `docs/benchmarks.md`), so a
command line that needs no more than `plain` understands goes around it.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.api import FileResult, Options, Status, convert_file, settle, worst
from fjctl.cli.batch import Memory, Progress, Sources
from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import conversions, human
from fjctl.errors import ExitCode, OutputError, StoreError, UsageError
from fjctl.formats.registry import find
from fjctl.project.config import load_settings
from fjctl.project.files import FLOW_SIGN, start_folder

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from fjctl.project.parallel import GuardedWriter


class Asked(NamedTuple):
    """What was asked for: the options of the verb, under their Python names."""

    sources: list[str]
    to: str = ""
    source_format: str = ""
    out: str = ""
    check: bool = False
    diff: bool = False
    dry_run: bool = False
    strict: bool = False
    force: bool = False
    report: bool = False
    as_json: bool = False
    no_history: bool = False
    stdin_filename: str = ""


_FILE_ENDS = (".json", ".yaml", ".yml")
_VALUES = {"-o": "out", "--output": "out", "--to": "to", "--from": "source_format"}


def plain(arguments: list[str]) -> Asked | None:
    """The meaning of `convert SRC… [-o OUT] [--to FORMAT] [--from FORMAT]`; None for whatever says more or less."""
    if arguments[:1] != ["convert"]:
        return None
    sources: list[str] = []
    values: dict[str, Any] = {}
    words = iter(arguments[1:])
    for word in words:
        name = _VALUES.get(word)
        value = next(words, "-?") if name is not None else word
        if value == "" or (value.startswith("-") and value != "-"):
            return None
        if name is None:
            sources.append(word)
        else:
            values[name] = value
    return Asked(sources, **values) if sources else None


def run(asked: Asked) -> ExitCode:
    """Converts what was asked for, shows and records it."""
    sources, out = asked.sources, asked.out
    for name in filter(None, (asked.to, asked.source_format)):
        find(name)  # a misspelt format is said once, not for each file
    if "-" in sources or out == "-":
        from fjctl.cli.stream import convert_stream

        _check_stream(asked)
        return convert_stream(
            sources, asked.to, asked.source_format, out, asked.stdin_filename, strict=asked.strict, report=asked.report
        )
    settings = load_settings(start_folder(sources))
    found = Sources(sources, asked.to, settings)
    write = not (asked.check or asked.diff or asked.dry_run)
    options = Options(
        to=asked.to,
        source_format=asked.source_format,
        out=Path(out) if out else None,
        into_folder=_check_folder(out, found.files, write=write),
        write=write,
        strict=asked.strict,
        force=asked.force,
        root=settings.root,
        settings=settings,
    )
    several = len(found.files) + len(found.failed) != 1
    remembers = settings.history and not asked.no_history
    database = human.near(settings.database_path) if remembers else None
    return _Run(asked, options, database, several=several).all(found)


_NEED_FILES = {"check": "--check", "diff": "--diff", "dry_run": "--dry-run", "as_json": "--json"}


def _check_stream(asked: Asked) -> None:
    """A stream has no target to compare with; an option that would do nothing is better said than passed over."""
    for name, option in _NEED_FILES.items():
        if getattr(asked, name):
            raise UsageError(f"{option} needs files, not a stream", hint="name the source file, and leave '-' out")


def _check_folder(out: str, files: list[Path], *, write: bool) -> bool:
    """Whether `-o` is a folder; made when it is not there. Two sources never become one file in it."""
    path = Path(out)
    if not out or (len(files) < 2 and not out.endswith(("/", os.sep))):
        return False
    # `os.path`, as pathlib raises for a name that is too long to look at.
    if os.path.isfile(out) or (not os.path.isdir(out) and out.endswith(_FILE_ENDS)):  # noqa: PTH112, PTH113
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


_WINDOW = 25  # files on their way to the disk at a time, and
_WEIGHT = 1_000_000  # characters read for them: enough for the waiting to overlap, little to keep in memory


class _Run:
    """One run: converts, shows and records file by file, so that memory does not grow with the batch.

    Of a batch a few files are on their way to the disk while the next are converted; they are shown and recorded in
    order, when they are there.
    """

    def __init__(self, asked: Asked, options: Options, database: Path | None, *, several: bool) -> None:
        self.asked, self.options, self.several = asked, options, several
        self.memory = Memory(database)
        self.writer: GuardedWriter | None = None
        self.counts: Counter[str] = Counter()
        self.open: deque[FileResult] = deque()
        self.weight = 0
        self.results: list[FileResult] = []
        self.listed: list[dict[str, Any]] = []
        self.differs = False

    def all(self, found: Sources) -> ExitCode:
        """Every file; the exit code."""
        for failed in found.failed:
            self._show(failed)
        with self.memory, Progress(len(found.files), "converting") as progress, self._writing(found.files):
            try:
                for path in found.files:
                    self._one(path, optional=path in found.optional)
                    progress.advance()
            finally:  # also what was done before an interruption is shown and recorded
                self._settle()
        if self.asked.as_json:
            from fjctl.cli.views import machine

            machine.show("convert", {"files": self.listed, "summary": dict(sorted(self.counts.items()))})
        elif self.several and self.results and not TERMINAL.quiet:
            TERMINAL.out(conversions.summary(self.counts))
        return self._exit_code()

    def _writing(self, files: list[Path]) -> AbstractContextManager[object]:
        """A writer for many files; one alone has nothing to overlap with."""
        if len(files) < 2 or not self.options.write:
            return nullcontext()
        from fjctl.project.parallel import GuardedWriter

        self.writer = GuardedWriter()
        return self.writer

    def _one(self, path: Path, *, optional: bool) -> None:
        result = convert_file(path, self.options, store=self.memory.store, writer=self.writer)
        if isinstance(result.error, StoreError):  # a damaged memory must not stop the work
            self.memory.give_up(result.error)
            result = convert_file(path, self.options, writer=self.writer)
        elif result.unnoted is not None:
            self.memory.give_up(result.unnoted)
        if result.flows and not self._one_file():
            for flow in result.flows:
                self._one(Path(f"{path}{FLOW_SIGN}{flow}"), optional=False)
            return
        if optional and any(item.code == "FJ309" for item in result.diagnostics):
            self.counts[conversions.SKIPPED] += 1
            if TERMINAL.verbose:
                TERMINAL.note(f"{path}: skipped, in no format fjctl knows")
            return
        self.open.append(result)
        self.weight += len(result.conversion.source.source.text) if result.conversion is not None else 0
        if self.writer is None or len(self.open) >= _WINDOW or self.weight >= _WEIGHT:
            self._settle()

    def _settle(self) -> None:
        """Shows and records what is done, in order, after all of it is safely on the disk."""
        if self.writer is not None:
            self.writer.flush()
        while self.open:
            result = settle(self.open.popleft(), self.options)
            self._show(result)
            if self.options.write:
                self.memory.add(result)
            result.conversion = result.record = result.before = None
        self.weight = 0

    def _one_file(self) -> bool:
        """Whether all that is converted goes into one file that was named."""
        return self.options.out is not None and not self.options.into_folder and not self.options.out.is_dir()

    def _show(self, result: FileResult) -> None:
        self.results.append(result)
        self.counts[result.status.value] += 1
        root = self.options.root
        if self.asked.as_json:
            self.listed.append(conversions.as_json(result))
            self.differs |= result.status is Status.WOULD_WRITE
            return
        conversions.show_problems(result, root)
        if self.asked.diff:
            self.differs |= conversions.show_diff(result, root)
        elif self._worth_a_line(result):
            conversions.show_line(result, root)
        if self.asked.report and result.conversion is not None:
            for line in conversions.report_lines(result.conversion, conversions.here(result.source, root)):
                TERMINAL.out(line)

    def _worth_a_line(self, result: FileResult) -> bool:
        if result.status in {Status.FAILED, Status.REFUSED}:
            return self.asked.report and result.conversion is not None
        if result.status is Status.UNCHANGED and self.several:
            return TERMINAL.verbose or self.asked.report
        return not TERMINAL.quiet or result.status is Status.WOULD_WRITE

    def _exit_code(self) -> ExitCode:
        if not self.results:
            hint = "name a file itself, or its format with --from"
            raise UsageError("no file is in a format fjctl knows", hint=hint)
        code = worst(self.results)
        would = self.asked.check and self.counts[Status.WOULD_WRITE.value]
        return ExitCode(code or (ExitCode.FOUND if would or (self.asked.diff and self.differs) else ExitCode.OK))
