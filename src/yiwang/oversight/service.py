"""监督评价的门 — the door of oversight: ratings asked for, kept, shown to who may see them; which link broke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty
from yiwang.casework.service import holding, reading
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.ground.zone import day_of
from yiwang.oversight import store
from yiwang.oversight.messages import BAD, Invite, Kind, Rate, RecordStall
from yiwang.oversight.rules import accountability
from yiwang.oversight.store import INVITATION, RATING, STALL, Invitation, Rated, Stall
from yiwang.plumbing.work import Work

COMMENT_LIMIT = 1000
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
    """断点: the link of a case that is broken, or was: step, post, who held it, since when, by which rule; `mended`
    once the case has gone on.
    """

    what: str
    step: str
    desk: str
    post: str
    person: str
    since: date
    due: date | None
    rule: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """追责一览: a record with the case as it stands now and whether the link is mended."""

    stall: Stall
    case: Case | None
    mended: bool


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
    over = accountability.mended(case, s.what, s.since, _opened(case, s.step))
    return Broken(s.what, s.step, s.desk, s.post, s.person, s.since, s.due, s.rule, over)


def _opened(case: Case, step: str) -> date | None:
    return day_of(case.tasks[step].opened_at) if step in case.tasks else None


def stalls(
    work: Work, scope: str, *, kind: str = "", desk: str = "", item: str = "", limit: int = 30, offset: int = 0
) -> tuple[list[Seen], int]:
    """追责记录 of a division subtree, the newest first, each with what became of it. Two queries."""
    known = kind if kind in tuple(Kind) else ""
    rows, total = store.stalls(
        work, scope, kind=known, desk=desk, item=item, limit=min(limit, MOST), offset=max(offset, 0)
    )
    cases = reading.several(work, [(s.home, s.matter) for s in rows])
    seen = []
    for s in rows:
        case = cases.get((s.home, s.matter))
        over = case is None or accountability.mended(case, s.what, s.since, _opened(case, s.step))
        seen.append(Seen(s, case, over))
    return seen, total


def stall_counts(work: Work, scope: str) -> list[tuple[str, str, str, int]]:
    """追责计数: how many records of each kind, desk and item in the last ninety days. One query."""
    return store.stall_counts(work, scope, work.now - timedelta(days=90))


def differences(work: Work, stretch: Stretch, cases: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: who got a result and was not asked for a rating, or the other way round. R15"""
    invited = store.invited(work, stretch)
    delivered = {key for key, c in cases.items() if any(d.outcome == "delivered" for d in c.progress.done)}
    for key in sorted(delivered - invited):
        yield Difference("invitation.missing", *key)
    for key in sorted(invited - delivered):
        yield Difference("invitation.unfounded", *key)
