"""部门所存 — every source that a published item declares can answer for it; all people and firms are made up."""

from __future__ import annotations

from datetime import date

import pytest

from yiwang.catalogue import seed
from yiwang.catalogue.messages import Item, Material, SourceKind
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.sandbox import holdings, roster
from yiwang.ground.identifiers import CitizenNumber, CreditCode
from yiwang.sharing.messages import Fetch, Fetched

from tests.connectors.questions import question

ITEMS = seed.demo_items()
KNOWN: dict[str, roster.Citizen | roster.Firm] = {"person": roster.person(0), "firm": roster.firm(0)}


def of_departments(item: Item) -> list[Material]:
    """All of an item's materials that departments hold, whatever the situation."""
    return [
        m
        for m in item.materials
        if SourceKind.DEPARTMENT in {m.source.kind if not m.data_items else d.source.kind for d in m.data_items or (m,)}
    ]


def asked(item: Item, material: Material, kind: str) -> Fetch:
    who = KNOWN[kind]
    return question(
        line=material.source.line,
        resource=material.resource,
        item=item.code,
        material=material.code,
        data_items=tuple(d.code for d in material.data_items) or (material.code,),
        subject_kind=kind,
        subject_identifier=who.identifier,
        subject_name=who.name,
    )


@pytest.mark.requirement("R18", "R38", "R47", "R55")
def test_every_declared_source_answers_for_every_item(departments: DepartmentClient) -> None:
    """七十五个事项声明的每个部门来源，真的问一遍，答的正好是声明的数据项。"""
    questions = [
        (item, material, kind)
        for item in ITEMS
        for material in of_departments(item)
        for kind in item.audience
        if kind in KNOWN
    ]
    assert len({item.code for item, _, _ in questions}) > 60
    for start in range(0, len(questions), 60):
        part = questions[start : start + 60]
        answers = departments.fetch_all([asked(*one) for one in part])
        for (item, material, kind), answer in zip(part, answers, strict=True):
            assert isinstance(answer, Fetched), (item.name, material.name, kind, answer)
            assert None not in answer.values.values(), (item.name, material.name)


def test_a_whole_document_is_all_that_its_resource_declares(departments: DepartmentClient) -> None:
    """整件材料就是资源声明的全部数据项。"""
    for resource in [r for r in holdings.resources().values() if r.line in ("GAT", "SCJG", "RST", "NYT")]:
        kind = "person" if resource.subject == "person" else "firm"
        who = roster.village(0) if resource.registrar == "N" else KNOWN[kind]
        found = departments.fetch(
            question(
                line=resource.line,
                resource=resource.code,
                material="all",
                data_items=("all",),
                subject_kind=kind,
                subject_identifier=who.identifier,
            )
        )
        document = found.values["all"]
        assert isinstance(document, dict)
        assert set(document) == set(resource.data_items)


def test_the_registers_agree_on_what_they_hold() -> None:
    """资源表里的数据项、条线都有定义。"""
    assert {c for r in holdings.resources().values() for c in r.data_items} <= set(holdings.data_items())
    assert {r.line for r in holdings.resources().values()} <= set(holdings.lines())


def test_people_are_made_up_and_their_numbers_right() -> None:
    """人是虚构的：没有户籍登记的 330101，校验位正确，互不相同。"""
    people = [roster.person(n) for n in range(roster.PEOPLE)]
    assert len({p.identifier for p in people}) == roster.PEOPLE
    for p in people:
        number = CitizenNumber.parse(p.identifier, today=date(2017, 8, 14))
        assert number.text.startswith("330101")
        assert f"{p.birth:%Y%m%d}" == number.text[6:14]
        assert (int(number.text[16]) % 2 == 1) == (p.sex == "男")
        assert set(p.name[1]) <= set("样例试拟")


def test_firms_are_made_up_and_their_codes_right() -> None:
    """企业是虚构的：代码含 DEM，校验位正确，互不相同。"""
    all_firms = roster.firms()
    assert len(all_firms) == roster.FIRMS + roster.VILLAGES
    for code, firm in all_firms.items():
        assert CreditCode.parse(code).text == code
        assert code[2:11] == "330101DEM"
        assert firm.name.startswith("演示")


def test_the_same_question_has_the_same_answer() -> None:
    """数据由编号算出，每次相同。"""
    for resource in holdings.resources().values():
        for n in (0, 7, 150):
            holder = holdings.Holder(roster.person(n), roster.firm(n))
            assert holdings.original(resource, holder) == holdings.original(resource, holder)
