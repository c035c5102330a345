"""算期限命令 — `yiwang due`, one limit and many, as a person or another program calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from yiwang.commands.due import due

APP = typer.Typer()
APP.command()(due)
J1 = ("--start", "2017-08-14", "--limit", "25wd")
EXPERTS = ("--stop", "2017-08-21..2017-09-01:EXPERT_REVIEW")


def call(*arguments: str, exit_code: int = 0, stdin: str | bytes = "", language: str = "zh") -> str:
    spoken = {"LANGUAGE": language}
    result = CliRunner().invoke(APP, arguments, input=stdin, env=spoken, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result.stdout if exit_code != 2 else result.stderr


def answer(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(*arguments, "--json"))
    return found


def batch(
    *lines: str | Mapping[str, object], exit_code: int = 0, options: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return [json.loads(line) for line in call("--batch", "-", *options, exit_code=exit_code, stdin=text).splitlines()]


@pytest.mark.requirement("K1")
@pytest.mark.requirement("K2")
def test_the_joint_example_with_and_without_expert_review() -> None:
    assert call(*J1).splitlines()[0] == "到期 2017-09-18"
    assert call(*J1, *EXPERTS).splitlines() == ["到期 2017-09-29", "计入 25 天，不计 22 天，其中停钟 9 天"]


def test_json_for_a_program() -> None:
    found = answer(*J1, *EXPERTS)
    calendar = found.pop("calendar")
    assert calendar.startswith("cn-")
    assert found == {
        "due": "2017-09-29",
        "provisional": False,
        "counted": 25,
        "excluded": 22,
        "suspended": 9,
        "paused": False,
    }


def test_every_day_on_demand() -> None:
    lines = call(*J1, *EXPERTS, "--explain").splitlines()[2:]
    assert (len(lines), lines[0]) == (47, "2017-08-14  不计  起算日  民法典 201")
    assert "2017-08-22  不计  停钟  专家评审  行政许可法 45" in lines
    days = answer(*J1, *EXPERTS, "--explain")["days"]
    assert sum(day["counted"] for day in days) == 25
    assert days[8] == {
        "date": "2017-08-22",
        "counted": False,
        "why": "suspended",
        "holiday": "",
        "clause": "行政许可法 45",
        "ground": "EXPERT_REVIEW",
        "notice": "",
    }


def test_stops_may_be_repeated_and_one_may_be_open() -> None:
    more = ("--stop", "2017-09-05..:HEARING", "--today", "2017-09-08")
    found = answer(*J1, *EXPERTS, *more)
    assert (found["due"], found["paused"], found["suspended"]) == ("2017-10-10", True, 12)
    assert "停钟中" in call(*J1, *more)


def test_an_extension_and_a_provisional_year() -> None:
    assert answer("--start", "2026-09-18", "--limit", "20wd", "--extend", "10wd")["due"] == "2026-11-05"
    assert call("--start", "2026-12-20", "--limit", "20wd").startswith("到期 2027-01-18（暂定）")


def test_hours_are_given_to_the_minute() -> None:
    start = ("--start", "2026-11-20T16:30", "--limit", "24h")
    assert answer(*start)["due_at"] == "2026-11-21T16:30:00"
    assert call(*start).startswith("到期 2026-11-21 16:30")


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ((), "--start"),
        (("--start", "2017-08-14"), "--limit"),
        (("--start", "20170814", "--limit", "25wd"), "clock.date_unreadable"),
        (("--start", "2017-02-30", "--limit", "25wd"), "clock.date_unreadable"),
        (("--start", "2017-08-14", "--limit", "25"), "clock.limit_unreadable"),
        ((*J1, "--stop", "2017-08-21..2017-09-01"), "clock.stop_unreadable"),
        ((*J1, "--stop", "2017-08-21..2017-09-01:"), "clock.stop_without_ground"),
        ((*J1, "--stop", "2017-08-21..2017-09-01:CONSULTATION"), "clock.ground_does_not_stop"),
        ((*J1, "--stop", "2017-09-01..2017-08-21:HEARING"), "clock.stop_ends_before_start"),
        ((*J1, "--extend", "10wd", "--extend", "5wd"), "clock.already_extended"),
        ((*J1, "--extend", "10d"), "clock.extension_unit"),
        ((*J1, "--batch", "-"), "--batch"),
        (("--batch", "no/such/file"), "no/such/file"),
    ],
)
def test_a_wrong_call_says_why_and_exits_with_2(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in call(*arguments, exit_code=2)


def test_a_batch_answers_line_by_line() -> None:
    found = batch(
        {"start": "2017-08-14", "limit": "25wd"},
        {
            "start": "2017-08-14",
            "limit": "25wd",
            "stops": [{"from": "2017-08-21", "to": "2017-09-01", "ground": "EXPERT_REVIEW"}],
            "extend": None,
        },
        {"start": "2026-09-18", "limit": "20wd", "stops": [], "extend": "10wd"},
    )
    assert [line["due"] for line in found] == ["2017-09-18", "2017-09-29", "2026-11-05"]
    assert all("days" not in line for line in found)


def test_a_batch_explains_on_demand_and_knows_today() -> None:
    open_stop = {"from": "2017-08-21", "ground": "TESTING"}
    line = {"start": "2017-08-14", "limit": "25wd", "stops": [open_stop]}
    (found,) = batch(line, options=("--explain", "--today", "2017-09-01"))
    assert (found["due"], found["paused"], len(found["days"])) == ("2017-09-29", True, 47)
    (found,) = batch({**line, "today": "2017-08-21"}, options=("--today", "2017-09-01"))
    assert found["due"] == "2017-09-18", "the line's own day goes first"


def test_wrong_lines_are_named_and_the_others_answered() -> None:
    good = {"start": "2017-08-14", "limit": "25wd"}
    found = batch(
        good,
        "",
        "not json",
        {"start": "2017-08-14"},
        {**good, "unknown": 1},
        {**good, "limit": "25"},
        {**good, "stops": [{"from": "2017-08-21", "to": "2017-09-01"}]},
        {**good, "stops": [{"from": "2017-08-21", "ground": "HEARING", "notice": None}]},
        {**good, "start": "9999-12-30"},
        {**good, "start": "2017-08-14X"},
        '{"start": NaN, "limit": "25wd"}',
        '{"start": "2017-08-14\\ud800", "limit": "25wd"}',
        good,
        exit_code=1,
    )
    assert [(line["line"], line["error"]) for line in found if "error" in line] == [
        (3, "line.unreadable"),
        (4, "line.unreadable"),
        (5, "line.unreadable"),
        (6, "clock.limit_unreadable"),
        (7, "clock.stop_without_ground"),
        (8, "clock.stop_without_notice"),
        (9, "workday.out_of_range"),
        (10, "clock.date_unreadable"),
        (11, "line.unreadable"),
        (12, "line.unreadable"),
    ]
    assert [line["due"] for line in found if "due" in line] == ["2017-09-18", "2017-09-18"]
    assert next(line for line in found if line.get("line") == 6)["facts"] == {"text": "25"}


def test_bytes_that_are_no_text_are_one_wrong_line() -> None:
    good = b'{"start":"2017-08-14","limit":"25wd"}'
    lines = call("--batch", "-", exit_code=1, stdin=b'{"start":"\xff"}\n' + good).splitlines()
    assert [("error" in line, "due" in line) for line in lines] == [(True, False), (False, True)]


def test_a_batch_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "limits.jsonl"
    file.write_text('{"start":"2017-08-14","limit":"20wd"}\n' * 3, "utf-8")
    assert [json.loads(line)["due"] for line in call("--batch", str(file)).splitlines()] == ["2017-09-11"] * 3


def test_in_english() -> None:
    """终端是英文的，答案也用英文。"""
    lines = call(*J1, *EXPERTS, "--explain", language="en_GB.UTF-8").splitlines()
    assert lines[0] == "Due 2017-09-29"
    stopped = next(line for line in lines if line.startswith("2017-08-22"))
    assert "not counted  Clock stopped  Expert review  Administrative Licensing Law, art. 45" in stopped
    assert not [line for line in lines if re.search(r"[\u4e00-\u9fff]", line)]
    refused = call(*J1, "--stop", "2017-08-21..2017-09-01:", exit_code=2, language="en")
    assert "A stop of the clock needs its legal ground." in re.sub(r"[\s│]+", " ", refused)
