"""The quantity of the first screen, a score that the study asks for or the error; how it reads."""

from reports import units
from reports.frames import Run
from reports.stats.sampling import scores
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import measures
from reports.stats.settings.measures import Measure


def measure(run: Run) -> Measure:
    """What is judged by, where that is a score of outputs, such as an AUC; else the plain error."""
    found = measures.of_baselines(run)
    return found if found.of_rows in scores.SCORES else measures.plain()


def value(run: Run, name: str, split: str | None = None) -> Interval:
    """Of a candidate on new rows."""
    return measures.on_new_rows(run, name, measure(run), split)


def unit(run: Run) -> units.Unit:
    """Of what is shown."""
    return measure(run).unit(run)


def error_unit(run: Run) -> units.Unit:
    """Of the plain error."""
    return measures.plain().unit(run)


def quantity(run: Run, by: Measure) -> str:
    """What is compared, without the split that it is measured on: `balanced error`, `AUC`."""
    name = by.unit(run).name
    return name.partition(" ")[2] if by.of_rows else name


def name(run: Run) -> str:
    """What is shown, within a sentence: `error`, `typical error`, `balanced error`, `AUC`."""
    by = measure(run)
    if by.is_error:
        return "typical error" if run.regression else "error"
    return quantity(run, by)


def with_article(name: str) -> str:
    """`an AUC`, `a balanced error`."""
    return f"{'an' if name[0] in 'aeiouA' else 'a'} {name}"
