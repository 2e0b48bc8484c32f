"""The confirmed configurations side by side, and what became of their values at selection."""

import math
from collections.abc import Iterator

import pandas as pd

from reports import labels, summary, text, units, winners
from reports.figures import errors
from reports.figures.figure import Figure
from reports.frames import Run
from reports.sections.against import against
from reports.sections.blocks import (
    Block,
    Cell,
    Column,
    Paragraphs,
    Plot,
    Row,
    Section,
    Table,
    section,
)
from reports.sections.by_target import by_target
from reports.sections.links import link
from reports.sections.pareto import fresh_cell, measured
from reports.stats.sampling.intervals import Interval
from reports.stats.search import tuning
from reports.stats.settings import counted, objectives
from reports.stats.settings.rows import DIVERGED, all_diverged, covers
from reports.winners import Contender

LUCK = "Was the search lucky?"
# Of a search that was resampled, where the confirmation is on the one split.
OTHER_ROWS = (
    " At selection the networks had other rows, those of the resamples (see Methods), which is "
    "part of the difference."
)


def confirmed(run: Run) -> Section | None:
    """The table of the confirmed settings and baselines, and their errors as a figure."""
    if run.winner is None:
        return None
    return section("confirmed", "The confirmed settings", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    table = summary.table(run)
    asked = run.provenance["confirm"] or {}
    n = asked.get("replicates", int(table["n"].max()))
    yield Paragraphs((f"{_choice(run)} {_trained_again(run, int(n))}",))
    if lost := _missing(run):
        yield Paragraphs(tuple(lost))
    yield Plot(_forest(run, table))
    yield winners_table(run)
    yield _every_setting(run)
    if (each := by_target(run)) is not None:
        yield each
    if not all(goal.is_plain for goal in objectives.objectives(run)):
        yield _objectives(run)
    if (differences := against(run)) is not None:
        yield differences


def _forest(run: Run, table: pd.DataFrame) -> Figure:
    columns = [f"{split}_error{end}" for split in ("dev", "test") for end in summary.ENDS]
    drawn = units.unit(run, "dev_error").drawn_frame(table, columns)
    return errors.forest(drawn, not run.regression, labels.in_lines(run), covers(run, "rows"))


def _trained_again(run: Run, n: int) -> str:
    if run.folds is None:
        chosen_by = "the dev rows, which choose"
        chosen_by += ", and the test rows, which do not" * run.has_test
        return (
            f"Each setting below was trained again with {text.count(n, 'fresh seed')}, unpruned "
            f"and to the end, and scored on {chosen_by}.{_counted(run)}"
        )
    rows = "Each row after the first origin" if run.folds.by_time else "Each row but the test rows"
    beside = "; the test rows, which no choice has seen, stand beside" * run.has_test
    return (
        f"Each setting below was trained again, unpruned and to the end: {n} networks "
        f"({run.folds.in_words}){', in folds drawn afresh' * (not run.folds.by_time)}. {rows} is "
        f"predicted by networks that were not trained on it, and these rows decide{beside}."
        f"{_counted(run)}"
    )


def _counted(run: Run) -> str:
    """Which epoch scores are of, where it is not the last."""
    found = counted.epoch(run, str(run.winner))
    if found is None or not counted.keeps_best(run):
        return ""
    return (
        " What counts are the weights after the epoch that did best in the search: of the best "
        f"network {text.number(found)}."
    )


def _missing(run: Run) -> list[str]:
    """What was to be confirmed, and is not in the table, with the cause."""
    lost = run.provenance.get("lost")  # not there in a run of an earlier version
    causes = lost.items() if isinstance(lost, dict) else ()
    return [f"{text.capital(str(name))} is not in the table: {cause}." for name, cause in causes]


def _choice(run: Run) -> str:
    if all_diverged(run, str(run.winner)):
        return "The one of rank 1 diverged with every seed, and so is no winner."
    if run.folds is not None or not run.has_test:
        return f"The winner has {objectives.choice_in_words(run)}."
    return f"The winner has {objectives.choice_in_words(run)}; the test split had no say."


def winners_table(run: Run) -> Table:
    """Winner, runners-up, defaults and baselines: what was asked for, errors, and the settings."""
    made = winners.table(run)
    # The objectives on fresh seeds have a table of their own, but for the one that decides by
    # rows left out of training, in whose place the test rows are not shown.
    is_plain = all(goal.is_plain for goal in objectives.objectives(run))
    left_out = "test_objective" if run.folds is not None and is_plain else "objective"
    shown = [one for one in made.columns if not one.name.startswith(left_out)]
    columns = (
        Column("Setting"),
        Column("Role"),
        *(Column(text.capital(one.head), True) for one in shown),
        Column("Networks", True),
    )
    rows = []
    for n, entry in enumerate(made.entries):
        scores = (one.scores[n] for one in shown)
        cells = (
            link(run, entry.config),
            Cell(entry.role),
            *(Cell(score.number, score.beside, key=score.key) for score in scores),
            Cell(text.number(entry.n), _lost(entry), key=float(entry.n)),
        )
        rows.append(Row(cells, tone="winner" if entry.wins else ""))
    return Table(
        "confirmed-table",
        "Winner, runners-up, defaults and baselines",
        columns,
        tuple(rows),
        sortable=True,
        csv="data/confirm.csv",
        note=winners.note(shown),
    )


def _every_setting(run: Run) -> Table:
    """All that was searched, of each confirmed setting."""
    rows = tuple(
        Row((link(run, config), Cell(labels.in_words(run, config) or "the library's own settings")))
        for config in run.configs
    )
    columns = (Column("Setting"), Column("Searched settings"))
    return Table("settings-table", "All that was searched, setting by setting", columns, rows)


def _objectives(run: Run) -> Table:
    """What the study was after, where that is not the error itself."""
    goals = objectives.objectives(run)
    rows = []
    for config in run.configs:
        selected = float(run.rows_of(config)["selected_value"].iloc[0])
        cells = [link(run, config), measured(goals[0].unit, selected)]
        for goal in goals:
            cells.append(fresh_cell(goal.unit, objectives.fresh(run, goal, config)))
        rows.append(Row(tuple(cells), tone="winner" if config == run.winner else ""))
    heads = [f"{goals[0].name} in the search", *(f"{goal.name} on fresh seeds" for goal in goals)]
    columns = (Column("Setting"), *(Column(text.capital(head), True) for head in heads))
    note = (
        f"Best is {text.listing([f'the {goal.best} {goal.name}' for goal in goals])}. Brackets: "
        f"{text.LEVEL} intervals over fresh seeds, on these dev rows."
    )
    return Table(
        "objectives-table",
        "The objective on fresh seeds",
        columns,
        tuple(rows),
        sortable=True,
        csv="data/confirm.csv",
        note=note,
    )


def _lost(entry: Contender) -> str:
    if not entry.diverged:
        return ""
    words = "all" if entry.diverged == entry.n else text.number(entry.diverged)
    return f"{words} diverged"


def optimism(run: Run) -> Section | None:
    """What became of the objective on fresh seeds and on test."""
    frame = tuning.optimism(run)
    if not len(frame):
        return None
    name = tuning.score(run)
    scale, on_test = units.unit(run, name), bool(frame["test"].map(lambda one: one.known).any())
    rows = []
    for row in frame.itertuples():
        cells = (
            link(run, str(row.config)),
            Cell(scale.value(row.selected) if math.isfinite(row.selected) else "not searched"),
            _fresh(scale, row.dev),
            *(_fresh(scale, row.test),) * on_test,
            _fresh(scale, row.optimism, difference=True),
        )
        rows.append(Row(cells))
    columns = tuple(
        Column(label, number)
        for label, number in (
            ("Setting", False),
            ("At selection", True),
            ("Fresh seeds, dev", True),
            *((("Test", True),) * on_test),
            ("How much worse (optimism)", True),
        )
    )
    is_other = "resample" in run.provenance["search"] and run.folds is None
    other = OTHER_ROWS if is_other else ""
    table = Table(
        "optimism-table",
        f"What was chosen by, and what it came to: {scale.name.removeprefix('dev ')}",
        columns,
        tuple(rows),
        note="Means over replicates. How much worse: of the value on fresh seeds against that at "
        f"selection; t over the fresh replicates, the value at selection taken as it is.{other}",
    )
    whole = frame[[one.why != DIVERGED for one in frame["dev"]]]
    if not len(whole):
        return section("optimism", LUCK, [table])
    plain = whole.assign(
        dev=[one.estimate for one in whole["dev"]], test=[one.estimate for one in whole["test"]]
    )[["config", "selected", "dev", "test"]]
    label, percent = scale.name.removeprefix("dev "), scale.is_percent
    plain = scale.drawn_frame(plain, ("selected", "dev", "test"))
    figure = errors.optimism(plain, label, percent, on_test, labels.named(run))
    return section("optimism", LUCK, [table, Plot(figure)])


def _fresh(scale: units.Unit, found: Interval, difference: bool = False) -> Cell:
    if found.why == DIVERGED:
        return Cell(text.DASH if difference else summary.LOST)
    return Cell(scale.head(found, difference), scale.bounds(found, difference).strip())
