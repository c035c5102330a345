"""申请与受理 — draft, hand in, accept at any window, ask once for what lacks, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import REMEDIES, CompleteStep, OpenCase, Status
from yiwang.casework.service import cases, holding, running, tolerating
from yiwang.casework.service import reading as casework
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import CaseType, Item, Published
from yiwang.directory import service as directory
from yiwang.ground.clock import CORRECTION_NOTICE, last_day_for_correction_notice
from yiwang.ground.outcome import Conflict, FieldError, Invalid, Refused
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.intake import store
from yiwang.intake.messages import Accept, Application, Channel, Delivery, Draft, Lack, Receipt, Submit, TellTerminated
from yiwang.intake.rules import correcting, visits
from yiwang.intake.service import tolerances
from yiwang.intake.service.filing import (
    bring_in,
    check_centre,
    count_visit,
    give_notice,
    lacking,
    own_materials,
    receipt_of,
    wait_for,
)
from yiwang.intake.service.reading import centre_of
from yiwang.intake.store import APPLICATION
from yiwang.plumbing.outbox import Errand, Runner
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import StopAsking, SubjectKind
from yiwang.sharing.service import requests as sharing

DEEM = "intake.deem_accepted"
LAPSE = "intake.correction_lapsed"
PURPOSE = "accept"
CORRECTION_DAYS = 60


def draft(command: Draft, work: Work) -> Application:
    """起草: begin an application and ask departments at once for what they hold (R38).

    Refused when the item is not for this kind of applicant or nobody decides it there.
    """
    published = catalogue.published(work, command.item)
    item = published.item
    kind = SubjectKind(command.kind)
    if kind.value not in item.audience:
        raise Refused("intake.wrong_audience", item=item.name)
    if not command.name.strip() or len(command.name) > 100:
        raise Invalid("intake.form", errors=(FieldError("name", "field.required"),))
    directory.authority(work, item.code, item.line, command.division, work.today)
    receiving = command.receiving or directory.centre_of(work, command.division, work.today).code
    subject = sharing.know(work, kind, command.identifier, command.name, command.phone)
    application = Application(
        home=subject.home,
        id=work.new_id(),
        state="draft",
        item=item.code,
        item_version=published.version,
        item_name=item.name,
        subject=subject.id,
        applicant=subject.name,
        agent=command.agent,
        division=command.division,
        receiving=receiving,
        channel=command.channel,
        window=command.window,
        answers=command.answers,
        form={},
        delivery=Delivery.E_LICENCE,
        address="",
        number="",
        drafted_at=work.now,
        submitted_at=None,
        visits=0,
    )
    row = asdict(application)
    row["window_code"] = row.pop("window")
    row.pop("visits")
    work.put_once(APPLICATION, row)
    _ask_departments(work, application, published)
    return application


def _ask_departments(work: Work, application: Application, published: Published) -> None:
    needs = catalogue.needs(published.item, application.answers)
    subject = sharing.subject_by_id(work, application.home, application.subject)
    sharing.need(work, subject, application.id, application.item, application.item_version, needs.held, PURPOSE)


def answer(work: Work, home: int, application_id: UUID, answers: Mapping[str, str | tuple[str, ...]]) -> None:
    """答情形: the answers to the item's plain questions; they decide what is needed."""
    application = _drafted(work, home, application_id)
    published = catalogue.version_of(work, application.item, application.item_version)
    catalogue.check_answers(published.item, answers)
    work.change(APPLICATION, {"home": home, "id": application_id}, {"answers": answers})
    needs = catalogue.needs(published.item, answers)
    subject = sharing.subject_by_id(work, home, application.subject)
    sharing.need(work, subject, application_id, application.item, application.item_version, needs.held, PURPOSE)


def fill(
    work: Work,
    home: int,
    application_id: UUID,
    form: Mapping[str, object],
    delivery: Delivery | None = None,
    address: str = "",
) -> None:
    """填报: keep what the applicant has written so far, unchecked, so that nothing is lost."""
    application = _drafted(work, home, application_id)
    values: dict[str, object] = {"form": {**application.form, **form}}
    if delivery is not None:
        values |= {"delivery": delivery, "address": address}
    work.change(APPLICATION, {"home": home, "id": application_id}, values)


def check(work: Work, home: int, application_id: UUID) -> None:
    """核对: whether a draft could be handed in as it is; Invalid with every field that is missing or wrong."""
    application = _drafted(work, home, application_id)
    _checked(application, catalogue.version_of(work, application.item, application.item_version).item, application.form)


def _checked(application: Application, item: Item, form: Mapping[str, object]) -> dict[str, object]:
    """The form in normal writing, and the way of delivery looked at with it: everything wrong is said at once."""
    no_address = application.delivery is Delivery.COURIER and not application.address.strip()
    errors = [FieldError("address", "field.required")] if no_address else []
    try:
        form = catalogue.check_form(item, application.answers, form)
    except Invalid as problem:
        errors = [*problem.errors, *errors]
    if errors:
        raise Invalid("intake.form", errors=tuple(errors))
    visits.promise(application.channel, application.delivery, on_the_spot=item.case_type is CaseType.SPOT)
    return dict(form)


def bring(work: Work, home: int, application_id: UUID, material: str, file: UUID) -> None:
    """上传: one of the applicant's own materials as a file."""
    application = store.application(work, home, application_id, lock=True)
    if application.state not in ("draft", "correction"):
        raise Conflict("intake.not_draft")
    own_materials(catalogue.version_of(work, application.item, application.item_version), application, [material])
    there = store.brought(work, home, application_id)
    bring_in(work, application, there, {material: ()}, how="file", file=file)


def submit(command: Submit, work: Work) -> Receipt:
    """提交: check what the applicant wrote, open the case, give a receipt with its number. 规定 6, 11; 行政许可法 32

    Invalid with every field that is missing or wrong, all at once.
    """
    application = _drafted(work, command.home, command.id)
    published = catalogue.version_of(work, application.item, application.item_version)
    item = published.item
    catalogue.check_answers(item, application.answers)
    wanted = replace(application, delivery=command.delivery, address=command.address)
    form = _checked(wanted, item, {**application.form, **command.form})
    case = cases.open_case(
        OpenCase(
            home=application.home,
            id=application.id,
            item=application.item,
            item_version=application.item_version,
            applicant=application.applicant,
            division=application.division,
            receiving=centre_of(work, application),
            facts=application.answers,
            channel=application.channel,
        ),
        work,
    )
    work.change(
        APPLICATION,
        {"home": application.home, "id": application.id},
        {
            "state": "submitted",
            "form": form,
            "delivery": command.delivery,
            "address": command.address,
            "number": case.matter.number,
            "submitted_at": work.now,
        },
        {"state": "draft"},
    )
    if application.channel is Channel.WINDOW:
        count_visit(work, application, "apply")
    receipt = receipt_of(case, work)
    give_notice(work, application, "receipt", asdict(receipt) | {"undertakes": command.undertakes})
    _deem_unless_accepted(work, application, corrected=False)
    return receipt


def answer_by(received: date, calendar: Calendar) -> date:
    """答复末日: the last day to accept, to ask for what lacks or to refuse what was received on a day. 行政许可法 32"""
    return last_day_for_correction_notice(received, calendar, CORRECTION_NOTICE)


def _deem_unless_accepted(work: Work, application: Application, *, corrected: bool) -> None:
    as_of = {"received": work.today.isoformat(), "corrected": corrected}
    wait_for(work, DEEM, application, answer_by(work.today, work.calendar), as_of)


def accept(command: Accept, work: Work) -> Receipt:
    """受理: the clerk has checked the list; the clock starts. 行政许可法 32(1)(5), 规定 5, 11; R14, R19, R22, R28

    Refused with everything that is missing, at once. Nothing that a department holds can be on that list (R38). Where
    only what the item lists as tolerable lacks, the clerk may `tolerate` it, and the applicant undertakes to supply it.
    """
    case = holding.hold(work, command.home, command.id)
    application, there = store.held(work, command.home, command.id)
    published = catalogue.version_of(work, application.item, application.item_version)
    own_materials(published, application, command.brought)
    missing = lacking(application, published, bring_in(work, application, there, command.brought))
    tolerated = tolerances.permitted(work, command, application, *missing)
    task = cases.accept_task(case)
    if case.status is not Status.SUBMITTED:
        raise Conflict("intake.not_waiting")
    cases.complete(
        CompleteStep(
            home=command.home,
            id=command.id,
            task=task.id,
            outcome="accept",
            facts={"brought": sorted(command.brought)},
            clause="规定 11",
        ),
        work,
    )
    if tolerated:
        tolerating.tolerate(work, command.home, command.id, tolerated, catalogue.tolerance(published.item))
    work.change(APPLICATION, {"home": application.home, "id": application.id}, {"state": "accepted"})
    receipt = receipt_of(case, work)
    give_notice(work, application, "acceptance", asdict(receipt) | tolerances.undertaking(published.item, receipt))
    return receipt


def ask_once(work: Work, home: int, application_id: UUID, lacks: Sequence[Lack], days: int) -> None:
    """一次性告知: one notice that lists everything lacking; a second one is refused. 行政许可法 32(1)(4)

    Refused when the notice asks for something that a department holds (规定 7, 43(3)), and after the five working
    days within which it may be given. What is not supplied within `days` working days counts as withdrawn (规定 11).
    """
    case = holding.hold(work, home, application_id)
    application = store.application(work, home, application_id, lock=True)
    check_centre(work, application)
    if application.state != "submitted" or application.submitted_at is None:
        raise Conflict("intake.not_waiting")
    if any(n.kind == "correction" for n in store.notices(work, home, application_id)):
        raise Refused("intake.second_notice", clause="行政许可法 32")
    if work.today > (last := answer_by(day_of(application.submitted_at), work.calendar)):
        raise Refused("intake.notice_late", clause="行政许可法 32", last=last)
    if not lacks:
        raise Invalid("intake.form", errors=(FieldError("lacks", "field.required"),))
    if not 1 <= days <= CORRECTION_DAYS:
        raise Invalid("intake.form", errors=(FieldError("days", "field.range"),))
    published = catalogue.version_of(work, application.item, application.item_version)
    held = {m.code: m.name for m in catalogue.needs(published.item, application.answers).held}
    for lack in lacks:
        if lack.material in held:
            raise Refused("intake.asks_for_held", clause="规定 7", material=held[lack.material])
    running.lend_hand(work, case, cases.accept_task(case))
    cases.mark_correction(work, home, application_id, waiting=True)
    work.change(APPLICATION, {"home": home, "id": application_id}, {"state": "correction"})
    until = work.calendar.add(work.today, days)
    told = {"asked": work.today, "days": days, "until": until}
    give_notice(work, application, "correction", {"lacks": [asdict(lack) for lack in lacks], **told})
    wait_for(work, LAPSE, application, until, told)


def corrected(work: Work, home: int, application_id: UUID, form: Mapping[str, object]) -> None:
    """补正: the applicant has supplied what the one notice asked for; five working days begin anew. 行政许可法 32"""
    application = store.application(work, home, application_id, lock=True)
    if application.state != "correction":
        raise Conflict("intake.not_waiting")
    published = catalogue.version_of(work, application.item, application.item_version)
    checked = catalogue.check_form(published.item, application.answers, {**application.form, **form})
    cases.mark_correction(work, home, application_id, waiting=False)
    work.change(APPLICATION, {"home": home, "id": application_id}, {"state": "submitted", "form": checked})
    _deem_unless_accepted(work, application, corrected=True)


def refuse(work: Work, home: int, application_id: UUID, reason: str, authority: str) -> None:
    """不予受理: not this authority's competence; names the right one, with the remedies. 行政许可法 32(1)(2), 38"""
    case = holding.hold(work, home, application_id)
    application = store.application(work, home, application_id, lock=True)
    check_centre(work, application)
    if application.state not in ("submitted", "correction"):
        raise Conflict("intake.not_waiting")
    if not reason.strip():
        raise Invalid("intake.form", errors=(FieldError("reason", "field.required"),))
    running.lend_hand(work, case, cases.accept_task(case))
    cases.end(work, home, application_id, "refused", reason, "行政许可法 32")
    sharing.stop_asking(StopAsking(home=home, id=application_id), work)
    work.change(APPLICATION, {"home": home, "id": application_id}, {"state": "refused"})
    give_notice(work, application, "refusal", {"reason": reason, "authority": authority, "remedies": REMEDIES})


def withdraw(work: Work, home: int, application_id: UUID) -> None:
    """撤回: the applicant takes the application back before the decision."""
    application = store.application(work, home, application_id, lock=True)
    sharing.stop_asking(StopAsking(home=home, id=application_id), work)
    if application.state == "draft":
        work.change(APPLICATION, {"home": home, "id": application_id}, {"state": "withdrawn"})
        return
    case = holding.hold(work, home, application_id)
    if case.decided_at is not None:
        raise Conflict("intake.decided_already")
    cases.end(work, home, application_id, "withdrawn", "applicant")
    work.change(APPLICATION, {"home": home, "id": application_id}, {"state": "withdrawn"})


def terminated(command: TellTerminated, work: Work) -> None:
    """终止告知: the deciding authority has ended the case; the applicant reads why, by which clause, and the remedies.

    What departments have not answered yet is needed no more, unless only a part has ended.
    """
    application = store.application(work, command.home, command.id, lock=True)
    body = {"reason": command.reason, "clause": command.clause, "remedies": REMEDIES}
    if command.part:
        body["part"] = command.part
    else:
        sharing.stop_asking(StopAsking(home=command.home, id=command.id), work)
        work.change(APPLICATION, {"home": command.home, "id": command.id}, {"state": "terminated"})
    give_notice(work, application, "termination", body)


def deems(work: Work, errand: Errand, calendar: Calendar) -> date | None:
    """答复末日 of an application that waits to be accepted by law, under a calendar; none when nobody waits for it."""
    case = casework.look(work, errand.home, UUID(errand.payload["id"]))
    # Whoever had a hand in it before acceptance has asked for a correction: then only the days since count.
    waits = case.status is Status.SUBMITTED and errand.payload["corrected"] == bool(case.hands)
    return answer_by(date.fromisoformat(errand.payload["received"]), calendar) if waits else None


def lapses(work: Work, errand: Errand, calendar: Calendar) -> date | None:
    """补正末日 of an application that waits for its correction, under a calendar; none when nobody waits for it."""
    case = casework.look(work, errand.home, UUID(errand.payload["id"]))
    waits = case.status is Status.CORRECTION and "until" in errand.payload
    return correcting.due(errand.payload, calendar) if waits else None


def deem_runner() -> Runner:
    """视为受理: no notice within five working days, so the application counts as accepted as of its receipt. 行政许可法
    32(1)(4)

    After a notice given in time only the days since the correction matter, and it counts from that day.
    """

    def inside(work: Work, errand: Errand, _: object) -> None:
        case = holding.hold(work, errand.home, UUID(errand.payload["id"]))
        application = store.application(work, errand.home, case.matter.id, lock=True)
        noticed = any(n.kind == "correction" for n in store.notices(work, errand.home, application.id))
        if application.state != "submitted" or noticed != errand.payload["corrected"]:
            return
        received = date.fromisoformat(errand.payload["received"])
        if (last := answer_by(received, work.calendar)) >= work.today:  # a new calendar has moved it
            wait_for(work, DEEM, application, last, {k: errand.payload[k] for k in ("received", "corrected")})
            return
        cases.deem_accepted(work, case, cases.accept_task(case), received)
        work.change(APPLICATION, {"home": application.home, "id": application.id}, {"state": "accepted"})
        give_notice(work, application, "acceptance", asdict(receipt_of(case, work)))

    return Runner(inside=inside)


def lapse_runner() -> Runner:
    """视为撤回: what the one notice asked for was not supplied in time. 规定 11"""

    def inside(work: Work, errand: Errand, _: object) -> None:
        application_id = UUID(errand.payload["id"])
        holding.hold(work, errand.home, application_id)
        application = store.application(work, errand.home, application_id, lock=True)
        if application.state != "correction":
            return
        told = {k: errand.payload[k] for k in ("asked", "days", "until") if k in errand.payload}
        if told and (last := correcting.due(told, work.calendar)) >= work.today:
            wait_for(work, LAPSE, application, last, told)
            return
        cases.end(work, errand.home, application_id, "withdrawn", "逾期未补正，视为撤回申请", "规定 11")
        sharing.stop_asking(StopAsking(home=errand.home, id=application_id), work)
        work.change(APPLICATION, {"home": errand.home, "id": application_id}, {"state": "withdrawn"})

    return Runner(inside=inside)


def _drafted(work: Work, home: int, application_id: UUID) -> Application:
    application = store.application(work, home, application_id, lock=True)
    if application.state != "draft":
        raise Conflict("intake.not_draft")
    return application
