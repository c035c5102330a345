"""进度呈现 — a case as its applicant sees it: light, stages with who holds them, pauses, and what comes next."""

from __future__ import annotations

from typing import Any

from yiwang.casework.messages.case import Case, Status
from yiwang.front.lights import explanation
from yiwang.front.look.deadline import GROUNDS
from yiwang.front.look.parts import Pause, State, Step
from yiwang.front.thread import View
from yiwang.ground.clock import Stop
from yiwang.plumbing.i18n import mark

NEXT: dict[str, str] = {
    "submitted": mark("窗口正在核对。五个工作日内没有告知您补正的，自收到之日起就算受理。您不用做什么。"),
    "correction": mark("请按下面的通知补齐，只补缺的，其他不用再交。"),
    "accepted": mark("已经受理，部门正在办。您不用做什么，办好会告诉您。"),
    "handling": mark("部门正在办。您不用做什么，办好会告诉您。"),
    "suspended": mark("正在做法定的特别程序，这段时间不计入办理时限，结束后接着办。您不用做什么。"),
    "decided": mark("已经作出决定，正在制作证照或文书。"),
    "ready": mark("结果已经做好，按您选的方式送出。"),
    "closed": mark("已经办结。请评价一下办得怎么样。"),
    "refused": mark("没有受理。理由和该去哪里办写在下面；不服的，可以申请行政复议或者提起行政诉讼。"),
    "withdrawn": mark("您已撤回。需要时可以重新申请，政府已有的信息不用再填。"),
    "acceptance_revoked": mark("缺的材料没有按期补齐，受理已经撤销；理由写在下面，材料齐了可以重新申请。"),
    "terminated": mark("办理已终止，理由写在下面；不服的，可以申请行政复议或者提起行政诉讼。"),
}
TONES = {
    "draft": "neutral",
    "correction": "warn",
    "suspended": "warn",
    "ready": "good",
    "closed": "good",
    "refused": "bad",
    "terminated": "bad",
    "acceptance_revoked": "bad",
    "withdrawn": "neutral",
}
"""Every other state is under way."""

RUNS = frozenset({"submitted", "correction", "accepted"})
"""In these states of an application somebody has a date to keep."""


def steps(seen: View) -> list[Step]:
    """进度: the stages of the case, each with its department; the open ones with what is left of the promise."""
    case = seen.case
    done = {d.step: d for d in case.progress.done}
    running = case.timing.accepted_on is not None and case.timing.met_on is None and not seen.dues.paused
    rows = []
    for row in seen.steps:
        state = _state(row, case)
        now = state in ("now", "paused")
        rows.append(
            Step(
                title=row["name"],
                state=state,
                department=row["who"],
                at=done[row["id"]].at if state == "done" else None,
                note=row["outcome"] if state == "done" else "",
                days_left=seen.dues.left - seen.dues.overdue if now and running and not row["until"] else None,
                due=seen.dues.promised if now and running and not row["until"] else None,
                until=row["until"],
                href=explanation(case.matter.home, case.matter.id, row["id"]) if row["until"] else "",
                pauses=_pauses(case, row),
            )
        )
    return rows


def _state(row: dict[str, Any], case: Case) -> State:
    if row["state"] == "done":
        return "done"
    if row["state"] == "ahead":
        return "waiting"
    if case.status == Status.CORRECTION:
        return "problem"
    return "paused" if row["id"] in case.progress.suspended else "now"


def _pauses(case: Case, row: dict[str, Any]) -> tuple[Pause, ...]:
    """The stops of the clock stand at the special procedure they belong to."""
    return tuple(map(_pause, case.timing.stops)) if row["special"] else ()


def _pause(stop: Stop) -> Pause:
    return Pause(GROUNDS[stop.ground], stop.since, stop.end, stop.notice, stop.basis)
