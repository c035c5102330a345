"""情形 — the situations an item tells apart: answers that lead to the same thing count as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from yiwang.catalogue.messages import Condition, Item, Question

OUTCOME_OF = "outcome:"
MOST_SITUATIONS = 20_000
"""Beyond this nobody can say that all of them hold: the item is to be divided."""

Answers = Mapping[str, tuple[str, ...]]


def kinds_of_answer(question: Question, conditions: Iterable[Condition]) -> list[tuple[str, ...]]:
    """答案类别: one answer for each way in which the conditions on a question can hold; the shortest answer first.

    A question with several answers combines options; two answers on which all conditions agree are one kind.
    """
    wanted = [frozenset(c.values) for c in conditions if c.question == question.code]
    meaning = {o.value: frozenset(n for n, values in enumerate(wanted) if o.value in values) for o in question.options}
    found: dict[frozenset[int], tuple[str, ...]] = {}
    for value, holds in meaning.items():
        found.setdefault(holds, (value,))
    if question.several:
        grown = list(found.items())
        for holds, answer in grown:
            for value, more in meaning.items():
                if holds | more not in found:
                    found[holds | more] = (*answer, value)
                    grown.append((holds | more, found[holds | more]))
    return sorted(found.values(), key=len)


def how_many(item: Item, conditions: Iterable[Condition]) -> int:
    """How many situations these conditions tell apart."""
    used = list(conditions)
    return prod(len(kinds_of_answer(q, used)) for q in _asked(item, used))


def situations(item: Item, conditions: Iterable[Condition]) -> Iterator[dict[str, tuple[str, ...]]]:
    """全部情形: the answers to the questions that these conditions ask, one of each kind."""
    used = list(conditions)
    asked = _asked(item, used)
    for answers in product(*(kinds_of_answer(q, used) for q in asked)):
        yield {q.code: answer for q, answer in zip(asked, answers, strict=True)}


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


def conditions_of(item: Item) -> list[Condition]:
    """所有条件: of materials and of edges, without those that ask how a step ended."""
    found = [m.when for m in item.materials] + [e.when for e in item.flow.edges]
    return [c for c in found if c is not None and not c.question.startswith(OUTCOME_OF)]


def flow_conditions(item: Item) -> list[Condition]:
    """流程条件: those of edges that ask the applicant's answers."""
    return [e.when for e in item.flow.edges if e.when is not None and not e.when.question.startswith(OUTCOME_OF)]
