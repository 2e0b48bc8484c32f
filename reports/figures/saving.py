"""Figures as files of their own, for a paper: SVG, PDF and PNG, the same to the byte each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FORMATS = ("svg", "pdf", "png")
_saved_to: ContextVar[Path | None] = ContextVar("saved_to", default=None)


@contextmanager
def saved_to(folder: Path) -> Iterator[None]:
    """Meanwhile each panel is saved beside, by its name, in each of FORMATS."""
    token = _saved_to.set(folder)
    try:
        yield
    finally:
        _saved_to.reset(token)


def save(canvas: "Canvas", name: str) -> None:
    """In each of FORMATS into the folder that is saved to, if there is one."""
    folder = _saved_to.get()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for kind in FORMATS:
        write(canvas, folder / f"{name}.{kind}")


def write(canvas: "Canvas", path: Path) -> None:
    """A file without a date and a version, in the format of its suffix. Errors: OSError."""
    without: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    canvas.savefig(path, dpi=300, metadata=without[path.suffix.removeprefix(".")])
