"""胶囊下载 — a case as one file that proves itself: data, acts, clocks, proofs, and the program that checks them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment
from litestar import Response

import yiwang
from yiwang.casework.messages.case import Case
from yiwang.casework.service import parts
from yiwang.directory import service as directory
from yiwang.front import deadlines, scope
from yiwang.front.desk import Desk
from yiwang.front.look.environment import environment
from yiwang.front.look.naming import name_of
from yiwang.front.routes import page
from yiwang.front.words import WORDS
from yiwang.ground.capsule import DATA, MANIFEST, PAGE, manifest_message, manifest_of
from yiwang.ground.number import show
from yiwang.plumbing import journal, proving, sealing
from yiwang.plumbing.i18n import negotiate
from yiwang.plumbing.work import Work

MEDIA_TYPE = "application/zip"
OWN = (
    *("casework.matter", "intake.application", "intake.brought", "intake.notice", "intake.visit", "intake.delivery"),
    *("sharing.request", "sharing.licence", "handling.decision", "handling.special_notice", "handling.document"),
    *("enforcement.duty", "oversight.invitation", "oversight.rating"),
)
"""What an applicant's capsule holds: their own data and what was decided; officers' opinions are not told."""
OVERSEEN = (
    *("casework.hand", "intake.visit", "handling.opinion", "handling.opinion_taken_back", "handling.decision"),
    *("handling.special_notice", "handling.draw", "enforcement.duty"),
)
"""What an overseer's capsule holds: what departments did; nothing that is the applicant's own."""

_PACKAGE = Path(yiwang.__file__).parent
_MODULES = (
    *("capsule", "chain", "clock", "ed25519", "holidays", "ledger", "merkle", "outcome", "proof", "sealed", "terms"),
    "workdays",
)
_STAMP = (1980, 1, 1, 0, 0, 0)


def capsule(work: Work, case: Case, *, own: bool) -> bytes:
    """办件胶囊: of a case with its parts, for its applicant (`own`) or for who oversees it. `python3 FILE` checks it,
    offline.

    What was not sealed yet when it was made is in it and said to be so.
    """
    tables = OWN if own else OVERSEEN
    inside = [p.case for p in parts.parts(work, case) if p.case is not None]
    data = _data(work, case, tables) | {"parts": [_data(work, part, tables) for part in inside]}
    files = {
        DATA: msgspec.json.format(msgspec.json.encode(data), indent=1),
        PAGE: _page(work, case, data).encode(),
    }
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    signer = work.engine.signer
    files[MANIFEST] = manifest_of(digests, signer.public, signer.sign(manifest_message(digests)))
    return _zipped({**files, **dict(_program())})


def _data(work: Work, case: Case, tables: tuple[str, ...]) -> dict[str, Any]:
    home, thread = case.matter.home, case.matter.id
    head, places = sealing.latest(work), sealing.places(work, home, thread)
    acts: list[dict[str, Any]] = []
    for order, (seq, entry, seal, rows) in enumerate(journal.carrying(work, home, thread)):
        place = places.get(seq)
        acts.append(
            {
                "seq": seq,
                "order": order,
                "entry": entry,
                "hash": seal.hex(),
                "rows": rows.hex(),
                "place": place,
                "proof": [] if place is None else [step.hex() for step in sealing.proof_of(work, place, head)],
            }
        )
    acts.sort(key=lambda one: (one["seq"] < 0, abs(one["seq"])))
    return {
        "number": case.matter.number,
        "made_at": work.now.isoformat(),
        "home": home,
        "thread": thread,
        "head": head.as_text() if head.size else None,
        "acts": acts,
        "rows": [
            {
                "table": table.name,
                "key": key,
                "tag": of.record[:8].hex(),
                "salt": of.salt.hex(),
                "text": of.text.decode(),
            }
            for table, key, of in proving.vouched(work, home, thread, tables)
        ],
        "clock": deadlines.prove(work, case),
    }


def _page(work: Work, case: Case, data: Mapping[str, Any]) -> str:
    """The same for people: what happened when, every day of the clock."""
    there = [(p.case, p.step) for p in parts.parts(work, case) if p.case is not None]
    inside = [(show(of.matter.number), name_of(step, work.language)) for of, step in there]
    places = directory.snapshot(work).organisations
    return (
        _pages()
        .get_template("capsule.html")
        .render(
            language=negotiate(work.language),
            today=work.today,
            case=case,
            number=show(case.matter.number),
            acts=_said(data),
            parts=[(*of, _said(part)) for of, part in zip(inside, data["parts"], strict=True)],
            words=WORDS.act,
            places={code: name_of(place, work.language) for code, place in places.items()},
            clocks=data["clock"].clocks,
            data=data,
        )
    )


def _said(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(one["entry"]) for one in data["acts"] if one["seq"] > 0]


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return environment(())


def _program() -> Iterator[tuple[str, bytes]]:
    """The checking program: the very files of ours that say what is right, and nothing else."""
    yield "__main__.py", (_PACKAGE / "commands" / "capsule_check.py").read_bytes()
    for folder in ("yiwang", "yiwang/ground"):
        yield f"{folder}/__init__.py", b""
    for name in _MODULES:
        yield f"yiwang/ground/{name}.py", (_PACKAGE / "ground" / f"{name}.py").read_bytes()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@page("/cases/{ref:str}/capsule", opt={"act": "capsule.read"})
def download(ref: str, desk: Desk) -> Response[bytes]:
    """下载办件胶囊: of a case of one's own, or below one's oversight."""
    with desk.work() as work:
        case = scope.case(work, ref)
        return sent(case, capsule(work, case, own=work.actor.has("applicant")))


def sent(case: Case, made: bytes) -> Response[bytes]:
    """寄出: a capsule as a file to keep."""
    return Response(
        made,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f'attachment; filename="case-{case.matter.number}.pyz"'},
    )


ROUTES = [download]
