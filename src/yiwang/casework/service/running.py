"""办件推进 — what an event does to a case: flow, tasks, inboxes, clock, and what it tells the net."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TypedDict
from uuid import UUID

from yiwang.casework.messages.case import (
    DEMAND,
    Case,
    CaseAccepted,
    CaseClosed,
    CaseDecided,
    CaseReady,
    Duty,
    Stalled,
    Status,
    Task,
    TaskOpened,
)
from yiwang.casework.messages.flow import (
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Ended,
    Finish,
    FlowEvent,
    StepClosed,
    StepOpened,
)
from yiwang.casework.rules import separation, signing, timing, tolerating, watching
from yiwang.casework.rules.flow import advance
from yiwang.casework.rules.replay import ENDS
from yiwang.casework.service import timers
from yiwang.casework.service.holding import (
    AUTOMATIC,
    calendar_of,
    decisions,
    desk_of,
    due_columns,
    flow_of,
    hold,
    note,
    published_of,
)
from yiwang.casework.service.saying import DemandLapsed
from yiwang.casework.store import cases as store
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue.messages import Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work


def may_work(work: Work, case: Case, task: Task) -> Duty:
    """可办: the actor's desk, role and task, and the one duty in this case; which duty. R14

    As somebody's deputy one needs the right twice: whoever is lent a right has no more of it than the lender, and what
    is done for somebody counts as done by him too. 民法典 162
    """
    own_desk(work, case, task)
    duty = separation.duty_of(task.role)
    permit_part(work, case, duty, task.desk)
    return duty


def permit_part(work: Work, case: Case, duty: Duty, organisation: str) -> dict[str, Duty]:
    """可参与: for an organisation, one person, one duty; in a joint case at the centre. Gives who then has which."""
    kind = directory.organisation(work, organisation).kind
    separation.permit_place(case.matter.flow_kind, duty, at_centre=directory.at_centre(work, work.actor.post))
    return separation.join(case.hands, separation.involved(work.actor.person, case.stands_for), duty, kind)


def take_part(work: Work, case: Case, duty: Duty, organisation: str) -> None:
    """参与: the actor does something in this case with a duty, and whoever he stands in for with him. R14"""
    joined = permit_part(work, case, duty, organisation)
    kind = directory.organisation(work, organisation).kind
    for person in joined.keys() - case.hands.keys():
        store.lend_hand(work, case, person, duty, kind)


def lend_hand(work: Work, case: Case, task: Task) -> None:
    """经手: the actor works this task in the own name, or as somebody's deputy; not what is only delegated. R14"""
    own_desk(work, case, task)
    if task.lenders:
        raise Conflict("case.delegated", number=case.matter.number)
    take_part(work, case, separation.duty_of(task.role), task.desk)


def own_desk(work: Work, case: Case, task: Task) -> None:
    """本岗: the task is the actor's desk's and role's, in the own right or as a deputy, and nobody else has taken it.

    Whoever has taken it and left the post, or no longer stands in, holds nothing.
    """
    if task.desk != work.actor.organisation or task.role not in work.actor.roles:
        raise Forbidden("case.not_your_task", desk=task.desk, role=task.role)
    stand_in(work, case, task.role, task.holder)
    if task.holder in ("", work.actor.person, case.stands_for):
        return
    if directory.works(work, task.holder, task.desk, task.role):
        raise Conflict("case.task_taken", number=case.matter.number)


def stand_in(work: Work, case: Case, role: str, holder: str = "") -> None:
    """代理: note for whom this act on the case is done; its entries in the journal then say so."""
    principal = work.actor.stands_for(role, holder)
    case.stands_for = principal.person if principal else ""


def keep(work: Work, case: Case) -> None:
    """存: the case as it now stands, its dates and its tasks' as they now are, and the next day to look at it."""
    redate(work, case)
    store.keep(work, case)


def note_on(work: Work, home: int, case_id: UUID, act: str, facts: Mapping[str, object], clause: str = "") -> None:
    """记入卷宗 from another system: lock, write, keep. No personal data in `facts`."""
    case = hold(work, home, case_id)
    note(work, case, act, facts, clause)
    keep(work, case)


def run(work: Work, case: Case, event: FlowEvent, started_on: date | None = None) -> None:
    """Advance the flow and do what it asks for; tell the net only when the case stands."""
    if isinstance(event, Finish) and event.outcome == "grant":
        _permit_grant(work, case)
    flow = flow_of(work, case)
    case.progress, effects = advance(flow, case.progress, event, case.facts)
    events: list[object] = []
    for effect in effects:
        match effect:
            case StepOpened():
                events += _open_task(work, case, flow.step(effect.step))
            case StepClosed():
                _close_task(work, case, effect.step)
            case ClockStarted():
                events += _start_clock(work, case, started_on or work.today)
            case ClockStopped() | ClockResumed():
                _stop_or_resume(work, case, effect)
            case ClockMet():
                case.timing = replace(case.timing, met_on=work.today)
            case Ended():
                events += _end(work, case, effect)
    keep(work, case)
    waiting = {task.id for task in case.tasks.values()}
    for told in events:
        if not isinstance(told, TaskOpened) or told.task in waiting:
            work.tell(told)


def _permit_grant(work: Work, case: Case) -> None:
    """可准予: nothing that was tolerated is still to come, in the case or in the whole it is a part of. 行政许可法 38,
    规定 11
    """
    parent = case.matter.parent
    whole = case if parent is None else hold(work, case.matter.home, parent)
    waits = tolerating.outstanding(whole.timing)
    if waits is not None:
        names = {m.code: m.name for m in published_of(work, whole).item.materials}
        until = tolerating.due(waits, work.calendar)
        raise Conflict(
            "tolerance.outstanding", clause="规定 11", materials=[names.get(m, m) for m in waits.lacking], until=until
        )


def close_tolerance(work: Work, case: Case) -> Task | None:
    """容缺了结: nothing is to come any more; what waited for it at the receiving centre."""
    case.timing = tolerating.close(case.timing, work.today)
    aside = next((a for a in case.asides if a.step == tolerating.TOLERANCE), None)
    if aside is not None:
        case.asides = tuple(a for a in case.asides if a is not aside)
        work.remove(INBOX, {"desk": aside.desk, "id": aside.id})
    return aside


def _start_clock(work: Work, case: Case, day: date) -> list[object]:
    case.timing = timing.start(case.timing, day)
    case.accepted_at = work.now
    case.status = Status.HANDLING
    columns = due_columns(case, work.today, work.calendar)
    promised, legal = columns["promised_due"], columns["legal_due"]
    assert promised is None or isinstance(promised, date)
    assert legal is None or isinstance(legal, date)
    return [
        CaseAccepted(
            **names(case),
            accepted_on=day,
            promised_due=promised,
            legal_due=legal,
            division=case.matter.division,
            deciding=case.matter.deciding,
        )
    ]


def _stop_or_resume(work: Work, case: Case, effect: ClockStopped | ClockResumed) -> None:
    if isinstance(effect, ClockStopped):
        case.timing = timing.stop(case.timing, effect.ground, work.today)
        case.status = Status.SUSPENDED
    else:
        case.timing = timing.resume(case.timing, work.today, effect.place)
        case.status = Status.SUSPENDED if case.progress.suspended else Status.HANDLING


def _end(work: Work, case: Case, effect: Ended) -> list[object]:
    case.status = ENDS.get(effect.end, Status.TERMINATED)
    case.closed_at = work.now
    close_tolerance(work, case)
    for aside in case.asides:
        work.remove(INBOX, {"desk": aside.desk, "id": aside.id})
    lapsed = [DemandLapsed(**names(case), demand=a.id) for a in case.asides if a.step == DEMAND]
    case.asides = ()
    note(work, case, "case.closed", {"end": effect.end})
    matter = case.matter
    closed = CaseClosed(**names(case), end=effect.end, receiving=matter.receiving, deciding=matter.deciding)
    return [closed, *lapsed]


class Names(TypedDict):
    home: int
    id: UUID
    number: str
    item: str
    parent: UUID | None


def names(case: Case) -> Names:
    matter = case.matter
    return {
        "home": matter.home,
        "id": matter.id,
        "number": matter.number,
        "item": matter.item,
        "parent": matter.parent,
    }


def stalled(case: Case, task: Task | None, what: str, due: date, rule: str) -> Stalled:
    """停在哪里: which step, the desk and post that hold it, since when, and the rule that is broken. R52"""
    return Stalled(
        **names(case),
        what=what,
        step=task.step if task else "",
        desk=task.desk if task else case.matter.deciding,
        post=task.post if task else "",
        person=task.holder if task else "",
        since=day_of(task.opened_at if task else case.matter.received_at),
        due=due,
        rule=rule,
        division=case.matter.division,
    )


def _open_task(work: Work, case: Case, step: Step) -> list[object]:
    if step.who is None:
        return []
    desk = desk_of(work, case, step)
    # A step that is open again after 撤回 is as old as it was.
    since = next((t.since for t in case.progress.open if t.step == step.id), work.now)
    task = Task(
        id=work.new_id(),
        step=step.id,
        desk=desk,
        role=step.who.role,
        opened_at=since,
        post="" if desk == AUTOMATIC else directory.post_for(work, desk, step.who.role),
        due=timing.step_due(step, day_of(since), work.calendar, case.timing.stops, work.today),
    )
    case.tasks[step.id] = task
    events: list[object] = []
    if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and case.decided_at is None:
        case.decided_at = work.now
        case.status = Status.DECIDED
        close_tolerance(work, case)
        events.append(
            CaseDecided(
                **names(case),
                outcomes=decisions(work, case),
                division=case.matter.division,
                deciding=case.matter.deciding,
            )
        )
    if step.kind is StepKind.DELIVER:
        case.status = Status.READY
        events.append(CaseReady(**names(case), receiving=case.matter.receiving, outcomes=decisions(work, case)))
    if desk != AUTOMATIC:
        put_row(work, case, task, step)
    opened = TaskOpened(
        **names(case), task=task.id, step=step.id, step_kind=step.kind, desk=desk, role=task.role, due=task.due
    )
    return [*events, opened]


def put_row(work: Work, case: Case, task: Task, step: Step, seat: str = "") -> None:
    """Put into its desk's inbox what an open task looks like there."""
    work.put_once(INBOX, inbox_row(work, case, task, step, due_columns(case, work.today, work.calendar), seat))


def inbox_row(
    work: Work, case: Case, task: Task, step: Step, dues: Mapping[str, object], seat: str = ""
) -> dict[str, object]:
    """待办行: the row in which a desk finds its task, or somebody asked to sign (`seat`) finds what waits for them;
    `dues` are those of the case.
    """
    matter = case.matter
    return {
        "desk": task.desk,
        "id": signing.row_of(task, seat) if seat else task.id,
        "home": matter.home,
        "matter": matter.id,
        "number": matter.number,
        "item": matter.item,
        "item_name": matter.item_name,
        "applicant": matter.applicant,
        "division": matter.division,
        "step": step.id,
        "step_name": step.name,
        "step_kind": step.kind,
        "role": f"@{seat}" if seat else task.role,
        "opened_at": task.opened_at,
        "step_due": task.due,
        "promised_due": dues["promised_due"],
        "legal_due": dues["legal_due"],
        "paused": case.status is Status.SUSPENDED,
        "holder": seat or task.holder,
        "post": "" if seat else task.post,
        "urged": 0 if seat else task.urged,
        "line": published_of(work, case).item.line,
        "asked_by": matter.deciding if step.kind is StepKind.CONSULT and not seat else "",
    }


def _close_task(work: Work, case: Case, step: str) -> None:
    task = case.tasks.pop(step, None)
    for row in rows_of(task) if task is not None else ():
        work.remove(INBOX, row)


def rows_of(task: Task) -> Iterator[dict[str, object]]:
    """The keys of all inbox rows of a task: its own, and one for each who was asked to sign and has not."""
    if task.desk != AUTOMATIC:
        yield {"desk": task.desk, "id": task.id}
    for seat in signing.waiting(task):
        yield {"desk": task.desk, "id": signing.row_of(task, seat.person)}


def redate(work: Work, case: Case) -> None:
    """The dates of a case and of its open tasks as of now; rows in which nothing moved are left as they are."""
    calendar, flow = calendar_of(work, case), flow_of(work, case)
    if case.closed_at is None and case.calendar not in ("", calendar.version):
        _follow_calendar(work, case)
    dues, paused = timing.dues(case.timing, calendar, work.today), case.status is Status.SUSPENDED
    dated = (dues.promised, dues.legal, dues.provisional, paused)
    shown = {"promised_due": dues.promised, "legal_due": dues.legal, "paused": paused}
    moved, case.dated, case.calendar = dated != case.dated, dated, calendar.version
    for task in list(case.tasks.values()):
        step = flow.step(task.step)
        since = tolerating.since(step, day_of(task.opened_at), case.timing)
        due = timing.step_due(step, since, calendar, case.timing.stops, work.today)
        if due == task.due and not moved and task.opened_at != work.now:
            continue
        case.tasks[task.step] = replace(task, due=due)
        for row in rows_of(task):
            work.change(INBOX, row, {"step_due": due, **shown})
    case.asides = tuple(_redated(work, case, aside, calendar, shown if moved else {}) for aside in case.asides)
    case.look_on = watching.next_look(case, published_of(work, case).item, calendar)


def _redated(work: Work, case: Case, aside: Task, calendar: Calendar, shown: Mapping[str, object]) -> Task:
    """What is asked beside the flow: a demand has a day of its own, and what was tolerated that of the calendar."""
    waits = tolerating.outstanding(case.timing) if aside.step == tolerating.TOLERANCE else None
    due = tolerating.due(waits, calendar) if waits else aside.due
    changed = shown if aside.due is None else {"step_due": due} if due != aside.due else {}
    for row in rows_of(aside) if changed else ():
        work.change(INBOX, row, changed)
    return replace(aside, due=due) if due != aside.due else aside


def _follow_calendar(work: Work, case: Case) -> None:
    """A new calendar has come since this case was dated, and this act came to it before the worker: its timers move."""
    found = timers.shifts(work, [case], work.calendar).get((case.matter.home, case.matter.id), [])
    if found:
        facts = {"calendar": [case.calendar, work.calendar.version], "timers": timers.move(work, found)}
        note(work, case, "clock.recomputed", facts)
