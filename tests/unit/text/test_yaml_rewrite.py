"""Edits of hand-written files: the smallest change, and the law that the result holds the new value."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fjctl.source import Source
from fjctl.text.yaml_emit import emit
from fjctl.text.yaml_rewrite import rewrite
from fjctl.text.yaml_text import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.source import JsonValue, Pointer

BLOCKS = """\
# a header

# about the name
name: one   # the name
'quoted key': "double"
single: 'it''s'
empty:
null_word: ~

list:
- a   # first
# about b
- b

- c: 1
  d: 2
deep:
  inner: {a: 1, b: [x, y]}   # flow
  text: |
    line one

    line two
  # about folded
  folded: >-
    some words
    folded
  # tail of deep
nested:
    four:
        eight: 8
    seq:
        - - p
          - q
        - r
last: end
"""
SPACED = """\
journey: a
states:

  one:
    chat: Hello there
    next:
      - to: two
        when: "x > 1"   # why
      - to: three

  # about two
  two:
    say: |+
      Bye

  three:
    end: Done
    flow: {
      a: 1,   # one
      b: 2
    }
    items: [
      one,
      two
    ]
# the end
"""
JSONISH = '{"a": 1, "b": {"c": [1, 2, {"d": null}], "e": "x"}, "f": []}\n'
SEQUENCE = "# top\n- a\n-\n- b: 1\n  c: 2\n-   wide\n- [x, {y: z}]\n- |\n  text\n- - in\n  - ner\n- last"
NO_BREAK = "a: 1\nb:\n  c: 2\n  d:\n    - x"
QUESTION = "? a\n: 1\nb: 2\n? c\n: - x\n  - y\n"
MULTI = "a: some plain text\n  over lines\nb: 'single\n  over lines'\nc:\n  on the next line # c\nd: [a,\n  b]\ne: {}\nf: []\n"  # noqa: E501  one text
KEEP = "a: |+\n  x\n\nb: |2-\n    y\nc: |-\n  z\n"
DOCUMENTS = {
    "blocks": BLOCKS,
    "spaced": SPACED,
    "jsonish": JSONISH,
    "sequence": SEQUENCE,
    "no final break": NO_BREAK,
    "question": QUESTION,
    "multi": MULTI,
    "keep": KEEP,
    "start marker": "---\n# c\na: 1\nb: 2\n...\n",
}
TEXTS = [*DOCUMENTS.values(), *(text.replace("\n", "\r\n") for text in DOCUMENTS.values())]

SMALL: st.SearchStrategy[JsonValue] = st.sampled_from(
    [
        None,
        True,
        1,
        2.5,
        "new",
        "two words",
        "no",
        "a: b",
        "",
        "x\ny\n",
        "x\ny",
        "x\n\n",
        " lead\nb",
        "a # b",
        "'",
        '"',
        "[x]",
    ]
) | st.sampled_from([{}, [], {"k": 1}, {"k": {"l": [1, "x\ny\n"]}}, ["i"], ["i", ["j"]], [{"to": "a"}, {"to": "b"}]])


def read(text: str) -> JsonValue:
    value, problems = parse(Source("test", text))
    assert problems == []
    return value


def canonical(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)


def places(value: JsonValue, path: Pointer = ()) -> list[Pointer]:
    """Every path of a value, containers before what they hold."""
    found: list[Pointer] = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


def at(value: Any, path: Pointer) -> Any:
    for part in path:
        value = value[part]
    return value


def mutate(draw: Callable[..., Any], value: JsonValue) -> JsonValue:
    """One random change: a value, an entry more or less, a renamed key, an order."""
    path = draw(st.sampled_from(places(value)))
    target = at(value, path)
    kind = draw(st.sampled_from(["set", "add", "remove", "rename", "shuffle"]))
    fresh = copy.deepcopy(draw(SMALL))
    if isinstance(target, dict) and kind != "set":
        items = list(target.items())
        index = draw(st.integers(0, max(0, len(items) - 1)))
        if kind == "add" or not items:
            items.insert(
                index + draw(st.integers(0, 1)), (draw(st.sampled_from(["k1", "k 2", "no", "a", "x: y"])), fresh)
            )
        elif kind == "remove":
            del items[index]
        elif kind == "rename":
            items[index] = (draw(st.sampled_from(["r1", "r 2", "yes"])), items[index][1])
        else:
            items = draw(st.permutations(items))
        target.clear()
        target.update(items)
    elif isinstance(target, list) and kind not in ("set", "rename"):
        index = draw(st.integers(0, len(target)))
        if kind == "remove" and target:
            del target[min(index, len(target) - 1)]
        elif kind == "shuffle":
            target[:] = draw(st.permutations(target))
        else:
            target.insert(index, fresh)
    elif path:
        at(value, path[:-1])[path[-1]] = fresh
    return value


@st.composite
def edits(draw: Callable[..., Any]) -> tuple[str, JsonValue]:
    """A document and a value that differs from its own in one to three places."""
    text = draw(st.sampled_from(TEXTS))
    value = copy.deepcopy(read(text))
    for _ in range(draw(st.integers(1, 3))):
        value = mutate(draw, value)
    return text, value


@settings(max_examples=400, deadline=None)
@given(edit=edits())
def test_the_result_holds_the_new_value(edit: tuple[str, JsonValue]) -> None:
    text, new = edit
    result = rewrite(text, read(text), new)
    assert canonical(read(result)) == canonical(new)


@settings(max_examples=50, deadline=None)
@given(edit=edits())
def test_nothing_changed_is_nothing_written(edit: tuple[str, JsonValue]) -> None:
    text, new = edit
    assert rewrite(text, new, new) == text
    assert rewrite(text, read(text), copy.deepcopy(read(text))) == text


def changed(text: str, **changes: JsonValue) -> tuple[str, list[Pointer]]:
    """The text with top-level values replaced (`None` removes), and the fallbacks."""
    old = read(text)
    assert isinstance(old, dict)
    new = {key: value for key, value in (old | changes).items() if value is not None or key not in changes}
    fallbacks: list[Pointer] = []
    return rewrite(text, old, new, on_fallback=fallbacks.append), fallbacks


EXAMPLES: list[tuple[str, str, dict[str, JsonValue], str]] = [
    ("trailing comment stays", "a: 1   # c\nb: 2\n", {"a": "x"}, "a: x   # c\nb: 2\n"),
    ("single quotes stay", "a: 'x'\n", {"a": "it's"}, "a: 'it''s'\n"),
    ("double quotes stay", 'a: "x"\n', {"a": "no"}, 'a: "no"\n'),
    ("quotes come where needed", "a: x\n", {"a": "no"}, "a: 'no'\n"),
    ("null is filled", "a:   # c\nb: 1\n", {"a": 2}, "a: 2   # c\nb: 1\n"),
    ("attached comment goes too", "a: 1\n\n# loose\n\n# b\nb: 2\nc: 3\n", {"b": None}, "a: 1\n\n# loose\n\nc: 3\n"),
    ("header stays", "# header\na: 1\nb: 2\n", {"a": None}, "# header\nb: 2\n"),
    ("deeper comment goes too", "a:\n  x: 1\n  # end of a\nb: 2\n", {"a": None}, "b: 2\n"),
    ("one run of blank lines", "a: 1\n\nb: 2\n\nc: 3\n", {"b": None}, "a: 1\n\nc: 3\n"),
    ("added at the end", "x: 0\na: 1", {"b": 2}, "x: 0\na: 1\nb: 2"),
    ("spaced like its neighbours", "a: 1\n\nb: 2\n", {"c": 3}, "a: 1\n\nb: 2\n\nc: 3\n"),
    ("list emptied", "a:  # c\n  - 1\n  - 2\nb: 3\n", {"a": []}, "a: []  # c\nb: 3\n"),
    ("map emptied", "a: {x: 1}\n", {"a": {}}, "a: {}\n"),
    ("empty map filled", "a: {}  # c\nb: 1\n", {"a": {"x": 1}}, "a:  # c\n  x: 1\nb: 1\n"),
    ("unindented list stays so", "a:\n- 1\n# c\n- 2\n", {"a": [1, 2, 3]}, "a:\n- 1\n# c\n- 2\n- 3\n"),
    ("new list as indented as others", "a:\n- 1\nb: 2\n", {"b": [1]}, "a:\n- 1\nb:\n- 1\n"),
    ("item removed", "a:\n  - 1\n  # two\n  - 2\n  - 3  # c\n", {"a": [1, 3]}, "a:\n  - 1\n  - 3  # c\n"),
    (
        "item by name",
        "a:\n  - to: x  # c\n    b: 1\n  - to: y\n",
        {"a": [{"to": "y"}, {"to": "z"}]},
        "a:\n  - to: y\n  - to: z\n",
    ),
    (
        "item changed by name",
        "a:\n  - to: x  # c\n    b: 1\n  - to: y\n",
        {"a": [{"to": "w"}, {"to": "x", "b": 2}, {"to": "y"}]},
        "a:\n  - to: w\n  - to: x  # c\n    b: 2\n  - to: y\n",
    ),
    ("flow entry added", "a: {x: 1, w: 2}  # c\n", {"a": {"x": 1, "m": 0, "w": 2}}, "a: {x: 1, m: 0, w: 2}  # c\n"),
    ("flow entry removed", "a: [1, 2, 3]\n", {"a": [2, 3]}, "a: [2, 3]\n"),
    ("flow over lines", "a: [\n  1,  # c\n  2\n]\n", {"a": [1, 2, 3]}, "a: [\n  1,  # c\n  2, 3\n]\n"),
    ("literal text", "a: |\n    one\n    two\n\nb: 1\n", {"a": "one\nthree\n"}, "a: |\n    one\n    three\n\nb: 1\n"),
    ("folded text", "a: >-\n  one\n  two\n", {"a": "one three"}, "a: >-\n  one three\n"),
    ("text becomes a block", "a: x  # c\nb: 1\n", {"a": "x\ny\n"}, "a: |  # c\n  x\n  y\nb: 1\n"),
    ("block becomes text", "a:\n  x: 1\nb: 1\n", {"a": "x"}, "a: x\nb: 1\n"),
    (
        "question in brackets",
        "a: {x: really?, y: [no?, 12:30]}\nb: 1\n",
        {"b": 2},
        "a: {x: really?, y: [no?, 12:30]}\nb: 2\n",
    ),
    ("colon in brackets", "a: {x: 12:30}  # c\nb: 1\n", {"b": 2}, "a: {x: 12:30}  # c\nb: 2\n"),
    ("four spaces", "a:\n    x:\n        y: 1\nb: 1\n", {"b": {"z": 1}}, "a:\n    x:\n        y: 1\nb:\n    z: 1\n"),
    ("root emptied", "# c\na: 1\n", {"a": None}, "# c\n{}\n"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "changes", "after"), [one[1:] for one in EXAMPLES], ids=[one[0] for one in EXAMPLES])
def test_smallest_change(text: str, changes: dict[str, JsonValue], after: str, newline: str) -> None:
    result, fallbacks = changed(text.replace("\n", newline), **changes)
    assert result == after.replace("\n", newline)
    assert fallbacks == []


def test_a_renamed_key_is_one_line() -> None:
    text = "states:\n  a:   # first\n    chat: x\n    next: b\n  # about b\n  'b':\n    end: y\n"
    old = read(text)
    new: JsonValue = {"states": {"a": {"chat": "x", "next": "c d"}, "c d": {"end": "y"}}}
    fallbacks: list[Pointer] = []
    result = rewrite(text, old, new, on_fallback=fallbacks.append)
    assert result == text.replace("next: b", "next: c d").replace("'b':", "'c d':")
    assert fallbacks == []


def test_first_key_goes_before_the_others() -> None:
    text = "# header\nb: 1\nm:\n  # about x\n  x: 1\n"
    result = rewrite(text, read(text), {"a": 0, "b": 1, "m": {"w": 0, "x": 1}})
    assert result == "# header\na: 0\nb: 1\nm:\n  w: 0\n  # about x\n  x: 1\n"


def test_a_layout_that_defies_edits_is_written_anew_and_reported() -> None:
    fallbacks: list[Pointer] = []
    result = rewrite(QUESTION, read(QUESTION), {"a": 2, "b": 2}, on_fallback=fallbacks.append)
    assert result == emit({"a": 2, "b": 2})
    assert () in fallbacks


def test_text_that_is_not_yaml_is_written_anew() -> None:
    assert rewrite("# c\na: [\n", {"a": 1}, {"a": 2}) == "# c\na: 2\n"


@settings(max_examples=150, deadline=None)
@given(edit=edits())
@example(edit=(BLOCKS, {"name": "x"}))
def test_ordinary_files_need_no_fallback(edit: tuple[str, JsonValue]) -> None:
    text, new = edit
    fallbacks: list[Pointer] = []
    if isinstance(new, dict | list) and new and "?" not in text:
        rewrite(text, read(text), new, on_fallback=fallbacks.append)
        assert () not in fallbacks
