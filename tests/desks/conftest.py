"""办公桌夹具 — the web application in this process, with the demo's data, the departments' records and 2017's days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from yiwang import main, web
from yiwang.catalogue import service as catalogue
from yiwang.connectors.sandbox import holdings
from yiwang.connectors.sandbox.office import Office, selected
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.accounts import PASSWORD
from yiwang.demo.walk import START, SimulatedClock, Walk
from yiwang.directory import service as directory
from yiwang.front import policy
from yiwang.front.desk import COOKIE
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing import accounts, sessions
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import APP
from yiwang.plumbing.work import SHANGHAI, Engine
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed

from tests.conftest import copy_database

Client = TestClient[Litestar]


@dataclass
class Registers:
    """部门登记 — what the sandbox's departments hold, asked without the network between."""

    office: Office = field(default_factory=Office)

    def fetch(self, request: Fetch) -> Fetched:
        """One record, or none."""
        holder = self.office.holder(request.subject_kind, request.subject_identifier)
        resource = holdings.resources().get((request.line, request.resource))
        record = self.office.record(resource, holder) if holder and resource else None
        if record is None:
            raise FetchFailed("no_record", retryable=False)
        values = selected(record, request.material, request.data_items)
        return Fetched(values, str(record.version), datetime(2017, 8, 1, tzinfo=SHANGHAI), request.line)

    def tell(self, correction: Correction) -> None:
        """Every notice is taken."""


@dataclass
class Visitor:
    """来访者 — a browser without scripts: goes to pages, fills in the forms they show, keeps the last page."""

    client: Client
    engine: Engine
    page: str = ""
    at: str = "/"
    status: int = 0

    def _took(self, answer: httpx.Response) -> str:
        self.page, self.at, self.status = answer.text, answer.url.raw_path.decode(), answer.status_code
        return self.page

    def go(self, address: str) -> str:
        """Open a page."""
        return self._took(self.client.get(address))

    def log_in(self, login: str) -> str:
        """Be somebody of the demo, without the log-in page."""
        with self.engine.begin(SYSTEM) as work:
            actor = directory.actor_of(work, login, "", "test")
            held = {"actor": msgspec.to_builtins(actor), "csrf": "token of the forms", "person": {}}
            session = sessions.start(work, login, held)
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, session.token)
        return self.go(policy.home_of(actor))

    def send(self, action: str, fields: Mapping[str, Any] | None = None) -> str:
        """Send the form of the page that leads to this address, with its hidden fields and these."""
        form = next(f for f in re.findall(r"<form[^>]*>.*?</form>", self.page, re.DOTALL) if f'action="{action}"' in f)
        hidden: dict[str, list[str]] = {}
        for tag in re.findall(r'<input type="hidden"[^>]*>', form):
            name, value = (re.search(rf'{each}="([^"]*)"', tag) for each in ("name", "value"))
            assert name
            assert value
            hidden.setdefault(name[1], []).append(unescape(value[1]))
        return self._took(self.client.post(action, data={**hidden, **(fields or {})}))

    def text(self) -> str:
        """What the page says, without its tags."""
        body = re.sub(r"<(script|style|svg).*?</\1>", "", self.page.partition("<main")[2], flags=re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(scope="module")
def clock() -> SimulatedClock:
    """The clock of a file's tests; `stage` puts it back to 2017-08-14."""
    return SimulatedClock()


@pytest.fixture(scope="module")
def engine(cluster: Cluster, demo_template: str, clock: SimulatedClock) -> Iterator[Engine]:
    """One engine for the tests of a file, which keep apart by the cases they make."""
    name = f"desks_{uuid4().hex}"
    copy_database(cluster, demo_template, name)
    database = Database(cluster.conninfo(APP, name))
    yield main.engine(database, clock)
    database.close()


@pytest.fixture
def stage(engine: Engine, clock: SimulatedClock) -> Walk:
    """The engine with its clock, people and errands; errands are run by `drain`."""
    clock.go(START)
    return Walk(engine, clock, main.runners(Registers(), WebhookClient()))


@pytest.fixture(scope="module")
def site(engine: Engine) -> Litestar:
    """The application, with one account to log in with."""
    with engine.begin(SYSTEM) as work:
        accounts.create(work, "firm-1", PASSWORD, "firm-1", "public")
    shown = {"seat_name": "申请人", "name": "演示", "organisation_name": "", "login": "firm-1", "password": PASSWORD}
    return web.application(engine, secure=False, demo=[shown])


@pytest.fixture
def visitor(site: Litestar, engine: Engine) -> Iterator[Visitor]:
    """Somebody who has not logged in yet."""
    with TestClient(site) as client:
        yield Visitor(client, engine)


FILING = "其他-90001-000"
CONTENT = {
    "project_unit": "演示精工有限公司",
    "legal_representative": "样例人",
    "project_name": "演示年产一万台机床项目",
    "industry": "C34",
    "site_address": "演示省演示市样例路1号",
    "construction_period": "2017-09/2019-08",
    "content_and_scale": "新建厂房两万平方米。",
    "total_investment": "12000",
}


@dataclass
class Filing:
    """一件备案 — a firm's filing of a project, from the guide to the receipt, through the pages."""

    visitor: Visitor
    stage: Walk
    ref: str = ""

    def start(self, login: str = "firm-1", item: str = FILING, answers: Mapping[str, Any] | None = None) -> str:
        """From the guide to the form; gives the form."""
        self.visitor.log_in(login)
        self.visitor.go(f"/items/{item}?" + "&".join(f"{k}={v}" for k, v in (answers or self.answers(item)).items()))
        self.visitor.send(f"/my/apply/{item}", {"division": "330106"})
        self.ref = self.visitor.at.split("/")[2]
        self.stage.drain()
        return self.visitor.go(f"/my/{self.ref}/form")

    def answers(self, item: str) -> dict[str, str]:
        """The first option of every question."""
        with self.stage.engine.begin(SYSTEM) as work:
            questions = catalogue.published(work, item).item.questions
        return {f"q.{q.code}": q.options[-1].value for q in questions}

    def hand_in(self, **changed: str) -> str:
        """Fill in, check, submit; gives the confirmation."""
        self.visitor.send(f"/my/{self.ref}/form", {**CONTENT, "delivery": "e_licence", "address": "", **changed})
        assert self.visitor.at.endswith("/check"), self.visitor.text()
        return self.visitor.send(f"/my/{self.ref}/submit")


@pytest.fixture
def filing(visitor: Visitor, stage: Walk) -> Filing:
    """A firm that files a project."""
    return Filing(visitor, stage)
