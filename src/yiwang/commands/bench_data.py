"""基准数据 — a few cases made by the services, and any number of copies of them brought in by COPY.

The copies are whole: numbers with their check digits, journals whose chains hold, inboxes, errands, licences. They are
the same at every run, and `verify` and `reconcile` find nothing wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from yiwang import main
from yiwang.casework.service import reading
from yiwang.catalogue import service as catalogue
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import Script, SimulatedClock, Walk, scripts
from yiwang.directory import service as directory
from yiwang.ground import number
from yiwang.ground.actor import SYSTEM
from yiwang.ground.chain import GENESIS, link
from yiwang.ground.home import HOMES
from yiwang.ground.identifiers import LicenceIdentifier
from yiwang.ground.zone import day_of
from yiwang.intake.messages import Accept, Channel, Delivery, Draft, Submit
from yiwang.intake.service import applications
from yiwang.plumbing.vouching import BROUGHT_IN
from yiwang.plumbing.work import Engine
from yiwang.sharing.messages import Correction, Fetch, Fetched

CLERK, CENTRE, DIVISION = "clerk-330106109", "330106109.XZFW", "330106109"
ITEM = "许可-90014-000"  # one department decides and asks others
TABLES: Mapping[str, str] = {
    "sharing.subject": "id",
    "intake.application": "id",
    "casework.matter": "id",
    "casework.hand": "matter",
    "casework.inbox": "matter",
    "intake.brought": "application",
    "intake.notice": "application",
    "intake.visit": "application",
    "intake.delivery": "application",
    "sharing.request": "matter",
    "sharing.access": "matter",
    "sharing.licence": "matter",
    "handling.opinion": "matter",
    "handling.decision": "matter",
    "handling.special_notice": "matter",
    "enforcement.duty": "matter",
    "oversight.invitation": "matter",
    "oversight.rating": "matter",
    "plumbing.outbox": "",
}
"""Tables of a case, parents first, and the column that names the case; an errand names it in its payload."""
NOT_COPIED = ("handling.opinion_taken_back", "handling.document", "handling.draw", "oversight.stall")
"""Tables of a case that copies go without: their numbers are given once, or the benched case has none."""
JOURNAL = "plumbing.journal"
JOURNAL_COLUMNS = " (home, thread, seq, at, entry, hash, rows)"
STAGES = ("submitted", "review", "closed", "closed")
"""Case n stands at stage n % 4: one waits to be accepted, one to be reviewed, two are over."""
SLICE = 2_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Answering:
    """部门系统: one that always answers, at once, with values of the width of real ones."""

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""
        values = dict.fromkeys(request.data_items, "演示数据，与真实记录同宽")
        return Fetched(values, "2017-08-14/1", SimulatedClock().now, request.line)

    def tell(self, correction: Correction) -> None:
        """Every notice is taken."""


@dataclass(slots=True)
class Pattern:
    """样件: a case of a stage as text of COPY with slots for what differs from copy to copy."""

    stage: str
    day: date
    home: int
    uuids: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # text in the pattern → its slot
    licences: list[LicenceIdentifier] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)  # table → its lines, to be filled by `%`
    entries: list[tuple[str, str]] = field(default_factory=list)  # at, entry: both to be filled
    case: str = ""

    def compiled(self, text: str) -> str:
        """With slots in place of what differs."""
        for uuid in _UUID.findall(text):
            self.uuids.setdefault(uuid, len(self.uuids))
        known = {**{u: f"%(u{n})s" for u, n in self.uuids.items()}, **{w: f"%({s})s" for w, s in self.words.items()}}
        parts = re.split("(" + "|".join(map(re.escape, sorted(known, key=len, reverse=True))) + ")", text)
        return "".join(known.get(part, part.replace("%", "%%")) for part in parts)


def _script() -> Script:
    firms = [(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))]
    return next(script for script in scripts(firms) if script.item == ITEM)


def _begin(engine: Engine, walker: Walk, *, accepted: bool) -> tuple[int, UUID]:
    script = _script()
    with engine.begin(SYSTEM) as work:
        clerk = directory.actor_of(work, CLERK, "", "bench")
    with engine.begin(clerk) as work:
        drafted = applications.draft(
            Draft(
                item=script.item,
                kind="firm",
                identifier=script.identifier,
                name=script.name,
                division=DIVISION,
                channel=Channel.WINDOW,
                receiving=CENTRE,
                answers=script.answers,
            ),
            work,
        )
    walker.drain()
    home, case = drafted.home, drafted.id
    with engine.begin(clerk) as work:
        applications.submit(Submit(home=home, id=case, form=script.form, delivery=Delivery.E_LICENCE), work)
    if accepted:
        with engine.begin(clerk) as work:
            applications.accept(Accept(home=home, id=case, brought=brought(engine)), work)
    return home, case


def brought(engine: Engine) -> dict[str, tuple[str, ...]]:
    """What an applicant of the benched item brings, with all checkpoints ticked."""
    script = _script()
    with engine.begin(SYSTEM) as work:
        item = catalogue.published(work, script.item).item
        return {m.code: m.checkpoints for m in catalogue.needs(item, script.answers).bring}


def patterns(engine: Engine, clock: SimulatedClock, conninfo: str, days: int = 3) -> list[Pattern]:
    """样件: a case of each stage on each of some days, made by the services and taken out again."""
    walker = Walk(engine, clock, main.runners(Answering(), WebhookClient()))
    today, made = day_of(clock.now), []
    for back in range(1, days + 1):  # not today: this morning may not have come yet
        for stage in dict.fromkeys(STAGES):
            clock.go(today - timedelta(days=back))
            if stage == "closed":
                report = walker.play(_script())
                with engine.begin(SYSTEM) as work:
                    home, case = reading.find(work, report["number"])
            else:
                home, case = _begin(engine, walker, accepted=stage == "review")
            with psycopg.connect(conninfo) as connection:
                made.append(_taken(connection, stage, home, case))
    with psycopg.connect(conninfo) as connection:
        names = sql.SQL(", ").join(sql.Identifier(*name.split(".")) for name in (*TABLES, *NOT_COPIED, JOURNAL))
        connection.execute(sql.SQL("TRUNCATE {}").format(names))
    return made


def _taken(connection: psycopg.Connection[Any], stage: str, home: int, case: UUID) -> Pattern:
    """The rows of one case as a pattern."""
    [(written, head, subject)] = connection.execute(
        "SELECT m.number, encode(m.journal_head, 'hex'), a.subject FROM casework.matter m"
        " JOIN intake.application a USING (home, id) WHERE home = %s AND id = %s",
        (home, case),
    ).fetchall()
    parsed, script = number.parse(written), _script()
    pattern = Pattern(stage, parsed.date, home, case=str(case))
    pattern.words = {written: "number", head: "head", script.identifier: "identifier", script.name: "name"}
    for (code,) in connection.execute("SELECT code FROM sharing.licence WHERE matter = %s", (case,)):
        pattern.words[code] = f"licence{len(pattern.licences)}"
        pattern.licences.append(LicenceIdentifier.parse(code))
    for table, column in TABLES.items():
        where = sql.SQL("payload::text LIKE {}").format(sql.Literal(f"%{case}%"))
        if column:
            key = subject if table == "sharing.subject" else case
            where = sql.SQL("home = {} AND {} = {}").format(sql.Literal(home), sql.Identifier(column), sql.Literal(key))
        pattern.tables[table] = _lines(connection, pattern, table, where)
    rows = connection.execute(
        "SELECT at::text, entry FROM plumbing.journal WHERE home = %s AND thread = %s AND seq > 0 ORDER BY seq",
        (home, case),
    )
    pattern.entries = [(at, pattern.compiled(entry)) for at, entry in rows]
    return pattern


def _lines(connection: psycopg.Connection[Any], pattern: Pattern, table: str, where: sql.Composed) -> str:
    name = sql.Identifier(*table.split("."))
    columns = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name)).description or []
    place = [column.name for column in columns].index("home")
    with connection.cursor().copy(sql.SQL("COPY (SELECT * FROM {} WHERE {}) TO STDOUT").format(name, where)) as copy:
        lines = b"".join(bytes(part) for part in copy).decode().splitlines()
    made = []
    for line in lines:
        cells = pattern.compiled(line).split("\t")
        cells[place] = "%(home)s"
        made.append("\t".join(cells) + "\n")
    return "".join(made)


@dataclass(frozen=True, slots=True)
class Loaded:
    """装入的办件: where copy n is, and by which number it is asked for."""

    home: int
    id: UUID
    number: str
    uuids: Mapping[str, str]


def copy_of(pattern: Pattern, n: int) -> tuple[Loaded, dict[str, str]]:
    """复制: where copy n of a pattern is, and what fills its slots."""
    home, firm = n % HOMES, roster.firm(n % roster.MOST_FIRMS)
    written = number.make(DIVISION[:6], pattern.day, home, n // HOMES)
    uuids = {old: f"{old[:24]}{place:03x}{n:09x}" for old, place in pattern.uuids.items()}
    values = {f"u{place}": uuids[old] for old, place in pattern.uuids.items()}
    values |= {"home": str(home), "number": written, "identifier": firm.identifier, "name": firm.name}
    for place, one in enumerate(pattern.licences):
        serial = f"{home:05d}{place:03d}{n:012d}"
        values[f"licence{place}"] = str(LicenceIdentifier(one.type_code, one.issuer, serial, one.version))
    return Loaded(home, UUID(uuids[pattern.case]), written, uuids), values


def journal_of(pattern: Pattern, at: Loaded, values: dict[str, str]) -> str:
    """The copy's journal, chained anew; its head goes among the values."""
    head, lines, rows = GENESIS, [], BROUGHT_IN.hex()
    for seq, (moment, text) in enumerate(pattern.entries, start=1):
        entry = text % values
        head = link(head, entry)
        escaped = entry.replace("\\", "\\\\")
        lines.append(f"{at.home}\t{at.id}\t{seq}\t{moment}\t{escaped}\t\\\\x{head.hex()}\t\\\\x{rows}\n")
        rows = ""
    values["head"] = head.hex()
    return "".join(lines)


def pattern_of(made: Sequence[Pattern], n: int) -> Pattern:
    """Which pattern copy n has: its stage by turns, and so its day."""
    of_stage = [p for p in made if p.stage == STAGES[n % len(STAGES)]]
    return of_stage[n // len(STAGES) % len(of_stage)]


def load(conninfo: str, made: Sequence[Pattern], count: int, told: Callable[[int], None]) -> None:
    """装入: `count` copies by COPY, some thousand a transaction."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for first in range(0, count, SLICE):
            texts: dict[str, list[str]] = {table: [] for table in (*TABLES, JOURNAL)}
            for n in range(first, min(first + SLICE, count)):
                pattern = pattern_of(made, n)
                at, values = copy_of(pattern, n)
                texts[JOURNAL].append(journal_of(pattern, at, values))
                for table, lines in pattern.tables.items():
                    if lines:
                        texts[table].append(lines % values)
            with connection.transaction():
                for table, parts in texts.items():
                    name = sql.Identifier(*table.split("."))
                    columns = sql.SQL(JOURNAL_COLUMNS if table == JOURNAL else "")
                    with connection.cursor().copy(sql.SQL("COPY {}{} FROM STDIN").format(name, columns)) as copy:
                        copy.write("".join(parts))
            told(min(first + SLICE, count))
        connection.execute("ANALYZE")


def size(conninfo: str) -> int:
    """Bytes of all tables of cases, with their indexes."""
    with psycopg.connect(conninfo) as connection:
        names = [*TABLES, JOURNAL]
        rows = connection.execute(
            "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t", (names,)
        ).fetchall()
    return int(rows[0][0])


def at_stage(made: Sequence[Pattern], stage: str, count: int) -> Iterator[tuple[Pattern, Loaded]]:
    """The copies that stand at a stage."""
    for n in range(count):
        if STAGES[n % len(STAGES)] == stage:
            pattern = pattern_of(made, n)
            yield pattern, copy_of(pattern, n)[0]
