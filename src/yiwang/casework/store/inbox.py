"""待办表 — the inboxes of the desks: a row a task, by desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

INBOX = Table(
    "casework.inbox",
    {
        "desk": "text",
        "id": "uuid",
        "home": "int",
        "matter": "uuid",
        "number": "text",
        "item": "text",
        "item_name": "text",
        "applicant": "text",
        "division": "text",
        "step": "text",
        "step_name": "text",
        "step_kind": "text",
        "role": "text",
        "opened_at": "timestamptz",
        "step_due": "date",
        "promised_due": "date",
        "legal_due": "date",
        "paused": "boolean",
        "holder": "text",
        "post": "text",
        "urged": "int",
        "line": "text",
        "asked_by": "text",
    },
    ("desk", "id"),
)


def inbox_rows(work: Work, tasks: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], dict[str, Any]]:
    """What stands in the inboxes for these tasks, by desk and id."""
    columns = list(INBOX.columns)
    rows = work.read(
        f"SELECT {', '.join(f'i.{c}' for c in columns)}"  # noqa: S608 — the columns are constants
        " FROM unnest(%s::text[], %s::uuid[]) AS t(desk, id) JOIN casework.inbox i USING (desk, id)",
        ([desk for desk, _ in tasks], [task for _, task in tasks]),
    )
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {(row["desk"], row["id"]): row for row in found}
