"""编制、签字、公布 — two persons, every department's signature, and nothing published ever changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import psycopg
import pytest

from yiwang import main
from yiwang.catalogue import seed, service, store
from yiwang.catalogue.messages import DataItem, Item, Source, SourceKind
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Forbidden, Invalid, NotFound, Refused
from yiwang.plumbing.database import Database
from yiwang.plumbing.work import Engine, Work

TODAY = date(2017, 8, 14)
CONSULTING = "许可-90014-000"
LINES = ("JST", "JTT", "SLT", "XGB")

T = TypeVar("T")


def act(engine: Engine, do: Callable[[Work], T], actor: Actor = SYSTEM) -> T:
    with engine.begin(actor) as work:
        return do(work)


def refusal(engine: Engine, do: Callable[[Work], object], actor: Actor = SYSTEM) -> str:
    with pytest.raises(Refused) as refused:
        act(engine, do, actor)
    return refused.value.code


def head(engine: Engine, line: str) -> Actor:
    """The head of a provincial department."""
    return act(engine, lambda work: directory.actor_of(work, f"{line.lower()}-head-330000", "", "test"))


def current(engine: Engine) -> int:
    return act(engine, lambda work: service.published(work, CONSULTING).version)


def changed(engine: Engine) -> Item:
    """The consultation example with a shorter promise, so that every department has something new to sign."""
    item = act(engine, lambda work: service.published(work, CONSULTING).item)
    return replace(item, promised=Limit.parse("18wd"))


@pytest.fixture
def editor(engine: Engine) -> Actor:
    return head(engine, "FGW")


@pytest.fixture
def draft(engine: Engine, editor: Actor) -> int:
    """A second version, in editing."""
    return act(engine, lambda work: service.edit(work, changed(engine)), editor)


def sign(engine: Engine, number: int, line: str) -> None:
    act(engine, lambda work: service.sign(work, CONSULTING, number, line), head(engine, line))


def sign_all(engine: Engine, number: int) -> None:
    for line in LINES:
        sign(engine, number, line)


def publish(engine: Engine, number: int, actor: Actor, on: date = TODAY) -> None:
    act(engine, lambda work: service.publish(work, CONSULTING, number, on), actor)


def test_seventy_five_items_are_published(engine: Engine) -> None:
    """演示库公布了七十五个事项，找得到，读得出。"""
    loaded = {item.code: item for item in seed.demo_items()}
    found = {p.item.code: p.item for p in act(engine, service.items)}
    assert found == loaded
    assert {s.code for s in act(engine, service.find)} == set(loaded)
    assert act(engine, lambda work: service.find(work, "备案通知"))[0].name == "投资项目备案通知书"
    assert act(engine, lambda work: service.find(work, "tzxmbatzs"))[0].name == "投资项目备案通知书"


@pytest.mark.requirement("R51", "V23")
def test_every_published_flow_is_signed_by_all_its_departments(engine: Engine) -> None:
    """公布的流程图，图中每个部门都签了字。"""
    for p in act(engine, service.items):
        assert service.unsigned(p.item, p.signatures) == ()
        assert {s.line for s in p.signatures} == set(service.signing_lines(p.item))


@pytest.mark.requirement("R51", "R52", "V23")
def test_an_unsigned_version_never_runs(engine: Engine, draft: int) -> None:
    """差一个部门签字就不能公布，也没有办件能用它。"""
    publisher = head(engine, "ZJJ")
    for line in LINES:
        assert refusal(engine, lambda work: service.publish(work, CONSULTING, draft, TODAY), publisher) == (
            "catalogue.unsigned"
        )
        with pytest.raises(NotFound):
            act(engine, lambda work: service.version_of(work, CONSULTING, draft))
        sign(engine, draft, line)
    publish(engine, draft, publisher)
    assert current(engine) == draft


@pytest.mark.requirement("R51")
def test_a_department_signs_for_itself_only_and_once(engine: Engine, draft: int) -> None:
    """只为本部门签字，只签一次，图外的部门不签。"""
    jst = head(engine, "JST")
    with pytest.raises(Forbidden):
        act(engine, lambda work: service.sign(work, CONSULTING, draft, "SLT"), jst)
    act(engine, lambda work: service.sign(work, CONSULTING, draft, "JST"), jst)
    assert refusal(engine, lambda work: service.sign(work, CONSULTING, draft, "JST"), jst) == "catalogue.signed_already"
    gat = head(engine, "GAT")
    assert refusal(engine, lambda work: service.sign(work, CONSULTING, draft, "GAT"), gat) == "catalogue.not_in_flow"


@pytest.mark.requirement("R51")
def test_a_signature_holds_for_the_chart_that_was_seen(engine: Engine, editor: Actor, draft: int) -> None:
    """签的是当时的图：下一版改了，签字不跟过去。"""
    sign_all(engine, draft)
    other = replace(changed(engine), promised=Limit.parse("17wd"))
    number = act(engine, lambda work: service.edit(work, other), editor)
    assert refusal(engine, lambda work: service.publish(work, CONSULTING, number, TODAY)) == "catalogue.unsigned"


@pytest.mark.requirement("SOD10")
def test_the_editor_does_not_publish(engine: Engine, editor: Actor, draft: int) -> None:
    """编制人不能公布，代码不许，表也不许。"""
    sign_all(engine, draft)
    assert refusal(engine, lambda work: service.publish(work, CONSULTING, draft, TODAY), editor) == (
        "catalogue.two_persons"
    )
    row = {"item": CONSULTING, "version": draft, "effective_from": TODAY, "published_at": TODAY}
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        act(engine, lambda work: work.add(store.PUBLICATION, {**row, "edited_by": "x", "published_by": editor.person}))
    publish(engine, draft, head(engine, "ZJJ"))


@pytest.mark.requirement("R46")
def test_open_cases_keep_the_version_they_were_accepted_under(engine: Engine, draft: int) -> None:
    """新版公布后，旧版仍可读，办件用它的版本。"""
    before = act(engine, lambda work: service.published(work, CONSULTING))
    sign_all(engine, draft)
    publish(engine, draft, head(engine, "ZJJ"))
    assert current(engine) == draft
    assert act(engine, lambda work: service.version_of(work, CONSULTING, before.version)) == before
    assert refusal(engine, lambda work: service.publish(work, CONSULTING, draft, TODAY)) == "catalogue.not_editing"


def test_the_old_version_runs_until_the_new_one_is_in_force(engine: Engine, clock: SimulatedClock, draft: int) -> None:
    """下月生效的新版，下月才用，之前不断档。"""
    sign_all(engine, draft)
    publish(engine, draft, head(engine, "ZJJ"), TODAY + timedelta(days=18))
    assert current(engine) == 1
    clock.go(date(2017, 8, 31))
    assert current(engine) == 1
    clock.go(date(2017, 9, 1))
    assert current(engine) == draft


@pytest.mark.requirement("R46", "R51")
@pytest.mark.parametrize("table", ["version", "publication", "signature"])
def test_no_role_of_ours_can_change_what_was_published(engine: Engine, table: str) -> None:
    """数据库角色也改不了、删不了已公布的事项。"""
    for words in (f"UPDATE catalogue.{table} SET version = version + 1", f"DELETE FROM catalogue.{table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(engine, words)


def test_loading_again_changes_nothing(engine: Engine) -> None:
    """装载两次与一次相同；改了的事项成为下一版。"""
    signatures = {s.line: s for p in act(engine, service.items) for s in p.signatures}

    def load(items: list[Item]) -> int:
        return act(engine, lambda work: service.load_signed(work, items, signatures, "editor", TODAY))

    assert load(seed.demo_items()) == 0
    assert load([changed(engine)]) == 1
    assert current(engine) == 2
    assert load([changed(engine)]) == 0
    signatures.pop("SLT")
    with pytest.raises(Refused, match="unsigned"):
        load([replace(changed(engine), promised=Limit.parse("17wd"))])


def test_two_databases_do_not_share_a_shelf(engine: Engine, draft: int, database: Database) -> None:
    """同一进程里的两个库互不相干。"""
    sign_all(engine, draft)
    publish(engine, draft, head(engine, "ZJJ"))
    assert current(engine) == draft
    empty = main.engine(database, SimulatedClock())
    with pytest.raises(NotFound):
        act(empty, lambda work: service.version_of(work, CONSULTING, draft))
    assert act(empty, service.items) == []


def execute(engine: Engine, words: str) -> None:
    act(engine, lambda work: work.read(words))


def held(code: str, line: str) -> DataItem:
    return DataItem(code=code, name=code, source=Source(kind=SourceKind.DEPARTMENT, label=line, line=line))


@pytest.mark.parametrize(
    "break_it, field, code",
    [
        (lambda i: replace(i, supervisor=""), "supervisor", "catalogue.no_supervisor"),
        (lambda i: replace(i, visits=2), "visits", "catalogue.second_visit"),
        (lambda i: replace(i, promised=Limit.parse("21wd")), "promised", "catalogue.promise_over_legal"),
        (
            lambda i: replace(i, materials=(replace(i.materials[0], data_items=(held("a", "GAT"),)),)),
            "materials.application",
            "catalogue.source_without_resource",
        ),
        (
            lambda i: replace(
                i, materials=(replace(i.materials[0], resource="r", data_items=(held("a", "GAT"), held("b", "GSJ"))),)
            ),
            "materials.application",
            "catalogue.two_sources",
        ),
        (lambda i: replace(i, flow=replace(i.flow, edges=i.flow.edges[1:])), "flow", "flow.start"),
    ],
)
@pytest.mark.requirement("R33", "R47", "V18", "V25")
def test_a_version_that_breaks_a_rule_is_not_published(
    engine: Engine, editor: Actor, break_it: Callable[[Item], Item], field: str, code: str
) -> None:
    """违反规则的版本不能公布，错在哪里说清楚。"""
    broken = break_it(act(engine, lambda work: service.published(work, CONSULTING).item))
    number = act(engine, lambda work: service.edit(work, broken), editor)
    with pytest.raises(Invalid) as invalid:
        publish(engine, number, head(engine, "ZJJ"))
    assert (field, code) in {(e.field, e.code) for e in invalid.value.errors}
