"""The settings of a FastGPT app: in `chatConfig`, in the inputs of its `userGuide` node (before 4.8), or in both.

Source: labring/FastGPT `packages/global/core/app/{type.ts,constants.ts}`, `template/system/systemConfig.ts`. The two
places say the same, so both are written.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import is_blank
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Container

    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue

GREETING, VARIABLES = "welcomeText", "variables"
_GUIDE = {"tts": "ttsConfig", "whisper": "whisperConfig", "scheduleTrigger": "scheduledTriggerConfig"}
"""Inputs of the node whose entry in `chatConfig` has another name."""
_BACK = {ours: theirs for theirs, ours in _GUIDE.items()}
_TYPES = {"arrayString": "array", "arrayNumber": "array", "arrayBoolean": "array", "arrayObject": "array"}
_TYPES |= {"arrayAny": "array", "any": "string", "chatHistory": "array", "datasetQuote": "array", "dynamic": "object"}
_BACK_TYPES = {"array": "arrayAny"}
_NOT_ASKED = frozenset({"custom", "internal", "external"})
"""Kinds of variables that nobody fills in: given by the caller, or set on the way."""
_TOLD = frozenset({"id", "icon", "key", "label", "required", "description", "defaultValue", "valueType"})


class Config(NamedTuple):
    """What an app says as a whole: its first words, its variables, those that a person fills in before the first words,
    and the rest by `chatConfig`'s names."""

    greeting: str
    variables: dict[str, JsonValue]
    inputs: dict[str, JsonValue]
    extras: dict[str, JsonValue]


def read_config(chat: Any, guide: Map) -> Config:
    """The settings of an app. `guide` are those of its `userGuide` node, by key."""
    said: Map = {_GUIDE.get(key, key): item for key, item in guide.items()}
    said |= {key: item for key, item in chat.items() if not is_blank(item)} if isinstance(chat, dict) else {}
    greeting = said.pop(GREETING, "")
    rows = said.pop(VARIABLES, None)
    variables: dict[str, JsonValue] = {}
    inputs: dict[str, JsonValue] = {}
    more: Map = {}
    for row in rows if isinstance(rows, list) else ():
        key = row.get("key") if isinstance(row, dict) else None
        if isinstance(key, str) and key and key not in variables and key not in inputs:
            (variables if _is(row.get("type"), _NOT_ASKED) else inputs)[key] = _variable(row)
            rest = {name: item for name, item in row.items() if name not in _TOLD and not _is_usual_field(name, item)}
            if rest:
                more[key] = rest
    extras = {key: item for key, item in said.items() if not is_usual(key, item)}
    if more:
        extras[VARIABLES] = more
    return Config(greeting if isinstance(greeting, str) else "", variables, inputs, extras)


def _variable(row: Map) -> Map:
    kind = row.get("valueType")
    shape: Map = {"type": type_in(kind)}
    if row.get("required") is True:
        shape["required"] = True
    text = _described(row)
    if text:
        shape["description"] = text
    if not is_blank(row.get("defaultValue")):
        shape["default"] = row["defaultValue"]
    return shape


def _described(row: Map) -> str:
    """A variable's description, or what it is called where that says more than its key."""
    for name in ("description", "label"):
        text = row.get(name)
        if isinstance(text, str) and text and text != row.get("key"):
            return text
    return ""


def _is_usual_field(name: str, item: Any) -> bool:
    if name == "type" and _is(item, {"input", "custom"}):
        return True
    blank_choice = name in {"enums", "list"} and isinstance(item, list)
    return is_blank(item) or (blank_choice and all(is_blank(_value(choice)) for choice in item))


def _is(item: Any, words: Container[str]) -> bool:
    return isinstance(item, str) and item in words


def _value(choice: Any) -> Any:
    return choice.get("value") if isinstance(choice, dict) else choice


def type_in(kind: Any) -> str:
    """A value type in our words; a text where there is none."""
    text = kind.rpartition(".")[2] if isinstance(kind, str) else ""
    return _TYPES.get(text, text) or "string"


def type_out(kind: Any, prior: Any = None) -> str:
    """A type of ours as FastGPT calls it; the prior one where that means it."""
    text = kind if isinstance(kind, str) else "string"
    return prior if isinstance(prior, str) and type_in(prior) == text else _BACK_TYPES.get(text, text)


def is_usual(key: str, value: Any) -> bool:
    """Whether an entry says only that something is off, as every new app says."""
    if is_blank(value) or value is False or key == "_id":
        return True
    if key == "ttsConfig":
        return isinstance(value, dict) and _is(value.get("type"), {"web", "none"}) and len(value) == 1
    if key == "autoExecute" or key.endswith("Config") or key in {"questionGuide", "chatInputGuide"}:
        return isinstance(value, dict) and all(_is_off(name, item) for name, item in value.items())
    return False


def _is_off(name: str, item: Any) -> bool:
    return item is False or is_blank(item) or name in {"timezone", "textList", "customUrl", "maxFiles", "model"}


def written(config: Config, prior: Any) -> Map:
    """The `chatConfig` that says an app's settings, in the manner of a prior one."""
    before: Map = prior if isinstance(prior, dict) else {}
    found: Map = {key: deepcopy(item) for key, item in config.extras.items() if key != VARIABLES}
    found |= {key: item for key, item in before.items() if key not in found and _unread(key, item)}
    if config.greeting:
        found[GREETING] = config.greeting
    rows = variable_rows(config, before.get(VARIABLES))
    if rows:
        found[VARIABLES] = rows
    return found


def _unread(key: str, item: Any) -> bool:
    return key not in {GREETING, VARIABLES} and is_usual(key, item)


def variable_rows(config: Config, prior: Any) -> list[Map]:
    """The rows of an app's variables."""
    known = {str(row.get("key")): row for row in prior if isinstance(row, dict)} if isinstance(prior, list) else {}
    more = config.extras.get(VARIABLES)
    rows = []
    order = {str(row.get("key")): place for place, row in enumerate(known.values())}
    listed = [
        *((key, shape, "input") for key, shape in config.inputs.items()),
        *((key, shape, "custom") for key, shape in config.variables.items()),
    ]
    for key, shape, kind in sorted(listed, key=lambda item: order.get(item[0], len(order))):
        said = shape if isinstance(shape, dict) else {}
        rest = more.get(key) if isinstance(more, dict) else None
        rows.append(_row(key, said, known.get(key), rest if isinstance(rest, dict) else {}, kind))
    return rows


def _row(key: str, said: Map, prior: Map | None, rest: Map, kind: str) -> Map:
    before = prior or {}
    row: Map = {"key": key}
    if prior is None:
        row |= {"id": key, "label": said.get("description", key), "type": kind, "description": ""}
    elif _described(before) == said.get("description", ""):
        row |= {name: before[name] for name in ("label", "description") if name in before}
    else:
        name = "description" if before.get("description") or "label" not in before else "label"
        row[name] = said.get("description", "")
    if prior is None or "valueType" in before or said.get("type", "string") != "string":
        row["valueType"] = type_out(said.get("type"), before.get("valueType"))
    if prior is None or "required" in before or said.get("required"):
        row["required"] = said.get("required") is True
    if "default" in said:
        row["defaultValue"] = said["default"]
    if _is(before.get("type"), {"input", "custom"}):
        row["type"] = before["type"] if (before["type"] in _NOT_ASKED) == (kind in _NOT_ASKED) else kind
    return {**row, **{name: item for name, item in before.items() if _kept_field(name, item)}, **rest}


def _kept_field(name: str, item: Any) -> bool:
    return name not in _TOLD and name != "type" and _is_usual_field(name, item)


def guide_values(config: Config, inputs: Map) -> Map:
    """What the inputs of the `userGuide` node say, of the inputs that it has."""
    found: Map = {}
    chat = written(config, {_GUIDE.get(key, key): item for key, item in inputs.items()})
    for key, before in inputs.items():
        value = chat.get(_GUIDE.get(key, key))
        if value is not None and not (is_blank(before) and is_blank(value)):
            found[key] = before if same(before, value) else value
    return found


def guide_name(key: str) -> str:
    """The input of the `userGuide` node that says an entry of `chatConfig`."""
    return _BACK.get(key, key)
