"""埋错 — bugs planted in a copy of the rules: each is found by the golden paths or the model check, none passes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from yiwang.casework.messages.case import Duty, Timing
from yiwang.casework.rules import chart, flow, separation, timing
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.clock import Ground, Limit
from yiwang.ground.outcome import Forbidden
from yiwang.ground.workdays import CALENDAR

from tests.casework import golden as reading

FLOW = {
    "汇合少等一家": ("if arrived < waiting.need and", "if arrived < waiting.need - 1 and"),
    "几家即可变成全部": ("if join.rule is JoinRule.SOME else", "if False else"),
    "牵头部门办完也要等": ("lead = join.rule is JoinRule.LEAD and", "lead = False and"),
    "不再等的分支留着待办": (
        "if join.rule is not JoinRule.ALL:",
        "if False:",
    ),
    "没有书面告知也停钟": ("if not event.notice.strip():", "if False:"),
    "没签字的图也视为无意见": ('elif event.outcome == "deemed" and', 'elif event.outcome == "nothing" and'),
    "恢复了另一个停钟": ("place = self.suspended.index(step)", "place = 0"),
    "受理了期限不开始": ("run.effects.append(ClockStarted())", "pass"),
    "退回到没有办过的环节": ("or not finished or", "or"),
    "决定也能撤回": ("StepKind.CONSULT, StepKind.SPECIAL})", "StepKind.CONSULT, StepKind.SPECIAL, StepKind.DECIDE})"),
    "期限办结说两次": ("step.clock is ClockEffect.AFTER and not self._met()", "step.clock is ClockEffect.AFTER"),
    "撤回申请时钟还停着": ("if token.step in self.suspended:", "if False:"),
    "必经的环节也能跳过": ("if not step.optional or", "if"),
    "有条件的路不走": (
        "chosen = next((way for way in ways if not way.always and self.holds(way)), None)",
        "chosen = None",
    ),
    "分流开到不涉及的部门": ("if self.holds(way)]", "]"),
    "退回时其他分支还在办": ("            run.close_all(flow.inside[fork])\n", ""),
    "重办的分支要等别的分支": (
        "run.branching[fork] = Branching(fork=fork, need=1)",
        "run.branching[fork] = Branching(fork=fork, need=2)",
    ),
}


def planted(module: ModuleType, old: str, new: str) -> ModuleType:
    """A copy of a module with a bug in it."""
    source = Path(str(module.__file__)).read_text("utf-8")
    assert source.count(old) >= 1, f"埋错的地方没有了：{old}"
    spec = spec_from_loader(module.__name__ + "_planted", loader=None)
    assert spec is not None
    copy = module_from_spec(spec)
    sys.modules[copy.__name__] = copy
    exec(compile(source.replace(old, new), str(module.__file__), "exec"), copy.__dict__)
    return copy


def all_walked() -> None:
    """Every golden path, line by line."""
    for path in reading.golden():
        for _ in reading.walked(path):
            pass


def test_没有埋错时全都走得通() -> None:
    all_walked()


@pytest.mark.parametrize("name", FLOW)
def test_流程里埋的错都被找到(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = planted(flow, *FLOW[name])
    monkeypatch.setattr(reading, "advance", broken.advance)
    with pytest.raises((AssertionError, KeyError, IndexError)):
        all_walked()


def test_越过决定的退回被找到(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = planted(chart, "StepKind.FETCH, StepKind.DECIDE)", "StepKind.FETCH)")
    monkeypatch.setattr(flow, "earlier_steps", broken.earlier_steps)
    with pytest.raises(AssertionError):
        all_walked()


def step_due_follows_stops(rules: Any) -> None:
    """A stop of five working days moves a step of five by five."""
    clock = rules.stop(Timing(accepted_on=date(2017, 8, 14)), Ground.EXPERT_REVIEW, date(2017, 8, 14))
    clock = rules.resume(clock, date(2017, 8, 21))
    step = Step(id="s", name="s", kind=StepKind.REVIEW, limit=Limit.parse("5wd"))
    due = rules.step_due(step, date(2017, 8, 14), CALENDAR, clock.stops, date(2017, 9, 1))
    assert due == date(2017, 8, 28)


def one_duty(rules: Any) -> None:
    """Who accepted does not decide."""
    with pytest.raises(Forbidden):
        rules.permit({"甲": Duty.ACCEPT}, "甲", Duty.DECIDE)
    rules.permit({"甲": Duty.ACCEPT}, "乙", Duty.DECIDE)
    with pytest.raises(Forbidden):
        rules.permit_organisation(Duty.ACCEPT, "department")
    with pytest.raises(Forbidden):
        rules.permit_organisation(Duty.DECIDE, "centre")


OTHERS: dict[str, tuple[ModuleType, str, str, Callable[[Any], None]]] = {
    "环节期限不理停钟": (timing, "else tuple(stops)", "else ()", step_due_follows_stops),
    "停的钟不恢复": (timing, "replace(s, end=on) if n == still[place] else s", "s", step_due_follows_stops),
    "受理的人也能决定": (separation, "had is not None and had is not duty", "False", one_duty),
    "部门也能受理": (separation, "if duty in CENTRE_DUTIES and", "if False and", one_duty),
    "中心也能决定": (separation, "if duty in DEPARTMENT_DUTIES and", "if False and", one_duty),
}


@pytest.mark.parametrize("name", OTHERS)
def test_时限和分离里埋的错都被找到(name: str) -> None:
    module, old, new, check = OTHERS[name]
    check(module)
    broken = planted(module, old, new)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(broken)
