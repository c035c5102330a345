"""机构改革的规格 — on the eve, on the day and after it: everything has exactly one owner, and old acts keep theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yiwang.directory.messages import (
    Division,
    Heir,
    Holding,
    Line,
    Naming,
    Organisation,
    Post,
    Power,
    Reorganisation,
    Restructuring,
    Transfer,
)
from yiwang.directory.rules.reorganising import plan, suppose
from yiwang.directory.rules.resolution import Directory, build, covers
from yiwang.directory.rules.staffing import Staffing, staffing

TODAY, DAY, LATER = date(2018, 9, 1), date(2018, 10, 23), date(2019, 3, 1)
EVE, MORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)
COUNTY, TOWNS = "330106", ("330106001", "330106002")
OLD, NEW, ITEMS = ("A", "B", "C", "D"), ("N", "M"), ("I1", "I2", "I3")
ROLES = ("handler", "reviewer", "decider", "head")


def org(line: str, kind: str = "department", **more: Any) -> Organisation:
    return Organisation(
        code=f"{COUNTY}.{line}", line=line, division=COUNTY, level="county", name=line, kind=kind, **more
    )


def line(key: str) -> Line:
    return Line(key=key, name=key, short=key, name_en=key, local_name=key, local_line="", kind="department")


def before() -> tuple[Directory, Staffing]:
    """A county with four departments, a man or a woman in each post, and a centre."""
    places = [
        Division(code=code, name=code, kind="区", parent="") for code in ("330000", "330100", COUNTY, *TOWNS, "330108")
    ]
    offices = [
        *map(org, OLD),
        org("XZFW", "centre"),
        replace(org("P"), code="330100.A", division="330100", level="city"),
    ]
    posts = [
        Post(code=f"{COUNTY}.{key}#{n}", organisation=f"{COUNTY}.{key}", name=role, roles=(role,))
        for key in OLD
        for n, role in enumerate(ROLES, 1)
    ]
    holdings = [Holding(person=f"{p.code}!", post=p.code, held_from=date(2017, 1, 1)) for p in posts]
    powers = [Power(item=item, area=COUNTY, level="county", held_from=date(2017, 1, 1)) for item in ITEMS]
    lines = [*map(line, (*OLD, *NEW)), replace(line("XZFW"), kind="centre")]
    namings = [Naming(organisation=f"{COUNTY}.D", since=LATER, name="D2")]
    return build(places, lines, offices, powers, namings), staffing(posts, holdings)


def made(*restructured: Restructuring, day: date = DAY, founded: Sequence[str] = (), **more: Any) -> Reorganisation:
    return Reorganisation(
        document="杭编〔2018〕1号",
        day=day,
        founded=tuple(org(key, valid_from=day) for key in founded),
        restructured=restructured,
        **more,
    )


def ending(key: str, *heirs: Heir) -> Restructuring:
    return Restructuring(organisation=f"{COUNTY}.{key}", heirs=heirs)


def to(key: str, **more: Any) -> Heir:
    return Heir(to=f"{COUNTY}.{key}", **more)


def after(wanted: Reorganisation, since: tuple[Directory, Staffing] | None = None) -> tuple[Directory, Staffing]:
    scene = since or before()
    done = plan(*scene, wanted, TODAY)
    assert done.hindrances == ()
    return suppose(*scene, done)


def hindrances(wanted: Reorganisation, today: date = TODAY) -> set[str]:
    return {h.code for h in plan(*before(), wanted, today).hindrances}


# --- 守恒 ----------------------------------------------------------------------------------------------------------


@st.composite
def reorganisations(draw: Any, day: date, standing: Sequence[str], founded: Sequence[str]) -> Reorganisation:
    """Some departments end or give away a part, to others that stand or are founded; posts go by role or with all."""
    sources = draw(st.lists(st.sampled_from(standing), unique=True, max_size=3))
    heirs = [key for key in (*standing, *founded) if key not in sources]
    assume(heirs)
    restructured = []
    for key in sources:
        ends = draw(st.booleans())
        items = draw(st.lists(st.sampled_from(ITEMS), unique=True, max_size=2))
        areas = draw(st.lists(st.sampled_from(TOWNS), unique=True, max_size=1))
        shares = [to(draw(st.sampled_from(heirs)), items=(item,)) for item in items]
        shares += [to(draw(st.sampled_from(heirs)), areas=(area,)) for area in areas]
        if shares and draw(st.booleans()):
            shares[0] = replace(shares[0], roles=(draw(st.sampled_from(ROLES)),))
        if ends:
            shares.append(to(draw(st.sampled_from(heirs))))
        restructured.append(replace(ending(key, *shares), ends=ends))
    return made(*restructured, day=day, founded=founded)


def owners(directory: Directory, on: date) -> dict[tuple[str, str, str], str]:
    """Who has each line's part of each item in each place, found from the tables alone."""
    return {
        (key, item, place): directory.resolve(key, "county", place, on, item).code
        for key in OLD
        for item in ITEMS
        for place in TOWNS
    }


def rights(staff: Staffing, on: date) -> dict[str, Counter[tuple[str, ...]]]:
    """Everybody's roles, post by post."""
    return {person: Counter(p.roles for p in staff.posts_of(person, on)) for person in staff.holdings}


def conserved(eve: tuple[Directory, Staffing], day: tuple[Directory, Staffing], wanted: Reorganisation) -> None:
    """前一日一切照旧；当日和次日每件事恰有一个在册的主办，由原主办承继，人岗一个不多一个不少。"""
    on, (directory, staff) = wanted.day, day
    yesterday, morrow = on - timedelta(days=1), on + timedelta(days=1)
    had = owners(eve[0], yesterday)
    assert owners(directory, yesterday) == had
    for now in (on, morrow):
        has = owners(directory, now)
        for part, desk in has.items():
            found = directory.organisations[desk]
            assert covers(found.valid_from, found.valid_to, now)
            assert desk == directory.heir(had[part], part[1], part[2], now, since=on), part
        assert rights(staff, now) == rights(eve[1], yesterday)
        for person in staff.holdings:
            for post in staff.posts_of(person, now):
                house = directory.organisations[post.organisation]
                assert covers(house.valid_from, house.valid_to, now), post
    opened = [p for p in staff.posts.values() if p.closed_on is None]
    assert len(opened) == len([p for p in eve[1].posts.values() if p.closed_on is None])


@given(reorganisations(DAY, OLD, NEW[:1]), st.data())
def test_任何改革_前一日当日次日_一件不丢一件不重_两次也一样(first: Reorganisation, data: Any) -> None:
    scene = before()
    made_first = plan(*scene, first, TODAY)
    assume(not made_first.hindrances)
    between = suppose(*scene, made_first)
    conserved(scene, between, first)
    gone = {r.organisation.split(".")[1] for r in first.restructured if r.ends}
    second = data.draw(reorganisations(LATER, [k for k in (*OLD, "N") if k not in gone], NEW[1:]))
    made_second = plan(*between, second, TODAY)
    assume(not made_second.hindrances)
    conserved(between, suppose(*between, made_second), second)


# --- 合并、分立、划转 ----------------------------------------------------------------------------------------------


def test_合并_人财事都到新机构_岗位接着编号() -> None:
    directory, staff = after(made(ending("A", to("N")), ending("B", to("N")), founded=["N"]))
    assert directory.resolve("A", "county", TOWNS[0], EVE).code == f"{COUNTY}.A"
    assert directory.resolve("A", "county", TOWNS[0], DAY).code == f"{COUNTY}.N"
    assert directory.resolve("B", "county", TOWNS[0], MORROW).code == f"{COUNTY}.N"
    assert directory.organisations[f"{COUNTY}.A"].successor == f"{COUNTY}.N"
    assert [p.code for p in staff.posts_of(f"{COUNTY}.B#1!", DAY)] == [f"{COUNTY}.N#5"]
    assert [p.code for p in staff.posts_of(f"{COUNTY}.B#1!", EVE)] == [f"{COUNTY}.B#1"]
    assert staff.post_for(f"{COUNTY}.N", "decider") == f"{COUNTY}.N#3"
    assert staff.post_for(f"{COUNTY}.A", "decider") == ""


def test_分立_按事项_按地方_其余归其余() -> None:
    wanted = made(ending("A", to("B", items=("I1",)), to("C", areas=(TOWNS[0],)), to("N")), founded=["N"])
    directory, _ = after(wanted)

    def owner(item: str, place: str) -> str:
        return directory.authority(item, "A", place, DAY).line

    assert [owner(i, p) for i in ("I1", "I2") for p in TOWNS] == ["B", "B", "C", "N"]


def test_划出一部分_本机构还在_再划回来也还是它的() -> None:
    part = replace(ending("A", to("B", items=("I1",))), ends=False)
    scene = after(made(part))
    assert scene[0].resolve("A", "county", COUNTY, DAY, "I1").line == "B"
    assert scene[0].resolve("A", "county", COUNTY, DAY, "I2").line == "A"
    back = replace(ending("B", to("A", items=("I1",))), ends=False)
    directory, _ = after(made(back, day=LATER), scene)
    assert [directory.resolve("A", "county", COUNTY, d, "I1").line for d in (EVE, DAY, LATER)] == ["A", "B", "A"]


@pytest.mark.requirement("R21")
def test_权力上收_自当日起由市里决定() -> None:
    directory, _ = after(made(transfers=(Transfer(item="I1", area=COUNTY, level="city", basis="试验"),)))
    assert directory.authority("I1", "A", TOWNS[0], EVE).code == f"{COUNTY}.A"
    assert directory.authority("I1", "A", TOWNS[0], DAY).code == "330100.A"
    assert directory.authority("I2", "A", TOWNS[0], DAY).code == f"{COUNTY}.A"


def test_岗位可按编号或角色分开走_兼职照旧() -> None:
    posts = (f"{COUNTY}.A#2",)
    directory, staff = after(made(ending("A", to("B", items=("I1",), posts=posts), to("C", roles=("decider",)))))
    homes = [staff.posts_of(f"{COUNTY}.A#{n}!", DAY)[0].organisation for n in (1, 2, 3, 4)]
    assert homes == [f"{COUNTY}.{key}" for key in ("C", "B", "C", "C")]
    assert directory.resolve("A", "county", COUNTY, DAY, "I1").line == "B"


def test_点了名的岗位随点名走_不随角色() -> None:
    posts = (f"{COUNTY}.A#3",)
    _, staff = after(made(ending("A", to("B", items=("I1",), posts=posts), to("C", roles=("decider",)))))
    assert [p.organisation for p in staff.posts_of(f"{COUNTY}.A#3!", DAY)] == [f"{COUNTY}.B"]


def test_前一日由原岗位负责_当日起原机关没有岗位() -> None:
    _, staff = after(made(ending("A", to("B"))))
    desk = f"{COUNTY}.A"
    assert [staff.post_for(desk, "decider", d) for d in (EVE, DAY, MORROW)] == [f"{desk}#3", "", ""]


# --- 障碍 ----------------------------------------------------------------------------------------------------------

CENTRE = replace(ending("A", to("XZFW")), ends=True)
OBSTACLES = {
    "past": made(ending("A", to("B")), day=TODAY - timedelta(days=1)),
    "no_document": replace(made(ending("A", to("B"))), document=" "),
    "there_already": made(founded=["A"]),
    "no_such_line_or_division": made(founded=["Z"]),
    "not_standing": made(ending("Z", to("A"))),
    "twice": made(ending("A", to("B")), ending("A", to("C"))),
    "rest_without_heir": made(ending("A", to("B", items=("I1",)))),
    "two_heirs": made(ending("A", to("B"), to("C"))),
    "heir_not_standing": made(ending("A", to("B")), ending("B", to("C"))),
    "heir_gives": made(ending("A", to("B")), replace(ending("B", to("C", items=("I1",))), ends=False)),
    "other_kind": made(CENTRE),
    "other_level": made(Restructuring(organisation=f"{COUNTY}.A", heirs=(Heir(to="330100.A"),))),
    "role_not_there": made(CENTRE),
    "post_with_two_heirs": made(ending("A", to("B", items=("I1",), roles=("head",)), to("C", roles=("head",)))),
    "named_already": made(renamed=(Naming(organisation=f"{COUNTY}.D", since=DAY, name="新"),)),
    "no_such_power": made(transfers=(Transfer(item="I9", area=COUNTY, level="city"),)),
    "no_such_level": made(transfers=(Transfer(item="I1", area=COUNTY, level="galaxy"),)),
}


@pytest.mark.parametrize("code", OBSTACLES)
def test_障碍各有其名(code: str) -> None:
    assert code in hindrances(OBSTACLES[code])


def test_已经划走的事项不能再划一次() -> None:
    part = replace(ending("A", to("B", items=("I1",))), ends=False)
    again = replace(ending("A", to("C", items=("I1",))), ends=False)
    found = plan(*after(made(part)), made(again, day=LATER), TODAY)
    assert {h.code for h in found.hindrances} == {"not_theirs"}


def test_同一天同一地方已另有放权的_不能再划() -> None:
    directory, staff = before()
    later = Power(item="I1", area=COUNTY, level="province", held_from=LATER)
    first = replace(directory.powers["I1"][0], held_to=LATER)
    full = replace(directory, powers={**directory.powers, "I1": (first, later)})
    found = plan(full, staff, made(transfers=(Transfer(item="I1", area=COUNTY, level="city"),)), TODAY)
    assert {h.code for h in found.hindrances} == {"power_there"}
