"""走一遍 — the seed's three examples from window to hand, on simulated days, through the real services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import reading, watch
from yiwang.catalogue import service as catalogue
from yiwang.demo.people import COUNTY, PROVINCE, TOWN
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.zone import day_of
from yiwang.handling.messages import (
    Decide,
    DrawExperts,
    EndSpecial,
    ExpertOpinion,
    MakeDocument,
    OnTask,
    RedrawExperts,
    Reply,
    Review,
    StartSpecial,
)
from yiwang.handling.service import consulting, deciding, experts, reviewing, special
from yiwang.intake.messages import Accept, Channel, Delivery, Draft, HandOver, Submit
from yiwang.intake.service import applications, delivery
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing import journal, outbox
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.work import SHANGHAI, Engine, Work
from yiwang.sharing.messages import State
from yiwang.sharing.service import licences
from yiwang.sharing.service import requests as sharing

START = date(2017, 8, 14)


@dataclass(slots=True)
class SimulatedClock:
    """模拟时钟: stands where it is put."""

    now: datetime = field(default_factory=lambda: datetime.combine(START, time(9), SHANGHAI))

    def __call__(self) -> datetime:
        return self.now

    def go(self, day: date, hour: int = 9) -> None:
        """Be at this day and hour."""
        self.now = datetime.combine(day, time(hour), SHANGHAI)


@dataclass(frozen=True, slots=True)
class Act:
    """剧本一步: on a day, an organisation's post does something to its task."""

    day: date
    line: str
    role: str
    command: Callable[..., OnTask]
    arguments: Mapping[str, Any] | Callable[[Work, Case], Mapping[str, Any]]
    place: str = PROVINCE


@dataclass(frozen=True, slots=True)
class Script:
    """剧本: one example."""

    item: str
    identifier: str
    name: str
    answers: Mapping[str, str | tuple[str, ...]]
    form: Mapping[str, str]
    centre: str
    applicant: str
    acts: Sequence[Act]
    handed_over: date


def _d(month: int, day: int) -> date:
    return date(2017, month, day)


def _single(identifier: str, name: str, applicant: str, centre: str) -> Script:
    return Script(
        item="其他-90001-000",
        identifier=identifier,
        name=name,
        answers={"imports": "yes"},
        form={
            "project_unit": name,
            "legal_representative": "样例法人",
            "project_name": "演示检测楼建设项目",
            "industry": "M7450",
            "site_address": "演示省演示市样例路1号",
            "construction_period": "2017-09/2019-08",
            "content_and_scale": "新建检测实验楼一幢，建筑面积3200平方米",
            "total_investment": "5600",
            "equipment_or_technology": "样例质谱仪",
            "specification": "SP-1",
            "unit_price": "120",
            "quantity": "2",
            "foreign_exchange_amount": "240",
            "country_or_region": "276",
        },
        centre=centre,
        applicant=applicant,
        acts=[Act(_d(8, 14), "FGW", "decider", Decide, {"outcome": "grant"}, COUNTY)],
        handed_over=_d(8, 14),
    )


def agreed(work: Work, case: Case) -> dict[str, Any]:
    """评审结论: every expert who was drawn agrees."""
    panels = experts.members(work, case.matter.home, case.matter.id).values()
    said = [ExpertOpinion(expert=m.code, outcome="pass", words="能力符合要求。") for panel in panels for m in panel]
    return {"outcome": "pass", "words": "评审组一致通过。", "opinions": tuple(said)}


def _joint(identifier: str, name: str, applicant: str, centre: str, *, reviewed: bool) -> Script:
    lines = {"cma": "ZJJ", "food": "SYJ", "environment": "HBT"}
    reviews = [
        Act(_d(8, 16 + n), line, "handler", Review, {"outcome": "pass", "words": "材料齐全，符合法定形式。"})
        for n, line in enumerate(lines.values())
    ]
    if reviewed:
        special = [
            Act(_d(8, 21), "ZJJ", "handler", DrawExperts, {}),
            Act(_d(8, 21), "ZJJ", "handler", StartSpecial, {"days_needed": 9}),
            Act(_d(9, 1), "ZJJ", "handler", EndSpecial, agreed),
        ]
        decided, made, out = _d(9, 12), _d(9, 14), _d(9, 15)
    else:
        special = [Act(_d(8, 18), "ZJJ", "handler", EndSpecial, {"outcome": "skip"})]
        decided, made, out = _d(8, 30), _d(9, 4), _d(9, 5)
    decides = [Act(decided, line, "decider", Decide, {"outcome": "grant"}) for line in lines.values()]
    return Script(
        item="许可-90015-000",
        identifier=identifier,
        name=name,
        answers={"categories": tuple(lines), "premises": "owned"},
        form={
            "institution": name,
            "technical_lead": "样例负责人",
            "contact": "样例联系人",
            "contact_phone": "19900000000",
            "site_address": "演示省演示市样例路1号",
            "scope": "水质、食品理化、机动车尾气",
        },
        centre=centre,
        applicant=applicant,
        acts=[*reviews, *special, *decides, Act(made, "ZJJ", "handler", MakeDocument, {})],
        handed_over=out,
    )


def _consultation(identifier: str, name: str, applicant: str, centre: str) -> Script:
    agree = {"outcome": "agree", "words": "无不同意见。"}
    conditional = {"outcome": "conditional", "words": "原则同意。", "conditions": "取得后三个月内补齐设备检定"}
    passed = {"outcome": "pass", "words": "符合标准。"}
    return Script(
        item="许可-90014-000",
        identifier=identifier,
        name=name,
        answers={"categories": ("building", "highway", "water"), "titles": "yes"},
        form={
            "enterprise": name,
            "technical_lead": "样例负责人",
            "grade": "一级",
            "contact": "样例联系人",
            "contact_phone": "19900000001",
            "works": "演示大桥、演示泵站",
        },
        centre=centre,
        applicant=applicant,
        acts=[
            Act(_d(8, 18), "JST", "handler", Review, passed),
            Act(_d(8, 23), "JTT", "consultee", Reply, conditional),
            Act(_d(8, 25), "SLT", "consultee", Reply, agree),
            Act(_d(8, 29), "JST", "handler", Review, passed),
            Act(_d(8, 31), "JST", "reviewer", Review, passed),
            Act(_d(9, 5), "JST", "decider", Decide, {"outcome": "grant"}),
        ],
        handed_over=_d(9, 6),
    )


def scripts(firms: Sequence[tuple[str, str, str]]) -> list[Script]:
    """The seed's three: one department, several jointly (without and with expert review), one that consults others."""
    county, town = f"{COUNTY}.XZFW", f"{TOWN}.XZFW"
    one, two, three = firms
    return [
        _single(*one, town),
        _joint(*one, county, reviewed=False),
        _joint(*two, county, reviewed=True),
        _consultation(*three, town),
    ]


HANDLERS: Mapping[type, Callable[[Any, Work], object]] = {
    Review: reviewing.review,
    Reply: consulting.reply,
    DrawExperts: experts.draw,
    RedrawExperts: experts.redraw,
    StartSpecial: special.start_special,
    EndSpecial: special.end_special,
    Decide: deciding.decide,
    MakeDocument: deciding.make_document,
}


@dataclass(slots=True)
class Walk:
    """走查: plays a script through the services; `clock` is the engine's clock."""

    engine: Engine
    clock: SimulatedClock
    runners: Mapping[str, Runner]

    def actor(self, person: str) -> Actor:
        """A demo person, acting in the first post held."""
        with self.engine.begin(SYSTEM) as work:
            return directory.actor_of(work, person, "", "walk")

    def drain(self) -> None:
        """Do all errands that are due by now."""
        for lane in ("default", "sharing", "clock"):
            outbox.drain(self.engine, self.runners, lane)
        watch.sweep(self.engine)

    def play(self, script: Script) -> dict[str, Any]:
        """One example, whole; what the command prints of it."""
        self.clock.go(START)
        home, case_id = self._take_in(script)
        for act in script.acts:
            self._act(act, home, case_id)
        self.clock.go(script.handed_over)
        with self.engine.begin(self.actor(f"issuer-{script.centre.split('.')[0]}")) as work:
            delivery.hand_over(HandOver(home=home, id=case_id), work)
        with self.engine.begin(self.actor(script.applicant)) as work:
            oversight.rate(Rate(home=home, id=case_id, grade=Grade.VERY_SATISFIED), work)
        self.drain()
        return self._report(home, case_id)

    def _take_in(self, script: Script) -> tuple[int, UUID]:
        clerk = self.actor(f"clerk-{script.centre.split('.')[0]}")
        with self.engine.begin(clerk) as work:
            drafted = applications.draft(
                Draft(
                    item=script.item,
                    kind="firm",
                    identifier=script.identifier,
                    name=script.name,
                    division=script.centre.split(".")[0],
                    channel=Channel.WINDOW,
                    receiving=script.centre,
                    window=f"{script.centre}-1",
                    answers=script.answers,
                ),
                work,
            )
        self.drain()
        with self.engine.begin(clerk) as work:
            item = catalogue.published(work, script.item).item
            own = {m.code: m.checkpoints for m in catalogue.needs(item, script.answers).bring}
            named = Submit(home=drafted.home, id=drafted.id, form=script.form, delivery=Delivery.E_LICENCE)
            applications.submit(named, work)
            applications.accept(Accept(home=drafted.home, id=drafted.id, brought=own), work)
        return drafted.home, drafted.id

    def _act(self, act: Act, home: int, case_id: UUID) -> None:
        self.clock.go(act.day)
        self.drain()
        role = "handler" if act.role == "consultee" else act.role
        actor = self.actor(f"{act.line.lower()}-{role}-{act.place}")
        with self.engine.begin(actor) as work:
            case = reading.look(work, home, case_id)
            task = next(t for t in case.tasks.values() if t.desk == actor.organisation and t.role == act.role)
            given = act.arguments(work, case) if callable(act.arguments) else act.arguments
            command = act.command(home=home, id=case_id, task=task.id, **given)
            HANDLERS[type(command)](command, work)

    def _report(self, home: int, case_id: UUID) -> dict[str, Any]:
        with self.engine.begin(SYSTEM) as work:
            case = reading.look(work, home, case_id)
            version = catalogue.version_of(work, case.matter.item, case.matter.item_version)
            needs = catalogue.needs(version.item, case.facts)
            dues = reading.dues(case, work.today, work.calendar)
            assert case.timing.promised is not None
            ledger = reading.explained(case.timing, case.timing.promised, work.today, work.calendar)
            assert ledger is not None
            acts = reading.thread(work, home, case_id)
            names = directory.names_of(work, [a.person for a in acts])
            labels = {m.code: m for m in needs.held}
            rating = oversight.rating_of(work, home, case_id)
            rows = [r for size in journal.threads(work) for r in size if r[1] == case_id]
            return {
                "item": case.matter.item_name,
                "flow_kind": case.matter.flow_kind,
                "number": case.matter.number,
                "accepted_on": case.timing.accepted_on,
                "limit": str(case.timing.promised),
                "promised_due": dues.promised,
                "legal_due": dues.legal,
                "excluded_days": ledger.suspended,
                "decided_on": day_of(case.decided_at) if case.decided_at else None,
                "visits": rating.visits if rating else None,
                "asked": [m.name for m in (*needs.fill, *needs.bring)],
                "fetched": [
                    {"data_item": labels[r.material].name, "source": labels[r.material].source.label}
                    for r in sharing.held(work, home, case_id)
                    if r.state is State.FETCHED
                ],
                "acts": [
                    {
                        "at": a.at.astimezone(SHANGHAI).isoformat(),
                        "actor": names[a.person],
                        "organisation": a.organisation,
                        "act": a.act if a.act != "step.finished" else f"{a.facts['step']}: {a.facts['outcome']}",
                    }
                    for a in acts
                ],
                "result": [row.code for row in licences.of_matter(work, home, case_id)],
                "rating": rating.grade if rating else None,
                "journal_ok": journal.prove(rows, case.thread) is None,
            }
