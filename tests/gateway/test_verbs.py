"""接口办件动作 — a task goes from hand to hand over real HTTP, and a hundred decisions at once tell of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.gateway.conftest import As, Client

pytestmark = pytest.mark.slow
HANDLER, COLLEAGUE, HEAD = "jst-handler-330000", "jst-colleague-330000", "jst-head-330000"


def the_task(client: Client, ref: str) -> dict[str, Any]:
    """The one open task of a case."""
    tasks = client.get(f"/cases/{ref}").json()["tasks"]
    assert len(tasks) == 1, tasks
    found: dict[str, Any] = tasks[0]
    return found


def test_a_task_goes_from_hand_to_hand(by: As, taken_in: Callable[[int], str]) -> None:
    """领取、委派、交回、加签、签署、催办、转办、放回、办结、撤回，一个接一个。"""
    ref = taken_in(21)
    handler, colleague, head = by("client-jst", HANDLER), by(COLLEAGUE), by(HEAD)
    at = f"/cases/{ref}/tasks/{the_task(handler, ref)['task']}"
    handler.done(f"{at}/claim", {})
    lent = handler.done(f"{at}/delegate", {"to": COLLEAGUE, "words": "请核"})["tasks"][0]
    assert (lent["holder"], lent["lenders"]) == (COLLEAGUE, [HANDLER])
    assert colleague.post(f"{at}/review", {"outcome": "pass"}).json()["code"] == "case.delegated"
    colleague.done(f"{at}/hand-back", {"words": "属实"})
    handler.done(f"{at}/signers", {"person": HEAD, "words": "请看"})
    assert handler.post(f"{at}/review", {"outcome": "pass"}).json()["code"] == "case.signers_open"
    row = next(row for row in head.get("/tasks", limit=100).json()["rows"] if row["ref"] == ref)
    assert (row["role"], row["task"] in at) == (f"@{HEAD}", False)
    signed = head.done(f"/cases/{ref}/tasks/{row['task']}/signature", {"outcome": "agree", "words": "可以"})
    assert [(s["person"], s["outcome"]) for s in signed["tasks"][0]["seats"]] == [(HEAD, "agree")]
    assert by("supervisor").done(f"{at}/urge", {"words": "请快办"})["tasks"][0]["urged"] == 1
    assert by("supervisor").post(f"{at}/urge", {"words": "请快办"}).json()["code"] == "case.urged_already"
    assert head.done(f"{at}/transfer", {"to": COLLEAGUE, "words": "调整"})["tasks"][0]["holder"] == COLLEAGUE
    assert colleague.done(f"{at}/release", {})["tasks"][0]["holder"] == ""
    assert handler.post(f"{at}/review", {"outcome": "pass", "words": "齐全"}).is_success
    back = handler.done(f"/cases/{ref}/take-back", {"step": "review", "reason": "漏核"})
    assert [(t["step"], t["holder"]) for t in back["tasks"]] == [("review", HANDLER)]
    acts = [row["act"] for row in by("supervisor").get(f"/cases/{ref}/thread").json()["rows"]]
    for act in ("task.delegated", "task.handed_back", "signer.added", "step.signed", "task.urged", "step.taken_back"):
        assert act in acts


def test_recused_and_terminated(by: As, taken_in: Callable[[int], str]) -> None:
    """回避以后什么都不能办；终止以后申请人读得到理由。"""
    ref = taken_in(22)
    handler = by(HANDLER)
    task = the_task(handler, ref)["task"]
    handler.done(f"/cases/{ref}/recusal", {"person": HANDLER, "reason": "近亲属"})
    assert handler.post(f"/cases/{ref}/tasks/{task}/claim", {}).json()["code"] == "case.recused"
    body = {"reason": "申请人主体灭失", "clause": "行政许可法 70"}
    assert handler.post(f"/cases/{ref}/termination", body).status_code == 403
    assert by("jst-decider-330000").done(f"/cases/{ref}/termination", body)["status"] == "terminated"


def test_many_decisions_at_once_each_its_own(by: As, taken_in: Callable[[int], str]) -> None:
    """每件各有理由，一件不成不误别件；同一个键再发，办过的不再办。"""
    handler, key = by(HANDLER), str(uuid4())
    refs = [taken_in(number) for number in (23, 24)]
    tasks = [the_task(handler, ref)["task"] for ref in refs]
    rows = [
        {"ref": r, "task": t, "outcome": "pass", "words": f"第{n}件"}
        for n, (r, t) in enumerate(zip(refs, tasks, strict=True))
    ]
    stranger = {"ref": f"1-{uuid4()}", "task": str(uuid4()), "outcome": "pass"}
    wrong = {"ref": refs[0], "task": str(uuid4()), "outcome": "pass"}
    for again in range(2):
        report = handler.post("/decisions", {"rows": [rows[0], stranger, wrong, rows[1]]}, key).json()
        assert report["done"] == 2, again
        assert [row["code"] for row in report["rows"]] == ["", "case.unknown", "case.task_gone", ""]
        assert report["rows"][1]["detail"]
    assert handler.post("/decisions", {"rows": [rows[0]]}).json()["rows"][0]["code"] == "case.task_gone"
    assert handler.post("/decisions", {"rows": rows * 51}).status_code == 400
    thread = by("supervisor").get(f"/cases/{refs[0]}/thread").json()["rows"]
    assert [row["facts"].get("step") for row in thread].count("review") == 1


def test_who_else_is_looking(by: As, taken_in: Callable[[int], str]) -> None:
    """两人看一件，互相看得见。"""
    ref = taken_in(25)
    assert by(HANDLER).get(f"/cases/{ref}/presence").json()["rows"] == []
    assert [row["person"] for row in by(COLLEAGUE).get(f"/cases/{ref}/presence").json()["rows"]] == [HANDLER]
    assert by("scjg-handler-330106").get(f"/cases/{ref}/presence").status_code == 404
