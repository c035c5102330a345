"""流程图 — a flow as an SVG picture made on the server: lanes by department, forks and joins as bars, top to bottom.

It carries no colours of its own: yiwang.css gives them by class. What it shows is said in words beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

from markupsafe import Markup, escape

State = Literal["done", "now", "paused", "ahead", "dropped"]

LANE = 140  # pixels, as everything below
BOX, BOX_HEIGHT = 124, 54
BAR_HEIGHT = 6
GAP = 26
HEAD = 44
FONT, SMALL = 12.5, 11.0
_ASIDE = re.compile(r"\s*[(\uff08][^)\uff09]*[)\uff09]")
_MARKS: Mapping[State, str] = {
    "done": '<path class="sign" d="m-4 0 3 3 5-6"/>',
    "now": '<circle class="sign is-full" r="3.5"/>',
    "paused": '<path class="sign" d="M-2.5-4v8M2.5-4v8"/>',
    "dropped": '<path class="sign" d="m-3.5-3.5 7 7m0-7-7 7"/>',
}


@dataclass(frozen=True, slots=True)
class Box:
    """图框: a step in its lane, with its state and a short note (who, when); without a lane a bar: fork or join."""

    id: str
    title: str = ""
    lane: str = ""
    state: State = "ahead"
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a box or bar stands: its middle, its top, half its width, its height."""

    box: Box
    x: float
    top: float
    half: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height


def draw(boxes: Sequence[Box], arrows: Iterable[tuple[str, str]], lanes: Mapping[str, str], label: str) -> Markup:
    """画流程: boxes and the arrows between them, in the order of the flow; `lanes` maps lanes to their names, in the
    order in which they shall stand; `label` is what the picture is called.
    """
    arrows = _forward([(a, b) for a, b in arrows], [box.id for box in boxes])
    rank = _ranks([box.id for box in boxes], arrows)
    used = [lane for lane in lanes if any(box.lane == lane for box in boxes)]
    left = _columns(boxes, rank, used)
    placed = _place(boxes, rank, arrows, left, used)
    width = left[""]
    height = max((p.bottom for p in placed.values()), default=HEAD) + GAP / 2
    parts = [_lane(lanes[lane], left[lane], left[after], height, n) for n, (lane, after) in enumerate(_pairs(used))]
    parts += [_arrow(placed[a], placed[b], rank[b] - rank[a], left, used) for a, b in arrows]
    parts += [_shape(p) for p in placed.values()]
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}">'
        '<defs><marker id="flow-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto">'
        '<path class="arrow" d="M0 0 8 4 0 8z"/></marker></defs>{}</svg>'
    ).format(label, width, height, width, height, Markup("").join(parts))


def _forward(arrows: list[tuple[str, str]], order: list[str]) -> list[tuple[str, str]]:
    """Without arrows to boxes that are not drawn and without loops back."""
    place = {name: n for n, name in enumerate(order)}
    return [(a, b) for a, b in arrows if a in place and b in place and place[a] < place[b]]


def _ranks(order: list[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How far down each box stands: below all that lead to it."""
    rank = dict.fromkeys(order, 0)
    for name in order:
        rank[name] = max((rank[a] + 1 for a, b in arrows if b == name), default=0)
    return rank


def _pairs(used: list[str]) -> Iterable[tuple[str, str]]:
    return zip(used, [*used[1:], ""], strict=True)


def _columns(boxes: Sequence[Box], rank: Mapping[str, int], used: list[str]) -> dict[str, float]:
    """The left edge of each lane, and under the empty name the right edge of the last; wide enough for what stands
    side by side.
    """
    left, x = {}, 0.0
    for lane in used:
        left[lane] = x
        rows = [rank[box.id] for box in boxes if box.lane == lane]
        x += LANE * max(rows.count(row) for row in rows)
    return {**left, "": x}


def _place(
    boxes: Sequence[Box],
    rank: Mapping[str, int],
    arrows: Sequence[tuple[str, str]],
    left: Mapping[str, float],
    used: list[str],
) -> dict[str, _Placed]:
    rows: dict[int, list[Box]] = {}
    for box in boxes:
        rows.setdefault(rank[box.id], []).append(box)
    y, tops = HEAD + GAP / 2, {}
    for row in sorted(rows):
        tops[row] = y
        y += (BOX_HEIGHT if any(box.lane for box in rows[row]) else BAR_HEIGHT) + GAP
    placed: dict[str, _Placed] = {}
    for row, there in rows.items():
        for lane in used:
            beside = [box for box in there if box.lane == lane]
            room = left[dict(_pairs(used))[lane]] - left[lane]
            for n, box in enumerate(beside):
                x = left[lane] + room * (2 * n + 1) / (2 * len(beside))
                placed[box.id] = _Placed(box, x, tops[row], BOX / 2, BOX_HEIGHT)
    for box in boxes:
        if not box.lane:
            near = [placed[b].x for a, b in arrows if a == box.id and b in placed]
            near += [placed[a].x for a, b in arrows if b == box.id and a in placed]
            first, last = (min(near), max(near)) if near else (LANE / 2, LANE / 2)
            half = max((last - first) / 2 + 14, 24)
            placed[box.id] = _Placed(box, (first + last) / 2, tops[rank[box.id]], half, BAR_HEIGHT)
    return {box.id: placed[box.id] for box in boxes}


def _lane(name: str, left: float, right: float, height: float, n: int) -> Markup:
    lines = wrapped(name, right - left - 12, SMALL, 2)
    text = Markup("").join(
        Markup('<text class="lane-title" x="{:g}" y="{:g}" text-anchor="middle">{}</text>').format(
            (left + right) / 2, 18 + 14 * k + (7 if len(lines) == 1 else 0), line
        )
        for k, line in enumerate(lines)
    )
    return Markup('<g><title>{}</title><rect class="{}" x="{:g}" y="0.5" width="{:g}" height="{:g}"/>{}</g>').format(
        name, "lane-alt" if n % 2 else "lane", left, right - left, height - 1, text
    )


def _arrow(a: _Placed, b: _Placed, rows: int, left: Mapping[str, float], used: list[str]) -> Markup:
    """Straight down where it can be, else by the gap above its end; past other boxes along the edge of its lane."""
    start, end = _ends(a, b)
    turn = b.top - GAP / 2
    if start == end and rows == 1:
        way = f"M{start:g} {a.bottom:g}V{b.top:g}"
    elif rows == 1:
        way = f"M{start:g} {a.bottom:g}V{turn:g}H{end:g}V{b.top:g}"
    else:
        after = dict(_pairs(used))
        edge = left[after[a.box.lane]] - 5 if a.box.lane else a.x + a.half
        way = f"M{start:g} {a.bottom:g}v{GAP / 2:g}H{edge:g}V{turn:g}H{end:g}V{b.top:g}"
    return Markup('<path class="edge" d="{}" marker-end="url(#flow-tip)"/>').format(way)


def _ends(a: _Placed, b: _Placed) -> tuple[float, float]:
    """Where an arrow leaves and arrives: at a bar, straight above or below the box at its other end."""
    if not a.box.lane and a.x - a.half <= b.x <= a.x + a.half:
        return b.x, b.x
    if not b.box.lane and b.x - b.half <= a.x <= b.x + b.half:
        return a.x, a.x
    return a.x, b.x


def _shape(p: _Placed) -> Markup:
    box = p.box
    if not box.lane:
        bar = Markup('<g class="step is-{} is-bar"><rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="3"/></g>')
        return bar.format(box.state, p.x - p.half, p.top, 2 * p.half, p.height)
    lines = wrapped(_ASIDE.sub("", box.title), BOX - 16, FONT, 2)
    first = p.top + (BOX_HEIGHT - 15 * len(lines) - (14 if box.note else 0)) / 2 + 11
    words = [
        Markup('<text x="{:g}" y="{:g}" text-anchor="middle">{}</text>').format(p.x, first + 15 * n, line)
        for n, line in enumerate(lines)
    ]
    if box.note:
        [note] = wrapped(box.note, BOX - 8, SMALL, 1)
        y = first + 15 * len(lines) - 1
        words.append(Markup('<text class="sub" x="{:g}" y="{:g}" text-anchor="middle">{}</text>').format(p.x, y, note))
    sign = _MARKS.get(box.state, "")
    if sign:
        at = f"{p.x + p.half:g} {p.top:g}"
        words.append(
            Markup('<g class="mark" transform="translate({})"><circle r="8"/>{}</g>').format(at, Markup(sign))  # noqa: S704 — a constant
        )
    return Markup(
        '<g class="step is-{}"><title>{}</title><rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="4"/>{}</g>'
    ).format(
        box.state,
        f"{box.title} {box.note}".strip(),
        p.x - p.half,
        p.top,
        2 * p.half,
        p.height,
        Markup("").join(words),
    )


def width_of(text: str, size: float) -> float:
    """字宽: about how wide a text is, in pixels: a Chinese character is as wide as high, a letter six tenths of it."""
    return sum(size if east_asian_width(c) in "WF" else 0.56 * size for c in text)


def wrapped(text: str, room: float, size: float, most: int) -> list[str]:
    """折行: a text in lines that fit, at most so many; what is left out is shown by an ellipsis."""
    lines: list[str] = []
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        if lines and width_of(lines[-1] + word.rstrip(), size) <= room:
            lines[-1] += word
        else:
            lines.append(word)
    if len(lines) > most:
        last = lines[most - 1].rstrip() + "…"
        while len(last) > 1 and width_of(last, size) > room:
            last = last[:-2] + "…"
        lines = [*lines[: most - 1], last]
    return [str(escape(line.rstrip())) and line.rstrip() for line in lines] or [""]
