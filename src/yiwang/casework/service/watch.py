"""盯时限 — the sweep over all cases whose day has come: each warning once, with whoever holds the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from yiwang.casework.messages.case import Case, Task, ToleranceDue
from yiwang.casework.rules import tolerating, watching
from yiwang.casework.rules.watching import Warning as Warned
from yiwang.casework.service import asides, cases, parts, queues
from yiwang.casework.service.holding import calendar_of, note, published_of, step_of
from yiwang.casework.service.running import keep, names, stalled
from yiwang.catalogue.messages import Silence
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine, Work

ROUND = 60.0
"""Seconds between two looks for cases whose day has come; a look that finds none is one reading by index."""
SLICE = 200
ACTS = {
    "yellow": "clock.yellow",
    "overdue": "clock.overdue",
    "legal": "clock.legal_overdue",
    "step": "clock.step_overdue",
    "issue": "clock.issue_overdue",
    "remind": "consultation.reminded",
    "silent": "consultation.silent",
    "lapses": "tolerance.reminded",
    "lapse": "tolerance.lapsed",
}
"""What is said → the act in the journal."""
TOLERANCES = ("lapses", "lapse")
"""What is said to the applicant, whose time it is, and breaks no rule of any desk's."""

_log = structlog.get_logger("clock")


@dataclass(slots=True)
class Swept:
    """巡毕: how many cases were looked at, how many warnings were said, how many cases could not be worked."""

    looked: int = 0
    said: int = 0
    failed: int = 0


def sweep(engine: Engine, size: int = SLICE, each: Callable[[int], object] | None = None) -> Swept:
    """巡: every case whose day to look at it has come, slice by slice, until none is left.

    A case that another act holds is left for the next round. Whatever was missed while nobody swept is said now, once.
    A slice commits together; where one case breaks, its slice is done again case by case, so that it stops no other.
    """
    worked = queues.in_slices(engine, lambda work, after: queues.to_look_at(work, after, size), _look, each)
    return Swept(worked.looked, worked.done, worked.failed)


def _look(engine: Engine, keys: list[tuple[int, UUID]]) -> int:
    """One slice, one transaction: what is free of it is locked, and each case says what it has to say."""
    with engine.begin(SYSTEM) as work:
        found = queues.take_free(work, keys)
        return sum(look_at(work, case) for case in found)


def look_at(work: Work, case: Case) -> int:
    """过问: say what one case has to say today; how many things that were."""
    item, calendar = published_of(work, case).item, calendar_of(work, case)
    before = len(case.warned)
    for warning in watching.warnings(case, item, calendar, work.today):
        if _still_meant(case, warning):
            _say(work, case, warning)
    said = len(case.warned) - before
    if said:
        keep(work, case)
    else:
        queues.stamp(work, case, calendar.version, watching.next_look(case, item, calendar))
    return said


def _still_meant(case: Case, warning: Warned) -> bool:
    """What was said before it in the same look may have closed its step, or the case."""
    return case.closed_at is None and (not warning.step or warning.step in case.tasks)


def _of_part(work: Work, case: Case, step: str) -> Task | None:
    """子件在谁手里: while a whole waits only for its parts, the task of people open longest in any of them;
    for the whole it is the step of that part.
    """
    if step:
        return None
    there = [(p.step.id, watching.responsible(p.case, "")) for p in parts.parts(work, case) if p.case is not None]
    held = [replace(task, step=of) for of, task in there if task is not None]
    return min(held, key=lambda task: (task.opened_at, task.step), default=None)


def _of_aside(work: Work, case: Case, warning: Warned) -> None:
    """旁问逾期: a demand goes up; that another department has not replied is said, and its silence means nothing."""
    aside = next(a for a in case.asides if str(a.id) in warning.key)
    case.warned = (*case.warned, warning.key)
    facts: dict[str, object] = {"warned": warning.key, "due": str(warning.due)}
    if warning.what == "unanswered":
        work.tell(asides.go_up(work, case, aside, facts, warning.rule))
        return
    note(work, case, ACTS["silent"], {**facts, "aside": str(aside.id), "desk": aside.desk}, warning.rule)
    work.tell(stalled(case, replace(aside, step=""), "silent", warning.due, warning.rule))


def _say(work: Work, case: Case, warning: Warned) -> None:
    if warning.what in ("unanswered", "unreplied"):
        _of_aside(work, case, warning)
        return
    task = watching.responsible(case, warning.step) or _of_part(work, case, warning.step)
    case.warned = (*case.warned, warning.key)
    facts: dict[str, object] = {"warned": warning.key, "due": warning.due.isoformat()}
    if warning.what in TOLERANCES:
        _say_of_tolerance(work, case, warning, facts)
        return
    if task is not None:
        facts |= {"step": task.step, "desk": task.desk, "post": task.post}
        facts |= {"holder": task.holder} if task.holder else {}
    step = step_of(work, case, warning.step) if warning.step else None
    if warning.what == "silent" and step is not None and step.silence is Silence.DEEMED:
        assert task is not None
        cases.deem_silent(work, case, task, step.basis, {"warned": warning.key})
    else:
        note(work, case, ACTS[warning.what], facts, warning.rule)
    if warning.what != "remind":
        work.tell(stalled(case, task, warning.what, warning.due, warning.rule))


def _say_of_tolerance(work: Work, case: Case, warning: Warned, facts: dict[str, object]) -> None:
    """What was tolerated is due soon, or was; in the same act its acceptance is then revoked. 规定 11"""
    waits = tolerating.outstanding(case.timing)
    assert waits is not None
    note(work, case, ACTS[warning.what], {**facts, "lacking": waits.lacking}, warning.rule)
    lapsed = warning.what == "lapse"
    work.tell(ToleranceDue(**names(case), lacking=waits.lacking, due=warning.due, lapsed=lapsed))
