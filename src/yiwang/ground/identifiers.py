"""标识 — citizen numbers, credit codes, e-licence identifiers and item codes: read, checked, taken apart.

Every `parse` first brings the text into its normal writing (half-width, upper case, no spaces) and raises Invalid with
the code of the check that failed; the facts never repeat the number, for it may be a person's.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, Self

from yiwang.ground.digits import ALPHANUMERIC, mod_11_2, mod_37_36, normal, only
from yiwang.ground.outcome import Invalid

DIGITS = "0123456789"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_OLDEST_BIRTH = dt.date(1850, 1, 1)
LICENCE_ROOT = "1.2.156.3005.2"


def _of_length(text: str, kind: str, *lengths: int) -> str:
    written = normal(text)
    if len(written) not in lengths:
        raise Invalid(f"{kind}.length", length=len(written), expected=lengths)
    return written


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """公民身份号码 — 18 characters (GB 11643): division of first registration, birth date, sequence, check."""

    text: str

    @classmethod
    def parse(cls, text: str, *, today: dt.date) -> Self:
        """Read 18 characters, or 15 of the first generation, which become 18.

        Invalid `citizen_number.` `length`, `characters`, `division` (begins with 0), `birth_date` (no such day, or
        before 1850), `born_in_future`, `check`. The division is never looked up: a number outlives its division.
        """
        written = _of_length(text, "citizen_number", 15, 18)
        old = len(written) == 15
        if not only(written if old else written[:17], DIGITS) or not only(written[-1], DIGITS + "X"):
            raise Invalid("citizen_number.characters")
        if written[0] == "0":
            raise Invalid("citizen_number.division")
        if old:
            # 第一代号码: two digits of the year, always of the 1900s, and no check character.
            written = written[:6] + "19" + written[6:]
            written += mod_11_2(written)
        _check_birth(written[6:14], today)
        if mod_11_2(written[:17]) != written[17]:
            raise Invalid("citizen_number.check")
        return cls(written)

    @property
    def division(self) -> str:
        """The division at first registration, 6 digits; it may have been abolished since."""
        return self.text[:6]

    @property
    def born(self) -> dt.date:
        """出生日期."""
        return dt.date.fromisoformat(self.text[6:14])

    @property
    def sex(self) -> Literal["1", "2"]:
        """性别 — GB/T 2261.1: 1 male, 2 female."""
        return "1" if int(self.text[16]) % 2 else "2"

    def __str__(self) -> str:
        return self.text


def _check_birth(text: str, today: dt.date) -> None:
    try:
        born = dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid("citizen_number.birth_date") from None
    if born < _OLDEST_BIRTH:
        raise Invalid("citizen_number.birth_date")
    if born > today:
        raise Invalid("citizen_number.born_in_future")


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """组织机构代码 — 9 characters (GB 11714), check by MOD 11; places 9–17 of a credit code."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `organisation_code.` `length`, `characters`, `check`."""
        written = _of_length(text, "organisation_code", 9)
        if not only(written[:8], ALPHANUMERIC) or not only(written[8], DIGITS + "X"):
            raise Invalid("organisation_code.characters")
        if organisation_check(written[:8]) != written[8]:
            raise Invalid("organisation_code.check")
        return cls(written)

    def __str__(self) -> str:
        return self.text


def organisation_check(first8: str) -> str:
    """The check character of an organisation code."""
    total = sum(int(character, 36) * weight for character, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


@dataclass(frozen=True, slots=True)
class CreditCode:
    """统一社会信用代码 — 18 characters (GB 32100): registrar and category, division, organisation code, check."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `credit_code.` `length`, `characters` (I O S V Z do not occur), `division`, `check`.

        Letters may stand in front (N2 村级集体经济组织, A1, Y1). A wrong check inside the organisation code is
        common in old codes and does not refuse it; see `organisation_code_holds`.
        """
        written = _of_length(text, "credit_code", 18)
        wrong = "".join(character for character in written if character not in CREDIT_ALPHABET)
        if wrong:
            raise Invalid("credit_code.characters", wrong=wrong)
        if not only(written[2:8], DIGITS):
            raise Invalid("credit_code.division")
        if credit_check(written[:17]) != written[17]:
            raise Invalid("credit_code.check")
        return cls(written)

    @property
    def category(self) -> str:
        """登记管理部门和机构类别 — the first two characters (11 organ, 12 institution, 91 enterprise, N2 village …)."""
        return self.text[:2]

    @property
    def division(self) -> str:
        """登记机关行政区划 — 6 digits."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        """组织机构代码 — 9 characters."""
        return self.text[8:17]

    @property
    def organisation_code_holds(self) -> bool:
        """Does the organisation code inside carry its own right check? If not: warn, do not refuse."""
        return organisation_check(self.text[8:16]) == self.text[16]

    def __str__(self) -> str:
        return self.text


def credit_check(first17: str) -> str:
    """The check character of a credit code; a remainder of 0 gives the character 0."""
    total = sum(CREDIT_ALPHABET.index(c) * weight for c, weight in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """电子证照标识 — root, type code, issuer, serial, version, check (GB/T 36904), joined by dots."""

    type_code: str
    issuer: str
    serial: str
    version: int

    def __post_init__(self) -> None:
        parts = (self.type_code, self.issuer, self.serial)
        if not all(part and only(part, ALPHANUMERIC) for part in parts):
            raise Invalid("licence_identifier.characters")
        if not 0 <= self.version <= 999:
            raise Invalid("licence_identifier.version", version=self.version)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `licence_identifier.` `root`, `parts`, `version`, `characters`, `check`."""
        written = normal(text)
        if not written.startswith(LICENCE_ROOT + "."):
            raise Invalid("licence_identifier.root", expected=LICENCE_ROOT)
        parts = written.removeprefix(LICENCE_ROOT + ".").split(".")
        if len(parts) != 5:
            raise Invalid("licence_identifier.parts", parts=len(parts), expected=5)
        type_code, issuer, serial, version, check = parts
        if len(version) != 3 or not only(version, DIGITS):
            raise Invalid("licence_identifier.version", version=version)
        found = cls(type_code, issuer, serial, int(version))
        if found.check != check:
            raise Invalid("licence_identifier.check")
        return found

    @property
    def check(self) -> str:
        """ISO 7064 MOD 37,36 over the four parts without dots."""
        return mod_37_36(f"{self.type_code}{self.issuer}{self.serial}{self.version:03}")

    def __str__(self) -> str:
        return f"{LICENCE_ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03}.{self.check}"


@dataclass(frozen=True, slots=True)
class BasicCode:
    """基本编码 — 12 digits: region 2 (00 national), type 2, department 2, main item 3, sub-item 3 (000 none)."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `basic_code.` `length`, `characters`."""
        written = _of_length(text, "basic_code", 12)
        if not only(written, DIGITS):
            raise Invalid("basic_code.characters")
        return cls(written)

    @property
    def region(self) -> str:
        """00 national, 33 Zhejiang."""
        return self.text[:2]

    @property
    def item_type(self) -> str:
        """事项类型 — 01 permit … 20 public service."""
        return self.text[2:4]

    @property
    def department(self) -> str:
        """The line of departments."""
        return self.text[4:6]

    @property
    def main(self) -> str:
        """主项."""
        return self.text[6:9]

    @property
    def sub(self) -> str:
        """子项 — 000 where the main item has none."""
        return self.text[9:]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ImplementationCode:
    """实施编码 — 31 characters: credit code 18, level 1, basic code 12; 33 with the handling item (业务办理项)."""

    organisation: CreditCode
    level: int
    basic: BasicCode
    handling: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `implementation_code.` `length`, `level`, `handling`, and those of the two codes inside."""
        written = _of_length(text, "implementation_code", 31, 33)
        organisation, basic = CreditCode.parse(written[:18]), BasicCode.parse(written[19:31])
        if written[18] not in "1234567":
            raise Invalid("implementation_code.level", level=written[18])
        if not only(written[31:], DIGITS):
            raise Invalid("implementation_code.handling", handling=written[31:])
        return cls(organisation, int(written[18]), basic, written[31:])

    def __str__(self) -> str:
        return f"{self.organisation}{self.level}{self.basic}{self.handling}"


_ZHEJIANG_TYPES = "许可|处罚|强制|征收|给付|裁决|确认|奖励|检查|其他|审核转报|征用|规划|公共服务|内部"
_ZHEJIANG = re.compile(rf"({_ZHEJIANG_TYPES})-([0-9]{{5}})-([0-9]{{3}})(?:-([0-9]{{2}}))?")


@dataclass(frozen=True, slots=True)
class ZhejiangItemCode:
    """浙江事项编码 — type word, main item 5, sub-item 3, situation (情形) 2 or empty: 许可-00344-002-01."""

    item_type: str
    main: str
    sub: str
    situation: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `zhejiang_item_code.shape`."""
        found = _ZHEJIANG.fullmatch(text.strip())
        if not found:
            raise Invalid("zhejiang_item_code.shape")
        return cls(found[1], found[2], found[3], found[4] or "")

    def __str__(self) -> str:
        return "-".join(filter(None, (self.item_type, self.main, self.sub, self.situation)))


@dataclass(frozen=True, slots=True)
class ForeignCaseNumber:
    """他网办件编号 — 43 characters as other provinces write them: implementation code 31, date 8, serial 4."""

    item: ImplementationCode
    date: dt.date
    serial: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Invalid `foreign_case_number.` `length`, `characters`, `date`, and those of the implementation code."""
        written = _of_length(text, "foreign_case_number", 43)
        item = ImplementationCode.parse(written[:31])
        if not only(written[31:], DIGITS):
            raise Invalid("foreign_case_number.characters")
        try:
            date = dt.date.fromisoformat(written[31:39])
        except ValueError:
            raise Invalid("foreign_case_number.date") from None
        return cls(item, date, written[39:])

    def __str__(self) -> str:
        return f"{self.item}{self.date:%Y%m%d}{self.serial}"
