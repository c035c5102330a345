"""机构改革命令 — `yiwang reorganise PLAN.yaml`: what a decision to merge, split or transfer would move; then do it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml

from yiwang.casework.service import moving
from yiwang.casework.service.moving import Tally
from yiwang.commands.opening import AsJson, DataFolder, opened
from yiwang.directory import service as directory
from yiwang.directory.messages import Heir, Naming, Organisation, Reorganisation, Restructuring, Transfer
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused

PlanFile = Annotated[Path, typer.Argument(help="The decision as YAML; see docs/howto/reorganise.md.")]
Apply = Annotated[bool, typer.Option("--apply", help="Enter it: carried out on its day, or now when that has come.")]
Withdraw = Annotated[bool, typer.Option("--withdraw", help="Take it back before its day.")]


class Founded(msgspec.Struct, forbid_unknown_fields=True):
    """新设: an organisation that begins on the day. `like` is one it takes level and kind from."""

    code: str
    name: str
    like: str
    name_en: str = ""


class Merge(msgspec.Struct, forbid_unknown_fields=True, rename={"sources": "from"}):
    """合并: several into one, which from then on is called `name`, if that is given."""

    sources: list[str]
    into: str
    name: str = ""


class Split(msgspec.Struct, forbid_unknown_fields=True, rename={"source": "from"}):
    """分立: one into several, or a part of one that stays."""

    source: str
    into: list[Heir]
    ends: bool = True


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """方案文件: what stands in the YAML file."""

    document: str
    day: date
    found: list[Founded] = []
    merge: list[Merge] = []
    split: list[Split] = []
    transfer: list[Transfer] = []


def reorganise(
    plan: PlanFile, apply: Apply = False, withdraw: Withdraw = False, data: DataFolder = None, as_json: AsJson = False
) -> None:
    """Print per organisation what a reorganisation would move, and what stands in its way; with --apply do it.

    Exit 1 when something stands in the way, 2 when the file cannot be read.
    """
    try:
        decision = msgspec.convert(yaml.safe_load(plan.read_text("utf-8")), Decision)
    except (OSError, UnicodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise typer.BadParameter(str(error), param_hint="PLAN") from error
    if apply and withdraw:
        raise typer.BadParameter("--apply or --withdraw, not both")
    try:
        with opened(data) as engine, engine.begin(SYSTEM) as work:
            if withdraw:
                directory.withdraw(work, decision.document)
                typer.echo(f"{decision.document}: withdrawn")
                return
            wanted = wanted_by(decision, directory.snapshot(work).organisations)
            told = moving.rehearse(work, wanted)
            directory.forget(work)
            if apply and not told.hindrances:
                told = moving.enter(work, wanted)
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    _print(told, apply=apply, as_json=as_json)
    if told.hindrances:
        raise typer.Exit(1)


def wanted_by(decision: Decision, known: Any) -> Reorganisation:
    """The plan that a file says; what a founded organisation is like comes from one that stands."""
    founded = []
    for new in decision.found:
        like = known.get(new.like)
        if like is None:
            raise typer.BadParameter(f"found {new.code}: no such organisation {new.like}", param_hint="PLAN")
        division, _, line = new.code.partition(".")
        founded.append(
            Organisation(
                code=new.code,
                line=line,
                division=division,
                level=like.level,
                name=new.name,
                name_en=new.name_en,
                kind=like.kind,
                valid_from=decision.day,
            )
        )
    merged = [Restructuring(organisation=s, heirs=(Heir(to=m.into),)) for m in decision.merge for s in m.sources]
    divided = [Restructuring(organisation=s.source, heirs=tuple(s.into), ends=s.ends) for s in decision.split]
    return Reorganisation(
        document=decision.document,
        day=decision.day,
        founded=tuple(founded),
        restructured=(*merged, *divided),
        renamed=tuple(Naming(organisation=m.into, since=decision.day, name=m.name) for m in decision.merge if m.name),
        transfers=tuple(decision.transfer),
    )


def _print(told: Tally, *, apply: bool, as_json: bool) -> None:
    wanted = told.plan.wanted
    done = apply and not told.hindrances
    if as_json:
        report = {
            "document": wanted.document,
            "day": wanted.day,
            "applied": done,
            "cases": told.cases,
            "tasks": told.tasks,
            "questions": told.questions,
            "moves": told.moves,
            "parted": told.parted,
            "successions": told.plan.successions,
            "powers": [new for _, new in told.plan.powers],
            "hindrances": told.hindrances,
        }
        typer.echo(msgspec.json.encode(report).decode())
        return
    for between, counts in sorted(told.moves.items()):
        typer.echo(f"{between}: " + ", ".join(f"{number} {what}" for what, number in counts.items()))
    for lost, granted in told.plan.powers:
        typer.echo(
            f"{granted.item} in {granted.area}: {lost.level} {lost.line} → {granted.level} {granted.line}".rstrip()
        )
    for deputy in told.parted:
        typer.echo(f"no longer deputy: {deputy}")
    for hindrance in told.hindrances:
        typer.echo(f"hindrance {hindrance.code}: {hindrance.about}")
    verdict = "entered" if done else "hindered" if told.hindrances else "nothing done; --apply enters it"
    typer.echo(f"{wanted.document}, {wanted.day}: {told.cases} cases, {told.tasks} tasks; {verdict}")
