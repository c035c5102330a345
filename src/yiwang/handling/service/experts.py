"""专家评审 — the library, the draw that anybody can do again, who stays out, and who was drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, running
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.outcome import Conflict, FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import DrawExperts, Expert, ExpertOpinion, OnTask, RedrawExperts
from yiwang.handling.rules import draw as rules
from yiwang.handling.rules.draw import Candidate
from yiwang.handling.service import tasks
from yiwang.handling.store import DRAW, EXPERT, Draw
from yiwang.plumbing.work import Work

CLAUSE = "行政许可法 45"


@dataclass(frozen=True, slots=True)
class Member:
    """评审专家: somebody who was drawn, with the ticket that won."""

    code: str
    name: str
    speciality: str
    organisation: str
    ticket: str


def enrol(work: Work, experts: Iterable[Expert]) -> None:
    """入库: experts join the library; Conflict `experts.there` when a code is taken."""
    for one in experts:
        work.add(EXPERT, asdict(one))


def library(work: Work) -> list[Expert]:
    """专家库 of today."""
    return store.experts(work, work.today)


def draw(command: DrawExperts, work: Work) -> Case:
    """抽取: as many experts as the signed chart says, by whoever works the special procedure.

    Conflict `experts.not_needed`, `experts.drawn_already`; Refused `experts.too_few`.
    """
    case, step = _at(work, command)
    if store.draws(work, command.home, command.id, step.id):
        raise Conflict("experts.drawn_already", step=step.name)
    _reasons("declared", command.declared)
    unknown = command.declared.keys() - {e.code for e in store.experts(work, work.today, command.speciality)}
    if unknown:
        raise Invalid("handling.form", errors=tuple(FieldError(f"declared.{c}", "field.choice") for c in unknown))
    return _draw(work, command, case, step, {}, command.declared, 1, command.speciality)


def redraw(command: RedrawExperts, work: Work) -> Case:
    """补抽: those who leave are replaced by a new draw, with the reasons; who stays, stays.

    Conflict `experts.not_drawn`; Invalid when somebody leaves who was not drawn, or nobody does.
    """
    case, step = _at(work, command)
    before = store.draws(work, command.home, command.id, step.id)
    if not before:
        raise Conflict("experts.not_drawn", step=step.name)
    last = before[-1]
    if not command.leaving or not command.leaving.keys() <= last.members.keys():
        raise Invalid("handling.form", errors=(FieldError("leaving", "field.choice"),))
    _reasons("leaving", command.leaving)
    stay = {code: mark for code, mark in last.members.items() if code not in command.leaving}
    barred = {**last.excluded, **command.leaving}  # what kept somebody out before keeps them out now
    return _draw(work, command, case, step, stay, barred, last.round + 1, last.speciality)


def _draw(
    work: Work,
    command: OnTask,
    case: Case,
    step: Step,
    stay: Mapping[str, str],
    barred: Mapping[str, str],
    round_: int,
    speciality: str,
) -> Case:
    running.lend_hand(work, case, case.tasks[step.id])
    pool = [Candidate(e.code, e.speciality, e.organisation) for e in store.experts(work, work.today, speciality)]
    text = rules.library(pool)
    out = rules.excluded(pool, case.matter.applicant, barred)
    head, fresh = case.thread.head, work.engine.dice(32)
    seed = rules.seed(head, fresh)
    chosen = rules.drawn(pool, out, seed, step.experts - len(stay), tuple(stay))
    work.add(
        DRAW,
        {
            "home": command.home,
            "matter": command.id,
            "step": step.id,
            "round": round_,
            "speciality": speciality,
            "library": text,
            "excluded": out,
            "members": {**stay, **dict(chosen)},
            "seed": seed.hex(),
            "person": work.actor.person,
            "at": work.now,
        },
    )
    facts = {
        "step": step.id,
        "round": round_,
        "speciality": speciality,
        "library": rules.library_digest(text),
        "head": head.hex(),
        "fresh": fresh.hex(),
        "excluded": out,
        "kept": sorted(stay),
        "chosen": [list(pair) for pair in chosen],
    }
    holding.note(work, case, "experts.drawn", facts, step.basis or CLAUSE)
    running.keep(work, case)
    return case


def members(work: Work, home: int, case_id: UUID, step: str = "") -> dict[str, list[Member]]:
    """评审组: of each expert review of a case, or of one, who sits in it now."""
    latest: dict[str, Draw] = {d.step: d for d in store.draws(work, home, case_id, step)}
    codes = [code for d in latest.values() for code in d.members]
    known = store.expert_names(work, codes) if codes else {}
    return {
        d.step: [Member(code, *known.get(code, (code, "", "")), mark) for code, mark in sorted(d.members.items())]
        for d in latest.values()
    }


def draws(work: Work, home: int, case_id: UUID) -> list[Draw]:
    """抽取记录: every draw of a case, with the library that it was made from."""
    return store.draws(work, home, case_id)


def hear(work: Work, case: Case, step: Step, said: Iterable[ExpertOpinion]) -> None:
    """专家意见: one of every drawn expert, no more and no fewer, written down beside the others of the case.

    Conflict `experts.not_drawn`; Invalid `handling.form` names each whose opinion is missing.
    """
    panel = members(work, case.matter.home, case.matter.id, step.id).get(step.id, [])
    if not panel:
        raise Conflict("experts.not_drawn", step=step.name)
    opinions = {one.expert: one for one in said}
    wrong = [
        FieldError(f"expert.{m.code}", "field.required")
        for m in panel
        if m.code not in opinions or not opinions[m.code].words.strip()
    ]
    wrong += [FieldError(f"expert.{c}", "field.choice") for c in opinions.keys() - {m.code for m in panel}]
    wrong += [
        FieldError(f"expert.{c}", "field.choice") for c, o in opinions.items() if o.outcome not in ("pass", "fail")
    ]
    if wrong:
        raise Invalid("handling.form", errors=tuple(wrong))
    for member in panel:
        one = opinions[member.code]
        tasks.opine(work, case, step, one.outcome, one.words, expert=member.code)


def _at(work: Work, command: OnTask) -> tuple[Case, Step]:
    case, step = tasks.at(work, command, StepKind.SPECIAL)
    if not step.experts:
        raise Conflict("experts.not_needed", step=step.name)
    return case, step


def _reasons(field: str, given: Mapping[str, str]) -> None:
    wrong = [FieldError(f"{field}.{c}", "field.required") for c, why in given.items() if not why.strip()]
    if wrong:
        raise Invalid("handling.form", errors=tuple(wrong))
    tasks.check_words(*given.values())
