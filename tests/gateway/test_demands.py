"""接口督办 — a supervisor's program demands words, the post answers, the list tells what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gateway.conftest import As

pytestmark = pytest.mark.slow


@pytest.mark.requirement("R52")
def test_a_demand_and_its_answer(by: As, taken_in: Callable[[int], str]) -> None:
    """督办、逐级可见、书面答复。"""
    ref = taken_in(31)
    supervisor, handler = by("supervisor"), by("client-jst", "jst-handler-330000")
    task = handler.get(f"/cases/{ref}").json()["tasks"][0]["task"]
    body = {"words": "请说明原因", "days": 2}
    assert handler.post(f"/cases/{ref}/tasks/{task}/demand", body).status_code == 403
    assert supervisor.post(f"/cases/{ref}/tasks/{task}/demand", {**body, "days": 31}).status_code == 400
    supervisor.done(f"/cases/{ref}/tasks/{task}/demand", body)
    assert supervisor.post(f"/cases/{ref}/tasks/{task}/demand", body).json()["code"] == "aside.asked_already"
    (row,) = handler.get(f"/cases/{ref}/demands").json()["rows"]
    assert (row["words"], row["outcome"], row["now_post"]) == ("请说明原因", "", row["post"])
    assert any(r["step_kind"] == "demand" and r["ref"] == ref for r in handler.get("/tasks", limit=100).json()["rows"])
    assert [r["ref"] for r in supervisor.get("/demands", which="open").json()["rows"]] == [ref]
    answered = handler.done(f"/cases/{ref}/demands/{row['demand']}/answer", {"words": "明日办结"})["rows"][0]
    assert (answered["outcome"], answered["answer"], answered["now_due"]) == ("answered", "明日办结", None)
    assert supervisor.get("/demands", which="open").json()["total"] == 0
    assert handler.get("/demands").status_code == 403


@pytest.mark.requirement("R26")
def test_a_deputy_by_dates(by: As) -> None:
    """指定、列出、终止代理；别家的看不到。"""
    handler = by("client-jst", "jst-handler-330000")
    body = {"principal": "jst-handler-330000", "post": "330000.JST#1", "deputy": "jst-reviewer-330000"}
    days = {"since": "2098-01-06", "last": "2098-01-10"}
    assert (
        handler.post("/deputies", {**body, **days, "since": "2098-02-01"}).json()["code"] == "directory.deputy_period"
    )
    made = handler.done("/deputies", {**body, **days, "reason": "出差"})
    assert (made["since"], made["last"]) == ("2098-01-06", "2098-01-10")
    assert made["id"] in [r["id"] for r in by("jst-head-330000").get("/deputies").json()["rows"]]
    assert by("zjj-head-330000").post(f"/deputies/{made['id']}/end", {}).status_code == 404
    rows = handler.done(f"/deputies/{made['id']}/end", {})["rows"]
    assert [r["ended_by"] for r in rows if r["id"] == made["id"]] == ["jst-handler-330000"]


def test_a_capsule_and_when_each_department_accepted(by: As, taken_in: Callable[[int], str]) -> None:
    """胶囊可以从接口下载，办理部门不能；各部门受理时间在办件里。"""
    ref = taken_in(32)
    answer = by("supervisor").get(f"/cases/{ref}/capsule")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.content[:2] == b"PK"
    assert by("jst-handler-330000").get(f"/cases/{ref}/capsule").status_code == 403
    case = by("jst-handler-330000").get(f"/cases/{ref}").json()
    (accepted,) = case["accepted"]
    assert (accepted["organisation"], accepted["after"]) == ("330000.JST", "")
    assert accepted["at"] == case["accepted_at"]
