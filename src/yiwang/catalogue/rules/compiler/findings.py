"""编译结果 — what the compiler says is wrong: a stable code, the place, a counterexample that can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
