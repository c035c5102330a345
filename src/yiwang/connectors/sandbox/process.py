"""沙箱进程 — one process, one event loop: says when it answers, ends at once when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from granian.constants import Interfaces
from granian.server.embed import Server

from yiwang.connectors.sandbox.app import Sandbox, build

EPHEMERAL = 32_768
"""Ports from here on may be taken by any client socket of the machine; a server keeps below."""

FIRST = 8_900


def claim(host: str, wanted: int, tries: int = 200) -> socket.socket:
    """占端口: the wanted port, or the next free one when it is 0 or taken, held against everybody who asks like this.

    The server's own socket shares its port (SO_REUSEPORT), so two servers started at once would both get it, and each
    half of the questions. OSError when none of the next `tries` ports is free.
    """
    first = wanted or FIRST
    for port in range(first, min(first + tries, EPHEMERAL)):
        holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections of an earlier process
            holder.bind((host, port))
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        except OSError:
            holder.close()
            continue
        return holder
    raise OSError(f"no free port from {first} on")


def serve(sandbox: Sandbox, host: str, port: int, ready: Callable[[int], None]) -> NoReturn:
    """沙箱服务: until SIGTERM or Ctrl-C; `ready` is told the port when the first question will be answered.

    The process ends here, without taking the interpreter down: a thread of the server that comes back for the
    interpreter while it goes aborts the process (granian 2.8, embedded), and nothing here is kept that could be lost.
    """
    with claim(host, port) as held:
        asyncio.run(_serve(sandbox, host, held.getsockname()[1], ready))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def _serve(sandbox: Sandbox, host: str, port: int, ready: Callable[[int], None]) -> None:
    server = Server(
        build(sandbox),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=1024,
        websockets=False,
        log_enabled=False,
    )

    def stop() -> None:
        sandbox.stopping.set()
        server.stop()  # type: ignore[no-untyped-call]  # granian tells no types here

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    telling = asyncio.create_task(_tell(host, port, ready))
    await server.serve()
    telling.cancel()


async def _tell(host: str, port: int, ready: Callable[[int], None]) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            break
        await asyncio.sleep(0.01)
    ready(port)
