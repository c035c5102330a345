"""批量办理与审批用语的测试 — one outcome for several cases, a reason and an act each; phrases are the house's own."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest

from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import reading
from yiwang.connectors.sandbox import roster
from yiwang.demo.walk import Walk, scripts
from yiwang.front.desk import read_reference
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling.service import phrases
from yiwang.handling.service import reading as opinions
from yiwang.plumbing.work import Engine

from tests.desks.conftest import Visitor

CONSULTING = "许可-90014-000"
HANDLER = "jst-handler-330000"


def take_in(stage: Walk, *firms: int) -> list[str]:
    """Cases that wait for their first review; the names under which a batch chooses them."""
    names = []
    for n in firms:
        firm = roster.firm(n)
        several = [(firm.identifier, firm.name, "firm-1")] * 3
        home, case_id = stage._take_in(next(s for s in scripts(several) if s.item == CONSULTING))
        with stage.engine.begin(stage.actor(HANDLER)) as work:
            [task] = reading.look(work, home, case_id).tasks.values()
        names.append(f"{home}-{case_id}.{task.id}")
    return names


def said(engine: Engine, stage: Walk, name: str) -> list[tuple[str, str]]:
    """Outcome and words of what was said in a case."""
    home, case_id = read_reference(name.partition(".")[0])
    with engine.begin(stage.actor(HANDLER)) as work:
        return [(o.outcome, o.words) for o in opinions.file_of(work, home, case_id).opinions]


def choose(visitor: Visitor, names: list[str], outcome: str = "") -> str:
    """The page of the batch, with an outcome."""
    return visitor.go(
        "/desk/batch?" + "&".join(f"task={n}" for n in names) + (f"&outcome={outcome}" if outcome else "")
    )


def test_几件一起办_各有各的理由(stage: Walk, visitor: Visitor) -> None:
    names = take_in(stage, 0, 1, 2)
    visitor.log_in(HANDLER)
    page = choose(visitor, names)
    assert page.count("<textarea") == 3
    assert "材料齐全，符合法定形式" in page, "prefilled with the house's own phrase"
    words = {f"words.{n}": f"第{k}件：材料齐全。" for k, n in enumerate(names)}
    visitor.send("/desk/batch", words)
    assert visitor.status == 200
    assert visitor.text().count("已办理") == 3
    assert [said(stage.engine, stage, n) for n in names] == [[("pass", f"第{k}件：材料齐全。")] for k in range(3)]


def test_一件办不成_别的照办_说得出为什么(stage: Walk, visitor: Visitor) -> None:
    first, second, third = take_in(stage, 3, 4, 5)
    visitor.log_in(HANDLER)
    choose(visitor, [first, second, third])
    asked = visitor.page
    ref, task = second.split(".")
    visitor.go(f"/desk/{ref}")
    visitor.send(f"/desk/{ref}/{task}", {"outcome": "pass", "words": "先单独办了这件。"})
    visitor.page = asked
    visitor.send("/desk/batch", {f"words.{n}": "一起办。" for n in (first, second, third)})
    assert "已经办完或被退回" in visitor.text()
    assert [said(stage.engine, stage, n) for n in (first, third)] == [[("pass", "一起办。")]] * 2
    assert said(stage.engine, stage, second) == [("pass", "先单独办了这件。")]


def test_同一张表送两次_只办一次(stage: Walk, visitor: Visitor) -> None:
    [name] = take_in(stage, 6)
    visitor.log_in(HANDLER)
    choose(visitor, [name])
    asked = visitor.page
    for _ in range(2):
        visitor.page = asked
        visitor.send("/desk/batch", {f"words.{name}": "一次。"})
        assert visitor.status == 200
    assert said(stage.engine, stage, name) == [("pass", "一次。")]


def test_换一种结果_用语跟着换_缺理由的不办(stage: Walk, visitor: Visitor) -> None:
    [name] = take_in(stage, 7)
    visitor.log_in(HANDLER)
    page = choose(visitor, [name], "fail")
    assert 'name="outcome" value="fail"' in page
    assert "不符合法定条件，理由如下" in page
    assert roster.firm(7).name in re.findall(r"<textarea[^>]*>([^<]+)", page)[0], "the case's own names stand in it"


def test_已经办完的_别的单位的_不在里面(stage: Walk, visitor: Visitor) -> None:
    [name] = take_in(stage, 8)
    visitor.log_in("jst-reviewer-330000")
    assert "有 1 件不在这里" in choose(visitor, [name])
    visitor.log_in("hbt-handler-330000")
    choose(visitor, [name])
    assert visitor.status == 404, "as if there were no such case"
    choose(visitor, ["1-x.y"])
    assert visitor.status == 404


def test_别人不能替我批量办(stage: Walk, visitor: Visitor) -> None:
    [name] = take_in(stage, 9)
    visitor.log_in("jst-reviewer-330000")
    visitor.go("/desk/phrases")
    hidden = dict(re.findall(r'name="(csrf|key)" value="([^"]+)"', visitor.page))
    answer = visitor.client.post("/desk/batch", data={**hidden, "outcome": "pass", f"words.{name}": "越权"})
    assert answer.status_code == 422
    assert "属于其他单位或岗位" in answer.text
    assert said(stage.engine, stage, name) == []


def test_用语填进意见_没有脚本也行(stage: Walk, visitor: Visitor) -> None:
    [name] = take_in(stage, 10)
    ref, task = name.split(".")
    visitor.log_in(HANDLER)
    page = visitor.go(f"/desk/{ref}")
    button = re.findall(r'name="phrase" value="([^"]+)" data-insert="([^"]+)"', page)
    assert len(button) == 3
    page = visitor.send(f"/desk/{ref}/{task}", {"phrase": button[0][0], "words": "已核。"})
    assert unescape(re.findall(r'id="f-words"[^>]*>([^<]*)', page)[0]) == f"已核。\n{unescape(button[0][1])}"
    assert said(stage.engine, stage, name) == [], "nothing was done"


def test_用语由负责人或审核人写_大家用(stage: Walk, visitor: Visitor) -> None:
    visitor.log_in("jst-reviewer-330000")
    visitor.go("/desk/phrases")
    visitor.send("/desk/phrases", {"kind": "review", "outcome": "pass", "title": "", "words": "有标题才行"})
    assert visitor.status == 422
    assert "有标题才行" in visitor.page, "what was written stays"
    visitor.send(
        "/desk/phrases", {"kind": "review", "outcome": "pass", "title": "新用语", "words": "〔申请人〕<b>可以</b>"}
    )
    assert "新用语" in visitor.text()
    [name] = take_in(stage, 11)
    visitor.log_in(HANDLER)
    assert f"{roster.firm(11).name}&lt;b&gt;可以" in visitor.go(f"/desk/{name.split('.')[0]}")
    assert 'action="/desk/phrases"' not in visitor.go("/desk/phrases"), "a handler reads them only"
    visitor.log_in("hbt-reviewer-330000")
    assert "新用语" not in visitor.go("/desk/phrases"), "the house's own"
    visitor.log_in("jst-head-330000")
    page = visitor.go("/desk/phrases")
    drop = re.search(r'新用语.*?action="(/desk/phrases/[^"]+/drop)"', page, re.DOTALL)
    assert drop
    visitor.send(drop[1])
    assert "新用语" not in visitor.text()


@pytest.mark.parametrize(
    "given, wrong",
    [
        (("accept", "", "标题", "话"), "kind"),
        (("review", "grant", "标题", "话"), "outcome"),
        (("review", "", "字" * 21, "话"), "title"),
        (("review", "", "标题", "话" * 1001), "words"),
        (("review", "", " ", "话"), "title"),
    ],
)
def test_写不成的用语(stage: Walk, given: tuple[str, str, str, str], wrong: str) -> None:
    with pytest.raises(Invalid) as found, stage.engine.begin(stage.actor("jst-head-330000")) as work:
        phrases.write(work, *given)
    assert [e.field for e in found.value.errors] == [wrong]


def test_用语有个限度(stage: Walk) -> None:
    head = stage.actor("syj-head-330000")
    with stage.engine.begin(head) as work:
        for n in range(phrases.MOST - len(phrases.of_desk(work, head.organisation))):
            phrases.write(work, "review", "", f"第{n}条", "话")
    with pytest.raises(Conflict) as found, stage.engine.begin(head) as work:
        phrases.write(work, "review", "", "多一条", "话")
    assert found.value.code == "handling.too_many_phrases"
    with pytest.raises(Forbidden), stage.engine.begin(stage.actor(HANDLER)) as work:
        phrases.drop(work, UUID(int=1))


def test_待办列表给每一行一个可选的框(stage: Walk, visitor: Visitor) -> None:
    names = take_in(stage, 12, 13)
    visitor.log_in(HANDLER)
    page = visitor.go("/desk")
    with stage.engine.begin(stage.actor(HANDLER)) as work:
        assert reading.inbox(work, "330000.JST", work.actor.roles, InboxQuery()).total >= 2
    for name in names:
        assert f'name="task" value="{name}"' in page
