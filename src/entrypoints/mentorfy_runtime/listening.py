"""A socket to listen on: the wished port, or the next free one."""

import errno
import socket
from typing import Final

from mentorfy_runtime.settings import SettingsError

TRIED: Final = 50
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where a server is reached that listens on every address."""

_TAKEN: Final = frozenset({errno.EADDRINUSE, errno.EACCES})


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on the first free port from ``port`` on.

    Raises:
        SettingsError: The host is no address of this machine, or no port is free.
    """
    for candidate in range(port, min(port + TRIED, 65536)):
        try:
            return _bound(host, candidate)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise SettingsError(
                    f"MENTORFY_HOST is “{host}”, which is no address of this machine: use 127.0.0.1."
                ) from error
    raise SettingsError(f"MENTORFY_PORT is {port}, but it and the {TRIED} after it are taken: choose another.")


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening


def address(listening: socket.socket) -> str:
    """Return what to type into a browser."""
    return address_of(*listening.getsockname()[:2])


def address_of(host: str, port: int) -> str:
    """Return what to type into a browser on this machine.

    >>> address_of("0.0.0.0", 8080), address_of("::1", 8080)
    ('http://127.0.0.1:8080', 'http://[::1]:8080')
    """
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
