"""事项库的门 — the door of the catalogue: load, sign, publish, read, and what an item needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from yiwang.catalogue import store
from yiwang.catalogue.messages import Item, Published, Signature
from yiwang.catalogue.rules.bundling import shared
from yiwang.catalogue.rules.compiler.check import check_item, check_whole
from yiwang.catalogue.rules.compiler.world import Resource, World, world_of
from yiwang.catalogue.rules.drafting import drafted
from yiwang.catalogue.rules.form import check_form
from yiwang.catalogue.rules.listing import Row, item_of, read_rows, to_rows
from yiwang.catalogue.rules.needs import (
    OWN_WORDS,
    Answers,
    Needs,
    check_answers,
    holds,
    needs,
    tolerable,
    tolerance,
)
from yiwang.catalogue.rules.plain import digest, from_plain, to_plain
from yiwang.catalogue.rules.publishing import check_publishable
from yiwang.catalogue.rules.sources import line_of
from yiwang.catalogue.rules.structure import participants, signing_lines, unsigned, view_digest
from yiwang.catalogue.store import ITEM, PUBLICATION, SIGNATURE, VERSION
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden, NotFound
from yiwang.plumbing.database import Database
from yiwang.plumbing.work import Work

__all__ = [
    "OWN_WORDS",
    "Answers",
    "Loaded",
    "Needs",
    "Resource",
    "Summary",
    "World",
    "check_answers",
    "check_form",
    "check_item",
    "check_whole",
    "digest",
    "edit",
    "english",
    "find",
    "from_plain",
    "holds",
    "item_of",
    "items",
    "load_item",
    "load_list",
    "load_signed",
    "needs",
    "participants",
    "publish",
    "published",
    "read_rows",
    "shared",
    "sign",
    "signatures_by",
    "signing_lines",
    "to_plain",
    "to_rows",
    "tolerable",
    "tolerance",
    "unsigned",
    "version_of",
    "view_digest",
    "world_of",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """装载结果: the version that says what was loaded, whether it is new, and the lines that must sign it."""

    code: str
    name: str
    version: int
    changed: bool
    signers: tuple[str, ...]


@dataclass(slots=True)
class _Shelf:
    """Published versions never change, so a process keeps them; a cheap query tells when there are new ones."""

    stamp: Any = None
    current: dict[str, Published] = field(default_factory=dict)
    versions: dict[tuple[str, int], Published] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """事项概要: an item as lists show it."""

    code: str
    name: str
    name_en: str
    line: str
    sector: str
    audience: tuple[str, ...]
    promised: str
    visits: int
    case_type: str


_shelves: WeakKeyDictionary[Database, _Shelf] = WeakKeyDictionary()


def _shelf(work: Work) -> _Shelf:
    """The shelf of this database, looked through once an act."""
    shelf: _Shelf | None = work.held.get("catalogue")
    if shelf is not None:
        return shelf
    shelf = _shelves.setdefault(work.engine.database, _Shelf())
    stamp = (store.stamp(work), work.today)
    if shelf.stamp != stamp:
        keys = store.in_force(work, work.today)
        found = store.versions(work, [key for key in keys if key not in shelf.versions])
        shelf.versions |= {(p.item.code, p.version): p for p in found}
        shelf.current = {item: shelf.versions[item, number] for item, number in keys}
        shelf.stamp = stamp
    work.held["catalogue"] = shelf
    return shelf


def published(work: Work, code: str) -> Published:
    """现行版本: the version of an item that is in force today; NotFound when there is none."""
    found = _shelf(work).current.get(code)
    if found is None:
        raise NotFound("catalogue.not_published", item=code[:64])
    return found


def version_of(work: Work, code: str, number: int) -> Published:
    """The version a case runs on, in force or superseded since; never one that was not signed and published."""
    shelf = _shelves.setdefault(work.engine.database, _Shelf())
    found = shelf.versions.get((code, number))
    if found is None:
        found, _, public = store.version(work, code, number)
        if not public:
            raise NotFound("catalogue.not_published", item=code[:64])
        shelf.versions[(code, number)] = found
    return found


def items(work: Work) -> list[Published]:
    """All published items, by code."""
    return list(_shelf(work).current.values())


def english(work: Work) -> dict[tuple[str, str], str]:
    """英文名: of published items and their steps, by item and step (`""`: of the item), for who reads English.

    Cases keep the Chinese names of their day; in English they go by those of today.
    """
    if work.language != "en":
        return {}
    items = [p.item for p in _shelf(work).current.values()]
    steps = {(item.code, step.id): step.name_en for item in items for step in item.flow.steps}
    return steps | {(item.code, ""): item.name_en for item in items}


def find(work: Work, text: str = "", *, audience: str = "", sector: str = "") -> list[Summary]:
    """找事项: by words of the name in Chinese or English, initials or code; the best match first."""
    wanted = text.strip().lower()[:100]
    found = []
    for p in _shelf(work).current.values():
        item = p.item
        if (audience and audience not in item.audience) or (sector and not item.sector.startswith(sector)):
            continue
        score = _score(item, wanted)
        if score:
            found.append((-score, item.code, item))
    return [_summary(item) for _, _, item in sorted(found, key=lambda f: f[:2])]


def _score(item: Item, wanted: str) -> int:
    if not wanted:
        return 1
    name = item.name.lower()
    if wanted in (item.code.lower(), item.short):
        return 100
    if name.startswith(wanted):
        return 80
    if wanted in name:
        return 60
    if wanted in item.name_en.lower() or wanted in item.short:
        return 40
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)} or {wanted}
    hits = sum(pair in name for pair in pairs)
    return 20 * hits // len(pairs) if hits * 2 >= len(pairs) else 0


def _summary(item: Item) -> Summary:
    return Summary(
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        line=item.line,
        sector=item.sector,
        audience=item.audience,
        promised=str(item.promised) if item.promised else "",
        visits=item.visits,
        case_type=item.case_type,
    )


def edit(work: Work, item: Item) -> int:
    """编制: a new version in editing; its number. Nothing runs on it before it is signed and published."""
    number = store.latest(work, item.code) + 1
    _keep(work, item, number, work.actor.person)
    return number


def _keep(work: Work, item: Item, number: int, editor: str) -> None:
    if number == 1:
        work.add(ITEM, {"code": item.code, "name": item.name, "created_at": work.now})
    work.add(
        VERSION,
        {
            "item": item.code,
            "version": number,
            "body": to_plain(item),
            "digest": digest(item),
            "edited_by": editor,
        },
    )


def load_list(work: Work, rows: Sequence[Row]) -> list[Loaded]:
    """装载六列清单: what the list says of its items becomes a new version of each, in editing. R59–R61

    Invalid names every bad cell as `row.column`, and nothing is loaded. A list that says nothing new changes nothing.
    """
    made = []
    for (department, name), materials in read_rows(rows).items():
        line = line_of(department)
        known = next((item for item, _, _ in store.newest(work, name=name) if item.line == line), None)
        made.append(load_item(work, drafted(line, name, materials, known)))
    return made


def load_item(work: Work, item: Item) -> Loaded:
    """装载: an item as its newest version, in editing until it is signed and published; none when it says the same."""
    there = store.newest(work, code=item.code)
    number = there[0][1] if there else 0
    changed = not there or there[0][2] != digest(item)
    if changed:
        number += 1
        _keep(work, item, number, work.actor.person)
    return Loaded(item.code, item.name, number, changed, signing_lines(item))


def sign(work: Work, code: str, number: int, line: str) -> None:
    """签字确认: a department signs its own view of this version's chart. R51

    So does whoever has taken over a department. Forbidden for another department's line; Conflict when it has signed
    this view already or has no part in the flow.
    """
    version, _, _ = store.version(work, code, number)
    if line not in signing_lines(version.item):
        raise Conflict("catalogue.not_in_flow", line=line)
    if not directory.speaks_for(work, work.actor.organisation, line):
        raise Forbidden("catalogue.not_your_line")
    work.add(
        SIGNATURE,
        {
            "item": code,
            "version": number,
            "line": line,
            "view": view_digest(version.item, line),
            "organisation": work.actor.organisation,
            "signer": work.actor.person,
            "post": work.actor.post,
            "signed_on": work.today,
        },
    )


def signatures_by(work: Work, organisations: Sequence[str]) -> list[tuple[str, str, int]]:
    """签字归属: how many signatures of flow charts stand in the name of each of these, by item. They are never
    rewritten; whoever takes over an organisation answers for them. R51, K4
    """
    return store.signatures_by(work, organisations)


def publish(work: Work, code: str, number: int, effective_from: date) -> None:
    """公布: put a version in force from a day on; refused while a department has not signed or the version breaks a
    rule. The version before it runs until that day. R46, R51, SOD10
    """
    version, editor, public = store.version(work, code, number)
    if public:
        raise Conflict("catalogue.not_editing")
    check_publishable(version.item, version.signatures)
    _put_in_force(work, code, number, editor, effective_from)


def _put_in_force(work: Work, code: str, number: int, editor: str, effective_from: date) -> None:
    work.add(
        PUBLICATION,
        {
            "item": code,
            "version": number,
            "effective_from": effective_from,
            "edited_by": editor,
            "published_by": work.actor.person,
            "published_at": work.now,
        },
    )


def load_signed(
    work: Work, loaded: Iterable[Item], signatures: dict[str, Signature], editor: str, effective_from: date
) -> int:
    """装载: items of a list whose charts were signed on paper, with the signers of each line; how many are new.

    The same gate as `publish`: an item with an unsigned line is refused. Items that are published as they are here
    are left alone, so that loading twice changes nothing.
    """
    there = store.latest_published(work)
    count = 0
    for item in loaded:
        if there.get(item.code, (0, ""))[1] != digest(item):
            _load_one(work, item, signatures, editor, effective_from)
            count += 1
    return count


def _load_one(work: Work, item: Item, signatures: dict[str, Signature], editor: str, effective_from: date) -> None:
    signed = tuple(
        replace(signatures[line], line=line, view=view_digest(item, line))
        for line in signing_lines(item)
        if line in signatures
    )
    check_publishable(item, signed)
    number = store.latest(work, item.code) + 1
    _keep(work, item, number, editor)
    for s in signed:
        work.add(SIGNATURE, {"item": item.code, "version": number, **asdict(s)})
    _put_in_force(work, item.code, number, editor, effective_from)
