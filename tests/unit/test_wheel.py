"""The wheel: built from the sources, installed into an empty environment, and used there."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest

import fjctl
from tests.support import REPOSITORY, environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DATA = ["schemas", "templates"]


def started(*command: str | Path, **more: str) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        command, env=environment(**more), cwd=os.sep, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir", "--quiet"]
    started(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(REPOSITORY))
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that stands for the sources in an editable installation."""
    folder = tmp_path_factory.mktemp("editable")
    code = "import os, sys, hatchling.build as build; os.chdir(sys.argv[1]); build.build_editable(sys.argv[2])"
    started(sys.executable, "-c", code, REPOSITORY, folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripts_of(wheel, tmp_path_factory.mktemp("empty"))


def scripts_of(wheel: Path, folder: Path) -> Path:
    """The scripts folder of a new environment with the wheel and nothing else."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-index", "--no-cache-dir", "--quiet"]
    started(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel)
    return folder / "bin"


def test_the_wheel_has_the_package_the_licence_and_the_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"fjctl/py.typed", "fjctl/errors.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    for folder in DATA:
        files = [path.relative_to(REPOSITORY) for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
        assert files
        assert {f"fjctl/_data/{path.as_posix()}" for path in files} <= set(names)
    assert [name for name in names if not name.startswith(("fjctl/", "fjctl-"))] == []


def test_the_data_is_readable_where_it_is_installed(installed: Path) -> None:
    code = (
        "import importlib.resources, json, sys; data = importlib.resources.files('fjctl') / '_data'\n"
        "for folder in sys.argv[1:]:\n"
        "    for item in (data / folder).iterdir():\n"
        "        text = item.read_text(encoding='utf-8') if item.is_file() else ''\n"
        "        if item.name.endswith('.json'): json.loads(text)\n"
        "        print(folder, item.name)"
    )
    listed = started(installed / "python", "-c", code, *DATA).splitlines()
    expected = [f"{folder} {path.name}" for folder in DATA for path in (REPOSITORY / folder).iterdir()]
    assert sorted(listed) == sorted(expected)


def assert_command_is_light(scripts: Path) -> None:
    """The command works, is started by the environment's Python, and imports nothing that Python does not."""
    script = scripts / "fjctl"
    assert started(script, "--version") == f"fjctl {fjctl.__version__}\n"
    assert script.read_text(encoding="utf-8").splitlines()[0] == f"#!{scripts / 'python'}"
    listed = subprocess.run(
        [scripts / "python", "-X", "importtime", script, "--version"],
        env=environment(),
        cwd=os.sep,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    assert {name for name in names if name.partition(".")[0] == "fjctl"} == {"fjctl", "fjctl.__main__"}
    assert not {"re", "typing", "pathlib"} & names


def test_the_command_starts_without_any_other_package(installed: Path) -> None:
    assert_command_is_light(installed)


def test_the_command_of_an_editable_installation_is_the_same(editable: Path, tmp_path: Path) -> None:
    assert_command_is_light(scripts_of(editable, tmp_path / "empty"))


def test_windows_gets_a_command_of_its_own(wheel: Path, editable: Path) -> None:
    for path in (wheel, editable):
        folder = f"fjctl-{fjctl.__version__}.data/scripts"
        assert b" -m fjctl %*\r\n" in zipfile.ZipFile(path).read(f"{folder}/fjctl.cmd")
