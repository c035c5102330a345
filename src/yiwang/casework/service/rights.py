"""动作资格 — who may do what with a task: heads, holders, colleagues; what every verb asks before it acts."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from yiwang.casework.messages.case import Case, Seat, Task
from yiwang.casework.rules import separation
from yiwang.casework.service.running import (
    own_desk,
    stand_in,
)
from yiwang.casework.store.inbox import INBOX
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, FieldError, Invalid, Refused
from yiwang.plumbing.work import Work

HEADS = ("head", "window_chief")
"""负责人: of a department; at a centre its chief."""
RECALLED = "recalled"
NOBODYS = frozenset({"deemed", RECALLED})
"""Outcomes that come about without anybody saying them."""
WORDS_LIMIT = 1000


def about(task: Task) -> dict[str, object]:
    return {"step": task.step, "task": str(task.id)}


def digest_of(words: str) -> dict[str, object]:
    return {"words": sha256(words.encode()).hexdigest()} if words else {}


def must_say(field: str, words: str) -> None:
    """Invalid unless something was written, and not more than anybody reads."""
    if not words.strip():
        raise Invalid("case.form", errors=(FieldError(field, "field.required"),))
    if len(words) > WORDS_LIMIT:
        raise Invalid("case.form", errors=(FieldError(field, "field.too_long", {"limit": WORDS_LIMIT}),))


def heads(work: Work, case: Case, task: Task) -> bool:
    """Whether the actor heads the desk, or stands in for its head."""
    return work.actor.organisation == task.desk and as_head(work, case)


def as_head(work: Work, case: Case) -> bool:
    role = next((role for role in HEADS if work.actor.has(role)), "")
    if role:
        stand_in(work, case, role)
    return bool(role)


def must_be_in_charge(work: Work, case: Case, task: Task) -> None:
    """Its holder, anybody of the role while nobody holds it, or the head; not who only works it for another."""
    if heads(work, case, task):
        return
    own_desk(work, case, task)
    if task.lenders:
        raise Conflict("case.delegated", number=case.matter.number)


def why_unable(case: Case, task: Task, person: str) -> Refused | None:
    """Why somebody else must not work this task: recused, or with another duty in this case."""
    if person in case.recused:
        return Conflict("case.colleague_recused", clause="行政处罚法 43")
    duty = separation.duty_of(task.role)
    if case.hands.get(person, duty) is not duty:
        return Conflict("case.colleague_has_duty", clause="种子 受办分离")
    return None


def must_be_able(case: Case, task: Task, person: str) -> None:
    if (refusal := why_unable(case, task, person)) is not None:
        raise refusal


def own_post(work: Work, task: Task) -> str:
    """The post in which the actor works a task: the own one, or that of whoever the actor stands in for."""
    stands_for = work.actor.stands_for(task.role, task.holder)
    return stands_for.post if stands_for else work.actor.post


def post_at(work: Work, task: Task, person: str) -> tuple[str, str]:
    """The post at the task's desk in which somebody could work it today, and for whom as a deputy; empty when none."""
    there = directory.staff(work).able(task.desk, task.role, work.today)
    return next(((post.code, principal) for who, post, principal in there if who == person), ("", ""))


def post_of_colleague(work: Work, case: Case, task: Task, person: str) -> str:
    """The post in which a colleague may work a task: the own, or that of whom the colleague stands in for by dates.

    A deputy has the powers of the post, but needs the right twice. 民法典 162
    """
    must_be_able(case, task, person)
    post, principal = post_at(work, task, person)
    if not post:
        raise Invalid("case.not_a_colleague", errors=(FieldError("to", "field.choice"),))
    if principal:
        must_be_able(case, task, principal)
    return post


def give(work: Work, case: Case, task: Task) -> None:
    case.tasks[task.step] = task
    work.change(INBOX, {"desk": task.desk, "id": task.id}, {"holder": task.holder, "post": task.post})


def give_up(work: Work, case: Case, task: Task) -> None:
    """The task is the desk's again, and its first post for the role answers for it (R52)."""
    give(work, case, replace(task, holder="", post=directory.post_for(work, task.desk, task.role), lenders=()))


def with_seats(case: Case, task: Task, seats: tuple[Seat, ...]) -> Task:
    task = case.tasks[task.step] = replace(task, seats=seats)
    return task
