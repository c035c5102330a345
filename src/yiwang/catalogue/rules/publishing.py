"""公布条件 — what must hold before a version may be put in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yiwang.catalogue.messages import FlowKind, Item, Material, Signature, SourceKind
from yiwang.catalogue.rules.needs import MOST_TOLERANCE, tolerable
from yiwang.catalogue.rules.structure import problems, unsigned
from yiwang.ground.clock import Limit, Unit
from yiwang.ground.outcome import FieldError, Invalid, Refused

JOINT_CEILING = 45  # 行政许可法 42(2)


def shorter(promised: Limit, legal: Limit) -> bool:
    """承诺不长于法定: compared in the same unit, or a working day as one calendar day at least (V18, 规定 12)."""
    if promised.unit is Unit.SPOT:
        return True
    if legal.unit is Unit.SPOT:
        return False
    if promised.unit is legal.unit:
        return promised.n <= legal.n
    if legal.unit is Unit.CALENDAR and promised.unit is Unit.WORKDAY:
        return promised.n <= legal.n
    return True


def check_publishable(item: Item, signatures: Iterable[Signature]) -> None:
    """公布检查: Refused when a department in the flow has not signed (R51), Invalid with everything else that is
    wrong.
    """
    errors = [FieldError("flow", code, {}) for code in problems(item.flow, frozenset(q.code for q in item.questions))]
    if item.promised and item.legal and not shorter(item.promised, item.legal):
        errors.append(FieldError("promised", "catalogue.promise_over_legal", {"legal": str(item.legal)}))
    joint = item.flow.kind is FlowKind.JOINT and item.promised is not None and item.promised.unit is Unit.WORKDAY
    if joint and item.promised and item.promised.n > JOINT_CEILING:
        errors.append(FieldError("promised", "catalogue.joint_ceiling", {"limit": JOINT_CEILING}))
    errors += [FieldError("tolerance", code, {"most": MOST_TOLERANCE}) for code in _tolerance(item)]
    if not item.supervisor:
        errors.append(FieldError("supervisor", "catalogue.no_supervisor", {}))  # R33, V25
    if item.visits > 1:
        errors.append(FieldError("visits", "catalogue.second_visit", {}))  # R01, 规定 2
    for material in item.materials:
        errors += [FieldError(f"materials.{material.code}", code, {}) for code in _sources(material)]
    if errors:
        raise Invalid("catalogue.not_publishable", errors=tuple(errors), item=item.name)
    lines = unsigned(item, signatures)
    if lines:
        raise Refused("catalogue.unsigned", clause="种子 二(二) 分别签字确认", item=item.name, lines=lines)


def _tolerance(item: Item) -> Iterator[str]:
    """容缺期限: in working days, not without end, and only where the item lists what may follow (V20, 规定 4, 11)."""
    if item.tolerance is None:
        return
    if item.tolerance.unit is not Unit.WORKDAY or item.tolerance.n > MOST_TOLERANCE:
        yield "catalogue.tolerance_range"
    if not any(map(tolerable, item.materials)):
        yield "catalogue.tolerance_of_nothing"


def _sources(material: Material) -> Iterator[str]:
    """来源问题: what departments hold of a material can be asked for: of one line, in one of its resources (R47)."""
    sources = {d.source for d in material.data_items} or {material.source}
    lines = [s.line for s in sources if s.kind is SourceKind.DEPARTMENT]
    if lines and not (all(lines) and material.resource):
        yield "catalogue.source_without_resource"
    if len(set(lines)) > 1:
        yield "catalogue.two_sources"
