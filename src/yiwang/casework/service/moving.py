"""移交办件 — a reorganisation takes open cases along: rehearsed first, then done in one act, each in its journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from yiwang.casework.messages.case import DEMAND, Case, Task
from yiwang.casework.rules import signing
from yiwang.casework.rules.working import gone_along, working
from yiwang.casework.service import asides
from yiwang.casework.service.holding import (
    AUTOMATIC,
    calendar_of,
    desk_of,
    due_columns,
    extender,
    hold,
    note,
    published_of,
    step_of,
)
from yiwang.casework.service.running import keep, redate
from yiwang.casework.store import cases as store
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import StepKind
from yiwang.directory import service as directory
from yiwang.directory.messages import Hindrance, Plan, Reorganisation
from yiwang.ground.outcome import Conflict, NotFound, Refused
from yiwang.ground.zone import SHANGHAI
from yiwang.plumbing.outbox import Errand, Runner
from yiwang.plumbing.work import Work

CLAUSE = "行政诉讼法 26"
"""机关被撤销或者职权变更的，继续行使其职权的机关 answers for what was done."""
TIMER, SWEEP = "casework.reorganise", "casework.sweep_moved"
LANE = "clock"
KINDS = ("posts", "people", "deputies", "signatures", "cases", "tasks", "questions")
AT_ONCE = 200  # cases whose rows are written together
STRAGGLERS = timedelta(seconds=5)
"""An act that was under way may still have opened a task at an old desk; so long nobody reads an older directory."""


@dataclass(frozen=True, slots=True)
class Passed:
    """移交的待办: an open step, from desk to desk, the post that answers there, and who of those who had to do with it
    does not go along.
    """

    step: str
    role: str
    before: str
    after: str
    post: str
    stayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """移交的请示: an open question beside the flow, with who is to answer it and who waits for that, afterwards."""

    aside: Task
    desk: str
    post: str
    asker: str


@dataclass(frozen=True, slots=True)
class Move:
    """一件的移交: who decides before and after, the tasks that change desks, the questions that change either side."""

    home: int
    id: UUID
    number: str
    before: str
    after: str
    tasks: tuple[Passed, ...]
    asked: tuple[Asked, ...]


@dataclass(slots=True)
class Tally:
    """移交统计: of a rehearsal or of the act: what moves from where to where, and what stands in the way; `parted` are
    the deputies who can stand in no longer, since they and the post do not go the same way.
    """

    plan: Plan
    cases: int = 0
    tasks: int = 0
    questions: int = 0
    parted: list[str] = field(default_factory=list)
    moves: dict[str, dict[str, int]] = field(default_factory=dict)
    hindrances: list[Hindrance] = field(default_factory=list)

    def count(self, before: str, after: str, what: str, more: int = 1) -> None:
        """So many more of this move."""
        counts = self.moves.setdefault(f"{before} → {after}", dict.fromkeys(KINDS, 0))
        counts[what] += more


def rehearse(work: Work, wanted: Reorganisation) -> Tally:
    """推演: everything that would move, and every hindrance; writes nothing. K4"""
    plan = directory.plan_of(work, wanted)
    if plan.hindrances:
        return _tally(work, plan)
    answered = directory.staff(work)
    directory.suppose(work, plan)
    told = _tally(work, plan)
    _deputies(work, told)
    _signatures(work, told)
    for home, case_id in _touched(work, wanted):
        case = store.load(work, home, case_id, lock=False)
        try:
            move = _move_of(work, case, wanted)
        except Refused as refusal:
            told.hindrances.append(Hindrance(code="no_owner", about=f"{case.matter.number} {refusal.code}"))
            continue
        if move is None:
            continue
        _add(told, move)
        passed = [(t.before, t.after, t.role, t.post) for t in move.tasks]
        passed += [(q.aside.desk, q.desk, q.aside.role, q.post) for q in move.asked]
        for before, after, role, post in passed:
            if not post and answered.post_for(before, role):
                told.hindrances.append(Hindrance(code="nobody_answers", about=f"{after} {role}"))
    told.hindrances = list(dict.fromkeys(told.hindrances))
    return told


def enter(work: Work, wanted: Reorganisation) -> Tally:
    """登记: a decision waits for its day and is then carried out; one whose day has come is carried out at once.

    Conflict `directory.hindered` with the first hindrance, `directory.entered_already`.
    """
    told = rehearse(work, wanted)
    directory.forget(work)
    if told.hindrances:
        raise Conflict("directory.hindered", hindrance=told.hindrances[0].code, about=told.hindrances[0].about)
    directory.enter(work, wanted)
    work.save()
    if wanted.day <= work.today:
        return carry_out(work, wanted)
    begins = datetime.combine(wanted.day, time.min, SHANGHAI)
    work.later(TIMER, {"document": wanted.document}, home=0, due=begins, lane=LANE, key=wanted.document)
    return told


def carry_out(work: Work, wanted: Reorganisation) -> Tally:
    """机构改革: directory, posts and open cases, all in this one act; old acts keep old names. K4, U18

    Conflict `directory.hindered`.
    """
    told = _tally(work, directory.reorganise(work, wanted))
    _deputies(work, told)
    _signatures(work, told)
    _move_all(work, wanted, told)
    work.later(SWEEP, {"document": wanted.document}, home=0, due=work.now + STRAGGLERS, lane=LANE, key=wanted.document)
    return told


def timer_runner() -> Runner:
    """改革之日: the day of a decision has come."""

    def inside(work: Work, errand: Errand, _: object) -> None:
        wanted = directory.decision(work, errand.payload["document"], "entered")
        if wanted is not None:
            carry_out(work, wanted)

    return Runner(inside)


def sweep_runner() -> Runner:
    """扫尾: whatever an act that was under way has still left at a desk that is no more."""

    def inside(work: Work, errand: Errand, _: object) -> None:
        wanted = directory.decision(work, errand.payload["document"], "done")
        if wanted is None:
            raise NotFound("directory.not_entered", document=errand.payload["document"])
        _move_all(work, wanted, Tally(Plan(wanted=wanted)))

    return Runner(inside)


def _tally(work: Work, plan: Plan) -> Tally:
    told = Tally(plan, hindrances=list(plan.hindrances))
    posts = directory.staff(work).posts
    for old, new in plan.posts:
        told.count(posts[old].organisation, new.organisation, "posts")
    for person, before, after in {
        (new.person, posts[old.post].organisation, new.post.partition("#")[0]) for old, new in plan.holdings
    }:
        assert person
        told.count(before, after, "people")
    return told


def _deputies(work: Work, told: Tally) -> None:
    """Whoever stands in for a post goes on doing so where both are of one house afterwards."""
    staff, day = directory.staff(work), told.plan.wanted.day
    eve = day - timedelta(days=1)
    for each in (d for d in staff.deputies if d.held_to > max(day, d.held_from)):
        before, after = (staff.current(each.post, on).organisation for on in (eve, day))
        if staff.belongs(each.deputy, after, day):
            if before != after:
                told.count(before, after, "deputies")
        elif staff.belongs(each.deputy, before, eve):
            told.parted.append(f"{each.deputy} for {each.principal} in {each.post}")


def _signatures(work: Work, told: Tally) -> None:
    """Charts that were signed run on; the heir answers for the signature."""
    wanted = told.plan.wanted
    sources = [r.organisation for r in wanted.restructured]
    for item, code, number in catalogue.signatures_by(work, sources):
        place = directory.organisation(work, code).division
        after = directory.heir(work, code, item, place, wanted.day, since=wanted.day)
        if after != code:
            told.count(code, after, "signatures", number)


def _add(told: Tally, move: Move) -> None:
    told.cases += 1
    told.tasks += len(move.tasks)
    if move.before != move.after:
        told.count(move.before, move.after, "cases")
    for task in move.tasks:
        told.count(task.before, task.after, "tasks")
    for one in move.asked:
        if one.desk != one.aside.desk:
            told.questions += 1
            told.count(one.aside.desk, one.desk, "questions")


_TOUCHED = """
SELECT home, id FROM casework.matter
WHERE closed_at IS NULL AND (deciding = ANY(%(desks)s) OR item = ANY(%(items)s))
UNION
SELECT home, matter FROM casework.inbox WHERE desk = ANY(%(desks)s) OR asked_by = ANY(%(desks)s)
ORDER BY 1, 2
"""


def _touched(work: Work, wanted: Reorganisation) -> list[tuple[int, UUID]]:
    desks = [r.organisation for r in wanted.restructured]
    items = [t.item for t in wanted.transfers if t.cases]
    return [(home, case_id) for home, case_id in work.read(_TOUCHED, {"desks": desks, "items": items})]


def _move_all(work: Work, wanted: Reorganisation, told: Tally) -> None:
    for number, (home, case_id) in enumerate(_touched(work, wanted), 1):
        case = hold(work, home, case_id)
        move = _move_of(work, case, wanted)
        if move is not None:
            _move(work, case, move, wanted)
            _add(told, move)
        if number % AT_ONCE == 0:
            work.save()


def _move_of(work: Work, case: Case, wanted: Reorganisation) -> Move | None:
    """What the directory as it is now, or is supposed to be, says of this case on the day; None where nothing moves."""
    matter = case.matter
    after = replace(case, matter=replace(matter, deciding=_authority(work, case, wanted)))
    given = {r.organisation for r in wanted.restructured} | {matter.deciding}
    tasks = []
    for task in case.tasks.values():
        if task.desk in given - {AUTOMATIC, after.matter.deciding}:
            desk = desk_of(work, after, step_of(work, case, task.step), wanted.day)
            if desk != task.desk:
                tasks.append(_passed(work, task, desk, wanted))
    asked = tuple(one for aside in case.asides if (one := _asked(work, case, after, aside, wanted)) is not None)
    if not tasks and not asked and after.matter.deciding == matter.deciding:
        return None
    return Move(matter.home, matter.id, matter.number, matter.deciding, after.matter.deciding, tuple(tasks), asked)


def _asked(work: Work, before: Case, after: Case, aside: Task, wanted: Reorganisation) -> Asked | None:
    """Guidance is the heir's to give; an extension is for the head of whoever decides now; what a supervisor demands of
    a post goes where the post goes; the answer to the heir of who asked. None where nothing is different.
    """
    decided, decides, day = before.matter.deciding, after.matter.deciding, wanted.day

    def heir(code: str) -> str:
        return directory.heir(work, code, after.matter.item, after.matter.division, day, since=day)

    [asker] = aside.lenders
    to, asks = heir(aside.desk), decides if asker == decided else heir(asker)
    if aside.step == asides.EXTENSION and decides != decided:
        to = extender(work, after, day)
    if aside.step == DEMAND and aside.post:
        to = directory.staff(work).current(aside.post, day).organisation
    if (to, asks) == (aside.desk, asker):
        return None
    return Asked(aside, to, _answers(work, aside, to, day), asks)


def _answers(work: Work, aside: Task, desk: str, day: date) -> str:
    """The post that answers a question at a desk; one that was named goes on under its new code."""
    if aside.step == DEMAND and aside.post:
        return directory.staff(work).current(aside.post, day).code
    return aside.post if desk == aside.desk else directory.post_for(work, desk, aside.role)


def _authority(work: Work, case: Case, wanted: Reorganisation) -> str:
    """By the rule open cases stay where a power is transferred (R21); where the decision takes them along, they go."""
    matter, day = case.matter, wanted.day
    for t in wanted.transfers:
        if t.cases and t.item == matter.item and directory.in_scope(t.area, matter.division):
            line = published_of(work, case).item.line
            before = directory.authority(work, matter.item, line, matter.division, day - timedelta(days=1))
            if before.code == matter.deciding:
                return directory.authority(work, matter.item, line, matter.division, day).code
    return directory.heir(work, matter.deciding, matter.item, matter.division, day, since=day)


def _passed(work: Work, task: Task, desk: str, wanted: Reorganisation) -> Passed:
    """Whoever has claimed it and goes along keeps it."""
    staff, day = directory.staff(work), wanted.day
    asked = {s.person for s in signing.waiting(task)}
    stayed = {person for person in asked if not staff.belongs(person, desk, day)}
    if task.holder and not staff.works(task.holder, desk, task.role, day):
        stayed.add(task.holder)
    own = [p.code for p in staff.posts_of(task.holder, day) if p.organisation == desk and task.role in p.roles]
    post = own[0] if own else directory.post_for(work, desk, task.role)
    return Passed(task.step, task.role, task.desk, desk, post, tuple(sorted(stayed)))


def _move(work: Work, case: Case, move: Move, wanted: Reorganisation) -> None:
    if move.before != move.after:
        case.moved = (*case.moved, (wanted.day, move.before))
        case.matter = replace(case.matter, deciding=move.after)
    _inboxes(work, case, move)
    for passed in move.tasks:
        task = case.tasks[passed.step]
        one = gone_along(working(task), passed.stayed)
        case.tasks[passed.step] = replace(
            task, desk=passed.after, post=passed.post, holder=one.holder, lenders=one.lenders, seats=one.seats
        )
    for asked in move.asked:
        _ask_on(work, case, asked)
    facts: dict[str, object] = {
        "document": wanted.document,
        "deciding": [move.before, move.after],
        "tasks": {t.step: {"from": t.before, "to": t.after, "post": t.post, "stayed": t.stayed} for t in move.tasks},
        "asides": {
            str(q.aside.id): {"from": q.aside.desk, "to": q.desk, "post": q.post, "asker": q.asker} for q in move.asked
        },
    }
    note(work, case, "case.moved", facts, CLAUSE)
    redate(work, case)
    keep(work, case)


def _ask_on(work: Work, case: Case, one: Asked) -> None:
    """The question lies on the desk of whoever is to answer it, and names whoever waits."""
    now = replace(one.aside, desk=one.desk, post=one.post, lenders=(one.asker,))
    case.asides = tuple(now if a.id == now.id else a for a in case.asides)
    if one.desk == one.aside.desk:
        work.change(INBOX, {"desk": now.desk, "id": now.id}, {"asked_by": one.asker})
        return
    work.remove(INBOX, {"desk": one.aside.desk, "id": now.id})
    work.put_once(INBOX, asides.row(work, case, now, due_columns(case, work.today, calendar_of(work, case))))


def _inboxes(work: Work, case: Case, move: Move) -> None:
    """Every row of a moved step, of whoever was asked by name too, lies on the heir's desk; who stayed has none."""
    going = {t.step: t for t in move.tasks}
    for row in _rows(work, case, [t.before for t in move.tasks]) if going else ():
        passed = going.get(str(row["step"]))
        if passed is None or passed.before != row["desk"]:
            continue
        work.remove(INBOX, {"desk": row["desk"], "id": row["id"]})
        stayed = row["holder"] in passed.stayed
        own = {"post": passed.post, "holder": "" if stayed else row["holder"]} if row["role"] == passed.role else {}
        asked = {"asked_by": move.after} if row["asked_by"] == move.before else {}
        if own or not stayed:
            work.put_once(INBOX, {**row, "desk": passed.after, **own, **asked})
    for task in case.tasks.values():
        if task.step not in going and step_of(work, case, task.step).kind is StepKind.CONSULT:
            work.change(INBOX, {"desk": task.desk, "id": task.id}, {"asked_by": move.after})


_COLUMNS = ", ".join(INBOX.columns)


def _rows(work: Work, case: Case, desks: list[str]) -> Iterator[dict[str, object]]:
    found = work.read(
        f"SELECT {_COLUMNS} FROM casework.inbox WHERE desk = ANY(%s) AND home = %s AND matter = %s",  # noqa: S608 — constants
        (desks, case.matter.home, case.matter.id),
    )
    return (dict(zip(INBOX.columns, row, strict=True)) for row in found)
