"""The values that the strategies draw from: texts full of traps, numbers, durations, JSON, expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WORDS = (
    "order",
    "refund",
    "naïve",
    "größe",
    "日本語",
    "заказ",
    "μ",
    "x1",
    "a_b",
    "ask",
    "lookup",
    "no",
    "on",
    "café",
    "null_value",
)
PIECES = (
    "Ask for the order number",
    "Dis-lui « merci »",
    "价格 is 5 €",
    "🙂 ok",
    'He said "yes"',
    "it's: fine # really",
    "- not a list",
    "{curly} [square]",
    "a < b && c > d",
    '<div class="x">',
    "{{SHOP_TOKEN}}",
    "back\\slash",
    "tab\there",
    "first line\nsecond line",
    "  two blanks in front",
    "ends with a newline\n",
    "true",
    "1.0",
    "null",
    "~",
    "*star &and",
    "é decomposed",
)
EXPRESSIONS = ("a > 1", "!ok", 'status === "done"', "x.includes('y')", "true", "count <= 3 && !late", "")
DURATIONS = ("500ms", "1s", "90s", "10m", "2h", "1d")

words = st.sampled_from(PIECES)
numbers = st.one_of(st.integers(-5, 10_000), st.sampled_from([0.5, 1.0, -0.25, 1e300, 2**53]))
durations = st.sampled_from(DURATIONS)
scalars = st.one_of(st.none(), st.booleans(), numbers, words)
json_values: SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(("a", "b b", "cC", "ключ", "id")), inner, max_size=3),
    ),
    max_leaves=5,
)
full_values = json_values.filter(lambda value: value not in (None, "", [], {}))
json_maps = st.dictionaries(st.sampled_from(("q", "limit", "x y", "Größe")), json_values, min_size=1, max_size=3)
schemas = st.fixed_dictionaries(
    {
        "type": st.just("object"),
        "properties": st.dictionaries(st.sampled_from(("ok", "fee")), st.just({"type": "number"}), min_size=1),
    }
)
