"""入门测试 — tries count before they are hashed, a log-in gives a new session, and logs say nothing about anybody."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock
from typing import Literal

import pytest
import structlog
from argon2 import PasswordHasher
from litestar.testing import TestClient

from yiwang.demo.walk import SimulatedClock
from yiwang.front.watch import Watch
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import accounts, sessions, telemetry
from yiwang.plumbing.work import Engine
from yiwang.web import application

LOGIN, PASSWORD = "clerk-330106109", "demo-2017"
HERE = {"origin": "http://testserver.local"}
NUMBER, MOBILE, NAME = "330106199001011234", "13800138000", "欧阳样例"


class Watched(PasswordHasher):
    """Counts how many passwords are looked at, and how many of them at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=1024)
        self.calls = self.now = self.most = 0
        self.lock = Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 — the library's word
        with self.lock:
            self.calls, self.now = self.calls + 1, self.now + 1
            self.most = max(self.most, self.now)
        try:
            return super().verify(hash, password)
        finally:
            with self.lock:
                self.now -= 1


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The hasher, quicker than a real one and watched."""
    watched = Watched()
    monkeypatch.setattr(accounts, "_hasher", watched)
    return watched


@pytest.fixture
def client(engine: Engine, hasher: Watched) -> Iterator[TestClient[Watch]]:
    """A browser without pages, with one account that exists."""
    with engine.begin(SYSTEM) as work:
        accounts.create(work, LOGIN, PASSWORD, LOGIN, "staff", secret=hasher.hash(PASSWORD))
    with TestClient(Watch(application(engine, secure=False))) as opened:
        yield opened


def tried(engine: Engine, password: str = "wrong", address: str = "10.0.0.1") -> str:
    """What a try comes to."""
    try:
        accounts.check(engine, address, LOGIN, password)
    except Refused as refusal:
        return refusal.code
    return "right"


def test_many_guesses_at_once_are_no_more_than_a_few(engine: Engine, hasher: Watched) -> None:
    """Forty at once: no more than the free ones are hashed, never more than two at a time."""
    together = Barrier(40)

    def guess() -> str:
        together.wait()
        return tried(engine)

    with ThreadPoolExecutor(40) as pool:
        said = [f.result() for f in [pool.submit(guess) for _ in range(40)]]
    assert said.count("account.wrong") == hasher.calls == accounts.FREE
    assert said.count("account.wait") == 40 - accounts.FREE
    assert 1 <= hasher.most <= 2


def test_who_waits_long_enough_may_try_again(engine: Engine, hasher: Watched, clock: SimulatedClock) -> None:
    with engine.begin(SYSTEM) as work:
        accounts.create(work, LOGIN, PASSWORD, LOGIN, "staff", secret=hasher.hash(PASSWORD))
    assert [tried(engine) for _ in range(accounts.FREE + 1)] == ["account.wrong"] * accounts.FREE + ["account.wait"]
    assert tried(engine, PASSWORD, "10.0.0.2") == "account.wait"
    clock.now += timedelta(seconds=2)
    assert tried(engine, PASSWORD) == "right"
    assert [tried(engine) for _ in range(accounts.FREE)] == ["account.wrong"] * accounts.FREE


def test_a_session_ends_when_idle_and_at_last(engine: Engine, clock: SimulatedClock) -> None:
    def alive(token: str) -> bool:
        with engine.begin(SYSTEM) as work:
            return sessions.find(work, token) is not None

    with engine.begin(SYSTEM) as work:
        idle, busy = sessions.start(work, "", {}).token, sessions.start(work, "", {}).token
    begun = clock.now
    while clock.now - begun < sessions.LONGEST - timedelta(minutes=20):
        clock.now += timedelta(minutes=20)
        assert alive(busy)
    assert not alive(idle)
    clock.now = begun + sessions.LONGEST + timedelta(seconds=1)
    assert not alive(busy)


def test_a_log_in_gives_a_new_session_and_ends_the_old_one(client: TestClient[Watch], engine: Engine) -> None:
    form = {"login": LOGIN, "password": PASSWORD}
    first = client.post("/login", data=form, headers=HERE, follow_redirects=False)
    old = first.cookies["yiwang"]
    flags = first.headers["set-cookie"].lower()
    assert all(flag in flags for flag in ("httponly", "samesite=lax", "path=/"))
    second = client.post("/login", data=form, headers=HERE, follow_redirects=False)
    assert second.cookies["yiwang"] != old
    with engine.begin(SYSTEM) as work:
        assert sessions.find(work, old) is None
        assert sessions.find(work, second.cookies["yiwang"]) is not None


def test_behind_tls_the_cookie_is_bound_to_the_host(engine: Engine, hasher: Watched) -> None:
    there = "https://testserver.local"
    with engine.begin(SYSTEM) as work:
        accounts.create(work, LOGIN, PASSWORD, LOGIN, "staff", secret=hasher.hash(PASSWORD))
    with TestClient(application(engine, secure=True), base_url=there) as secure:
        form = {"login": LOGIN, "password": PASSWORD}
        answer = secure.post("/login", data=form, headers={"origin": there}, follow_redirects=False)
    flags = answer.headers["set-cookie"]
    assert flags.startswith("__Host-yiwang=")
    assert "secure" in flags.lower()
    assert "domain" not in flags.lower()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_a_form_from_elsewhere_is_refused(client: TestClient[Watch], headers: dict[str, str]) -> None:
    form = {"login": LOGIN, "password": PASSWORD}
    assert client.post("/login", data=form, headers=headers, follow_redirects=False).status_code == 403


def test_a_form_without_the_sessions_token_is_refused(client: TestClient[Watch]) -> None:
    client.post("/login", data={"login": LOGIN, "password": PASSWORD}, headers=HERE, follow_redirects=False)
    assert client.post("/logout", data={"csrf": "guess"}, headers=HERE, follow_redirects=False).status_code == 403


def test_health_and_figures(client: TestClient[Watch], engine: Engine) -> None:
    assert client.get("/health/live").json() == {"live": True}
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"], ready.json()["worker"]) == (200, True, False)
    with engine.begin(SYSTEM) as work:
        work.later("ask", {}, home=1, lane="sharing")
    figures = client.get("/metrics").text
    assert 'outbox_depth{lane="sharing"} 1.0' in figures
    assert 'route="/health/ready",status="200"' in figures


def test_without_a_database_it_is_alive_and_not_ready(client: TestClient[Watch], engine: Engine) -> None:
    engine.database.close()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def test_no_log_line_says_who(client: TestClient[Watch]) -> None:
    """A number, a name and a mobile in address, query, form, headers and body: none in what is logged."""
    stream = io.StringIO()
    telemetry.configure(as_json=True, stream=stream)
    client.get(f"/{NAME}/{NUMBER}", params={"q": f"{NAME} {MOBILE}"}, headers={"x-request-id": NUMBER})
    client.get("/", params={"q": f"{NAME} {NUMBER} {MOBILE}"})
    client.post("/login", data={"login": NUMBER, "password": MOBILE, "next": f"/{MOBILE}"}, headers=HERE)
    client.post("/api/v1/token", json={"login": NUMBER, "password": NAME})
    client.post("/api/v1/applications", json={"identifier": NUMBER, "name": NAME, "phone": MOBILE})
    log = stream.getvalue()
    lines = [json.loads(line) for line in log.splitlines()]
    told = [line for line in lines if line["event"] == "answered"]
    assert len(told) == 5
    assert all({"request", "route", "status", "ms"} <= line.keys() for line in told)
    for value in (NUMBER, NAME, MOBILE):
        assert value not in log
        assert json.dumps(value).strip('"') not in log


def test_what_an_error_says_stays_out_of_the_log() -> None:
    stream = io.StringIO()
    telemetry.configure(as_json=True, stream=stream)
    try:
        raise KeyError(NAME)
    except KeyError as error:
        structlog.get_logger("web").error("broken", exc_info=error, subject=NAME, text=f"tel {MOBILE}")
    log = stream.getvalue()
    assert "KeyError" in log
    assert "test_entry.py" in log
    assert NAME not in log
    assert MOBILE not in log
