"""What verbs print with `--json`, as models: the source of `schemas/output-*.schema.json`.

The views print plain dicts, since importing pydantic takes longer than converting a file; tests hold them to this.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Output(BaseModel):
    """A document with its schema's name first."""

    model_config = ConfigDict(extra="forbid")

    schema_name: str = Field(alias="schema")


class Part(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(extra="forbid")


class Problem(Part):
    """Why something was not done."""

    code: str
    name: str
    message: str
    help: str
    place: str


class Finding(Part):
    """A diagnostic: what is wrong, where (JSON pointer, path, line and column from 1), and what to do next."""

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str
    source: str
    pointer: str
    path: str
    line: int | None
    column: int | None


class LostField(Part):
    """A field that the target does not hold. `own`: it stays in the source by design."""

    what: str
    pointer: str
    reason: str
    own: bool
    line: int | None = None
    column: int | None = None


class ConvertedFile(Part):
    """One file. `moved` counts fields, `kept` those that stay in the workflow, by kind; null for a journey."""

    source: str
    source_format: str | None
    target: str | None
    target_format: str | None
    status: Literal["written", "unchanged", "would-write", "refused", "failed"]
    diagnostics: list[Finding]
    error: Problem | None
    moved: int | None
    kept: dict[str, int] | None
    losses: list[LostField]


class Convert(Output):
    """`fjctl convert --json`. `summary` counts files by status."""

    files: list[ConvertedFile]
    summary: dict[str, int]


class FormatRow(Part):
    """A file format. `lossless`: it has room for everything that a journey can say. `keeps`: what of it it holds, by
    the names of the table that `fjctl formats` prints; null for a format that nobody has measured."""

    name: str
    side: Literal["workflow", "journey"]
    title: str
    suffixes: list[str]
    reads: bool
    writes: bool
    lossless: bool
    keeps: list[str] | None
    preserves: str


class Formats(Output):
    """`fjctl formats --json`."""

    formats: list[FormatRow]


class SchemaRow(Part):
    """A JSON Schema that `fjctl schema NAME` prints."""

    name: str
    title: str


class Schemas(Output):
    """`fjctl schema --json`."""

    schemas: list[SchemaRow]


class Setting(Part):
    """A setting, and where its value comes from: `fjctl.toml:3`, or `default`."""

    name: str
    value: Any
    origin: str


class Config(Output):
    """`fjctl config --json`."""

    root: str
    file: str | None
    settings: list[Setting]


class LawResult(Part):
    """One law on one file. `difference` is the first place where it fails; `skipped` says why it does not apply."""

    law: str
    holds: bool | None
    difference: str
    skipped: str


class RoundtripFile(Part):
    """One file's laws. `share` is that of the fields with a meaning that are in the journey."""

    source: str
    format: str | None
    ok: bool
    share: float | None
    laws: list[LawResult]
    diagnostics: list[Finding]
    error: Problem | None


class Roundtrip(Output):
    """`fjctl roundtrip --json`."""

    files: list[RoundtripFile]


class RecordedFile(Part):
    """A file that a conversion read or wrote."""

    path: str
    format: str
    hash: str
    bytes: int


class RecordedConversion(Part):
    """A conversion of the past. `losses` counts fields lost, `own` those that stayed by design."""

    id: int
    started_at: str
    duration_ms: float
    direction: str
    tool_version: str
    status: str
    options: dict[str, Any]
    inputs: list[RecordedFile]
    outputs: list[RecordedFile]
    losses: int
    own: int


class History(Output):
    """`fjctl history --json`, newest first."""

    conversions: list[RecordedConversion]


class HistoryEntry(Output):
    """`fjctl history show ID --json`."""

    conversion: RecordedConversion
    losses: list[LostField]


class DoctorRow(Part):
    """One thing looked at; `next` is what to do about it."""

    check: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    next: str


class Doctor(Output):
    """`fjctl doctor --json`."""

    checks: list[DoctorRow]


class Init(Output):
    """`fjctl init --json`: paths made, and those that were there and stay as they are."""

    root: str
    made: list[str]
    kept: list[str]


class DiffChange(Part):
    """One difference; `before` and `after` are the values of a field, null for what is not there."""

    kind: Literal["added", "removed", "changed", "renamed"]
    what: Literal["state", "transition", "tool", "variable", "entry", "note", "journey"]
    name: str
    path: str
    before: Any
    after: Any


class Diff(Output):
    """What has changed in meaning between two versions; `layout` names the blocks that have moved, if asked."""

    old: str
    new: str
    changes: list[DiffChange]
    layout: list[str]


class CheckFinding(Part):
    """One finding: the rule, its place (lines and columns from 1, the end behind the last character), the JSON pointer
    and the path in the file, the block or state, and whether `--fix` can mend it."""

    code: str
    name: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str
    path: str
    node: str | None
    label: str | None
    fix: Literal["safe", "unsafe"] | None


class CheckSummary(Part):
    """Findings by severity."""

    error: int
    warning: int
    info: int


class Check(Output):
    """`fjctl check --format json`. `files` is how many were checked, `accepted` how many findings were suppressed or
    are in the baseline."""

    files: int
    accepted: int
    summary: CheckSummary
    findings: list[CheckFinding]


class CheckLine(Output, CheckFinding):
    """A line of `fjctl check --format jsonl`."""


class RuleEntry(Part):
    """A rule with its manual, whose parts are by heading."""

    code: str
    name: str
    family: str
    severity: Literal["error", "warning", "info"]
    status: Literal["on", "off", "parlant"]
    sees: Literal["workflow", "journey", "both", "pair"]
    fix: Literal["safe", "unsafe"] | None
    summary: str
    manual: dict[str, str]


class Rules(Output):
    """`fjctl rule --json`."""

    rules: list[RuleEntry]


OUTPUTS: dict[str, type[Output]] = {
    "check": Check,
    "config": Config,
    "convert": Convert,
    "diff": Diff,
    "doctor": Doctor,
    "finding": CheckLine,
    "formats": Formats,
    "history": History,
    "history-entry": HistoryEntry,
    "init": Init,
    "roundtrip": Roundtrip,
    "rules": Rules,
    "schemas": Schemas,
}
"""The models by the name in their `schema` field, `fjctl/<name>/v1`."""
