"""追责 — what a record is: a warning, nothing done, done slowly, done wrongly; whether the link is mended by now."""

from __future__ import annotations

from datetime import date

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.messages.desk import Dues, Standing
from yiwang.oversight.messages import Became, Kind

WRONG = frozenset({"sent_back", "second_notice", "asks_for_held"})
"""乱作为: work that a later step sent back, and demands that the law forbids (行政许可法 32, 规定 7)."""
UNSAID = frozenset({"silent", "unaccepted", "unanswered"})
"""Limits by which something had to be said: who says nothing did nothing, whether they held it or not."""
REFUSED = frozenset({"second_notice", "asks_for_held"})
"""拦下的: the system refused what was tried; nothing of it happened, so there is nothing to mend."""
OF_THE_CASE = frozenset({"yellow", "overdue", "legal"})
AUTOMATIC = "system"


def kind_of(what: str, person: str) -> Kind:
    """类别: untouched past the limit is inaction (不作为), held by somebody past it slowness (慢作为). R76"""
    if what == "yellow":
        return Kind.WARNING
    if what in WRONG:
        return Kind.MISCONDUCT
    return Kind.INACTION if what in UNSAID or not person else Kind.SLOWNESS


def became(now: Standing | None, what: str, step: str, since: date) -> Became:
    """现状: blocked when the demand was refused; else mended when the step of the record is done, or, for the whole
    case, its clock is met or all is over; else open.
    """
    if what in REFUSED:
        return Became.BLOCKED
    if now is None or now.closed:
        return Became.MENDED
    if what in OF_THE_CASE:
        over = now.met
    elif what == "unanswered":
        over = not now.demanded
    else:
        over = now.open.get(step) != since
    return Became.MENDED if over else Became.OPEN


def broken(case: Case, dues: Dues, today: date) -> Task | None:
    """断在哪里: the open task whose own limit passed first; past the promise, what has been open longest. R52"""
    held = [task for task in case.tasks.values() if task.desk != AUTOMATIC]
    late = [task for task in held if task.due is not None and task.due < today and not dues.paused]
    if late:
        return min(late, key=lambda task: (task.due or today, task.step))
    if dues.overdue and case.timing.met_on is None:
        return min(held, key=lambda task: (task.opened_at, task.step), default=None)
    return None
