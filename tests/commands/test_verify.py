"""核验的规格 — whatever is done to a journal behind the system's back is found, named, and exits with 1."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yiwang.cli import app
from yiwang.commands.verify import prove_all

from tests.commands.conftest import Damaged, Installation

# A case with more than ten entries, and its number.
LONG = "SELECT number, id FROM casework.matter ORDER BY journal_seq DESC, id LIMIT 1"


def test_journals_as_they_were_written_are_whole(walked: Installation) -> None:
    ran = walked.run("verify", "--json")
    assert ran.code == 0
    assert ran.said["broken"] == []
    [[threads, entries]] = walked.sql("SELECT count(DISTINCT thread), count(*) FROM plumbing.journal WHERE seq > 0")
    assert (ran.said["threads"], ran.said["entries"]) == (threads, entries)
    assert threads > 8


DAMAGE: Mapping[str, tuple[str, int, str]] = {
    "text": (
        "UPDATE plumbing.journal SET entry = replace(entry, 'step', 'stop') WHERE thread = %s AND seq = 4",
        4,
        "changed",
    ),
    "time": ("UPDATE plumbing.journal SET at = at + interval '1 day' WHERE thread = %s AND seq = 5", 5, "changed"),
    "middle": ("DELETE FROM plumbing.journal WHERE thread = %s AND seq = 3", 3, "missing"),
    "first": ("DELETE FROM plumbing.journal WHERE thread = %s AND seq = 1", 1, "missing"),
    "tail": ("DELETE FROM plumbing.journal WHERE thread = %s AND seq > 6", 7, "cut"),
    "all": ("DELETE FROM plumbing.journal WHERE thread = %s", 1, "cut"),
    "swap": (
        (
            "UPDATE plumbing.journal a SET entry = b.entry, hash = b.hash, at = b.at FROM plumbing.journal b"
            " WHERE a.thread = %s AND b.thread = a.thread AND (a.seq, b.seq) IN ((2, 3), (3, 2))"
        ),
        2,
        "changed",
    ),
    "head": ("UPDATE casework.matter SET journal_head = sha256('x') WHERE id = %s", 0, "head"),
    "count": ("UPDATE casework.matter SET journal_seq = journal_seq - 1 WHERE id = %s", 0, "head"),
    "case": ("DELETE FROM casework.matter WHERE id = %s", 1, "unowned"),
}


@pytest.mark.requirement("R05")
@pytest.mark.parametrize("kind", DAMAGE)
def test_every_damage_is_found(damaged: Damaged, kind: str) -> None:
    statement, seq, why = DAMAGE[kind]
    with damaged("") as work:
        [[number, case]] = work.read(LONG)
    with damaged(statement, case) as work:
        [[said, found]] = prove_all(work).broken
    assert (found.thread, found.why) == (case, why)
    assert said == ("" if kind == "case" else number)
    assert seq in (0, found.seq)


def test_an_entry_added_with_a_right_seal_is_found_by_the_head(damaged: Damaged) -> None:
    """Who can hash can lengthen a chain; only the case knows that it did not."""
    with damaged("") as work:
        [[_, case]] = work.read(LONG)
    with damaged(
        "INSERT INTO plumbing.journal SELECT home, thread, seq + 1, at, e.entry,"
        " sha256('yiwang/journal/1'::bytea || '\\x00' || hash || int8send(octet_length(e.entry)) || e.entry::bytea)"
        " FROM plumbing.journal j, LATERAL (SELECT replace(entry, '\"seq\":' || seq, '\"seq\":' || seq + 1)) e(entry)"
        " WHERE thread = %s ORDER BY seq DESC LIMIT 1",
        case,
    ) as work:
        [[_, found]] = prove_all(work).broken
    assert found.why == "added"


def test_several_broken_ones_are_all_named_in_words(walked: Installation) -> None:
    walked.sql("UPDATE plumbing.journal SET entry = entry || ' ' WHERE seq = 2")
    ran = walked.run("verify")
    assert ran.code == 1
    numbers = [number for (number,) in walked.sql("SELECT number FROM casework.matter WHERE journal_seq > 1")]
    assert len(numbers) > 5
    assert all(f"{number}  entry 2: changed" in ran.text for number in numbers)


def test_where_nothing_is_there_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YIWANG_DATABASE_URL", raising=False)
    for command in ("verify", "reconcile"):
        assert CliRunner().invoke(app, [command, "--data", str(tmp_path)]).exit_code == 2
