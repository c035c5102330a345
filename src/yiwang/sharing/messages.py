"""数据共享的话 — what sharing hears and says; and the port through which it asks departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class SubjectKind(StrEnum):
    """服务对象: a person or a firm."""

    PERSON = "person"
    FIRM = "firm"


class State(StrEnum):
    """共享请求状态: what came of asking a department."""

    REQUESTED = "requested"
    FETCHED = "fetched"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # the applicant's own word prevails, the source is told (规定 7)
    NO_RECORD = "no_record"
    FAILED = "failed"  # the source did not answer; it is asked again, the applicant is not
    DROPPED = "dropped"  # the case is over before the source answered; nobody asks any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """当事人: whom a case is about. `identifier` is a citizen number or a unified social credit code."""

    home: int
    id: UUID
    kind: SubjectKind
    identifier: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """取件: see that everything a department holds for this case has been asked for; answers with Gathered."""

    home: int
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """已取件: how many of the materials that departments hold are there, and how many still pend."""

    home: int
    id: UUID
    there: int
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsking:
    """停止取数: a case was decided or ended; what departments have not answered is needed no more."""

    home: int
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFetched:
    """数据已到: a department has answered for a material of a case."""

    home: int
    id: UUID
    material: str
    line: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDisputed:
    """数据异议: the applicant says that a department's record is wrong. 规定 7(2)"""

    home: int
    id: UUID
    material: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLicence:
    """制发电子证照: for the subject of a case, by the organisation that granted it."""

    home: int
    id: UUID
    item: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceIssued:
    """电子证照已制发."""

    home: int
    id: UUID
    code: str
    name: str
    organisation: str


# ── the port: how a department is asked ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fetch:
    """取数请求: one question to one department; names item, case, material, operator and subject (R47)."""

    request_id: UUID
    line: str
    resource: str
    item: str
    case: str
    material: str
    data_items: tuple[str, ...]
    operator: str
    organisation: str
    subject_kind: str
    subject_identifier: str
    subject_name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """取数结果: what the department holds, with the version of its record."""

    values: Mapping[str, object]
    record_version: str
    as_of: datetime
    source: str


class FetchFailed(Exception):
    """取数未成: kind is down, slow, wrong, refused or no_record; `retryable` says whether asking again may help."""

    def __init__(self, kind: str, *, retryable: bool) -> None:
        super().__init__(kind)
        self.kind = kind
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Correction:
    """异议通知: what the source of a record is told when the person it is about says that it is wrong. 规定 7(2)"""

    notice_id: UUID
    line: str
    resource: str
    item: str
    case: str
    material: str
    record_version: str
    subject_kind: str
    subject_identifier: str
    own: Mapping[str, str]
    reason: str


class Departments(Protocol):
    """部门系统: whoever can ask departments and tell them. One question, one answer, or FetchFailed."""

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""

    def tell(self, correction: Correction) -> None:
        """Tell the source that somebody disputes its record; FetchFailed when it did not take it."""


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """电子证照: one licence as it is kept."""

    home: int
    id: UUID
    code: str
    name: str
    subject: UUID
    holder: str
    issuer: str
    issuer_name: str
    item: str
    matter: UUID | None
    state: str
    facts: Mapping[str, object]
    issued_on: date
    valid_to: date | None
    signature: bytes

    def in_force(self, on: date) -> bool:
        """有效: neither revoked nor run out."""
        return self.state == "valid" and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceView:
    """电子证照公开核验: what anyone who scans the code may see, and what is needed to check the signature oneself.

    `sealed` is the digest of what is not public, `signature` (64 bytes) that of the Ed25519 key `key` (32 bytes) over
    the text of docs/howto/licence-check.md; all three in hex digits. `state` is today's.
    """

    code: str
    name: str
    holder: str
    issuer_name: str
    state: str
    issued_on: date
    valid_to: date | None
    genuine: bool
    signed_state: str
    sealed: str
    signature: str
    key: str


# ── the port: how events are told ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """告知: something that happened to a case; `kind` is one of webhooks.EVENTS."""

    home: int
    id: UUID
    number: str
    item: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """回调登记: an address of an organisation's system (`desk`), the secret it is signed with, the events it wants."""

    desk: str
    id: UUID
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime


class Undelivered(Exception):
    """未送达: the address did not answer with 2xx in time."""


class Messenger(Protocol):
    """信使: whoever can send a signed body to an address. It arrives, or Undelivered."""

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send."""
