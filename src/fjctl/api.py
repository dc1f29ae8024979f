"""The public API: whatever a person can type, a script can call.

`reads`/`read` give a `Document`, `convert` converts one in memory, `convert_file` does what `fjctl convert` does to
one file: finds the pair, converts, writes guarded, remembers. Nothing here prints.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fjctl import __version__
from fjctl.conversion import bridge
from fjctl.diagnostics import Diagnostic, Severity, has_errors
from fjctl.errors import FjctlError, InputError, OutputError, RefusedError, StoreError, UsageError
from fjctl.formats import document, registry
from fjctl.model.names import slug
from fjctl.project.files import FileState, inside, read_bytes, read_if_exists, split_flow
from fjctl.project.pairs import journey_for, workflow_for
from fjctl.project.settings import Settings
from fjctl.project.writing import WriteOutcome, write_guarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from fjctl.conversion.bridge import Conversion
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.project.parallel import GuardedWriter
    from fjctl.store import ConversionRecord, MappingRecord, Store


class Status(StrEnum):
    """What became of one file."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    WOULD_WRITE = "would-write"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True, eq=False)
class Options:
    """How to convert. `to` and `source_format` are format names, empty for detected; `out` a file or a folder,
    surely a folder with `into_folder` (it need not be there unless something is written);
    `root` the project's folder, which no write leaves; `settings` its pair rules.
    """

    to: str = ""
    source_format: str = ""
    out: Path | None = None
    into_folder: bool = False
    write: bool = True
    strict: bool = False
    force: bool = False
    root: Path = field(default_factory=Path.cwd)
    settings: Settings | None = None


@dataclass(slots=True, eq=False)
class FileResult:
    """One file's conversion: where it went, what became of it, and everything worth telling. `flows` are those of a
    file that holds several, of which none was named; `unnoted` is why the database took no note of the write.

    While `writing` is there a `GuardedWriter` is at work, and `settle` fills in the status and the record.
    """

    source: str
    target: str = ""
    status: Status = Status.FAILED
    conversion: Conversion | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    error: FjctlError | None = None
    before: str | None = None
    unnoted: StoreError | None = None
    record: ConversionRecord | None = None
    flows: list[str] = field(default_factory=list)
    writing: Future[WriteOutcome] | None = None
    began: str = ""
    took_ms: float = 0.0

    @property
    def text(self) -> str | None:
        """The converted text, if there is one."""
        return self.conversion.text if self.conversion is not None else None


def reads(text: str | bytes, name: str = "<text>", *, format: str = "") -> Document:  # noqa: A002 - the field's word
    """Reads a document from memory. Problems are in its `diagnostics`; UsageError for an unknown format name."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return document.read(name, data, format_name=format)


def read(path: str | Path, *, format: str = "") -> Document:  # noqa: A002 - the field's word
    """Reads a file, or the flow that `file.json#name` names. InputError when there is none to read; problems in it are
    in the document's `diagnostics`."""
    file, flow = split_flow(Path(path))
    return document.read(str(path), read_bytes(file).data, format_name=format, member=flow)


def convert(
    source: Document, to: str = "", *, prior: Document | None = None, names: bridge.Names | None = None
) -> Conversion:
    """Converts in memory: to the format `to`, into `prior` where there is one. Raises for no document's content."""
    target = registry.find(to) if to else (prior.format if prior and prior.format else bridge.default_target(source))
    return bridge.convert(source, target, prior, names)


def convert_file(
    path: Path,
    options: Options,
    *,
    target: Path | None = None,
    store: Store | None = None,
    writer: GuardedWriter | None = None,
) -> FileResult:
    """Converts one file and writes the result. Every problem is in the result; nothing is raised for a user's mistake.

    `store` gives the content on which the pair last agreed; `remember` records what was done. With a `writer` the
    file may still be on its way to the disk: `settle` waits for it.
    """
    result = FileResult(_shown(path, options.root), began=_timestamp(time.time()))
    clock = time.perf_counter()
    with _told(result):
        _convert_file(path, target, options, result, _Tools(store, writer))
    result.took_ms = (time.perf_counter() - clock) * 1000
    if result.writing is None:
        result.record = _record(result, options)
    return result


def settle(result: FileResult, options: Options) -> FileResult:
    """The same result, complete: waits for the write that `convert_file` has handed to a writer."""
    if result.writing is not None:
        writing, result.writing = result.writing, None
        with _told(result):
            result.status = _written(writing.result())
        result.record = _record(result, options)
    return result


@contextlib.contextmanager
def _told(result: FileResult) -> Iterator[None]:
    """What goes wrong inside becomes part of the result."""
    try:
        yield
    except FjctlError as error:
        result.error = error
        result.status = Status.REFUSED if isinstance(error, RefusedError) else Status.FAILED
    except OSError as error:  # such as a name that is too long, met where a path is only looked at
        result.error = InputError(
            f"cannot be looked at: {(error.strerror or str(error)).lower()}", place=result.target or result.source
        )


class _Tools(NamedTuple):
    """What a conversion of a file may make use of."""

    store: Store | None
    writer: GuardedWriter | None

    def wait_for(self, path: Path) -> None:
        """Before a file is read: it may be on its way to the disk."""
        if self.writer is not None:
            self.writer.wait_for(path)


def _convert_file(path: Path, target: Path | None, options: Options, result: FileResult, tools: _Tools) -> None:
    file, flow = split_flow(path)
    tools.wait_for(file)
    source = document.read(result.source, read_bytes(file).data, format_name=options.source_format, member=flow)
    result.diagnostics, result.flows = source.located(), source.members
    if not source.ok:
        return
    form = _form(source, options)
    paired = target is None and options.out is None
    derived = paired or (target is None and options.out is not None and (options.into_folder or options.out.is_dir()))
    target = target or target_path(path, source, form, options)
    result.target = _shown(target, options.root)
    if target.absolute() == path.absolute() or (target.exists() and target.samefile(path)):
        raise UsageError(
            "the target is the source itself", hint="name another file with -o, or another format with --to"
        )
    written, flow = split_flow(target)
    _check_special(written)
    paired = paired and not written.is_symlink()  # where a link leads is for its author to make
    written = inside(options.root, written)
    tools.wait_for(written)
    existing = read_if_exists(written)
    if existing is None and flow:
        hint = "name a file of its own with -o, and import that"
        raise RefusedError(f"there is no file to write the flow {flow!r} into", place=result.target, hint=hint)
    free = not options.to and source.journey is not None and "format" not in source.journey.get("origin", {})
    prior = _prior(result, form, existing, any_workflow=free, flow=flow)
    if prior is not None:
        form = prior.format or form
        result.before = prior.source.text
        if not options.force:
            if derived:
                _guard_pair(path, prior, target, result)
            _guard_edits(source, prior, result, tools.store)
    names = bridge.Names(str(written), _relative(path, written.parent), _schema(written, options.root))
    conversion = bridge.convert(source, form, prior, names)
    result.conversion = conversion
    result.diagnostics += conversion.diagnostics
    _finish(result, conversion, written, existing, options, tools, make_folder=paired)


def _form(source: Document, options: Options) -> Format:
    """The target's format: as asked for, as the journey's origin says, as configured, or the usual one."""
    if options.to:
        return registry.find(options.to)
    named = str(options.out or "").partition("#")[0].lower()
    sibling = next((known for known in registry.FORMATS if known.is_sibling and named.endswith(known.suffixes)), None)
    if sibling is not None and named:
        return sibling
    configured = options.settings.format if options.settings is not None else ""
    if configured and source.journey is not None and "format" not in source.journey.get("origin", {}):
        return registry.find(configured)
    return bridge.default_target(source)


def _prior(
    result: FileResult, form: Format, existing: FileState | None, *, any_workflow: bool, flow: str
) -> Document | None:
    """The target as it is; `any_workflow`: a journey that says nothing of its workflow takes the format it finds."""
    if existing is None:
        return None
    if not form.reads:
        _check_drawn(result, form, existing)
        return None
    prior = document.read(result.target, existing.data, member=flow)
    if not prior.ok:
        result.diagnostics += prior.located()
        raise RefusedError(
            "the target exists and cannot be read, so it is left alone",
            place=result.target,
            hint="mend or remove it, then convert again",
        )
    known = prior.format
    fits = (
        known is not None
        and known.side == form.side
        and (known.name == form.name or any_workflow or form.side == "journey")
    )
    if not fits:
        what = known.title if known else "something else"
        raise RefusedError(
            f"the target is a {what}, not a {form.title}", place=result.target, hint="name another file with -o"
        )
    return prior


def _check_drawn(result: FileResult, form: Format, existing: FileState) -> None:
    """A file that is only written is written anew; RefusedError for one that is somebody's own."""
    from fjctl.formats.mermaid import MARK

    if existing.data.strip() and not existing.data.startswith(MARK.encode()):
        hint = "name another file with -o"
        raise RefusedError(f"the target is no {form.title} that fjctl has written", place=result.target, hint=hint)


def _check_special(target: Path) -> None:
    """OutputError for a device or a pipe, whose place no file may take; by name, as `/dev/stdout` leads nowhere."""
    if target.exists() and not target.is_file() and not target.is_dir():
        hint = "write to stdout with -o -, and lead that there"
        raise OutputError("is not a regular file, so it was not written", place=str(target), hint=hint)


def _guard_pair(path: Path, prior: Document, target: Path, result: FileResult) -> None:
    """Refuses to write a workflow into the journey of another one: of the same name but for its suffix, or copied."""
    named = prior.journey.get("origin", {}).get("workflow", "") if prior.journey is not None else ""
    other = target.parent / named
    if named and other.is_file() and not other.samefile(path):
        hint = "name another file with -o, or correct 'origin.workflow' in it"
        raise RefusedError(f"the target is the journey of {named}", place=result.target, hint=hint)


def _guard_edits(source: Document, prior: Document, result: FileResult, store: Store | None) -> None:
    """Refuses to overwrite edits of the target's own: it differs, in meaning, from the content that both sides last
    agreed on, so converting would undo somebody's work."""
    from_journey = source.journey is not None
    if store is None or source.format is None or from_journey == (prior.journey is not None):
        return
    workflow, journey = (result.target, result.source) if from_journey else (result.source, result.target)
    from fjctl.store import content_hash

    try:
        agreed, intended = store.base(workflow, journey), store.intended(result.target)
    except StoreError:
        return  # what cannot be remembered cannot be guarded; whoever records will say so
    if agreed is None:
        return
    agreed_source, agreed_target = (
        (agreed.journey, agreed.workflow) if from_journey else (agreed.workflow, agreed.journey)
    )
    present = prior.encoded(prior.source.text)
    if content_hash(present) in intended or agreed_target in {present, document.storable(result.target, present)}:
        return  # as agreed, or as a run wrote it that did not live to say so
    before = document.read(result.source, agreed_source, format_name=source.format.name, member=source.member)
    back = bridge.convert(prior, source.format, before) if before.ok else None
    if back is not None and not back.unchanged:
        hint = f"carry them over with `fjctl convert {result.target} -o {result.source}`, or lose them with --force"
        raise RefusedError("the target has edits that the source does not have", place=result.target, hint=hint)


def _finish(
    result: FileResult,
    conversion: Conversion,
    target: Path,
    existing: FileState | None,
    options: Options,
    tools: _Tools,
    *,
    make_folder: bool,
) -> None:
    """Writes what was converted. `make_folder`: the pair rules say where it goes, and the folder need not be there."""
    if conversion.text is None or has_errors(conversion.diagnostics):
        result.status = Status.REFUSED
        return
    if options.strict and conversion.meaningful_losses:
        result.status = Status.REFUSED
        count = len(conversion.meaningful_losses)
        hint = "see them with --report, or convert without --strict"
        raise RefusedError(
            f"{count} {'field' if count == 1 else 'fields'} would be lost", place=result.source, hint=hint
        )
    if conversion.unchanged:
        result.status = Status.UNCHANGED
    elif not options.write:
        result.status = Status.WOULD_WRITE
    else:
        data = _bytes(conversion)
        if tools.store is not None:
            result.unnoted = _intend(tools.store, result.target, data)
        if make_folder:
            _make_folder(target.parent)
        if tools.writer is not None:
            result.writing = tools.writer.submit(target, data, expected=existing)
        else:
            result.status = _written(write_guarded(target, data, expected=existing))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise OutputError(
            f"the folder cannot be made: {said}", place=str(folder), hint="name a file with -o"
        ) from error


def _written(outcome: WriteOutcome) -> Status:
    return Status.UNCHANGED if outcome is WriteOutcome.UNCHANGED else Status.WRITTEN


def _intend(store: Store, target: str, data: bytes) -> StoreError | None:
    """Notes what is about to be written. A database that takes no notes does not stop the writing; it is said why, so
    that a batch need not wait for it again with each file."""
    from fjctl.store import content_hash

    try:
        store.intend(target, content_hash(data))
    except StoreError as error:
        return error
    return None


def target_path(path: Path, source: Document, form: Format, options: Options) -> Path:
    """Where a conversion goes when no file is named: the pair of the configuration or of the journey's origin, else
    beside the source by name. RefusedError when an origin leads out of the project."""
    out = options.out
    if out is not None:
        return out / _name(path, form) if options.into_folder or out.is_dir() else out
    settings = options.settings or Settings(root=options.root)
    if source.journey is None or (source.format is not None and source.format.is_sibling):
        is_document = form.name == registry.JOURNEY
        return _journey_of(path, settings) if is_document else path.parent / _name(path, form)
    origin = source.journey.get("origin", {})
    usual = origin.get("format") or settings.format or registry.DEFAULT_WORKFLOW
    if form.side == "journey" and not (form.is_sibling and form.name == usual and origin.get("workflow")):
        return path.parent / _name(path, form)
    if form.name != usual:
        return path.parent / f"{_stem(path)}.{form.name}{form.suffixes[0]}"
    named = origin.get("workflow", "")
    target = workflow_for(path, settings, named=named)
    if named and not (_is_in(target, options.root) or _is_in(target, path.parent)):
        # A document must not choose files elsewhere, in a project or not.
        hint = "correct 'origin.workflow', or name the output with -o"
        raise RefusedError(
            f"its origin names a workflow outside the project: {named}", place=_shown(path, options.root), hint=hint
        )
    return target


def _journey_of(workflow: Path, settings: Settings) -> Path:
    """The journey of a workflow; that of a flow in a file with several has the flow's name behind the file's."""
    file, flow = split_flow(workflow)
    found = journey_for(file, settings)
    if not flow:
        return found
    suffix = next((end for end in registry.find("journey").suffixes if found.name.endswith(end)), found.suffix)
    return found.with_name(f"{found.name.removesuffix(suffix)}.{slug(flow, 'flow')}{suffix}")


def _is_in(path: Path, folder: Path) -> bool:
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - by name, as a person reads it


def _name(path: Path, form: Format) -> str:
    if form.side == "workflow" and not path.name.lower().endswith(registry.find("journey").suffixes):
        return f"{_stem(path)}.{form.name}{form.suffixes[0]}"
    return _stem(path) + form.suffixes[0]


def _stem(path: Path) -> str:
    """The file's name without the suffix of its format, and with that of the flow in it that is meant."""
    path, flow = split_flow(path)
    if flow:
        return f"{_stem(path)}.{slug(flow, 'flow')}"
    suffixes = sorted((suffix for known in registry.FORMATS for suffix in known.suffixes), key=len, reverse=True)
    name = path.name
    return next((name[: -len(suffix)] for suffix in suffixes if name.lower().endswith(suffix)), path.stem)


def _shown(path: Path, root: Path) -> str:
    try:
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return path.as_posix()


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()


def _schema(target: Path, root: Path) -> str:
    """The project's copy of the schema as seen from the target; empty where there is none that an editor could open."""
    local = root / "schemas" / "journey.schema.json"
    return _relative(local, target.parent) if local.exists() else ""


def _timestamp(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC with milliseconds."""
    whole = int(seconds)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{int((seconds - whole) * 1000):03d}+00:00"


def _record(result: FileResult, options: Options) -> ConversionRecord | None:
    conversion = result.conversion
    if conversion is None or conversion.source.format is None:
        return None
    from fjctl.store import ConversionRecord, FileRecord, content_hash

    source = conversion.source
    data = source.encoded(source.source.text)
    files = [
        FileRecord("input", result.source, source.format.name if source.format else "", content_hash(data), len(data))
    ]
    done = result.status in {Status.WRITTEN, Status.UNCHANGED} and conversion.text is not None
    if done and conversion.text is not None:
        written = _bytes(conversion)
        files.append(FileRecord("output", result.target, conversion.target.name, content_hash(written), len(written)))
    return ConversionRecord(
        started_at=result.began,
        duration_ms=round(result.took_ms, 3),
        direction=f"{source.format.name if source.format else ''} -> {conversion.target.name}",
        tool_version=__version__,
        status="refused" if not done else "unchanged" if result.status is Status.UNCHANGED else "ok",
        options={"to": options.to, "strict": options.strict, "force": options.force},
        files=tuple(files),
        losses=tuple(conversion.losses),
        mapping=_mapping(result, conversion) if done else None,
    )


def _bytes(conversion: Conversion) -> bytes:
    """What is written: the text, with the byte-order mark that the target had."""
    text, prior = conversion.text or "", conversion.prior
    return prior.encoded(text) if prior is not None else text.encode("utf-8")


def _mapping(result: FileResult, conversion: Conversion) -> MappingRecord | None:
    from fjctl.store import Base, EdgeTransition, MappingRecord, NodeState, VariableLink

    source_is_journey = conversion.source.journey is not None
    if (
        source_is_journey == (conversion.target.side == "journey")
        or conversion.workflow is None
        or conversion.text is None
    ):
        return None
    source = conversion.source
    here = document.storable(source.source.name, source.encoded(source.source.text))
    there = document.storable(result.target, _bytes(conversion))
    workflow = conversion.workflow
    by_node = {node: key for key, node in conversion.nodes.items()}
    kinds = {block.id: block.kind.value for block in workflow.blocks}
    form = conversion.target if source_is_journey else conversion.source.format
    variables = [
        (name, str(shape.get("type", "")) if isinstance(shape, dict) else "")
        for name, shape in workflow.variables.items()
    ]
    return MappingRecord(
        workflow_path=result.target if source_is_journey else result.source,
        journey_path=result.source if source_is_journey else result.target,
        workflow_format=form.name if form else "",
        nodes=tuple(NodeState(node, key, kinds.get(node, "")) for node, key in by_node.items()),
        transitions=tuple(
            EdgeTransition(edge.id, by_node.get(edge.source, ""), edge.branch or "", by_node.get(edge.target, ""))
            for edge in workflow.edges
        ),
        variables=tuple(VariableLink(name, name, kind) for name, kind in variables),
        base=Base(there, here) if source_is_journey else Base(here, there),
    )


def remember(store: Store, results: list[FileResult]) -> None:
    """Records conversions in one transaction. StoreError when the database cannot be used."""
    records = [result.record for result in results if result.record is not None]
    if records:
        store.record_many(records)


def worst(results: list[FileResult]) -> int:
    """The exit code for a batch: 2 when a file could not be read or written, 1 when one was refused, else 0."""
    failed = [r.error.exit_code if r.error is not None else 2 for r in results if r.status is Status.FAILED]
    return max([*failed, *(1 for result in results if result.status is Status.REFUSED)], default=0)


__all__ = [
    "Diagnostic",
    "FileResult",
    "Options",
    "Severity",
    "Status",
    "StoreError",
    "convert",
    "convert_file",
    "read",
    "reads",
    "remember",
    "settle",
    "worst",
]
