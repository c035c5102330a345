"""六列清单 — what is wrong is named by row and column, everything at once; what is right comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.catalogue.rules.listing import COLUMNS, MOST_ROWS, read_rows, to_rows
from yiwang.catalogue.rules.sources import CATEGORIES
from yiwang.ground.outcome import Invalid

GOOD = ("省发展改革委", "备案", "表格", "申请表", "项目单位", "自行填写")


def row(*cells: str) -> dict[str, str]:
    return dict(zip(COLUMNS, cells, strict=True))


def changed(column: str, value: str) -> dict[str, str]:
    return {**row(*GOOD), column: value}


def wrong(*rows: dict[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as invalid:
        read_rows(rows)
    return [(e.field, e.code) for e in invalid.value.errors]


@pytest.mark.requirement("R59")
@pytest.mark.parametrize("column", [c for c in COLUMNS if c != "数据项"])
def test_an_empty_cell_is_named_by_row_and_column(column: str) -> None:
    """空格按行列指出。"""
    assert wrong(row(*GOOD), changed(column, " ")) == [(f"3.{column}", "field.required")]


@pytest.mark.parametrize(
    "column, value, code",
    [
        ("材料类别", "证件", "field.choice"),
        ("数据来源", "某某公司", "catalogue.unknown_source"),
        ("部门", "某某公司", "catalogue.unknown_source"),
        ("材料名称", "长" * 201, "field.too_long"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(column: str, value: str, code: str) -> None:
    """错格按行列指出。"""
    assert wrong(row(*GOOD), row(*GOOD[:4], "法定代表人", "自行填写"), changed(column, value)) == [
        (f"4.{column}", code)
    ]


def test_all_errors_come_at_once() -> None:
    """一次指出全部错误。"""
    found = wrong(changed("材料类别", "证件"), row(*GOOD), changed("数据来源", "某某公司"), row(*GOOD))
    assert found == [
        ("2.材料类别", "field.choice"),
        ("4.数据来源", "catalogue.unknown_source"),
        ("5.数据项", "catalogue.row_twice"),
    ]


def test_a_missing_column_is_named_once() -> None:
    """缺列只报一次，报在首行。"""
    short = {c: v for c, v in row(*GOOD).items() if c != "数据来源"}
    assert wrong(*[short] * 3) == [("1.数据来源", "catalogue.no_column")]


def test_a_row_may_not_say_another_thing_of_a_material() -> None:
    """同一材料不能先是表格又是证照，也不能先整件又分项。"""
    whole = row(*GOOD[:4], "", "省公安厅")
    assert wrong(row(*GOOD), changed("材料类别", "证照")) == [("3.材料类别", "catalogue.other_category")]
    assert wrong(whole, row(*GOOD)) == [("3.数据项", "catalogue.row_twice")]
    assert wrong(row(*GOOD), whole) == [("3.数据项", "catalogue.row_twice")]


def test_a_list_too_long_is_refused_whole() -> None:
    """行数过多不收。"""
    with pytest.raises(Invalid, match="too_many_rows"):
        read_rows([row(*GOOD)] * (MOST_ROWS + 1))


words = st.text(st.characters(categories=["Lo"], max_codepoint=0x9FFF, min_codepoint=0x4E00), min_size=1, max_size=8)


@given(
    st.lists(
        st.tuples(words, st.sampled_from(sorted(CATEGORIES)), st.lists(words, max_size=4, unique=True)),
        min_size=1,
        max_size=6,
        unique_by=lambda m: m[0],
    ),
    st.sampled_from(["自行填写", "省公安厅", "省发改委", "省国土厅"]),
)
@pytest.mark.requirement("R59")
def test_what_is_read_can_be_written_again(materials: list[tuple[str, str, list[str]]], source: str) -> None:
    """读入再写出，一行不差。"""
    rows = [
        row("省发展改革委", "备案", category, name, field, source)
        for name, category, fields in materials
        for field in fields or [""]
    ]
    assert to_rows("省发展改革委", "备案", read_rows(rows)["省发展改革委", "备案"]) == rows
