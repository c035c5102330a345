"""时区 — the one zone in which days are counted: Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(at: datetime) -> date:
    """日: the day in Shanghai on which a moment lies."""
    return at.astimezone(SHANGHAI).date()
