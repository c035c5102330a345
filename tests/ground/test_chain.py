"""链、家、标识号 — the hash chain of the journal, the home of a subject, ids that sort by time."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.ground.chain import GENESIS, canonical, first_break, link
from yiwang.ground.home import HOMES, home_of
from yiwang.ground.ids import uuid7

KEY = b"installation key"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


class Colour(Enum):
    """红黄牌 — any enumeration."""

    RED = "红牌"


def chained(entries: list[str]) -> list[tuple[str, bytes]]:
    seal, found = GENESIS, []
    for entry in entries:
        seal = link(seal, entry)
        found.append((entry, seal))
    return found


def test_one_spelling_a_value() -> None:
    act = {
        "when": dt.datetime(2017, 8, 14, 9, 30, tzinfo=dt.UTC),
        "due": dt.date(2017, 9, 18),
        "who": UUID(int=7),
        "act": "受理",
        "visits": 1.0,
        "fee": Decimal("12.50"),
        "card": Colour.RED,
        "asked": (),
    }
    assert canonical(act) == (
        '{"act":"受理","asked":[],"card":"红牌","due":"2017-09-18","fee":"12.50","visits":1,'
        '"when":"2017-08-14T09:30:00+00:00","who":"00000000-0000-0000-0000-000000000007"}'
    )
    assert canonical(MappingProxyType(dict(reversed(act.items())))) == canonical(act)


@given(JSON)
def test_canonical_text_reads_back_and_stays(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")], "\ud800", {"\udfff": 1}])
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, {"a": {1, 2}}, b"bytes", object()])
def test_what_is_no_entry_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_a_link_seals_the_text_and_all_before_it() -> None:
    assert link(GENESIS, "a") != link(GENESIS, "b")
    assert link(link(GENESIS, "a"), "b") != link(link(GENESIS, "b"), "b")
    assert link(GENESIS, '{"act":"受理"}').hex() == (
        "1f473320947a1e09beaa7ffe5595accdd3413498f26547a3df4efcaf288177b6"
    ), "seals on disk must stay valid for good"
    with pytest.raises(ValueError):
        link(b"short", "a")


@pytest.mark.requirement("R05")
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=8), st.data())
def test_a_changed_moved_or_dropped_entry_is_named(entries: list[str], data: st.DataObject) -> None:
    whole = chained(entries)
    assert first_break(whole) is None
    place = data.draw(st.integers(0, len(entries) - 1))
    entry, seal = whole[place]
    assert first_break([*whole[:place], (entry + "!", seal), *whole[place + 1 :]]) == place
    assert first_break([*whole[:place], (entry, bytes(reversed(seal))), *whole[place + 1 :]]) == place
    if place < len(entries) - 1:
        assert first_break([*whole[:place], *whole[place + 1 :]]) == place
        assert first_break([*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]]) == place
        assert first_break(whole[place + 1 :], previous=seal) is None, "verifying may start in the middle"


def test_the_home_of_a_subject_never_changes() -> None:
    assert home_of(KEY, "person", "330101190001010015") == 7217, "homes are stored: this figure is for good"
    assert home_of(KEY, "person", "330101190001010015") != home_of(b"another install.", "person", "330101190001010015")


def test_kind_and_identifier_do_not_run_into_each_other() -> None:
    assert home_of(KEY, "person", "1") != home_of(KEY, "perso", "n1")


def test_a_key_too_short_is_a_mistake_of_the_installation() -> None:
    with pytest.raises(ValueError):
        home_of(b"short", "person", "1")


def test_homes_fill_evenly() -> None:
    filled = Counter(home_of(KEY, "firm", str(n)) for n in range(40_000))
    assert set(filled) <= set(range(HOMES))
    quarters = Counter(home * 4 // HOMES for home in filled.elements())
    assert all(9_600 < count < 10_400 for count in quarters.values())


def test_the_example_of_the_standard() -> None:
    # RFC 9562 A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    bits = 0xCC3 << 68 | 0x18C4DC0C0C07398F
    made = uuid7(0x017F22E279B0, bits.to_bytes(10, "big"))
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert (made.version, made.variant) == (7, RFC_4122)


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time(ms: int, rand: bytes, other: bytes) -> None:
    assert uuid7(ms, rand) < uuid7(ms + 1, other)
    assert uuid7(ms, rand).version == 7


@pytest.mark.parametrize("ms, rand", [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9)), (0, bytes(16))])
def test_ids_are_made_from_48_bits_and_10_bytes(ms: int, rand: bytes) -> None:
    with pytest.raises(ValueError):
        uuid7(ms, rand)
