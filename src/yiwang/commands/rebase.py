"""换版命令 — `yiwang rebase`: running cases of an item onto its new version, looked at first, moved on request."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import msgspec
import typer

from yiwang.casework.service import versions
from yiwang.casework.service.versions import Move
from yiwang.catalogue import service as catalogue
from yiwang.commands.opening import AsJson, DataFolder, opened, progress
from yiwang.ground.actor import SYSTEM
from yiwang.ground.number import show
from yiwang.ground.outcome import Conflict, NotFound
from yiwang.plumbing.work import Engine


def rebase(
    item: Annotated[str, typer.Argument(help="Code of the item.")],
    to: Annotated[int, typer.Option(help="The version to run on; 0 for the one in force.")] = 0,
    apply: Annotated[bool, typer.Option("--apply", help="Move the cases; without it they are only looked at.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Move the running cases of an item to a new version of its flow; without --apply, say what would change.

    Each case moves in an act of its own, with its record. One that does not fit stays on its version and is named;
    exit 1 if there is any.
    """
    with opened(data) as engine:
        with engine.begin(SYSTEM) as work:
            try:
                version = to or catalogue.published(work, item).version
                catalogue.version_of(work, item, version)
            except NotFound as error:
                raise typer.BadParameter(f"no published version {to or ''} of {item}") from error
            waiting = list(versions.running(work, item, version))
        with progress() as bar:
            task = bar.add_task("rebase", total=len(waiting))
            moves = []
            for home, case_id in waiting:
                moves.append(_one(engine, home, case_id, version, apply))
                bar.advance(task)
    stuck = [m for m in moves if m.hindrance]
    if as_json:
        report: dict[str, Any] = {"item": item, "version": version, "applied": apply, "cases": moves}
        typer.echo(msgspec.json.encode(report).decode())
    else:
        for move in moves:
            typer.echo(_line(move))
        verb = "moved" if apply else "would move"
        typer.echo(f"version {version}: {len(moves) - len(stuck)} {verb}, {len(stuck)} stay on their version")
    if stuck:
        raise typer.Exit(1)


def _one(engine: Engine, home: int, case_id: Any, version: int, apply: bool) -> Move:
    with engine.begin(SYSTEM) as work:
        move = versions.compare(work, home, case_id, version)
    if not apply or move.hindrance:
        return move
    try:
        with engine.begin(SYSTEM) as work:
            return versions.rebase(work, home, case_id, version)
    except Conflict as crossed:  # somebody worked the case between the look and the move
        stays = replace(move, promised_after=move.promised_before, promise_kept=True)
        return replace(stays, hindrance=crossed.code, facts=dict(crossed.facts))


def _line(move: Move) -> str:
    number = show(move.number)
    if move.hindrance:
        return f"{number}  stays on {move.was}: {move.hindrance} {move.facts or ''}"
    seen = move.changes
    parts = [f"+{s}" for s in seen.added] + [f"-{s}" for s in seen.gone]
    parts += [f"{s}.{f}: {a} → {b}" for s, found in seen.changed.items() for f, (a, b) in found.items()]
    promise = f"promise {move.promised_before} → {move.promised_after}{' (kept)' if move.promise_kept else ''}"
    return f"{number}  {move.was} → {move.to}  {promise}  {'; '.join(parts) or 'nothing else'}"
