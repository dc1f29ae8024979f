from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fjctl.errors import InputError, UsageError
from fjctl.project.discover import expand
from fjctl.project.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

FILES = [
    "b.json", "a.yaml", "notes.txt", "[x].json", "sub/c.yml", "sub/deep/d.json", ".hidden/e.json", ".f.json",
    "node_modules/g.json", "env/pyvenv.cfg", "env/h.json", "old/i.json",
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(project: Path, *arguments: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [path.as_posix() for path in expand(arguments, Settings(project, exclude=exclude))]


def test_a_folder_gives_its_documents_in_order(project: Path) -> None:
    expected = ["[x].json", "a.yaml", "b.json", "old/i.json", "sub/c.yml", "sub/deep/d.json"]
    assert found(project, ".") == expected
    assert found(project, str(project)) == [f"{project}/{name}" for name in expected]


def test_settings_leave_files_out(project: Path) -> None:
    assert found(project, ".", exclude=("old/", "*.yml")) == ["[x].json", "a.yaml", "b.json", "sub/deep/d.json"]


@pytest.mark.parametrize("name", [".f.json", "node_modules/g.json", "notes.txt", "[x].json", "old/i.json"])
def test_a_file_named_is_taken_whatever_it_is(project: Path, name: str) -> None:
    assert found(project, name, exclude=("old",)) == [name]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.json", ["[x].json", "b.json"]),
        ("**/*.json", ["[x].json", "b.json", "old/i.json", "sub/deep/d.json"]),
        ("sub/**/*.json", ["sub/deep/d.json"]),
        ("s?b/*.yml", ["sub/c.yml"]),
        ("[ab].*", ["a.yaml", "b.json"]),
    ],
)
def test_a_pattern_gives_what_it_matches(project: Path, pattern: str, expected: list[str]) -> None:
    assert found(project, pattern) == expected


def test_each_file_comes_once_in_the_order_of_the_arguments(project: Path) -> None:
    assert found(project, "sub", "b.json", "./b.json", "**/*.json")[:3] == ["sub/c.yml", "sub/deep/d.json", "b.json"]
    assert found(project, "b.json", "./b.json") == ["b.json"]


def test_links_that_go_round_end(project: Path) -> None:
    (project / "sub" / "round").symlink_to(project)
    (project / "sub" / "link.json").symlink_to(project / "b.json")
    assert found(project, "sub") == ["sub/c.yml", "sub/link.json", "sub/deep/d.json"]


@pytest.mark.parametrize("argument", ["*.nothing", "none/*.json", "**/zzz"])
def test_a_pattern_that_matches_nothing_is_an_error(project: Path, argument: str) -> None:
    with pytest.raises(UsageError, match="nothing matches"):
        found(project, "b.json", argument)


def test_a_folder_without_documents_is_an_error(project: Path) -> None:
    (project / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no file named \*\.json"):
        found(project, "empty")


def test_nothing_at_all_is_an_error(project: Path) -> None:
    with pytest.raises(UsageError, match="was named"):
        found(project)


def test_a_missing_file_names_its_neighbour(project: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        found(project, "sub/cc.yml")
    assert caught.value.hint == "did you mean sub/c.yml?"
