"""编译结果的话 — findings of the compiler for people: what is wrong, the situation in which it is, and the mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yiwang.catalogue.messages import Finding, Item
from yiwang.front.refusals import field_sentence
from yiwang.ground.outcome import FieldError
from yiwang.plumbing.i18n import Language, mark, translator

WORDS: Mapping[str, str] = {
    "visit.second": mark("到场 {visits} 次：{ways}。"),
    "visit.typed": mark("写明到场 {typed} 次，按流程图计算是 {computed} 次。"),
    "visit.no_reason": mark("「{step}」要到场，没有写明理由。"),
    "visit.reason_only": mark("「{step}」不用到场，却写有到场理由。"),
    "visit.circle": mark("「{step}」在可以反复的环节里要申请人到场：{ways}。"),
    "ask.held": mark("「{name}」由{line}掌握（{resource}），不得要申请人提供。"),
    "ask.twice": mark("「{name}」在同一情形中要了两次，另一处是 {first}。"),
    "ask.catch_all": mark("「{name}」是兜底材料，什么都可以要。"),
    "ask.no_checkpoints": mark("「{name}」没有受理审查要点，窗口无从核对。"),
    "ask.tolerates_held": mark("「{name}」由政府掌握，不存在容缺后补。"),
    "ask.when_unsaid": mark("「{name}」写明特定情形才要，没有写是什么情形。"),
    "situation.unknown_question": mark("条件用到不存在的问题「{question}」。"),
    "situation.unknown_answer": mark("「{question}」没有「{value}」这个答案。"),
    "situation.idle": mark("「{question}」怎么答都一样。"),
    "situation.no_choice": mark("「{question}」少于两个选项。"),
    "situation.answer_twice": mark("「{question}」有两个相同的选项。"),
    "situation.too_many": mark("情形超过 {most} 种，无法逐一证明。"),
    "source.unknown_line": mark("「{name}」的来源「{label}」不是已知的部门。"),
    "source.no_resource": mark("「{name}」由「{label}」提供，却没有登记的数据资源（{resource}）。"),
    "source.other_line": mark("资源 {resource} 属于{line}，不属于「{label}」。"),
    "source.cannot_supply": mark("资源 {resource} 没有数据项「{name}」。"),
    "source.two_lines": mark("「{name}」的数据项来自几个部门：{lines}。"),
    "source.derived_from_nothing": mark("「{name}」由其他数据项得出，没有写由哪些。"),
    "source.derived_from_unknown": mark("「{name}」由不存在的数据项「{from}」得出。"),
    "source.circle": mark("「{name}」最后由它自己得出。"),
    "time.promise_over_legal": mark("承诺 {promised} 长于法定 {legal}。"),
    "time.joint_ceiling": mark("联合办理承诺超过 {limit} 个工作日。"),
    "time.no_promise": mark("没有承诺时限。"),
    "time.no_basis": mark("法定时限没有写明依据。"),
    "time.extension_too_long": mark("可延长 {extension} 超过法律允许。"),
    "time.stop_without_clause": mark("「{step}」停止计时，没有写明法律、法规依据。"),
    "time.consultation_stops": mark("「{step}」征求意见停止了计时。"),
    "time.special_runs": mark("「{step}」是法定特别程序，却计入时限。"),
    "time.steps_over_promise": mark("各环节最长共 {days} 日，超过承诺 {promised}：{ways}。"),
    "flow.broken": mark("流程图不能照图执行：{problem}。"),
    "flow.undecided": mark("有一种情形没有任何部门作出决定。"),
    "flow.not_handed_over": mark("有一种情形有结果而不出件。"),
    "flow.never_reached": mark("没有一种情形会走到「{step}」。"),
    "flow.unknown_outcome": mark("「{step}」没有「{outcome}」这种办理结果。"),
    "flow.unknown_line": mark("「{step}」由不存在的部门「{line}」办理。"),
    "flow.unknown_part": mark("「{step}」指向不存在的事项 {part}。"),
    "flow.part_of_itself": mark("「{step}」使事项成为它自己的一部分。"),
    "duty.nobody": mark("「{step}」没有写明由谁办理。"),
    "duty.acceptor_handles": mark("「{step}」由受理的一方办理（{line}，{role}）。"),
    "duty.department_accepts": mark("「{step}」由部门办理（{line}），受理和出件只在中心。"),
    "duty.handler_rates": mark("「{step}」把评价放进了流程图。"),
    "duty.not_the_decider": mark("「{step}」是决定，岗位却是 {role}。"),
    "guide.case_type": mark("办件类型与承诺时限 {promised} 不符。"),
    "guide.spot_is_reviewed": mark("即办件不应另有审查环节。"),
    "guide.result_kind": mark("结果「{result}」与结果类型不符。"),
    "guide.few_steps": mark("许可流程只有 {steps} 个环节，至少 {least} 个。"),
    "guide.no_sample": mark("结果「{result}」没有样本。"),
    "guide.no_way_without_coming": mark("不用到场，却不能网办也不能邮寄。"),
    "guide.online_and_coming": mark("全程网办，却要到场 {visits} 次。"),
    "guide.topics": mark("主题分类与服务对象不一致：{topics}。"),
    "guide.fee_incomplete": mark("收费「{name}」没有写全标准和依据。"),
    "guide.fee_not_online": mark("收费不能网上支付。"),
    "guide.pays_for_nothing": mark("不收费，却写明网上支付。"),
    "guide.no_phone": mark("没有写全咨询电话和投诉电话。"),
    "guide.same_phone": mark("咨询电话与投诉电话相同：{phone}。"),
    "guide.phone_shape": mark("电话「{phone}」没有区号或写法不对。"),
    "guide.nothing_asked": mark("行政许可没有常见问题。"),
    "guide.no_supervision": mark("没有写明监管主体和监管方式。"),
    "guide.no_level": mark("没有写明行使层级。"),
    "power.nobody": mark("权力清单中没有单位在这些层级行使此事项：{levels}。"),
    "sign.missing": mark("{line}没有对这一版流程图签字。"),
    "one.item_twice": mark("同一事项已有编码 {other}（{level}）。"),
    "one.interface_twice": mark("资源 {resource} 有 {interfaces} 个在用接口。"),
}

MENDS: Mapping[str, str] = {
    "visit.second": mark("把其中一次改为网上、邮寄或上门办理，或并到同一次。"),
    "visit.typed": mark("到场次数由流程图算出：改正环节的到场次数，或改正此数。"),
    "visit.no_reason": mark("写明必须到场的理由，或取消到场。"),
    "visit.reason_only": mark("删去理由。"),
    "visit.circle": mark("反复的环节不能要申请人到场。"),
    "ask.held": mark("把来源改为{line}，资源 {resource}。"),
    "ask.twice": mark("只留一处，另一处取用。"),
    "ask.catch_all": mark("写明具体材料，或删去。"),
    "ask.no_checkpoints": mark("写明齐全、合格的标准。"),
    "ask.tolerates_held": mark("改为必要。"),
    "ask.when_unsaid": mark("补上情形条件，或改为必要。"),
    "situation.unknown_question": mark("补上这个问题，或改正条件。"),
    "situation.unknown_answer": mark("补上选项，或改正条件。"),
    "situation.idle": mark("删去这个问题，或让它决定材料或流程。"),
    "situation.no_choice": mark("至少给两个选项，或删去这个问题。"),
    "situation.answer_twice": mark("选项的代码不能相同。"),
    "situation.too_many": mark("把事项分开，或合并问题。"),
    "source.unknown_line": mark("改正来源部门。"),
    "source.no_resource": mark("请该部门登记资源，或由核验人答复。"),
    "source.other_line": mark("改正来源或资源。"),
    "source.cannot_supply": mark("改正数据项名称，或请部门补登。"),
    "source.two_lines": mark("一个材料只向一个部门取；分成几个材料。"),
    "source.derived_from_nothing": mark("写明由哪些数据项得出。"),
    "source.derived_from_unknown": mark("改正数据项代码。"),
    "source.circle": mark("断开循环。"),
    "time.promise_over_legal": mark("承诺时限不得长于法定时限。"),
    "time.joint_ceiling": mark("缩短到 45 个工作日以内，需要时另行延长 15 日。"),
    "time.no_promise": mark("写明承诺时限；当场办结写 spot。"),
    "time.no_basis": mark("写明法律、法规条款。"),
    "time.extension_too_long": mark("单独办理不超过 10 个工作日，联合办理不超过 15 个。"),
    "time.stop_without_clause": mark("写明条款；没有依据的，所需时间计入时限。"),
    "time.consultation_stops": mark("征求意见计入时限。"),
    "time.special_runs": mark("如依法不计入，改为停止计时。"),
    "time.steps_over_promise": mark("缩短环节时限，或改为并行。"),
    "flow.broken": mark("改正流程图。"),
    "flow.undecided": mark("每一种情形都要有决定，或说明理由不予许可。"),
    "flow.not_handed_over": mark("每条路都要经过统一出件。"),
    "flow.never_reached": mark("改正条件，或删去这个环节。"),
    "flow.unknown_outcome": mark("改正条件。"),
    "flow.unknown_line": mark("改正部门。"),
    "flow.unknown_part": mark("改正事项编码。"),
    "flow.part_of_itself": mark("断开循环。"),
    "duty.nobody": mark("写明部门、层级和岗位。"),
    "duty.acceptor_handles": mark("审查和决定由主管部门办理。"),
    "duty.department_accepts": mark("改由行政服务中心办理。"),
    "duty.handler_rates": mark("评价由第三方在办结后收集。"),
    "duty.not_the_decider": mark("决定由审批人作出。"),
    "guide.case_type": mark("即办为即办件，其余为承诺件。"),
    "guide.spot_is_reviewed": mark("合并为当场决定。"),
    "guide.result_kind": mark("证照类结果为 licence，批文类为 document。"),
    "guide.few_steps": mark("写明受理、审核、审批、办结、送达。"),
    "guide.no_sample": mark("上传结果样本。"),
    "guide.no_way_without_coming": mark("加上网办或邮寄。"),
    "guide.online_and_coming": mark("改正网办深度或到场次数。"),
    "guide.topics": mark("个人事项用个人主题，法人事项用法人主题。"),
    "guide.fee_incomplete": mark("写明标准和依据。"),
    "guide.fee_not_online": mark("开通网上支付。"),
    "guide.pays_for_nothing": mark("删去网上支付。"),
    "guide.no_phone": mark("两个电话都要写明。"),
    "guide.same_phone": mark("投诉电话另设。"),
    "guide.phone_shape": mark("写作 0571-12345678。"),
    "guide.nothing_asked": mark("至少写一个常见问题。"),
    "guide.no_supervision": mark("写明由谁、怎样监管。"),
    "guide.no_level": mark("写明省、市、县或乡镇。"),
    "power.nobody": mark("先登记权力，或删去这一层级。"),
    "sign.missing": mark("请该部门签字确认。"),
    "one.item_twice": mark("合并为一个事项。"),
    "one.interface_twice": mark("每个业务只留一个接口。"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """一条结果: the sentence, the situation it is about (empty: in all), and what to do."""

    message: str
    situation: str
    fix: str


def said(finding: Finding, item: Item | None, language: Language, line_name: Callable[[str], str]) -> Said:
    """The words of a finding about an item (None: about the catalogue as a whole). `line_name` names a line."""
    speak = translator(language).gettext
    facts = {key: _plain(key, value, finding, item, language, line_name) for key, value in finding.facts.items()}
    return Said(
        message=speak(WORDS[finding.code]).format(**facts),
        situation=_situation(finding, item, language),
        fix=speak(MENDS[finding.code]).format(**facts),
    )


def _plain(
    key: str, value: object, finding: Finding, item: Item | None, language: Language, line_name: Callable[[str], str]
) -> str:
    speak = translator(language).gettext
    if key == "problem":
        return field_sentence(FieldError("flow", str(value)), language).rstrip(mark("。") + ".")
    if key == "line":
        return line_name(str(value)) or str(value)
    if key == "lines" and isinstance(value, tuple):
        return speak(mark("、")).join(line_name(str(one)) or str(one) for one in value)
    if key == "ways" and isinstance(value, tuple):
        return speak(mark("、")).join(_step(str(one), finding, item, language) for one in value)
    return speak(mark("、")).join(map(str, value)) if isinstance(value, tuple) else str(value)


def _step(step: str, finding: Finding, item: Item | None, language: Language) -> str:
    """「第 3 步 原件核验」: a step by its place on the counterexample's way, with its limit if it has one."""
    found = next((s for s in item.flow.steps if s.id == step), None) if item else None
    name = step if found is None else (found.name_en or found.name) if language == "en" else found.name
    words = name if found is None or found.limit is None else f"{name} {found.limit}"
    if finding.path is None or step not in finding.path.steps:
        return words
    return translator(language).gettext("第 %(n)s 步 %(name)s", n=finding.path.steps.index(step) + 1, name=words)


def _situation(finding: Finding, item: Item | None, language: Language) -> str:
    """「涉及哪些专业：公路；技术负责人：是」: the answers and outcomes of the counterexample."""
    if finding.path is None or item is None:
        return ""
    english = language == "en"
    questions = {q.code: q for q in item.questions}
    steps = {s.id: s for s in item.flow.steps}
    parts = []
    for code, values in finding.path.answers.items():
        question = questions[code]
        labels = {o.value: (o.label_en or o.label) if english else o.label for o in question.options}
        text = ((question.text_en or question.text) if english else question.text).rstrip(mark("？") + "?")
        parts.append((text, [labels.get(value, value) for value in values]))
    for code, outcome in finding.path.outcomes.items():
        step = steps[code]
        parts.append(((step.name_en or step.name) if english else step.name, [outcome]))
    between = translator(language).gettext
    comma, colon, semicolon = map(between, (mark("、"), mark("："), mark("；")))
    return semicolon.join(f"{text}{colon}{comma.join(values)}" for text, values in parts)
