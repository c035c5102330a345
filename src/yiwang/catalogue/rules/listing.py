"""读清单 — the seed's six columns and the demo list of items, read into items; errors by row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from yiwang.catalogue.messages import (
    CaseType,
    Category,
    Condition,
    DataItem,
    Flow,
    Item,
    Material,
    Necessity,
    Option,
    Question,
    Source,
    SourceKind,
)
from yiwang.catalogue.rules import defaults
from yiwang.catalogue.rules.sources import CATEGORIES, SELF_WORDS, is_known, line_of, source_of
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import FieldError, Invalid

COLUMNS = ("部门", "事项名称", "材料类别", "材料名称", "数据项", "数据来源")
MOST_ROWS = 50_000
MOST_TEXT = 200
_UNITS = {"workday": "wd", "calendar": "d"}
_AUDIENCE = {"自然人": ("person",)}

Row = Mapping[str, str]


def read_rows(rows: Sequence[Row]) -> dict[tuple[str, str], list[Material]]:
    """六列清单: materials by (department, item), in the order of the list. R59–R61

    A row stands for a data item, or for a whole material.

    Invalid names every bad cell as `row.column`; nothing is taken from a list with an error.
    """
    if len(rows) > MOST_ROWS:
        raise Invalid("catalogue.too_many_rows", limit=MOST_ROWS)
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing:
        raise Invalid("catalogue.list", errors=tuple(FieldError(f"1.{c}", "catalogue.no_column") for c in missing))
    errors: list[FieldError] = []
    found: dict[tuple[str, str], dict[str, Material]] = {}
    for number, row in enumerate(rows, start=2):
        bad = [*_cells(number, row)]
        errors += bad
        if bad:
            continue
        department = row["部门"].strip()
        source = source_of(row["数据来源"].strip(), line_of(department))
        errors += _take(found.setdefault((department, row["事项名称"].strip()), {}), number, row, source)
    if errors:
        raise Invalid("catalogue.list", errors=tuple(errors))
    return {key: list(materials.values()) for key, materials in found.items()}


def _cells(number: int, row: Row) -> Iterable[FieldError]:
    for column in COLUMNS:
        value = (row.get(column) or "").strip()
        if not value and column != "数据项":
            yield FieldError(f"{number}.{column}", "field.required", {})
        elif len(value) > MOST_TEXT:
            yield FieldError(f"{number}.{column}", "field.too_long", {"limit": MOST_TEXT})
        elif column == "材料类别" and value not in CATEGORIES:
            yield FieldError(f"{number}.{column}", "field.choice", {"value": value[:40]})
        elif column in ("部门", "数据来源") and not is_known(value):
            yield FieldError(f"{number}.{column}", "catalogue.unknown_source", {"value": value[:40]})


def _take(materials: dict[str, Material], number: int, row: Row, source: Source) -> list[FieldError]:
    """Add a row to its material; errors when it says something else of the material than the rows before, or the same
    again.
    """
    name, field = row["材料名称"].strip(), (row.get("数据项") or "").strip()
    category = CATEGORIES[row["材料类别"].strip()]
    known = materials.get(name)
    if known is None:
        known = Material(code=f"m{len(materials) + 1}", name=name, category=category, source=source)
    elif known.category is not category:
        return [FieldError(f"{number}.材料类别", "catalogue.other_category", {"value": name[:40]})]
    elif not (field and known.data_items) or field in {d.name for d in known.data_items}:
        return [FieldError(f"{number}.数据项", "catalogue.row_twice", {"value": (field or name)[:40]})]
    if field:
        code = f"{known.code}_d{len(known.data_items) + 1}"
        known = replace(known, data_items=(*known.data_items, DataItem(code=code, name=field, source=source)))
    materials[name] = known
    return []


def to_rows(department: str, name: str, materials: Iterable[Material]) -> list[dict[str, str]]:
    """回到六列: the same list that `read_rows` reads."""
    words = {category: word for word, category in CATEGORIES.items()}
    rows = []
    for material in materials:
        fields = [(d.name, d.source.label) for d in material.data_items] or [("", material.source.label)]
        rows += [
            dict(zip(COLUMNS, (department, name, words[material.category], material.name, f, s), strict=True))
            for f, s in fields
        ]
    return rows


# ── the demo list of items ──────────────────────────────────────────────────────────────────────────


def item_of(row: Row, materials: Sequence[Row], resources: Mapping[tuple[str, str], Row]) -> Item:
    """清单事项: an item of the list with the default flow of its kind. `resources` by (material, source label)."""
    line = line_of(row["department_2017"])
    promised = _limit(row["promised_n_demo"], row["promised_unit"])
    legal = _limit(row["legal_n"], row["legal_unit"])
    special = row["special_procedures"]
    form = next((n for n, m in enumerate(materials, start=1) if CATEGORIES[m["category"]] is Category.FORM), 0)
    taken = tuple(_material(n, m, resources, first_form=n == form) for n, m in enumerate(materials, start=1))
    return Item(
        code=row["zj_code_demo"],
        name=row["name_zh"],
        name_en=row["name_en"],
        line=line,
        type=row["type_code"],
        sector=row["sector"],
        case_type=CaseType.SPOT if row["case_type"] == "即办件" else CaseType.PROMISED,
        flow=_flow(row, line, promised, special),
        legal=legal,
        legal_basis=row["legal_basis"],
        promised=promised,
        extension=Limit.parse("10wd") if row["type_code"] == "01" and legal else None,
        audience=_AUDIENCE.get(row["audience"], ("firm",)),
        result=row["result"],
        result_en=row["result_en"],
        result_kind="licence" if row["result"].endswith(("证", "证书", "照")) else "document",
        levels=tuple(row["levels"].split("/")),
        supervisor=line,
        concentrated="年检" not in row["name_zh"],
        visits=int(row["visits"]),
        questions=_questions(taken),
        materials=taken,
    )


def _limit(n: str, unit: str) -> Limit | None:
    if unit == "spot":
        return Limit.parse("spot")
    return Limit.parse(f"{n}{_UNITS[unit]}") if n and unit in _UNITS else None


def _flow(row: Row, line: str, promised: Limit | None, special: str) -> Flow:
    if row["case_type"] == "即办件":
        return defaults.spot_flow(int(row["visits"]))
    visits = int(row["visits"])
    others = [(line_of(name), re.sub(r"[（(].*", "", name)) for name in _names(row["other_departments"])]
    others = [(key, name) for key, name in dict(others).items() if key != line]
    if row["flow_kind"] == "JOINT" and others:
        return defaults.joint_flow([("*", row["department_2017"].split("(")[0]), *others], promised, special, visits)
    if row["flow_kind"] == "LEAD_CONSULT" and others:
        return defaults.consult_flow(others, promised, special, visits)
    return defaults.single_flow(promised, special, visits)


def _names(words: str) -> list[str]:
    plain = re.sub(r"[（(][^）)]*[）)]", "", words)
    return [w for w in plain.split("、") if w and w not in ("海关", "银行")]


def _material(number: int, row: Row, resources: Mapping[tuple[str, str], Row], *, first_form: bool) -> Material:
    code, name = f"m{number}", row["material"]
    necessity = {"特定情形": Necessity.WHEN, "容缺后补": Necessity.TOLERABLE}.get(row["necessity"], Necessity.REQUIRED)
    when = Condition(question=f"has_{code}", values=("yes",)) if necessity is Necessity.WHEN else None
    category = CATEGORIES[row["category"]]
    if row["source"] in SELF_WORDS or row["source_kind"] != "DEPARTMENT":
        source = Source(kind=SourceKind.SELF, label=row["source"])
        fields = (_form_fields(code) if first_form else _form_content(code, row)) if category is Category.FORM else ()
        return Material(
            code=code,
            name=name,
            name_en=row["material_en"],
            category=category,
            source=source,
            necessity=necessity,
            when=when,
            data_items=fields,
            checkpoints=("名称与申请人一致", "内容齐全、清晰可辨"),
        )
    held = resources[(name, row["source"])]
    return Material(
        code=code,
        name=name,
        name_en=row["material_en"],
        category=category,
        source=Source(kind=SourceKind.DEPARTMENT, label=row["source"], line=held["line"]),
        necessity=necessity,
        when=when,
        resource=held["resource"],
    )


def _form_fields(code: str) -> tuple[DataItem, ...]:
    own = Source(kind=SourceKind.SELF, label="自行填写")
    names = (
        ("contact", "联系人", "Contact person", "text"),
        ("contact_phone", "联系电话", "Contact phone", "text"),
        ("contact_address", "联系地址", "Contact address", "address"),
        ("request", "申请事由", "What is applied for", "long_text"),
    )
    return tuple(DataItem(code=f"{code}_{k}", name=zh, name_en=en, type=t, source=own) for k, zh, en, t in names)


def _form_content(code: str, row: Row) -> tuple[DataItem, ...]:
    """A further form asks its own content only: who applies stands in the first."""
    own = Source(kind=SourceKind.SELF, label="自行填写")
    name, english = f"{row['material']}内容", f"Content of: {row['material_en']}"
    return (DataItem(code=f"{code}_content", name=name, name_en=english, type="long_text", source=own),)


def _questions(materials: Sequence[Material]) -> tuple[Question, ...]:
    yes_no = (Option(value="yes", label="是", label_en="Yes"), Option(value="no", label="否", label_en="No"))
    return tuple(
        Question(
            code=m.when.question,
            text=f"是否涉及「{m.name}」的情形？",
            text_en=f"Does “{m.name_en}” apply to you?",
            options=yes_no,
        )
        for m in materials
        if m.when
    )
