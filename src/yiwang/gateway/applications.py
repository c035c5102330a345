"""接口：申请 — draft, hand in, accept, correct, refuse, withdraw, deliver, rate: the acts of applicant and centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response

from yiwang.catalogue import service as catalogue
from yiwang.front import attempts, scope
from yiwang.front.desk import read_reference
from yiwang.gateway import following, shape, views
from yiwang.gateway.counter import Counter, Key, Limit, Offset, Reference, act, read
from yiwang.ground.outcome import FieldError, Forbidden, Invalid, Refused
from yiwang.intake.messages import (
    Accept,
    Application,
    Channel,
    Delivery,
    Draft,
    HandOver,
    Lack,
    State,
    Submit,
    Supply,
    Way,
)
from yiwang.intake.service import applications, delivery, reading, tolerances
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing.work import Work

TAG = "applications"
Answers = Mapping[str, str | tuple[str, ...]]


def _given(answers: Mapping[str, Any]) -> Answers:
    return {q: tuple(v) if isinstance(v, list) else v for q, v in answers.items()}


def _located(application: Application) -> dict[str, Any]:
    return {"home": application.home, "id": application.id}


@act("/applications", TAG, status=201)
def draft(counter: Counter, key: Key, data: views.NewApplication) -> Response[views.ApplicationView]:
    """Begin an application. An applicant acts for themselves; a window names the subject."""

    def begin(work: Work) -> views.ApplicationView:
        answers = _given(data.answers)
        catalogue.check_answers(catalogue.published(work, data.item).item, answers)
        return shape.application_view(applications.draft(_draft(work, data, answers), work))

    return counter.once(key, data, begin, 201)


def _draft(work: Work, data: views.NewApplication, answers: Answers) -> Draft:
    if work.actor.has("applicant"):
        me = scope.myself(work)
        if data.kind or data.identifier or data.name:
            raise Forbidden("gateway.only_yourself")
        kind, identifier, name, channel, receiving = me.kind.value, me.identifier, me.name, Channel.WEB, ""
    elif work.actor.has("clerk"):
        if data.kind is None:
            raise Invalid("intake.form", errors=(FieldError("kind", "field.required"),))
        kind, identifier, name = data.kind, data.identifier, data.name
        channel, receiving = Channel.WINDOW, work.actor.organisation
    else:
        raise Forbidden("web.forbidden")
    return Draft(
        item=data.item,
        kind=kind,
        identifier=identifier,
        name=name,
        division=data.division,
        phone=data.phone,
        channel=channel,
        receiving=receiving,
        answers=answers,
    )


@read("/applications", TAG, "application.own")
def mine(counter: Counter, offset: Offset = 0, limit: Limit = 30) -> Response[views.Applications]:
    """One's own applications, the newest first."""
    with counter.work() as work:
        found = reading.applications(work, scope.myself(work), limit, offset)
    return Response(views.Applications([shape.application_view(a) for a in found]))


@read("/applications/{ref:str}", TAG)
def one(counter: Counter, ref: Reference) -> Response[views.ApplicationView]:
    """An application of one's own, or one that one's centre took in."""
    with counter.work() as work:
        return Response(shape.application_view(scope.application(work, ref)))


@act("/applications/{ref:str}/answers", TAG)
def answer(counter: Counter, key: Key, ref: Reference, data: views.Answered) -> Response[views.ApplicationView]:
    """Answer the item's questions anew, while it is a draft; they decide what is needed."""

    def do(work: Work) -> views.ApplicationView:
        found = scope.authored(work, ref)
        applications.answer(work, found.home, found.id, _given(data.answers))
        return _fresh(work, found)

    return counter.once(key, data, do)


@act("/applications/{ref:str}/form", TAG)
def fill(counter: Counter, key: Key, ref: Reference, data: views.Written) -> Response[views.ApplicationView]:
    """Keep part of the form, unchecked, while it is a draft."""

    def do(work: Work) -> views.ApplicationView:
        found = scope.authored(work, ref)
        applications.fill(work, found.home, found.id, data.form)
        return _fresh(work, found)

    return counter.once(key, data, do)


def _fresh(work: Work, application: Application) -> views.ApplicationView:
    work.save()
    return shape.application_view(reading.application(work, application.home, application.id))


@act("/applications/{ref:str}/submission", TAG)
def submit(counter: Counter, key: Key, ref: Reference, data: following.Handed) -> Response[views.ReceiptView]:
    """Hand a draft in: the case is opened and has its number. 422 names every field that is missing or wrong."""

    def do(work: Work) -> views.ReceiptView:
        found = scope.authored(work, ref)
        command = Submit(
            **_located(found),
            form=data.form,
            delivery=Delivery(data.delivery),
            address=data.address,
            undertakes=data.undertakes,
        )
        return shape.receipt_view(applications.submit(command, work))

    return counter.once(key, data, do)


@act("/applications/{ref:str}/acceptance", TAG, "window.accept")
def accept(counter: Counter, key: Key, ref: Reference, data: following.Checked) -> Response[views.ReceiptView]:
    """The clerk has checked the list: the clock starts, departments have their tasks. 行政许可法 32"""

    def do(work: Work) -> views.ReceiptView:
        found = scope.application(work, ref)
        ticked = _ticked(data.brought)
        command = Accept(**_located(found), brought=ticked, tolerate=data.tolerate, undertaken=data.undertaken)
        return shape.receipt_view(applications.accept(command, work))

    return counter.once(key, data, do)


def _ticked(brought: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {material: tuple(ticks) for material, ticks in brought.items()}


@read("/applications/{ref:str}/tolerance", TAG)
def tolerance(counter: Counter, ref: Reference) -> Response[following.ToleranceView]:
    """What the application was accepted without (容缺受理), and until when it may come. 规定 11"""
    with counter.work() as work:
        found = scope.tolerated(work, ref)
        return Response(shape.tolerance_view(tolerances.outstanding(work, found) if found.number else None))


@act("/applications/{ref:str}/supplements", TAG, "window.accept")
def supply(counter: Counter, key: Key, ref: Reference, data: following.Supplied) -> Response[following.ToleranceView]:
    """What was tolerated has come, all of it or a part, by post or at any window: its checklist is ticked."""

    def do(work: Work) -> following.ToleranceView:
        found = scope.tolerated(work, ref)
        command = Supply(**_located(found), brought=_ticked(data.brought), way=Way(data.way), visited=data.visited)
        tolerances.supply(command, work)
        return shape.tolerance_view(tolerances.outstanding(work, found))

    return counter.once(key, data, do)


@act("/applications/{ref:str}/statements", TAG, "application.own")
def state(counter: Counter, key: Key, ref: Reference, data: following.Statement) -> Response[following.ToleranceView]:
    """Supply a tolerated material that is one's own writing, online."""

    def do(work: Work) -> following.ToleranceView:
        found = scope.application(work, ref)
        tolerances.state(State(**_located(found), material=data.material, words=data.words), work)
        return shape.tolerance_view(tolerances.outstanding(work, found))

    return counter.once(key, data, do)


@act("/applications/{ref:str}/correction-notice", TAG, "window.accept")
def ask_once(
    counter: Counter, key: Key, ref: Reference, data: views.CorrectionNotice
) -> Response[views.ApplicationView]:
    """Tell the applicant everything that is lacking, once. What a department holds cannot be on the list."""

    def do(work: Work) -> views.ApplicationView:
        found = scope.application(work, ref)
        lacks = [Lack(material=lack.material, what=lack.what) for lack in data.lacks]
        applications.ask_once(work, found.home, found.id, lacks, data.days)
        return _fresh(work, found)

    try:
        return counter.once(key, data, do)
    except Refused as refusal:
        attempts.write_down(counter.engine, counter.actor, ref, refusal)
        raise


@act("/applications/{ref:str}/correction", TAG)
def corrected(counter: Counter, key: Key, ref: Reference, data: views.Written) -> Response[views.ApplicationView]:
    """Supply what the one notice asked for."""

    def do(work: Work) -> views.ApplicationView:
        found = scope.authored(work, ref)
        applications.corrected(work, found.home, found.id, data.form)
        return _fresh(work, found)

    return counter.once(key, data, do)


@act("/applications/{ref:str}/refusal", TAG, "window.accept")
def refuse(counter: Counter, key: Key, ref: Reference, data: views.Refusal) -> Response[views.ApplicationView]:
    """Not this government's competence: refuse to accept, with the right authority. 行政许可法 32(1)(2)"""

    def do(work: Work) -> views.ApplicationView:
        found = scope.application(work, ref)
        applications.refuse(work, found.home, found.id, data.reason, data.authority)
        return _fresh(work, found)

    return counter.once(key, data, do)


@act("/applications/{ref:str}/withdrawal", TAG, "application.own")
def withdraw(counter: Counter, key: Key, ref: Reference, data: views.Nothing) -> Response[views.ApplicationView]:
    """Take one's own application back, before the decision."""

    def do(work: Work) -> views.ApplicationView:
        found = scope.application(work, ref)
        applications.withdraw(work, found.home, found.id)
        return _fresh(work, found)

    return counter.once(key, data, do)


@act("/applications/{ref:str}/delivery", TAG, "delivery.hand_over")
def hand_over(counter: Counter, key: Key, ref: Reference, data: views.HandingOver) -> Response[views.ApplicationView]:
    """Hand the result over at the one exit. 行政许可法 44"""

    def do(work: Work) -> views.ApplicationView:
        found = scope.application(work, ref)
        command = HandOver(**_located(found), recipient=data.recipient, tracking=data.tracking)
        delivery.hand_over(command, work)
        return _fresh(work, found)

    return counter.once(key, data, do)


@act("/applications/{ref:str}/rating", TAG, "rating.give")
def rate(counter: Counter, key: Key, ref: Reference, data: views.Rating) -> Response[views.Nothing]:
    """Rate one's own case once, after it was delivered; whoever handled it cannot see who."""

    def do(work: Work) -> views.Nothing:
        scope.application(work, ref)
        home, case_id = read_reference(ref)
        grade = Grade(data.grade)
        oversight.rate(
            Rate(home=home, id=case_id, grade=grade, reasons=tuple(data.reasons), comment=data.comment), work
        )
        return views.Nothing()

    return counter.once(key, data, do)


ROUTES = [
    *(draft, mine, one, answer, fill, submit, accept, tolerance, supply, state, ask_once, corrected),
    *(refuse, withdraw, hand_over, rate),
]
