"""称呼 — a reader of English gets the English name or clause where there is one, else Chinese that says it is."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import DictLoader

from yiwang.catalogue.seed import demo_items
from yiwang.front.look import naming
from yiwang.front.look.environment import environment
from yiwang.ground.terms import Ground
from yiwang.plumbing.i18n import Language, translator

PACKAGE = Path(__file__).parents[2] / "src" / "yiwang"


@dataclass(frozen=True)
class Thing:
    """有名之物."""

    name: str
    name_en: str = ""


LICENCE = Thing("营业执照", "Business licence")
CHINESE_ONLY = Thing("章程草案<b>")


@pytest.mark.parametrize(
    "thing, language, shown",
    [
        (LICENCE, "zh", "营业执照"),
        (LICENCE, "en", "Business licence"),
        (CHINESE_ONLY, "zh", "章程草案&lt;b&gt;"),
        (CHINESE_ONLY, "en", '<span lang="zh-CN">章程草案&lt;b&gt;</span>'),
        (Thing("ISO 9001"), "en", "ISO 9001"),
    ],
)
def test_名称随读者的语言(thing: Thing, language: Language, shown: str) -> None:
    pages = environment([])
    pages.loader = DictLoader({"page": "{{ thing|named }}"})
    assert pages.get_template("page").render(language=language, thing=thing) == shown


def test_中文照录_有英文用英文() -> None:
    assert naming.in_chinese("营业执照", "en", "Business licence") == "Business licence"
    assert naming.in_chinese("营业执照", "zh", "Business licence") == "营业执照"
    assert naming.in_chinese("营业执照", "en") == '<span lang="zh-CN">营业执照</span>'


@pytest.mark.parametrize(
    "text, english",
    [
        ("行政许可法 32", "Administrative Licensing Law, art. 32"),
        ("行政许可法 39 44", "Administrative Licensing Law, art. 39, 44"),
        ("规定 7", "Zhejiang One-visit Regulation, art. 7"),
        ("三员分立", "Separation of the three administrators"),
        ("某某办法 3", "某某办法, art. 3"),
        ("", ""),
    ],
)
def test_依据随读者的语言(text: str, english: str) -> None:
    assert naming.clause(text, translator("en")) == english
    assert naming.clause(text, translator("zh")) == text


def _clauses() -> set[str]:
    """Every clause that code names in a refusal or that a step of the demo's items rests on."""
    named: set[object] = {
        keyword.value.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in {"clause", "basis"} and isinstance(keyword.value, ast.Constant)
    }
    return (
        {str(clause) for clause in named}
        | {step.basis for item in demo_items() for step in item.flow.steps}
        | {g.clause for g in Ground}
    )


def test_所引的依据都有英文() -> None:
    clauses = _clauses() - {""}
    assert len(clauses) > 10
    assert [c for c in clauses if naming.CHINESE.search(naming.clause(c, translator("en")))] == []


def test_写在模板里的条款也用读者的语言() -> None:
    pages = environment([])
    pages.loader = DictLoader({"page": '{{ "规定 5"|clause }}'})
    shown = {language: pages.get_template("page").render(language=language) for language in ("zh", "en")}
    assert shown == {"zh": "规定 5", "en": "Zhejiang One-visit Regulation, art. 5"}
