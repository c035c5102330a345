"""一件事 — a whole with its parts as pages show them: the state, department, dates and result of each, what it waits
for, what becomes of the rest when one is refused; and of a part, the whole it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.service import holding, parts, reading
from yiwang.casework.service.parts import Part
from yiwang.catalogue.messages import Step, StepKind
from yiwang.directory import service as directory
from yiwang.front import lights, scope
from yiwang.front.desk import reference
from yiwang.front.look.naming import name_of, word_of
from yiwang.front.look.parts import Light
from yiwang.front.words import WORDS
from yiwang.ground.zone import day_of
from yiwang.plumbing.i18n import SOURCE, Translator, known, mark, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import LicenceRow
from yiwang.sharing.service import licences

NO = ("refused", "ended")
REMEDIES = mark("六十日内可申请行政复议，六个月内可提起行政诉讼")
TONES = {"granted": "good", "refused": "bad", "ended": "bad"}
RESULTS = {"granted": mark("已准予"), "refused": mark("已决定不予许可"), "ended": mark("已终止")}


@dataclass(frozen=True, slots=True)
class PartRow:
    """子件一行. `ref` and `number` once it is opened; `links`: whoever reads it may open it; `now` says which steps are
    open; `notes` what it waits for, or what its refusal means for the rest.
    """

    step: str
    item: str
    name: str
    department: str
    state: str
    tone: str
    ref: str = ""
    number: str = ""
    links: bool = False
    outcome: str = ""
    result: str = ""
    accepted_on: date | None = None
    dues: Any = None
    light: Light | None = None
    why: str = ""
    now: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remedies: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """等待期限: an open step that only time ends: the last day, why, and what explains that day."""

    name: str
    until: date
    basis: str
    why: str


@dataclass(frozen=True, slots=True)
class Before:
    """前件: a part this one came after, with the day of its written completion and the licences that follow it."""

    name: str
    department: str
    on: date
    licences: list[LicenceRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whole:
    """整件: the case a part belongs to; `links`: whoever reads this may open it."""

    ref: str
    number: str
    name: str
    links: bool
    after: list[Before]
    others: int


def rows(work: Work, whole: Case) -> list[PartRow]:
    """各子件 of a case in the order of its chart; none for a case without. At most one query."""
    there = parts.parts(work, whole)
    if not there:
        return []
    words = translator(known(work.language) or SOURCE)
    return [_row(work, part, there, words) for part in there]


def _row(work: Work, part: Part, there: Sequence[Part], words: Translator) -> PartRow:
    state, tone = _state(part, words.gettext)
    case = part.case
    common = PartRow(
        step=part.step.id,
        item=part.item.code,
        name=name_of(part.step, work.language),
        department=_place(work, part.deciding),
        state=state,
        tone=tone,
        outcome=part.outcome,
        notes=tuple(_notes(part, there, words)),
        remedies=words.gettext(REMEDIES) if part.outcome == "refused" else "",
    )
    if case is None:
        return common
    dues = reading.dues(case, work.today, work.calendar)
    return replace(
        common,
        ref=reference(case.matter.home, case.matter.id),
        number=case.matter.number,
        links=scope.sees(work, case),
        result=word_of(part.item, work.language, "result") if part.outcome == "granted" else "",
        accepted_on=case.timing.accepted_on,
        dues=dues,
        light=lights.of_case(case, dues) if not part.outcome else None,
        why=lights.explanation(case.matter.home, case.matter.id),
        now=tuple(_open(work, case, words)),
    )


def _state(part: Part, say: Callable[[str], str]) -> tuple[str, str]:
    if part.outcome in RESULTS:
        return say(RESULTS[part.outcome]), TONES[part.outcome]
    if part.case is not None:
        if part.case.status is Status.CLOSED:
            return say(mark("已办结")), "good"
        return say(WORDS.status[part.case.status]), "info"
    return (say(mark("不再办理")), "neutral") if part.barred else (say(mark("还没开始")), "neutral")


def _notes(part: Part, there: Sequence[Part], words: Translator) -> Iterable[str]:
    """What a part waits for, why it is not begun any more, or what follows from its refusal."""
    comma = words.gettext(mark("、"))

    def names(steps: Iterable[Step]) -> str:
        return comma.join(words.gettext(mark("「%(name)s」"), name=name_of(s, words.language)) for s in steps)

    if part.barred_by:
        yield words.gettext(mark("前面的%(names)s没有办成，这一件不再开始。"), names=names(part.barred_by))
    elif part.barred:
        yield words.gettext(mark("整件已经结束，这一件没有开始。"))
    elif part.waits_for:
        if any(s.kind is StepKind.ACCEPT for s in part.waits_for):
            yield words.gettext(mark("整件受理的同时受理。"))
        else:
            yield words.gettext(mark("等%(names)s办结，收到书面告知即受理，不用再申请。"), names=names(part.waits_for))
    if part.outcome in NO:
        after = [p.step for p in there if p.barred and part.step in p.barred_by]
        if after:
            yield words.gettext(
                mark("后面的%(names)s因此不再办理；原因消除后可以重新申请，已有的材料不用再交。"), names=names(after)
            )
        elif len(there) > 1:
            yield words.gettext(mark("其余各件照常办理，不受影响。"))


def _open(work: Work, case: Case, words: Translator) -> Iterable[str]:
    """The open steps of a part that somebody works, with the desk."""
    for task in case.tasks.values():
        step = holding.step_of(work, case, task.step)
        name = name_of(step, work.language)
        if (step.kind is StepKind.WAIT and task.due) or task.desk == case.matter.deciding:
            yield name
        elif task.desk != holding.AUTOMATIC:
            yield words.gettext(mark("%(step)s（%(who)s）"), step=name, who=_place(work, task.desk))


def _place(work: Work, code: str) -> str:
    places = directory.snapshot(work).organisations
    return name_of(places[code], work.language) if code in places else code


def waits(work: Work, case: Case) -> list[Wait]:
    """公示等: the open steps of a case that only time ends. No query."""
    found = []
    for task in case.tasks.values():
        step = holding.step_of(work, case, task.step)
        if step.kind is StepKind.WAIT and task.due is not None:
            why = lights.explanation(case.matter.home, case.matter.id, step.id)
            found.append(Wait(name_of(step, work.language), task.due, step.basis, why))
    return found


def whole_of(work: Work, case: Case) -> Whole | None:
    """所属整件: of a part, with the parts that came before it; None for a case of its own."""
    if case.matter.parent is None:
        return None
    whole = reading.look(work, case.matter.home, case.matter.parent)
    there = parts.parts(work, whole)
    step = next((p.step.id for p in there if p.step.item == case.matter.item), "")
    ahead = parts.before(work, whole, step) if step else frozenset()
    item = holding.published_of(work, whole).item
    return Whole(
        ref=reference(whole.matter.home, whole.matter.id),
        number=whole.matter.number,
        name=name_of(item, work.language),
        links=scope.sees(work, whole),
        after=[_before(work, whole, p) for p in there if p.step.id in ahead and p.outcome and p.case is not None],
        others=len(there) - 1,
    )


def _before(work: Work, whole: Case, part: Part) -> Before:
    assert part.case is not None
    on = next(d.at for d in reversed(whole.progress.done) if d.step == part.step.id)
    matter = part.case.matter
    given = licences.of_matter(work, matter.home, matter.id)
    return Before(name_of(part.step, work.language), _place(work, part.deciding), day_of(on), given)
