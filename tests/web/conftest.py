"""网站夹具 — the application behind its real server, on a database of its own, and raw sockets to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import psycopg
import pytest

from yiwang import main
from yiwang.commands.serving import free_port
from yiwang.commands.walk import wait_for
from yiwang.demo.accounts import open_accounts
from yiwang.front.desk import COOKIE
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP
from yiwang.web import DATABASE

from tests.conftest import copy_database
from tests.gateway.conftest import FORM, QUALIFICATION, draft

SERVE = "import sys; from yiwang.commands.serving import serve; serve('yiwang.web:web', '127.0.0.1', int(sys.argv[1]))"
CLERK = "clerk-330106109"
ENOUGH = 20.0
"""Seconds after which a server that does not answer counts as dead; no test waits that long when all is well."""


@dataclass(frozen=True, slots=True)
class Served:
    """服务: where the application answers, a token for every account, and how its database goes away and comes back."""

    address: str
    tokens: dict[str, str]
    database: str
    cluster: Cluster

    def client(self, login: str = "", at: str = "127.0.0.1") -> httpx2.Client:
        """Somebody with a browser `at` an address of their own, logged in unless the login is empty."""
        cookies = {COOKIE: self.tokens[login]} if login else {}
        way = httpx2.HTTPTransport(local_address=at)
        return httpx2.Client(base_url=self.address, cookies=cookies, timeout=ENOUGH, transport=way)

    def raw(self, sent: bytes) -> bytes:
        """The first line of what comes back for bytes sent as they are; empty when the server just hangs up."""
        with closing(self.connect()) as line:
            try:
                line.sendall(sent)
                answer = line.recv(4096)
            except ConnectionError:
                return b""
        return answer.partition(b"\r\n")[0]

    def connect(self) -> socket.socket:
        """A connection on which nothing has been said yet."""
        parts = urlsplit(self.address)
        return socket.create_connection((parts.hostname, parts.port), timeout=ENOUGH)

    def allow_database(self, allowed: bool) -> None:
        """Whether anybody may connect; whoever is connected is thrown out when not."""
        with psycopg.connect(self.cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS {allowed}".encode())
            if not allowed:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self.database,)
                )


@pytest.fixture(scope="session")
def served(cluster: Cluster, demo_template: str) -> Iterator[Served]:
    """One server for all tests of this folder: whatever they send it, it must live on for the next one."""
    name = f"test_{os.getpid()}_web"
    copy_database(cluster, demo_template, name)
    conninfo = cluster.conninfo(APP, name)
    with closing(Database(conninfo)) as database:
        tokens = {str(a["login"]): _token(a["headers"]) for a in open_accounts(main.engine(database))}
    port = free_port("127.0.0.1", 9_300)
    command = [sys.executable, "-c", SERVE, str(port)]
    with subprocess.Popen(command, env={**os.environ, DATABASE: conninfo}) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/login")
            yield Served(f"http://127.0.0.1:{port}", tokens, name, cluster)
            assert process.poll() is None, "the server died"
        finally:
            process.terminate()
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _token(headers: object) -> str:
    assert isinstance(headers, dict)
    return str(headers["Authorization"]).removeprefix("Bearer ")


@pytest.fixture(scope="session")
def real(served: Served) -> dict[str, str]:
    """A case that was accepted, with the task that waits for the handler: random ones lead nowhere."""
    with served.client() as program:

        def ask(login: str, method: str, path: str, body: Any = None) -> Any:
            headers = {"authorization": f"Bearer {served.tokens[login]}", "idempotency-key": str(uuid4())}
            answer = program.request(method, f"/api/v1{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return answer.json()

        ref = ask(CLERK, "POST", "/applications", draft(3))["ref"]
        ask(CLERK, "POST", f"/applications/{ref}/submission", {"form": FORM})
        needs = ask(CLERK, "GET", f"/items/{QUALIFICATION}/needs?answer=categories=highway&answer=titles=yes")
        brought = {need["material"]: need["checkpoints"] for need in needs["bring"]}
        ask(CLERK, "POST", f"/applications/{ref}/acceptance", {"brought": brought})
        opened = ask(CLERK, "GET", f"/cases/{ref}")
    return {
        "ref": ref,
        "task": opened["tasks"][0]["task"],
        "number": opened["number"],
        "applicant": draft(3)["name"],
        "code": QUALIFICATION,
    }


@pytest.fixture
def lives(served: Served) -> Iterator[Callable[[], None]]:
    """Asks for the first page after the test as well: the server lives on."""

    def ask() -> None:
        with served.client() as browser:
            assert browser.get("/").status_code == 200

    yield ask
    ask()
