"""公共页面 — home, finding an item, what it needs, checking a licence, logging in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import At, CaseType, Item, Published, Who
from yiwang.directory import service as directory
from yiwang.directory.messages import Line
from yiwang.front import policy
from yiwang.front.desk import COOKIE, LANGUAGE_COOKIE, SECURE_COOKIE, TYPE_COOKIE, Desk, read_form
from yiwang.front.entry import enter
from yiwang.front.look.naming import name_of, word_of
from yiwang.front.look.parts import Account, Fault, Option
from yiwang.front.papers import pdf_of
from yiwang.front.refusals import sentence, status
from yiwang.front.routes import page, sent
from yiwang.ground.actor import SYSTEM
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Invalid, NotFound, Refused
from yiwang.handling.service import documents as papers
from yiwang.intake.service import reading
from yiwang.plumbing import sessions
from yiwang.plumbing.i18n import LANGUAGES, Language, mark, translator
from yiwang.sharing.messages import SubjectKind
from yiwang.sharing.service import licences
from yiwang.sharing.service import requests as sharing

OPEN: dict[str, Any] = {"public": "information for everybody"}
SECTORS = (mark("投资审批"), mark("不动产"), mark("商事登记"), mark("医保社保"), mark("便民服务"))
SIZE = 30
FIRST = 6
DOCUMENT_CODE = 22  # digits of a document's check code
LEVELS = {At.PROVINCE: mark("省级"), At.CITY: mark("市级"), At.COUNTY: mark("县级")}


@page("/", opt=OPEN)
def home(desk: Desk, q: str = "", sector: str = "", offset: int = 0, all: int = 0) -> Response[str]:  # noqa: A002 — in the address
    """首页: find an item in everyday words, by initials or by sector."""
    chosen = sector if sector in SECTORS else ""
    asked = bool(q.strip() or chosen or all)
    start = max(offset, 0) if asked else 0
    with desk.engine.begin(SYSTEM, desk.language) as work:
        found = catalogue.find(work, q, sector=chosen)
        everything = catalogue.items(work)
        lines = directory.snapshot(work).lines
    kept = {name: value for name, value in (("q", q[:100]), ("sector", chosen), ("all", "1" if all else "")) if value}
    if not asked:
        found = [f for f in found if f.case_type == CaseType.SPOT and not f.visits]
    size = SIZE if asked else FIRST
    return desk.page(
        "home.html",
        q=q[:100],
        sector=chosen,
        asked=asked,
        found=found[start : start + size],
        total=len(found) if asked else len(everything),
        counts={s: sum(p.item.sector.startswith(s) for p in everything) for s in SECTORS},
        lines=lines,
        limits={f.code: Limit.parse(f.promised) for f in found if f.promised},
        earlier=f"/?{urlencode(kept | {'offset': max(start - size, 0)})}" if start else "",
        later=f"/?{urlencode(kept | {'offset': start + size})}" if asked and start + size < len(found) else "",
    )


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
    asked = bool(request.query_params) or not item.questions
    missing = [q for q in item.questions if q.code not in answers]
    complete = asked and not missing
    applicant = desk.actor is not None and "applicant" in desk.actor.roles
    here = f"{request.url.path}?{request.url.query}"
    return desk.page(
        "guide.html",
        item=item,
        line=lines.get(item.line),
        lines=lines,
        answers=answers,
        faults=[Fault(f"q.{q.code}", word_of(q, desk.language, "text")) for q in missing] if asked else [],
        complete=complete,
        tolerance=catalogue.tolerance(item).n,
        needs=catalogue.needs(item, answers) if complete else None,
        flow=flow_rows(published, answers if complete else None, lines, desk.language),
        places=places(desk) if complete and applicant else [],
        place=usual_place(desk) if complete and applicant else "",
        applicant=applicant,
        log_in_first=f"/login?next={quote(here)}",
    )


def places(desk: Desk) -> list[Option]:
    """在哪里办: the divisions a matter can lie in, each under its city."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        book = directory.snapshot(work).divisions
        today = work.today
    standing = {c: d for c, d in book.items() if len(c) == 6 and (d.valid_to is None or d.valid_to > today)}
    standing = {c: d for c, d in standing.items() if d.valid_from is None or d.valid_from <= today}
    named = {code: word_of(division, desk.language) for code, division in standing.items()}
    return [
        Option(code, f"{named[division.parent]} · {named[code]}")
        for code, division in sorted(standing.items())
        if code[4:] != "00" and division.parent in named
    ]


def usual_place(desk: Desk) -> str:
    """常用地: where the applicant's last matter lay, else where the applicant is registered; maybe neither."""
    with desk.work() as work:
        me = directory.person(work, desk.who.person)
        subject = sharing.know(work, SubjectKind(me.subject_kind), me.subject_identifier, me.name)
        last = reading.applications(work, subject, limit=1)
    at = 0 if me.subject_kind == "person" else 2
    return last[0].division if last else me.subject_identifier[at : at + 6]


def flow_rows(
    published: Published, answers: catalogue.Answers | None, lines: Mapping[str, Line], language: Language
) -> list[dict[str, Any]]:
    """怎么办: the steps of the flow with who, how long, visits and basis; after the answers, only theirs."""
    item = published.item
    met = {e.target for e in item.flow.edges if answers is None or catalogue.holds(e.when, answers)}
    begins = {s.id for s in item.flow.steps} - {e.target for e in item.flow.edges}
    return [
        {"step": s, "who": _who(s.who, item, lines, language)}
        for s in item.flow.steps
        if s.who is not None and s.id in met | begins
    ]


def _who(who: Who, item: Item, lines: Mapping[str, Line], language: Language) -> str:
    say = translator(language).gettext
    if who.role == "system" and not who.line:
        return say(mark("系统自动，不用您管"))
    if who.at is At.RECEIVING:
        return say(mark("您选的办事窗口"))
    line = lines.get(item.line if who.line == "*" else who.line)
    name = (name_of(line, language) if language == "en" else line.short) if line else who.line
    level = say(LEVELS[who.at]) if who.at in LEVELS else ""
    return f"{name} {level}".strip()


@page("/licences/{code:str}", opt=OPEN)
def licence(code: str, desk: Desk) -> Response[str]:
    """电子证照核验: anyone who scans a code learns whether the licence is genuine and in force."""
    try:
        with desk.engine.begin(SYSTEM, desk.language) as work:
            view = licences.check(work, code)
    except (Invalid, NotFound) as refusal:
        return desk.page("check.html", status(refusal), code=code[:200], fault=desk.say(refusal))
    return desk.page("licence.html", view=view)


@page("/documents/{code:str}", opt=OPEN)
def document(code: str, desk: Desk) -> Response[str]:
    """文书核验: whoever holds a decision or notice sees what it said when it was signed."""
    try:
        with desk.engine.begin(SYSTEM, desk.language) as work:
            issued = papers.check(work, code)
    except NotFound as refusal:
        return desk.page("check.html", status(refusal), code=code[:200], fault=desk.say(refusal))
    return desk.page("document.html", issued=issued)


@page("/documents/{code:str}/copy", opt=OPEN)
def copy(code: str, desk: Desk, request: Request[Any, Any, Any]) -> Response[bytes]:
    """文书副本: the document itself once more, for whoever holds its code."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        issued = papers.check(work, code)
    return pdf_of(issued, request)


@page("/check", opt=OPEN)
def check(desk: Desk, code: str = "") -> Response[str]:
    """核验入口: type a licence's identifier, or the 22 digits of a document."""
    typed = code.strip()[:200]
    if typed:
        digits = typed.replace(" ", "")
        kind = "documents" if digits.isdigit() and len(digits) == DOCUMENT_CODE else "licences"
        return desk.go(f"/{kind}/{quote(digits if kind == 'documents' else typed, safe='')}")
    return desk.page("check.html", code="", fault="")


@page("/login", opt=OPEN)
def login(desk: Desk, next: str = "") -> Response[str]:  # noqa: A002 — the name of the parameter in the address
    """登录页, with the demo's accounts where there are any."""
    return _login_page(desk, next)


def _login_page(desk: Desk, onward: str, fault: str = "", name: str = "") -> Response[str]:
    said = translator(desk.language).gettext
    organisation = "organisation_name_en" if desk.language == "en" else "organisation_name"
    shown = [
        Account(
            " · ".join(said(part) for part in a["seat_name"].split(" · ")),
            a["name"],
            a["login"],
            a["password"],
            a[organisation],
        )
        for a in desk.demo
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


ROUTES = [home, guide, licence, document, copy, check, login, log_in, log_out, language, type_size]
