from __future__ import annotations

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.guards import NetworkBlockedError, is_local

REMOTE = "192.0.2.1"  # RFC 5737: never anybody's address


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "", None, b"localhost"])
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", [REMOTE, "example.com", "10.0.0.1", "0.0.0.0", "2001:db8::1", b"example.com"])  # noqa: S104
def test_other_machines_are_not_local(host: object) -> None:
    assert not is_local(host)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_remote_connection_is_refused(method: str) -> None:
    with socket.socket() as client, pytest.raises(NetworkBlockedError, match=REMOTE):
        getattr(client, method)((REMOTE, 80))


def test_a_remote_datagram_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(NetworkBlockedError):
        client.sendto(b"x", (REMOTE, 53))


def test_a_remote_name_is_not_even_looked_up() -> None:
    with pytest.raises(NetworkBlockedError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 443)


def test_a_local_connection_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"here")
            assert accepted.recv(4) == b"here"


def test_a_started_process_finds_a_dead_proxy() -> None:
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.build_opener().open(
            "http://example.com", timeout=5
        )  # the shared one may be older than the guard


def test_home_cannot_be_read_or_made() -> None:
    home = Path.home()
    assert not home.exists()
    with pytest.raises(NotADirectoryError):
        home.mkdir(parents=True)
    with pytest.raises(NotADirectoryError):
        (home / ".fjctl").read_bytes()


def test_a_started_process_has_no_home_either() -> None:
    code = "import pathlib; (pathlib.Path.home() / 'x').write_text('y')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert "NotADirectoryError" in done.stderr
