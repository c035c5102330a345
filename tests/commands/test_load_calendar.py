"""导入日历的规格 — a year's notice shows what it moves before it does; wrong in one line, it changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from yiwang.ground import notice
from yiwang.ground.outcome import Invalid
from yiwang.ground.workdays import CALENDAR

from tests.commands.conftest import Installation

HEAD = "日期,类别,节日,文号\n"
# The open cases of the walked installation are of 2017: a notice that arranges that year otherwise moves them.
OTHERWISE = f"""{HEAD}2017-01-01..2017-01-02,放假,元旦,国办发明电〔2017〕99号
2017-01-27..2017-02-02,放假,春节,
2017-04-02..2017-04-04,放假,清明节,
2017-05-01,放假,劳动节,
2017-05-28..2017-05-30,放假,端午节,
2017-09-30,上班,国庆节,
2017-10-01..2017-10-08,放假,国庆节,
2017-09-11..2017-09-12,放假,中秋节,
"""
NEXT_YEAR = f"""{HEAD}2027-01-01..2027-01-03,放假,元旦,国办发明电〔2026〕9号
2027-02-05..2027-02-11,放假,春节,
2027-02-14,上班,春节,
2027-04-03..2027-04-05,放假,清明节,
2027-05-01..2027-05-05,放假,劳动节,
2027-05-08,上班,劳动节,
2027-06-09,放假,端午节,
2027-09-15,放假,中秋节,
2027-10-01..2027-10-07,放假,国庆节,
2027-10-09,上班,国庆节,
"""


def write(tmp_path: Path, text: str, name: str = "notice.csv") -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def dates(of: Installation) -> list[tuple[Any, ...]]:
    """What every case and inbox row says of its dates."""
    cases = of.sql("SELECT id::text, promised_due, legal_due, provisional, calendar FROM casework.matter ORDER BY id")
    return cases + of.sql("SELECT id::text, step_due, promised_due FROM casework.inbox ORDER BY id")


@pytest.mark.requirement("K15")
def test_先看变动_不写apply什么也不改(walked: Installation, tmp_path: Path) -> None:
    before = dates(walked)
    ran = walked.run("load", "calendar", write(tmp_path, OTHERWISE), "--json")
    assert ran.code == 0, ran.text
    said = ran.said
    assert (said["document"], said["year"], said["applied"]) == ("国办发明电〔2017〕99号", 2017, False)
    assert {"date": "2017-09-11", "before": "workday", "after": "holiday", "name": "中秋节"} in said["days"]
    assert 0 < said["moved"] <= said["open"]
    moved = said["cases"][0]
    assert moved["promised"][0] != moved["promised"][1] or moved["steps"]
    assert moved["days"], "哪几天造成的"
    assert dates(walked) == before
    assert walked.sql("SELECT count(*) FROM plumbing.calendar") == [(0,)]


@pytest.mark.requirement("R48")
def test_导入以后_开着的办件都按新日历_办结的照旧_每一件写明为什么(walked: Installation, tmp_path: Path) -> None:
    closed = "SELECT id::text, promised_due, legal_due FROM casework.matter WHERE closed_at IS NOT NULL ORDER BY id"
    before = walked.sql(closed)
    ran = walked.run("load", "calendar", write(tmp_path, OTHERWISE), "--apply", "--json", "--by", "sysadmin")
    assert ran.code == 0, ran.text
    done = ran.said["recomputed"]
    assert (ran.said["applied"], done["failed"]) == (True, 0)
    assert done["moved"] >= ran.said["moved"] > 0
    assert walked.sql(closed) == before
    versions = walked.sql("SELECT DISTINCT calendar FROM casework.matter WHERE closed_at IS NULL")
    assert versions == [(f"{CALENDAR.version}+1",)]
    acts = walked.sql(
        "SELECT entry::jsonb->'facts', entry::jsonb->>'clause' FROM plumbing.journal"
        " WHERE entry::jsonb->>'act' = 'clock.recomputed'"
    )
    assert len(acts) == done["moved"]
    facts, clause = next((f, c) for f, c in acts if f["days"])
    assert facts["calendar"] == [CALENDAR.version, f"{CALENDAR.version}+1"]
    assert facts["promised"][0] != facts["promised"][1] or facts["steps"]
    assert clause == "国办发明电〔2017〕99号"
    assert walked.run("reconcile", "--json").said["differences"] == [], "重演看得懂，旧案按旧版核对"
    again = walked.run("load", "calendar", write(tmp_path, OTHERWISE), "--apply", "--json").said
    assert (again["days"], again["moved"], again["applied"]) == ([], 0, False), "再导入一次什么也不变"


@pytest.mark.requirement("R48", "R22")
def test_定时也跟着走_答复_补正_容缺_哪一天到哪一天写明(walked: Installation, tmp_path: Path) -> None:
    later = OTHERWISE.replace("2017-09-11..2017-09-12", "2017-10-11..2017-10-12")
    due = "SELECT kind, (due_at AT TIME ZONE 'Asia/Shanghai')::date::text FROM plumbing.outbox WHERE lane = 'clock'"
    before = walked.sql(due)
    said = walked.run("load", "calendar", write(tmp_path, later), "--json").said["cases"]
    answered, corrected = ["2017-10-16", "2017-10-18"], ["2017-10-16", "2017-10-18"]
    timers = [(kind, days) for case in said for kind, days in case["timers"].items()]
    assert ("intake.deem_accepted", answered) in timers
    assert ("intake.correction_lapsed", corrected) in timers
    assert ["2017-10-23", "2017-10-25"] in [case["tolerance"] for case in said]
    assert walked.sql(due) == before, "只是试算"
    assert walked.run("load", "calendar", write(tmp_path, later), "--apply", "--json").said["recomputed"]["failed"] == 0
    assert ("intake.correction_lapsed", "2017-10-19") in walked.sql(due)
    assert ("intake.correction_lapsed", "2017-10-17") in walked.sql(due), "补正过的不再等，不动"
    facts = [
        f
        for (f,) in walked.sql(
            "SELECT entry::jsonb->'facts' FROM plumbing.journal WHERE entry::jsonb->>'act' = 'clock.recomputed'"
        )
    ]
    assert {"intake.correction_lapsed": corrected} in [f.get("timers") for f in facts]
    assert ["2017-10-23", "2017-10-25"] in [f.get("tolerance") for f in facts]
    assert all(f["days"] for f in facts if "timers" in f), "哪几天造成的"
    rows = walked.sql("SELECT step_due::text FROM casework.inbox WHERE step_kind = 'tolerance'")
    assert rows == [("2017-10-25",)]
    assert walked.run("reconcile", "--json").said["differences"] == []


def test_公布了的年份不再暂定(installation: Installation, tmp_path: Path) -> None:
    ran = installation.run("load", "calendar", write(tmp_path, NEXT_YEAR), "--apply")
    assert ran.code == 0, ran.text
    assert "imported" in ran.text
    rows = installation.sql("SELECT edition, notice, years, imported_by FROM plumbing.calendar")
    assert rows == [(1, "国办发明电〔2026〕9号", [2027], "loader")]


def test_yaml_也读得懂(installation: Installation, tmp_path: Path) -> None:
    rows = [line.split(",") for line in NEXT_YEAR.splitlines()[1:]]
    text = "document: 国办发明电〔2026〕9号\ndays:\n"
    text += "".join(f"- {{day: {day}, kind: {kind}, name: {name}}}\n" for day, kind, name, _ in rows)
    ran = installation.run("load", "calendar", write(tmp_path, text, "notice.yaml"), "--json")
    assert (ran.code, ran.said["year"], ran.said["document"]) == (0, 2027, "国办发明电〔2026〕9号")


@pytest.mark.parametrize(
    "wrong, right, line, code",
    [
        ("2027-13-01", "2027-01-01..2027-01-03", 2, "field.date"),
        ("2027-01-03..2027-01-01", "2027-01-01..2027-01-03", 2, "field.date"),
        ("休息", "放假", 2, "field.choice"),
        ("儿童节", "端午节", 8, "calendar.festival_unknown"),
        ("2027-02-15", "2027-02-14", 4, "calendar.worked_anyway"),
        ("2027-10-05", "2027-09-15", 10, "calendar.twice"),
        ("2025-10-11", "2027-10-09", 2, "calendar.other_year"),
        ("春节", "中秋节", 2, "calendar.festival_missing"),
        (",,", ",国办发明电〔2026〕9号", 2, "field.required"),
    ],
)
def test_哪一行错了说哪一行_一天也不导入(
    installation: Installation, tmp_path: Path, wrong: str, right: str, line: int, code: str
) -> None:
    ran = installation.run("load", "calendar", write(tmp_path, NEXT_YEAR.replace(right, wrong, 1)), "--apply", "--json")
    assert ran.code == 1
    assert (line, code) in {(e["line"], e["code"]) for e in ran.said["errors"]}
    assert all(e["words"] for e in ran.said["errors"])
    assert installation.sql("SELECT count(*) FROM plumbing.calendar") == [(0,)]


def test_读不懂的文件_说读不懂(installation: Installation, tmp_path: Path) -> None:
    for name, text in (("a.yaml", "days: 7"), ("a.csv", ""), ("b.yaml", "a: [")):
        assert installation.run("load", "calendar", write(tmp_path, text, name), "--json").code == 1


def test_每个节日都要有安排_一份空通知说齐了缺什么() -> None:
    with pytest.raises(Invalid) as refused:
        notice.read([(2, {"日期": "2027-01-01", "类别": "放假", "节日": "元旦"})])
    missing = [e.facts["festival"] for e in refused.value.errors if e.code == "calendar.festival_missing"]
    assert missing == ["春节", "清明节", "劳动节", "端午节", "国庆节", "中秋节"]
