"""要材料 — nothing asked that a department holds, nothing twice, nothing vague. R38, 规定 7, V19 V20 V22"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from yiwang.catalogue.messages import Condition, Finding, Item, Material, Necessity, Path, Severity, SourceKind
from yiwang.catalogue.rules.compiler.situations import (
    OUTCOME_OF,
    together,
)
from yiwang.catalogue.rules.compiler.world import World, plain

HELD = "规定 7"
CATCH_ALL = (
    "其他材料",
    "其它材料",
    "其他相关材料",
    "有关材料",
    "相关材料",
    "有关证明",
    "相关证明",
    "其他证明",
    "其他需要",
)
"""兜底材料: words by which anything could be asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """一问: something the applicant has to write or bring, where it stands, and when."""

    name: str
    place: str
    when: Condition | None


def asked_of_applicant(item: Item) -> list[Asked]:
    """What the applicant is asked for, every question on its own."""
    found = []
    for material in item.materials:
        place = f"materials.{material.code}"
        if material.data_items:
            found += [
                Asked(d.name, f"{place}.{d.code}", material.when)
                for d in material.data_items
                if d.source.kind is SourceKind.SELF
            ]
        elif material.source.kind is SourceKind.SELF:
            found.append(Asked(material.name, place, material.when))
    return found


def check(item: Item, world: World) -> Iterator[Finding]:
    """要材料的问题: asked though held; asked twice in one situation; words that mean anything; nothing to check by."""
    asked = asked_of_applicant(item)
    for one in asked:
        holder = world.holder(one.name)
        answers = together(item, one.when)
        if holder is not None and answers is not None:
            facts = {"name": one.name, "line": holder.line, "resource": holder.key}
            yield Finding("ask.held", item.code, one.place, facts, Path(answers=answers), clause=HELD)
    by_name: dict[str, list[Asked]] = {}
    for one in asked:
        by_name.setdefault(plain(one.name), []).append(one)
    for same in by_name.values():
        for first, second in combinations(same, 2):
            answers = together(item, first.when, second.when)
            if answers is not None:
                facts = {"name": second.name, "first": first.place}
                yield Finding("ask.twice", item.code, second.place, facts, Path(answers=answers), clause="种子 二(三)")
                break
    for material in item.materials:
        yield from _material(item, material)
    yield from _situations(item)


def _material(item: Item, material: Material) -> Iterator[Finding]:
    place, name = f"materials.{material.code}", {"name": material.name}
    if plain(material.name) in CATCH_ALL or any(plain(material.name).startswith(word) for word in CATCH_ALL):
        yield Finding("ask.catch_all", item.code, place, name, clause="V22")
    own = material.source.kind is SourceKind.SELF
    if own and not material.data_items and not material.checkpoints:
        yield Finding("ask.no_checkpoints", item.code, place, name, clause="种子 二(一)", severity=Severity.WARNING)
    if material.necessity is Necessity.TOLERABLE and not own:
        yield Finding("ask.tolerates_held", item.code, place, name, clause="V20", severity=Severity.WARNING)
    if material.necessity is Necessity.WHEN and material.when is None:
        yield Finding("ask.when_unsaid", item.code, place, name, clause="规定 4")


def _situations(item: Item) -> Iterator[Finding]:
    """Every answer leads somewhere, and everything that hangs on answers can come about."""
    questions = {q.code: q for q in item.questions}
    used: set[str] = set()
    places: list[tuple[str, Condition]] = [(f"materials.{m.code}", m.when) for m in item.materials if m.when]
    places += [(f"flow.{e.source}", e.when) for e in item.flow.edges if e.when]
    for place, when in places:
        if when.question.startswith(OUTCOME_OF):
            continue
        used.add(when.question)
        question = questions.get(when.question)
        if question is None:
            yield Finding(
                "situation.unknown_question", item.code, place, {"question": when.question}, clause="种子 二(三)"
            )
            continue
        options = {o.value for o in question.options}
        for value in when.values:
            if value not in options:
                facts = {"question": question.text, "value": value}
                yield Finding("situation.unknown_answer", item.code, place, facts, clause="种子 二(三)")
    for question in item.questions:
        place = f"questions.{question.code}"
        if question.code not in used:
            yield Finding("situation.idle", item.code, place, {"question": question.text}, severity=Severity.WARNING)
        if len(question.options) < 2:
            yield Finding("situation.no_choice", item.code, place, {"question": question.text})
        if len({o.value for o in question.options}) < len(question.options):
            yield Finding("situation.answer_twice", item.code, place, {"question": question.text})
