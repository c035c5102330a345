"""用语 — no word of the interface without its English, no refusal without words, no text past gettext."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import nodes

from yiwang.catalogue.rules.plain import to_plain
from yiwang.catalogue.seed import demo_items
from yiwang.front import refusals, words
from yiwang.ground.outcome import FieldError, Invalid, NotFound
from yiwang.plumbing.i18n import LOCALE, negotiate, translator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "yiwang"
ENGLISH = LOCALE / "en" / "LC_MESSAGES"
KEYWORDS = {"_", "gettext", "ngettext", "mark"}

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
NAMED = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
# The data sources are written in Chinese in the seed's table, whatever language its loader reads.
CHINESE_IN_ENGLISH = ("自行填写", "日期,类别,节日,文号", "日期", "类别", "放假", "上班")


@cache
def _parsed() -> dict[Path, ast.Module]:
    """All sources of the package, parsed once."""
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def _named(text: str) -> list[str]:
    return sorted("".join(found) for found in NAMED.findall(text))


def _forms(message: str | Iterable[str] | None) -> tuple[str, ...]:
    """A message or its translation, in singular and plural where it has both."""
    return (message,) if isinstance(message, str) else tuple(message or ())


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every message in the sources, as `make catalogue` collects them."""
    made = tmp_path_factory.mktemp("words") / "yiwang.pot"
    extract = ["extract", "-F", "babel.cfg", "-k", "mark", "-o", str(made), "."]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *extract], cwd=ROOT, check=True)
    with made.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ENGLISH / "yiwang.po").open("rb") as file:
        return read_po(file, locale="en")


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_每一句都有英文(extracted: Catalog, english: Catalog) -> None:
    asked = {_forms(message.id) for message in _messages(extracted)}
    said = {
        _forms(message.id) for message in _messages(english) if _forms(message.string) and all(_forms(message.string))
    }
    assert len(asked) > 500
    assert asked - said == set()
    assert said - asked == set(), "no longer in the sources: run `make catalogue`"


def test_英文的占位与中文一致(english: Catalog) -> None:
    wrong = [
        (source, form)
        for message in _messages(english)
        for source in _forms(message.id)
        for form in _forms(message.string)
        if _named(source) != _named(form)
    ]
    assert wrong == []


def test_冒号后的英文留空格(english: Catalog) -> None:
    """`申请人：` stands before a value; without its blank the English would run into it."""
    assert [m.id for m in _messages(english) if str(m.id).endswith("：") and not str(m.string).endswith(": ")] == []


def test_英文里没有中文(english: Catalog) -> None:
    left = []
    for message in _messages(english):
        text = " ".join(_forms(message.string))
        for allowed in CHINESE_IN_ENGLISH:
            text = text.replace(allowed, "")
        if CHINESE.search(text):
            left.append(text)
    assert left == [], "\n".join(left)


def test_编译的词典就是文本的词典(english: Catalog) -> None:
    made = io.BytesIO()
    write_mo(made, english)
    assert made.getvalue() == (ENGLISH / "yiwang.mo").read_bytes(), "run `make catalogue`"


def _translated(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in gettext, and docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from node.args if name in KEYWORDS else ()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _chinese_in_python(tree: ast.Module) -> Iterator[str]:
    allowed = {id(inner) for node in _translated(tree) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in allowed or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield f"{node.lineno}: {node.value}"


IN_CHINESE = re.compile(r'\blang="zh[^"]*"[^>]*>[^<]*</')


def _chinese_in_template(source: str) -> Iterator[str]:
    """Text and constants of a template that are not in gettext, not clauses, nor marked as Chinese by `lang`."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    allowed = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for argument in call.args
    }
    allowed |= {id(found.node) for found in tree.find_all(nodes.Filter) if found.name == "clause"}
    for text in tree.find_all(nodes.TemplateData):
        if CHINESE.search(left := IN_CHINESE.sub("", text.data)):
            yield f"{text.lineno}: {left.strip()[:80]}"
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and CHINESE.search(constant.value) and id(constant) not in allowed:
            yield f"{constant.lineno}: {constant.value}"


# 面向人的中文，不经翻译：文件 → 为什么。
CHINESE_ON_PURPOSE = {
    "front/documents.py": "official papers are Chinese by law (国家通用语言文字法 9)",
    "front/look/wording.py": "dates as Chinese readers write them; the English stands beside",
    "front/shell.py": "the product's name, which stands in both languages",
    "front/look/styleguide.py": "invented data for the sample pages, not words of the interface",
    "gateway/examples.py": "invented data of the examples in the description, not words of the interface",
}


def test_页面代码里没有漏翻的中文() -> None:
    left = [
        f"{path.relative_to(PACKAGE)}:{found}"
        for path, tree in _parsed().items()
        if path.relative_to(PACKAGE).parts[0] in {"desks", "front", "gateway"}
        and path.relative_to(PACKAGE).as_posix() not in CHINESE_ON_PURPOSE
        for found in _chinese_in_python(tree)
    ]
    assert left == [], "\n".join(left)


def test_模板里没有漏翻的中文() -> None:
    templates = sorted(PACKAGE.rglob("templates/**/*.html"))
    assert len(templates) > 20
    left = [
        f"{path.relative_to(PACKAGE)}:{found}"
        for path in templates
        if "styleguide" not in path.parts
        for found in _chinese_in_template(path.read_text("utf-8"))
    ]
    assert left == [], "\n".join(left)


@pytest.mark.parametrize(
    "source, caught",
    [
        ("<p>{{ _('好') }}</p>", False),
        ("<p>好</p>", True),
        ("<p title='好'>x</p>", True),
        ("<p>{{ '好' }}</p>", True),
        ("<b>x</b>：{{ y }}", True),
        ('{# 好 #}<a lang="zh">中文</a>', False),
    ],
)
def test_查模板的法子查得出(source: str, caught: bool) -> None:
    assert bool(list(_chinese_in_template(source))) is caught


def test_查代码的法子查得出() -> None:
    assert list(_chinese_in_python(ast.parse('"""好"""\nx = mark("好")\ny = f"{x}好"'))) == ["3: 好"]


PLACE = {"NotFound": 0, "Forbidden": 0, "Conflict": 0, "Invalid": 0, "Refused": 0, "FieldError": 1}


def _codes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Class and code of every refusal in a file; the part of a code only known at run time is written `*`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = PLACE.get(name)
        if place is None or len(node.args) <= place:
            continue
        for code in ast.walk(node.args[place]):
            if isinstance(code, ast.JoinedStr):
                yield name, "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in code.values)
            elif isinstance(code, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(code.value)):
                yield name, str(code.value)


def _constants() -> set[str]:
    """Every constant of the sources but those that give refusals their words."""
    return {
        node.value
        for path, tree in _parsed().items()
        if path != PACKAGE / "front" / "refusals.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_每个拒绝都有话说() -> None:
    silent = set()
    for path, tree in _parsed().items():
        for name, code in _codes(tree):
            spoken = refusals.FIELDS if name == "FieldError" else refusals.WORDS
            pattern = re.escape(code).replace(r"\*", r"[a-z_]+")
            if not any(re.fullmatch(pattern, known) for known in spoken):
                silent.add(f"{path.relative_to(PACKAGE)}: {name} {code}")
    assert silent == set(), "\n".join(sorted(silent))


def test_没有多余的拒绝用语() -> None:
    constants = _constants()
    lengths = {f"{word}.length" for word in constants}
    assert {*refusals.WORDS, *refusals.FIELDS} - constants - lengths == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_拒绝的话带着事实(language: str) -> None:
    """A refusal's facts come into its sentence in either language, a list of them with the language's comma."""
    unsigned = Invalid("catalogue.unsigned", item="备案", lines=["FGW", "JST"])
    said = refusals.sentence(unsigned, language)
    assert "备案" in said
    assert {"zh": "FGW、JST", "en": "FGW, JST"}[language] in said
    assert "{" not in refusals.sentence(NotFound("directory.unknown_organisation"), language)
    assert "4000" in refusals.field_sentence(FieldError("note", "field.too_long", {"limit": 4000}), language)
    assert "some.new_code" in refusals.sentence(NotFound("some.new_code"), language)


def test_页面上的代码都有英文() -> None:
    gettext = translator("en").gettext
    codes = words.WORDS
    groups = [getattr(codes, name) for name in codes.__dataclass_fields__]
    assert [word for group in groups for word in group.values() if CHINESE.search(gettext(word))] == []


@pytest.mark.parametrize(
    "chosen, accept_language, language",
    [
        ((), "", "zh"),
        ((), "en", "en"),
        ((), "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ((), "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ((), "en;q=0.4, zh;q=0.6", "zh"),
        ((), "fr, de;q=0.9", "zh"),
        ((), "fr, en;q=0.1", "en"),
        ((), "en;q=0", "zh"),
        ((), "en;q=nan, zh;q=0.1", "zh"),
        ((), ";;;,q=,\x00,en;q=1e9", "zh"),
        (("en",), "zh", "en"),
        ((None, "zh"), "en", "zh"),
        (("EN_gb",), "zh", "en"),
        (("tlh",), "en", "en"),
    ],
)
def test_选语言(chosen: tuple[str | None, ...], accept_language: str, language: str) -> None:
    """What somebody chose, else what the browser wishes by weight, else Chinese; nonsense weighs nothing."""
    assert negotiate(*chosen, accept_language=accept_language) == language


def _without_english(thing: object, place: str = "") -> Iterator[str]:
    """Where a part of an item has a Chinese name and no English one beside it."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key in {"name", "text", "result"} and not thing.get(f"{key}_en"):
                yield f"{place}: {value}"
            yield from _without_english(value, f"{place}.{key}")
        if "value" in thing and not thing.get("label_en"):
            yield f"{place}: {thing['label']}"
    elif isinstance(thing, list):
        for number, value in enumerate(thing):
            yield from _without_english(value, f"{place}.{number}")


def test_演示事项处处有英文名() -> None:
    """Items with their materials, data items, questions, steps and results."""
    items = demo_items()
    assert len(items) > 70
    assert [missing for item in items for missing in _without_english(to_plain(item), item.code)] == []
