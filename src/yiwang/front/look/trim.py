"""裁剪样式 — cut the part of Tabler that our pages use out of its published style sheet.

    npm pack @tabler/core@1.6.1 && tar xzf tabler-core-1.6.1.tgz
    python -m yiwang.front.look.trim package/dist/css/tabler.min.css

writes static/tabler.css. A citizen's page may weigh 100 KB in all; Tabler alone weighs 79 (both compressed), most of it
colours and widgets we never show. oklch() becomes hexadecimal and light-dark() its light half: old phones know neither.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).parent / "static" / "tabler.css"

_BP = r"(?:(?:sm|md|lg|xl)-)?"
_TONES = r"(?:primary|secondary|danger|success)"
KEPT = (
    r"container(?:-fluid|-narrow|-tight|-xl)?",
    rf"row(?:-cards)?|col(?:-{_BP}(?:\d+|auto)|-(?:sm|md|lg|xl|auto))?|g[xy]?-[0-5]",
    rf"d-{_BP}(?:none|block|flex|grid|inline|inline-block|inline-flex)|d-print-(?:none|block)",
    rf"flex-{_BP}(?:row|column|wrap|nowrap|fill|grow-[01]|shrink-[01])",
    rf"justify-content-{_BP}(?:start|end|center|between)|align-items-{_BP}(?:start|end|center|baseline|stretch)",
    r"align-(?:top|middle|bottom|baseline)|align-self-(?:start|end|center)|[rc]?o?w?-?gap-[0-5]|order-(?:first|last)",
    rf"[mp][tbsexy]?-{_BP}(?:[0-6]|auto)|w-(?:25|50|75|100|auto)|h-(?:100|auto)",
    r"text-(?:start|end|center|nowrap|wrap|break|truncate|decoration-none|secondary|reset|body|primary|danger|success)",
    r"fw-(?:normal|medium|bold)|fst-italic|font-monospace|lead|small|h[1-6]|list-(?:unstyled|inline|inline-item)",
    r"visually-hidden(?:-focusable)?|invisible|overflow-(?:auto|hidden)|position-(?:relative|absolute|sticky)|sticky-top",
    r"border(?:-(?:top|bottom|start|end))?(?:-0)?|rounded(?:-0)?",
    r"table(?:-(?:sm|hover|striped|bordered|borderless|responsive|nowrap|active|vcenter))?|card-table",
    r"form-(?:label|control|select|check|check-input|check-label|check-inline|text|hint|fieldset)|form-control-(?:sm|lg)",
    r"form-select-(?:sm|lg)|form-(?:label|check)-description|input-group(?:-text|-sm|-flat)?|is-invalid|required",
    rf"btn(?:-(?:sm|lg|icon|link|list|group|check|{_TONES}|outline-{_TONES}|ghost-{_TONES}))?|badge",
    r"card(?:-(?:body|header|footer|title|subtitle|actions|sm))?|active|disabled|show",
    r"list-group(?:-(?:item|flush|item-action|numbered))?|breadcrumb(?:-item)?|icon(?:-sm|-md|-lg)?",
)

_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_KEPT = re.compile("|".join(f"(?:{pattern})" for pattern in KEPT))
_LEFT_OUT = re.compile(r"\[(?:data-(?:bs-)?theme|dir|data-bs-navigation)|:-webkit-autofill")
_VARIABLE = re.compile(r"(--[\w-]+):")
_OKLCH = re.compile(r"oklch(\(|%28)\s*([\d.]+)%(?:25)?\s+([\d.]+)\s+([\d.]+)(?:deg)?\s*(?:\)|%29)")


@dataclass(slots=True)
class Rule:
    """规则 — a prelude and either declarations or, for @media and its kind, rules."""

    prelude: str
    body: str
    rules: list[Rule] | None = None

    def text(self) -> str:
        inside = self.body if self.rules is None else "\n".join(rule.text() for rule in self.rules)
        return f"{self.prelude}{{{inside}}}"


def parse(css: str) -> list[Rule]:
    """The rules of a style sheet without comments; statements such as @charset are left out."""
    return list(_rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))


def _rules(css: str) -> Iterator[Rule]:
    place = 0
    while (opening := css.find("{", place)) >= 0:
        prelude = css[place:opening].rpartition(";")[2].strip()
        closing = _closing(css, opening)
        body = css[opening + 1 : closing].strip()
        nested = prelude.startswith(("@media", "@supports", "@layer", "@container"))
        yield Rule(prelude, "", list(_rules(body))) if nested else Rule(prelude, body)
        place = closing + 1


def _closing(css: str, opening: int, pair: str = "{}") -> int:
    depth = 0
    for match in re.finditer(rf"[{pair}]", css[opening:]):
        depth += 1 if match[0] == pair[0] else -1
        if depth == 0:
            return opening + match.start()
    raise ValueError(f"a brace is not closed: {css[opening - 80 : opening + 20]}")


def selectors(prelude: str) -> list[str]:
    """A list split at its outer commas."""
    parts, depth, part = [], 0, ""
    for character in prelude:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += character
    return [text.strip() for text in (*parts, part)]


def wanted(selector: str) -> bool:
    """Does a selector speak only of classes we keep? @font-face and @keyframes are not selectors: nothing of ours."""
    if selector.startswith(("@", "from", "to")) or _LEFT_OUT.search(selector):
        return False
    return all(_KEPT.fullmatch(name) for name in _CLASS.findall(re.sub(r":not\([^)]*\)", "", selector)))


def kept(rules: list[Rule]) -> Iterator[Rule]:
    """The rules we keep, each with the selectors we keep."""
    for rule in rules:
        if rule.rules is not None:
            if inside := list(kept(rule.rules)):
                yield Rule(rule.prelude, "", inside)
        elif left := [text for text in selectors(rule.prelude) if wanted(text)]:
            yield Rule(",".join(left), rule.body)


def without_unused_variables(css: str) -> str:
    """Leave out variables nobody reads, until nothing more falls away."""
    while True:
        read = set(re.findall(r"var\((--[\w-]+)", css))
        unread = set(_VARIABLE.findall(css)) - read
        if not unread:
            return re.sub(r"[^{};\n]+\{\}\n?", "", css)
        names = "|".join(re.escape(name) for name in sorted(unread))
        css = re.sub(rf"(?<=[{{;])(?:{names}):[^;}}]*(?:;|(?=}}))", "", css)


def light(css: str) -> str:
    """light-dark(a, b) as a: we have one scheme."""
    while (place := css.rfind("light-dark(")) >= 0:
        inside = selectors(css[place + 11 : (end := _closing(css, place + 10, "()"))])
        css = css[:place] + inside[0] + css[end + 1 :]
    return css


def hexadecimal(match: re.Match[str]) -> str:
    """An oklch() colour as #rrggbb (Ottosson's matrices, clipped to sRGB)."""
    lightness, chroma, hue = float(match[2]) / 100, float(match[3]), math.radians(float(match[4]))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    sign = "#" if match[1] == "(" else "%23"  # %28: inside a data: address
    return sign + "".join(f"{_channel(value):02x}" for value in linear)


def _channel(linear: float) -> int:
    value = min(1.0, max(0.0, linear))
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def trim(css: str) -> str:
    """The part of Tabler we keep, with its notice of copyright."""
    notice = re.search(r"/\*!.*?\*/", css, re.DOTALL)
    text = "\n".join(rule.text() for rule in kept(parse(css)))
    text = _OKLCH.sub(hexadecimal, without_unused_variables(light(text)))
    return f"{notice[0] if notice else ''}\n/* Cut by yiwang.front.look.trim: only what our pages use. */\n{text}\n"


if __name__ == "__main__":
    TARGET.write_text(trim(Path(sys.argv[1]).read_text("utf-8")), "utf-8")
