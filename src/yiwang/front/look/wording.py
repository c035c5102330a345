"""写法 — dates, days, numbers and case numbers as people of each language write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from yiwang.ground.number import LENGTH, show
from yiwang.ground.terms import Limit, Unit
from yiwang.plumbing.i18n import Language, Translator

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"

_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Moment = dt.date | dt.datetime | str | None


def local(moment: Moment) -> dt.date | None:
    """A moment in Shanghai; text is read as ISO 8601."""
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment) if len(moment) > 10 else dt.date.fromisoformat(moment)
    aware = isinstance(moment, dt.datetime) and moment.tzinfo is not None
    return moment.astimezone(SHANGHAI) if aware and isinstance(moment, dt.datetime) else moment


def date(moment: Moment, language: Language, today: dt.date | None = None) -> str:
    """日期 — `9月18日 周一`, in another year than today's `2017年9月18日 周一`; `Mon 18 Sep 2017`."""
    day = local(moment)
    if day is None:
        return NOTHING
    if language == "en":
        return f"{_EN_DAYS[day.weekday()]} {day.day} {_EN_MONTHS[day.month - 1]} {day.year}"
    year = "" if today and day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{_ZH_DAYS[day.weekday()]}"


def short_date(moment: Moment, language: Language) -> str:
    """短日期 — without weekday and year, where there is little room: `9月18日`, `18 Sep`."""
    day = local(moment)
    if day is None:
        return NOTHING
    return f"{day.day} {_EN_MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"


def date_and_time(moment: Moment, language: Language, today: dt.date | None = None) -> str:
    """日期时间 — the same with the time of day in Shanghai: `9月18日 周一 14:05`."""
    at = local(moment)
    return f"{date(at, language, today)} {at:%H:%M}" if isinstance(at, dt.datetime) else date(at, language, today)


def relative(moment: Moment, today: dt.date, words: Translator) -> str:
    """相对日 — calendar days from today: `今天`, `3 天后`, `2 天前`."""
    day = local(moment)
    if day is None:
        return NOTHING
    n = (dt.date(day.year, day.month, day.day) - today).days
    near = {-1: words.gettext("昨天"), 0: words.gettext("今天"), 1: words.gettext("明天")}
    if n in near:
        return near[n]
    if n > 0:
        return words.ngettext("%(n)s 天后", "%(n)s 天后", n)
    return words.ngettext("%(n)s 天前", "%(n)s 天前", -n)


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """数字 — in groups of three: `1,234,567`."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def money(fen: int | None) -> str:
    """金额 — an amount in fen (分) as yuan: `¥1,234.50`."""
    return NOTHING if fen is None else f"¥{Decimal(fen) / 100:,.2f}"


def percent(share: float | None, decimals: int = 1) -> str:
    """百分比 — a share from 0 to 1: `98.6%`."""
    return NOTHING if share is None else f"{share * 100:.{decimals}f}%"


def case_number(value: object) -> str:
    """办件编号 — in groups; anything that is not one stays as it is."""
    text = str(value)
    return show(text) if len(text) == LENGTH and text.isdigit() else text


def mask(value: str) -> str:
    """脱敏 — a personal number with its middle hidden (first 3 and last 4 left); anything short shows one."""
    if len(value) >= 11:
        return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    return value[:1] + "*" * (len(value) - 1)


def file_size(octets: int, words: Translator) -> str:
    """文件大小 — `345 KB`, `1.2 MB`."""
    if octets < 1_000_000:
        return words.gettext("%(n)s KB", n=max(1, round(octets / 1000)))
    return words.gettext("%(n)s MB", n=f"{octets / 1_000_000:.1f}")


def limit(value: Limit, words: Translator) -> str:
    """时限 — with its unit spelled out: `25 个工作日`, `即办`."""
    n = value.n
    if value.unit is Unit.WORKDAY:
        return words.ngettext("%(n)s 个工作日", "%(n)s 个工作日", n)
    if value.unit is Unit.CALENDAR:
        return words.ngettext("%(n)s 日", "%(n)s 日", n)
    if value.unit is Unit.HOUR:
        return words.ngettext("%(n)s 小时", "%(n)s 小时", n)
    if value.unit is Unit.MONTH:
        return words.ngettext("%(n)s 个月", "%(n)s 个月", n)
    if value.unit is Unit.YEAR:
        return words.ngettext("%(n)s 年", "%(n)s 年", n)
    return words.gettext("即办")
