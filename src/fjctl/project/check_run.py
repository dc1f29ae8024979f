"""Checks many files: each alone, then the pairs among them, with what is known from the last time."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.checks.engine import check_pair
from fjctl.checks.rule import Sees
from fjctl.checks.selection import Selection, Wanted, codes_of, selection
from fjctl.checks.subject import Knowledge
from fjctl.errors import ConfigError, FjctlError, InputError, UsageError
from fjctl.formats import document as documents
from fjctl.project.check_cache import Stamp, stamp_of
from fjctl.project.checking import examine, placed
from fjctl.project.files import FLOW_SIGN, read_bytes, relative, split_flow
from fjctl.project.globs import match
from fjctl.project.pairs import is_journey_name, journey_for, workflow_for
from fjctl.project.reports import Report, report_of
from fjctl.project.suppressions import (
    IGNORES_NAME,
    MALFORMED,
    UNUSED,
    Ignore,
    Suppression,
    accepts,
    comments,
    covers,
    ignores_of,
)
from fjctl.source import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fjctl.checks.rule import Rule
    from fjctl.formats.document import Document
    from fjctl.project.check_cache import Cache
    from fjctl.project.checking import Placed
    from fjctl.project.settings import Settings

ENOUGH = 1_000_000
"""Bytes to check from which a second process is worth its start (measured: some 60 ms)."""
_UNKNOWN = "FJ309"
_SEVERAL = "FJ312"


class Plan(NamedTuple):
    """What files are checked by. `ignores` are the entries of `fjctl.json`, each with the codes it stands for;
    `others` the codes of readers with their names."""

    root: Path
    chosen: Selection
    knowledge: Knowledge
    ignores: tuple[tuple[Ignore, frozenset[str]], ...] = ()
    per_file: tuple[tuple[str, frozenset[str]], ...] = ()
    others: Mapping[str, str] = {}

    def key(self, version: str) -> str:
        """Stands for everything but a file's content that its findings depend on, in a version of fjctl."""
        parts = repr((version, *map(_ordered, (self.chosen, self.knowledge, self.ignores, self.per_file))))
        return blake2b(parts.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _ordered(value: Any) -> Any:
    """A value whose sets are sorted lists: their own order is another in every process."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [_ordered(item) for item in value]
    return sorted(value.items()) if hasattr(value, "items") else value


class Checked(NamedTuple):
    """One file, or one pair: what was found, the numbers of the entries of `fjctl.json` that were used, whether it is
    no document at all (a JSON file of something else), and how many findings were accepted."""

    reports: list[Report]
    used: list[int]
    unknown: bool = False
    hidden: int = 0


def reader_codes() -> dict[str, str]:
    """The codes of what readers say, with their names."""
    from fjctl.formats import base, journey
    from fjctl.model import shape
    from fjctl.project import suppressions
    from fjctl.text import encoding, json_codes, yaml_codes

    tables: list[Mapping[str, Any]] = [
        encoding.CODES, json_codes.CODES, yaml_codes.CODES, shape.CODES, journey.CODES, base.FORMAT_CODES,
        suppressions.CODES,
    ]  # fmt: skip
    return {code: row[0] for table in tables for code, row in table.items()} | {"FJ500": "rule-failed"}


def plan_of(settings: Settings, wanted: Wanted, knowledge: Knowledge | None = None) -> Plan:
    """The plan of a project and a command line. ConfigError or UsageError for a selector that means nothing."""
    others = reader_codes()
    own = settings.check
    asked = Wanted(
        select=wanted.select or own.select,
        extend=[*own.extend, *wanted.extend],
        ignore=[*own.ignore, *wanted.ignore],
        severities={**own.severity, **wanted.severities},
        parlant=wanted.parlant,
    )
    try:
        chosen = selection(asked, others)
        default = {rule.code for rule in chosen.rules}
        per_file = tuple(
            (pattern, frozenset(code for word in words for code in codes_of(word, others, default)))
            for pattern, words in own.per_file
        )
    except UsageError as error:
        if wanted.select or wanted.ignore or wanted.extend or settings.file is None:
            raise
        raise ConfigError(error.message, place=str(settings.file), hint=error.hint) from error
    ignores = tuple((entry, _codes_of_entry(entry, others, settings)) for entry in ignores_of(settings.root))
    known = knowledge if knowledge is not None else knowledge_of(settings)
    return Plan(settings.root, chosen, known, ignores, per_file, others)


def _codes_of_entry(entry: Ignore, others: Mapping[str, str], settings: Settings) -> frozenset[str]:
    try:
        return frozenset(codes_of(entry["code"], others, set()))
    except UsageError as error:
        raise ConfigError(error.message, place=str(settings.root / IGNORES_NAME), hint=error.hint) from error


def knowledge_of(settings: Settings) -> Knowledge:
    """What the project says about the names that are set when its flows run, and its limits."""
    own = settings.check
    names = None if own.environment is None else frozenset(own.environment)
    if own.environment_file:
        path = settings.root / own.environment_file
        try:
            text = read_bytes(path).data.decode("utf-8", "replace")
        except InputError as error:
            raise ConfigError(error.message, place=str(path), hint="mend 'check.environment-file'") from error
        names = (names or frozenset()) | _names_in(text)
    return Knowledge(environment=names, limits=dict(own.limits))


def _names_in(text: str) -> frozenset[str]:
    """The names that a `.env` file sets."""
    lines = (line.strip().removeprefix("export ").strip() for line in text.splitlines())
    return frozenset(line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#"))


# --- one file --------------------------------------------------------------------------------------------------------


def check_bytes(name: str, data: bytes, plan: Plan, format_name: str = "") -> Checked:
    """Checks one file: every flow of it, with its suppressions."""
    whole = documents.read(name, data, format_name=format_name, member=split_flow(Path(name))[1])
    if any(item.code == _UNKNOWN for item in whole.diagnostics):
        return _settled([(whole, examine(whole, (), plan.knowledge))], whole, plan)._replace(unknown=True)
    flows = [whole]
    if whole.members:
        flows = [documents.read(name, data, format_name=format_name, member=member) for member in whole.members]
    return _settled([(flow, examine(flow, plan.chosen.rules, plan.knowledge)) for flow in flows], whole, plan)


def _settled(found: Sequence[tuple[Document, list[Placed]]], whole: Document, plan: Plan) -> Checked:
    """Reports of findings, without what is ignored or accepted, and with what is wrong with the suppressions."""
    lines = whole.source.text.split("\n")
    name = whole.source.name
    reports = dict.fromkeys(
        report_of(item, lines) for _, items in found for item in items if item.finding.code != _SEVERAL
    )
    hidden = plan.chosen.hidden | ignored_here(name, plan)
    weighed = [_weighed(report, plan) for report in reports if report.code not in hidden]
    said = comments(whole.source.text) if whole.syntax == "yaml" else []
    kept, used, count = accepted(weighed, said, plan)
    for item in said:
        kept += (remark for remark in _about(item, weighed, name, lines, plan) if remark.code not in hidden)
    return Checked(sorted(kept, key=Report.order), sorted(used), hidden=count)


def _weighed(report: Report, plan: Plan) -> Report:
    level = plan.chosen.severities.get(report.code)
    return report if level is None else report._replace(severity=level.value)


def ignored_here(name: str, plan: Plan) -> frozenset[str]:
    """The codes that the settings ignore in a file."""
    if not plan.per_file:
        return frozenset()
    path = relative(name, plan.root)
    codes = (codes for pattern, codes in plan.per_file if match(pattern, path) is not None)
    return frozenset().union(*codes)


def accepted(reports: list[Report], said: list[Suppression], plan: Plan) -> tuple[list[Report], set[int], int]:
    """The reports that no suppression accepts, the entries of `fjctl.json` that were used, and how many it hid."""
    kept, used = [], set()
    codes = [_meant(item, plan) for item in said]
    for report in reports:
        at = Position(report.line, report.column)
        if any(covers(item, meant, report.code, at) for item, meant in zip(said, codes, strict=True)):
            continue
        path = relative(report.path, plan.root) if plan.ignores else ""
        by = [n for n, (entry, meant) in enumerate(plan.ignores) if accepts(entry, meant, report, path)]
        used.update(by)
        if not by:
            kept.append(report)
    return kept, used, len(reports) - len(kept)


def _meant(item: Suppression, plan: Plan) -> frozenset[str]:
    found: set[str] = set()
    for word in item.words:
        try:
            found |= codes_of(word, plan.others, set())
        except UsageError:
            continue  # said by `_about`
    return frozenset(found)


def _about(item: Suppression, reports: list[Report], name: str, lines: list[str], plan: Plan) -> Iterator[Report]:
    """What is wrong with a suppression: words that mean nothing, or that hide nothing although their rules ran."""
    ran = {rule.code for rule in plan.chosen.rules} | plan.others.keys()
    pair_rules = {rule.code for rule in plan.chosen.rules if rule.sees is Sees.PAIR}
    if not item.words:
        yield _remark(MALFORMED, item, "a suppression names no rule", "write `# fjctl: ignore[CODE]`", name, lines)
    for word in item.words:
        try:
            codes = codes_of(word, plan.others, set())
        except UsageError as error:
            yield _remark(MALFORMED, item, error.message, error.hint, name, lines)
            continue
        hides = any(item.first <= report.line <= item.last and report.code in codes for report in reports)
        if not hides and codes <= ran and not codes & pair_rules:
            message = f"nothing here breaks {word}, so the suppression hides nothing"
            yield _remark(UNUSED, item, message, "remove it", name, lines, "warning")


def _remark(
    code: tuple[str, str],
    item: Suppression,
    message: str,
    hint: str,
    name: str,
    lines: list[str],
    severity: str = "error",
) -> Report:
    line = lines[item.line - 1].rstrip("\r")
    return Report(
        name, item.line, item.column, item.line, len(line) + 1, *code, severity, message, hint, source=line
    )  # fmt: skip


# --- pairs -----------------------------------------------------------------------------------------------------------


def pairs_among(files: Sequence[str], settings: Settings) -> list[tuple[str, str]]:
    """The pairs (workflow, journey) of which one side is among the files and both exist, each once."""
    found: dict[tuple[str, str], None] = {}
    for name in files:
        path = Path(name)
        if split_flow(path)[1]:
            continue
        if is_journey_name(path):
            other = _workflow_of(path, settings)
            if other is not None:
                found[str(other), name] = None
        else:
            journey = journey_for(path, settings)
            if journey.is_file() and journey != path:
                found[name, str(journey)] = None
    return list(found)


def _workflow_of(journey: Path, settings: Settings) -> Path | None:
    named = ""
    try:
        data = read_bytes(journey).data
        if b"origin:" in data or b'"origin"' in data:
            found = documents.read(str(journey), data).journey
            named = (found or {}).get("origin", {}).get("workflow", "")  # type: ignore[call-overload]
        path = workflow_for(journey, settings, named=named)
    except FjctlError:
        return None
    return path if split_flow(path)[0].is_file() else None


def check_two(names: tuple[str, str], contents: tuple[bytes, bytes], plan: Plan) -> Checked:
    """Checks a pair with the rules for pairs; nothing where one side cannot be read, which is said of it alone."""
    rules: list[Rule] = [rule for rule in plan.chosen.rules if rule.sees is Sees.PAIR]
    member = split_flow(Path(names[0]))[1]
    workflow = documents.read(names[0], contents[0], member=member)
    journey = documents.read(names[1], contents[1])
    if not rules or workflow.workflow is None or journey.journey is None:
        return Checked([], [])
    from fjctl.project.pair_facts import pair_of

    facts = pair_of(workflow, journey, plan.knowledge)
    findings = check_pair(facts, rules)
    in_journey = [item for item in findings if not item.spot.block and item.spot.edge < 0]
    elsewhere = [item for item in findings if item not in in_journey]
    settled = [
        _settled([(document, placed(document, items))], document, plan._replace(chosen=_without_remarks(plan.chosen)))
        for document, items in ((journey, in_journey), (workflow, elsewhere))
    ]
    reports = [report for item in settled for report in item.reports if report.code not in {UNUSED[0], MALFORMED[0]}]
    used = sorted({number for item in settled for number in item.used})
    return Checked(reports, used, hidden=sum(item.hidden for item in settled))


def _without_remarks(chosen: Selection) -> Selection:
    return chosen._replace(hidden=chosen.hidden | {UNUSED[0]})


# --- many files ------------------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """All that was found, in order of files and places; the files that were checked, how many findings were accepted,
    and how many files were known from the last time."""

    reports: list[Report]
    files: list[str]
    hidden: int = 0
    known: int = 0


def check_files(
    files: Mapping[str, bool],
    plan: Plan,
    settings: Settings,
    cache: Cache,
    format_name: str = "",
    instead: Mapping[str, bytes] = MappingProxyType({}),
) -> Run:
    """Checks files (name → whether it was named itself: a document of no known format in a folder is passed over) and
    the pairs among them. `instead` are bytes to be taken for what a file holds."""
    results: dict[str, Checked] = {}
    todo: list[tuple[str, bytes, str, Stamp]] = []
    hashes: dict[str, str] = {}
    for name in files:
        place = split_flow(Path(name))[0] if FLOW_SIGN in name else name
        stamp = stamp_of(place) if name not in instead else None
        unread = cache.unread(_key(name), stamp)
        if unread is not None and (seen := restored(unread[1], [name])) is not None:
            hashes[name], results[name] = unread[0], seen
            continue
        try:
            data = instead[name] if name in instead else read_bytes(Path(place)).data
        except FjctlError as error:
            results[name] = Checked([_unreadable(name, error)], [])
            continue
        hashes[name] = content_hash(data)
        known = restored(cache.get(_key(name), hashes[name], stamp), [name])
        if known is not None:
            results[name] = known
        else:
            todo.append((name, data, hashes[name], stamp))
    before = len(results)
    for (name, _, content, stamp), checked in zip(todo, _check_all(todo, plan, format_name), strict=True):
        results[name] = checked
        cache.put(_key(name), content, plain(checked, [name]), stamp)
    shown = {name: item for name, item in results.items() if files[name] or not item.unknown}
    pairs = _check_pairs(list(shown), hashes, plan, settings, cache, instead)
    everything = [results[name] for name in files if name in shown] + pairs
    reports = [report for item in everything for report in item.reports]
    reports += _unused(everything, list(shown), plan)
    hidden = sum(item.hidden for item in everything)
    return Run(sorted(reports, key=Report.order), list(shown), hidden, before)


def content_hash(data: bytes) -> str:
    """What stands for a file's content in the cache."""
    return blake2b(data, digest_size=16).hexdigest()


def _check_all(todo: Sequence[tuple[str, bytes, str, Stamp]], plan: Plan, format_name: str) -> list[Checked]:
    size = sum(len(data) for _, data, *_ in todo)
    processes = min(len(todo), os.cpu_count() or 1)
    if size < ENOUGH or processes < 2:
        return [check_bytes(name, data, plan, format_name) for name, data, *_ in todo]
    from concurrent.futures import ProcessPoolExecutor

    work = [(name, data, plan, format_name) for name, data, *_ in todo]
    chunk = max(1, len(work) // (processes * 8))
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(_check_one, work, chunksize=chunk))


def _check_one(work: tuple[str, bytes, Plan, str]) -> Checked:
    return check_bytes(*work)


def _unreadable(name: str, error: FjctlError) -> Report:
    return Report(name, 1, 1, 1, 1, error.code, error.name, "error", error.message, error.hint)


def _check_pairs(
    files: list[str],
    hashes: dict[str, str],
    plan: Plan,
    settings: Settings,
    cache: Cache,
    instead: Mapping[str, bytes],
) -> list[Checked]:
    if not any(rule.sees is Sees.PAIR for rule in plan.chosen.rules):
        return []
    found = []
    for workflow, journey in pairs_among(files, settings):
        try:
            names = [workflow, journey]
            content = "".join(hashes.get(name) or content_hash(_bytes_of(name)) for name in names)
            key = "|".join(map(_key, names))
            known = restored(cache.get(key, content), names)
            if known is not None:
                found.append(known)
                continue
            both = [instead.get(name) or _bytes_of(name) for name in names]
            checked = check_two((workflow, journey), (both[0], both[1]), plan)
        except FjctlError:
            continue  # said of the file itself if it was asked for
        cache.put(key, content, plain(checked, names))
        found.append(checked)
    return found


def _bytes_of(name: str) -> bytes:
    return read_bytes(split_flow(Path(name))[0]).data


def _unused(everything: Sequence[Checked], files: Sequence[str], plan: Plan) -> Iterator[Report]:
    """Entries of `fjctl.json` that accepted nothing although all their rules ran on a file that they name."""
    used = {number for item in everything for number in item.used}
    ran = {rule.code for rule in plan.chosen.rules} | plan.others.keys()
    for number, (entry, codes) in enumerate(plan.ignores):
        seen = any(match(entry["file"], relative(name, plan.root)) is not None for name in files)
        if number in used or not seen or not codes <= ran or UNUSED[0] in plan.chosen.hidden:
            continue
        node = f" at {entry['node']!r}" if entry.get("node") else ""
        message = f"entry {number + 1} ({entry['code']}{node} in {entry['file']}) hides nothing"
        place = (str(plan.root / IGNORES_NAME), 1, 1, 1, 1)
        yield Report(*place, *UNUSED, "warning", message, "remove the entry", ("ignore", number))


def _key(name: str) -> str:
    """What the cache knows a file by, wherever it is asked from."""
    return os.path.abspath(name)  # noqa: PTH100 - by name: a link is a file of its own


def plain(checked: Checked, names: Sequence[str]) -> list[Any]:
    """A result as a JSON value; the files are told by their number among `names`, as people typed them this time."""
    rows = [
        [names.index(report.path) if report.path in names else report.path, *report[1:]] for report in checked.reports
    ]
    return [rows, checked.used, checked.unknown, checked.hidden]


def restored(value: Any, names: Sequence[str]) -> Checked | None:
    """The way back of `plain`; None for what is none."""
    try:
        rows = [[names[row[0]] if isinstance(row[0], int) else row[0], *row[1:]] for row in value[0]]
        reports = [Report._make(tuple(part) if isinstance(part, list) else part for part in row) for row in rows]
        return Checked(reports, list(value[1]), bool(value[2]), int(value[3]))
    except (TypeError, IndexError, KeyError, ValueError):
        return None


def check(
    paths: Sequence[str] = (".",),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    parlant: bool = False,
    root: Path | None = None,
) -> Run:
    """Checks files, folders and patterns as `fjctl check` does: with the settings of the project around `root` (the
    current folder unless given), all rules or those selected. Raises FjctlError for what cannot be begun."""
    from fjctl.project.check_cache import Cache
    from fjctl.project.config import load_settings
    from fjctl.project.discover import named

    settings = load_settings(root if root is not None else Path.cwd())
    plan = plan_of(settings, Wanted(select=select, ignore=ignore, parlant=parlant))
    return check_files(named(paths, settings), plan, settings, Cache(None, ""))
