"""黄金路径 — every construct of a flow chart, and the founding text's examples, walked event by event as data."""

from __future__ import annotations

import pytest

from yiwang.casework.messages.flow import Progress
from yiwang.casework.rules.flow import OUTCOMES
from yiwang.catalogue.messages import JoinRule, StepKind

from tests.casework.golden import Golden, golden, walked

PATHS = golden()
COVERED = {
    "WCP-1": "Sequence",
    "WCP-2": "Parallel Split",
    "WCP-3": "Synchronization",
    "WCP-4": "Exclusive Choice",
    "WCP-5": "Simple Merge",
    "WCP-6": "Multi-Choice",
    "WCP-7": "Structured Synchronizing Merge",
    "WCP-16": "Deferred Choice",
    "WCP-19": "Cancel Task",
    "WCP-20": "Cancel Case",
    "WCP-21": "Structured Loop",
    "WCP-22": "Recursion",
    "WCP-24": "Persistent Trigger",
    "WCP-25": "Cancel Region",
    "WCP-29": "Cancelling Discriminator",
    "WCP-32": "Cancelling Partial Join",
    "WCP-43": "Explicit Termination",
}
"""The workflow control-flow patterns (van der Aalst, Russell et al.) that the constructs cover: docs/flows.md."""


MARKED = [
    pytest.param(path, id=path.name, marks=pytest.mark.requirement(path.requirement) if path.requirement else ())
    for path in PATHS
]


@pytest.mark.parametrize("path", MARKED)
def test_按图走(path: Golden) -> None:
    before = Progress()
    for _, _, was, now, _ in walked(path):
        assert was == before
        before = now
    assert before.done or before.open


@pytest.mark.requirement("R48", "R49", "R50", "R53", "R54")
def test_三类流程和种子两例都在黄金路径中() -> None:
    proven = {path.requirement for path in PATHS}
    assert {"R48", "R49", "R50", "R53", "R54"} <= proven


def test_每个工作流模式都有按名的路径() -> None:
    shown: dict[str, str] = {}
    for path in PATHS:
        shown |= path.patterns
    assert shown == COVERED


def test_每类环节_每种结果_每种汇合都走过() -> None:
    kinds: set[tuple[StepKind, str]] = set()
    rules: set[JoinRule] = set()
    for path in PATHS:
        for _, _, _, now, _ in walked(path):
            kinds |= {(path.flow.steps[d.step].kind, d.outcome) for d in now.done}
        rules |= {s.rule for s in path.flow.steps.values() if s.kind is StepKind.JOIN}
    assert rules == set(JoinRule)
    missing = {(kind, word) for kind, words in OUTCOMES.items() for word in words} - kinds
    assert missing == {(StepKind.SUBCASE, "ended")}
