"""办件胶囊 — one case in one file, and what anybody can check of it with nothing but this: that its acts are all there
and unchanged, sealed under a signed head, its rows as the acts wrote them, every day of its clocks right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b, sha256
from json import loads
from typing import Any
from uuid import UUID

from yiwang.ground.chain import GENESIS, canonical, link
from yiwang.ground.clock import Day, Ground
from yiwang.ground.ed25519 import signed
from yiwang.ground.merkle import includes
from yiwang.ground.outcome import Refused
from yiwang.ground.proof import Proof, ProofCalendar, ProofClock, ProofExtension, ProofStop, flaws
from yiwang.ground.sealed import Head, head_of, leaf_of
from yiwang.ground.workdays import Special

FORMAT = "yiwang-capsule/1"
DATA = "capsule.json"
PAGE = "index.html"
MANIFEST = "manifest.json"
_TAG, _RECORD = 8, 32
_WAITING = 1 << 63  # behind every place of a tree


@dataclass(frozen=True, slots=True)
class Said:
    """一项结果: what was checked, whether it holds, and in numbers or words."""

    what: str
    holds: bool
    words: str


def manifest_message(files: Mapping[str, str]) -> bytes:
    """What the installation signs of a capsule: the SHA-256 of each of its files, by name."""
    return f"{FORMAT}\n".encode() + "".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()


def manifest_of(files: Mapping[str, str], key: bytes, signature: bytes) -> bytes:
    """清单 — the one spelling of a capsule's manifest."""
    return canonical({"format": FORMAT, "files": files, "key": key.hex(), "signature": signature.hex()}).encode()


def checked(files: Mapping[str, bytes], key: str = "", heads: Sequence[str] = ()) -> Iterator[Said]:
    """复核胶囊: everything that can be checked of a capsule's files.

    `key` is the installation's public key in hex as known from elsewhere; `heads` are the lines of a witness's file.
    """
    try:
        yield from _checked(files, key, heads)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, Refused) as error:
        yield Said("format", holds=False, words=f"not a whole capsule: {type(error).__name__}: {error}")


def _checked(files: Mapping[str, bytes], key: str, heads: Sequence[str]) -> Iterator[Said]:
    manifest = loads(files[MANIFEST])
    digests = {name: sha256(data).hexdigest() for name, data in files.items() if name != MANIFEST}
    wrong = sorted(n for n in digests.keys() | manifest["files"].keys() if digests.get(n) != manifest["files"].get(n))
    yield Said("files", not wrong, f"{len(digests)} files" if not wrong else f"changed: {', '.join(wrong)}")
    public = bytes.fromhex(manifest["key"])
    signature, message = bytes.fromhex(manifest["signature"]), manifest_message(manifest["files"])
    spelled = files[MANIFEST] == manifest_of(manifest["files"], public, signature)
    yield Said("capsule signed", spelled and signed(public, message, signature), public.hex())
    if key:
        yield Said("key known from elsewhere", key.lower() == public.hex(), key.lower())
    data = loads(files[DATA])
    head = head_of(data["head"]) if data["head"] else None
    yield from _head(head, public, heads)
    yield from _one(data, head)
    parts = data.get("parts", [])
    if parts:
        yield _whole(data, parts)
    for part in parts:
        yield from (replace(said, what=f"part {part['number']}: {said.what}") for said in _one(part, head))


def _one(data: Mapping[str, Any], head: Head | None) -> Iterator[Said]:
    """What is checked of one case: its acts, its rows, its clocks."""
    yield from _acts(data, head)
    yield from _rows(data)
    if data["clock"]:
        found = [f"{flaw.clock} {flaw.what}: {flaw.said}, not {flaw.found}" for flaw in flaws(proof_of(data["clock"]))]
        days = sum(len(clock["days"]) for clock in data["clock"]["clocks"])
        right = f"{len(data['clock']['clocks'])} clocks, {days} days reckoned again"
        yield Said("clock", not found, "; ".join(found) or right)


def _whole(data: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Said:
    """整件齐全: the parts say that they are parts of this case, and none that its acts speak of is left out."""
    there = {part["number"] for part in parts}
    told = {fact for one in data["acts"] if (fact := loads(one["entry"])["facts"].get("part"))}
    strange = {
        part["number"]
        for part in parts
        if data["number"] not in {loads(one["entry"])["facts"].get("whole") for one in part["acts"]}
    }
    wrong = [f"{number} is left out" for number in sorted(told - there)]
    wrong += [f"{number} is no part of it" for number in sorted(strange)]
    return Said("parts", not wrong, "; ".join(wrong) or f"{len(parts)} parts of this case")


def _head(head: Head | None, public: bytes, heads: Sequence[str]) -> Iterator[Said]:
    if head is None:
        yield Said("head of the tree", holds=False, words="not sealed yet")
        return
    right = head.key == public and signed(head.key, head.message, head.signature)
    yield Said("head of the tree", right, f"{head.size} entries, {head.root.hex()}, {head.at.isoformat()}")
    if heads:
        seen = next((h for h in map(head_of, map(loads, heads)) if h.size == head.size), None)
        words = "has this head" if seen == head else "has another head of this size" if seen else "has no such head"
        yield Said("witness", seen == head, words)


def _acts(data: Mapping[str, Any], head: Head | None) -> Iterator[Said]:
    """The chain of the acts, and each entry's place under the head; entries beside the chain stand alone."""
    home, thread = data["home"], UUID(data["thread"])
    previous, expected, sealed, wrong = GENESIS, 0, 0, []
    for entry in data["acts"]:
        seq, seal = entry["seq"], bytes.fromhex(entry["hash"])
        if seq > 0:
            expected += 1
            previous = link(previous, entry["entry"])
        said = loads(entry["entry"])
        chained = (previous if seq > 0 else link(GENESIS, entry["entry"])) == seal
        if not chained or (seq > 0 and seq != expected) or said["seq"] != seq:
            wrong.append(f"entry {seq} is not as it was written")
        if entry["place"] is None:
            continue
        leaf = leaf_of(home, thread, seq, seal, bytes.fromhex(entry["rows"]))
        proof = [bytes.fromhex(step) for step in entry["proof"]]
        if head is None or not includes(entry["place"], head.size, leaf, proof, head.root):
            wrong.append(f"entry {seq} is not under the head")
        sealed += 1
    if expected == 0:
        wrong.append("no acts")
    yield Said("acts", not wrong, "; ".join(wrong) or f"{expected} acts whole, one after another")
    waiting = len(data["acts"]) - sealed
    yield Said("sealed", sealed > 0, f"{sealed} entries proved under the head, {waiting} not sealed yet")


def _rows(data: Mapping[str, Any]) -> Iterator[Said]:
    """The rows against the last record that the acts carry of each."""
    standing: dict[bytes, bytes] = {}
    for entry in _in_order(data["acts"]):
        carried = bytes.fromhex(entry["rows"])
        for at in range(0, len(carried), _RECORD):
            standing[carried[at : at + _TAG]] = carried[at + _TAG : at + _RECORD]
    wrong = []
    for row in data["rows"]:
        digest = blake2b(row["text"].encode(), key=bytes.fromhex(row["salt"]), digest_size=_RECORD - _TAG).digest()
        if standing.get(bytes.fromhex(row["tag"])) != digest:
            wrong.append(f"{row['table']} {row['key']}")
    right = f"{len(data['rows'])} parts of rows are as the acts wrote them"
    yield Said("rows", not wrong, f"not as written: {'; '.join(wrong)}" if wrong else right)


def _in_order(acts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The acts of the chain in its order, those beside it where the tree has them; what waits for its place as told."""
    reached, keys = -1, {}
    for entry in sorted(acts, key=lambda one: one["seq"]):
        place = entry["place"] if entry["place"] is not None else _WAITING
        if entry["seq"] > 0:
            place = reached = max(reached, place)
        keys[entry["seq"]] = (place, entry["order"] if place == _WAITING else 0, entry["seq"])
    return sorted(acts, key=lambda one: keys[one["seq"]])


def proof_of(text: Mapping[str, Any]) -> Proof:
    """The proof of the clocks out of JSON."""
    calendar = text["calendar"]
    return Proof(
        case=text["case"],
        as_of=_date(text["as_of"]),
        calendar=ProofCalendar(
            version=calendar["version"],
            published=tuple(calendar["published"]),
            specials=tuple(Special(**{**one, "date": _date(one["date"])}) for one in calendar["specials"]),
        ),
        clocks=tuple(map(_clock, text["clocks"])),
    )


def _clock(text: Mapping[str, Any]) -> ProofClock:
    extension = text["extension"]
    dates = {name: _date(text[name]) for name in ("start", "due")}
    stops = tuple(
        ProofStop(**{**s, **{n: _date(s[n]) for n in ("start", "end", "notice")}, "ground": Ground[s["ground"]]})
        for s in text["stops"]
    )
    return ProofClock(
        **{
            **text,
            **dates,
            "stops": stops,
            "extension": ProofExtension(**{**extension, "on": _date(extension["on"])}) if extension else None,
            "days": tuple(map(_day, text["days"])),
        }
    )


def _day(text: Mapping[str, Any]) -> Day:
    ground = text["ground"]
    return Day(**{**text, "date": _date(text["date"]), "ground": Ground[ground] if ground is not None else None})


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
