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
