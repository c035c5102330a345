"""文书 — receipts and notices as PDF: typst with a Chinese font from a package, a QR code that leads to the case."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst

from yiwang.casework.messages.case import Case
from yiwang.casework.messages.desk import Dues
from yiwang.front.bundle import PartRow
from yiwang.front.look import wording
from yiwang.ground.number import show
from yiwang.handling.messages import Issued, Paper
from yiwang.intake.service.tolerances import Outstanding

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


def pdf(template: str, facts: Mapping[str, object]) -> bytes:
    """A PDF from a typst template and its facts; PDF/A-2b, so that it can be archived."""
    compiler = typst.Compiler(font_paths=[*_fonts()], ignore_system_fonts=True, root=str(TEMPLATES))
    made = compiler.compile(
        str(TEMPLATES / template),
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["a-2b"],
    )
    assert isinstance(made, bytes)
    return made


def receipt(
    case: Case, dues: Dues, centre: str, parts: Sequence[PartRow] = (), waits: Outstanding | None = None
) -> bytes:
    """受理凭证: number, item, applicant, dates, and what is still to come; issued by the centre for the deciding
    authority; of a whole with all its parts. 规定 11
    """
    accepted = case.timing.accepted_on
    lacking = waits if waits and waits.open else None
    return pdf(
        "receipt.typ",
        {
            "title": "受理通知书（容缺受理）" if lacking else "受理通知书" if accepted else "收件回执",
            "lacking": [m.name for m in lacking.materials] if lacking else [],
            "until": wording.date(lacking.until, "zh") if lacking else "",
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
            "parts": [
                {
                    "name": part.name,
                    "department": part.department,
                    "number": show(part.number) if part.number else "",
                    "due": wording.date(part.dues.promised, "zh") if part.dues else "",
                }
                for part in parts
            ],
        },
    )


SEAL = "演示专用章"
"""印章上的字: until an authority's own seal is installed, nothing that leaves here may be taken for sealed by it."""


def official(issued: Issued, site: str) -> bytes:
    """正式文书: red head, number, body, date under the seal; its QR code leads to its check on this `site`."""
    address = f"{site.rstrip('/')}/documents/{issued.code}"
    groups = " ".join(issued.code[n : n + 4] for n in range(0, len(issued.code), 4))
    return pdf("official.typ", _facts(issued.paper) | {"code": groups, "verify": address, "qr": qr(address)})


def preview(paper: Paper) -> bytes:
    """文书预览: the draft with a mark across it, unnumbered, unsealed."""
    return pdf("official.typ", _facts(paper) | {"draft": True})


def _facts(paper: Paper) -> dict[str, object]:
    return {
        "draft": False,
        "title": paper.title,
        "number": paper.number,
        "issuer": paper.issuer,
        "addressee": paper.addressee,
        "case": paper.case,
        "paragraphs": list(paper.paragraphs),
        "date": f"{paper.on.year}年{paper.on.month}月{paper.on.day}日",
        "day": [paper.on.year, paper.on.month, paper.on.day],
        "seal": SEAL,
    }
