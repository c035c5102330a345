"""装载命令 — `yiwang load catalogue FILE`: items out of the seed's six-column list, or one whole item out of YAML."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.service import Loaded
from yiwang.commands.opening import AsJson, DataFolder, opened
from yiwang.front.refusals import field_sentence, sentence
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import FieldError, Invalid, Refused
from yiwang.plumbing.work import Work

load = typer.Typer(name="load", help="Load data into an installation.", no_args_is_help=True)
LIST_LANGUAGE = "zh"  # of the list, and so of what is said about it


class Unreadable(Exception):
    """The file is not what it should be; `line` is where that showed."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line


class LineError(msgspec.Struct):
    """One error: where in the file, and what is wrong in words."""

    line: int
    field: str
    code: str
    words: str


@load.callback()
def _named() -> None:
    """Load data into an installation."""


@load.command("catalogue")
def load_catalogue(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV with the columns 部门,事项名称,材料类别,材料名称,数据项,数据来源, or YAML with one whole item.",
        ),
    ],
    data: DataFolder = None,
    as_json: AsJson = False,
    editor: Annotated[str, typer.Option(help="Code of whoever edits; somebody else must publish.")] = "loader",
) -> None:
    """Load items; all of a file or, with an error anywhere, nothing of it (exit 1). Loading it again changes nothing.

    What is loaded is a new version in editing: applications run on it once the departments in its flow have signed and
    somebody else has published it.
    """
    with opened(data) as engine:
        try:
            with engine.begin(replace(SYSTEM, person=editor)) as work:
                loaded = _read_yaml(work, file) if file.suffix in (".yaml", ".yml") else _read_list(work, file)
        except (Refused, Unreadable) as refusal:
            _report(errors_of(refusal), as_json=as_json, file=file)
            raise typer.Exit(1) from refusal
    if as_json:
        typer.echo(msgspec.json.encode({"loaded": loaded, "errors": []}).decode())
        return
    for one in loaded:
        fate = f"in editing until signed by {', '.join(one.signers)}" if one.changed else "unchanged"
        typer.echo(f"{one.code}  {one.name}  version {one.version}: {fate}")


def _read_list(work: Work, file: Path) -> list[Loaded]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(1, "not UTF-8") from error
    rows, lines = [], []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            rows.append({key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)})
            lines.append(reader.line_num)
    except csv.Error as error:
        raise Unreadable(reader.line_num + 1, "not CSV") from error
    if not rows:
        raise Unreadable(1, "no rows")
    try:
        return catalogue.load_list(work, rows)
    except Invalid as refusal:
        refusal.errors = tuple(_in_lines(refusal.errors, lines))
        raise


def _in_lines(errors: Sequence[FieldError], lines: Sequence[int]) -> list[FieldError]:
    """From rows, counted without blank lines and line breaks in cells, to lines of the file."""
    found = []
    for error in errors:
        row, _, column = error.field.partition(".")
        line = lines[int(row) - 2] if row.isdigit() and int(row) > 1 else 1
        found.append(replace(error, field=f"{line}.{column}"))
    return found


def _read_yaml(work: Work, file: Path) -> list[Loaded]:
    try:
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise Unreadable(line, "not YAML") from error
    if not isinstance(plain, dict):
        raise Unreadable(1, "not one item")
    return [catalogue.load_item(work, catalogue.from_plain(plain))]


def errors_of(refusal: Refused | Unreadable) -> list[LineError]:
    if isinstance(refusal, Unreadable):
        return [LineError(refusal.line, "", "load.unreadable", str(refusal))]
    if not isinstance(refusal, Invalid) or not refusal.errors:
        return [LineError(0, "", refusal.code, sentence(refusal, LIST_LANGUAGE))]
    found = []
    for error in refusal.errors:
        row, _, column = error.field.partition(".")
        line, field = (int(row), column) if row.isdigit() else (0, error.field)
        found.append(LineError(line, field, error.code, field_sentence(error, LIST_LANGUAGE)))
    return found


def _report(errors: list[LineError], *, as_json: bool, file: Path) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({"loaded": [], "errors": errors}).decode())
        return
    for one in errors:
        place = f"{file.name}:{one.line}" if one.line else file.name
        typer.echo(f"{place}: {one.field + ': ' if one.field else ''}{one.words}")
    typer.echo(f"nothing loaded: {len(errors)} errors")
