"""办理命令 — the service and the command that a form on a kind of step means."""

from __future__ import annotations

from typing import Any

from yiwang.catalogue.messages import StepKind
from yiwang.desks.department import reviewers
from yiwang.front.desk import Form
from yiwang.ground.outcome import Invalid
from yiwang.handling.messages import Decide, EndSpecial, MakeDocument, Reply, Review, StartSpecial
from yiwang.handling.service import consulting, deciding, reviewing, special


def command_of(kind: StepKind, form: Form, where: dict[str, Any]) -> tuple[Any, Any]:
    """The service and the command that a form on this kind of step means."""
    words, outcome = form.get("words"), form.get("outcome")
    match kind:
        case StepKind.REVIEW:
            return reviewing.review, Review(**where, outcome=outcome, words=words)
        case StepKind.CONSULT:
            return consulting.reply, Reply(**where, outcome=outcome, words=words, conditions=form.get("conditions"))
        case StepKind.DECIDE:
            return deciding.decide, Decide(**where, outcome=outcome, reasons=words, conditions=form.get("conditions"))
        case StepKind.ISSUE:
            return deciding.make_document, MakeDocument(**where)
        case StepKind.SPECIAL if outcome == "start":
            days = form.get("days_needed").strip()
            number = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
            return special.start_special, StartSpecial(**where, days_needed=number)
        case StepKind.SPECIAL:
            return special.end_special, EndSpecial(
                **where, outcome=outcome, words=words, opinions=reviewers.opinions(form)
            )
    raise Invalid("web.bad_request")
