"""法定时限表 — the time limits that statutes and rules set, each with its unit, start, effect and basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from yiwang.ground.clock import LICENSING_WORKDAYS, Limit

_PENALTY_LAW = "行政处罚法"
PENALTY_WORKDAYS = "行政处罚法 85"


@dataclass(frozen=True, slots=True)
class LegalLimit:
    """法定时限 — one limit: what must be done, how long, from when, what follows if it is missed, by which article.

    `limit` is None where the law gives no number. `before` marks those counted backwards from the event in `start`.
    """

    key: str
    name: str
    limit: Limit | None
    start: str
    effect: str
    basis: str

    @property
    def before(self) -> bool:
        """倒计 — does it run backwards, up to the event?"""
        return self.start.endswith("之前")

    @property
    def workday_clause(self) -> str:
        """工作日依据 — the article that makes its days working days; pass it on to `clock.reckon`."""
        return PENALTY_WORKDAYS if self.basis.startswith(_PENALTY_LAW) else LICENSING_WORKDAYS


# key | name | limit | from when | effect | basis; an indented line goes on with the one above it.
_TABLE = """
CORRECTION_NOTICE | 补正一次告知 | 5wd | 收到申请材料
    | 逾期不告知的，自收到申请材料之日起即为受理 | 行政许可法 32(1)(4)
CORRECTION_NOTICE_POLLUTANT | 排污许可补正告知 | 3d | 收到申请材料 | 逾期不告知的即为受理 | 排污许可管理条例 9(4)
CORRECTION_NOTICE_WATER | 取水许可补正告知 | 5wd | 收到申请材料 | | 取水许可和水资源费征收管理条例 13
DECIDE_DEFAULT | 行政许可决定 | 20wd | 受理 | 经本机关负责人批准可延长 10wd，理由告知申请人 | 行政许可法 42(1)
DECIDE_JOINT | 统一、联合、集中办理 | 45wd | 受理 | 经本级政府负责人批准可延长 15wd，理由告知申请人 | 行政许可法 42(2)
LOWER_REVIEW | 下级机关先行审查 | 20wd | 下级机关受理 | | 行政许可法 43
ISSUE | 颁发送达许可证件 | 10wd | 准予许可决定 | | 行政许可法 44
EXCLUDED | 听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审 | | 书面告知所需时间 | 不计入期限；未书面告知的不停钟
    | 行政许可法 45; 浙江省保障“最多跑一次”改革规定 28
EXCLUDED_NOT | 法律法规未要求的中介服务 | | 委托中介机构 | 计入期限 | 浙江省保障“最多跑一次”改革规定 28(1)
EXCLUDED_RECTIFY | 整改（医疗器械经营） | | 通知整改 | 仅在有规定时不计入期限 | 医疗器械经营监督管理办法 13
PERMIT_HEARING_REQUEST | 申请许可听证 | 5wd | 被告知听证权利 | | 行政许可法 47
PERMIT_HEARING_HOLD | 组织许可听证 | 20wd | 提出听证申请 | 举行 7wd 前通知 | 行政许可法 47; 行政许可法 48
RENEW_APPLY | 申请延续许可 | 30wd | 有效期届满之前 | | 行政许可法 50
RENEW_DECIDE | 决定是否延续许可 | | 有效期届满之前 | 逾期未作决定的，视为准予延续 | 行政许可法 50(2)
COMMITMENT_CHECK | 告知承诺事后核查 | 60wd | 准予决定
    | 不符的限期整改，仍不符的撤销并记入信用 | 浙江省保障“最多跑一次”改革规定 14
PROJECT_APPROVE | 企业投资项目核准 | 20wd | 受理
    | 情况复杂或者征求意见的可延长 40wd；委托评估不超过 30wd，不计入
    | 企业投资项目核准和备案管理条例 9; 企业投资项目核准和备案管理条例 10
PROJECT_FILE | 企业投资项目备案 | spot | 收到全部信息 | 收到即为备案 | 企业投资项目核准和备案管理条例 13
CONSULT_WATER | 取水许可征求城市建设部门意见 | 5wd | 收到征求意见函 | | 取水许可和水资源费征收管理条例 19
CONSULT_SCHOOLBUS | 校车许可征求交警意见 | 3d | 收到征求意见函 | | 机动车登记规定 59
CONSULT_DEFAULT | 部门间征求意见 | 5wd | 发出征求意见函 | 签字流程写明的，逾期视为无意见，不得记作同意 | 本系统约定
REAL_ESTATE | 不动产登记 | 30wd | 受理 | | 不动产登记暂行条例 20
BUSINESS_REG | 市场主体登记 | 3wd | 申请（不能当场登记的） | 情形复杂的可延长 3wd | 市场主体登记管理条例 19
CREDIT_OBJECTION | 信用信息异议处理 | 5wd | 受理 | 最长不超过 20wd | 浙江省公共信用信息管理条例 31
CREDIT_ARCHIVE_UPDATE | 更新信用档案 | 5wd | 收到信息 | | 浙江省公共信用信息管理条例 13
CREDIT_BAD_KEEP | 不良信息保存披露 | 5y | 不良信息认定
    | 期满删除；在严重失信名单期间的从其期限 | 浙江省公共信用信息管理条例 16
PUBLISH_INSPECTION | 公开检查结果 | 20wd | 形成检查结果 | | 食品生产经营监督检查管理办法 39
PUBLISH_PENALTY | 公示行政处罚 | 20wd | 作出处罚决定
    | 外省的 10wd 内推送；变更的 3wd 内撤下 | 市场监督管理行政处罚信息公示规定 9
PUBLISH_ENTERPRISE | 公示企业信息 | 20wd | 信息形成 | | 企业信息公示暂行条例 6; 企业信息公示暂行条例 10
PENALTY_DECIDE | 行政处罚决定 | 90d | 立案 | 法律、法规、规章另有规定的从其规定 | 行政处罚法 60
PENALTY_EVIDENCE | 处理先行登记保存的证据 | 7wd | 登记保存 | | 行政处罚法 56; 行政处罚法 85
PENALTY_HEARING_REQUEST | 申请处罚听证 | 5wd | 被告知听证权利 | | 行政处罚法 64; 行政处罚法 85
PENALTY_HEARING_NOTICE | 通知处罚听证 | 7wd | 举行听证之前 | | 行政处罚法 64; 行政处罚法 85
PENALTY_SERVE | 送达处罚决定书 | 7wd | 宣告（当事人不在场的）
    | 当事人签确认书的可电子送达 | 行政处罚法 61; 行政处罚法 85
PENALTY_PAY | 缴纳罚款 | 15d | 收到处罚决定书 | 逾期每日加处百分之三，不超过罚款数额 | 行政处罚法 67; 行政处罚法 72
PENALTY_ONSITE_HANDIN | 上交当场收缴的罚款 | 2wd | 收缴罚款 | 机关再于 2wd 内缴付银行 | 行政处罚法 71; 行政处罚法 85
PENALTY_WITHDRAW_PUBLIC | 撤回公开的处罚决定 | 3wd | 决定被变更、撤销、确认违法或者无效
    | | 行政处罚法 48; 行政处罚法 85
PENALTY_LIMITATION | 处罚时效 | 2y | 违法行为发生或者终了
    | 期内未发现的不再处罚；涉生命健康、金融安全且有危害后果的五年 | 行政处罚法 36
HOTLINE_DEFAULT | 热线工单办理 | 5wd | 派单 | 法定期限更长的从其规定，并向来电人说明 | 济南市12345市民服务热线条例 24
MARKET_COMPLAINT | 消费投诉是否受理 | 7wd | 收到投诉
    | 45wd 仍未调解成的终止调解 | 市场监督管理投诉举报处理暂行办法 14; 市场监督管理投诉举报处理暂行办法 21
MARKET_REPORT | 核查举报线索 | 15wd | 发现线索
    | 可延长 15wd；5wd 内告知实名举报人 | 市场监督管理投诉举报处理暂行办法 23; 市场监督管理投诉举报处理暂行办法 31
PETITION_REPLY | 信访受理告知 | 15d | 收到信访事项 | | 信访工作条例 22; 信访工作条例 23
PETITION_CLOSE | 信访事项办结 | 60d | 受理 | 可延长 30d | 信访工作条例 34
PETITION_OBJECT | 信访转送异议 | 5wd | 收到转送 | | 信访工作条例 22
GOODBAD_RECTIFY | 差评整改 | 15wd | 收到差评 | 差评全部回访 | 国办发〔2019〕51号
GOODBAD_DEFAULT | 未作评价 | 7d | 服务完成 | 保持未评价，不作基本满意计 | 本系统约定
REVIEW_APPLY | 申请行政复议 | 60d | 知道行政行为 | 决定文书须写明 | 行政复议法 20
LAWSUIT | 提起行政诉讼 | 6mo | 知道行政行为 | 决定文书须写明 | 行政诉讼法 46
DATA_SHARE_UNCONDITIONAL | 开通无条件共享数据 | 2wd | 提出申请 | | 县级公共数据共享规定（参考）
DATA_SHARE_CONDITIONAL | 答复有条件共享申请 | 5wd | 平台 2wd 审核之后
    | 尚未归集的 10wd；不予共享须说明理由，争议报主管部门 | 县级公共数据共享规定（参考）
"""


def _read(table: str) -> dict[str, LegalLimit]:
    found: dict[str, LegalLimit] = {}
    for line in table.strip().replace("\n    ", " ").splitlines():
        key, name, limit, start, effect, basis = (cell.strip() for cell in line.split("|"))
        found[key] = LegalLimit(key, name, Limit.parse(limit) if limit else None, start, effect, basis)
    return found


LIMITS: Mapping[str, LegalLimit] = MappingProxyType(_read(_TABLE))
"""法定时限 by key."""
