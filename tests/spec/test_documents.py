"""决定书与告知书 — written by the system, numbered in the act, signed, its digest in the journal, checked by anyone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yiwang.casework.service import reading
from yiwang.commands.reconcile import differences
from yiwang.front import documents as front
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Invalid, NotFound
from yiwang.handling import store
from yiwang.handling.messages import Decide, EndSpecial, Issued, Reply, Review, StartSpecial
from yiwang.handling.service import deciding, documents

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office

DECIDER = "fgw-decider-330106"
TWO = {"categories": ("cma", "food"), "premises": "owned"}


def papers(office: Office, filed: Filed) -> list[Issued]:
    """What the case has given in writing."""
    found: list[Issued] = office.by("sysadmin", lambda work: documents.of_case(work, *filed))
    return found


def consulted(office: Office, conditions: str) -> Filed:
    """A case that waits for its decision, one consulted department having made conditions."""
    filed = office.accepted(CONSULTING)
    office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
    answer = {"outcome": "conditional", "words": "", "conditions": conditions}
    office.act("jtt-handler-330000", filed, Reply, role="consultee", **answer)
    office.act("slt-handler-330000", filed, Reply, role="consultee", outcome="agree", words="")
    for login in ("jst-handler-330000", "jst-reviewer-330000"):
        office.act(login, filed, Review, outcome="pass", words="")
    return filed


@pytest.mark.requirement("R30", "R50")
def test_准予决定书_写明依据_结果_征求意见部门附的条件(office: Office) -> None:
    filed = consulted(office, "三个月内补齐设备检定")
    office.act("jst-decider-330000", filed, Decide, outcome="grant", conditions="每年报告一次")
    (issued,) = papers(office, filed)
    said = issued.paper
    assert said.title == "准予行政许可决定书"
    assert said.issuer == "浙江省住房和城乡建设厅"
    assert said.number.startswith("浙建设审〔2017〕")
    text = "".join(said.paragraphs)
    assert "第三十八条第一款" in text
    assert "三个月内补齐设备检定；每年报告一次。" in text
    assert said.addressee == office.case(filed).matter.applicant


@pytest.mark.requirement("R30")
def test_不予决定书_理由和救济都在纸上(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act(DECIDER, filed, Decide, outcome="refuse", reasons="用地性质不符")
    (issued,) = papers(office, filed)
    text = "".join(issued.paper.paragraphs)
    assert "用地性质不符。" in text
    assert "行政复议" in text
    assert "行政诉讼" in text


def test_决定以前可以预览_不占号_不留痕(office: Office) -> None:
    filed = office.accepted(SINGLE)
    before = office.acts(filed)
    task = next(iter(office.case(filed).tasks.values())).id
    draft = Decide(home=filed.home, id=filed.id, task=task, outcome="refuse", reasons="用地性质不符")
    paper = office.by(DECIDER, lambda work: deciding.drafted(draft, work))
    assert paper.number == "西湖发改审〔2017〕　号"
    assert office.acts(filed) == before
    assert papers(office, filed) == []
    office.act(DECIDER, filed, Decide, outcome="refuse", reasons="用地性质不符")
    assert papers(office, filed)[0].paper.paragraphs == paper.paragraphs, "预览的就是发出的"
    assert front.preview(paper)[:5] == b"%PDF-"


def test_不予的预览也要先写理由(office: Office) -> None:
    filed = office.accepted(SINGLE)
    task = next(iter(office.case(filed).tasks.values())).id
    draft = Decide(home=filed.home, id=filed.id, task=task, outcome="refuse")
    with pytest.raises(Invalid):
        office.by(DECIDER, lambda work: deciding.drafted(draft, work))


def test_文号按机关按年编_同时作决定也不重号(office: Office) -> None:
    filed = [office.accepted(SINGLE) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: office.act(DECIDER, one, Decide, outcome="grant"), filed))
    numbers = [papers(office, one)[0].paper.number for one in filed]
    serials = sorted(int(n.partition("〕")[2].removesuffix("号")) for n in numbers)
    assert serials == list(range(serials[0], serials[0] + 6))
    office.clock.go(office.clock.now.date().replace(year=2018, month=3, day=1))
    later = office.accepted(SINGLE)
    office.act(DECIDER, later, Decide, outcome="grant")
    assert papers(office, later)[0].paper.number == "西湖发改审〔2018〕1号", "新的一年从一号起"


@pytest.mark.requirement("R53")
def test_特别程序先发告知书_停钟的依据就是它的文号(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    for line in ("zjj", "syj"):
        office.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    office.act("zjj-handler-330000", filed, StartSpecial, days_needed=9)
    (notice,) = papers(office, filed)
    assert notice.paper.title == "特别程序告知书"
    assert notice.paper.number.startswith("浙质监告〔2017〕")
    assert "专家评审，所需时间为9日" in "".join(notice.paper.paragraphs)
    with office.engine.begin(SYSTEM) as work:
        stopped = next(e for e in reading.thread(work, *filed) if e.act == "clock.stopped")
    assert stopped.facts["notice"] == notice.paper.number


@pytest.mark.requirement("R49")
def test_部分准予_各部门各发各的决定书(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    for line in ("zjj", "syj"):
        office.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    office.act("zjj-decider-330000", filed, Decide, outcome="grant")
    office.act("syj-decider-330000", filed, Decide, outcome="refuse", reasons="能力范围不符")
    kinds = {p.paper.issuer: p.paper.kind for p in papers(office, filed)}
    assert kinds == {"浙江省质量技术监督局": "grant", "浙江省食品药品监督管理局": "refusal"}
    for issued in papers(office, filed):
        assert any("其他部门" in words for words in issued.paper.paragraphs)


@pytest.mark.requirement("R05")
def test_文书的摘要在卷宗里_改了文书对账就查出(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act(DECIDER, filed, Decide, outcome="refuse", reasons="用地性质不符")
    (issued,) = papers(office, filed)
    with office.engine.begin(SYSTEM) as work:
        written = next(e for e in reading.thread(work, *filed) if e.act == "document.issued")
        assert {f.kind for _, f in differences(work) if f.id == filed.id} == set()
    assert written.facts == {"kind": "refusal", "number": issued.paper.number, "digest": issued.digest}
    assert "用地性质不符" not in json.dumps(written.facts, ensure_ascii=False), "文字不进卷宗，只进摘要"
    office.sql("UPDATE handling.document SET body = replace(body, '不符', '相符') WHERE matter = %s", filed.id)
    with office.engine.begin(SYSTEM) as work:
        assert {f.kind for _, f in differences(work) if f.id == filed.id} == {"document.not_as_signed"}
    body = office.sql("SELECT body FROM handling.document WHERE matter = %s", filed.id)[0][0]
    digest = sha256(body.encode()).hexdigest()
    office.sql("UPDATE handling.document SET digest = %s WHERE matter = %s", digest, filed.id)
    with office.engine.begin(SYSTEM) as work:
        kinds = {f.kind for _, f in differences(work) if f.id == filed.id}
    assert kinds == {"document.not_as_signed", "document.not_as_in_journal"}
    office.sql("DELETE FROM handling.document WHERE matter = %s", filed.id)
    with office.engine.begin(SYSTEM) as work:
        assert {f.kind for _, f in differences(work) if f.id == filed.id} == {"document.not_as_in_journal"}


@pytest.mark.requirement("R13")
def test_谁拿着文书谁就能核验_只用公钥也行(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act(DECIDER, filed, Decide, outcome="grant")
    (issued,) = papers(office, filed)
    with office.engine.begin(SYSTEM) as work:
        assert documents.check(work, issued.code) == issued
        body = store.documents(work, *filed)[0].body
        with pytest.raises(NotFound):
            documents.check(work, issued.code[:-1] + str((int(issued.code[-1]) + 1) % 10))
    assert issued.genuine
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(issued.key))
    key.verify(bytes.fromhex(issued.signature), b"yiwang/document/1\x00" + body.encode())
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(issued.signature), b"yiwang/document/1\x00" + body.replace("准予", "不予").encode())
    assert json.loads(body)["code"] == issued.code


def test_同一份文书_两次打印一样(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act(DECIDER, filed, Decide, outcome="grant")
    (issued,) = papers(office, filed)
    made = front.official(issued, "https://yiwang.example.cn/")
    assert made[:5] == b"%PDF-"
    assert made == front.official(issued, "https://yiwang.example.cn")
