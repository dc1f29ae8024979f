from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fjctl.errors import ChangedError, ExitCode, OutputError, RefusedError
from fjctl.project.files import read_bytes
from fjctl.project.parallel import GuardedWriter
from fjctl.project.writing import WriteOutcome, leftovers, sweep, write_guarded
from tests.support import run

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
LONG_AGO = 1_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "flow.json"
    path.write_bytes(b"old")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_a_file_is_replaced_and_nothing_else_is_left(path: Path) -> None:
    assert write_guarded(path, b"new", expected=read_bytes(path)) is WriteOutcome.WRITTEN
    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["flow.json"]


def test_a_new_file_is_made(tmp_path: Path) -> None:
    assert write_guarded(tmp_path / "a", b"new", expected=None) is WriteOutcome.WRITTEN
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_new_file_obeys_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_guarded(tmp_path / "a", b"new", expected=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("content", [b"", b"x" * 3_000_000])
def test_any_size_is_written_whole(path: Path, content: bytes) -> None:
    write_guarded(path, content, expected=read_bytes(path))
    assert path.read_bytes() == content


def test_equal_content_leaves_the_file_and_its_time_alone(path: Path) -> None:
    before = path.stat()
    assert write_guarded(path, b"old", expected=read_bytes(path)) is WriteOutcome.UNCHANGED
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (LONG_AGO, before.st_ino)


def test_two_who_make_the_same_file_agree(path: Path) -> None:
    assert write_guarded(path, b"old", expected=None) is WriteOutcome.UNCHANGED


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_the_mode_is_kept(path: Path, mode: int) -> None:
    path.chmod(mode)
    write_guarded(path, b"new", expected=read_bytes(path))
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(not AS_ROOT, reason="takes the superuser to give a file away")
def test_the_owner_is_kept(path: Path) -> None:
    os.chown(path, 1234, 4321)
    write_guarded(path, b"new", expected=read_bytes(path))
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to("flow.json")
    write_guarded(link, b"new", expected=read_bytes(link))
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_dangling_link_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_guarded(tmp_path / "link", b"new", expected=None)
    assert (tmp_path / "target").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("meanwhile", [b"OLD", b"longer than before", b""])
def test_a_change_between_read_and_write_is_kept(path: Path, meanwhile: bytes) -> None:
    state = read_bytes(path)
    path.write_bytes(meanwhile)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))  # the time says nothing happened; the content does
    with pytest.raises(ChangedError, match="changed since it was read") as caught:
        write_guarded(path, b"new", expected=state)
    assert path.read_bytes() == meanwhile
    assert names(path.parent) == ["flow.json"]
    assert (caught.value.place, caught.value.exit_code) == (str(path), ExitCode.FOUND)


def test_a_touch_is_not_a_change(path: Path) -> None:
    state = read_bytes(path)
    path.touch()
    assert write_guarded(path, b"new", expected=state) is WriteOutcome.WRITTEN


def test_a_file_that_somebody_removed_is_not_made_again(path: Path) -> None:
    state = read_bytes(path)
    path.unlink()
    with pytest.raises(ChangedError, match="was removed since"):
        write_guarded(path, b"new", expected=state)
    assert names(path.parent) == []


@pytest.mark.parametrize("content", [b"mine", b"same length", b""])
def test_a_file_that_appeared_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ChangedError, match="appeared since"):
        write_guarded(tmp_path / "a", b"SAME LENGTH", expected=None)
    assert (tmp_path / "a").read_bytes() == content


@pytest.mark.skipif(AS_ROOT, reason="the superuser may write everything")
def test_a_write_protected_file_is_refused(path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(RefusedError, match="write-protected"):
        write_guarded(path, b"new", expected=read_bytes(path))
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(not AS_ROOT, reason="takes the superuser to become somebody else")
@pytest.mark.parametrize(("mode", "folder_mode", "word"), [(0o444, 0o777, "write-protected"), (0o666, 0o555, "denied")])
def test_somebody_without_permission_is_refused(path: Path, mode: int, folder_mode: int, word: str) -> None:
    path.chmod(mode)
    path.parent.chmod(folder_mode)
    for folder in path.parent.parents:
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    code = (
        "import os, sys, pathlib; from fjctl.project.files import read_bytes; from fjctl.errors import FjctlError\n"
        "from fjctl.project.writing import write_guarded\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); path = pathlib.Path(sys.argv[1])\n"
        "try: write_guarded(path, b'new', expected=read_bytes(path))\n"
        "except FjctlError as error: print(error.message)"
    )
    done = run("python", "-c", code, str(path), folder=Path("/"))
    assert word in done.stdout, done.stderr
    assert path.read_bytes() == b"old"


def test_a_missing_folder_says_how_to_make_it(tmp_path: Path) -> None:
    path = tmp_path / "out" / "a.yaml"
    with pytest.raises(OutputError, match="there is no folder") as caught:
        write_guarded(path, b"new", expected=None)
    assert caught.value.hint == f"try: mkdir -p {path.parent}"


def test_a_directory_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        write_guarded(tmp_path, b"new", expected=None)


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="leads to itself"):
        write_guarded(tmp_path / "loop", b"new", expected=None)


def test_a_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"):
        write_guarded(tmp_path / ("x" * 250), b"new", expected=None)
    assert names(tmp_path) == []


def test_a_full_disk_leaves_the_old_file_and_no_temporary(path: Path) -> None:
    code = (
        "import resource, signal, sys, pathlib; from fjctl.project.files import read_bytes\n"
        "from fjctl.errors import OutputError; from fjctl.project.writing import write_guarded\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "try: write_guarded(path, b'n' * 10_000, expected=read_bytes(path))\n"
        "except OutputError as error: print(error.code, error.message)"
    )
    # Without coverage: its data file would hit the same limit.
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    assert done.stdout == "FJ007 cannot be written: file too large\n", done.stderr
    assert path.read_bytes() == b"old"
    assert names(path.parent) == ["flow.json"]


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_temporaries_of_the_dead_are_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = dead_process()
    kept = [
        ".a.fjctl-1-0.tmp",
        f".a.fjctl-{os.getpid()}-0.tmp",
        f"a.fjctl-{dead}-0.tmp",
        ".a.tmp",
        f".fjctl-{dead}.tmp",
    ]
    for name in (*kept, f".a.json.fjctl-{dead}-7.tmp"):
        (tmp_path / name).touch()
    (tmp_path / f".b.fjctl-{dead}-0.tmp").mkdir()
    left = (tmp_path / f".a.json.fjctl-{dead}-7.tmp",)
    assert leftovers(tmp_path) == left
    assert left[0].exists()
    assert sweep(tmp_path) == left
    assert names(tmp_path) == sorted([*kept, f".b.fjctl-{dead}-0.tmp"])


def test_a_write_sweeps_its_folder(tmp_path: Path) -> None:
    left = tmp_path / f".a.fjctl-{dead_process()}-0.tmp"
    left.touch()
    write_guarded(tmp_path / "b", b"new", expected=None)
    assert names(tmp_path) == ["b"]


def test_sweeping_a_missing_folder_is_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none") == ()


def test_what_is_being_written_is_waited_for(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    link.symlink_to(path)
    with GuardedWriter(threads=2) as writer:
        for name in (path, link):
            for number in range(20):
                writer.wait_for(name)
                state = read_bytes(path) if number or name is link else None
                writer.submit(path, f"{name} {number}".encode(), expected=state)
        writer.flush()
        assert path.read_bytes() == f"{link} 19".encode()


def test_a_failed_write_is_told_by_its_future_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"somebody else's")
    with GuardedWriter() as writer:
        future = writer.submit(tmp_path / "a", b"ours", expected=None)
        writer.wait_for(tmp_path / "a")
        writer.flush()
    assert isinstance(future.exception(), ChangedError)


def test_many_files_are_written_at_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    paths = [tmp_path / f"{number}.json" for number in range(30)] + [tmp_path / "sub" / "x.json"]
    paths[0].write_bytes(b"someone else's")
    paths[1].write_bytes(b"1.json")
    with GuardedWriter(threads=4) as writer:
        futures = [writer.submit(path, path.name.encode(), expected=None) for path in paths]
    assert isinstance(futures[0].exception(), ChangedError)
    assert futures[1].result() is WriteOutcome.UNCHANGED
    assert {future.result() for future in futures[2:]} == {WriteOutcome.WRITTEN}
    assert [path.read_bytes() for path in paths[1:]] == [path.name.encode() for path in paths[1:]]
    assert names(tmp_path) == sorted([*(path.name for path in paths[:-1]), "sub"])
