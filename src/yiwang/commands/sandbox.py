"""沙箱命令 — `yiwang sandbox`: the departments' own systems, played with synthetic people and firms."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from litestar import Litestar

from yiwang.commands.serving import free_port, serve
from yiwang.connectors.sandbox.app import build

SECRET = "YIWANG_DEPARTMENT_SECRET"
TOKEN = "YIWANG_SANDBOX_TOKEN"  # noqa: S105 — the name of a variable, not a secret
DEMO_SECRET = "00" * 32


def application() -> Litestar:
    """The sandbox as its server makes it, with secret and token from the environment."""
    return build(bytes.fromhex(os.environ.get(SECRET, DEMO_SECRET)), os.environ.get(TOKEN, "sandbox"))


def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes the next free one.")] = 8_900,
) -> None:
    """Play the departments' own systems over HTTP (people and firms are synthetic)."""
    chosen = free_port(host, port)
    typer.echo(f'{{"ready": true, "host": "{host}", "port": {chosen}}}')
    serve("yiwang.commands.sandbox:application", host, chosen)
