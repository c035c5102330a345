"""表单校验 — what an applicant writes is checked against the types of the data items, everything at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from yiwang.catalogue.messages import DataItem, Item
from yiwang.catalogue.rules.needs import Answers, needs
from yiwang.ground.outcome import FieldError, Invalid

LIMITS = {"text": 200, "long_text": 4000, "address": 300, "code": 40}
ROWS = 50
_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\s*(?:/|至|~)\s*(\d{4})-(0[1-9]|1[0-2])")
_MOST = Decimal("1e15")


def check_form(item: Item, answers: Answers, form: Mapping[str, object]) -> dict[str, object]:
    """表单校验: the form with its values in normal writing; Invalid names every field that is missing or wrong.

    Only what the applicant is to write is taken: values for data items that a department holds are refused, so that
    no browser can pass its own text off as register data (field.not_yours).
    """
    fields = {d.code: d for d in needs(item, answers).fields}
    errors = [
        FieldError(str(code)[:60], "field.not_yours", {})
        for code in form
        if code not in fields and code in _all_codes(item)
    ]
    checked: dict[str, object] = {}
    for code, field in fields.items():
        value = form.get(code)
        if field.repeats:
            rows = value if isinstance(value, list | tuple) else ([] if value in (None, "") else [value])
            if len(rows) > ROWS:
                errors.append(FieldError(code, "field.too_many", {"limit": ROWS}))
                continue
            checked[code] = [_check(field, row, errors) for row in rows]
            if field.required and not rows:
                errors.append(FieldError(code, "field.required", {}))
        else:
            checked[code] = _check(field, value, errors)
    if errors:
        raise Invalid("intake.form", errors=tuple(errors))
    return checked


def _all_codes(item: Item) -> frozenset[str]:
    return frozenset(d.code for m in item.materials for d in m.data_items)


def _check(field: DataItem, value: object, errors: list[FieldError]) -> str:
    text = "" if value is None else str(value).strip()
    if not text:
        if field.required:
            errors.append(FieldError(field.code, "field.required", {}))
        return ""
    problem, written = _typed(field, text)
    if problem:
        errors.append(FieldError(field.code, problem, {"limit": LIMITS.get(field.type, 200)}))
    return written


def _typed(field: DataItem, text: str) -> tuple[str, str]:
    """The problem code (empty when there is none) and the value in normal writing."""
    match field.type:
        case "money" | "number" | "integer":
            return _number(text, whole=field.type == "integer")
        case "date":
            try:
                date.fromisoformat(text)
            except ValueError:
                return "field.date", text
            return "", text
        case "period":
            found = _PERIOD.fullmatch(text)
            if not found or (found[1], found[2]) > (found[3], found[4]):
                return "field.period", text
            return "", f"{found[1]}-{found[2]}/{found[3]}-{found[4]}"
    return ("field.too_long" if len(text) > LIMITS.get(field.type, 200) else ""), text


def _number(text: str, *, whole: bool) -> tuple[str, str]:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return "field.number", text
    if not number.is_finite() or number < 0 or number > _MOST or (whole and number != number.to_integral_value()):
        return "field.number", text
    return "", format(number.normalize(), "f")
