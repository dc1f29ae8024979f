"""Editing JSON in place: the laws over generated texts and edits, and the layout people see."""

from __future__ import annotations

import copy
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.source import Source
from fjctl.text.json_rewrite import rewrite
from fjctl.text.json_text import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue

_NUMBERS = ["0", "-0", "-0.0", "0.0", "1", "1.0", "1e5", "1E+5", "1e-2", "10", "12345678901234567890", "0.1", "-7"]
_SPACES = ["", "", " ", "\t", "\n", "\r\n", "\n    ", "\r\n\t", "  \n  "]
_KEYS = ["a", "b", "id", "c d", "é", "\u2028", 'q"', "日本", "😀", ""]
_space = st.sampled_from(_SPACES)


@st.composite
def _string(draw: st.DrawFn) -> str:
    """A JSON string in some spelling: raw, fully escaped, or with a needlessly escaped letter."""
    plain = draw(st.sampled_from(_KEYS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4))
    way = draw(st.integers(0, 2))
    if way == 2:
        return '"' + "".join(f"\\u{ord(c):04X}" if 0 < ord(c) < 0x7F else json.dumps(c)[1:-1] for c in plain) + '"'
    return json.dumps(plain, ensure_ascii=bool(way))


@st.composite
def _texts(draw: st.DrawFn, depth: int = 3) -> str:
    """A JSON text with arbitrary white space and spellings."""
    kind = draw(st.integers(0, 6 if depth else 2))
    before, after = draw(_space), draw(_space)
    if kind <= 2:
        scalar = st.one_of(st.sampled_from(_NUMBERS), st.sampled_from(["true", "false", "null"]), _string())
        return before + draw(scalar) + after
    items = draw(st.lists(_texts(depth=depth - 1), max_size=4))
    if kind <= 4:
        body = ",".join(items) if items else draw(_space)
        return f"{before}[{body}]{after}"
    keys = draw(st.lists(_string(), min_size=len(items), max_size=len(items), unique_by=json.loads))
    entries = [f"{draw(_space)}{key}{draw(_space)}:{item}" for key, item in zip(keys, items, strict=True)]
    return f"{before}{{{','.join(entries) or draw(_space)}}}{after}"


_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 1.0, 2.5, 1e300]),
    st.sampled_from(_KEYS),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=6,
)


def _containers(value: JsonValue) -> list[dict[str, JsonValue] | list[JsonValue]]:
    if not isinstance(value, (dict, list)):
        return []
    children = value.values() if isinstance(value, dict) else value
    return [value, *(found for child in children for found in _containers(child))]


def _edit(draw: Callable[[st.SearchStrategy[int]], int], fresh: JsonValue, value: JsonValue) -> JsonValue:
    """Change one thing somewhere in a copy of a value: set, insert, remove or move."""
    value = copy.deepcopy(value)
    places = _containers(value)
    if not places:
        return fresh
    place = places[draw(st.integers(0, len(places) - 1))]
    at = draw(st.integers(0, max(0, len(place) - 1)))
    way = draw(st.integers(0, 3))
    if isinstance(place, list):
        if not place or way == 0:
            place.insert(at, fresh)
        elif way == 1:
            place[at] = fresh
        elif way == 2:
            del place[at]
        else:
            place.append(place.pop(at))
    else:
        keys = list(place)
        if not keys or way == 0:
            place["new"] = fresh
        elif way == 1:
            place[keys[at]] = fresh
        elif way == 2:
            del place[keys[at]]
        else:
            rest = {"front": fresh, **place}
            place.clear()
            place.update(rest)
    return value


def _read(text: str) -> JsonValue:
    value, problems = parse(Source("t", text))
    assert [item.code for item in problems if item.code != "FJ106"] == [], text
    return value


def _exact(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)


@given(_texts())
def test_no_change_no_byte(text: str) -> None:
    value = _read(text)
    assert rewrite(text, value, value) is text
    assert rewrite(text, value, copy.deepcopy(value)) == text


@given(_texts(), st.data())
def test_an_edit_reads_back_exactly_and_can_be_undone(text: str, data: st.DataObject) -> None:
    old = _read(text)
    new = old
    for _ in range(data.draw(st.integers(1, 3))):
        new = _edit(data.draw, data.draw(_values), new)
    edited = rewrite(text, old, new)
    assert _exact(_read(edited)) == _exact(new)
    assert _exact(_read(rewrite(edited, new, old))) == _exact(old)


@given(_texts(), _values)
def test_anything_becomes_anything(text: str, new: JsonValue) -> None:
    edited = rewrite(text, _read(text), new)
    assert _exact(_read(edited)) == _exact(new)


@given(st.lists(_texts(depth=1), min_size=1, max_size=6), st.data())
def test_bytes_outside_of_a_changed_value_stay(items: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    text = f"[{','.join(items)}]"
    old = _read(text)
    assert isinstance(old, list)
    new = [*old[:at], "changed", *old[at + 1 :]]
    own = items[at]
    inner = own.strip(" \t\r\n")
    lead = own[: own.index(inner)]
    expected = [*items[:at], lead + '"changed"' + own[len(lead) + len(inner) :], *items[at + 1 :]]
    if old[at] != "changed":
        assert rewrite(text, old, new) == f"[{','.join(expected)}]"


@pytest.mark.parametrize(
    ("old", "new"),
    [("1", 1.0), ("1.0", 1), ("1", True), ("0.0", -0.0), ("-0.0", 0.0), ("true", 1), ("null", False), ('"1"', 1)],
)
def test_kinds_of_scalars_are_told_apart(old: str, new: JsonValue) -> None:
    text = f" [ {old} ]\n"
    value = _read(text)
    assert rewrite(text, value, [new]) == f" [ {json.dumps(new)} ]\n"


_PRETTY = '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ],\n  "c": {}\n}\n'

_LAYOUTS: list[tuple[str, str, JsonValue, str]] = [
    ("key at the end", '{\n  "a": 1\n}\n', {"a": 1, "b": [1]}, '{\n  "a": 1,\n  "b": [\n    1\n  ]\n}\n'),
    ("key at the front", '{"a": 1}', {"z": 0, "a": 1}, '{"z": 0, "a": 1}'),
    ("key between", '{"a": 1, "b": 2}', {"a": 1, "x": 9, "b": 2}, '{"a": 1, "x": 9, "b": 2}'),
    ("crlf", '{\r\n\t"a": 1\r\n}', {"a": 1, "b": {"c": 2}}, '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}'),
    ("minified", '{"a":[1,2]}', {"a": [1, 2, 3], "b": {"c": 1}}, '{"a":[1,2,3],"b":{"c":1}}'),
    ("spaced colon", '{\n  "a" : 1\n}', {"a": 1, "b": 2}, '{\n  "a" : 1,\n  "b" : 2\n}'),
    ("four spaces", "[\n    1\n]", [1, [2]], "[\n    1,\n    [\n        2\n    ]\n]"),
    (
        "one-line items",
        '[\n  {"x": 1},\n  {"x": 2}\n]',
        [{"x": 1}, {"x": 2}, {"x": 3}],
        '[\n  {"x": 1},\n  {"x": 2},\n  {"x": 3}\n]',
    ),
    ("remove first", _PRETTY, {"b": [1, 2], "c": {}}, '{\n  "b": [\n    1,\n    2\n  ],\n  "c": {}\n}\n'),
    ("remove last", _PRETTY, {"a": 1, "b": [1, 2]}, '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ]\n}\n'),
    ("remove middle", _PRETTY, {"a": 1, "c": {}}, '{\n  "a": 1,\n  "c": {}\n}\n'),
    ("remove all items", _PRETTY, {"a": 1, "b": [], "c": {}}, '{\n  "a": 1,\n  "b": [],\n  "c": {}\n}\n'),
    (
        "fill an empty one",
        _PRETTY,
        {"a": 1, "b": [1, 2], "c": {"d": 3}},
        '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ],\n  "c": {\n    "d": 3\n  }\n}\n',
    ),
    ("item between", "[1, 2, 3]", [1, 9, 2, 3], "[1, 9, 2, 3]"),
    (
        "moved by id",
        '[{"id": "a", "n": 1e5},  {"id":"b"}]',
        [{"id": "b"}, {"id": "a", "n": 1e5}],
        '[{"id":"b"},  {"id": "a", "n": 1e5}]',
    ),
    (
        "moved and changed",
        '[{"id":1,"n":1.50},{"id":2,"n":2.50}]',
        [{"id": 2, "n": 2.5}, {"id": 1, "n": 3}],
        '[{"id":2,"n":2.50},{"id":1,"n":3}]',
    ),
    ("raw letters", '{"a": "é"}', {"a": "é", "b": "ü"}, '{"a": "é", "b": "ü"}'),
    ("escaped letters", '{"a": "\\u00e9"}', {"a": "é", "b": "ü"}, '{"a": "\\u00e9", "b": "\\u00fc"}'),
    ("control escapes say nothing", '{"a": "\\u0007"}', {"a": "\x07", "b": "ü"}, '{"a": "\\u0007", "b": "ü"}'),
    ("odd numbers stay", "[1.0, 1e5, -0, 1]", [1.0, 1e5, 0, 2], "[1.0, 1e5, -0, 2]"),
    ("key spelled with escapes", '{"\\u0061": 1, "b": 2}', {"a": 5, "b": 2}, '{"\\u0061": 5, "b": 2}'),
    ("nothing to copy", "{}\n", {"a": 1}, '{\n  "a": 1\n}\n'),
    ("list of runs", "[0, 1, 5, 6]", [7, 1, 5, 8], "[7, 1, 5, 8]"),
]


@pytest.mark.parametrize(("text", "new", "expected"), [row[1:] for row in _LAYOUTS], ids=[row[0] for row in _LAYOUTS])
def test_layout(text: str, new: JsonValue, expected: str) -> None:
    assert rewrite(text, _read(text), new) == expected


def test_existing_keys_are_never_reordered() -> None:
    text = '{"a": 1, "b": 2}'
    assert rewrite(text, {"a": 1, "b": 2}, {"b": 2, "a": 1}) is text
    assert rewrite(text, {"a": 1, "b": 2}, {"b": 2, "n": 3, "a": 1}) == '{"a": 1, "b": 2, "n": 3}'


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "\ud800", ["\udc00x"]])
def test_what_json_cannot_hold_is_refused(bad: JsonValue) -> None:
    for text in ('{"a": "é"}', '{"a": "\\u00e9"}', '{\n "a": "\\u00e9"\n}'):
        with pytest.raises(ValueError, match=r".+"):
            rewrite(text, {"a": "é"}, {"a": bad})


def test_a_long_list_without_ids_keeps_its_ends() -> None:
    items = [f"  {number}.0" for number in range(2000)]
    text = "[" + ",\n".join(items) + "]"
    old = _read(text)
    assert isinstance(old, list)
    new = [*old[:1000], "x", "y", *old[1001:]]
    assert rewrite(text, old, new) == text.replace("  1000.0", '  "x",\n  "y"')


def test_deep_documents_with_changes_at_every_level() -> None:
    depth = 190
    text = "[1, " * depth + "2" + ", 3]" * depth
    new = _read(text.replace("1", "1.0").replace("3", "4, 5").replace("2", '{"x": []}'))
    assert _exact(_read(rewrite(text, _read(text), new))) == _exact(new)
    text = '{"a": ' * depth + "2" + ', "b": 1}' * depth
    new = _read(text.replace("2", "[5]").replace('"b"', '"c"'))
    assert rewrite(text, _read(text), new) == text.replace("2", "[5]").replace('"b"', '"c"')


def test_a_large_document_costs_little_memory() -> None:
    node = '    {"id": "n%d", "position": {"x": %d.50, "y": 1e2}, "data": {"label": "caf\u00e9 ]}", "tags": [1, 2]}}'
    text = '{\n  "nodes": [\n' + ",\n".join(node % (number, number) for number in range(12_000)) + "\n  ]\n}\n"
    old, new = _read(text), _read(text)
    assert isinstance(new, dict)
    nodes = new["nodes"]
    assert isinstance(nodes, list)
    assert isinstance(nodes[6000], dict)
    nodes[6000]["position"] = {"x": 6000.5, "y": 7}
    tracemalloc.start()
    edited = rewrite(text, old, new)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert edited == text.replace('"x": 6000.50, "y": 1e2', '"x": 6000.50, "y": 7')
    assert peak < 10 * len(text)
