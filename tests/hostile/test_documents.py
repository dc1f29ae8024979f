"""Bad documents through the public API: each names the code and place it must give, and nothing but that comes out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fjctl import api
from fjctl.diagnostics import has_errors
from fjctl.errors import InputError
from fjctl.formats.journey import decode
from tests.support import run
from tests.support_documents import EVERYTHING, paths, replaced

HEAD = "journey: x\nversion: 1\n"
ONE = HEAD + "states:\n  a: {chat: hi}\n"
BOMB = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))


def sim(block: Any) -> str:
    return json.dumps({"blocks": {"a": block}, "edges": []})


DOCUMENTS: list[tuple[str, str, bytes | str, str, str]] = [
    ("empty json", "w.json", "", "FJ101", ""),
    ("empty yaml", "w.journey.yaml", "# nothing\n", "FJ101", ""),
    ("not json", "w.json", '{"a" 1}', "FJ102", ""),
    ("not yaml", "w.journey.yaml", "a: [1\n", "FJ121", ""),
    ("two json documents", "w.json", "{} {}", "FJ103", ""),
    ("two yaml documents", "w.journey.yaml", "a: 1\n---\nb: 2\n", "FJ103", ""),
    ("byte-order mark", "w.journey.yaml", b"\xef\xbb\xbf" + ONE.encode(), "FJ110", ""),
    ("not utf-8", "w.json", b'{"a": "\xff"}', "FJ111", ""),
    ("utf-16", "w.json", '{"a": 1}'.encode("utf-16"), "FJ111", ""),
    ("raw nul", "w.json", b'{"a": "\x00"}', "FJ108", ""),
    ("escaped nul", "w.json", '{"a": "\\u0000"}', "FJ108", "/a"),
    ("nul in yaml", "w.journey.yaml", 'a: "\\0"\n', "FJ108", ""),
    ("deep json", "w.json", "[" * 100_000 + "]" * 100_000, "FJ109", ""),
    ("deep open json", "w.json", '{"a":' * 100_000, "FJ109", ""),
    ("deep yaml", "w.journey.yaml", "[" * 100_000 + "]" * 100_000, "FJ109", ""),
    ("same key twice in json", "w.json", '{"a": 1, "a": 2}', "FJ104", ""),
    ("same key twice in yaml", "w.journey.yaml", "a: 1\na: 2\n", "FJ104", ""),
    ("huge number", "w.json", '{"a": ' + "9" * 5000 + "}", "FJ105", "/a"),
    ("infinite number", "w.json", '{"a": 1e999}', "FJ105", "/a"),
    ("nan", "w.json", '{"a": NaN}', "FJ105", "/a"),
    ("yaml nan", "w.journey.yaml", "a: .nan\n", "FJ105", ""),
    ("lone surrogate", "w.json", '{"a": "\\ud800"}', "FJ107", "/a"),
    ("yaml bomb", "w.journey.yaml", BOMB, "FJ122", ""),
    ("yaml tag", "w.journey.yaml", "a: !!python/object/apply:os.system [ls]\n", "FJ123", ""),
    ("yaml directive", "w.journey.yaml", "%YAML 1.1\n---\na: 1\n", "FJ125", ""),
    ("yaml merge key", "w.journey.yaml", "a: {<<: {b: 1}}\n", "FJ126", ""),
    ("a list", "w.json", "[]", "FJ309", ""),
    ("a number", "w.json", "1", "FJ309", ""),
    ("a journey that is a list", "w.journey.yaml", "- a\n", "FJ147", ""),
    ("a journey that is a text", "w.journey.yaml", "a\n", "FJ147", ""),
    ("a block without id", "w.json", sim({"type": "agent"}), "FJ301", "/blocks/a"),
    ("a block without type", "w.json", sim({"id": "a"}), "FJ301", "/blocks/a"),
    ("a block that is a list", "w.json", sim([]), "FJ300", "/blocks/a"),
    (
        "a container in itself",
        "w.json",
        sim({"id": "a", "type": "loop", "data": {"parentId": "a"}}),
        "FJ304",
        "/blocks/a",
    ),
    ("unknown key", "w.journey.yaml", ONE + "stats: {}\n", "FJ131", "/stats"),
    ("unknown key in a state", "w.journey.yaml", HEAD + "states: {a: {chat: x, nxt: a}}\n", "FJ131", "/states/a/nxt"),
    ("no states", "w.journey.yaml", HEAD, "FJ132", ""),
    ("unquoted number", "w.journey.yaml", ONE + "title: 5\n", "FJ133", "/title"),
    ("unknown version", "w.journey.yaml", "journey: x\nversion: 2\nstates: {}\n", "FJ133", "/version"),
    ("unknown kind of tool", "w.journey.yaml", ONE + "tools: {t: {kind: htp}}\n", "FJ133", "/tools/t/kind"),
    ("no kind", "w.journey.yaml", HEAD + "states: {a: {}}\n", "FJ141", "/states/a"),
    ("two kinds", "w.journey.yaml", HEAD + "states: {a: {chat: x, say: y}}\n", "FJ141", "/states/a"),
    ("unknown target", "w.journey.yaml", HEAD + "states: {a: {chat: x, next: b}}\n", "FJ142", "/states/a/next"),
    ("unknown start", "w.journey.yaml", ONE + "start: b\n", "FJ142", "/start"),
    (
        "unknown target of a command",
        "w.journey.yaml",
        HEAD + "states: {a: {chat: x, commands: {go: b}}}\n",
        "FJ142",
        "/states/a/commands/go",
    ),
    (
        "same state twice",
        "w.journey.yaml",
        HEAD + "states: {a: {loop: {times: 1}, states: {a: {chat: x}}}}\n",
        "FJ143",
        "/states/a/states/a",
    ),
    ("unknown tool", "w.journey.yaml", HEAD + "states: {a: {tool: t}}\n", "FJ144", "/states/a/tool"),
    (
        "unknown tool of a chat",
        "w.journey.yaml",
        HEAD + "states: {a: {chat: x, tools: [t]}}\n",
        "FJ144",
        "/states/a/tools",
    ),
    (
        "two reasons",
        "w.journey.yaml",
        HEAD + "states: {a: {chat: x, next: [{to: a, when: x, else: true}]}}\n",
        "FJ145",
        "/states/a/next/0",
    ),
    ("reserved name", "w.journey.yaml", HEAD + "states: {loop: {chat: x}}\n", "FJ146", "/states/loop"),
    ("name with a dot", "w.journey.yaml", HEAD + "states: {a.b: {chat: x}}\n", "FJ146", "/states/a.b"),
]


@pytest.mark.parametrize(("name", "data", "code", "pointer"), [pytest.param(*row[1:], id=row[0]) for row in DOCUMENTS])
def test_a_bad_document_gives_its_code_at_its_place(
    name: str, data: bytes | str, code: str, pointer: str, tmp_path: Path
) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    path = tmp_path / name
    path.write_bytes(raw)
    document = api.reads(raw, name)
    assert [item.code for item in document.located()] == [item.code for item in api.read(path).located()]
    found = next(item for item in document.located() if item.code == code)
    assert found.to_json()["pointer"] == pointer or not pointer
    assert found.help
    result = api.convert_file(path, api.Options(root=tmp_path))
    assert result.error is None
    assert code in {item.code for item in result.diagnostics}
    assert (result.status is api.Status.WRITTEN) == (code in {"FJ110", "FJ144"})  # the two that stop nothing
    assert sorted(tmp_path.iterdir()) == sorted({path, *([Path(tmp_path, result.target)] if result.target else [])})


def missing(folder: Path) -> Path:
    return folder / "gone.json"


def directory(folder: Path) -> Path:
    return folder


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.json")
    return folder / "pipe.json"


def large(folder: Path) -> Path:
    with (folder / "large.json").open("wb") as handle:
        handle.truncate(200 * 1024 * 1024)
    return folder / "large.json"


def circle(folder: Path) -> Path:
    (folder / "circle.json").symlink_to("circle.json")
    return folder / "circle.json"


def long_name(folder: Path) -> Path:
    return folder / ("n" * 300 + ".json")


@pytest.mark.parametrize("make", [missing, directory, pipe, large, circle, long_name])
def test_a_path_that_is_no_document_is_an_input_error(make: Any, tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(InputError):
        api.read(path)
    result = api.convert_file(path, api.Options(root=tmp_path))
    assert isinstance(result.error, InputError)
    assert result.status is api.Status.FAILED
    assert api.worst([result]) == 2


def test_a_name_too_long_to_look_at_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text(ONE + f"origin: {{workflow: {'x' * 5000}}}\n")
    assert isinstance(api.convert_file(path, api.Options(root=tmp_path)).error, InputError)


@pytest.mark.parametrize("named", ["../../x.json", "/nowhere/x.json", "a/../../../x.json"])
def test_an_origin_chooses_no_file_outside(named: str, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = folder / "x.journey.yaml"
    path.write_text(ONE + f"origin: {{workflow: {named}}}\n")
    result = api.convert_file(path, api.Options(root=folder))
    assert result.error is not None
    assert result.error.code == "FJ005"
    assert [item.name for item in tmp_path.rglob("*.json")] == []


def test_a_target_that_leaves_the_project_through_a_link(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (project / "link").symlink_to(outside)
    (project / "x.journey.yaml").write_text(ONE + "origin: {workflow: link/x.json}\n")
    result = api.convert_file(project / "x.journey.yaml", api.Options(root=project))
    assert result.error is not None
    assert result.error.code == "FJ005"
    assert not list(outside.iterdir())


def test_many_findings_in_one_text_are_placed_in_one_reading(tmp_path: Path) -> None:
    blocks = {f"b{n}": {"id": f"b{n}", "type": "agent", "name": "same"} for n in range(1500)}
    text = json.dumps({"blocks": blocks, "edges": []})
    done = run(sys.executable, "-c", _PLACED, folder=tmp_path, text=text)
    assert done.stdout.split() == ["1499", "1499"]


_PLACED = """
import sys
from fjctl import api
found = api.reads(sys.stdin.read(), "w.json").located()
print(len(found), len({item.position for item in found}))
"""


def test_ten_thousand_nested_parents_end(tmp_path: Path) -> None:
    parent = {n: {"parentId": f"l{n - 1}"} for n in range(1, 10_000)}
    blocks = {
        f"l{n}": {"id": f"l{n}", "type": "loop", "name": f"L{n}", "data": parent.get(n, {})} for n in range(10_000)
    }
    document = api.reads(json.dumps({"blocks": blocks, "edges": []}), "w.json")
    assert {item.code for item in document.diagnostics} == {"FJ304"}
    assert not document.ok


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("id", "type", "name", "value", "states", "to")), inner, max_size=3)
    ),
    max_leaves=6,
)
JOURNEY: Any = {
    "journey": "x",
    "version": 1,
    "start": "a",
    "variables": {"q": {"type": "string", "input": True}},
    "tools": {"t": {"kind": "http", "request": {"url": "u"}}},
    "states": {
        "a": {
            "tool": "t",
            "retry": {"tries": 2, "wait": "1s"},
            "next": [{"to": "b", "when": "x"}, {"to": "b", "on": "error"}],
        },
        "b": {"ask": {"fields": {"f": {"type": "string"}}}, "commands": {"go": "c"}},
        "c": {"loop": {"times": 2}, "start": "d", "states": {"d": {"chat": "x"}}},
    },
    "origin": {"workflow": "w.json", "format": "sim", "nodes": {"a": "1"}},
}
IN_SIM, IN_JOURNEY = sorted(paths(EVERYTHING), key=str), sorted(paths(JOURNEY), key=str)


@given(st.sampled_from(IN_SIM), JUNK)
@settings(max_examples=60)
def test_junk_anywhere_in_a_workflow(at: tuple[Any, ...], junk: Any) -> None:
    document = api.reads(json.dumps(replaced(EVERYTHING, at, junk)), "w.json")
    if document.ok:
        assert api.reads(api.convert(document).text or "", "w.journey.yaml").ok or api.convert(document).text is None


@given(st.sampled_from(IN_JOURNEY), JUNK)
@settings(max_examples=150)
def test_junk_anywhere_in_a_journey(at: tuple[Any, ...], junk: Any) -> None:
    journey, found = decode(replaced(JOURNEY, at, junk))
    assert (journey is None) == has_errors(found)
    document = api.reads(json.dumps(replaced(JOURNEY, at, junk)), "w.journey.json")
    if document.ok and (journey or JOURNEY).get("origin", {}).get("format", "sim") == "sim":
        written = api.convert(document)
        assert written.text is None or api.reads(written.text, "w.json").ok


@given(st.binary(max_size=60), st.sampled_from(("w.json", "w.journey.yaml", "w")))
def test_any_bytes(data: bytes, name: str) -> None:
    document = api.reads(data, name)
    assert document.ok or document.located()
