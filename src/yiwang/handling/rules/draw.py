"""抽取专家 — a draw that nobody controls alone and anybody can do again.

The seed is made of the head of the case's journal, which all acts so far have made, and of fresh chance from the
machine; both are written down. Each expert's ticket is SHA-256 of the seed and the expert's code; the lowest tickets
win. So the order of the library, and who is in it besides, changes nobody's ticket.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from yiwang.ground.chain import canonical
from yiwang.ground.outcome import Refused

_SEED, _TICKET = b"yiwang/draw/seed/1\x00", b"yiwang/draw/ticket/1\x00"

SAME_ORGANISATION = "same_organisation"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """备选专家: as the library has them on the day of the draw."""

    code: str
    speciality: str
    organisation: str


def library(candidates: Iterable[Candidate]) -> str:
    """名单底稿: the library of a draw as canonical text, whatever order it came in."""
    return canonical([[c.code, c.speciality, c.organisation] for c in sorted(set(candidates))])


def library_digest(text: str) -> str:
    """名单摘要: SHA-256 of the library's text, 64 hex digits."""
    return sha256(text.encode()).hexdigest()


def seed(head: bytes, fresh: bytes) -> bytes:
    """种子: 32 bytes of the journal's head before the draw and of 32 bytes of chance."""
    if len(head) != 32 or len(fresh) != 32:
        raise ValueError("head and chance have 32 bytes each")
    return sha256(_SEED + head + fresh).digest()


def ticket(of: bytes, code: str) -> str:
    """签号: an expert's ticket under a seed, 64 hex digits."""
    return sha256(_TICKET + of + code.encode()).hexdigest()


def excluded(candidates: Iterable[Candidate], applicant: str, barred: Mapping[str, str]) -> dict[str, str]:
    """回避: who may not be drawn, and why: whoever is of the applicant's own organisation, and those who are barred for
    a reason in words: an interest they declared, or that they were drawn and left.
    """
    found: dict[str, str] = {}
    for one in sorted(set(candidates)):
        if one.organisation and one.organisation.strip() == applicant.strip():
            found[one.code] = SAME_ORGANISATION
        elif one.code in barred:
            found[one.code] = barred[one.code]
    return found


def drawn(
    candidates: Iterable[Candidate], out: Iterable[str], of: bytes, wanted: int, kept: Sequence[str] = ()
) -> tuple[tuple[str, str], ...]:
    """抽取: the `wanted` lowest tickets among those who are neither out nor kept; each with its ticket.

    Refused `experts.too_few` when there are not that many.
    """
    barred = {*out, *kept}
    tickets = sorted((ticket(of, code), code) for code in {c.code for c in candidates} - barred)
    if len(tickets) < wanted:
        raise Refused("experts.too_few", wanted=wanted, found=len(tickets))
    return tuple((code, mark) for mark, code in tickets[:wanted])


def again(text: str, out: Iterable[str], head: str, fresh: str, wanted: int, kept: Sequence[str]) -> dict[str, str]:
    """重抽: the same draw once more, from what was written down; whoever doubts a draw compares the two."""
    candidates = [Candidate(*row) for row in json.loads(text)]
    return dict(drawn(candidates, out, seed(bytes.fromhex(head), bytes.fromhex(fresh)), wanted, kept))
