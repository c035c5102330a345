"""要什么 — what an item needs in a situation: what the applicant says or brings, and what government already holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from yiwang.catalogue.messages import Category, Condition, DataItem, Item, Material, Necessity, Question, SourceKind
from yiwang.ground.clock import Limit, Unit
from yiwang.ground.outcome import FieldError, Invalid

Answers = Mapping[str, str | tuple[str, ...]]
MAX_ANSWERS = 50
TOLERANCE, MOST_TOLERANCE = 10, 30
"""容缺期限 in working days: where the item says none, and what an item may say at most."""
OWN_WORDS = frozenset({Category.FORM, Category.OTHER})
"""自述类: what the applicant writes and nobody else has to seal, so that it can be supplied online as a statement."""


@dataclass(frozen=True, slots=True)
class Needs:
    """所需材料: split by who has it. A material with data items of several sources stands in several lists, each time
    with the data items of that list only (R61).

    `fill`: forms, with the data items the applicant writes. `bring`: things only the applicant has. `held`: what a
    department holds and which is therefore never asked for (R38). `handler`: what the handling department writes.
    """

    fill: tuple[Material, ...]
    bring: tuple[Material, ...]
    held: tuple[Material, ...]
    handler: tuple[Material, ...]

    @property
    def fields(self) -> tuple[DataItem, ...]:
        """The data items the applicant writes, each once, in order."""
        seen: dict[str, DataItem] = {}
        for material in self.fill:
            for item in material.data_items:
                seen.setdefault(item.code, item)
        return tuple(seen.values())


def holds(condition: Condition | None, answers: Answers) -> bool:
    """情形成立: whether a condition holds; no condition always does, an unanswered question never."""
    if condition is None:
        return True
    given = answers.get(condition.question, ())
    values = (given,) if isinstance(given, str) else given
    return any(value in condition.values for value in values)


def needs(item: Item, answers: Answers) -> Needs:
    """所需: the needs of an item in the situation these answers describe. R38, R45, R61; 规定 7"""
    lists: dict[SourceKind, list[Material]] = {kind: [] for kind in SourceKind}
    bring: list[Material] = []
    for material in item.materials:
        if not holds(material.when, answers):
            continue
        if not material.data_items:
            if material.source.kind is SourceKind.SELF:
                bring.append(material)
            else:
                lists[material.source.kind].append(material)
            continue
        for kind in SourceKind:
            for line in dict.fromkeys(d.source.line for d in material.data_items if d.source.kind is kind):
                part = tuple(d for d in material.data_items if d.source.kind is kind and d.source.line == line)
                lists[kind].append(replace(material, data_items=part, source=part[0].source))
    return Needs(
        fill=tuple(lists[SourceKind.SELF]),
        bring=tuple(bring),
        held=tuple(lists[SourceKind.DEPARTMENT]),
        handler=tuple(lists[SourceKind.HANDLER]),
    )


def check_answers(item: Item, answers: Answers) -> None:
    """答案校验: every question answered with its own options; Invalid names each that is not."""
    errors: list[FieldError] = []
    for question in item.questions:
        errors += _check_answer(question, answers.get(question.code))
    known = {q.code for q in item.questions}
    errors += [FieldError(code[:40], "field.unknown", {}) for code in answers if code not in known][:MAX_ANSWERS]
    if errors:
        raise Invalid("catalogue.answers", errors=tuple(errors))


def _check_answer(question: Question, given: str | tuple[str, ...] | None) -> list[FieldError]:
    if given is None or given in ("", ()):
        return [FieldError(question.code, "field.required", {})]
    values = (given,) if isinstance(given, str) else given
    options = {o.value for o in question.options}
    if any(v not in options for v in values) or (len(values) > 1 and not question.several):
        return [FieldError(question.code, "field.choice", {})]
    return []


def tolerable(material: Material) -> bool:
    """容缺材料: what the item lists as such may follow after acceptance; nothing else may (规定 4, 11)."""
    return material.necessity is Necessity.TOLERABLE


def tolerance(item: Item) -> Limit:
    """容缺期限: how long the applicant has after acceptance, in working days: what the item says; else ten, and a day
    less than the promise, so that whoever decides can still do so in time. 规定 11
    """
    if item.tolerance is not None:
        return item.tolerance
    promise = item.promised or item.legal
    days = {Unit.WORKDAY: promise.n, Unit.CALENDAR: promise.n * 5 // 7}.get(promise.unit) if promise else None
    return Limit(TOLERANCE if days is None else max(1, min(TOLERANCE, days - 1)), Unit.WORKDAY)
