"""The way around Typer: what it takes, what it leaves, and that both ways mean the same."""

from __future__ import annotations

import pytest

from fjctl.cli.app import invoke
from fjctl.cli.converting import Asked, plain
from fjctl.cli.verbs import convert as verb
from fjctl.errors import ExitCode

PLAIN = [
    ["a.json"],
    ["a.json", "b/", "*.json"],
    ["a.json", "-o", "x.yaml"],
    ["--output", "out/", "--to", "sim", "a.yaml", "--from", "journey"],
    ["-"],
    ["a.json", "-o", "-"],
]
LEFT = [
    [],
    ["a.json", "--check"],
    ["a.json", "-o"],
    ["a.json", "-o", "--to"],
    ["a.json", "-ox.yaml"],
    ["a.json", "--to=sim"],
    ["--", "-a.json"],
    ["a.json", "--help"],
    ["a.json", "--to", ""],
]


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_plain_words_mean_what_typer_says_they_mean(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Asked] = []

    def listen(asked: Asked) -> ExitCode:
        heard.append(asked)
        return ExitCode.OK

    monkeypatch.setattr(verb, "run", listen)
    assert invoke(["convert", *words]) == 0
    assert plain(["convert", *words]) == heard[0]


@pytest.mark.parametrize("words", LEFT, ids=" ".join)
def test_everything_else_is_left_to_typer(words: list[str]) -> None:
    assert plain(["convert", *words]) is None
    assert plain(["formats", "a.json"]) is None
