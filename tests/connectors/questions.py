"""测试的问题 — one well-formed question to a department, to be bent by each test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from yiwang.connectors.sandbox import roster
from yiwang.sharing.messages import Fetch

PERSON = roster.person(0)
FIRM = roster.firm(0)


def question(**changes: Any) -> Fetch:
    """A question about citizen 0's identity card, changed as told."""
    asked = Fetch(
        request_id=uuid4(),
        line="GAT",
        resource="id_card",
        item="许可-90015-000",
        case=str(uuid4()),
        material="id_card",
        data_items=("id_card",),
        operator="clerk-330106",
        organisation="330106.XZFW",
        subject_kind="person",
        subject_identifier=PERSON.identifier,
        subject_name=PERSON.name,
        purpose="accept",
    )
    return replace(asked, **changes)
