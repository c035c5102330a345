"""核验命令 — `yiwang verify`: every journal recomputed from its first entry, the sealed tree held against journal and
witnesses, the rows of the cases against what the journal vouches for and what follows from it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, pairwise
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import msgspec
import typer

from yiwang.casework.service import auditing, reading
from yiwang.commands.opening import AsJson, DataFolder, opened, progress
from yiwang.commands.reconcile import differences, of_stretch
from yiwang.commands.running import WITNESSES, data_folder, witness_folders
from yiwang.connectors.witness.client import witnesses
from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Difference, Stretch
from yiwang.ground.chain import Thread, canonical
from yiwang.ground.merkle import consistency, continues, includes
from yiwang.ground.outcome import Refused
from yiwang.ground.sealed import NOTHING, Head, leaf_of
from yiwang.plumbing import journal, proving, sealing
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.journal import Break, Row
from yiwang.plumbing.witnesses import Silent, Witness
from yiwang.plumbing.work import Work

SKEW = timedelta(minutes=1)
"""Clocks of several machines may differ by so much."""
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
    """核验结果: how much was recomputed, and each broken thread with its case number, the first broken entry, why; how
    many entries say an earlier time than the one before them: a clock was set back.
    """

    threads: int = 0
    entries: int = 0
    earlier: int = 0
    broken: list[tuple[str, Break]] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """核验结论: the journals, the tree with its witnesses, and everything else that is not as it should be."""

    journals: Proof = field(default_factory=Proof)
    tree: proving.Tree = field(default_factory=proving.Tree)
    findings: list[tuple[str, Difference]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Nothing was found."""
        return not self.journals.broken and not self.findings


def verify(
    data: DataFolder = None,
    as_json: AsJson = False,
    case: Annotated[str, typer.Option("--case", help="Prove one case alone, by its number.")] = "",
    witness: Annotated[
        list[str] | None, typer.Option(help=f"Folder or address of a witness; else those of {WITNESSES}.")
    ] = None,
) -> None:
    """Recompute journals, tree and rows, ask the witnesses; name whatever is not as it was written. Exit 1 if anything.

    May run beside a working system: it sees everything as of one moment, in a memory that does not grow.
    """
    started = perf_counter()
    asked = _witnesses(data, witness or [])
    with opened(data, steady=True) as engine, engine.begin(SYSTEM) as work, progress() as bar:
        task = bar.add_task("verify", total=journal.size(work) or None)
        if case:
            verdict = prove_one(work, case, asked)
        else:
            verdict = prove(work, asked, lambda entries: bar.update(task, completed=entries))
    seconds = perf_counter() - started
    if as_json:
        typer.echo(msgspec.json.encode(_report(verdict, seconds)).decode())
    else:
        _say(verdict, seconds, witnessed=bool(asked))
    if not verdict.whole:
        raise typer.Exit(1)


def _witnesses(data: Path | None, named: Sequence[str]) -> list[Witness]:
    """Those named, else those of the environment, else those that the demo of this folder keeps."""
    if names := " ".join(named) or os.environ.get(WITNESSES, ""):
        return witnesses(names)
    return [one for folder in witness_folders(data_folder(data)) for one in witnesses(str(folder)) if folder.exists()]


def prove(work: Work, asked: Sequence[Witness], told: Callable[[int], None] = lambda _: None) -> Verdict:
    """全部核验: journals, tree, witnesses, rows, and what must follow from the journals."""
    verdict = Verdict(prove_all(work, told))
    rows = (one for of in proving.stretches(work) for one in proving.rows(work, of))
    verdict.findings += _as_far_as_it_goes("tree", (("", one) for one in proving.tree(work, asked, verdict.tree)))
    verdict.findings += _as_far_as_it_goes("rows", (("", one) for one in rows))
    verdict.findings += _as_far_as_it_goes("differences", differences(work))
    return verdict


def _as_far_as_it_goes(check: str, found: Iterator[tuple[str, Difference]]) -> Iterator[tuple[str, Difference]]:
    """Who has damaged what a check reads may not silence it: that it could not go on is a finding of its own."""
    try:
        yield from found
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 — whatever the damage does to the code that reads it, it is told
        yield "", proving.found("check.impossible", check=check, why=f"{type(error).__name__}: {error}")


def prove_one(work: Work, number: str, asked: Sequence[Witness]) -> Verdict:
    """单案核验: one case — its chain, each entry's place under the last head and the witnesses' heads, its rows."""
    try:
        home, case = reading.find(work, number)
    except Refused as refusal:
        raise typer.BadParameter(f"no such case: {refusal.code}") from refusal
    held = reading.look(work, home, case)
    alone = Stretch((home, type(case)(int=case.int - 1)), (home, case))
    verdict = Verdict()
    entries = journal.rows(work, home, case)
    _prove(verdict.journals, entries, (held.thread, held.matter.number))
    sealed = ((number, one) for one in _sealed(work, verdict, home, entries, asked))
    verdict.findings += _as_far_as_it_goes("tree", sealed)
    verdict.findings += _as_far_as_it_goes("rows", ((number, one) for one in proving.rows(work, alone)))
    verdict.findings += _as_far_as_it_goes("differences", _differences(work, alone))
    return verdict


def _differences(work: Work, alone: Stretch) -> Iterator[tuple[str, Difference]]:
    yield from of_stretch(work, alone, auditing.kept_in(work, alone))


def _sealed(
    work: Work, verdict: Verdict, home: int, entries: Sequence[Row], asked: Sequence[Witness]
) -> Iterator[Difference]:
    """Each entry is proved into the last head; those not sealed yet are counted as waiting."""
    head, thread = sealing.latest(work), entries[0][1] if entries else proving.NOWHERE
    places = sealing.places(work, home, thread)
    if head.size and not (head.key == work.engine.signer.public and sealing.genuine(head)):
        yield proving.found("head.signature", size=head.size)
    for row, carried in zip(entries, journal.carried(work, home, thread), strict=True):
        place = places.get(row[2])
        if place is None or place >= head.size:
            verdict.tree.waiting += 1
            continue
        leaf = leaf_of(home, thread, row[2], row[5], carried)
        try:
            proof = sealing.proof_of(work, place, head)
        except ValueError:
            proof = []
        if not includes(place, head.size, leaf, proof, head.root):
            yield proving.found("entry.not_as_sealed", home, thread, seq=row[2], n=place)
        verdict.tree.leaves += 1
    for one in asked:
        try:
            yield from _witnessed(work, verdict, head, one)
        except Silent as silent:
            yield proving.found("witness.silent", witness=one.name, why=str(silent))


def _witnessed(work: Work, verdict: Verdict, head: Head, one: Witness) -> Iterator[Difference]:
    """The last head continues all that this witness has."""
    last = NOTHING
    for seen in one.heads():
        if not sealing.genuine(seen):
            yield proving.found("head.signature", witness=one.name, size=seen.size)
            break
        last = seen
        if seen.size >= head.size:
            break
    verdict.tree.witnessed[one.name] = last.size
    if last.size > head.size:
        yield proving.found("tree.cut", witness=one.name, size=last.size, entries=head.size)
    elif not last.size:
        if head.size and work.now - head.at > proving.LAG:
            yield proving.found("witness.behind", witness=one.name, size=0, expected=head.size)
    elif not continues(last.size, head.size, last.root, head.root, _continuing(work, last, head)):
        yield proving.found("witness.other_root", witness=one.name, size=last.size, entries=head.size)


def _continuing(work: Work, last: Head, head: Head) -> list[bytes]:
    try:
        return consistency(last.size, head.size, sealing.kept(work))
    except ValueError:  # the tree has gaps: nothing is proved
        return []


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
    proof.earlier += sum(after[3] < before[3] - SKEW for before, after in pairwise(rows))
    if found := journal.prove(rows, head[0]):
        proof.broken.append((head[1], found))
    elif not rows:  # a case whose very opening was never written down
        proof.broken.append((head[1], Break(head[0].home, head[0].id, 1, "cut")))


def _say(verdict: Verdict, seconds: float, *, witnessed: bool) -> None:
    for number, broken in verdict.journals.broken:
        typer.echo(f"{number or broken.thread}  entry {broken.seq}: {broken.why} — {WORDS[broken.why]}")
    for number, one in verdict.findings:
        whose = number or (one.id if one.home >= 0 else "tree")
        typer.echo(f"{whose}  {one.kind}  {canonical(msgspec.to_builtins(one.facts))}")
    proof, tree = verdict.journals, verdict.tree
    counted = Counter(one.kind for _, one in verdict.findings)
    parts = [f"{len(proof.broken)} broken"] if proof.broken else []
    parts += [f"{kind} {n}" for kind, n in sorted(counted.items())]
    parts += [f"{proof.earlier} say an earlier time than the entry before"] if proof.earlier else []
    rate = proof.entries / seconds
    typer.echo(
        f"{proof.threads} journals, {proof.entries} entries: {', '.join(parts) or 'all whole'}"
        f" ({seconds:.1f} s, {rate:.0f} entries/s)"
    )
    sealed = f"{tree.leaves} entries sealed, {tree.waiting} waiting for it"
    seen = ", ".join(f"{name} has {size}" for name, size in tree.witnessed.items())
    typer.echo(f"{sealed}; {'witnesses: ' + seen if witnessed else 'no witness was named, none was asked'}")


def _report(verdict: Verdict, seconds: float) -> dict[str, object]:
    proof = verdict.journals
    return {
        "threads": proof.threads,
        "entries": proof.entries,
        "earlier": proof.earlier,
        "seconds": round(seconds, 3),
        "broken": [
            {"number": number, "home": found.home, "thread": found.thread, "seq": found.seq, "why": found.why}
            for number, found in proof.broken
        ],
        "tree": verdict.tree,
        "findings": [{"number": number, **msgspec.to_builtins(one)} for number, one in verdict.findings],
    }
