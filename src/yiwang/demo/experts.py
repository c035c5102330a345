"""演示专家 — a synthetic library of experts: eight of each speciality, one from a firm of the demo itself."""

from __future__ import annotations

from yiwang.connectors.sandbox import roster
from yiwang.demo.people import SINCE
from yiwang.handling.messages import Expert

SPECIALITIES = ("检验检测", "食品安全", "环境监测", "建设工程", "交通水利", "职业卫生")
PLACES = ("演示大学", "演示研究院", "演示检测学会", "演示设计院")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


def library() -> list[Expert]:
    """专家库: codes E001 and on."""
    made = []
    for number in range(8 * len(SPECIALITIES)):
        speciality = SPECIALITIES[number // 8]
        made.append(
            Expert(
                code=f"E{number + 1:03}",
                name=f"{_SURNAMES[number % len(_SURNAMES)]}专家{number + 1:02}",
                speciality=speciality,
                organisation=roster.firm(0).name if number == 0 else PLACES[number % len(PLACES)],
                active_from=SINCE,
            )
        )
    return made
