"""办件核对 — cases against the replay of their journals, their inbox rows, their due dates and their hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from yiwang.casework import store
from yiwang.casework.messages import Case, Duty, Status, Task
from yiwang.casework.rules import signing, timing
from yiwang.casework.rules.flow import compiled
from yiwang.casework.rules.replay import Act, Replayed, replay
from yiwang.casework.rules.working import working
from yiwang.casework.service.holding import AUTOMATIC, OPEN, published_of
from yiwang.ground.audit import FIRST, LAST, Difference, Key, Stretch
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import Calendar
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import SHANGHAI, Work


@dataclass(frozen=True, slots=True)
class Kept:
    """在库办件: a case with the due dates that stand in its row."""

    case: Case
    promised_due: date | None
    legal_due: date | None
    provisional: bool


def stretches(work: Work, size: int = 500) -> Iterator[tuple[Stretch, dict[Key, Kept]]]:
    """All cases, a stretch at a time; the stretches leave no gap and no end, so that what has no case lies in one."""
    after = FIRST
    while True:
        rows = store.after(work, after, size)
        found = {(row[0].matter.home, row[0].matter.id): Kept(*row) for row in rows}
        upto = LAST if len(rows) < size else next(reversed(found))
        yield Stretch(after, upto), found
        if upto == LAST:
            return
        after = upto


def count(work: Work) -> int:
    """How many cases there are."""
    return int(work.read("SELECT count(*) FROM casework.matter")[0][0])


def differences(work: Work, stretch: Stretch, kept: Mapping[Key, Kept]) -> Iterator[Difference]:
    """差异: of the cases of a stretch with their own journals and the inboxes."""
    entries = journal.stretch(work, stretch)
    waiting = [key for k in kept.values() for t in k.case.tasks.values() for key in _expected_rows(k, t)]
    inbox = store.inbox_rows(work, waiting)
    for key, one in kept.items():
        for kind, facts in _of_case(work, one, entries.get(key, ()), inbox):
            yield Difference(kind, *key, facts)


def inbox_without_task(work: Work) -> Iterator[Difference]:
    """差异: inbox rows that no open task of a case stands behind."""
    for desk, task, home, matter, step in store.inbox_orphans(work):
        yield Difference("inbox.without_task", home, matter, {"desk": desk, "task": task, "step": step})


Found = tuple[str, dict[str, object]]


def _of_case(work: Work, kept: Kept, entries: Sequence[Entry], inbox: Mapping[Any, Any]) -> Iterator[Found]:
    case = kept.case
    if case.status not in OPEN and case.tasks:
        yield "case.closed_with_tasks", {"status": case.status, "steps": sorted(case.tasks)}
    published = published_of(work, case)
    flow = compiled(published.item.flow)
    acts = [Act(e.at, e.at.astimezone(SHANGHAI).date(), e.act, e.person, e.facts) for e in entries]
    try:
        again = replay(flow, published.item, case.facts, acts, work.calendar)
    except (Refused, KeyError, ValueError) as refusal:
        yield "journal.cannot_be_replayed", {"reason": str(refusal)}
        return
    yield from _replayed(case, again)
    yield from _dues(work.calendar, kept, acts[-1].day if acts else case.matter.received_at.astimezone(SHANGHAI).date())
    yield from _tasks(kept, again, inbox)
    yield from _hands(case, again)


def _replayed(case: Case, again: Replayed) -> Iterator[Found]:
    pairs = {
        "case.progress": (case.progress, again.progress),
        "case.status": (case.status, again.status),
        "case.clock": (case.timing, again.timing),
        "case.recused": (case.recused, again.recused),
        "case.accepted_at": (case.accepted_at, again.accepted_at),
        "case.decided_at": (case.decided_at, again.decided_at),
        "case.closed_at": (case.closed_at, again.closed_at),
    }
    for kind, (stored, replayed) in pairs.items():
        if stored != replayed:
            yield kind, _other(stored, replayed)


def _dues(calendar: Calendar, kept: Kept, as_of: date) -> Iterator[Found]:
    """While the clock stands still its dates move on from day to day: they are those of the last act."""
    dues = timing.dues(kept.case.timing, calendar, as_of)
    stored = (kept.promised_due, kept.legal_due, kept.provisional)
    expected = (dues.promised, dues.legal, dues.provisional)
    if stored != expected:
        yield "case.due_dates", _other(stored, expected)


def _tasks(kept: Kept, again: Replayed, inbox: Mapping[Any, Any]) -> Iterator[Found]:
    case = kept.case
    if set(case.tasks) != set(again.tasks):
        yield "case.tasks", _other(sorted(case.tasks), sorted(again.tasks))
    for step, task in case.tasks.items():
        if step in again.tasks and working(task) != again.tasks[step]:
            yield "case.task", {"step": step, **_other(working(task), again.tasks[step])}
        for key, expected in _expected_rows(kept, task).items():
            row = inbox.get(key)
            if row is None:
                yield "inbox.missing", {"desk": task.desk, "step": step}
            elif row != expected:
                yield "inbox.row", {"desk": task.desk, **_other(row, expected)}


def _expected_rows(kept: Kept, task: Task) -> dict[tuple[str, UUID], tuple[object, ...]]:
    """The task's own row, and one for everybody who was asked to sign and has not."""
    matter, paused = kept.case.matter, kept.case.status is Status.SUSPENDED
    found = {signing.row_of(task, s.person): (f"@{s.person}", s.person, "", 0) for s in signing.waiting(task)}
    if task.desk != AUTOMATIC:
        found[task.id] = (task.role, task.holder, task.post, task.urged)
    return {
        (task.desk, row): (
            *(matter.home, matter.id, matter.number, task.step, role, task.due),
            *(kept.promised_due, kept.legal_due, paused, holder, post, urged),
        )
        for row, (role, holder, post, urged) in found.items()
    }


def _hands(case: Case, again: Replayed) -> Iterator[Found]:
    lent = {person for person, duty in case.hands.items() if duty is not Duty.RATE}
    if lent != again.hands:
        yield "case.hands", _other(sorted(lent), sorted(again.hands))


def _other(stored: object, expected: object) -> dict[str, object]:
    return {"stored": stored, "expected": expected}
