"""算期限 — `yiwang due`: the due day of a limit, one or a hundred thousand, with every day explained on demand."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from yiwang.front.look import naming
from yiwang.front.refusals import sentence
from yiwang.ground.clock import Day, Extension, Ground, Ledger, Limit, Stop, extend, reckon
from yiwang.ground.outcome import Invalid, Refused
from yiwang.ground.proof import Proof, flaws
from yiwang.ground.workdays import CALENDAR
from yiwang.plumbing.i18n import Translator, negotiate, translator

_ASKED_BY = "yiwang due"
_LANGUAGE = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def _words() -> Translator:
    """The words of the terminal's language, as gettext looks for it; Chinese where it is none of ours."""
    return translator(negotiate(*map(os.environ.get, _LANGUAGE)))


def _(message: str) -> str:
    return _words().gettext(message)


class _StopLine(msgspec.Struct, rename={"since": "from"}, forbid_unknown_fields=True):
    since: str
    to: str | None = None
    ground: str = ""
    # Left out: the notice went out on the day the stop began. An explicit null: there was none, so it is refused.
    notice: str | msgspec.UnsetType | None = msgspec.UNSET
    clause: str = ""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a batch, and equally what the options of a single call say."""

    start: str
    limit: str
    stops: list[_StopLine] = []
    extend: str | None = None
    today: str | None = None


class _Answer(msgspec.Struct, omit_defaults=True):
    due: dt.date
    provisional: bool
    counted: int
    excluded: int
    suspended: int
    paused: bool
    calendar: str
    due_at: dt.datetime | None = None
    days: list[Day] | None = None


class _Failure(msgspec.Struct, omit_defaults=True):
    error: str
    line: int
    facts: dict[str, str] = {}


def due(
    start: Annotated[
        str | None,
        typer.Option(help=_("起算日（当日不计入），例如 2017-08-14；小时期限可写到分：2017-08-14T09:30")),
    ] = None,
    limit: Annotated[
        str | None, typer.Option(help=_("期限：25wd 工作日，90d 日，24h 小时，6mo 月，5y 年，spot 即办"))
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option(
            help=_("停钟，可重复：2017-08-21..2017-09-01:EXPERT_REVIEW；未结束的不写止日"), metavar="A..B:GROUND"
        ),
    ] = None,
    extension: Annotated[
        list[str] | None, typer.Option("--extend", help=_("延期，仅一次，单位与期限相同：10wd"))
    ] = None,
    today: Annotated[str | None, typer.Option(help=_("今日，用于未结束的停钟；不写则取系统日期"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("输出 JSON"))] = False,
    explain: Annotated[bool, typer.Option(help=_("逐日说明：计入或者不计，为何，依据哪一条"))] = False,
    batch: Annotated[
        str | None, typer.Option(help=_("批量：逐行 JSON 的文件，- 为标准输入；逐行输出 JSON"), metavar="FILE|-")
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(
            help=_("复核办件的时限凭据：逐日重算，不符的列出，退出码 1"), exists=True, dir_okay=False, metavar="FILE"
        ),
    ] = None,
) -> None:
    """算期限: the due day from the start day; with --explain, every day and the article."""
    if proof is not None:
        if not _holds(proof, as_json):
            raise typer.Exit(1)
        return
    if batch is not None:
        if start or limit or stop or extension:
            raise typer.BadParameter(_("--batch 不与 --start、--limit、--stop、--extend 同用"))
        if not _run_batch(batch, today, explain):
            raise typer.Exit(1)
        return
    if not start or not limit:
        raise typer.BadParameter(_("须写明 --start 和 --limit，或者 --batch"))
    try:
        stops = [_read_stop(text) for text in stop or ()]
        ledger = _reckon(_Line(start, limit, stops, _once(extension or ()), today))
    except Refused as refusal:
        raise typer.BadParameter(f"{sentence(refusal, _words().language)} {refusal}") from None
    if as_json:
        typer.echo(msgspec.json.encode(_answer(ledger, explain)).decode())
    else:
        _print(ledger, explain)


def _holds(file: Path, as_json: bool) -> bool:
    """复核: whether every date and day of a case's proof is what its calendar, limits and stops give."""
    try:
        given = msgspec.json.decode(file.read_bytes(), type=Proof)
        found = list(flaws(given))
    except (msgspec.DecodeError, UnicodeDecodeError, Refused, OverflowError) as error:
        raise typer.BadParameter(_("读不出凭据：{reason}").format(reason=error)) from None
    if as_json:
        typer.echo(msgspec.json.encode({"holds": not found, "flaws": found}).decode())
        return not found
    for clock in given.clocks:
        typer.echo(f"{clock.step or clock.kind}  {clock.start} + {clock.limit} → {clock.due}")
    for flaw in found:
        typer.echo(_("不符：{clock} {what}：写的是 {said}，应是 {found}").format(**asdict(flaw)))
    typer.echo(_("相符") if not found else _("{n} 处不符").format(n=len(found)))
    return not found


def _run_batch(source: str, today: str | None, explain: bool) -> bool:
    """Answer line by line; False if any line had an error."""
    out = sys.stdout.buffer
    if source == "-":
        return _answer_lines(sys.stdin.buffer, out, today, explain)
    with contextlib.ExitStack() as stack:
        try:
            lines = stack.enter_context(Path(source).open("rb"))
        except OSError as error:
            raise typer.BadParameter(
                _("无法读取 {file}：{reason}").format(file=source, reason=error.strerror)
            ) from None
        return _answer_lines(lines, out, today, explain)


def _answer_lines(lines: Iterable[bytes], out: BinaryIO, today: str | None, explain: bool) -> bool:
    decode, encode = msgspec.json.Decoder(_Line).decode, msgspec.json.Encoder().encode
    sound = True
    for number, text in enumerate(lines, 1):
        if text.isspace():
            continue
        answer: _Answer | _Failure
        try:
            line = decode(text)
            line.today = line.today or today
            answer = _answer(_reckon(line), explain)
        except Refused as refusal:
            answer = _Failure(refusal.code, number, {name: str(value) for name, value in refusal.facts.items()})
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            answer = _Failure("line.unreadable", number, {"reason": str(error)})
        sound = sound and isinstance(answer, _Answer)
        out.write(encode(answer) + b"\n")
    out.flush()
    return sound


def _reckon(line: _Line) -> Ledger:
    start, limit, extension = _moment(line.start), Limit.parse(line.limit), None
    stops = [_stop(stop) for stop in line.stops]
    if line.extend is not None:
        extension = Extension(Limit.parse(line.extend), _ASKED_BY, _ASKED_BY, on=_day_of(start))
    today = None
    if any(stop.end is None for stop in stops):
        today = _day(line.today) if line.today else dt.datetime.now().astimezone().date()
    return reckon(start, limit, CALENDAR, stops, extension, today)


def _stop(line: _StopLine) -> Stop:
    since = _day(line.since)
    if not line.ground:
        raise Invalid("clock.stop_without_ground")
    if line.notice is None:
        raise Invalid("clock.stop_without_notice")
    notice = _day(line.notice) if isinstance(line.notice, str) else since
    return Stop(since, _day(line.to) if line.to else None, Ground.parse(line.ground), notice, line.clause)


def _read_stop(text: str) -> _StopLine:
    """`2017-08-21..2017-09-01:EXPERT_REVIEW`, or `2017-08-21..:EXPERT_REVIEW` while it lasts."""
    dates, colon, ground = text.rpartition(":")
    since, dots, until = dates.partition("..")
    if not colon or not dots:
        raise Invalid("clock.stop_unreadable", text=text)
    return _StopLine(since, until or None, ground)


def _once(texts: Iterable[str]) -> str | None:
    granted: Extension | None = None
    for text in texts:
        granted = extend(granted, Extension(Limit.parse(text), _ASKED_BY, _ASKED_BY, dt.date.min))
    return None if granted is None else str(granted.limit)


@functools.lru_cache(maxsize=8192)
def _day(text: str) -> dt.date:
    # fromisoformat alone would also take 20170814 and 2017-W33-1.
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise Invalid("clock.date_unreadable", text=text)


def _moment(text: str) -> dt.date:
    """A day, or a day with its time of day after T or a space."""
    day = _day(text[:10])
    if len(text) == 10:
        return day
    try:
        if text[10] in "T ":
            return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid("clock.date_unreadable", text=text)


def _day_of(start: dt.date) -> dt.date:
    return start.date() if isinstance(start, dt.datetime) else start


def _answer(ledger: Ledger, explain: bool) -> _Answer:
    return _Answer(
        due=ledger.due,
        provisional=ledger.provisional,
        counted=ledger.counted,
        excluded=ledger.excluded,
        suspended=ledger.suspended,
        paused=ledger.paused,
        calendar=ledger.calendar_version,
        due_at=ledger.due_at,
        days=list(ledger.days()) if explain else None,
    )


def _print(ledger: Ledger, explain: bool) -> None:
    when = ledger.due_at.isoformat(" ", "minutes") if ledger.due_at else ledger.due.isoformat()
    typer.echo(_("到期 {when}").format(when=when) + (_("（暂定）") if ledger.provisional else ""))
    counts = {"counted": ledger.counted, "excluded": ledger.excluded, "suspended": ledger.suspended}
    typer.echo(_("计入 {counted} 天，不计 {excluded} 天，其中停钟 {suspended} 天").format(**counts))
    if ledger.paused:
        typer.echo(_("停钟中：按今日结束计算"))
    if explain:
        for day in ledger.days():
            typer.echo(_explained(day))


def _explained(day: Day) -> str:
    words = {
        "start_day": _("起算日"),
        "workday": _("工作日"),
        "makeup": _("调休上班"),
        "weekend": _("周末"),
        "holiday": _("节假日"),
        "calendar_day": _("自然日"),
        "hours": _("按小时"),
        "spot": _("即办"),
        "suspended": _("停钟"),
        "extension": _("延期"),
        "rolled": _("末日为节假日，顺延"),
    }
    verdict = _("计入") if day.counted else _("不计")
    ground = _(day.ground.label) if day.ground else ""
    clause = naming.clause(day.clause, _words())
    return "  ".join(filter(None, (f"{day.date}", verdict, words[day.why], _(day.holiday), ground, clause, day.notice)))
