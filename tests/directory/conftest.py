"""机构测试的共用件 — the province of the seed's data as one snapshot, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from yiwang.directory import seed
from yiwang.directory.rules.resolution import Directory, build

TALK = date(2017, 8, 10)  # the day of the founding text


def _province() -> Directory:
    places, known = seed.divisions(), seed.lines()
    return build(places, known, seed.organisations(places, known), namings=seed.namings())


@pytest.fixture(scope="session")
def province() -> Directory:
    """Zhejiang, no powers granted yet."""
    return _province()
