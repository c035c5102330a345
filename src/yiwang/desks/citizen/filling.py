"""填报 — begin, fill in what nobody else knows, check, hand in; all that is wrong is said at once, nothing is lost."""

from __future__ import annotations

from typing import Any

from litestar import Response

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import DataItem, Material
from yiwang.catalogue.service import Needs
from yiwang.desks.citizen.own import OWN, held_rows
from yiwang.directory import service as directory
from yiwang.front import scope
from yiwang.front.desk import Desk, Form, reference
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import Fault, Option, Row
from yiwang.front.refusals import field_sentence
from yiwang.front.routes import page, sent
from yiwang.front.words import WORDS
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.intake.messages import Application, Delivery, Draft, Submit
from yiwang.intake.service import applications, reading
from yiwang.plumbing.i18n import Translator, mark, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.service import requests as sharing

VISITS = {0: mark("一次都不用跑"), 1: mark("来领一次，带身份证件")}
ROWS = 50


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
        if not form.get("division"):
            raise Invalid("intake.form", errors=(FieldError("division", "field.required"),))
        drafted = applications.draft(
            Draft(
                item=code,
                kind=person.subject_kind,
                identifier=person.subject_identifier,
                name=person.name,
                division=form.get("division"),
                answers=answers,
            ),
            work,
        )
        return {"ref": reference(drafted.home, drafted.id)}

    return desk.go(f"/my/{desk.once(form, body, begin).body['ref']}/form")


def written(form: Form, fields: tuple[DataItem, ...]) -> dict[str, object]:
    """What the form says of these data items; of those that repeat, one a line."""
    return {
        d.code: [line.strip() for line in form.get(d.code).splitlines() if line.strip()][:ROWS]
        if d.repeats
        else form.get(d.code)[:5_000]
        for d in fields
    }


def _shown(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _ways(words: Translator, application: Application) -> list[Option]:
    """The ways of delivery, each with the visits it costs. 规定 2"""
    return [
        Option(way, words.gettext(WORDS.delivery[way]), words.gettext(VISITS[reading.planned_visits(application, way)]))
        for way in (Delivery.E_LICENCE, Delivery.COURIER, Delivery.COUNTER)
    ]


def _labels(needs: Needs, words: Translator) -> dict[str, str]:
    """What each field is called, the way of delivery among them."""
    return {
        "delivery": words.gettext(mark("结果怎么给您")),
        "address": words.gettext(mark("寄送地址")),
        **{d.code: name_of(d, words.language) for d in needs.fields},
    }


def _form_page(desk: Desk, ref: str, problem: Invalid | None = None, given: Form | None = None) -> Response[str]:
    words = translator(desk.language)
    with desk.work() as work:
        application = scope.application(work, ref)
        if application.state != "draft":
            return desk.go(f"/my/{ref}")
        item = reading.item_of(work, application).item
        needs = catalogue.needs(item, application.answers)
        known = reading.known(work, application)
        held = held_rows(work, application, needs, words.language)
    wrong = {e.field: field_sentence(e, desk.language) for e in (problem.errors if problem else ())}
    labels, colon = _labels(needs, words), words.gettext(mark("："))
    values = {code: k.value for code, k in known.items()}
    values |= {code: _shown(value) for code, value in application.form.items() if value}
    values |= {"delivery": application.delivery, "address": application.address}
    values |= {k: v for k, v in given.pairs if k in labels or k.startswith("wrong.")} if given else {}
    return desk.page(
        "form.html",
        422 if problem else 200,
        ref=ref,
        item=item,
        application=application,
        needs=needs,
        held=held,
        values=values,
        sources={code: k.source for code, k in known.items() if k.source and values[code] == k.value},
        reused={code for code, k in known.items() if not k.source and values[code] == k.value},
        wrong=wrong,
        faults=[Fault(code, f"{labels.get(code, code)}{colon}{said}") for code, said in wrong.items()],
        ways=_ways(words, application),
    )


@page("/my/{ref:str}/form", opt=OWN)
def form_page(ref: str, desk: Desk) -> Response[str]:
    """填表: only what nobody else knows; what departments hold is shown with its source. R38"""
    return _form_page(desk, ref)


@sent("/my/{ref:str}/form", opt=OWN)
def keep(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """存草稿: what was written is kept whether right or not; then on to checking it, or away for now."""
    form = desk.form(body)

    def write(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        needs = catalogue.needs(reading.item_of(work, application).item, application.answers)
        ways = {str(way) for way in Delivery}
        chosen = Delivery(form.get("delivery")) if form.get("delivery") in ways else None
        content = written(form, needs.fields)
        applications.fill(work, application.home, application.id, content, chosen, form.get("address")[:200])
        for material, word in form.under("wrong.").items():
            if word.strip():
                own_word = {"text": word[:500]}
                sharing.dispute(work, application.home, application.id, material, own_word, word[:200])
        return {}

    desk.once(form, body, write)
    if form.get("then") == "later":
        return desk.go("/my?kept=1")
    try:
        with desk.work() as work:
            application = scope.application(work, ref)
            applications.check(work, application.home, application.id)
    except Invalid as problem:
        return _form_page(desk, ref, problem, form)
    return desk.go(f"/my/{ref}/check")


@page("/my/{ref:str}/check", opt=OWN)
def check(ref: str, desk: Desk) -> Response[str]:
    """核对: everything that will be handed in, on one page, each line with a way back."""
    words = translator(desk.language)
    with desk.work() as work:
        application = scope.application(work, ref)
        if application.state != "draft":
            return desk.go(f"/my/{ref}")
        item = reading.item_of(work, application).item
        needs = catalogue.needs(item, application.answers)
        held = held_rows(work, application, needs, words.language)
        later = [m for m in needs.bring if catalogue.tolerable(m)]
        place = directory.snapshot(work).divisions.get(application.division)
    rows = [
        Row(name_of(d, words.language), _shown(application.form.get(d.code)) or "—", f"/my/{ref}/form#f-{d.code}")
        for d in needs.fields
    ]
    rows.append(_delivery_row(application, ref, words))
    return desk.page(
        "check_answers.html",
        ref=ref,
        application=application,
        item=item,
        rows=rows,
        held=held,
        place=place,
        later=later,
    )


def _delivery_row(application: Application, ref: str, words: Translator) -> Row:
    way, colon = words.gettext(WORDS.delivery[application.delivery]), words.gettext(mark("："))
    courier = application.delivery is Delivery.COURIER
    visits = words.gettext(VISITS[reading.planned_visits(application, application.delivery)])
    label = words.gettext(mark("结果怎么给您"))
    return Row(
        label, f"{way}{colon}{application.address}" if courier else way, f"/my/{ref}/form#f-delivery", hint=visits
    )


@sent("/my/{ref:str}/submit", opt=OWN)
def submit(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """提交: the draft as it was checked; what has become wrong meanwhile leads back to the form."""
    form = desk.form(body)

    def send(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        command = Submit(
            home=application.home,
            id=application.id,
            form={},
            delivery=application.delivery,
            address=application.address,
            undertakes=form.get("undertakes") == "1",
        )
        return {"number": applications.submit(command, work).number}

    try:
        desk.once(form, body, send)
    except Invalid as problem:
        return _form_page(desk, ref, problem)
    return desk.go(f"/my/{ref}?done=1")


def correction_fields(materials: tuple[Material, ...], asked: set[str]) -> list[DataItem]:
    """补正的栏目: the data items of the forms that a notice asks to put right, each once."""
    found: dict[str, DataItem] = {}
    for material in materials:
        if material.code in asked:
            for item in material.data_items:
                found.setdefault(item.code, item)
    return list(found.values())


@sent("/my/{ref:str}/correct", opt=OWN)
def correct(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """补正: what the one notice asked for has been put right; nothing else is asked again."""
    form = desk.form(body)

    def put_right(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        needs = catalogue.needs(reading.item_of(work, application).item, application.answers)
        fields = tuple(d for d in needs.fields if any(key == d.code for key, _ in form.pairs))
        applications.corrected(work, application.home, application.id, written(form, fields))
        return {}

    desk.once(form, body, put_right)
    return desk.go(f"/my/{ref}")


ROUTES: list[Any] = [apply, form_page, keep, check, submit, correct]
