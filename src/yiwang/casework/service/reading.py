"""办件查询 — what the desks read: inbox, thread, overdue, the clock explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from yiwang.casework.messages.case import DEMAND, Case, Task, Timing
from yiwang.casework.messages.desk import Dues, Facet, InboxQuery, InboxRow, Standing
from yiwang.casework.rules import timing
from yiwang.casework.store import board as board_store
from yiwang.casework.store import cases as case_store
from yiwang.ground import number
from yiwang.ground.audit import Key
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Ledger, Limit, reckon
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

ALL = InboxQuery()
MOST = 5_000  # rows of a list that is taken home as a file


@dataclass(frozen=True, slots=True)
class Page:
    """一页: rows of a list, how many there are in all, and where this page begins."""

    rows: list[InboxRow]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Board(Page):
    """待办台: a page with what stands beside it: rows by group, the facets of the group asked for.

    `looked_at`: how many rows of a role these are counted of, the least time left first; 0 when it is all of them.
    """

    counts: dict[str, int]
    facets: list[Facet]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Held:
    """在谁手里: a step that is open, at which desk, since when, due when."""

    step: str
    desk: str
    since: date
    due: date | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """逾期一行: a case past its promise, and who holds it."""

    home: int
    id: UUID
    number: str
    item: str
    item_version: int
    item_name: str
    applicant: str
    deciding: str
    division: str
    status: str
    promised_due: date
    legal_due: date | None
    received_at: datetime
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """督查数字: counts of cases; `received`, `decided` and `in_time` are those of the last ninety days."""

    open: int
    overdue: int
    soon: int
    paused: int
    received: int
    decided: int
    in_time: int


def inbox(
    work: Work, desk: str, roles: frozenset[str], asked: InboxQuery = ALL, offset: int = 0, limit: int = 30
) -> Page:
    """待办: a desk's open tasks for these roles and the actor in person, the least time left first, paused ones last.
    One query.
    """
    known, limit = _known(asked), min(limit, MOST)
    rows, total = board_store.rows_of(work, desk, sorted(roles), known, limit, max(offset, 0))
    return Page(rows, total, offset, limit)


def inbox_board(
    work: Work, desk: str, roles: frozenset[str], asked: InboxQuery = ALL, offset: int = 0, limit: int = 30
) -> Board:
    """待办台: the same page, and what the desk has by group, item, line, kind, light and week. One query.

    A desk with more than `LOOKED_AT` rows of a role is looked at from where the least time is left: counts, orders and
    filters are then of these. Its order by time, an item, a light, one's own and words are found in all of it.
    """
    known, limit = _known(asked), min(limit, MOST)
    found = board_store.page(work, desk, sorted(roles), known, limit, max(offset, 0))
    kept = next(f.kept for f in found.facets if not f.of)
    total = max(kept, offset + len(found.rows)) if found.rows else kept
    looked_at = board_store.LOOKED_AT if found.more else 0
    return Board(found.rows[:limit], total, offset, limit, found.counts, found.facets, looked_at)


def _known(asked: InboxQuery) -> InboxQuery:
    """What was asked, as far as it can be; what cannot is left out."""
    return replace(
        asked,
        text=asked.text.strip()[:100],
        group=asked.group if asked.group in board_store.GROUPS else "",
        sort=asked.sort if asked.sort in board_store.ORDERS else "due",
        light=asked.light if asked.light in board_store.LIGHTS else "",
        by=asked.by if asked.by in board_store.BY else "",
    )


def nearest_due(row: InboxRow) -> date | None:
    """最近期限: the earlier of the step's and the promise's date."""
    dates: list[date] = [d for d in (row.step_due, row.promised_due) if d is not None]
    return min(dates, default=None)


def days_left(row: InboxRow, today: date, calendar: Calendar) -> int | None:
    """剩余工作日 until the row's nearest date; negative when past; none without a date or while the clock stands."""
    due = nearest_due(row)
    return None if due is None or row.paused else calendar.count(today, due)


def look(work: Work, home: int, case_id: UUID) -> Case:
    """The case, only to be read."""
    held: Case | None = work.held.get(("case", home, case_id))
    return held or case_store.load(work, home, case_id, lock=False)


def several(work: Work, keys: Iterable[Key]) -> dict[Key, Case]:
    """These cases by home and id, only to be read. One query, or none."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = work.read(
        case_store.CASE
        + "JOIN unnest(%s::int[], %s::uuid[]) AS wanted(of_home, of_id) ON home = of_home AND id = of_id",
        ([home for home, _ in wanted], [case_id for _, case_id in wanted]),
    )
    return {(case.matter.home, case.matter.id): case for case in map(case_store.case_of, rows)}


_STANDING = """
SELECT home, id, closed_at IS NOT NULL, timing->>'met_on' IS NOT NULL,
       (SELECT jsonb_object_agg(t->>'step', t->>'opened_at') FROM jsonb_array_elements(tasks) AS t),
       EXISTS (SELECT FROM jsonb_array_elements(asides) AS a WHERE a->>'step' = 'demand')
FROM casework.matter JOIN unnest(%s::int[], %s::uuid[]) AS wanted(of_home, of_id) ON home = of_home AND id = of_id
"""


def standing(work: Work, keys: Iterable[Key]) -> dict[Key, Standing]:
    """现状 of these cases by home and id. One query, or none."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = work.read(_STANDING, ([home for home, _ in wanted], [case_id for _, case_id in wanted]))
    return {
        (home, case_id): Standing(
            closed, met, {s: day_of(datetime.fromisoformat(at)) for s, at in (opened or {}).items()}, asked
        )
        for home, case_id, closed, met, opened, asked in rows
    }


def standing_of(case: Case) -> Standing:
    """现状 of a case that is at hand."""
    opened = {t.step: day_of(t.opened_at) for t in case.tasks.values()}
    demanded = any(a.step == DEMAND for a in case.asides)
    return Standing(case.closed_at is not None, case.timing.met_on is not None, opened, demanded)


def find(work: Work, written: str) -> tuple[int, UUID]:
    """A case number as somebody typed it → home and id; Invalid when its check digits are wrong, NotFound when
    unknown.
    """
    parsed = number.parse(written)
    return parsed.home, case_store.home_of_number(work, parsed.home, str(parsed))


def thread(work: Work, home: int, case_id: UUID) -> list[Entry]:
    """全程留痕: every act on the case, first to last. One query."""
    return journal.entries(work, home, case_id)


def threads(work: Work, keys: Iterable[Key]) -> dict[Key, list[Entry]]:
    """全程留痕 of these cases, by home and id. One query, or none."""
    wanted = list(keys)
    return journal.several(work, wanted) if wanted else {}


def dues(case: Case, today: date, calendar: Calendar) -> Dues:
    """The three dates of a case, what is left, and its light."""
    return timing.dues(case.timing, calendar, today)


def explained(clock: Timing, limit: Limit, today: date, calendar: Calendar) -> Ledger | None:
    """The clock as a proof: every day counted or excluded, with why. None before acceptance."""
    if clock.accepted_on is None:
        return None
    return reckon(
        clock.accepted_on, limit, calendar, stops=clock.stops, extension=clock.extension, today=clock.met_on or today
    )


_OVERDUE = """
SELECT home, id, number, item, item_version, item_name, applicant, deciding, division, status, promised_due, legal_due,
       received_at, tasks, count(*) OVER () FROM casework.matter
WHERE closed_at IS NULL AND promised_due < %(today)s AND status <> 'suspended' AND timing->>'met_on' IS NULL
  AND division LIKE %(scope)s
ORDER BY promised_due, id LIMIT %(limit)s OFFSET %(offset)s
"""


def overdue(work: Work, scope: str, offset: int = 0, limit: int = 30) -> tuple[list[Overdue], int]:
    """逾期办件: open cases of a division subtree that are past their promise, and the desks that hold them now."""
    rows = work.read(
        _OVERDUE,
        {"today": work.today, "scope": scope + "%", "limit": min(limit, MOST), "offset": max(offset, 0)},
    )
    return [Overdue(*(*row[:-2], _held(row[-2]))) for row in rows], rows[0][-1] if rows else 0


def _held(tasks: list[dict[str, Any]]) -> tuple[Held, ...]:
    found = msgspec.convert(tasks, tuple[Task, ...])
    return tuple(Held(t.step, t.desk, day_of(t.opened_at), t.due) for t in found)


_FIGURES = """
SELECT count(*) FILTER (WHERE closed_at IS NULL),
       count(*) FILTER (WHERE closed_at IS NULL AND promised_due < %(today)s
                          AND status <> 'suspended' AND timing->>'met_on' IS NULL),
       count(*) FILTER (WHERE closed_at IS NULL AND promised_due BETWEEN %(today)s AND %(soon)s
                          AND status <> 'suspended' AND timing->>'met_on' IS NULL),
       count(*) FILTER (WHERE status = 'suspended'),
       count(*) FILTER (WHERE received_at >= %(since)s),
       count(*) FILTER (WHERE received_at >= %(since)s AND timing->>'met_on' IS NOT NULL AND accepted_at IS NOT NULL),
       count(*) FILTER (WHERE received_at >= %(since)s AND accepted_at IS NOT NULL
                          AND (timing->>'met_on')::date <= promised_due)
FROM casework.matter WHERE division LIKE %(scope)s AND (closed_at IS NULL OR received_at >= %(since)s)
"""


def figures(work: Work, scope: str) -> Figures:
    """督查数字 of a division subtree: open, overdue, due within three working days, paused; and of what was received
    in the last ninety days how much was decided, and how much of that in time. One query.
    """
    asked = {
        "today": work.today,
        "soon": work.calendar.add(work.today, 3),
        "since": work.now - timedelta(days=90),
        "scope": scope + "%",
    }
    return Figures(*work.read(_FIGURES, asked)[0])


def heads(work: Work, size: int = 5000) -> Iterator[tuple[Thread, str]]:
    """All cases' journal heads with their case numbers, in the order of the journal, for the proof of the journals."""
    after: tuple[int, UUID] = (-1, UUID(int=0))
    while rows := work.read(
        "SELECT home, id, journal_seq, journal_head, number FROM casework.matter WHERE (home, id) > (%s, %s)"
        " ORDER BY home, id LIMIT %s",
        (*after, size),
    ):
        yield from ((Thread(home, case_id, seq, bytes(head)), number) for home, case_id, seq, head, number in rows)
        after = (rows[-1][0], rows[-1][1])
