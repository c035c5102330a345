"""文书 — receipts and notices as PDF: typst with a Chinese font from a package, a QR code that leads to the case."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst

from yiwang.casework.messages import Case, Dues
from yiwang.front.look import wording
from yiwang.ground.number import show

TEMPLATES = Path(__file__).resolve().parent / "paper"


@lru_cache(maxsize=1)
def _fonts() -> list[str]:
    root = Path(pylopdf_fonts_zh_cn.__file__).resolve().parent
    return sorted({str(p.parent) for p in root.rglob("*.[ot]t[fc]")})


def qr(text: str, *, sized: bool = True) -> str:
    """二维码 of a text as an SVG picture; without a size it fills the room it is given."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=1, border=2, xmldecl=False, omitsize=not sized)
    return out.getvalue().decode()


def pdf(template: str, facts: dict[str, str]) -> bytes:
    """A PDF from a typst template and its facts; PDF/A-2b, so that it can be archived."""
    compiler = typst.Compiler(font_paths=[*_fonts()], ignore_system_fonts=True)
    made = compiler.compile(
        (TEMPLATES / template).read_bytes(),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["a-2b"],
    )
    assert isinstance(made, bytes)
    return made


def receipt(case: Case, dues: Dues, centre: str) -> bytes:
    """受理凭证: number, item, applicant, dates; issued by the centre for the deciding authority. 规定 11"""
    accepted = case.timing.accepted_on
    return pdf(
        "receipt.typ",
        {
            "title": "受理通知书" if accepted else "收件回执",
            "number": show(case.matter.number),
            "item": case.matter.item_name,
            "applicant": case.matter.applicant,
            "centre": centre,
            "received": wording.date(case.matter.received_at, "zh"),
            "accepted": wording.date(accepted, "zh"),
            "promised": wording.date(dues.promised, "zh"),
            "legal": wording.date(dues.legal, "zh"),
            "provisional": "（暂定）" if dues.provisional else "",
            "qr": qr(f"yiwang:{case.matter.number}"),
        },
    )
