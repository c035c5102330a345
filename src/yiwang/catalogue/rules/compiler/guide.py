"""清单质量 — the checks V01–V25 on implementation lists, as far as other parts do not make them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yiwang.catalogue.messages import CaseType, Finding, Item, Severity, StepKind
from yiwang.ground.clock import Unit

PHONE = re.compile(r"0[0-9]{2,3}-[0-9]{7,8}|12345|0[0-9]{2,3}-12345")
ALL_ONLINE = 4
LICENCE_ENDS = ("证", "证书", "照")
DOCUMENT_ENDS = ("文", "批复", "书", "函", "意见")
STEPS_OF_A_LICENCE = 5
LICENSING = "01"


def check(item: Item) -> Iterator[Finding]:
    """指南问题, each with its number."""
    yield from _kind(item)
    yield from _coming(item)
    yield from _money(item)
    yield from _talking(item)
    if not item.supervisor.strip() or not item.guide.supervision.strip():
        severity = Severity.WARNING if item.supervisor.strip() else Severity.ERROR
        yield Finding("guide.no_supervision", item.code, "supervisor", clause="V25", severity=severity)
    if not item.levels:
        yield Finding("guide.no_level", item.code, "levels", clause="规定 4")


def _kind(item: Item) -> Iterator[Finding]:
    spot = item.promised is not None and item.promised.unit is Unit.SPOT
    if item.promised is not None and spot is not (item.case_type is CaseType.SPOT):
        yield Finding(
            "guide.case_type", item.code, "case_type", {"promised": str(item.promised)}, clause="V01" if spot else "V02"
        )
    reviewed = any(s.kind is StepKind.REVIEW for s in item.flow.steps)
    if spot and reviewed:
        yield Finding("guide.spot_is_reviewed", item.code, "flow", clause="V01", severity=Severity.WARNING)
    if item.result.endswith(LICENCE_ENDS) and item.result_kind != "licence":
        yield Finding("guide.result_kind", item.code, "result_kind", {"result": item.result}, clause="V03")
    elif (
        item.result.endswith(DOCUMENT_ENDS)
        and not item.result.endswith(LICENCE_ENDS)
        and item.result_kind != "document"
    ):
        yield Finding(
            "guide.result_kind",
            item.code,
            "result_kind",
            {"result": item.result},
            clause="V05" if item.result.endswith("批复") else "V04",
        )
    working = [s for s in item.flow.steps if s.who is not None]
    if item.type == LICENSING and not spot and len(working) < STEPS_OF_A_LICENCE:
        yield Finding(
            "guide.few_steps", item.code, "flow", {"steps": len(working), "least": STEPS_OF_A_LICENCE}, clause="V15"
        )
    if item.result and item.result_kind != "none" and not item.guide.sample:
        yield Finding(
            "guide.no_sample",
            item.code,
            "guide.sample",
            {"result": item.result},
            clause="V16",
            severity=Severity.WARNING,
        )


def _coming(item: Item) -> Iterator[Finding]:
    guide = item.guide
    if item.visits == 0 and guide.channels and "web" not in guide.channels and "mail" not in guide.channels:
        yield Finding("guide.no_way_without_coming", item.code, "guide.channels", clause="V08")
    if guide.online == ALL_ONLINE and item.visits > 0:
        yield Finding("guide.online_and_coming", item.code, "guide.online", {"visits": item.visits}, clause="V09")
    prefixes = {topic.partition(":")[0] for topic in guide.topics}
    if prefixes and not prefixes <= set(item.audience):
        yield Finding("guide.topics", item.code, "guide.topics", {"topics": guide.topics}, clause="V12")


def _money(item: Item) -> Iterator[Finding]:
    for number, fee in enumerate(item.guide.fees, start=1):
        if not (fee.standard.strip() and fee.basis.strip()):
            yield Finding("guide.fee_incomplete", item.code, f"guide.fees.{number}", {"name": fee.name}, clause="V10")
    if item.guide.fees and not item.guide.pays_online:
        yield Finding("guide.fee_not_online", item.code, "guide.pays_online", clause="V10", severity=Severity.WARNING)
    if item.guide.pays_online and not item.guide.fees:
        yield Finding("guide.pays_for_nothing", item.code, "guide.pays_online", clause="V17")


def _talking(item: Item) -> Iterator[Finding]:
    phone, complaints = item.guide.phone, item.guide.complaints
    if not phone or not complaints:
        yield Finding("guide.no_phone", item.code, "guide.phone", clause="V14", severity=Severity.WARNING)
    elif phone == complaints:
        yield Finding("guide.same_phone", item.code, "guide.complaints", {"phone": phone}, clause="V11")
    for field, number in (("phone", phone), ("complaints", complaints)):
        if number and not PHONE.fullmatch(number):
            yield Finding("guide.phone_shape", item.code, f"guide.{field}", {"phone": number}, clause="V11")
    if item.type == LICENSING and not item.guide.asked:
        yield Finding("guide.nothing_asked", item.code, "guide.asked", clause="V13", severity=Severity.WARNING)
