"""代理 — who stands in for whom: of the same house, by dates, never on from hand to hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service
from yiwang.directory.messages import Deputy
from yiwang.ground.actor import SYSTEM, Actor, Deputised
from yiwang.ground.outcome import Refused
from yiwang.plumbing.work import Engine, Work

JST = "330000.JST"
HANDLER, REVIEWER, DECIDER, HEAD = (f"jst-{role}-330000" for role in ("handler", "reviewer", "decider", "head"))
POST = {HANDLER: f"{JST}#1", REVIEWER: f"{JST}#2", DECIDER: f"{JST}#3", HEAD: f"{JST}#4"}
TODAY = date(2017, 8, 14)
FROM, TO = date(2017, 8, 21), date(2017, 8, 28)
DAY = timedelta(days=1)


def actor(engine: Engine, person: str) -> Actor:
    with engine.begin(SYSTEM) as work:
        return service.actor_of(work, person, "", "test")


def lend(
    engine: Engine, by: str, principal: str, deputy: str, since: date = FROM, until: date = TO, post: str = ""
) -> Deputy:
    with engine.begin(actor(engine, by)) as work:
        return service.appoint_deputy(work, principal, post or POST[principal], deputy, since, until, "出差")


def refusal(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        do()
    return refused.value.code


def test_从起日到止日前一天_代理人有两个岗位的角色(engine: Engine, clock: SimulatedClock) -> None:
    lend(engine, DECIDER, DECIDER, REVIEWER)
    own, both = frozenset({"reviewer"}), frozenset({"reviewer", "decider"})
    for day, roles in ((FROM - DAY, own), (FROM, both), (TO - DAY, both), (TO, own)):
        clock.go(day)
        assert actor(engine, REVIEWER).roles == roles, day
    clock.go(FROM)
    acting = actor(engine, REVIEWER)
    stood_for = Deputised(DECIDER, POST[DECIDER], frozenset({"decider"}))
    assert acting.post == POST[REVIEWER]
    assert acting.deputised == (stood_for,)
    assert acting.lent == {"decider"}
    assert acting.stands_for("decider") == stood_for
    assert acting.stands_for("reviewer") is None


def test_两人同一角色_被代理人领走的是代他办_其余是自己办(engine: Engine) -> None:
    with engine.begin(SYSTEM) as work:
        service.appoint(work, REVIEWER, JST, "承办人", ("handler",), TODAY)
        post = service.posts_of(work, REVIEWER, TODAY)[-1].code
    lend(engine, HANDLER, HANDLER, REVIEWER, TODAY)
    with engine.begin(SYSTEM) as work:
        acting = service.actor_of(work, REVIEWER, post)
    assert "handler" not in acting.lent
    assert acting.stands_for("handler") is None
    stood_for = acting.stands_for("handler", HANDLER)
    assert stood_for is not None
    assert stood_for.person == HANDLER


def test_负责人可为下属指定_下属不能为别人指定(engine: Engine) -> None:
    lend(engine, HEAD, DECIDER, REVIEWER)
    assert refusal(lambda: lend(engine, REVIEWER, HANDLER, REVIEWER)) == "directory.not_yours_to_lend"
    assert refusal(lambda: lend(engine, "jtt-head-330000", HANDLER, REVIEWER)) == "directory.not_yours_to_lend"


def test_代理来的职权不能再转(engine: Engine) -> None:
    """代负责人者不能再指定代理；代理人的代理人也得不到原来那份职权。"""
    lend(engine, HEAD, HEAD, DECIDER, TODAY)
    assert "head" in actor(engine, DECIDER).roles
    assert refusal(lambda: lend(engine, DECIDER, HANDLER, REVIEWER)) == "directory.not_yours_to_lend"
    assert refusal(lambda: lend(engine, DECIDER, HEAD, REVIEWER)) == "directory.not_yours_to_lend"
    assert refusal(lambda: lend(engine, DECIDER, DECIDER, REVIEWER, TODAY, TO, POST[HEAD])) == (
        "directory.post_not_held"
    )
    lend(engine, DECIDER, DECIDER, REVIEWER, TODAY)
    assert actor(engine, REVIEWER).roles == {"reviewer", "decider"}


def test_什么不能代理(engine: Engine) -> None:
    def no(*arguments: object) -> str:
        return refusal(lambda: lend(engine, *arguments))  # type: ignore[arg-type]  # what does not fit is the point

    assert no(HEAD, DECIDER, "jtt-decider-330000") == "directory.deputy_elsewhere"
    assert no(HEAD, DECIDER, "nobody") == "directory.deputy_elsewhere"
    assert no(HEAD, DECIDER, DECIDER) == "directory.deputy_self"
    assert no(HEAD, DECIDER, REVIEWER, TO, FROM) == "directory.deputy_period"
    assert no(HEAD, DECIDER, REVIEWER, FROM, FROM) == "directory.deputy_period"
    assert no(HEAD, DECIDER, REVIEWER, TODAY - DAY) == "directory.deputy_period"
    assert no(HEAD, DECIDER, REVIEWER, FROM, TO, POST[HANDLER]) == "directory.post_not_held"
    assert no(HEAD, DECIDER, REVIEWER, FROM, TO, f"{JST}#99") == "directory.unknown_post"
    lend(engine, HEAD, DECIDER, REVIEWER)
    assert no(HEAD, DECIDER, HANDLER, TO - DAY, TO + DAY) == "directory.deputy_there"
    lend(engine, HEAD, DECIDER, HANDLER, TO, TO + DAY)


@pytest.mark.requirement("SOD14")
def test_三员不能代理_先代理再任命也不行(engine: Engine) -> None:
    where = "330000.DSJJ"
    with engine.begin(SYSTEM) as work:
        post = service.appoint(work, HANDLER, where, "数据专员", ("data_steward",), TODAY)
        service.appoint(work, DECIDER, where, "负责人", ("head",), TODAY)
        admin = service.posts_of(work, "sysadmin", TODAY)[0].code
        chief = service.posts_of(work, DECIDER, TODAY)[0]
        assert chief.organisation == where

    def by_head(principal: str, of: str, deputy: str) -> None:
        with engine.begin(actor(engine, DECIDER)) as work:
            service.appoint_deputy(work, principal, of, deputy, FROM, TO, "出差")

    assert refusal(lambda: by_head("sysadmin", admin, HANDLER)) == "directory.roles_apart"
    assert refusal(lambda: by_head(HANDLER, post, "sysadmin")) == "directory.roles_apart"
    lend(engine, HEAD, HEAD, REVIEWER)
    with engine.begin(SYSTEM) as work:
        service.end_holding(work, REVIEWER, POST[REVIEWER], TODAY + DAY)
        with pytest.raises(Refused) as refused:
            service.hold(work, REVIEWER, admin, TODAY + DAY)
    assert refused.value.code == "directory.roles_apart"


def test_离任则代理随之终止_两头都是(engine: Engine, clock: SimulatedClock) -> None:
    lend(engine, DECIDER, DECIDER, REVIEWER)
    lend(engine, HANDLER, HANDLER, REVIEWER)
    clock.go(FROM)
    with engine.begin(SYSTEM) as work:
        service.end_holding(work, DECIDER, POST[DECIDER], FROM + DAY)
    assert actor(engine, REVIEWER).roles == {"reviewer", "decider", "handler", "consultee"}
    clock.go(FROM + DAY)
    assert actor(engine, REVIEWER).roles == {"reviewer", "handler", "consultee"}


def test_提前终止(engine: Engine, clock: SimulatedClock) -> None:
    """未开始的从不生效；已开始的自当日起停止；记下谁终止的。"""
    begun, later = lend(engine, DECIDER, DECIDER, REVIEWER, TODAY), lend(engine, HANDLER, HANDLER, REVIEWER)

    def ending(by: str, which: Deputy) -> None:
        with engine.begin(actor(engine, by)) as work:
            service.end_deputy(work, which)

    assert refusal(lambda: ending(REVIEWER, begun)) == "directory.not_yours_to_lend"
    ending(HEAD, begun)
    ending(HANDLER, later)
    assert refusal(lambda: ending(HEAD, begun)) == "work.stale"
    for day in (TODAY, FROM):
        clock.go(day)
        assert actor(engine, REVIEWER).roles == {"reviewer"}
    with engine.begin(SYSTEM) as work:
        listed = service.deputies_of(work, JST)
    assert [(d.principal, d.held_from, d.held_to, d.ended_by) for d in listed] == [
        (DECIDER, TODAY, TODAY, HEAD),
        (HANDLER, FROM, FROM, HANDLER),
    ]
    clock.go(TODAY)
    lend(engine, DECIDER, DECIDER, REVIEWER, TODAY)


def test_登录之后_权限随职务和代理变(engine: Engine, clock: SimulatedClock) -> None:
    """会话里的人每次请求都按今天的职务：代理开始就有，离任就没有。"""
    entered = actor(engine, REVIEWER)

    def now(who: Actor) -> Actor | None:
        with engine.begin(SYSTEM) as work:
            return service.renewed(work, who)

    lend(engine, DECIDER, DECIDER, REVIEWER)
    assert now(entered) == entered
    clock.go(FROM)
    acting = now(entered)
    assert acting is not None
    assert acting.roles == {"reviewer", "decider"}
    clock.go(TO)
    assert now(acting) == entered

    def leave(work: Work) -> None:
        service.end_holding(work, REVIEWER, POST[REVIEWER], TO)

    with engine.begin(SYSTEM) as work:
        leave(work)
    assert now(entered) is None
