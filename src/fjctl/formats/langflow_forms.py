"""Spellings of values that Langflow alone has: a tool's actions, a chosen server, a contract kept whole."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas import forms
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.scope import Scope


_CALL = re.compile(r"^\w+\([^()]*\) - ")
_ELSEWHERE = frozenset({"kind", "service", "description", "title", "arguments", "settings"})
_NO_NAMES = frozenset({"build_output", "run_model", "as_dataframe", "build_tool", "api_build_tool", "run", "build"})


def actions(rows: Any) -> list[Map]:
    """What a component offers an agent: the rows of its tool table that are switched on."""
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [row for row in known if row.get("status") is not False]


def action_name(row: Map, otherwise: str) -> str:
    """What an action is called: its name without that of the component, unless it only says that something is done."""
    name = row.get("name")
    plain = name.rpartition("-")[2] if isinstance(name, str) else ""
    return otherwise if plain in _NO_NAMES or not plain else plain


def _described(row: Map) -> str:
    """What an action is for, without the call that older versions put before it."""
    found = row.get("description")
    return _CALL.sub("", found) if isinstance(found, str) else ""


def _redescribed(row: Map, wanted: str) -> None:
    if wanted != _described(row):
        call = _CALL.match(row["description"]) if isinstance(row.get("description"), str) else None
        row["description"] = (call[0] if call is not None else "") + wanted


def _actions_in(value: Any, _: Scope) -> Read | None:
    found = actions(value)
    if not found:
        return None
    if len(found) == 1:
        described = _described(found[0])
        return Read({"tool": {"description": described}} if described else {})
    said = [
        {"name": row.get("name"), **({"description": described} if (described := _described(row)) else {})}
        for row in found
    ]
    return Read({"tool": {"settings": {"actions": said}}})


def _actions_out(fields: Any, prior: Any, _beyond: Any, _: Scope) -> Any:
    known = deepcopy(prior) if isinstance(prior, list) else []
    on = actions(known)
    described, several = at(fields, ("tool", "description")), at(fields, ("tool", "settings", "actions"))
    if isinstance(several, list):
        wanted = {row.get("name"): row.get("description", "") for row in several if isinstance(row, dict)}
        for row in on:
            row["status"] = row.get("name") in wanted
        names = {row.get("name") for row in on}
        new: list[Map] = [{"name": name, "status": True} for name in wanted if name not in names]
        for row in (*on, *new):
            _redescribed(row, wanted.get(row.get("name"), _described(row)))
        return [*known, *new]
    if isinstance(described, str):
        if not on:
            on = known = [{"status": True}]
        _redescribed(on[0], described)
    return known or ABSENT


def _server_in(value: Any, _: Scope) -> Read | None:
    name = value.get("name") if isinstance(value, dict) else value
    return Read({"tool": {"server": name}}) if isinstance(name, str) and name else None


def _server_out(fields: Any, prior: Any, _beyond: Any, _: Scope) -> Any:
    name = at(fields, ("tool", "server"))
    if not isinstance(name, str):
        return ABSENT
    return {**prior, "name": name} if isinstance(prior, dict) else {"name": name, "config": {}}


def _contract_in(value: Any, _: Scope) -> Read | None:
    return Read({"tool": value}) if isinstance(value, dict) and value else None


def _contract_out(fields: Any, _prior: Any, _beyond: Any, _: Scope) -> Any:
    tool = fields.get("tool")
    return {key: item for key, item in tool.items() if key != "arguments"} if isinstance(tool, dict) else ABSENT


def _beyond_out(fields: Any, _prior: Any, _beyond: Any, _: Scope) -> Any:
    """What a contract says that no component of Langflow has a field for."""
    tool = fields.get("tool")
    if not isinstance(tool, dict):
        return ABSENT
    kept = {key: item for key, item in tool.items() if key not in _ELSEWHERE}
    settings = {key: item for key, item in tool.get("settings", {}).items() if key not in {"actions", "opaque"}}
    kept |= {"settings": settings} if settings else {}
    return kept or ABSENT


def _limit_in(value: Any, scope: Scope) -> Read | None:
    """A number where 0 means that there is none."""
    return forms.FORMS["number"].read(value, scope) if value not in (0, "0") else None


FORMS: Mapping[str, Form] = {
    **forms.FORMS,
    "actions": Form(_actions_in, _actions_out),
    "server": Form(_server_in, _server_out),
    "contract": Form(_contract_in, _contract_out),
    "beyond": Form(_contract_in, _beyond_out),
    "pairs": forms.pairs("key", "value"),
    "limit": Form(_limit_in, forms.FORMS["number"].write),
    "seconds": Form(
        lambda value, _: Read(value * 1000) if isinstance(value, int) and not isinstance(value, bool) else None,
        lambda value, *_: value // 1000 if isinstance(value, int) and value % 1000 == 0 else value,
    ),
}
