"""Builds report.html: one file that needs nothing else, the same to the byte for the same data."""

import base64
import hashlib
import math
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reports import frames, summary, text, units
from reports.figures.figure import Figure
from reports.frames import Run
from reports.glossary import Glossary
from reports.stats.settings import objectives
from reports.stats.speed import trial_curves

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("page.js", "words.js", "figures.js", "trials.js", "parallel.js")
STYLES = ("page.css", "trials.css", "print.css")
DATA_ROWS = 60  # of a "show data" table; the whole is in the JSON or in the CSV beside the page


def build(folder: Path) -> Path:
    """Writes report.html into a run folder, whole or not at all, and returns its path.

    Raises reports.frames.RunFolderError where a file of the folder is missing or foreign.
    """
    return write(frames.load(Path(folder)))


def write(run: Run) -> Path:
    """Writes report.html into the folder of a run that is loaded; its path."""
    return _write(run.folder / "report.html", render(run))


def save_figures(run: Run, folder: Path) -> None:
    """Every figure of the page into a folder, as SVG, PDF and PNG. Errors: OSError."""
    from reports.figures import saving

    with saving.saved_to(folder):
        render(run)


def warm_up() -> None:
    """Load the libraries that `build` draws with: a second or two that can pass in between."""
    import seaborn  # noqa: F401
    from scipy import stats  # noqa: F401

    import reports.sections  # noqa: F401

    for name in ("page.html.j2", "blocks.html.j2"):
        _environment().get_template(name)


def render(run: Run) -> str:
    """The page as text."""
    from reports.sections import CHAPTERS
    from reports.sections.recommendation import recommendation

    environment = _environment()
    code = script()
    first = recommendation(run)
    chapters = [(name, [one for make in each if (one := make(run))]) for name, each in CHAPTERS]
    made = [first, *(section for _, each in chapters for section in each)]
    return environment.get_template("page.html.j2").render(
        words=Glossary(),
        study=run.provenance,
        first=first,
        chapters=[(name, each) for name, each in chapters if each],
        titles={section.id: section.title for section in made},
        style=_joined(STYLES),
        script=code,
        policy=policy(code),
        data=_embedded(run),
    )


def script() -> str:
    """The one script of a page."""
    return _joined(SCRIPTS)


def compared(**content: Any) -> str:
    """The page of a comparison (`reports.compared`) as text."""
    code = script()
    template = _environment().get_template("compare.html.j2")
    return template.render(
        words=Glossary(),
        titles={},
        style=_joined(STYLES),
        script=code,
        policy=policy(code),
        **content,
    )


def _joined(names: tuple[str, ...]) -> str:
    return "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def policy(script: str) -> str:
    """The content security policy: nothing but inline style, data images and this one script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "sort_keys": False}
    environment.filters.update(rows=_rows, capital=text.capital)
    from reports import folded  # which loads the sections

    environment.globals.update(DATA_ROWS=DATA_ROWS, INFINITY=math.inf, folded=folded)
    return environment


def _embedded(run: Run) -> dict[str, Any]:
    """The frames as JSON, column by column; of the trials' curves a few points.

    The trials' values, which the script says, are as figures draw them.
    """
    confirm = run.confirm if run.confirm is not None else pd.DataFrame()
    return {
        "provenance": run.provenance,
        "summary": columns(summary.table(run).drop(columns="settings")),
        "trials": columns(objectives.drawn(objectives.objectives(run), run.trials)),
        "confirm": columns(confirm.drop(columns="settings", errors="ignore")),
        "importance": columns(run.importance),
        "curves": _curves(run),
    }


def _curves(run: Run) -> dict[str, Any]:
    """The trials' curves by number, and what their errors are."""
    error = units.unit(run, "dev_error")
    name = "error" if error.is_percent else "RMSE"
    return {"name": name, "unit": error.suffix, "trials": trial_curves.thinned(run)}


def columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """{column: values}, five significant digits, null for what is not finite."""
    return {str(name): [_plain(value) for value in frame[name]] for name in frame.columns}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.5g}")
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _rows(figure: Figure) -> list[list[str]]:
    """The first rows of a figure's data as text, for its "show data" table."""
    return [
        [
            "" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)
            for value in map(_plain, row)
        ]
        for row in figure.data.head(DATA_ROWS).itertuples(index=False, name=None)
    ]


def save(path: Path, text: str) -> Path:
    """Writes a page, whole or not at all; its path. Errors: OSError."""
    return _write(path, text)


def _write(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".html")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)  # there only if it was not finished
    return path
