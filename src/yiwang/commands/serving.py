"""服务进程 — how an application is served: one granian, its workers, a port that is free, a word when it is ready."""

from __future__ import annotations

import socket
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

EPHEMERAL = 32_768
"""Ports from here on may be taken by any client socket of the machine; a server keeps below."""


def free_port(host: str, wanted: int, tries: int = 200) -> int:
    """The wanted port, or the next free one when it is 0 or taken; below the ephemeral range.

    OSError when none of the next `tries` ports is free.
    """
    first = wanted or 8_017
    for port in range(first, min(first + tries, EPHEMERAL)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {first} on")


def serve(target: str, host: str, port: int, *, workers: int = 1, log: bool = False) -> None:
    """Serve a factory (`module:function`) until the process is told to stop."""
    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        blocking_threads=None,
        runtime_threads=1,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_enabled=log,
        workers_kill_timeout=5,
        respawn_failed_workers=True,
        working_dir=Path.cwd(),
    ).serve()
