"""基准命令 — `yiwang bench`: what an act costs, beside the same rows by bare psycopg in the same run."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Annotated, Any

import msgspec
import psycopg
import typer
from psycopg import sql
from psycopg.conninfo import make_conninfo
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from yiwang import main
from yiwang.commands import bench_bare, bench_data, bench_flow, bench_inbox, bench_sides
from yiwang.commands.bench_bare import ListeningDatabase, Notes
from yiwang.commands.bench_data import CLERK, Pattern
from yiwang.commands.bench_sides import Caller, Measured, Side, Target
from yiwang.commands.opening import AsJson, progress
from yiwang.commands.serving import free_port
from yiwang.commands.walk import wait_for
from yiwang.demo.seed import seed
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.plumbing import sessions
from yiwang.plumbing.database import Database
from yiwang.plumbing.migrations import migrate
from yiwang.plumbing.postgres import DATABASE_URL, Access, access
from yiwang.plumbing.postgres_roles import app_on_server
from yiwang.plumbing.work import Engine
from yiwang.web import application

HANDLER = "jst-handler-330000"
STAGE_OF = {"accept": "submitted", "step": "review", "look_up": "closed", "inbox": "review"}
SIDES = ("services", "bare", "http")
WARM = 10
VIEWED = 20  # pages of each view at each desk
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Bench:
    """台架: a loaded database with all that the sides need."""

    engine: Engine
    listening: Engine
    bare: psycopg.Connection[Any]
    watch: psycopg.Connection[Any]
    server: list[int]
    callers: dict[str, Caller]
    made: list[Pattern]
    cases: int


def bench(
    cases: Annotated[int, typer.Option(help="Cases loaded beforehand.", min=400, max=MOST)] = 4_000,
    seconds: Annotated[float, typer.Option(help="Time for measuring, all in all.", min=1, max=36_000)] = 20,
    inbox_rows: Annotated[
        int, typer.Option(help="Tasks in the inbox table; then every view of a desk is measured too.", min=0, max=MOST)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure accept, step, look_up and inbox through the services, over HTTP and by bare psycopg, side by side.

    Takes a database of its own, embedded or on the server that YIWANG_DATABASE_URL names, and drops it afterwards.
    """
    with own_database() as own, progress() as bar:
        report = run(own, cases, seconds, bar, inbox_rows)
    if as_json:
        typer.echo(msgspec.json.encode(report).decode())
    else:
        _show(report)


@contextlib.contextmanager
def own_database() -> Iterator[Access]:
    """A migrated database that is gone afterwards."""
    url = os.environ.get(DATABASE_URL)
    if not url:
        with tempfile.TemporaryDirectory(prefix="yiwang-bench-") as folder:
            Path(folder).chmod(0o755)
            with access(Path(folder) / "data") as found:
                migrate(found.owner)
                yield found
        return
    name = f"yiwang_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            owner = make_conninfo(url, dbname=name)
            migrate(owner)
            yield Access(owner, app_on_server(owner))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run(own: Access, cases: int, seconds: float, bar: Progress, inbox_rows: int = 0) -> dict[str, Any]:
    """Load, measure, and what came of it."""
    with contextlib.ExitStack() as stack:
        clock = SimulatedClock(main.real_clock())
        engine = main.engine(_pool(stack, Database(own.app, max_size=2, name="bench services")), clock)
        seed(engine)
        made = bench_data.patterns(engine, clock, own.owner)
        clock.now = main.real_clock() + timedelta(seconds=1)
        task = bar.add_task("load", total=cases)
        started = time.perf_counter()
        bench_data.load(own.owner, made, cases, lambda done: bar.update(task, completed=done))
        loading = time.perf_counter() - started
        built = _build(stack, own, engine, made, cases)
        acts = bench_sides.acts(engine, _actor(engine, CLERK), _actor(engine, HANDLER))
        task = bar.add_task("measure", total=len(acts))
        measured = {}
        for one in acts:
            measured[one.name] = measure(built, one, seconds / len(acts))
            bar.advance(task)
        report = {
            "cases": cases,
            "bytes_per_case": round(bench_data.size(own.owner) / cases),
            "load": {"seconds": round(loading, 1), "cases_per_second": round(cases / loading)},
            "advance": bench_flow.measure(),
            "acts": measured,
        }
        if inbox_rows:
            report["inbox"] = _inbox(own, built, inbox_rows, bar)
        return report


def _inbox(own: Access, built: Bench, rows: int, bar: Progress) -> dict[str, Any]:
    """Every view of desks small and huge, with this many tasks in the table."""
    task = bar.add_task("inbox", total=2)
    with psycopg.connect(own.owner, autocommit=True) as connection:
        seconds = bench_inbox.load(connection, rows, main.real_clock())
    bar.advance(task)
    desks = bench_inbox.measure(
        built.engine, built.listening, built.bare, lambda name: _backends(built, name)(), VIEWED
    )
    bar.advance(task)
    return {"rows": rows, "seconds": round(seconds, 1), "views": len(bench_inbox.VIEWS), "desks": desks}


def _pool(stack: contextlib.ExitStack, database: Database) -> Database:
    stack.callback(database.close)
    return database


def _actor(engine: Engine, person: str) -> Actor:
    with engine.begin(SYSTEM) as work:
        return directory.actor_of(work, person, "", "bench")


def _build(stack: contextlib.ExitStack, own: Access, engine: Engine, made: list[Pattern], cases: int) -> Bench:
    listener = ListeningDatabase(own.app, max_size=2, name="bench listening")
    listener.notes = Notes()
    listening = main.engine(_pool(stack, listener), engine.clock)
    bare = stack.enter_context(psycopg.connect(own.app, autocommit=True, application_name="bench bare"))
    watch = stack.enter_context(psycopg.connect(own.owner, autocommit=True, application_name="bench watch"))
    server, port = _serve(stack, own.app)
    callers = {}
    with engine.begin(SYSTEM, at=main.real_clock()) as work:
        for person in (CLERK, HANDLER):
            data = {"actor": msgspec.to_builtins(directory.actor_of(work, person, "", "bench")), "csrf": ""}
            token = sessions.start(work, person, data, timedelta(hours=10)).token
            callers[person] = Caller("127.0.0.1", port, token)
            stack.callback(callers[person].close)
    return Bench(engine, listening, bare, watch, server, callers, made, cases)


def _serve(stack: contextlib.ExitStack, conninfo: str) -> tuple[list[int], int]:
    """A web server of its own on the database; the processes of its tree and its port."""
    port = free_port("127.0.0.1", 8_700)
    program = f"from yiwang.commands.serving import serve; serve('yiwang.web:web', '127.0.0.1', {port})"
    environment = {**os.environ, DATABASE_URL: conninfo}
    process = Popen([sys.executable, "-c", program], env=environment, stdout=DEVNULL, stderr=DEVNULL)
    stack.callback(process.wait, timeout=15)
    stack.callback(process.terminate)
    wait_for(f"http://127.0.0.1:{port}", 60)
    return bench_sides.children(process.pid), port


def measure(built: Bench, one: Measured, seconds: float) -> dict[str, Any]:
    """One act on its three sides, a few by each in turn, so that what else the machine does meets all of them."""
    rows = bench_data.at_stage(built.made, STAGE_OF[one.name], built.cases)
    found: Iterator[Target] = (bench_sides.target(built.watch, at) for _, at in rows)
    if one.name in ("look_up", "inbox"):
        found = itertools.cycle(list(itertools.islice(found, 200)))
    first = next(found)
    call = built.callers[one.who.person]
    sides = {
        "services": bench_sides.by_services(one, built.engine, _backends(built, "bench services"), found),
        "bare": bench_sides.by_bare_driver(one, built.listening, built.bare, _backends(built, "bench bare"), found),
        "http": bench_sides.over_http(one, call, built.server, _backends(built, "yiwang"), found),
    }
    for side in sides.values():
        side.batch(WARM)
        side.forget()
    notes = bench_sides.listen(one, built.listening, first)
    plain = bench_bare.plainly(notes)
    sides["services"].round_trips = notes.round_trips
    sides["bare"].round_trips = len(plain) + bench_bare.TRANSACTION
    sides["http"].round_trips = _asked(built, one, call, first)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and all(side.batch() for side in sides.values()):
        pass
    return _compared(sides, sum(not p.reads for p in plain))


def _backends(built: Bench, name: str) -> Callable[[], float]:
    """Processor time of the database sessions of one program; nothing for a server on another machine."""

    def so_far() -> float:
        rows = built.watch.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", (name,)).fetchall()
        return bench_sides.spent([pid for (pid,) in rows])

    return so_far


def _asked(built: Bench, one: Measured, call: Caller, on: Target) -> int:
    """Round trips of the request, heard in this process."""
    method, path, body = one.request(on)
    app = application(built.listening, secure=False)
    notes = bench_sides.notes_of(built.listening)
    status = bench_sides.asked(app, method, path, call.headers(method), json.dumps(body).encode() if body else b"")
    assert status == 200, status
    return notes.round_trips


def _compared(sides: dict[str, Side], rows: int) -> dict[str, Any]:
    figures = {name: side.figures() for name, side in sides.items()}
    bare = figures["bare"]

    def cpu(of: dict[str, float | int]) -> float:
        return of["app_cpu_ms"] + of["db_cpu_ms"]

    ratios = {
        name: {
            "p50": round(figures[name]["p50_ms"] / bare["p50_ms"], 2) if bare["p50_ms"] else None,
            "cpu": round(cpu(figures[name]) / cpu(bare), 2) if cpu(bare) else None,
        }
        for name in ("services", "http")
    }
    return {"rows_written": rows, **figures, "ratio_to_bare": ratios}


def _show(report: dict[str, Any]) -> None:
    table = Table(
        title=f"{report['cases']} cases, {report['bytes_per_case']} bytes a case; times in ms", box=SIMPLE_HEAD
    )
    for column in (
        "act",
        "side",
        "acts",
        "p50 ms",
        "p99 ms",
        "app CPU ms",
        "db CPU ms",
        "round trips",
        "× p50",
        "× CPU",
    ):
        table.add_column(column, justify="left" if column in ("act", "side") else "right")
    for name, act in report["acts"].items():
        for side in SIDES:
            figures, ratio = act[side], act["ratio_to_bare"].get(side, {"p50": 1, "cpu": 1})
            cells = (figures[k] for k in ("acts", "p50_ms", "p99_ms", "app_cpu_ms", "db_cpu_ms", "round_trips"))
            table.add_row(
                name if side == SIDES[0] else "", side, *map(str, cells), str(ratio["p50"]), str(ratio["cpu"])
            )
    Console().print(table)
    loaded = report["load"]
    flow = report["advance"]
    Console().print(
        f"a step of the joint flow, JSON in and out: {flow['us']} µs of CPU; a bare token game {flow['bare_us']} µs "
        f"(× {flow['ratio']})"
    )
    for desk, found in report.get("inbox", {}).get("desks", {}).items():
        ours, bare = found["services"], found["bare"]
        Console().print(
            f"inbox, desk of {desk} among {report['inbox']['rows']}: p50 {ours['p50_ms']} p95 {ours['p95_ms']} ms over "
            f"{report['inbox']['views']} views (worst: {found['worst']['view']} {found['worst']['p95_ms']} ms); CPU "
            f"{ours['app_cpu_ms']} + {ours['db_cpu_ms']} ms, bare {bare['app_cpu_ms']} + {bare['db_cpu_ms']} "
            f"(× {found['ratio_to_bare']})"
        )
    Console().print(f"loaded in {loaded['seconds']} s, {loaded['cases_per_second']} cases/s")
