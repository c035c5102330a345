"""封存 — the journal sealed into one Merkle tree, its heads signed and told to witnesses outside the database.

No act waits for it: the worker follows behind. docs/adr/0012
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog

from yiwang.ground.actor import SYSTEM
from yiwang.ground.merkle import Frontier, Growing, Subtree, consistency, inclusion, node_hash, root, split
from yiwang.ground.sealed import NOTHING, Head, leaf_of
from yiwang.plumbing.signing import Signer, verify
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.witnesses import Silent, Unwitnessed, Witness
from yiwang.plumbing.work import Engine, Work

MOST = 5_000
"""Entries sealed by one round."""
STEP = 8
"""Every eighth level of the tree is kept: a proof reads 255 hashes of each at most."""
_LOCK = 0x7365616C

LEAF = Table(
    "plumbing.leaf",
    {"n": "bigint", "home": "int", "thread": "uuid", "seq": "int", "hash": "bytea"},
    ("n",),
    {"leaf_pkey": "work.try_again", "leaf_entry_key": "work.try_again"},
)
NODE = Table("plumbing.node", {"level": "int", "n": "bigint", "hash": "bytea"}, ("level", "n"))
HEAD = Table(
    "plumbing.head",
    {
        "size": "bigint",
        "root": "bytea",
        "at": "timestamptz",
        "key": "bytea",
        "signature": "bytea",
        "peaks": "bytea",
        "horizon": "xid8",
    },
    ("size",),
    {"head_pkey": "work.try_again"},
)
WITNESSED = Table(
    "plumbing.witnessed",
    {"witness": "text", "size": "bigint", "at": "timestamptz", "refusal": "text"},
    ("witness",),
)

_UNSEALED = """
SELECT home, thread, seq, hash, rows, xact::text FROM plumbing.journal j
WHERE xact >= %s::text::xid8 AND NOT EXISTS (
    SELECT FROM plumbing.leaf l WHERE l.home = j.home AND l.thread = j.thread AND l.seq = j.seq)
ORDER BY j.xact, home, thread, seq LIMIT %s
"""
_HEADS = "SELECT size, root, at, horizon::text::bigint, key, signature FROM plumbing.head"

_log = structlog.get_logger("sealing")


def seal(engine: Engine, most: int = MOST) -> int:
    """封存: append what the journal has and the tree has not, sign the new head; how many entries that were.

    Any number of workers may call it: one does it, the others find nothing to do. What an act commits late is found
    all the same: a head names the oldest transaction that was under way (`horizon`), and the next round looks at
    everything written from there on; what is in the tree already is passed over.
    """
    with engine.begin(SYSTEM) as work:
        if not work.read("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))[0][0]:
            return 0
        [[under_way]] = work.read("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        frontier, horizon = _grown(work)
        # A database restored elsewhere counts its transactions anew: then look at all of it once.
        rows = work.read(_UNSEALED, (str(horizon if horizon <= under_way else 0), most))
        if rows:
            reached = under_way if len(rows) < most else min(under_way, int(rows[-1][5]))
            _append(work, frontier, rows, reached)
    return len(rows)


def _grown(work: Work) -> tuple[Frontier, int]:
    """The tree as the last head has it, and where its horizon lies."""
    rows = work.read("SELECT size, peaks, horizon::text::bigint FROM plumbing.head ORDER BY size DESC LIMIT 1")
    if not rows:
        return Frontier(), 0
    size, peaks, horizon = rows[0]
    return Frontier(size, tuple(peaks[at : at + 32] for at in range(0, len(peaks), 32))), horizon


def _append(work: Work, frontier: Frontier, rows: Sequence[tuple[Any, ...]], horizon: int) -> None:
    growing = Growing(frontier)
    for home, thread, seq, link, written, _ in rows:
        leaf = leaf_of(home, thread, seq, link, written)
        work.add(LEAF, {"n": growing.size, "home": home, "thread": thread, "seq": seq, "hash": leaf})
        for level, place, found in growing.append(leaf):
            if level % STEP == 0:
                work.add(NODE, {"level": level, "n": place, "hash": found})
    grown = growing.frontier
    head = signed(Head(grown.size, grown.root, work.now, horizon), work.engine.signer)
    work.add(
        HEAD,
        {
            "size": head.size,
            "root": head.root,
            "at": head.at,
            "key": head.key,
            "signature": head.signature,
            "peaks": b"".join(grown.peaks),
            "horizon": str(horizon),
        },
    )


def signed(head: Head, signer: Signer) -> Head:
    """签署: the head under this key."""
    return replace(head, key=signer.public, signature=signer.sign(head.message))


def genuine(head: Head) -> bool:
    """真签: whether the holder of its key has signed this head; whose key that is, is another question."""
    return verify(head.key, head.message, head.signature)


def latest(work: Work) -> Head:
    """最新树首: the last signed head; NOTHING before the first."""
    rows = work.read(f"{_HEADS} ORDER BY size DESC LIMIT 1")
    return Head(*rows[0]) if rows else NOTHING


def heads(work: Work) -> list[Head]:
    """All heads, the first first."""
    return [Head(*row) for row in work.read(f"{_HEADS} ORDER BY size")]


def kept(work: Work) -> Subtree:
    """在库之树: the roots of parts of the tree, from the leaves and nodes that the database keeps.

    ValueError when some of them are gone.
    """

    def subtree(low: int, high: int) -> bytes:
        size = high - low
        if size & (size - 1) or low % size:
            middle = low + split(size)
            return node_hash(subtree(low, middle), subtree(middle, high))
        level = (size.bit_length() - 1) // STEP * STEP
        first, last = low >> level, high >> level
        if level:
            rows = work.read(
                "SELECT hash FROM plumbing.node WHERE level = %s AND n >= %s AND n < %s ORDER BY n",
                (level, first, last),
            )
        else:
            rows = work.read("SELECT hash FROM plumbing.leaf WHERE n >= %s AND n < %s ORDER BY n", (first, last))
        if len(rows) != last - first:
            raise ValueError("the tree has gaps")
        return root([found for (found,) in rows])

    return subtree


def places(work: Work, home: int, thread: UUID) -> dict[int, int]:
    """Where the entries of a thread stand in the tree: place by number, for those that are sealed."""
    return dict(work.read("SELECT seq, n FROM plumbing.leaf WHERE home = %s AND thread = %s", (home, thread)))


def proof_of(work: Work, place: int, head: Head) -> list[bytes]:
    """在内证明: that the leaf at `place` is in the tree of this head."""
    return inclusion(place, head.size, kept(work))


def tell(engine: Engine, witnesses: Sequence[Witness]) -> None:
    """告知见证: give every witness the last head, with the proof that it continues what the witness has.

    What it says is written down and, when it refuses, logged: `yiwang verify` shows it. Whoever was killed between
    database and witness, or found it silent, tells it the next time: what it has is asked of itself.
    """
    with engine.begin(SYSTEM) as work:
        head = latest(work)
        before = {name: (size, said) for name, size, said in work.read(_SAID)}
    if not head.size:
        return
    for witness in witnesses:
        if before.get(witness.name) == (head.size, ""):
            continue
        refusal = _tell(engine, witness, head)
        if before.get(witness.name) != (head.size, refusal):
            with engine.begin(SYSTEM) as work:
                said = {"witness": witness.name, "size": head.size, "at": work.now, "refusal": refusal}
                work.add(WITNESSED, said, Mode.PUT)


_SAID = "SELECT witness, size, refusal FROM plumbing.witnessed"


def _tell(engine: Engine, witness: Witness, head: Head) -> str:
    """What the witness has against the head; nothing when it has taken it."""
    try:
        seen = witness.latest()
        if seen == head:
            return ""
        proof: list[bytes] = []
        if seen is not None and 0 < seen.size < head.size:
            with engine.begin(SYSTEM) as work:
                proof = consistency(seen.size, head.size, kept(work))
        witness.take(head, proof)
    except Silent as silent:
        _log.warning("witness is silent", witness=witness.name, why=str(silent))
        return f"silent: {silent}"
    except (Unwitnessed, ValueError) as refusal:
        _log.error("witness refuses", witness=witness.name, size=head.size, why=str(refusal))
        return str(refusal)
    return ""


def said(work: Work) -> list[tuple[str, int, str]]:
    """What each witness last said: its name, of which size, and its refusal or nothing."""
    return [(name, size, refusal) for name, size, refusal in work.read(f"{_SAID} ORDER BY witness")]
