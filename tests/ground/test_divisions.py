"""行政区划代码 — subtree is prefix, from the province to the village."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.ground.divisions import Division, Level, Period, ancestors, contains, level, normalise, parent, prefix
from yiwang.ground.outcome import Invalid

PARTS = st.tuples(
    st.integers(11, 82), st.integers(1, 99), st.integers(1, 99), st.integers(1, 999), st.integers(1, 999)
).map(lambda parts: "".join(f"{part:0{width}}" for part, width in zip(parts, (2, 2, 2, 3, 3), strict=True)))


@pytest.mark.parametrize(
    "written, code, expected, above",
    [
        ("33", "330000", Level.PROVINCE, None),
        ("330000000000", "330000", Level.PROVINCE, None),
        ("3301", "330100", Level.CITY, "330000"),
        ("330106", "330106", Level.COUNTY, "330100"),
        ("３３０１０６", "330106", Level.COUNTY, "330100"),
        ("330106001", "330106001000", Level.TOWN, "330106"),
        ("330106001051", "330106001051", Level.VILLAGE, "330106001000"),
        ("441900003000", "441900003000", Level.TOWN, "441900"),  # 东莞: a city without counties
        ("429004", "429004", Level.COUNTY, "429000"),  # 仙桃: a county straight under the province
    ],
)
def test_one_code_a_division(written: str, code: str, expected: Level, above: str | None) -> None:
    assert (normalise(written), level(written), parent(written)) == (code, expected, above)


@pytest.mark.parametrize(
    "written, code",
    [
        ("", "division.length"),
        ("33010", "division.length"),
        ("3301O6", "division.characters"),
        ("000000", "division.shape"),
        ("330006", "division.shape"),
        ("330106000051", "division.shape"),
    ],
)
def test_what_is_no_division_is_refused(written: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normalise(written)
    assert refusal.value.code == code


@given(PARTS)
def test_every_level_contains_all_below_and_nothing_beside(village: str) -> None:
    chain = (normalise(village), *ancestors(village))
    assert [level(code) for code in chain] == sorted(Level, reverse=True)
    for depth, code in enumerate(chain):
        assert all(contains(area, code) for area in chain[depth:])
        assert not any(contains(area, code) for area in chain[:depth])
        assert contains(code, code)
        beside = str(int(prefix(code)) + 1).zfill(len(prefix(code)))
        if beside[-2:] != "00":
            assert not contains(beside, code)


def test_a_division_is_in_force_for_a_period() -> None:
    abolished = Division(
        "330104", "江干区", Period(dt.date(1949, 10, 1), dt.date(2021, 4, 9)), successors=("330102", "330114")
    )
    assert abolished.level is Level.COUNTY
    assert abolished.period.covers(dt.date(2021, 4, 8))
    assert not abolished.period.covers(dt.date(2021, 4, 9))
    assert Period(dt.date(2021, 4, 9)).covers(dt.date(2099, 1, 1))
    with pytest.raises(Invalid, match=r"period\.ends_before_start"):
        Period(dt.date(2021, 4, 9), dt.date(2021, 4, 9))


DAYS = st.integers(0, 40).map(lambda n: dt.date(2020, 1, 1) + dt.timedelta(n))


@given(DAYS, st.integers(1, 20), DAYS, st.integers(1, 20), st.booleans())
def test_periods_overlap_when_they_share_a_day(a: dt.date, length: int, b: dt.date, other: int, for_good: bool) -> None:
    first = Period(a, None if for_good else a + dt.timedelta(length))
    second = Period(b, b + dt.timedelta(other))
    days = [dt.date(2020, 1, 1) + dt.timedelta(n) for n in range(70)]
    shared = any(first.covers(day) and second.covers(day) for day in days)
    assert first.overlaps(second) is second.overlaps(first) is shared
