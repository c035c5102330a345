"""官员动作页 — the forms of what officials do with a task or a case beside working it: give away, lend, urge, sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from litestar import Response

from yiwang.casework.service import signers, verbs
from yiwang.desks.department.casefile import case_page
from yiwang.desks.department.inbox import asked_of
from yiwang.desks.department.reach import WORK, concerned
from yiwang.front.desk import Desk, Form
from yiwang.front.routes import sent
from yiwang.ground.outcome import NotFound, Refused
from yiwang.handling.messages import HandBack, Sign
from yiwang.handling.service import signing
from yiwang.plumbing.work import Work

OnTask = Callable[[Work, int, UUID, UUID, Form], object]
OnCase = Callable[[Work, int, UUID, Form], object]


def _sign(work: Work, home: int, case_id: UUID, task: UUID, form: Form) -> object:
    conditions = form.get("conditions")
    command = Sign(
        home=home, id=case_id, task=task, outcome=form.get("outcome"), words=form.get("words"), conditions=conditions
    )
    return signing.sign(command, work)


def _hand_back(work: Work, home: int, case_id: UUID, task: UUID, form: Form) -> object:
    return signing.hand_back(HandBack(home=home, id=case_id, task=task, words=form.get("words")), work)


ON_TASK: Mapping[str, OnTask] = {
    "claim": lambda work, home, case, task, _: verbs.claim(work, home, case, task),
    "release": lambda work, home, case, task, _: verbs.release(work, home, case, task),
    "transfer": lambda work, home, case, task, f: verbs.transfer(work, home, case, task, f.get("to"), f.get("reason")),
    "delegate": lambda work, home, case, task, f: verbs.delegate(work, home, case, task, f.get("to"), f.get("words")),
    "hand-back": _hand_back,
    "add-signer": lambda work, home, case, task, f: signers.add_signer(
        work, home, case, task, f.get("person"), f.get("words")
    ),
    "drop-signer": lambda work, home, case, task, f: signers.drop_signer(work, home, case, task, f.get("person")),
    "sign": _sign,
    "urge": lambda work, home, case, task, f: verbs.urge(work, home, case, task, f.get("words")),
    "recall": lambda work, home, case, task, f: verbs.recall(work, home, case, task, f.get("reason")),
}
"""By the name in the address: claim, release, transfer … on a task."""
ON_CASE: Mapping[str, OnCase] = {
    "take-back": lambda work, home, case, f: signing.take_back(work, home, case, f.get("step"), f.get("reason")),
    "recuse": lambda work, home, case, f: verbs.recuse(
        work, home, case, f.get("person") or work.actor.person, f.get("reason")
    ),
    "terminate": lambda work, home, case, f: verbs.terminate(work, home, case, f.get("reason"), f.get("clause")),
}
"""By the name in the address: take-back, recuse, terminate on a case."""


def _done(
    ref: str, desk: Desk, body: bytes, do: Callable[[Work, int, UUID, Form], object], task: UUID | None = None
) -> Response[str]:
    form = desk.form(body)

    def act(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        do(work, home, case_id, form)
        return {}

    try:
        desk.once(form, body, act)
    except NotFound:
        raise
    except Refused as problem:
        return case_page(ref, desk, problem=problem, sent=form, at=task)
    return desk.go(asked_of(desk).link(f"/desk/{ref}"))


@sent("/desk/{ref:str}/{task:uuid}/do/{verb:str}", opt=WORK)
def on_task(ref: str, task: UUID, verb: str, desk: Desk, body: bytes) -> Response[str]:
    """对待办: claim, release, give away, lend and hand back, ask to sign, sign, urge, recall."""
    do = ON_TASK.get(verb)
    if do is None:
        raise NotFound("web.not_found")
    return _done(ref, desk, body, lambda work, home, case, form: do(work, home, case, task, form), task)


@sent("/desk/{ref:str}/do/{verb:str}", opt=WORK)
def on_case(ref: str, verb: str, desk: Desk, body: bytes) -> Response[str]:
    """对办件: take back, stay out, end."""
    do = ON_CASE.get(verb)
    if do is None:
        raise NotFound("web.not_found")
    return _done(ref, desk, body, do)


ROUTES = [on_task, on_case]
