"""容缺承诺 — what an applicant undertakes, what follows if it is not kept, and why an acceptance is revoked. 规定 11"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def day(on: date) -> str:
    """年月日."""
    return f"{on.year}年{on.month}月{on.day}日"


def undertaking(materials: Sequence[str], until: date) -> str:
    """承诺: the words that the applicant stands by."""
    which = "、".join(materials)
    return f"申请人承诺在{day(until)}前补齐：{which}；逾期未补齐，或者补齐后仍不符合要求的，由受理机关撤销受理。"


def reason(materials: Sequence[str], until: date) -> str:
    """撤销受理的理由."""
    return f"容缺受理时已告知在{day(until)}前补齐{'、'.join(materials)}，逾期未补齐"
