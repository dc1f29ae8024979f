"""Edits of hand-written files: the smallest change, and the law that the result holds the new value."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fjctl.source import Source
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
MULTI = "a: some plain text\n  over lines\nb: 'single\n  over lines'\nc:\n  on the next line # c\nd: [a,\n  b]\ne: {}\nf: []\n"
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
    [None, True, 1, 2.5, "new", "two words", "no", "a: b", "", "x\ny\n", "x\ny", "x\n\n", " lead\nb", "a # b", "'", '"', "[x]"]
) | st.sampled_from([{}, [], {"k": 1}, {"k": {"l": [1, "x\ny\n"]}}, ["i"], ["i", ["j"]], [{"to": "a"}, {"to": "b"}]])  # fmt: skip


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
            items.insert(index + draw(st.integers(0, 1)), (draw(st.sampled_from(["k1", "k 2", "no", "a", "x: y"])), fresh))
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
