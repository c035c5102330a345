"""对账命令 — `yiwang reconcile`: cases, the replay of their journals, outbox and effects held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

import msgspec
import typer

from yiwang.casework.service import auditing as casework
from yiwang.commands.opening import AsJson, DataFolder, opened, progress
from yiwang.enforcement import service as enforcement
from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.chain import canonical
from yiwang.handling.service import auditing as handled
from yiwang.intake.service import auditing as intake
from yiwang.oversight import service as oversight
from yiwang.plumbing import outbox
from yiwang.plumbing.work import Work
from yiwang.sharing.service import auditing as sharing


def reconcile(data: DataFolder = None, as_json: AsJson = False) -> None:
    """Compare cases, journal replay, outbox and effects; print every difference. Exit 1 if there is any.

    Changes nothing, and may run beside a working system: it sees everything as of one moment.
    """
    started = perf_counter()
    shown: list[dict[str, Any]] = []
    kinds: Counter[str] = Counter()
    seen = 0

    def told(cases: int) -> None:
        nonlocal seen
        seen += cases
        bar.advance(task, cases)

    with opened(data, steady=True) as engine, engine.begin(SYSTEM) as work, progress() as bar:
        task = bar.add_task("reconcile", total=casework.count(work))
        for number, found in differences(work, told):
            kinds[found.kind] += 1
            if as_json:
                shown.append({"number": number, **msgspec.to_builtins(found)})
            else:
                typer.echo(f"{number or found.id}  {found.kind}  {canonical(msgspec.to_builtins(found.facts))}")
    seconds = perf_counter() - started
    if as_json:
        report = {"cases": seen, "seconds": round(seconds, 3), "kinds": kinds, "differences": shown}
        typer.echo(msgspec.json.encode(report).decode())
    else:
        verdict = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())) or "no difference"
        typer.echo(f"{seen} cases: {verdict} ({seconds:.1f} s)")
    if kinds:
        raise typer.Exit(1)


def differences(work: Work, told: Callable[[int], None] = lambda _: None) -> Iterator[tuple[str, Difference]]:
    """Every difference with the number of its case; each system looks at its own tables, a stretch at a time."""
    for stretch, kept in casework.stretches(work):
        yield from of_stretch(work, stretch, kept)
        told(len(kept))
    for one in casework.inbox_without_task(work):
        yield "", one
    for home, errand, kind, key, error in outbox.dead(work):
        yield "", Difference("errand.dead", home, errand, {"kind": kind, "key": key, "error": error})


def of_stretch(work: Work, stretch: Stretch, kept: Mapping[Key, casework.Kept]) -> Iterator[tuple[str, Difference]]:
    """The differences of one stretch and its cases, case by case."""
    cases = {key: one.case for key, one in kept.items()}
    found = [
        *casework.differences(work, stretch, kept),
        *intake.differences(work, stretch, cases),
        *sharing.differences(work, stretch),
        *handled.differences(work, stretch, cases),
        *enforcement.differences(work, stretch, cases),
        *oversight.differences(work, stretch, cases),
    ]

    def at(one: Difference) -> Key:
        return one.home, one.id

    for one in sorted(found, key=at):
        case = cases.get(at(one))
        yield (case.matter.number if case is not None else ""), one
