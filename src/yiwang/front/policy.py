"""权限表 — who may do what: one table serves guards, menus and the generated tests of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yiwang.ground.actor import Actor
from yiwang.plumbing.i18n import mark

PUBLIC = "public"
STAFF = frozenset(
    [
        "clerk",
        "issuer",
        "window_chief",
        "handler",
        "reviewer",
        "decider",
        "head",
        "consultee",
        "item_editor",
        "item_reviewer",
        "data_steward",
        "evaluator",
        "supervisor",
        "auditor",
        "sysadmin",
        "secadmin",
    ]
)
DEPARTMENT = frozenset({"handler", "reviewer", "decider", "head", "consultee"})
CENTRE = frozenset({"clerk", "issuer", "window_chief"})

ACTS: Mapping[str, frozenset[str]] = {
    "application.own": frozenset({"applicant"}),
    "rating.give": frozenset({"applicant"}),
    "window.work": CENTRE,
    "window.accept": frozenset({"clerk"}),
    "delivery.hand_over": frozenset({"issuer"}),
    "case.work": DEPARTMENT,
    "case.extend": frozenset({"head"}),
    "phrase.write": frozenset({"head", "reviewer"}),
    "case.verbs": DEPARTMENT | CENTRE,
    "case.urge": DEPARTMENT | CENTRE | {"supervisor"},
    "calendar.import": frozenset({"supervisor"}),
    "demand.make": frozenset({"supervisor"}),
    "case.terminate": frozenset({"decider"}),
    "case.read": DEPARTMENT | CENTRE | {"supervisor", "auditor"},
    "clock.read": DEPARTMENT | CENTRE | {"supervisor", "auditor", "applicant"},
    "capsule.read": frozenset({"supervisor", "auditor", "applicant"}),
    "thread.read": frozenset({"supervisor", "auditor"}),
    "rating.read": frozenset({"evaluator"}),
    "account.own": STAFF | {"applicant", "client"},
    "task.list": DEPARTMENT | CENTRE,
    "deputy.appoint": DEPARTMENT | CENTRE,
    "webhook.own": frozenset({"client"}),
    "gateway.use": STAFF | {"applicant", "client"},
}
"""办事权限: act → the roles that may. The scope, which cases, is the service's to check."""


@dataclass(frozen=True, slots=True)
class Seat:
    """座位: a place in the navigation: where it leads, what it is called, which icon, which act it needs."""

    path: str
    title: str
    icon: str
    act: str


SEATS = (
    Seat("/my", mark("我的办件"), "files", "application.own"),
    Seat("/my/data", mark("谁看过我的数据"), "eye", "application.own"),
    Seat("/my/licences", mark("我的证照"), "license", "application.own"),
    Seat("/window", mark("受理窗口"), "building-bank", "window.work"),
    Seat("/desk", mark("部门待办"), "inbox", "case.work"),
    Seat("/supervision", mark("效能监督"), "shield-check", "thread.read"),
    Seat("/staff/absence", mark("不在岗与代理"), "users", "deputy.appoint"),
    Seat("/ratings", mark("好差评"), "star", "rating.read"),
)


def may(actor: Actor | None, act: str) -> bool:
    """Whether somebody may do an act at all."""
    return actor is not None and bool(ACTS[act] & actor.roles)


def seats_of(actor: Actor | None) -> list[Seat]:
    """The desks somebody may sit at."""
    return [seat for seat in SEATS if may(actor, seat.act)]


def home_of(actor: Actor | None) -> str:
    """Where somebody begins after logging in."""
    seats = seats_of(actor)
    return seats[0].path if seats else "/"
