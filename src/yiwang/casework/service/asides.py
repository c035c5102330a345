"""旁问 — questions beside the flow: guidance from above, a request to extend; no token moves, no clock stops. R32"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from yiwang.casework.messages.case import Case, Status, Task
from yiwang.casework.service.holding import due_columns, hold, note
from yiwang.casework.service.running import inbox_row, keep
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue.messages import Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.plumbing.work import Work

GUIDANCE, EXTENSION = "guidance", "extension"
ROLES = {GUIDANCE: "handler", EXTENSION: "head"}
NAMES = {GUIDANCE: "业务指导", EXTENSION: "延期请示"}
COUNTING = (Status.HANDLING, Status.SUSPENDED)


def ask(work: Work, case: Case, kind: str, desk: str, facts: Mapping[str, object], clause: str) -> Task:
    """请示: put a question to another desk; it may see the case until it has answered.

    Conflict `case.not_counting` outside handling, `aside.asked_already` while the same question waits there.
    """
    if case.status not in COUNTING:
        raise Conflict("case.not_counting", number=case.matter.number)
    if any((a.step, a.desk) == (kind, desk) for a in case.asides):
        raise Conflict("aside.asked_already", number=case.matter.number)
    role = ROLES[kind]
    post = directory.post_for(work, desk, role)
    asker = (work.actor.organisation,)
    aside = Task(id=work.new_id(), step=kind, desk=desk, role=role, opened_at=work.now, post=post, lenders=asker)
    case.asides = (*case.asides, aside)
    work.put_once(INBOX, row(work, case, aside, due_columns(case, work.today, work.calendar)))
    note(work, case, f"{kind}.asked", {"aside": str(aside.id), "desk": desk, **facts}, clause)
    keep(work, case)
    return aside


def row(work: Work, case: Case, aside: Task, dues: Mapping[str, object]) -> dict[str, object]:
    """待办行 of a question: like that of a task, with its kind and the organisation that waits for the answer."""
    box = Step(id=aside.step, name=NAMES[aside.step], kind=StepKind.REVIEW)
    return {
        **inbox_row(work, case, aside, box, dues),
        "step_kind": aside.step,
        "holder": "",
        "asked_by": aside.lenders[0],
    }


def answer(work: Work, home: int, case_id: UUID, aside_id: UUID, facts: Mapping[str, object]) -> Task:
    """答复: by the desk that was asked, in the role that was asked; the question is then no longer open.

    Conflict `case.task_gone`; Forbidden `case.not_your_task`.
    """
    case = hold(work, home, case_id)
    aside = next((a for a in case.asides if a.id == aside_id), None)
    if aside is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    if aside.desk != work.actor.organisation or aside.role not in work.actor.roles:
        raise Forbidden("case.not_your_task", desk=aside.desk, role=aside.role)
    _close(work, case, aside)
    note(work, case, f"{aside.step}.answered", {"aside": str(aside.id), **facts})
    keep(work, case)
    return aside


def settle(work: Work, case: Case, kind: str) -> Task | None:
    """了结: a question of this kind to the own desk, settled by another act; the caller notes and keeps."""
    aside = next((a for a in case.asides if (a.step, a.desk) == (kind, work.actor.organisation)), None)
    if aside is not None:
        _close(work, case, aside)
    return aside


def _close(work: Work, case: Case, aside: Task) -> None:
    case.asides = tuple(a for a in case.asides if a.id != aside.id)
    work.remove(INBOX, {"desk": aside.desk, "id": aside.id})
