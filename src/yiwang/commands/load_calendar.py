"""导入日历命令 — `yiwang load calendar FILE`: a new year's notice, the days and due dates it moves, and the import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml

from yiwang.casework.service import recalendar
from yiwang.casework.service.recalendar import Moved, Recomputed
from yiwang.commands.load import LineError, Unreadable, errors_of
from yiwang.commands.opening import AsJson, DataFolder, opened, progress
from yiwang.ground import notice
from yiwang.ground.actor import SYSTEM
from yiwang.ground.notice import Notice
from yiwang.ground.number import show
from yiwang.ground.outcome import Refused
from yiwang.plumbing import notices
from yiwang.plumbing.work import Engine

MOST_SHOWN = 20


class _Day(msgspec.Struct):
    date: date
    before: str
    after: str
    name: str


class _Case(msgspec.Struct):
    """A case whose dates move: each date before and after, that of what was tolerated and the last days of its timers
    too, and the days that do it.
    """

    number: str
    deciding: str
    promised: tuple[date | None, date | None]
    legal: tuple[date | None, date | None]
    steps: dict[str, tuple[date | None, date | None]]
    days: list[date]
    tolerance: tuple[date | None, date | None] = (None, None)
    timers: dict[str, tuple[date, date]] = {}


class _Report(msgspec.Struct):
    document: str
    year: int
    calendar: tuple[str, str]
    applied: bool
    days: list[_Day]
    open: int
    moved: int
    cases: list[_Case]
    recomputed: Recomputed | None = None
    errors: list[LineError] = []


def load_calendar(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV with 日期,类别,节日,文号 (a day or A..B; 放假 or 上班), or YAML with document and days.",
        ),
    ],
    data: DataFolder = None,
    apply: Annotated[bool, typer.Option("--apply", help="Import it and reckon every open case again.")] = False,
    as_json: AsJson = False,
    by: Annotated[str, typer.Option(help="Code of whoever imports.")] = "loader",
) -> None:
    """Show which days a new year's notice changes and which due dates of open cases move; with --apply do it.

    A notice with anything wrong in it changes nothing (exit 1). Closed cases keep their dates.
    """
    with opened(data) as engine:
        try:
            read = notice.read(_rows(file))
        except (Refused, Unreadable) as refusal:
            _refuse(errors_of(refusal), as_json=as_json, file=file)
            raise typer.Exit(1) from refusal
        report, moved = _try(engine, read)
        if apply and report.days:
            report = _apply(engine, read, report, by)
    if as_json:
        report.cases = [_case(one) for one in moved]
        typer.echo(msgspec.json.encode(report).decode())
    else:
        _tell(report, moved)


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(1, "not UTF-8") from error
    if file.suffix in (".yaml", ".yml"):
        yield from _of_yaml(text)
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield reader.line_num, {k: v for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
    except csv.Error as error:
        raise Unreadable(reader.line_num + 1, "not CSV") from error


def _of_yaml(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """`document: …` and `days:`, a list of `{day: 2027-01-01..2027-01-03, kind: 放假, name: 元旦}`."""
    try:
        plain: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 — texts, lists and mappings, nothing else
        rows = plain["days"]
        for number, row in enumerate(rows, 1):
            yield (
                number,
                {
                    notice.DAY: str(row["day"]),
                    notice.KIND: str(row["kind"]),
                    notice.NAME: str(row["name"]),
                    notice.DOCUMENT: str(plain.get("document", "")),
                },
            )
    except (yaml.YAMLError, RecursionError, KeyError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable(mark.line + 1 if mark is not None else 1, "not a notice in YAML") from error


def _try(engine: Engine, read: Notice) -> tuple[_Report, list[Moved]]:
    """What would be: changed days, and the open cases whose dates move."""
    with engine.begin(SYSTEM) as work, progress() as bar:
        new = notices.revised(work.calendar, read)
        changed = recalendar.changes(work.calendar, new)
        line = bar.add_task("open cases", total=None)
        moved, looked = [], 0
        for one in recalendar.preview(work, new):
            looked += 1
            bar.update(line, completed=looked)
            if one is not None:
                moved.append(one)
        report = _Report(
            document=read.document,
            year=read.year,
            calendar=(work.calendar.version, new.version),
            applied=False,
            days=[_Day(c.date, c.before, c.after, c.name) for c in changed],
            open=looked,
            moved=len(moved),
            cases=[],
        )
        if work.calendar.provisional(date(read.year, 1, 1), date(read.year, 1, 1)) and not report.days:
            report.days = [_Day(date(read.year, 1, 1), "provisional", "published", "")]
    return report, moved


def _apply(engine: Engine, read: Notice, report: _Report, by: str) -> _Report:
    with engine.begin(SYSTEM) as work:
        notices.bring_in(work, read, by)
    with progress() as bar:
        line = bar.add_task("reckoned again", total=report.open)
        report.recomputed = recalendar.recompute(engine, each=lambda looked: bar.update(line, completed=looked))
    report.applied = True
    return report


def _case(one: Moved) -> _Case:
    steps = {s: (one.was.steps.get(s), d) for s, d in one.now.steps.items() if one.was.steps.get(s) != d}
    return _Case(
        number=one.number,
        deciding=one.deciding,
        promised=(one.was.promised, one.now.promised),
        legal=(one.was.legal, one.now.legal),
        steps=steps,
        days=[day.date for day in one.days],
        tolerance=(one.was.tolerance, one.now.tolerance),
        timers=dict(one.timers),
    )


def _tell(report: _Report, moved: list[Moved]) -> None:
    typer.echo(f"{report.document}: {report.year}, calendar {report.calendar[0]} → {report.calendar[1]}")
    for day in report.days:
        typer.echo(f"  {day.date} {day.date:%a}  {day.before} → {day.after}  {day.name}")
    if not report.days:
        typer.echo("  nothing new: every day is so already")
    typer.echo(f"{report.open} open cases, the dates of {report.moved} move")
    for one in moved[:MOST_SHOWN]:
        line = f"  {show(one.number)}  promised {one.was.promised} → {one.now.promised}"
        line = f"{line}  legal {one.was.legal} → {one.now.legal}"
        if one.was.tolerance != one.now.tolerance:
            line = f"{line}  to follow by {one.was.tolerance} → {one.now.tolerance}"
        typer.echo("  ".join([line, *(f"{kind} {was} → {now}" for kind, (was, now) in one.timers.items())]))
    if len(moved) > MOST_SHOWN:
        typer.echo(f"  … and {len(moved) - MOST_SHOWN} more; --json lists them all")
    if report.recomputed is not None:
        done = report.recomputed
        typer.echo(f"imported; {done.looked} cases reckoned again, {done.moved} moved, {done.failed} failed")
    elif report.days:
        typer.echo("not imported; --apply does it")


def _refuse(errors: list[LineError], *, as_json: bool, file: Path) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({"applied": False, "errors": errors}).decode())
        return
    for one in errors:
        typer.echo(f"{file.name}:{one.line}: {one.field + ': ' if one.field else ''}{one.words}")
    typer.echo(f"nothing imported: {len(errors)} errors")
