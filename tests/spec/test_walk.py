"""简报的例子 — `yiwang walk`: window to hand, on the days of 2017, departments asked over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from yiwang.catalogue.messages import Item, SourceKind
from yiwang.catalogue.seed import demo_items
from yiwang.ground.workdays import CALENDAR

KEYS = {
    *("item", "flow_kind", "number", "accepted_on", "limit", "promised_due", "legal_due", "excluded_days"),
    *("decided_on", "visits", "asked", "fetched", "acts", "result", "rating", "journal_ok"),
}


@pytest.fixture(scope="module")
def walked() -> list[dict[str, Any]]:
    """What `yiwang walk --json` printed; it must end with 0."""
    done = subprocess.run([sys.executable, "-m", "yiwang", "walk", "--json"], check=True, capture_output=True)
    cases: list[dict[str, Any]] = json.loads(done.stdout)
    return cases


@pytest.fixture(scope="module")
def single(walked: list[dict[str, Any]]) -> dict[str, Any]:
    """一个部门独立办理."""
    return walked[0]


@pytest.fixture(scope="module")
def consulting(walked: list[dict[str, Any]]) -> dict[str, Any]:
    """一个部门主办、征求意见."""
    return walked[3]


def item_named(name: str) -> Item:
    """The item as the catalogue has it."""
    return next(item for item in demo_items() if item.name == name)


def test_每一件都说清谁何时做了什么(walked: list[dict[str, Any]]) -> None:
    assert [case["flow_kind"] for case in walked] == ["single", "joint", "joint", "lead_consult"]
    for case in walked:
        assert set(case) == KEYS
        assert {"at", "actor", "organisation", "act"} == set(case["acts"][0])
        assert case["acts"] == sorted(case["acts"], key=lambda act: act["at"])
        assert case["result"]
        assert case["rating"]


@pytest.mark.requirement("R48", "R60", "R61")
def test_一个部门独立办理的_四件材料由四个部门提供(single: dict[str, Any]) -> None:
    sources = {(fetched["data_item"], fetched["source"]) for fetched in single["fetched"]}
    assert sources == {
        ("身份证", "省公安厅"),
        ("用地批复", "省国土厅"),
        ("环评批复", "省环保厅"),
        ("中标通知书", "省财政厅"),
    }
    assert single["promised_due"] == single["accepted_on"] == single["decided_on"], "即办"


@pytest.mark.requirement("R49", "K1")
def test_联合审批办结时限25工作日(walked: list[dict[str, Any]]) -> None:
    case = walked[1]
    assert (case["accepted_on"], case["limit"], case["excluded_days"]) == ("2017-08-14", "25wd", 0)
    assert case["promised_due"] == "2017-09-18"


@pytest.mark.requirement("R26", "R49", "K2")
def test_不包含专家评审时间(walked: list[dict[str, Any]]) -> None:
    case = walked[2]
    assert case["promised_due"] == "2017-09-29", "专家评审 08-21 告知、09-01 结束"
    first, last = date(2017, 8, 22), date(2017, 9, 1)
    assert case["excluded_days"] == CALENDAR.count(first, last) + 1


@pytest.mark.requirement("R50", "K4")
def test_征求意见不停钟_20个工作日(consulting: dict[str, Any]) -> None:
    consulted = [act for act in consulting["acts"] if act["act"].startswith("consult_")]
    assert [act["at"][:10] for act in consulted] == ["2017-08-23", "2017-08-25"]
    assert (consulting["limit"], consulting["promised_due"]) == ("20wd", "2017-09-11")
    assert consulting["excluded_days"] == 0


@pytest.mark.requirement("R01")
def test_最多跑一次(walked: list[dict[str, Any]]) -> None:
    assert [case["visits"] for case in walked] == [1, 1, 1, 1]


@pytest.mark.requirement("R38", "R45")
def test_政府机关以前办理过程中形成的材料都不用带(walked: list[dict[str, Any]]) -> None:
    for case in walked:
        item = item_named(case["item"])
        held = {m.name for m in item.materials if m.source.kind is SourceKind.DEPARTMENT}
        assert held
        assert not held & set(case["asked"])
        assert {fetched["data_item"] for fetched in case["fetched"]} <= held


@pytest.mark.requirement("R20", "R21", "R28")
def test_乡镇受理_省里审批(consulting: dict[str, Any]) -> None:
    acts = {act["act"]: act["organisation"] for act in consulting["acts"]}
    assert acts["accept: accept"] == "330106109.XZFW"
    assert acts["decide: grant"] == "330000.JST"
    assert acts["deliver: delivered"] == "330106109.XZFW"


@pytest.mark.requirement("R14")
def test_受理的不办理_办理的不出件(walked: list[dict[str, Any]]) -> None:
    for case in walked:
        by: dict[str, set[str]] = {}
        for act in case["acts"]:
            step, _, outcome = act["act"].partition(": ")
            if outcome and act["actor"] != "系统":
                by.setdefault(step, set()).add(act["actor"])
        deciders = set().union(*(who for step, who in by.items() if step.startswith("decide")))
        assert not by["accept"] & deciders
        assert not by["deliver"] & deciders


@pytest.mark.requirement("R05")
def test_全程留痕_首尾相接(walked: list[dict[str, Any]]) -> None:
    for case in walked:
        assert case["journal_ok"]
        assert case["acts"][0]["act"] == "case.opened"
        assert case["acts"][-1]["act"] == "case.closed"
