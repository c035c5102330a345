"""流程图上的办件 — a case on the picture of its flow: who works each step, who did it when, where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.messages.flow import Done
from yiwang.casework.service import holding, parts
from yiwang.catalogue.messages import Flow, Step, StepKind
from yiwang.directory import service as directory
from yiwang.front.look import wording
from yiwang.front.look.flowchart import Box, State, draw
from yiwang.front.look.naming import name_of
from yiwang.front.thread import in_play
from yiwang.front.words import WORDS
from yiwang.ground.outcome import Refused
from yiwang.plumbing.i18n import SOURCE, Translator, known, mark, translator
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

TOLD = ("skip", "cancelled", "deemed", "recalled")
"""Outcomes that nobody's name stands beside."""


def picture(work: Work, case: Case, entries: Sequence[Entry]) -> Markup:
    """流程图: the steps of this situation in lanes by department, with who did each when; `entries`: its thread."""
    flow = holding.published_of(work, case).item.flow
    words = translator(known(work.language) or SOURCE)
    met = _met(case, flow)
    steps = [step for step in flow.steps if step.id in met]
    others = {p.step.id: p.deciding for p in parts.parts(work, case)}
    lanes = {step.id: others.get(step.id) or _lane(work, case, step) for step in steps}
    places = directory.snapshot(work).organisations
    names = {
        code: name_of(places[code], words.language) if code in places else words.gettext(mark("数据共享系统"))
        for code in dict.fromkeys(lane for lane in lanes.values() if lane)
    }
    people = _people(work, case, entries)
    done = {d.step: d for d in case.progress.done}
    arrows = [(edge.source, edge.target) for edge in flow.edges if edge.source in met and edge.target in met]
    boxes = []
    for step in steps:
        task, finished = case.tasks.get(step.id), done.get(step.id)
        state = _state(case, task, finished) if step.who else _passed(step.id, arrows, done)
        lane = lanes[step.id] if lanes[step.id] in names else ""
        note = _note(words, step, task, finished, people.get(step.id, "")) if lane else ""
        boxes.append(Box(step.id, name_of(step, words.language), lane, state, note))
    return draw(_in_order(boxes, arrows), arrows, names, words.gettext(mark("流程图")))


def _met(case: Case, flow: Flow) -> set[str]:
    """The steps that can be met in this situation: those that lead on from the first by edges that hold."""
    first = {s.id for s in flow.steps} - {e.target for e in flow.edges}
    found, ahead = set(first), list(first)
    while ahead:
        here = ahead.pop()
        for edge in flow.edges:
            if edge.source == here and edge.target not in found and in_play(case, flow, edge.target):
                found.add(edge.target)
                ahead.append(edge.target)
    return found


def _in_order(boxes: list[Box], arrows: Iterable[tuple[str, str]]) -> list[Box]:
    """Every box after those that lead to it, as far as there is no loop."""
    left, order = {box.id: box for box in boxes}, []
    into = {name: {a for a, b in arrows if b == name} for name in left}
    while left:
        free = next((name for name in left if not into[name] & left.keys()), next(iter(left)))
        order.append(left.pop(free))
    return order


def _lane(work: Work, case: Case, step: Step) -> str:
    """The desk whose lane a step stands in, a wait that of who decides; none for a fork or join, or where nobody has
    the power any more.
    """
    if step.who is None:
        return ""
    task = case.tasks.get(step.id)
    if step.kind is StepKind.WAIT:
        return case.matter.deciding
    if task is not None:
        return task.desk
    try:
        return holding.desk_of(work, case, step)
    except Refused:
        return ""


def _state(case: Case, task: Task | None, finished: Done | None) -> State:
    if task is not None:
        return "paused" if task.step in case.progress.suspended else "now"
    if finished is None:
        return "ahead"
    return "dropped" if finished.outcome in ("skip", "cancelled", "returned", "recalled") else "done"


def _passed(bar: str, arrows: Iterable[tuple[str, str]], done: Mapping[str, Done]) -> State:
    """A fork is behind the case when what leads to it is done, a join when all that lead to it are."""
    before = [a for a, b in arrows if b == bar]
    return "done" if before and all(a in done for a in before) else "ahead"


def _people(work: Work, case: Case, entries: Sequence[Entry]) -> dict[str, str]:
    """Who finished each step last, and who holds the open ones."""
    by = {str(e.facts["step"]): e.person for e in entries if e.act == "step.finished" and e.facts.get("by") is None}
    by |= {str(e.facts.get("step", "")): "" for e in entries if e.facts.get("outcome") == "deemed"}
    by |= {task.step: task.holder for task in case.tasks.values()}
    names = directory.names_of(work, [code for code in by.values() if code])
    return {step: names.get(code, "") for step, code in by.items()}


def _note(words: Translator, step: Step, task: Task | None, finished: Done | None, person: str) -> str:
    """The small line in a box: until when and by whom, when and by whom it was done, or how long it may take."""
    if task is not None:
        until = mark("至 %(day)s") if step.kind is StepKind.WAIT else mark("%(day)s 前")
        due = words.gettext(until, day=wording.short_date(task.due, words.language)) if task.due else ""
        return " ".join(part for part in (due, person) if part) or words.gettext("正在办")
    if finished is not None:
        told = words.gettext(WORDS.outcome[finished.outcome]) if finished.outcome in TOLD else person
        return " ".join(part for part in (wording.short_date(finished.at, words.language), told) if part)
    return wording.limit(step.limit, words) if step.limit else ""
