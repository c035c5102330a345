"""审批用语页 — what the officers of a house say again and again: put in by a key, kept by head or reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.catalogue.messages import StepKind
from yiwang.desks.department.reach import WORK
from yiwang.front.desk import Desk, Form
from yiwang.front.look.parts import Option
from yiwang.front.routes import page, sent
from yiwang.front.words import WORDS
from yiwang.ground.number import show
from yiwang.ground.outcome import Refused
from yiwang.handling.messages import Phrase
from yiwang.handling.service import phrases
from yiwang.plumbing.i18n import LANGUAGES, mark, translator
from yiwang.plumbing.work import Work

WRITE: dict[str, Any] = {"act": "phrase.write"}
BLANKS = (mark("〔申请人〕"), mark("〔事项〕"), mark("〔编号〕"))


def fitting(work: Work, case: Case, kind: StepKind) -> list[Phrase]:
    """What may be said in a step of this kind, with the case's own names in it. One query an act."""
    known: Sequence[Phrase] | None = work.held.get("phrases")
    if known is None:
        known = work.held["phrases"] = phrases.of_desk(work, work.actor.organisation)
    return [Phrase(p.id, p.kind, p.outcome, p.title, said(p.words, case)) for p in known if p.kind == kind]


def said(words: str, case: Case) -> str:
    """The words with the names of a case where they leave a blank for them, in either language."""
    matter = case.matter
    for blank, value in zip(BLANKS, (matter.applicant, matter.item_name, show(matter.number)), strict=True):
        for language in LANGUAGES:
            words = words.replace(translator(language).gettext(blank), value)
    return words


@page("/desk/phrases", opt=WORK)
def book(desk: Desk) -> Response[str]:
    """审批用语: all of the house, by kind of step; who may write gets the forms for it."""
    return _book(desk)


def _book(desk: Desk, problem: Refused | None = None, given: Form | None = None) -> Response[str]:
    translate = translator(desk.language).gettext
    with desk.work() as work:
        known = phrases.of_desk(work, desk.who.organisation)
    faults = desk.faults(problem) if problem else []
    return desk.page(
        "phrases.html",
        422 if problem else 200,
        groups=[(kind, [p for p in known if p.kind == kind]) for kind in phrases.OUTCOMES],
        kinds=[Option(kind, translate(WORDS.kind[kind])) for kind in phrases.OUTCOMES],
        outcomes=[Option(o, translate(WORDS.outcome[o])) for o in _outcomes()],
        blanks=" ".join(translate(blank) for blank in BLANKS),
        writes=bool(desk.who.roles & phrases.WRITERS),
        problem=problem,
        faults=faults,
        wrong={f.field: f.message for f in faults},
        given=given,
    )


def _outcomes() -> list[str]:
    return list(dict.fromkeys(outcome for several in phrases.OUTCOMES.values() for outcome in several))


@sent("/desk/phrases", opt=WRITE)
def written(desk: Desk, body: bytes) -> Response[str]:
    """写一条用语."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        phrases.write(work, form.get("kind"), form.get("outcome"), form.get("title"), form.get("words"))
        return {}

    try:
        desk.once(form, body, do)
    except Refused as problem:
        return _book(desk, problem, form)
    return desk.go("/desk/phrases")


@sent("/desk/phrases/{phrase:uuid}/drop", opt=WRITE)
def dropped(phrase: UUID, desk: Desk, body: bytes) -> Response[str]:
    """删一条用语."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        phrases.drop(work, phrase)
        return {}

    try:
        desk.once(form, body, do)
    except Refused as problem:
        return _book(desk, problem)
    return desk.go("/desk/phrases")


ROUTES = [book, written, dropped]
