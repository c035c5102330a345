"""情形 — the situations an item tells apart: answers that lead to the same thing count as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import product
from math import prod

from yiwang.catalogue.messages import Condition, Item, Question, StepKind

OUTCOME_OF = "outcome:"
MOST_SITUATIONS = 20_000
"""Beyond this nobody can say that all of them hold: the item is to be divided."""

Answers = Mapping[str, tuple[str, ...]]


class Span(StrEnum):
    """取舍: which answers to look at where a question only opens branches of forks: more answers, more branches.

    What adds up over branches is greatest with the widest answer and least with a narrowest one.
    """

    ALL = "all"
    WIDEST = "widest"
    NARROWEST = "narrowest"


def kinds_of_answer(
    question: Question, conditions: Iterable[Condition], span: Span = Span.ALL
) -> list[tuple[str, ...]]:
    """答案类别: one answer for each way in which the conditions on a question can hold; the shortest answer first.

    A question with several answers combines options; two answers on which all conditions agree are one kind.
    """
    wanted = [frozenset(c.values) for c in conditions if c.question == question.code]
    meaning = {o.value: frozenset(n for n, values in enumerate(wanted) if o.value in values) for o in question.options}
    found: dict[frozenset[int], tuple[str, ...]] = {}
    for value, holds in meaning.items():
        found.setdefault(holds, (value,))
    if not question.several or span is Span.NARROWEST:
        return list(found.values())
    if span is Span.WIDEST:
        return [tuple(value for (value,) in found.values())]
    grown = list(found.items())
    for holds, answer in grown:
        for value, more in meaning.items():
            if holds | more not in found:
                found[holds | more] = (*answer, value)
                grown.append((holds | more, found[holds | more]))
                if len(grown) > MOST_SITUATIONS:
                    return list(found.values())
    return sorted(found.values(), key=len)


def situations(item: Item, span: Span = Span.ALL) -> Iterator[dict[str, tuple[str, ...]]]:
    """全部情形 of the flow: the answers to the questions that its edges ask, one of each kind."""
    kinds = _kinds(item, span)
    for answers in product(*kinds.values()):
        yield dict(zip(kinds, answers, strict=True))


def how_many(item: Item) -> int:
    """How many situations `situations` tells apart at most, with the widest or the narrowest answers."""
    return prod(len(kinds) for kinds in _kinds(item, Span.NARROWEST).values())


def _kinds(item: Item, span: Span) -> dict[str, list[tuple[str, ...]]]:
    used = flow_conditions(item)
    forks = {s.id for s in item.flow.steps if s.kind is StepKind.FORK}
    choosing = {e.when.question for e in item.flow.edges if e.when is not None and e.source not in forks}
    return {q.code: kinds_of_answer(q, used, Span.ALL if q.code in choosing else span) for q in _asked(item, used)}


def _asked(item: Item, conditions: list[Condition]) -> list[Question]:
    codes = {c.question for c in conditions}
    return [q for q in item.questions if q.code in codes]


def together(item: Item, *conditions: Condition | None) -> dict[str, tuple[str, ...]] | None:
    """同时成立: the shortest answers in which all of these conditions hold; None where they never do."""
    real = [c for c in conditions if c is not None]
    answers: dict[str, tuple[str, ...]] = {}
    for code in dict.fromkeys(c.question for c in real):
        question = next((q for q in item.questions if q.code == code), None)
        if question is None:
            return None
        kinds = kinds_of_answer(question, real)
        mine = [frozenset(c.values) for c in real if c.question == code]
        fitting = [kind for kind in kinds if all(not values.isdisjoint(kind) for values in mine)]
        if not fitting:
            return None
        answers[code] = fitting[0]
    return answers


def flow_conditions(item: Item) -> list[Condition]:
    """流程条件: those of edges that ask the applicant's answers."""
    return [e.when for e in item.flow.edges if e.when is not None and not e.when.question.startswith(OUTCOME_OF)]
