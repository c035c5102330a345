"""时限凭据的测试 — a proof is reckoned again from its JSON alone, by hand-written arithmetic, and by the program."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from yiwang.cli import app
from yiwang.ground.clock import Extension, Ground, Limit, Stop, reckon
from yiwang.ground.proof import Proof, calendar_of, clock_of, flaws
from yiwang.ground.workdays import CALENDAR, Special

day = dt.date.fromisoformat
J1 = reckon(day("2017-08-14"), Limit.parse("25wd"), CALENDAR)
REVIEW = Stop(day("2017-08-21"), day("2017-09-01"), Ground.EXPERT_REVIEW, day("2017-08-21"))


def proof_of(
    start: dt.date, limit: str, stops: tuple[Stop, ...] = (), longer: str = "", today: dt.date | None = None
) -> Proof:
    """The proof of one clock."""
    extension = Extension(Limit.parse(longer), "head", "案情复杂", start) if longer else None
    ledger = reckon(start, Limit.parse(limit), CALENDAR, stops, extension, today)
    made = clock_of(ledger, today or ledger.due, "promised")
    return Proof(
        case="1", as_of=today or ledger.due, calendar=calendar_of(CALENDAR, ledger.start, ledger.due), clocks=(made,)
    )


def due_by_hand(proof: dict[str, Any]) -> list[dt.date]:
    """Somebody who has never seen this program: day after day, with nothing but the JSON and its own words."""
    specials = {s["date"]: s["kind"] for s in proof["calendar"]["specials"]}
    found = []
    for clock in proof["clocks"]:
        assert clock["limit"].endswith("wd")
        left = int(clock["limit"][:-2]) + (int(clock["extension"]["limit"][:-2]) if clock["extension"] else 0)
        today = day(clock["start"])
        while left:
            today += dt.timedelta(1)
            text = today.isoformat()
            worked = specials.get(text) == "makeup" if text in specials else today.weekday() < 5
            stands = any(max(s["start"], s["notice"]) < text <= s["end"] for s in clock["stops"])
            left -= worked and not stands
        found.append(today)
    return found


def through_json(proof: Proof) -> Any:
    return json.loads(msgspec.json.encode(proof))


@pytest.mark.requirement("K1", "K2", "K5", "K9", "K14", "K15")
@pytest.mark.parametrize(
    "start, limit, stops, longer, due",
    [
        ("2017-08-14", "25wd", (), "", "2017-09-18"),
        ("2017-08-14", "25wd", (REVIEW,), "", "2017-09-29"),
        ("2026-09-18", "20wd", (), "10wd", "2026-11-05"),
        (
            "2026-03-02",
            "20wd",
            (
                Stop(day("2026-03-05"), day("2026-03-20"), Ground.TESTING, day("2026-03-05")),
                Stop(day("2026-03-16"), day("2026-03-25"), Ground.HEARING, day("2026-03-16")),
            ),
            "",
            "2026-04-20",
        ),
        ("2026-01-05", "60wd", (), "", "2026-04-03"),
        ("2026-12-20", "20wd", (), "", "2027-01-18"),
    ],
)
def test_凭据自己就够复算(start: str, limit: str, stops: tuple[Stop, ...], longer: str, due: str) -> None:
    proof = proof_of(day(start), limit, stops, longer)
    assert due_by_hand(through_json(proof)) == [day(due)] == [proof.clocks[0].due]
    assert list(flaws(msgspec.json.decode(msgspec.json.encode(proof), type=Proof))) == []


@given(
    st.dates(day("2016-01-04"), day("2026-06-30")),
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40)), max_size=3),
    st.integers(0, 15),
)
def test_随便什么停法_手算与凭据一致(start: dt.date, n: int, spans: list[tuple[int, int]], longer: int) -> None:
    stops = tuple(
        Stop(begin, begin + dt.timedelta(length), Ground.INSPECTION, begin)
        for begin, length in ((start + dt.timedelta(after), length) for after, length in spans)
    )
    proof = proof_of(start, f"{n}wd", stops, f"{longer}wd" if longer else "")
    assert due_by_hand(through_json(proof)) == [proof.clocks[0].due]
    assert list(flaws(proof)) == []


def tampered() -> list[tuple[str, Proof]]:
    """One lie each."""
    true = proof_of(day("2017-08-14"), "25wd", (REVIEW,))
    clock = true.clocks[0]
    calendar = true.calendar
    ten = calendar.specials[0]
    return [
        ("due", replace(true, clocks=(replace(clock, due=clock.due + dt.timedelta(3)),))),
        ("counted", replace(true, clocks=(replace(clock, counted=24),))),
        ("2017-08-15", replace(true, clocks=(replace(clock, days=(clock.days[0], *clock.days[2:])),))),
        (
            "2017-08-22",
            replace(true, clocks=(replace(clock, days=tuple(replace(d, counted=True) for d in clock.days)),)),
        ),
        (ten.date.isoformat(), replace(true, calendar=replace(calendar, specials=calendar.specials[1:]))),
        ("provisional", replace(true, calendar=replace(calendar, published=()))),
        ("due", replace(true, clocks=(replace(clock, stops=()),))),
        ("unlawful", replace(true, clocks=(replace(clock, stops=(replace(clock.stops[0], end=day("2017-08-01")),)),))),
    ]


@pytest.mark.parametrize("what, proof", tampered())
def test_改了哪里_就说哪里不符(what: str, proof: Proof) -> None:
    assert what in {flaw.what for flaw in flaws(proof)}


def test_通知说过的日子_凭据不能另说() -> None:
    """A holiday that no notice ordered would give more time, and the days would even agree with it."""
    invented = Special(day("2017-08-15"), "holiday", "国庆节")
    calendar = CALENDAR.revised("x", [*(s for s in CALENDAR.specials() if s.date.year == 2017), invented], {2017})
    ledger = reckon(day("2017-08-14"), Limit.parse("25wd"), calendar)
    proof = Proof(
        case="1",
        as_of=ledger.due,
        calendar=calendar_of(calendar, ledger.start, ledger.due),
        clocks=(clock_of(ledger, ledger.due, "legal"),),
    )
    assert [(flaw.clock, flaw.what) for flaw in flaws(proof)] == [("calendar", "2017-08-15")]


def test_命令复核凭据_不符时退出码为一(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    true = proof_of(day("2017-08-14"), "25wd", (REVIEW,))
    file.write_bytes(msgspec.json.encode(true))
    held = CliRunner().invoke(app, ["due", "--proof", str(file)])
    assert (held.exit_code, "2017-09-29" in held.output) == (0, True)
    file.write_bytes(msgspec.json.encode(replace(true, clocks=(replace(true.clocks[0], due=day("2017-09-28")),))))
    broken = CliRunner().invoke(app, ["due", "--proof", str(file), "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.output)["flaws"] == [
        {"clock": "promised", "what": "due", "said": "2017-09-28", "found": "2017-09-29"}
    ]
    file.write_text("{}")
    assert CliRunner().invoke(app, ["due", "--proof", str(file)]).exit_code == 2
