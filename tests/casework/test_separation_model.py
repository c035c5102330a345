"""职责分离·穷举 — few persons, posts, deputies, steps and a reorganisation: every reachable state is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from yiwang.casework.messages.case import Duty
from yiwang.casework.rules import separation
from yiwang.directory.messages import (
    Deputy,
    Division,
    Heir,
    Holding,
    Line,
    Organisation,
    Post,
    Reorganisation,
    Restructuring,
)
from yiwang.directory.rules import deputies
from yiwang.directory.rules.reorganising import plan, suppose
from yiwang.directory.rules.resolution import build
from yiwang.directory.rules.staffing import Staffing
from yiwang.directory.rules.staffing import staffing as staff_of
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Refused

DAY = date(2018, 10, 23)
EVE, LATER = DAY - timedelta(days=1), DAY + timedelta(days=9)
COUNTY = "330106"
CENTRE, OLD, NEW, THIRD = (f"{COUNTY}.{key}" for key in ("XZFW", "A", "B", "PJZX"))
KINDS = {CENTRE: "centre", OLD: "department", NEW: "department", THIRD: "evaluation"}
# Some sit in two houses, some decide in both departments: whatever can meet in one person does.
PEOPLE = "甲乙丙丁戊己"
POSTS = {
    f"{CENTRE}#1": ("clerk", "甲"),
    f"{CENTRE}#2": ("issuer", "乙"),
    f"{OLD}#1": ("handler", "乙"),
    f"{OLD}#2": ("handler", "丙"),
    f"{OLD}#3": ("reviewer", "丁"),
    f"{OLD}#4": ("decider", "甲"),
    f"{OLD}#5": ("decider", "戊"),
    f"{NEW}#1": ("decider", "丙"),
    f"{THIRD}#1": ("evaluator", "乙"),
    f"{THIRD}#2": ("evaluator", "己"),
}
STEPS = (
    (CENTRE, "clerk"),
    (OLD, "handler"),
    (OLD, "reviewer"),
    (OLD, "decider"),
    (CENTRE, "issuer"),
    (THIRD, "evaluator"),
)
DELIVERING = 4
Lent = tuple[str, str, str]  # principal, post, deputy
PAIRS: tuple[Lent, ...] = (
    *(("甲", f"{CENTRE}#1", "乙"), ("乙", f"{CENTRE}#2", "甲")),
    *(("丙", f"{OLD}#2", deputy) for deputy in "丁戊"),
    *(("丁", f"{OLD}#3", deputy) for deputy in "丙戊"),
    *(("戊", f"{OLD}#5", deputy) for deputy in "丙丁"),
    *(("甲", f"{OLD}#4", deputy) for deputy in "乙丁"),
    ("己", f"{THIRD}#2", "乙"),
)
AT_ONCE = 2  # deputies standing in at one moment


@dataclass(frozen=True)
class State:
    """Where the case stands, who stands in for whom, whether the departments have merged; `hands` is what the system
    has written down, `truth` what really happened: everybody who has had a duty, himself or through a deputy.
    """

    step: int = 0
    lent: frozenset[Lent] = frozenset()
    merged: bool = False
    hands: tuple[tuple[str, Duty], ...] = ()
    truth: frozenset[tuple[str, Duty]] = frozenset()


def house(code: str) -> Organisation:
    division, _, line = code.partition(".")
    return Organisation(code=code, line=line, division=division, level="county", name=line, kind=KINDS[code])


def granted(lent: Lent) -> Deputy:
    principal, post, deputy = lent
    at = datetime(2018, 10, 1, tzinfo=UTC)
    return Deputy(
        id=UUID(int=PAIRS.index(lent)),
        post=post,
        principal=principal,
        deputy=deputy,
        held_from=EVE,
        held_to=LATER,
        reason="出差",
        granted_by=principal,
        granted_at=at,
    )


def staffed(lent: frozenset[Lent]) -> Staffing:
    posts = [
        Post(code=code, organisation=code.partition("#")[0], name=role, roles=(role,))
        for code, (role, _) in POSTS.items()
    ]
    holdings = [Holding(person=person, post=code, held_from=date(2017, 1, 1)) for code, (_, person) in POSTS.items()]
    return staff_of(posts, holdings, map(granted, sorted(lent)))


@cache
def houses() -> Any:
    lines = [
        Line(key=c.partition(".")[2], name="", short="", name_en="", local_name="", local_line="", kind="")
        for c in KINDS
    ]
    places = [Division(code=COUNTY, name="", kind="", parent="")]
    return build(places, lines, map(house, KINDS))


@cache
def scene(lent: frozenset[Lent], merged: bool) -> tuple[Staffing, Mapping[str, str]]:
    """Posts and deputies, and where each step's desk is: the real rules of deputies and reorganisations."""
    staff = staffed(lent)
    if not merged:
        return staff, {code: code for code in KINDS}
    merger = Restructuring(organisation=OLD, heirs=(Heir(to=NEW),))
    made = plan(houses(), staff, Reorganisation(document="1", day=DAY, restructured=(merger,)), EVE)
    assert made.hindrances == ()
    directory, after = suppose(houses(), staff, made)
    return after, {code: directory.heir(code, "", COUNTY, DAY) for code in KINDS}


def actors(staff: Staffing, on: date) -> Iterator[Actor]:
    for person in PEOPLE:
        for post in staff.posts_of(person, on):
            yield staff.acting(person, person, post, COUNTY, "", on)


@cache
def at_work(lent: frozenset[Lent], merged: bool) -> tuple[tuple[Actor, ...], Mapping[str, str]]:
    staff, desks = scene(lent, merged)
    return tuple(actors(staff, DAY if merged else EVE)), desks


def moves(state: State) -> Iterator[State]:
    """Everything that anybody may do next."""
    if not state.merged:
        yield replace(state, merged=True)
        for lent in PAIRS:
            if lent in state.lent:
                yield replace(state, lent=state.lent - {lent})
            elif len(state.lent) < AT_ONCE and may_lend(state.lent, lent):
                yield replace(state, lent=state.lent | {lent})
    if 1 < state.step < DELIVERING:
        yield replace(state, step=1)  # 退回
    if state.step < len(STEPS):
        desk, role = STEPS[state.step]
        people, desks = at_work(state.lent, state.merged)
        for actor in people:
            if actor.organisation == desks[desk] and role in actor.roles:
                yield from worked(state, actor, role, KINDS[desks[desk]])


@cache
def may_lend(others: frozenset[Lent], lent: Lent) -> bool:
    staff, _ = scene(others, False)
    principal, post, _ = lent
    by = staff.acting(principal, principal, staff.posts[post], COUNTY, "", EVE)
    try:
        deputies.permit_deputy(staff, granted(lent), by, KINDS[by.organisation], EVE)
    except Refused:
        return False
    return True


def worked(state: State, actor: Actor, role: str, kind: str) -> Iterator[State]:
    duty = separation.duty_of(role)
    stood_for = actor.stands_for(role)
    principal = stood_for.person if stood_for else ""
    try:
        joined = separation.join(dict(state.hands), separation.involved(actor.person, principal), duty, kind)
    except Refused:
        return
    had = {(person, duty) for person in (actor.person, principal) if person}
    hands = tuple(sorted(joined.items()))
    yield replace(state, step=state.step + 1, hands=hands, truth=state.truth | had)


def search(limit: int = 1) -> tuple[list[State], set[State]]:
    """States in which one person has had two duties, and all the states that were looked at."""
    first = State()
    seen, waiting, found = {first}, deque([first]), list[State]()
    while waiting and len(found) < limit:
        for following in moves(waiting.popleft()):
            if following in seen:
                continue
            seen.add(following)
            people = [person for person, _ in following.truth]
            if len(people) > len(set(people)):
                found.append(following)
            else:
                waiting.append(following)
    return found, seen


@pytest.mark.requirement("SOD1", "SOD3", "SOD4", "SOD15")
def test_穷举_没有人在一件里有过两种职责_代理和改革也不行() -> None:
    found, seen = search()
    assert found == []
    assert len(seen) > 9_000
    ends = [s for s in seen if s.step == len(STEPS)]
    assert {s.merged for s in ends} == {True, False}
    assert any(s.lent for s in ends), "while people stand in for each other too"


def only(which: int) -> Callable[[str, str], tuple[str, ...]]:
    return lambda person, principal: ((person, principal) if principal else (person, person))[which : which + 1]


def forgetful(hands: Mapping[str, Duty], persons: tuple[str, ...], duty: Duty, _: str) -> dict[str, Duty]:
    """Looks at both, but writes down the deputy alone."""
    for person in persons:
        separation.permit(hands, person, duty)
    return {**hands, persons[0]: duty}


PLANTED: Mapping[str, tuple[str, object]] = {
    "一人一责不查": ("permit", lambda *_: None),
    "只查代理人": ("involved", only(0)),
    "只查被代理人": ("involved", only(1)),
    "只记代理人": ("join", forgetful),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_拿掉任何一道把关_穷举都找得到(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, instead = PLANTED[planted]
    monkeypatch.setattr(separation, name, instead)
    found, _ = search()
    assert found


def test_代理人得到的职权_都是被代理人自己当天的岗位() -> None:
    """没有转来转去的代理：任意两项代理之下，借来的每个角色都来自出借人当天担任的岗位，并在同一单位。"""
    for one, other in permutations(PAIRS, 2):
        for merged in (False, True):
            on = DAY if merged else EVE
            staff, _ = scene(frozenset({one, other}), merged)
            for actor in actors(staff, on):
                for lent in actor.deputised:
                    assert staff.holds(lent.person, lent.post, on)
                    assert staff.posts[lent.post].organisation == actor.organisation
                    assert lent.roles == set(staff.posts[lent.post].roles)
