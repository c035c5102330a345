"""花名册 — synthetic people, firms and village collectives: each a pure function of its number; none of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from yiwang.ground.digits import mod_11_2
from yiwang.ground.identifiers import credit_check, organisation_check

PEOPLE = 400
FIRMS = 200
VILLAGES = 20

MOST_PEOPLE = 15_000_000
MOST_FIRMS = 90_000
"""Beyond these numbers identifiers would repeat; the registers of the sandbox hold the first 400 and 200."""

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
# 样例试拟 stand where a family's generation character stands: the name reads as a name and says that it is made up.
_GENERATION = "样例试拟"
_GIVEN = {"男": "安诚达峰国海杰军康立明宁鹏强涛伟文勇远志", "女": "爱冰春丹娥芳桂红慧佳兰丽梅娜萍琴霞燕英珍"}
_WORDS = "云杉 青禾 石梁 海棠 长风 明湖 南屏 松林 白露 望江 新安 荷塘 金桂 远山 溪口 东篱 秋水 平湖 双桥 竹海"
_TRADES = ("检测技术", "环保科技", "建筑工程", "食品", "机械制造", "软件", "贸易", "物流", "医疗器械", "餐饮管理")


@dataclass(frozen=True, slots=True)
class Citizen:
    """演示人员: a citizen number of 330101, where nobody is registered, with a valid check character; GB 11643."""

    number: int
    identifier: str
    name: str
    sex: Literal["男", "女"]
    birth: date
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Firm:
    """演示企业: a credit code with DEM in its organisation code, all checks valid; GB 32100.

    `legal_representative` of firm n is citizen n. `capital` is in 万元. A village collective (村级集体经济组织) is one
    as well, with a code that begins with N2.
    """

    number: int
    identifier: str
    name: str
    kind: str
    legal_representative: Citizen
    address: str
    phone: str
    capital: int
    established: date
    scope: str


def person(number: int) -> Citizen:
    """演示人员 by number, from 0. Odd ones are men, even ones women; 2n and 2n + 1 are of an age and live together."""
    assert 0 <= number < MOST_PEOPLE, number
    sex: Literal["男", "女"] = "男" if number % 2 else "女"
    household = number // 2
    birth = date(1950, 1, 1) + timedelta(days=(household * 8_191 + 11_000) % 16_000 + number % 2 * 400)
    first17 = f"330101{birth:%Y%m%d}{number % 998 + 2:03d}"
    step = number // 20
    family = (number + step) % 20
    return Citizen(
        number=number,
        identifier=first17 + mod_11_2(first17),
        name=_SURNAMES[family] + _GENERATION[(number + step) % 4] + _GIVEN[sex][step % 20],
        sex=sex,
        birth=birth,
        address=f"演示省演示市样例区云杉路{household + 1}号",
        phone=f"1990000{number % 10_000:04d}",
    )


def firm(number: int) -> Firm:
    """演示企业 by number, from 0."""
    assert 0 <= number < MOST_FIRMS, number
    trade = _TRADES[number % 10]
    return Firm(
        number=number,
        identifier=_credit_code("91", number + 1),
        name=f"演示{_WORDS.split()[number // 10 % 20]}{trade}有限公司",
        kind="有限责任公司",
        legal_representative=person(number),
        address=f"演示省演示市样例区示范大道{number + 1}号",
        phone=f"1990001{number % 10_000:04d}",
        capital=500 + 37 * number % 9_000,
        established=date(1996, 3, 1) + timedelta(days=number * 4_099 % 7_000),
        scope=f"{trade}；依法须经批准的项目，经相关部门批准后方可开展经营活动",
    )


def village(number: int) -> Firm:
    """演示村集体 by number, 0 to 19: registered with agriculture, not the market; its head is citizen 200 + number."""
    assert 0 <= number < VILLAGES, number
    place = f"演示省演示市样例镇{_WORDS.split()[number]}村"
    return Firm(
        number=number,
        identifier=_credit_code("N2", MOST_FIRMS + number + 1),
        name=f"{place.removeprefix('演示省')}股份经济合作社",
        kind="农村集体经济组织",
        legal_representative=person(FIRMS + number),
        address=f"{place}1号",
        phone=f"1990002{number:04d}",
        capital=300 + 91 * number,
        established=date(2014, 5, 1) + timedelta(days=number * 37),
        scope="经营管理集体资产、开发利用集体资源",
    )


def _credit_code(category: str, body: int) -> str:
    body8 = f"DEM{body:05d}"
    first17 = f"{category}330101{body8}{organisation_check(body8)}"
    return first17 + credit_check(first17)


def citizens() -> dict[str, Citizen]:
    """Everybody whom the sandbox knows, by citizen number."""
    return {c.identifier: c for c in map(person, range(PEOPLE))}


def firms() -> dict[str, Firm]:
    """Every firm and village collective that the sandbox knows, by credit code."""
    return {f.identifier: f for f in (*map(firm, range(FIRMS)), *map(village, range(VILLAGES)))}
