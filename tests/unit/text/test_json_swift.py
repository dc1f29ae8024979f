"""The reader for large texts: whatever it takes, the exact reader takes as well, and reads the same."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.source import Source
from fjctl.text import json_swift, json_text
from fjctl.text.json_problems import inspect
from tests.hostile.test_json import CASES, FINE
from tests.support_texts import JSON_STYLES, odd_numbers

DEPTH = 20

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(2**53 - 2, 2**53 + 2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.sampled_from('a: {}[],"\\/\n\t\x00\x01\x7fé\u2028😀'), max_size=5),
)
_keys = st.sampled_from(("a", "a ", " a", "b", "é", "\x00", '"'))
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=12,
)


def assert_sound(text: str, max_depth: int = DEPTH) -> bool:
    """That a text is either left to the exact reader or read as that one reads it; says whether it was read."""
    try:
        value = json_swift.parse(text, max_depth)
    except json_swift.UnsureError:
        return False
    assert inspect(text, max_depth) == []
    assert repr(value) == repr(json.loads(text))
    return True


@given(_values, st.sampled_from(sorted(JSON_STYLES)))
def test_what_it_reads_is_what_the_exact_reader_reads(value: Any, style: str) -> None:
    assert_sound(JSON_STYLES[style](value))


@given(st.lists(st.tuples(_keys, st.integers(0, 3)), max_size=4), st.sampled_from(("", " ", "\n  ", "\t")))
def test_equal_keys_never_pass(members: list[tuple[str, int]], space: str) -> None:
    inside = ",".join(f"{space}{json.dumps(key, ensure_ascii=False)}:{space}{value}" for key, value in members)
    read = assert_sound("{" + inside + "}")
    assert not read or len(dict(members)) == len(members)


@given(odd_numbers())
def test_numbers_in_odd_spellings_are_left_or_read_alike(text: str) -> None:
    assert_sound(text)


@pytest.mark.parametrize("text", ["[1,2]", "[\n  1,\n  2\n]\n", "[1,  2]", '{"a": [], "b": {}}\r\n', '"é"', "-0.0"])
def test_every_layout_passes(text: str) -> None:
    assert assert_sound(text)


@pytest.mark.parametrize(("name", "data"), [case[:2] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_input_never_passes(name: str, data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        pytest.skip(f"{name} is not text")
    with pytest.raises(json_swift.UnsureError):
        json_swift.parse(text.removeprefix("\ufeff") if name == "only a mark" else text, json_text.MAX_DEPTH)


@pytest.mark.parametrize(("data", "codes"), [case[1:] for case in FINE], ids=[case[0] for case in FINE])
def test_unusual_input_is_read_alike(data: bytes, codes: list[str]) -> None:
    text = data.decode("utf-8-sig")
    read = assert_sound(text, json_text.MAX_DEPTH)
    assert not (read and set(codes) - {"FJ110"})


def test_what_is_too_deep_never_passes() -> None:
    for inside in ("", "1", "{}", '{"a": 1}'):
        for depth in range(DEPTH - 2, DEPTH + 2):
            text = "[" * depth + inside + "]" * depth
            assert assert_sound(text) or depth >= DEPTH - 1, (inside, depth)


def test_a_large_document_is_read_the_same_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"rows": [{"id": number, "text": "a\nb" * 9, "x": 0.5} for number in range(300)]}, indent=2)
    assert len(text) >= json_text.LARGE
    asked: list[str] = []
    swift = json_swift.parse

    def listen(text: str, max_depth: int) -> Any:
        asked.append(text)
        return swift(text, max_depth)

    monkeypatch.setattr(json_swift, "parse", listen)
    monkeypatch.setattr(json_text, "MUCH", 0)
    quick = json_text.parse(Source("t", text))
    assert asked == [text]
    monkeypatch.setattr(json_text, "LARGE", len(text) + 1)
    assert json_text.parse(Source("t", text)) == quick
    assert asked == [text]


def test_orjson_is_loaded_for_whoever_reads_much() -> None:
    """One usual file of a command line is read without; a script that goes on reading is not."""
    text = json.dumps(["x" * 60_000])
    code = (
        "import sys; from fjctl.text.json_text import parse; from fjctl.source import Source; text = sys.stdin.read();"
        "print(*[(parse(Source('t', text)), 'orjson' in sys.modules)[1] for _ in range(2)])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
