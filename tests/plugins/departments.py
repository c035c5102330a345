"""部门沙箱夹具 — one real sandbox process a test run, started by whoever needs it first; each test leaves it well."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from yiwang.connectors.departments.client import DepartmentClient

SECRET = bytes(range(32))
TOKEN = "console-of-the-tests"


@dataclass(slots=True)
class Sandbox:
    """沙箱: its address, its console, and the lines that a test has made misbehave."""

    url: str
    http: httpx2.Client
    touched: set[str] = field(default_factory=set)

    def behave(self, line: str, mode: str, *, delay_ms: int = 0, flaw: str = "signature") -> None:
        """Tell a line how to answer until the end of the test."""
        self.touched.add(line)
        said = self.http.post(f"/_console/{line}", json={"mode": mode, "delay_ms": delay_ms, "flaw": flaw})
        assert said.status_code == 200, said.text

    def change(self, line: str, resource: str, subject: str, **values: object) -> str:
        """Let a department change a record; the new version."""
        said = self.http.put(f"/_console/{line}/records/{resource}/{subject}", json=values)
        assert said.status_code == 200, said.text
        version: str = said.json()["record_version"]
        return version

    def questions(self, case: str) -> list[dict[str, Any]]:
        """All that was answered about one case."""
        return [q for q in self.http.get("/_console").json()["questions"] if q["case"] == case]

    def client(self, **settings: Any) -> DepartmentClient:
        """A client of its own, with breakers that nothing has opened yet."""
        return DepartmentClient(self.url, SECRET, **settings)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """The process."""
    command = [sys.executable, "-m", "yiwang", "sandbox", "--port", "0", "--token", TOKEN, "--secret", SECRET.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        url = f"http://{ready['host']}:{ready['port']}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as http:
            yield Sandbox(url, http)
        process.terminate()
        assert process.wait(timeout=30) == 0


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The departments, all of them well."""
    yield sandbox_process
    for line in list(sandbox_process.touched):
        sandbox_process.behave(line, "ok")
    sandbox_process.touched.clear()


@pytest.fixture
def departments(sandbox: Sandbox) -> Iterator[DepartmentClient]:
    """A client with the usual patience."""
    client = sandbox.client(timeout=20.0)
    yield client
    client.close()
