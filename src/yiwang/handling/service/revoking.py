"""撤销受理 — the written document of an acceptance that was revoked. 规定 11"""

from __future__ import annotations

from yiwang.casework.service import holding, running
from yiwang.handling.messages import WriteRevocation
from yiwang.handling.rules import writing
from yiwang.handling.service import documents
from yiwang.plumbing.work import Work


def write(command: WriteRevocation, work: Work) -> None:
    """撤销受理通知书: numbered and signed for the deciding authority, for which the centre had accepted. 规定 11(4)"""
    case = holding.hold(work, command.home, command.id)
    of = documents.occasion(work, case, case.matter.deciding)
    documents.issue(work, case, writing.revocation(of, reason=command.reason, returned=command.returned), "", "规定 11")
    running.keep(work, case)
