"""Bad YAML: each case names the diagnostic it must give, and its place."""

from __future__ import annotations

import pytest

from fjctl.diagnostics import Severity
from fjctl.source import Position, Source
from fjctl.text.yaml_codes import CODES
from fjctl.text.yaml_text import parse

BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
DEEP_BLOCK = "".join(f"{' ' * depth}a:\n" for depth in range(400))

CASES = [
    ("billion laughs", BOMB, "FJ122", (1, 4)),
    ("alias to itself", "a: &a [*a]\n", "FJ122", (1, 4)),
    ("ten thousand aliases", f"a: &a {'x' * 100_000}\nb: [{'*a, ' * 10_000}]\n", "FJ122", (1, 4)),
    ("unused anchor", "a: 1\nb: &x 2\n", "FJ122", (2, 4)),
    ("anchor at the very start", "&x\na: 1\n", "FJ122", (1, 1)),
    ("undefined alias", "a: *nowhere\n", "FJ122", (1, 4)),
    ("flow lists, 257 deep", "a: " + "[" * 257 + "]" * 257, "FJ109", (1, 259)),
    ("flow lists, 100,000 deep", "[" * 100_000, "FJ109", (1, 257)),
    ("flow lists, a million deep", "a: " + "[" * 1_000_000, "FJ109", (1, 259)),
    ("flow lists, deep and closed", "a: " + "[" * 9_000 + "]" * 9_000, "FJ109", (1, 259)),
    ("flow maps, 100,000 deep", "{a: " * 100_000, "FJ109", (1, 1025)),
    ("depth behind quotes", "[" * 10 + '"]",[' * 9_000, "FJ109", (1, 1245)),
    ("compact lists, 100,000 deep", "- " * 100_000, "FJ109", (1, 513)),
    ("block maps, 400 deep", DEEP_BLOCK, "FJ109", (257, 257)),
    ("duplicate key", "a: 1\nb: 2\na: 3\n", "FJ104", (3, 1)),
    ("duplicate key, nested", "x:\n  a: 1\n  a: 2\n", "FJ104", (3, 3)),
    ("duplicate key, flow", "x: {a: 1, 'a': 2}\n", "FJ104", (1, 11)),
    ("duplicate key, JSON", '{"a": 1, "a": 2}\n', "FJ104", (1, 10)),
    ("5,000 digits", f"a: {'9' * 5_000}\n", "FJ105", (1, 4)),
    ("a million digits", f"a: {'9' * 1_000_000}\n", "FJ105", (1, 4)),
    ("10,000 hexadecimal digits", f"a: 0x{'f' * 10_000}\n", "FJ105", (1, 4)),
    ("10,000 octal digits", f"a: 0o{'7' * 10_000}\n", "FJ105", (1, 4)),
    ("1e400", "a: 1e400\n", "FJ105", (1, 4)),
    ("not a number", "a: .nan\n", "FJ105", (1, 4)),
    ("infinity", "a: [1, -.inf]\n", "FJ105", (1, 8)),
    ("a number as key beyond range", "1e400: a\n", "FJ105", (1, 1)),
    ("lone surrogate, escaped", 'a: "\\ud800"\n', "FJ107", (1, 7)),
    ("surrogate pair, escaped", 'a: "\\ud83d\\ude00"\n', "FJ107", (1, 7)),
    ("lone surrogate, raw", "a: \ud800\n", "FJ107", (1, 4)),
    ("NUL, raw", "a: b\nc: \0\n", "FJ108", (2, 4)),
    ("control character", "a: b\x01\n", "FJ108", (1, 5)),
    ("delete character", "a: b\x7f\n", "FJ108", (1, 5)),
    ("no character", "a: b\uffff\n", "FJ108", (1, 5)),
    ("NUL, escaped", 'a: "\\0"\n', "FJ108", (1, 4)),
    ("NUL, escaped with x", 'a: "b\\x00"\n', "FJ108", (1, 4)),
    ("NUL, escaped with u", 'a:\n  - "\\u0000"\n', "FJ108", (2, 5)),
    ("NUL in a key", '"\\0": a\n', "FJ108", (1, 1)),
    ("second byte-order mark", "\ufeffa: 1\n", "FJ121", (1, 1)),
    ("next line, U+0085", "a: b\x85c\n", "FJ121", (1, 5)),
    ("line separator, U+2028", "a: 'b\u2028c'\n", "FJ121", (1, 6)),
    ("paragraph separator, U+2029", "# b\u2029c\n", "FJ121", (1, 4)),
    ("tag that runs code", "a: !!python/object/apply:os.system ['true']\n", "FJ123", (1, 4)),
    ("own tag", "a: !foo b\n", "FJ123", (1, 4)),
    ("bare tag", "a: ! b\n", "FJ123", (1, 4)),
    ("verbatim tag", "a: !<tag:yaml.org,2002:str> b\n", "FJ123", (1, 4)),
    ("tag in a flow list", "a: [!x b]\n", "FJ123", (1, 5)),
    ("tag on a list item", "a:\n  -   !x b\n", "FJ123", (2, 7)),
    ("tag on a key", "!x a: b\n", "FJ123", (1, 1)),
    ("tag on the root", "!x {a: b}\n", "FJ123", (1, 1)),
    ("binary", "a: !!binary aGk=\n", "FJ123", (1, 4)),
    ("set", "a: !!set {x}\n", "FJ123", (1, 4)),
    ("int that is none", "a: !!int abc\n", "FJ123", (1, 4)),
    ("merge key", "d: {x: 1}\na:\n  <<: {y: 2}\n", "FJ126", (3, 3)),
    ("merge key of text", "<<: hello\n", "FJ126", (1, 1)),
    ("number as key", "a: b\n1: c\n", "FJ124", (2, 1)),
    ("number with leading zero as key", "017: c\n", "FJ124", (1, 1)),
    ("hexadecimal key", "0x1: c\n", "FJ124", (1, 1)),
    ("true as key", "true: c\n", "FJ124", (1, 1)),
    ("null as key", "~: c\n", "FJ124", (1, 1)),
    ("nothing as key", "a: {? : c}\n", "FJ124", (1, 7)),
    ("decimal key", "1.5: c\n", "FJ124", (1, 1)),
    ("list as key", "? [a]\n: b\n", "FJ124", (1, 3)),
    ("map as key", "{a: b}: c\n", "FJ124", (1, 1)),
    ("directive", "%YAML 1.1\n---\na: no\n", "FJ125", (1, 1)),
    ("tag directive", "# c\n%TAG ! tag:x,2000:\n---\na: b\n", "FJ125", (2, 1)),
    ("two documents", "a: 1\n---\nb: 2\n", "FJ103", (2, 1)),
    ("two documents with an end", "a: 1\n...\n---\nb: 2\n", "FJ103", (3, 1)),
    ("tab indents", "a:\n\tb: c\n", "FJ127", (2, 1)),
    ("tab indents after spaces", "a:\n  b: 1\n  \tc: 2\n", "FJ127", (3, 3)),
    ("tab at the start", "\ta: b\n", "FJ127", (1, 1)),
    ("empty", "", "FJ101", (1, 1)),
    ("only a line break", "\r\n", "FJ101", (1, 1)),
    ("only comments", "# a\n\n# b\n", "FJ101", (1, 1)),
    ("only a marker", "---\n", "FJ101", (1, 1)),
    ("key of 2,000 characters", f"a: 1\n{'k' * 2_000}: 2\n", "FJ121", (2, 1)),
    ("two colons", "a: b: c\n", "FJ121", (1, 5)),
    ("unclosed list", "a:\n  [b, c\n", "FJ121", (2, 3)),
    ("unclosed map", "a: {b: c\n", "FJ121", (1, 4)),
    ("unclosed quote", "a: 1\nb: 'c\n", "FJ121", (2, 4)),
    ("unclosed double quote", 'b: "c\n', "FJ121", (1, 4)),
    ("wrong indentation", "a:\n  b: 1\n c: 2\n", "FJ121", (3, 2)),
    ("text after a quote", "a: 'b' c\n", "FJ121", (1, 8)),
    ("unknown escape", 'a: "\\q"\n', "FJ121", (1, 5)),
    ("at sign", "a: @b\n", "FJ121", (1, 4)),
    ("backtick", "a: `b`\n", "FJ121", (1, 4)),
    ("list behind a key", "a: - b\n", "FJ121", (1, 4)),
    ("list in a map", "a: 1\n- b\n", "FJ121", (2, 1)),
    ("stray closing bracket", "a: 1\n]\n", "FJ121", (2, 1)),
    ("missing comma", "a: {b: 1 c: 2}\n", "FJ121", (1, 11)),
    ("windows line ends count once", "a: 1\r\nb: @\r\n", "FJ121", (2, 4)),
    ("columns count characters", "😀é: @\n", "FJ121", (1, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_text_gets_a_place_and_a_next_step(text: str, code: str, place: tuple[int, int]) -> None:
    value, found = parse(Source("bad", text))
    assert value is None
    assert 1 <= len(found) <= 20
    first = found[0]
    assert (first.code, first.position) == (code, Position(*place)), first.line()
    assert first.name == CODES[code][0]
    assert first.source == "bad"
    assert first.severity is Severity.ERROR
    assert first.help
    assert len(first.line()) < 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 9007199254740993\n", 9007199254740993),
        ("a: -0x20000000000001\n", "-0x20000000000001"),
        ("a: 18446744073709551616\n", 2**64),
        ("a: " + "9" * 4300 + "\n", int("9" * 4300)),
        ("a: 0x20000000000001\n", 2**53 + 1),
    ],
)
def test_large_whole_numbers_are_kept_with_a_warning(text: str, value: object) -> None:
    held, found = parse(Source("big", text))
    assert held == {"a": value}
    assert [(one.code, one.severity) for one in found] == ([("FJ106", Severity.WARNING)] if type(value) is int else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no\non: yes\n", {"a": "no", "on": "yes"}),
        ("a: 2024-01-01\nb: 2024-13-45\n", {"a": "2024-01-01", "b": "2024-13-45"}),
        ("a: 1_000\nb: 12:30:45\nc: 0o17\nd: 0123\n", {"a": "1_000", "b": "12:30:45", "c": 15, "d": 123}),
        ("a: -0.0\nb: -0\n", {"a": -0.0, "b": 0}),
        ("a: 0b11\nb: -0x1F\nc: +0o7\nd: 0B1\n", {"a": "0b11", "b": "-0x1F", "c": "+0o7", "d": "0B1"}),
        ("a: '<<'\n\"<<\": 1\n", {"a": "<<", "<<": 1}),
        ("a: b\ufeffc\n", {"a": "b\ufeffc"}),
        ("a: \u202eb\n", {"a": "\u202eb"}),
        ("__proto__: 1\n", {"__proto__": 1}),
        ("a: b\t# c\nd:\te\n", {"a": "b", "d": "e"}),
        ("--- # c\na: b\n...\n# d\n", {"a": "b"}),
        ("? a\n: b\n", {"a": "b"}),
        ("hello\n", "hello"),
    ],
)
def test_odd_and_legal(text: str, value: object) -> None:
    held, found = parse(Source("odd", text))
    assert found == []
    assert repr(held) == repr(value)


def test_many_keys_and_long_text_are_no_problem() -> None:
    keys = "".join(f"k{number}: {number}\n" for number in range(50_000))
    assert parse(Source("keys", keys)) == ({f"k{number}": number for number in range(50_000)}, [])
    assert parse(Source("text", f"a: {'x' * 4_000_000}\n")) == ({"a": "x" * 4_000_000}, [])


def test_no_more_than_twenty_findings() -> None:
    value, found = parse(Source("many", "".join(f"k{number}: .nan\n" for number in range(1_000))))
    assert value is None
    assert [one.code for one in found] == ["FJ105"] * 20


def test_warnings_do_not_crowd_out_an_error() -> None:
    text = "".join(f"k{number}: {2**60 + number}\n" for number in range(30)) + "x: 1\nx: 2\n"
    value, found = parse(Source("many", text))
    assert value is None
    assert "FJ104" in {one.code for one in found}
    assert len(found) <= 20
