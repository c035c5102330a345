"""审批卷 — what departments have said, decided and noticed in a case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from yiwang.handling import store
from yiwang.handling.store import Decision, Opinion, SpecialNotice
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class File:
    """审批卷: what was said, decided and noticed in a case."""

    opinions: list[Opinion]
    decisions: list[Decision]
    notices: list[SpecialNotice]


def expert_names(work: Work, file: File) -> dict[str, str]:
    """专家姓名: of those whose opinions are in a file, by their codes."""
    codes = sorted({o.person for o in file.opinions if o.step_kind == "expert"})
    return {code: name for code, (name, _, _) in store.expert_names(work, codes).items()} if codes else {}


def file_of(work: Work, home: int, case_id: UUID) -> File:
    """All that departments have said in a case."""
    return File(
        store.opinions(work, home, case_id),
        store.decisions(work, home, case_id),
        store.special_notices(work, home, case_id),
    )
