"""术语表 — collects the field's terms from the docstrings of the package into docs/glossary.md."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "yiwang"
GLOSSARY = ROOT / "docs" / "glossary.md"
TERM = re.compile(r"(?P<zh>[^—:：a-z]*[\u4e00-\u9fff][^—:：a-z]*?)\s*(?:—|:|：)\s+(?P<rest>.+)")
SENTENCE = re.compile(r".+?(?=[.;](?:\s|$))|.+")
HEAD = """# 术语表 Glossary

The field's terms and the names they have in the code. Made from the docstrings by `make glossary`: change them there.
"""
SECTION = """
## {title}

| 术语 | name | where | meaning |
|---|---|---|---|
"""


class Term(NamedTuple):
    """术语: a Chinese term, its English identifier, the file it stands in, and the first sentence said about it."""

    zh: str
    name: str
    where: str
    meaning: str


def terms_of(tree: ast.Module, where: str) -> Iterator[Term]:
    """Terms of a module: of itself, its public classes and functions, and their public members."""
    module = where.removesuffix(".py").removesuffix("__init__").strip("/").replace("/", ".") or PACKAGE.name
    nodes: list[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]] = [(module, tree)]
    while nodes:
        name, node = nodes.pop(0)
        if found := TERM.match(" ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())):
            meaning = SENTENCE.match(found["rest"])
            yield Term(found["zh"], name, where, meaning[0] if meaning else "")
        prefix = "" if isinstance(node, ast.Module) else f"{name}."
        nodes += [
            (prefix + child.name, child)
            for child in node.body
            if isinstance(child, ast.ClassDef | ast.FunctionDef) and not child.name.startswith("_")
        ]


def terms(package: Path) -> list[Term]:
    """All terms of a package, file by file, each file's own term first."""
    found: list[Term] = []
    for path in sorted(package.rglob("*.py")):
        found += terms_of(ast.parse(path.read_text("utf-8")), path.relative_to(package).as_posix())
    return found


def page(found: list[Term]) -> str:
    """The Markdown page, a section for each folder of the package."""
    sections: dict[str, list[Term]] = {}
    for term in found:
        sections.setdefault(term.where.partition("/")[0], []).append(term)
    titles = {term.where: f"{term.zh} `{term.name}`" for term in reversed(found)}
    text = HEAD
    for folder, held in sections.items():
        text += SECTION.format(title=titles.get(f"{folder}/__init__.py") or titles.get(folder, folder))
        text += "".join(f"| {t.zh} | `{t.name}` | {t.where} | {t.meaning.replace('|', '·')} |\n" for t in held)
    return text


def main(arguments: list[str]) -> int:
    """Write the page; with `--check` only say whether it is up to date."""
    fresh = page(terms(PACKAGE))
    if "--check" in arguments:
        return 0 if GLOSSARY.exists() and GLOSSARY.read_text("utf-8") == fresh else 1
    GLOSSARY.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
