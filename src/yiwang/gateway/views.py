"""接口数据 — what goes over the wire: the shapes of /openapi.json; dates are ISO 8601, times carry a zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(max_length=4_000)]
Short = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Answer = Short | Annotated[list[Short], Meta(max_length=50)]
Answers = Annotated[dict[Short, Answer], Meta(max_length=50)]
FormData = Annotated[dict[Short, Any], Meta(max_length=500)]


class Sent(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """收到的: a body that is sent to us; a field nobody knows is refused, so that a misspelt one is not lost."""


# ── sent to us ──────────────────────────────────────────────────────────────────────────────────────


class Login(Sent):
    """登录: account and password or client secret."""

    login: Code
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class NewApplication(Sent):
    """起草: whose matter, where it lies, and the answers to the item's questions.

    An applicant acts for themselves and leaves kind, identifier and name out; a window names the subject.
    """

    item: Code
    division: Annotated[str, Meta(pattern=r"^(\d{6}|\d{9}|\d{12})$")]
    answers: Answers = {}
    kind: Annotated[str, Meta(pattern="^(person|firm)$")] | None = None
    identifier: Short = ""
    name: Short = ""
    phone: Annotated[str, Meta(max_length=30)] = ""


class Written(Sent):
    """填报: part of the form, kept unchecked so that nothing is lost."""

    form: FormData


class Answered(Sent):
    """答情形: the answers to the item's questions."""

    answers: Answers


class LackOf(Sent):
    """欠缺: one thing that is missing or wrong."""

    material: Code
    what: Annotated[str, Meta(min_length=1, max_length=300)]


class CorrectionNotice(Sent):
    """一次性告知: everything lacking, in one notice."""

    lacks: Annotated[list[LackOf], Meta(min_length=1, max_length=100)]
    days: Annotated[int, Meta(ge=1, le=60)] = 5


class Refusal(Sent):
    """不予受理: why, and which authority is the right one."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    authority: Short = ""


class HandingOver(Sent):
    """出件: who took the result at the counter, or the courier's number."""

    recipient: Short = ""
    tracking: Short = ""


class Rating(Sent):
    """评价."""

    grade: Annotated[str, Meta(pattern="^(very_satisfied|satisfied|fairly_satisfied|dissatisfied|very_dissatisfied)$")]
    reasons: Annotated[list[Short], Meta(max_length=10)] = []
    comment: Annotated[str, Meta(max_length=1_000)] = ""


class Opinion(Sent):
    """意见: an outcome the step knows, in words; conditions where a consultation makes some."""

    outcome: Code
    words: Text = ""
    conditions: Annotated[str, Meta(max_length=1_000)] = ""


class SpecialStart(Sent):
    """启动特别程序: the days it needs, as the written notice tells the applicant."""

    days_needed: Annotated[int, Meta(ge=1, le=365)]


class ExpertSaid(Sent):
    """专家意见: of one drawn expert: `pass` or `fail`, in words."""

    expert: Code
    outcome: Code
    words: Text


class SpecialEnd(Sent):
    """结束特别程序: its outcome in words; of an expert review with the opinion of every drawn expert."""

    outcome: Code
    words: Text = ""
    opinions: Annotated[list[ExpertSaid], Meta(max_length=50)] = []


class DrawOf(Sent):
    """抽取专家: of a speciality or of all; `declared` maps whoever has an interest to what it is."""

    speciality: Annotated[str, Meta(max_length=100)] = ""
    declared: Annotated[dict[str, str], Meta(max_length=100)] = {}


class Replacement(Sent):
    """补抽专家: who leaves, and why."""

    leaving: Annotated[dict[str, str], Meta(min_length=1, max_length=50)]


class Reason(Sent):
    """理由."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


class SendBack(Sent):
    """退回: to which earlier step, and why."""

    to: Code
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Nothing(Sent):
    """空: a body without fields, `{}`."""


class NewWebhook(Sent):
    """登记回调: where to send events of the organisation's cases, and the secret they are signed with."""

    url: Annotated[str, Meta(pattern="^https?://", max_length=500)]
    secret: Annotated[str, Meta(min_length=32, max_length=200)]
    events: Annotated[list[Code], Meta(min_length=1, max_length=10)]


# ── sent by us ──────────────────────────────────────────────────────────────────────────────────────


class FieldProblem(msgspec.Struct):
    """字段错误: where it is (`pointer`, RFC 6901), its code, and what to do."""

    pointer: str
    code: str
    detail: str


class Problem(msgspec.Struct, omit_defaults=True):
    """问题: RFC 9457. `detail` is in the asker's language, `code` never changes, `clause` is the article relied on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    clause: str = ""
    errors: list[FieldProblem] = []


class Token(msgspec.Struct):
    """令牌: goes into `Authorization: Bearer …`; ends after thirty idle minutes, at most after ten hours."""

    token: str
    token_type: str
    person: str
    organisation: str


class Me(msgspec.Struct):
    """我: who acts, in which post, for which organisation."""

    person: str
    name: str
    post: str
    organisation: str
    division: str
    roles: list[str]


class ItemBrief(msgspec.Struct):
    """事项: as a list shows it."""

    code: str
    name: str
    name_en: str
    department: str
    case_type: str
    promised: str | None
    visits: int


class QuestionView(msgspec.Struct):
    """情形问题: with its options, value → label."""

    code: str
    text: str
    several: bool
    options: dict[str, str]


class ItemView(ItemBrief):
    """事项: whole, as far as an applicant or a department's system needs it."""

    version: int
    legal: str | None
    legal_basis: str
    result: str
    questions: list[QuestionView]


class NeedView(msgspec.Struct):
    """所需材料: who has it. `data_items` are the fields of the form where the applicant writes it."""

    material: str
    name: str
    source: str
    tolerable: bool
    checkpoints: list[str]
    data_items: dict[str, str]


class NeedsView(msgspec.Struct):
    """所需: what the applicant writes and brings, and what government already has."""

    fill: list[NeedView]
    bring: list[NeedView]
    held: list[NeedView]


class ApplicationView(msgspec.Struct):
    """申请: as it stands."""

    ref: str
    number: str
    state: str
    item: str
    item_name: str
    applicant: str
    division: str
    receiving: str
    delivery: str
    answers: dict[str, Any]
    form: dict[str, Any]
    visits: int
    drafted_at: datetime
    submitted_at: datetime | None


class ReceiptView(msgspec.Struct):
    """回执: number and due dates; `outstanding` are the materials still to come by `outstanding_until` (容缺)."""

    ref: str
    number: str
    accepted_on: date | None
    promised_due: date | None
    legal_due: date | None
    provisional: bool
    outstanding: list[str] = []
    outstanding_until: date | None = None


class DayView(msgspec.Struct):
    """一日: counted or not, why, and by which article."""

    day: date
    counted: bool
    why: str
    clause: str


class ClockView(msgspec.Struct):
    """时限: the dates of the promise and of the law, each with what is left or over in working days; `days` is the
    proof of the promise, on demand, `explained` where all clocks of the case are proven.
    """

    promised_due: date | None
    legal_due: date | None
    provisional: bool
    paused: bool
    left: int
    overdue: int
    legal_left: int
    legal_overdue: int
    explained: str
    light: str
    days: list[DayView]


class SeatView(msgspec.Struct):
    """签署席: who was asked to sign (`signer` with others, `added` for an opinion), by whom, and what they said."""

    person: str
    kind: str
    by: str
    outcome: str
    at: datetime | None


class TaskView(msgspec.Struct):
    """待办: an open step, whose it is, and which post answers for it; `lenders` wait for it back, the last one first
    to have it again; `urged` how often somebody has pressed for it; `returns` the steps it may be sent back to.
    `left` and `overdue` are working days to and past `due`, none without one.
    """

    task: UUID
    step: str
    organisation: str
    role: str
    due: date | None
    left: int | None
    overdue: int | None
    holder: str
    post: str
    lenders: list[str]
    seats: list[SeatView]
    urged: int
    returns: list[str]


class AcceptedView(msgspec.Struct):
    """部门受理: since when an organisation counts as having accepted; `after`: the step of another department that it
    had to wait for, empty when it accepted together with the centre. 规定 5
    """

    organisation: str
    at: datetime
    step: str
    after: str


class PartView(msgspec.Struct):
    """子件: one part of a case; `outcome` is granted, refused or ended; `waits_for` the steps of the whole that come
    before it; `barred`: the whole can no longer come to it.
    """

    step: str
    item: str
    name: str
    organisation: str
    ref: str | None
    number: str | None
    status: str | None
    accepted_on: date | None
    promised_due: date | None
    outcome: str | None
    waits_for: list[str]
    barred: bool


class CaseView(msgspec.Struct):
    """办件: where it stands; `parts` of several items handled as one, and of a part, its `whole`; `outstanding` are the
    materials still to come by `outstanding_until`.
    """

    ref: str
    number: str
    status: str
    item: str
    item_name: str
    item_version: int
    flow_kind: str
    receiving: str
    deciding: str
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    tasks: list[TaskView]
    done: list[dict[str, Any]]
    accepted: list[AcceptedView]
    clock: ClockView
    whole: str | None
    parts: list[PartView]
    outstanding: list[str] = []
    outstanding_until: date | None = None


class ActView(msgspec.Struct):
    """一笔: one act of the thread."""

    seq: int
    at: datetime
    act: str
    organisation: str
    clause: str
    facts: dict[str, Any]


class InboxView(msgspec.Struct):
    """待办一行: `left` is what remains to the nearer date in working days, negative when past, none while paused."""

    ref: str
    number: str
    task: UUID
    item: str
    item_name: str
    applicant: str
    step: str
    step_name: str
    step_kind: str
    role: str
    opened_at: datetime
    step_due: date | None
    promised_due: date | None
    left: int | None
    paused: bool
    holder: str
    post: str
    urged: int


class LicenceAnswer(msgspec.Struct):
    """电子证照核验: `genuine` says whether its signature is ours."""

    code: str
    name: str
    holder: str
    issuer: str
    state: str
    issued_on: date
    valid_to: date | None
    genuine: bool


class WebhookView(msgspec.Struct):
    """回调登记: the secret is never shown again."""

    id: UUID
    url: str
    events: list[str]
    created_at: datetime


class Items(msgspec.Struct):
    """一页事项."""

    total: int
    rows: list[ItemBrief]


class Applications(msgspec.Struct):
    """一页申请."""

    rows: list[ApplicationView]


class Inbox(msgspec.Struct):
    """一页待办."""

    total: int
    rows: list[InboxView]


class Acts(msgspec.Struct):
    """全程留痕."""

    rows: list[ActView]


class Webhooks(msgspec.Struct):
    """回调登记表."""

    rows: list[WebhookView]
