"""标识 — every check of every identifier, by known vectors and against an independent library on random strings."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.iso7064 import mod_11_2, mod_37_36, mod_97_10

from yiwang.ground import digits
from yiwang.ground.identifiers import (
    CREDIT_ALPHABET,
    BasicCode,
    CitizenNumber,
    CreditCode,
    ForeignCaseNumber,
    ImplementationCode,
    LicenceIdentifier,
    OrganisationCode,
    ZhejiangItemCode,
    credit_check,
    organisation_check,
)
from yiwang.ground.outcome import Invalid, Refused

TODAY = dt.date(2026, 11, 23)


def citizen(text: str) -> CitizenNumber:
    return CitizenNumber.parse(text, today=TODAY)


PARSERS: dict[str, Callable[[str], object]] = {
    "citizen_id": citizen,
    "citizen_id_15": citizen,
    "uscc": CreditCode.parse,
    "org_code": OrganisationCode.parse,
    "elicence_id": LicenceIdentifier.parse,
    "item_impl_code": ImplementationCode.parse,
    "item_basic_code": BasicCode.parse,
    "zj_item_code": ZhejiangItemCode.parse,
    "case_no": ForeignCaseNumber.parse,
}


def vectors() -> list[dict[str, str]]:
    with (Path(__file__).parent / "vectors" / "identifiers.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: f"{vector['kind']}-{vector['value']}")
def test_known_identifiers(vector: dict[str, str]) -> None:
    """A value is valid as stored when reading it gives just it again."""
    try:
        read = str(PARSERS[vector["kind"]](vector["value"]))
    except Refused:
        read = ""
    expected = vector["note"].removeprefix("upgrades to ") if vector["kind"] == "citizen_id_15" else vector["value"]
    assert (read == expected) is (vector["valid"] == "1")


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "citizen_number.length"),
        ("33010119000101001", "citizen_number.length"),
        ("33010119000101001A", "citizen_number.characters"),
        ("3301011900010X0015", "citizen_number.characters"),
        ("33010119900X011", "citizen_number.characters"),
        ("٣30101190001010015", "citizen_number.characters"),
        ("030101190001010015", "citizen_number.division"),
        ("330101199002300019", "citizen_number.birth_date"),
        ("330101184912310019", "citizen_number.birth_date"),
        ("330101991301015", "citizen_number.birth_date"),
        ("330101202611240015", "citizen_number.born_in_future"),
        ("330101190001010016", "citizen_number.check"),
        ("33010119000101001X", "citizen_number.check"),
    ],
)
def test_which_check_of_a_citizen_number_failed(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        citizen(text)
    assert refusal.value.code == code
    assert not text or text not in str(refusal.value), "a refusal never repeats the number of a person"


def test_a_citizen_number_taken_apart() -> None:
    number = citizen(" 11010519491231002x ")
    assert number.text == "11010519491231002X"
    assert (number.division, number.born, number.sex) == ("110105", dt.date(1949, 12, 31), "2")
    assert citizen("３３０１０１　１９０００１０１　００１５").sex == "1"


def test_somebody_born_today_has_a_number() -> None:
    born = "330101" + f"{TODAY:%Y%m%d}" + "001"
    assert citizen(born + digits.mod_11_2(born)).born == TODAY


def test_a_number_outlives_its_division() -> None:
    assert citizen("330103190001010237").division == "330103"


@given(st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_become_eighteen(born: dt.date, sequence: int) -> None:
    number = citizen(f"330101{born:%y%m%d}{sequence:03}")
    assert (number.born, number.text[14:17]) == (born, f"{sequence:03}")
    assert citizen(number.text) == number


@given(st.dates(dt.date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from("0123456789X"))
def test_citizen_numbers_agree_with_stdnum(born: dt.date, sequence: int, check: str) -> None:
    text = f"110105{born:%Y%m%d}{sequence:03}{check}"
    try:
        ours = bool(citizen(text))
    except Invalid:
        ours = False
    assert ours is (ric.calc_check_digit(text) == check)


@given(
    st.sampled_from(["110105", "330103", "440524", "650102", "999999"]),
    st.text(string.digits, min_size=8, max_size=8)
    | st.dates(dt.date(1840, 1, 1), dt.date(2030, 1, 1)).map("{:%Y%m%d}".format),
    st.text(string.digits, min_size=3, max_size=3),
    st.booleans(),
)
def test_random_strings_agree_with_stdnum_on_citizen_numbers(division: str, born: str, rest: str, right: bool) -> None:
    body = division + born + rest
    check = digits.mod_11_2(body)
    text = body + (check if right else "X" if check != "X" else "0")
    try:
        ours = citizen(text).text == text
    except Invalid:
        ours = False
    try:
        # stdnum looks the division up in a list, which we must not, and knows no earliest or latest day of birth.
        assert ric.validate(text)
        assert ours or not "18500101" <= born <= f"{TODAY:%Y%m%d}"
    except InvalidComponent:
        assert right
    except ValidationError:
        assert not ours


@given(st.text(CREDIT_ALPHABET, min_size=15, max_size=15), st.sampled_from(CREDIT_ALPHABET), st.booleans())
def test_credit_codes_agree_with_stdnum(tail: str, check: str, right: bool) -> None:
    body = "91" + re.sub(r"\D", "7", tail[:6]) + tail[6:]
    text = body + (credit_check(body) if right else check)
    try:
        ours = CreditCode.parse(text).text == text
    except Invalid:
        ours = False
    assert ours is uscc.is_valid(text)


@given(st.text(digits.ALPHANUMERIC, min_size=1, max_size=40), st.text(string.digits, min_size=1, max_size=30))
def test_check_characters_agree_with_stdnum(text: str, number: str) -> None:
    assert digits.mod_37_36(text) == mod_37_36.calc_check_digit(text)
    assert digits.mod_11_2(number) == mod_11_2.calc_check_digit(number)
    assert digits.mod_97_10(number) == mod_97_10.calc_check_digits(number)


@pytest.mark.parametrize(
    "text, code",
    [
        ("91330101DEM00001", "credit_code.length"),
        ("9133O101DEM000014P", "credit_code.characters"),
        ("91330101DEM00001ZP", "credit_code.characters"),
        ("9133010XDEM000014P", "credit_code.division"),
        ("91330101DEM000014Q", "credit_code.check"),
    ],
)
def test_which_check_of_a_credit_code_failed(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        CreditCode.parse(text)
    assert refusal.value.code == code


def test_wrong_characters_of_a_credit_code_are_shown() -> None:
    with pytest.raises(Invalid) as refusal:
        CreditCode.parse("91350100M00010OY4I")
    assert refusal.value.facts == {"wrong": "OI"}


def test_a_credit_code_taken_apart() -> None:
    code = CreditCode.parse("n2330101-dem000014-7")
    assert (code.category, code.division, code.organisation_code) == ("N2", "330101", "DEM000014")
    assert code.organisation_code_holds


def test_an_old_organisation_code_inside_may_fail_its_own_check() -> None:
    body = "91330101DEM000015"
    code = CreditCode.parse(body + credit_check(body))
    assert not code.organisation_code_holds


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CREDIT_ALPHABET))
def test_a_credit_code_finds_every_single_wrong_character(body: str, place: int, other: str) -> None:
    wrong = body[:place] + other + body[place + 1 :]
    assert (credit_check(wrong) == credit_check(body)) is (wrong == body)


@pytest.mark.parametrize(
    "text, code",
    [
        ("DEM00001", "organisation_code.length"),
        ("DEM00001A", "organisation_code.characters"),
        ("DEM000015", "organisation_code.check"),
    ],
)
def test_which_check_of_an_organisation_code_failed(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        OrganisationCode.parse(text)
    assert refusal.value.code == code


def test_organisation_check_gives_x_and_0() -> None:
    assert organisation_check("D2143569") == "X"
    assert {organisation_check(f"DEM{n:05}") for n in range(200)} == set("0123456789X")


LICENCE = "1.2.156.3005.2.11330101DEM0000140001.11330101DEM0000140.2026000000001.001.4"


@pytest.mark.parametrize(
    "text, code",
    [
        (LICENCE.replace("1.2.156", "1.2.155"), "licence_identifier.root"),
        (LICENCE.removesuffix(".4"), "licence_identifier.parts"),
        (LICENCE.replace(".001.", ".1."), "licence_identifier.version"),
        (LICENCE.replace("2026", "2_26"), "licence_identifier.characters"),
        (LICENCE.replace("2026", ""), "licence_identifier.check"),
        (LICENCE[:-1] + "5", "licence_identifier.check"),
    ],
)
def test_which_check_of_a_licence_identifier_failed(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        LicenceIdentifier.parse(text)
    assert refusal.value.code == code


def test_a_licence_identifier_is_made_and_read() -> None:
    made = LicenceIdentifier("11330101DEM0000140001", "11330101DEM0000140", "2026000000001", 1)
    assert str(made) == LICENCE
    assert LicenceIdentifier.parse(LICENCE.lower()) == made
    with pytest.raises(Invalid, match="version"):
        LicenceIdentifier("A", "B", "C", 1000)


def test_item_codes_taken_apart() -> None:
    basic = BasicCode.parse("330275012000")
    assert (basic.region, basic.item_type, basic.department, basic.main, basic.sub) == ("33", "02", "75", "012", "000")
    code = ImplementationCode.parse("12441500196720244T344219980600301")
    assert (code.organisation.text, code.level, code.basic.text, code.handling) == (
        "12441500196720244T",
        3,
        "442199806003",
        "01",
    )
    zhejiang = ZhejiangItemCode.parse("许可-00344-002-01")
    assert (zhejiang.item_type, zhejiang.main, zhejiang.sub, zhejiang.situation) == ("许可", "00344", "002", "01")
    foreign = ForeignCaseNumber.parse("12441500196720244T3442199806003202206230068")
    assert (foreign.date, foreign.serial, str(foreign.item.basic)) == (dt.date(2022, 6, 23), "0068", "442199806003")


@pytest.mark.parametrize(
    "parse, text, code",
    [
        (BasicCode.parse, "33027501200", "basic_code.length"),
        (BasicCode.parse, "33027501200A", "basic_code.characters"),
        (ImplementationCode.parse, "12441500196720244T344219980600", "implementation_code.length"),
        (ImplementationCode.parse, "12441500196720244T8442199806003", "implementation_code.level"),
        (ImplementationCode.parse, "12441500196720244T34421998060030X", "implementation_code.handling"),
        (ImplementationCode.parse, "12441500196720244A3442199806003", "credit_code.check"),
        (ZhejiangItemCode.parse, "许可-344-002", "zhejiang_item_code.shape"),
        (ForeignCaseNumber.parse, "12441500196720244T344219980600320220623006", "foreign_case_number.length"),
        (ForeignCaseNumber.parse, "12441500196720244T3442199806003202206230O68", "foreign_case_number.characters"),
        (ForeignCaseNumber.parse, "12441500196720244T3442199806003202206310068", "foreign_case_number.date"),
    ],
)
def test_which_check_of_an_item_code_failed(parse: Callable[[str], Any], text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(text)
    assert refusal.value.code == code


@given(st.text(max_size=60) | st.text(digits.ALPHANUMERIC, min_size=9, max_size=43))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for parse in PARSERS.values():
        with contextlib.suppress(Invalid):
            read = str(parse(text))
            assert str(parse(read)) == read
