"""成形 — from what services give to what goes over the wire."""

from __future__ import annotations

from typing import Any

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.messages.desk import InboxRow
from yiwang.casework.service import parts, proving, tolerating, verbs
from yiwang.casework.service import reading as caseread
from yiwang.casework.service.parts import Part
from yiwang.catalogue.messages import Item, Material, Necessity, Published
from yiwang.catalogue.service import Needs
from yiwang.front.desk import reference
from yiwang.front.lights import explanation
from yiwang.gateway import following, views
from yiwang.ground.ledger import Ledger
from yiwang.intake.messages import Application, Receipt
from yiwang.intake.service.tolerances import Outstanding
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work


def item_brief(item: Item) -> views.ItemBrief:
    """An item as a list shows it."""
    return views.ItemBrief(**_brief(item))


def _brief(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "name_en": item.name_en,
        "department": item.line,
        "case_type": item.case_type.value,
        "promised": str(item.promised) if item.promised else None,
        "visits": item.visits,
    }


def item_view(published: Published) -> views.ItemView:
    """An item whole."""
    item = published.item
    return views.ItemView(
        **_brief(item),
        version=published.version,
        legal=str(item.legal) if item.legal else None,
        legal_basis=item.legal_basis,
        result=item.result,
        questions=[
            views.QuestionView(q.code, q.text, q.several, {o.value: o.label for o in q.options}) for q in item.questions
        ],
    )


def needs_view(needs: Needs) -> views.NeedsView:
    """What an item needs in a situation."""
    return views.NeedsView(
        fill=[_need(m) for m in needs.fill], bring=[_need(m) for m in needs.bring], held=[_need(m) for m in needs.held]
    )


def _need(material: Material) -> views.NeedView:
    return views.NeedView(
        material=material.code,
        name=material.name,
        source=material.source.label,
        tolerable=material.necessity is Necessity.TOLERABLE,
        checkpoints=list(material.checkpoints),
        data_items={d.code: d.name for d in material.data_items},
    )


def application_view(application: Application) -> views.ApplicationView:
    """An application as it stands."""
    return views.ApplicationView(
        ref=reference(application.home, application.id),
        number=application.number,
        state=application.state,
        item=application.item,
        item_name=application.item_name,
        applicant=application.applicant,
        division=application.division,
        receiving=application.receiving,
        delivery=application.delivery,
        answers=dict(application.answers),
        form=dict(application.form),
        visits=application.visits,
        drafted_at=application.drafted_at,
        submitted_at=application.submitted_at,
    )


def receipt_view(receipt: Receipt) -> views.ReceiptView:
    """A receipt."""
    return views.ReceiptView(
        ref=reference(receipt.home, receipt.id),
        number=receipt.number,
        accepted_on=receipt.accepted_on,
        promised_due=receipt.promised_due,
        legal_due=receipt.legal_due,
        provisional=receipt.provisional,
        outstanding=list(receipt.outstanding),
        outstanding_until=receipt.outstanding_until,
    )


def tolerance_view(waits: Outstanding | None) -> following.ToleranceView:
    """What an application was accepted without."""
    if waits is None:
        return following.ToleranceView(open=False, materials=[], by_words=[], until=None)
    materials = [_need(m) for m in waits.materials]
    return following.ToleranceView(waits.open, materials, sorted(waits.by_words), waits.until)


def case_view(work: Work, case: Case, *, explain: bool = False) -> views.CaseView:
    """A case; with `explain` its clock day by day."""
    matter, waits = case.matter, tolerating.outstanding(work, case)
    return views.CaseView(
        ref=reference(matter.home, matter.id),
        number=matter.number,
        status=case.status,
        item=matter.item,
        item_name=matter.item_name,
        item_version=matter.item_version,
        flow_kind=matter.flow_kind,
        receiving=matter.receiving,
        deciding=matter.deciding,
        received_at=matter.received_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        tasks=[_task(work, case, t) for t in case.tasks.values()],
        done=[{"step": d.step, "outcome": d.outcome, "at": d.at} for d in case.progress.done],
        accepted=[views.AcceptedView(a.organisation, a.at, a.step, a.after) for a in proving.accepted(work, case)],
        clock=clock_view(work, case, explain=explain),
        whole=reference(matter.home, matter.parent) if matter.parent else None,
        parts=[_part(work, part) for part in parts.parts(work, case)],
        outstanding=list(waits[0].lacking) if waits else [],
        outstanding_until=waits[1] if waits else None,
    )


def _part(work: Work, part: Part) -> views.PartView:
    case = part.case
    return views.PartView(
        step=part.step.id,
        item=part.item.code,
        name=part.item.name,
        organisation=part.deciding,
        ref=reference(case.matter.home, case.matter.id) if case else None,
        number=case.matter.number if case else None,
        status=case.status if case else None,
        accepted_on=case.timing.accepted_on if case else None,
        promised_due=caseread.dues(case, work.today, work.calendar).promised if case else None,
        outcome=part.outcome or None,
        waits_for=[step.id for step in part.waits_for],
        barred=part.barred,
    )


def _task(work: Work, case: Case, task: Task) -> views.TaskView:
    left = work.calendar.count(work.today, task.due) if task.due else None
    return views.TaskView(
        task=task.id,
        step=task.step,
        organisation=task.desk,
        role=task.role,
        due=task.due,
        left=max(left, 0) if left is not None else None,
        overdue=max(-left, 0) if left is not None else None,
        holder=task.holder,
        post=task.post,
        lenders=list(task.lenders),
        seats=[views.SeatView(s.person, s.kind, s.by, s.outcome, s.at) for s in task.seats],
        urged=task.urged,
        returns=[step.id for step in verbs.returns(work, case, task)],
    )


def clock_view(work: Work, case: Case, *, explain: bool = False) -> views.ClockView:
    """Its dates."""
    dues = caseread.dues(case, work.today, work.calendar)
    promised = case.timing.promised
    book = caseread.explained(case.timing, promised, work.today, work.calendar) if explain and promised else None
    return views.ClockView(
        promised_due=dues.promised,
        legal_due=dues.legal,
        provisional=dues.provisional,
        paused=dues.paused,
        left=dues.left,
        overdue=dues.overdue,
        legal_left=dues.legal_left,
        legal_overdue=dues.legal_overdue,
        explained=explanation(case.matter.home, case.matter.id),
        light=dues.light,
        days=_days(book) if book else [],
    )


def _days(book: Ledger) -> list[views.DayView]:
    return [views.DayView(d.date, d.counted, d.why, d.clause) for d in book.days()]


def act_view(entry: Entry) -> views.ActView:
    """One act of a thread: organisations stand in it, people do not."""
    return views.ActView(entry.seq, entry.at, entry.act, entry.organisation, entry.clause, entry.facts)


def inbox_view(work: Work, row: InboxRow) -> views.InboxView:
    """One line of an inbox."""
    return views.InboxView(
        ref=reference(row.home, row.matter),
        number=row.number,
        task=row.id,
        item=row.item,
        item_name=row.item_name,
        applicant=row.applicant,
        step=row.step,
        step_name=row.step_name,
        step_kind=row.step_kind,
        role=row.role,
        opened_at=row.opened_at,
        step_due=row.step_due,
        promised_due=row.promised_due,
        left=caseread.days_left(row, work.today, work.calendar),
        paused=row.paused,
        holder=row.holder,
        post=row.post,
        urged=row.urged,
    )
