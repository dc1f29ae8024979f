"""The two readers agree, and places are found."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fjctl.source import Source, Span, format_pointer
from fjctl.text import yaml_events
from fjctl.text.yaml_codes import CODES
from fjctl.text.yaml_scalars import looks_numeric, resolve
from fjctl.text.yaml_text import _fast, locate, parse, parse_strictly

PLAIN = [
    "no",
    "on",
    "yes",
    "y",
    "n",
    "2020-01-01",
    "1_000",
    "12:30",
    "0x1F",
    "0o17",
    "017",
    ".5",
    "1e3",
    ".inf",
    "~",
    "TRUE",
    "Null",
    "+1",
    "1.",
    "0b11",
    "-0x1F",
    "-0",
    "-.5",
    "1E5",
    "+.5",
    "99999999999999999999",
    "1e400",
    "0.1",
    "1e16",
    "=",
    "0o8",
    "18446744073709551616",
    "9223372036854775808",
    "-9223372036854775809",
    "007",
    "00",
    "0.0",
    "-0.0",
    "inf",
    "nan",
    ".NaN",
    "+.inf",
    "1.5e",
    "0X1F",
    "0O17",
    "1e+3",
    "tRue",
    "0x",
    "0o",
    "+0x1F",
    "1.e3",
    ".e3",
    "1__0",
    "---",
    "...",
    "1e-5",
    "-1e-400",
    "<<",
    "+-1",
    "++1",
    "-00",
    "00.5",
    "0123.5",
    "0e5",
    "0x+1",
    "infinity",
    "-inf",
    "+0",
    "0b",
    "0b2",
    "-0b1",
    "-0o7",
    "+0o7",
    "9007199254740992",
    "9007199254740993",
    "08",
    "-08",
    "+012",
    "_1",
    "1_",
    "0_1",
    "0x_f",
    "0b1_1",
    "0xg",
    "-",
    "?",
    ":",
    "&",
    "*",
    "!",
    "!a",
    "&a",
    "*a",
    "%a",
    "@a",
    "|",
    ">",
    "#",
    "{}",
    "[]",
    "{a}",
    "[a]",
    "{a:",
    "}",
    "[a:",
    "b]",
    "'x'",
    '"x"',
    '"\\u00e9"',
    "é",
    "😀",
    ",",
    "a,b",
]
TEMPLATES = (
    "k: {}\n",
    "- {}\n",
    "k:\n  - {}\n",
    "k: [{}]\n",
    "k: [a, {}, b]\n",
    "k: {{a: {}}}\n",
    '{{"a":{}}}\n',
    "{}: v\n",
    "k:\n  {}: v\n",
    "k: {{{}: v}}\n",
    "k:    {}   # c\n",
    "k: {}\r\nl: 1\r\n",
    "{}\n",
    "k: ? {}\n",
    "k: |\n  {}\n",
    "k: '{}'\n",
    'k: "{}"\n',
    "k: a {} b\n",
    "k:\n  {}\n",
    "k: a\n  {}\n",
    "# {}\nk: v\n",
    "k:\n{}\n",
    "- - {}\n",
    "k:\t{}\n",
    "k: v\n{}",
    "{}\nk: v\n",
    "k: [\n{}\n]\n",
    "? {}\n: v\n",
    "k: {}\nk2: {}\n",
    "k: v # {}\n",
    "k: (!{})\n",
    "k: [ {} ]\n",
)
PIECES = st.sampled_from(
    [
        *PLAIN,
        "a",
        "b: ",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\n\n",
        " # c",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        '"',
        "|\n",
        ">-\n",
        "\t",
        "&x ",
        "*x",
        "!y ",
        "? ",
        "<<: ",
        "\r\n",
        "---\n",
        "a: ",
        "k: v\n",
        "x\n",
        "\\0",
        "\\ud800",
        "\x85",
        " ",
    ]
)


def both(text: str) -> tuple[str, str]:
    """What the two ways of reading make of a text; `repr` tells 1 from 1.0 and from true."""
    source = Source("test", text)
    return repr(parse(source)), repr(parse_strictly(source))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("piece", PLAIN)
def test_readers_agree_on_every_scalar_everywhere(piece: str, template: str) -> None:
    fast, strict = both(template.replace("{}", piece).replace("{{", "{").replace("}}", "}"))
    assert fast == strict


@pytest.mark.parametrize("text", ["a: '1735183411877'\n", "a: \"200\"\nb: '-0.50'\n", "'1': {id: '0'}\n"])
def test_numbers_in_quotes_do_not_slow_the_reader_down(text: str) -> None:
    trusted, value = _fast(text, 8)
    assert trusted
    assert value == parse_strictly(Source("test", text))[0]


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("&x {a: 1}")
@example("a: !x b")
@example("-\t!x b\n")
def test_readers_agree_on_generated_text(text: str) -> None:
    fast, strict = both(text)
    assert fast == strict


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    fast, strict = both(text)
    assert fast == strict


ORDINARY = [
    "a: 1\nb: [x, {c: d}]\ne:\n- f\n-\n- g: h\n  i: |\n    j\n\n    k\n",
    "'a b': \"c\\td\"\ne: >-\n  folded\n  text\n\n  more\n",
    "{a: [], b: {}}\n",
    "😀: é\r\nb:\r\n  - 1.5\r\n",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_the_pure_parser_stands_in_for_the_extension(text: str) -> None:
    source = Source("pure", text)
    assert repr(parse_strictly(source, pure=True)) == repr(parse(source))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\n", "FJ122"),
        ("a: *x\n", "FJ122"),
        ("a: !x 1\n", "FJ123"),
        ("%YAML 1.1\n---\na: 1\n", "FJ125"),
        ('a: "\\ud800"\n', "FJ107"),
        ("a: 1\na: 2\n", "FJ104"),
        ("a: [\n", "FJ121"),
        ("a:\n\tb: 1\n", "FJ127"),
        ("[" * 500, "FJ109"),
        ("# c\n", "FJ101"),
        ("a: 1\n---\nb: 2\n", "FJ103"),
    ],
)
def test_the_pure_parser_refuses_the_same(text: str, code: str) -> None:
    value, found = parse_strictly(Source("pure", text), pure=True)
    assert value is None
    assert found[0].code == code


@pytest.mark.parametrize(
    ("text", "pointer", "line"),
    [
        ("a:\n  b:\n    - 1\n    - .nan\n", "/a/b/1", 4),
        ("a:\n  - b: 1\n    b: 2\n", "/a/0/b", 3),
        ("a: [[1, [.inf]]]\n", "/a/0/1/0", 1),
        ("a: 1\n2: x\n", "", 2),
        ("a:\n  c: {2: x}\n", "/a/c", 2),
        ("a:\n  - x\n  - *y\n", "/a/1", 3),
        ("a:\n  - [b, c\n", "/a/0", 2),
        ("x: {y: [1, 1e999]}\nz: .nan\n", "/x/y/1", 1),
    ],
)
def test_findings_know_their_pointer(text: str, pointer: str, line: int) -> None:
    _, found = parse(Source("test", text))
    position = found[0].position
    assert position is not None
    assert (format_pointer(found[0].pointer), position.line) == (pointer, line)


def test_reading_goes_on_after_an_error() -> None:
    text = "a: .nan\nb: !x 1\nc: {[d]: e, f: *g}\na: 2\n"
    _, found = parse(Source("test", text))
    assert [one.code for one in found] == ["FJ105", "FJ123", "FJ124", "FJ122", "FJ104"]


def test_deeper_than_asked() -> None:
    assert parse(Source("test", "a: {b: {c: 1}}\n"), max_depth=3) == ({"a": {"b": {"c": 1}}}, [])
    assert parse(Source("test", "a: {b: {c: 1}}\n"), max_depth=2)[1][0].code == "FJ109"


LOCATED = "# c\n😀: x\r\nb:   # c\r\n  - 'q'\r\n  - {k: v, n}\r\nt: |\n  one\n  two\n\nlast: end # c\n"


@pytest.mark.parametrize(
    ("pointer", "key", "expected"),
    [
        (("😀",), False, "x"),
        (("😀",), True, "😀"),
        (("b", 0), False, "'q'"),
        (("b",), False, "- 'q'\r\n  - {k: v, n}"),
        (("b",), True, "b"),
        (("b", 1, "k"), True, "k"),
        (("b", 1, "k"), False, "v"),
        (("b", 1, "n"), True, "n"),
        (("b", 1, "missing"), False, "{k: v, n}"),
        (("b", 7), False, "- 'q'\r\n  - {k: v, n}"),
        (("t",), False, "|\n  one\n  two"),
        (("last",), False, "end"),
        (("last", "deeper"), True, "last"),
    ],
)
def test_locate(pointer: tuple[str | int, ...], key: bool, expected: str) -> None:
    span = locate(Source("test", LOCATED), pointer, key=key)
    assert LOCATED[span.start : span.end] == expected


def test_locate_in_what_is_not_yaml() -> None:
    assert locate(Source("test", "a: [\n"), ("a",)) == Span(0, 0)
    assert locate(Source("test", ""), ("a",)) == Span(0, 0)


def test_marks_count_characters_in_both_parsers() -> None:
    text = "😀😀: é # 😀\r\nb: 'x😀'\r\n"
    for pure in (False, True):
        held = [text[one.start : one.end] for one in yaml_events.events(text, pure=pure) if one.kind == "scalar"]
        assert held == ["😀😀", "é", "b", "'x😀'"]


def test_numbers_are_recognised_as_they_are_resolved() -> None:
    for text in PLAIN:
        try:
            number = type(resolve(text)) in (int, float)
        except ValueError:
            number = True
        assert looks_numeric(text) == number, text


def test_codes_have_names_of_their_own() -> None:
    names = [name for name, _ in CODES.values()]
    assert len(set(names)) == len(names)
    assert all(code.startswith("FJ1") for code in CODES)
