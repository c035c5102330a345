"""看不见的办件 — another county's clerk, another department, another applicant: no page, act, search shows it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.web.conftest import CLERK, Served

STRANGERS = (
    "clerk-330302",
    "issuer-330106",
    "scjg-handler-330106",
    "jst-head-330000",
    "citizen-1",
    "firm-1",
    "evaluator",
)
PAGES = (
    "/cases/{ref}/capsule",
    "/window/{ref}",
    "/window/{ref}/receipt",
    "/my/{ref}",
    "/my/{ref}/form",
    "/desk/{ref}",
    "/supervision/{ref}",
)
OPINION = {"outcome": "pass", "words": "符合。"}
ACTS: dict[str, dict[str, Any]] = {
    "/applications/{ref}/answers": {"answers": {"titles": "no"}},
    "/applications/{ref}/form": {"form": {"grade": "特级"}},
    "/applications/{ref}/submission": {"form": {}},
    "/applications/{ref}/acceptance": {},
    "/applications/{ref}/correction-notice": {"lacks": [{"material": "x", "what": "缺"}]},
    "/applications/{ref}/correction": {"form": {}},
    "/applications/{ref}/refusal": {"reason": "不属职责"},
    "/applications/{ref}/withdrawal": {},
    "/applications/{ref}/delivery": {},
    "/applications/{ref}/rating": {"grade": "satisfied"},
    "/cases/{ref}/extension": {"reason": "延期"},
    "/cases/{ref}/take-back": {"step": "review", "reason": "漏核"},
    "/cases/{ref}/recusal": {"person": "jst-handler-330000", "reason": "近亲属"},
    "/cases/{ref}/termination": {"reason": "主体灭失", "clause": "行政许可法 70"},
    "/cases/{ref}/tasks/{task}/claim": {},
    "/cases/{ref}/tasks/{task}/release": {},
    "/cases/{ref}/tasks/{task}/transfer": {"to": "jst-colleague-330000", "words": "转办"},
    "/cases/{ref}/tasks/{task}/delegate": {"to": "jst-colleague-330000", "words": "委派"},
    "/cases/{ref}/tasks/{task}/hand-back": {"words": "办毕"},
    "/cases/{ref}/tasks/{task}/signers": {"person": "jst-reviewer-330000", "words": "加签"},
    "/cases/{ref}/tasks/{task}/signers/drop": {"person": "jst-reviewer-330000"},
    "/cases/{ref}/tasks/{task}/signature": {"outcome": "agree", "words": "同意"},
    "/cases/{ref}/tasks/{task}/urge": {"words": "催办"},
    "/cases/{ref}/tasks/{task}/recall": {"reason": "不需要"},
    "/cases/{ref}/tasks/{task}/review": OPINION,
    "/cases/{ref}/tasks/{task}/reply": OPINION,
    "/cases/{ref}/tasks/{task}/decision": OPINION,
    "/cases/{ref}/tasks/{task}/special/start": {"days_needed": 5},
    "/cases/{ref}/tasks/{task}/special/end": OPINION,
    "/cases/{ref}/tasks/{task}/document": {},
    "/cases/{ref}/tasks/{task}/experts": {},
    "/cases/{ref}/tasks/{task}/guidance": {"reason": "怎样核对？"},
    "/cases/{ref}/tasks/{task}/extension-request": {"reason": "案情复杂"},
    "/cases/{ref}/tasks/{task}/experts/replacement": {"leaving": {"E001": "出差"}},
    "/cases/{ref}/tasks/{task}/return": {"to": "accept", "reason": "退回"},
}
# The head of the deciding department may know of the case, and extend it.
CONCERNED = ("jst-head-330000",)


def hidden(answer: httpx2.Response) -> bool:
    """Whether an answer says no more than that there is no such thing, or nothing for this seat."""
    return answer.status_code in (403, 404)


def case_now(served: Served, ref: str) -> Any:
    """The case as the clerk who took it in sees it."""
    with served.client() as program:
        headers = {"authorization": f"Bearer {served.tokens[CLERK]}"}
        return program.get(f"/api/v1/cases/{ref}", headers=headers).json()


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("login", [s for s in STRANGERS if s not in CONCERNED])
def test_no_page_and_no_act_reaches_it(served: Served, real: dict[str, str], login: str) -> None:
    before = case_now(served, real["ref"])
    with served.client(login) as browser:
        for page in PAGES:
            assert hidden(browser.get(page.format(**real))), page
        for act, body in ACTS.items():
            headers = {"authorization": f"Bearer {served.tokens[login]}", "idempotency-key": str(uuid4())}
            assert hidden(browser.post(f"/api/v1{act.format(**real)}", json=body, headers=headers)), act
    assert case_now(served, real["ref"]) == before


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("login", STRANGERS)
@pytest.mark.parametrize("sought", ["number", "applicant"])
def test_no_search_and_no_count_knows_of_it(served: Served, real: dict[str, str], login: str, sought: str) -> None:
    with served.client(login) as browser:
        for page in ("/window", "/desk", "/supervision", "/my", "/ratings"):
            answer = browser.get(page, params={"q": real[sought]}, follow_redirects=True)
            assert hidden(answer) or real["ref"] not in answer.text, page
        headers = {"authorization": f"Bearer {served.tokens[login]}"}
        tasks = browser.get("/api/v1/tasks", params={"q": real[sought]}, headers=headers)
        assert hidden(tasks) or tasks.json() == {"total": 0, "rows": []}
        if login not in CONCERNED:
            assert hidden(browser.get("/api/v1/cases", params={"number": real["number"]}, headers=headers))


def test_whoever_takes_part_sees_it(served: Served, real: dict[str, str]) -> None:
    for login, page in (
        (CLERK, "/window/{ref}"),
        ("jst-handler-330000", "/desk/{ref}"),
        ("supervisor", "/supervision/{ref}"),
    ):
        with served.client(login) as browser:
            assert browser.get(page.format(**real)).status_code == 200, login
