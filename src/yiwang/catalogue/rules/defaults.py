"""默认流程 — a flow of each kind for an item whose departments have not drawn their own yet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from yiwang.catalogue.messages import At, ClockEffect, Edge, Flow, FlowKind, Silence, Step, StepKind, Who
from yiwang.ground.clock import Ground, Limit, Unit

CENTRE = "XZFW"
GROUNDS = {
    "专家": Ground.EXPERT_REVIEW,
    "评审": Ground.EXPERT_REVIEW,
    "听证": Ground.HEARING,
    "检验": Ground.INSPECTION,
    "检测": Ground.TESTING,
    "鉴定": Ground.APPRAISAL,
}
# A step of a joint flow has its department in its Chinese name; in English the department stands beside it.
IN_ENGLISH = {
    "初审": "First review",
    "审核": "Second review",
    "分送各部门审查": "To all departments",
    "审查汇总": "All reviewed",
    "各部门决定": "To all deciders",
    "决定汇总": "All decided",
    "征求意见": "Consultation",
    "意见汇总": "All replied",
}


def accept_step(visits: int = 0) -> Step:
    """受理: by the centre, before the clock; with a visit where originals are looked at."""
    return Step(
        id="accept",
        name="统一受理",
        name_en="Unified acceptance",
        kind=StepKind.ACCEPT,
        who=Who(line=CENTRE, at=At.RECEIVING, role="clerk"),
        clock=ClockEffect.BEFORE,
        visits=visits,
        visit_reason="提交材料原件，由窗口当场核验" if visits else "",
        basis="规定 5",
    )


def fetch_step() -> Step:
    """取件: what departments hold."""
    return Step(
        id="fetch",
        name="数据共享取件",
        name_en="Fetch shared data",
        kind=StepKind.FETCH,
        who=Who(line="", at=At.RECEIVING, role="system"),
        basis="规定 7",
    )


def closing_steps(limit: Limit | None = None) -> tuple[Step, ...]:
    """制证、统一出件、监管: after the decision."""
    return (
        Step(
            id="issue",
            name="制证",
            name_en="Make the licence",
            kind=StepKind.ISSUE,
            who=Who(line="*", at=At.DECIDING, role="handler"),
            limit=limit,
            basis="行政许可法 39 44",
        ),
        Step(
            id="deliver",
            name="统一出件",
            name_en="Unified handover",
            kind=StepKind.DELIVER,
            who=Who(line=CENTRE, at=At.RECEIVING, role="issuer"),
            clock=ClockEffect.AFTER,
            basis="行政许可法 44",
        ),
        Step(
            id="supervise",
            name="纳入事中事后监管",
            name_en="Supervision begins",
            kind=StepKind.SUPERVISE,
            who=Who(line="", at=At.DECIDING, role="system"),
            clock=ClockEffect.AFTER,
            basis="规定 33",
        ),
    )


def department_step(step: str, name: str, kind: StepKind, role: str, limit: Limit | None, line: str = "*") -> Step:
    """部门环节: one step of a department on the deciding level."""
    english = IN_ENGLISH.get(name, "Decision" if kind is StepKind.DECIDE else "Review")
    who = Who(line=line, at=At.DECIDING, role=role)
    return Step(id=step, name=name, name_en=english, kind=kind, who=who, limit=limit)


def special_step(words: str) -> Step | None:
    """特别程序: for the first statutory ground in the words of the list; none where none is named (行政许可法 45)."""
    for word, ground in GROUNDS.items():
        if word in words:
            return Step(
                id="special",
                name=ground.label,
                name_en=ground.name.replace("_", " ").capitalize(),
                kind=StepKind.SPECIAL,
                who=Who(line="*", at=At.DECIDING, role="handler"),
                clock=ClockEffect.STOPS,
                ground=ground,
                optional=True,
                basis="行政许可法 45",
            )
    return None


def in_a_row(steps: Sequence[Step]) -> tuple[Edge, ...]:
    """Edges from each step to the next."""
    return tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(steps))


def _share(promised: Limit | None, part: float) -> Limit | None:
    """A part of the promise as a step's own limit; none where that is less than a day: the promise binds all alike."""
    days = int(promised.n * part) if promised is not None and promised.unit is not Unit.SPOT else 0
    return Limit(days, promised.unit) if promised is not None and days else None


def spot_flow(visits: int = 0) -> Flow:
    """即办: decided at once by the department's own officer, never by whoever accepts (SOD15)."""
    decide = department_step("decide", "审核决定", StepKind.DECIDE, "decider", None)
    steps = (accept_step(visits), fetch_step(), decide, *closing_steps()[1:])
    return _flow(FlowKind.SINGLE, steps, in_a_row(steps))


def single_flow(promised: Limit | None, special: str, visits: int = 0) -> Flow:
    """一个部门独立办理 (R48)."""
    middle = [department_step("review", "审查", StepKind.REVIEW, "handler", _share(promised, 0.4))]
    if found := special_step(special):
        middle.append(found)
    middle += [
        department_step("check", "审核", StepKind.REVIEW, "reviewer", _share(promised, 0.2)),
        department_step("decide", "决定", StepKind.DECIDE, "decider", _share(promised, 0.2)),
    ]
    steps = (accept_step(visits), fetch_step(), *middle, *closing_steps())
    return _flow(FlowKind.SINGLE, steps, in_a_row(steps))


def joint_flow(lines: Sequence[tuple[str, str]], promised: Limit | None, special: str, visits: int = 0) -> Flow:
    """几个部门联合办理: all review side by side, all decide side by side, one delivery (R49). `lines` are (line,
    name).
    """
    reviews = [
        department_step(f"review_{line}", f"{name}审查", StepKind.REVIEW, "handler", _share(promised, 0.2), line)
        for line, name in lines
    ]
    decides = [
        department_step(f"decide_{line}", f"{name}决定", StepKind.DECIDE, "decider", _share(promised, 0.5), line)
        for line, name in lines
    ]
    fork1, join1 = _fork("reviewing", "分送各部门审查"), _join("reviewed", "审查汇总", "reviewing")
    fork2, join2 = _fork("deciding", "各部门决定"), _join("decided", "决定汇总", "deciding")
    found = special_step(special)
    between = (found,) if found else ()
    row = (accept_step(visits), fetch_step(), fork1)
    rest = (join1, *between, fork2)
    end = (join2, *closing_steps(_share(promised, 0.2)))
    edges = in_a_row(row) + in_a_row(rest) + in_a_row(end)
    edges += _branches(fork1, reviews, join1) + _branches(fork2, decides, join2)
    return _flow(FlowKind.JOINT, (*row, *reviews, *rest, *decides, *end), edges)


def consult_flow(lines: Sequence[tuple[str, str]], promised: Limit | None, special: str, visits: int = 0) -> Flow:
    """一个部门主办、征求意见: the consulted have a limit of their own inside the whole; the clock runs on (R50)."""
    asks = [
        Step(
            id=f"consult_{line}",
            name=f"征求{name}意见",
            name_en="Consultation",
            kind=StepKind.CONSULT,
            who=Who(line=line, at=At.DECIDING, role="consultee"),
            limit=_share(promised, 0.25),
            silence=Silence.DEEMED,
        )
        for line, name in lines
    ]
    fork, join = _fork("consulting", "征求意见"), _join("consulted", "意见汇总", "consulting")
    review = department_step("review", "初审", StepKind.REVIEW, "handler", _share(promised, 0.25))
    found = special_step(special)
    rest = (
        join,
        *((found,) if found else ()),
        department_step("check", "审核", StepKind.REVIEW, "reviewer", _share(promised, 0.2)),
        department_step("decide", "审定签发", StepKind.DECIDE, "decider", _share(promised, 0.2)),
        *closing_steps(),
    )
    row = (accept_step(visits), fetch_step(), review, fork)
    edges = in_a_row(row) + in_a_row(rest) + _branches(fork, asks, join)
    return _flow(FlowKind.LEAD_CONSULT, (*row, *asks, *rest), edges)


def _fork(step: str, name: str) -> Step:
    return Step(id=step, name=name, name_en=IN_ENGLISH[name], kind=StepKind.FORK)


def _join(step: str, name: str, fork: str) -> Step:
    return Step(id=step, name=name, name_en=IN_ENGLISH[name], kind=StepKind.JOIN, opens=fork)


def _branches(fork: Step, steps: Sequence[Step], join: Step) -> tuple[Edge, ...]:
    out = tuple(Edge(source=fork.id, target=s.id) for s in steps)
    return out + tuple(Edge(source=s.id, target=join.id) for s in steps)


def _flow(kind: FlowKind, steps: Sequence[Step], edges: Sequence[Edge]) -> Flow:
    return Flow(kind=kind, lead=Who(line="*", at=At.DECIDING, role="handler"), steps=tuple(steps), edges=tuple(edges))
