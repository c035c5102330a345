"""结果 — refusals carry their code, facts and clause, read well, and survive a journey between processes."""

from __future__ import annotations

import pickle

import pytest

from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused


def test_a_refusal_says_code_facts_and_clause() -> None:
    refusal = Forbidden("case.not_yours", clause="行政许可法 30", organisation="省建设厅")
    assert (refusal.code, refusal.facts, refusal.clause) == (
        "case.not_yours",
        {"organisation": "省建设厅"},
        "行政许可法 30",
    )
    assert str(refusal) == "case.not_yours (organisation='省建设厅') [行政许可法 30]"
    assert repr(refusal) == "Forbidden('case.not_yours', clause='行政许可法 30', organisation='省建设厅')"
    assert repr(NotFound("case.unknown")) == "NotFound('case.unknown')"


def test_a_fact_may_be_called_code() -> None:
    assert Refused("item.unknown", code="许可-90001").facts == {"code": "许可-90001"}


def test_everything_wrong_is_listed_at_once() -> None:
    errors = (FieldError("subject.name", "field.missing"), FieldError("subject.phone", "field.length", {"most": 11}))
    refusal = Invalid("form.incomplete", errors=iter(errors))
    assert refusal.errors == errors
    assert str(refusal) == "form.incomplete — subject.name: field.missing; subject.phone: field.length"
    assert "errors=" in repr(refusal)
    assert refusal.facts == {}


@pytest.mark.parametrize("kind", [Refused, NotFound, Forbidden, Conflict, Invalid])
def test_a_refusal_survives_pickling(kind: type[Refused]) -> None:
    refusal = kind("a.b", clause="民法典 201", n=3)
    again = pickle.loads(pickle.dumps(refusal))
    assert (type(again), repr(again)) == (kind, repr(refusal))
    assert isinstance(again, Refused)


def test_an_actor_knows_the_roles_of_the_post() -> None:
    clerk = Actor("p1", "张三", "t1", "o1", "330106", frozenset({"clerk"}), "staff", terminal="3号窗口")
    assert clerk.has("clerk")
    assert not clerk.has("decider")
    assert (SYSTEM.kind, SYSTEM.roles) == ("system", frozenset())
