"""见证命令 — `yiwang witness`: keeps the signed heads of somebody else's journal, and refuses one that forgets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from yiwang.commands.processes import Stopped, stop_on_signals
from yiwang.commands.serving import free_port
from yiwang.connectors.witness.file import FileWitness
from yiwang.connectors.witness.server import serving


def witness(
    folder: Annotated[Path, typer.Argument(help="Where the heads are kept, one a line.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; when it is taken, the next free one.")] = 8_950,
    key: Annotated[str, typer.Option(help="The only key whose heads are taken, 64 hex digits; else the first.")] = "",
) -> None:
    """Be a witness of a sealed journal. Run it where the installation's administrators have no rights."""
    try:
        pinned = bytes.fromhex(key)
    except ValueError as error:
        raise typer.BadParameter(f"key: {error}") from error
    stop_on_signals()
    chosen = free_port(host, port)
    with serving(host, chosen, FileWitness(folder, pinned)) as server:
        typer.echo(json.dumps({"ready": True, "host": host, "port": chosen}))
        try:
            server.serve_forever()
        except Stopped:
            return
