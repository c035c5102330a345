"""监督评价的门 — the door of oversight: ask for a rating when all is over, keep it, show it only to who may see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from yiwang.casework.messages import Case, Duty
from yiwang.casework.service import reading
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.oversight import store
from yiwang.oversight.messages import BAD, Invite, Rate
from yiwang.oversight.store import INVITATION, RATING, Invitation, Rated
from yiwang.plumbing.work import Work

COMMENT_LIMIT = 1000
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


def differences(work: Work, stretch: Stretch, cases: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: who got a result and was not asked for a rating, or the other way round. R15"""
    invited = store.invited(work, stretch)
    delivered = {key for key, c in cases.items() if any(d.outcome == "delivered" for d in c.progress.done)}
    for key in sorted(delivered - invited):
        yield Difference("invitation.missing", *key)
    for key in sorted(invited - delivered):
        yield Difference("invitation.unfounded", *key)
