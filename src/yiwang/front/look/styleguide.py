"""样板页 — every part of the look with invented data, as files to open in a browser:
python -m yiwang.front.look.styleguide OUTDIR
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from yiwang.front.look.environment import STATIC, environment, frame
from yiwang.front.look.parts import (
    Account,
    Column,
    Fault,
    Light,
    Listing,
    NavItem,
    Option,
    Pause,
    Person,
    Problem,
    Row,
    Stat,
    Step,
    Task,
)
from yiwang.ground.clock import Ground, Ledger, Limit, Stop, Unit, reckon
from yiwang.ground.workdays import CALENDAR
from yiwang.plumbing.i18n import LANGUAGES, Language

TODAY = dt.date(2017, 9, 6)
START = dt.date(2017, 8, 14)
NUMBER = "33010617081401234567842"

FLOW = Markup(
    '<svg viewBox="0 0 640 150" width="640" height="150" xmlns="http://www.w3.org/2000/svg">'
    '<rect class="lane" x="0" y="0" width="640" height="75"/>'
    '<rect class="lane-alt" x="0" y="75" width="640" height="75"/>'
    '<text class="lane-title" x="10" y="42">市场监管</text><text class="lane-title" x="10" y="117">专家组</text>'
    '<path class="edge" d="M220 37H280M400 37H440V112H470M590 112H610V37"/>'
    '<g class="step is-done"><rect x="100" y="15" width="120" height="45" rx="3"/>'
    '<text x="136" y="42">受理审查</text></g>'
    '<g class="step is-done"><rect x="280" y="15" width="120" height="45" rx="3"/>'
    '<text x="316" y="42">材料审查</text></g>'
    '<g class="step is-now"><rect x="470" y="90" width="120" height="45" rx="3"/>'
    '<text x="506" y="117">专家评审</text></g>'
    "</svg>"
)


def ledger() -> Ledger:
    """An invented case: 25 working days, expert review in between."""
    review = Stop(dt.date(2017, 8, 21), dt.date(2017, 9, 1), Ground.EXPERT_REVIEW, dt.date(2017, 8, 21))
    return reckon(START, Limit(25, Unit.WORKDAY), CALENDAR, [review], today=TODAY)


def at(minute: int) -> dt.datetime:
    """A minute past nine of the first day."""
    return dt.datetime(2017, 8, 14, 9, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def steps() -> list[Step]:
    """The same case as its applicant sees it."""
    review = Pause("专家评审", dt.date(2017, 8, 22), dt.date(2017, 9, 1), dt.date(2017, 8, 21), "行政许可法 45")
    return [
        Step("提交申请", "done", "古荡街道便民服务中心 3 号窗口", at(32)),
        Step(
            "受理",
            "done",
            "浙江省市场监督管理局",
            at(41),
            "材料齐全，当场受理，受理通知书已发给您。",
        ),
        Step("专家评审", "done", "检验检测机构资质认定评审组", dt.date(2017, 9, 1), pauses=(review,)),
        Step(
            "审查",
            "now",
            "浙江省市场监督管理局 · 浙江省环境保护厅",
            dt.date(2017, 9, 4),
            "两个部门同时审查，互不等待。",
            16,
            dt.date(2017, 9, 29),
        ),
        Step("决定", "waiting", "浙江省市场监督管理局"),
        Step("领取证书", "waiting", "窗口、邮寄或电子证照，您选定的是邮寄"),
    ]


def cases() -> list[dict[str, Any]]:
    """A department's inbox."""
    lights = [
        Light("red", -2, dt.date(2017, 9, 4)),
        Light("yellow", 0, TODAY),
        Light("yellow", 2, dt.date(2017, 9, 8)),
        Light("green", 16, dt.date(2017, 9, 29)),
        Light("paused", 12, dt.date(2017, 9, 22), "专家评审"),
        Light("done", 3, dt.date(2017, 9, 11)),
    ]
    titles = [
        "建筑业企业资质核准",
        "食品经营许可",
        "检验检测机构资质联合审批",
        "投资项目备案",
        "医疗器械经营许可",
        "特种设备使用登记",
    ]
    firms = [
        "杭州演示建设有限公司",
        "杭州示例餐饮店",
        "浙江虚构检测科技有限公司",
        "杭州假设新材料有限公司",
        "杭州样本医疗器械有限公司",
        "杭州范例物业服务有限公司",
    ]
    return [
        {
            "number": f"{NUMBER[:17]}{4567 + n}{NUMBER[-2:]}",
            "title": title,
            "who": firm,
            "light": light,
            "href": f"#{n}",
            "step": step,
        }
        for n, (title, firm, light, step) in enumerate(
            zip(titles, firms, lights, ["审查", "决定", "征求意见", "审查", "专家评审", "办结"], strict=True)
        )
    ]


def problem() -> Problem:
    """An invented conflict."""
    return Problem(
        409,
        "这件办件已经有人办了",
        "就在您打开页面之后，李示例于 14:05 作出了决定，您的意见没有保存。",
        ("看看他的决定，若有不同意见可以发起复核。", "回到待办，办下一件。"),
        (NavItem("查看决定", "#"), NavItem("回到待办", "#")),
        "检验检测机构资质联合审批 · 决定",
        "行政许可法 38",
        "case.moved_on",
        "7F3A-19C2",
    )


def samples() -> dict[str, Any]:
    """All invented data of the style guide."""
    return {
        "number": NUMBER,
        "ledger": ledger(),
        "steps": steps(),
        "cases": cases(),
        "lights": [case["light"] for case in cases()],
        "columns": [
            Column("期限", "due"),
            Column("办件编号", "number", wide=True),
            Column("事项", "title"),
            Column("申请人", "who", wide=True),
            Column("环节", wide=True),
        ],
        "listing": Listing("#", 186, 2, 30, "", "due", {"state": "open"}, "/export"),
        "nothing": Listing("#", 0, query="营业执照换"),
        "wrong": [Fault("phone", "请填写手机号码，共 11 位"), Fault("usage", "请选择房屋的用途")],
        "choices": [
            Option("own", "自有", "有不动产权证书"),
            Option("rent", "租赁", "有租赁合同"),
            Option("other", "其他"),
        ],
        "rows": [
            Row("企业名称", "杭州演示建设有限公司", source="浙江省市场监督管理局"),
            Row("注册地址", "杭州市西湖区文三路 999 号", change="#address", source="浙江省市场监督管理局"),
            Row("联系手机", "138****5678", change="#phone"),
            Row("领取方式", "邮寄到注册地址", change="#delivery", hint="寄出后短信告知单号"),
        ],
        "todo": [
            Task("告诉我们用途", "已完成", "good", "#a"),
            Task("核对政府已有的信息", "已完成", "good", "#b"),
            Task("补一份设备清单", "要您处理", "warn", "#c", "只补这一份，其他材料不用再交"),
            Task("提交", "还不能开始"),
        ],
        "tab_items": [
            NavItem("我的", "#", current=True, count=12),
            NavItem("本处室", "#", count=48),
            NavItem("征求我单位意见", "#", count=3),
            NavItem("等别人", "#", count=9),
            NavItem("停钟", "#", count=2),
        ],
        "tiles": [
            Stat("今天到期", "3", "件", "最早 11:00", href="#"),
            Stat("超期", "1", "件", "建筑业企业资质核准", href="#"),
            Stat("跑一次或不用跑", "98.6", "%", "上周", "升 0.4", True, meaning="到窗口至多一次的办件占办结数的比例"),
            Stat("平均办理", "6.2", "个工作日", "承诺 12", "降 0.8", True),
            Stat("被退回的工单", "4.1", "%", "上周", "升 1.2", False),
        ],
        "flow": FLOW,
        "accounts": [
            Account("群众", "陈小样", "citizen", "demo-citizen"),
            Account("窗口", "王演示", "window", "demo-window", "古荡街道便民服务中心"),
            Account("审批", "李示例", "department", "demo-dept", "浙江省住房和城乡建设厅"),
        ],
        "problem": problem(),
    }


def pages(language: Language) -> Iterator[tuple[str, str]]:
    """The pages of one language: name and text."""
    looks = environment([], static_url="static")
    staff = (
        NavItem("待办", "#", "inbox", True, 12),
        NavItem("办件查询", "#", "search"),
        NavItem("征求意见", "#", "messages", count=3),
        NavItem("统一出件", "#", "package", count=7),
        NavItem("事项", "#", "list-details"),
        NavItem("统计", "#", "chart-bar"),
    )
    citizen = (NavItem("办事", "#", current=True), NavItem("我的办件", "#", count=2), NavItem("我的数据", "#"))
    officer = Person("李示例", "行政审批处 审查岗", "浙江省住房和城乡建设厅", (NavItem("窗口受理岗", "#"),))
    for name, seat, nav, person in (
        ("citizen", "", citizen, Person("陈小样")),
        ("form", "", citizen, None),
        ("staff", "审批", staff, officer),
        ("split", "审批", staff, officer),
        ("login", "", (), None),
        ("error", "", citizen, None),
        ("print", "", (), None),
    ):
        search = "#" if seat else ""
        context = frame(
            language=language,
            path="/styleguide",
            today=TODAY,
            csrf_token="sample",  # noqa: S106 — an invented page, no session
            seat=seat,
            nav=nav,
            person=person,
            search=search,
        )
        context |= samples() | {"action": "#"}
        template = f"{name}.html" if name in ("login", "error") else f"styleguide/{name}.html"
        yield f"{name}.{language}.html", looks.get_template(template).render(context)


def write(folder: Path) -> None:
    """Write all pages and the static files they need into a folder."""
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    for language in LANGUAGES:
        for name, text in pages(language):
            (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
