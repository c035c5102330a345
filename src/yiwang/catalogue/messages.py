"""事项库的话 — what the catalogue says: items, materials, data items, sources, questions and flow charts.

The hierarchy is the seed's table (部门 / 事项名称 / 材料类别 / 材料名称 / 数据项 / 数据来源):
item → material → data item → source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yiwang.ground.clock import Ground, Limit


class FlowKind(StrEnum):
    """流程类型: the seed's three kinds (R48–R50)."""

    SINGLE = "single"  # 一个部门独立办理
    JOINT = "joint"  # 几个部门联合办理
    LEAD_CONSULT = "lead_consult"  # 一个部门主办，征求相关部门意见


class StepKind(StrEnum):
    """环节类型: what is done in a step."""

    ACCEPT = "accept"  # 受理
    FETCH = "fetch"  # 数据共享取件
    REVIEW = "review"  # 审查、审核
    CONSULT = "consult"  # 征求意见
    SPECIAL = "special"  # 特别程序
    DECIDE = "decide"  # 决定
    ISSUE = "issue"  # 制证
    DELIVER = "deliver"  # 统一出件
    SUPERVISE = "supervise"  # 事中事后监管
    WAIT = "wait"  # 等待期限：公示等，期满自行结束
    SUBCASE = "subcase"  # 子件：一件事中的另一事项
    FORK = "fork"  # 分流
    JOIN = "join"  # 汇合


OUTCOMES: Mapping[StepKind, frozenset[str]] = {
    StepKind.ACCEPT: frozenset({"accept"}),
    StepKind.FETCH: frozenset({"complete", "pending"}),
    StepKind.REVIEW: frozenset({"pass", "fail"}),
    StepKind.CONSULT: frozenset({"agree", "disagree", "conditional", "no_competence", "deemed", "recalled"}),
    StepKind.SPECIAL: frozenset({"pass", "fail"}),
    StepKind.DECIDE: frozenset({"grant", "refuse"}),
    StepKind.ISSUE: frozenset({"issued"}),
    StepKind.DELIVER: frozenset({"delivered"}),
    StepKind.SUPERVISE: frozenset({"created"}),
    StepKind.WAIT: frozenset({"elapsed"}),
    StepKind.SUBCASE: frozenset({"granted", "refused", "ended"}),
}
"""办理结果: how a step of each kind can end; an edge may ask for it (`outcome:STEP`)."""


class ClockEffect(StrEnum):
    """计时: what a step does to the case's clock."""

    BEFORE = "before"  # the limit has not begun
    RUNS = "runs"
    STOPS = "stops"  # on a statutory ground and a written notice
    AFTER = "after"  # the limit is met when this step opens


class At(StrEnum):
    """在哪一级: where the organisation of a step sits, seen from the case."""

    RECEIVING = "receiving"  # the centre that took the application in
    DECIDING = "deciding"  # the level of the deciding authority by the power list
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Silence(StrEnum):
    """逾期未复: what silence in a consultation means; only the signed flow can say so (recorded as deemed, never
    agreed).
    """

    WAITS = "waits"
    DEEMED = "deemed"


class JoinRule(StrEnum):
    """汇合规则: when a join lets the case go on; branches that are open then are closed, for nobody waits for them."""

    ALL = "all"  # 全部办完
    SOME = "some"  # 其中几家办完
    LEAD = "lead"  # 牵头部门办完即可


class Signing(StrEnum):
    """签署方式: by how many officials of a desk a step is worked."""

    ONE = "one"  # 一人办理
    ALL = "all"  # 会签：人人签署，一人不同意即为不同意
    ANY = "any"  # 或签：先签者定
    VOTES = "votes"  # 票签：按票数


class Category(StrEnum):
    """材料类别: the seed's four, and other."""

    FORM = "form"  # 表格
    LICENCE = "licence"  # 证照
    APPROVAL_DOC = "approval_doc"  # 批文
    CERTIFICATE = "certificate"  # 证明
    OTHER = "other"  # 其他


class SourceKind(StrEnum):
    """来源: who has it."""

    SELF = "self"  # 自行填写、申请人自备
    DEPARTMENT = "department"  # a department holds it: never asked of the applicant (R38)
    HANDLER = "handler"  # the handling department writes it during handling (R61)
    DERIVED = "derived"


class Necessity(StrEnum):
    """必要性: whether a material must be there."""

    REQUIRED = "required"  # 必要
    WHEN = "when"  # 特定情形
    TOLERABLE = "tolerable"  # 容缺后补


class CaseType(StrEnum):
    """办件类型: decided on the spot, or within a promise."""

    SPOT = "spot"  # 即办件
    PROMISED = "promised"  # 承诺件


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """情形条件: holds when the answer to `question` is one of (or, for several answers, has one of) `values`."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """选项: one answer of a question."""

    value: str
    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """情形问题: a plain question whose answer selects materials, data and path."""

    code: str
    text: str
    options: tuple[Option, ...]
    text_en: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """数据来源: `line` is the key of the line of departments, `label` the words of the list (省公安厅)."""

    kind: SourceKind
    label: str
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataItem:
    """数据项: one field of a material, with its own source (R61). `type` is text, long_text, number, money, integer,
    date, period, code or address.
    """

    code: str
    name: str
    source: Source
    name_en: str = ""
    type: str = "text"
    required: bool = True
    repeats: bool = False
    derives: tuple[str, ...] = ()  # of a derived one: the data items it follows from


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """材料: a thing the item needs. Without data items its source stands at the material itself."""

    code: str
    name: str
    category: Category
    source: Source
    name_en: str = ""
    necessity: Necessity = Necessity.REQUIRED
    when: Condition | None = None
    data_items: tuple[DataItem, ...] = ()
    resource: str = ""  # the resource of the department that answers for it
    checkpoints: tuple[str, ...] = ()  # 受理审查要点: what any clerk checks (R19)
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """谁办: a line of departments, where it sits, and the role of the post that works the step.

    `line` is a line key, or "*" for the line of the deciding authority.
    """

    line: str
    at: At
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """环节: one box of the flow chart."""

    id: str
    name: str
    kind: StepKind
    name_en: str = ""
    who: Who | None = None  # none for fork, join
    limit: Limit | None = None
    clock: ClockEffect = ClockEffect.RUNS
    ground: Ground | None = None  # of a special procedure
    optional: bool = False  # may be passed over by whoever holds it
    silence: Silence = Silence.WAITS
    opens: str = ""  # a join names the fork whose branches it waits for
    rule: JoinRule = JoinRule.ALL  # of a join
    need: int = 0  # of a join by some: how many branches
    signing: Signing = Signing.ONE
    persons: int = 1  # how many officials at least; of a vote, how many seats
    votes: int = 0  # of a vote: how many carry it
    item: str = ""  # of a sub-case: the other item's code
    experts: int = 0  # of a special procedure: how many experts are drawn
    visits: int = 0
    visit_reason: str = ""
    reads: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """流向: from one step to the next; with a condition only in those situations."""

    source: str
    target: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """流程图: steps and edges as drawn, executed as drawn (R43). Begins at the only step without an incoming edge."""

    kind: FlowKind
    lead: Who
    steps: tuple[Step, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """收费: what is charged, how much (in words, «每证 10 元»), and on what basis."""

    name: str
    standard: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """常见问题: a question people ask, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """办事指南: what an applicant is told beside materials, limits and flow (规定 4)."""

    phone: str = ""  # 咨询电话
    complaints: str = ""  # 投诉电话
    online: int = 0  # 网上办理深度 Ⅰ–Ⅳ; 0: not online
    channels: tuple[str, ...] = ()  # window, web, mail
    fees: tuple[Fee, ...] = ()
    pays_online: bool = False
    sample: str = ""  # 结果样本
    asked: tuple[Answered, ...] = ()
    topics: tuple[str, ...] = ()  # 主题分类: person:… or firm:…
    supervision: str = ""  # 监管方式 (R33)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """签字: a department's signature on its own view of one flow version (R51). `view` is the SHA-256 of that view."""

    line: str
    organisation: str
    signer: str
    post: str
    signed_on: date
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """事项: what can be applied for, whole: one set of data needs, one flow (R46)."""

    code: str
    name: str
    line: str  # the line of the deciding department
    type: str  # 事项类型代码 01 许可 … 20 公共服务
    sector: str
    case_type: CaseType
    flow: Flow
    name_en: str = ""
    short: str = ""  # 事项拼音首字母, for the clerk's one box
    legal: Limit | None = None
    legal_basis: str = ""
    promised: Limit | None = None
    audience: tuple[str, ...] = ("person", "firm")
    result: str = ""  # name of the licence or document
    result_en: str = ""
    result_kind: str = "document"  # licence | document | none
    levels: tuple[str, ...] = ()
    supervisor: str = ""  # line that supervises afterwards (R33)
    concentrated: bool = True  # R24
    visits: int = 0
    questions: tuple[Question, ...] = ()
    materials: tuple[Material, ...] = ()
    extension: Limit | None = None  # what 行政许可法 42 allows
    tolerance: Limit | None = None  # 容缺期限: how long what may follow may take, in working days (规定 11)
    guide: Guide = field(default_factory=Guide)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """已公布的事项版本: immutable; a case keeps the version it was accepted under."""

    item: Item
    version: int
    digest: str
    effective_from: date
    signatures: tuple[Signature, ...] = field(default=())


# ── what the compiler says ──────────────────────────────────────────────────────────────────────────


class Severity(StrEnum):
    """严重程度: an error keeps a version from being published; a warning is for whoever drafts."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Path:
    """反例: a way a case can go: what the applicant answers, how steps end, and the steps in their order.

    `answers` by question, as `check_answers` wants them; `outcomes` by step, only of those on which the way depends.
    """

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """编译问题: `code` is `part.reason` and never changes its meaning; `place` is the field that is meant
    (`materials.m3`, `flow.review`, `promised`); words and mend stand with the faces, by code.
    """

    code: str
    item: str
    place: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    path: Path | None = None
    clause: str = ""
    severity: Severity = Severity.ERROR
    version: int = 0
