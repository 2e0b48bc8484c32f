"""The winners' table, made once: the page, the terminal and the notes write what stands here.

Each takes the columns that it has room for. Draws nothing, and writes neither HTML nor Markdown.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from reports import summary, text, units
from reports.frames import Run, once
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import measures, rows, uneven
from reports.stats.settings.measures import Measure


@dataclass(frozen=True)
class Contender:
    """A line of the table: a confirmed setting or a baseline, and what it is among the others.

    role: winner, rank 2, defaults or baseline. wins: of rank 1, with a network that did not
    diverge. n, diverged: its networks, and how many of them diverged.
    """

    config: str
    role: str
    wins: bool
    is_default: bool
    n: int
    diverged: int

    @property
    def label(self) -> str:
        """`winner: trial 15`, `trial 6, the defaults`: where the role has no column of its own."""
        name = self.config
        if self.is_default and name != "defaults":
            name = f"{name}, the defaults"
        return f"winner: {name}" if self.wins else name


@dataclass(frozen=True)
class ScoreCell:
    """A number of an entry, as it is written.

    number, beside: `5.1 %` and `[1.9, 10.0]`, or what else is said of it, where there is room;
    short: `5.1 [1.9,10.0]`, whose unit stands in the head. key: what it sorts by.
    """

    number: str
    beside: str
    short: str
    key: float

    @property
    def in_words(self) -> str:
        """Both in a line: `5.1 % [1.9, 10.0]`, `20.0 (90 % reached it)`."""
        return text.with_rest(self.number, self.beside)


@dataclass(frozen=True)
class ScoreColumn:
    """A number of every entry, in their order.

    name: of its column in `summary.table`; head, short_head: `test error`, and with the unit of
    short scores; about: what it is of and what its brackets cover, a label and a sentence.
    """

    name: str
    head: str
    short_head: str
    about: tuple[str, str]
    scores: tuple[ScoreCell, ...]


@dataclass(frozen=True)
class Winners:
    """Winner, runners-up, defaults and baselines, best first: none without a confirmation."""

    entries: tuple[Contender, ...]
    columns: tuple[ScoreColumn, ...]


@once
def table(run: Run) -> Winners:
    """All columns: objectives, what settings are compared by, errors, gap, epochs to the target."""
    frame = summary.table(run)
    if frame.empty:
        return Winners((), ())
    entries = tuple(_entry(run, row) for _, row in frame.iterrows())
    columns = (*_objectives(run, frame), *_errors(run, frame), *_beside(run, frame))
    return Winners(entries, (*columns, _epochs(run, frame)))


def notes(columns: Sequence[ScoreColumn]) -> list[str]:
    """What the columns say of themselves, those together that say the same."""
    labels: dict[str, dict[str, None]] = {}
    for column in columns:
        label, sentence = column.about
        labels.setdefault(sentence, {})[label] = None
    return [f"{', '.join(names)}: {sentence}" for sentence, names in labels.items()]


def note(columns: Sequence[ScoreColumn]) -> str:
    """The same in one paragraph."""
    return f"{'. '.join(map(text.capital, notes(columns)))}."


def _entry(run: Run, row: pd.Series) -> Contender:
    wins = row["kind"] == "network" and row["rank"] == 1 and not summary.all_lost(row)
    config = str(row["config"])
    is_default = config == run.default
    if row["kind"] == "baseline":
        role = "baseline"
    else:
        role = "winner" if wins else f"rank {row['rank']}"
        role += ", defaults" if is_default else ""
    return Contender(config, role, wins, is_default, int(row["n"]), int(row["diverged"]))


def _objectives(run: Run, frame: pd.DataFrame) -> Iterator[ScoreColumn]:
    """What was searched for, where it is not the mean dev error; and its mean on test rows."""
    seeds = f"over {_seeds(frame)} [{text.LEVEL} interval for new seeds, on these dev rows]"
    compared = f"mean of {_on_new_rows(run, frame)}"
    if run.folds is None:
        compared += "; by it settings are compared"
    else:
        seeds = _out_of_fold(run, frame)
    for name, goal in summary.beyond_the_error(run):
        if run.folds is not None and goal.reduce == "mean" and name != "test_objective":
            seeds = f"{_out_of_fold(run, frame)}; settings are compared by it"
        said = compared if name == "test_objective" else seeds
        squares = "squares in SDs of the target, " * (run.regression and "loss" in goal.metric)
        about = (goal.name, f"{squares}{said}")
        yield _column(frame, name, goal.name, goal.unit, about)


def _errors(run: Run, frame: pd.DataFrame) -> Iterator[ScoreColumn]:
    """The error that decides first: a reader with little room sees no more."""
    share = _rmse(run) if run.regression else "share of rows"
    chosen_by = (
        "" if run.has_test or run.folds is not None else "; settings were chosen by these rows"
    )
    about = {"test": ("error", f"{share}, mean of {_on_new_rows(run, frame)}{chosen_by}")}
    order = ("test", "dev")
    if run.folds is not None:
        beside = f"{about['test'][1]}; these rows played no part in any choice"
        about = {
            "dev": ("dev error", f"error on new data: {share}, {_out_of_fold(run, frame)}"),
            "test": ("test error", beside),
        }
        order = ("dev", "test")
    for split in [one for one in order if one in run.splits]:
        unit = units.unit(run, f"{split}_error")
        said = about.get(split, about["test"])
        yield _column(frame, f"{split}_error", f"{split} error", unit, said)
    unit, said = units.unit(run, "dev_error"), about.get("dev", about["test"])
    yield _column(frame, "gap", f"dev {text.MINUS} train", unit, said, is_difference=True)


def _beside(run: Run, frame: pd.DataFrame) -> Iterator[ScoreColumn]:
    """Balanced error and AUC, where classes are uneven and the study does not ask for them."""
    counts = uneven.counts(run)
    if counts is None:
        return
    names, seen = run.provenance["classes"], dict(summary.beyond_the_error(run)).values()
    rarest, commonest = names[int(counts.argmin())], names[int(counts.argmax())]
    error = units.unit(run, f"{run.judged}_error").value(float(1 - counts.max() / counts.sum()))
    said = (
        f"of {text.number(int(counts.sum()))} rows {text.number(int(counts.min()))} are {rarest} "
        f"and {text.number(int(counts.max()))} {commonest}: {commonest} for every row has an error "
        f"of {error}, a balanced error of 1 - 1/classes, and an AUC of 0.5"
    )
    for by in uneven.BESIDE:
        if by.metric not in {goal.metric for goal in seen}:
            yield _measured(run, frame, by, said)


def _measured(run: Run, frame: pd.DataFrame, by: Measure, said: str) -> ScoreColumn:
    unit = by.unit(run)

    def score(row: pd.Series) -> ScoreCell:
        config = str(row["config"])
        if summary.all_lost(row) or not run.predictions.has(config, run.judged):
            return ScoreCell(text.DASH, "", text.DASH, math.inf)
        found = measures.on_new_rows(run, config, by)
        number, bounds = unit.head(found), unit.bounds(found).strip()
        short = f"{number.removesuffix(unit.suffix)} {bounds.replace(', ', ',')}".strip()
        return ScoreCell(number, bounds, short, found.estimate)

    return ScoreColumn(by.metric, unit.name, unit.name, (unit.name, said), _each(frame, score))


def _out_of_fold(run: Run, frame: pd.DataFrame) -> str:
    design = "" if run.folds is None else run.folds.in_words
    unit = rows.rows_of_split(run, "dev").unit
    count = text.count(int(frame.iloc[0]["n"]), "network")
    return (
        f"mean of {count}, each on rows left out of its training, {design} [{text.LEVEL} interval "
        f"for {rows.covers(run, unit)}]"
    )


def _epochs(run: Run, frame: pd.DataFrame) -> ScoreColumn:
    about = (
        "epochs to target",
        "mean over networks, those that missed it counting with the horizon (share that reached "
        f"it); target: {summary.target_in_words(run)}",
    )
    return ScoreColumn("epochs_to_target", "epochs to target", "epochs", about, _each(frame, _time))


def _column(
    frame: pd.DataFrame,
    name: str,
    head: str,
    unit: units.Unit,
    about: tuple[str, str],
    is_difference: bool = False,
) -> ScoreColumn:
    def score(row: pd.Series) -> ScoreCell:
        if summary.all_lost(row) and not unit.is_count:
            said = text.DASH if is_difference else summary.LOST
            return ScoreCell(said, "", said, math.inf)
        value, low, high = (float(row[f"{name}{end}"]) for end in summary.ENDS)
        found = Interval(value, low, high, int(row["n"]), kind="", covers="")
        number = unit.head(found, is_difference)
        bounds = unit.bounds(found, is_difference).strip()
        bare = number.removesuffix(unit.points if is_difference else unit.suffix)
        short = f"{bare} {bounds.replace(', ', ',')}".replace("+", "").strip()
        return ScoreCell(number, bounds, short, value)

    return ScoreColumn(
        name, head, f"{head} {unit.suffix.strip()}".strip(), about, _each(frame, score)
    )


def _time(row: pd.Series) -> ScoreCell:
    """Epochs to the target, or the horizon where none got there; and the share that did."""
    epochs, reach = float(row["epochs_to_target"]), float(row["reach"])
    if not math.isfinite(epochs):
        return ScoreCell(text.DASH, "", text.DASH, math.inf)
    number = text.cost(epochs) if reach else text.more(epochs)
    short = text.number(epochs, 2) if reach else number
    share = f"{100 * reach:.0f}{text.SPACE}% reached it"
    return ScoreCell(number, share, f"{short} ({reach:.0%})", epochs)


def _each(frame: pd.DataFrame, score: Callable[[pd.Series], ScoreCell]) -> tuple[ScoreCell, ...]:
    return tuple(score(row) for _, row in frame.iterrows())


def _seeds(frame: pd.DataFrame) -> str:
    return text.count(int(frame.iloc[0]["n"]), "fresh seed")


def _on_new_rows(run: Run, frame: pd.DataFrame) -> str:
    of = rows.rows_of_split(run, run.splits[-1]).unit
    if run.folds is not None:
        return f"{_seeds(frame)} [{text.LEVEL} interval for {rows.covers(run, of)}]"
    return f"{_seeds(frame)} [{text.LEVEL} interval for new {of} and seeds, for this training set]"


def _rmse(run: Run) -> str:
    if run.several:
        return f"RMSE in {units.of_target(run)}, the root of the mean square over targets"
    one = "" if run.target_sd is None else f", whose SD is {text.amount(run.target_sd)}"
    return f"RMSE in {units.of_target(run)}{one}"
