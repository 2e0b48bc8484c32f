"""A matplotlib figure as a small, inert, themable piece of inline SVG."""

import base64
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from reports.figures import sheets
from reports.figures.style import INK, MUTED, RULE, SERIES, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

COLOURS = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    RULE: "var(--grid)",
    **{colour: f"var(--c{number})" for number, colour in enumerate(SERIES)},
}
RASTER = 144.0  # dots an inch of what is rasterised
_NUMBER = re.compile(r"(?<![\w#.])-?\d+\.\d{2,}(?![\w.])")
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')


FORMATS = ("svg", "pdf", "png")
_saved_to: ContextVar[Path | None] = ContextVar("saved_to", default=None)


@contextmanager
def saved_to(folder: Path) -> Iterator[None]:
    """Meanwhile each drawing is saved beside, by its name, in each of FORMATS: for a paper, say."""
    token = _saved_to.set(folder)
    try:
        yield
    finally:
        _saved_to.reset(token)


def is_saving() -> bool:
    """Whether drawings are saved for a paper."""
    return _saved_to.get() is not None


def save(canvas: "Canvas", name: str) -> None:
    """In each of FORMATS into the folder that is saved to, if there is one."""
    folder = _saved_to.get()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for kind in FORMATS:
        write(canvas, folder / f"{name}.{kind}")


def write(canvas: "Canvas", path: Path) -> None:
    """A file without a date and a version: the same drawing is the same file."""
    without: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    canvas.savefig(path, dpi=300, metadata=without[path.suffix.removeprefix(".")])


def panel(canvas: "Canvas", prefix: str, title: str, description: str) -> Panel:
    """Draws the figure. `prefix` keeps its ids apart from those of the other figures of the page.

    Removes the metadata, matplotlib's page-wide <style> and every id that nothing refers to;
    rounds coordinates; names the picture by <title> and <desc>.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    sheet = sheets.current()
    if sheet is not None:  # it stays matplotlib's
        sheet.keep(canvas, prefix)
        return Panel(prefix, title, description)
    raw = io.StringIO()
    with warnings.catch_warnings():
        # A name may hold letters that matplotlib's font lacks; the browser's font draws them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        # Laid out and drawn once each; savefig would draw it a second time, to lay it out.
        layout = canvas.get_layout_engine()
        if layout is not None:
            layout.execute(canvas)
            canvas.set_layout_engine("none")
        save(canvas, prefix)
        canvas.set_dpi(RASTER)
        svg = FigureCanvasSVG(canvas)
        svg.print_svg(raw, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return Panel(clean(raw.getvalue(), prefix, title, description), title, description)


def clean(raw: str, prefix: str, title: str, description: str) -> str:
    """The text transformation behind `panel`: a standalone SVG file in, an inline element out."""
    box = re.search(r'viewBox="([^"]+)"', raw)
    if box is None:
        raise ValueError("svg.clean: expected an SVG with a viewBox, got none")
    body = raw[raw.index(">", raw.index("<svg")) + 1 : raw.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.S)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    used = set(_REFERENCE.findall(body))
    # Tags alone are rewritten: a label that reads 0.825 or #1f5fa8 stays as it is.
    body = re.sub(r"<[^<>]*>", lambda found: _tag(found[0], prefix, used), body)
    body = re.sub(r">\s*\n\s*<", ">\n<", body)
    names = f"{prefix}-title {prefix}-desc"
    width, height = box[1].split()[2:]
    return (
        f'<svg viewBox="0 0 {_short(width)} {_short(height)}" role="img" '
        f'aria-labelledby="{names}">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-desc">{escape(description)}</desc>{body}</svg>'
    )


def _tag(tag: str, prefix: str, used: set[str]) -> str:
    """One tag: ids prefixed or dropped, numbers rounded, colours named, white space squeezed."""
    if tag.startswith("<image"):
        return re.sub(r"(?<=base64,)[^\"]+", lambda found: _palette(found[0]), tag)
    tag = re.sub(
        r' id="([^"]*)"',
        lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "",
        tag,
    )
    tag = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", tag)
    tag = _NUMBER.sub(lambda found: _short(found[0]), tag)
    tag = re.sub(r"font: (?:\w+ )?([\d.]+px) [^;\"]*", r"font-size:\1", tag)
    for colour, name in COLOURS.items():
        tag = tag.replace(colour, name)
    tag = tag.replace(": ", ":").replace("; ", ";").replace("stroke-linejoin:miter;", "")
    return re.sub(r"\s+", " ", tag)


def _palette(encoded: str) -> str:
    """A PNG in base64, with a palette of 32 colours in place of 32 bits a pixel."""
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    small = io.BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE).save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
