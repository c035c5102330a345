"""审批的话 — what a department's handling hears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTask:
    """一件待办: which task of which case."""

    home: int
    id: UUID
    task: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(OnTask):
    """审查: an opinion on a case; outcome is pass or fail."""

    outcome: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(OnTask):
    """复函: the answer to a consultation: agree, disagree, conditional or no_competence; conditions go into the
    decision.
    """

    outcome: str
    words: str
    conditions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(OnTask):
    """签署: speak on a step that several sign, or that one was added to; a negative voice has its reasons in words."""

    outcome: str
    words: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack(OnTask):
    """委派交回: with the words of whoever did the work; empty when the delegator takes the task back."""

    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDecision:
    """记录决定: a deciding step that several sign was settled so by `signers`."""

    home: int
    id: UUID
    step: str
    outcome: str
    signers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRevocation:
    """写撤销受理通知书: in the name of the deciding authority; `returned` are the materials that go back, by name."""

    home: int
    id: UUID
    reason: str
    returned: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSpecial(OnTask):
    """启动特别程序: with the days it needs, told to the applicant in writing. 行政许可法 45, 规定 28"""

    days_needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertOpinion:
    """专家意见: of one drawn expert; outcome is pass or fail."""

    expert: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSpecial(OnTask):
    """结束特别程序: with its outcome (pass, fail) and the words of the report; `skip` when it was not needed.

    An expert review ends with the opinion of every drawn expert.
    """

    outcome: str
    words: str = ""
    opinions: tuple[ExpertOpinion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawExperts(OnTask):
    """抽取专家: for an expert review, as many as the chart says; `declared` maps whoever has an interest to the
    interest.
    """

    speciality: str = ""
    declared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawExperts(OnTask):
    """补抽专家: another one for each who leaves; `leaving` maps their codes to the reasons. The others stay."""

    leaving: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGuidance(OnTask):
    """请示业务指导: of the same line one level up, on a question about a task of one's own. R32"""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExtension(OnTask):
    """请示延期: of whoever may approve it, with the reason. 行政许可法 42"""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """另行征求意见: of another department, because whom the chart asks in this step has no competence. R50"""

    home: int
    id: UUID
    step: str
    to: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInquiry:
    """答复请示: guidance in words; a refused extension with the reason; of another department its outcome (agree,
    disagree, conditional with conditions, no_competence).
    """

    home: int
    id: UUID
    inquiry: UUID
    words: str
    outcome: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """批准延期: once, by the head, with the reason told to the applicant. 行政许可法 42, SOD13"""

    home: int
    id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """专家: in the library from a day until a day, which is no longer part of it."""

    code: str
    name: str
    speciality: str
    organisation: str
    active_from: date
    active_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(OnTask):
    """决定: grant or refuse in the department's own name; a refusal has reasons. 行政许可法 38"""

    outcome: str
    reasons: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDocument(OnTask):
    """制证: the document is made and goes to the one exit. 行政许可法 39, 44"""


class PaperKind(StrEnum):
    """文书种类: what a department writes to an applicant in a case."""

    GRANT = "grant"  # 准予决定书
    REFUSAL = "refusal"  # 不予决定书
    SPECIAL = "special"  # 特别程序告知书
    EXTENSION = "extension"  # 延长办理期限告知书
    REVOCATION = "revocation"  # 撤销受理通知书


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """文书: all that it says. Without a number it is a draft."""

    kind: PaperKind
    number: str
    title: str
    organisation: str
    issuer: str
    addressee: str
    case: str
    item: str
    on: date
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """已制发的文书: as it is kept, with what proves it: `genuine` says that it is as it was signed."""

    id: UUID
    step: str
    paper: Paper
    code: str
    digest: str
    signature: str
    key: str
    at: datetime
    genuine: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """用语: words for an outcome of a kind of step (any outcome when it names none), under a short title."""

    id: UUID
    kind: str
    outcome: str
    title: str
    words: str
