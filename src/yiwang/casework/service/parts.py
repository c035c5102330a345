"""子件与等待 — cases that are parts of a case, and steps that only time ends."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, OpenCase, Task
from yiwang.casework.messages.flow import Finish
from yiwang.casework.service.cases import complete_automatic, end, open_case
from yiwang.casework.service.holding import AUTOMATIC, OPEN, flow_of, hold, note
from yiwang.casework.service.running import run
from yiwang.casework.store import cases as store
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import StepKind
from yiwang.directory import service as directory
from yiwang.plumbing.outbox import Errand, Runner
from yiwang.plumbing.work import SHANGHAI, Work

ELAPSE = "casework.elapse"
DONE = "done"


def open_part(work: Work, home: int, case_id: UUID, step: str) -> Case:
    """开子件: another item's case as a part of this one, accepted at the moment in which its step opens: for parts
    side by side that of the whole, for later ones that of the predecessor's completion. 规定 5(3), R49

    Whoever accepted the whole has accepted the part as well, and does nothing else in it.
    """
    whole = hold(work, home, case_id)
    published = catalogue.published(work, flow_of(work, whole).step(step).item)
    matter = whole.matter
    command = OpenCase(
        home=home,
        id=work.new_id(),
        item=published.item.code,
        item_version=published.version,
        applicant=matter.applicant,
        division=matter.division,
        receiving=matter.receiving,
        facts=whole.facts,
        channel=whole.channel,
        parent=matter.id,
    )
    part = open_case(command, work)
    acceptors = sorted(person for person, duty in whole.hands.items() if duty is Duty.ACCEPT)
    kind = directory.organisation(work, matter.receiving).kind
    for person in acceptors:
        store.lend_hand(work, part, person, Duty.ACCEPT, kind)
    accept = flow_of(work, part).start
    facts = {"step": accept, "outcome": "accept", "by": AUTOMATIC, "acceptors": acceptors, "whole": matter.number}
    note(work, part, "step.finished", facts, "规定 5")
    run(work, part, Finish(step=accept, outcome="accept", at=work.now))
    return part


def finish_part(work: Work, home: int, case_id: UUID, outcome: str) -> None:
    """子件办完: the whole goes on; nothing happens for a case that is no part, or whose whole waits no longer."""
    part = hold(work, home, case_id)
    if part.matter.parent is None:
        return
    whole = hold(work, home, part.matter.parent)
    flow = flow_of(work, whole)
    step = next((s for s in whole.tasks if flow.step(s).item == part.matter.item), "")
    if step:
        facts = {"step": step, "outcome": outcome, "by": AUTOMATIC, "part": part.matter.number}
        note(work, whole, "step.finished", facts)
        run(work, whole, Finish(step=step, outcome=outcome, at=work.now))


def close_parts(work: Work, home: int, case_id: UUID, word: str) -> None:
    """整件结束: its parts are delivered with it (one delivery), or end with its word."""
    whole = hold(work, home, case_id)
    if not any(s.kind is StepKind.SUBCASE for s in flow_of(work, whole).steps.values()):
        return
    for part in parts_of(work, home, case_id):
        if word == DONE:
            complete_automatic(work, home, part, StepKind.DELIVER, "delivered")
        elif hold(work, home, part).status in OPEN:
            end(work, home, part, word, whole.matter.number)


def parts_of(work: Work, home: int, case_id: UUID) -> list[UUID]:
    """子件: the parts of a case, in the order in which they were opened. One query."""
    sql = "SELECT id FROM casework.matter WHERE home = %s AND parent = %s ORDER BY id"
    return [row[0] for row in work.read(sql, (home, case_id))]


def watch_wait(work: Work, home: int, case_id: UUID, task: Task) -> None:
    """等待期限: the morning after the last day, the step is over."""
    assert task.due is not None, task.step
    morning = datetime.combine(task.due + timedelta(days=1), time.min, SHANGHAI)
    work.later(
        ELAPSE, {"id": str(case_id), "task": str(task.id)}, home=home, due=morning, lane="clock", key=str(task.id)
    )


def elapse_runner() -> Runner:
    """期满: the step ends by itself, unless its last day has moved on."""

    def inside(work: Work, errand: Errand, _: object) -> None:
        case = hold(work, errand.home, UUID(errand.payload["id"]))
        task = next((t for t in case.tasks.values() if str(t.id) == errand.payload["task"]), None)
        if task is None or task.due is None:
            return
        if task.due >= work.today:
            watch_wait(work, errand.home, case.matter.id, task)
            return
        note(work, case, "step.finished", {"step": task.step, "outcome": "elapsed", "by": AUTOMATIC})
        run(work, case, Finish(step=task.step, outcome="elapsed", at=work.now))

    return Runner(inside=inside)
