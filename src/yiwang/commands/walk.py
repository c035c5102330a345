"""走查命令 — `yiwang walk`: the seed's three examples end to end, on real parts and simulated days."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from yiwang import main
from yiwang.commands.sandbox import DEMO_SECRET, SECRET
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.seed import seed
from yiwang.demo.walk import SimulatedClock, Walk, scripts
from yiwang.plumbing.database import Database
from yiwang.plumbing.migrations import migrate
from yiwang.plumbing.postgres import access


@contextlib.contextmanager
def sandbox_process() -> Iterator[str]:
    """The sandbox departments in a process of their own; gives their address."""
    environment = {**os.environ, SECRET: DEMO_SECRET}
    command = [sys.executable, "-m", "yiwang", "sandbox", "--port", "8900"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    try:
        assert process.stdout is not None
        said = msgspec.json.decode(process.stdout.readline())
        address = f"http://{said['host']}:{said['port']}"
        wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=15)


def wait_for(address: str, seconds: float = 15.0) -> None:
    """Until somebody answers at this address; TimeoutError when nobody does."""
    deadline = time.monotonic() + seconds
    client = DepartmentClient(address, b"")
    try:
        while not client.answers():
            if time.monotonic() > deadline:
                raise TimeoutError(address)
            time.sleep(0.05)
    finally:
        client.close()


@contextlib.contextmanager
def throwaway_database() -> Iterator[str]:
    """A migrated database that is gone afterwards; or the one that YIWANG_DATABASE_URL names."""
    with tempfile.TemporaryDirectory(prefix="yiwang-walk-") as folder:
        Path(folder).chmod(0o755)
        with access(Path(folder) / "data") as database:
            migrate(database.owner)
            yield database.app


def run() -> list[dict[str, Any]]:
    """The three examples, each with all that happened."""
    with throwaway_database() as conninfo, sandbox_process() as address:
        database = Database(conninfo)
        clock = SimulatedClock()
        engine = main.engine(database, clock)
        seed(engine)
        client = DepartmentClient(address, bytes.fromhex(DEMO_SECRET))
        walker = Walk(engine, clock, main.runners(client, WebhookClient()))
        firms = [(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))]
        try:
            return [walker.play(script) for script in scripts(firms)]
        finally:
            client.close()
            database.close()


def walk(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Walk the seed's examples from window to hand, on simulated days from 2017-08-14."""
    cases = run()
    if as_json:
        typer.echo(msgspec.json.encode(cases).decode())
    else:
        _show(cases)
    if not all(case["journal_ok"] and case["visits"] <= 1 and case["result"] for case in cases):
        raise typer.Exit(1)


def _show(cases: list[dict[str, Any]]) -> None:
    console = Console()
    for case in cases:
        table = Table(title=f"{case['item']}  {case['number']}", title_justify="left", show_lines=False)
        for column in ("时间", "人员", "机构", "事项"):
            table.add_column(column)
        for act in case["acts"]:
            table.add_row(act["at"][:16].replace("T", " "), act["actor"], act["organisation"], act["act"])
        console.print(table)
        console.print(
            f"受理 {case['accepted_on']}  时限 {case['limit']}  承诺 {case['promised_due']}  法定 {case['legal_due']}"
            f"  停计 {case['excluded_days']} 日  决定 {case['decided_on']}  跑 {case['visits']} 次"
        )
        console.print(f"申请人提供：{'、'.join(case['asked'])}")
        console.print("政府已有：" + "、".join(f"{f['data_item']}←{f['source']}" for f in case["fetched"]))
        console.print(f"结果：{'、'.join(case['result'])}  评价：{case['rating']}  卷宗完整：{case['journal_ok']}\n")
