"""导入通知 — a year's notice of days off becomes the next version of the calendar in force here."""

from __future__ import annotations

from yiwang.ground.notice import Notice
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.calendars import NOTICES, days_of, version_after
from yiwang.plumbing.work import Work


def revised(calendar: Calendar, notice: Notice) -> Calendar:
    """试用: the calendar in force with a notice over it, under the version it would have."""
    return calendar.revised(version_after(_edition(calendar) + 1), notice.specials, {notice.year})


def bring_in(work: Work, notice: Notice, by: str) -> None:
    """导入: from the next act on the calendar in force is the one with this notice. Conflict `work.try_again`."""
    work.add(
        NOTICES,
        {
            "edition": _edition(work.calendar) + 1,
            "notice": notice.document,
            "years": [notice.year],
            "days": days_of(notice.specials),
            "imported_by": by,
            "imported_at": work.now,
        },
    )
    work.engine.calendars.forget()


def _edition(calendar: Calendar) -> int:
    _, _, edition = calendar.version.partition("+")
    return int(edition or 0)
