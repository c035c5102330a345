"""用语 — the words for codes that stand on pages: states, outcomes, reasons, acts of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yiwang.plumbing.i18n import mark

STATUS = {
    "draft": mark("草稿"),
    "submitted": mark("已收件，待受理"),
    "correction": mark("待补正"),
    "accepted": mark("已受理"),
    "handling": mark("办理中"),
    "suspended": mark("特别程序中"),
    "decided": mark("已决定，制证中"),
    "ready": mark("待出件"),
    "closed": mark("已办结"),
    "refused": mark("不予受理"),
    "withdrawn": mark("已撤回"),
    "acceptance_revoked": mark("已撤销受理"),
    "terminated": mark("已终止"),
}
WHY = {
    "start_day": mark("起算日不计"),
    "workday": mark("工作日"),
    "makeup": mark("调休上班"),
    "weekend": mark("休息日"),
    "holiday": mark("放假"),
    "calendar_day": mark("计"),
    "hours": mark("按小时"),
    "spot": mark("即办"),
    "suspended": mark("停计"),
    "extension": mark("延期"),
    "rolled": mark("顺延"),
}
OUTCOME = {
    "accept": mark("受理"),
    "complete": mark("已取齐"),
    "pending": mark("部分待取"),
    "pass": mark("通过"),
    "fail": mark("不通过"),
    "agree": mark("同意"),
    "disagree": mark("不同意"),
    "conditional": mark("附条件同意"),
    "no_competence": mark("不属职责"),
    "deemed": mark("逾期视为无意见"),
    "grant": mark("准予"),
    "refuse": mark("不予许可"),
    "issued": mark("已制证"),
    "delivered": mark("已出件"),
    "created": mark("已建立"),
    "skip": mark("不需要"),
    "returned": mark("退回"),
    "cancelled": mark("终止"),
    "recalled": mark("收回征求意见"),
    "handed_back": mark("受托办毕"),
    "answered": mark("已答复"),
    "approved": mark("已批准"),
    "declined": mark("未批准"),
    "elapsed": mark("期满"),
    "granted": mark("已准予"),
    "refused": mark("已决定不予许可"),
    "ended": mark("已终止"),
}
CONSULTED = {
    "sent": mark("已发出"),
    "received": mark("对方已领取"),
    "replied": mark("已答复"),
    "deemed": mark("逾期视为无意见"),
    "recalled": mark("收回征求意见"),
}
KIND = {
    "accept": mark("受理"),
    "fetch": mark("取数据"),
    "review": mark("审查"),
    "consult": mark("征求意见"),
    "special": mark("特别程序"),
    "decide": mark("决定"),
    "issue": mark("制证"),
    "deliver": mark("出件"),
    "supervise": mark("监管"),
    "wait": mark("等待期限"),
    "subcase": mark("子件"),
    "guidance": mark("业务指导"),
    "extension": mark("延期请示"),
    "demand": mark("督办"),
    "referral": mark("另行征求意见"),
    "tolerance": mark("容缺待补"),
}
DATA_STATE = {
    "requested": mark("正在取"),
    "fetched": mark("已取到"),
    "confirmed": mark("申请人已确认"),
    "disputed": mark("申请人有异议"),
    "no_record": mark("部门无此记录"),
    "failed": mark("暂未取到，继续重试"),
    "dropped": mark("不再需要"),
    "read": mark("查看"),
}
ACT = {
    "case.opened": mark("收件"),
    "case.accepted": mark("受理"),
    "case.deemed_accepted": mark("视为受理"),
    "case.closed": mark("办结"),
    "case.rebased": mark("改按新版流程办理"),
    "case.refused": mark("不予受理"),
    "case.withdrawn": mark("撤回"),
    "case.terminated": mark("终止"),
    "case.acceptance_revoked": mark("撤销受理"),
    "tolerance.asked": mark("容缺受理，告知补交"),
    "tolerance.supplied": mark("补交容缺材料"),
    "tolerance.met": mark("容缺材料补齐"),
    "tolerance.reminded": mark("提醒补交容缺材料"),
    "tolerance.lapsed": mark("容缺材料逾期未补"),
    "case.moved": mark("机构改革，移交承继机关"),
    "task.claimed": mark("领取"),
    "task.released": mark("放回"),
    "task.transferred": mark("转办"),
    "task.delegated": mark("委派"),
    "task.handed_back": mark("委派交回"),
    "task.urged": mark("催办"),
    "signer.added": mark("加签"),
    "signer.dropped": mark("减签"),
    "step.signed": mark("签署"),
    "step.taken_back": mark("撤回"),
    "person.recused": mark("回避"),
    "step.finished": mark("完成环节"),
    "step.returned": mark("退回"),
    "clock.stopped": mark("停止计时"),
    "clock.resumed": mark("恢复计时"),
    "clock.extended": mark("批准延期"),
    "correction.asked": mark("一次性告知补正"),
    "correction.received": mark("收到补正"),
    "data.fetched": mark("取得共享数据"),
    "data.disputed": mark("数据异议"),
    "licence.issued": mark("制发电子证照"),
    "document.issued": mark("制发文书"),
    "experts.drawn": mark("抽取专家"),
    "guidance.asked": mark("请示上级业务指导"),
    "guidance.answered": mark("上级答复指导意见"),
    "extension.asked": mark("请示延期"),
    "extension.answered": mark("未批准延期"),
    "referral.asked": mark("另行征求意见"),
    "referral.answered": mark("答复另行征求的意见"),
    "demand.asked": mark("督办"),
    "demand.answered": mark("答复督办"),
    "demand.unanswered": mark("督办逾期未答，升级督办"),
    "visit.second": mark("第二次到场"),
    "consultation.silent": mark("征求意见逾期未复"),
    "consultation.reminded": mark("提醒复函"),
    "clock.yellow": mark("黄灯：承诺时限已过九成"),
    "clock.overdue": mark("超过承诺期限"),
    "clock.legal_overdue": mark("超过法定期限"),
    "clock.step_overdue": mark("环节逾期"),
    "clock.issue_overdue": mark("逾期未发证送达"),
    "clock.recomputed": mark("工作日历更新，期限重算"),
}
GRADE = {
    "very_satisfied": mark("非常满意"),
    "satisfied": mark("满意"),
    "fairly_satisfied": mark("基本满意"),
    "dissatisfied": mark("不满意"),
    "very_dissatisfied": mark("非常不满意"),
}
REASON = {
    "attitude": mark("态度不好"),
    "slow": mark("办得慢"),
    "unclear": mark("说不清楚"),
    "asked_again": mark("重复要材料"),
    "visits": mark("多跑了路"),
    "refused_wrongly": mark("不该拒绝"),
    "other": mark("其他"),
}
DELIVERY = {"e_licence": mark("电子证照（马上可用）"), "courier": mark("快递寄送"), "counter": mark("窗口领取")}
LICENCE = {
    "valid": mark("有效"),
    "suspended": mark("暂停"),
    "revoked": mark("已撤销"),
    "expired": mark("已过期"),
    "superseded": mark("已换发"),
}
PURPOSE = {"accept": mark("受理申请"), "review": mark("审查办件"), "licence": mark("制发证照"), "read": mark("查看")}
STALLED = {
    "warning": mark("预警"),
    "inaction": mark("不作为"),
    "slowness": mark("慢作为"),
    "misconduct": mark("乱作为"),
}
BROKEN = {
    "yellow": mark("承诺将到期"),
    "overdue": mark("超过承诺时限"),
    "legal": mark("超过法定时限"),
    "step": mark("环节超期"),
    "issue": mark("逾期未发证"),
    "silent": mark("征求意见逾期未复"),
    "unaccepted": mark("逾期未答复是否受理"),
    "unanswered": mark("督办逾期未答"),
    "sent_back": mark("退回返工"),
    "second_notice": mark("第二次要求补正"),
    "asks_for_held": mark("索要政府已有的材料"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """All of them, for templates."""

    status: Mapping[str, str]
    why: Mapping[str, str]
    outcome: Mapping[str, str]
    consulted: Mapping[str, str]
    kind: Mapping[str, str]
    data: Mapping[str, str]
    act: Mapping[str, str]
    grade: Mapping[str, str]
    reason: Mapping[str, str]
    delivery: Mapping[str, str]
    licence: Mapping[str, str]
    purpose: Mapping[str, str]
    stalled: Mapping[str, str]
    broken: Mapping[str, str]


WORDS = Words(
    STATUS, WHY, OUTCOME, CONSULTED, KIND, DATA_STATE, ACT, GRADE, REASON, DELIVERY, LICENCE, PURPOSE, STALLED, BROKEN
)
