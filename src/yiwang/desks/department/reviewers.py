"""评审专家页面 — draw the experts of a review, replace one who leaves, and read what each has said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.catalogue.messages import Step
from yiwang.desks.department.reach import WORK, concerned
from yiwang.front.desk import Desk, Form
from yiwang.front.routes import sent
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling.messages import DrawExperts, ExpertOpinion, RedrawExperts
from yiwang.handling.service import experts
from yiwang.plumbing.work import Work


def shown(work: Work, case: Case, step: Step) -> dict[str, Any]:
    """What the form of an expert review needs: who sits in it, or which specialities there are to draw from."""
    if not step.experts:
        return {"members": [], "specialities": []}
    members = experts.members(work, case.matter.home, case.matter.id, step.id).get(step.id, [])
    known = [] if members else sorted({e.speciality for e in experts.library(work)})
    return {"members": members, "specialities": known}


def opinions(form: Form) -> tuple[ExpertOpinion, ...]:
    """专家意见 as the form has them."""
    against = form.all("against")
    return tuple(
        ExpertOpinion(expert=code, outcome="fail" if code in against else "pass", words=words)
        for code, words in form.under("expert.").items()
    )


def _declared(text: str) -> dict[str, str]:
    """One a line: code, space, reason."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        code, _, why = line.partition(" ")
        if not why.strip():
            raise Invalid("handling.form", errors=(FieldError("declared", "field.required"),))
        found[code] = why.strip()
    return found


@sent("/desk/{ref:str}/{task:uuid}/experts", opt=WORK)
def drawn(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """抽取、补抽专家."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        where: dict[str, Any] = {"home": home, "id": case_id, "task": task}
        if leaving := form.get("leaving"):
            experts.redraw(RedrawExperts(**where, leaving={leaving: form.get("reason")[:200]}), work)
        else:
            declared = _declared(form.get("declared"))
            experts.draw(DrawExperts(**where, speciality=form.get("speciality"), declared=declared), work)
        return {}

    desk.once(form, body, do)
    return desk.go(f"/desk/{ref}#experts")


ROUTES = [drawn]
