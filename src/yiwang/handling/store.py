"""审批库 — handling's SQL: opinions, decisions, written notices of special procedures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yiwang.ground.audit import Key, Stretch
from yiwang.handling.messages import Expert
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Work

OPINION = Table(
    "handling.opinion",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "step": "text",
        "step_kind": "text",
        "organisation": "text",
        "person": "text",
        "outcome": "text",
        "words": "text",
        "conditions": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
TAKEN_BACK = Table(
    "handling.opinion_taken_back",
    {"home": "int", "matter": "uuid", "opinion": "uuid", "at": "timestamptz"},
    ("home", "matter", "opinion"),
    thread=("matter",),
)
DECISION = Table(
    "handling.decision",
    {
        "home": "int",
        "matter": "uuid",
        "organisation": "text",
        "id": "uuid",
        "step": "text",
        "person": "text",
        "outcome": "text",
        "reasons": "text",
        "remedies": "text",
        "conditions": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "organisation"),
    {"decision_pkey": "handling.decided_already", "decision_refusal_has_reasons": "handling.reasons_missing"},
    thread=("matter",),
)
SPECIAL = Table(
    "handling.special_notice",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "step": "text",
        "ground": "text",
        "days_needed": "int",
        "number": "text",
        "organisation": "text",
        "person": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
DOCUMENT = Table(
    "handling.document",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "kind": "text",
        "step": "text",
        "organisation": "text",
        "person": "text",
        "number": "text",
        "code": "text",
        "body": "text",
        "digest": "text",
        "signature": "bytea",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
PHRASE = Table(
    "handling.phrase",
    {
        "desk": "text",
        "id": "uuid",
        "place": "int",
        "step_kind": "text",
        "outcome": "text",
        "title": "text",
        "words": "text",
        "written_by": "text",
        "written_at": "timestamptz",
    },
    ("desk", "id"),
    {Mode.REMOVE: "handling.phrase_gone"},
)
INQUIRY = Table(
    "handling.inquiry",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "kind": "text",
        "step": "text",
        "asker": "text",
        "desk": "text",
        "question": "text",
        "person": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
ANSWER = Table(
    "handling.inquiry_answer",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "outcome": "text",
        "words": "text",
        "person": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
EXPERT = Table(
    "handling.expert",
    {
        "code": "text",
        "name": "text",
        "speciality": "text",
        "organisation": "text",
        "active_from": "date",
        "active_to": "date",
    },
    ("code",),
    {"expert_pkey": "experts.there"},
)
DRAW = Table(
    "handling.draw",
    {
        "home": "int",
        "matter": "uuid",
        "step": "text",
        "round": "int",
        "speciality": "text",
        "library": "text",
        "excluded": "jsonb",
        "members": "jsonb",
        "seed": "text",
        "person": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "step", "round"),
    thread=("matter",),
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """意见: what an officer said in a step; one that was taken back stays on file and no longer counts."""

    step: str
    step_kind: str
    organisation: str
    person: str
    outcome: str
    words: str
    conditions: str
    at: datetime
    taken_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """决定: one department's decision."""

    organisation: str
    step: str
    person: str
    outcome: str
    reasons: str
    remedies: str
    conditions: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SpecialNotice:
    """特别程序告知书: the written notice that stopped the clock."""

    step: str
    ground: str
    days_needed: int
    number: str
    organisation: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """文书一行: a document as its table keeps it."""

    id: UUID
    step: str
    code: str
    body: str
    digest: str
    signature: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """抽取一行: one draw: its library, who was out and why, and who sits in the review after it, with tickets."""

    step: str
    round: int
    speciality: str
    library: str
    excluded: dict[str, str]
    members: dict[str, str]
    seed: str
    person: str
    at: datetime


def experts(work: Work, on: date, speciality: str = "") -> list[Expert]:
    """The experts in the library on a day, of a speciality or all."""
    rows = work.read(
        "SELECT code, name, speciality, organisation, active_from, active_to FROM handling.expert"
        " WHERE active_from <= %s AND (active_to IS NULL OR active_to > %s) AND (%s = '' OR speciality = %s)"
        " ORDER BY code",
        (on, on, speciality, speciality),
    )
    return [
        Expert(code=c, name=n, speciality=s, organisation=o, active_from=begin, active_to=end)
        for c, n, s, o, begin, end in rows
    ]


def expert_names(work: Work, codes: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Name, speciality and organisation of experts by their codes, in the library still or no longer."""
    rows = work.read(
        "SELECT code, name, speciality, organisation FROM handling.expert WHERE code = ANY(%s)", (list(codes),)
    )
    return {code: (name, speciality, organisation) for code, name, speciality, organisation in rows}


def draws(work: Work, home: int, matter: UUID, step: str = "") -> list[Draw]:
    """The draws of a case, or of one of its steps, first to last."""
    rows = work.read(
        "SELECT step, round, speciality, library, excluded, members, seed, person, at FROM handling.draw"
        " WHERE home = %s AND matter = %s AND (%s = '' OR step = %s) ORDER BY step, round",
        (home, matter, step, step),
    )
    return [Draw(*row) for row in rows]


def draws_between(work: Work, stretch: Stretch) -> dict[Key, list[Draw]]:
    """The draws of every case of a stretch."""
    rows = work.read(
        "SELECT home, matter, step, round, speciality, library, excluded, members, seed, person, at FROM handling.draw"
        " WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s) ORDER BY home, matter, step, round",
        stretch.bounds,
    )
    found: dict[Key, list[Draw]] = {}
    for home, matter, *rest in rows:
        found.setdefault((home, matter), []).append(Draw(*rest))
    return found


@dataclass(frozen=True, slots=True)
class Inquiry:
    """请示一行: a question beside the flow and, once there is one, its answer (`outcome` is empty until then)."""

    id: UUID
    kind: str
    step: str
    asker: str
    desk: str
    question: str
    person: str
    at: datetime
    outcome: str
    words: str
    answered_by: str
    answered_at: datetime | None


def inquiries(work: Work, home: int, matter: UUID) -> list[Inquiry]:
    """All questions beside the flow of a case, first to last, with their answers."""
    rows = work.read(
        "SELECT q.id, q.kind, q.step, q.asker, q.desk, q.question, q.person, q.at, COALESCE(a.outcome, ''),"
        " COALESCE(a.words, ''), COALESCE(a.person, ''), a.at FROM handling.inquiry q"
        " LEFT JOIN handling.inquiry_answer a ON a.home = q.home AND a.matter = q.matter AND a.id = q.id"
        " WHERE q.home = %s AND q.matter = %s ORDER BY q.id",
        (home, matter),
    )
    return [Inquiry(*row) for row in rows]


def next_serial(work: Work, desk: str, year: int, series: str) -> int:
    """下一号: of an organisation in a year; whoever asks next waits until this act is over."""
    rows = work.read(
        "INSERT INTO handling.numbering (desk, year, series, last) VALUES (%s, %s, %s, 1)"
        " ON CONFLICT (desk, year, series) DO UPDATE SET last = handling.numbering.last + 1 RETURNING last",
        (desk, year, series),
    )
    return int(rows[0][0])


_DOCUMENT = "SELECT id, step, code, body, digest, signature, at FROM handling.document"


def documents(work: Work, home: int, matter: UUID) -> list[Document]:
    """All documents of a case, first to last."""
    rows = work.read(f"{_DOCUMENT} WHERE home = %s AND matter = %s ORDER BY id", (home, matter))
    return [Document(*row) for row in rows]


def document_by_code(work: Work, home: int, code: str) -> Document | None:
    """The document with this check code."""
    rows = work.read(f"{_DOCUMENT} WHERE home = %s AND code = %s", (home, code))
    return Document(*rows[0]) if rows else None


def documents_between(work: Work, stretch: Stretch) -> dict[Key, list[Document]]:
    """The documents of every case of a stretch."""
    rows = work.read(
        "SELECT home, matter, id, step, code, body, digest, signature, at FROM handling.document"
        " WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s) ORDER BY home, matter, id",
        stretch.bounds,
    )
    found: dict[Key, list[Document]] = {}
    for home, matter, *rest in rows:
        found.setdefault((home, matter), []).append(Document(*rest))
    return found


def opinions(work: Work, home: int, matter: UUID) -> list[Opinion]:
    """All opinions on a case, first to last."""
    rows = work.read(
        "SELECT o.step, o.step_kind, o.organisation, o.person, o.outcome, o.words, o.conditions, o.at, b.at"
        " FROM handling.opinion o LEFT JOIN handling.opinion_taken_back b"
        " ON b.home = o.home AND b.matter = o.matter AND b.opinion = o.id"
        " WHERE o.home = %s AND o.matter = %s ORDER BY o.id",
        (home, matter),
    )
    return [Opinion(*row) for row in rows]


def said_at(work: Work, home: int, matter: UUID, step: str, person: str, at: datetime) -> list[UUID]:
    """The opinions that a person wrote in a step at a moment."""
    rows = work.read(
        "SELECT id FROM handling.opinion WHERE home = %s AND matter = %s AND step = %s AND person = %s AND at = %s",
        (home, matter, step, person, at),
    )
    return [row[0] for row in rows]


def decisions(work: Work, home: int, matter: UUID) -> list[Decision]:
    """All decisions in a case, first to last."""
    rows = work.read(
        "SELECT organisation, step, person, outcome, reasons, remedies, conditions, at FROM handling.decision"
        " WHERE home = %s AND matter = %s ORDER BY id",
        (home, matter),
    )
    return [Decision(*row) for row in rows]


def special_notices(work: Work, home: int, matter: UUID) -> list[SpecialNotice]:
    """All notices that stopped the clock of a case."""
    rows = work.read(
        "SELECT step, ground, days_needed, number, organisation, person, at FROM handling.special_notice"
        " WHERE home = %s AND matter = %s ORDER BY id",
        (home, matter),
    )
    return [SpecialNotice(*row) for row in rows]


def decided(work: Work, stretch: Stretch) -> dict[Key, dict[str, str]]:
    """The decisions of every case of a stretch: outcome by step."""
    rows = work.read(
        "SELECT home, matter, step, outcome FROM handling.decision"
        " WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s)",
        stretch.bounds,
    )
    found: dict[Key, dict[str, str]] = {}
    for home, matter, step, outcome in rows:
        found.setdefault((home, matter), {})[step] = outcome
    return found


def phrases(work: Work, desks: list[str]) -> list[tuple[str, UUID, str, str, str, str]]:
    """The phrases of these desks: desk, id, kind of step, outcome, title, words."""
    return work.read(
        "SELECT desk, id, step_kind, outcome, title, words FROM handling.phrase WHERE desk = ANY(%s)"
        " ORDER BY place, id",
        (desks,),
    )
