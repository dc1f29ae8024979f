from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from fjctl.errors import ExitCode, InputError, RefusedError
from fjctl.project.files import inside, read_bytes, read_if_exists
from tests.support import run

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def test_a_file_is_read_with_its_identity(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(b"{}\r\n")
    state = read_bytes(path)
    assert (state.path, state.data, state.size) == (path, b"{}\r\n", 4)
    assert (state.mtime_ns, state.inode) == (path.stat().st_mtime_ns, path.stat().st_ino)
    assert state.sha256 == hashlib.sha256(b"{}\r\n").hexdigest()


def test_a_file_at_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(b"12345")
    assert read_bytes(path, limit=5).size == 5
    with pytest.raises(InputError, match="too large: 5 bytes, the limit is 4"):
        read_bytes(path, limit=4)


def test_200_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # takes no room on the disk
    with pytest.raises(InputError, match="too large: 200,000,000 bytes") as caught:
        read_bytes(path)
    assert caught.value.place == str(path)


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "return-item.json").touch()
    with pytest.raises(InputError, match="no such file") as caught:
        read_bytes(tmp_path / "retrun-item.json")
    assert caught.value.hint == f"did you mean {tmp_path / 'return-item.json'}?"
    assert caught.value.exit_code is ExitCode.UNUSABLE


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        read_bytes(tmp_path / "nowhere" / "flow.json")
    assert caught.value.hint == f"the folder {tmp_path / 'nowhere'} does not exist"


def test_a_file_used_as_a_folder_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(InputError, match="no such file"):
        read_bytes(tmp_path / "a" / "b.json")


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory") as caught:
        read_bytes(tmp_path)
    assert "**/*.json" in caught.value.hint


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a regular file"):
        read_bytes(path)


def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        read_bytes(Path(os.devnull))


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may only have about a hundred characters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        with pytest.raises(InputError, match="not a regular file"):
            read_bytes(Path("s"))


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    path = tmp_path / "loop"
    path.symlink_to(path)
    with pytest.raises(InputError, match="leads to itself"):
        read_bytes(path)
    with pytest.raises(InputError, match="leads to itself"):
        inside(tmp_path, path)


@pytest.mark.skipif(AS_ROOT, reason="the superuser may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.touch(mode=0)
    with pytest.raises(InputError, match="permission denied") as caught:
        read_bytes(path)
    assert caught.value.hint == f"try: chmod u+r {path}"


@pytest.mark.skipif(not AS_ROOT, reason="takes the superuser to become somebody else")
def test_an_unreadable_file_is_named_to_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.touch(mode=0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    code = (
        "import os, sys, pathlib; from fjctl.project.files import read_bytes; from fjctl.errors import InputError\n"
        "os.seteuid(65534)\n"
        "try: read_bytes(pathlib.Path(sys.argv[1]))\n"
        "except InputError as error: print(error.message)"
    )
    assert run("python", "-c", code, str(path), folder=tmp_path).stdout == "may not be read: permission denied\n"


def test_a_name_that_is_too_long_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: file name too long"):
        read_bytes(tmp_path / ("x" * 300))


def test_nothing_there_is_no_state(tmp_path: Path) -> None:
    assert read_if_exists(tmp_path / "none") is None
    (tmp_path / "some").write_bytes(b"x")
    state = read_if_exists(tmp_path / "some")
    assert state is not None
    assert state.data == b"x"


def test_a_dangling_link_is_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert read_if_exists(tmp_path / "link") is None


class TestInside:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        (tmp_path / "project" / "sub").mkdir(parents=True)
        (tmp_path / "elsewhere").mkdir()
        return tmp_path / "project"

    def test_a_plain_path_is_itself(self, project: Path) -> None:
        assert inside(project, project / "sub" / "new.yaml") == project / "sub" / "new.yaml"

    def test_a_link_within_the_project_is_followed(self, project: Path) -> None:
        (project / "link").symlink_to(project / "sub")
        assert inside(project, project / "link" / "new.yaml") == project / "sub" / "new.yaml"

    @pytest.mark.parametrize("name", ["link/new.yaml", "sub/../link/new.yaml"])
    def test_a_folder_link_out_of_the_project_is_refused(self, project: Path, name: str) -> None:
        (project / "link").symlink_to(project.parent / "elsewhere")
        with pytest.raises(RefusedError, match="leaves the project through a link") as caught:
            inside(project, project / name)
        assert caught.value.hint.startswith("name the real file")

    def test_a_file_link_out_of_the_project_is_refused(self, project: Path) -> None:
        (project / "flow.json").symlink_to("../elsewhere/flow.json")
        with pytest.raises(RefusedError):
            inside(project, project / "flow.json")

    def test_a_relative_path_counts_from_here(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (project / "link").symlink_to("../elsewhere")
        monkeypatch.chdir(project)
        assert inside(Path(), Path("sub/a")) == project / "sub" / "a"
        with pytest.raises(RefusedError):
            inside(Path(), Path("link/a"))

    def test_a_project_reached_through_a_link_is_still_the_project(self, project: Path) -> None:
        alias = project.parent / "alias"
        alias.symlink_to(project)
        assert inside(alias, alias / "sub" / "a") == project / "sub" / "a"

    def test_a_path_openly_outside_is_the_callers_wish(self, project: Path) -> None:
        assert inside(project, project / ".." / "elsewhere" / "a") == project.parent / "elsewhere" / "a"
