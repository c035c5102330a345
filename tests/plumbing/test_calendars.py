"""日历在库的测试 — the calendar in force here is data: built in until a notice is imported, every version kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg
import pytest

from yiwang.ground.actor import SYSTEM
from yiwang.ground.workdays import CALENDAR, Special
from yiwang.plumbing import calendars
from yiwang.plumbing.calendars import NOTICES, days_of
from yiwang.plumbing.work import Engine

AT = datetime(2026, 11, 24, tzinfo=UTC)
MAKEUP = date(2027, 1, 3)  # a Sunday


def imported(engine: Engine, edition: int, day: date) -> None:
    """A notice for 2027 with New Year's Day off and one Sunday worked."""
    with engine.begin(SYSTEM) as work:
        specials = [Special(date(2027, 1, 1), "holiday", "元旦"), Special(day, "makeup", "元旦")]
        row = {
            "edition": edition,
            "notice": f"国办发明电〔2026〕{edition}号",
            "years": [2027],
            "days": days_of(specials),
        }
        work.add(NOTICES, {**row, "days": days_of(specials), "imported_by": "sysadmin", "imported_at": AT})


def test_内置日历_没有导入时就是它(engine: Engine) -> None:
    with engine.begin(SYSTEM) as work:
        assert work.calendar is CALENDAR


def test_导入之后_别的进程一秒内看见(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "LOOK_AGAIN", 0.0)
    with engine.begin(SYSTEM) as before:
        held = before.calendar
        imported(engine, 1, MAKEUP)
        assert before.calendar is held, "一幕之内日历不变"
    with engine.begin(SYSTEM) as work:
        assert work.calendar.version == f"{CALENDAR.version}+1"
        assert work.calendar.is_workday(MAKEUP)
        assert not CALENDAR.is_workday(MAKEUP)
        assert work.calendar.day(MAKEUP).notice == "国办发明电〔2026〕1号"
        assert not work.calendar.provisional(MAKEUP, MAKEUP)


def test_每一版都留着(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """更正通知再来一份，旧版算出的日期仍可按旧版复算。"""
    monkeypatch.setattr(calendars, "LOOK_AGAIN", 0.0)
    other = date(2027, 1, 9)
    imported(engine, 1, MAKEUP)
    imported(engine, 2, other)
    with engine.begin(SYSTEM) as work:
        assert not work.calendar.is_workday(MAKEUP)
        assert work.calendar.is_workday(other)
        first = work.calendar_of(f"{CALENDAR.version}+1")
        assert first is not None
        assert first.is_workday(MAKEUP)
        assert not first.is_workday(other)
        assert work.calendar_of("cn-1999.1") is None


def test_没有改动就不重建(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "LOOK_AGAIN", 0.0)
    imported(engine, 1, MAKEUP)
    with engine.begin(SYSTEM) as work:
        first = work.calendar
    with engine.begin(SYSTEM) as work:
        assert work.calendar is first
        assert work.reads == 0, "每秒一问不算在任何一幕头上"


def test_导入的通知改不了(engine: Engine) -> None:
    imported(engine, 1, MAKEUP)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), engine.begin(SYSTEM) as work:
        work.read("UPDATE plumbing.calendar SET notice = 'x' RETURNING 1")
