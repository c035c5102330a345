"""事项库的门 — the door of the catalogue: load, sign, publish, read, and what an item needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yiwang.catalogue import store
from yiwang.catalogue.messages import Item, Published, Signature
from yiwang.catalogue.rules.form import check_form
from yiwang.catalogue.rules.listing import item_of, read_rows, to_rows
from yiwang.catalogue.rules.needs import Answers, Needs, check_answers, holds, needs
from yiwang.catalogue.rules.plain import digest, from_plain, to_plain
from yiwang.catalogue.rules.publishing import check_publishable
from yiwang.catalogue.rules.structure import participants, signing_lines, unsigned, view_digest
from yiwang.catalogue.store import ITEM, SIGNATURE, VERSION
from yiwang.ground.outcome import Conflict, NotFound
from yiwang.plumbing.tables import Mode
from yiwang.plumbing.work import Work

__all__ = [
    "Answers",
    "Needs",
    "Summary",
    "check_answers",
    "check_form",
    "digest",
    "edit",
    "find",
    "from_plain",
    "holds",
    "item_of",
    "items",
    "load_signed",
    "needs",
    "participants",
    "publish",
    "published",
    "read_rows",
    "sign",
    "signing_lines",
    "to_plain",
    "to_rows",
    "unsigned",
    "version_of",
    "view_digest",
]


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


_shelves: dict[int, _Shelf] = {}


def _shelf(work: Work) -> _Shelf:
    """The shelf of this engine, looked through once an act."""
    shelf: _Shelf | None = work.held.get("catalogue")
    if shelf is not None:
        return shelf
    shelf = _shelves.setdefault(id(work.engine.database), _Shelf())
    stamp = store.stamp(work)
    if shelf.stamp != stamp:
        shelf.current = {p.item.code: p for p in store.all_published(work)}
        shelf.versions |= {(p.item.code, p.version): p for p in shelf.current.values()}
        shelf.stamp = stamp
    work.held["catalogue"] = shelf
    return shelf


def published(work: Work, code: str) -> Published:
    """现行版本: the published version of an item that is in force today; NotFound when there is none."""
    found = _shelf(work).current.get(code)
    if found is None or found.effective_from > work.today:
        raise NotFound("catalogue.not_published", item=code[:64])
    return found


def version_of(work: Work, code: str, number: int) -> Published:
    """The version a case runs on, published or superseded since; never one that was not signed and published."""
    shelf = _shelves.setdefault(id(work.engine.database), _Shelf())
    found = shelf.versions.get((code, number))
    if found is None:
        found, state, _ = store.version(work, code, number)
        if state == "editing":
            raise NotFound("catalogue.not_published", item=code[:64])
        shelf.versions[(code, number)] = found
    return found


def items(work: Work) -> list[Published]:
    """All published items, by code."""
    return list(_shelf(work).current.values())


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
    if number == 1:
        work.add(ITEM, {"code": item.code, "name": item.name, "created_at": work.now})
    work.add(
        VERSION,
        {
            "item": item.code,
            "version": number,
            "state": "editing",
            "effective_from": None,
            "body": to_plain(item),
            "digest": digest(item),
            "edited_by": work.actor.person,
            "published_by": "",
            "published_at": None,
        },
    )
    return number


def sign(work: Work, code: str, number: int, line: str) -> None:
    """签字确认: a department signs its own view of this version's chart. R51

    Conflict when it has signed this view already or has no part in the flow.
    """
    version, _, _ = store.version(work, code, number)
    if line not in signing_lines(version.item):
        raise Conflict("catalogue.not_in_flow", line=line)
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


def publish(work: Work, code: str, number: int, effective_from: date) -> None:
    """公布: put a version in force; refused while a department has not signed or the version breaks a rule. R46, R51,
    SOD10
    """
    version, state, _ = store.version(work, code, number)
    if state != "editing":
        raise Conflict("catalogue.not_editing")
    check_publishable(version.item, version.signatures)
    for old in work.read("SELECT version FROM catalogue.version WHERE item = %s AND state = 'published'", (code,)):
        work.change(VERSION, {"item": code, "version": old[0]}, {"state": "superseded"})
    work.save()
    work.change(
        VERSION,
        {"item": code, "version": number},
        {
            "state": "published",
            "effective_from": effective_from,
            "published_by": work.actor.person,
            "published_at": work.now,
        },
        {"state": "editing"},
    )


def load_signed(
    work: Work, loaded: Iterable[Item], signatures: dict[str, Signature], editor: str, effective_from: date
) -> int:
    """装载: items of a list whose charts were signed on paper, with the signers of each line; how many are in force.

    The same gate as `publish`: an item with an unsigned line is refused. Items whose version is there already are
    left alone, so that loading twice changes nothing.
    """
    there = {p.item.code: p.digest for p in store.all_published(work)}
    count = 0
    for item in loaded:
        if there.get(item.code) == digest(item):
            continue
        _load_one(work, item, signatures, editor, effective_from, new=item.code not in there)
        count += 1
    return count


def _load_one(
    work: Work, item: Item, signatures: dict[str, Signature], editor: str, effective_from: date, *, new: bool
) -> None:
    signed = tuple(
        Signature(
            line=line,
            organisation=signatures[line].organisation,
            signer=signatures[line].signer,
            post=signatures[line].post,
            signed_on=signatures[line].signed_on,
            view=view_digest(item, line),
        )
        for line in signing_lines(item)
        if line in signatures
    )
    check_publishable(item, signed)
    number = 1 if new else store.latest(work, item.code) + 1
    if new:
        work.add(ITEM, {"code": item.code, "name": item.name, "created_at": work.now})
    else:
        work.change(VERSION, {"item": item.code, "version": number - 1}, {"state": "superseded"})
        work.save()
    work.add(
        VERSION,
        {
            "item": item.code,
            "version": number,
            "state": "published",
            "effective_from": effective_from,
            "body": to_plain(item),
            "digest": digest(item),
            "edited_by": editor,
            "published_by": work.actor.person,
            "published_at": work.now,
        },
    )
    for s in signed:
        work.add(
            SIGNATURE,
            {
                "item": item.code,
                "version": number,
                "line": s.line,
                "view": s.view,
                "organisation": s.organisation,
                "signer": s.signer,
                "post": s.post,
                "signed_on": s.signed_on,
            },
            Mode.ADD,
        )
