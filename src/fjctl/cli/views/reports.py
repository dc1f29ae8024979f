"""Findings for programs: JSON, JSON lines, GitHub, GitLab, SARIF, JUnit. Each gives a whole text."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from fjctl import __version__
from fjctl.checks.registry import rules
from fjctl.project.reports import WEIGHT
from fjctl.source import format_pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fjctl.project.check_run import Run
    from fjctl.project.reports import Report

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_json(run: Run) -> str:
    """One document, by the schema fjctl/check/v1."""
    content = {
        "schema": "fjctl/check/v1",
        "files": len(run.files),
        "accepted": run.hidden,
        "summary": {level: sum(report.severity == level for report in run.reports) for level in WEIGHT},
        "findings": [report.to_json() for report in run.reports],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def jsonl(run: Run) -> str:
    """One finding a line."""
    lines = ({"schema": "fjctl/finding/v1", **report.to_json()} for report in run.reports)
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


def github(run: Run) -> str:
    """Workflow commands, which GitHub shows beside the changed lines."""
    return "\n".join(map(_github_line, run.reports))


def _github_line(report: Report) -> str:
    where = {
        "file": report.path,
        "line": report.line,
        "endLine": report.end_line,
        "col": report.column,
        "endColumn": report.end_column,
        "title": f"{report.code} {report.name}",
    }
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    message = report.message + (f"\n{report.help}" if report.help else "")
    return f"::{_GITHUB[report.severity]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_GITLAB = {"error": "major", "warning": "minor", "info": "info"}


def gitlab(run: Run) -> str:
    """GitLab's code quality report."""
    seen: dict[str, int] = {}
    return json.dumps([_gitlab_entry(report, seen) for report in run.reports], indent=2, ensure_ascii=False)


def _gitlab_entry(report: Report, seen: dict[str, int]) -> dict[str, Any]:
    return {
        "description": report.message,
        "check_name": report.code,
        "fingerprint": fingerprint(report, seen),
        "severity": _GITLAB[report.severity],
        "location": {
            "path": report.path,
            "positions": {
                "begin": {"line": report.line, "column": report.column},
                "end": {"line": report.end_line, "column": report.end_column},
            },
        },
    }


def fingerprint(report: Report, seen: dict[str, int]) -> str:
    """What stays the same when lines move: file, rule, node and message, and the number among equal ones."""
    text = "\0".join((report.path, report.code, report.node or format_pointer(report.pointer), report.message))
    number = seen[text] = seen.get(text, 0) + 1
    return blake2b(f"{text}\0{number}".encode("utf-8", "replace"), digest_size=16).hexdigest()


_SARIF = {"error": "error", "warning": "warning", "info": "note"}


def sarif(run: Run) -> str:
    """SARIF 2.1.0, which code scanning services read."""
    codes = list(dict.fromkeys(report.code for report in run.reports))
    place = {code: number for number, code in enumerate(codes)}
    named = {report.code: report for report in run.reports}
    seen: dict[str, int] = {}
    driver = {
        "name": "fjctl",
        "version": __version__,
        "informationUri": "https://pypi.org/project/fjctl/",
        "rules": [_sarif_rule(named[code]) for code in codes],
    }
    results = [_sarif_result(report, place[report.code], seen) for report in run.reports]
    content = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _sarif_rule(report: Report) -> dict[str, Any]:
    known = rules().get(report.code)
    found: dict[str, Any] = {"id": report.code, "name": _pascal(report.name)}
    if known is not None:
        from fjctl.checks.manuals import manual

        pages = manual(known)
        found["shortDescription"] = {"text": pages.summary}
        found["help"] = {"text": "\n\n".join(f"{head}:\n{part}" for head, part in pages.parts.items())}
        found["properties"] = {"tags": [known.family.value]}
        found["defaultConfiguration"] = {"level": _SARIF[known.severity.value]}
    else:
        found["shortDescription"] = {"text": report.name.replace("-", " ")}
    return found


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _sarif_result(report: Report, rule: int, seen: dict[str, int]) -> dict[str, Any]:
    region = {
        "startLine": report.line,
        "startColumn": report.column,
        "endLine": report.end_line,
        "endColumn": report.end_column,
    }
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(report.path)}, "region": region},
    }
    if report.node:
        location["logicalLocations"] = [{"name": report.label or report.node, "fullyQualifiedName": report.node}]
    return {
        "ruleId": report.code,
        "ruleIndex": rule,
        "level": _SARIF[report.severity],
        "message": {"text": f"{report.message}. {report.help}" if report.help else report.message},
        "locations": [location],
        "partialFingerprints": {"fjctl/v1": fingerprint(report, seen)},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path.replace("\\", "/").split("#", maxsplit=1)[0])


def junit(run: Run) -> str:
    """JUnit XML: a suite a file, a case a finding; a file without one is a case that passes."""
    by_file: dict[str, list[Report]] = {name: [] for name in run.files}
    for report in run.reports:
        by_file.setdefault(report.path, []).append(report)
    suites = [_suite(name, found) for name, found in by_file.items()]
    failures = len(run.reports)
    cases = sum(max(1, len(found)) for found in by_file.values())
    head = f'<testsuites name="fjctl check" tests="{cases}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(name: str, found: Sequence[Report]) -> str:
    count = max(1, len(found))
    lines = [f'  <testsuite name={quoteattr(_clean(name))} tests="{count}" failures="{len(found)}" errors="0">']
    if not found:
        lines.append(f'    <testcase name="fjctl check" classname={quoteattr(_clean(name))} />')
    for report in found:
        title = quoteattr(_clean(f"{report.code} {report.name} at {report.line}:{report.column}"))
        lines.append(f"    <testcase name={title} classname={quoteattr(_clean(name))}>")
        message = quoteattr(_clean(report.message))
        body = escape(_clean(f"{report.where()}: {report.message}\n{report.help}".rstrip()))
        lines += [f'      <failure message={message} type="{report.severity}">{body}</failure>', "    </testcase>"]
    return "\n".join([*lines, "  </testsuite>"])


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return "".join(
        char
        for char in text
        if char in "\t\n" or (" " <= char < "\ufffe" and not "\ud800" <= char <= "\udfff") or char > "\uffff"
    )


FORMS: Mapping[str, Callable[[Run], str]] = {
    "json": as_json,
    "jsonl": jsonl,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
}
"""The forms for programs, by name."""
