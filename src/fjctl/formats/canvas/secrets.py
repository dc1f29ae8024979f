"""Secrets that stand in a builder's file in plain text: found, reported with their value masked, copied nowhere.

A secret is told by the name of its field (`api_key`, `password`, `Authorization` …) or by its form (the prefixes that
providers give their keys). What only names one (`{{OPENAI_API_KEY}}`, `$vars.token`, an id of the builder's own store)
is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import warning
from fjctl.model.secrets import FORMS, MARKS, SHORTEST, is_secret, mask

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.source import JsonValue, Pointer

SECRET = "secret"  # noqa: S105 - the word that own parts use
PLACEHOLDER = "{{SECRET}}"
"""What stands in the journey for a secret in the middle of a text."""


def _holds_one(name: object, value: Any) -> bool:
    """Whether a secret stands anywhere in a value."""
    stack = [(name, value)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, dict):
            if is_secret(value.get("key", value.get("name")), value.get("value")):  # a row of a table
                return True
            stack += value.items()
        elif isinstance(value, list):
            stack += [(place, item) for place, item in enumerate(value)]
        elif isinstance(value, str) and len(value) >= SHORTEST and is_secret(name, value):
            return True
    return False


def without_secrets(value: Any, pointer: Pointer = ()) -> tuple[Any, list[Diagnostic]]:
    """A value without the secrets in it, and a warning for each. A field that is one goes, in a longer text it gives
    way to a placeholder; parts in which nothing changes are shared, not copied. `pointer` is the value's place."""
    found: list[Diagnostic] = []
    if not _holds_one(pointer[-1] if pointer else "", value):
        return value, found
    return _clean(value, pointer, found), found


def _clean(value: Any, pointer: Pointer, found: list[Diagnostic]) -> Any:
    if isinstance(value, dict):
        name, said = value.get("key", value.get("name")), value.get("value")
        if isinstance(said, str) and is_secret(name, said):  # a row of a table of headers or parameters
            found.append(report(said, (*pointer, "value")))
            return {key: item for key, item in value.items() if key != "value"}
        cleaned = {key: _clean(item, (*pointer, key), found) for key, item in value.items() if item}
        if all(cleaned.get(key) is item for key, item in value.items() if item):
            return value
        return {key: cleaned.get(key, item) for key, item in value.items() if cleaned.get(key, item) is not _GONE}
    if isinstance(value, list):
        items = [_clean(item, (*pointer, place), found) for place, item in enumerate(value)]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return [PLACEHOLDER if item is _GONE else item for item in items]
    if isinstance(value, str) and is_secret(pointer[-1] if pointer else "", value):
        found.append(report(value, pointer))
        inside = FORMS.sub(PLACEHOLDER, value)
        return inside if inside not in {value, PLACEHOLDER} else _GONE
    return value


_GONE: Any = object()


def report(value: str, pointer: Pointer) -> Diagnostic:
    """The warning of one secret, its value masked."""
    match = FORMS.search(value)
    name = next((part for part in reversed(pointer) if isinstance(part, str)), "a text")
    hint = "take it out of the file and keep it where the builder keeps credentials; replace it if others saw the file"
    return warning(
        "FJ311", f"a secret stands in plain text in {name!r}: {mask(match[0] if match else value)}", pointer, hint=hint
    )


_PREFIX = re.compile(
    r"(?:Bearer |Basic )?"
    r"(?:sk-(?:[a-z]+-){0,2}|gh[pousr]_|github_pat_|xox[abprs]-|AKIA|AIza|gsk_|hf_|tvly-|[ps]k_live_|eyJ)?"
)
_LOWER, _UPPER, _DIGIT = re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]")
_TELLING = ("key", "secret", "token", "pass", "auth", "bearer")


def masked(value: Any) -> Any:
    """A whole document with every secret in it made unreadable, its length and its form kept so that it is still taken
    for one: what may be stored. Without a secret it comes back as it is."""
    return _masked("", value) if _holds_one("", value) else value


_ASSIGNED = re.compile(r"""(\w+)(["']?\]?\s*[=:]\s*)(["'])([^"'\n]+)\3""")


def masked_text(text: str) -> str:
    """`masked` for a file that is no document: secrets of a known form, and texts under names that say so."""
    plain = FORMS.sub(lambda match: _blurred(match[0]), text)
    return _ASSIGNED.sub(
        lambda match: (
            f"{match[1]}{match[2]}{match[3]}{_blurred(match[4])}{match[3]}"
            if is_secret(match[1], match[4]) and not FORMS.search(match[4])
            else match[0]
        ),
        plain,
    )


def may_hold_secrets(text: str) -> bool:
    """A look at a file's text alone; false is sure."""
    lower = text.lower()
    return any(word in lower for word in _TELLING) or any(mark in text for mark in MARKS)


def _masked(name: object, value: Any) -> Any:
    if isinstance(value, dict):
        row = value.get("key", value.get("name"))
        return {
            key: _hidden(item)
            if key == "value" and isinstance(item, str) and is_secret(row, item)
            else _masked(key, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(place, item) for place, item in enumerate(value)]
    return _hidden(value) if isinstance(value, str) and is_secret(name, value) else value


def _hidden(text: str) -> str:
    """A text with its secrets made unreadable; all of it where it has none of a known form."""
    return FORMS.sub(lambda match: _blurred(match[0]), text) if FORMS.search(text) else _blurred(text)


def _blurred(secret: str) -> str:
    prefix = _PREFIX.match(secret)
    start = prefix.end() if prefix is not None else 0
    rest = [
        part if part == "eyJ" else _DIGIT.sub("0", _UPPER.sub("A", _LOWER.sub("a", part)))
        for part in re.split(r"(?<=\.)(eyJ)", secret[start:])
    ]
    return secret[:start] + "".join(rest)


def secret_part(pointer: Pointer, value: JsonValue) -> str:
    """`secret` for a field that holds one, for `own_part`."""
    return SECRET if pointer and isinstance(value, str) and is_secret(pointer[-1], value) else ""


def restored(value: Any, raw: Any) -> Any:
    """A value written from one without its secrets, with those that stand in the prior one put in their places again:
    a placeholder in a text is the secret that stood there, by their order."""
    if isinstance(value, str) and isinstance(raw, str) and PLACEHOLDER in value:
        known = iter([match[0] for match in FORMS.finditer(raw)])
        parts = value.split(PLACEHOLDER)
        return parts[0] + "".join(next(known, PLACEHOLDER) + part for part in parts[1:])
    if isinstance(value, dict) and isinstance(raw, dict):
        inner = {key: restored(item, raw.get(key)) for key, item in value.items()}
        return inner if any(inner[key] is not item for key, item in value.items()) else value
    if isinstance(value, list) and isinstance(raw, list) and len(value) == len(raw):
        items = [restored(item, other) for item, other in zip(value, raw, strict=True)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
