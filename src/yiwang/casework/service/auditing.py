"""办件核对 — cases against the replay of their journals, their inbox rows, their due dates and their hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, Task
from yiwang.casework.rules import signing, timing, tolerating
from yiwang.casework.rules.flow import compiled
from yiwang.casework.rules.replay import Replayed, replay
from yiwang.casework.rules.watching import next_look
from yiwang.casework.rules.working import working
from yiwang.casework.service import asides
from yiwang.casework.service.delays import acts_of
from yiwang.casework.service.holding import AUTOMATIC, OPEN, published_of, step_of
from yiwang.casework.service.running import inbox_row
from yiwang.casework.store import cases as case_store
from yiwang.casework.store import inbox as inbox_store
from yiwang.catalogue.messages import Item
from yiwang.ground.audit import FIRST, LAST, Difference, Key, Stretch
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work


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
        rows = case_store.after(work, after, size)
        found = {(row[0].matter.home, row[0].matter.id): Kept(*row) for row in rows}
        upto = LAST if len(rows) < size else next(reversed(found))
        yield Stretch(after, upto), found
        if upto == LAST:
            return
        after = upto


def kept_in(work: Work, of: Stretch) -> dict[Key, Kept]:
    """The cases of a stretch that has but a few."""
    found = {(row[0].matter.home, row[0].matter.id): Kept(*row) for row in case_store.after(work, of.after, 1_000)}
    return {key: one for key, one in found.items() if key <= of.upto}


def count(work: Work) -> int:
    """How many cases there are."""
    return int(work.read("SELECT count(*) FROM casework.matter")[0][0])


def differences(work: Work, stretch: Stretch, kept: Mapping[Key, Kept]) -> Iterator[Difference]:
    """差异: of the cases of a stretch with their own journals and the inboxes."""
    entries = journal.stretch(work, stretch)
    waiting = [(t.desk, row) for k in kept.values() for t in k.case.tasks.values() for row in _row_ids(t)]
    waiting += [(a.desk, a.id) for k in kept.values() for a in k.case.asides]
    inbox = inbox_store.inbox_rows(work, waiting)
    for key, one in kept.items():
        for kind, facts in _of_case(work, one, entries.get(key, ()), inbox):
            yield Difference(kind, *key, facts)


def inbox_without_task(work: Work) -> Iterator[Difference]:
    """差异: inbox rows that no open task of a case stands behind."""
    for desk, task, home, matter, step in _inbox_orphans(work):
        yield Difference("inbox.without_task", home, matter, {"desk": desk, "task": task, "step": step})


def _inbox_orphans(work: Work) -> list[tuple[str, UUID, int, UUID, str]]:
    """Inbox rows whose case does not have that task open: desk, task, home, case and step."""
    return work.read(
        "SELECT i.desk, i.id, i.home, i.matter, i.step FROM casework.inbox i"
        " LEFT JOIN casework.matter m ON m.home = i.home AND m.id = i.matter"
        " WHERE m.id IS NULL OR NOT (m.tasks || m.asides) @> jsonb_build_array(CASE WHEN starts_with(i.role, '@') THEN"
        " jsonb_build_object('step', i.step, 'desk', i.desk, 'seats',"
        "   jsonb_build_array(jsonb_build_object('person', substr(i.role, 2), 'outcome', '')))"
        " ELSE jsonb_build_object('id', i.id, 'desk', i.desk) END)"
        " ORDER BY i.home, i.matter, i.id"
    )


Found = tuple[str, dict[str, object]]


def _of_case(work: Work, kept: Kept, entries: Sequence[Entry], inbox: Mapping[Any, Any]) -> Iterator[Found]:
    case = kept.case
    if case.status not in OPEN and case.tasks:
        yield "case.closed_with_tasks", {"status": case.status, "steps": sorted(case.tasks)}
    published = published_of(work, case)
    flow = compiled(published.item.flow)
    acts = acts_of(entries)
    calendar = work.calendar_of(case.calendar) or work.calendar
    try:
        again = replay(flow, published.item, case.facts, acts, calendar)
    except (Refused, KeyError, ValueError) as refusal:
        yield "journal.cannot_be_replayed", {"reason": str(refusal)}
        return
    last = acts[-1].day if acts else day_of(case.matter.received_at)
    found = [
        *_replayed(case, again),
        *_dues(calendar, kept, last),
        *_tasks(work, kept, again, inbox),
        *_asides(work, kept, again, inbox),
        *_tolerance(calendar, case),
        *_hands(case, again),
    ]
    # When to look again follows from all of these.
    yield from found or _watched(work, case, published.item, calendar)


def _watched(work: Work, case: Case, item: Item, calendar: Calendar) -> Iterator[Found]:
    """The next day to look at the case, and the version of the calendar its dates were reckoned by."""
    look_on = next_look(case, item, calendar)
    if case.look_on != look_on:
        yield "case.look_on", _other(case.look_on, look_on)
    if case.closed_at is None and case.calendar != work.calendar.version:
        yield "case.calendar", _other(case.calendar, work.calendar.version)


def _replayed(case: Case, again: Replayed) -> Iterator[Found]:
    pairs = {
        "case.progress": (case.progress, again.progress),
        "case.status": (case.status, again.status),
        "case.clock": (case.timing, again.timing),
        "case.recused": (case.recused, again.recused),
        "case.warned": (case.warned, again.warned),
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


def _tasks(work: Work, kept: Kept, again: Replayed, inbox: Mapping[Any, Any]) -> Iterator[Found]:
    case = kept.case
    if set(case.tasks) != set(again.tasks):
        yield "case.tasks", _other(sorted(case.tasks), sorted(again.tasks))
    for step, task in case.tasks.items():
        if step in again.tasks and working(task) != again.tasks[step]:
            yield "case.task", {"step": step, **_other(working(task), again.tasks[step])}
        for expected in _expected_rows(work, kept, task):
            row = inbox.get((task.desk, expected["id"]))
            if row is None:
                yield "inbox.missing", {"desk": task.desk, "step": step}
            elif wrong := {c: _other(row[c], expected[c]) for c in row if row[c] != expected[c]}:
                yield "inbox.row", {"desk": task.desk, **wrong}


def _asides(work: Work, kept: Kept, again: Replayed, inbox: Mapping[Any, Any]) -> Iterator[Found]:
    """Questions beside the flow: those that the journal says wait, each in the inbox of its desk."""
    there = {str(aside.id): aside.desk for aside in kept.case.asides}
    if there != again.asides:
        yield "case.asides", _other(there, again.asides)
    for aside in kept.case.asides:
        dues = {"promised_due": kept.promised_due, "legal_due": kept.legal_due}
        row, expected = inbox.get((aside.desk, aside.id)), asides.row(work, kept.case, aside, dues)
        if row is None:
            yield "inbox.missing", {"desk": aside.desk, "step": aside.step}
        elif wrong := {c: _other(row[c], expected[c]) for c in row if row[c] != expected[c]}:
            yield "inbox.row", {"desk": aside.desk, **wrong}


def _tolerance(calendar: Calendar, case: Case) -> Iterator[Found]:
    """What was tolerated is due on the day that the calendar of the case says."""
    waits = tolerating.outstanding(case.timing)
    if waits is not None:
        due = tolerating.due(waits, calendar)
        for aside in case.asides:
            if aside.step == tolerating.TOLERANCE and aside.due != due:
                yield "case.tolerance_due", _other(aside.due, due)


def _row_ids(task: Task) -> list[UUID]:
    seats = [signing.row_of(task, seat.person) for seat in signing.waiting(task)]
    return seats if task.desk == AUTOMATIC else [task.id, *seats]


def _expected_rows(work: Work, kept: Kept, task: Task) -> Iterator[dict[str, object]]:
    """The task's own row, and one for everybody who was asked to sign and has not."""
    step, dues = step_of(work, kept.case, task.step), {"promised_due": kept.promised_due, "legal_due": kept.legal_due}
    if task.desk != AUTOMATIC:
        yield inbox_row(work, kept.case, task, step, dues)
    for seat in signing.waiting(task):
        yield inbox_row(work, kept.case, task, step, dues, seat.person)


def _hands(case: Case, again: Replayed) -> Iterator[Found]:
    lent = {person for person, duty in case.hands.items() if duty is not Duty.RATE}
    if lent != again.hands:
        yield "case.hands", _other(sorted(lent), sorted(again.hands))


def _other(stored: object, expected: object) -> dict[str, object]:
    return {"stored": stored, "expected": expected}
