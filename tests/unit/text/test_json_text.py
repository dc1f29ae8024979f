"""The fast strict reader, the bytes at its door, places, and fresh text."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.diagnostics import Severity
from fjctl.source import JsonValue, Pointer, Position, Source
from fjctl.text import encoding, json_codes
from fjctl.text.encoding import decode, encode, has_bom
from fjctl.text.json_spans import Spans, locate
from fjctl.text.json_text import dump, parse

_TEXT = '{\n  "a": {"b": [10, {"c": "x"}], "q\\"": 1},\n  "\\u00e9": null\n}\n'


def _parse(text: str) -> tuple[JsonValue, list[tuple[str, Pointer]]]:
    value, found = parse(Source("t.json", text))
    return value, [(item.code, item.pointer) for item in found]


def test_numbers_keep_their_kind() -> None:
    value, found = _parse("[1, 1.0, 1e2, -0, -0.0, 123456789012345678901234567890]")
    assert isinstance(value, list)
    assert [type(item) for item in value] == [int, float, float, int, float, int]
    assert value[5] == 123456789012345678901234567890
    assert math.copysign(1, float(str(value[4]))) == -1
    assert found == [("FJ106", (5,))]


def test_a_warning_keeps_the_value_and_an_error_does_not() -> None:
    value, found = parse(Source("t", '{"n": 9007199254740993}'))
    assert value == {"n": 9007199254740993}
    assert [item.severity for item in found] == [Severity.WARNING]
    assert parse(Source("t", '{"n": NaN}'))[0] is None


def test_all_findings_are_told_with_their_pointers() -> None:
    text = '{"a": [{"x": NaN, "x": "\\ud800"}], "b": 1e999, "c": "\\u0000"}'
    expected: list[tuple[str, Pointer]] = [
        ("FJ105", ("a", 0, "x")),
        ("FJ104", ("a", 0, "x")),
        ("FJ107", ("a", 0, "x")),
        ("FJ105", ("b",)),
        ("FJ108", ("c",)),
    ]
    assert _parse(text) == (None, expected)


def test_a_duplicate_key_names_both_places() -> None:
    _, found = parse(Source("t", '{\n  "k": 1,\n  "k": 2\n}'))
    assert found[0].message == 'the key "k" stands twice in one object, first in line 2'
    assert found[0].position == Position(3, 3)
    assert found[0].pointer == ("k",)


def test_a_syntax_error_points_into_the_document() -> None:
    _, found = parse(Source("t", '{"a": [1, {"b": oops}]}'))
    assert found[0].pointer == ("a", 1, "b")
    assert found[0].message == "oops is not a JSON value"


def test_the_number_of_findings_is_bounded() -> None:
    _, found = _parse("[" + "NaN," * 5000 + "1]")
    assert len(found) == 100


def test_depth_can_be_chosen() -> None:
    deep = "[" * 30 + "]" * 30
    assert parse(Source("t", deep), max_depth=30)[1] == []
    assert [item.code for item in parse(Source("t", deep), max_depth=29)[1]] == ["FJ109"]
    scalars = '[{"a": {"b": 1}}]'
    assert parse(Source("t", scalars), max_depth=3)[1] == []
    assert [item.code for item in parse(Source("t", scalars), max_depth=2)[1]] == ["FJ109"]


def test_a_raw_surrogate_from_elsewhere_is_found() -> None:
    value, found = _parse('["\ud800"]')
    assert value is None
    assert found == [("FJ107", (0,))]


@given(st.text(alphabet="[]{}\",:\\/u0d8e-+.1 \ntrufalsn\x00'#é", max_size=24))
def test_accepts_what_the_standard_library_accepts_and_says_why_it_does_not(text: str) -> None:
    value, found = parse(Source("t", text))
    errors = [item for item in found if item.severity is Severity.ERROR]
    try:
        expected = json.loads(text)
    except ValueError:
        assert errors
        assert errors[0].position is not None
    else:
        assert errors or json.dumps(value) == json.dumps(expected)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_and_come_back(data: bytes) -> None:
    source, found = decode("t", data)
    if source is None:
        assert found[0].code == "FJ111"
    else:
        assert encode(source.text, bom=has_bom(data)) == data


def test_a_mark_is_taken_off_and_put_back() -> None:
    data = b"\xef\xbb\xbf{}\r\n"
    source, found = decode("t", data)
    assert source == Source("t", "{}\r\n")
    assert [(item.code, item.severity) for item in found] == [("FJ110", Severity.INFO)]
    assert has_bom(data)
    assert not has_bom(b"{}")
    assert encode("{}\r\n", bom=True) == data
    assert encode("{}\r\n", bom=False) == b"{}\r\n"


def test_the_byte_that_is_not_utf8_is_counted_from_the_start_of_the_file() -> None:
    _, found = decode("t", b"\xef\xbb\xbf[\n\xff]")
    assert found[0].message == "byte 5 (0xff) in line 2 is not UTF-8"
    assert found[0].position == Position(2, 1)


def test_codes_are_lower_case_names_with_an_explanation() -> None:
    for code, (name, explanation) in {**json_codes.CODES, **encoding.CODES}.items():
        assert code.startswith("FJ1")
        assert name.replace("-", "").islower()
        assert explanation.endswith(".")


@pytest.mark.parametrize(
    ("pointer", "key", "expected"),
    [
        ((), False, _TEXT.strip()),
        (("a",), True, '"a"'),
        (("a", "b"), False, '[10, {"c": "x"}]'),
        (("a", "b", 0), False, "10"),
        (("a", "b", 0), True, "10"),
        (("a", "b", 1, "c"), False, '"x"'),
        (("a", "b", 1, "c"), True, '"c"'),
        (("a", 'q"'), True, '"q\\""'),
        (("é",), False, "null"),
        (("é",), True, '"\\u00e9"'),
        (("a", "b", 7), False, '[10, {"c": "x"}]'),
        (("a", "b", "0"), False, '[10, {"c": "x"}]'),
        (("a", "b", True), False, '[10, {"c": "x"}]'),
        (("é", "x", 1), False, "null"),
        (("missing",), False, _TEXT.strip()),
    ],
)
def test_locate(pointer: Pointer, key: bool, expected: str) -> None:
    start, end = locate(Source("t", _TEXT), pointer, key=key)
    assert _TEXT[start:end] == expected


@pytest.mark.parametrize("end", range(0, len(_TEXT), 3))
def test_locate_on_a_broken_text_is_the_deepest_place_reached(end: int) -> None:
    span = locate(Source("t", _TEXT[:end]), ("a", "b", 1, "c"))
    assert 0 <= span.start <= span.end <= end


def test_spans_remember_their_tables() -> None:
    spans = Spans(_TEXT)
    assert (
        spans.locate(("a", "b", 1, "c"))
        == spans.locate(("a", "b", 1, "c"))
        == locate(Source("t", _TEXT), ("a", "b", 1, "c"))
    )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(_json, st.sampled_from([2, 0, "\t", None]), st.booleans())
def test_fresh_text_is_that_of_the_standard_library(
    value: JsonValue, indent: int | str | None, ascii_only: bool
) -> None:
    separators = (",", ":") if indent is None else (",", ": ")
    expected = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=separators)
    assert dump(value, indent=indent, ensure_ascii=ascii_only, final_newline=False) == expected


def test_fresh_text_ends_its_lines_as_asked() -> None:
    assert dump({"a": [1, 1.0]}, newline="\r\n") == '{\r\n  "a": [\r\n    1,\r\n    1.0\r\n  ]\r\n}\r\n'
    assert dump([], indent=None) == "[]\n"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "\ud800", {"\udfff": 1}])
@pytest.mark.parametrize("indent", [2, None])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_fresh_text_refuses_what_no_reader_takes(bad: JsonValue, indent: int | None, ascii_only: bool) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dump({"a": [bad]}, indent=indent, ensure_ascii=ascii_only)
