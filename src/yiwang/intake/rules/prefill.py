"""预填 — what the applicant need not write again: what a register or an earlier application has said already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yiwang.catalogue.messages import DataItem

APPLICANT = frozenset({"申请人", "申请单位", "单位名称", "企业名称", "机构名称", "项目单位", "姓名"})
"""申请人名称: what lists of data items call the applicant's own name."""

AMONG = ("text", "address", "code")
"""可沿用: the types of data items that stay the same from one application to the next."""


@dataclass(frozen=True, slots=True)
class Known:
    """已知: a value with the department it came from; none for the applicant's own earlier word."""

    value: str
    source: str = ""


def known(
    fields: Iterable[DataItem],
    applicant: str,
    records: Iterable[tuple[str, Mapping[str, object]]],
    earlier: Iterable[Mapping[str, object]],
) -> dict[str, Known]:
    """一次填报: what each field can be filled with. A department's record goes before the applicant's earlier word.

    `records` are pairs of a department's name and what it holds; `earlier` are forms, the newest first.
    """
    there = list(records)
    before = list(earlier)
    found: dict[str, Known] = {}
    for field in fields:
        values = [Known(str(record[field.code]), source) for source, record in there if record.get(field.code)]
        if field.name in APPLICANT:
            values.append(Known(applicant))
        if field.type in AMONG and not field.repeats:
            values += [Known(str(form[field.code])) for form in before if form.get(field.code)]
        if values:
            found[field.code] = values[0]
    return found
