"""各环节的门 — by which door each step of a case is finished, and what an applicant writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yiwang.casework.messages.flow import Facts
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item, StepKind
from yiwang.commands.year.lives import Life
from yiwang.handling.messages import (
    Decide,
    DrawExperts,
    EndSpecial,
    ExpertOpinion,
    MakeDocument,
    RedrawExperts,
    Reply,
    Review,
    Sign,
)
from yiwang.handling.service import consulting, deciding, experts, reviewing, signing, special
from yiwang.intake.messages import Accept, HandOver
from yiwang.intake.service import applications, delivery
from yiwang.plumbing.work import Work

WRITTEN = {"money": "1200", "number": "12", "integer": "3", "date": "2017-08-01", "period": "2017-09/2019-08"}


def nothing(_: object) -> None:
    """An act whose answer is not what the key keeps."""


def _accept(on: Mapping[str, Any], life: Life, _: str, work: Work) -> None:
    own = {m.code: m.checkpoints for m in catalogue.needs(life.kind.item, life.facts).bring}
    applications.accept(Accept(home=on["home"], id=on["id"], brought=own), work)


def _consult(on: Mapping[str, Any], _: Life, outcome: str, work: Work) -> None:
    conditions = "开工前补办手续" if outcome == "conditional" else ""
    consulting.reply(Reply(**on, outcome=outcome, words="经研究，意见如下。", conditions=conditions), work)


def _decide(on: Mapping[str, Any], _: Life, outcome: str, work: Work) -> None:
    reasons = "不符合法定条件" if outcome == "refuse" else ""
    deciding.decide(Decide(**on, outcome=outcome, reasons=reasons), work)


def _special(on: Mapping[str, Any], _: Life, outcome: str, work: Work) -> None:
    panels = experts.members(work, on["home"], on["id"]).values() if outcome != "skip" else ()
    said = tuple(ExpertOpinion(expert=m.code, outcome=outcome, words="已审阅。") for panel in panels for m in panel)
    special.end_special(EndSpecial(**on, outcome=outcome, words="评审组已出具意见。", opinions=said), work)


def sign(on: Mapping[str, Any], outcome: str, work: Work) -> None:
    """会签: one of several who work a step together says what was seen."""
    signing.sign(Sign(**on, outcome=outcome, words="已到现场核查，情况如表。"), work)


def draw(on: Mapping[str, Any], work: Work) -> None:
    """抽取专家 for a review that the chart wants experts for."""
    experts.draw(DrawExperts(**on), work)


def redraw(on: Mapping[str, Any], work: Work) -> None:
    """补抽: one of those drawn cannot come."""
    panel = next(iter(experts.members(work, on["home"], on["id"]).values()))
    experts.redraw(RedrawExperts(**on, leaving={panel[0].code: "另有会议"}), work)


def _deliver(on: Mapping[str, Any], life: Life, _: str, work: Work) -> None:
    tracking = f"SF{life.n:012d}" if life.delivery == "courier" else ""
    command = HandOver(home=on["home"], id=on["id"], recipient="本人", tracking=tracking)
    delivery.hand_over(command, work)


FINISH: dict[StepKind, Callable[[Mapping[str, Any], Life, str, Work], None]] = {
    StepKind.ACCEPT: _accept,
    StepKind.REVIEW: lambda on, _, outcome, work: nothing(
        reviewing.review(Review(**on, outcome=outcome, words="材料齐全，符合法定形式。"), work)
    ),
    StepKind.CONSULT: _consult,
    StepKind.SPECIAL: _special,
    StepKind.DECIDE: _decide,
    StepKind.ISSUE: lambda on, _life, _outcome, work: nothing(deciding.make_document(MakeDocument(**on), work)),
    StepKind.DELIVER: _deliver,
}
OUTCOME = {StepKind.CONSULT: "agree", StepKind.DECIDE: "grant"}


def form_of(item: Item, facts: Facts) -> dict[str, object]:
    """表单: what an applicant writes, by the type of each field."""
    found: dict[str, object] = {}
    for one in catalogue.needs(item, facts).fields:
        value = WRITTEN.get(one.type, "样例")
        found[one.code] = [value] if one.repeats else value
    return found
