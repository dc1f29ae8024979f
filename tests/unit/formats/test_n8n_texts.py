"""n8n's expressions and conditions, there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.n8n_conditions import read_filter, read_old, write_filter
from fjctl.formats.n8n_references import read_script, read_text, rewrite_text, write_script, write_text
from fjctl.formats.n8n_types import row_of

NODES = {
    "a": ("Get order", "httpRequest"),
    "i": ("If", "if"),
    "c": ("Ask", "agent"),
    "m": ("Mind", "memoryBufferWindow"),
}


def scope(node: str = "c") -> Scope:
    """`Get order` leads through `If` to `Ask`, which has `Mind`."""
    drawing = Drawing(nodes=[Node(id=key, type=kind, name=name) for key, (name, kind) in NODES.items()])
    drawing.wires = [
        Wire(source="a", target="i", out="0", into="0"),
        Wire(source="i", target="c", out="true", into="0"),
        Wire(source="m", target="c", out="ai_memory", into="ai_memory"),
    ]
    rows = {key: row_of(kind, "part" if key == "m" else "") for key, (_, kind) in NODES.items()}
    return Scope(drawing, rows, Node(id=node, type="agent"))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Hello", "Hello"),
        ("=Hello", "Hello"),
        ("={{ $json.id }}", "<@a.data.id>"),
        ("={{$json.items[0].id}} of {{ $('Ask').item.json.output }}", "<@a.data.items[0].id> of <@c.content>"),
        ('={{ $node["Get order"].json["a-b"] }}', "<@a.data.a-b>"),
        ("={{ $('Get order').first().json.x }}", "<@a.data.x>"),
        ("={{ $input.item.json.x }}", "<@a.data.x>"),
        ("={{ $env.KEY }}", "{{KEY}}"),
        ("={{ $vars.zone }}", "<variable.zone>"),
        ("={{ KEY }}", "{{ (KEY) }}"),
        ("={{ $now }}", "{{ $now }}"),
        ("={{ $json.name.split(' ')[0] }}", "{{ <@a.data.name>.split(' ')[0] }}"),
        ("={{ $json.a?.b }}", "{{ <@a.data.a>?.b }}"),
        ("={{ $json['a b'] }}", "{{ <@a.data>['a b'] }}"),
        ("={{ $('Nobody').item.json.x }}", "{{ $('Nobody').item.json.x }}"),
        ("={{ $('Ask').isExecuted }}", "{{ $('<@c>').isExecuted }}"),
        (
            "={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('q', ``, 'string') }}",
            "{{ $fromAI('q', ``, 'string') }}",
        ),
        ("Literal {{ $json.x }}", "Literal \\{{ $json.x }}"),
        ("=== a title", "== a title"),
    ],
)
def test_expressions_are_references_where_they_are_plain(theirs: str, ours: str) -> None:
    assert read_text(theirs, scope()) == ours
    written = write_text(ours, scope())
    assert read_text(written, scope()) == ours, "what is written means the same"
    assert rewrite_text(ours, theirs, scope()) in {theirs, written, "=" + ours}


def test_json_is_the_output_of_the_one_node_that_leads_here() -> None:
    assert read_text("={{ $json.x }}", scope("i")) == "<@a.data.x>"
    assert read_text("={{ $json.x }}", scope("m")) == "<@a.data.x>", "a part is asked where its agent is"
    assert read_text("={{ $json.x }}", scope("a")) == "{{ $json.x }}", "nothing leads to the first node"
    several = scope()
    several.drawing.wires.append(Wire(source="m", target="i", out="0", into="0"))
    assert read_text("={{ $json.x }}", several) == "{{ $json.x }}"


def test_a_changed_text_keeps_the_spelling_of_its_references() -> None:
    before = "={{ $('Get order').first().json.x }} and {{ $json.y }}"
    now = read_text(before, scope()) + " <@a.data.z>"
    assert rewrite_text(now, before, scope()) == before + " {{ $json.z }}"


def test_code_knows_no_current_item() -> None:
    code = "const a = $('Get order').all().length + $('Get order').first().json.x;"
    ours = read_script(code, scope())
    assert ours == "const a = $('<@a>').all().length + <@a.data.x>;"
    assert write_script(ours, scope(), code=True) == code


@given(st.text(alphabet="={}$<>@.'\"\\ abc\n", max_size=30))
def test_any_text_comes_back(text: str) -> None:
    ours = read_text(text, scope())
    again = read_text(write_text(ours, scope()), scope())
    assert read_text(write_text(again, scope()), scope()) == again


def row(kind: str, operation: str, left: Any, right: Any = "") -> dict[str, Any]:
    return {"leftValue": left, "rightValue": right, "operator": {"type": kind, "operation": operation}}


@pytest.mark.parametrize(
    ("rows", "sign", "expression"),
    [
        ([row("string", "equals", "={{ $json.a }}", "x")], "and", '<@a.data.a> == "x"'),
        ([row("string", "notContains", "={{ $json.a }}", "x")], "and", '!<@a.data.a>.includes("x")'),
        ([row("number", "gte", "={{ $json.a }}", "5")], "and", "<@a.data.a> >= 5"),
        ([row("boolean", "true", "={{ $json.a }}")], "and", "<@a.data.a> == true"),
        ([row("boolean", "true", "={{ $json.a > 1 }}")], "and", "<@a.data.a> > 1"),
        ([row("object", "notExists", "={{ $json.a }}")], "and", "<@a.data.a> == null"),
        ([row("string", "notEmpty", "={{ $json.a }}")], "and", "!!<@a.data.a>"),
        ([row("array", "lengthGt", "={{ $json.a }}", 0)], "and", "<@a.data.a>.length > 0"),
        ([row("string", "equals", "={{ $json.a }}", "={{ $json.b }}")], "and", "<@a.data.a> == <@a.data.b>"),
        (
            [row("string", "startsWith", "={{ $json.a }}", "x"), row("number", "lt", "={{ $json.n }}", 2)],
            "or",
            '<@a.data.a>.startsWith("x") || <@a.data.n> < 2',
        ),
    ],
)
def test_filters_are_expressions_and_back(rows: list[Any], sign: str, expression: str) -> None:
    assert read_filter({"conditions": rows, "combinator": sign}, scope()) == expression
    assert read_filter(write_filter(expression, None, scope(), "k"), scope()) == expression


@pytest.mark.parametrize(
    "expression",
    [
        "<@a.data.ok>",
        "true",
        "<@a.data.a> === 1",
        "(<@a.data.a> || <@a.data.b>) && <@a.data.c> > 1",
        "{{LIMIT}} > 3",
        "<variable.x> == 1",
        "<@a.data.list>.some(x => x.n < 3)",
    ],
)
def test_what_no_row_can_say_is_tested_whole(expression: str) -> None:
    assert read_filter(write_filter(expression, None, scope(), "k"), scope()) == expression


def test_the_first_version_keeps_rows_by_type() -> None:
    old = {
        "number": [{"value1": "={{ $json.n }}", "operation": "larger", "value2": 3}],
        "string": [{"value1": "a", "value2": "b"}],
    }
    assert read_old(old, scope(), either=True) == '<@a.data.n> > 3 || "a" == "b"'
    assert read_old({"options": {}}, scope(), either=False) is None
    assert read_old({"number": 7}, scope(), either=False) is None
