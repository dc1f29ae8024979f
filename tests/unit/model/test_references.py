"""What is a reference and what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fjctl.model.references import environment, normalize, references, rename, rename_all

if TYPE_CHECKING:
    from fjctl.source import JsonValue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a.b>", [("a", "b")]),
        ("<My Agent.content> and <x>", [("My Agent", "content"), ("x", "")]),
        ("5<<x.y>", [("x", "y")]),
        ("<a.b[0].c>", [("a", "b[0].c")]),
        ("a < b && c > d", []),
        ("< a.b>", []),
        ("<3>", []),
        ("<a. b>", []),
        ("<=x>", []),
        ("<a ", []),
    ],
)
def test_references(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(item.name, item.path) for item in references(text)] == expected


def test_rename_touches_only_what_resolves() -> None:
    def resolve(name: str, path: str) -> str | None:
        return f"{name.upper()}.{path}" if name == "a" else None

    assert rename("<a.x> <b.x> a < b", resolve) == "<A.x> <b.x> a < b"
    value: JsonValue = {"k": ["<a.x>", 1], "<a.y>": "plain"}
    assert rename_all(value, resolve) == {"k": ["<A.x>", 1], "<a.y>": "plain"}
    untouched: JsonValue = {"k": ["<b.x>"]}
    assert rename_all(untouched, resolve) is untouched


def test_names_and_environment() -> None:
    assert normalize("AWS  Al.ert\n") == "awsalert"
    assert environment("{{A}} {{ b_1 }} {{1x}} {c}") == ["A", "b_1"]
