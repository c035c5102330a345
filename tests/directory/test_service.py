"""机构服务的规格 — people in posts, powers by date, and a snapshot nobody sees too early, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import TypeVar

import pytest

from yiwang import main
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import seed, service, store
from yiwang.directory.messages import Naming, Person, Power
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.plumbing import editions
from yiwang.plumbing.database import Database
from yiwang.plumbing.work import Engine, Work

SINCE, TODAY = date(2017, 1, 1), date(2017, 8, 14)
TOWN, COUNTY = "330106109", "330106"
ITEM = "test-item"


def power(level: str, area: str = "33", held_from: date = SINCE, item: str = ITEM) -> Power:
    return Power(item=item, area=area, level=level, held_from=held_from, basis="测试")


def officer(work: Work, code: str = "p1") -> str:
    service.add_person(work, Person(code=code, name="测试员", kind="staff"))
    return code


T = TypeVar("T")


def act(engine: Engine, do: Callable[[Work], T]) -> T:
    with engine.begin(SYSTEM) as work:
        return do(work)


def grant(engine: Engine, *granted: Power) -> None:
    with engine.begin(SYSTEM) as work:
        for one in granted:
            service.grant_power(work, one)


def refusal(engine: Engine, do: Callable[[Work], object]) -> str:
    with pytest.raises(Refused) as refused:
        act(engine, do)
    return refused.value.code


def accepts(engine: Engine, on: date = TODAY) -> str:
    return act(engine, lambda work: service.centre_of(work, TOWN, on).code)


def decides(engine: Engine, place: str = TOWN, on: date = TODAY, item: str = ITEM) -> str:
    return act(engine, lambda work: service.authority(work, item, "JST", place, on).code)


# --- 装载 ----------------------------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(database: Database, clock: SimulatedClock) -> None:
    """装载一次，再装不变。"""
    engine = main.engine(database, clock)
    places, known = seed.divisions(), seed.lines()
    made = list(seed.organisations(places, known))
    assert act(engine, seed.seed) == len(made)
    editions = act(engine, store.editions)
    assert act(engine, seed.seed) == 0
    assert act(engine, store.editions) == editions
    loaded = act(engine, service.snapshot)
    assert dict(loaded.organisations) == {o.code: o for o in made}
    assert dict(loaded.divisions) == {d.code: d for d in places}
    assert dict(loaded.lines) == {x.key: x for x in known}


def test_two_loaders_at_once_load_once(database: Database, clock: SimulatedClock) -> None:
    """两个进程同时装载，只装一次。"""
    engine = main.engine(database, clock)
    together = Barrier(2)

    def load(_: int) -> int:
        together.wait()
        return act(engine, seed.seed)

    with ThreadPoolExecutor(2) as pool:
        loaded = sorted(pool.map(load, range(2)))
    assert loaded[0] == 0 < loaded[1]


def test_three_windows_a_centre_one_a_township(engine: Engine) -> None:
    """县中心三个窗口，乡镇一个。"""
    with engine.begin(SYSTEM) as work:
        for place, number in ((TOWN, 1), (COUNTY, 3), ("330100", 3), ("330000", 3)):
            found = service.windows(work, f"{place}.XZFW")
            assert [w.code for w in found] == [f"{place}.XZFW-{n + 1}" for n in range(number)]


# --- 任职 ----------------------------------------------------------------------------------------------------------


def test_a_person_acts_in_a_post_while_holding_it(engine: Engine, clock: SimulatedClock) -> None:
    """任职起按岗位行事，离任日起不行。"""
    begun, ended = date(2017, 9, 1), date(2017, 10, 1)
    with engine.begin(SYSTEM) as work:
        post = service.appoint(work, officer(work), f"{TOWN}.XZFW", "受理员", ("clerk",), begun, at_centre=True)
        service.end_holding(work, "p1", post, ended)

    def acting(on: date) -> bool:
        clock.go(on)
        try:
            actor = act(engine, lambda work: service.actor_of(work, "p1", post, "窗口1"))
        except Forbidden:
            return False
        roles = frozenset({"clerk"})
        assert actor == Actor("p1", "测试员", post, f"{TOWN}.XZFW", TOWN, roles, "staff", "窗口1")
        return True

    day = timedelta(days=1)
    assert [acting(on) for on in (begun - day, begun, ended - day, ended)] == [False, True, True, False]


def test_a_successor_holds_the_same_post(engine: Engine) -> None:
    """接任者用同一岗位。"""
    with engine.begin(SYSTEM) as work:
        post = service.appoint(work, officer(work), f"{COUNTY}.JST", "承办人", ("handler",), SINCE)
        service.end_holding(work, "p1", post, TODAY)
        service.hold(work, officer(work, "p2"), post, TODAY)
        assert service.posts_of(work, "p1", TODAY) == []
        assert [p.code for p in service.posts_of(work, "p2", TODAY)] == [post]


def test_the_first_post_by_default_never_another_persons(engine: Engine) -> None:
    """未指定岗位即第一个岗位，别人的岗位不行。"""
    with engine.begin(SYSTEM) as work:
        mine = service.appoint(work, officer(work), f"{COUNTY}.JST", "承办人", ("handler",), SINCE)
        other = service.appoint(work, officer(work, "p2"), f"{COUNTY}.JST", "审批人", ("decider",), SINCE)
        assert service.actor_of(work, "p1", "").post == mine
        with pytest.raises(Forbidden):
            service.actor_of(work, "p1", other)


@pytest.mark.requirement("R22")
def test_a_department_has_no_accepting_post(engine: Engine) -> None:
    """部门不能设受理岗。"""
    with pytest.raises(Forbidden) as refused, engine.begin(SYSTEM) as work:
        service.appoint(work, officer(work), f"{COUNTY}.JST", "受理员", ("clerk",), SINCE)
    assert refused.value.code == "directory.role_not_here"


@pytest.mark.requirement("R30")
@pytest.mark.parametrize("place", [TOWN, COUNTY, "330000"])
def test_a_centre_has_no_deciding_post(engine: Engine, place: str) -> None:
    """中心不能设审批岗。"""
    with pytest.raises(Forbidden), engine.begin(SYSTEM) as work:
        service.appoint(work, officer(work), f"{place}.XZFW", "审批人", ("decider",), SINCE)


@pytest.mark.requirement("SOD14")
def test_a_system_administrator_holds_nothing_else_until_leaving(engine: Engine) -> None:
    """系统管理员不兼他岗，离任之后可以。"""
    with engine.begin(SYSTEM) as work:
        post = service.appoint(work, officer(work), "330000.DSJJ", "系统管理员", ("sysadmin",), SINCE)
    with pytest.raises(Forbidden) as refused, engine.begin(SYSTEM) as work:
        service.appoint(work, "p1", "330000.DSJJ", "安全管理员", ("secadmin",), TODAY)
    assert refused.value.code == "directory.roles_apart"
    with engine.begin(SYSTEM) as work:
        service.end_holding(work, "p1", post, TODAY)
        service.appoint(work, "p1", "330000.DSJJ", "安全管理员", ("secadmin",), TODAY)


def test_what_appointing_refuses(engine: Engine) -> None:
    """任职的各种不行。"""
    with engine.begin(SYSTEM) as work:
        post = service.appoint(work, officer(work), f"{COUNTY}.JST", "承办人", ("handler",), SINCE)

    def no(do: Callable[[Work], object]) -> str:
        return refusal(engine, do)

    assert no(lambda w: service.hold(w, "p1", post, TODAY)) == "directory.post_held"
    assert no(lambda w: service.hold(w, "nobody", post, TODAY)) == "directory.unknown_person"
    assert no(lambda w: service.hold(w, "p1", "330106.JST#999", TODAY)) == "directory.unknown_post"
    assert no(lambda w: service.end_holding(w, "p1", post, SINCE)) == "directory.post_not_held"
    assert no(lambda w: service.end_holding(w, "p2", post, TODAY)) == "directory.post_not_held"
    assert no(officer) == "directory.person_there"
    assert no(lambda w: service.person(w, "nobody")) == "directory.unknown_person"
    assert no(lambda w: service.appoint(w, "p1", "330106.NONE", "岗", (), SINCE)) == ("directory.unknown_organisation")


def test_the_public_act_in_their_own_name(engine: Engine) -> None:
    """群众以自己的名义行事。"""
    with engine.begin(SYSTEM) as work:
        service.add_person(work, Person(code="c1", name="群众", kind="public"))
        work.save()
        actor = service.actor_of(work, "c1", "")
    assert actor == Actor("c1", "群众", "", "", "", frozenset({"applicant"}), "public")


def test_names_and_codes_of_the_unknown(engine: Engine) -> None:
    """姓名，不认识的留代码。"""
    act(engine, officer)
    assert act(engine, lambda w: service.names_of(w, ["p1", "x", "p1"])) == {"p1": "测试员", "x": "x"}
    assert act(engine, lambda w: service.names_of(w, [])) == {}


# --- 放权 ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R21")
def test_delegated_to_the_county_and_taken_back(engine: Engine) -> None:
    """放权到县，收回到省，受理地点不变。"""
    granted, taken = date(2017, 9, 1), date(2018, 3, 1)
    delegated = power("county", "330106", granted)
    grant(engine, power("province", "330000"), delegated)
    act(engine, lambda w: service.end_power(w, delegated, taken))
    assert decides(engine, on=granted - timedelta(days=1)) == "330000.JST"
    assert decides(engine, on=granted) == "330106.JST"
    assert decides(engine, on=taken) == "330000.JST"
    assert {accepts(engine, on) for on in (TODAY, granted, taken)} == {f"{TOWN}.XZFW"}


@pytest.mark.requirement("R20")
def test_accepted_below_decided_above(engine: Engine) -> None:
    """乡镇受理县里审批，县里受理省里审批。"""
    grant(engine, power("county"), power("province", item="other"))
    assert accepts(engine) == f"{TOWN}.XZFW"
    assert decides(engine, TOWN) == "330106.JST"
    assert act(engine, lambda w: service.centre_of(w, COUNTY, TODAY).code) == "330106.XZFW"
    assert decides(engine, COUNTY, item="other") == "330000.JST"


def test_one_power_an_area_and_day(engine: Engine) -> None:
    """同一地方同一天不放两次权。"""
    grant(engine, power("county", "330106"))
    for again in (power("city", "330106", TODAY), power("county", "330106000000"), power("city", "330106", SINCE)):
        with pytest.raises(Conflict) as refused:
            grant(engine, again)
        assert refused.value.code == "directory.power_there"
    with pytest.raises(Conflict):
        grant(engine, power("county", "330108"), power("city", "330108", TODAY))
    with pytest.raises(Refused):
        decides(engine, "330108")


def test_ended_powers_make_room(engine: Engine) -> None:
    """收回后可另放。"""
    first = power("county", "330106")
    with engine.begin(SYSTEM) as work:
        service.grant_power(work, first)
        service.end_power(work, first, TODAY)
        service.grant_power(work, power("city", "330106", TODAY))
    assert decides(engine, on=TODAY - timedelta(days=1)) == "330106.JST"
    assert decides(engine, on=TODAY) == "330100.JST"


def test_what_ending_refuses(engine: Engine) -> None:
    """收回的各种不行。"""
    grant(engine, power("county"))
    with pytest.raises(Invalid) as early:
        act(engine, lambda w: service.end_power(w, power("county"), SINCE))
    assert early.value.code == "period.ends_before_start"
    with pytest.raises(Conflict) as none:
        act(engine, lambda w: service.end_power(w, power("county", "330106"), TODAY))
    assert none.value.code == "work.stale"


def test_renaming_keeps_old_names(engine: Engine) -> None:
    """更名，旧文旧名。"""
    code, day = f"{COUNTY}.JST", date(2019, 1, 10)
    act(engine, lambda w: service.rename(w, Naming(organisation=code, since=day, name="西湖区住建局")))
    with engine.begin(SYSTEM) as work:
        assert service.name_of(work, code, day - timedelta(days=1)) == "西湖区住房和城乡建设局"
        assert service.name_of(work, code, day) == "西湖区住建局"
    again, nobody = Naming(organisation=code, since=day, name="新名"), Naming(organisation="X", since=day, name="新名")
    assert refusal(engine, lambda w: service.rename(w, again)) == "directory.naming_there"
    assert refusal(engine, lambda w: service.rename(w, nobody)) == "directory.unknown_organisation"


# --- 快照 ----------------------------------------------------------------------------------------------------------


def test_own_changes_at_once_others_after_commit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """自己的改动当即可见，提交前别人看不见。"""
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)
    with engine.begin(SYSTEM) as work:
        service.grant_power(work, power("county"))
        assert service.authority(work, ITEM, "JST", TOWN, TODAY).code == "330106.JST"
        with pytest.raises(Refused):
            decides(engine)
    assert decides(engine) == "330106.JST"


def test_a_change_rolled_back_leaves_no_trace(engine: Engine) -> None:
    """撤回的改动不留痕迹。 Even when the next change gets the same edition number."""

    def change_and_fail(work: Work) -> None:
        service.grant_power(work, power("county"))
        service.snapshot(work)
        raise Refused("test.changed_my_mind")

    assert refusal(engine, change_and_fail) == "test.changed_my_mind"
    with engine.begin(SYSTEM) as work:
        work.change(store.EDITION, {"one": 1}, {"places": store.editions(work)["places"] + 1})
    with pytest.raises(Refused) as refused:
        decides(engine)
    assert refused.value.code == "directory.no_power"


def test_another_process_sees_the_edition(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """别的进程改了，看版次便知。"""
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)
    elsewhere_database = Database(engine.database.conninfo)
    elsewhere = main.engine(elsewhere_database, engine.clock)
    with pytest.raises(Refused):
        decides(elsewhere)
    grant(engine, power("county"))
    assert decides(elsewhere) == "330106.JST"
    elsewhere_database.close()


def test_without_a_change_nothing_is_read_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """没有改动就不重读。"""
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)
    first = act(engine, service.snapshot)
    with engine.begin(SYSTEM) as work:
        assert service.snapshot(work) is first
        assert service.snapshot(work) is first
        assert work.reads == 1


@pytest.mark.requirement("R52")
def test_one_post_answers_for_a_desk_in_a_role(engine: Engine) -> None:
    """一个机构一个角色只有一个责任岗位：最先设的那个；没有就是负责人。 Ten posts on, the first is still the first."""
    where = f"{COUNTY}.JST"
    with engine.begin(SYSTEM) as work:
        first = service.post_for(work, where, "handler")
        for number in range(10):
            service.appoint(work, officer(work, f"h{number}"), where, "承办人", ("handler",), SINCE)
        assert service.post_for(work, where, "handler") == first == f"{where}#1"
        assert service.post_for(work, where, "legal_reviewer") == service.post_for(work, where, "head") == f"{where}#4"
        assert service.post_for(work, "330109.JST", "handler") == ""
        reads = work.reads
        service.post_for(work, where, "decider")
        assert work.reads == reads


def test_changes_at_once_are_an_edition_each(engine: Engine) -> None:
    """同时改动，各算一版。"""
    before = act(engine, store.editions)["places"]
    together = Barrier(4)

    def change(number: int) -> None:
        together.wait()
        grant(engine, power("county", item=f"item-{number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))
    assert act(engine, store.editions)["places"] == before + 4


def test_of_grants_at_once_one_wins(engine: Engine) -> None:
    """同时放权，一家得手。"""
    together = Barrier(4)

    def change(number: int) -> str:
        together.wait()
        try:
            grant(engine, power("county", "330106", SINCE + timedelta(days=number)))
        except Conflict as refused:
            return refused.code
        return "granted"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(change, range(4)))
    assert said == ["directory.power_there"] * 3 + ["granted"]
