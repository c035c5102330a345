"""证明 — the sealed journal held against itself: its tree against the entries, its heads against the witnesses,
and the rows of the cases against what the entries vouch for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import merge
from itertools import groupby
from typing import Any
from uuid import UUID

from yiwang.ground.audit import FIRST, LAST, Difference, Stretch
from yiwang.ground.chain import GENESIS, link
from yiwang.ground.merkle import Growing
from yiwang.ground.sealed import Head, leaf_of
from yiwang.plumbing import journal, sealing
from yiwang.plumbing.tables import VOUCHED, Table
from yiwang.plumbing.vouching import BROUGHT_IN, TAG, Owner, Vouched, parts_of, standing, vouch
from yiwang.plumbing.witnesses import Silent, Witness
from yiwang.plumbing.work import Work

LAG = timedelta(minutes=5)
"""How long an entry may wait for its place in the tree, and a witness for its head."""
SLICE = 5_000
MOST_NAMED = 100

NOWHERE = UUID(int=0)


def found(kind: str, home: int = -1, thread: UUID = NOWHERE, **facts: object) -> Difference:
    """A finding; of no case in particular when there is no home."""
    return Difference(kind, home, thread, facts)


@dataclass(slots=True)
class Tree:
    """树之核验 — how far the tree was recomputed, how many entries wait for it, how many heads each witness has."""

    leaves: int = 0
    heads: int = 0
    waiting: int = 0
    witnessed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    """A head, by whom; the database is nobody. Its own heads have the frontier that the next round grows from."""

    head: Head
    by: str = ""
    peaks: bytes = b""


def tree(work: Work, witnesses: Sequence[Witness], told: Tree) -> Iterator[Difference]:
    """核验封存: the leaves against the entries, each head against the leaves before it, whoever keeps it.

    Reads the tree once from its first leaf, in a memory that does not grow.
    """
    trouble: list[Difference] = []
    said = merge(_kept(work), *(_of(one, trouble, told) for one in witnesses), key=lambda s: s.head.size)
    check = _Check(work, told, next_of=said)
    yield from check.run()
    yield from trouble
    yield from _unsealed(work, told)
    for witness in witnesses:
        size = told.witnessed.get(witness.name, 0)
        if size < check.settled:
            yield found("witness.behind", witness=witness.name, size=size, expected=check.settled)
    for name, size, refusal in sealing.said(work):
        if refusal:
            yield found("witness.refused", witness=name, size=size, why=refusal)


def _kept(work: Work) -> Iterator[_Said]:
    after = 0
    while rows := work.read(
        "SELECT size, root, at, horizon::text::bigint, key, signature, peaks FROM plumbing.head"
        " WHERE size > %s ORDER BY size LIMIT %s",
        (after, SLICE),
    ):
        after = rows[-1][0]
        for row in rows:
            yield _Said(Head(*row[:6]), peaks=row[6])


def _of(witness: Witness, trouble: list[Difference], told: Tree) -> Iterator[_Said]:
    told.witnessed[witness.name] = 0
    try:
        for head in witness.heads():
            told.witnessed[witness.name] = head.size
            yield _Said(head, witness.name)
    except Silent as silent:
        trouble.append(found("witness.silent", witness=witness.name, why=str(silent)))


class _Check:
    """The leaves in their order, and the heads at the sizes they speak of."""

    def __init__(self, work: Work, told: Tree, next_of: Iterator[_Said]) -> None:
        self.work, self.told, self.heads = work, told, next_of
        self.head = next(self.heads, None)
        self.growing = Growing()
        self.last = 0
        self.settled = 0
        self.wrong: set[str] = set()
        self.nodes: list[tuple[int, int, bytes]] = []

    def run(self) -> Iterator[Difference]:
        """All findings of the tree."""
        for rows in self._leaves():
            for row in rows:
                if row[0] != self.growing.size:
                    yield found("leaf.missing", n=self.growing.size)
                    return
                yield from self._leaf(*row)
            yield from self._nodes()
        while self.head is not None:
            kind = "tree.cut" if self.head.by else "head.beyond"
            yield from self._signed(self.head)
            if sealing.genuine(self.head.head):
                yield from self._once(kind, self.head, entries=self.growing.size)
            self.head = next(self.heads, None)
        if self.last != self.growing.size:
            yield found("leaf.unsigned", entries=self.growing.size, signed=self.last)
        size, expected = self.growing.size, 0
        while size := size >> sealing.STEP:
            expected += size
        [[nodes]] = self.work.read("SELECT count(*) FROM plumbing.node")
        if nodes != expected:
            yield found("node.count", stored=nodes, expected=expected)

    def _leaves(self) -> Iterator[list[tuple[Any, ...]]]:
        after = -1
        while rows := self.work.read(
            "SELECT l.n, l.home, l.thread, l.seq, l.hash, j.hash, j.rows FROM plumbing.leaf l"
            " LEFT JOIN plumbing.journal j USING (home, thread, seq) WHERE l.n > %s ORDER BY l.n LIMIT %s",
            (after, SLICE),
        ):
            after = rows[-1][0]
            yield rows

    def _leaf(
        self, n: int, home: int, thread: UUID, seq: int, leaf: bytes, seal: bytes | None, rows: bytes
    ) -> Iterator[Difference]:
        if seal is None:
            yield found("entry.missing", home, thread, seq=seq, n=n)
        elif leaf_of(home, thread, seq, seal, rows) != leaf:
            yield found("entry.not_as_sealed", home, thread, seq=seq, n=n)
        self.nodes += [one for one in self.growing.append(leaf) if one[0] % sealing.STEP == 0]
        self.told.leaves += 1
        while self.head is not None and self.head.head.size <= self.growing.size:
            yield from self._head(self.head)
            self.head = next(self.heads, None)

    def _head(self, said: _Said) -> Iterator[Difference]:
        head, frontier = said.head, self.growing.frontier
        if (head.size != frontier.size or head.root != frontier.root) and (not said.by or sealing.genuine(head)):
            yield from self._once("witness.other_root" if said.by else "head.root", said)
        yield from self._signed(said)
        if said.by:
            return
        self.told.heads += 1
        self.last = head.size
        if said.peaks != b"".join(frontier.peaks):
            yield from self._once("head.peaks", said)
        if self.work.now - head.at > LAG:
            self.settled = head.size

    def _signed(self, said: _Said) -> Iterator[Difference]:
        """What nobody here has signed accuses only whoever shows it."""
        if said.head.key != self.work.engine.signer.public:
            yield from self._once("head.key", said)
        elif not sealing.genuine(said.head):
            yield from self._once("head.signature", said)

    def _once(self, kind: str, said: _Said, **facts: object) -> Iterator[Difference]:
        """What is wrong with one head is wrong with all behind it: the first is named."""
        if f"{kind} {said.by}" not in self.wrong:
            self.wrong.add(f"{kind} {said.by}")
            by = {"witness": said.by} if said.by else {}
            yield Difference(kind, -1, NOWHERE, {"size": said.head.size, **by, **facts})

    def _nodes(self) -> Iterator[Difference]:
        levels, places = [level for level, _, _ in self.nodes], [place for _, place, _ in self.nodes]
        stored = self.work.read(
            "SELECT level, n, hash FROM plumbing.node JOIN unnest(%s::int[], %s::bigint[]) AS w(level, n)"
            " USING (level, n)",
            (levels, places),
        )
        there = {(level, place): digest for level, place, digest in stored}
        for level, place, expected in self.nodes:
            if there.get((level, place)) != expected:
                yield found("node.not_as_computed", level=level, n=place)
        self.nodes = []


def _unsealed(work: Work, told: Tree) -> Iterator[Difference]:
    """Entries without a leaf: those that a head says are in were put in behind its back; others may wait a while."""
    horizon = sealing.latest(work).horizon
    rows = work.read(
        "SELECT home, thread, seq, xact::text::bigint < %s, at < %s, count(*) OVER () FROM plumbing.journal j"
        " WHERE NOT EXISTS (SELECT FROM plumbing.leaf l"
        " WHERE l.home = j.home AND l.thread = j.thread AND l.seq = j.seq) ORDER BY 4 DESC, at LIMIT %s",
        (horizon, work.now - LAG, MOST_NAMED),
    )
    told.waiting = rows[0][5] if rows else 0
    for home, thread, seq, before, _, _ in rows:
        if before:
            yield found("entry.never_sealed", home, thread, seq=seq)
    if any(late and not before for *_, before, late, _ in rows):
        yield found("sealing.late", waiting=told.waiting)


def stretches(work: Work, size: int = 500) -> Iterator[Stretch]:
    """All homes, in stretches of about so many journals; they leave no gap and no end."""
    after = FIRST
    while True:
        rows = work.read(
            "SELECT home, thread FROM plumbing.journal WHERE (home, thread) > (%s, %s)"
            " GROUP BY home, thread ORDER BY home, thread LIMIT %s",
            (*after, size),
        )
        upto = LAST if len(rows) < size else (rows[-1][0], rows[-1][1])
        yield Stretch(after, upto)
        if upto == LAST:
            return
        after = upto


def rows(work: Work, of: Stretch) -> Iterator[Difference]:
    """核验行: every row of a stretch that a journal has to vouch for is as its last record says, and none is gone."""
    written: dict[Owner, list[bytes]] = {}
    entries = work.read(
        "SELECT home, thread, seq, at, CASE WHEN seq < 0 THEN entry END, j.hash, rows"  # noqa: S608 — our own
        f" FROM {journal.SEALED} WHERE (home, thread) > (%s, %s) AND (home, thread) <= (%s, %s)"
        f" ORDER BY home, thread, {journal.IN_ORDER}",
        of.bounds,
    )
    for home, thread, seq, at, entry, seal, carried in entries:
        if entry is not None and (link(GENESIS, entry) != seal or not journal.as_said(entry, seq, at)):
            yield found("entry.changed", home, thread, seq=seq)
        written.setdefault((home, thread), []).append(carried)
    left = {owner: standing(carried) for owner, carried in written.items()}
    for table in VOUCHED.values():
        for owner, of_owner in groupby(_rows(work, table, of), lambda pair: pair[0]):
            yield from _of_owner(work, table, owner, [row for _, row in of_owner], left.get(owner, {}))
    for (home, thread), tags in sorted(left.items()):
        if gone := tags.keys() - {BROUGHT_IN[:TAG]}:
            yield found("row.missing", home, thread, parts=len(gone))


def _of_owner(
    work: Work, table: Table, owner: Owner, there: list[dict[str, Any]], left: dict[bytes, bytes]
) -> Iterator[Difference]:
    for row in there:
        wrong = set()
        for number in range(len(parts_of(table))):
            record = vouch(work.engine.secret, table, number, row).record
            expected = left.pop(record[:TAG], None)
            empty = all(row[c] is None for c in parts_of(table)[number])
            never = expected is None and (empty or BROUGHT_IN[:TAG] in left)
            if expected != record[TAG:] and not never:
                wrong.add("row.unfounded" if expected is None else "row.changed")
        for kind in sorted(wrong):
            key = {c: row[c] for c in table.key if c != "home"}
            yield found(kind, *owner, table=table.name, key=key)


def _rows(work: Work, table: Table, of: Stretch) -> Iterator[tuple[Owner, dict[str, Any]]]:
    columns, owner = list(table.columns), f"coalesce({', '.join(table.thread)})"
    sql = (
        f"SELECT {owner}, {', '.join(columns)} FROM {table.name}"  # noqa: S608 — names of our own
        f" WHERE home BETWEEN %s AND %s AND (home, {owner}) > (%s, %s) AND (home, {owner}) <= (%s, %s)"
        f" ORDER BY home, {owner}"
    )
    for owned_by, *values in work.read(sql, (of.after[0], of.upto[0], *of.bounds)):
        row = dict(zip(columns, values, strict=True))
        yield (row["home"], owned_by), row


def vouched(work: Work, home: int, thread: UUID, names: Collection[str]) -> Iterator[tuple[Table, str, Vouched]]:
    """有凭之行: the parts of all rows of these tables that a journal vouches for, with their keys and what shows it."""
    alone = Stretch((home, UUID(int=thread.int - 1)), (home, thread))
    for name in names:
        table = VOUCHED[name]
        for _, row in _rows(work, table, alone):
            key = " ".join(str(row[c]) for c in table.key if c not in ("home", *table.thread))
            for number, columns in enumerate(parts_of(table)):
                if any(row[c] is not None for c in columns):
                    yield table, key, vouch(work.engine.secret, table, number, row)
