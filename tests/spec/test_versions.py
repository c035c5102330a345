"""换版的规格 — running cases move to a new chart: looked at first, written down, no signature passed over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from yiwang.casework.service import reading, signers, versions
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import At, Edge, Item, Signature, Step, StepKind, Who
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Conflict, Refused
from yiwang.handling.messages import Decide, Review

from tests.spec.conftest import CONSULTING, DECIDER, HEAD, REVIEWER, A, Filed, Office, differences, do

LEGAL = Step(
    id="legal", name="法制审核", kind=StepKind.REVIEW, who=Who(line="JST", at=At.PROVINCE, role="reviewer"), limit=None
)
BUILDING = {"categories": ("building",), "titles": "no"}
SOME_DAY = date(2035, 1, 1)


def published(office: Office, item: Item) -> int:
    """A new version, signed by every line and published for a day that this run does not reach."""
    with office.engine.begin(SYSTEM) as work:
        lines = directory.snapshot(work).lines
        signatures = {
            line: Signature(
                line=line,
                organisation=f"330000.{line}",
                signer=f"{line.lower()}-head-330000",
                post=f"330000.{line}#4",
                signed_on=work.today,
                view="",
            )
            for line in lines
        }
        catalogue.load_signed(work, [item], signatures, "editor", SOME_DAY)
    with office.engine.begin(SYSTEM) as work:
        number = 1
        while catalogue.version_of(work, item.code, number).item != item:
            number += 1
        return number


def today_s(office: Office) -> Item:
    """The item as it is in force."""
    with office.engine.begin(SYSTEM) as work:
        return catalogue.published(work, CONSULTING).item


def with_legal_review(item: Item, **more: object) -> Item:
    """The item with a legal review before the decision, and other things changed."""
    flow = item.flow
    edges = tuple(replace(e, target="legal") if e.target == "decide" else e for e in flow.edges)
    edges += (Edge(source="legal", target="decide"),)
    return replace(item, flow=replace(flow, steps=(*flow.steps, LEGAL), edges=edges), **more)  # type: ignore[arg-type]  # any field may change


@contextmanager
def at_check(office: Office) -> Iterator[Filed]:
    """A case that waits for its second review."""
    filed = office.accepted(CONSULTING, answers=BUILDING)
    office.act(A, filed, Review, role="handler", outcome="pass", words="齐全")
    office.act(A, filed, Review, role="handler", outcome="pass", words="合格")
    yield filed


def test_先试算_写明差异_什么都不动(office: Office) -> None:
    version = published(office, with_legal_review(today_s(office), promised=Limit.parse("15wd")))
    with at_check(office) as filed:
        before, acts = office.case(filed), office.acts(filed)
        with office.engine.begin(SYSTEM) as work:
            move = versions.compare(work, *filed, version)
        assert (move.hindrance, move.changes.added) == ("", ("legal",))
        assert (move.promised_before, move.promised_after) == (date(2017, 9, 11), date(2017, 9, 4))
        assert (office.case(filed), office.acts(filed)) == (before, acts)


def test_换到新版_按新版往下办_卷宗记下_对账一致(office: Office) -> None:
    version = published(office, with_legal_review(today_s(office), promised=Limit.parse("15wd")))
    with at_check(office) as filed:
        with office.engine.begin(SYSTEM) as work:
            versions.rebase(work, *filed, version)
        assert office.acts(filed)[-1] == "case.rebased"
        assert differences(office, filed) == []
        with office.engine.begin(SYSTEM) as work:
            assert reading.dues(reading.look(work, *filed), work.today, work.calendar).promised == date(2017, 9, 4)
        office.act(REVIEWER, filed, Review, outcome="pass", words="同意")
        assert set(office.case(filed).tasks) == {"legal"}
        office.act(REVIEWER, filed, Review, outcome="pass", words="合法")
        office.act(DECIDER, filed, Decide, outcome="grant")
        assert differences(office, filed) == []


def test_换版改了环节期限_待签的人的待办行一起改(office: Office) -> None:
    item = today_s(office)
    steps = tuple(replace(s, limit=Limit.parse("6wd")) if s.id == "check" else s for s in item.flow.steps)
    version = published(office, replace(item, flow=replace(item.flow, steps=steps)))
    with at_check(office) as filed:
        do(office, REVIEWER, signers.add_signer, filed, HEAD, "请看", step="check")
        office.clock.go(date(2017, 8, 15))
        with office.engine.begin(SYSTEM) as work:
            versions.rebase(work, *filed, version)
        assert differences(office, filed) == []


def test_已经承诺的期限不因换版推后(office: Office) -> None:
    version = published(office, replace(today_s(office), promised=Limit.parse("20wd"), legal=Limit.parse("30wd")))
    early = published(office, replace(today_s(office), promised=Limit.parse("10wd")))
    with at_check(office) as filed:
        with office.engine.begin(SYSTEM) as work:
            versions.rebase(work, *filed, early)
        with office.engine.begin(SYSTEM) as work:
            move = versions.rebase(work, *filed, version)
        assert move.promise_kept
        assert move.promised_after == move.promised_before == date(2017, 8, 28)
        assert office.case(filed).timing.legal == Limit.parse("30wd")
        assert differences(office, filed) == []


def test_办过的环节不见了_留在原版(office: Office) -> None:
    item = today_s(office)
    steps = tuple(replace(s, id="first") if s.id == "review" else s for s in item.flow.steps)
    edges = tuple(
        replace(
            e,
            source="first" if e.source == "review" else e.source,
            target="first" if e.target == "review" else e.target,
        )
        for e in item.flow.edges
    )
    version = published(office, replace(item, flow=replace(item.flow, steps=steps, edges=edges)))
    with at_check(office) as filed:
        with office.engine.begin(SYSTEM) as work:
            assert versions.compare(work, *filed, version).hindrance == "rebase.history_differs"
        with office.engine.begin(SYSTEM) as work, pytest.raises(Refused, match=r"rebase\.history_differs"):
            versions.rebase(work, *filed, version)
        assert office.acts(filed)[-1] != "case.rebased"


def test_同一版不用换(office: Office) -> None:
    with at_check(office) as filed, office.engine.begin(SYSTEM) as work:
        with pytest.raises(Conflict, match=r"rebase\.same_version"):
            versions.rebase(work, *filed, office.case(filed).matter.item_version)
        listed = set(versions.running(work, CONSULTING, 99))
        assert tuple(filed) in listed
        assert tuple(filed) not in set(versions.running(work, CONSULTING, office.case(filed).matter.item_version))
