"""命令行 — `yiwang`, one command a job."""

from __future__ import annotations

import sys

import typer

from yiwang.commands.bench import bench
from yiwang.commands.capsule import capsule
from yiwang.commands.check import check
from yiwang.commands.demo import demo
from yiwang.commands.due import due
from yiwang.commands.load import load
from yiwang.commands.load_calendar import load_calendar
from yiwang.commands.rebase import rebase
from yiwang.commands.reconcile import reconcile
from yiwang.commands.reorganise import reorganise
from yiwang.commands.running import migrate, serve, worker
from yiwang.commands.sandbox import sandbox
from yiwang.commands.simulate import simulate
from yiwang.commands.verify import verify
from yiwang.commands.walk import walk
from yiwang.commands.witness import witness

app = typer.Typer(
    name="yiwang",
    help="一网 — the province-wide unified government office system.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(migrate)
app.command()(check)
app.command()(due)
app.command()(sandbox)
app.command()(walk)
app.command()(witness)
app.command()(verify)
app.command()(capsule)
app.command()(reconcile)
app.command()(reorganise)
app.command()(rebase)
app.command()(bench)
app.command()(simulate)
load.command("calendar")(load_calendar)
app.add_typer(load)


def main() -> None:
    """The entry point; exit codes: 0 fine, 1 findings, 2 usage."""
    sys.exit(app())
