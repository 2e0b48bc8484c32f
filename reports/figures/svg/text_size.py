"""How wide text is. DejaVu Sans is wider than the fonts that browsers show, so text fits."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

LINE = 1.2  # height of a line, in letters' sizes
UNKNOWN = 1.0  # width of a letter that the font lacks
_UNITS = 2048.0  # of the font, per size


@cache
def _font(is_bold: bool) -> Any:
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return FT2Font(Path(mpl.get_data_path(), "fonts", "ttf", name))


@cache
def _advance(letter: str, is_bold: bool) -> float:
    from matplotlib.ft2font import LoadFlags

    font = _font(is_bold)
    if not font.get_char_index(ord(letter)):
        return UNKNOWN
    glyph = font.load_char(ord(letter), flags=LoadFlags.NO_SCALE)
    return float(glyph.horiAdvance / _UNITS)


@lru_cache(4096)
def width(text: str, size: float, is_bold: bool = False) -> float:
    """Of the longest line."""
    return max(size * sum(_advance(one, is_bold) for one in line) for line in text.split("\n"))


def height(text: str, size: float) -> float:
    """Of all lines."""
    return LINE * size * (text.count("\n") + 1)


@lru_cache(1024)
def fitted(text: str, size: float, room: float, lines: int = 2, is_bold: bool = False) -> str:
    """Broken at spaces into so many lines; what does not fit then ends in dots."""
    found: list[str] = []
    for given in text.split("\n"):
        found += _broken(given, size, room, is_bold)
    kept = found[: max(lines, text.count("\n") + 1)]
    if len(kept) < len(found):
        kept[-1] += "\N{HORIZONTAL ELLIPSIS}"
    return "\n".join(_cut(line, size, room, is_bold) for line in kept)


def _broken(text: str, size: float, room: float, is_bold: bool) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, is_bold) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _cut(line: str, size: float, room: float, is_bold: bool) -> str:
    dots = "\N{HORIZONTAL ELLIPSIS}"
    if width(line, size, is_bold) <= room:
        return line
    while line and width(line + dots, size, is_bold) > room:
        line = line[:-1].rstrip(dots)
    return line + dots
