"""断电测试 — web, worker and database are killed while 200 cases are taken in: none lost, none doubled, all whole."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Lock
from typing import Any

import httpx2
import psycopg
import pytest

from yiwang.plumbing.postgres import DATABASE_URL, attach

from tests.gateway.conftest import FORM, QUALIFICATION, draft

pytestmark = pytest.mark.slow
CASES = 200
READY = re.compile(r"http://127\.0\.0\.1:\d+")
CLERK = "clerk-330106109"
VICTIMS = ("serve", "worker", "database") * 2
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != DATABASE_URL}


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`yiwang demo` on a folder: its address and its process; none of its processes is left afterwards."""
    command = [sys.executable, "-m", "yiwang", "demo", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        try:
            found = next(match[0] for line in process.stdout if (match := READY.search(line)))
            yield found, process
        finally:
            of_it = family(process.pid)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=90)
    assert process.returncode == 0
    assert [pid for pid in of_it if Path("/proc", str(pid)).exists()] == []


def family(pid: int) -> list[int]:
    """All processes below one, children before grandchildren."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found + [below for child in found for below in family(child)]


def kill(victim: str, demo: int, folder: Path) -> None:
    """kill -9: the database, or a child of the demo with all that it started."""
    if victim == "database":
        with suppress(OSError, IndexError, ValueError):
            os.kill(int((folder / "pg" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        return
    for pid in family(demo):
        with suppress(OSError):
            if victim in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                os.killpg(pid, signal.SIGKILL)


class Window:
    """窗口: takes cases in over HTTP and repeats by key whatever got no answer."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.http = httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=20, trust_env=False)
        self.acknowledged = 0
        self.progress = {n * CASES // (len(VICTIMS) + 1): Event() for n in range(1, len(VICTIMS) + 1)}
        self.repeated = 0
        self._lock = Lock()
        self._pause = Event()

    def post(self, path: str, key: str, body: dict[str, Any]) -> Any:
        """Until there is an answer."""
        for _ in range(300):
            with suppress(httpx2.TransportError):
                answer = self.http.post(path, json=body, headers={"Idempotency-Key": key})
                if answer.is_success:
                    return answer.json()
                assert answer.status_code in (409, 503), answer.text
                assert answer.status_code == 503 or "busy" in answer.text or "again" in answer.text, answer.text
            self.repeated += 1
            self._pause.wait(0.2)
        raise AssertionError(f"no answer to {path}")

    def take_in(self, number: int, brought: dict[str, Any]) -> str:
        """One case from draft to acceptance; its reference."""
        ref: str = self.post("/applications", f"draft-{number}", draft(number))["ref"]
        self.post(f"/applications/{ref}/submission", f"submit-{number}", {"form": FORM})
        self.post(f"/applications/{ref}/acceptance", f"accept-{number}", {"brought": brought})
        with self._lock:
            self.acknowledged += 1
            if reached := self.progress.get(self.acknowledged):
                reached.set()
        return ref


def yiwang(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Another command beside the running demo."""
    command = [sys.executable, "-m", "yiwang", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False)


def test_kill_9_of_everything_in_turn_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running(folder) as (address, demo), ExitStack() as stack:
        accounts = json.loads((folder / "accounts.json").read_text("utf-8"))
        headers = next(account["headers"] for account in accounts if account["login"] == CLERK)
        window = Window(address, headers)
        stack.callback(window.http.close)
        query = {"answer": ["categories=highway", "titles=yes"]}
        needs = window.http.get(f"/items/{QUALIFICATION}/needs", params=query).json()
        brought = {need["material"]: need["checkpoints"] for need in needs["bring"]}
        with ThreadPoolExecutor(4) as pool:
            taken = [pool.submit(window.take_in, number, brought) for number in range(CASES)]
            for victim, reached in zip(VICTIMS, window.progress.values(), strict=True):
                assert reached.wait(180), f"{window.acknowledged} taken in before the {victim} was to be killed"
                kill(victim, demo.pid, folder)
            refs = {one.result() for one in taken}
        assert len(refs) == CASES
        assert window.repeated > 0
    with running(folder) as (_, demo), psycopg.connect(attach(folder).owner) as connection:
        kept = connection.execute("SELECT home || '-' || id FROM casework.matter").fetchall()
        assert {ref for (ref,) in kept} == refs
        assert len(kept) == CASES
        for check in ("verify", "reconcile"):
            said = yiwang(check, "--data", str(folder))
            assert said.returncode == 0, said.stdout + said.stderr
