"""Reading and checking a config file that exists."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict, cast

from fjctl.diagnostics import Diagnostic
from fjctl.errors import ConfigError, InputError
from fjctl.model.shape import Shape
from fjctl.project.files import read_bytes
from fjctl.project.globs import wildcards
from fjctl.project.settings import CONFIG_NAME, CheckSettings, PairRule, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.source import Pointer

_LIMIT = 1024 * 1024
_UNUSABLE = (ConfigError.code, ConfigError.name)
_HEADER = re.compile(r"\s*\[{1,2}\s*([^\]#]+?)\s*\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:=|\.)""")
_PLACE_IN_MESSAGE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


class PairTable(TypedDict, total=False):
    """A `[[pairs]]` table: two patterns with the same wildcards, relative to the project."""

    workflow: Required[str]
    journey: Required[str]


CheckTable = TypedDict(
    "CheckTable",
    {
        "select": "list[str]",
        "extend-select": "list[str]",
        "ignore": "list[str]",
        "per-file-ignores": "dict[str, list[str]]",
        "severity": "dict[str, Literal['error', 'warning', 'info', 'off']]",
        "fail-on": "Literal['error', 'warning', 'info', 'never']",
        "environment": "list[str]",
        "environment-file": "str",
        "limits": "dict[str, int]",
        "baseline": "str",
    },
    total=False,
)
CheckTable.__doc__ = "What `fjctl check` goes by: rules by code, name or family; paths relative to the project."


class ConfigTable(TypedDict, total=False):
    """A config file: every key may be left out."""

    check: CheckTable
    database: str
    exclude: list[str]
    format: str
    history: bool
    pairs: list[PairTable]


def settings_of(path: Path) -> Settings:
    """The settings of a config file; `ConfigError` with `file:line` for the first thing that cannot be used."""
    try:
        text = read_bytes(path, limit=_LIMIT).data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        message = "is not UTF-8 text"
        raise ConfigError(message, place=str(path), hint="save it as UTF-8") from error
    except InputError as error:
        raise ConfigError(error.message, place=error.place, hint=error.hint) from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, error) from error
    prefix: tuple[str, ...] = ()
    if path.name != CONFIG_NAME:
        prefix, table = ("tool", "fjctl"), table.get("tool", {}).get("fjctl", {})
    lines = key_lines(text)
    if findings := _findings(table):
        raise _not_usable(path, findings, lines, prefix)
    config = cast("ConfigTable", table)
    settings = Settings(
        root=path.parent,
        file=path,
        is_project=True,
        pairs=tuple(PairRule(rule["workflow"], rule["journey"]) for rule in config.get("pairs", [])),
        origins=MappingProxyType({name: _place(path, lines, (*prefix, name)) for name in config}),
    )
    return replace(
        settings,
        database=Path(config.get("database", settings.database)),
        exclude=tuple(config.get("exclude", settings.exclude)),
        format=config.get("format", settings.format),
        history=config.get("history", settings.history),
        check=_check_settings(config.get("check", {})),
    )


def _check_settings(table: CheckTable) -> CheckSettings:
    return CheckSettings(
        select=tuple(table.get("select", ())),
        extend=tuple(table.get("extend-select", ())),
        ignore=tuple(table.get("ignore", ())),
        per_file=tuple((pattern, tuple(words)) for pattern, words in table.get("per-file-ignores", {}).items()),
        severity=MappingProxyType(dict(table.get("severity", {}))),
        fail_on=table.get("fail-on", "error"),
        environment=tuple(table["environment"]) if "environment" in table else None,
        environment_file=table.get("environment-file", ""),
        limits=MappingProxyType(dict(table.get("limits", {}))),
        baseline=table.get("baseline", ""),
    )


Lines = dict[tuple[str | int, ...], int]


def key_lines(text: str) -> Lines:
    """The line, from 1, of each table and key as TOML writes them one a line; the reader itself does not say.

    A path has the names of the tables, the number of a `[[table]]`, and the key. A line in a text of several
    lines that looks like a key counts too; the places are for people.
    """
    lines: Lines = {}
    counts: dict[str, int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            name = header[1]
            table = tuple(part.strip(" \"'") for part in name.split("."))
            lines.setdefault(table, number)
            if line.lstrip().startswith("[["):
                counts[name] = counts.get(name, -1) + 1
                table = (*table, counts[name])
                lines[table] = number
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines


def _place(path: Path, lines: Lines, key: tuple[str | int, ...]) -> str:
    """`name:line` of the key or of the nearest table around it."""
    while key:
        if key in lines:
            return f"{path.name}:{lines[key]}"
        key = key[:-1]
    return path.name


def _not_toml(path: Path, error: tomllib.TOMLDecodeError) -> ConfigError:
    message = str(error)
    found = _PLACE_IN_MESSAGE.search(message)
    place = f"{path}:{found[1]}:{found[2]}" if found else str(path)
    plain = _PLACE_IN_MESSAGE.sub("", message)
    return ConfigError(f"not TOML: {plain[:1].lower()}{plain[1:]}", place=place, hint="correct the line")


def _findings(table: Any) -> list[Diagnostic]:
    """What is wrong with a config file's table; the patterns are looked at when all has its type."""
    found = Shape(ConfigTable).check(table)
    if not found:
        for place, rule in enumerate(cast("ConfigTable", table).get("pairs", [])):
            found += _patterns(rule, ("pairs", place))
    return found


def _patterns(rule: PairTable, pointer: Pointer) -> Iterator[Diagnostic]:
    sides = {"workflow": rule["workflow"], "journey": rule["journey"]}
    for side, text in sides.items():
        path = PurePosixPath(text)
        if not text.strip() or path.is_absolute() or ".." in path.parts:
            message, hint = f"{text!r} is no path within the project", "start it at the project's folder, without '..'"
            yield Diagnostic(*_UNUSABLE, message, help=hint, pointer=(*pointer, side))
    workflow, journey = map(wildcards, sides.values())
    if workflow != journey:
        message = f"{rule['workflow']!r} and {rule['journey']!r} need the same wildcards in the same order"
        yield Diagnostic(*_UNUSABLE, message, help=f"in journey, use {' '.join(workflow) or 'none'}", pointer=pointer)


def _not_usable(path: Path, findings: list[Diagnostic], lines: Lines, prefix: tuple[str, ...]) -> ConfigError:
    """The error for the first finding, which says how many more there are."""
    first = findings[0]
    where = first.pointer or ()
    place = str(path.with_name(_place(path, lines, (*prefix, *where))))
    name = ".".join(map(str, where[:-1] if first.code == "FJ131" else where))
    hint = first.help
    if first.code == "FJ132":  # its help is in YAML
        hint = f'add: {hint.removeprefix("add ").rstrip(":")} = "…"'
    more = f"and {len(findings) - 1} more" if len(findings) > 1 else ""
    message = f"'{name}': {first.message}" if name else first.message
    return ConfigError(message, place=place, hint="; ".join(filter(None, (hint, more))))
