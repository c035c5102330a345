"""花名册 — synthetic people and firms: a pure function of their number; nobody of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from yiwang.ground.digits import mod_11_2
from yiwang.ground.identifiers import credit_check, organisation_check

PEOPLE = 400
FIRMS = 200
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "演示样例测试虚拟模仿"
_SECOND = "一二三四五六七八九十"
_TRADES = ("建筑工程", "检测技术", "环保科技", "食品", "机械制造", "软件", "贸易", "物流")


@dataclass(frozen=True, slots=True)
class Citizen:
    """演示人员: a citizen number of the unissued division 330101, and plainly made-up particulars."""

    identifier: str
    name: str
    sex: str
    born: date
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Firm:
    """演示企业: a credit code with DEM in its body; its legal representative is the citizen of the same number."""

    identifier: str
    name: str
    representative: Citizen
    address: str
    capital: int  # 万元


def person(number: int) -> Citizen:
    """The citizen with this number, 0 to 399."""
    born = date(1950, 1, 1) + timedelta(days=(number * 8_191) % 19_000)
    first17 = f"330101{born:%Y%m%d}{number % 1000:03d}"
    name = _FAMILY[number % 20] + _GIVEN[2 * (number % 5) : 2 * (number % 5) + 2] + _SECOND[number // 20 % 10]
    return Citizen(
        identifier=first17 + mod_11_2(first17),
        name=name,
        sex="男" if number % 2 else "女",
        born=born,
        address=f"演示省演示市样例路{number + 1}号",
        phone=f"1990000{number:04d}",
    )


def firm(number: int) -> Firm:
    """The firm with this number, 0 to 199."""
    body8 = f"DEM{number + 1:05d}"
    first17 = f"91330101{body8}{organisation_check(body8)}"
    trade = _TRADES[number % len(_TRADES)]
    return Firm(
        identifier=first17 + credit_check(first17),
        name=f"演示{_SECOND[number % 10]}{_SECOND[number // 10 % 10]}号{trade}有限公司",
        representative=person(number),
        address=f"演示省演示市样例大道{number + 1}号",
        capital=500 + 37 * number % 9_000,
    )


def citizens() -> dict[str, Citizen]:
    """All citizens by their number."""
    return {c.identifier: c for c in map(person, range(PEOPLE))}


def firms() -> dict[str, Firm]:
    """All firms by their credit code."""
    return {f.identifier: f for f in map(firm, range(FIRMS))}
