"""补正期限 — until when what a correction notice asked for may come. 规定 11"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yiwang.ground.workdays import Calendar


def due(told: Mapping[str, Any], calendar: Calendar) -> date:
    """补正末日: under a calendar, of what the notice told (`asked`, `days`, `until`); a day told in writing may move
    on, and never back.
    """
    until = date.fromisoformat(told["until"])
    return max(until, calendar.add(date.fromisoformat(told["asked"]), told["days"])) if "days" in told else until
