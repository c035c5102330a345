"""核验命令 — `yiwang verify`: every journal recomputed from its first entry and held against what its case keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from time import perf_counter
from typing import Any

import msgspec
import typer

from yiwang.casework.service import reading
from yiwang.commands.opening import AsJson, DataFolder, opened, progress
from yiwang.ground.actor import SYSTEM
from yiwang.ground.chain import Thread
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Break, Row
from yiwang.plumbing.work import Work

WORDS = {
    "changed": "is not as it was written",
    "missing": "is missing",
    "cut": "and whatever followed was cut off",
    "added": "was added behind the case's back",
    "head": "does not carry the seal that the case keeps",
    "unowned": "belongs to no case",
}


@dataclass(slots=True)
class Proof:
    """核验结果: how much was recomputed, and each broken thread with its case number, the first broken entry, why."""

    threads: int = 0
    entries: int = 0
    broken: list[tuple[str, Break]] = field(default_factory=list)


def verify(data: DataFolder = None, as_json: AsJson = False) -> None:
    """Recompute all journals; name the first broken entry of each broken one. Exit 1 if there is any.

    May run beside a working system: it sees everything as of one moment, in a memory that does not grow.
    """
    started = perf_counter()
    with opened(data, steady=True) as engine, engine.begin(SYSTEM) as work, progress() as bar:
        task = bar.add_task("verify", total=journal.size(work) or None)
        proof = prove_all(work, lambda entries: bar.update(task, completed=entries))
    seconds = perf_counter() - started
    if as_json:
        typer.echo(msgspec.json.encode(_report(proof, seconds)).decode())
    else:
        for number, found in proof.broken:
            typer.echo(f"{number or found.thread}  entry {found.seq}: {found.why} — {WORDS[found.why]}")
        rate = proof.entries / seconds
        verdict = f"{len(proof.broken)} broken" if proof.broken else "all whole"
        typer.echo(
            f"{proof.threads} journals, {proof.entries} entries: {verdict} ({seconds:.1f} s, {rate:.0f} entries/s)"
        )
    if proof.broken:
        raise typer.Exit(1)


def prove_all(work: Work, told: Callable[[int], None] = lambda _: None) -> Proof:
    """Walk cases and journals side by side, both in the order of home and id: neither may have one the other lacks."""
    proof = Proof()
    heads = reading.heads(work)
    head = next(heads, None)
    for home, thread, rows in _threads(work):
        while head is not None and (head[0].home, head[0].id) < (home, thread):
            _prove(proof, (), head)
            head = next(heads, None)
        if head is not None and (head[0].home, head[0].id) == (home, thread):
            _prove(proof, rows, head)
            head = next(heads, None)
        else:
            proof.broken.append(("", journal.prove(rows, None) or Break(home, thread, 1, "unowned")))
            proof.threads += 1
            proof.entries += len(rows)
        told(proof.entries)
    while head is not None:
        _prove(proof, (), head)
        head = next(heads, None)
    return proof


def _threads(work: Work) -> Iterator[tuple[int, Any, Sequence[Row]]]:
    for rows in journal.threads(work):
        for (home, thread), of_thread in groupby(rows, lambda row: (row[0], row[1])):
            yield home, thread, list(of_thread)


def _prove(proof: Proof, rows: Sequence[Row], head: tuple[Thread, str]) -> None:
    proof.threads += 1
    proof.entries += len(rows)
    if found := journal.prove(rows, head[0]):
        proof.broken.append((head[1], found))
    elif not rows:  # a case whose very opening was never written down
        proof.broken.append((head[1], Break(head[0].home, head[0].id, 1, "cut")))


def _report(proof: Proof, seconds: float) -> dict[str, object]:
    return {
        "threads": proof.threads,
        "entries": proof.entries,
        "seconds": round(seconds, 3),
        "broken": [
            {"number": number, "home": found.home, "thread": found.thread, "seq": found.seq, "why": found.why}
            for number, found in proof.broken
        ],
    }
