"""答复时限 — until when the centre answers what was handed in, and until when what it asked for must come."""

from __future__ import annotations

from datetime import date

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.service import reading
from yiwang.casework.service.proving import Clock
from yiwang.ground.clock import CORRECTION_NOTICE, Limit, Unit, reckon
from yiwang.ground.zone import day_of
from yiwang.intake import store
from yiwang.intake.messages import Notice
from yiwang.intake.rules import correcting
from yiwang.plumbing.work import Work


def correct_by(work: Work, notice: Notice) -> date:
    """补正末日 of a correction notice, under the calendar of today."""
    return correcting.due(notice.body, work.calendar)


def clocks(work: Work, case: Case) -> list[Clock]:
    """答复时限: of the centre (`acceptance`) or of the applicant (`correction`); none once it is accepted or over."""
    if case.timing.accepted_on is not None or case.closed_at is not None:
        return []
    waiting = case.status is Status.CORRECTION
    found = correction(work, case) if waiting else acceptance(work, case)
    return [found] if found else []


def acceptance(work: Work, case: Case) -> Clock:
    """受理答复期限: five working days since it was handed in, or since it was corrected. 行政许可法 32(1)(4)"""
    # Nobody has had a hand in it yet: then nobody has asked for a correction either.
    thread = reading.thread(work, case.matter.home, case.matter.id) if case.hands else []
    since = next((e.at for e in reversed(thread) if e.act == "correction.received"), case.matter.received_at)
    return Clock("acceptance", reckon(day_of(since), CORRECTION_NOTICE, work.calendar), clause="行政许可法 32")


def correction(work: Work, case: Case) -> Clock | None:
    """补正期限: until when what the one notice asked for must come. 规定 11"""
    written = store.notices(work, case.matter.home, case.matter.parent or case.matter.id)
    notice = next((n for n in written if n.kind == "correction"), None)
    if notice is None:
        return None
    asked, until = day_of(notice.at), correct_by(work, notice)
    given = Limit(work.calendar.count(asked, until), Unit.WORKDAY)
    return Clock("correction", reckon(asked, given, work.calendar), clause="规定 11")
