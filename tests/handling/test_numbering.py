"""文号与核验码 — no two organisations share a word, a check code finds every slip of the finger."""

from __future__ import annotations

from collections import Counter

import pytest

from yiwang.directory import seed
from yiwang.ground.outcome import NotFound
from yiwang.handling.rules import numbering


@pytest.mark.parametrize(
    "places, short, word",
    [
        (("浙江省",), "省质监局", "浙质监"),
        (("浙江省",), "省卫生计生委", "浙卫生计生"),
        (("西湖区",), "省发改委", "西湖发改"),
        (("景宁畲族自治县",), "省水利厅", "景宁水利"),
        (("梅林镇", "西湖区"), "乡镇政府", "西湖梅林乡镇政府"),
    ],
)
def test_机关代字(places: tuple[str, ...], short: str, word: str) -> None:
    assert numbering.word(places, short) == word


def test_没有两个机关同一个代字() -> None:
    places = {p.code: p for p in seed.divisions()}
    lines = {x.key: x for x in seed.lines()}
    words: Counter[str] = Counter()
    for o in seed.organisations(list(places.values()), list(lines.values())):
        if o.kind == "department" and o.valid_to is None:
            place = places[o.division]
            above = (places[place.parent].name,) if o.level == "town" else ()
            words[numbering.word((place.name, *above), lines[o.line].short)] += 1
    assert len(words) > 2_000
    assert [word for word, n in words.items() if n > 1] == []


def test_编号留空的是草稿() -> None:
    assert numbering.number("浙质监", "审", 2017, 12) == "浙质监审〔2017〕12号"
    assert numbering.number("浙质监", "审", 2017, None) == "浙质监审〔2017〕　号"


def test_核验码错一位_换两位_都查得出() -> None:
    code = numbering.code(8123, 987_654_321_012_345)
    assert numbering.read_code(f" {code[:4]} {code[4:]} ") == (8123, code)
    for place in range(len(code)):
        wrong = [code[:place] + digit + code[place + 1 :] for digit in "0123456789" if digit != code[place]]
        if place + 1 < len(code) and code[place] != code[place + 1]:
            wrong.append(code[:place] + code[place + 1] + code[place] + code[place + 2 :])
        for text in wrong:
            with pytest.raises(NotFound):
                numbering.read_code(text)


@pytest.mark.parametrize("text", ["", "x", "1" * 21, "９" * 22, numbering.code(99_999, 1)])
def test_不是核验码的(text: str) -> None:
    with pytest.raises(NotFound):
        numbering.read_code(text)
