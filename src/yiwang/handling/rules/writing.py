"""行文 — what a decision or notice says, word for word; the template only gives it its look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256

from yiwang.casework.messages.case import REMEDIES
from yiwang.ground.chain import canonical
from yiwang.handling.messages import Paper, PaperKind

LICENCE = "01"
"""许可: the type of item that 行政许可法 is about; the others are decided in plainer words."""
_DOMAIN = b"yiwang/document/1\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """行文背景: what every document of a case speaks of; names are those of the day."""

    case: str  # the case number in groups
    applicant: str
    item: str
    item_type: str
    receiving: str
    received: date
    accepted: date | None
    exit: str
    organisation: str
    issuer: str
    today: date
    joint: bool = False


def day(on: date) -> str:
    """年月日: as official documents write it."""
    return f"{on.year}年{on.month}月{on.day}日"


def sentence(words: str) -> str:
    """句号: the words an official wrote, as a sentence."""
    text = words.strip()
    return text if not text or text[-1] in "。！？；" else f"{text}。"


def law(clause: str) -> str:
    """法条: `行政许可法 45` as official documents write it: 《中华人民共和国行政许可法》第四十五条."""
    name, _, article = clause.partition(" ")
    full = f"中华人民共和国{name}" if name.endswith("法") else name
    return f"《{full}》第{in_chinese(int(article))}条" if article.isdigit() else f"《{full}》{article}"


def in_chinese(number: int) -> str:
    """汉字数字: 1 to 199 as statutes count their articles."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    high = f"{digits[hundreds]}百" if hundreds else ""
    middle = f"{digits[tens] if tens > 1 or hundreds else ''}十" if tens else "零" if hundreds and ones else ""
    return f"{high}{middle}{digits[ones] if ones else ''}"


def _paper(of: Occasion, kind: PaperKind, title: str, *paragraphs: str) -> Paper:
    return Paper(
        kind=kind,
        number="",
        title=title,
        organisation=of.organisation,
        issuer=of.issuer,
        addressee=of.applicant,
        case=of.case,
        item=of.item,
        on=of.today,
        paragraphs=tuple(p for p in paragraphs if p),
    )


def _opening(of: Occasion) -> str:
    accepted = ""
    if of.accepted is not None:
        accepted = "，同日受理" if of.accepted == of.received else f"，{day(of.accepted)}受理"
    return f"你（单位）于{day(of.received)}向{of.receiving}提出{of.item}申请{accepted}。"


def _together(of: Occasion) -> str:
    return (
        "本决定只就本机关职责范围内的事项作出。其他部门就同一申请各自作出的决定，与本决定一并送达。" if of.joint else ""
    )


def grant(of: Occasion, *, result: str, conditions: str, reasons: str) -> Paper:
    """准予决定书: with the conditions that consulted departments made, and the licence it gives. 行政许可法 38(1)"""
    permit = of.item_type == LICENCE
    given = f"，颁发《{result}》" if result else ""
    verdict = (
        f"根据《中华人民共和国行政许可法》第三十八条第一款的规定，本机关决定准予行政许可{given}。"
        if permit
        else f"本机关决定准予办理{given}。"
    )
    return _paper(
        of,
        PaperKind.GRANT,
        "准予行政许可决定书" if permit else "准予办理决定书",
        f"{_opening(of)}经审查，申请符合法定条件、标准。",
        sentence(reasons),
        verdict,
        f"本决定附有下列条件：{sentence(conditions)}" if conditions.strip() else "",
        _together(of),
        f"结果由{of.exit}统一出件。",
    )


def refusal(of: Occasion, *, reasons: str) -> Paper:
    """不予决定书: with its reasons and the ways to have it reviewed. 行政许可法 38(2)"""
    permit = of.item_type == LICENCE
    verdict = (
        "根据《中华人民共和国行政许可法》第三十八条第二款的规定，本机关决定不予行政许可。"
        if permit
        else "本机关决定不予办理。"
    )
    return _paper(
        of,
        PaperKind.REFUSAL,
        "不予行政许可决定书" if permit else "不予办理决定书",
        f"{_opening(of)}经审查，申请不符合法定条件、标准。理由如下：",
        sentence(reasons),
        verdict,
        f"如不服本决定，自收到本决定之日起{REMEDIES}。",
        _together(of),
    )


def special(of: Occasion, *, ground: str, clause: str, days: int) -> Paper:
    """特别程序告知书: the ground and the days it needs, which the limit does not count. 行政许可法 45"""
    return _paper(
        of,
        PaperKind.SPECIAL,
        "特别程序告知书",
        _opening(of),
        f"依法需要进行{ground}，所需时间为{days}日。",
        f"根据{law(clause)}的规定，上述时间不计入办理期限；结束以后，期限继续计算。",
        "特此告知。",
    )


def extension(of: Occasion, *, reason: str, limit: str, due: date | None) -> Paper:
    """延长期限告知书: the reason, how much longer, until when. 行政许可法 42"""
    until = f"，至{day(due)}" if due else ""
    return _paper(
        of,
        PaperKind.EXTENSION,
        "延长办理期限告知书",
        _opening(of),
        f"因{sentence(reason).removeprefix('因')}",
        f"根据《中华人民共和国行政许可法》第四十二条的规定，经{of.issuer}负责人批准，办理期限延长{limit}{until}。",
        "期限只能延长一次。特此告知。",
    )


def revocation(of: Occasion, *, reason: str, returned: tuple[str, ...]) -> Paper:
    """撤销受理通知书: the reason, what goes back to the applicant, and the ways to have it reviewed. 规定 11"""
    return _paper(
        of,
        PaperKind.REVOCATION,
        "撤销受理通知书",
        _opening(of),
        sentence(reason),
        "根据《浙江省保障“最多跑一次”改革规定》第十一条第二款的规定，决定撤销受理。",
        f"已提交的{'、'.join(returned)}退还你（单位）。" if returned else "",
        "材料齐备后可以重新申请；政府已有的信息不用再提供。",
        f"如不服本决定，自收到本通知之日起{REMEDIES}。",
    )


def body(paper: Paper, code: str) -> str:
    """正文底稿: the one text of a document that is kept, signed and checked: canonical JSON of all it says."""
    return canonical({**asdict(paper), "code": code})


def signed(text: str) -> bytes:
    """签名原文: the bytes that are signed."""
    return _DOMAIN + text.encode()


def digest(text: str) -> str:
    """文书摘要: SHA-256 of the body, 64 hex digits; it stands in the journal of the case."""
    return sha256(text.encode()).hexdigest()


def read(raw: Mapping[str, object]) -> Paper:
    """读底稿: the document that a body says."""
    paragraphs = raw["paragraphs"]
    assert isinstance(paragraphs, list)
    texts = {k: str(raw[k]) for k in ("number", "title", "organisation", "issuer", "addressee", "case", "item")}
    return Paper(
        kind=PaperKind(str(raw["kind"])),
        on=date.fromisoformat(str(raw["on"])),
        paragraphs=tuple(map(str, paragraphs)),
        **texts,
    )
