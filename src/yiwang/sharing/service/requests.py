"""取件 — ask departments for what they hold, case by case; what they hold is never asked of the applicant."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Material
from yiwang.ground.identifiers import CitizenNumber, CreditCode
from yiwang.ground.outcome import Conflict, Invalid, Refused
from yiwang.plumbing.outbox import Errand, Retry, Runner, wait
from yiwang.plumbing.work import Work
from yiwang.sharing import store
from yiwang.sharing.messages import (
    Correction,
    DataDisputed,
    DataFetched,
    Departments,
    Fetch,
    Fetched,
    FetchFailed,
    Gather,
    Gathered,
    LicenceRow,
    State,
    StopAsking,
    Subject,
    SubjectKind,
)
from yiwang.sharing.rules.covering import covering, record
from yiwang.sharing.rules.declared import is_declared
from yiwang.sharing.store import ASKING, AccessRow, Request

FETCH = "sharing.fetch"
TELL = "sharing.tell"
RIGHT = (State.FETCHED, State.CONFIRMED)
THERE = (State.FETCHED, State.CONFIRMED, State.DISPUTED)


def know(work: Work, kind: SubjectKind, identifier: str, name: str, phone: str = "") -> Subject:
    """认定当事人: the subject with this identifier, made when new; the name stays until a register corrects it.

    Invalid when the citizen number or credit code is wrong. GB 11643, GB 32100
    """
    written = (
        CitizenNumber.parse(identifier, today=work.today).text
        if kind is SubjectKind.PERSON
        else CreditCode.parse(identifier).text
    )
    home = work.home(kind, written)
    known = store.find_subject(work, home, kind, written)
    if known is not None:
        return known
    subject = Subject(home=home, id=work.new_id(), kind=kind, identifier=written, name=name.strip(), phone=phone)
    work.add(store.SUBJECT, {**asdict(subject), "created_at": work.now})
    work.held[("subject", home, subject.id)] = subject
    return subject


def recognise(work: Work, written: str, purpose: str) -> Subject | None:
    """识别当事人: whom a citizen number or credit code stands for, written down as read; none when it is nobody's yet.

    Invalid when it is neither.
    """
    try:
        kind, identifier = SubjectKind.PERSON, CitizenNumber.parse(written, today=work.today).text
    except Invalid as not_a_person:
        try:
            kind, identifier = SubjectKind.FIRM, CreditCode.parse(written).text
        except Invalid:
            raise not_a_person from None
    known = store.find_subject(work, work.home(kind, identifier), kind, identifier)
    if known is not None:
        store.log_access(work, known.home, known.id, None, "", "", "", ("identifier", "name"), purpose, "read")
    return known


def subject(work: Work, home: int, subject_id: UUID, matter: UUID, item: str, purpose: str) -> Subject:
    """当事人 with identifier and phone, for a purpose that is written down in the same transaction."""
    found = store.subject(work, home, subject_id)
    store.log_access(work, home, subject_id, matter, item, "", "", ("identifier", "phone"), purpose, "read")
    return found


def subject_by_id(work: Work, home: int, subject_id: UUID) -> Subject:
    """当事人, for a system that acts on the subject's own application; nobody is shown anything."""
    fresh: Subject | None = work.held.get(("subject", home, subject_id))
    return fresh or store.subject(work, home, subject_id)


def need(
    work: Work, subject_of: Subject, matter: UUID, item: str, version: int, materials: Sequence[Material], purpose: str
) -> list[Request]:
    """See that every material which a department holds is asked for; those asked before stay as they are.

    Gives what there was before. A licence that was issued here is there at once; the asking of others happens after
    commit (outbox). Refused for a material that the item's version does not declare as a department's (R47).
    """
    there = {r.material: r for r in store.requests(work, subject_of.home, matter)}
    wanted = [m for m in materials if m.code not in there]
    if not wanted:
        return list(there.values())
    declared = {m.code: m for m in catalogue.version_of(work, item, version).item.materials}
    own = store.licences(work, subject_of.home, subject_of.id)
    for material in wanted:
        if not is_declared(material, declared.get(material.code)):
            raise Refused("sharing.not_declared", clause="种子 二(二)", material=material.name)
        row = _row(work, subject_of, matter, item, version, material)
        licence = covering(material, own, work.today)
        if licence is None:
            work.add(store.REQUEST, row)
            _ask(work, subject_of, matter, item, material, purpose)
        else:
            _take(work, subject_of, row, material, licence, purpose)
    return list(there.values())


def _row(
    work: Work, subject_of: Subject, matter: UUID, item: str, version: int, material: Material
) -> dict[str, object]:
    return {
        "home": subject_of.home,
        "matter": matter,
        "material": material.code,
        "subject": subject_of.id,
        "item": item,
        "item_version": version,
        "line": material.source.line,
        "resource": material.resource,
        "data_items": _fields(material),
        "state": State.REQUESTED,
        "record": None,
        "record_version": "",
        "as_of": None,
        "own": None,
        "reason": "",
        "requested_by": work.actor.person,
        "requested_for": work.actor.organisation,
        "requested_at": work.now,
        "settled_at": None,
    }


def _fields(material: Material) -> tuple[str, ...]:
    return tuple(d.code for d in material.data_items) or (material.code,)


def _take(
    work: Work, of: Subject, row: dict[str, object], material: Material, licence: LicenceRow, purpose: str
) -> None:
    """免提交: the licence that was issued here is the material (规定 7, 15); this reading is written down like any."""
    fetched = {
        "state": State.FETCHED,
        "record": record(material, licence),
        "record_version": licence.code,
        "as_of": work.now,
        "settled_at": work.now,
    }
    work.add(store.REQUEST, {**row, **fetched})
    matter, fields = row["matter"], _fields(material)
    assert isinstance(matter, UUID)
    line = material.source.line
    store.log_access(work, of.home, of.id, matter, str(row["item"]), material.code, line, fields, purpose, "fetched")
    work.tell(DataFetched(home=of.home, id=matter, material=material.code, line=line, state=State.FETCHED))


def _ask(work: Work, subject_of: Subject, matter: UUID, item: str, material: Material, purpose: str) -> None:
    question = Fetch(
        request_id=work.new_id(),
        line=material.source.line,
        resource=material.resource,
        item=item,
        case=str(matter),
        material=material.code,
        data_items=_fields(material),
        operator=work.actor.person,
        organisation=work.actor.organisation,
        subject_kind=subject_of.kind,
        subject_identifier=subject_of.identifier,
        subject_name=subject_of.name,
        purpose=purpose,
    )
    work.later(
        FETCH,
        {"matter": str(matter), "subject": str(subject_of.id), "question": msgspec.to_builtins(question), "tries": 0},
        home=subject_of.home,
        lane="sharing",
        key=f"{matter}/{material.code}",
    )
    asked = ("asked", subject_of.home, matter)
    work.held[asked] = work.held.get(asked, 0) + 1


def stop_asking(command: StopAsking, work: Work) -> None:
    """停止取数: a case that is over has no purpose any more for which a department could be asked."""
    for asked in store.requests(work, command.home, command.id):
        if asked.state in ASKING:
            key = {"home": command.home, "matter": command.id, "material": asked.material}
            work.change(store.REQUEST, key, {"state": State.DROPPED, "settled_at": work.now, "reason": asked.reason})


def gather(command: Gather, work: Work) -> None:
    """数据共享取件: say what is there and what still pends; the case goes on, what is missing is asked for again."""
    asked = store.requests(work, command.home, command.id)
    there = sum(r.state not in ASKING for r in asked)
    fresh = work.held.get(("asked", command.home, command.id), 0)
    work.tell(Gathered(home=command.home, id=command.id, there=there, pending=len(asked) - there + fresh))


def fetch_runner(departments: Departments) -> Runner:
    """How a fetch errand is run: ask with no transaction open, then write answer and access together."""

    def outside(errand: Errand) -> Fetched | FetchFailed:
        try:
            return departments.fetch(msgspec.convert(errand.payload["question"], Fetch))
        except FetchFailed as failure:
            return failure

    return Runner(inside=_settle, outside=outside, wanted=_is_wanted)


def _is_wanted(work: Work, errand: Errand) -> bool:
    """Whether the case still lives and waits for this answer: else nobody is asked."""
    matter, material = UUID(errand.payload["matter"]), errand.payload["question"]["material"]
    return store.request(work, errand.home, matter, material).state in ASKING


def _settle(work: Work, errand: Errand, answer: Fetched | FetchFailed) -> None:
    matter = UUID(errand.payload["matter"])
    question: Mapping[str, Any] = errand.payload["question"]
    asked = store.request(work, errand.home, matter, question["material"])
    if asked.state not in ASKING:  # settled while this answer was on its way: it was read, but it is not kept
        if isinstance(answer, Fetched):
            _log(work, errand.home, asked, question["purpose"], State.FETCHED)
        return
    values: dict[str, object] = {"settled_at": work.now}
    if isinstance(answer, Fetched):
        state, values["reason"] = State.FETCHED, ""
        values |= {"record": answer.values, "record_version": answer.record_version, "as_of": answer.as_of}
    else:
        state, values["reason"] = State.NO_RECORD if answer.kind == "no_record" else State.FAILED, answer.kind
    work.change(
        store.REQUEST,
        {"home": errand.home, "matter": matter, "material": asked.material},
        {**values, "state": state},
        # Not locked but guarded: an act on the case holds the case first and then what was asked for it.
        {"state": asked.state},
    )
    _log(work, errand.home, asked, question["purpose"], state)
    if isinstance(answer, FetchFailed) and answer.retryable:
        _again(work, errand, asked)
    if state is not asked.state:
        work.tell(DataFetched(home=errand.home, id=matter, material=asked.material, line=asked.line, state=state))


def _again(work: Work, errand: Errand, asked: Request) -> None:
    """The source did not answer: ask again later, longer and longer, never the applicant (R38)."""
    tries = errand.payload["tries"] + 1
    work.later(
        FETCH,
        {**errand.payload, "tries": tries},
        home=errand.home,
        due=work.now + wait(tries),
        lane="sharing",
        key=f"{asked.matter}/{asked.material}",
    )


def _log(work: Work, home: int, asked: Request, purpose: str, outcome: str) -> None:
    store.log_access(
        work,
        home,
        asked.subject,
        asked.matter,
        asked.item,
        asked.material,
        asked.line,
        asked.data_items,
        purpose,
        outcome,
        person=asked.requested_by,
        organisation=asked.requested_for,
    )


def held(work: Work, home: int, matter: UUID) -> list[Request]:
    """What departments have answered for a case; for code of the case's own desks, which show where each came from."""
    return store.requests(work, home, matter)


def read_held(work: Work, home: int, matter: UUID, purpose: str, only: Container[str] | None = None) -> list[Request]:
    """What departments have answered, read by an official for a purpose: every material read is written down; `only`
    these materials, where the purpose reaches no further.
    """
    asked = [r for r in store.requests(work, home, matter) if only is None or r.material in only]
    for r in asked:
        if r.state in THERE:
            store.log_access(work, home, r.subject, matter, r.item, r.material, r.line, r.data_items, purpose, "read")
    return asked


def confirm(work: Work, home: int, matter: UUID, material: str) -> None:
    """确认: the applicant says that a fetched record is right. 规定 7(2)"""
    asked = store.request(work, home, matter, material)
    if asked.state is not State.FETCHED:
        raise Conflict("sharing.not_fetched", material=material)
    key = {"home": home, "matter": matter, "material": material}
    confirmed = {"state": State.CONFIRMED, "settled_at": asked.settled_at, "reason": asked.reason}
    work.change(store.REQUEST, key, confirmed, {"state": asked.state})


def dispute(work: Work, home: int, matter: UUID, material: str, own: Mapping[str, str], reason: str) -> None:
    """数据异议: the applicant says a record is wrong; the applicant's own word prevails, the source is told. 规定
    7(2)
    """
    asked = store.request(work, home, matter, material)
    if asked.state not in THERE:
        raise Conflict("sharing.not_fetched", material=material)
    work.change(
        store.REQUEST,
        {"home": home, "matter": matter, "material": material},
        {"state": State.DISPUTED, "settled_at": asked.settled_at, "own": dict(own), "reason": reason},
        {"state": asked.state},
    )
    of = store.subject(work, home, asked.subject)
    correction = Correction(
        notice_id=work.new_id(),
        line=asked.line,
        resource=asked.resource,
        item=asked.item,
        case=str(matter),
        material=material,
        record_version=asked.record_version,
        subject_kind=of.kind,
        subject_identifier=of.identifier,
        own=own,
        reason=reason,
    )
    work.later(TELL, msgspec.to_builtins(correction), home=home, lane="sharing", key=f"{matter}/{material}")
    work.tell(DataDisputed(home=home, id=matter, material=material, line=asked.line))


def tell_runner(departments: Departments) -> Runner:
    """How a source is told of a dispute: again and again until it has taken it, the same notice each time."""

    def outside(errand: Errand) -> None:
        try:
            departments.tell(msgspec.convert(errand.payload, Correction))
        except FetchFailed as failure:
            raise Retry(failure.kind) from failure

    return Runner(inside=lambda _work, _errand, _answer: None, outside=outside)


def accesses(work: Work, of: Subject, limit: int = 50, offset: int = 0) -> list[AccessRow]:
    """谁看过我的数据: every reading of a subject's data, the newest first."""
    return store.accesses(work, of.home, of.id, limit, offset)
