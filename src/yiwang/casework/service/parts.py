"""子件与等待 — cases that are parts of a case, and steps that only time ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, OpenCase, Task
from yiwang.casework.messages.flow import Cancel, Finish, Progress, Token
from yiwang.casework.rules import timing
from yiwang.casework.rules.acceptance import worked_before
from yiwang.casework.rules.chart import reachable
from yiwang.casework.service.cases import complete_automatic, open_case
from yiwang.casework.service.holding import AUTOMATIC, OPEN, flow_of, hold, note, published_of
from yiwang.casework.service.reading import look
from yiwang.casework.service.running import run
from yiwang.casework.store import cases as store
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item, Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.audit import Key
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing.outbox import Errand, Runner, after_day
from yiwang.plumbing.work import Work

ELAPSE = "casework.elapse"
DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """子件: one part of a case, in the order of its chart. `case` is there once its step has opened; `outcome`
    (granted, refused, ended) once the whole goes on behind it; `deciding` is empty where nobody decides it.

    Before that `waits_for` names the steps that must be done first; `barred` says that the whole can no longer come to
    it, because of what became of `barred_by` (empty: because the whole has ended).
    """

    step: Step
    item: Item
    deciding: str
    case: Case | None = None
    outcome: str = ""
    waits_for: tuple[Step, ...] = ()
    barred: bool = False
    barred_by: tuple[Step, ...] = ()


def has_parts(work: Work, case: Case) -> bool:
    """一件事: whether the chart of a case has parts. No query."""
    return any(s.kind is StepKind.SUBCASE for s in flow_of(work, case).steps.values())


def parts(work: Work, case: Case) -> list[Part]:
    """各子件 of a case in its situation, in the order of its chart; none, and no query, for a case without. One query.

    A part not opened yet is told as its item is published today.
    """
    if not has_parts(work, case):
        return []
    flow = flow_of(work, case)
    rows = work.read(store.CASE + "WHERE home = %s AND parent = %s ORDER BY id", (case.matter.home, case.matter.id))
    opened = {case.matter.item: case for case in map(store.case_of, rows)}
    start = Progress(open=(Token(flow.start, case.matter.received_at),))
    meant, ahead = reachable(flow, start, case.facts), reachable(flow, case.progress, case.facts)
    return [
        _opened(work, case, step, opened[step.item])
        if step.item in opened
        else _not_opened(work, case, step, barred=step.id not in ahead and step.id not in case.tasks)
        for step in flow.flow.steps
        if step.kind is StepKind.SUBCASE and (step.id in meant or step.item in opened)
    ]


def _opened(work: Work, whole: Case, step: Step, case: Case) -> Part:
    outcome = next((d.outcome for d in reversed(whole.progress.done) if d.step == step.id), "")
    item = published_of(work, case).item
    return Part(step=step, item=item, deciding=case.matter.deciding, case=case, outcome=outcome)


def _not_opened(work: Work, whole: Case, step: Step, *, barred: bool) -> Part:
    item, flow = catalogue.published(work, step.item).item, flow_of(work, whole)
    said = {d.step: d.outcome for d in whole.progress.done}
    before = [flow.step(s) for s in worked_before(flow, step.id)]
    return Part(
        step=step,
        item=item,
        deciding=_authority(work, whole, item),
        waits_for=() if barred else tuple(s for s in before if s.id not in said),
        barred=barred,
        barred_by=tuple(s for s in before if said.get(s.id) in ("refused", "ended")) if barred else (),
    )


def _authority(work: Work, whole: Case, item: Item) -> str:
    try:
        return directory.authority(work, item.code, item.line, whole.matter.division, work.today).code
    except Refused:
        return ""


def open_part(work: Work, home: int, case_id: UUID, step: str) -> Case:
    """开子件: another item's case as a part of this one, accepted at the moment in which its step opens: for parts
    side by side that of the whole, for later ones that of the predecessor's completion. 规定 5(3), R49

    Whoever accepted the whole has accepted the part as well, and does nothing else in it. Where the whole is accepted
    by law as of an earlier day, so is what opens with it.
    """
    whole = hold(work, home, case_id)
    published = catalogue.published(work, flow_of(work, whole).step(step).item)
    matter = whole.matter
    command = OpenCase(
        home=home,
        id=work.new_id(),
        item=published.item.code,
        item_version=published.version,
        applicant=matter.applicant,
        division=matter.division,
        receiving=matter.receiving,
        facts=whole.facts,
        channel=whole.channel,
        parent=matter.id,
    )
    part = open_case(command, work)
    acceptors = sorted(person for person, duty in whole.hands.items() if duty is Duty.ACCEPT)
    kind = directory.organisation(work, matter.receiving).kind
    for person in acceptors:
        store.lend_hand(work, part, person, Duty.ACCEPT, kind)
    accept = flow_of(work, part).start
    facts = {"step": accept, "outcome": "accept", "by": AUTOMATIC, "acceptors": acceptors, "whole": matter.number}
    with_it = whole.timing.accepted_on if whole.accepted_at == work.now else None
    if with_it is not None and with_it != work.today:
        facts["as_of"] = with_it.isoformat()
    note(work, part, "step.finished", facts, "规定 5")
    run(work, part, Finish(step=accept, outcome="accept", at=work.now), with_it)
    return part


def finish_part(work: Work, home: int, case_id: UUID, outcome: str) -> None:
    """子件办完: the whole goes on; a part decided after its whole has ended is handed out by itself. Nothing happens
    for a case that is no part.
    """
    part = hold(work, home, case_id)
    if part.matter.parent is None:
        return
    whole = hold(work, home, part.matter.parent)
    if whole.status not in OPEN:
        complete_automatic(work, home, case_id, StepKind.DELIVER, "delivered")
        return
    flow = flow_of(work, whole)
    step = next((s for s in whole.tasks if flow.step(s).item == part.matter.item), "")
    if step:
        facts = {"step": step, "outcome": outcome, "by": AUTOMATIC, "part": part.matter.number}
        note(work, whole, "step.finished", facts)
        run(work, whole, Finish(step=step, outcome=outcome, at=work.now))


def close_parts(work: Work, home: int, case_id: UUID, word: str) -> None:
    """整件结束: its parts are delivered with it (one delivery), or end with its word. What is decided already stands
    whatever becomes of the whole, and is handed out: a permit in force is not ended by a word. 行政许可法 8
    """
    whole = hold(work, home, case_id)
    if not has_parts(work, whole):
        return
    for part in parts_of(work, home, case_id):
        one = hold(work, home, part)
        if word == DONE or one.decided_at is not None:
            complete_automatic(work, home, part, StepKind.DELIVER, "delivered")
        elif one.status in OPEN:
            note(work, one, f"case.{word}", {"reason": whole.matter.number, "by": AUTOMATIC})
            run(work, one, Cancel(end=word, at=work.now))


def parts_of(work: Work, home: int, case_id: UUID) -> list[UUID]:
    """子件: the parts of a case, in the order in which they were opened. One query."""
    sql = "SELECT id FROM casework.matter WHERE home = %s AND parent = %s ORDER BY id"
    return [row[0] for row in work.read(sql, (home, case_id))]


def before(work: Work, whole: Case, step: str) -> frozenset[str]:
    """前件: all steps of the chart on the way to this one. No query."""
    flow = flow_of(work, whole)
    found: set[str] = set()
    waiting = list(flow.before[step])
    while waiting:
        earlier = waiting.pop()
        if earlier not in found:
            found.add(earlier)
            waiting += flow.before[earlier]
    return frozenset(found)


def held(work: Work, wholes: Iterable[Key]) -> dict[Key, list[tuple[str, Task]]]:
    """子件在谁手里: the open tasks of people in the parts of these cases, each with its part's item. One query."""
    wanted = list(wholes)
    found: dict[Key, list[tuple[str, Task]]] = {}
    if not wanted:
        return found
    rows = work.read(
        store.CASE + "JOIN unnest(%s::int[], %s::uuid[]) AS wanted(of_home, of_id) ON home = of_home AND parent = of_id"
        " WHERE closed_at IS NULL ORDER BY id",
        ([home for home, _ in wanted], [case_id for _, case_id in wanted]),
    )
    for one in map(store.case_of, rows):
        assert one.matter.parent is not None
        tasks = [(one.matter.item, task) for task in one.tasks.values() if task.desk != AUTOMATIC]
        found.setdefault((one.matter.home, one.matter.parent), []).extend(tasks)
    return found


def watch_wait(work: Work, home: int, case_id: UUID, task: Task) -> None:
    """等待期限: the morning after the last day, the step is over."""
    assert task.due is not None, task.step
    payload, morning = {"id": str(case_id), "task": str(task.id)}, after_day(task.due)
    work.later(ELAPSE, payload, home=home, due=morning, lane="clock", key=str(task.id))


def elapses(work: Work, errand: Errand, calendar: Calendar) -> date | None:
    """期满之日: the last day of a waiting step under a calendar; none when nobody waits any more."""
    case = look(work, errand.home, UUID(errand.payload["id"]))
    task = next((t for t in case.tasks.values() if str(t.id) == errand.payload["task"]), None)
    if task is None:
        return None
    step = flow_of(work, case).step(task.step)
    return timing.step_due(step, day_of(task.opened_at), calendar, case.timing.stops, work.today)


def elapse_runner() -> Runner:
    """期满: the step ends by itself, unless its last day has moved on."""

    def inside(work: Work, errand: Errand, _: object) -> None:
        case = hold(work, errand.home, UUID(errand.payload["id"]))
        task = next((t for t in case.tasks.values() if str(t.id) == errand.payload["task"]), None)
        if task is None or task.due is None:
            return
        if task.due >= work.today:
            watch_wait(work, errand.home, case.matter.id, task)
            return
        note(work, case, "step.finished", {"step": task.step, "outcome": "elapsed", "by": AUTOMATIC})
        run(work, case, Finish(step=task.step, outcome="elapsed", at=work.now))

    return Runner(inside=inside)
