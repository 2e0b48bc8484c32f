"""`sweeps report RUN`: the page again, from the run folder alone."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.base.errors import UserError
from sweeps.commands.common import Run, console, exit_codes, print_json

if TYPE_CHECKING:
    from sweeps.results.result import Result


class Format(StrEnum):
    """What is made: the page; its recommendation and tables as text; or what was found."""

    html = "html"
    md = "md"
    json = "json"


As = Annotated[Format, typer.Option("--format", help="html writes the page; md and json print.")]
Figures = Annotated[
    Path | None,
    typer.Option(help="A folder for every figure, as SVG, PDF and PNG.", show_default=False),
]


def report(folder: Run, format_: As = Format.html, figures: Figures = None) -> None:
    """Rebuild the report from a run folder alone: no Optuna, no training.

    In a terminal its recommendation is shown, too; a pipe gets the path of the page alone.

    For example:
      sweeps report runs/churn
      sweeps report runs/churn --format md > churn.md
      sweeps report runs/churn --figures paper/figures
    """
    with exit_codes():
        from reports import frames, markdown, page
        from sweeps.results import summaries, unreadable
        from sweeps.results.result import Result
        from sweeps.storage import folders

        try:
            result = Result(folders.expect_finished(folder))
            if figures is not None:
                page.save_figures(result.run, figures)
                print(figures)
            elif format_ is Format.html:
                _page(result)
            elif format_ is Format.md:
                print(markdown.of(result.run), end="")
            else:
                print_json(summaries.plain(result))
        except frames.RunFolderError as fault:
            raise unreadable.told(fault) from None
        except OSError as fault:
            where = fault.filename2 or fault.filename or folder
            raise UserError(f"{where}: expected to write there, got {fault.strerror}") from None


def _page(result: "Result") -> None:
    from reports.advice.recommendation import recommendation
    from sweeps.base.terminal import NAME, verbatim
    from sweeps.results import reporting
    from sweeps.views.bar import working
    from sweeps.views.recommending import recommend

    printer = console()
    if not printer.is_terminal:
        print(reporting.write(result))
        return
    with working(printer, "report"):
        path = reporting.write(result)
    recommend(recommendation(result.run), result.folder, printer)
    verbatim(printer, f"{'report':{NAME}}{path}", name="report")
