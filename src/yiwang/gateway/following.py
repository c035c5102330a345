"""接口容缺数据 — the shapes of acceptance with its checklist, and of what may follow after it (规定 11)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from yiwang.gateway.views import Code, FormData, NeedView, Sent, Short

Ticked = Annotated[dict[Code, Annotated[list[Short], Meta(max_length=50)]], Meta(max_length=100)]


class Checked(Sent):
    """受理: the clerk's checklist, material → checkpoints ticked. `tolerate`: accept although tolerable materials lack
    (容缺受理), which the applicant has `undertaken` to supply.
    """

    brought: Ticked = msgspec.field(default_factory=dict)
    tolerate: bool = False
    undertaken: bool = False


class Supplied(Sent):
    """补交: what was tolerated has come, by post or at a window, its whole checklist ticked; `visited`: somebody had to
    come for it.
    """

    brought: Ticked
    way: Annotated[str, Meta(pattern="^(window|post)$")] = "post"
    visited: bool = False


class Statement(Sent):
    """自述补交: a tolerated material that is the applicant's own writing, in words."""

    material: Code
    words: Annotated[str, Meta(min_length=1, max_length=5_000)]


class ToleranceView(msgspec.Struct):
    """容缺: whether something is still to come, what, until when, and which of it can be supplied online in words."""

    open: bool
    materials: list[NeedView]
    by_words: list[str]
    until: date | None


class Handed(Sent):
    """提交: what only the applicant can say, and how the result shall come. `undertakes`: what may follow later (容缺)
    will be supplied by the day that the acceptance tells.
    """

    form: FormData
    delivery: Annotated[str, Meta(pattern="^(counter|courier|e_licence)$")] = "e_licence"
    address: Short = ""
    undertakes: bool = False
