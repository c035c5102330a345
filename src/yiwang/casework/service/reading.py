"""办件查询 — what the desks read: inbox, thread, overdue, the clock explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yiwang.casework import store
from yiwang.casework.messages import Case, Dues, InboxRow, Timing
from yiwang.casework.rules import timing
from yiwang.ground import number
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Ledger, Limit, reckon
from yiwang.ground.workdays import CALENDAR
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Page:
    """一页: rows of a list, how many there are in all, and where this page begins."""

    rows: list[InboxRow]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """逾期一行: a case past one of its dates, and who holds it."""

    home: int
    id: UUID
    number: str
    item_name: str
    applicant: str
    deciding: str
    division: str
    status: str
    promised_due: date | None
    legal_due: date | None
    received_at: datetime


def inbox(work: Work, desk: str, roles: frozenset[str], text: str = "", offset: int = 0, limit: int = 30) -> Page:
    """待办: a desk's open tasks for these roles, the nearest due date first. One query."""
    rows, total = store.inbox_page(work, desk, sorted(roles), text[:100], min(limit, 100), max(offset, 0))
    return Page(rows, total, offset, limit)


def days_left(row: InboxRow, today: date) -> int | None:
    """剩余工作日 until the row's nearest date; negative when past; none without a date or while the clock stands."""
    due = row.step_due or row.promised_due
    if due is None or row.paused:
        return None
    return CALENDAR.count(today, due) if due >= today else -CALENDAR.count(due, today)


def look(work: Work, home: int, case_id: UUID) -> Case:
    """The case, only to be read."""
    held: Case | None = work.held.get(("case", home, case_id))
    return held or store.load(work, home, case_id, lock=False)


def find(work: Work, written: str) -> tuple[int, UUID]:
    """A case number as somebody typed it → home and id; Invalid when its check digits are wrong, NotFound when
    unknown.
    """
    parsed = number.parse(written)
    return parsed.home, store.home_of_number(work, parsed.home, str(parsed))


def thread(work: Work, home: int, case_id: UUID) -> list[Entry]:
    """全程留痕: every act on the case, first to last. One query."""
    return journal.entries(work, home, case_id)


def dues(case: Case, today: date) -> Dues:
    """The three dates of a case, what is left, and its light."""
    return timing.dues(case.timing, CALENDAR, today)


def explained(clock: Timing, limit: Limit, today: date) -> Ledger | None:
    """The clock as a proof: every day counted or excluded, with why. None before acceptance."""
    if clock.accepted_on is None:
        return None
    return reckon(
        clock.accepted_on, limit, CALENDAR, stops=clock.stops, extension=clock.extension, today=clock.met_on or today
    )


_OVERDUE = """
SELECT home, id, number, item_name, applicant, deciding, division, status, promised_due, legal_due, received_at,
       count(*) OVER () FROM casework.matter
WHERE closed_at IS NULL AND promised_due < %(today)s AND status <> 'suspended' AND status <> 'ready'
  AND division LIKE %(scope)s
ORDER BY promised_due, id LIMIT %(limit)s OFFSET %(offset)s
"""


def overdue(work: Work, scope: str, offset: int = 0, limit: int = 30) -> tuple[list[Overdue], int]:
    """逾期办件: open cases of a division subtree that are past their promise."""
    rows = work.read(
        _OVERDUE,
        {"today": work.today, "scope": scope + "%", "limit": min(limit, 100), "offset": max(offset, 0)},
    )
    return [Overdue(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


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
