"""时限说明页的测试 — every due date leads to why it is that day; only for whoever may see the case. U3, M2"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yiwang.cli import app
from yiwang.demo.walk import SimulatedClock
from yiwang.front.desk import COOKIE

from tests.staff.conftest import Client, LogIn
from tests.staff.test_department import HANDLER, open_case
from tests.staff.test_window import CLERK, accept


def asked(client: Client, path: str) -> Any:
    """What the interface for programs answers to the same person."""
    return client.get(f"/api/v1{path}", headers={"authorization": f"Bearer {client.cookies[COOKIE]}"})


@pytest.mark.requirement("R53", "K4")
def test_每个期限都通到逐日说明(log_in: LogIn, tmp_path: Path) -> None:
    _, number = accept(log_in(CLERK))
    client = log_in(HANDLER)
    case = open_case(client, number)
    inbox = client.get("/desk").text
    ref = case.rpartition("/")[2]
    assert f"/cases/{ref}/clock" in inbox, "列表上的期限"
    dossier = client.get(case).text
    links = set(re.findall(rf"/cases/{ref}/clock[^\"]*", dossier))
    assert {f"/cases/{ref}/clock", f"/cases/{ref}/clock?clock=legal"} <= links, "办件页上的期限"
    for link in links:
        page = client.get(link.replace("&amp;", "&"))
        assert page.status_code == 200, link
        assert "行政许可法" in page.text
        assert "8月14日" in page.text
    assert "各部门受理时间" in client.get(f"/cases/{ref}/clock").text

    given = client.get(f"/cases/{ref}/clock.json")
    assert given.json() == asked(client, f"/cases/{ref}/clock").json()
    kinds = [clock["kind"] for clock in given.json()["clocks"]]
    assert kinds[:2] == ["legal", "promised"]
    file = tmp_path / "clock.json"
    file.write_bytes(given.content)
    assert CliRunner().invoke(app, ["due", "--proof", str(file)]).exit_code == 0
    file.write_text(json.dumps(given.json() | {"calendar": given.json()["calendar"] | {"specials": []}}))
    assert CliRunner().invoke(app, ["due", "--proof", str(file)]).exit_code == 1


def test_别的部门看不到时限说明(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    ref = open_case(log_in(HANDLER), number).rpartition("/")[2]
    for other in ("scjg-handler-330106", "hbt-handler-330000", "citizen-1", "clerk-330302"):
        client = log_in(other)
        assert client.get(f"/cases/{ref}/clock").status_code == 404, other
        assert client.get(f"/cases/{ref}/clock.json").status_code == 404, other
        assert asked(client, f"/cases/{ref}/clock").status_code == 404, other
    for overseer in ("supervisor", CLERK):
        assert log_in(overseer).get(f"/cases/{ref}/clock").status_code == 200, overseer


def test_超期的办件页说超了几天(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    clock.go(date(2017, 11, 1))
    client = log_in(HANDLER)
    case = open_case(client, number)
    assert "超期" in client.get(case).text
    assert "超期" in client.get(f"/cases/{case.rpartition('/')[2]}/clock").text
