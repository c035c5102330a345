"""放假通知 — a new year's notice as rows of a table: days off by festival, days worked instead, checked whole."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from yiwang.ground.outcome import FieldError, Invalid
from yiwang.ground.workdays import Special

FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "国庆节", "中秋节")
KINDS = {"放假": "holiday", "holiday": "holiday", "上班": "makeup", "makeup": "makeup"}
DAY, KIND, NAME, DOCUMENT = "日期", "类别", "节日", "文号"
SAMPLE = (
    f"{DAY},{KIND},{NAME},{DOCUMENT}\n2027-01-01..2027-01-03,放假,元旦,国办发明电〔2026〕9号\n2027-02-14,上班,春节,"
)
"""样例: how the rows of a notice begin."""
_SATURDAY = 5
_MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """通知: the number of the document, the one year it arranges, and its special days."""

    document: str
    year: int
    specials: tuple[Special, ...]


def rows_of(text: str) -> list[tuple[int, Mapping[str, str]]]:
    """读表 — the rows of a table as somebody pasted it, with commas or tabs, each with its line.

    Invalid `calendar.notice_wrong` for what is no table.
    """
    lines = text.strip().splitlines()
    reader = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",")
    try:
        return [
            (reader.line_num, {k.strip(): v for k, v in row.items() if isinstance(k, str) and isinstance(v, str)})
            for row in reader
        ]
    except csv.Error as error:
        wrong = FieldError(f"{reader.line_num + 1}.{DAY}", "field.shape")
        raise Invalid("calendar.notice_wrong", errors=(wrong,)) from error


def read(rows: Iterable[tuple[int, Mapping[str, str]]]) -> Notice:
    """读通知 — rows with their lines: 日期 (a day, or two with `..`), 类别 放假 or 上班, 节日, 文号 on the first.

    Invalid `calendar.notice_wrong` with everything that is wrong: a day that is none or comes twice, a working day said
    to be worked instead, another year, a festival that is missing, no document.
    """
    found: dict[dt.date, Special] = {}
    errors: list[FieldError] = []
    document, first = "", 0
    for line, row in rows:
        first = first or line
        document = document or row.get(DOCUMENT, "").strip()
        for special in _read_row(line, row, errors):
            if special.date in found:
                errors.append(FieldError(f"{line}.{DAY}", "calendar.twice", {"day": special.date.isoformat()}))
            found[special.date] = special
    year = _year(found.values())
    errors += _of_the_whole(first or 1, document, year, found)
    if errors:
        raise Invalid("calendar.notice_wrong", errors=tuple(errors))
    ordered = tuple(Special(s.date, s.kind, s.name, document) for s in sorted(found.values(), key=lambda s: s.date))
    return Notice(document, year, ordered)


def _read_row(line: int, row: Mapping[str, str], errors: list[FieldError]) -> Iterator[Special]:
    kind = KINDS.get(row.get(KIND, "").strip())
    name = row.get(NAME, "").strip()
    if kind is None:
        errors.append(FieldError(f"{line}.{KIND}", "field.choice"))
    if not any(festival in name for festival in FESTIVALS):
        errors.append(FieldError(f"{line}.{NAME}", "calendar.festival_unknown"))
    days = _days(row.get(DAY, ""))
    if not days:
        errors.append(FieldError(f"{line}.{DAY}", "field.date"))
    for day in days:
        if kind == "holiday":
            yield Special(day, "holiday", name)
        elif kind == "makeup" and day.weekday() < _SATURDAY:
            errors.append(FieldError(f"{line}.{DAY}", "calendar.worked_anyway", {"day": day.isoformat()}))
        elif kind == "makeup":
            yield Special(day, "makeup", name)


def _days(text: str) -> list[dt.date]:
    """A day, or all days from one to another; none for what is neither, or longer than any festival."""
    first, dots, last = text.strip().partition("..")
    try:
        begin = dt.date.fromisoformat(first.strip())
        end = dt.date.fromisoformat(last.strip()) if dots else begin
    except ValueError:
        return []
    length = (end - begin).days + 1
    return [begin + dt.timedelta(n) for n in range(length)] if 0 < length <= _MOST else []


def _year(specials: Iterable[Special]) -> int:
    """The year that most of the days lie in: a notice may reach a few days into its neighbours."""
    years = [special.date.year for special in specials]
    return max(set(years), key=years.count, default=0)


def _of_the_whole(line: int, document: str, year: int, found: Mapping[dt.date, Special]) -> Iterator[FieldError]:
    if not document:
        yield FieldError(f"{line}.{DOCUMENT}", "field.required")
    if not found:
        yield FieldError(f"{line}.{DAY}", "field.required")
        return
    near = (dt.date(year - 1, 12, 1), dt.date(year + 1, 1, 31))
    for day in sorted(day for day in found if not near[0] <= day <= near[1]):
        yield FieldError(f"{line}.{DAY}", "calendar.other_year", {"day": day.isoformat(), "year": year})
    said = "".join(s.name for s in found.values() if s.kind == "holiday" and s.date.year == year)
    for festival in FESTIVALS:
        if festival not in said:
            yield FieldError(f"{line}.{NAME}", "calendar.festival_missing", {"festival": festival})
