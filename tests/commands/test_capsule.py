"""办件胶囊的规格 — one file that proves one case to anybody who has Python, and nothing that was changed in it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from yiwang import main
from yiwang.connectors.witness.file import HEADS, FileWitness
from yiwang.ground.capsule import DATA, MANIFEST, PAGE, checked
from yiwang.plumbing import sealing
from yiwang.plumbing.database import Database

from tests.commands.conftest import Installation

Files = dict[str, bytes]


def check(file: Path, *arguments: str) -> tuple[int, str]:
    """`python3 FILE`, away from this project: no package of ours or others can be found."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(file), *arguments],
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


@pytest.fixture
def made(walked: Installation, tmp_path: Path) -> Path:
    """The capsule of a case in which the clock was stopped and a licence granted, its heads told to a witness."""
    database = Database(walked.url)
    engine = main.engine(database)
    while sealing.seal(engine):
        pass
    sealing.tell(engine, [FileWitness(tmp_path)])
    database.close()
    [[number]] = walked.sql(
        "SELECT number FROM casework.matter WHERE status = 'closed' AND timing->'stops' <> '[]'"
        " ORDER BY journal_seq DESC, id LIMIT 1"
    )
    out = tmp_path / "case.pyz"
    assert walked.run("capsule", number, "--out", str(out)).code == 0
    return out


def unpacked(file: Path) -> Files:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in (DATA, PAGE, MANIFEST)}


def whole(files: Files) -> bool:
    return all(said.holds for said in checked(files))


@pytest.mark.requirement("R05")
def test_it_proves_itself_offline(made: Path) -> None:
    code, said = check(made)
    assert code == 0, said
    assert "不符" not in said
    for what in ("files", "capsule signed", "head of the tree", "acts", "sealed", "rows", "clock"):
        assert f"  {what}: " in said
    data = json.loads(unpacked(made)[DATA])
    acts = sum(act["seq"] > 0 for act in data["acts"])
    assert f"{acts} acts whole" in said
    assert "0 not sealed yet" in said
    assert {row["table"] for row in data["rows"]} >= {"casework.matter", "intake.application", "handling.decision"}


def test_its_key_and_its_head_are_held_against_what_is_known_from_elsewhere(made: Path) -> None:
    key = json.loads(unpacked(made)[MANIFEST])["key"]
    heads = made.parent / HEADS
    code, said = check(made, "--key", key, "--witness", str(heads))
    assert code == 0, said
    assert "witness: has this head" in said
    assert check(made, "--key", "00" * 32)[0] == 1
    heads.write_text("")
    assert check(made, "--witness", str(heads))[0] == 0  # nothing to be held against
    other = {**json.loads(unpacked(made)[DATA])["head"], "root": "00" * 32}
    heads.write_text(json.dumps(other) + "\n")
    code, said = check(made, "--witness", str(heads))
    assert (code, "has another head of this size" in said) == (1, True)


def test_whatever_byte_of_its_data_is_changed(made: Path) -> None:
    """改一个字节: anywhere in the data, in the page for people, in the list of both."""
    files, dice = unpacked(made), Random(7)
    for name in files:
        for at in sorted({0, len(files[name]) - 1, *(dice.randrange(len(files[name])) for _ in range(25))}):
            data = bytearray(files[name])
            data[at] ^= 1 << dice.randrange(7)
            assert not whole({**files, name: bytes(data)}), f"{name} at {at}"
    upper = files[MANIFEST].replace(b"a", b"A")  # hex in other letters says the same and is another file
    assert not whole({**files, MANIFEST: upper})
    for name in files:
        assert not whole({other: data for other, data in files.items() if other != name})
    assert not whole({})


FORGED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an act is left out": (lambda data: data["acts"].pop(3), "acts"),
    "the last act is left out": (lambda data: data["acts"].remove(_last(data)), "rows"),
    "a place": (lambda data: data["acts"][2].update(place=data["acts"][2]["place"] + 1), "acts"),
    "a proof": (lambda data: data["acts"][2]["proof"].pop(), "acts"),
    "records": (lambda data: data["acts"][2].update(rows=data["acts"][2]["rows"] + "00" * 32), "acts"),
    "an act": (lambda data: data["acts"][1].update(entry=data["acts"][1]["entry"].replace("step", "stop")), "acts"),
    "a row": (lambda data: data["rows"][0].update(text=data["rows"][0]["text"].replace("2017", "2018")), "rows"),
    "a day": (lambda data: data["clock"]["clocks"][0]["days"][1].update(counted=False), "clock"),
    "a due date": (lambda data: data["clock"]["clocks"][0].update(due="2030-01-01"), "clock"),
    "the head": (lambda data: data["head"].update(size=data["head"]["size"] + 1), "head of the tree"),
    "the head's root": (lambda data: data["head"].update(root="00" * 32), "head of the tree"),
}


def _last(data: Any) -> Any:
    return max((act for act in data["acts"] if act["seq"] > 0), key=lambda act: act["seq"])


@pytest.mark.parametrize("kind", FORGED)
def test_each_proof_finds_its_own_forgery(made: Path, kind: str) -> None:
    """Not only the signature over all: whoever signs anew is found out by the proofs."""
    files = unpacked(made)
    forge, what = FORGED[kind]
    data = json.loads(files[DATA])
    forge(data)
    files[DATA] = json.dumps(data, ensure_ascii=False).encode()
    wrong = {said.what for said in checked(files) if not said.holds}
    assert {"files", what} <= wrong


def test_a_file_that_is_cut_off_is_not_whole(made: Path) -> None:
    cut = made.with_name("cut.pyz")
    with zipfile.ZipFile(made) as packed, zipfile.ZipFile(cut, "w") as less:
        for name in packed.namelist():
            if name != DATA:
                less.writestr(name, packed.read(name))
    assert check(cut)[0] == 1


def test_an_overseers_capsule_holds_what_officers_said_and_nothing_of_the_applicant(
    walked: Installation, made: Path
) -> None:
    number = json.loads(unpacked(made)[DATA])["number"]
    out = made.with_name("overseen.pyz")
    assert walked.run("capsule", number, "--out", str(out), "--overseer").code == 0
    code, said = check(out)
    assert code == 0, said
    [[name, identifier]] = walked.sql(
        "SELECT s.name, s.identifier FROM sharing.subject s JOIN intake.application a ON a.subject = s.id"
        " AND a.home = s.home WHERE a.number = %s",
        number,
    )
    text = b"".join(unpacked(out).values()).decode()
    assert "handling.opinion" in text
    assert name not in text
    assert identifier not in text
    assert name in b"".join(unpacked(made).values()).decode()


def test_a_case_that_is_not_there(walked: Installation, tmp_path: Path) -> None:
    assert walked.run("capsule", "1", "--out", str(tmp_path / "none")).code == 2


def test_what_was_not_sealed_yet_is_said(walked: Installation, tmp_path: Path) -> None:
    for table in ("leaf", "node", "head"):
        walked.sql(f"DELETE FROM plumbing.{table}")
    [[number]] = walked.sql("SELECT number FROM casework.matter ORDER BY number LIMIT 1")
    out = tmp_path / "case.pyz"
    walked.run("capsule", number, "--out", str(out))
    code, said = check(out)
    assert code == 1
    assert "not sealed yet" in said
