"""演示账号 — a login for everybody of the demo, and a token with which a script can act as each."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from yiwang.demo.people import everybody
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing import accounts, sessions
from yiwang.plumbing.i18n import mark
from yiwang.plumbing.work import Engine

PASSWORD = "demo-2017"  # noqa: S105 — the one password of all demo accounts, printed for everybody to see
SEATS = {
    "citizen": mark("申请人"),
    "window": mark("受理窗口"),
    "department": mark("部门"),
    "supervisor": mark("监督评价"),
    "admin": mark("运维"),
    "client": mark("业务系统"),
}
LASTS = timedelta(days=30)


def open_accounts(engine: Engine) -> list[dict[str, object]]:
    """开通演示账号: makes them when they are not there; gives name, seat, login, password, headers … of each."""
    with engine.begin(SYSTEM) as work:
        there = accounts.logins(work)
    secret = accounts.hashed(PASSWORD)
    made: list[dict[str, object]] = []
    with engine.begin(SYSTEM) as work:
        places = directory.snapshot(work).organisations
        for p in everybody():
            if p.code not in there:
                accounts.create(work, p.code, PASSWORD, p.code, p.kind, secret=secret)
            actor = directory.actor_of(work, p.code, "", "script")
            session = sessions.start(work, p.code, {"actor": msgspec.to_builtins(actor), "csrf": ""}, LASTS)
            made.append(
                {
                    "name": p.name,
                    "seat": p.seat,
                    "seat_name": f"{SEATS[p.seat]} · {p.post}" if p.post else SEATS[p.seat],
                    "division": p.organisation.split(".")[0],
                    "organisation": p.organisation,
                    "organisation_name": places[p.organisation].name if p.organisation else "",
                    "organisation_name_en": places[p.organisation].name_en if p.organisation else "",
                    "login": p.code,
                    "password": PASSWORD,
                    "headers": {"Authorization": f"Bearer {session.token}"},
                    "shown": p.shown,
                }
            )
    return made
