"""演示数据 — fill an empty installation: directory, people, signed catalogue, powers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yiwang.catalogue import seed as items
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item, Signature
from yiwang.demo.experts import library
from yiwang.demo.people import PROVINCE, SINCE, DemoPerson, everybody
from yiwang.directory import seed as places
from yiwang.directory import service as directory
from yiwang.directory.messages import Person, Power
from yiwang.ground.actor import SYSTEM
from yiwang.handling.service import experts
from yiwang.handling.service import phrases as handling
from yiwang.plumbing.work import Engine, Work

EFFECTIVE = date(2017, 8, 1)
SIGNED = date(2017, 7, 31)
EDITOR = "demo-editor"
PHRASES = (
    ("review", "pass", "材料齐全", "材料齐全，符合法定形式，同意进入下一环节。"),
    ("review", "pass", "符合条件", "经审查，〔申请人〕申请的〔事项〕符合法定条件和标准，建议准予。"),
    ("review", "fail", "条件不符", "经审查，〔申请人〕的申请不符合法定条件，理由如下："),
    ("consult", "agree", "无意见", "经研究，对〔申请人〕的〔事项〕无不同意见。"),
    ("consult", "conditional", "附条件", "原则同意，请按所附条件办理。"),
    ("consult", "no_competence", "不属职责", "所询事项不属本部门职责，建议另行征求意见。"),
    ("decide", "grant", "准予", "经审查，〔申请人〕的申请符合法定条件、标准，依法准予。"),
    ("decide", "refuse", "不予", "经审查，〔申请人〕的申请不符合法定条件，依法不予许可。理由如下："),
    ("special", "pass", "评审通过", "评审组一致认为符合要求，评审通过。"),
)
LEVELS = {"省": "province", "市": "city", "县": "county", "乡": "county"}


def seed(engine: Engine) -> bool:
    """装载演示数据: true when something was loaded; a second time changes nothing, one that was cut off goes on."""
    with engine.begin(SYSTEM) as work:
        fresh = places.seed(work) > 0
    with engine.begin(SYSTEM) as work:
        if missing := _missing(work):
            _people(work, missing)
            fresh = True
    with engine.begin(SYSTEM) as work:
        if not experts.library(work):
            experts.enrol(work, library())
            fresh = True
    with engine.begin(SYSTEM) as work:
        if not catalogue.items(work):
            publish(work, items.demo_items())
            fresh = True
    with engine.begin(SYSTEM) as work:
        return _phrases(work) or fresh


def _missing(work: Work) -> list[DemoPerson]:
    people = everybody()
    names = directory.names_of(work, [p.code for p in people])  # whoever is unknown keeps the code
    return [p for p in people if names[p.code] == p.code]


def _people(work: Work, people: Sequence[DemoPerson]) -> None:
    for p in people:
        directory.add_person(
            work,
            Person(
                code=p.code,
                name=p.name,
                kind=p.kind,
                subject_kind=p.subject_kind,
                subject_identifier=p.subject_identifier,
            ),
        )
        if p.organisation:
            directory.appoint(work, p.code, p.organisation, p.post, p.roles, SINCE, at_centre=p.at_centre)


def publish(work: Work, loaded: list[Item]) -> None:
    """发布: items signed by every department, in force, and the power to decide each at its lowest level."""
    known = directory.snapshot(work)
    signatures = {
        line: Signature(
            line=line,
            organisation=f"{PROVINCE}.{line}",
            signer=f"{line.lower()}-head-{PROVINCE}",
            post=f"{PROVINCE}.{line}#4",
            signed_on=SIGNED,
            view="",
        )
        for line in known.lines
    }
    catalogue.load_signed(work, loaded, signatures, EDITOR, EFFECTIVE)
    for item in loaded:
        level = LEVELS[item.levels[-1]] if item.levels else "county"
        directory.grant_power(
            work, Power(item=item.code, area="33", level=level, held_from=SINCE, basis=item.legal_basis)
        )


def _phrases(work: Work) -> bool:
    """审批用语: a few for every department of the demo that has none yet."""
    houses = sorted({p.organisation for p in everybody() if p.seat == "department"})
    return handling.begin(work, houses, PHRASES) > 0
