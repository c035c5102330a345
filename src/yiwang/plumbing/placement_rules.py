"""数据安放规则 — what the live schema must keep to, each rule a function from the schema to what breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from psycopg import Connection

from yiwang.plumbing.placement import Kind, Placement, registry
from yiwang.plumbing.placement_schema import Schema, read

HOME_RANGE = "CHECK (((home >= 0) AND (home <= 16383)))"
_NOT_CONSTANT = re.compile(r"(?i)\b(now|\w*_timestamp|timeofday|random|gen_random_uuid|uuidv[47])\(|\bCURRENT_|\bLOCAL")


def lint(connection: Connection[Any], declared: Mapping[str, Placement] | None = None) -> list[str]:
    """模式检查: all that is wrong with the live schema, one line each; nothing when it is right."""
    schema = read(connection, registry() if declared is None else declared)
    return [line for rule in RULES for line in rule(schema)]


def every_table_is_declared(schema: Schema) -> Iterator[str]:
    """Nobody can move, guard or grant a table whose place is not known."""
    for name in sorted(schema.tables - schema.declared.keys()):
        yield f"{name}: no placement declared"
    for name in sorted(schema.declared.keys() - schema.tables):
        yield f"{name}: declared, but not there"


def home_leads_every_key(schema: Schema) -> Iterator[str]:
    """What belongs to one applicant stays in one home, and one day on one machine."""
    for table in schema.of_kind(Kind.HOME):
        home = schema.column(table, "home")
        if home is None or home.type != "integer" or not home.not_null:
            yield f"{table}: no column home int NOT NULL"
        elif (table, HOME_RANGE) not in schema.checks:
            yield f"{table}: home is not checked to be 0 to 16383"
        if not any(schema.keys_of(table, "primary")):
            yield f"{table}: no primary key"
        for key in schema.keys_of(table, "primary", "unique", "foreign"):
            if key.columns[0] != "home" or (key.kind == "foreign" and key.referred[0] != "home"):
                yield f"{table}: {key.name} does not begin with home"


def desk_leads_every_key(schema: Schema) -> Iterator[str]:
    """An inbox lives with the organisation that works it."""
    for table in schema.of_kind(Kind.DESK):
        desk = schema.column(table, "desk")
        if desk is None or desk.type != "text" or not desk.not_null:
            yield f"{table}: no column desk text NOT NULL"
        if not any(schema.keys_of(table, "primary")):
            yield f"{table}: no primary key"
        for key in schema.keys_of(table, "primary", "unique"):
            if key.columns[0] != "desk":
                yield f"{table}: {key.name} does not begin with desk"


def nothing_happens_behind_the_code(schema: Schema) -> Iterator[str]:
    """No triggers and no PL/pgSQL: whoever reads the code has read all of it."""
    for table, name in schema.triggers:
        yield f"{table}: trigger {name}"
    for name in schema.functions:
        yield f"{name}: a function in PL/pgSQL"


def nothing_counts_up_in_a_home(schema: Schema) -> Iterator[str]:
    """A sequence is one hot place for a whole province; ids are UUIDv7 made in Python."""
    for table in schema.of_kind(Kind.HOME):
        for column in schema.columns:
            if column.table == table and (column.counts or "nextval(" in column.default):
                yield f"{table}: {column.name} counts up"


def foreign_keys_stay_in_their_system(schema: Schema) -> Iterator[str]:
    """A system may be moved to a database of its own."""
    for key in schema.keys:
        if key.kind == "foreign" and key.refers.partition(".")[0] != key.table.partition(".")[0]:
            yield f"{key.table}: {key.name} refers to {key.refers}"


def moments_have_their_zone(schema: Schema) -> Iterator[str]:
    """A moment without a zone means another one on the next machine."""
    for column in schema.columns:
        if re.match(r"time(stamp)? without time zone", column.type):
            yield f"{column.table}: {column.name} is {column.type}"


def defaults_are_constant(schema: Schema) -> Iterator[str]:
    """Time and chance are passed in, never computed in SQL."""
    for column in schema.columns:
        if _NOT_CONSTANT.search(column.default):
            yield f"{column.table}: {column.name} defaults to {column.default}"


Rule = Callable[[Schema], Iterator[str]]
RULES: tuple[Rule, ...] = (
    every_table_is_declared,
    home_leads_every_key,
    desk_leads_every_key,
    nothing_happens_behind_the_code,
    nothing_counts_up_in_a_home,
    foreign_keys_stay_in_their_system,
    moments_have_their_zone,
    defaults_are_constant,
)
