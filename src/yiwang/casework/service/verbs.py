"""办件动作 — the verbs of officials on a task."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from yiwang.casework.messages import (
    Case,
)
from yiwang.casework.service.holding import find_task, hold, note
from yiwang.casework.service.running import keep, may_work
from yiwang.casework.store import INBOX
from yiwang.plumbing.work import Work


def claim(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """领取: take a task of one's desk; a task taken by another is refused with that name."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    may_work(work, case, task)
    case.tasks[task.step] = replace(task, holder=work.actor.person)
    work.change(INBOX, {"desk": task.desk, "id": task.id}, {"holder": work.actor.person})
    note(work, case, "task.claimed", {"step": task.step, "task": str(task.id)})
    keep(work, case)
    return case
