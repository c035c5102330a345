"""请示答复 — guidance from the superior department, and an extension asked of the head; the decision stays. R32"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import asides, cases, holding, reading, running
from yiwang.ground.outcome import Conflict, FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import AnswerInquiry, AskExtension, AskGuidance, Extend, OnTask
from yiwang.handling.rules import writing
from yiwang.handling.service import documents, tasks
from yiwang.handling.store import ANSWER, INQUIRY, Inquiry
from yiwang.plumbing.work import Work

EXTENSION = "行政许可法 42"
superior_of = asides.superior_of


def ask_guidance(command: AskGuidance, work: Work) -> UUID:
    """请示业务指导: the same line one level up answers in words; who decides and by when stays as it is. R32

    Conflict `inquiry.no_superior` in the province; Forbidden `case.not_your_task` for another desk's task.
    """
    case, task = _own(work, command, command.question, "question")
    desk = superior_of(work, work.actor.organisation)
    if not desk:
        raise Conflict("inquiry.no_superior", number=case.matter.number)
    facts = {"step": task.step, "words": _digest(command.question)}
    aside = asides.ask(work, case, asides.GUIDANCE, desk, facts, "规定 32")
    _write(work, case, aside, task.step, command.question)
    return aside.id


def ask_extension(command: AskExtension, work: Work) -> UUID:
    """请示延期: of the head of the deciding authority, or of the people's government where several decide together.

    Forbidden `inquiry.authority_asks` for a department that does not lead; Conflict `case.no_extension`.
    """
    case, task = _own(work, command, command.reason, "reason")
    if work.actor.organisation != case.matter.deciding:
        raise Conflict("inquiry.authority_asks", number=case.matter.number)
    if holding.published_of(work, case).item.extension is None:
        raise Conflict("case.no_extension", clause=EXTENSION)
    facts = {"step": task.step, "words": _digest(command.reason)}
    aside = asides.ask(work, case, asides.EXTENSION, holding.extender(work, case), facts, EXTENSION)
    _write(work, case, aside, task.step, command.reason)
    return aside.id


def answer(command: AnswerInquiry, work: Work) -> None:
    """答复: guidance in words; or why an extension is not approved. Only the desk that was asked."""
    _required(command.words, "words")
    aside = asides.answer(work, command.home, command.id, command.inquiry, {"words": _digest(command.words)})
    outcome = "answered" if aside.step == asides.GUIDANCE else "declined"
    _reply(work, command.home, command.id, aside.id, outcome, command.words)


def extend(command: Extend, work: Work) -> Case:
    """批准延期: the limit grows once, the reason is told to the applicant in writing; settles what was asked of this
    desk. 行政许可法 42, SOD13
    """
    _required(command.reason, "reason")
    before = holding.hold(work, command.home, command.id).asides
    case = cases.extend(work, command.home, command.id, command.reason)
    for aside in before:
        if aside not in case.asides:
            _reply(work, command.home, command.id, aside.id, "approved", command.reason)
    extension = case.timing.extension
    assert extension is not None
    dues = reading.dues(case, work.today, work.calendar)
    due = dues.promised or dues.legal
    limit = documents.limit_words(str(extension.limit))
    paper = writing.extension(documents.occasion(work, case), reason=command.reason, limit=limit, due=due)
    documents.issue(work, case, paper, clause=EXTENSION)
    running.keep(work, case)
    return case


def of_case(work: Work, home: int, case_id: UUID) -> list[Inquiry]:
    """请示与答复: all questions beside the flow of a case, with their answers."""
    return store.inquiries(work, home, case_id)


def _own(work: Work, command: OnTask, words: str, field: str) -> tuple[Case, Task]:
    _required(words, field)
    case = holding.hold(work, command.home, command.id)
    task = holding.find_task(case, command.task)
    running.own_desk(work, case, task)
    return case, task


def _required(words: str, field: str) -> None:
    if not words.strip():
        raise Invalid("handling.form", errors=(FieldError(field, "field.required"),))
    tasks.check_words(words)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def _write(work: Work, case: Case, aside: Task, step: str, question: str) -> None:
    work.add(
        INQUIRY,
        {
            "home": case.matter.home,
            "matter": case.matter.id,
            "id": aside.id,
            "kind": aside.step,
            "step": step,
            "asker": work.actor.organisation,
            "desk": aside.desk,
            "question": question,
            "person": work.actor.person,
            "at": work.now,
        },
    )


def _reply(work: Work, home: int, case_id: UUID, inquiry: UUID, outcome: str, words: str) -> None:
    work.add(
        ANSWER,
        {
            "home": home,
            "matter": case_id,
            "id": inquiry,
            "outcome": outcome,
            "words": words,
            "person": work.actor.person,
            "at": work.now,
        },
    )
