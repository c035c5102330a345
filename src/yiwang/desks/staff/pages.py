"""代理页面 — who stands in for whom in one's own house, and which posts work joint items away from the centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Response

from yiwang.directory import service as directory
from yiwang.directory.messages import Deputy, Exemption
from yiwang.front.desk import Desk, Form
from yiwang.front.look.parts import Column, Option
from yiwang.front.routes import page, sent
from yiwang.ground.outcome import Invalid, NotFound, Refused
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work

APPOINT: dict[str, Any] = {"act": "deputy.appoint"}
HERE = "/staff/absence"
DAY = timedelta(days=1)
COLUMNS = (
    (mark("谁不在"), False),
    (mark("代理人"), False),
    (mark("起止"), False),
    (mark("状态"), False),
    (mark("原因"), True),
    (mark("操作"), False),
)


@dataclass(frozen=True, slots=True)
class Line:
    """一行: a deputy as the list shows it; `last` is the last day, `state` coming, now, past or ended."""

    deputy: Deputy
    last: date
    state: str
    mine: bool


@page(HERE, opt=APPOINT)
def absence(desk: Desk) -> Response[str]:
    """代理: whoever stands in in this house; the head sees and appoints all, everybody else for the own post."""
    return _page(desk)


@sent(HERE, opt=APPOINT)
def appoint(desk: Desk, body: bytes) -> Response[str]:
    """指定代理人."""
    form = desk.form(body)

    def do(work: Work) -> None:
        principal, _, post = form.get("seat").partition(" ")
        since, until = _day(form, "since"), _day(form, "until")
        directory.appoint_deputy(
            work, principal, post, form.get("deputy"), since, until + DAY, form.get("reason")[:200]
        )

    return _done(desk, form, body, do)


@sent(f"{HERE}/end", opt=APPOINT)
def end(desk: Desk, body: bytes) -> Response[str]:
    """终止代理."""
    form = desk.form(body)

    def do(work: Work) -> None:
        known = directory.deputies_of(work, desk.who.organisation)
        found = next((d for d in known if str(d.id) == form.get("deputy")), None)
        if found is None:
            raise NotFound("directory.unknown_post")
        directory.end_deputy(work, found)

    return _done(desk, form, body, do)


@sent(f"{HERE}/exempt", opt=APPOINT)
def exempt(desk: Desk, body: bytes) -> Response[str]:
    """登记集中办公例外."""
    form = desk.form(body)

    def do(work: Work) -> None:
        until = _day(form, "last")
        directory.exempt(work, form.get("post"), work.today, until + DAY, form.get("why")[:200])

    return _done(desk, form, body, do)


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name))
    except ValueError as error:
        raise Invalid("directory.deputy_period") from error


def _done(desk: Desk, form: Form, body: bytes, do: Any) -> Response[str]:
    try:
        desk.once(form, body, do)
    except Refused as refusal:
        return _page(desk, refusal, form)
    return desk.go(HERE)


def _page(desk: Desk, problem: Refused | None = None, form: Form | None = None) -> Response[str]:
    translate = translator(desk.language).gettext
    who = desk.who
    head = who.has("head") and "head" not in who.lent
    with desk.work() as work:
        staff = directory.staff(work)
        seats = staff.of_organisation(who.organisation, work.today)
        lines = [
            _line(d, work.today, mine=head or d.principal == who.person)
            for d in reversed(directory.deputies_of(work, who.organisation))
            if head or who.person in (d.principal, d.deputy)
        ]
        people = {person for person, _ in seats} | {p for x in lines for p in (x.deputy.principal, x.deputy.deputy)}
        names = directory.names_of(work, people)
        exemptions = [e for e in staff.exemptions if staff.current(e.post, work.today).organisation == who.organisation]
        posts = {post.code: post for post in staff.posts.values()}
    mine = [(person, post) for person, post in seats if head or person == who.person]
    return desk.page(
        "absence.html",
        422 if problem else 200,
        problem=problem,
        sent=form.get if form else _nothing,
        columns=[Column(translate(label), wide=wide) for label, wide in COLUMNS],
        lines=lines,
        names=names,
        posts=posts,
        seats=[Option(f"{person} {post.code}", f"{names[person]} · {translate(post.name)}") for person, post in mine],
        colleagues=[Option(person, names[person]) for person in sorted({person for person, _ in seats})],
        head=head,
        outside=[
            Option(post.code, f"{names[person]} · {translate(post.name)}")
            for person, post in seats
            if not post.at_centre
        ],
        exemptions=_current(exemptions, desk.today),
        stands_for=[(names.get(d.person, d.person), posts[d.post].name) for d in who.deputised],
    )


def _nothing(_: str) -> str:
    return ""


def _line(deputy: Deputy, today: date, *, mine: bool) -> Line:
    if deputy.ended_by:
        state = "ended"
    elif today < deputy.held_from:
        state = "coming"
    else:
        state = "now" if today < deputy.held_to else "past"
    return Line(deputy, max(deputy.held_from, deputy.held_to - DAY), state, mine and state in ("now", "coming"))


def _current(exemptions: list[Exemption], today: date) -> list[tuple[Exemption, date]]:
    return [(e, e.held_to - DAY) for e in exemptions if today < e.held_to]


ROUTES = [absence, appoint, end, exempt]
