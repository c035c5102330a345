"""演示人员 — who sits where in the demo: a few counties, the provincial departments, third parties, two applicants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yiwang.connectors.sandbox import roster
from yiwang.plumbing.i18n import mark

SINCE = date(2017, 1, 1)
COUNTY = "330106"
TOWN = "330106109"
OTHER_COUNTY = "330302"
PROVINCE = "330000"
CITY = "330100"

LINES = [
    "AJJ",
    "CLH",
    "CZT",
    "DAJ",
    "DSJ",
    "FGW",
    "GAT",
    "GJJ",
    "GTT",
    "HBT",
    "JST",
    "JTT",
    "JXW",
    "JYT",
    "LYT",
    "MZT",
    "NYT",
    "QXJ",
    "RFB",
    "RST",
    "SCJG",
    "SFT",
    "SLT",
    "SYJ",
    "WHT",
    "WJW",
    "XGB",
    "ZHZF",
    "ZJJ",
    "GSJ",
]
JOINT = frozenset(
    [
        "DAJ",
        "DSJ",
        "GAT",
        "GJJ",
        "GTT",
        "HBT",
        "JST",
        "JTT",
        "NYT",
        "QXJ",
        "RFB",
        "RST",
        "SCJG",
        "SLT",
        "SYJ",
        "WHT",
        "WJW",
        "ZJJ",
    ]
)
"""Lines with a part in a joint item: their approvers sit in the service centre (R26), the others' need not (R27)."""
_SURNAMES = "陈林黄吴徐沈蒋方俞潘金章傅钱严施戴范邵竺"

DEPARTMENT_POSTS = (
    ("handler", mark("承办人"), ("handler", "consultee")),
    ("reviewer", mark("审核人"), ("reviewer",)),
    ("decider", mark("审批人"), ("decider",)),
    ("head", mark("负责人"), ("head",)),
)
COLLEAGUE = ("colleague", mark("承办人"), ("handler", "consultee"))
"""A second handler, where somebody has to be asked to take a task over."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """演示账号: a person in a post with a login; `seat` is the desk to sit at."""

    code: str
    name: str
    seat: str
    organisation: str
    post: str
    roles: tuple[str, ...]
    subject_kind: str = ""
    subject_identifier: str = ""
    shown: bool = True

    @property
    def at_centre(self) -> bool:
        """Whether the post sits in a service centre."""
        line = self.organisation.rpartition(".")[2]
        return line == "XZFW" or (line in JOINT and "head" not in self.roles)

    @property
    def kind(self) -> str:
        """staff, public or client."""
        return {"citizen": "public", "client": "client"}.get(self.seat, "staff")


def _name(number: int, title: str) -> str:
    return f"{_SURNAMES[number % len(_SURNAMES)]}{title}"


def _department(division: str, line: str, number: int, *, shown: bool) -> list[DemoPerson]:
    posts = (*DEPARTMENT_POSTS, COLLEAGUE) if shown else DEPARTMENT_POSTS
    return [
        DemoPerson(
            code=f"{line.lower()}-{key}-{division}",
            name=_name(number + n, title),
            seat="department",
            organisation=f"{division}.{line}",
            post=title,
            roles=roles,
            shown=shown,
        )
        for n, (key, title, roles) in enumerate(posts)
    ]


def _centre(division: str, number: int) -> list[DemoPerson]:
    where = f"{division}.XZFW"
    return [
        DemoPerson(f"clerk-{division}", _name(number, "受理员"), "window", where, mark("综合受理员"), ("clerk",)),
        DemoPerson(f"issuer-{division}", _name(number + 1, "出件员"), "window", where, mark("统一出件员"), ("issuer",)),
    ]


def _governments() -> list[DemoPerson]:
    """The heads of governments, who extend what several departments decide together (行政许可法 42)."""
    return [
        DemoPerson(f"zf-head-{place}", name, "department", f"{place}.ZF", mark("政府负责人"), ("head",))
        for place, name in ((PROVINCE, "葛省长"), (COUNTY, "葛区长"))
    ]


def _second_officers() -> list[DemoPerson]:
    """Whoever goes along to an inspection on site, which takes two (行政许可法 34)."""
    title, roles = mark("核查员"), ("handler",)
    return [DemoPerson(f"scjg-officer-{COUNTY}", "杨核查员", "department", f"{COUNTY}.SCJG", title, roles)]


def _third_parties() -> list[DemoPerson]:
    return [
        DemoPerson("supervisor", "严督查", "supervisor", f"{PROVINCE}.DCS", mark("效能监督员"), ("supervisor",)),
        DemoPerson("evaluator", "章评价", "supervisor", f"{PROVINCE}.PJZX", mark("评价管理员"), ("evaluator",)),
        DemoPerson("sysadmin", "施运维", "admin", f"{PROVINCE}.DSJJ", mark("系统管理员"), ("sysadmin",)),
        DemoPerson("client-jst", "省建设厅业务系统", "client", f"{PROVINCE}.JST", mark("业务系统"), ("client",)),
    ]


def _applicants() -> list[DemoPerson]:
    people = []
    for number in range(3):
        citizen, firm = roster.person(number), roster.firm(number)
        people += [
            DemoPerson(
                f"citizen-{number + 1}", citizen.name, "citizen", "", "", ("applicant",), "person", citizen.identifier
            ),
            DemoPerson(f"firm-{number + 1}", firm.name, "citizen", "", "", ("applicant",), "firm", firm.identifier),
        ]
    return people


def everybody() -> list[DemoPerson]:
    """All demo people; `shown` ones stand on the log-in page."""
    people = [*_applicants(), *_centre(TOWN, 0), *_centre(COUNTY, 3), *_centre(PROVINCE, 6), *_centre(OTHER_COUNTY, 9)]
    shown = {(PROVINCE, "ZJJ"), (PROVINCE, "JST"), (PROVINCE, "JTT"), (COUNTY, "FGW"), (COUNTY, "SCJG")}
    for number, line in enumerate(LINES):
        people += _department(PROVINCE, line, number, shown=(PROVINCE, line) in shown)
        if line not in ("GSJ", "ZJJ", "SYJ", "XGB"):
            people += _department(COUNTY, line, number + 5, shown=(COUNTY, line) in shown)
    return [*people, *_department(CITY, "FGW", 7, shown=False), *_governments(), *_second_officers(), *_third_parties()]
