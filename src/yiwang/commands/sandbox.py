"""沙箱命令 — `yiwang sandbox`: the departments' own systems, played with synthetic people and firms."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import typer

from yiwang.connectors.sandbox.app import Sandbox
from yiwang.connectors.sandbox.process import serve

SECRET = "YIWANG_DEPARTMENT_SECRET"  # noqa: S105 — the name of a variable, not a secret
TOKEN = "YIWANG_SANDBOX_TOKEN"  # noqa: S105 — the name of a variable, not a secret
CLIENT = "yiwang"
DEMO_SECRET = "00" * 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; when it is taken, the next free one; 0 takes any.")] = 8_900,
    token: Annotated[str, typer.Option(envvar=TOKEN, help="Opens the console; made up and printed when absent.")] = "",
    secret: Annotated[
        str, typer.Option(envvar=SECRET, help="The asker's secret, 64 hex digits.", show_default=False)
    ] = DEMO_SECRET,
    secrets_file: Annotated[
        Path | None, typer.Option(help='Askers and their secrets in place of --secret: {"client": "hex digits"}.')
    ] = None,
) -> None:
    """Play the departments' own systems over HTTP (people and firms are synthetic)."""
    clients = _clients(secret, secrets_file)
    if host not in LOOPBACK and bytes.fromhex(DEMO_SECRET) in clients.values():
        raise typer.BadParameter("the demo's secret serves this machine only; give a secret of your own")
    if not token:
        token = token_hex(16)
        typer.echo(f"console token: {token}", err=True)
    serve(Sandbox(clients, token), host, port, lambda chosen: _ready(host, chosen))


def _clients(secret: str, secrets_file: Path | None) -> dict[str, bytes]:
    """Client id → secret; BadParameter when unreadable or shorter than 32 bytes."""
    try:
        given = json.loads(secrets_file.read_text("utf-8")) if secrets_file else {CLIENT: secret}
        clients = {str(client): bytes.fromhex(digits) for client, digits in given.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise typer.BadParameter(f"secrets: {error}") from error
    if not clients or min(map(len, clients.values())) < 32:
        raise typer.BadParameter("secrets: 32 bytes (64 hex digits) at least")
    return clients


def _ready(host: str, port: int) -> None:
    typer.echo(json.dumps({"ready": True, "host": host, "port": port}))
