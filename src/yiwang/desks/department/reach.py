"""够得着 — the cases that a department's desk may open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.front import scope
from yiwang.plumbing.work import Work

WORK: dict[str, Any] = {"act": "case.work"}


def concerned(work: Work, ref: str) -> tuple[int, UUID, Case]:
    """A case that this organisation decides, consults in or has a task of; another's is as if it were not there."""
    case = scope.case(work, ref)
    return case.matter.home, case.matter.id, case
