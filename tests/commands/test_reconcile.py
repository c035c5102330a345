"""对账的规格 — one planted difference a kind: each is found where it is, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from yiwang.commands.reconcile import differences

from tests.commands.conftest import Damaged, Installation


def test_what_the_services_have_written_agrees(walked: Installation) -> None:
    ran = walked.run("reconcile", "--json")
    assert ran.said["differences"] == []
    assert ran.code == 0
    assert [[ran.said["cases"]]] == [list(row) for row in walked.sql("SELECT count(*) FROM casework.matter")]


def test_the_database_holds_cases_in_every_state(walked: Installation) -> None:
    """What the other tests damage is really there."""
    states = {status for (status,) in walked.sql("SELECT DISTINCT status FROM casework.matter")}
    assert states == {"submitted", "correction", "handling", "suspended", "closed", "refused", "withdrawn"}


CLOSED = "(SELECT id FROM casework.matter WHERE status = 'closed' ORDER BY number LIMIT 1)"
HANDLING = "(SELECT id FROM casework.matter WHERE status = 'handling' ORDER BY number LIMIT 1)"
SUSPENDED = "(SELECT id FROM casework.matter WHERE status = 'suspended' ORDER BY number LIMIT 1)"
# Handed in, never sent back for a correction.
SUBMITTED = (
    "(SELECT id FROM intake.application a WHERE state = 'submitted' AND NOT EXISTS ("
    "SELECT FROM intake.notice n WHERE n.application = a.id AND n.kind = 'correction') ORDER BY number LIMIT 1)"
)
SET = "UPDATE casework.matter SET "
FUTURE = "jsonb_set(progress, '{2,0,2}', '\"2017-08-15T09:00:00+08:00\"')"

PLANTED: Mapping[str, tuple[str, set[str]]] = {
    "progress": (f"{SET} progress = {FUTURE} WHERE id = {HANDLING}", {"case.progress"}),
    "status": (f"{SET} status = 'decided' WHERE id = {HANDLING}", {"case.status"}),
    "closed, tasks": (
        f"{SET} status = 'closed', closed_at = received_at WHERE id = {HANDLING}",
        {"case.status", "case.closed_at", "case.closed_with_tasks"},
    ),
    "clock": (
        f"{SET} timing = jsonb_set(timing, '{{stops}}', '[]') WHERE id = {SUSPENDED}",
        {"case.clock"},
    ),
    "accepted at": (f"{SET} accepted_at = received_at - interval '1 day' WHERE id = {HANDLING}", {"case.accepted_at"}),
    "decided at": (f"{SET} decided_at = decided_at + interval '1 day' WHERE id = {CLOSED}", {"case.decided_at"}),
    "closed at": (f"{SET} closed_at = closed_at + interval '1 hour' WHERE id = {CLOSED}", {"case.closed_at"}),
    "due date": (f"{SET} legal_due = legal_due + 1 WHERE id = {HANDLING}", {"case.due_dates", "inbox.row"}),
    "task gone": (f"{SET} tasks = '[]' WHERE id = {HANDLING}", {"case.tasks", "inbox.without_task"}),
    "task due": (
        f"{SET} tasks = jsonb_set(tasks, '{{0,due}}', '\"2017-12-01\"') WHERE id = {HANDLING}",
        {"case.task", "inbox.row"},
    ),
    "inbox gone": (f"DELETE FROM casework.inbox WHERE matter = {HANDLING}", {"inbox.missing"}),
    "inbox row": (f"UPDATE casework.inbox SET paused = NOT paused WHERE matter = {HANDLING}", {"inbox.row"}),
    "inbox twice": (
        (
            "INSERT INTO casework.inbox SELECT desk, gen_random_uuid(), home, matter, number, item, item_name,"
            " applicant, division, step, step_name, step_kind,"
            " role, opened_at, step_due, promised_due, legal_due, paused, holder"
            f" FROM casework.inbox WHERE matter = {HANDLING}"
        ),
        {"inbox.without_task"},
    ),
    "hand gone": (f"DELETE FROM casework.hand WHERE matter = {HANDLING} AND duty = 'accept'", {"case.hands"}),
    "hand more": (
        (
            f"INSERT INTO casework.hand SELECT home, matter, 'x', duty, kind FROM casework.hand"
            f" WHERE matter = {HANDLING} AND duty = 'accept'"
        ),
        {"case.hands"},
    ),
    "journal": (f"DELETE FROM plumbing.journal WHERE thread = {HANDLING} AND seq = 1", {"journal.cannot_be_replayed"}),
    "application gone": (f"DELETE FROM intake.application WHERE id = {HANDLING}", {"application.missing"}),
    "application state": (
        f"UPDATE intake.application SET state = 'refused' WHERE id = {HANDLING}",
        {"application.state"},
    ),
    "application number": (
        f"UPDATE intake.application SET number = '1' WHERE id = {HANDLING}",
        {"application.number"},
    ),
    "case gone": (f"DELETE FROM casework.matter WHERE id = {SUBMITTED}", {"case.missing", "inbox.without_task"}),
    "timer gone": (f"DELETE FROM plumbing.outbox WHERE key = {SUBMITTED}::text", {"timer.missing"}),
    "delivery gone": (f"DELETE FROM intake.delivery WHERE application = {CLOSED}", {"delivery.row"}),
    "licence gone": (f"DELETE FROM sharing.licence WHERE matter = {CLOSED}", {"licence.not_as_granted"}),
    "licence of another": (
        (
            f"UPDATE sharing.licence SET matter = {HANDLING},"
            f" home = (SELECT home FROM casework.matter WHERE id = {HANDLING})"
            f" WHERE matter = {CLOSED}"
        ),
        {"licence.not_as_granted"},
    ),
    "decision gone": (f"DELETE FROM handling.decision WHERE matter = {CLOSED}", {"decision.not_as_in_flow"}),
    "decision other": (
        f"UPDATE handling.decision SET outcome = 'refuse', reasons = 'x', remedies = 'x' WHERE matter = {CLOSED}",
        {"decision.not_as_in_flow"},
    ),
    "duty gone": (f"DELETE FROM enforcement.duty WHERE matter = {CLOSED}", {"duty.not_as_granted"}),
    "invitation gone": (f"DELETE FROM oversight.invitation WHERE matter = {CLOSED}", {"invitation.missing"}),
    "invitation more": (
        (
            f"UPDATE oversight.invitation SET matter = {HANDLING},"
            f" home = (SELECT home FROM casework.matter WHERE id = {HANDLING}) WHERE matter = {CLOSED}"
        ),
        {"invitation.missing", "invitation.unfounded"},
    ),
    "look on": (f"UPDATE casework.matter SET look_on = NULL WHERE id = {HANDLING}", {"case.look_on"}),
    "warned": (f"""UPDATE casework.matter SET warned = '["yellow"]' WHERE id = {HANDLING}""", {"case.warned"}),
    "calendar": (f"UPDATE casework.matter SET calendar = 'x' WHERE id = {HANDLING}", {"case.calendar"}),
    "errand dead": (
        (
            "UPDATE plumbing.outbox SET dead_at = due_at, error = 'x'"
            f" WHERE kind = 'intake.deem_accepted' AND key = {SUBMITTED}::text"
        ),
        {"errand.dead", "timer.missing"},
    ),
    "errand without request": (
        (
            "DELETE FROM sharing.request r"
            " USING (SELECT key FROM plumbing.outbox WHERE kind = 'sharing.fetch' LIMIT 1) o"
            " WHERE o.key = r.matter || '/' || r.material"
        ),
        {"errand.without_request"},
    ),
    "request without errand": (
        (
            "WITH q AS (UPDATE sharing.request r SET state = 'requested' FROM ("
            "SELECT key FROM plumbing.outbox WHERE kind = 'sharing.fetch' LIMIT 1) o"
            " WHERE o.key = r.matter || '/' || r.material RETURNING o.key)"
            " DELETE FROM plumbing.outbox WHERE key IN (SELECT key FROM q)"
        ),
        {"request.without_errand"},
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_found(damaged: Damaged, planted: str) -> None:
    statement, kinds = PLANTED[planted]
    with damaged(statement) as work:
        assert {found.kind for _, found in differences(work)} == kinds


def test_differences_are_said_with_the_number_and_both_sides(walked: Installation) -> None:
    [[number]] = walked.sql(f"SELECT number FROM casework.matter WHERE id = {HANDLING}")
    walked.sql(f"{SET} status = 'decided' WHERE id = {HANDLING}")
    ran = walked.run("reconcile")
    assert ran.code == 1
    assert f'{number}  case.status  {{"expected":"handling","stored":"decided"}}' in ran.text
    assert "case.status 1" in ran.text.splitlines()[-1]
