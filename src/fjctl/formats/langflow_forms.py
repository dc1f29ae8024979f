"""Spellings of values that Langflow alone has: a tool's actions, a chosen server, a contract kept whole."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas import forms
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.scope import Scope


def actions(rows: Any) -> list[Map]:
    """What a component offers an agent: the rows of its tool table that are switched on."""
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [row for row in known if row.get("status") is not False]


def _actions_in(value: Any, _: Scope) -> Read | None:
    found = actions(value)
    if not found:
        return None
    if len(found) == 1:
        described = found[0].get("description")
        return Read({"tool": {"description": described}} if isinstance(described, str) and described else {})
    said = [{key: row[key] for key in ("name", "description") if not is_blank(row.get(key))} for row in found]
    return Read({"tool": {"settings": {"actions": said}}})


def _actions_out(fields: Any, prior: Any, _beyond: Any, _: Scope) -> Any:
    known = deepcopy(prior) if isinstance(prior, list) else []
    on = actions(known)
    described, several = at(fields, ("tool", "description")), at(fields, ("tool", "settings", "actions"))
    if len(on) == 1 and isinstance(described, str):
        on[0]["description"] = described
    if isinstance(several, list):
        wanted = {row.get("name"): row.get("description") for row in several if isinstance(row, dict)}
        for row in on:
            if row.get("name") not in wanted:
                row["status"] = False
            elif not is_blank(wanted[row["name"]]):
                row["description"] = wanted[row["name"]]
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


FORMS: Mapping[str, Form] = {
    **forms.FORMS,
    "actions": Form(_actions_in, _actions_out),
    "server": Form(_server_in, _server_out),
    "contract": Form(_contract_in, _contract_out),
    "pairs": forms.pairs("key", "value"),
    "seconds": Form(
        lambda value, _: Read(value * 1000) if isinstance(value, int) and not isinstance(value, bool) else None,
        lambda value, *_: value // 1000 if isinstance(value, int) and value % 1000 == 0 else value,
    ),
}
