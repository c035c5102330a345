"""称呼 — names and clauses for the reader: the English name where there is one, else the Chinese, marked as such."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from markupsafe import Markup

from yiwang.plumbing.i18n import Language, Translator, mark

CHINESE = re.compile(r"[\u3400-\u9fff]")
LAWS = (
    mark("行政许可法"),
    mark("行政处罚法"),
    mark("民法典"),
    mark("行政诉讼法"),
    mark("规定"),
    mark("浙江省保障“最多跑一次”改革规定"),
    mark("企业投资项目核准和备案管理条例"),
    mark("医疗器械经营监督管理办法"),
    mark("建筑法"),
    mark("环境影响评价法"),
    mark("取水许可条例"),
    mark("不动产登记暂行条例"),
    mark("住房公积金管理条例"),
    mark("市场主体登记管理条例"),
    mark("人力资源市场暂行条例"),
    mark("道路运输条例"),
    mark("危险化学品安全管理条例"),
    mark("烟花爆竹安全管理条例"),
    mark("农药管理条例"),
    mark("排污许可管理条例"),
    mark("危险废物经营许可证管理办法"),
    mark("社会保险法"),
    mark("工伤保险条例"),
    mark("居民身份证法"),
    mark("户口登记条例"),
    mark("居住证暂行条例"),
    mark("护照法"),
    mark("机动车驾驶证申领和使用规定"),
    mark("机动车登记规定"),
    mark("大型群众性活动安全管理条例"),
    mark("婚姻登记条例"),
    mark("社会团体登记管理条例"),
    mark("医疗机构管理条例"),
    mark("护士条例"),
    mark("教师资格条例"),
    mark("社会救助暂行办法"),
)
# Clauses that are words rather than articles.
PRINCIPLES = (
    mark("三员分立"),
    mark("种子 受办分离"),
    mark("种子 办理与评价分离"),
    mark("种子 一"),
    mark("种子 统一出件"),
    mark("种子 二(一)"),
    mark("种子 二(一)1"),
    mark("种子 二(一)2"),
    mark("种子 二(一)4"),
    mark("种子 二(二)"),
    mark("种子 二(二) 分别签字确认"),
    mark("种子 二(二) 一一对应"),
    mark("种子 二(三)"),
    mark("种子 二(三) 每个业务只有一个接口"),
    mark("流程图签字确认：逾期未复视为无意见"),
)
_ARTICLES = re.compile(r"(\D+) (\d+(?: \d+)*)")


class Named(Protocol):
    """有名之物 — an item, material, data item, step, line or organisation."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


class Sourced(Protocol):
    """有来源之物 — where a material comes from: the words of the list, and the line of departments if it is one."""

    @property
    def label(self) -> str: ...
    @property
    def line(self) -> str: ...


def name_of(thing: Named, language: str) -> str:
    """名称 — in the reader's language, or Chinese."""
    return thing.name_en if language == "en" and thing.name_en else thing.name


def word_of(thing: object, language: str, word: str = "name") -> str:
    """用词 — the same for another word of a thing: the `text` of a question, the `label` of an option."""
    chinese: str = getattr(thing, word)
    return getattr(thing, f"{word}_en", "") or chinese if language == "en" else chinese


def in_chinese(text: str, language: Language, english: str = "") -> str | Markup:
    """中文照录 — text that may have no English, so that a page in English says in which language it is."""
    if language == "en" and english:
        return english
    if language == "zh" or not CHINESE.search(text):
        return text
    return Markup('<span lang="zh-CN">{}</span>').format(text)


def source_of(source: Sourced, lines: Mapping[str, Named], language: Language) -> str | Markup:
    """来源: by the words of the list (省公安厅), in English by the name of the line of departments."""
    line = lines.get(source.line)
    return in_chinese(source.label, language, line.name_en if line else "")


def clause(text: str, words: Translator) -> str:
    """依据 — `行政许可法 32`, or `Administrative Licensing Law, art. 32`; a clause not known stays as it is."""
    if found := _ARTICLES.fullmatch(text):
        articles = found[2].replace(" ", ", ") if words.language == "en" else found[2]
        return words.gettext("%(law)s %(articles)s", law=words.gettext(found[1]), articles=articles)
    return words.gettext(text) if text else ""
