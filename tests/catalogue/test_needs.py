"""要什么 — whatever the answers, nobody is asked for what government holds, and nothing is lost between the lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.catalogue.messages import Condition, DataItem, Item, Material, Source, SourceKind
from yiwang.catalogue.rules.form import check_form
from yiwang.catalogue.rules.needs import Answers, check_answers, holds, needs
from yiwang.catalogue.seed import demo_items
from yiwang.ground.outcome import Invalid

ITEMS = demo_items()
BY_NAME = {item.name: item for item in ITEMS}


@st.composite
def applications(draw: st.DrawFn) -> tuple[Item, Answers]:
    """Any item, in any situation; some of its materials are now said to be held by somebody else."""
    item = draw(st.sampled_from(ITEMS))
    answers: dict[str, str | tuple[str, ...]] = {}
    for question in item.questions:
        options = [o.value for o in question.options]
        if question.several:
            answers[question.code] = tuple(draw(st.lists(st.sampled_from(options), min_size=1, unique=True)))
        else:
            answers[question.code] = draw(st.sampled_from(options))
    kinds = st.sampled_from(list(SourceKind))
    materials = tuple(_owned(m, draw(st.none() | kinds), draw(st.none() | kinds)) for m in item.materials)
    return replace(item, materials=materials), answers


def _owned(material: Material, whole: SourceKind | None, last: SourceKind | None) -> Material:
    if whole is not None:
        material = replace(material, source=_source(whole))
    if last is not None and material.data_items:
        *rest, field = material.data_items
        material = replace(material, data_items=(*rest, replace(field, source=_source(last))))
    return material


def _source(kind: SourceKind) -> Source:
    return Source(kind=kind, label="x", line="GAT" if kind is SourceKind.DEPARTMENT else "")


@given(applications())
@pytest.mark.requirement("R38", "R45", "R61", "V19")
def test_nobody_is_asked_for_what_government_holds(case: tuple[Item, Answers]) -> None:
    """任何情形下，来源是部门的材料和数据项都不向申请人要。"""
    item, answers = case
    check_answers(item, answers)
    found = needs(item, answers)
    asked = [m.source for m in found.bring] + [d.source for d in found.fields]
    assert {s.kind for s in asked} <= {SourceKind.SELF}
    assert all(m.source.kind is SourceKind.DEPARTMENT for m in found.held)
    held = {d.code for m in found.held for d in m.data_items}
    written = {code for code in held if code not in {d.code for d in found.fields}}
    for code in written:
        with pytest.raises(Invalid) as invalid:
            check_form(item, answers, {code: "自报"})
        assert (code, "field.not_yours") in {(e.field, e.code) for e in invalid.value.errors}


@given(applications())
@pytest.mark.requirement("R46")
def test_nothing_is_lost_between_the_lists(case: tuple[Item, Answers]) -> None:
    """情形内的每件材料、每个数据项恰在其来源的清单中。"""
    item, answers = case
    found = needs(item, answers)
    there = [m for m in item.materials if holds(m.when, answers)]
    lists = {SourceKind.SELF: found.fill, SourceKind.DEPARTMENT: found.held, SourceKind.HANDLER: found.handler}
    for kind, listed in lists.items():
        assert [(m.code, d.code) for m in listed for d in m.data_items] == [
            (m.code, d.code) for m in there for d in m.data_items if d.source.kind is kind
        ]
    whole = {m.code for m in there if not m.data_items and m.source.kind is SourceKind.SELF}
    assert {m.code for m in found.bring} == whole


def test_a_situation_decides_what_is_needed() -> None:
    """不进口设备就不要进口设备清单和批文。"""
    item = BY_NAME["投资项目备案通知书"]
    plain, imports = needs(item, {"imports": "no"}), needs(item, {"imports": "yes"})
    assert [m.name for m in plain.fill] == ["项目备案通知书"]
    assert [m.name for m in plain.held] == ["身份证"]
    assert [m.name for m in imports.fill] == ["项目备案通知书", "进口设备清单"]
    assert [m.name for m in imports.held] == ["身份证", "用地批复", "环评批复", "中标通知书"]
    assert not plain.bring
    assert not imports.bring
    assert [d.name for m in plain.handler for d in m.data_items] == ["投资项目主管部门意见"]


@pytest.mark.parametrize(
    "answers, errors",
    [
        ({}, {("imports", "field.required")}),
        ({"imports": ""}, {("imports", "field.required")}),
        ({"imports": "perhaps"}, {("imports", "field.choice")}),
        ({"imports": ("yes", "no")}, {("imports", "field.choice")}),
        ({"imports": "yes", "moon": "yes"}, {("moon", "field.unknown")}),
    ],
)
def test_answers_are_checked(answers: dict[str, Any], errors: set[tuple[str, str]]) -> None:
    """答案只能是给出的选项。"""
    with pytest.raises(Invalid) as invalid:
        check_answers(BY_NAME["投资项目备案通知书"], answers)
    assert {(e.field, e.code) for e in invalid.value.errors} == errors


def test_an_unanswered_condition_never_holds() -> None:
    """没有回答的情形不成立。"""
    assert holds(None, {})
    assert not holds(Condition(question="a", values=("x",)), {})
    assert not holds(Condition(question="a", values=("x",)), {"a": ()})
    assert holds(Condition(question="a", values=("x", "y")), {"a": ("z", "y")})


@pytest.mark.parametrize(
    "kind, good, bad",
    [
        ("money", {"1,000.50": "1000.5", "0": "0"}, ["-1", "NaN", "Infinity", "1e99", "一"]),
        ("integer", {"3": "3"}, ["3.5", "-3"]),
        ("date", {"2017-08-14": "2017-08-14"}, ["2017-02-30", "14.8.2017"]),
        ("period", {"2017-09 至 2019-08": "2017-09/2019-08"}, ["2019-08/2017-09", "2017-13/2019-01"]),
        ("code", {"x" * 40: "x" * 40}, ["x" * 41]),
    ],
)
def test_values_are_brought_into_normal_writing(kind: str, good: dict[str, str], bad: list[str]) -> None:
    """按类型校验，写成规范形式。"""
    field = DataItem(code="f", name="f", type=kind, source=Source(kind=SourceKind.SELF, label="自行填写"))
    template = BY_NAME["投资项目备案通知书"]
    item = replace(template, materials=(replace(template.materials[0], data_items=(field,)),))
    answers = {"imports": "no"}
    assert {text: check_form(item, answers, {"f": text})["f"] for text in good} == good
    for text in bad:
        with pytest.raises(Invalid):
            check_form(item, answers, {"f": text})
