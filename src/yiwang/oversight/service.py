"""监督评价的门 — the door of oversight: ratings asked for, kept, shown to who may see them; which link broke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from yiwang.casework.messages.case import DEMAND as OWED
from yiwang.casework.messages.case import Case, Duty
from yiwang.casework.service import asides, holding, reading
from yiwang.directory import service as directory
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.ground.zone import day_of
from yiwang.oversight import store
from yiwang.oversight.messages import (
    BAD,
    EVERY,
    AnswerDemand,
    Became,
    Demand,
    Demanded,
    Invite,
    Kind,
    LapseDemand,
    Rate,
    RecordStall,
    RecordUnanswered,
    StallQuery,
)
from yiwang.oversight.rules import accountability
from yiwang.oversight.store import DEMAND, DEMAND_ANSWER, INVITATION, RATING, STALL, Invitation, Rated, Stall
from yiwang.plumbing.work import Work

COMMENT_LIMIT = 1000
SUPERVISOR = "supervisor"
DEMANDS = "行政许可法 60"
DEMAND_DAYS = 30  # working days that a demand may give at most
MOST = 5_000  # rows of a list that is taken home as a file
REASONS = ("attitude", "slow", "unclear", "asked_again", "visits", "refused_wrongly", "other")


def invite(command: Invite, work: Work) -> None:
    """邀评: from the moment the result is delivered, one case may be rated once."""
    work.add(
        INVITATION,
        {
            "home": command.home,
            "matter": command.id,
            "number": command.number,
            "item": command.item,
            "receiving": command.receiving,
            "deciding": command.deciding,
            "visits": command.visits,
            "invited_at": work.now,
        },
    )


def rate(command: Rate, work: Work) -> None:
    """评价: by the applicant, once, never changed afterwards. R15

    Refused before the case has ended, and for anyone who had a hand in the case (SOD3).
    """
    case = reading.look(work, command.home, command.id)
    if work.actor.person in case.hands:
        raise Forbidden("rating.own_case", clause="种子 办理与评价分离")
    invited = store.invitation(work, command.home, command.id)
    if invited is None:
        raise Refused("rating.not_yet")
    if invited.grade is not None:
        raise Conflict("rating.once")
    if command.grade in BAD and not command.reasons:
        raise Invalid("rating.form", errors=(FieldError("reasons", "field.required"),))
    if unknown := [r for r in command.reasons if r not in REASONS]:
        raise Invalid("rating.form", errors=(FieldError("reasons", "field.choice", {"value": unknown[0][:40]}),))
    if len(command.comment) > COMMENT_LIMIT:
        raise Invalid("rating.form", errors=(FieldError("comment", "field.too_long", {"limit": COMMENT_LIMIT}),))
    work.add(
        RATING,
        {
            "home": command.home,
            "matter": command.id,
            "grade": command.grade,
            "reasons": command.reasons,
            "comment": command.comment,
            "channel": command.channel,
            "deciding": invited.deciding,
            "item": invited.item,
            "rated_at": work.now,
        },
    )


def rating_of(work: Work, home: int, case_id: UUID) -> Invitation | None:
    """The rating of one case, for the applicant and the evaluation body; whoever handled the case is refused. R15"""
    case = reading.look(work, home, case_id)
    handled = case.hands.get(work.actor.person)
    if handled is not None and handled is not Duty.RATE:
        raise Forbidden("rating.own_case", clause="种子 办理与评价分离")
    return store.invitation(work, home, case_id)


def ratings(work: Work, scope: str, *, bad_only: bool = False, limit: int = 50, offset: int = 0) -> list[Rated]:
    """Ratings of a division subtree, the newest first, without the applicant."""
    return store.ratings(work, scope, bad_only=bad_only, limit=min(limit, 100), offset=max(offset, 0))


def counts(work: Work, scope: str) -> dict[str, int]:
    """How many ratings of each grade, and how many invitations; the unrated stay unrated."""
    return store.counts(work, scope)


@dataclass(frozen=True, slots=True)
class Broken:
    """断点: the link of a case that is broken, or was: step, post, who held it, since when, by which rule."""

    what: str
    step: str
    desk: str
    post: str
    person: str
    since: date
    due: date | None
    rule: str
    now: Became = Became.OPEN


@dataclass(frozen=True, slots=True)
class Seen:
    """追责一览: a record with the case as it stands now and what became of the link."""

    stall: Stall
    case: Case | None
    now: Became


def record_stall(command: RecordStall, work: Work) -> None:
    """记一笔: where a case stood, whose post had it, which rule. Never changed, never deleted. R52, R76"""
    work.add(
        STALL,
        {
            "home": command.home,
            "matter": command.id,
            "id": work.new_id(),
            "number": command.number,
            "item": command.item,
            "division": command.division,
            "kind": accountability.kind_of(command.what, command.person),
            "what": command.what,
            "step": command.step,
            "desk": command.desk,
            "post": command.post,
            "person": command.person,
            "since": command.since,
            "due": command.due,
            "rule": command.rule,
            "at": work.now,
        },
    )


def broken_link(work: Work, home: int, case_id: UUID) -> Broken | None:
    """断在哪里: the link of a case that is broken now, else the last that was; none when none ever broke. R52"""
    case = reading.look(work, home, case_id)
    written = [s for s in store.stalls_of(work, home, case_id) if s.kind != Kind.WARNING]
    dues = reading.dues(case, work.today, work.calendar)
    task = accountability.broken(case, dues, work.today)
    if task is None:
        return _as_written(case, written[-1]) if written else None
    step = holding.step_of(work, case, task.step)
    late = task.due is not None and task.due < work.today
    return Broken(
        what="step" if late else "overdue",
        step=task.step,
        desk=task.desk,
        post=task.post,
        person=task.holder,
        since=day_of(task.opened_at),
        due=task.due if late else dues.promised,
        rule=next((s.rule for s in reversed(written) if s.step == task.step and s.rule), step.basis),
    )


def _as_written(case: Case, s: Stall) -> Broken:
    now = accountability.became(reading.standing_of(case), s.what, s.step, s.since)
    return Broken(s.what, s.step, s.desk, s.post, s.person, s.since, s.due, s.rule, now)


def stalls(
    work: Work, scope: str, asked: StallQuery = EVERY, *, limit: int = 30, offset: int = 0
) -> tuple[list[Seen], int, dict[Became, int]]:
    """追责记录 of a division subtree, the newest first, each with what became of it; how many fit in all, and how many
    would in each state. Of the latest `MOST` records that fit. Three queries.
    """
    rows = store.stalls(work, scope, asked, MOST)
    now = reading.standing(work, [(s.home, s.matter) for s in rows])
    told = [(s, accountability.became(now.get((s.home, s.matter)), s.what, s.step, s.since)) for s in rows]
    counts = {state: sum(state is one for _, one in told) for state in Became}
    kept = [(s, state) for s, state in told if asked.now in ("", state)]
    shown = kept[max(offset, 0) :][: min(limit, MOST)]
    cases = reading.several(work, [(s.home, s.matter) for s, _ in shown])
    return [Seen(s, cases.get((s.home, s.matter)), state) for s, state in shown], len(kept), counts


def stall_counts(work: Work, scope: str) -> list[tuple[str, str, str, str, int]]:
    """追责计数: how many records of each kind, desk, item and rule in the last ninety days. One query."""
    return store.stall_counts(work, scope, work.now - timedelta(days=90))


def demand(command: Demand, work: Work) -> Demanded:
    """督办: a supervisor demands words of whoever answers for a task, by a day of its own; no clock of the case moves.

    For a case of the own area. Forbidden `demand.supervisor`; Conflict `case.task_gone`, `aside.asked_already` while
    the desk still owes words; Invalid `demand.form`. 行政许可法 60
    """
    case = holding.hold(work, command.home, command.id)
    if not work.actor.has(SUPERVISOR) or not directory.in_scope(work.actor.division, case.matter.division):
        raise Forbidden("demand.supervisor", clause=DEMANDS)
    _in_words(command.words)
    if not 1 <= command.days <= DEMAND_DAYS:
        raise Invalid("demand.form", errors=(FieldError("days", "field.range"),))
    task = holding.find_task(case, command.task)
    if task.desk == holding.AUTOMATIC:
        raise Conflict("demand.nobody", number=case.matter.number)
    due = work.calendar.add(work.today, command.days)
    aside = asides.demand(work, case, task, due, {"step": task.step, "reason": command.words}, DEMANDS)
    made = Demanded(
        home=command.home,
        matter=command.id,
        id=aside.id,
        number=case.matter.number,
        item=case.matter.item,
        step=task.step,
        desk=task.desk,
        post=task.post,
        person=task.holder,
        words=command.words,
        asked_by=work.actor.person,
        due=due,
        at=work.now,
    )
    row = {name: getattr(made, name) for name in DEMAND.columns if name != "division"}
    work.add(DEMAND, {**row, "division": case.matter.division})
    return made


def answer_demand(command: AnswerDemand, work: Work) -> None:
    """答复督办: the words stand on file, the journal has their digest. Forbidden `case.not_your_task`."""
    _in_words(command.words)
    said = {"words": sha256(command.words.encode()).hexdigest()}
    aside = asides.answer(work, command.home, command.id, command.demand, said)
    assert aside.step == OWED
    _settle(work, command.home, command.id, command.demand, "answered", command.words)


def lapse_demand(command: LapseDemand, work: Work) -> None:
    """督办了结: the case is over; that nobody had answered stays on record."""
    _settle(work, command.home, command.id, command.demand, "lapsed", "")


def record_unanswered(command: RecordUnanswered, work: Work) -> None:
    """督办逾期未答: written down against the post that was named; its superior has to answer now. R52, R76"""
    asked = next(d for d in store.demands_of(work, command.home, command.id) if d.id == command.demand)
    case = reading.look(work, command.home, command.id)
    stall = RecordStall(
        home=command.home,
        id=command.id,
        number=asked.number,
        item=asked.item,
        division=case.matter.division,
        what="unanswered",
        step=asked.step,
        desk=command.desk,
        post=command.post,
        person=asked.person if command.post == asked.post else "",
        since=command.since,
        due=command.due,
        rule=command.rule,
    )
    record_stall(stall, work)


def demands_of(work: Work, home: int, case_id: UUID) -> list[Demanded]:
    """督办与答复 of one case, first to last. One query."""
    return store.demands_of(work, home, case_id)


def demands(
    work: Work, scope: str, *, state: str = "", desk: str = "", limit: int = 30, offset: int = 0
) -> tuple[list[tuple[Demanded, Case | None]], dict[str, int]]:
    """督办一览 of a division subtree, the open ones first by their days, each with its case; counts by state."""
    wanted = state if state in store.DEMAND_STATES else ""
    rows, counts = store.demands(work, scope, state=wanted, desk=desk, limit=min(limit, MOST), offset=max(offset, 0))
    cases = reading.several(work, [(d.home, d.matter) for d in rows])
    return [(d, cases.get((d.home, d.matter))) for d in rows], counts


def _in_words(words: str) -> None:
    if not words.strip():
        raise Invalid("demand.form", errors=(FieldError("words", "field.required"),))
    if len(words) > COMMENT_LIMIT:
        raise Invalid("demand.form", errors=(FieldError("words", "field.too_long", {"limit": COMMENT_LIMIT}),))


def _settle(work: Work, home: int, case_id: UUID, demand_id: UUID, outcome: str, words: str) -> None:
    actor = work.actor
    row = {"home": home, "matter": case_id, "id": demand_id, "outcome": outcome, "words": words, "at": work.now}
    by = {"desk": actor.organisation, "post": actor.post, "person": actor.person}
    work.add(DEMAND_ANSWER, row | (by if outcome == "answered" else dict.fromkeys(by, "")))


def differences(work: Work, stretch: Stretch, cases: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: who got a result and was not asked for a rating, or the other way round, parts going with their whole;
    demands nobody waits for. R15
    """
    invited = store.invited(work, stretch)
    wholes = {key: c for key, c in cases.items() if c.matter.parent is None}
    delivered = {key for key, c in wholes.items() if any(d.outcome == "delivered" for d in c.progress.done)}
    for key in sorted(delivered - invited):
        yield Difference("invitation.missing", *key)
    for key in sorted(invited - delivered):
        yield Difference("invitation.unfounded", *key)
    waiting = {(*key, a.id) for key, c in cases.items() for a in c.asides if a.step == OWED}
    open_here = {key for key, settled in store.demands_in(work, stretch).items() if not settled}
    for home, matter, asked in sorted(waiting ^ open_here):
        kind = "demand.missing" if (home, matter, asked) in waiting else "demand.without_case"
        yield Difference(kind, home, matter, {"demand": str(asked)})
