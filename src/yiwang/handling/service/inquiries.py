"""请示答复 — guidance from the superior department, and an extension asked of the head; the decision stays. R32"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import asides, cases, holding, reading, running
from yiwang.directory import service as directory
from yiwang.directory.messages import Organisation
from yiwang.ground.clock import reckon
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.handling import store
from yiwang.handling.messages import AnswerInquiry, AskExtension, AskGuidance, Extend, OnTask, Refer
from yiwang.handling.rules import writing
from yiwang.handling.service import documents, tasks
from yiwang.handling.service.consulting import REPLIES
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


def refer(command: Refer, work: Work) -> UUID:
    """另行征求意见: whom the chart asks has no competence, so the lead asks another department, with the limit anew.

    Beside the flow, for no chart was signed by it: the flow does not wait, its silence means nothing, its conditions
    are carried into the decision like any other's. R50

    Forbidden `case.lead_refers`; Conflict `inquiry.not_without_competence`; Invalid `inquiry.cannot_be_asked` for one
    of another level, the lead, or whoever was asked already.
    """
    _required(command.question, "question")
    case = holding.hold(work, command.home, command.id)
    if work.actor.kind != "staff" or work.actor.organisation != case.matter.deciding:
        raise Forbidden("case.lead_refers")
    if command.step not in without_competence(case):
        raise Conflict("inquiry.not_without_competence", number=case.matter.number)
    if command.to not in [o.code for o in referable(work, case, command.step)]:
        raise Invalid("inquiry.cannot_be_asked", errors=(FieldError("to", "field.choice"),))
    step = holding.step_of(work, case, command.step)
    due = reckon(work.today, step.limit, work.calendar, today=work.today).due if step.limit else None
    facts = {"step": step.id, "due": due and due.isoformat(), "words": _digest(command.question)}
    aside = asides.ask(work, case, asides.REFERRAL, command.to, facts, step.basis, due)
    _write(work, case, aside, step.id, command.question)
    return aside.id


def without_competence(case: Case) -> list[str]:
    """不属职责的: steps of the chart whose last answer was that the department has no competence."""
    last = {d.step: d.outcome for d in case.progress.done}
    return [step for step, outcome in last.items() if outcome == "no_competence"]


def referable(work: Work, case: Case, step: str) -> list[Organisation]:
    """可另行征求的部门: those of the level that the signed chart asks in this step, in the place of the matter, with
    somebody who answers consultations; not the lead, nor whom the case asks or has asked already. One query.
    """
    asked = holding.step_of(work, case, step)
    level = directory.organisation(work, holding.desk_of(work, case, asked)).level
    out = set(holding.organisations_of(work, case))
    out |= {q.desk for q in of_case(work, case.matter.home, case.matter.id) if q.kind == asides.REFERRAL}
    found = []
    for line in directory.snapshot(work).lines:
        try:
            one = directory.resolve(work, line, level, case.matter.division, work.today)
        except Refused:
            continue
        if one.kind == "department" and one.code not in out and _answers(work, one.code):
            found.append(one)
    return found


def _answers(work: Work, organisation: str) -> bool:
    """Whether somebody there answers consultations."""
    role = asides.ROLES[asides.REFERRAL]
    return any(role in post.roles for _, post in directory.staff(work).of_organisation(organisation, work.today))


def answer(command: AnswerInquiry, work: Work) -> None:
    """答复: guidance in words; why an extension is not approved; what another department says, its conditions carried
    into the decision. Only the desk that was asked.
    """
    case = holding.hold(work, command.home, command.id)
    asked = next((a for a in case.asides if a.id == command.inquiry), None)
    if asked is not None and asked.step == asides.REFERRAL:
        _reply_to_referral(command, work, case)
        return
    _required(command.words, "words")
    aside = asides.answer(work, command.home, command.id, command.inquiry, {"words": _digest(command.words)})
    outcome = "answered" if aside.step == asides.GUIDANCE else "declined"
    _reply(work, command.home, command.id, aside.id, outcome, command.words)


def _reply_to_referral(command: AnswerInquiry, work: Work, case: Case) -> None:
    if command.outcome not in REPLIES:
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "conditional" and not command.conditions.strip():
        raise Invalid("handling.form", errors=(FieldError("conditions", "field.required"),))
    facts = {"outcome": command.outcome, "words": _digest(command.words)}
    aside = asides.answer(work, command.home, command.id, command.inquiry, facts)
    asked = next(q for q in of_case(work, command.home, command.id) if q.id == aside.id)
    step = holding.step_of(work, case, asked.step)
    tasks.opine(work, case, step, command.outcome, command.words, command.conditions)
    _reply(work, command.home, command.id, aside.id, command.outcome, command.words)


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
