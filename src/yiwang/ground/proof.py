"""时限凭据 — the clocks of a case with all that their dates rest on, for anyone to reckon again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yiwang.ground.clock import Day, Extension, Ground, Ledger, Limit, Stop, reckon
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import CALENDAR, Calendar, Special


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofStop:
    """停钟 as in `ground.terms.Stop`, with the clause that excludes its time; an open one has been given its `end`."""

    start: dt.date
    end: dt.date
    notice: dt.date
    ground: Ground
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofExtension:
    """延期 as in `ground.terms.Extension`; who approved it is named in the thread of the case, not here."""

    limit: str
    on: dt.date
    reason: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofClock:
    """一项时限: of the law (`legal`), of the promise (`promised`) or of an open step (`step`), day by day.

    `paused`: a stop is still open, and it was reckoned as if it ended on the day the proof is of.
    """

    kind: str
    step: str = ""
    organisation: str = ""
    start: dt.date
    limit: str
    due: dt.date
    provisional: bool
    paused: bool
    counted: int
    excluded: int
    suspended: int
    left: int
    overdue: int
    stops: tuple[ProofStop, ...]
    extension: ProofExtension | None
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofCalendar:
    """所用日历: the days of the years touched that are not what their weekday says, and which years are published."""

    version: str
    published: tuple[int, ...]
    specials: tuple[Special, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """时限凭据: the clocks of a case as of a day, and the calendar they were reckoned by."""

    case: str
    as_of: dt.date
    calendar: ProofCalendar
    clocks: tuple[ProofClock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """不符: what of a proof does not hold: in which clock (its kind, or its step), what it says and what is right."""

    clock: str
    what: str
    said: str
    found: str


def calendar_of(calendar: Calendar, first: dt.date, last: dt.date) -> ProofCalendar:
    """The calendar of the years from a day to another."""
    years = range(first.year, last.year + 1)
    return ProofCalendar(
        version=calendar.version,
        published=tuple(y for y in years if not calendar.provisional(dt.date(y, 1, 1), dt.date(y, 1, 1))),
        specials=tuple(special for special in calendar.specials() if special.date.year in years),
    )


def clock_of(ledger: Ledger, today: dt.date, kind: str, step: str = "", organisation: str = "") -> ProofClock:
    """One clock of a proof out of its ledger."""
    by = ledger.extension
    return ProofClock(
        kind=kind,
        step=step,
        organisation=organisation,
        start=ledger.start,
        limit=str(ledger.limit),
        due=ledger.due,
        provisional=ledger.provisional,
        paused=ledger.paused,
        counted=ledger.counted,
        excluded=ledger.excluded,
        suspended=ledger.suspended,
        left=ledger.left(today),
        overdue=ledger.overdue(today),
        stops=tuple(
            ProofStop(start=s.start, end=s.end or s.start, notice=s.notice, ground=s.ground, clause=s.basis)
            for s in ledger.stops
        ),
        extension=ProofExtension(limit=str(by.limit), on=by.on, reason=by.reason, clause=by.clause) if by else None,
        days=tuple(ledger.days()),
    )


def flaws(proof: Proof) -> Iterator[Flaw]:
    """复核 — reckon everything again from the proof alone, and hold its calendar against the published notices."""
    yield from _calendar_flaws(proof.calendar)
    calendar = Calendar(proof.calendar.version, proof.calendar.specials, proof.calendar.published)
    for clock in proof.clocks:
        name = clock.step or clock.kind
        try:
            again = _again(clock, calendar)
        except Refused as refusal:
            yield Flaw(clock=name, what="unlawful", said=clock.limit, found=refusal.code)
            continue
        yield from _clock_flaws(clock, again, name)


def _again(clock: ProofClock, calendar: Calendar) -> Ledger:
    stops = [Stop(s.start, s.end, s.ground, s.notice, s.clause) for s in clock.stops]
    by = clock.extension
    extension = Extension(Limit.parse(by.limit), "approved", by.reason, by.on, by.clause) if by else None
    return reckon(clock.start, Limit.parse(clock.limit), calendar, stops, extension)


def _clock_flaws(clock: ProofClock, again: Ledger, name: str) -> Iterator[Flaw]:
    for what in ("due", "provisional", "counted", "excluded", "suspended"):
        said, found = getattr(clock, what), getattr(again, what)
        if said != found:
            yield Flaw(clock=name, what=what, said=str(said), found=str(found))
    yield from _day_flaws(name, clock.days, again.days())


def _day_flaws(name: str, said: Iterable[Day], found: Iterable[Day]) -> Iterator[Flaw]:
    listed = {day.date: day for day in said}
    right = {day.date: day for day in found}
    for date in sorted(listed.keys() | right.keys()):
        if listed.get(date) != right.get(date):
            yield Flaw(clock=name, what=date.isoformat(), said=_shown(listed.get(date)), found=_shown(right.get(date)))


def _shown(day: Day | None) -> str:
    return " ".join(filter(None, (day.why, day.clause))) if day else "—"


def _calendar_flaws(calendar: ProofCalendar) -> Iterator[Flaw]:
    """Of the years that this program knows by their notices, every day must be what the notice says."""
    told = {special.date: special.kind for special in calendar.specials}
    for year in calendar.published:
        if CALENDAR.provisional(dt.date(year, 1, 1), dt.date(year, 1, 1)):
            continue
        known = {special.date: special.kind for special in CALENDAR.specials() if special.date.year == year}
        here = {date: kind for date, kind in told.items() if date.year == year}
        for date in sorted(known.keys() | here.keys()):
            if known.get(date) != here.get(date):
                yield Flaw(
                    clock="calendar", what=date.isoformat(), said=here.get(date, "—"), found=known.get(date, "—")
                )
