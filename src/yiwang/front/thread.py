"""办件视图 — one case as pages show it: steps with who and when, the clock, the thread in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, proving, reading
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Flow, Step, StepKind
from yiwang.directory import service as directory
from yiwang.front import bundle, deadlines
from yiwang.front.deadlines import Deadline
from yiwang.front.lights import explanation
from yiwang.front.look import parts
from yiwang.front.look.deadline import GROUNDS
from yiwang.front.look.naming import name_of
from yiwang.front.look.wording import date_and_time
from yiwang.front.words import WORDS
from yiwang.ground.clock import Ledger, Stop
from yiwang.ground.outcome import Refused
from yiwang.plumbing.i18n import SOURCE, known, mark, translator
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class View:
    """办件视图: what every page of a case shows."""

    case: Case
    dues: Any
    steps: list[dict[str, Any]]
    names: dict[str, str]
    receiving: str
    deciding: str
    book: Ledger | None
    why: str  # where the due dates are explained
    more: list[Deadline]  # to answer, to correct, to issue
    accepted: list[dict[str, Any]]  # since when each department counts as having accepted
    parts: list[bundle.PartRow]  # of several items handled as one
    waits: list[bundle.Wait]  # steps that only time ends
    whole: bundle.Whole | None  # of a part


def view(work: Work, case: Case) -> View:
    """The case for a page; people stay out of it, organisations do not."""
    places = directory.snapshot(work).organisations
    clock, rows = case.timing, bundle.rows(work, case)
    return View(
        case=case,
        dues=reading.dues(case, work.today, work.calendar),
        steps=_steps(work, case, {row.step: row.department for row in rows}),
        names={code: name_of(o, work.language) for code, o in places.items() if code in _codes(case)},
        receiving=_name(places, case.matter.receiving, work.language),
        deciding=_name(places, case.matter.deciding, work.language),
        book=reading.explained(clock, clock.promised, work.today, work.calendar) if clock.promised else None,
        why=explanation(case.matter.home, case.matter.id),
        more=deadlines.beside(work, case),
        accepted=[
            {
                "who": _name(places, a.organisation, work.language),
                "at": a.at,
                "after": name_of(holding.step_of(work, case, a.after), work.language) if a.after else "",
            }
            for a in proving.accepted(work, case)
        ],
        parts=rows,
        waits=bundle.waits(work, case),
        whole=bundle.whole_of(work, case),
    )


_STATES: dict[str, parts.State] = {"open": "now", "done": "done", "ahead": "waiting"}


def _codes(case: Case) -> set[str]:
    return {t.desk for t in case.tasks.values()} | {case.matter.receiving, case.matter.deciding}


def _who(entry: Entry, people: dict[str, str], translate: Any) -> str:
    """By name; what the system did in somebody's act is the system's."""
    by_itself = holding.AUTOMATIC in (entry.person, entry.facts.get("by"))
    return translate(mark("系统")) if by_itself else people.get(entry.person, entry.person)


def _name(places: Any, code: str, language: str) -> str:
    return name_of(places[code], language) if code in places else code


def _steps(work: Work, case: Case, others: Mapping[str, str]) -> list[dict[str, Any]]:
    """The steps of this case: those done, those open with who holds them, those ahead; `others` decide its parts."""
    flow = holding.published_of(work, case).item.flow
    places = directory.snapshot(work).organisations
    translate = translator(known(work.language) or SOURCE).gettext
    done = {d.step: d for d in case.progress.done}
    rows = []
    for step in flow.steps:
        if step.who is None or not in_play(case, flow, step.id):
            continue
        task = case.tasks.get(step.id)
        state = "open" if task else "done" if step.id in done else "ahead"
        if state == "ahead" and case.closed_at is not None:
            continue
        try:
            desk = task.desk if task else holding.desk_of(work, case, step)
        except Refused:
            desk = ""
        rows.append(
            {
                "id": step.id,
                "name": name_of(step, work.language),
                "state": state,
                "special": step.kind is StepKind.SPECIAL,
                "at": done[step.id].at if state == "done" else None,
                "until": task.due if task and step.kind is StepKind.WAIT else None,
                "who": _nobodys(step, others, translate)
                if desk == holding.AUTOMATIC
                else _name(places, desk, work.language),
                "when": date_and_time(done[step.id].at, known(work.language) or SOURCE) if state == "done" else "",
                "outcome": translate(WORDS.outcome.get(done[step.id].outcome, "")) if state == "done" else "",
            }
        )
    return rows


def _nobodys(step: Step, others: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """Who works a step of no desk: the department of a part, else the system; nobody where only time ends it."""
    if step.kind is StepKind.WAIT:
        return ""
    return others.get(step.id, "") if step.kind is StepKind.SUBCASE else translate(mark("数据共享系统"))


def timeline(work: Work, seen: View) -> list[parts.Step]:
    """进度: the steps of a case with who holds each, until when, and the stops of the clock."""
    case = seen.case
    days = {task.step: task.due for task in case.tasks.values()}
    pauses = {s.start: s for s in case.timing.stops}
    rows = []
    for row in seen.steps:
        due = days.get(row["id"])
        stands = row["id"] in case.progress.suspended
        state = _STATES[row["state"]]
        rows.append(
            parts.Step(
                title=row["name"],
                state="paused" if stands else state,
                department=row["who"],
                at=row["at"],
                note=row["outcome"],
                days_left=work.calendar.count(work.today, due) if due and not stands and not row["until"] else None,
                due=due,
                until=row["until"],
                href=explanation(case.matter.home, case.matter.id, row["id"]) if due else "",
                pauses=tuple(_pause(s) for s in pauses.values() if stands and s.end is None),
            )
        )
    return rows


def _pause(stop: Stop) -> parts.Pause:
    return parts.Pause(GROUNDS[stop.ground], stop.start, stop.end, stop.notice, stop.clause)


def in_play(case: Case, flow: Flow, step: str) -> bool:
    """Whether a step can be met in this situation: some edge into it holds."""
    into = [e.when for e in flow.edges if e.target == step]
    return not into or any(catalogue.holds(when, case.facts) for when in into)


def said(work: Work, entries: list[Entry], case: Case) -> list[dict[str, Any]]:
    """The thread in words, with the names of people: for those who may read it whole."""
    translate = translator(known(work.language) or SOURCE).gettext
    people = directory.names_of(work, [e.person for e in entries])
    posts = directory.post_names(work, [e.post for e in entries])
    places = directory.snapshot(work).organisations
    steps = {s.id: name_of(s, work.language) for s in holding.published_of(work, case).item.flow.steps}
    rows = []
    for e in entries:
        outcome = translate(WORDS.outcome.get(str(e.facts.get("outcome", "")), ""))
        parts = [steps.get(str(e.facts.get("step", "")), ""), outcome, str(e.facts.get("reason", ""))]
        rows.append(
            {
                "part": "",
                "seq": e.seq,
                "at": e.at,
                "act": translate(WORDS.act.get(e.act, e.act)),
                "post": posts.get(e.post, ""),
                "person": _who(e, people, translate),
                "organisation": _name(places, e.organisation, work.language),
                "what": " · ".join(p for p in parts if p),
                "clause": e.clause,
            }
        )
    return rows
