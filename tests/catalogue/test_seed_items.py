"""种子的三个事项 — the seed's own table, row by row, and the kinds and limits of its two flow charts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from yiwang.catalogue import seed
from yiwang.catalogue.messages import Category, ClockEffect, FlowKind, Item, Silence, SourceKind, Step, StepKind
from yiwang.catalogue.rules.listing import read_rows, to_rows
from yiwang.catalogue.rules.publishing import check_publishable
from yiwang.catalogue.rules.structure import problems, signing_lines
from yiwang.ground.clock import Ground
from yiwang.ground.outcome import Refused

DEPARTMENT, FILING = "省发展改革委", "投资项目备案通知书"
JOINT, CONSULTING = "检验检测机构资质联合审批", "建筑业企业资质核准"


def seed_table() -> list[dict[str, str]]:
    """种子 二(二) 的表，六列十九行。"""
    with (Path(__file__).parent / "vectors" / "seed_table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def steps(item: Item, kind: StepKind) -> list[Step]:
    return [s for s in item.flow.steps if s.kind is kind]


@pytest.mark.requirement("R59", "R60", "R61")
def test_filing_says_row_by_row_what_the_seed_says(items: dict[str, Item]) -> None:
    """备案通知书逐行与种子的表相同。"""
    table = seed_table()
    assert len(table) == 19
    assert to_rows(DEPARTMENT, FILING, items[FILING].materials) == table


@pytest.mark.requirement("R59", "R61")
def test_the_six_columns_give_the_same_hierarchy(items: dict[str, Item]) -> None:
    """六列清单读出的层级与绘制的事项相同：材料、类别、数据项、来源。"""
    listed = read_rows(seed_table())[DEPARTMENT, FILING]
    drawn = items[FILING].materials
    assert [(m.name, m.category, [(d.name, d.source) for d in m.data_items]) for m in listed] == [
        (m.name, m.category, [(d.name, d.source) for d in m.data_items]) for m in drawn
    ]
    assert [m.source for m in listed if not m.data_items] == [m.source for m in drawn if not m.data_items]


@pytest.mark.requirement("R60")
def test_the_seed_names_four_categories(items: dict[str, Item]) -> None:
    """四类材料都在：表格、证照、批文、证明。"""
    assert {m.category for m in items[FILING].materials} == set(Category) - {Category.OTHER}


@pytest.mark.requirement("R61")
def test_one_form_mixes_who_fills_it(items: dict[str, Item]) -> None:
    """同一张表：八项自行填写，主管部门意见由办理部门填写；四件材料来自四个部门。"""
    form, equipment, *whole = items[FILING].materials
    assert [d.source.kind for d in form.data_items] == [SourceKind.SELF] * 8 + [SourceKind.HANDLER]
    assert form.data_items[-1].name == "投资项目主管部门意见"
    assert {d.source.kind for d in equipment.data_items} == {SourceKind.SELF}
    assert [(m.name, m.source.label, m.source.line) for m in whole] == [
        ("身份证", "省公安厅", "GAT"),
        ("用地批复", "省国土厅", "GTT"),
        ("环评批复", "省环保厅", "HBT"),
        ("中标通知书", "省财政厅", "CZT"),
    ]


def test_the_list_and_its_file_in_the_product_agree() -> None:
    """随系统的六列清单就是种子的表。"""
    assert [dict(row) for row in seed.seed_rows()] == seed_table()


@pytest.mark.requirement("R49", "R53")
def test_joint_approval_as_the_seed_says(items: dict[str, Item]) -> None:
    """联合审批：几个部门、二十五个工作日、不含专家评审。"""
    item = items[JOINT]
    assert (item.flow.kind, str(item.promised)) == (FlowKind.JOINT, "25wd")
    reviewing = {s.who.line for s in steps(item, StepKind.REVIEW) if s.who}
    deciding = {s.who.line for s in steps(item, StepKind.DECIDE) if s.who}
    assert reviewing == deciding == {"ZJJ", "SYJ", "JST", "JTT", "SLT", "NYT", "HBT", "WJW", "QXJ", "GAT"}
    assert [(s.clock, s.ground) for s in steps(item, StepKind.SPECIAL)] == [(ClockEffect.STOPS, Ground.EXPERT_REVIEW)]


@pytest.mark.requirement("R50", "R54")
def test_construction_qualification_as_the_seed_says(items: dict[str, Item]) -> None:
    """资质核准：一个部门主办、征求意见、二十个工作日，征求意见不停钟。"""
    item = items[CONSULTING]
    assert (item.flow.kind, str(item.promised)) == (FlowKind.LEAD_CONSULT, "20wd")
    asked = steps(item, StepKind.CONSULT)
    assert {s.who.line for s in asked if s.who} == {"JTT", "SLT", "XGB"}
    assert {(s.clock, s.silence, str(s.limit)) for s in asked} == {(ClockEffect.RUNS, Silence.DEEMED, "5wd")}
    assert [s.who.line for s in steps(item, StepKind.DECIDE) if s.who] == ["JST"]


@pytest.mark.requirement("R46", "R48")
def test_seventy_five_items_can_be_executed_as_drawn(items: dict[str, Item]) -> None:
    """七十五个事项都有一套数据、一张完整的流程图；三类流程都有。"""
    assert len(items) == 75
    assert {item.flow.kind for item in items.values()} == set(FlowKind)
    for item in items.values():
        assert item.materials
        assert problems(item.flow, frozenset(q.code for q in item.questions)) == ()
        assert signing_lines(item)[0] == item.line


@pytest.mark.requirement("R51", "V18", "V23", "V25")
def test_every_item_lacks_nothing_but_signatures(items: dict[str, Item]) -> None:
    """每个事项只差签字：差的就是流程图中的每个部门。"""
    for item in items.values():
        with pytest.raises(Refused) as refused:
            check_publishable(item, ())
        assert (refused.value.code, refused.value.facts["lines"]) == ("catalogue.unsigned", signing_lines(item))


@pytest.mark.requirement("R12", "R14", "R33", "SOD2", "SOD15")
def test_accepting_deciding_and_supervising_are_apart_in_every_chart(items: dict[str, Item]) -> None:
    """每张图都由中心受理、部门决定、中心出件、纳入监管；即办件也不由受理人决定；一件事的各件按各自的图决定、监管。"""
    by_code = {item.code: item for item in items.values()}
    for item in items.values():
        where = {s.kind: {t.who.line for t in steps(item, s.kind) if t.who} for s in item.flow.steps}
        assert where[StepKind.ACCEPT] == where[StepKind.DELIVER] == {"XZFW"}
        assert item.supervisor
        if of_others := steps(item, StepKind.SUBCASE):
            assert {s.who.line for s in of_others if s.who} == {by_code[s.item].line for s in of_others}
            continue
        assert where[StepKind.DECIDE]
        assert "XZFW" not in where[StepKind.DECIDE] | where.get(StepKind.REVIEW, set())
        assert StepKind.SUPERVISE in where
        assert "clerk" not in {s.who.role for s in steps(item, StepKind.DECIDE) if s.who}
