"""办件编号 — digits only, typed on a phone without error."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.ground.number import CaseNumber, make, parse, show
from yiwang.ground.outcome import Invalid

PARTS = st.tuples(
    st.integers(110000, 829999).map(str),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.integers(0, 16383),
    st.integers(0, 9999),
)
SAMPLES = [
    make("330106", dt.date(2017, 8, 14), 1234, 5678),
    make("330101", dt.date(2026, 11, 23), 0, 0),
    make("331182", dt.date(2099, 12, 31), 16383, 9999),
    make("330000", dt.date(2000, 1, 1), 9090, 9),
]


def code_of(text: str) -> str:
    with pytest.raises(Invalid) as refusal:
        parse(text)
    return refusal.value.code


@given(PARTS)
def test_what_is_made_is_read_again(parts: tuple[str, dt.date, int, int]) -> None:
    number = make(*parts)
    assert (len(number), number.isascii(), number.isdigit()) == (23, True, True)
    assert parse(number) == CaseNumber(*parts)
    assert parse(show(number)) == parse(number)


def test_it_is_shown_in_groups() -> None:
    number = SAMPLES[0]
    assert show(number) == f"330106 170814 01234 5678 {number[-2:]}"
    assert int(number) % 97 == 1


@pytest.mark.parametrize("spaces", [" ", "-", "　", " - ", "–", "\t"])
def test_spaces_hyphens_and_full_width_digits_are_welcome(spaces: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert parse(show(SAMPLES[0]).replace(" ", spaces).translate(wide)) == parse(SAMPLES[0])


@pytest.mark.parametrize("number", SAMPLES)
def test_every_single_wrong_digit_is_found(number: str) -> None:
    for place in range(len(number)):
        for digit in set("0123456789") - {number[place]}:
            assert code_of(number[:place] + digit + number[place + 1 :]) == "case_number.check"


@pytest.mark.parametrize("number", SAMPLES)
def test_every_swap_of_two_neighbours_is_found(number: str) -> None:
    for place in range(len(number) - 1):
        a, b = number[place], number[place + 1]
        if a != b:
            assert code_of(number[:place] + b + a + number[place + 2 :]) == "case_number.check"


@given(PARTS, st.integers(0, 21), st.integers(1, 9))
def test_wrong_digits_and_swaps_are_found_on_any_number(
    parts: tuple[str, dt.date, int, int], place: int, shift: int
) -> None:
    number = make(*parts)
    digit = str((int(number[place]) + shift) % 10)
    assert code_of(number[:place] + digit + number[place + 1 :]) == "case_number.check"
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or code_of(swapped) == "case_number.check"


def sealed(digits: str) -> str:
    return digits + f"{98 - int(digits) * 100 % 97:02}"


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "case_number.length"),
        (SAMPLES[0][:-1], "case_number.length"),
        (SAMPLES[0] + "0", "case_number.length"),
        (SAMPLES[0][:-1] + "X", "case_number.characters"),
        (SAMPLES[0][:-1] + "²", "case_number.check"),
        (sealed("330106" + "170230" + "01234" + "5678"), "case_number.date"),
        (sealed("330106" + "170814" + "16384" + "5678"), "case_number.home"),
    ],
)
def test_which_check_failed(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "parts, code",
    [
        (("33010", dt.date(2017, 8, 14), 0, 0), "case_number.division"),
        (("33010x", dt.date(2017, 8, 14), 0, 0), "case_number.division"),
        (("330106", dt.date(1999, 8, 14), 0, 0), "case_number.date"),
        (("330106", dt.date(2017, 8, 14), 16384, 0), "case_number.home"),
        (("330106", dt.date(2017, 8, 14), 0, 10000), "case_number.serial"),
    ],
)
def test_what_cannot_be_numbered(parts: tuple[str, dt.date, int, int], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(*parts)
    assert refusal.value.code == code
