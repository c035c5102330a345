"""年图 — a year in one picture: open cases, queues, and the share that each department decided in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import log10

from yiwang.commands.year.figures import Figures, by_volume
from yiwang.connectors.sandbox import holdings

WIDTH, MARGIN, LEFT = 1200, 48, 84
INK, FAINT, RULE, PAPER = "#1f2933", "#6b7785", "#e3e8ee", "#ffffff"
BLUE, SKY = "#1d5fa8", "#cfe0f3"
GOOD, FAIR, POOR = "#2f7d4f", "#b7791f", "#b83232"
QUEUES: Sequence[tuple[str, str, str, str]] = (
    ("accepting", "待受理", "#6a4fb3", "7 3"),
    ("handling", "待办理", BLUE, ""),
    ("deciding", "待决定", "#b7791f", "2 3"),
    ("delivering", "待出件", GOOD, "10 3 2 3"),
)
MOST_LINES = 24
ENOUGH = 20  # cases of a department before it is named as the latest
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


@dataclass(frozen=True, slots=True)
class Panel:
    """一幅: a plot with its frame; `top` is the largest value shown."""

    x: float
    y: float
    width: float
    height: float
    days: Sequence[date]
    top: float

    def at(self, day: int, value: float) -> tuple[float, float]:
        """Where a value of a day lies."""
        return self.x + self.width * day / max(len(self.days) - 1, 1), self.y + self.height * (1 - value / self.top)

    def path(self, numbers: Sequence[float]) -> str:
        """A line through all days."""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.at(d, n) for d, n in enumerate(numbers)))


def _text(x: float, y: float, words: str, *, size: int = 14, fill: str = INK, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _top(value: float) -> float:
    """The next number whose quarters are round."""
    if value <= 4:
        return 4
    step = 10.0 ** int(log10(value / 4))
    return 4 * next(u for u in (step, 1.5 * step, 2 * step, 2.5 * step, 5 * step, 10 * step) if u * 4 >= value)


def _panel(y: float, height: float, figures: Figures, numbers: Sequence[Sequence[int]]) -> tuple[Panel, list[str]]:
    """The frame with its scales: round numbers at the side, the months below."""
    top = _top(max((max(n, default=0) for n in numbers), default=0))
    panel = Panel(LEFT, y, WIDTH - LEFT - MARGIN, height, figures.days, top)
    drawn = []
    for part in range(5):
        value = top * part / 4
        _, at = panel.at(0, value)
        drawn.append(f'<path d="M{panel.x} {at:.1f}h{panel.width}" stroke="{RULE}"/>')
        drawn.append(_text(panel.x - 10, at + 5, f"{value:,.0f}", size=13, fill=FAINT, anchor="end"))
    month, last = None, -100.0
    for day, on in enumerate(panel.days):
        if on.month != month:
            x, _ = panel.at(day, 0)
            if x - last >= 56:
                drawn.append(f'<path d="M{x:.1f} {y + height}v6" stroke="{FAINT}"/>')
                words = f"{on.year}年{on.month}月" if month is None or on.month == 1 else f"{on.month}月"
                drawn.append(_text(x, y + height + 22, words, size=13, fill=FAINT))
                last = x + 7 * (len(words) - 2)
            month = on.month
    return panel, drawn


def _open(y: float, figures: Figures) -> Iterator[str]:
    open_, arrived = figures.series["open"], figures.series["arrived"]
    panel, frame = _panel(y, 220, figures, [open_])
    yield _text(MARGIN, y - 18, "在办件数", size=18)
    yield _text(WIDTH - MARGIN, y - 18, "面：每日在办　柱：每日收件", size=13, fill=FAINT, anchor="end")
    yield from frame
    x, base = panel.at(0, 0)
    end, _ = panel.at(len(open_) - 1, 0)
    yield f'<path d="{panel.path(open_)}L{end:.1f} {base:.1f}L{x:.1f} {base:.1f}Z" fill="{SKY}"/>'
    bars = "".join(
        "M{:.1f} {:.1f}V{:.1f}".format(*panel.at(d, 0), panel.at(d, n)[1]) for d, n in enumerate(arrived) if n
    )
    yield f'<path d="{bars}" stroke="#7fa6cf" stroke-width="{max(panel.width / len(arrived) * 0.5, 1):.1f}"/>'
    yield f'<path d="{panel.path(open_)}" fill="none" stroke="{BLUE}" stroke-width="2"/>'


def _queues(y: float, figures: Figures) -> Iterator[str]:
    shown = [(figures.series[key], label, ink, dash) for key, label, ink, dash in QUEUES if key in figures.series]
    panel, frame = _panel(y, 180, figures, [numbers for numbers, *_ in shown])
    yield _text(MARGIN, y - 18, "每日下班时各处积压", size=18)
    x = WIDTH - MARGIN - 110 * len(shown)
    for place, (_, label, ink, dash) in enumerate(shown):
        at = x + 110 * place
        yield f'<path d="M{at} {y - 23}h36" stroke="{ink}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        yield _text(at + 44, y - 18, label, size=13, fill=INK)
    yield from frame
    for numbers, _, ink, dash in shown:
        yield f'<path d="{panel.path(numbers)}" fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>'


def _shares(y: float, rows: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str]) -> Iterator[str]:
    """By department: a bar for the share in time, and in words how long it took against what was promised."""
    yield _text(MARGIN, y - 18, "各部门按时办结率", size=18)
    yield _text(
        WIDTH - MARGIN,
        y - 18,
        "绿 ≥98%　黄 ≥90%　红 <90%　　　收件　平均用时 / 平均承诺（工作日）　逾期",
        size=13,
        fill=FAINT,
        anchor="end",
    )
    name_end, bar, most = 190.0, 210.0, 560.0
    for place, (line, row) in enumerate(rows):
        at = y + 26 * place
        share = row["on_time_percent"] or 0.0
        ink = GOOD if share >= 98 else FAIR if share >= 90 else POOR
        yield _text(name_end, at + 16, names.get(line, line), size=14, anchor="end")
        yield f'<rect x="{bar}" y="{at + 3}" width="{most}" height="16" fill="{RULE}"/>'
        yield f'<rect x="{bar}" y="{at + 3}" width="{most * share / 100:.1f}" height="16" fill="{ink}"/>'
        yield _text(bar + most + 12, at + 16, f"{share:.1f}%", size=14)
        yield _text(930, at + 16, f"{row['received']:,}", size=14, fill=FAINT, anchor="end")
        used = f"{row['taken_mean']:.1f} / {row['promised_mean']:.1f}"
        yield _text(1060, at + 16, used, size=14, fill=FAINT, anchor="end")
        yield _text(WIDTH - MARGIN, at + 16, f"{row['overdue']:,}", size=14, fill=FAINT, anchor="end")


def _headline(figures: Figures, rows: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str]) -> str:
    """一句话: what a reader with one minute takes along — done, in time, how often people came, who is latest."""
    met = sum(sum(line.taken.values()) for line in figures.lines.values())
    in_time = sum(line.on_time for line in figures.lines.values())
    came = sum(figures.visits.values())
    most_once = sum(count for times, count in figures.visits.items() if times <= 1)
    latest = sorted((row["on_time_percent"], line) for line, row in rows if row["received"] >= ENOUGH)[:2]
    said = [f"办结 {figures.ends['done']:,}"]
    said += [f"按时 {100 * in_time / met:.1f}%"] if met else []
    said += [f"最多跑一次 {100 * most_once / came:.1f}%"] if came else []
    said += (
        ["按时最少 " + "、".join(f"{names.get(line, line)} {share:.1f}%" for share, line in latest)] if latest else []
    )
    return "　".join(said)


def draw(figures: Figures, seed: int, mode: str) -> str:
    """年图: the picture as SVG."""
    names = holdings.lines()
    rows = [(line, row) for line, found in by_volume(figures.lines) if (row := found.row())["taken_mean"] is not None]
    rows = rows[:MOST_LINES]
    height = 844 + 26 * len(rows)
    first, last = figures.days[0], figures.days[-1]
    received = sum(figures.series["arrived"])
    title = f"一年：{first:%Y-%m-%d} 至 {last:%Y-%m-%d}，{len(figures.days)} 个工作日，收件 {received:,}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
        f' font-family="{FONT}" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _text(MARGIN, 52, title, size=24),
        _text(MARGIN, 84, _headline(figures, rows, names), size=16),
        _text(MARGIN, 108, f"{mode}　种子 {seed}　逐步核对 {figures.checks:,} 次，无一不符", size=14, fill=FAINT),
        *_open(166, figures),
        *_queues(494, figures),
        *_shares(776, rows, names),
        "</svg>\n",
    ]
    return "".join(parts)
