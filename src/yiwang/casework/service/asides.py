"""旁问 — questions beside the flow: guidance, an extension, what a supervisor demands; no clock stops. R32"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import DEMAND, Case, Status, Task
from yiwang.casework.rules.tolerating import TOLERANCE
from yiwang.casework.service.holding import due_columns, hold, note
from yiwang.casework.service.rights import HEADS
from yiwang.casework.service.running import inbox_row, keep, stand_in
from yiwang.casework.service.saying import Unanswered
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue.messages import Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden, Refused
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work

GUIDANCE, EXTENSION, REFERRAL = "guidance", "extension", "referral"
ROLES = {GUIDANCE: "handler", EXTENSION: "head", REFERRAL: "consultee"}
NAMES = {
    GUIDANCE: "业务指导",
    EXTENSION: "延期请示",
    REFERRAL: "另行征求意见",
    DEMAND: "督办",
    TOLERANCE: "容缺待补",
}
COUNTING = (Status.HANDLING, Status.SUSPENDED)
ABOVE = {"town": "county", "county": "city", "city": "province"}


def ask(
    work: Work, case: Case, kind: str, desk: str, facts: Mapping[str, object], clause: str, due: date | None = None
) -> Task:
    """请示: put a question to another desk, with a day of its own or none; it may see the case until it has answered.

    Conflict `case.not_counting` outside handling, `aside.asked_already` while the same question waits there.
    """
    if case.status not in COUNTING:
        raise Conflict("case.not_counting", number=case.matter.number)
    role = ROLES[kind]
    asked = replace(_new(work, kind, desk, role, directory.post_for(work, desk, role)), due=due)
    return _put(work, case, asked, facts, clause)


def demand(work: Work, case: Case, task: Task, due: date, facts: Mapping[str, object], clause: str) -> Task:
    """督办: the post that answers for a task now has to say in words, by a day of its own, what becomes of it.

    Conflict `aside.asked_already` while that desk still owes an answer.
    """
    asked = replace(_new(work, DEMAND, task.desk, task.role, task.post), due=due)
    return _put(work, case, asked, {"post": task.post, "due": due.isoformat(), **facts}, clause)


def _new(work: Work, kind: str, desk: str, role: str, post: str) -> Task:
    asker = (work.actor.organisation,)
    return Task(id=work.new_id(), step=kind, desk=desk, role=role, opened_at=work.now, post=post, lenders=asker)


def _put(work: Work, case: Case, aside: Task, facts: Mapping[str, object], clause: str) -> Task:
    if any((a.step, a.desk) == (aside.step, aside.desk) for a in case.asides):
        raise Conflict("aside.asked_already", number=case.matter.number)
    case.asides = (*case.asides, aside)
    work.put_once(INBOX, row(work, case, aside, due_columns(case, work.today, work.calendar)))
    note(work, case, f"{aside.step}.asked", {"aside": str(aside.id), "desk": aside.desk, **facts}, clause)
    keep(work, case)
    return aside


def row(work: Work, case: Case, aside: Task, dues: Mapping[str, object]) -> dict[str, object]:
    """待办行 of a question: like that of a task, with its kind and the organisation that waits for the answer.

    What has a day of its own is dated by nothing else.
    """
    box = Step(id=aside.step, name=NAMES[aside.step], kind=StepKind.REVIEW)
    shown = inbox_row(work, case, aside, box, dues)
    if aside.due is not None:
        shown |= {"promised_due": None, "legal_due": None, "paused": False}
    return {**shown, "step_kind": aside.step, "holder": "", "asked_by": aside.lenders[0]}


def answer(work: Work, home: int, case_id: UUID, aside_id: UUID, facts: Mapping[str, object]) -> Task:
    """答复: by the desk that was asked, in the role that was asked; the question is then no longer open.

    What a supervisor demands is answered by the very post that was named, its deputy, or the head of the desk.
    Conflict `case.task_gone`; Forbidden `case.not_your_task`.
    """
    case = hold(work, home, case_id)
    aside = next((a for a in case.asides if a.id == aside_id and a.step != TOLERANCE), None)
    if aside is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    if not may_answer(work, aside):
        raise Forbidden("case.not_your_task", desk=aside.desk, role=aside.role)
    stand_in(work, case, aside.role)
    _close(work, case, aside)
    note(work, case, f"{aside.step}.answered", {"aside": str(aside.id), **facts})
    keep(work, case)
    return aside


def may_answer(work: Work, aside: Task) -> bool:
    """可答复: whether the actor is whom a question was put to."""
    actor = work.actor
    if aside.desk != actor.organisation:
        return False
    if aside.step != DEMAND:
        return aside.role in actor.roles
    posts = {actor.post, *(d.post for d in actor.deputised)}
    return bool(actor.roles & set(HEADS)) or (aside.post in posts if aside.post else aside.role in actor.roles)


def settle(work: Work, case: Case, kind: str) -> Task | None:
    """了结: a question of this kind to the own desk, settled by another act; the caller notes and keeps."""
    aside = next((a for a in case.asides if (a.step, a.desk) == (kind, work.actor.organisation)), None)
    if aside is not None:
        _close(work, case, aside)
    return aside


def go_up(work: Work, case: Case, aside: Task, facts: Mapping[str, object], rule: str) -> Unanswered:
    """逾期升级: nobody has answered; the head of the desk has to, and after the head the superior department, in as
    many working days as were given. Where there is nobody above, it stays where it is. The caller keeps the case.
    """
    assert aside.due is not None
    desk, role, post = _above(work, aside)
    days = max(1, work.calendar.count(day_of(aside.opened_at), aside.due))
    up = replace(aside, desk=desk, role=role, post=post, opened_at=work.now, due=work.calendar.add(work.today, days))
    case.asides = tuple(up if a.id == aside.id else a for a in case.asides)
    work.remove(INBOX, {"desk": aside.desk, "id": aside.id})
    work.put_once(INBOX, row(work, case, up, due_columns(case, work.today, work.calendar)))
    moved = {"aside": str(aside.id), "desk": desk, "post": post, "from": aside.desk, "from_post": aside.post}
    note(work, case, "demand.unanswered", {**facts, **moved, "next": str(up.due)}, rule)
    matter = case.matter
    return Unanswered(
        home=matter.home,
        id=matter.id,
        number=matter.number,
        item=matter.item,
        demand=aside.id,
        desk=aside.desk,
        post=aside.post,
        since=day_of(aside.opened_at),
        due=aside.due,
        rule=rule,
        division=matter.division,
    )


def _above(work: Work, aside: Task) -> tuple[str, str, str]:
    """Who has to answer next: desk, role and post."""
    desks = [aside.desk] if aside.role not in HEADS else []
    if superior := superior_of(work, aside.desk):
        desks.append(superior)
    found = ((d, r, post) for d in desks for r in HEADS if (post := directory.post_for(work, d, r)))
    return next(found, (aside.desk, aside.role, aside.post))


def superior_of(work: Work, organisation: str) -> str:
    """上级部门: the same line one level up, today; empty in the province or where the line is not there."""
    own = directory.organisation(work, organisation)
    level = ABOVE.get(own.level)
    if level is None:
        return ""
    try:
        return directory.resolve(work, own.line, level, own.division, work.today).code
    except Refused:
        return ""


def _close(work: Work, case: Case, aside: Task) -> None:
    case.asides = tuple(a for a in case.asides if a.id != aside.id)
    work.remove(INBOX, {"desk": aside.desk, "id": aside.id})
