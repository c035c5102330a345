"""部门文书 — the decision's document before it is decided, and the documents a case has given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response

from yiwang.desks.department.reach import WORK, concerned
from yiwang.front.desk import Desk
from yiwang.front.papers import pdf_of, preview_of
from yiwang.front.routes import page, sent
from yiwang.handling.messages import Decide
from yiwang.handling.service import deciding, documents


@sent("/desk/{ref:str}/{task:uuid}/document", opt=WORK)
def preview(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[bytes]:
    """决定书预览: with the words in the form as they stand now; nothing is done, no number is taken."""
    form = desk.form(body)
    with desk.work() as work:
        home, case_id, _ = concerned(work, ref)
        command = Decide(
            home=home,
            id=case_id,
            task=task,
            outcome="refuse" if form.get("preview") == "refuse" else "grant",
            reasons=form.get("words"),
            conditions=form.get("conditions"),
        )
        paper = deciding.drafted(command, work)
    return preview_of(paper)


@page("/desk/{ref:str}/documents/{document:uuid}", opt=WORK)
def document(ref: str, document: UUID, desk: Desk, request: Request[Any, Any, Any]) -> Response[bytes]:
    """文书: a decision or notice of this case as it was issued."""
    with desk.work() as work:
        home, case_id, _ = concerned(work, ref)
        found = documents.one(work, home, case_id, document)
    return pdf_of(found, request)


ROUTES = [preview, document]
