"""事项与字典 — an item as plain data and back: the form of YAML files, of stored versions and of digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from yiwang.catalogue.messages import (
    Answered,
    At,
    CaseType,
    Category,
    ClockEffect,
    Condition,
    DataItem,
    Edge,
    Fee,
    Flow,
    FlowKind,
    Guide,
    Item,
    JoinRule,
    Material,
    Necessity,
    Option,
    Question,
    Signing,
    Silence,
    Source,
    SourceKind,
    Step,
    StepKind,
    Who,
)
from yiwang.ground.chain import canonical
from yiwang.ground.clock import Ground, Limit
from yiwang.ground.outcome import FieldError, Invalid, Refused

Plain = dict[str, Any]
MOST_STEPS = 200
MOST_MATERIALS = 200
MOST_TEXT = 2000
MOST_VISITS = 99

W = TypeVar("W", bound=StrEnum)


def _without_empty(raw: Plain, keep: Sequence[str] = ()) -> Plain:
    return {k: v for k, v in raw.items() if k in keep or v not in (None, "", (), [], False, 0)}


def _limit(limit: Limit | None) -> str | None:
    return str(limit) if limit else None


def _condition(condition: Condition | None) -> Plain | None:
    return {condition.question: list(condition.values)} if condition else None


def _source(source: Source) -> Plain:
    return _without_empty({"kind": source.kind.value, "label": source.label, "line": source.line})


def _who(who: Who) -> str:
    return f"{who.line}@{who.at.value}:{who.role}"


def _step(step: Step) -> Plain:
    return _without_empty(
        {
            "id": step.id,
            "name": step.name,
            "name_en": step.name_en,
            "kind": step.kind.value,
            "who": _who(step.who) if step.who else None,
            "limit": _limit(step.limit),
            "clock": "" if step.clock is ClockEffect.RUNS else step.clock.value,
            "ground": step.ground.name if step.ground else None,
            "optional": step.optional,
            "silence": "" if step.silence is Silence.WAITS else step.silence.value,
            "opens": step.opens,
            "rule": "" if step.rule is JoinRule.ALL else step.rule.value,
            "need": step.need,
            "signing": "" if step.signing is Signing.ONE else step.signing.value,
            "persons": 0 if step.persons == 1 else step.persons,
            "votes": step.votes,
            "item": step.item,
            "experts": step.experts,
            "visits": step.visits,
            "visit_reason": step.visit_reason,
            "reads": list(step.reads),
            "gives": list(step.gives),
            "basis": step.basis,
        }
    )


def _data_item(field: DataItem) -> Plain:
    return _without_empty(
        {
            "code": field.code,
            "name": field.name,
            "name_en": field.name_en,
            "type": field.type,
            "source": _source(field.source),
            "optional": not field.required,
            "repeats": field.repeats,
            "derives": list(field.derives),
        }
    )


def _material(material: Material) -> Plain:
    return _without_empty(
        {
            "code": material.code,
            "name": material.name,
            "name_en": material.name_en,
            "category": material.category.value,
            "source": _source(material.source),
            "necessity": material.necessity.value,
            "when": _condition(material.when),
            "resource": material.resource,
            "checkpoints": list(material.checkpoints),
            "basis": material.basis,
            "data_items": [_data_item(d) for d in material.data_items],
        }
    )


def _question(question: Question) -> Plain:
    return _without_empty(
        {
            "code": question.code,
            "text": question.text,
            "text_en": question.text_en,
            "several": question.several,
            "options": [
                _without_empty({"value": o.value, "label": o.label, "label_en": o.label_en}) for o in question.options
            ],
        }
    )


def _guide(guide: Guide) -> Plain | None:
    return (
        _without_empty(
            {
                "phone": guide.phone,
                "complaints": guide.complaints,
                "online": guide.online,
                "channels": list(guide.channels),
                "fees": [{"name": f.name, "standard": f.standard, "basis": f.basis} for f in guide.fees],
                "pays_online": guide.pays_online,
                "sample": guide.sample,
                "asked": [{"question": a.question, "answer": a.answer} for a in guide.asked],
                "topics": list(guide.topics),
                "supervision": guide.supervision,
            }
        )
        or None
    )


def to_plain(item: Item) -> Plain:
    """An item as plain data: what YAML holds and what a version stores. Inverse of `from_plain`."""
    return _without_empty(
        {
            "code": item.code,
            "name": item.name,
            "name_en": item.name_en,
            "short": item.short,
            "line": item.line,
            "type": item.type,
            "sector": item.sector,
            "case_type": item.case_type.value,
            "legal": _limit(item.legal),
            "legal_basis": item.legal_basis,
            "promised": _limit(item.promised),
            "extension": _limit(item.extension),
            "tolerance": _limit(item.tolerance),
            "audience": list(item.audience),
            "result": item.result,
            "result_en": item.result_en,
            "result_kind": item.result_kind,
            "levels": list(item.levels),
            "supervisor": item.supervisor,
            "not_concentrated": not item.concentrated,
            "visits": item.visits,
            "guide": _guide(item.guide),
            "questions": [_question(q) for q in item.questions],
            "materials": [_material(m) for m in item.materials],
            "flow": {
                "kind": item.flow.kind.value,
                "lead": _who(item.flow.lead),
                "steps": [_step(s) for s in item.flow.steps],
                "edges": [
                    _without_empty({"from": e.source, "to": e.target, "when": _condition(e.when)})
                    for e in item.flow.edges
                ],
            },
        }
    )


def digest(item: Item) -> str:
    """版本摘要: SHA-256 of the item's canonical form, 64 hex digits."""
    return sha256(canonical(to_plain(item)).encode()).hexdigest()


def _storable(text: str) -> bool:
    """No database keeps NUL or half a character."""
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


class _Reader:
    """Reads plain data and remembers where it stands, so that an error names its place: item.materials.2.category."""

    def __init__(self, item: str) -> None:
        self.place: list[str] = [item]

    def fail(self, field: str, code: str, **facts: object) -> Invalid:
        return Invalid("catalogue.unreadable", errors=(FieldError(".".join([*self.place, field]), code, facts),))

    def text(self, raw: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = raw.get(key, default)
        if not isinstance(value, str | int) or isinstance(value, bool) or not _storable(str(value)):
            raise self.fail(key, "field.required" if value is None else "field.text")
        if default != "" and not str(value).strip():
            raise self.fail(key, "field.required")
        if len(str(value)) > MOST_TEXT:
            raise self.fail(key, "field.too_long", limit=MOST_TEXT)
        return str(value)

    def texts(self, raw: Mapping[str, Any], key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = raw.get(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) and _storable(v) for v in value):
            raise self.fail(key, "field.list")
        if default and not value:
            raise self.fail(key, "field.required")
        return tuple(value)

    def word(self, raw: Mapping[str, Any], key: str, words: type[W], default: W | None = None) -> W:
        text = self.text(raw, key, default.value if default else None)
        try:
            return words(text)
        except ValueError as error:
            raise self.fail(key, "field.choice", value=text[:40]) from error

    def flag(self, raw: Mapping[str, Any], key: str) -> bool:
        value = raw.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(key, "field.choice")
        return value

    def count(self, raw: Mapping[str, Any], key: str) -> int:
        value = raw.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_VISITS:
            raise self.fail(key, "field.number")
        return value

    def rows(self, raw: Mapping[str, Any], key: str, most: int) -> Iterator[Mapping[str, Any]]:
        """Row by row; whatever fails before the next one is asked for fails at this row (counted from 1)."""
        value = raw.get(key, [])
        if not isinstance(value, list):
            raise self.fail(key, "field.list")
        if len(value) > most:
            raise self.fail(key, "field.too_many", limit=most)
        for number, row in enumerate(value, start=1):
            if not isinstance(row, dict):
                raise self.fail(f"{key}.{number}", "field.list")
            self.place.append(f"{key}.{number}")
            yield row
            self.place.pop()

    def limit(self, raw: Mapping[str, Any], key: str) -> Limit | None:
        text = self.text(raw, key, "")
        try:
            return Limit.parse(text) if text else None
        except Refused as error:
            raise self.fail(key, "field.limit", value=text[:40]) from error

    def condition(self, raw: Mapping[str, Any]) -> Condition | None:
        value = raw.get("when")
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) != 1:
            raise self.fail("when", "field.condition")
        ((question, values),) = value.items()
        values = [values] if isinstance(values, str) else values
        words = (question, *values) if isinstance(values, list) and values else (None,)
        if not all(isinstance(word, str) and _storable(word) for word in words):
            raise self.fail("when", "field.condition")
        return Condition(question=question, values=tuple(values))

    def source(self, raw: Mapping[str, Any]) -> Source:
        value = raw.get("source", {"kind": "self", "label": "自行填写"})
        if not isinstance(value, dict):
            raise self.fail("source", "field.source")
        self.place.append("source")
        kind = self.word(value, "kind", SourceKind)
        source = Source(kind=kind, label=self.text(value, "label"), line=self.text(value, "line", ""))
        self.place.pop()
        return source

    def who(self, raw: Mapping[str, Any], key: str) -> Who:
        text = self.text(raw, key)
        line, _, rest = text.partition("@")
        at, _, role = rest.partition(":")
        try:
            return Who(line=line, at=At(at), role=role)
        except ValueError as error:
            raise self.fail(key, "field.who", value=text[:40]) from error

    def ground(self, raw: Mapping[str, Any]) -> Ground | None:
        text = self.text(raw, "ground", "")
        try:
            return Ground.parse(text) if text else None
        except Refused as error:
            raise self.fail("ground", "field.choice", value=text[:40]) from error


def from_plain(raw: object) -> Item:
    """An item from plain data; Invalid names the place that cannot be read."""
    if not isinstance(raw, dict):
        raise _Reader("?").fail("item", "field.list")
    return _read_item(_Reader(str(raw.get("code", "?"))[:40]), raw)


def _read_item(r: _Reader, raw: Mapping[str, Any]) -> Item:
    return Item(
        code=r.text(raw, "code"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        short=r.text(raw, "short", ""),
        line=r.text(raw, "line"),
        type=r.text(raw, "type"),
        sector=r.text(raw, "sector", ""),
        case_type=r.word(raw, "case_type", CaseType, CaseType.PROMISED),
        legal=r.limit(raw, "legal"),
        legal_basis=r.text(raw, "legal_basis", ""),
        promised=r.limit(raw, "promised"),
        extension=r.limit(raw, "extension"),
        tolerance=r.limit(raw, "tolerance"),
        audience=r.texts(raw, "audience", ("person", "firm")),
        result=r.text(raw, "result", ""),
        result_en=r.text(raw, "result_en", ""),
        result_kind=r.text(raw, "result_kind", "document"),
        levels=r.texts(raw, "levels"),
        supervisor=r.text(raw, "supervisor", ""),
        concentrated=not r.flag(raw, "not_concentrated"),
        visits=r.count(raw, "visits"),
        guide=_read_guide(r, raw),
        questions=tuple(_read_question(r, q) for q in r.rows(raw, "questions", 50)),
        materials=tuple(_read_material(r, m) for m in r.rows(raw, "materials", MOST_MATERIALS)),
        flow=_read_flow(r, raw),
    )


def _read_guide(r: _Reader, item: Mapping[str, Any]) -> Guide:
    raw = item.get("guide", {})
    if not isinstance(raw, dict):
        raise r.fail("guide", "field.list")
    r.place.append("guide")
    guide = Guide(
        phone=r.text(raw, "phone", ""),
        complaints=r.text(raw, "complaints", ""),
        online=r.count(raw, "online"),
        channels=r.texts(raw, "channels"),
        fees=tuple(
            Fee(name=r.text(f, "name"), standard=r.text(f, "standard", ""), basis=r.text(f, "basis", ""))
            for f in r.rows(raw, "fees", 50)
        ),
        pays_online=r.flag(raw, "pays_online"),
        sample=r.text(raw, "sample", ""),
        asked=tuple(
            Answered(question=r.text(a, "question"), answer=r.text(a, "answer")) for a in r.rows(raw, "asked", 100)
        ),
        topics=r.texts(raw, "topics"),
        supervision=r.text(raw, "supervision", ""),
    )
    r.place.pop()
    return guide


def _read_question(r: _Reader, raw: Mapping[str, Any]) -> Question:
    return Question(
        code=r.text(raw, "code"),
        text=r.text(raw, "text"),
        text_en=r.text(raw, "text_en", ""),
        several=r.flag(raw, "several"),
        options=tuple(
            Option(value=r.text(o, "value"), label=r.text(o, "label"), label_en=r.text(o, "label_en", ""))
            for o in r.rows(raw, "options", 100)
        ),
    )


def _read_material(r: _Reader, raw: Mapping[str, Any]) -> Material:
    return Material(
        code=r.text(raw, "code"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        category=r.word(raw, "category", Category, Category.OTHER),
        source=r.source(raw),
        necessity=r.word(raw, "necessity", Necessity, Necessity.REQUIRED),
        when=r.condition(raw),
        resource=r.text(raw, "resource", ""),
        checkpoints=r.texts(raw, "checkpoints"),
        basis=r.text(raw, "basis", ""),
        data_items=tuple(
            DataItem(
                code=r.text(d, "code"),
                name=r.text(d, "name"),
                name_en=r.text(d, "name_en", ""),
                type=r.text(d, "type", "text"),
                source=r.source(d),
                required=not r.flag(d, "optional"),
                repeats=r.flag(d, "repeats"),
                derives=r.texts(d, "derives"),
            )
            for d in r.rows(raw, "data_items", 200)
        ),
    )


def _read_flow(r: _Reader, item: Mapping[str, Any]) -> Flow:
    raw = item.get("flow")
    if not isinstance(raw, dict):
        raise r.fail("flow", "field.required")
    r.place.append("flow")
    flow = Flow(
        kind=r.word(raw, "kind", FlowKind),
        lead=r.who(raw, "lead"),
        steps=tuple(_read_step(r, s) for s in r.rows(raw, "steps", MOST_STEPS)),
        edges=tuple(
            Edge(source=r.text(e, "from"), target=r.text(e, "to"), when=r.condition(e))
            for e in r.rows(raw, "edges", 4 * MOST_STEPS)
        ),
    )
    r.place.pop()
    return flow


def _read_step(r: _Reader, raw: Mapping[str, Any]) -> Step:
    return Step(
        id=r.text(raw, "id"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        kind=r.word(raw, "kind", StepKind),
        who=r.who(raw, "who") if raw.get("who") else None,
        limit=r.limit(raw, "limit"),
        clock=r.word(raw, "clock", ClockEffect, ClockEffect.RUNS),
        ground=r.ground(raw),
        optional=r.flag(raw, "optional"),
        silence=r.word(raw, "silence", Silence, Silence.WAITS),
        opens=r.text(raw, "opens", ""),
        rule=r.word(raw, "rule", JoinRule, JoinRule.ALL),
        need=r.count(raw, "need"),
        signing=r.word(raw, "signing", Signing, Signing.ONE),
        persons=max(1, r.count(raw, "persons")),
        votes=r.count(raw, "votes"),
        item=r.text(raw, "item", ""),
        experts=r.count(raw, "experts"),
        visits=r.count(raw, "visits"),
        visit_reason=r.text(raw, "visit_reason", ""),
        reads=r.texts(raw, "reads"),
        gives=r.texts(raw, "gives"),
        basis=r.text(raw, "basis", ""),
    )
