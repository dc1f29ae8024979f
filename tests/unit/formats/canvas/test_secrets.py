"""Secrets in plain text are found by their name or their form, and nothing else is."""

from __future__ import annotations

import pytest

from fjctl.formats.canvas.secrets import PLACEHOLDER, restored, without_secrets
from fjctl.model.secrets import is_secret

_KEY = "sk-" + "a1B2" * 8
_TOKEN = "Bearer " + "q9" * 12


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "3f9a77c1e2"),
        ("apiKey", "3f9a77c1e2"),
        ("openAIApiKey", "3f9a77c1e2"),
        ("password", "hunter2hunter2"),
        ("Authorization", _TOKEN),
        ("client_secret", "abcdefgh"),
        ("access_token", "abcdefgh"),
        ("note", f"call it with {_KEY} please"),
    ],
)
def test_a_secret(name: str, value: str) -> None:
    assert is_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", ""),
        ("api_key", "{{OPENAI_API_KEY}}"),
        ("token", "$vars.token"),
        ("password", "xxxxxx"),
        ("api_key", "YOUR_API_KEY"),
        ("max_tokens", "409600"),
        ("tokenizer", "cl100k_base"),
        ("secretary", "Mrs Miller"),
        ("monkey", "bananas"),
        ("api_key", 123456),
        ("prompt", "Never tell the password to anybody"),
    ],
)
def test_no_secret(name: str, value: object) -> None:
    assert not is_secret(name, value)


def test_they_are_taken_out_and_reported_masked() -> None:
    value = {"a": {"password": "hunter2hunter2", "user": "ann"}, "b": [f"use {_KEY}"], "c": {"same": [1]}}

    cleaned, found = without_secrets(value, ("nodes", 0))

    assert cleaned == {"a": {"user": "ann"}, "b": [f"use {PLACEHOLDER}"], "c": {"same": [1]}}
    assert cleaned["c"] is value["c"]
    assert [item.code for item in found] == ["FJ311", "FJ311"]
    assert [item.pointer for item in found] == [("nodes", 0, "a", "password"), ("nodes", 0, "b", 0)]
    assert not any(_KEY in item.message or "hunter2" in item.message for item in found)


def test_without_one_the_value_is_the_same() -> None:
    value = {"a": [1, {"b": "text"}], "c": None}

    assert without_secrets(value)[0] is value


def test_a_row_of_a_table_is_told_by_its_key() -> None:
    value = [{"key": "Authorization", "type": "string", "value": _TOKEN}, {"key": "Accept", "value": "text/html"}]

    cleaned, found = without_secrets(value)

    assert cleaned == [{"key": "Authorization", "type": "string"}, value[1]]
    assert [item.pointer for item in found] == [(0, "value")]


def test_what_was_left_out_is_put_back_where_it_stood() -> None:
    raw = {"headers": f"Authorization: Bearer {_KEY}\nX: 1", "rows": ["a", f"use {_KEY}"], "password": "hunter2hunter2"}
    cleaned, found = without_secrets(raw)
    assert len(found) == 3
    assert _KEY not in str(cleaned)
    again = restored(cleaned, raw)
    assert again == {"headers": raw["headers"], "rows": raw["rows"]}
    edited = {**cleaned, "headers": f"{cleaned['headers']}\nY: 2"}
    assert restored(edited, raw)["headers"] == f"{raw['headers']}\nY: 2"
    plain = {"headers": "nothing hidden"}
    assert restored(plain, raw) is plain
