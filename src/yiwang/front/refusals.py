"""拒绝的话 — what a person reads when something may not be done: what was wrong, and what to do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused
from yiwang.plumbing.i18n import SOURCE, known, mark, translator

WORDS: Mapping[str, str] = {
    "account.login_taken": mark("这个登录名已有人使用，请换一个。"),
    "account.wait": mark("登录失败次数过多，请 {seconds} 秒后再试。"),
    "account.wrong": mark("登录名或密码不对，请重新输入。"),
    "case.already_open": mark("这件申请已经提交，请到办件列表查看。"),
    "case.centre_accepts": mark("受理和出件只能由行政服务中心办理，部门不能受理。"),
    "case.department_handles": mark("审查和决定只能由主管部门办理，中心不能代办。"),
    "case.ended": mark("办件 {number} 已经结束，不能再操作。"),
    "case.head_extends": mark("延期须由审批机关负责人批准。"),
    "case.no_extension": mark("这个事项法律没有规定可以延期。"),
    "case.not_accepted": mark("办件还没有受理，时限尚未开始。"),
    "case.not_at_centre": mark("联办事项须由驻行政服务中心的岗位办理；确需在外办理的，请先由单位负责人登记例外。"),
    "case.not_your_task": mark("这件待办属于其他单位或岗位，您不能办理。"),
    "case.not_counting": mark("办件 {number} 的时限没有在计算，不能延期。"),
    "case.only_silence_deems": mark("逾期未复由系统按流程图记载，不能由人填写。"),
    "case.one_duty": mark("您在本件中已有其他职责，不能再办这一环节；请由另一位同事办理。"),
    "case.task_gone": mark("办件 {number} 的这一环节已经办完或被退回，请刷新列表。"),
    "case.task_taken": mark("办件 {number} 的这一环节已由同事领取。"),
    "case.third_party_rates": mark("评价只能由独立的评价机构收集。"),
    "case.unknown": mark("没有找到这件办件，请核对编号。"),
    "catalogue.answers": mark("请回答下列问题，以便确定需要哪些材料。"),
    "catalogue.list": mark("清单有下列错误，改正后重新导入；本次没有导入任何内容。"),
    "catalogue.not_editing": mark("这个版本不在编制状态。"),
    "catalogue.not_in_flow": mark("流程图中没有这个部门，不需要签字。"),
    "catalogue.not_your_line": mark("只能为本部门签字。"),
    "catalogue.not_publishable": mark("「{item}」还不能公布，请先改正下列问题。"),
    "catalogue.not_published": mark("这个事项目前没有公布，请在事项清单中查找。"),
    "catalogue.signed_already": mark("本部门已对这一版流程图签字。"),
    "catalogue.too_many_rows": mark("清单超过 {limit} 行，请分开导入。"),
    "catalogue.two_persons": mark("编制人不能自己公布，请由另一位审核公布。"),
    "catalogue.unknown_source": mark("不认识的数据来源「{label}」，请填写自行填写或部门名称。"),
    "catalogue.unknown_version": mark("没有这个事项版本。"),
    "catalogue.unreadable": mark("事项文件有下列错误。"),
    "catalogue.unsigned": mark("「{item}」的流程图还有部门没有签字，不能运行：{lines}。"),
    "clock.already_extended": mark("只能延期一次，这件已经延期。"),
    "directory.deputy_elsewhere": mark("代理人须在代理期间任职于同一单位。"),
    "directory.deputy_period": mark("代理期限须从今天或以后开始，并写明止日。"),
    "directory.deputy_self": mark("不能由本人代理本人。"),
    "directory.deputy_there": mark("这个岗位自 {since} 至 {until} 已有代理人，请先终止。"),
    "directory.entered_already": mark("这份文件的改革方案已经登记。"),
    "directory.hindered": mark("改革方案不能执行：{hindrance}（{about}）。"),
    "directory.no_organisation": mark("这个地方没有对应的办理机构（{line}），请核对事项发生地。"),
    "directory.no_power": mark("这个地方目前没有单位有权办理此事项。"),
    "directory.not_entered": mark("文件 {document} 没有待生效的改革方案。"),
    "directory.not_yours_to_lend": mark("代理只能由本人或本单位负责人指定和终止；代理来的职权不能再转给他人。"),
    "directory.post_not_held": mark("您目前没有担任这个岗位，请重新登录。"),
    "directory.power_there": mark("这一天起的权力已有登记。"),
    "directory.two_authorities": mark("权力清单有冲突：两个单位都有权办理，请先理顺清单。"),
    "directory.unknown_organisation": mark("没有这个单位：{code}。"),
    "directory.unknown_person": mark("没有这个人员。"),
    "experts.drawn_already": mark("「{step}」的专家已经抽取，有人退出时请补抽。"),
    "experts.not_drawn": mark("「{step}」要先抽取专家。"),
    "experts.not_needed": mark("「{step}」不抽取专家。"),
    "experts.there": mark("这个专家编号已经在库。"),
    "experts.too_few": mark("专家库里能抽的不够：要 {wanted} 位，只有 {found} 位。"),
    "flow.already_suspended": mark("「{step}」特别程序正在进行，不能再次停止计时。"),
    "flow.cannot_take_back": mark("「{step}」之后已有人办理，或已告知申请人，不能撤回。"),
    "flow.no_way": mark("流程图没有规定「{step}」之后怎么走，请联系事项管理员。"),
    "flow.in_circles": mark("「{step}」已经反复办理太多次，请联系事项管理员。"),
    "flow.cannot_return": mark("不能从「{step}」退回到「{to}」。"),
    "flow.ended": mark("流程已经结束。"),
    "flow.no_notice": mark("停止计时须先书面告知申请人所需时间。"),
    "flow.not_optional": mark("「{step}」是必经环节，不能跳过。"),
    "flow.not_special": mark("「{step}」不是法定的特别程序，不能停止计时。"),
    "flow.not_suspended": mark("「{step}」没有停止计时。"),
    "flow.outcome_unknown": mark("「{step}」没有这种办理结果。"),
    "flow.silence_waits": mark("签字的流程图没有规定「{step}」逾期视为无意见。"),
    "flow.step_not_open": mark("这一环节现在不能办理，请刷新列表。"),
    "handling.decided_already": mark("本部门已经作出决定。"),
    "handling.form": mark("请补充或改正下列内容。"),
    "handling.other_step": mark("这一环节「{step}」要用另外的办法办理。"),
    "handling.reasons_missing": mark("不予许可须说明理由并告知救济途径。"),
    "idempotency.key": mark("请求缺少有效的 Idempotency-Key（1 至 200 个字符）。"),
    "idempotency.other_body": mark("这个 Idempotency-Key 已用于另一个请求，请换一个新的。"),
    "intake.already_delivered": mark("结果已经出件。"),
    "intake.asks_for_held": mark("「{material}」由政府部门掌握，不得要求申请人提供。"),
    "intake.decided_already": mark("已经作出决定，不能撤回。"),
    "intake.form": mark("请补充或改正下列内容。"),
    "intake.lacking": mark("还缺下列申请人自备材料。"),
    "intake.not_draft": mark("申请已经提交，不能再修改。"),
    "intake.not_ready": mark("结果还没有制作完成，不能出件。"),
    "intake.not_waiting": mark("这件申请现在不能这样办理，请刷新页面。"),
    "intake.not_your_centre": mark("这件申请由其他中心收件。"),
    "intake.notice_late": mark("告知补正的期限已于 {last} 届满，这件申请视为受理。"),
    "intake.second_notice": mark("补正通知只能发一次，应当一次性告知全部内容。"),
    "intake.second_visit": mark("窗口申请后再到窗口领取要跑两次；请选择邮寄或电子证照。"),
    "intake.unknown": mark("没有找到这件申请。"),
    "intake.wrong_audience": mark("「{item}」不面向这类申请人。"),
    "document.unknown": mark("没有找到这份文书，请核对核验码。"),
    "licence.already_issued": mark("本件的电子证照已经制发。"),
    "licence.unknown": mark("没有这张电子证照，请核对标识。"),
    "rating.form": mark("请补充或改正下列内容。"),
    "rating.not_yet": mark("办结出件后才能评价。"),
    "rating.once": mark("一件办件只能评价一次，您已经评价过。"),
    "rating.own_case": mark("经办人员不能评价或查看自己经办的办件的评价。"),
    "rating.reason_missing": mark("不满意请至少选择一个原因，便于整改。"),
    "sharing.no_such_request": mark("本件不需要这项数据。"),
    "sharing.not_declared": mark("事项没有写明要向部门取「{material}」，不能取。"),
    "sharing.not_fetched": mark("这项数据还没有取到，不能确认或提出异议。"),
    "work.busy": mark("系统正忙，您的操作没有执行，请稍后再试。"),
    "work.stale": mark("内容已被他人修改，您的操作没有执行，请刷新后重试。"),
    "work.try_again": mark("操作没有执行，请再试一次。"),
    "clock.stop_unreadable": mark("停止计时的写法读不懂：{text}。"),
    "clock.date_unreadable": mark("日期读不懂：{text}。"),
    "clock.stop_without_ground": mark("停止计时须写明法定事由。"),
    "clock.stop_without_notice": mark("停止计时须书面告知申请人。"),
    "clock.stop_without_clause": mark("停止计时须写明依据的条款。"),
    "clock.stop_ends_before_start": mark("停止计时的止日早于起日。"),
    "clock.extension_before_start": mark("延期日早于起算日。"),
    "clock.extension_late": mark("期限已于 {due} 届满，不能再延期。"),
    "clock.extension_unit": mark("延期的单位须与时限相同。"),
    "clock.extension_without_approval": mark("延期须经批准。"),
    "clock.extension_without_reason": mark("延期须写明理由。"),
    "clock.today_needed": mark("停止计时还没有结束，须写明今日。"),
    "clock.ground_does_not_stop": mark("「{ground}」不停止计时。"),
    "clock.ground_unknown": mark("「{ground}」不是法定的停止计时事由。"),
    "clock.limit_out_of_range": mark("时限超出允许的范围。"),
    "clock.limit_unreadable": mark("时限读不懂：{text}。"),
    "workday.out_of_range": mark("日期超出工作日历的范围。"),
    "calendar.line_unreadable": mark("工作日历第 {line} 行读不懂。"),
    "period.ends_before_start": mark("止日早于起日。"),
    "division.characters": mark("行政区划代码只有数字。"),
    "division.length": mark("行政区划代码应为 2、4、6、9 或 12 位，现在是 {length} 位。"),
    "division.shape": mark("行政区划代码缺少中间一级，请核对。"),
    "directory.reason_missing": mark("请写明理由。"),
    "directory.role_not_here": mark("这类机构的岗位不能担任这个角色（{role}）。"),
    "directory.roles_apart": mark("系统、安全、审计管理不能与其他角色由同一人担任（{role}）。"),
    "directory.unknown_role": mark("没有这个角色：{role}。"),
    "directory.division_split": mark("区划 {division} 已拆分，请写明现在的区划：{successors}。"),
    "directory.post_held": mark("这个人员已经担任这个岗位。"),
    "directory.unknown_post": mark("没有这个岗位。"),
    "sharing.no_subject": mark("没有这个自然人或单位。"),
    "flow.begun": mark("流程已经开始。"),
    "flow.not_begun": mark("流程还没有开始。"),
    "flow.unknown_step": mark("流程图中没有这个环节。"),
    "case_number.division": mark("办件编号中的行政区划不对，请核对。"),
    "case_number.home": mark("办件编号中的库号不对，请核对。"),
    "case_number.serial": mark("办件编号中的序号不对，请核对。"),
    "organisation_code.length": mark("组织机构代码应为 9 位。"),
    "organisation_code.characters": mark("组织机构代码含有不允许的字符。"),
    "organisation_code.check": mark("组织机构代码的校验码不符，可能有一位输错了。"),
    "basic_code.length": mark("基本编码应为 12 位。"),
    "basic_code.characters": mark("基本编码只有数字。"),
    "implementation_code.length": mark("实施编码应为 31 位（业务办理项 33 位）。"),
    "implementation_code.level": mark("实施编码中的行使层级不对，请核对。"),
    "implementation_code.handling": mark("实施编码末尾的业务办理项不对，请核对。"),
    "zhejiang_item_code.shape": mark("事项编码不对，请核对。"),
    "foreign_case_number.length": mark("外省办件编号应为 43 位。"),
    "foreign_case_number.characters": mark("外省办件编号含有不允许的字符。"),
    "foreign_case_number.date": mark("外省办件编号中的日期不对，请核对。"),
    "citizen_number.length": mark("公民身份号码应为 18 位（或第一代 15 位）。"),
    "citizen_number.characters": mark("公民身份号码只能是数字，最后一位可以是 X。"),
    "citizen_number.division": mark("公民身份号码开头不对，请核对。"),
    "citizen_number.birth_date": mark("公民身份号码中的出生日期不存在，请核对。"),
    "citizen_number.born_in_future": mark("公民身份号码中的出生日期晚于今天，请核对。"),
    "citizen_number.check": mark("公民身份号码的校验码不符，可能有一位输错了。"),
    "credit_code.length": mark("统一社会信用代码应为 18 位。"),
    "credit_code.characters": mark("统一社会信用代码含有不允许的字符（没有 I、O、S、V、Z）。"),
    "credit_code.division": mark("统一社会信用代码第 3 至 8 位应为数字。"),
    "credit_code.check": mark("统一社会信用代码的校验码不符，可能有一位输错了。"),
    "case_number.length": mark("办件编号应为 23 位数字，现在是 {length} 位。"),
    "case_number.characters": mark("办件编号只有数字。"),
    "case_number.check": mark("办件编号的校验位不符，可能有一位输错了。"),
    "case_number.date": mark("办件编号中的日期不对，请核对。"),
    "licence_identifier.root": mark("电子证照标识应以 {expected} 开头。"),
    "licence_identifier.parts": mark("电子证照标识不完整，请核对。"),
    "licence_identifier.version": mark("电子证照标识的版本号不对，请核对。"),
    "licence_identifier.characters": mark("电子证照标识含有不允许的字符。"),
    "licence_identifier.check": mark("电子证照标识的校验码不符，请核对。"),
    "gateway.not_a_client": mark("只有业务系统可以代工作人员办理，请以工作人员自己的账号登录。"),
    "gateway.only_yourself": mark("申请人只能为自己申请，请不要填写 kind、identifier 和 name。"),
    "gateway.other_organisation": mark("业务系统只能代本单位的工作人员办理。"),
    "webhook.too_many": mark("一个单位最多登记 {limit} 个回调地址，请先删除不用的。"),
    "webhook.unknown": mark("没有这个回调登记。"),
    "web.csrf": mark("页面已过期或来自别处，您的操作没有执行；请返回刷新后重试。"),
    "web.login": mark("请先登录。"),
    "web.forbidden": mark("您的岗位不能使用这个页面。"),
    "web.not_found": mark("没有这个页面或办件。"),
    "web.unavailable": mark("系统暂时连不上数据库，您的操作没有执行；请稍后再试。"),
    "web.bad_request": mark("请求无法读取，请检查内容后重试。"),
    "web.too_large": mark("内容过大，没有接收。"),
    "web.broken": mark("系统出错，已记录（{trace}）；您的操作没有执行，请稍后再试。"),
}

FIELDS: Mapping[str, str] = {
    "field.shape": mark("这一项的格式不对（{reason}），请对照接口说明。"),
    "field.required": mark("请填写。"),
    "field.choice": mark("请从给出的选项中选择。"),
    "field.range": mark("超出允许的范围。"),
    "field.too_long": mark("超过 {limit} 个字，请精简。"),
    "field.too_many": mark("超过 {limit} 行。"),
    "field.unknown": mark("没有这个问题。"),
    "field.not_yours": mark("这项由政府部门提供，不用填写。"),
    "field.characters": mark("含有不允许的字符。"),
    "field.number": mark("请填写数字。"),
    "field.date": mark("请填写日期，如 2017-08-14。"),
    "field.period": mark("请填写起止年月，如 2017-09/2019-08。"),
    "field.limit": mark("时限应写作 25wd（工作日）、90d（日）或 spot（即办）。"),
    "field.text": mark("应为文字。"),
    "field.list": mark("应为列表。"),
    "field.condition": mark("条件应写作「问题: [选项]」。"),
    "field.source": mark("来源应写明 kind 与 label。"),
    "field.who": mark("办理人应写作 条线@层级:岗位。"),
    "material.missing": mark("缺少这件材料。"),
    "catalogue.promise_over_legal": mark("承诺时限长于法定时限（{legal}）。"),
    "catalogue.joint_ceiling": mark("联合办理的承诺时限不得超过 {limit} 个工作日。"),
    "catalogue.no_supervisor": mark("没有写明监管主体。"),
    "catalogue.second_visit": mark("办一件事要跑两次以上。"),
    "catalogue.no_column": mark("第一行缺少这一列。"),
    "catalogue.other_category": mark("「{value}」的材料类别与前面的行不同。"),
    "catalogue.row_twice": mark("「{value}」已经列出。"),
    "catalogue.two_sources": mark("一件材料中的部门数据项来自几个部门，请按部门分成几件材料。"),
    "catalogue.source_without_resource": mark("部门来源没有对应的数据资源。"),
    "catalogue.unknown_source": mark("不认识的数据来源「{value}」。"),
    "flow.start": mark("流程图要从唯一的受理环节开始。"),
    "flow.unreachable": mark("流程图有到不了的环节。"),
    "flow.no_end": mark("流程图有走不到头的环节。"),
    "flow.fork_without_join": mark("流程图的分流和汇合不成对。"),
    "flow.condition_unknown": mark("流程图的条件用了没有的问题。"),
    "flow.stop_without_ground": mark("停止计时的环节没有法定事由。"),
    "flow.no_default": mark("流程图有的环节只有带条件的去向，其他情形无路可走。"),
    "flow.end_in_branch": mark("流程图有分支走不到汇合。"),
    "flow.empty_circle": mark("流程图有没有人办理的循环。"),
    "flow.wait_without_limit": mark("等待环节没有期限。"),
    "flow.part_without_item": mark("子件环节没有写明事项。"),
    "flow.join_without_number": mark("「几家办完」的汇合没有写明几家。"),
    "flow.votes_without_number": mark("票签环节的席数和票数没有写对。"),
    "flow.step_twice": mark("流程图有重复的环节。"),
    "flow.edge_unknown": mark("流程图的连线指向没有的环节。"),
}

_STATUS: tuple[tuple[type[Refused], int], ...] = ((NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422))

_STATUS_OF_CODE = {"account.wrong": 401, "account.wait": 429, "idempotency.key": 400, "work.busy": 503}


class _Facts(dict[str, object]):
    """Facts of a refusal; one that is not there stays empty rather than breaking the sentence."""

    def __missing__(self, key: str) -> str:
        return ""


def _said(words: str, facts: Mapping[str, object], translate: Callable[[str], str]) -> str:
    comma = translate(mark("、"))
    plain = {k: comma.join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in facts.items()}
    return translate(words).format_map(_Facts(plain))


def sentence(refusal: Refused, language: str) -> str:
    """What a person reads; for a code without words of its own a general sentence with the code."""
    translate = translator(known(language) or SOURCE).gettext
    words = WORDS.get(refusal.code)
    if words is None:
        return _said(mark("不能这样办理（{code}）。"), {"code": refusal.code}, translate)
    return _said(words, refusal.facts, translate)


def field_sentence(error: FieldError, language: str) -> str:
    """What a person reads beside a field."""
    translate = translator(known(language) or SOURCE).gettext
    words = FIELDS.get(error.code)
    if words is None:
        return _said(mark("不能这样填写（{code}）。"), {"code": error.code}, translate)
    return _said(words, error.facts, translate)


def status(refusal: Refused) -> int:
    """The HTTP status of a refusal: what its code asks for, else 404, 403, 409 or 422 by its kind."""
    if refusal.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[refusal.code]
    return next((number for kind, number in _STATUS if isinstance(refusal, kind)), 422)
