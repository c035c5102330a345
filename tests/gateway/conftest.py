"""接口夹具 — clients over real HTTP to the demo, each in the name of somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from yiwang.connectors.sandbox import roster

from tests.conftest import Demo

QUALIFICATION = "许可-90014-000"


@dataclass(frozen=True, slots=True)
class Client:
    """一个客户端: asks in one account's name; every unsafe request has a key of its own unless one is given."""

    http: httpx2.Client

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Read."""
        return self.http.get(f"/api/v1{path}", params=query)

    def post(self, path: str, body: Any, key: str = "") -> httpx2.Response:
        """Act."""
        return self.http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key or str(uuid4())})

    def done(self, path: str, body: Any) -> Any:
        """Act, and what was answered; it must have been done."""
        answer = self.post(path, body)
        assert answer.is_success, answer.text
        return answer.json()


As = Callable[..., Client]


@pytest.fixture
def by(demo: Demo) -> Iterator[As]:
    """`by("clerk-330106109")` asks in that account's name; `by("client-jst", officer="…")` for an officer."""
    opened: list[httpx2.Client] = []

    def client(login: str, officer: str = "") -> Client:
        headers = dict(demo.accounts[login]["headers"])
        if officer:
            headers["Acting-Officer"] = officer
        opened.append(httpx2.Client(base_url=demo.address, headers=headers, timeout=30, trust_env=False))
        return Client(opened[-1])

    yield client
    for http in opened:
        http.close()


def draft(firm: int, division: str = "330106109") -> dict[str, Any]:
    """What a window sends to begin the qualification of a firm."""
    who = roster.firm(firm)
    return {
        "item": QUALIFICATION,
        "kind": "firm",
        "identifier": who.identifier,
        "name": who.name,
        "division": division,
        "answers": {"categories": ["highway"], "titles": "yes"},
    }


FORM = {
    "enterprise": "演示企业",
    "technical_lead": "样例负责人",
    "grade": "一级",
    "contact": "样例联系人",
    "contact_phone": "19900000001",
    "works": "演示大桥",
}


@pytest.fixture
def taken_in(by: As) -> Callable[[int], str]:
    """Takes the qualification of a firm in at the township window and gives the case's reference."""

    def take(firm: int) -> str:
        clerk = by("clerk-330106109")
        drafted = clerk.done("/applications", draft(firm))
        ref: str = drafted["ref"]
        clerk.done(f"/applications/{ref}/submission", {"form": FORM})
        needs = clerk.get(f"/items/{QUALIFICATION}/needs", answer=["categories=highway", "titles=yes"]).json()
        brought = {need["material"]: need["checkpoints"] for need in needs["bring"]}
        clerk.done(f"/applications/{ref}/acceptance", {"brought": brought})
        return ref

    return take
