"""运行命令 — `yiwang serve`, `worker`, `migrate`: the processes of an installation."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import psycopg
import typer

from yiwang import main
from yiwang.casework.service import recalendar, watch
from yiwang.commands.processes import Stopped, stop_on_signals
from yiwang.commands.sandbox import DEMO_SECRET, SECRET
from yiwang.commands.serving import free_port
from yiwang.commands.serving import serve as serve_application
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.connectors.witness.client import witnesses
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing import outbox, sealing, telemetry
from yiwang.plumbing.database import Database, Unavailable, Unsafe
from yiwang.plumbing.migrations import Changed, pending
from yiwang.plumbing.migrations import migrate as bring_up
from yiwang.plumbing.shift import Round, Shift
from yiwang.plumbing.work import Engine
from yiwang.web import DATABASE

SANDBOX = "YIWANG_DEPARTMENTS_URL"
WITNESSES = "YIWANG_WITNESSES"
SEALING = 2.0
"""Seconds between two looks for what is not sealed yet."""


def _database_url() -> str:
    url = os.environ.get(DATABASE)
    if not url:
        typer.echo(f"Set {DATABASE}, or run `yiwang demo`, which brings its own database.", err=True)
        raise typer.Exit(2)
    return url


def migrate() -> None:
    """Bring the database to today's schema; each step is printed."""
    try:
        steps = bring_up(_database_url())
    except (Changed, psycopg.Error) as error:
        typer.echo(f"Not migrated: {str(error).strip()}", err=True)
        raise typer.Exit(1) from error
    for step in steps:
        typer.echo(f"{step.system} {step.name}")


def _usable(url: str) -> None:
    """Exit 1 unless the database is safe and its schema is today's."""
    database = Database(url, min_size=1, max_size=1, wait=10.0)
    try:
        database.check_safe()
        with database.connection() as connection:
            missing = pending(connection)
    except (Unsafe, Unavailable, Changed) as error:
        typer.echo(f"Not started: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        database.close()
    if missing:
        typer.echo(f"Not started: run `yiwang migrate` first ({', '.join(missing)}).", err=True)
        raise typer.Exit(1)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes the next free one.")] = 8_017,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, max=64)] = 1,
) -> None:
    """Serve desks and gateway."""
    _usable(_database_url())
    chosen = free_port(host, port)
    typer.echo(msgspec.json.encode({"ready": True, "host": host, "port": chosen}).decode())
    serve_application("yiwang.web:web", host, chosen, workers=workers)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now and end.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Print the errands that were given up.")] = False,
    revive: Annotated[bool, typer.Option("--revive", help="Put the errands that were given up back in line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dead: print JSON.")] = False,
) -> None:
    """Do the errands of the outbox: timers, questions to departments, messages. Run as many as needed."""
    url = _database_url()
    telemetry.configure(as_json=not sys.stderr.isatty())
    _usable(url)
    stop_on_signals()
    database = Database(url, min_size=1, max_size=8, name="yiwang worker")
    client = DepartmentClient(
        os.environ.get(SANDBOX, "http://127.0.0.1:8900"), bytes.fromhex(os.environ.get(SECRET, DEMO_SECRET))
    )
    try:
        engine = main.engine(database)
        runners = main.runners(client, WebhookClient())
        if dead or revive:
            _dead_letters(engine, revive=revive, as_json=as_json)
        elif once:
            while sum(outbox.drain(engine, runners, lane) for lane in main.LANES):
                pass
            recalendar.recompute(engine)
            watch.sweep(engine)
            _seal(engine)
        else:
            Shift(engine, runners, main.LANES, rounds(engine)).run()
    except Stopped:
        return
    finally:
        client.close()
        database.close()


def rounds(engine: Engine) -> list[Round]:
    """巡: what a worker does again and again beside the errands."""
    return [
        Round("sealing", SEALING, lambda: _seal(engine)),
        Round("clock", watch.ROUND, lambda: (recalendar.recompute(engine), watch.sweep(engine))),
    ]


def _seal(engine: Engine) -> None:
    """Seal what the journal has by now, and tell the witnesses."""
    while sealing.seal(engine) == sealing.MOST:
        pass
    sealing.tell(engine, witnesses(os.environ.get(WITNESSES, "")))


def _dead_letters(engine: Engine, *, revive: bool, as_json: bool) -> None:
    """What was given up, or how many of them are in line again."""
    with engine.begin(SYSTEM) as work:
        found = outbox.dead(work)
        if revive:
            typer.echo(f"{outbox.revive(work)} errands are due again")
            return
    if as_json:
        names = ("home", "id", "kind", "key", "error")
        typer.echo(msgspec.json.encode([dict(zip(names, row, strict=True)) for row in found]).decode())
        return
    for home, errand, kind, key, error in found:
        typer.echo(f"{home}  {errand}  {kind}  {key}  {error}")
    typer.echo(f"{len(found)} dead")


def data_folder(given: Path | None) -> Path:
    """Where an embedded installation keeps its data: what was given, else a folder in the user's own."""
    if given is not None:
        return given
    root = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(root) / "yiwang" / "demo"


def witness_folders(data: Path) -> tuple[Path, Path]:
    """Where the two witnesses of an embedded installation keep their heads: its own, and that of the process."""
    return data / "witness" / "near", data / "witness" / "far"
