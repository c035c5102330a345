"""接口办件 — the same acts as on the pages, by a department's own system, over real HTTP."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest

from yiwang.connectors.sandbox import roster

from tests.gateway.conftest import QUALIFICATION, As, Client, draft

pytestmark = pytest.mark.slow
STRANGERS = ("clerk-330302", "scjg-handler-330106", "citizen-1", "firm-1", "evaluator", "sysadmin")


def task_of(client: Client, ref: str) -> str:
    """The task of a case that waits for this client."""
    rows = [row for row in client.get("/tasks", limit=100).json()["rows"] if row["ref"] == ref]
    assert len(rows) == 1, rows
    task: str = rows[0]["task"]
    return task


def act(client: Client, ref: str, verb: str, **body: Any) -> Any:
    """Do what waits."""
    return client.done(f"/cases/{ref}/tasks/{task_of(client, ref)}/{verb}", body)


@pytest.mark.requirement("R14", "R20", "R28", "R41", "R50")
def test_a_departments_own_system_works_a_case_to_its_end(by: As, taken_in: Callable[[int], str]) -> None:
    ref = taken_in(3)
    handler = by("client-jst", "jst-handler-330000")
    act(handler, ref, "review", outcome="pass", words="齐全。")
    act(by("jtt-handler-330000"), ref, "reply", outcome="conditional", words="同意。", conditions="三个月内检定")
    act(handler, ref, "review", outcome="pass", words="符合。")
    act(by("client-jst", "jst-reviewer-330000"), ref, "review", outcome="pass", words="同意。")
    after = act(by("client-jst", "jst-decider-330000"), ref, "decision", outcome="grant")
    assert after["status"] == "ready"
    by("issuer-330106109").done(f"/applications/{ref}/delivery", {})
    thread = by("supervisor").get(f"/cases/{ref}/thread").json()["rows"]
    assert [row["seq"] for row in thread] == list(range(1, len(thread) + 1))
    assert thread[-1]["act"] == "case.closed"


def test_a_client_acts_for_officers_of_its_own_organisation_only(by: As) -> None:
    assert by("client-jst", "jst-handler-330000").get("/me").json()["person"] == "jst-handler-330000"
    assert by("client-jst", "jtt-handler-330000").get("/me").json()["code"] == "gateway.other_organisation"
    assert by("jst-handler-330000", "jst-decider-330000").get("/me").json()["code"] == "gateway.not_a_client"
    assert by("client-jst").get("/tasks").status_code == 403


def test_forty_calls_with_one_key_make_one_object_with_one_answer(by: As) -> None:
    clerk, key = by("clerk-330106109"), str(uuid4())
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: clerk.post("/applications", draft(7), key), range(40)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert clerk.post("/applications", draft(8), key).status_code == 409


FILING = "其他-90001-000"
PROJECT = {
    "project_unit": "演示单位",
    "legal_representative": "样例法人",
    "project_name": "演示项目",
    "industry": "M7450",
    "site_address": "演示省演示市样例路1号",
    "construction_period": "2026-12/2028-06",
    "content_and_scale": "新建演示楼一幢",
    "total_investment": "5600",
}


def test_of_forty_decisions_one_wins(by: As) -> None:
    clerk, decider, who = by("clerk-330106"), by("fgw-decider-330106"), roster.firm(9)
    subject = {"kind": "firm", "identifier": who.identifier, "name": who.name}
    new = {"item": FILING, "division": "330106", "answers": {"imports": "no"}} | subject
    ref = clerk.done("/applications", new)["ref"]
    clerk.done(f"/applications/{ref}/submission", {"form": PROJECT})
    clerk.done(f"/applications/{ref}/acceptance", {})
    task = task_of(decider, ref)
    body = {"outcome": "grant"}
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: decider.post(f"/cases/{ref}/tasks/{task}/decision", body), range(40)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 39
    decided = [
        act for act in by("supervisor").get(f"/cases/{ref}/thread").json()["rows"] if "decide" in str(act["facts"])
    ]
    assert len(decided) == 1


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("login", STRANGERS)
def test_anothers_case_is_as_if_it_were_not_there(by: As, taken_in: Callable[[int], str], login: str) -> None:
    ref = taken_in(11)
    stranger = by(login)
    number = by("supervisor").get(f"/cases/{ref}").json()["number"]
    for path in (f"/cases/{ref}", f"/cases/{ref}/thread", f"/applications/{ref}"):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get("/cases", number=number).status_code == 404
    listed = stranger.get("/tasks", q=number)
    assert listed.status_code == 403 or listed.json()["total"] == 0
    mine = stranger.get("/applications")
    assert mine.status_code == 403 or ref not in mine.text


@pytest.mark.requirement("R14")
def test_nobody_writes_in_anothers_application(by: As) -> None:
    own = {"item": "其他-90001-000", "division": "330106", "answers": {"imports": "no"}}
    ref = by("firm-1").done("/applications", own)["ref"]
    clerk, issuer = by("clerk-330106"), by("issuer-330106")
    assert clerk.get(f"/applications/{ref}").status_code == 200
    bodies: dict[str, Any] = {"form": {"form": {}}, "submission": {"form": {}}, "answers": {"answers": {}}}
    for who in (clerk, issuer):
        for path, body in bodies.items():
            assert who.post(f"/applications/{ref}/{path}", body).status_code == 403, path


def test_an_unsafe_request_needs_a_key(by: As) -> None:
    answer = by("clerk-330106109").http.post("/api/v1/applications", json=draft(12))
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_problem_says_what_and_where_in_the_askers_language(by: As) -> None:
    clerk = by("clerk-330106109")
    wrong = draft(12) | {"answers": {"categories": ["highway"]}}
    answer = clerk.post("/applications", wrong)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "catalogue.answers"
    assert [error["pointer"] for error in problem["errors"]] == ["/titles"]
    clerk.http.headers["accept-language"] = "en"
    assert clerk.post("/applications", wrong).json()["status"] == 422


def test_a_misspelt_field_is_named(by: As) -> None:
    answer = by("clerk-330106109").post("/applications", draft(12) | {"divsion": "1"})
    assert answer.status_code == 400
    assert "divsion" in answer.text


def test_needs_split_into_write_bring_and_held(by: As) -> None:
    path = f"/items/{QUALIFICATION}/needs"
    needs = by("firm-1").get(path, answer=["categories=highway", "titles=yes"]).json()
    assert {need["name"] for need in needs["held"]} >= {"营业执照", "身份证"}
    assert all(need["source"] for need in needs["held"])


class Listener:
    """Answers like a department's system that fails at first."""

    def __init__(self) -> None:
        self.heard: Queue[tuple[dict[str, str], bytes]] = Queue()
        queue, failures = self.heard, [503]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(failures.pop() if failures else 204)
                self.end_headers()
                queue.put(({k.lower(): v for k, v in self.headers.items()}, body))

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_events_come_signed_and_again_until_heard(by: As, taken_in: Callable[[int], str]) -> None:
    listener, secret = Listener(), "s" * 32
    client = by("client-jst")
    hook = client.done("/webhooks", {"url": listener.url, "secret": secret, "events": ["case.accepted"]})
    assert "secret" not in hook
    ref = taken_in(13)
    first, second = (listener.heard.get(timeout=30) for _ in range(2))
    assert first[1] == second[1], "what was not heard comes again"
    headers, body = second
    event = json.loads(body)
    assert (event["type"], event["data"]["ref"]) == ("gov.yiwang.case.accepted.v1", ref)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    seal = b64encode(digest(secret.encode(), signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{seal}"
    gone = client.http.delete(f"/api/v1/webhooks/{hook['id']}", headers={"Idempotency-Key": str(uuid4())})
    assert gone.status_code == 200
    assert client.get("/webhooks").json()["rows"] == []
    listener.server.shutdown()
    listener.server.server_close()
