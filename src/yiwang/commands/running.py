"""运行命令 — `yiwang serve`, `worker`, `migrate`: the processes of an installation."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from yiwang import main
from yiwang.commands.processes import Stopped, stop_on_signals
from yiwang.commands.sandbox import DEMO_SECRET, SECRET
from yiwang.commands.serving import free_port
from yiwang.commands.serving import serve as serve_application
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.plumbing import outbox, telemetry
from yiwang.plumbing.database import Database, Unavailable, Unsafe
from yiwang.plumbing.migrations import migrate as bring_up
from yiwang.web import DATABASE

SANDBOX = "YIWANG_DEPARTMENTS_URL"
PAUSE = 0.2


def _database_url() -> str:
    url = os.environ.get(DATABASE)
    if not url:
        typer.echo(f"Set {DATABASE}, or run `yiwang demo`, which brings its own database.", err=True)
        raise typer.Exit(2)
    return url


def migrate() -> None:
    """Bring the database to today's schema; the number of steps is printed."""
    for step in bring_up(_database_url()):
        typer.echo(f"{step.system} {step.name}")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes the next free one.")] = 8_017,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, max=64)] = 1,
) -> None:
    """Serve desks and gateway."""
    url = _database_url()
    database = Database(url, min_size=1, max_size=1)
    try:
        database.check_safe()
    except (Unsafe, Unavailable) as error:
        typer.echo(f"Not started: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        database.close()
    chosen = free_port(host, port)
    typer.echo(msgspec.json.encode({"ready": True, "host": host, "port": chosen}).decode())
    serve_application("yiwang.web:web", host, chosen, workers=workers)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now and end.")] = False,
) -> None:
    """Do the errands of the outbox: timers, questions to departments, messages. Run as many as needed."""
    url = _database_url()
    telemetry.configure(as_json=not sys.stderr.isatty())
    database = Database(url, min_size=1, max_size=4, name="yiwang worker")
    secret = bytes.fromhex(os.environ.get(SECRET, DEMO_SECRET))
    client = DepartmentClient(os.environ.get(SANDBOX, "http://127.0.0.1:8900"), secret)
    engine = main.engine(database)
    runners = main.runners(client, WebhookClient())
    stop_on_signals()
    try:
        while True:
            done = 0
            try:
                done = sum(outbox.drain(engine, runners, lane) for lane in main.LANES)
            except Unavailable:
                time.sleep(1.0)
            if once:
                return
            if not done:
                time.sleep(PAUSE)
    except Stopped:
        return
    finally:
        client.close()
        database.close()


def data_folder(given: Path | None) -> Path:
    """Where an embedded installation keeps its data: what was given, else a folder in the user's own."""
    if given is not None:
        return given
    root = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(root) / "yiwang" / "demo"
