"""封存的规格 — every entry is in the tree once, however acts cross; a witness takes no tree that forgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Thread as OfThread
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yiwang import main
from yiwang.connectors.witness.client import HttpWitness, witnesses
from yiwang.connectors.witness.file import HEADS, FileWitness
from yiwang.connectors.witness.server import serving
from yiwang.ground.actor import SYSTEM
from yiwang.ground.chain import Thread
from yiwang.ground.merkle import continues, includes, root
from yiwang.ground.sealed import NOTHING, Head, head_of, leaf_of
from yiwang.plumbing import sealing
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN
from yiwang.plumbing.signing import Signer, verify
from yiwang.plumbing.witnesses import Silent, Unwitnessed, Witness
from yiwang.plumbing.work import Engine

STRANGER = Signer(Ed25519PrivateKey.from_private_bytes(b"x" * 32))


def write(engine: Engine, entries: int = 1, thread: Thread | None = None) -> Thread:
    """One act with so many entries in one thread."""
    with engine.begin(SYSTEM) as work:
        thread = thread or Thread(7, work.new_id())
        for n in range(entries):
            thread = work.record(thread, "tried", {"n": n})
    return thread


def head(engine: Engine) -> Head:
    with engine.begin(SYSTEM) as work:
        return sealing.latest(work)


def leaves(engine: Engine) -> list[bytes]:
    with engine.begin(SYSTEM) as work:
        rows = work.read("SELECT n, hash FROM plumbing.leaf ORDER BY n")
    assert [n for n, _ in rows] == list(range(len(rows)))
    return [found for _, found in rows]


def sealed(engine: Engine) -> int:
    """Seal all there is; the tree is as its head says."""
    while sealing.seal(engine):
        pass
    now = head(engine)
    assert (now.size, now.root) == (len(leaves(engine)), root(leaves(engine)))
    return now.size


@pytest.fixture(params=["file", "http"])
def witness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Witness]:
    """A witness of each kind."""
    if request.param == "file":
        yield FileWitness(tmp_path / "witness")
        return
    with serving("127.0.0.1", 0, FileWitness(tmp_path / "witness")) as server:
        OfThread(target=server.serve_forever, daemon=True).start()
        yield HttpWitness(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_nothing_written_nothing_sealed(bare: Engine) -> None:
    assert sealing.seal(bare) == 0
    assert head(bare) == NOTHING


def test_what_was_written_is_sealed_under_a_signed_head(bare: Engine) -> None:
    write(bare, 3)
    assert sealing.seal(bare) == 3
    assert sealing.seal(bare) == 0
    write(bare)
    assert sealed(bare) == 4
    with bare.begin(SYSTEM) as work:
        first, second = sealing.heads(work)
    assert (first.size, second.size) == (3, 4)
    assert all(one.key == bare.signer.public and verify(one.key, one.message, one.signature) for one in (first, second))


def test_a_round_takes_no_more_than_it_should(bare: Engine) -> None:
    for _ in range(4):
        write(bare, 3)
    assert [sealing.seal(bare, most=5) for _ in range(4)] == [5, 5, 2, 0]
    assert sealed(bare) == 12


def test_transactions_are_taken_as_numbers(bare: Engine, cluster: Cluster, database: Database) -> None:
    """九在十之前: else a round that takes only some would pass over what was written first, for good."""
    written = [write(bare).id for _ in range(4)]
    with psycopg.connect(cluster.conninfo(ADMIN, psycopg.conninfo.conninfo_to_dict(database.conninfo)["dbname"])) as c:  # type: ignore[arg-type]  # a name is text
        for number, thread in zip((9, 10, 11, 100), written, strict=True):
            c.execute("UPDATE plumbing.journal SET xact = %s WHERE thread = %s", (str(number), thread))
    assert [sealing.seal(bare, most=2) for _ in range(3)] == [2, 2, 0]
    with bare.begin(SYSTEM) as work:
        order = [thread for (thread,) in work.read("SELECT thread FROM plumbing.leaf ORDER BY n")]
    assert order == written


def test_an_act_that_commits_late_is_sealed_once_all_the_same(bare: Engine) -> None:
    with bare.begin(SYSTEM) as late:
        thread = late.record(Thread(7, late.new_id()), "late", {})
        late.save()
        write(bare)
        assert sealing.seal(bare) == 1
        write(bare)
        assert sealing.seal(bare) == 1
    assert sealing.seal(bare) == 1
    with bare.begin(SYSTEM) as work:
        assert sealing.places(work, 7, thread.id) == {1: 2}
    assert sealed(bare) == 3


def test_an_act_that_was_given_up_leaves_nothing(bare: Engine) -> None:
    def give_up() -> None:
        with bare.begin(SYSTEM) as work:
            work.record(Thread(7, work.new_id()), "never", {})
            work.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    write(bare)
    assert sealed(bare) == 1


def test_many_workers_seal_while_many_write(bare: Engine) -> None:
    """多个工作进程同时封存: no entry twice, none left out."""
    with ThreadPoolExecutor(12) as threads:
        writing = [threads.submit(write, bare, 2) for _ in range(150)]
        sealers = [threads.submit(sealing.seal, bare, most=20) for _ in range(60)]
        assert all(one.result().seq == 2 for one in writing)
        by_them = sum(one.result() for one in sealers)
    assert by_them > 0
    assert sealed(bare) == 300
    with bare.begin(SYSTEM) as work:
        [[twice]] = work.read("SELECT count(*) - count(DISTINCT (thread, seq)) FROM plumbing.leaf")
    assert twice == 0


def test_a_database_restored_elsewhere_is_sealed_on(bare: Engine, cluster: Cluster, database: Database) -> None:
    """Its transactions are counted anew there, so that the horizon says nothing."""
    write(bare, 2)
    sealed(bare)
    with psycopg.connect(cluster.conninfo(ADMIN, psycopg.conninfo.conninfo_to_dict(database.conninfo)["dbname"])) as c:  # type: ignore[arg-type]  # a name is text
        c.execute("UPDATE plumbing.head SET horizon = '9000000000'")
        c.execute("UPDATE plumbing.journal SET xact = '9000000001'")
    write(bare, 2)
    assert sealed(bare) == 4
    write(bare)
    assert sealed(bare) == 5


def test_every_entry_is_proved_in_by_what_is_kept(bare: Engine) -> None:
    """The tree has kept nodes by then, and a ragged end."""
    threads = [write(bare, 100) for _ in range(6)]
    threads.append(write(bare, 33))
    sealed(bare)
    all_leaves, now = leaves(bare), head(bare)
    with bare.begin(SYSTEM) as work:
        assert work.read("SELECT level, n FROM plumbing.node ORDER BY n") == [(8, 0), (8, 1)]
        places = [place for thread in threads for place in sealing.places(work, 7, thread.id).values()]
        assert sorted(places) == list(range(633))
        for place in (0, 1, 255, 256, 511, 512, 600, 632):
            assert includes(place, 633, all_leaves[place], sealing.proof_of(work, place, now), now.root)


def test_a_witness_takes_every_head_that_continues(bare: Engine, witness: Witness) -> None:
    assert witness.latest() is None
    assert list(witness.heads()) == []
    for entries in (3, 300, 1, 40):
        write(bare, entries)
        sealed(bare)
        sealing.tell(bare, [witness])
        assert witness.latest() == head(bare)
    assert [one.size for one in witness.heads()] == [3, 303, 304, 344]
    with bare.begin(SYSTEM) as work:
        assert sealing.said(work) == [(witness.name, 344, "")]


def test_killed_between_database_and_witness_the_next_round_tells_it(bare: Engine, witness: Witness) -> None:
    """库已封存、见证未收到时被杀: nothing is lost, nothing is told twice."""
    write(bare, 2)
    sealed(bare)
    sealing.tell(bare, [witness])
    for _ in range(3):  # sealed, and killed before the witness heard of it
        write(bare)
        sealed(bare)
    sealing.tell(bare, [witness])
    # Killed after the witness heard of it, before that was written down.
    with bare.begin(SYSTEM) as work:
        work.remove(sealing.WITNESSED, {"witness": witness.name})
    sealing.tell(bare, [witness])
    assert [one.size for one in witness.heads()] == [2, 5]


def test_a_witness_that_was_silent_is_told_later(bare: Engine, tmp_path: Path) -> None:
    write(bare)
    sealed(bare)
    silent = HttpWitness("http://127.0.0.1:1")
    other = FileWitness(tmp_path)
    sealing.tell(bare, [silent, other])
    assert other.latest() == head(bare)
    with bare.begin(SYSTEM) as work:
        refusals = {name: refusal for name, _, refusal in sealing.said(work)}
    assert refusals == {silent.name: "silent: ConnectError", other.name: ""}


Rolled = Callable[[], Engine]


@pytest.fixture
def rolled_back(
    bare: Engine, cluster: Cluster, empty_template: str, fresh_database: Callable[[str], str]
) -> Iterator[Rolled]:
    """The same installation as it was before anything was written: the key is its own."""
    with ExitStack() as stack:

        def roll() -> Engine:
            database = Database(cluster.conninfo(ADMIN, fresh_database(empty_template)))
            stack.callback(database.close)
            older = main.engine(database, bare.clock)
            older.signer = bare.signer
            return older

        yield roll


@pytest.mark.requirement("R05")
def test_a_database_that_was_rolled_back_is_refused(
    bare: Engine, rolled_back: Rolled, witness: Witness, log: object
) -> None:
    """库回滚: the tree is shorter, or as long and another, or longer and another."""
    write(bare, 4)
    sealed(bare)
    sealing.tell(bare, [witness])
    older = rolled_back()
    for entries, why in (
        (2, "the tree has 2 entries and had 4"),
        (2, "the tree of 4 entries does not continue that of 4"),
        (3, "the tree of 7 entries does not continue that of 4"),
    ):
        write(older, entries)
        sealed(older)
        sealing.tell(older, [witness])
        with older.begin(SYSTEM) as work:
            [[_, _, refusal]] = sealing.said(work)
        assert refusal == why
        assert why in log.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert [one.size for one in witness.heads()] == [4]


def test_a_witness_looks_at_the_signature(bare: Engine, witness: Witness) -> None:
    write(bare, 4)
    sealed(bare)
    now = head(bare)
    with pytest.raises(Unwitnessed, match="signature"):
        witness.take(replace(now, size=5), [])
    witness.take(now, [])
    for proof in ([], [now.root]):
        with pytest.raises(Unwitnessed, match="another key"):
            witness.take(sealing.signed(Head(5, now.root, now.at), STRANGER), proof)
    assert list(witness.heads()) == [now]


def test_a_witness_that_was_told_its_key_takes_no_other(bare: Engine, tmp_path: Path) -> None:
    write(bare)
    sealed(bare)
    with pytest.raises(Unwitnessed, match="another key"):
        FileWitness(tmp_path, STRANGER.public).take(head(bare), [])
    FileWitness(tmp_path, bare.signer.public).take(head(bare), [])


def test_half_a_line_that_a_crash_left_is_cut_off(bare: Engine, tmp_path: Path) -> None:
    kept = FileWitness(tmp_path)
    write(bare, 2)
    sealed(bare)
    sealing.tell(bare, [kept])
    with (tmp_path / HEADS).open("ab") as file:
        file.write(b'{"size": 3, "ro')
    assert kept.latest() == head(bare)
    assert [one.size for one in kept.heads()] == [2]
    write(bare)
    sealed(bare)
    sealing.tell(bare, [kept])
    assert [json.loads(line)["size"] for line in (tmp_path / HEADS).read_text().splitlines()] == [2, 3]


def test_a_file_that_is_none_of_a_witness_is_said_to_be_silent(tmp_path: Path) -> None:
    (tmp_path / HEADS).write_text("nonsense\n")
    for asked in (FileWitness(tmp_path).latest, lambda: list(FileWitness(tmp_path).heads())):
        with pytest.raises(Silent):
            asked()


def test_the_service_of_a_witness_answers_nonsense_with_a_refusal(tmp_path: Path) -> None:
    with serving("127.0.0.1", 0, FileWitness(tmp_path)) as server:
        OfThread(target=server.serve_forever, daemon=True).start()
        asked = HttpWitness(f"http://127.0.0.1:{server.server_port}")
        assert asked._ask("GET", "/heads?after=0") == []
        for method, path, body in (
            ("GET", "/other", None),
            ("GET", "/heads?after=x", None),
            ("POST", "/heads", {}),
            ("POST", "/heads", {"head": {"size": True}, "proof": []}),
            ("POST", "/other", {}),
            ("POST", "/heads", ["x" * 70_000]),
        ):
            with pytest.raises(Silent, match="status 40"):
                asked._ask(method, path, body)
        server.shutdown()


def test_a_witness_whose_pages_never_end_is_said_to_be_silent(
    bare: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """同一页说个不停: verify comes to an end all the same."""
    write(bare)
    sealing.seal(bare)
    sealing.tell(bare, [FileWitness(tmp_path)])
    liar = HttpWitness("http://liar.invalid")
    monkeypatch.setattr(HttpWitness, "_ask", lambda *_: [head(bare).as_text()])
    with pytest.raises(Silent, match="do not grow"):
        list(liar.heads())


def test_witnesses_are_named_by_folder_or_address() -> None:
    near, far = witnesses("/somewhere/near http://127.0.0.1:8950/")
    assert (near.name, far.name) == ("/somewhere/near", "http://127.0.0.1:8950")
    assert witnesses("") == []


def test_a_head_survives_its_text(bare: Engine) -> None:
    write(bare)
    sealed(bare)
    now = head(bare)
    assert head_of(json.loads(json.dumps(now.as_text()))) == now
    assert continues(0, now.size, NOTHING.root, now.root, [])
    for name, wrong in (
        ("size", -1),
        ("horizon", "0"),
        ("root", "00"),
        ("at", "2017-08-14T09:00:00"),
        ("signature", "x"),
        ("key", ""),
    ):
        with pytest.raises(ValueError, match=r".*"):
            head_of({**now.as_text(), name: wrong})


def test_the_leaf_says_where_the_entry_stands(bare: Engine) -> None:
    thread = write(bare)
    sealed(bare)
    moved = [(8, thread.id, 1), (7, UUID(int=1), 1), (7, thread.id, 2)]
    assert len({leaf_of(*at, thread.head, b"") for at in [(7, thread.id, 1), *moved]}) == 4
    assert leaves(bare) == [leaf_of(7, thread.id, 1, thread.head, b"")]
