"""模拟命令 — `yiwang simulate`: a year of the real rules and services in simulated time, watched at every step."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from yiwang.commands.opening import AsJson, progress
from yiwang.commands.year import picture, pure, real
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.lives import Broken
from yiwang.commands.year.systems import Remote, sandbox
from yiwang.connectors.sandbox import holdings

RULES_CASES, SERVICE_CASES = 200_000, 1_000
WIDE = 130
COLUMNS = (
    ("部门", "", "{}"),
    ("收件", "received", "{:,}"),
    ("决定", "decided", "{:,}"),
    ("按时 %", "on_time_percent", "{:.1f}"),
    ("承诺", "promised_mean", "{:.1f}"),
    ("平均", "taken_mean", "{:.1f}"),
    ("中位", "taken_median", "{}"),
    ("95 %", "taken_95", "{}"),
    ("逾期", "overdue", "{:,}"),
    ("停计日", "stopped_days", "{:,}"),
    ("占用日", "charged_days", "{:,}"),
    ("未复函", "silent", "{:,}"),
)


def simulate(
    seed: Annotated[int, typer.Option(help="The year is the same for the same seed.")] = 1,
    days: Annotated[int, typer.Option(help="Working days.", min=1, max=2_000)] = 250,
    cases: Annotated[int | None, typer.Option(help="How many come in.", min=4)] = None,
    rules_only: Annotated[bool, typer.Option("--pure", help="The rules alone, without a database.")] = False,
    processes: Annotated[int, typer.Option(help="Processes of the rules alone.", min=1, max=4)] = 2,
    http: Annotated[
        str, typer.Option(help="This line of departments answers over HTTP, as a process of its own.")
    ] = "",
    picture_file: Annotated[Path | None, typer.Option("--picture", help="Draw the year into this SVG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a year and watch it: none lost, none doubled, at most one visit, no day missing, no due date wrong.

    Exit 1 where something did not hold, with the seed, the day, the case and what it was.
    """
    wanted = cases if cases is not None else RULES_CASES if rules_only else SERVICE_CASES
    started = perf_counter()
    try:
        figures = _rules(seed, days, wanted, processes) if rules_only else _services(seed, days, wanted, http)
    except Broken as broken:
        _broken(seed, broken, as_json=as_json)
        raise typer.Exit(1) from broken
    seconds = perf_counter() - started
    told = {"seed": seed, "pure": rules_only, "seconds": round(seconds, 1), "digest": figures.digest()}
    report = {**told, **figures.report()}
    if picture_file is not None:
        mode = "只用规则" if rules_only else "全部服务"
        picture_file.write_text(picture.draw(figures, seed, mode), "utf-8")
    if as_json:
        typer.echo(msgspec.json.encode(report).decode())
    else:
        _show(figures, report)


def _rules(seed: int, days: int, cases: int, processes: int) -> Figures:
    with progress() as bar:
        task = bar.add_task("simulate", total=days * pure.PARTS)
        return pure.play(seed, days, cases, processes=processes, told=lambda done: bar.update(task, completed=done))


def _services(seed: int, days: int, cases: int, http: str) -> Figures:
    with ExitStack() as stack:
        bar, database = stack.enter_context(progress()), stack.enter_context(real.throwaway())
        remote = None
        if http:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="yiwang-year-")))
            remote = Remote(http, stack.enter_context(sandbox(folder)))
        task = bar.add_task("simulate", total=days)
        played = real.play(database, seed, days, cases, lambda done: bar.update(task, completed=done), remote=remote)
    return played.figures


def _broken(seed: int, broken: Broken, *, as_json: bool) -> None:
    facts: dict[str, Any] = {
        "seed": seed,
        "day": broken.day,
        "case": broken.case,
        "invariant": broken.invariant,
        "facts": str(broken.facts),
    }
    if as_json:
        typer.echo(msgspec.json.encode({"broken": facts}).decode())
    else:
        typer.echo("  ".join(f"{name}: {value}" for name, value in facts.items()))


def _show(figures: Figures, report: dict[str, Any]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    names = holdings.lines()
    table = Table(box=SIMPLE_HEAD)
    for title, key, _ in COLUMNS:
        table.add_column(title, justify="right" if key else "left", no_wrap=True)
    for line, row in report["lines"].items():
        cells = [names.get(line, line)]
        cells += ["—" if row[key] is None else shape.format(row[key]) for _, key, shape in COLUMNS[1:]]
        table.add_row(*cells)
    console.print(table)
    ended = "，".join(f"{ENDS.get(end, end)} {count:,}" for end, count in report["ended"].items())
    came = "，".join(f"跑 {times} 次 {count:,}" for times, count in report["visits"].items())
    console.print(f"收件 {report['received']:,}：{ended}，在办 {report['open']:,}。{came}。")
    rate = report["received"] / report["seconds"] if report["seconds"] else 0
    console.print(
        f"种子 {report['seed']}，{report['from']} 至 {report['to']}，核对 {figures.checks:,} 次，无一不符；"
        f"{report['seconds']} 秒（每秒 {rate:,.0f} 件）；摘要 {report['digest']}"
    )


ENDS = {"done": "办结", "refused": "不予受理", "withdrawn": "撤回", "terminated": "终止"}
