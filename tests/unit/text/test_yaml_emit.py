"""The fresh writer: what it looks like, and that every reader reads the same value back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ryaml
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from fjctl.source import Source
from fjctl.text.yaml_emit import emit
from fjctl.text.yaml_text import parse, parse_strictly

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

# Every character but NUL and surrogates, which the reader refuses.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
TRICKY = st.sampled_from(
    [
        *[
            "y",
            "n",
            "no",
            "yes",
            "on",
            "off",
            "true",
            "null",
            "~",
            "=",
            "<<",
            "-",
            "?",
            ":",
            "#",
            "&",
            "*",
            "!",
            "|",
            ">",
            "'",
            '"',
            "%",
            "@",
            "`",
            "{",
            "}",
            "[",
            "]",
            ",",
        ],
        *[
            "0",
            "1",
            "-1",
            "+1",
            "1.5",
            ".5",
            "1e3",
            "0x1F",
            "0o17",
            "017",
            "0b11",
            "1_000",
            "12:30",
            "12:30:45",
            "2020-01-01",
            ".inf",
            ".nan",
            "nan",
            "inf",
            "1e400",
            "-0x1",
            "8f2c",
        ],
        *[
            "91e5",
            "0e1",
            "---",
            "...",
            "-a",
            "?a",
            ":a",
            "a:",
            "a:b",
            "a#b",
            "#a",
            "a,b",
            "a]b",
            "{{x}}",
            "<a.b>",
            "$x",
            "/x",
            "(x)",
            "a'b",
            "NULL",
            "tRue",
            "10b",
            "1t",
            "2z",
            "1o7",
        ],
        "a: b",
        "a #b",
        " a",
        "a ",
        "",
        " ",
        "a\n",
        "a\nb",
        "\na",
        "a\n\n",
        " a\nb",
        "a\n b",
        "a \nb",
        "a\n \nb",
        "\ta\nb",
        "a\n\tb",
        "a\r\nb",
        "a\u2028b\nc",
        "a\x85b",
        "a\u202eb",
        "\ufeffa",
        "a\ufeff",
        "\U0001f600",
        "'a'\n",
        "# a\nb",
        "---\na",
        "...\n",
        "a\n---\nb",
        "\n",
        "\n\n",
        "a\t",
        "\u00a0a",
        "a\u00a0",
        "\\",
        "a\\nb",
        "!<a> b",
        "it's",
        "\ufffe",
        "\x7f",
        "\x1b",
        "x" * 1100,
        "\n  a",
        "a\n\n\nb\n\n\n",
        "١٢",
        "\ud7ff",
        "\U0001fffe",
    ]
)
TEXT = st.text(CHARACTERS, max_size=30) | TRICKY | st.text(st.sampled_from(" \n\t#:-'\"a|>,[]{}&*!%@0.é"), max_size=12)
EXACT_INTS = st.integers(-(2**53), 2**53)
SCALARS = st.none() | st.booleans() | EXACT_INTS | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
MAPS = st.dictionaries(TEXT, VALUES, max_size=5)


def exactly(value: object) -> str:
    """A form in which 1, 1.0 and true differ."""
    return repr(value)


def always(path: Pointer, value: JsonValue) -> bool:
    """The rule that says yes."""
    return len(path) > 0 or value is None


@settings(max_examples=300, deadline=None)
@given(value=MAPS, flow=st.booleans(), blanks=st.booleans(), newline=st.sampled_from(["\n", "\r\n"]))
@example(value={"a": [["a\n\n"], {"b": "x\n\n"}], "c": 1}, flow=False, blanks=True, newline="\r\n")
@example(value={"a": 1e16, "b": 1e-7, "c": -0.0, "d": 5e-324}, flow=False, blanks=False, newline="\n")
def test_every_reader_reads_back_what_was_written(
    value: dict[str, JsonValue], flow: bool, blanks: bool, newline: str
) -> None:
    text = emit(value, flow=always if flow else None, blank_before=always if blanks else None, newline=newline)
    source = Source("law", text)
    assert exactly(parse(source)) == exactly((value, []))
    assert exactly(parse_strictly(source)) == exactly((value, []))
    assert exactly(YAML(typ="safe", pure=True).load(text)) == exactly(value)
    assert exactly(ryaml.loads(text)) == exactly(value)  # type: ignore[attr-defined]


WORDS = st.sampled_from(["y", "N", "none", "on", "off", "yes", "null", "~", ".inf", ".nan", ".JPG", "nan", "=", "1e3"])


@settings(max_examples=300, deadline=None)
@given(value=st.dictionaries(TEXT | WORDS, VALUES | WORDS | st.lists(WORDS), max_size=5))
def test_what_looks_like_the_usual_libraries_is_read_by_them(value: dict[str, JsonValue]) -> None:
    text = emit(value, usual=True)
    assert exactly(yaml.safe_load(text)) == exactly(value)
    assert exactly(parse(Source("law", text))) == exactly((value, []))
    assert exactly(ryaml.loads(text)) == exactly(value)  # type: ignore[attr-defined]


def test_the_usual_libraries_are_sparing_with_quotes_and_indentation() -> None:
    value: dict[str, JsonValue] = {"y": ["none", ".JPG"], "on": {"x": "on", "id": "12"}, "text": "a\nb"}
    expected = "y:\n- none\n- .JPG\n'on':\n  x: 'on'\n  id: '12'\ntext: |-\n  a\n  b\n"
    assert emit(value, usual=True) == expected
