"""封存核验的规格 — who holds every right over the database and rewrites all of it is shown by the witnesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yiwang import main
from yiwang.casework.service.running import note_on
from yiwang.commands.verify import prove
from yiwang.connectors.witness.file import HEADS, FileWitness
from yiwang.ground.actor import SYSTEM
from yiwang.ground.sealed import Head
from yiwang.plumbing import sealing
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN
from yiwang.plumbing.signing import Signer
from yiwang.plumbing.tables import VOUCHED
from yiwang.plumbing.work import Engine

from tests.commands.conftest import Installation, another_application

LATE = "sealing.late"


@pytest.fixture
def both(tmp_path: Path) -> tuple[FileWitness, FileWitness]:
    """Two witnesses in two places."""
    return FileWitness(tmp_path / "near"), FileWitness(tmp_path / "far")


def on(installation: Installation, do: Callable[[Engine], Any]) -> Any:
    """Do something on it as its own program would."""
    database = Database(installation.url)
    try:
        return do(main.engine(database))
    finally:
        database.close()


def sealed(installation: Installation, both: tuple[FileWitness, FileWitness]) -> int:
    """Seal all there is and tell the witnesses; how long the tree is."""

    def do(engine: Engine) -> int:
        while sealing.seal(engine):
            pass
        sealing.tell(engine, both)
        with engine.begin(SYSTEM) as work:
            return sealing.latest(work).size

    return int(on(installation, do))


def verified(installation: Installation, both: tuple[FileWitness, ...], *more: str) -> tuple[int, set[str]]:
    """`yiwang verify` with these witnesses: how it ended, and the kinds of what it found."""
    asked = [argument for one in both for argument in ("--witness", one.name)]
    ran = installation.run("verify", "--json", *asked, *more)
    return ran.code, {one["kind"] for one in ran.said["findings"]} | {one["why"] for one in ran.said["broken"]}


def forget(installation: Installation, size: int) -> None:
    """An administrator takes away all that came after the tree had this size, everywhere."""
    after = "SELECT home, thread FROM plumbing.leaf GROUP BY home, thread HAVING min(n) >= %s"
    for name, table in VOUCHED.items():
        owner = f"coalesce({', '.join(table.thread)})"
        installation.sql(f"DELETE FROM {name} WHERE (home, {owner}) IN ({after})", size)
    installation.sql(f"DELETE FROM casework.inbox WHERE (home, matter) IN ({after})", size)
    installation.sql("DELETE FROM plumbing.outbox WHERE created_at > now() - interval '1 hour'")
    installation.sql(
        "DELETE FROM plumbing.journal j USING plumbing.leaf l"
        " WHERE (l.home, l.thread, l.seq) = (j.home, j.thread, j.seq) AND l.n >= %s",
        size,
    )
    installation.sql("DELETE FROM plumbing.leaf WHERE n >= %s", size)
    installation.sql("DELETE FROM plumbing.node WHERE (n + 1) * 256 > %s", size)
    installation.sql("DELETE FROM plumbing.head WHERE size > %s", size)


@pytest.mark.requirement("R05")
def test_a_tail_cut_off_everywhere_is_shown_by_the_witnesses_alone(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    """删尾: cases, entries, leaves and heads go together, and the database is in order with itself."""
    before = sealed(walked, both)
    assert verified(walked, both) == (0, set())
    on(walked, another_application)
    after = sealed(walked, both)
    assert after > before
    assert verified(walked, both) == (0, set())
    forget(walked, before)
    assert verified(walked, ()) == (0, set())
    assert verified(walked, both) == (1, {"tree.cut"})
    # And if it is worked on, the witnesses refuse what comes: the operator sees it in verify too.
    on(walked, another_application)
    on(walked, another_application)
    sealed(walked, both)
    code, kinds = verified(walked, both)
    assert code == 1
    assert {"witness.refused", "witness.other_root"} <= kinds


def test_a_tree_rewritten_with_the_installations_own_key_is_shown(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    """The key lies in the database; whoever has it can sign any tree, but not the one that the witnesses have."""
    sealed(walked, both)
    for table in ("leaf", "node", "head"):
        walked.sql(f"DELETE FROM plumbing.{table}")
    walked.sql("UPDATE plumbing.journal SET xact = xact::text::bigint::text::xid8")
    on(walked, lambda engine: sealing.seal(engine, most=50))
    on(walked, sealing.seal)
    assert verified(walked, ()) == (0, set())
    walked.sql("DELETE FROM plumbing.leaf WHERE n > 40")
    code, kinds = verified(walked, both)
    assert code == 1
    assert "head.beyond" in kinds


def test_an_entry_put_in_behind_a_head_is_found(walked: Installation, both: tuple[FileWitness, FileWitness]) -> None:
    sealed(walked, both)
    walked.sql(
        "INSERT INTO plumbing.journal (home, thread, seq, at, entry, hash, xact)"
        " SELECT home, gen_random_uuid(), seq, at, entry, hash, '3' FROM plumbing.journal WHERE seq < 0 LIMIT 1"
    )
    assert verified(walked, both) == (1, {"entry.never_sealed"})


def test_an_installation_that_is_not_sealed_any_more_is_told(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    sealed(walked, both)
    on(walked, another_application)
    assert verified(walked, both) == (0, set())  # not yet: it was written just now
    walked.sql(
        "UPDATE plumbing.journal SET at = at - interval '1 hour' WHERE at > now() - interval '1 hour' AND seq < 0"
    )
    assert LATE in verified(walked, both)[1]


def test_another_key_than_the_installations_own_is_told(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    sealed(walked, both)
    stranger = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    walked.sql("UPDATE plumbing.setting SET value = %s WHERE name = 'licence'", stranger)
    assert "head.key" in verified(walked, both)[1]


def test_a_witness_that_lost_heads_or_does_not_answer_is_told(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    sealed(walked, both)
    near, far = both
    (near.folder / HEADS).write_text("")
    (far.folder / HEADS).write_text("nonsense\n")
    code, kinds = verified(walked, both)
    assert code == 1
    assert kinds == {"witness.silent", "witness.behind"}


def rewritten(installation: Installation, both: tuple[FileWitness, FileWitness]) -> None:
    """An administrator makes the whole tree anew, with the installation's own key, longer than the witnesses know."""
    sealed(installation, both)
    installation.sql("UPDATE plumbing.journal SET rows = rows || rows WHERE seq = 1")
    for table in ("leaf", "node", "head"):
        installation.sql(f"DELETE FROM plumbing.{table}")
    on(installation, another_application)
    sealed(installation, both)


def test_a_longer_tree_that_is_another_one_is_shown_for_one_case_too(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    """单案核验也问见证人: what the witnesses have must be the beginning of what is shown, also where that is longer."""
    [[number]] = walked.sql("SELECT number FROM casework.matter ORDER BY number LIMIT 1")
    rewritten(walked, both)
    assert "witness.other_root" in verified(walked, both, "--case", number)[1]


def test_yesterdays_dump_is_shown_by_the_witnesses(
    walked: Installation, both: tuple[FileWitness, FileWitness], cluster: Cluster, fresh_database: Callable[[str], str]
) -> None:
    """回滚到昨天: a database that is whole in itself, and worked on since."""
    sealed(walked, both)
    name = walked.url.rpartition("dbname=")[2]
    yesterday = Installation(cluster.conninfo(ADMIN, fresh_database(name)))
    on(walked, another_application)
    sealed(walked, both)
    assert verified(yesterday, ()) == (0, set())
    assert verified(yesterday, both) == (1, {"tree.cut"})
    on(yesterday, another_application)
    on(yesterday, another_application)
    while on(yesterday, sealing.seal):
        pass
    assert verified(yesterday, both)[1] & {"tree.cut", "witness.other_root"}


def test_a_clock_that_was_set_back_is_counted(walked: Installation) -> None:
    """时钟回拨: no mistake in the journal, but told."""

    def back(engine: Engine) -> None:
        [(home, case)] = _read(engine, "SELECT home, id FROM casework.matter WHERE closed_at IS NULL LIMIT 1")
        with engine.begin(SYSTEM, at=datetime(2001, 1, 1, tzinfo=UTC)) as work:
            note_on(work, home, case, "data.fetched", {"material": "x", "line": "GAT", "state": "fetched"})

    before = walked.run("verify", "--json").said["earlier"]
    on(walked, back)
    ran = walked.run("verify", "--json")
    assert ran.said["earlier"] == before + 1
    assert "say an earlier time" in walked.run("verify").text


def _read(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with engine.begin(SYSTEM) as work:
        return work.read(sql)


class Liar:
    """A witness that shows whatever it likes."""

    name = "liar"

    def __init__(self, heads: list[Head]) -> None:
        self.shown = heads

    def heads(self) -> Iterator[Head]:
        return iter(self.shown)

    def latest(self) -> Head | None:
        return None

    def take(self, head: Head, proof: Sequence[bytes]) -> None:
        raise AssertionError(f"nothing is told here: {head} {proof}")


def test_a_witness_that_lies_accuses_nobody_but_itself(
    walked: Installation, both: tuple[FileWitness, FileWitness]
) -> None:
    """见证人说谎: a head that nobody has signed proves nothing; one under a key of its own is named as such."""
    sealed(walked, both)
    true = list(both[0].heads())
    made_up = replace(true[-1], size=true[-1].size + 5, root=bytes(32))
    own = Signer(Ed25519PrivateKey.generate())

    def found(*heads: Head) -> set[str]:
        def do(engine: Engine) -> set[str]:
            with engine.begin(SYSTEM) as work:
                return {one.kind for _, one in prove(work, [Liar(list(heads))]).findings}

        return set(on(walked, do))

    assert found(*true) == set()
    assert found(*true, made_up) == {"head.signature"}
    assert found(*true, sealing.signed(made_up, own)) == {"head.key", "tree.cut"}
    assert found(*reversed([*true, made_up])) >= {"head.signature"}


@pytest.mark.requirement("R05")
def test_one_case_is_proved_alone(walked: Installation, both: tuple[FileWitness, FileWitness]) -> None:
    sealed(walked, both)
    [[number, home, case]] = walked.sql(
        "SELECT number, home, id FROM casework.matter ORDER BY journal_seq DESC, id LIMIT 1"
    )
    assert verified(walked, both, "--case", number) == (0, set())
    ran = walked.run("verify", "--case", number, "--witness", both[0].name)
    assert "1 journals" in ran.text
    assert "all whole" in ran.text
    for statement, kind in (
        (
            "UPDATE plumbing.journal SET rows = rows || rows WHERE home = %s AND thread = %s AND seq = 3",
            "entry.not_as_sealed",
        ),
        ("UPDATE handling.opinion SET words = words || '。' WHERE home = %s AND matter = %s", "row.changed"),
        ("UPDATE casework.matter SET applicant = '改' WHERE home = %s AND id = %s", "row.changed"),
        ("DELETE FROM intake.notice WHERE home = %s AND application = %s", "row.missing"),
        ("UPDATE plumbing.journal SET entry = entry || ' ' WHERE home = %s AND thread = %s AND seq = 2", "changed"),
    ):
        walked.sql(statement, home, case)
        code, kinds = verified(walked, both, "--case", number)
        assert (code, kind in kinds) == (1, True), (statement, kinds)
    [[sound]] = walked.sql("SELECT number FROM casework.matter WHERE status = 'submitted' ORDER BY number LIMIT 1")
    assert verified(walked, both, "--case", sound) == (0, set())
    assert walked.run("verify", "--case", "1").code == 2


def test_what_was_found_is_said_in_a_line_each(walked: Installation, both: tuple[FileWitness, FileWitness]) -> None:
    sealed(walked, both)
    walked.sql("UPDATE sharing.licence SET holder = holder || '改'")
    ran = walked.run("verify", "--witness", both[0].name)
    assert ran.code == 1
    assert "  row.changed  {" in ran.text
    assert '"table":"sharing.licence"' in ran.text
    assert f"witnesses: {both[0].name} has" in ran.text
    assert "no witness was named" in walked.run("verify").text


def test_the_bare_driver_cannot_change_what_is_sealed(walked: Installation) -> None:
    """Neither program nor worker may change or take away a leaf, a node or a head."""
    for table in ("leaf", "node", "head", "journal"):
        with psycopg.connect(walked.url, options="-c role=yiwang_worker") as connection:
            for statement in (f"UPDATE plumbing.{table} SET hash = hash", f"DELETE FROM plumbing.{table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(statement.replace("head SET hash = hash", "head SET root = root").encode())
