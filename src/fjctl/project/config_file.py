"""Reading and checking a config file that exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from fjctl.errors import ConfigError, InputError
from fjctl.project.files import read_bytes
from fjctl.project.globs import wildcards
from fjctl.project.settings import CONFIG_NAME, PairRule, Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_LIMIT = 1024 * 1024
_HEADER = re.compile(r"\s*\[{1,2}\s*([^\]#]+?)\s*\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:=|\.)""")
_PLACE_IN_MESSAGE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


def _within_project(text: str) -> str:
    path = PurePosixPath(text)
    if not text.strip() or path.is_absolute() or ".." in path.parts:
        message = "is a path within the project, without '..'"
        raise ValueError(message)
    return text


RelativePath = Annotated[str, AfterValidator(_within_project)]


class PairModel(BaseModel):
    """A `[[pairs]]` table."""

    model_config = ConfigDict(extra="forbid", strict=True)

    workflow: RelativePath
    journey: RelativePath

    @model_validator(mode="after")
    def _same_wildcards(self) -> PairModel:
        if wildcards(self.workflow) != wildcards(self.journey):
            message = f"'{self.workflow}' and '{self.journey}' need the same wildcards in the same order"
            raise ValueError(message)
        return self


class ConfigModel(BaseModel):
    """A config file: every key may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    pairs: list[PairModel] = []
    format: str = ""
    database: str = "fjctl.db"
    exclude: list[str] = []


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
    try:
        model = ConfigModel.model_validate(table)
    except ValidationError as error:
        raise _not_usable(path, error.errors(include_url=False), lines, prefix) from error
    return Settings(
        root=path.parent,
        file=path,
        is_project=True,
        pairs=tuple(PairRule(rule.workflow, rule.journey) for rule in model.pairs),
        format=model.format,
        database=Path(model.database),
        exclude=tuple(model.exclude),
        origins=MappingProxyType({name: _place(path, lines, (*prefix, name)) for name in model.model_fields_set}),
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


def _not_usable(path: Path, errors: list[ErrorDetails], lines: Lines, prefix: tuple[str, ...]) -> ConfigError:
    first = errors[0]
    where = first["loc"]
    place = str(path.with_name(_place(path, lines, (*prefix, *where))))
    name = ".".join(str(part) for part in where) or "the file"
    if first["type"] == "extra_forbidden":
        known = sorted((PairModel if where[0] == "pairs" else ConfigModel).model_fields)
        return ConfigError(f"unknown key '{name}'", place=place, hint=_nearest(str(where[-1]), known))
    if first["type"] == "missing":
        return ConfigError(f"'{name}' is missing", place=place, hint=f'add: {where[-1]} = "…"')
    hint = f"and {len(errors) - 1} more" if len(errors) > 1 else ""
    return ConfigError(f"'{name}': {_plain(first)}", place=place, hint=hint)


def _plain(error: ErrorDetails) -> str:
    given: Any = error["input"]
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    return f"{error['msg'].removeprefix('Input ')}, not {given!r}"


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else "known keys: " + ", ".join(known)
