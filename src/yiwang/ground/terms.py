"""期限用语 — the words of the legal clock: limits with their units, grounds, stops, the one extension."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass
from enum import Enum
from typing import Self

from yiwang.ground.outcome import Conflict, Invalid

LICENSING_STOPS = "行政许可法 45"

_MOST = 100_000
_NOTHING: tuple[object, ...] = (None, "")
_LIMIT = re.compile(r"([0-9]{1,6})(wd|d|h|mo|y)")


class Unit(Enum):
    """期限单位 — every limit names its unit; «days» alone does not exist (行政许可法 82, 行政处罚法 85)."""

    WORKDAY = "wd"
    CALENDAR = "d"
    HOUR = "h"
    SPOT = "spot"
    MONTH = "mo"
    YEAR = "y"


@dataclass(frozen=True, slots=True)
class Limit:
    """期限 — `n` of a unit, 1 to 100,000; on the spot (即办) has n = 0.  Else Invalid `clock.limit_out_of_range`."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if not (self.n == 0 if self.unit is Unit.SPOT else 0 < self.n <= _MOST):
            raise Invalid("clock.limit_out_of_range", n=self.n, unit=self.unit.value)

    @staticmethod
    def parse(text: str) -> Limit:
        """Read `25wd` `90d` `24h` `6mo` `5y` `spot`, the form `str` gives back; Invalid `clock.limit_unreadable`."""
        return _parse_limit(text)

    def __str__(self) -> str:
        return self.unit.value if self.unit is Unit.SPOT else f"{self.n}{self.unit.value}"


CORRECTION_NOTICE = Limit(5, Unit.WORKDAY)
"""补正告知期限 — five working days (行政许可法 32)."""


@functools.lru_cache(maxsize=1024)
def _parse_limit(text: str) -> Limit:
    word = text.strip().lower()
    if word == Unit.SPOT.value:
        return Limit(0, Unit.SPOT)
    found = _LIMIT.fullmatch(word)
    if not found:
        raise Invalid("clock.limit_unreadable", text=text)
    return Limit(int(found[1]), Unit(found[2]))


class Ground(Enum):
    """停钟事由 — what may stop a clock: its code (the value), Chinese name (`label`) and the clause that says so."""

    HEARING = ("HEARING", "听证", LICENSING_STOPS)
    TENDER = ("TENDER", "招标", LICENSING_STOPS)
    AUCTION = ("AUCTION", "拍卖", LICENSING_STOPS)
    INSPECTION = ("INSPECTION", "检验", LICENSING_STOPS)
    TESTING = ("TESTING", "检测", LICENSING_STOPS)
    QUARANTINE = ("QUARANTINE", "检疫", LICENSING_STOPS)
    APPRAISAL = ("APPRAISAL", "鉴定", LICENSING_STOPS)
    EXPERT_REVIEW = ("EXPERT_REVIEW", "专家评审", LICENSING_STOPS)
    COMMISSIONED_ASSESSMENT = ("COMMISSIONED_ASSESSMENT", "委托评估", "企业投资项目核准和备案管理条例 9")
    RECTIFICATION = ("RECTIFICATION", "整改", "医疗器械经营监督管理办法 13")
    OTHER = ("OTHER", "其他法定事由", "")
    """Any other rule that excludes time; the stop itself must then name the clause."""

    label: str
    clause: str

    def __new__(cls, code: str, label: str, clause: str) -> Self:
        ground = object.__new__(cls)
        ground._value_, ground.label, ground.clause = code, label, clause
        return ground

    @property
    def in_licensing_45(self) -> bool:
        """Is it one of the eight special procedures of 行政许可法 45?"""
        return self.clause == LICENSING_STOPS

    @staticmethod
    def parse(text: str) -> Ground:
        """Read a ground by its name (`EXPERT_REVIEW`).

        Invalid `clock.ground_does_not_stop` for what people mistake for one (consultation, site check, extension):
        only what a law excludes is not counted (浙江规定 28); else Invalid `clock.ground_unknown`.
        """
        word = text.strip().upper()
        if word in _COUNTED_PROCEDURES:
            raise Invalid("clock.ground_does_not_stop", clause="浙江省保障“最多跑一次”改革规定 28", ground=word)
        try:
            return Ground[word]
        except KeyError:
            raise Invalid("clock.ground_unknown", clause=LICENSING_STOPS, ground=text) from None


_COUNTED_PROCEDURES = frozenset({"CONSULTATION", "SITE_CHECK", "PUBLICITY", "EXTENSION"})


@dataclass(frozen=True, slots=True)
class Stop:
    """停钟 — a special procedure from `start` to `end` (None while it lasts), days included.

    The day it starts still counts, the day it ends does not. `notice` is the day the applicant was told in writing
    how long it takes; without ground or notice the clock does not stop (行政许可法 45): Invalid
    `clock.stop_without_ground`, `clock.stop_without_notice`. `clause` names the rule where it is not the ground's own.
    """

    start: dt.date
    end: dt.date | None
    ground: Ground
    notice: dt.date
    clause: str = ""

    def __post_init__(self) -> None:
        # Types promise both, but these come from forms and files: the law's condition is checked, not assumed.
        if self.ground in _NOTHING:
            raise Invalid("clock.stop_without_ground", clause=LICENSING_STOPS)
        if self.notice in _NOTHING:
            raise Invalid("clock.stop_without_notice", clause=LICENSING_STOPS)
        if not self.basis:
            raise Invalid("clock.stop_without_clause", ground=self.ground.name)
        if self.end is not None and self.end < self.start:
            raise Invalid("clock.stop_ends_before_start", start=self.start, end=self.end)

    @property
    def basis(self) -> str:
        """依据 — the clause that excludes its time."""
        return self.clause or self.ground.clause

    @property
    def since(self) -> dt.date:
        """The last day counted before the clock stands: a late notice stops it only from the day of the notice."""
        return max(self.start, self.notice)


@dataclass(frozen=True, slots=True)
class Extension:
    """延期 — an approved lengthening, in the unit of the limit; who approved it, why, and on which day.

    Invalid `clock.extension_without_approval`, `clock.extension_without_reason` (行政许可法 42).
    """

    limit: Limit
    approved_by: str
    reason: str
    on: dt.date
    clause: str = "行政许可法 42"

    def __post_init__(self) -> None:
        if not self.approved_by.strip():
            raise Invalid("clock.extension_without_approval", clause=self.clause)
        if not self.reason.strip():
            raise Invalid("clock.extension_without_reason", clause=self.clause)


def extend(granted: Extension | None, new: Extension) -> Extension:
    """延期一次 — the extension to use; Conflict `clock.already_extended` if one was granted before (行政许可法 42)."""
    if granted is not None:
        raise Conflict("clock.already_extended", clause=granted.clause, on=granted.on, limit=str(granted.limit))
    return new
