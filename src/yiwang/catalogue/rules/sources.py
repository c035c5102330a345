"""来源与部门 — from the words of a list (省公安厅, 公安局(交警), 消防) to the line of departments they mean."""

from __future__ import annotations

from yiwang.catalogue.messages import Category, Source, SourceKind
from yiwang.ground.outcome import Invalid

SELF_WORDS = frozenset({"自行填写", "申请人自备", "申请人提供", "现场"})

CATEGORIES = {
    "表格": Category.FORM,
    "证照": Category.LICENCE,
    "批文": Category.APPROVAL_DOC,
    "证明": Category.CERTIFICATE,
    "其他": Category.OTHER,
}

# The part of a label that tells the line, the most telling first: 公安消防 is fire, not police.
_TELLING = (
    ("不动产", "GTT"),
    ("公共资源交易", "CZT"),
    ("施工图", "JST"),
    ("检验机构", "ZJJ"),
    ("业务主管", "MZT"),
    ("综合执法", "ZHZF"),
    ("城管", "ZHZF"),
    ("公积金", "GJJ"),
    ("市场监管", "SCJG"),
    ("发展改革", "FGW"),
    ("发改", "FGW"),
    ("经信", "JXW"),
    ("工信", "JXW"),
    ("能源", "NYJ"),
    ("公安", "GAT"),
    ("消防", "GAT"),
    ("国土", "GTT"),
    ("环保", "HBT"),
    ("人力社保", "RST"),
    ("医保", "RST"),
    ("存档", "RST"),
    ("规划", "JST"),
    ("建设", "JST"),
    ("园林", "JST"),
    ("交通", "JTT"),
    ("水利", "SLT"),
    ("食品药品", "SYJ"),
    ("农业", "NYT"),
    ("林业", "LYT"),
    ("卫生", "WJW"),
    ("气象", "QXJ"),
    ("质监", "ZJJ"),
    ("工商", "GSJ"),
    ("税务", "DSJ"),
    ("地税", "DSJ"),
    ("财政", "CZT"),
    ("保险", "CZT"),
    ("人民银行", "CZT"),
    ("民政", "MZT"),
    ("语委", "JYT"),
    ("教育", "JYT"),
    ("安监", "AJJ"),
    ("人防", "RFB"),
    ("档案", "DAJ"),
    ("文化", "WHT"),
    ("通信", "XGB"),
    ("司法", "SFT"),
    ("残联", "CLH"),
    ("维稳", "ZFW"),
    ("政法委", "ZFW"),
    ("相关部门", "GSJ"),
)


def line_of(label: str) -> str:
    """条线: the line that a label means; Invalid `catalogue.unknown_source` when nobody is meant."""
    for part, line in _TELLING:
        if part in label:
            return line
    raise Invalid("catalogue.unknown_source", label=label[:60])


def is_known(label: str) -> bool:
    """认识的来源: whether a label means the applicant or a line of departments."""
    return label in SELF_WORDS or any(part in label for part, _ in _TELLING)


def source_of(label: str, deciding_line: str) -> Source:
    """来源: self, a department, or the handling department itself (R61)."""
    if label in SELF_WORDS:
        return Source(kind=SourceKind.SELF, label=label)
    line = line_of(label)
    kind = SourceKind.HANDLER if line == deciding_line else SourceKind.DEPARTMENT
    return Source(kind=kind, label=label, line=line)


def department_of(label: str) -> Source:
    """部门来源: a label that stands in a list of sources of other departments' materials."""
    return Source(kind=SourceKind.DEPARTMENT, label=label, line=line_of(label))
