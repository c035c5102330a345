"""代理 — who may stand in for whom: of the same house, by dates, with rights that the principal has himself."""

from __future__ import annotations

from datetime import date, timedelta

from yiwang.directory.messages import Deputy, Exemption
from yiwang.directory.rules.posts import permit_roles
from yiwang.directory.rules.staffing import HEAD, Staffing
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Conflict, Forbidden, Invalid

CLAUSE = "民法典 162"


def permit_deputy(staff: Staffing, new: Deputy, by: Actor, kind: str, today: date) -> None:
    """指定代理: the principal or the head of the organisation appoints somebody of the same house, from a day to a day.

    What is lent is the post, never a role that was lent to the principal: there is no chain. `kind` is the
    organisation's. Invalid `directory.deputy_period`, `directory.deputy_self`; Forbidden `directory.not_yours_to_lend`,
    `directory.deputy_elsewhere`, `directory.role_not_here`; Conflict `directory.post_not_held`,
    `directory.deputy_there`. 民法典 162
    """
    post = staff.posts[new.post]
    if not today <= new.held_from < new.held_to:
        raise Invalid("directory.deputy_period")
    if new.deputy == new.principal:
        raise Invalid("directory.deputy_self")
    _permit_lender(new, by, post.organisation)
    days = (new.held_from, new.held_to - timedelta(days=1))
    if not all(staff.holds(new.principal, new.post, day) for day in days):
        raise Conflict("directory.post_not_held", post=new.post)
    if not all(staff.belongs(new.deputy, post.organisation, day) for day in days):
        raise Forbidden("directory.deputy_elsewhere", clause=CLAUSE)
    permit_roles(kind, post.roles)
    if there := _overlapping(staff, new):
        raise Conflict("directory.deputy_there", since=there.held_from, until=there.held_to)


def permit_end(old: Deputy, by: Actor, organisation: str) -> None:
    """终止代理: by whoever could have appointed. Forbidden `directory.not_yours_to_lend`. 民法典 173"""
    _permit_lender(old, by, organisation)


def permit_exemption(new: Exemption, by: Actor, organisation: str, today: date) -> None:
    """集中办公例外: the head of the organisation lets a post work joint items elsewhere, by dates, and says why.

    Invalid `directory.deputy_period`, `directory.reason_missing`; Forbidden `directory.not_yours_to_lend`. R26
    """
    if not today <= new.held_from < new.held_to:
        raise Invalid("directory.deputy_period")
    if not new.reason.strip():
        raise Invalid("directory.reason_missing")
    if not _head(by, organisation):
        raise Forbidden("directory.not_yours_to_lend", clause="种子 二(一)2")


def _head(by: Actor, organisation: str) -> bool:
    """A head by a lent role is none here: who stands in for the head does not pass that on."""
    return by.organisation == organisation and by.has(HEAD) and HEAD not in by.lent


def _permit_lender(deputy: Deputy, by: Actor, organisation: str) -> None:
    if by.person != deputy.principal and not _head(by, organisation):
        raise Forbidden("directory.not_yours_to_lend", clause=CLAUSE)


def _overlapping(staff: Staffing, new: Deputy) -> Deputy | None:
    """One principal's post has one deputy on one day, so that it is known who acts."""
    return next(
        (
            d
            for d in staff.deputies
            if (d.principal, staff.current(d.post, new.held_from).code) == (new.principal, new.post)
            and max(d.held_from, new.held_from) < min(d.held_to, new.held_to)
        ),
        None,
    )
