"""Bad input through the real command line: a code, a place and a next step, the right exit code, nothing written, and
bounded time and memory. One case for each kind of bad input that the project promises to bear."""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.cli import converting
from fjctl.store import Store
from fjctl.store.errors import DatabaseBusyError
from tests.support import environment, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="limits, rights and links of POSIX"),
]

_MEMORY = 1_000_000  # KiB of address space for one command; an idle interpreter takes a few hundred thousand
_LARGE = 200 * 1024 * 1024
_DEEP = 100_000
HEAD = "journey: x\nversion: 1\n"
JOURNEY = HEAD + "states:\n  a: {chat: hi}\n"
BOMB = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))


def fjctl(folder: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """The command with little memory."""
    limited = f'ulimit -v {_MEMORY} && exec fjctl "$@"'
    return run("sh", "-c", limited, "fjctl", *arguments, folder=folder, text=text)


def flow(*nodes: Any, edges: Any = ()) -> str:
    return json.dumps({"nodes": list(nodes), "edges": list(edges)})


def node(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "agent", "position": {"x": 0, "y": 0}, "data": {"label": name}, **more}


def block(**values: Any) -> dict[str, Any]:
    return {"id": "a", "type": "agent", "name": "A", "position": {"x": 0, "y": 0}, "subBlocks": {}, **values}


def sim(blocks: dict[str, Any], *edges: dict[str, str], **more: Any) -> str:
    return json.dumps({"blocks": blocks, "edges": list(edges), **more})


# What it is, the file's name, its content, the code.
REFUSED: list[tuple[str, str, bytes | str, str]] = [
    ("an empty file", "x.json", "", "FJ101"),
    ("an empty journey", "x.journey.yaml", "", "FJ101"),
    ("no JSON", "x.json", "hello", "FJ102"),
    ("no YAML", "x.journey.yaml", "a: [1\n", "FJ121"),
    ("two JSON documents", "x.json", "{} {}", "FJ103"),
    ("two YAML documents", "x.journey.yaml", JOURNEY + "---\n" + JOURNEY, "FJ103"),
    ("no UTF-8", "x.json", b'{"a": "\xff"}', "FJ111"),
    ("a NUL", "x.json", b'{"a": "\x00"}', "FJ108"),
    ("a NUL in YAML", "x.journey.yaml", b"a: b\x00\n", "FJ108"),
    ("deep JSON", "x.json", "[" * _DEEP + "]" * _DEEP, "FJ109"),
    ("deep JSON objects", "x.json", '{"a":' * _DEEP + "1" + "}" * _DEEP, "FJ109"),
    ("deep YAML", "x.journey.yaml", "[" * _DEEP + "]" * _DEEP, "FJ109"),
    ("deep YAML lists", "x.journey.yaml", "- " * _DEEP, "FJ109"),
    ("a key twice", "x.json", '{"a": 1, "a": 2}', "FJ104"),
    ("a key twice in YAML", "x.journey.yaml", "a: 1\na: 2\n", "FJ104"),
    ("a huge number", "x.json", '{"a": ' + "9" * 5000 + "}", "FJ105"),
    ("a huge number in YAML", "x.journey.yaml", "a: 1e400\n", "FJ105"),
    ("NaN", "x.json", '{"a": NaN}', "FJ105"),
    ("NaN in YAML", "x.journey.yaml", "a: .nan\n", "FJ105"),
    ("a lone surrogate", "x.json", '{"a": "\\ud800"}', "FJ107"),
    ("a lone surrogate in YAML", "x.journey.yaml", 'a: "\\ud800"\n', "FJ107"),
    ("a YAML bomb", "x.journey.yaml", BOMB, "FJ122"),
    ("a YAML tag", "x.journey.yaml", "a: !!python/object/apply:os.system [ls]\n", "FJ123"),
    ("a list as root", "x.json", "[]", "FJ309"),
    ("a list as journey", "x.journey.yaml", "- a\n", "FJ147"),
    ("a Sim block without id", "x.json", sim({"a": {"type": "agent"}}), "FJ301"),
    ("a Sim block without type", "x.json", sim({"a": {"id": "a"}}), "FJ301"),
    ("a node without id", "x.json", flow({"type": "agent", "position": {"x": 0, "y": 0}, "data": {}}), "FJ301"),
    ("an id twice in Sim", "x.json", sim({"a": block(), "b": block()}), "FJ302"),
    ("an id twice in React Flow", "x.json", flow(node("a"), node("a")), "FJ302"),
    ("a state twice", "x.journey.yaml", HEAD + "states: {a: {loop: {times: 1}, states: {a: {say: x}}}}\n", "FJ143"),
    ("a parent cycle", "x.json", flow(node("a", parentId="b"), node("b", parentId="a")), "FJ304"),
    ("a Sim block in itself", "x.json", sim({"a": block(type="loop", data={"parentId": "a"})}), "FJ304"),
    ("a dangling transition", "x.journey.yaml", HEAD + "states: {a: {chat: x, next: b}}\n", "FJ142"),
    ("an unknown version of a journey", "x.journey.yaml", "journey: x\nversion: 2\nstates: {}\n", "FJ133"),
]
# What is said and converted all the same.
BORNE: list[tuple[str, str, bytes | str, str]] = [
    ("a byte-order mark", "x.journey.yaml", b"\xef\xbb\xbf" + JOURNEY.encode(), "FJ110"),
    ("a dangling edge", "x.json", flow(node("a"), edges=[{"id": "e", "source": "a", "target": "b"}]), "FJ303"),
    ("a dangling edge in Sim", "x.json", sim({"a": block()}, {"id": "e", "source": "a", "target": "b"}), "FJ303"),
    ("a self-loop", "x.json", flow(node("a"), edges=[{"id": "e", "source": "a", "target": "a"}]), "FJ305"),
    ("a self-loop in Sim", "x.json", sim({"a": block()}, {"id": "e", "source": "a", "target": "a"}), "FJ305"),
    ("an unknown version of Sim", "x.json", sim({"a": block()}, version="99.0"), "FJ306"),
    ("a node without type", "x.json", flow({"id": "a", "position": {"x": 0, "y": 0}, "data": {}}), "FJ308"),
]


def _written(folder: Path, name: str, content: bytes | str) -> None:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("name", "content", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_a_bad_document_stops_nothing_but_itself(name: str, content: bytes | str, code: str, tmp_path: Path) -> None:
    _written(tmp_path, name, content)
    done = fjctl(tmp_path, "convert", name)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    first, step, *_ = done.stderr.splitlines()
    assert first.startswith(f"{name}:"), first
    assert any(f": {code} " in line for line in done.stderr.splitlines()), done.stderr
    assert step.startswith("  help: ")
    assert len(done.stderr) < 10_000
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("name", "content", "code"), [pytest.param(*row[1:], id=row[0]) for row in BORNE])
def test_an_odd_document_is_converted_with_a_word(name: str, content: bytes | str, code: str, tmp_path: Path) -> None:
    _written(tmp_path, name, content)
    done = fjctl(tmp_path, "convert", name)
    assert done.returncode == 0, done.stderr
    assert "written" in done.stdout
    place = next(line for line in done.stderr.splitlines() if f": {code} " in line)
    assert place.startswith(f"{name}:1:")
    assert (tmp_path / name).read_bytes() == (content if isinstance(content, bytes) else content.encode())


def _missing(folder: Path) -> str:
    (folder / "flow.json").write_text("{}")
    return "flwo.json"


def _directory(folder: Path) -> str:
    (folder / "empty").mkdir()
    return "empty"


def _link_to_nothing(folder: Path) -> str:
    (folder / "link.json").symlink_to("vanished.json")
    return "link.json"


def _link_to_itself(folder: Path) -> str:
    (folder / "link.json").symlink_to("link.json")
    return "link.json"


def _pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe.json")
    return "pipe.json"


def _large(folder: Path) -> str:
    with (folder / "large.json").open("wb") as handle:
        handle.truncate(_LARGE)
    return "large.json"


NO_FILES: list[tuple[Any, str]] = [
    (_missing, "FJ003 unreadable-input: no such file\n  help: did you mean flow.json?"),
    (_directory, "FJ001 usage: no file named *.json or *.yaml or *.yml is in 'empty'\n  help: "),
    (
        _link_to_nothing,
        "FJ003 unreadable-input: is a link to a file that is not there\n  help: it leads to vanished.json",
    ),
    (_link_to_itself, "FJ003 unreadable-input: is a link that leads to itself\n  help: "),
    (_pipe, "FJ003 unreadable-input: is not a regular file\n  help: "),
    (_large, "FJ003 unreadable-input: is too large: 209,715,200 bytes, the limit is 67,108,864\n  help: "),
    (lambda _: "*.jsn", "FJ001 usage: nothing matches '*.jsn'\n  help: "),
    (lambda _: "", "FJ001 usage: a source has no name\n  help: "),
    (lambda _: "n" * 300 + ".json", "FJ003 unreadable-input: no such file"),
]


@pytest.mark.parametrize(("make", "said"), NO_FILES, ids=[said[:45] for _, said in NO_FILES])
def test_what_is_no_document_is_said_with_what_to_do(make: Any, said: str, tmp_path: Path) -> None:
    name = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    done = fjctl(tmp_path, "convert", name)
    assert done.returncode == 2, done.stderr
    assert f"{name}: {said}".removeprefix(": ") in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_large_stream_is_not_read_to_its_end(tmp_path: Path) -> None:
    source = f"{sys.executable} -c 'import sys; [sys.stdout.write(\"x\" * 1048576) for _ in range(200)]'"
    limited = f"{source} 2>/dev/null | (ulimit -v {_MEMORY} && exec fjctl convert -)"
    done = run("sh", "-c", limited, folder=tmp_path)
    assert done.returncode == 2
    assert "<stdin>: FJ003 unreadable-input: is too large: more than 67,108,864 bytes\n  help: " in done.stderr


def test_a_path_that_leaves_the_project_through_a_link(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project / "workflows", project / "journeys", outside):
        folder.mkdir(parents=True)
    (project / "fjctl.toml").write_text(
        '[[pairs]]\nworkflow = "workflows/**.json"\njourney = "journeys/**.journey.yaml"\n'
    )
    (project / "workflows" / "a.json").write_text(sim({"a": block()}))
    (project / "journeys" / "a.journey.yaml").symlink_to(outside / "a.journey.yaml")
    (project / "b.journey.yaml").write_text(JOURNEY + "origin: {workflow: out/b.json}\n")
    (project / "out").symlink_to(outside)
    done = fjctl(project, "convert", "workflows/a.json", "b.journey.yaml")
    assert done.returncode == 1
    assert done.stderr.count("FJ005 refused: leaves the project through a link") == 2
    assert list(outside.iterdir()) == []


# --- what a person does wrong

MISTAKES: list[tuple[list[str], int, str]] = [
    (["a.json", "--to", "jurney"], 2, "unknown format 'jurney'\n  help: did you mean 'journey'?"),
    (["a.json", "-o", "a.json"], 2, "the target is the source itself\n  help: "),
    (["a.json", "-o", "./sub/../a.json"], 2, "the target is the source itself\n  help: "),
    (["a.json", "-o", "nowhere/a.journey.yaml"], 2, "there is no folder "),
    (["a.json", "b.json", "-o", "one.journey.yaml"], 2, "2 sources cannot go into one file\n  help: "),
    (["a.json", "b.json", "-o", "a.json"], 2, "2 sources cannot go into one file\n  help: "),
    (["a.json", "sub/a.json", "-o", "out/"], 2, "several sources are called a.json\n  help: "),
    (["a.json", "b.json", "-o", "-"], 2, "one source at a time goes to stdout\n  help: "),
    (["-", "-"], 2, "one source at a time goes to stdout\n  help: "),
    (["-", "-o", "x.journey.yaml"], 2, "what comes from stdin goes to stdout\n  help: "),
    (["-", "--check"], 2, "--check needs files, not a stream\n  help: "),
    (["a.json", "-o", "-", "--json"], 2, "--json needs files, not a stream\n  help: "),
    (["a.json", "-o", "/dev/null"], 2, "is not a regular file, so it was not written\n  help: "),
    (["a.json", "-o", "/dev/stdout"], 2, "is not a regular file, so it was not written\n  help: "),
    (["a.json", "-o", "n" * 300 + ".json"], 2, "cannot be looked at: file name too long"),
    (["a.json", "b.json", "-o", "n" * 300], 2, "cannot be made: file name too long\n  help: "),
    (["a.json", "--form", "sim"], 2, "no such option: --form"),
    (["a.json", "--from", "journey"], 2, "FJ132 missing-key: 'journey' is missing\n  help: "),
    ([], 2, "missing argument"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "said"), MISTAKES, ids=[" ".join(row[0])[:40] or "no" for row in MISTAKES]
)
def test_a_mistake_on_the_command_line(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.json", "b.json", "sub/a.json"):
        (tmp_path / name).write_text(sim({"a": block()}))
    before = sorted(tmp_path.rglob("*"))
    done = fjctl(tmp_path, "convert", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != "fjctl.db"] == before


def test_two_workflows_of_one_name_do_not_become_one_journey(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(sim({"a": block()}))
    (tmp_path / "a.cforge").write_text(flow(node("other")))
    done = fjctl(tmp_path, "convert", "a.json", "a.cforge")
    assert done.returncode == 1
    assert "a.journey.yaml: FJ005 refused: the target is the journey of a.json\n  help: " in done.stderr
    assert "workflow: a.json" in (tmp_path / "a.journey.yaml").read_text()
    named = fjctl(tmp_path, "convert", "a.cforge", "-o", "b.journey.yaml")
    assert named.returncode == 0


def test_a_database_that_another_process_keeps(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(sim({"a": block()}))
    assert fjctl(tmp_path, "convert", "a.json").returncode == 0
    (tmp_path / "a.journey.yaml").unlink()
    with closing(sqlite3.connect(tmp_path / "fjctl.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = fjctl(tmp_path, "convert", "a.json")
    assert done.returncode == 0
    assert "a.json -> a.journey.yaml: written" in done.stdout
    assert done.stderr.startswith("fjctl.db: FJ205 database-busy: ")
    assert done.stderr.count("\n") == 1


def test_a_batch_waits_once_for_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[str] = []

    def busy(self: Store, path: str, hash_: str) -> None:
        waits.append(path)
        raise DatabaseBusyError("locked", place="fjctl.db")

    monkeypatch.chdir(tmp_path)
    for name in "abc":
        (tmp_path / f"{name}.json").write_text(sim({"a": block()}))
    assert converting.run(converting.Asked(["a.json"])) == 0
    monkeypatch.setattr(Store, "intend", busy)
    assert converting.run(converting.Asked(["b.json", "c.json"])) == 0
    assert waits == ["b.journey.yaml"]
    assert (tmp_path / "c.journey.yaml").exists()


@pytest.mark.parametrize("content", [None, "no database\n" * 100])
def test_a_database_that_is_none(content: str | None, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(sim({"a": block()}))
    if content is None:
        (tmp_path / "fjctl.db").mkdir()
    else:
        (tmp_path / "fjctl.db").write_text(content)
    done = fjctl(tmp_path, "convert", "a.json")
    assert done.returncode == 0
    assert "a.json -> a.journey.yaml: written" in done.stdout
    assert done.stderr.startswith("fjctl.db: FJ202 not-a-fjctl-database: ")


# --- rights


def _without_privileges() -> None:
    """Takes from root the right to pass over rights; others have no such right."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for right in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by prctl(PR_CAPBSET_DROP)
            if library.prctl(24, right, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "cannot give up a right")


def _as_anybody(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["fjctl", *arguments],
            cwd=folder,
            env=environment(),
            preexec_fn=_without_privileges,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except subprocess.SubprocessError:
        pytest.skip("root cannot give up its rights here")


@pytest.mark.skipif(sys.platform != "linux", reason="the rights of Linux")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(sim({"a": block()}))
    (tmp_path / "a.json").chmod(0)
    done = _as_anybody(tmp_path, "convert", "a.json")
    assert done.returncode == 2
    assert done.stderr == (
        "a.json: FJ003 unreadable-input: may not be read: permission denied\n  help: try: chmod u+r a.json\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the rights of Linux")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "a.json").write_text(sim({"a": block()}))
    folder.chmod(0o555)
    try:
        done = _as_anybody(folder, "convert", "a.json")
        assert done.returncode == 2
        assert "a.journey.yaml: FJ007 unwritable-output: may not be written: permission denied\n  help: " in done.stderr
        assert _as_anybody(folder, "convert", "a.json", "-o", "-").stdout.startswith("journey: a\n")
        assert _as_anybody(folder, "convert", "a.json", "-o", "new/").returncode == 2
        assert [path.name for path in folder.iterdir()] == ["a.json"]
    finally:
        folder.chmod(0o755)
