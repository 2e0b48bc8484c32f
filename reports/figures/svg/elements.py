"""Elements of SVG: their numbers, colours, attributes and escaping; paths and text."""

import json
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from reports.figures.style import CLASSES, INK, MUTED, RULE, SERIES, SHADES
from reports.figures.svg import text_size

COLOURS = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    RULE: "var(--grid)",
    "#ffffff": "var(--paper)",
    **{colour: f"var(--c{number})" for number, colour in enumerate(SERIES)},
    **{colour: f"var(--k{number})" for number, colour in enumerate(CLASSES)},
    **{colour: f"var(--p{number})" for number, colour in enumerate(SHADES)},
}
ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}
# From where text is to stand to the line its letters stand on, in letters' sizes.
DOWN = {"top": 0.85, "center": 0.35, "center_baseline": 0.35, "bottom": -0.25, "baseline": 0.0}


def number(value: float) -> str:
    """To a tenth of a unit."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def points(pairs: Iterable[Iterable[float]]) -> list[str]:
    """`12 3.5` of each."""
    return [f"{number(x)} {number(y)}" for x, y in pairs]


def attribute(name: str, value: str) -> str:
    """` name="value"`."""
    return f' {name}="{escape(value)}"'


def json_attribute(name: str, data: Any) -> str:
    """` name='{"n":1}'`, which needs the fewest escapes."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    quoted = escape(plain, quote=False).replace("'", "&#39;")
    return f" {name}='{quoted}'"


def path(moves: str, look: str = "", title: str = "", kind: str = "") -> str:
    """A path with its attributes. title: for those who point at it; kind: its class."""
    start = f'<path{attribute("class", kind) if kind else ""} d="{moves}"{look}'
    return f"{start}>{said('title', title)}</path>" if title else f"{start}/>"


def said(tag: str, words: str, name: str = "") -> str:
    """A <title> or <desc>; name: its id."""
    return f"<{tag}{attribute('id', name) if name else ''}>{escape(words)}</{tag}>"


def paint(colour: Any, alpha: float | None = None) -> tuple[str, float]:
    """A variable of the page, or a hex colour; and how much it covers."""
    from matplotlib.colors import to_hex, to_rgba

    if isinstance(colour, str) and colour in COLOURS:
        return COLOURS[colour], 1.0 if alpha is None else float(alpha)
    red, green, blue, cover = map(float, to_rgba(colour, alpha))
    if not cover:
        return "none", 0.0
    plain = to_hex((red, green, blue))
    return COLOURS.get(plain, plain), cover


def filled(colour: Any, alpha: float | None = None) -> str:
    """The attributes of a filled shape."""
    name, cover = paint(colour, alpha)
    return f' fill="{name}"' + f' fill-opacity="{cover:.3g}"' * (0 < cover < 1)


def stroked(colour: Any, width: float, alpha: float | None = None, dashes: Any = None) -> str:
    """The attributes of a line; of none where it has no width or colour."""
    name, cover = paint(colour, alpha)
    if name == "none" or not width:
        return ""
    found = f' stroke="{name}" stroke-width="{width:.3g}"'
    found += f' stroke-opacity="{cover:.3g}"' * (0 < cover < 1)
    if dashes:
        found += f' stroke-dasharray="{" ".join(f"{one:.3g}" for one in dashes)}"'
    return found


def text(
    words: str,
    x: float,
    y: float,
    size: float,
    *,
    across: str = "left",
    up: str = "baseline",
    colour: Any = INK,
    is_bold: bool = False,
    turned: float = 0.0,
) -> str:
    """Lines of text. across, up: which of its sides stands at x and y; turned: degrees."""
    lines = words.split("\n")
    step = text_size.LINE * size
    first = {"top": 0.0, "bottom": -(len(lines) - 1.0)}.get(up, -(len(lines) - 1) / 2) * step
    down = first + DOWN[up] * size
    place = _place(x, y, down, turned)
    return _text(tuple(lines), place, number(x), step, size, across, str(paint(colour)[0]), is_bold)


def _place(x: float, y: float, down: float, turned: float) -> str:
    if not turned:
        return f' x="{number(x)}" y="{number(y + down)}"'
    return f' transform="translate({number(x)} {number(y)}) rotate({-turned:g})" y="{number(down)}"'


@lru_cache(2048)
def _text(
    lines: tuple[str, ...],
    place: str,
    x: str,
    step: float,
    size: float,
    across: str,
    colour: str,
    is_bold: bool,
) -> str:
    look = f' font-size="{size:g}"{ANCHORS[across]}' + ' font-weight="600"' * is_bold
    look += f' fill="{colour}"' * (colour != "currentColor")
    x = "0" if "rotate" in place else x
    rest = [f'<tspan x="{x}" dy="{number(step)}">{escape(line)}</tspan>' for line in lines[1:]]
    return f"<text{place}{look}>{escape(lines[0])}{''.join(rest)}</text>"
