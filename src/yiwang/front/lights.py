"""亮灯 — the light of a row in a list and of a case, from what is kept of their dates."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.messages.desk import Dues, InboxRow
from yiwang.casework.service import reading
from yiwang.front.desk import reference
from yiwang.front.look.deadline import GROUNDS
from yiwang.front.look.parts import Level, Light
from yiwang.ground.ledger import yellow_after
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of

LEVELS: dict[str, Level] = {"green": "green", "yellow": "yellow", "red": "red", "paused": "paused", "met": "done"}

UNDECIDED = (Status.TERMINATED, Status.WITHDRAWN, Status.REFUSED)


def explanation(home: int, case_id: UUID, step: str = "") -> str:
    """为什么是这一天: where a due date of a case is explained day by day; the promise's, or an open step's."""
    return f"/cases/{reference(home, case_id)}/clock{'?clock=' + quote(step, safe='') if step else ''}"


def of_row(row: InboxRow, today: date, calendar: Calendar) -> Light | None:
    """A task's light: yellow on its last two days and from nine tenths of its time on; none without a date."""
    due = reading.nearest_due(row)
    if row.paused:
        return Light("paused", 0, due, href=explanation(row.home, row.matter))
    dated = row.step_kind not in ("demand", "referral")  # a day of its own, not of the chart
    href = explanation(row.home, row.matter, row.step if due == row.step_due else "") if dated else ""
    return towards(due, row.opened_at, today, calendar, href) if due else None


def towards(due: date, since: datetime, today: date, calendar: Calendar, href: str = "") -> Light:
    """The light of something to be done by a day, since a moment; all days of its time are working days."""
    left = calendar.count(today, due)
    if left < 0:
        return Light("red", left, due, href=href)
    begun = day_of(since)
    used = calendar.count(begun, today)
    return Light("yellow" if used >= yellow_after(used + left) else "green", left, due, href=href)


def of_case(case: Case, dues: Dues) -> Light | None:
    """A case's light against its promise; none before it was accepted, nor for one that ended before its decision."""
    level = LEVELS.get(dues.light)
    if level is None or case.status in UNDECIDED:
        return None
    stop = next((s for s in case.timing.stops if s.end is None), None)
    why = explanation(case.matter.home, case.matter.id)
    return Light(level, dues.left - dues.overdue, dues.promised, GROUNDS[stop.ground] if stop else "", why)
