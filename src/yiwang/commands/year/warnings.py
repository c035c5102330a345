"""该说的 — what the clock of a case has to have said by a day, reckoned from the year's own notes, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yiwang.catalogue.messages import StepKind
from yiwang.commands.year.days import AUTOMATIC
from yiwang.commands.year.lives import Life, Ticket
from yiwang.commands.year.watch import DAY, Worked, naive_due, naive_dues, spans_of
from yiwang.ground.clock import Limit, Unit

OWN_TIME = (StepKind.SPECIAL, StepKind.WAIT)
TEN = Limit(10, Unit.WORKDAY)
"""行政许可法 44: issued and delivered within ten working days of the decision."""


def ripe(life: Life, today: date, worked: Worked) -> frozenset[str]:
    """Everything that is to be said by a day and was not said yet, by its key."""
    found = {key for key, on in _ahead(life, today, worked) if on <= today}
    return frozenset(found - life.warned)


def _ahead(life: Life, today: date, worked: Worked) -> Iterator[tuple[str, date]]:
    stands = any(until is None for _, _, until in life.own.stops)
    if life.own.accepted is not None and life.own.met is None and not stands:
        yield from _of_the_whole(life, today, worked)
    for ticket in life.tickets.values():
        yield from _of_a_step(life, ticket, today, worked, stands=stands)
    late = [t for t in life.tickets.values() if t.step.kind in (StepKind.ISSUE, StepKind.DELIVER)]
    if life.decided is not None and late:
        yield "issue", _after(naive_due(life.decided, TEN, (), worked), worked)


def _of_the_whole(life: Life, today: date, worked: Worked) -> Iterator[tuple[str, date]]:
    promised, legal = naive_dues(life.own, life.kind.item, today, worked)
    accepted, item = life.own.accepted, life.kind.item
    if promised is not None and accepted is not None and item.promised and item.promised.unit is not Unit.SPOT:
        yield "yellow", _yellow(life, accepted, promised, worked)
        yield "overdue", _after(promised, worked)
    if legal is not None and item.legal and item.legal.unit is not Unit.SPOT:
        yield "legal", _after(legal, worked)


def _of_a_step(life: Life, ticket: Ticket, today: date, worked: Worked, *, stands: bool) -> Iterator[tuple[str, date]]:
    step, due = ticket.step, step_due(life, ticket, today, worked)
    if (
        ticket.role == AUTOMATIC
        or step.kind is StepKind.ACCEPT
        or due is None
        or (stands and step.kind not in OWN_TIME)
    ):
        return
    if step.kind is not StepKind.CONSULT:
        yield f"late:{ticket.ref}", _after(due, worked)
        return
    silent, before = f"silent:{ticket.ref}", _before(due, worked)
    if before > ticket.since and today <= due and silent not in life.warned:
        yield f"remind:{ticket.ref}", before
    yield silent, _after(due, worked)


def step_due(life: Life, ticket: Ticket, today: date, worked: Worked) -> date | None:
    """环节期限, walked day by day; none without a limit in days."""
    step = ticket.step
    if step.limit is None or step.limit.unit not in (Unit.WORKDAY, Unit.CALENDAR):
        return None
    own = step.kind in OWN_TIME
    spans = [] if own else [(a, b) for a, b in spans_of(life.own, today) if b > ticket.since]
    return naive_due(ticket.since, step.limit, spans, worked)


def _yellow(life: Life, accepted: date, promised: date, worked: Worked) -> date:
    """When nine tenths of the promised days are gone, or all but one."""
    spans = spans_of(life.own, promised)

    def counts(day: date) -> bool:
        return worked(day) and not any(since < day <= until for since, until in spans)

    day, days = accepted, []
    while day < promised:
        day += DAY
        if counts(day):
            days.append(day)
    gone = min(-(-9 * len(days) // 10), len(days) - 1)
    return days[gone - 1] if gone > 0 else accepted


def _after(day: date, worked: Worked) -> date:
    day += DAY
    while not worked(day):
        day += DAY
    return day


def _before(day: date, worked: Worked) -> date:
    day -= DAY
    while not worked(day):
        day -= DAY
    return day
