"""演示命令 — `yiwang demo`: the whole system in one process tree, one Ctrl-C."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from yiwang import main
from yiwang.commands.processes import Stopped, Tree, stop_on_signals
from yiwang.commands.running import SANDBOX, WITNESSES, data_folder, witness_folders
from yiwang.commands.sandbox import DEMO_SECRET, SECRET
from yiwang.commands.serving import free_port
from yiwang.commands.walk import wait_for
from yiwang.demo.accounts import open_accounts
from yiwang.demo.seed import seed
from yiwang.plumbing.database import Database, Unavailable, Unsafe
from yiwang.plumbing.migrations import Changed, migrate
from yiwang.plumbing.postgres import Access, AlreadyRunning, access
from yiwang.plumbing.postgres_programs import StartFailed
from yiwang.web import ACCOUNTS, DATABASE


def demo(
    port: Annotated[int, typer.Option(help="Port of the web server; the next free one is taken.")] = 8_017,
    data: Annotated[Path | None, typer.Option(help="Data folder; kept between runs.")] = None,
    accounts_json: Annotated[Path | None, typer.Option(help="Write the accounts, with headers, to this file.")] = None,
) -> None:
    """Start everything: database, demo data, sandbox departments, witnesses, worker, web server. Ctrl-C stops it."""
    folder = data_folder(data)
    stop_on_signals()
    try:
        with access(folder) as database:
            _run(database, folder, accounts_json, port)
    except AlreadyRunning as error:
        typer.echo(f"Already running: {error}. Stop it first, or choose another folder with --data.", err=True)
        raise typer.Exit(1) from error
    except (StartFailed, Unsafe, Unavailable, Changed, psycopg.Error) as error:
        typer.echo(f"Not started: {str(error).strip()}", err=True)
        raise typer.Exit(1) from error
    except Stopped:
        return


def _run(database: Access, folder: Path, accounts_json: Path | None, port: int) -> None:
    """Everything on top of the database, until somebody stops it; the database stops last."""
    tree = Tree(folder / "logs")
    try:
        accounts = _prepare(database)
        folder.mkdir(parents=True, exist_ok=True)
        secret_file = accounts_json or folder / "accounts.json"
        secret_file.write_bytes(msgspec.json.format(msgspec.json.encode(accounts), indent=1))
        secret_file.chmod(stat.S_IRUSR | stat.S_IWUSR)
        address = _start(tree, database.app, folder, secret_file, port)
        _show(address, accounts)
        tree.watch(database.keep)
    except Stopped:
        typer.echo("Stopping …")
    finally:
        tree.stop()


def _prepare(to: Access) -> list[dict[str, Any]]:
    migrate(to.owner)
    database = Database(to.app, max_size=2)
    try:
        database.check_safe()
        engine = main.engine(database)
        seed(engine)
        return open_accounts(engine)
    finally:
        database.close()


def _start(tree: Tree, conninfo: str, folder: Path, accounts: Path, port: int) -> str:
    web = free_port("127.0.0.1", port)
    sandbox = free_port("127.0.0.1", web + 1)
    witness = free_port("127.0.0.1", sandbox + 1)
    near, far = witness_folders(folder)
    tree.environment = {
        DATABASE: conninfo,
        ACCOUNTS: str(accounts),
        SECRET: DEMO_SECRET,
        SANDBOX: f"http://127.0.0.1:{sandbox}",
        WITNESSES: f"{near} http://127.0.0.1:{witness}",
    }
    tree.start("sandbox", "sandbox", "--port", str(sandbox))
    tree.start("witness", "witness", str(far), "--port", str(witness))
    tree.start("worker", "worker")
    tree.start("web", "serve", "--port", str(web))
    address = f"http://127.0.0.1:{web}"
    wait_for(address, 30)
    return address


def _show(address: str, accounts: list[dict[str, Any]]) -> None:
    table = Table(title="演示账号 demo accounts")
    for column in ("座位 seat", "姓名 name", "单位 organisation", "登录名 login", "密码 password"):
        table.add_column(column)
    for a in accounts:
        if a["shown"]:
            table.add_row(a["seat_name"], a["name"], a["organisation_name"], a["login"], a["password"])
    console = Console()
    console.print(table)
    console.print(f"\n[bold]一网 is ready: {address}[/bold]   Ctrl-C stops it.\n")
