from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fjctl.errors import ConfigError, ExitCode
from fjctl.project.config import find_config, load_settings
from fjctl.project.settings import PairRule
from tests.support import run

if TYPE_CHECKING:
    from pathlib import Path

FULL = """\
# a project
format = "sim"
database = "state/fjctl.db"
exclude = ["old/", "*.bak.json"]
history = false

[[pairs]]
workflow = "workflows/**/*.json"
journey = "journeys/**/*.journey.yaml"

[[pairs]]
workflow = "main.json"
journey = "journeys/start.yaml"

[check]
select = ["graph"]
per-file-ignores = {"old/*" = ["FJ503"]}
environment = ["KEY"]
"""


def write(folder: Path, text: str, name: str = "fjctl.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def refusal(folder: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_settings(folder)
    assert caught.value.exit_code is ExitCode.UNUSABLE
    return caught.value


def test_without_a_file_all_is_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert (settings.file, settings.pairs, settings.format, settings.exclude) == (None, (), "", ())
    assert settings.root == tmp_path
    assert settings.history
    assert settings.database_path == tmp_path / "fjctl.db"
    assert {origin for _, _, origin in settings.rows()} == {"default"}


def test_every_setting_is_read_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    settings = load_settings(tmp_path)
    assert settings.file == path
    assert settings.is_project
    assert not settings.history
    assert (settings.format, settings.exclude) == ("sim", ("old/", "*.bak.json"))
    assert settings.pairs == (
        PairRule("workflows/**/*.json", "journeys/**/*.journey.yaml"),
        PairRule("main.json", "journeys/start.yaml"),
    )
    assert settings.database_path == tmp_path / "state" / "fjctl.db"
    assert settings.check.select == ("graph",)
    assert settings.check.per_file == (("old/*", ("FJ503",)),)
    assert settings.check.environment == ("KEY",)
    assert [(name, origin) for name, _, origin in settings.rows()] == [
        ("check", "fjctl.toml:15"),
        ("database", "fjctl.toml:3"),
        ("exclude", "fjctl.toml:4"),
        ("format", "fjctl.toml:2"),
        ("history", "fjctl.toml:5"),
        ("pairs", "fjctl.toml:7"),
    ]


def test_a_table_in_pyproject_is_read(tmp_path: Path) -> None:
    write(tmp_path, '[project]\nname = "x"\n\n[tool.fjctl]\nformat = "sim"\n', "pyproject.toml")
    settings = load_settings(tmp_path)
    assert (settings.format, settings.origin("format"), settings.origin("exclude")) == (
        "sim",
        "pyproject.toml:5",
        "default",
    )


def test_a_file_of_its_own_comes_before_pyproject(tmp_path: Path) -> None:
    write(tmp_path, '[tool.fjctl]\nformat = "sim"\n', "pyproject.toml")
    write(tmp_path, 'format = "reactflow"\n')
    assert load_settings(tmp_path).format == "reactflow"


@pytest.mark.parametrize("text", ["[tool.ruff]\n", "# fjctl tool\nnot toml at all", '[tool.x]\nname = "fjctl"\n'])
def test_somebody_elses_pyproject_is_passed_by(tmp_path: Path, text: str) -> None:
    above = write(tmp_path, "")
    write(tmp_path / "sub", text, "pyproject.toml")
    assert find_config(tmp_path / "sub") == above


def test_a_broken_pyproject_with_our_table_is_named(tmp_path: Path) -> None:
    write(tmp_path, "[tool.fjctl]\nformat = \n", "pyproject.toml")
    assert refusal(tmp_path).place == f"{tmp_path / 'pyproject.toml'}:2:10"


def test_the_search_goes_up_and_stops_at_the_repository(tmp_path: Path) -> None:
    write(tmp_path, 'format = "sim"\n')
    deep = tmp_path / "repository" / "a" / "b"
    deep.mkdir(parents=True)
    assert load_settings(deep).root == tmp_path
    (tmp_path / "repository" / ".git").mkdir()
    settings = load_settings(deep)
    assert (settings.file, settings.root, settings.is_project) == (None, tmp_path / "repository", True)
    own = write(tmp_path / "repository", "")
    assert find_config(deep) == own


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('\nformatt = "sim"\n', ":2", "unknown key 'formatt'", "did you mean 'format'?"),
        ("zzz = 1\n", ":1", "unknown key 'zzz'", "known keys: check, database, exclude, format, history, pairs"),
        ("format = 3\n", ":1", "'format': 3 is not text", 'put it in quotes: "3"'),
        ('exclude = "x"\n', ":1", "'exclude': 'x' is not a list", "write a list"),
        ("history = 1\n", ":1", "'history': 1 is not true or false", "write true or false"),
        ('[[pairs]]\nworkflow = "a"\n', ":1", "'pairs.0': 'journey' is missing", 'add: journey = "…"'),
        (
            '[[pairs]]\nworkflow="a"\njourney="b"\n[[pairs]]\nworkflow = "a"\njourny = "b"\n',
            ":6",
            "'pairs.1': unknown key",
            "and 1 more",
        ),
        ('[[pairs]]\nworkflow="a"\njourney="b"\njourny="b"\n', ":4", "'pairs.0': unknown key 'journy'", "'journey'?"),
        ('[[pairs]]\nworkflow = "*.json"\njourney = "one.yaml"\n', ":1", "need the same wildcards", ""),
        ('[[pairs]]\nworkflow = "../x/*.json"\njourney = "*.yaml"\n', ":2", "within the project", ""),
        ('[[pairs]]\nworkflow = "/x/*.json"\njourney = "*.yaml"\n', ":2", "within the project", ""),
        ('[[pairs]]\nworkflow = " "\njourney = " "\n', ":2", "'pairs.0.workflow': ' ' is no path within", "and 1 more"),
        ("format = \n", ":1:10", "not TOML: invalid value", "correct the line"),
        ("format = 1\nexclude = 2\n", ":1", "'format'", "and 1 more"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, text: str, line: str, message: str, hint: str
) -> None:
    error = refusal(write(tmp_path, text).parent)
    assert error.place == str(tmp_path / "fjctl.toml") + line
    assert message in error.message
    assert hint in error.hint


def test_a_config_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "fjctl.toml").write_bytes(b"format = '\xff'")
    assert refusal(tmp_path).message == "is not UTF-8 text"


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "fjctl.toml").write_bytes(b"\xef\xbb\xbfformat = 'sim'\n")
    assert load_settings(tmp_path).format == "sim"


def test_a_huge_config_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "#" * 2_000_000)
    assert "too large" in refusal(tmp_path).message


def test_without_a_file_nothing_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from fjctl.project.config import load_settings; load_settings(pathlib.Path())\n"
        "print(sorted({'pydantic', 'tomllib', 'ruamel', 'hashlib', 'concurrent.futures'} & set(sys.modules)))"
    )
    (tmp_path / ".git").mkdir()
    assert run("python", "-c", code, folder=tmp_path, covered=False).stdout == "[]\n"
