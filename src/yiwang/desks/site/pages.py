"""公共页面 — home, finding an item, what it needs, checking a licence, logging in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item, Published
from yiwang.directory import service as directory
from yiwang.front import policy
from yiwang.front.desk import COOKIE, LANGUAGE_COOKIE, SECURE_COOKIE, TYPE_COOKIE, Desk, read_form
from yiwang.front.entry import enter
from yiwang.front.look.parts import Account
from yiwang.front.refusals import sentence
from yiwang.front.routes import page, sent
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import sessions
from yiwang.plumbing.i18n import LANGUAGES, translator
from yiwang.sharing.service import licences

OPEN: dict[str, Any] = {"public": "information for everybody"}
SECTORS = ("投资审批", "不动产", "商事登记", "医保社保", "便民服务")


@page("/", opt=OPEN)
def home(desk: Desk, q: str = "", sector: str = "") -> Response[str]:
    """首页: find an item in everyday words."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        found = catalogue.find(work, q, sector=sector if sector in SECTORS else "")
        everything = len(catalogue.items(work))
    return desk.page("home.html", q=q[:100], sector=sector, found=found, total=everything, sectors=SECTORS)


def answers_from(item: Item, given: dict[str, tuple[str, ...]]) -> dict[str, str | tuple[str, ...]]:
    """The answers among a page's parameters, as the catalogue wants them."""
    answers: dict[str, str | tuple[str, ...]] = {}
    for question in item.questions:
        values = tuple(v for v in given.get(question.code, ()) if v)
        if values:
            answers[question.code] = values if question.several else values[0]
    return answers


@page("/items/{code:str}", opt=OPEN)
def guide(code: str, desk: Desk, request: Request[Any, Any, Any]) -> Response[str]:
    """办事指南: a few plain questions, then what to bring and what government already has. R07, R38"""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        published = catalogue.published(work, code)
        lines = directory.snapshot(work).lines
    item = published.item
    names = [k for k in request.query_params if k.startswith("q.")]
    given = {k[2:]: tuple(request.query_params.getall(k)) for k in names}
    answers = answers_from(item, given)
    asked = bool(given) or not item.questions
    complete = asked and len(answers) == len(item.questions)
    return desk.page(
        "guide.html",
        published=published,
        item=item,
        department=lines[item.line].short if item.line in lines else item.line,
        answers=answers,
        asked=asked,
        complete=complete,
        needs=catalogue.needs(item, answers) if complete else None,
        flow=flow_rows(published),
    )


def flow_rows(published: Published) -> list[dict[str, str]]:
    """The steps of a flow chart as the guide lists them."""
    return [
        {"name": s.name, "limit": str(s.limit or ""), "clock": s.clock, "basis": s.basis}
        for s in published.item.flow.steps
        if s.who is not None
    ]


@page("/licences/{code:str}", opt=OPEN)
def licence(code: str, desk: Desk) -> Response[str]:
    """电子证照核验: anyone who scans a code learns whether the licence is genuine and in force."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        view = licences.check(work, code)
    return desk.page("licence.html", view=view)


@page("/check", opt=OPEN)
def check(desk: Desk, code: str = "") -> Response[str]:
    """核验入口: type a licence's identifier."""
    if code:
        return desk.go(f"/licences/{code.strip()[:200]}")
    return desk.page("check.html")


@page("/login", opt=OPEN)
def login(desk: Desk, next: str = "") -> Response[str]:  # noqa: A002 — the name of the parameter in the address
    """登录页, with the demo's accounts where there are any."""
    return _login_page(desk, next)


def _login_page(desk: Desk, onward: str, fault: str = "", name: str = "") -> Response[str]:
    said = translator(desk.language).gettext
    shown = [
        Account(said(a["seat_name"]), a["name"], a["login"], a["password"], a["organisation_name"]) for a in desk.demo
    ]
    return desk.page(
        "login.html",
        422 if fault else 200,
        action="/login",
        fault=fault,
        login=name[:64],
        next=onward,
        accounts=shown,
    )


def _inside(path: str) -> str:
    """A path on this site to go on to; nothing that leads elsewhere."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith("//") and not parts.netloc and "\\" not in path
    return path if inside else ""


@sent("/login", opt=OPEN)
def log_in(desk: Desk, body: bytes, request: Request[Any, Any, Any]) -> Response[str]:
    """登录: a session with a new token, in the first post held."""
    form = read_form(body)
    name, onward = form.get("login"), _inside(form.get("next"))
    address = request.client.host if request.client else ""
    try:
        session, actor = enter(desk.engine, address, name, form.get("password"), desk.language)
    except Refused as refusal:
        said = sentence(refusal, desk.language)
        return _login_page(desk, onward, said, name)
    if desk.session:
        with desk.engine.begin(SYSTEM) as work:
            sessions.end(work, desk.session)
    secure = desk.secure
    cookie = Cookie(
        SECURE_COOKIE if secure else COOKIE, value=session.token, path="/", httponly=True, secure=secure, samesite="lax"
    )
    return desk.go(onward or policy.home_of(actor), [cookie])


@sent("/logout", opt={"act": "account.own"})
def log_out(desk: Desk, body: bytes) -> Response[str]:
    """退出: the token is worthless from now on."""
    desk.form(body)
    if desk.session:
        with desk.work() as work:
            sessions.end(work, desk.session)
    return desk.go("/", [Cookie(SECURE_COOKIE if desk.secure else COOKIE, value="", path="/", max_age=0)])


@page("/language/{chosen:str}", opt=OPEN)
def language(chosen: str, desk: Desk, back: str = "/") -> Response[str]:
    """换语言."""
    code = chosen if chosen in LANGUAGES else "zh"
    return desk.go(_inside(back) or "/", [Cookie(LANGUAGE_COOKIE, value=code, path="/", max_age=31_536_000)])


@page("/type/{size:str}", opt=OPEN)
def type_size(size: str, desk: Desk, back: str = "/") -> Response[str]:
    """大字版."""
    chosen = "large" if size == "large" else ""
    return desk.go(_inside(back) or "/", [Cookie(TYPE_COOKIE, value=chosen, path="/", max_age=31_536_000)])


ROUTES = [home, guide, licence, check, login, log_in, log_out, language, type_size]
