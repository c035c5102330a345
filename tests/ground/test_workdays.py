"""工作日历 — the calendar agrees with an independent one day by day, and goes on where that one ends."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.ground.outcome import Invalid
from yiwang.ground.workdays import CALENDAR, Calendar, Special, read_provisional, read_published

ONE = dt.timedelta(1)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2150, 12, 31))
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(first: str, last: str) -> list[dt.date]:
    return [day(first) + n * ONE for n in range((day(last) - day(first)).days + 1)]


def vectors() -> list[dict[str, str]]:
    with (Path(__file__).parent / "vectors" / "workdays.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("year", range(2007, 2027))
def test_published_years_agree_day_by_day_with_another_calendar(year: int) -> None:
    for date in days(f"{year}-01-01", f"{year}-12-31"):
        kind = CALENDAR.day(date)
        off, name = chinese_calendar.get_holiday_detail(date)
        assert CALENDAR.is_workday(date) is kind.is_workday is not off, date
        assert kind.published, date
        # The other one leaves some weekend days between two days of a festival without name.
        assert kind.name == NAMES[name] if name else not kind.name or date.weekday() >= 5, date


def test_every_special_day_names_its_notice_except_those_of_2007() -> None:
    for special in CALENDAR.specials():
        if special.date.year <= 2026 and special.date >= day("2007-12-29"):
            assert "发明电〔" in special.notice, special


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: f"{vector['start_day_not_counted']}+{vector['n']}")
def test_worked_examples(vector: dict[str, str]) -> None:
    start, n = day(vector["start_day_not_counted"]), int(vector["n"])
    if vector["mode"] == "workday":
        assert CALENDAR.add(start, n) == day(vector["due_day"])
    else:
        assert CALENDAR.next_workday(start + n * ONE) == day(vector["due_day"])


def test_a_later_notice_stands_beside_the_days_it_changed() -> None:
    assert CALENDAR.day(day("2015-09-03")).notice == "国发明电〔2015〕1号"
    assert CALENDAR.day(day("2019-05-02")).notice == "国办发明电〔2019〕3号"
    assert CALENDAR.day(day("2020-01-30")).notice == "国办发明电〔2019〕16号"
    assert CALENDAR.day(day("2020-01-31")).notice == "国办发明电〔2020〕1号"
    assert CALENDAR.day(day("2011-12-31")).notice == "国办发明电〔2011〕45号", "next year's notice reaches back"


def test_from_2027_on_weekends_and_statutory_days_and_no_swaps_all_provisional() -> None:
    year = [date for date in days("2027-01-01", "2027-12-31") if not CALENDAR.is_workday(date) and date.weekday() < 5]
    assert [f"{date:%m%d}" for date in year] == (
        ["0101", "0205", "0208", "0405", "0609", "0915", "1001"]  # 2, 3 October and 1, 2 May are weekend days
    )
    assert {CALENDAR.day(date).kind for date in days("2027-01-01", "2035-12-31")} == {"workday", "weekend", "holiday"}
    assert not any(CALENDAR.day(date).published for date in days("2027-01-01", "2035-12-31"))


@pytest.mark.parametrize(
    "festival, date",
    [
        ("春节", "2027-02-05"),  # 除夕
        ("春节", "2027-02-08"),  # 初三
        ("春节", "2033-01-30"),
        ("清明节", "2028-04-04"),
        ("劳动节", "2029-05-02"),
        ("端午节", "2030-06-05"),
        ("中秋节", "2031-10-01"),  # on National Day: the festival gives the name
        ("国庆节", "2032-10-03"),
        ("春节", "2035-02-08"),
    ],
)
def test_festivals_of_provisional_years(festival: str, date: str) -> None:
    assert (CALENDAR.day(day(date)).kind, CALENDAR.day(day(date)).name) == ("holiday", festival)


@pytest.mark.requirement("K15")
def test_a_limit_into_a_year_without_notice_is_computed_and_marked_provisional() -> None:
    assert CALENDAR.add(day("2026-12-20"), 20) == day("2027-01-18")
    assert CALENDAR.provisional(day("2026-12-20"), day("2027-01-18"))
    assert not CALENDAR.provisional(day("2026-12-01"), day("2026-12-31"))


@given(DAYS, st.integers(0, 800))
def test_adding_and_counting_are_inverse(start: dt.date, n: int) -> None:
    due = CALENDAR.add(start, n)
    assert CALENDAR.count(start, due) == n
    assert n == 0 or CALENDAR.is_workday(due)
    assert not CALENDAR.is_workday(due) or CALENDAR.add(due + ONE, -n - 1) == CALENDAR.add(due, -n)


@given(DAYS, st.integers(1, 40))
def test_counting_back_from_an_event(event: dt.date, n: int) -> None:
    before = CALENDAR.add(event, -n)
    assert CALENDAR.is_workday(before)
    assert CALENDAR.count(before - ONE, event - ONE) == n


@given(DAYS)
def test_rolling_on_to_the_first_working_day(date: dt.date) -> None:
    rolled = CALENDAR.next_workday(date)
    assert rolled >= date
    assert CALENDAR.is_workday(rolled)
    assert CALENDAR.count(date, rolled) == (0 if rolled == date else 1)


@given(DAYS, DAYS)
def test_counting_equals_adding_day_by_day(a: dt.date, b: dt.date) -> None:
    a, b = min(a, b), min(max(a, b), min(a, b) + 400 * ONE)
    assert CALENDAR.count(a, b) == sum(CALENDAR.is_workday(a + n * ONE) for n in range(1, (b - a).days + 1))


def test_years_outside_the_tables_have_weekends_only() -> None:
    assert CALENDAR.day(day("2150-10-01")).kind == "workday"
    assert CALENDAR.add(day("1949-09-30"), 1) == day("1949-10-03")
    assert not CALENDAR.day(day("1949-10-01")).published


@pytest.mark.parametrize("edge", ["2006-12-31", "2007-01-01", "2099-12-31", "2100-01-01"])
def test_counting_goes_on_over_the_edges_of_the_tables(edge: str) -> None:
    for date in (day(edge) + n * ONE for n in range(-10, 10)):
        assert CALENDAR.is_workday(date) is CALENDAR.day(date).is_workday, date
        assert CALENDAR.add(date - ONE, CALENDAR.count(date - ONE, date + 9 * ONE)) <= date + 9 * ONE


def test_beyond_the_year_9999_is_refused() -> None:
    with pytest.raises(Invalid, match=r"workday\.out_of_range"):
        CALENDAR.add(dt.date.max, 1)


def test_a_new_notice_makes_a_new_version_and_leaves_the_old_one() -> None:
    notice = """
    2027 国办发明电〔2026〕9号
    元旦 20261231-0103 班 0104 0109
    """
    specials, years = read_published(notice)
    assert years == {2027}
    newer = CALENDAR.revised("cn-2027.1", specials, years)
    assert newer.version == "cn-2027.1"
    assert newer.day(day("2026-12-31")).name == "元旦", "a notice may reach into the old year"
    assert newer.day(day("2026-10-01")) == CALENDAR.day(day("2026-10-01")), "the rest of that year stays"
    assert newer.day(day("2027-01-09")).kind == "makeup"
    assert newer.day(day("2027-10-01")).kind == "workday", "the provisional days of the year are gone"
    assert newer.provisional(day("2027-01-01"), day("2027-12-31")) is False
    assert CALENDAR.day(day("2026-12-31")).kind == "workday"
    assert CALENDAR.provisional(day("2027-01-01"), day("2027-01-01"))


def test_a_calendar_is_built_from_rows() -> None:
    calendar = Calendar("typhoon", [Special(day("2026-07-01"), "holiday", "停工")], [2026])
    assert calendar.add(day("2026-06-30"), 1) == day("2026-07-02")
    assert Calendar("empty", [], []).add(day("2026-06-30"), 1) == day("2026-07-01")


@pytest.mark.parametrize("line", ["元旦 0101", "2027\n元旦 0230", "2027\n元旦 1月1日"])
def test_an_unreadable_line_of_a_notice_is_refused(line: str) -> None:
    with pytest.raises(Invalid, match=r"calendar\.line_unreadable"):
        read_published(line)


def test_an_unreadable_provisional_line_is_refused() -> None:
    with pytest.raises(Invalid, match=r"calendar\.line_unreadable"):
        read_provisional("2100 0209 0405 0612")
