"""空号 — a case number is one that no case of the day has."""

from __future__ import annotations

from yiwang.casework.store import cases as store
from yiwang.ground import number
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine

FILL = """
INSERT INTO casework.matter (home, id, number, item, item_version, item_name, flow_kind, applicant, division, receiving,
    deciding, channel, status, facts, progress, tasks, timing, received_at, journal_seq, journal_head)
SELECT 7, gen_random_uuid(), n, '', 1, '', '', '', '', '', '', '', '', '{}', '{}', '[]', '{}', now(), 0, ''
FROM unnest(%s::text[]) n RETURNING 1
"""


def test_the_last_free_number_of_a_day_is_found(engine: Engine) -> None:
    with engine.begin(SYSTEM) as work:
        numbers = [number.make("330106", work.today, 7, serial) for serial in range(number.SERIALS)]
        free = numbers.pop(4711)
        work.read(FILL, (numbers,))
        assert store.free_number(work, "330106", 7) == free
