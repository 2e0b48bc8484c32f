"""How sure a recommendation is, in words: what its interval covers, and what the test rows say."""

from reports import text
from reports.advice import shown
from reports.frames import Run
from reports.stats.answer import recommending
from reports.stats.answer.recommending import NETWORK, Choice
from reports.stats.sampling.intervals import Interval


def sure(run: Run, choice: Choice, found: Interval) -> str:
    """Two or three sentences: what the ranges cover, of what they are, and the test rows beside."""
    covers = found.covers.replace("this one trained network", "this one trained model")
    said = f"Ranges are {text.LEVEL} intervals for {covers}. "
    said += _judged(run, choice, found)
    if not run.has_test:
        by = "" if run.folds else ", and settings were chosen by these"
        return f"{said}. There are no test rows, which would have chosen nothing{by}."
    if not recommending.is_resampled(run):
        return f"{said}: the test rows, which played no part in any choice."
    on_test = shown.value(run, choice.name, "test")
    rows, value = text.count(on_test.n, "test row"), shown.unit(run).interval(on_test)
    return (
        f"{said}. On the {rows}, which played no part in any choice, the {_name(run)} is "
        f"{value}{_beside(found, on_test)}."
    )


def _name(run: Run) -> str:
    return "error" if shown.measure(run).is_error else shown.name(run)


def _judged(run: Run, choice: Choice, found: Interval) -> str:
    rows = text.count(found.n, "row") if found.known else "few rows"
    folded = " (cross-validation)" * (run.folds is not None)
    if choice.kind != NETWORK:
        return f"It was judged on {rows} that it was not trained on{folded}"
    networks = len(run.rows_of(choice.name))
    many = text.count(networks, "network")
    return f"{many} were judged on {rows} they were not trained on{folded}"


def _beside(found: Interval, on_test: Interval) -> str:
    """Where the test rows' error lies: in the range, or beyond it, and whether that is chance."""
    if not found.known:
        return ""
    if found.low <= on_test.estimate <= found.high:
        return ", which agrees"
    side = "lower" if on_test.estimate < found.low else "higher"
    if on_test.known and on_test.low <= found.high and found.low <= on_test.high:
        return f": {side} than expected, as may be by chance"
    return f": {side} than the range, by more than chance explains; be careful"
