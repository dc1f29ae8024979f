"""What no test may reach: the network and the home directory of whoever runs the tests."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

_LOCAL_NAMES = {"", "localhost"}


class NetworkBlockedError(RuntimeError):
    """A test tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether a host as the socket functions take it is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _refuse_remote(host: object) -> None:
    if not is_local(host):
        message = f"tests may not reach the network: {host!r}"
        raise NetworkBlockedError(message)


def _guarded_method(name: str) -> Callable[..., Any]:
    original = getattr(socket.socket, name)

    def method(self: socket.socket, *arguments: Any) -> Any:
        # The address is the last argument of connect, connect_ex and sendto.
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            _refuse_remote(address[0])
        return original(self, *arguments)

    return method


def block_network(patch: pytest.MonkeyPatch) -> None:
    """Make sockets of this process refuse other machines, and started processes find only a dead proxy."""
    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, _guarded_method(name))
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        _refuse_remote(host)
        return original(host, *arguments, **named)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        patch.setenv(name, "http://127.0.0.1:9")  # the discard port: nobody answers


def block_home(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Point the home directory below a plain file in `folder`, where nothing can be read or made."""
    blocker = folder / "not-a-folder"
    blocker.write_text("tests have no home directory\n", encoding="utf-8")
    home = blocker / "home"
    for name in ("HOME", "USERPROFILE"):
        patch.setenv(name, str(home))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        patch.setenv(name, str(home / name.lower()))
    if Path.home() != home:
        message = f"the home directory is still {os.fspath(Path.home())}"
        raise RuntimeError(message)
