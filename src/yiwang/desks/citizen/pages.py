"""申请人页面 — apply with what only you know, follow the case, rate it, and see who looked at your data."""

from __future__ import annotations

from typing import Any

from litestar import Response

from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.service import Needs
from yiwang.directory import service as directory
from yiwang.front.desk import Desk, Form, read_reference, reference
from yiwang.front.refusals import field_sentence
from yiwang.front.routes import page, sent
from yiwang.front.thread import view
from yiwang.ground.outcome import Invalid, NotFound
from yiwang.intake.messages import Application, Delivery, Draft, Submit
from yiwang.intake.service import applications, reading
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Subject, SubjectKind
from yiwang.sharing.service import licences
from yiwang.sharing.service import requests as sharing

OWN: dict[str, Any] = {"act": "application.own"}
RATE: dict[str, Any] = {"act": "rating.give"}


def myself(work: Work, desk: Desk) -> Subject:
    """本人: the subject that an applicant's account stands for."""
    person = directory.person(work, desk.who.person)
    return sharing.know(work, SubjectKind(person.subject_kind), person.subject_identifier, person.name)


def own(work: Work, desk: Desk, ref: str) -> Application:
    """One of one's own applications; another's is as if it were not there."""
    home, application_id = read_reference(ref)
    me = myself(work, desk)
    if me.home != home:
        raise NotFound("intake.unknown")
    application = reading.application(work, home, application_id)
    if application.subject != me.id:
        raise NotFound("intake.unknown")
    return application


@page("/my", opt=OWN)
def mine(desk: Desk, offset: int = 0) -> Response[str]:
    """我的办件."""
    with desk.work() as work:
        found = reading.applications(work, myself(work, desk), limit=30, offset=max(offset, 0))
    rows = [{"a": a, "ref": reference(a.home, a.id)} for a in found]
    return desk.page("mine.html", rows=rows, offset=offset)


@sent("/my/apply/{code:str}", opt=OWN)
def apply(code: str, desk: Desk, body: bytes) -> Response[str]:
    """开始办理: a draft, and departments are asked at once for what they hold."""
    form = desk.form(body)

    def begin(work: Work) -> dict[str, str]:
        person = directory.person(work, desk.who.person)
        item = catalogue.published(work, code).item
        answers: dict[str, str | tuple[str, ...]] = {
            q.code: form.all(f"q.{q.code}") if q.several else form.get(f"q.{q.code}") for q in item.questions
        }
        catalogue.check_answers(item, answers)
        drafted = applications.draft(
            Draft(
                item=code,
                kind=person.subject_kind,
                identifier=person.subject_identifier,
                name=person.name,
                division=form.get("division") or "330106",
                answers=answers,
            ),
            work,
        )
        return {"ref": reference(drafted.home, drafted.id)}

    ref = desk.once(form, body, begin).body["ref"]
    return desk.go(f"/my/{ref}/form")


def _labels(needs: Needs, language: str) -> dict[str, str]:
    return {d.code: d.name_en if language == "en" and d.name_en else d.name for d in needs.fields}


def _form_page(desk: Desk, ref: str, problem: Invalid | None = None, sent: Form | None = None) -> Response[str]:
    with desk.work() as work:
        application = own(work, desk, ref)
        item = reading.item_of(work, application).item
        needs = catalogue.needs(item, application.answers)
        held = {r.material: r for r in sharing.held(work, application.home, application.id)}
        known = _prefilled(work, desk)
    labels = _labels(needs, desk.language)
    errors = [
        {"field": e.field, "label": labels.get(e.field, ""), "detail": field_sentence(e, desk.language)}
        for e in (problem.errors if problem else ())
    ]
    values = dict(application.form) | known | (dict(sent.pairs) if sent else {})
    return desk.page(
        "form.html",
        422 if problem else 200,
        ref=ref,
        application=application,
        item=item,
        needs=needs,
        held=held,
        values=values,
        errors=errors,
        wrong={e["field"]: e["detail"] for e in errors},
    )


def _prefilled(work: Work, desk: Desk) -> dict[str, str]:
    """一次填报、相互共享: what is known of the applicant anyway stands in the form already."""
    me = myself(work, desk)
    return {"project_unit": me.name, "enterprise": me.name, "institution": me.name}


@page("/my/{ref:str}/form", opt=OWN)
def form_page(ref: str, desk: Desk) -> Response[str]:
    """填表: only what nobody else knows; what departments hold is shown with its source."""
    return _form_page(desk, ref)


def written(form: Form, fields: dict[str, bool]) -> dict[str, object]:
    """The form's values of these data items; those that repeat as lists."""
    return {code: list(form.all(code)) if repeats else form.get(code) for code, repeats in fields.items()}


@sent("/my/{ref:str}/form", opt=OWN)
def submit(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """提交: with everything that is wrong beside its field, and nothing lost."""
    form = desk.form(body)

    def send(work: Work) -> dict[str, str]:
        application = own(work, desk, ref)
        needs = catalogue.needs(reading.item_of(work, application).item, application.answers)
        command = Submit(
            home=application.home,
            id=application.id,
            form=written(form, {d.code: d.repeats for d in needs.fields}),
            delivery=Delivery(form.get("delivery", "e_licence")),
            address=form.get("address")[:200],
        )
        return {"number": applications.submit(command, work).number}

    try:
        desk.once(form, body, send)
    except Invalid as problem:
        return _form_page(desk, ref, problem, form)
    except ValueError as error:
        raise Invalid("intake.form") from error
    return desk.go(f"/my/{ref}?done=1")


@page("/my/{ref:str}", opt=OWN)
def follow(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """跟踪: where the case is, who holds it, until when and why that date. R07, R13"""
    with desk.work() as work:
        application = own(work, desk, ref)
        if application.state == "draft":
            return desk.go(f"/my/{ref}/form")
        seen = view(work, caseread.look(work, application.home, application.id))
        notices = reading.notices(work, application.home, application.id)
        delivered = reading.delivery(work, application.home, application.id)
        rating = oversight.rating_of(work, application.home, application.id)
        made = licences.of_matter(work, application.home, application.id)
        held = sharing.held(work, application.home, application.id)
        item = reading.item_of(work, application).item
        materials = {m.code: m for m in catalogue.needs(item, application.answers).held}
    return desk.page(
        "follow.html",
        ref=ref,
        application=application,
        seen=seen,
        notices=notices,
        delivered=delivered,
        rating=rating,
        licences=made,
        held=held,
        materials=materials,
        done=done,
    )


@sent("/my/{ref:str}/withdraw", opt=OWN)
def withdraw(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """撤回."""
    form = desk.form(body)

    def take_back(work: Work) -> dict[str, str]:
        application = own(work, desk, ref)
        applications.withdraw(work, application.home, application.id)
        return {}

    desk.once(form, body, take_back)
    return desk.go("/my")


@sent("/my/{ref:str}/correct", opt=OWN)
def correct(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """补正: what the one notice asked for has been put right."""
    form = desk.form(body)

    def put_right(work: Work) -> dict[str, str]:
        application = own(work, desk, ref)
        applications.corrected(work, application.home, application.id, {})
        return {}

    desk.once(form, body, put_right)
    return desk.go(f"/my/{ref}")


@sent("/my/{ref:str}/dispute", opt=OWN)
def dispute(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """数据异议: a department's record is wrong; one's own word prevails. 规定 7"""
    form = desk.form(body)

    def object_to(work: Work) -> dict[str, str]:
        application = own(work, desk, ref)
        own_word = {"text": form.get("own")[:500]}
        sharing.dispute(work, application.home, application.id, form.get("material"), own_word, form.get("own")[:200])
        return {}

    desk.once(form, body, object_to)
    return desk.go(f"/my/{ref}")


@sent("/my/{ref:str}/rate", opt=RATE)
def rate(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """评价: one tap, and why when it was bad. R15"""
    form = desk.form(body)

    def give(work: Work) -> dict[str, str]:
        application = own(work, desk, ref)
        try:
            grade = Grade(form.get("grade"))
        except ValueError as error:
            raise Invalid("rating.form") from error
        oversight.rate(
            Rate(
                home=application.home,
                id=application.id,
                grade=grade,
                reasons=form.all("reason"),
                comment=form.get("comment"),
            ),
            work,
        )
        return {}

    desk.once(form, body, give)
    return desk.go(f"/my/{ref}")


@page("/my/data", opt=OWN)
def data(desk: Desk, offset: int = 0) -> Response[str]:
    """谁看过我的数据: every reading, by whom, for which case, why."""
    with desk.work() as work:
        me = myself(work, desk)
        rows = sharing.accesses(work, me, offset=max(offset, 0))
        places = directory.snapshot(work).organisations
        items = {p.item.code: p.item for p in catalogue.items(work)}
        lines = directory.snapshot(work).lines
    return desk.page("data.html", rows=rows, places=places, items=items, lines=lines, offset=offset)


@page("/my/licences", opt=OWN)
def my_licences(desk: Desk) -> Response[str]:
    """我的证照."""
    with desk.work() as work:
        rows = licences.of_subject(work, myself(work, desk))
    return desk.page("licences.html", rows=rows)


ROUTES = [mine, apply, form_page, submit, withdraw, correct, dispute, rate, data, my_licences, follow]
