"""本人 — what departments hold for one's own application, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yiwang.catalogue.service import Needs
from yiwang.directory import service as directory
from yiwang.front.look.naming import name_of, source_of
from yiwang.front.words import WORDS
from yiwang.intake.messages import Application
from yiwang.plumbing.i18n import Language, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import State
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
