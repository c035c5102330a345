"""请示页面 — ask the superior department, ask for an extension, answer what was asked of one's own desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.casework.service.asides import COUNTING
from yiwang.desks.department.inbox import asked_of
from yiwang.desks.department.reach import WORK, concerned
from yiwang.directory import service as directory
from yiwang.front import scope
from yiwang.front.desk import Desk
from yiwang.front.routes import sent
from yiwang.ground.outcome import NotFound
from yiwang.handling.messages import AnswerInquiry, AskExtension, AskGuidance, Refer
from yiwang.handling.service import inquiries
from yiwang.plumbing.work import Work


def shown(work: Work, case: Case) -> dict[str, Any]:
    """What has been asked beside the flow and answered, who asked in person, and who may approve an extension."""
    rows = inquiries.of_case(work, case.matter.home, case.matter.id)
    who = directory.names_of(work, {p for q in rows for p in (q.person, q.answered_by) if p})
    may = holding.published_of(work, case).item.extension is not None and case.timing.extension is None
    return {
        "inquiries": rows,
        "askers": who,
        "asked_here": {a.id for a in case.asides if a.desk == work.actor.organisation and a.role in work.actor.roles},
        "extender": holding.extender(work, case) if may else "",
        "refer": _refer(work, case),
        "superior": inquiries.superior_of(work, work.actor.organisation),
    }


def _refer(work: Work, case: Case) -> list[dict[str, Any]]:
    """For the lead: each consultation that was answered by no competence, with who else may be asked."""
    if work.actor.organisation != case.matter.deciding or case.status not in COUNTING:
        return []
    return [
        {"step": holding.step_of(work, case, step), "to": inquiries.referable(work, case, step)}
        for step in inquiries.without_competence(case)
    ]


def back(desk: Desk, ref: str) -> str:
    """回哪里: to the case while one may still see it, else to the inbox."""
    with desk.work() as work:
        try:
            scope.case(work, ref)
        except NotFound:
            return asked_of(desk).link()
    return asked_of(desk).link(f"/desk/{ref}")


@sent("/desk/{ref:str}/{task:uuid}/inquiry", opt=WORK)
def ask(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """请示: guidance from the superior department, or an extension from the head."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        where: dict[str, Any] = {"home": home, "id": case_id, "task": task}
        words = form.get("question")[:1000]
        if form.get("kind") == "extension":
            inquiries.ask_extension(AskExtension(**where, reason=words), work)
        else:
            inquiries.ask_guidance(AskGuidance(**where, question=words), work)
        return {}

    desk.once(form, body, do)
    return desk.go(f"/desk/{ref}#inquiries")


@sent("/desk/{ref:str}/inquiries/{inquiry:uuid}", opt=WORK)
def answer(ref: str, inquiry: UUID, desk: Desk, body: bytes) -> Response[str]:
    """答复."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        said = {"outcome": form.get("outcome"), "conditions": form.get("conditions")[:1000]}
        words = form.get("answer")[:1000]
        inquiries.answer(AnswerInquiry(home=home, id=case_id, inquiry=inquiry, words=words, **said), work)
        return {}

    desk.once(form, body, do)
    return desk.go(back(desk, ref))


@sent("/desk/{ref:str}/refer", opt=WORK)
def refer(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """另行征求意见: of another department, where whom the chart asks has no competence."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        words = form.get("question")[:1000]
        inquiries.refer(Refer(home=home, id=case_id, step=form.get("step"), to=form.get("to"), question=words), work)
        return {}

    desk.once(form, body, do)
    return desk.go(f"/desk/{ref}#inquiries")


ROUTES = [ask, answer, refer]
