"""打开装置 — the engine of an installation for a command: a server's, a running one's, or one started for the while."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from yiwang import main
from yiwang.commands.running import data_folder
from yiwang.plumbing.database import Database, Unavailable
from yiwang.plumbing.postgres import DATABASE_URL, Access, NotRunning, access, attach
from yiwang.plumbing.work import Engine

# One snapshot of everything, however long it takes to look it through beside a system that works on.
STEADY = (
    "-c default_transaction_isolation=repeatable\\ read -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
)
USAGE = 2

DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help=f"Data folder of `yiwang demo`; else the server of {DATABASE_URL}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextlib.contextmanager
def _reach(data: Path | None) -> Iterator[Access]:
    """A running cluster is attached to, one that rests is started for the while."""
    folder = data_folder(data)
    if data is None and os.environ.get(DATABASE_URL):
        with access(folder) as found:
            yield found
        return
    try:
        running = attach(folder)
    except NotRunning:
        running = None
    if running is not None and _answers(running):
        yield running
    elif (folder / "pg").exists():
        with access(folder) as found:
            yield found
    else:
        raise typer.BadParameter(f"no installation in {folder}; name one with --data, or set {DATABASE_URL}")


def _answers(found: Access) -> bool:
    """A killed server leaves its pid file behind."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(found.app, connect_timeout=3):
        return True
    return False


@contextlib.contextmanager
def opened(data: Path | None, *, steady: bool = False) -> Iterator[Engine]:
    """打开: the engine of an installation; `steady` sees all of it as of one moment.

    BadParameter (exit 2) when there is none or it cannot be reached.
    """
    with contextlib.ExitStack() as stack:
        try:
            conninfo = stack.enter_context(_reach(data)).app
            if steady:
                given = conninfo_to_dict(conninfo).get("options") or ""
                conninfo = make_conninfo(conninfo, options=f"{given} {STEADY}".strip())
            database = Database(conninfo, max_size=2, wait=10.0, name="yiwang command")
            stack.callback(database.close)
            engine = main.engine(database)
        except (psycopg.Error, Unavailable) as error:
            raise typer.BadParameter(f"the database cannot be used: {str(error).strip()}") from error
        yield engine


def progress() -> Progress:
    """进度: a bar on the terminal's error stream; nothing where there is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
