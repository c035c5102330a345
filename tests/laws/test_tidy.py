"""整洁 — the laws of the house that import contracts cannot say, each a function from the tree to what breaks it."""

from __future__ import annotations

import ast
import configparser
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = 500
FUNCTION_LINES = 60
BANNED_NAMES = {"utils", "helpers", "common", "manager", "base"}
PURE_ROOMS = {"rules", "messages", "messages.py"}
HEADLINE = re.compile(r"[^—]*[\u4e00-\u9fff][^—]* — .*[A-Za-z]")

IMPURE_MODULES = {
    *("asyncio", "concurrent", "getpass", "glob", "http", "importlib", "io", "locale", "logging", "multiprocessing"),
    *("os", "pathlib", "platform", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl"),
    *("subprocess", "sys", "tempfile", "threading", "time", "urllib"),
}
IMPURE_CALLS = {"now", "today", "utcnow", "uuid1", "uuid4", "urandom", "read_text", "read_bytes", "write_text"}
IMPURE_BUILTINS = {"open", "input", "print", "exec", "eval", "__import__"}
CLOCKS = {"datetime", "date", "dt", "uuid"}

SQL = re.compile(r"(?i)\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|GRANT|COPY|REFERENCES|FROM|JOIN)\b")
TABLE_FOLLOWS = r"(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON|ONLY|COPY|EXISTS|USING|TRUNCATE)\s|,)"
SCHEMA_NAMED = r"(?i)(?:%s\s*\"?(?P<table>%s)\"?\s*\.|\bSCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(?P<schema>%s)\b)"
NOQA = re.compile(r"(?i)#\s*(?:ruff:\s*)?noqa\b(?P<what>:\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?(?P<why>.*)")
IGNORE = re.compile(r"#\s*type:\s*ignore(?P<what>\[[^\]]+\])?(?P<why>.*)")


@dataclass(frozen=True)
class Source:
    """源文件 — one Python file: its path from the root of the tree, its text and its syntax."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path inside the package (`casework`, `rules`, `flow.py`), or nothing outside it."""
        parts = Path(self.path).parts
        return parts[2:] if parts[:2] == ("src", "yiwang") else ()

    @cached_property
    def pure(self) -> bool:
        return self.parts[:1] == ("ground",) or bool(set(self.parts[1:2]) & PURE_ROOMS)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


class Tree:
    """房屋 — a checkout: the package under src/, its tests, documents and benches."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "src" / "yiwang"
        folders = [root / name for name in ("src", "tests", "docs", "bench")]
        paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
        self.sources = [Source(self.name(path), path.read_text("utf-8")) for path in paths]

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def inside(self) -> Iterator[Source]:
        return (source for source in self.sources if source.parts)

    def files(self, *suffixes: str) -> Iterator[Path]:
        return (
            path for path in sorted(self.package.rglob("*")) if path.suffix in suffixes and "static" not in path.parts
        )

    @cached_property
    def contracts(self) -> configparser.ConfigParser:
        contracts = configparser.ConfigParser()
        contracts.read(self.root / ".importlinter", "utf-8")
        return contracts

    @cached_property
    def systems(self) -> set[str]:
        """Folders with rooms, as the contract `rooms` lists them."""
        return {name.removeprefix("yiwang.") for name in self.contracts["importlinter:rooms"]["containers"].split()}


def folders_are_packages(tree: Tree) -> Iterator[str]:
    """A folder without `__init__.py` is not seen by the import contracts."""
    for folder in sorted({path.parent for path in tree.package.rglob("*.py")}):
        if not (folder / "__init__.py").exists():
            yield f"{tree.name(folder)}: no __init__.py"


def init_files_hold_a_docstring_only(tree: Tree) -> Iterator[str]:
    for source in tree.inside():
        if source.path.endswith("/__init__.py") and (len(source.tree.body) != 1 or not ast.get_docstring(source.tree)):
            yield f"{source.path}: more or less than a docstring"


def files_open_with_their_name_in_both_languages(tree: Tree) -> Iterator[str]:
    for source in tree.sources:
        headline = (ast.get_docstring(source.tree) or "").partition("\n")[0]
        if not HEADLINE.match(headline):
            yield f"{source.path}:1: first line is not «中文 — English»: {headline!r}"


def files_stay_short(tree: Tree) -> Iterator[str]:
    texts = [(source.path, source.text) for source in tree.sources]
    texts += [(tree.name(path), path.read_text("utf-8")) for path in tree.files(".sql", ".html")]
    for path, text in texts:
        if (lines := len(text.splitlines())) >= LINES:
            yield f"{path}: {lines} lines"


def functions_stay_short(tree: Tree) -> Iterator[str]:
    for source in tree.sources:
        for function in source.functions():
            if (lines := (function.end_lineno or 0) - function.lineno + 1) >= FUNCTION_LINES:
                yield f"{source.path}:{function.lineno}: {function.name} has {lines} lines"


def names_say_what_is_inside(tree: Tree) -> Iterator[str]:
    for source in tree.sources:
        if banned := BANNED_NAMES & {Path(part).stem for part in Path(source.path).parts}:
            yield f"{source.path}: {', '.join(banned)} says nothing"


def imports_stand_at_the_top(tree: Tree) -> Iterator[str]:
    for source in tree.sources:
        for function in source.functions():
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{source.path}:{node.lineno}: import inside {function.name}"


def systems_have_their_rooms(tree: Tree) -> Iterator[str]:
    """Whatever has rules, a store or tables is a system and stands in the contract `rooms`."""
    rooms = ("rules", "store.py", "tables.sql")
    found = {path.name for path in tree.package.iterdir() if any((path / room).exists() for room in rooms)}
    for name in sorted((found - {"plumbing"}) ^ tree.systems):
        yield f"src/yiwang/{name}: in the contract `rooms` or in the tree, but not in both"


def docstrings(tree: ast.Module) -> set[int]:
    """Identities of the constants that are docstrings."""
    owners = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = (n for n in ast.walk(tree) if isinstance(n, owners) and ast.get_docstring(n) is not None)
    return {id(node.body[0].value) for node in nodes if isinstance(node.body[0], ast.Expr)}


def schemas_in(sql: str, known: set[str]) -> Iterator[tuple[int, str]]:
    """Line (from 0) and name of each known schema that a piece of SQL names as holder of a table or by itself."""
    names = "|".join(sorted(known))
    for match in re.finditer(SCHEMA_NAMED % (TABLE_FOLLOWS, names, names), sql):
        yield sql.count("\n", 0, match.end()), (match["table"] or match["schema"]).lower()


def schemas_of(source: Source, known: set[str]) -> Iterator[tuple[int, str]]:
    """The same for the strings of a Python file, and for the name of each `Table`."""
    skipped = docstrings(source.tree)
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id="Table"), args=[ast.Constant(value=str(text)), *_]):
                yield node.lineno, text.partition(".")[0]
            case ast.Constant(value=str(text)) if id(node) not in skipped and SQL.search(text):
                yield from ((node.lineno + line, name) for line, name in schemas_in(text, known))


def sql_names_its_own_schema_only(tree: Tree) -> Iterator[str]:
    known = {*tree.systems, "plumbing"}
    for source in tree.inside():
        # The bench writes by the bare driver what the services write, and so names their tables.
        if source.parts[0] == "commands" and source.parts[-1].startswith("bench"):
            continue
        for line, name in schemas_of(source, known):
            if name in known - {source.parts[0]}:
                yield f"{source.path}:{line}: names schema {name}"
    for path in tree.files(".sql"):
        sql = re.sub(r"--[^\n]*", "", path.read_text("utf-8"))
        for line, name in schemas_in(sql, known - {path.relative_to(tree.package).parts[0]}):
            yield f"{tree.name(path)}:{line + 1}: names schema {name}"


def imported(node: ast.AST) -> list[str]:
    """Full names of what an import brings in."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [f"{module}.{alias.name}" for alias in names]
    return []


def impurity(node: ast.AST) -> str:
    """Why a pure file may not hold this node, or nothing."""
    for name in imported(node):
        top, last = name.partition(".")[0], name.rpartition(".")[2]
        if top != "yiwang" and top not in sys.stdlib_module_names:
            return f"imports the library {top}"
        if top in IMPURE_MODULES or last in IMPURE_CALLS:
            return f"imports {name}"
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in IMPURE_BUILTINS | IMPURE_CALLS:
            return f"calls {name}()"
        case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_CALLS:
            return f"calls .{name}()"
        case ast.Attribute(value=ast.Name(id=holder) | ast.Attribute(attr=holder), attr=name) if (
            holder in CLOCKS and name in IMPURE_CALLS
        ):
            return f"uses {holder}.{name}"
    return ""


def rules_are_pure(tree: Tree) -> Iterator[str]:
    """No clock, dice, file or library in ground, rules and messages: time, ids and chance come in as arguments."""
    for source in tree.inside():
        for node in ast.walk(source.tree) if source.pure else ():
            if reason := impurity(node):
                yield f"{source.path}:{getattr(node, 'lineno', 1)}: {reason}"


def exceptions_carry_a_reason(tree: Tree) -> Iterator[str]:
    """A silenced linter or type checker names the rule and says why, on the same line."""
    for source in tree.sources:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            found = token.type == tokenize.COMMENT and (NOQA.search(token.string) or IGNORE.search(token.string))
            if found and not (found["what"] and len(re.findall(r"\w", found["why"])) >= 6):
                yield f"{source.path}:{token.start[0]}: {token.string} — which rule, and why?"


Law = Callable[[Tree], Iterator[str]]
LAWS: tuple[Law, ...] = (
    folders_are_packages,
    init_files_hold_a_docstring_only,
    files_open_with_their_name_in_both_languages,
    files_stay_short,
    functions_stay_short,
    names_say_what_is_inside,
    imports_stand_at_the_top,
    systems_have_their_rooms,
    sql_names_its_own_schema_only,
    rules_are_pure,
    exceptions_carry_a_reason,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_house_keeps_its_laws(law: Law, house: Tree) -> None:
    broken = list(law(house))
    assert not broken, "\n".join(["", *broken])
