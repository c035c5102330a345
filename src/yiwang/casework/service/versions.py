"""换版 — running cases on a new version of their item: looked at first, then moved, each with its record (A2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case, Timing
from yiwang.casework.messages.flow import Progress
from yiwang.casework.rules import rebasing, timing, tolerating
from yiwang.casework.rules.flow import compiled
from yiwang.casework.rules.rebasing import Changes
from yiwang.casework.service.holding import due_columns, flow_of, hold, note
from yiwang.casework.service.reading import look
from yiwang.casework.service.running import keep, redate, rows_of
from yiwang.casework.store.cases import MATTER
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Published
from yiwang.ground.outcome import Conflict, Refused
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Move:
    """换版一件: what moving a case means: the versions, what is different ahead, the promise before and after; or the
    code of why it cannot move, with its facts.
    """

    number: str
    was: int
    to: int
    changes: Changes
    promised_before: date | None
    promised_after: date | None
    promise_kept: bool
    hindrance: str = ""
    facts: dict[str, Any] | None = None


_RUNNING = """
SELECT home, id FROM casework.matter
WHERE item = %s AND item_version <> %s AND closed_at IS NULL AND (home, id) > (%s, %s) ORDER BY home, id LIMIT %s
"""


def running(work: Work, item: str, version: int, size: int = 500) -> Iterator[tuple[int, UUID]]:
    """在办的: the open cases of an item that run on another version than this, by home and id."""
    after: tuple[int, UUID] = (-1, UUID(int=0))
    while rows := work.read(_RUNNING, (item, version, *after, size)):
        yield from rows
        after = (rows[-1][0], rows[-1][1])


def compare(work: Work, home: int, case_id: UUID, version: int) -> Move:
    """试算: what moving this case to a version would change; nothing is written."""
    case = look(work, home, case_id)
    published = catalogue.version_of(work, case.matter.item, version)
    try:
        _moved(work, case, published)
        return _move(work, case, published, _timing(work, case, published))
    except Refused as refusal:
        was, promised = case.matter.item_version, timing.dues(case.timing, work.calendar, work.today).promised
        facts = dict(refusal.facts)
        return Move(case.matter.number, was, version, Changes(), promised, promised, True, refusal.code, facts)


def rebase(work: Work, home: int, case_id: UUID, version: int) -> Move:
    """换版: the case runs on the new version from here. Refused as `rules.rebasing.moved` says; Conflict
    `rebase.same_version`.
    """
    case = hold(work, home, case_id)
    published = catalogue.version_of(work, case.matter.item, version)
    clock, flow = _timing(work, case, published), compiled(published.item.flow)
    progress = _moved(work, case, published)
    move = _move(work, case, published, clock)
    case.progress = progress
    case.matter = replace(case.matter, item_version=version, item_name=published.item.name)
    case.timing = clock
    facts = {
        "from": move.was,
        "to": move.to,
        "promised": str(clock.promised) if clock.promised else None,
        "legal": str(clock.legal) if clock.legal else None,
    }
    note(work, case, "case.rebased", facts)
    for step_id, task in case.tasks.items():
        step = flow.steps[step_id]
        since = tolerating.since(step, day_of(task.opened_at), clock)
        due = timing.step_due(step, since, work.calendar, clock.stops, work.today)
        case.tasks[step_id] = replace(task, due=due)
        for row in rows_of(task):
            work.change(INBOX, row, {"step_name": step.name, "item_name": published.item.name, "step_due": due})
    redate(work, case)
    keep(work, case)
    runs_on = {"item_version": version, "item_name": published.item.name}
    work.change(MATTER, {"home": home, "id": case_id}, runs_on)
    return move


def _timing(work: Work, case: Case, published: Published) -> Timing:
    """The clock on the new version: what was promised to this applicant is kept where the new promise is later."""
    new = replace(case.timing, promised=published.item.promised, legal=published.item.legal)
    if case.timing.accepted_on is None:
        return new
    before = timing.dues(case.timing, work.calendar, work.today).promised
    after = timing.dues(new, work.calendar, work.today).promised
    later = before is not None and (after is None or after > before)
    return replace(new, promised=case.timing.promised) if later else new


def _moved(work: Work, case: Case, published: Published) -> Progress:
    """The case in the new chart, or why it cannot be there."""
    if case.matter.item_version == published.version:
        raise Conflict("rebase.same_version", version=published.version)
    return rebasing.moved(flow_of(work, case), compiled(published.item.flow), case.progress, case.facts)


def _move(work: Work, case: Case, published: Published, clock: Timing) -> Move:
    old, new = flow_of(work, case), compiled(published.item.flow)
    before = due_columns(case, work.today, work.calendar)["promised_due"]
    after = timing.dues(clock, work.calendar, work.today).promised
    assert before is None or isinstance(before, date)
    return Move(
        number=case.matter.number,
        was=case.matter.item_version,
        to=published.version,
        changes=rebasing.changes(old, new, case.progress, case.facts),
        promised_before=before,
        promised_after=after,
        promise_kept=clock.promised != published.item.promised,
    )
