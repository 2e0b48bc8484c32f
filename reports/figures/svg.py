"""A matplotlib figure as a small, inert, themable piece of inline SVG."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from reports.figures import sheets
from reports.figures.as_svg.ink import number
from reports.figures.as_svg.sheet import body
from reports.figures.style import Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

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
    """Draws the figure, named by <title> and <desc>.

    `prefix` keeps its ids apart from those of the other figures of the page.
    """
    sheet = sheets.current()
    if sheet is not None:  # it stays matplotlib's
        sheet.keep(canvas, prefix)
        return Panel(prefix, title, description)
    save(canvas, prefix)
    names = f"{prefix}-title {prefix}-desc"
    width, height = (72 * float(side) for side in canvas.get_size_inches())
    found = (
        f'<svg viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-labelledby="{names}">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-desc">{escape(description)}</desc>{body(canvas, prefix)}</svg>'
    )
    return Panel(found, title, description)
