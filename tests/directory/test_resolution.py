"""谁来办的规格 — one organisation for a line, level and place; one authority for an item and place; on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.directory.messages import Naming, Organisation, Power
from yiwang.directory.rules.resolution import LEVELS, Directory, covers, division_at, in_scope, overlapping, prefix
from yiwang.ground import divisions as codes
from yiwang.ground.outcome import Invalid, NotFound, Refused

from tests.directory.conftest import TALK, _province

PROVINCE = _province()
TOWN = "330106109"
TOWNS = sorted(
    d.code for d in PROVINCE.divisions.values() if len(d.code) == 9 and f"{d.code}.XZFW" in PROVINCE.organisations
)
PLACES = sorted(d.code for d in PROVINCE.divisions.values() if not d.valid_from and not d.valid_to)
BY_LINE: dict[tuple[str, str], list[Organisation]] = defaultdict(list)
for known in PROVINCE.organisations.values():
    if covers(known.valid_from, known.valid_to, TALK):
        BY_LINE[known.line, known.level].append(known)
NOW = date(2026, 11, 23)
SINCE = date(2017, 1, 1)


def powers(directory: Directory, *granted: Power) -> Directory:
    return replace(directory, powers={"I1": granted})


def power(level: str, area: str = "33", held_from: date = SINCE, **more: object) -> Power:
    return replace(Power(item="I1", area=area, level=level, held_from=held_from), **more)  # type: ignore[arg-type]  # fields of Power by name


# --- 乡镇受理、县里审批，县里受理、省里审批 -------------------------------------------------------------------------


@pytest.mark.requirement("R20")
def test_a_township_accepts_and_the_county_decides(province: Directory) -> None:
    """乡镇受理，县里审批。"""
    held = powers(province, power("county"))
    assert held.centre(TOWN, TALK).code == f"{TOWN}.XZFW"
    assert held.authority("I1", "JST", TOWN, TALK).code == "330106.JST"


@pytest.mark.requirement("R20")
def test_a_county_accepts_and_the_province_decides(province: Directory) -> None:
    """县里受理，省里审批。"""
    held = powers(province, power("province"))
    assert held.centre("330106", TALK).code == "330106.XZFW"
    assert held.authority("I1", "JST", "330106", TALK).code == "330000.JST"


@pytest.mark.requirement("R20")
@given(st.sampled_from(TOWNS), st.sampled_from(LEVELS[:3]))
def test_any_township_accepts_and_any_level_decides(town: str, level: str) -> None:
    """全省任何乡镇都能受理，任何一级都能审批。"""
    held = powers(PROVINCE, power(level))
    centre, authority = held.centre(town, NOW), held.authority("I1", "JST", town, NOW)
    assert centre.division == town
    assert authority.level == level
    assert codes.contains(authority.division, town)


@pytest.mark.requirement("R52")
@given(st.sampled_from(PLACES), st.sampled_from(sorted(PROVINCE.lines)), st.sampled_from(LEVELS))
def test_line_level_and_place_give_one_organisation_or_a_refusal(place: str, line: str, level: str) -> None:
    """条加层级加地方，至多一个机构。"""
    doing = PROVINCE.lines[line].local_line or line if level != "province" else line
    there = [o for o in BY_LINE[doing, level] if codes.contains(o.division, place)]
    assert len(there) <= 1
    if there:
        assert PROVINCE.resolve(line, level, place, TALK) == there[0]
    else:
        with pytest.raises(Refused) as refused:
            PROVINCE.resolve(line, level, place, TALK)
        assert refused.value.code == "directory.no_organisation"
        assert refused.value.facts == {"line": doing, "level": level, "division": place}


def test_below_the_province_market_supervision_does_it(province: Directory) -> None:
    """省里是工商局，县里是市场监管局。"""
    assert province.resolve("GSJ", "province", "330106", TALK).code == "330000.GSJ"
    for line in ("GSJ", "ZJJ", "SYJ", "SCJG"):
        assert province.resolve(line, "county", "330106", TALK).code == "330106.SCJG"


def test_a_city_is_no_place_for_a_county_organisation(province: Directory) -> None:
    """办事地点在市里，县级机构无从确定。"""
    with pytest.raises(Refused) as refused:
        province.resolve("JST", "county", "330100", TALK)
    assert refused.value.code == "directory.no_organisation"


def test_a_village_code_finds_its_township(province: Directory) -> None:
    """村码也能找到乡镇。"""
    assert province.centre(f"{TOWN}201", TALK).code == f"{TOWN}.XZFW"
    assert province.centre(f"{TOWN}000", TALK).code == f"{TOWN}.XZFW"


def test_a_zone_goes_to_the_county_centre(province: Directory) -> None:
    """功能区的人到县中心。"""
    zone = next(d for d in province.divisions.values() if d.kind == "功能区" and d.parent == "330109")
    assert province.centre(zone.code, TALK).code == "330109.XZFW"


@pytest.mark.parametrize("division", ["", "33010", "西湖区", "330006", "3301061090000"])
def test_no_division_code(province: Directory, division: str) -> None:
    """不是区划代码。"""
    with pytest.raises(Invalid):
        province.resolve("JST", "county", division, TALK)


def test_no_such_organisation(province: Directory) -> None:
    """没有这个机构。"""
    with pytest.raises(NotFound) as refused:
        province.organisation("330106.NONE")
    assert refused.value.code == "directory.unknown_organisation"


# --- 放权 ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R21")
def test_delegation_is_dated_and_never_moves_the_place_of_acceptance(province: Directory) -> None:
    """放权按日生效按日收回，受理地点始终不变。"""
    granted, taken = date(2017, 9, 1), date(2018, 3, 1)
    held = powers(
        province,
        power("province"),
        power("county", "330106", granted, held_to=taken),
    )
    day = timedelta(days=1)
    who = {on: held.authority("I1", "JST", TOWN, on).code for on in (granted - day, granted, taken - day, taken)}
    assert list(who.values()) == ["330000.JST", "330106.JST", "330106.JST", "330000.JST"]
    assert {held.centre(TOWN, on).code for on in who} == {f"{TOWN}.XZFW"}


@pytest.mark.requirement("R21")
def test_uneven_delegation_leaves_the_neighbour_with_the_province(province: Directory) -> None:
    """放权不同步，邻县仍由省里审批。"""
    held = powers(province, power("province"), power("county", "330106"))
    assert held.authority("I1", "JST", "330106", TALK).code == "330106.JST"
    assert held.authority("I1", "JST", "330108", TALK).code == "330000.JST"


@pytest.mark.requirement("R21")
def test_a_delegated_township_decides_by_its_government_not_its_centre(province: Directory) -> None:
    """权放到镇，镇政府审批而不是服务中心。"""
    held = powers(province, power("county"), power("town", TOWN, line="XZZF"))
    decides = held.authority("I1", "SCJG", TOWN, TALK)
    assert (decides.code, decides.kind) == (f"{TOWN}.XZZF", "department")
    assert held.centre(TOWN, TALK).kind == "township"
    assert held.authority("I1", "SCJG", "330106", TALK).code == "330106.SCJG"


def test_nobody_has_the_power(province: Directory) -> None:
    """无权可依。"""
    with pytest.raises(Refused) as refused:
        powers(province, power("county", "330302")).authority("I1", "JST", TOWN, TALK)
    assert refused.value.code == "directory.no_power"


def test_two_authorities_are_not_guessed_between(province: Directory) -> None:
    """两家都有权，不猜。"""
    held = powers(province, power("county"), power("city", held_from=date(2017, 6, 1)))
    with pytest.raises(Refused) as refused:
        held.authority("I1", "JST", TOWN, TALK)
    assert refused.value.code == "directory.two_authorities"


AREAS = ("33", "3301", "330106", "330108", TOWN)
DAYS = st.dates(date(2017, 1, 1), date(2019, 12, 31))


@st.composite
def granted(draw: st.DrawFn) -> Power:
    start = draw(DAYS)
    end = draw(st.none() | st.integers(1, 400).map(lambda n: start + timedelta(days=n)))
    return power(draw(st.sampled_from(LEVELS[:3])), draw(st.sampled_from(AREAS)), start, held_to=end)


@pytest.mark.requirement("R21")
@given(st.lists(granted(), max_size=8), st.sampled_from([TOWN, "330106", "330108"]), DAYS)
def test_the_most_specific_power_in_force_decides(held: list[Power], place: str, on: date) -> None:
    """最具体的有效权力说了算。 A slow reading: up from the place, the first area with a power in force decides."""
    expected: object = "directory.no_power"
    for area in (place, place[:6], place[:4], place[:2]):
        there = [p for p in held if p.area == area and p.held_from <= on and (not p.held_to or on < p.held_to)]
        if there:
            expected = there[0].level if len(there) == 1 else "directory.two_authorities"
            break
    try:
        found: object = powers(PROVINCE, *held).authority("I1", "JST", place, on).level
    except Refused as refused:
        found = refused.code
    assert found == expected


@given(granted(), granted())
def test_powers_overlap_in_the_same_area_on_the_same_day(one: Power, other: Power) -> None:
    """权力重叠即同地同日。"""
    far = date(2030, 1, 1)
    days = [date(2017, 1, 1) + timedelta(days=n) for n in range(1600)]
    together = any(p <= d < q for p, q in [_shared(one, other, far)] for d in days)
    assert (overlapping([one], other) is not None) == (one.area == other.area and together)
    assert overlapping([replace(one, item="I2")], other) is None


def _shared(one: Power, other: Power, far: date) -> tuple[date, date]:
    return max(one.held_from, other.held_from), min(one.held_to or far, other.held_to or far)


# --- 区划变更与更名 ------------------------------------------------------------------------------------------------

HANGZHOU = date(2021, 4, 9)


def test_the_successor_takes_over_from_an_abolished_district(province: Directory) -> None:
    """撤销的区由继任的区接手。"""
    held = powers(province, power("county"))
    assert held.authority("I1", "JST", "330103", HANGZHOU - timedelta(days=1)).code == "330103.JST"
    assert held.authority("I1", "JST", "330103", HANGZHOU).code == "330105.JST"
    assert held.centre("330103", HANGZHOU).code == "330105.XZFW"


def test_a_power_given_to_an_abolished_district_goes_with_it(province: Directory) -> None:
    """放给撤销区的权随之而去。"""
    held = powers(province, power("province"), power("county", "330103"))
    assert held.authority("I1", "JST", "330103", TALK).code == "330103.JST"
    assert held.authority("I1", "JST", "330103", HANGZHOU).code == "330000.JST"


def test_a_split_district_is_not_chosen_for_anybody(province: Directory) -> None:
    """江干一分为二，不替人选。"""
    assert province.centre("330104", TALK).code == "330104.XZFW"
    with pytest.raises(Refused) as refused:
        province.centre("330104", HANGZHOU)
    assert refused.value.code == "directory.division_split"
    assert refused.value.facts["successors"] == ("330102", "330114")


def test_a_ring_of_successors_ends(province: Directory) -> None:
    """继任成环也会停下。"""
    turned = replace(province.divisions["330105"], valid_to=HANGZHOU, successors=("330103",))
    looped = replace(province, divisions={**province.divisions, "330105": turned})
    assert looped.standing("330103", HANGZHOU) in {"330103", "330105"}


def test_a_district_not_yet_founded_has_no_organisation(province: Directory) -> None:
    """尚未设立的区没有机构。"""
    assert province.centre("330113001", HANGZHOU).code == "330113001.XZFW"
    with pytest.raises(Refused):
        province.resolve("JST", "county", "330113", TALK)
    assert province.centre("330113001", TALK).code == "330100.XZFW"


def test_healthcare_security_begins_in_2018(province: Directory) -> None:
    """医保局二〇一八年才有。"""
    with pytest.raises(Refused):
        province.resolve("YBJ", "county", "330106", TALK)
    assert province.resolve("YBJ", "county", "330106", NOW).name == "西湖区医疗保障局"


def test_old_acts_keep_old_names(province: Directory) -> None:
    """旧文旧名。"""
    assert province.name_of("330000.HBT", TALK) == "浙江省环境保护厅"
    assert province.name_of("330000.HBT", date(2018, 10, 22)) == "浙江省环境保护厅"
    assert province.name_of("330000.HBT", date(2018, 10, 23)) == "浙江省生态环境厅"
    assert province.name_of("330106.JST", NOW) == "西湖区住房和城乡建设局"


@given(st.lists(st.tuples(DAYS, st.text("甲乙丙丁", min_size=1)), unique_by=lambda n: n[0]), DAYS)
def test_the_latest_naming_by_the_day_counts(namings: list[tuple[date, str]], on: date) -> None:
    """名称取当日最近一次更名。"""
    code = "330106.JST"
    named = tuple(Naming(organisation=code, since=day, name=name) for day, name in sorted(namings))
    before = [name for day, name in sorted(namings) if day <= on]
    expected = before[-1] if before else PROVINCE.organisation(code).name
    assert replace(PROVINCE, namings={code: named}).name_of(code, on) == expected


# --- 辖区 ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_a_scope_is_the_division_and_all_below(scope: str, place: str) -> None:
    """辖区就是自己和下级。"""
    below = codes.normalise(scope) in (codes.normalise(place), *codes.ancestors(place))
    assert in_scope(scope, place) == below
    assert prefix(place).startswith(prefix(scope)) == below


def test_a_scope_may_be_written_long_or_short() -> None:
    """辖区的写法不论长短。"""
    assert in_scope("330106109000", "330106109201")
    assert in_scope("330106109", "330106109000")
    assert in_scope("3301", "330106")


@pytest.mark.parametrize(
    "scope, place", [("", "330106"), ("33", ""), ("", ""), ("杭州", "330106"), ("33010", "330106")]
)
def test_who_has_no_scope_sees_nothing(scope: str, place: str) -> None:
    """没有辖区的人什么也看不到。"""
    assert not in_scope(scope, place)


@given(st.sampled_from(TOWNS))
def test_divisions_above(town: str) -> None:
    """上级区划。"""
    above = [division_at(town, level) for level in LEVELS]
    assert above[-1] == town
    assert [codes.normalise(code) for code in above[:-1]] == [*reversed(codes.ancestors(town))]
    assert division_at(above[1], "county") == ""
