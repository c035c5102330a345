"""统一受理的话 — commands intake hears and events it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from yiwang.casework.messages.flow import Facts


class Channel(StrEnum):
    """渠道: how an application came."""

    WEB = "web"
    WINDOW = "window"
    GATEWAY = "gateway"


class Delivery(StrEnum):
    """出件方式: how the result goes to the applicant."""

    COUNTER = "counter"
    COURIER = "courier"
    E_LICENCE = "e_licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """起草: begin an application. `identifier` is the subject's number; `division` is where the matter lies."""

    item: str
    kind: str  # person | firm
    identifier: str
    name: str
    division: str
    phone: str = ""
    agent: str = ""
    channel: Channel = Channel.WEB
    receiving: str = ""  # a centre's code; empty: the centre of the division
    window: str = ""
    answers: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """提交: hand in a draft with what only the applicant can say."""

    home: int
    id: UUID
    form: Mapping[str, object]
    delivery: Delivery
    address: str = ""
    undertakes: bool = False  # to supply what may follow, in time, once told


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """受理: the clerk's checklist. `brought` maps each own material to the checkpoints ticked. `tolerate`: accept
    although listed tolerable materials lack; `undertaken`: the applicant has undertaken to supply them in time.
    """

    home: int
    id: UUID
    brought: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tolerate: bool = False
    undertaken: bool = False


class Way(StrEnum):
    """补交方式: how what was tolerated has come."""

    WINDOW = "window"
    POST = "post"
    ONLINE = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """补交: a clerk at any window takes in what was tolerated. `brought` as in Accept, every checkpoint ticked;
    `visited`: somebody had to come for it.
    """

    home: int
    id: UUID
    brought: Mapping[str, tuple[str, ...]]
    way: Way = Way.POST
    visited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """自述补交: the applicant supplies a tolerated material that is the own writing, online and in `words`."""

    home: int
    id: UUID
    material: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAcceptance:
    """撤销受理: what was tolerated did not come by its last day, `until`. 规定 11"""

    home: int
    id: UUID
    lacking: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfLack:
    """提醒补交: what was tolerated is still to come by `until`."""

    home: int
    id: UUID
    lacking: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRevoked:
    """已撤销受理: with the reason and what goes back to the applicant, by name; it is told in writing."""

    home: int
    id: UUID
    reason: str
    returned: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """欠缺: one thing that is missing or wrong, in words the applicant understands."""

    material: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """收件回执、受理凭证: what the applicant takes home."""

    home: int
    id: UUID
    number: str
    item: str
    item_name: str
    applicant: str
    receiving: str
    at: datetime
    accepted_on: date | None = None
    promised_due: date | None = None
    legal_due: date | None = None
    provisional: bool = False
    outstanding: tuple[str, ...] = ()  # materials still to come, accepted without them
    outstanding_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """出件: give the result to the applicant, at the one exit."""

    home: int
    id: UUID
    recipient: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """已出件: the result is with the applicant; now the rating may be asked for."""

    home: int
    id: UUID
    number: str
    item: str
    way: Delivery
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueResults:
    """制证出证: the decision is made in a case; make the licences of those who granted. `application` is what was
    handed in: of a part, that of the whole.
    """

    home: int
    id: UUID
    application: UUID
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Application:
    """申请: one application as it stands. `form` maps data item to what the applicant wrote."""

    home: int
    id: UUID
    state: str
    item: str
    item_version: int
    item_name: str
    subject: UUID
    applicant: str
    agent: str
    division: str
    receiving: str
    channel: Channel
    window: str
    answers: Facts
    form: Mapping[str, Any]
    delivery: Delivery
    address: str
    number: str
    drafted_at: datetime
    submitted_at: datetime | None
    visits: int


@dataclass(frozen=True, slots=True)
class Notice:
    """通知书: one written notice."""

    id: UUID
    kind: str
    body: Mapping[str, Any]
    by_person: str
    by_organisation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """到场: once that somebody came."""

    seq: int
    reason: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """出件记录: how a result was delivered."""

    way: str
    tracking: str
    recipient: str
    by_person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TellTerminated:
    """告知终止: the deciding authority has ended the case, with reason and clause; or only the `part` of this number,
    while the application goes on.
    """

    home: int
    id: UUID
    reason: str
    clause: str
    part: str = ""
