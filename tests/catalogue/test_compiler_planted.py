"""编译器找错 — faults planted into the demo catalogue, kind by kind and place by place; none on the clean one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

import pytest

from yiwang.casework.messages.flow import Begin, Finish, Progress
from yiwang.casework.rules.flow import OUTCOMES, advance, compiled
from yiwang.catalogue import seed
from yiwang.catalogue.messages import (
    ClockEffect,
    Condition,
    DataItem,
    Edge,
    Finding,
    Item,
    Severity,
    Signature,
    Source,
    SourceKind,
    Step,
    StepKind,
)
from yiwang.catalogue.rules.compiler.check import check_item, check_whole
from yiwang.catalogue.rules.compiler.world import World, world_of
from yiwang.catalogue.rules.structure import CENTRE, signing_lines, view_digest
from yiwang.directory import seed as places
from yiwang.ground.clock import Limit, Unit

from tests.casework.flows import START

ITEMS = seed.demo_items()
WORLD = replace(
    world_of(ITEMS, seed.resources(), [line.key for line in places.lines()]),
    powers={item.code: frozenset(item.levels) for item in ITEMS},
)
PLACES = 50
OWN = Source(kind=SourceKind.SELF, label="申请人自备")


def signed(item: Item) -> tuple[Signature, ...]:
    day = date(2017, 8, 10)
    return tuple(
        Signature(
            line=line, organisation="330000." + line, signer="p", post="q", signed_on=day, view=view_digest(item, line)
        )
        for line in signing_lines(item)
    )


@dataclass(frozen=True)
class Planted:
    """种错: an item with one fault, and what belongs to it."""

    item: Item
    world: World = WORLD
    signatures: tuple[Signature, ...] | None = None
    place: str = ""

    def found(self) -> list[Finding]:
        return check_item(self.item, self.world, signed(self.item) if self.signatures is None else self.signatures)


def with_step(item: Item, step: Step, **changes: Any) -> Item:
    steps = tuple(replace(s, **changes) if s.id == step.id else s for s in item.flow.steps)
    return replace(item, flow=replace(item.flow, steps=steps))


def always_worked(item: Item) -> list[Step]:
    """Steps that every case comes to: those that stand in no fork's branch, where nothing is asked."""
    branches = {e.target for e in item.flow.edges if e.when} | {
        e.target for e in item.flow.edges if any(s.id == e.source and s.kind is StepKind.FORK for s in item.flow.steps)
    }
    return [s for s in item.flow.steps if s.who and s.id not in branches and s.kind is not StepKind.ACCEPT]


def second_visit() -> Iterator[Planted]:
    for item in ITEMS:
        for step in always_worked(item):
            if item.visits:
                yield Planted(with_step(item, step, visits=1, visit_reason="领证"), place=f"flow.{step.id}")


def visit_in_a_circle() -> Iterator[Planted]:
    for item in ITEMS:
        for step in always_worked(item):
            if step.kind is StepKind.REVIEW:
                changed = with_step(item, step, visits=1, visit_reason="补正")
                again = Edge(
                    source=step.id, target=step.id, when=Condition(question=f"outcome:{step.id}", values=("fail",))
                )
                flow = replace(changed.flow, edges=(*changed.flow.edges, again))
                yield Planted(replace(changed, flow=flow), place=f"flow.{step.id}")


def number_typed() -> Iterator[Planted]:
    for item in ITEMS:
        yield Planted(replace(item, visits=1 - item.visits), place="visits")


def asked_though_held() -> Iterator[Planted]:
    for item in ITEMS:
        for n, material in enumerate(item.materials):
            if material.source.kind is SourceKind.DEPARTMENT and not material.data_items:
                wrong = replace(material, source=OWN, resource="", checkpoints=("清晰",))
                materials = (*item.materials[:n], wrong, *item.materials[n + 1 :])
                yield Planted(replace(item, materials=materials), place=f"materials.{material.code}")


def asked_twice() -> Iterator[Planted]:
    for item in ITEMS:
        for material in item.materials:
            for field in material.data_items:
                if field.source.kind is SourceKind.SELF:
                    again = DataItem(code="again", name=f" {field.name}", source=field.source)
                    copy = replace(material, code="m_again", name="另一张表", data_items=(again,))
                    yield Planted(replace(item, materials=(*item.materials, copy)), place="materials.m_again.again")


def not_signed() -> Iterator[Planted]:
    for item in ITEMS:
        all_of_them = signed(item)
        for signature in all_of_them:
            yield Planted(item, signatures=tuple(s for s in all_of_them if s is not signature), place="flow")


def promise_too_long() -> Iterator[Planted]:
    for item in ITEMS:
        if item.legal and item.legal.unit in (Unit.WORKDAY, Unit.CALENDAR):
            yield Planted(replace(item, promised=Limit(item.legal.n + 1, item.legal.unit)), place="promised")


def step_too_long() -> Iterator[Planted]:
    for item in ITEMS:
        if item.promised and item.promised.unit is Unit.WORKDAY:
            for step in always_worked(item):
                if step.clock is ClockEffect.RUNS and step.kind is not StepKind.FETCH:
                    limit = Limit(item.promised.n + 1, Unit.WORKDAY)
                    yield Planted(with_step(item, step, limit=limit), place="promised")


def stop_without_ground() -> Iterator[Planted]:
    for item in ITEMS:
        for step in item.flow.steps:
            if step.kind is StepKind.REVIEW:
                yield Planted(with_step(item, step, clock=ClockEffect.STOPS), place="flow")


def acceptor_handles() -> Iterator[Planted]:
    for item in ITEMS:
        for step in item.flow.steps:
            if step.who and step.kind in (StepKind.REVIEW, StepKind.DECIDE, StepKind.CONSULT):
                yield Planted(with_step(item, step, who=replace(step.who, line=CENTRE)), place=f"flow.{step.id}")


def nobody_decides() -> Iterator[Planted]:
    for item in ITEMS:
        deciding = [s for s in item.flow.steps if s.kind is StepKind.DECIDE]
        for kind in (StepKind.REVIEW, StepKind.SPECIAL):
            changed = item
            for step in deciding:
                changed = with_step(changed, step, kind=kind)
            yield Planted(changed, place="flow")


def step_in_vain() -> Iterator[Planted]:
    """A way that only an answer nobody can give leads to."""
    for item in ITEMS:
        for step in always_worked(item):
            if step.kind in (StepKind.REVIEW, StepKind.DECIDE):
                vain = Step(id="vain", name="无人走到", kind=StepKind.REVIEW, who=step.who)
                before = next(e.source for e in item.flow.edges if e.target == step.id)
                when = Condition(question=f"outcome:{before}", values=("nothing_of_the_kind",))
                edges = (
                    *item.flow.edges,
                    Edge(source=before, target="vain", when=when),
                    Edge(source="vain", target=step.id),
                )
                flow = replace(item.flow, steps=(*item.flow.steps, vain), edges=edges)
                if any(s.id == before and s.who for s in item.flow.steps):
                    yield Planted(replace(item, flow=flow), place="flow.vain")


def nobody_has_power() -> Iterator[Planted]:
    for item in ITEMS:
        for level in item.levels:
            powers = {**WORLD.powers, item.code: frozenset(item.levels) - {level}}
            yield Planted(item, world=replace(WORLD, powers=powers), place="levels")


def other_departments_source() -> Iterator[Planted]:
    for item in ITEMS:
        for n, material in enumerate(item.materials):
            if material.source.kind is SourceKind.DEPARTMENT and not material.data_items:
                other = next(r.key for r in WORLD.resources.values() if r.line != material.source.line)
                materials = (*item.materials[:n], replace(material, resource=other), *item.materials[n + 1 :])
                yield Planted(replace(item, materials=materials), place=f"materials.{material.code}")


def catch_all() -> Iterator[Planted]:
    for item in ITEMS:
        for n, material in enumerate(item.materials):
            wrong = replace(material, name="其他材料")
            materials = (*item.materials[:n], wrong, *item.materials[n + 1 :])
            yield Planted(replace(item, materials=materials), place=f"materials.{material.code}")


def nobody_supervises() -> Iterator[Planted]:
    for item in ITEMS:
        yield Planted(replace(item, supervisor=""), place="supervisor")


KINDS: list[tuple[Callable[[], Iterator[Planted]], str]] = [
    (second_visit, "visit.second"),
    (visit_in_a_circle, "visit.circle"),
    (number_typed, "visit.typed"),
    (asked_though_held, "ask.held"),
    (asked_twice, "ask.twice"),
    (not_signed, "sign.missing"),
    (promise_too_long, "time.promise_over_legal"),
    (step_too_long, "time.steps_over_promise"),
    (stop_without_ground, "flow.broken"),
    (acceptor_handles, "duty.acceptor_handles"),
    (nobody_decides, "flow.undecided"),
    (step_in_vain, "flow.never_reached"),
    (nobody_has_power, "power.nobody"),
    (other_departments_source, "source.other_line"),
    (catch_all, "ask.catch_all"),
    (nobody_supervises, "guide.no_supervision"),
]


@pytest.mark.requirement("R42", "R46", "R51")
def test_演示事项库没有错误() -> None:
    errors = [f for item in ITEMS for f in check_item(item, WORLD, signed(item)) if f.severity is Severity.ERROR]
    assert errors + check_whole(ITEMS, WORLD) == []
    assert len(ITEMS) >= 74


@pytest.mark.requirement("R01", "R38", "R51")
@pytest.mark.parametrize("plant, code", KINDS, ids=[code for _, code in KINDS])
def test_每一种错在每一处都找到(plant: Callable[[], Iterator[Planted]], code: str) -> None:
    everywhere = list(plant())
    chosen = Random(code).sample(everywhere, min(PLACES, len(everywhere)))
    assert len(chosen) >= min(PLACES, 20)
    for planted in chosen:
        found = {(f.code, f.place) for f in planted.found() if f.severity is Severity.ERROR}
        assert (code, planted.place) in found, planted


@pytest.mark.requirement("R01")
def test_第二次到场的反例可以照走一遍() -> None:
    for planted in Random(1).sample(list(second_visit()), 25):
        finding = next(f for f in planted.found() if f.code == "visit.second")
        assert finding.path is not None
        flow, visits = compiled(planted.item.flow), 0
        state, _ = advance(flow, Progress(), Begin(at=START), finding.path.answers)
        for step in finding.path.steps:
            if flow.steps[step].who is None:
                continue
            visits += flow.steps[step].visits
            likely = sorted(OUTCOMES[flow.steps[step].kind] - {"deemed"})
            outcome = finding.path.outcomes.get(step, likely[-1])
            state, _ = advance(flow, state, Finish(step=step, outcome=outcome, at=START), finding.path.answers)
        assert visits == finding.facts["visits"]
        assert visits > 1


def test_同一事项和同一接口只能有一个() -> None:
    twice = [*ITEMS, replace(ITEMS[0], code="其他-1")]
    assert [f.code for f in check_whole(twice, WORLD)] == ["one.item_twice"]
    some = next(iter(WORLD.resources.values()))
    world = replace(WORLD, resources={**WORLD.resources, some.key: replace(some, interfaces=2)})
    assert [f.code for f in check_whole(ITEMS, world)] == ["one.interface_twice"]
