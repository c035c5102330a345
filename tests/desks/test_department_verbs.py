"""部门动作页的测试 — each verb by its form, offered to whoever may, and what the page says when it cannot be."""

from __future__ import annotations

import re
from html import unescape

import pytest

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import reading
from yiwang.demo.walk import Walk
from yiwang.directory import service as directory
from yiwang.directory.messages import Person
from yiwang.front.desk import read_reference
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine

from tests.desks.conftest import Visitor
from tests.desks.test_department_batch import HANDLER, take_in

SECOND, HEAD, DECIDER, REVIEWER = "second", "jst-head-330000", "jst-decider-330000", "jst-reviewer-330000"
ROAD = "jtt-handler-330000"


@pytest.fixture(scope="module", autouse=True)
def colleague(engine: Engine) -> None:
    """A second handler in the construction department."""
    with engine.begin(SYSTEM) as work:
        directory.add_person(work, Person(code=SECOND, name="方同事", kind="staff"))
        directory.appoint(work, SECOND, "330000.JST", "承办人", ("handler", "consultee"), work.today)


class Filed:
    """一件: a case at its first review, seen by whoever is logged in."""

    def __init__(self, stage: Walk, visitor: Visitor, firm: int) -> None:
        self.stage, self.visitor = stage, visitor
        [name] = take_in(stage, firm)
        self.ref, self.task = name.split(".")

    @property
    def case(self) -> Case:
        with self.stage.engine.begin(SYSTEM) as work:
            return reading.look(work, *read_reference(self.ref))

    def now(self, step: str = "review") -> Task:
        return self.case.tasks[step]

    def by(self, login: str) -> str:
        self.visitor.log_in(login)
        return self.visitor.go(f"/desk/{self.ref}")

    def act(self, login: str, verb: str, task: str = "", **fields: str) -> int:
        """The form of a verb, as the page of this person has it."""
        self.by(login)
        self.visitor.send(f"/desk/{self.ref}/{task or self.task}/do/{verb}", fields)
        return self.visitor.status

    def whole(self, login: str, verb: str, **fields: str) -> int:
        self.by(login)
        self.visitor.send(f"/desk/{self.ref}/do/{verb}", fields)
        return self.visitor.status

    def finish(self, login: str, **fields: str) -> None:
        self.by(login)
        self.visitor.send(f"/desk/{self.ref}/{self.task}", fields)
        assert self.visitor.status == 200, self.visitor.text()


@pytest.fixture
def filed(stage: Walk, visitor: Visitor, request: pytest.FixtureRequest) -> Filed:
    return Filed(stage, visitor, 20 + sum(map(ord, request.node.name)) % 60)


def offered(page: str) -> set[str]:
    """The verbs that a page offers."""
    return set(re.findall(r'action="/desk/[^"]+/do/([a-z-]+)', page))


def test_给谁看什么(filed: Filed) -> None:
    assert offered(filed.by(HANDLER)) == {"transfer", "delegate", "add-signer", "recuse"}
    assert offered(filed.by(REVIEWER)) == {"recuse"}
    assert offered(filed.by(DECIDER)) == {"recuse", "terminate"}
    assert {"transfer", "urge"} <= offered(filed.by(HEAD))


def test_领取_放回(filed: Filed) -> None:
    filed.by(HANDLER)
    filed.visitor.send(f"/desk/{filed.ref}/{filed.task}/claim")
    assert filed.now().holder == HANDLER
    assert "release" in offered(filed.visitor.page)
    assert "方同事" not in re.findall(r"<h3>初审.*?</section>", filed.by(SECOND), re.DOTALL)[0]
    assert 'name="outcome" value="pass"' not in filed.visitor.page, "a colleague's claim keeps others from it"
    assert filed.act(HANDLER, "release") == 200
    assert filed.now().holder == ""


def test_转办给同事_写理由(filed: Filed) -> None:
    assert filed.act(HANDLER, "transfer", to=SECOND, reason="") == 422
    assert "要改" in filed.visitor.text()
    assert re.search(r"<details data-close open><summary data-key=\"t\"", filed.visitor.page), "open again, as it was"
    assert filed.act(HANDLER, "transfer", to=SECOND, reason="他熟悉公路工程") == 200
    assert filed.now().holder == SECOND
    assert filed.act(HEAD, "transfer", to=HANDLER, reason="另有安排") == 200
    assert filed.now().holder == HANDLER


def test_委派_交回(filed: Filed) -> None:
    assert filed.act(HANDLER, "delegate", to=SECOND, words="请核对业绩") == 200
    assert (filed.now().holder, filed.now().lenders) == (SECOND, (HANDLER,))
    page = filed.by(SECOND)
    assert "委派您办" in page
    assert 'name="outcome" value="pass"' not in page, "who works it for another does not finish it"
    assert filed.act(SECOND, "hand-back", words="业绩属实") == 200
    assert (filed.now().holder, filed.now().lenders) == (HANDLER, ())
    assert "业绩属实" in unescape(filed.by(HANDLER))


def test_加签_签署_减签(filed: Filed) -> None:
    assert filed.act(HANDLER, "add-signer", person=REVIEWER, words="请看资质标准") == 200
    assert filed.act(HANDLER, "add-signer", person=SECOND, words="请看业绩") == 200
    page = filed.by(REVIEWER)
    assert "同事请您签署意见" in page
    assert "点名要我办的" in filed.visitor.go("/desk")
    assert filed.act(REVIEWER, "sign", outcome="agree", words="符合标准") == 200
    assert filed.act(HANDLER, "drop-signer", person=SECOND) == 200
    assert [(s.person, s.outcome) for s in filed.now().seats] == [(REVIEWER, "agree")]
    filed.finish(HANDLER, outcome="pass", words="齐全")
    assert "review" not in filed.case.tasks


def test_催办_收回征求意见(filed: Filed) -> None:
    filed.finish(HANDLER, outcome="pass", words="齐全")
    asked = next(t for t in filed.case.tasks.values() if t.desk == "330000.JTT")
    assert {"urge", "recall"} <= offered(filed.by(HANDLER))
    assert offered(filed.by(ROAD)) & {"urge", "recall"} == set()
    assert filed.act(HANDLER, "urge", str(asked.id), words="请于本周答复") == 200
    assert "催办 1 次" in filed.by(ROAD)
    assert filed.act(HANDLER, "urge", str(asked.id), words="再催") == 422
    assert "今天已经催过" in filed.visitor.text()
    assert "再催" in filed.visitor.page, "what was written stays"
    assert filed.act(HANDLER, "recall", str(asked.id), reason="不再需要") == 200
    assert asked.step not in filed.case.tasks


def test_撤回刚办的(filed: Filed) -> None:
    filed.finish(HANDLER, outcome="pass", words="齐全")
    assert "take-back" not in offered(filed.by(SECOND))
    assert filed.whole(HANDLER, "take-back", reason="漏看一份材料") == 200
    assert set(filed.case.tasks) == {"review"}
    assert filed.now().holder == HANDLER


def test_回避_负责人决定回避(filed: Filed) -> None:
    assert filed.whole(SECOND, "recuse", reason="与申请人有亲属关系") == 200
    assert filed.case.recused == (SECOND,)
    assert "recuse" not in offered(filed.by(SECOND))
    filed.by(HEAD)
    assert f'value="{SECOND}"' not in filed.visitor.page, "who stays out is offered to nobody"


def test_审批人终止_写明法条(filed: Filed) -> None:
    assert filed.whole(DECIDER, "terminate", reason="申请人注销", clause="") == 422
    assert "申请人注销" in filed.visitor.page
    assert filed.whole(DECIDER, "terminate", reason="申请人注销", clause="行政许可法 70") == 200
    assert filed.case.status == "terminated"
    assert offered(filed.by(DECIDER)) == set()


def test_别的单位_没有的动作(filed: Filed) -> None:
    filed.by(HANDLER)
    hidden = dict(re.findall(r'name="(csrf|key)" value="([^"]+)"', filed.visitor.page))
    for path in (f"/desk/{filed.ref}/{filed.task}/do/steal", f"/desk/{filed.ref}/do/steal"):
        assert filed.visitor.client.post(path, data=hidden).status_code == 404
    filed.visitor.log_in("hbt-handler-330000")
    for verb in ("claim", "transfer", "urge", "recall", "sign", "release"):
        answer = filed.visitor.client.post(f"/desk/{filed.ref}/{filed.task}/do/{verb}", data=hidden)
        assert answer.status_code == 404, verb


def test_谁也在看_说得出名字_别的单位看不到(filed: Filed) -> None:
    filed.by(HANDLER)
    address = f"/desk/{filed.ref}/watching"
    assert "也在看" not in filed.visitor.go(address), "nobody else yet"
    assert f'hx-get="{address}"' in filed.visitor.go(f"/desk/{filed.ref}")
    filed.by(SECOND)
    assert "金承办人" in filed.visitor.go(address)
    filed.visitor.log_in("hbt-handler-330000")
    filed.visitor.go(address)
    assert filed.visitor.status == 404
