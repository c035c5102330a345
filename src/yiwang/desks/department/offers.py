"""可做之事 — which of the officials' verbs a page offers somebody on a task and on a case; the service decides all the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yiwang.casework.messages.case import Case, Seat, Status, Task
from yiwang.casework.service import holding, verbs
from yiwang.catalogue.messages import Signing, StepKind
from yiwang.directory import service as directory
from yiwang.front.look.parts import Option
from yiwang.ground.actor import Actor
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

HEAD, DECIDER = "head", "decider"
ADDED = "added"
PROGRAM = "client"  # the role of a department's own system, which signs nothing and recuses nobody


def ours(actor: Actor, task: Task) -> bool:
    """本岗: a task that the actor works in a role of the desk, was asked to sign, or heads the desk of."""
    if task.desk != actor.organisation:
        return False
    return task.role in actor.roles or actor.has(HEAD) or any(s.person == actor.person for s in task.seats)


def held_by_other(actor: Actor, task: Task) -> bool:
    """在别人手里: claimed by somebody whom the actor does not stand in for."""
    away = actor.stands_for(task.role, task.holder)
    return task.holder not in ("", actor.person) and (away is None or away.person != task.holder)


def my_seat(actor: Actor, task: Task) -> Seat | None:
    """我的席: where the actor was asked to sign and has not."""
    return next((s for s in task.seats if s.person == actor.person and s.at is None), None)


def on_task(work: Work, case: Case, task: Task, names: dict[str, str]) -> dict[str, Any]:
    """What the actor may do with a task beside working it; `names` gets the names of whoever is offered."""
    actor, step = work.actor, holding.step_of(work, case, task.step)
    desk_work = task.desk == actor.organisation and task.role in actor.roles and not held_by_other(actor, task)
    head = actor.has(HEAD) and actor.organisation == task.desk
    in_charge = head or (desk_work and not task.lenders)
    delegate = verbs.is_delegate(work, task)
    lender = bool(task.lenders) and (task.lenders[-1] == actor.person or head)
    several = step.signing is not Signing.ONE
    signed = any(s.person == actor.person and s.at is not None for s in task.seats)
    fitting = [person for person, _ in verbs.colleagues(work, case, task)] if in_charge or desk_work else []
    house = _house(work, case, task) if in_charge else []
    names |= directory.names_of(work, {*fitting, *house, *(s.person for s in task.seats), *task.lenders} - names.keys())
    seat = my_seat(actor, task)
    return {
        "works": desk_work and not delegate and not several,
        "sign": ("signer" if seat is None else seat.kind) if seat or (several and desk_work and not signed) else "",
        "delegate": delegate,
        "claim": desk_work and not task.holder and not several,
        "release": in_charge and bool(task.holder),
        "transfer": _options(fitting, names) if in_charge and not task.lenders else [],
        "lend": _options([p for p in fitting if p not in (actor.person, *task.lenders)], names) if desk_work else [],
        "hand_back": delegate or lender,
        "add": _options(house, names),
        "drop": [s for s in task.seats if s.at is None and (s.by == actor.person or head)],
        "asked": [s for s in task.seats if s.kind == ADDED or several],
    }


def _house(work: Work, case: Case, task: Task) -> list[str]:
    """Who of the house may be asked to sign: not who holds the task, was asked already or stays out of the case."""
    out = {work.actor.person, task.holder, *(s.person for s in task.seats), *case.recused}
    there = directory.staff(work).of_organisation(task.desk, work.today)
    return list(dict.fromkeys(person for person, post in there if person not in out and set(post.roles) != {PROGRAM}))


def _options(people: Sequence[str], names: dict[str, str]) -> list[Option]:
    return [Option(code, names.get(code, code)) for code in people]


def on_others(work: Work, case: Case, task: Task) -> dict[str, bool]:
    """What the actor may do about a task that others hold: urge it, recall a consultation that is not needed."""
    actor = work.actor
    leads = actor.organisation == case.matter.deciding
    head = actor.has(HEAD) and actor.organisation == task.desk
    lent = actor.person in (*task.lenders, *(s.by for s in task.seats if s.at is None))
    kind = holding.step_of(work, case, task.step).kind
    return {
        "urge": task.desk != holding.AUTOMATIC and (head or lent or (leads and task.desk != actor.organisation)),
        "recall": leads and kind is StepKind.CONSULT,
    }


def on_case(work: Work, case: Case, acts: Sequence[Entry], names: dict[str, str]) -> dict[str, Any]:
    """What the actor may do with a case as a whole: take back, stay out or have somebody stay out, end it."""
    actor = work.actor
    if case.closed_at is not None:
        return {"take_back": None, "recuse": False, "order": [], "terminate": False}
    head = actor.has(HEAD) and actor.organisation in holding.organisations_of(work, case)
    there = directory.staff(work).of_organisation(actor.organisation, work.today) if head else []
    officials = dict.fromkeys(person for person, post in there if set(post.roles) != {PROGRAM})
    people = [p for p in officials if p not in (actor.person, *case.recused)]
    names |= directory.names_of(work, set(people) - names.keys())
    counting = case.status in (Status.HANDLING, Status.SUSPENDED)
    return {
        "take_back": _last_of_mine(work, case, acts),
        "recuse": actor.person not in case.recused,
        "order": _options(people, names),
        "terminate": counting and actor.has(DECIDER) and actor.organisation == case.matter.deciding,
    }


def _last_of_mine(work: Work, case: Case, acts: Sequence[Entry]) -> Any:
    """The step that the actor finished last, while nobody has taken up what came after."""
    last = next((e for e in reversed(acts) if e.act not in verbs.QUIET), None)
    if last is None or last.act != "step.finished" or last.person != work.actor.person or "by" in last.facts:
        return None
    step = holding.step_of(work, case, str(last.facts["step"]))
    return step if step.kind in (StepKind.REVIEW, StepKind.CONSULT) else None
