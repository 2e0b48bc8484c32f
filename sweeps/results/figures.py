"""A result's figures as calls: those of its page, as matplotlib's own."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sweeps.base.errors import UserError

if TYPE_CHECKING:
    from reports.figures.notebook import NotebookFigure
    from reports.frames import Run


class Figures:
    """Each figure of the page by its name: `dir` lists them.

    Args:
        run: What the page was drawn of.

    Example:
        >>> import sweeps
        >>> figures = sweeps.load("runs/confirmed").figures
        >>> figures.errors().get_suptitle()
        'Error of the confirmed settings'
        >>> "learning_curve" in dir(figures)
        True
    """

    def __init__(self, run: "Run") -> None:
        self._run = run

    def __dir__(self) -> list[str]:
        from reports import named_figures

        return list(named_figures.PLACES)

    def __getattr__(self, name: str) -> "Callable[[], NotebookFigure]":
        if name.startswith("_"):  # what Python itself, or a notebook, looks for
            raise AttributeError(name)
        from reports import named_figures

        named_figures.expected(name)
        return partial(_drawn, self._run, name)

    def __repr__(self) -> str:
        return f"figures of {self._run.folder.as_posix()}: {', '.join(dir(self))}"


def _drawn(run: "Run", name: str) -> "NotebookFigure":
    from reports import named_figures

    try:
        return named_figures.drawn(run, name)
    except named_figures.NoFigure as fault:
        raise UserError(f"{run.folder}: {fault}") from None
