"""事项与字典 — an item as plain data and back: the form of YAML files, of stored versions and of digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from yiwang.catalogue.messages import (
    At,
    CaseType,
    Category,
    ClockEffect,
    Condition,
    DataItem,
    Edge,
    Flow,
    FlowKind,
    Item,
    Material,
    Necessity,
    Option,
    Question,
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
            "audience": list(item.audience),
            "result": item.result,
            "result_kind": item.result_kind,
            "levels": list(item.levels),
            "supervisor": item.supervisor,
            "not_concentrated": not item.concentrated,
            "visits": item.visits,
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


class _Reader:
    """Reads plain data and remembers where it stands, so that an error names its place."""

    def __init__(self) -> None:
        self.place: list[str] = []

    def fail(self, code: str, **facts: object) -> Invalid:
        return Invalid("catalogue.unreadable", errors=(FieldError(".".join(self.place), code, facts),))

    def text(self, raw: Mapping[str, Any], key: str, default: str | None = None) -> str:
        value = raw.get(key, default)
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise self.fail("field.required" if value is None else "field.text", field=key)
        if len(str(value)) > 2000:
            raise self.fail("field.too_long", field=key, limit=2000)
        return str(value)

    def rows(self, raw: Mapping[str, Any], key: str, most: int) -> list[Mapping[str, Any]]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail("field.list", field=key)
        if len(value) > most:
            raise self.fail("field.too_many", field=key, limit=most)
        return value

    def limit(self, raw: Mapping[str, Any], key: str) -> Limit | None:
        text = self.text(raw, key, "")
        try:
            return Limit.parse(text) if text else None
        except Refused as error:
            raise self.fail("field.limit", field=key, value=text) from error

    def condition(self, raw: Mapping[str, Any]) -> Condition | None:
        value = raw.get("when")
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) != 1:
            raise self.fail("field.condition", field="when")
        ((question, values),) = value.items()
        values = [values] if isinstance(values, str) else values
        return Condition(question=str(question), values=tuple(str(v) for v in values))

    def source(self, raw: Mapping[str, Any]) -> Source:
        value = raw.get("source", {"kind": "self", "label": "自行填写"})
        if not isinstance(value, dict):
            raise self.fail("field.source", field="source")
        try:
            kind = SourceKind(self.text(value, "kind"))
        except ValueError as error:
            raise self.fail("field.choice", field="source.kind") from error
        return Source(kind=kind, label=self.text(value, "label"), line=self.text(value, "line", ""))

    def who(self, text: str) -> Who:
        line, _, rest = text.partition("@")
        at, _, role = rest.partition(":")
        try:
            return Who(line=line, at=At(at), role=role)
        except ValueError as error:
            raise self.fail("field.who", value=text) from error


def from_plain(raw: Mapping[str, Any]) -> Item:
    """An item from plain data; Invalid names the place that cannot be read."""
    reader = _Reader()
    reader.place.append(str(raw.get("code", "?")))
    try:
        return _read_item(reader, raw)
    except ValueError as error:  # an enumeration's unknown word
        raise reader.fail("field.choice", value=str(error)) from error


def _read_item(r: _Reader, raw: Mapping[str, Any]) -> Item:
    return Item(
        code=r.text(raw, "code"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        short=r.text(raw, "short", ""),
        line=r.text(raw, "line"),
        type=r.text(raw, "type"),
        sector=r.text(raw, "sector", ""),
        case_type=CaseType(r.text(raw, "case_type", "promised")),
        legal=r.limit(raw, "legal"),
        legal_basis=r.text(raw, "legal_basis", ""),
        promised=r.limit(raw, "promised"),
        extension=r.limit(raw, "extension"),
        audience=tuple(raw.get("audience", ("person", "firm"))),
        result=r.text(raw, "result", ""),
        result_kind=r.text(raw, "result_kind", "document"),
        levels=tuple(raw.get("levels", ())),
        supervisor=r.text(raw, "supervisor", ""),
        concentrated=not raw.get("not_concentrated", False),
        visits=int(raw.get("visits", 0)),
        questions=tuple(_read_question(r, q) for q in r.rows(raw, "questions", 50)),
        materials=tuple(_read_material(r, m) for m in r.rows(raw, "materials", MOST_MATERIALS)),
        flow=_read_flow(r, raw.get("flow", {})),
    )


def _read_question(r: _Reader, raw: Mapping[str, Any]) -> Question:
    return Question(
        code=r.text(raw, "code"),
        text=r.text(raw, "text"),
        text_en=r.text(raw, "text_en", ""),
        several=bool(raw.get("several", False)),
        options=tuple(
            Option(value=r.text(o, "value"), label=r.text(o, "label"), label_en=r.text(o, "label_en", ""))
            for o in r.rows(raw, "options", 100)
        ),
    )


def _read_material(r: _Reader, raw: Mapping[str, Any]) -> Material:
    r.place.append(r.text(raw, "code"))
    material = Material(
        code=r.text(raw, "code"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        category=Category(r.text(raw, "category", "other")),
        source=r.source(raw),
        necessity=Necessity(r.text(raw, "necessity", "required")),
        when=r.condition(raw),
        resource=r.text(raw, "resource", ""),
        checkpoints=tuple(str(c) for c in raw.get("checkpoints", ())),
        basis=r.text(raw, "basis", ""),
        data_items=tuple(
            DataItem(
                code=r.text(d, "code"),
                name=r.text(d, "name"),
                name_en=r.text(d, "name_en", ""),
                type=r.text(d, "type", "text"),
                source=r.source(d),
                required=not d.get("optional", False),
                repeats=bool(d.get("repeats", False)),
            )
            for d in r.rows(raw, "data_items", 200)
        ),
    )
    r.place.pop()
    return material


def _read_flow(r: _Reader, raw: Mapping[str, Any]) -> Flow:
    r.place.append("flow")
    flow = Flow(
        kind=FlowKind(r.text(raw, "kind")),
        lead=r.who(r.text(raw, "lead")),
        steps=tuple(_read_step(r, s) for s in r.rows(raw, "steps", MOST_STEPS)),
        edges=tuple(
            Edge(source=r.text(e, "from"), target=r.text(e, "to"), when=r.condition(e))
            for e in r.rows(raw, "edges", 4 * MOST_STEPS)
        ),
    )
    r.place.pop()
    return flow


def _read_step(r: _Reader, raw: Mapping[str, Any]) -> Step:
    r.place.append(r.text(raw, "id"))
    who, ground = r.text(raw, "who", ""), r.text(raw, "ground", "")
    step = Step(
        id=r.text(raw, "id"),
        name=r.text(raw, "name"),
        name_en=r.text(raw, "name_en", ""),
        kind=StepKind(r.text(raw, "kind")),
        who=r.who(who) if who else None,
        limit=r.limit(raw, "limit"),
        clock=ClockEffect(r.text(raw, "clock", "runs")),
        ground=Ground.parse(ground) if ground else None,
        optional=bool(raw.get("optional", False)),
        silence=Silence(r.text(raw, "silence", "waits")),
        opens=r.text(raw, "opens", ""),
        visits=int(raw.get("visits", 0)),
        visit_reason=r.text(raw, "visit_reason", ""),
        reads=tuple(str(x) for x in raw.get("reads", ())),
        gives=tuple(str(x) for x in raw.get("gives", ())),
        basis=r.text(raw, "basis", ""),
    )
    r.place.pop()
    return step
