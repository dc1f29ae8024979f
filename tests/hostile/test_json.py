"""Bad JSON: each case names the diagnostic it must give and where; none may raise or take the process down."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest

from fjctl.source import Position, Source
from fjctl.text import encoding, json_codes
from fjctl.text.encoding import decode
from fjctl.text.json_spans import locate
from fjctl.text.json_text import parse

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic

CODES = {**json_codes.CODES, **encoding.CODES}

_DEEP = 100_000

# name, bytes, code, line, column
CASES: list[tuple[str, bytes, str, int, int]] = [
    ("nothing", b"", "FJ101", 1, 1),
    ("white space only", b" \n\t\r\n", "FJ101", 1, 1),
    ("only a mark", codecs.BOM_UTF8, "FJ101", 1, 1),
    ("trailing comma in an object", b'{\n  "a": 1,\n}', "FJ102", 2, 9),
    ("trailing comma in a list", b"[1, 2, ]", "FJ102", 1, 6),
    ("comma alone", b"[,]", "FJ102", 1, 2),
    ("comma for a key", b"{,}", "FJ102", 1, 2),
    ("two commas", b"[1,,2]", "FJ102", 1, 4),
    ("missing comma in a list", b"[1\n 2]", "FJ102", 2, 2),
    ("missing comma in an object", b'{"a": 1\n "b": 2}', "FJ102", 2, 2),
    ("missing colon", b'{"a" 1}', "FJ102", 1, 6),
    ("missing value", b'{"a": }', "FJ102", 1, 7),
    ("line comment", b'{\n  // hello\n  "a": 1\n}', "FJ102", 2, 3),
    ("block comment", b'{"a": /* x */ 1}', "FJ102", 1, 7),
    ("hash comment", b'{"a": 1}\n# end', "FJ102", 2, 1),
    ("comment after a value", b'{"a": 1 // one\n}', "FJ102", 1, 9),
    ("single quotes around a key", b"{'a': 1}", "FJ102", 1, 2),
    ("single quotes around a text", b"['a']", "FJ102", 1, 2),
    ("key without quotes", b"{a: 1}", "FJ102", 1, 2),
    ("number as a key", b"{1: 1}", "FJ102", 1, 2),
    ("list as a key", b"{[]: 1}", "FJ102", 1, 2),
    ("word", b"hello", "FJ102", 1, 1),
    ("Python's True", b"[True]", "FJ102", 1, 2),
    ("undefined", b'{"a": undefined}', "FJ102", 1, 7),
    ("leading zero", b"[012]", "FJ102", 1, 2),
    ("leading plus", b"[+1]", "FJ102", 1, 2),
    ("leading dot", b"[.5]", "FJ102", 1, 2),
    ("final dot", b"[1.]", "FJ102", 1, 2),
    ("hexadecimal", b"[0xFF]", "FJ102", 1, 2),
    ("minus alone", b"-", "FJ102", 1, 1),
    ("exponent without digits", b"1e", "FJ102", 1, 1),
    ("other digits", "[١]".encode(), "FJ102", 1, 2),
    ("cut off in a list", b"[1,\n 2", "FJ102", 2, 3),
    ("cut off after a comma", b"[1,", "FJ102", 1, 4),
    ("cut off after a brace", b'{"a": {', "FJ102", 1, 8),
    ("cut off after a key", b'{"a"', "FJ102", 1, 5),
    ("cut off after a colon", b'{"a":', "FJ102", 1, 6),
    ("cut off in a text", b'["abc', "FJ102", 1, 2),
    ("cut off in an escape", b'["abc\\', "FJ102", 1, 2),
    ("cut off in a word", b"[tru", "FJ102", 1, 2),
    ("wrong bracket", b'{"a": [1, 2}', "FJ102", 1, 12),
    ("bracket too many", b"{}}", "FJ102", 1, 3),
    ("text after the end", b"{} hello", "FJ102", 1, 4),
    ("unknown escape", b'["\\x41"]', "FJ102", 1, 3),
    ("short unicode escape", b'["\\u12"]', "FJ102", 1, 3),
    ("no-break space", "[\u00a01]".encode(), "FJ102", 1, 2),
    ("mark inside", "[\ufeff1]".encode(), "FJ102", 1, 2),
    ("two marks", codecs.BOM_UTF8 * 2 + b"{}", "FJ102", 1, 1),
    ("YAML", b"a: 1\nb: 2\n", "FJ102", 1, 1),
    ("HTML", b"<!doctype html>", "FJ102", 1, 1),
    ("two documents", b'{"a": 1}\n{"b": 2}\n', "FJ103", 2, 1),
    ("two numbers", b"1 2", "FJ103", 1, 3),
    ("two lists", b"[][]", "FJ103", 1, 3),
    ("duplicate key", b'{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}', "FJ104", 4, 3),
    ("duplicate key spelled differently", b'{"a": 1, "\\u0061": 2}', "FJ104", 1, 10),
    ("duplicate empty key", b'{"": 1, "": 2}', "FJ104", 1, 9),
    ("duplicate key, nested", b'[{"x": [{"k": 1, "k": 1}]}]', "FJ104", 1, 18),
    ("duplicate key, spaced colon", b'{"a" :1,"a":2}', "FJ104", 1, 9),
    ("NaN", b"[NaN]", "FJ105", 1, 2),
    ("Infinity", b'{"a":\n Infinity}', "FJ105", 2, 2),
    ("minus Infinity", b"[-Infinity]", "FJ105", 1, 2),
    ("huge exponent", b"[1e400]", "FJ105", 1, 2),
    ("huge negative exponent form", b"[-1E+999]", "FJ105", 1, 2),
    ("float of 400 digits", b"[" + b"9" * 400 + b".0]", "FJ105", 1, 2),
    ("number of 5,000 digits", b"[" + b"1" * 5000 + b"]", "FJ105", 1, 2),
    ("number of 1,000,000 digits", b"-" + b"7" * 1_000_000, "FJ105", 1, 1),
    ("fraction of 5,000 digits", b"0." + b"3" * 5000, "FJ105", 1, 1),
    ("high half alone", b'["a\\ud800b"]', "FJ107", 1, 4),
    ("low half alone", b'["\\uDC00"]', "FJ107", 1, 3),
    ("halves in the wrong order", b'["\\udc00\\ud800"]', "FJ107", 1, 3),
    ("two high halves", b'["\\ud83d\\ud83d\\ude00"]', "FJ107", 1, 3),
    ("half before an escaped backslash", b'["\\ud83d\\\\ude00"]', "FJ107", 1, 3),
    ("half in a key", b'{"\\ud800": 1}', "FJ107", 1, 2 + 1),
    ("escaped NUL", b'["a\\u0000"]', "FJ108", 1, 4),
    ("raw NUL in a text", b'["a\x00b"]', "FJ108", 1, 4),
    ("raw tab in a text", b'["a\tb"]', "FJ108", 1, 4),
    ("line break in a text", b'["abc\n"]', "FJ108", 1, 6),
    ("100,000 lists deep", b"[" * _DEEP, "FJ109", 1, 201),
    ("100,000 lists deep, closed", b"[" * _DEEP + b"]" * _DEEP, "FJ109", 1, 201),
    ("100,000 objects deep", b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, "FJ109", 1, 1001),
    ("201 deep", b"[" * 201 + b"]" * 201, "FJ109", 1, 201),
    ("201 deep with an object inside", b"[" * 200 + b"{}" + b"]" * 200, "FJ109", 1, 201),
    ("201 deep beside much else", b"[1,[2],{}," + b"[" * 200 + b'{"a":1}' + b"]" * 201, "FJ109", 1, 210),
    ("UTF-16 with a mark", '{"a": 1}'.encode("utf-16"), "FJ111", 1, 1),
    ("UTF-16 without a mark", '{"a": 1}'.encode("utf-16-be"), "FJ111", 1, 1),
    ("UTF-16 little end first", '{"a": 1}'.encode("utf-16-le"), "FJ111", 1, 1),
    ("UTF-32", '{"a": 1}'.encode("utf-32"), "FJ111", 1, 1),
    ("UTF-32 without a mark", '{"a": 1}'.encode("utf-32-be"), "FJ111", 1, 1),
    ("Latin-1", '{\n"a": "é"}'.encode("latin-1"), "FJ111", 2, 7),
    ("half a character at the end", '"é'.encode()[:-1], "FJ111", 1, 2),
    ("a surrogate in UTF-8", b'"\xed\xa0\x80"', "FJ111", 1, 2),
    ("overlong NUL", b'"\xc0\x80"', "FJ111", 1, 2),
    ("2 MB line with an error at its end", b"[" + b'"abc",' * 350_000 + b"]", "FJ102", 1, 2_100_001),
    ("2 MB text that never ends", b'["' + b"x" * 2_000_000, "FJ102", 1, 2),
    ("2 MB of backslashes", b'"' + b"\\" * 2_000_001, "FJ102", 1, 1),
    ("many duplicates", b"{" + b'"a":1,' * 20_000 + b'"b":1}', "FJ104", 1, 8),
]

# Unusual, and allowed: name, bytes, the codes of the notes and warnings it gives.
FINE: list[tuple[str, bytes, list[str]]] = [
    ("byte-order mark", codecs.BOM_UTF8 + b"{}", ["FJ110"]),
    ("2^53", b"[9007199254740992, -9007199254740993]", ["FJ106", "FJ106"]),
    ("2^53 - 1", b"[9007199254740991, -9007199254740991]", []),
    ("number of 4,300 digits", b"-" + b"1" * 4300, ["FJ106"]),
    ("long float", b"[0.1234567890123456789, 12345678901234567890.5]", []),
    ("whole pair", b'"\\ud83d\\ude00 \\uD83D\\uDE00"', []),
    ("escaped backslash before ud800", b'"\\\\ud800 \\\\u0000"', []),
    ("keys that look alike", '{"а": 1, "a": 2, "a ": 3, "A": 4, "é": 5, "e\u0301": 6}'.encode(), []),
    ("200 deep", b"[" * 200 + b"]" * 200, []),
    ("200 deep with an object inside", b"[" * 199 + b'{"a": 1}' + b"]" * 199, []),
    ("brackets in texts", b'["' + b"[{" * 1000 + b'"]', []),
    ("2 MB line", b"[" + b'"abc",' * 350_000 + b"1]", []),
    ("bare scalar", b"null", []),
    ("direction marks", '"\u202e\u200b\u2066"'.encode(), []),
    ("old line ends", b'{\r"a":\r1}', []),
]


def _read(data: bytes) -> list[Diagnostic]:
    source, notes = decode("case.json", data)
    if source is None:
        return notes
    value, found = parse(source)
    assert locate(source, ("a", 0, "k")).start >= 0
    if any(item.severity.value == "error" for item in found):
        assert value is None
    return [*notes, *found] if notes and notes[0].severity.value == "error" else [*found, *notes]


@pytest.mark.parametrize(("data", "code", "line", "column"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_bad_input_has_a_code_a_place_and_a_next_step(data: bytes, code: str, line: int, column: int) -> None:
    first = _read(data)[0]
    assert (first.code, first.position) == (code, Position(line, column)), first
    assert first.name == CODES[code][0]
    assert first.source == "case.json"
    assert first.message
    assert first.help
    assert len(first.line()) < 250


@pytest.mark.parametrize(("data", "codes"), [case[1:] for case in FINE], ids=[case[0] for case in FINE])
def test_unusual_input_is_read(data: bytes, codes: list[str]) -> None:
    found = _read(data)
    assert [item.code for item in found] == codes
    assert not any(item.severity.value == "error" for item in found)


def test_every_code_has_a_case() -> None:
    assert {case[2] for case in CASES} | {code for case in FINE for code in case[2]} | {"FJ112"} == set(CODES)


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read() -> None:
    source, found = decode("big.json", b"[1, 2]", limit=5)
    assert source is None
    assert [item.code for item in found] == ["FJ112"]
    assert decode("big.json", b"[1, 2]", limit=6) == (Source("big.json", "[1, 2]"), [])


def test_every_truncation_of_a_document_is_an_error_at_a_place() -> None:
    text = '{"a": [1, -2.5e3, true, null, "x\\n\\u00e9"], "b": {"c": {}}}'
    for end in range(len(text)):
        value, found = parse(Source("cut.json", text[:end]))
        assert value is None
        assert found[0].code in {"FJ101", "FJ102"}
        assert found[0].position is not None
        assert found[0].position.column <= end + 1
