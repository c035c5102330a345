"""本人 — one's own applications and nobody else's; what departments hold for them, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yiwang.catalogue.service import Needs
from yiwang.directory import service as directory
from yiwang.front.desk import Desk, read_reference
from yiwang.front.look.naming import name_of, source_of
from yiwang.front.words import WORDS
from yiwang.ground.outcome import NotFound
from yiwang.intake.messages import Application
from yiwang.intake.service import reading
from yiwang.plumbing.i18n import Language, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import State, Subject, SubjectKind
from yiwang.sharing.service import requests as sharing

OWN: dict[str, Any] = {"act": "application.own"}
TONES = {State.FETCHED: "good", State.CONFIRMED: "good", State.DISPUTED: "warn", State.REQUESTED: "info"}


@dataclass(frozen=True, slots=True)
class Held:
    """政府已有: a material that a department holds: what is known of it, and whether it may be called wrong."""

    code: str
    name: str
    source: str
    state: str
    tone: str
    values: tuple[tuple[str, str], ...]
    disputable: bool
    own_word: str


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


def held_rows(
    work: Work, application: Application, needs: Needs, language: Language, *, undecided: bool = True
) -> list[Held]:
    """政府已有的: every material of this application that is not asked of the applicant, with what has come of it."""
    asked = {r.material: r for r in sharing.held(work, application.home, application.id)}
    say = translator(language).gettext
    lines = directory.snapshot(work).lines
    rows = []
    for material in needs.held:
        request = asked.get(material.code)
        state = request.state if request else State.REQUESTED
        there = request is not None and state in sharing.RIGHT
        names = {d.code: name_of(d, language) for d in material.data_items}
        values = tuple((names[c], str(v)) for c, v in request.record.items() if c in names) if request and there else ()
        rows.append(
            Held(
                code=material.code,
                name=name_of(material, language),
                source=source_of(material.source, lines, language),
                state=say(WORDS.data[state]),
                tone=TONES.get(state, "neutral"),
                values=values,
                disputable=there and undecided,
                own_word=str(request.own.get("text", "")) if request and request.own else "",
            )
        )
    return rows
