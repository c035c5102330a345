"""流程图的测试 — lanes, bars and arrows of the seed's examples, with who did what when and where the case stands."""

from __future__ import annotations

import re
from datetime import date

import pytest

from yiwang.casework.service import reading
from yiwang.connectors.sandbox import roster
from yiwang.demo.walk import Walk, scripts
from yiwang.front.look.flowchart import BOX, Box, draw, width_of, wrapped
from yiwang.front.picture import picture
from yiwang.ground.actor import SYSTEM

JOINT, CONSULTING = "许可-90015-000", "许可-90014-000"


def so_far(stage: Walk, item: str, until: date, language: str = "zh") -> str:
    """The picture of an example as it stood on a day."""
    firms = [(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))]
    play = next(s for s in scripts(firms)[::-1] if s.item == item)
    home, case_id = stage._take_in(play)
    for act in play.acts:
        if act.day <= until:
            stage._act(act, home, case_id)
    with stage.engine.begin(SYSTEM, language) as work:
        case = reading.look(work, home, case_id)
        return str(picture(work, case, reading.thread(work, home, case_id)))


def boxes(drawn: str) -> dict[str, str]:
    """The state of every step by the words in its box."""
    found = re.findall(r'<g class="step is-(\w+)"><title>([^<]*)</title>', drawn)
    return {title: state for state, title in found}


def test_征求意见_谁哪天办的_现在在谁_后面还有什么(stage: Walk) -> None:
    drawn = so_far(stage, CONSULTING, date(2017, 8, 23))
    said = boxes(drawn)
    assert said["初审 8月18日 金承办人"] == "done"
    assert said["征求省交通运输厅意见 8月23日 章承办人"] == "done"
    assert said["征求省水利厅意见 8月25日 前"] == "now"
    assert said["审核 3 个工作日"] == "ahead"
    assert not any("通信管理局" in title for title in said), "who is not asked in this situation is not drawn"
    lanes = re.findall(r"<g><title>([^<]+)</title><rect", drawn)
    assert lanes == ["三墩镇便民服务中心", "数据共享系统", "浙江省住房和城乡建设厅", "浙江省交通运输厅", "浙江省水利厅"]
    assert drawn.count("is-bar") == 2
    assert re.findall(r"is-(\w+) is-bar", drawn) == ["done", "ahead"], "the fork is behind it, the join is not"


def test_联合审批_并联的一排_停钟的另一个样(stage: Walk) -> None:
    drawn = so_far(stage, JOINT, date(2017, 8, 21))
    said = boxes(drawn)
    paused = [title for title, state in said.items() if state == "paused"]
    assert len(paused) == 1
    assert paused[0].startswith("联合组织专家现场评审")
    tops = re.findall(r"<title>[^<]*书面审查[^<]*</title><rect x=\"[\d.]+\" y=\"([\d.]+)\"", drawn)
    assert len(tops) == 3
    assert len(set(tops)) == 1, "parallel branches stand in one row"


def test_英文读者看英文(stage: Walk) -> None:
    drawn = so_far(stage, CONSULTING, date(2017, 8, 18), "en")
    assert "First review 18 Aug" in drawn
    assert "by 25 Aug" in drawn
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[\u4e00-\u9fff]{3,4}(?=<)", "", drawn)), "but for people's names"


def overlapping(drawn: str) -> bool:
    found = [
        tuple(map(float, m))
        for m in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="4"', drawn)
    ]
    return any(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for n, a in enumerate(found)
        for b in found[n + 1 :]
    )


def test_框不相压_线不走回头() -> None:
    steps = [
        Box("a", "甲", "one"),
        Box("f"),
        Box("b", "乙", "one"),
        Box("c", "丙", "one"),
        Box("d", "丁", "two"),
        Box("j"),
    ]
    arrows = [
        ("a", "f"),
        ("f", "b"),
        ("f", "c"),
        ("f", "d"),
        ("b", "j"),
        ("c", "j"),
        ("d", "j"),
        ("j", "a"),
        ("a", "x"),
    ]
    drawn = str(draw(steps, arrows, {"one": "一", "two": "二"}, "图"))
    assert not overlapping(drawn)
    assert drawn.count('class="edge"') == 7, "no arrow back to the top, none to what is not drawn"


def test_跨行的线绕开中间的框() -> None:
    steps = [Box("a", "甲", "one"), Box("b", "乙", "one"), Box("c", "丙", "one")]
    drawn = str(draw(steps, [("a", "b"), ("b", "c"), ("a", "c")], {"one": "一"}, "图"))
    skip = re.findall(r'class="edge" d="([^"]+)"', drawn)[-1]
    turns = [float(x) for x in re.findall(r"H([\d.]+)", skip)]
    assert max(turns) > 70 + BOX / 2, "beside the box, not through it"


@pytest.mark.parametrize(
    "text, lines",
    [
        ("初审", ["初审"]),
        ("一二三四五六七八九十", ["一二三四五六七八", "九十"]),
        ("Joint expert review on site, one visit", ["Joint expert", "review on…"]),
        ("", [""]),
        ("一" * 40, ["一" * 8, "一" * 7 + "…"]),
    ],
)
def test_折行_放得下(text: str, lines: list[str]) -> None:
    assert wrapped(text, 104, 12.5, 2) == lines
    assert all(width_of(line, 12.5) <= 104 for line in lines)


def test_名字里的尖括号不会变成标签() -> None:
    drawn = str(draw([Box("a", "<b>", "one", note="<i>")], [], {"one": "<u>"}, "<x>"))
    assert not re.search(r"<[bux]>|<i>", drawn)
