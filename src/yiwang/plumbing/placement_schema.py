"""现行模式 — the live schema of a database, as far as the lint of the placements needs to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from yiwang.plumbing.placement import Kind, Placement

# Not ours to lint: the book of the migrations, which is there before any of them.
HIDDEN = ["information_schema", "plumbing_meta"]
EXPRESSION = "(expression)"


@dataclass(frozen=True, slots=True)
class Column:
    """列: a column of a table; `counts` when it is an identity."""

    table: str
    number: int
    name: str
    type: str
    not_null: bool
    default: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Key:
    """键: a primary key, a unique index or a foreign key, its columns in order, and the table it refers to."""

    table: str
    kind: str
    name: str
    columns: tuple[str, ...]
    refers: str = ""
    referred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """现行模式: tables with what is declared of them, columns, keys, checks, and what would act on its own."""

    declared: Mapping[str, Placement]
    tables: frozenset[str]
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    checks: frozenset[tuple[str, str]]
    triggers: tuple[tuple[str, str], ...]
    functions: tuple[str, ...]

    def of_kind(self, kind: Kind) -> Iterator[str]:
        """The live tables of one kind, in order."""
        return (name for name in sorted(self.tables) if name in self.declared and self.declared[name].kind is kind)

    def column(self, table: str, name: str) -> Column | None:
        """A column of a table, if there is one."""
        return next((c for c in self.columns if (c.table, c.name) == (table, name)), None)

    def keys_of(self, table: str, *kinds: str) -> Iterator[Key]:
        """The keys of a table of these kinds."""
        return (key for key in self.keys if key.table == table and key.kind in kinds)


_TABLES = """
SELECT n.nspname || '.' || o.relname FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
WHERE o.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')"""
_COLUMNS = """
SELECT n.nspname || '.' || o.relname, a.attnum, a.attname, format_type(a.atttypid, NULL), a.attnotnull,
       coalesce(pg_get_expr(v.adbin, v.adrelid), ''), a.attidentity <> ''
FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef v ON v.adrelid = o.oid AND v.adnum = a.attnum
WHERE o.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s) ORDER BY 1, 2"""
_INDEXES = """
SELECT n.nspname || '.' || o.relname, CASE WHEN i.indisprimary THEN 'primary' ELSE 'unique' END, c.relname,
       i.indkey::int[]
FROM pg_index i JOIN pg_class o ON o.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = o.relnamespace
WHERE (i.indisunique OR i.indisexclusion) AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s) ORDER BY 1, 3"""
_FOREIGN = """
SELECT n.nspname || '.' || o.relname, k.conname, k.conkey::int[], m.nspname || '.' || f.relname, k.confkey::int[]
FROM pg_constraint k JOIN pg_class o ON o.oid = k.conrelid JOIN pg_namespace n ON n.oid = o.relnamespace
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace m ON m.oid = f.relnamespace
WHERE k.contype = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s) ORDER BY 1, 2"""
_CHECKS = """
SELECT n.nspname || '.' || o.relname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class o ON o.oid = k.conrelid JOIN pg_namespace n ON n.oid = o.relnamespace
WHERE k.contype = 'c' AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s)"""
_TRIGGERS = """
SELECT n.nspname || '.' || o.relname, t.tgname
FROM pg_trigger t JOIN pg_class o ON o.oid = t.tgrelid JOIN pg_namespace n ON n.oid = o.relnamespace
WHERE NOT t.tgisinternal AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s) ORDER BY 1, 2"""
_FUNCTIONS = """
SELECT n.nspname || '.' || o.proname
FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace JOIN pg_language l ON l.oid = o.prolang
WHERE l.lanname = 'plpgsql' AND n.nspname !~ '^pg_' AND n.nspname <> ALL(%s)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e') ORDER BY 1"""


def read(connection: Connection[Any], declared: Mapping[str, Placement]) -> Schema:
    """Look at a database; `declared` is what should be there."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query, (HIDDEN,)).fetchall()

    columns = tuple(Column(*row) for row in rows(_COLUMNS))
    names = {(column.table, column.number): column.name for column in columns}

    def named(table: str, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(names.get((table, number), EXPRESSION) for number in numbers)

    indexes = (Key(table, kind, name, named(table, numbers)) for table, kind, name, numbers in rows(_INDEXES))
    foreign = (
        Key(table, "foreign", name, named(table, numbers), refers, named(refers, referred))
        for table, name, numbers, refers, referred in rows(_FOREIGN)
    )
    return Schema(
        declared=declared,
        tables=frozenset(name for (name,) in rows(_TABLES)),
        columns=columns,
        keys=(*indexes, *foreign),
        checks=frozenset((table, text) for table, text in rows(_CHECKS)),
        triggers=tuple((table, name) for table, name in rows(_TRIGGERS)),
        functions=tuple(name for (name,) in rows(_FUNCTIONS)),
    )
