"""机构数据的规格 — what the directory's data say of Zhejiang, on the days that matter."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from yiwang.directory import seed
from yiwang.directory.messages import Division
from yiwang.directory.rules.resolution import Directory, covers
from yiwang.directory.service import credit_code
from yiwang.ground import divisions as codes
from yiwang.ground.identifiers import CreditCode

TALK, LISTED, BEFORE_HANGZHOU = date(2017, 8, 10), date(2023, 6, 30), date(2021, 4, 8)


def there(province: Directory, on: date) -> list[Division]:
    return [d for d in province.divisions.values() if covers(d.valid_from, d.valid_to, on)]


def counties(province: Directory, on: date) -> list[Division]:
    return [d for d in there(province, on) if codes.level(d.code) is codes.Level.COUNTY]


def test_eleven_cities_ninety_counties_1364_townships(province: Directory) -> None:
    """十一市九十县一千三百六十四乡镇。"""
    levels = Counter(codes.level(d.code) for d in there(province, LISTED))
    assert levels[codes.Level.PROVINCE] == 1
    assert levels[codes.Level.CITY] == 11
    assert levels[codes.Level.COUNTY] == 90
    towns = Counter(d.kind for d in there(province, LISTED) if codes.level(d.code) is codes.Level.TOWN)
    assert towns == {"镇": 618, "街道": 488, "乡": 258, seed.NO_TOWNSHIP: 23}


def test_counties_of_each_city(province: Directory) -> None:
    """各市的县数。"""
    in_city = Counter(d.parent for d in counties(province, LISTED))
    assert [in_city[f"33{n:02}00"] for n in range(1, 12)] == [13, 10, 12, 7, 5, 6, 9, 6, 4, 9, 9]


@pytest.mark.parametrize("on, number", [(TALK, 89), (date(2019, 8, 16), 90), (BEFORE_HANGZHOU, 90), (LISTED, 90)])
def test_the_number_of_counties_depends_on_the_day(province: Directory, on: date, number: int) -> None:
    """县数随日期而变。"""
    assert len(counties(province, on)) == number


def test_hangzhou_changes_on_2021_04_09(province: Directory) -> None:
    """下城江干存到二〇二一年四月八日，临平钱塘次日起。"""
    old, new = {"330103", "330104"}, {"330113", "330114"}
    changed = {d.code for d in counties(province, BEFORE_HANGZHOU)} ^ {d.code for d in counties(province, LISTED)}
    assert changed == old | new
    assert old <= {d.code for d in counties(province, BEFORE_HANGZHOU)}


def test_the_parent_is_the_parent_of_the_code(province: Directory) -> None:
    """上级就是代码的上级。"""
    for d in province.divisions.values():
        assert d.parent == (codes.parent(d.code) if d.code != "330000" else "")


def test_successors_exist_on_the_day_of_abolition(province: Directory) -> None:
    """继任区划在撤销那天存在。"""
    gone = [d for d in province.divisions.values() if d.valid_to]
    assert {d.code: d.successors for d in gone} == {"330103": ("330105",), "330104": ("330102", "330114")}
    for d in gone:
        for successor in map(province.divisions.__getitem__, d.successors):
            assert covers(successor.valid_from, successor.valid_to, d.valid_to or LISTED)


def test_departments_governments_townships_and_third_parties(province: Directory) -> None:
    """五十四个部门、各级政府，加中心、乡镇与第三方。"""
    kinds = Counter(line.kind for line in province.lines.values())
    assert kinds == {"department": 55, "centre": 1, "data_centre": 1, "government": 1, "evaluation": 1, "oversight": 1}
    for line in province.lines.values():
        assert not line.local_line or line.local_line in province.lines


def test_a_code_is_division_and_line(province: Directory) -> None:
    """机构代码是区划加条线。"""
    for code, o in province.organisations.items():
        assert code == o.code == f"{o.division}.{o.line}"
        assert o.division in province.divisions
        assert o.line in province.lines


@pytest.mark.requirement("R22")
def test_a_centre_everywhere_but_in_zones(province: Directory) -> None:
    """省市县乡处处有受理中心，功能区没有。"""
    for d in province.divisions.values():
        centre = province.organisations.get(f"{d.code}.XZFW")
        if d.kind == seed.NO_TOWNSHIP:
            assert centre is None
        else:
            assert centre is not None
            assert centre.kind == ("township" if codes.level(d.code) is codes.Level.TOWN else "centre")


def test_no_organisation_is_older_than_its_new_division(province: Directory) -> None:
    """新区的机构不早于新区。"""
    for o in province.organisations.values():
        place = province.divisions[o.division]
        assert o.valid_to == place.valid_to
        assert place.valid_from is None or (o.valid_from is not None and o.valid_from >= place.valid_from)


def test_names_are_complete_at_each_level(province: Directory) -> None:
    """名称按层级写全。"""
    wanted = {
        "330000.HBT": "浙江省环境保护厅",
        "330000.XZFW": "浙江省行政服务中心",
        "330100.JST": "杭州市住房和城乡建设局",
        "330106.SCJG": "西湖区市场监督管理局",
        "330122101.XZFW": f"{province.divisions['330122101'].name}便民服务中心",
    }
    assert {code: province.organisations[code].name for code in wanted} == wanted
    assert "330106.GSJ" not in province.organisations


def test_towns_have_governments_and_streets_have_offices(province: Directory) -> None:
    """镇有政府，街道有办事处。"""
    for o in province.organisations.values():
        if o.line == "XZZF":
            street = province.divisions[o.division].kind == "街道"
            assert o.name.endswith("街道办事处" if street else "人民政府")
            assert o.kind == "department"


def test_demo_credit_codes_differ_and_check(province: Directory) -> None:
    """演示信用代码各不相同且校验正确。"""
    made = [credit_code(o) for o in province.organisations.values()]
    assert len(set(made)) == len(made)
    for text in made:
        assert CreditCode.parse(text).text == text
        assert text[8:11] == "DEM"


def test_english_names(province: Directory) -> None:
    """机构有英文名，地名用拼音，不夹汉字、代码。"""
    assert province.organisations["330000.JST"].name_en == "Housing and Urban-Rural Development Department of Zhejiang"
    assert province.organisations["330106.JST"].name_en == "Housing and Urban-Rural Development Bureau of Xihu District"
    centre = next(o for o in province.organisations.values() if o.name == "转塘街道便民服务中心")
    assert centre.name_en == "Service Centre of Zhuantang Subdistrict"
    assert all(o.name_en and o.name_en.isprintable() for o in province.organisations.values())
    assert not [o.name_en for o in province.organisations.values() if re.search(r"[\d\u4e00-\u9fff(]", o.name_en)]
