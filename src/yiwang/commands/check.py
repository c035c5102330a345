"""编译命令 — `yiwang check`: prove that items keep the promise in every situation, or show where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import msgspec
import typer
import yaml

from yiwang.catalogue import seed
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Finding, Item, Severity, Signature
from yiwang.commands.opening import AsJson, DataFolder, opened
from yiwang.directory import seed as places
from yiwang.front.findings import said
from yiwang.front.refusals import field_sentence
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Invalid

MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class _Checked:
    """An item with the version and the signatures it is checked with; None: nobody has to have signed."""

    item: Item
    version: int = 0
    signatures: tuple[Signature, ...] | None = None


def check(
    path: Annotated[
        Path | None, typer.Argument(exists=True, help="A YAML file with one item, or a folder of such files.")
    ] = None,
    published: Annotated[bool, typer.Option("--published", help="What is published in an installation.")] = False,
    item: Annotated[str, typer.Option(help="Only this item, by its code.")] = "",
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Prove over every situation of every item: one visit at most, nothing asked that is held, limits that fit,
    everybody signed. Exit 1 if there is an error; warnings alone are fine.
    """
    if (path is None) is not published:
        raise typer.BadParameter("give a path, or --published")
    started = perf_counter()
    found = _published(data) if path is None else list(_files(path))
    names = {line.key: line for line in places.lines()}
    beside = seed.demo_items() if path else []  # of files, parts may be items that come with the system
    world = catalogue.world_of([*beside, *(one.item for one in found)], seed.resources(), names)
    wanted = [one for one in found if item in ("", one.item.code)]
    if not wanted:
        raise typer.BadParameter(f"no item {item!r} there" if item else "no item there")
    findings = [f for one in wanted for f in catalogue.check_item(one.item, world, one.signatures, one.version)]
    if not item:
        findings += catalogue.check_whole([one.item for one in wanted], world)
    items = {one.item.code: one.item for one in wanted}
    seconds = perf_counter() - started
    if as_json:
        typer.echo(msgspec.json.encode([_plain(f, items.get(f.item), names) for f in findings]).decode())
    else:
        _tell(findings, items, names, seconds)
    if any(f.severity is Severity.ERROR for f in findings):
        raise typer.Exit(1)


def _published(data: Path | None) -> list[_Checked]:
    with opened(data, steady=True) as engine, engine.begin(SYSTEM) as work:
        return [_Checked(p.item, p.version, p.signatures) for p in catalogue.items(work)]


def _files(path: Path) -> Iterator[_Checked]:
    paths = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
    for file in paths:
        if file.stat().st_size > MOST_BYTES:
            raise typer.BadParameter(f"{file}: larger than {MOST_BYTES} bytes")
        try:
            yield _Checked(catalogue.from_plain(yaml.safe_load(file.read_text(encoding="utf-8"))))
        except Invalid as refusal:
            words = "; ".join(f"{e.field}: {field_sentence(e, 'en')}" for e in refusal.errors)
            raise typer.BadParameter(f"{file}: {words}") from refusal
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise typer.BadParameter(f"{file}: not readable as YAML in UTF-8") from error


def _plain(finding: Finding, item: Item | None, lines: Any) -> dict[str, Any]:
    chinese = said(finding, item, "zh", lambda key: _name(lines, key, "name"))
    english = said(finding, item, "en", lambda key: _name(lines, key, "name_en"))
    return {
        "code": finding.code,
        "severity": finding.severity,
        "item": finding.item,
        "version": finding.version,
        "place": finding.place,
        "path": finding.path,
        "message_zh": f"{chinese.situation}：{chinese.message}" if chinese.situation else chinese.message,
        "message_en": f"{english.situation}: {english.message}" if english.situation else english.message,
        "basis": finding.clause,
        "fix": chinese.fix,
        "fix_en": english.fix,
    }


def _name(lines: Any, key: str, field: str) -> str:
    return getattr(lines[key], field) if key in lines else key


def _tell(findings: Sequence[Finding], items: dict[str, Item], lines: Any, seconds: float) -> None:
    errors = sum(f.severity is Severity.ERROR for f in findings)
    for finding in _errors_first(findings):
        item = items.get(finding.item)
        words = said(finding, item, "zh", lambda key: _name(lines, key, "name"))
        head = f"{finding.severity} {finding.code}  {item.name if item else ''} {finding.item}  {finding.place}"
        typer.echo(head.rstrip())
        situation = f"情形「{words.situation}」" if words.situation else ""
        typer.echo(f"    {situation}{words.message}{words.fix}" + (f"（{finding.clause}）" if finding.clause else ""))
    typer.echo(f"{len(items)} items: {errors} errors, {len(findings) - errors} warnings ({seconds:.2f} s)")


def _errors_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.severity is not Severity.ERROR, f.item))
