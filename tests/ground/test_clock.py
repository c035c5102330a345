"""时限 — the legal clock by example: K1–K15 of the field, then each rule with the article it rests on."""

from __future__ import annotations

import datetime as dt

import pytest

from yiwang.ground.clock import (
    CORRECTION_NOTICE,
    Extension,
    Ground,
    Ledger,
    Limit,
    Stop,
    Unit,
    acceptance_day,
    extend,
    last_day_for_correction_notice,
    reckon,
)
from yiwang.ground.outcome import Conflict, Invalid
from yiwang.ground.workdays import CALENDAR


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def stop(start: str, end: str | None, ground: Ground = Ground.EXPERT_REVIEW, notice: str = "") -> Stop:
    return Stop(day(start), day(end) if end else None, ground, day(notice or start))


def extension(limit: str, on: str) -> Extension:
    return Extension(Limit.parse(limit), approved_by="局长", reason="情况复杂", on=day(on))


def due(start: str, limit: str, *stops: Stop, extended: Extension | None = None, today: str = "") -> Ledger:
    when = day(today) if today else None
    return reckon(day(start), Limit.parse(limit), CALENDAR, stops, extended, when)


def whys(ledger: Ledger) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in ledger.days():
        found[line.why] = found.get(line.why, 0) + 1
    return found


@pytest.mark.requirement("K1")
def test_joint_approval_of_25_working_days() -> None:
    ledger = due("2017-08-14", "25wd")
    assert (ledger.due, ledger.provisional, ledger.paused) == (day("2017-09-18"), False, False)


@pytest.mark.requirement("K2")
@pytest.mark.requirement("K3")
def test_expert_review_noticed_and_ended_moves_the_due_day() -> None:
    ledger = due("2017-08-14", "25wd", stop("2017-08-21", "2017-09-01"))
    assert ledger.due == day("2017-09-29")
    assert ledger.elapsed(day("2017-09-01")) == 5
    assert (ledger.counted, ledger.suspended) == (25, 9)


@pytest.mark.requirement("K4")
@pytest.mark.parametrize("word", ["CONSULTATION", "site_check", "EXTENSION"])
def test_what_no_law_excludes_does_not_stop_the_clock(word: str) -> None:
    assert due("2017-08-14", "20wd").due == day("2017-09-11")
    with pytest.raises(Invalid, match=r"clock\.ground_does_not_stop"):
        Ground.parse(word)


@pytest.mark.requirement("K5")
def test_one_approved_extension() -> None:
    assert due("2026-09-18", "20wd", extended=extension("10wd", "2026-10-20")).due == day("2026-11-05")


@pytest.mark.requirement("K6")
def test_last_day_of_the_one_correction_notice() -> None:
    assert last_day_for_correction_notice(day("2026-09-18"), CALENDAR, CORRECTION_NOTICE) == day("2026-09-24")


@pytest.mark.requirement("K7")
def test_a_late_notice_means_accepted_on_the_day_of_receipt() -> None:
    received, late = day("2026-09-18"), day("2026-09-25")
    assert acceptance_day(received, calendar=CALENDAR, today=late, notice_on=late) == received
    assert acceptance_day(received, calendar=CALENDAR, today=late) == received, "and so does none at all"
    cured = acceptance_day(received, calendar=CALENDAR, today=late, complete_on=late)
    assert cured == received, "what comes later cannot undo it"


@pytest.mark.requirement("K8")
def test_a_notice_in_time_waits_for_the_correction() -> None:
    received, notice = day("2026-09-18"), day("2026-09-24")
    assert acceptance_day(received, calendar=CALENDAR, today=day("2026-12-01"), notice_on=notice) is None
    assert acceptance_day(received, calendar=CALENDAR, today=notice) is None, "nothing is decided before the last day"
    for cured in (day("2026-09-22"), day("2026-10-12")):
        assert acceptance_day(received, calendar=CALENDAR, today=cured, notice_on=notice, complete_on=cured) == cured


def test_a_complete_application_is_accepted_that_day() -> None:
    received = day("2026-09-18")
    assert acceptance_day(received, calendar=CALENDAR, today=received, complete_on=received) == received


def test_three_calendar_days_for_pollutant_permits_then_deemed_accepted() -> None:
    received, limit = day("2026-11-23"), Limit.parse("3d")
    assert acceptance_day(received, calendar=CALENDAR, today=day("2026-11-26"), limit=limit) is None
    assert acceptance_day(received, calendar=CALENDAR, today=day("2026-11-27"), limit=limit) == received


@pytest.mark.requirement("K9")
def test_overlapping_stops_count_once() -> None:
    first, second = stop("2026-03-05", "2026-03-20"), stop("2026-03-16", "2026-03-25", Ground.HEARING)
    assert due("2026-03-02", "20wd", first, second).due == day("2026-04-20")
    assert due("2026-03-02", "20wd", second, first, first).due == day("2026-04-20")


@pytest.mark.requirement("K10")
@pytest.mark.requirement("K11")
def test_a_stop_within_holidays_changes_nothing() -> None:
    assert due("2026-09-28", "5wd", stop("2026-09-30", "2026-10-07")).due == day("2026-10-10")
    assert due("2026-09-28", "5wd").due == day("2026-10-10")


@pytest.mark.requirement("K12")
def test_calendar_days_that_end_on_a_holiday_roll_on() -> None:
    ledger = due("2026-07-03", "90d")
    assert (ledger.due, ledger.rolled_from) == (day("2026-10-08"), day("2026-10-01"))
    rolled = [line for line in ledger.days() if line.why == "rolled"]
    assert {line.clause for line in rolled} == {"民法典 203"}
    assert {line.holiday for line in rolled} == {"国庆节"}
    assert (len(rolled), ledger.counted) == (7, 90)


@pytest.mark.requirement("K13")
def test_a_licence_within_ten_working_days_of_the_decision() -> None:
    assert due("2026-02-13", "10wd").due == day("2026-03-05")


@pytest.mark.requirement("K14")
def test_a_commitment_is_checked_within_sixty_working_days() -> None:
    assert due("2026-01-05", "60wd").due == day("2026-04-03")


@pytest.mark.requirement("K15")
def test_a_year_without_notice_is_computed_and_marked() -> None:
    ledger = due("2026-12-20", "20wd")
    assert (ledger.due, ledger.provisional) == (day("2027-01-18"), True)


def test_every_day_of_the_ledger_says_why_and_by_which_article() -> None:
    lines = {f"{line.date:%m%d}": line for line in due("2017-09-27", "6wd", stop("2017-10-10", "2017-10-12")).days()}
    assert (lines["0927"].counted, lines["0927"].why, lines["0927"].clause) == (False, "start_day", "民法典 201")
    assert (lines["0928"].counted, lines["0928"].why, lines["0928"].clause) == (True, "workday", "行政许可法 82")
    assert (lines["0930"].counted, lines["0930"].why, lines["0930"].holiday) == (True, "makeup", "国庆节")
    assert (lines["1004"].counted, lines["1004"].why, lines["1004"].holiday) == (False, "holiday", "中秋节")
    assert lines["1004"].notice == "国办发明电〔2016〕17号"
    assert (lines["1010"].counted, lines["1010"].why) == (True, "workday"), "the day of the notice still counts"
    assert (lines["1012"].counted, lines["1012"].why, lines["1012"].clause) == (False, "suspended", "行政许可法 45")
    assert lines["1012"].ground is Ground.EXPERT_REVIEW
    assert list(lines)[-1] == "1013"


def test_days_of_an_extension_are_marked() -> None:
    ledger = due("2026-09-18", "20wd", extended=extension("10wd", "2026-09-21"))
    marked = [line for line in ledger.days() if line.why == "extension"]
    assert (len(marked), marked[0].date, marked[0].clause) == (10, day("2026-10-23"), "行政许可法 42")


def test_days_of_an_extension_are_marked_in_months_too() -> None:
    ledger = due("2026-01-31", "1mo", extended=extension("1mo", "2026-02-10"))
    assert ledger.due == day("2026-03-31")
    assert whys(ledger) == {"start_day": 1, "calendar_day": 28, "extension": 31}


def test_a_penalty_clock_names_its_own_article() -> None:
    ledger = reckon(day("2026-11-20"), Limit.parse("7wd"), CALENDAR, workday_clause="行政处罚法 85")
    assert {line.clause for line in ledger.days()} == {"民法典 201", "行政处罚法 85"}


def test_left_and_overdue_in_working_days() -> None:
    ledger = due("2017-08-14", "25wd", stop("2017-08-21", "2017-09-01"))
    assert ledger.left(day("2017-08-01")) == 25, "before the clock starts all is left"
    assert ledger.left(day("2017-08-21")) == ledger.left(day("2017-09-01")) == 20, "the stop takes nothing"
    assert (ledger.left(day("2017-09-28")), ledger.overdue(day("2017-09-28"))) == (1, 0)
    assert (ledger.left(day("2017-09-29")), ledger.overdue(day("2017-09-29"))) == (0, 0)
    assert (ledger.left(day("2017-10-01")), ledger.overdue(day("2017-10-01"))) == (0, 1), "Saturday the 30th was worked"
    assert ledger.elapsed(day("2018-01-01")) == 25


def test_an_open_stop_pauses_the_clock_as_if_it_ended_today() -> None:
    for today, expected in (("2017-08-21", "2017-09-18"), ("2017-09-01", "2017-09-29"), ("2017-09-04", "2017-09-30")):
        ledger = due("2017-08-14", "25wd", stop("2017-08-21", None), today=today)
        assert (ledger.due, ledger.paused, ledger.left(day(today))) == (day(expected), True, 20)


def test_an_open_stop_that_has_not_begun_or_came_too_late_does_not_pause() -> None:
    ahead = due("2017-08-14", "25wd", stop("2017-08-21", None), today="2017-08-16")
    late = due("2017-08-14", "5wd", stop("2017-08-21", None), today="2017-09-20")
    assert (ahead.due, ahead.paused) == (day("2017-09-18"), False)
    assert (late.due, late.paused) == (day("2017-08-21"), False)


def test_an_open_stop_needs_to_know_today() -> None:
    with pytest.raises(Invalid, match=r"clock\.today_needed"):
        due("2017-08-14", "25wd", stop("2017-08-21", None))


def test_a_late_notice_stops_the_clock_only_from_its_day() -> None:
    late = stop("2017-08-18", "2017-09-01", notice="2017-08-21")
    assert due("2017-08-14", "25wd", late).due == due("2017-08-14", "25wd", stop("2017-08-21", "2017-09-01")).due
    after_all = stop("2017-08-18", "2017-09-01", notice="2017-09-02")
    assert due("2017-08-14", "25wd", after_all).due == day("2017-09-18")


@pytest.mark.parametrize(
    "ground, notice, code",
    [
        (None, "2017-08-21", "clock.stop_without_ground"),
        ("", "2017-08-21", "clock.stop_without_ground"),
        (Ground.HEARING, "", "clock.stop_without_notice"),
        (Ground.OTHER, "2017-08-21", "clock.stop_without_clause"),
    ],
)
def test_no_stop_without_ground_notice_and_clause(ground: Ground, notice: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Stop(day("2017-08-21"), day("2017-09-01"), ground, day(notice) if notice else None)  # type: ignore[arg-type]  # as from a form
    assert refusal.value.code == code


def test_another_rule_may_stop_the_clock_if_it_is_named() -> None:
    other = Stop(day("2017-08-21"), day("2017-09-01"), Ground.OTHER, day("2017-08-21"), clause="护士条例 8")
    ledger = due("2017-08-14", "25wd", other)
    assert ledger.due == day("2017-09-29")
    assert "护士条例 8" in {line.clause for line in ledger.days()}


def test_a_stop_does_not_end_before_it_starts() -> None:
    with pytest.raises(Invalid, match=r"clock\.stop_ends_before_start"):
        stop("2017-09-01", "2017-08-21")


def test_the_eight_special_procedures_of_the_licensing_law() -> None:
    eight = {ground.label for ground in Ground if ground.in_licensing_45}
    assert eight == {"听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"}
    assert Ground.parse("expert_review") is Ground.EXPERT_REVIEW is Ground["EXPERT_REVIEW"]
    with pytest.raises(Invalid, match=r"clock\.ground_unknown"):
        Ground.parse("LUNCH")


def test_an_extension_is_granted_once() -> None:
    first = extension("10wd", "2026-10-20")
    assert extend(None, first) is first
    with pytest.raises(Conflict, match=r"clock\.already_extended"):
        extend(first, extension("5wd", "2026-11-01"))


@pytest.mark.parametrize(
    "limit, longer, on, code",
    [
        ("20wd", "10d", "2026-10-20", "clock.extension_unit"),
        ("spot", "spot", "2026-09-18", "clock.extension_unit"),
        ("20wd", "10wd", "2026-09-17", "clock.extension_before_start"),
        ("20wd", "10wd", "2026-10-23", "clock.extension_late"),
    ],
)
def test_an_extension_fits_its_limit_and_comes_in_time(limit: str, longer: str, on: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        due("2026-09-18", limit, extended=extension(longer, on))
    assert refusal.value.code == code


def test_an_extension_needs_approval_and_reason() -> None:
    with pytest.raises(Invalid, match="approval"):
        Extension(Limit.parse("10wd"), approved_by=" ", reason="情况复杂", on=day("2026-10-20"))
    with pytest.raises(Invalid, match="reason"):
        Extension(Limit.parse("10wd"), approved_by="局长", reason="", on=day("2026-10-20"))


def test_a_stop_may_carry_an_extension_over_the_old_due_day() -> None:
    stopped = stop("2026-10-20", "2026-10-30")
    assert due("2026-09-18", "20wd", stopped, extended=extension("10wd", "2026-10-23")).due > day("2026-11-05")


@pytest.mark.parametrize(
    "start, limit, expected",
    [
        ("2026-01-31", "1mo", "2026-02-28"),  # 民法典 202: no such day, so the last of the month; a worked Saturday
        ("2026-03-31", "6mo", "2026-09-30"),
        ("2024-02-29", "1y", "2025-02-28"),
        ("2021-11-20", "5y", "2026-11-20"),
        ("2026-04-01", "1mo", "2026-05-06"),  # Labour Day: rolls on
        ("2026-01-05", "15d", "2026-01-20"),
        ("2026-02-10", "7d", "2026-02-24"),
        ("2026-11-22", "spot", "2026-11-22"),
    ],
)
def test_months_years_days_and_on_the_spot(start: str, limit: str, expected: str) -> None:
    assert due(start, limit).due == day(expected)


def test_calendar_days_can_be_stopped_too() -> None:
    ledger = due("2026-11-02", "15d", stop("2026-11-05", "2026-11-10", Ground.APPRAISAL))
    assert (ledger.due, ledger.suspended) == (day("2026-11-23"), 5)  # 22 November is a Sunday: rolls on
    assert whys(ledger) == {"start_day": 1, "calendar_day": 15, "suspended": 5, "rolled": 1}


def test_a_clock_that_stands_on_the_rolled_day_rolls_further() -> None:
    ledger = due("2026-11-02", "20d", stop("2026-11-22", "2026-11-24", Ground.TESTING))
    assert ledger.rolled_from == day("2026-11-22")
    assert (ledger.due, ledger.suspended) == (day("2026-11-25"), 2)
    assert whys(ledger) == {"start_day": 1, "calendar_day": 20, "rolled": 1, "suspended": 2}


def test_hours_run_from_the_moment_and_do_not_roll() -> None:
    friday = dt.datetime.fromisoformat("2026-11-20T16:30+08:00")
    ledger = reckon(friday, Limit.parse("24h"), CALENDAR)
    assert (ledger.due, ledger.due_at) == (day("2026-11-21"), friday + dt.timedelta(1))
    stopped = reckon(friday, Limit.parse("24h"), CALENDAR, [stop("2026-11-20", "2026-11-22")])
    assert (stopped.due_at, stopped.suspended) == (friday + dt.timedelta(3), 2)
    assert [line.why for line in stopped.days()] == ["hours", "suspended", "suspended", "hours"]


def test_hours_from_a_day_alone_run_from_its_end() -> None:
    ledger = due("2026-11-20", "24h")
    assert (ledger.due, ledger.due_at) == (day("2026-11-21"), dt.datetime.fromisoformat("2026-11-22T00:00"))
    assert [line.why for line in ledger.days()] == ["start_day", "hours"]


@pytest.mark.parametrize("text", ["25wd", "90d", "24h", "6mo", "5y", "spot"])
def test_a_limit_reads_as_it_is_written(text: str) -> None:
    assert str(Limit.parse(text)) == text
    assert Limit.parse(f" {text.upper()} ") == Limit.parse(text)


@pytest.mark.parametrize("text", ["", "25", "wd", "25 wd", "-5wd", "2.5d", "25w", "1e3d", "２５wd", "5m", "99999999d"])
def test_an_unreadable_limit_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"clock\.limit_unreadable"):
        Limit.parse(text)


@pytest.mark.parametrize("n, unit", [(0, Unit.WORKDAY), (-1, Unit.CALENDAR), (1, Unit.SPOT), (100_001, Unit.HOUR)])
def test_a_limit_out_of_range_is_refused(n: int, unit: Unit) -> None:
    with pytest.raises(Invalid, match=r"clock\.limit_out_of_range"):
        Limit(n, unit)


@pytest.mark.parametrize("limit", ["1wd", "5d", "24h", "48h", "1mo", "1y"])
def test_the_end_of_all_dates_is_a_refusal_not_a_failure(limit: str) -> None:
    with pytest.raises(Invalid, match=r"workday\.out_of_range"):
        due("9999-12-31", limit)


def test_the_ledger_names_the_calendar_it_rests_on() -> None:
    assert due("2017-08-14", "25wd").calendar_version == CALENDAR.version
