"""胶囊命令 — `yiwang capsule`: one case as one file that proves itself offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yiwang.casework.service import reading
from yiwang.commands.opening import DataFolder, opened
from yiwang.front import capsules
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused


def capsule(
    number: Annotated[str, typer.Argument(help="The case's number.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; `python3 FILE` checks it.")],
    data: DataFolder = None,
    overseer: Annotated[
        bool, typer.Option("--overseer", help="Without the applicant's own data, with what officers said.")
    ] = False,
) -> None:
    """Write the capsule of one case: data, acts, clocks, proofs, and the program that checks them. Exit 2: no case."""
    with opened(data, steady=True) as engine, engine.begin(SYSTEM) as work:
        try:
            home, case = reading.find(work, number)
        except Refused as refusal:
            raise typer.BadParameter(f"no such case: {refusal.code}") from refusal
        made = capsules.capsule(work, reading.look(work, home, case), own=not overseer)
    out.write_bytes(made)
    typer.echo(f"{out}: {len(made)} bytes; check it with: python3 {out}")
