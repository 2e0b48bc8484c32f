"""Cells: numbers out of fold, with pools, and so training sets, drawn anew in each study."""

from dataclasses import replace

import numpy as np
import pandas as pd

from reports.sections import answers
from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.gaps import VARIANCE
from reports.stats.settings import differences, measures, rows
from reports.stats.settings.measures import Measure
from tests.soak.coverage import memory
from tests.soak.coverage.cells import NOTHING, Cell, Result, held, said
from tests.soak.coverage.fold_worlds import Learner, Task, confirmed, of_pool, searched, truth

CLASSES, NUMBERS = Task(), Task(numbers=True)
SMALL, LARGE, LINEAR = Learner(12, 1.0), Learner(30, 3.0), Learner(0, 1.0)
BY = {"error": measures.plain(), "loss": Measure("dev_loss", "loss")}
WIDE = "Methods: of differences they often hold the truth in 98 to 99 cases of 100"
TRIALS, IDLE = 30, 6
CHOSEN = "Methods, the winner's luck: out of fold often wider than needed"


def trained_on(n: int, folds: int = 5) -> int:
    """Rows that a network of a fold is trained on."""
    return n * (folds - 1) // folds


def one(kind: str, task: Task, learner: Learner, n: int, split: str = "dev") -> Cell:
    """A setting's error or loss."""

    def study(rng: np.random.Generator) -> Result:
        run = confirmed(rng, task, {"trial 1": learner}, n)
        found = rows.new_rows(run, "trial 1", split, kind)
        return held(found, truth(learner, task, trained_on(n))[kind])

    name = f"{_words(task)} by {kind}, {learner.hidden} units, {split}, {n} rows"
    return Cell(name, _of(kind), study)


def lead(kind: str, task: Task, second: Learner, n: int) -> Cell:
    """A difference to another setting; to a linear model as a baseline."""
    is_baseline, at = not second.hidden, trained_on(n)
    other = "linear" if is_baseline else "defaults"

    def study(rng: np.random.Generator) -> Result:
        settings = {"trial 1": LARGE, **({} if is_baseline else {other: second})}
        run = confirmed(rng, task, settings, n, second if is_baseline else None)
        # The first was not chosen by these rows, so nothing is taken off for that.
        settled = replace(run, provenance={**run.provenance, "search": {}})
        settled.memo[f"gain/dev_{kind}/{other}"] = 0.0
        found = differences.difference(settled, "trial 1", other, BY[kind])
        apart = truth(LARGE, task, at)[kind] - truth(second, task, at)[kind]
        return held(found.decisive, apart)

    name = f"{_words(task)} by {kind}, {LARGE.hidden} units less {second.hidden or other}, {n} rows"
    return Cell(name, f"difference in {_of(kind)}", study, exception=WIDE)


def equals(task: Task, n: int) -> Cell:
    """Two settings that are the same, the better first: whoever calls it better is wrong."""

    def study(rng: np.random.Generator) -> Result:
        run = ranked(confirmed(rng, task, {"trial 1": SMALL, "defaults": SMALL}, n))
        if run.winner == "defaults":
            return NOTHING
        word = answers.against(run, "defaults", BY["loss"]).word
        return said(word in (differences.BETTER, differences.WORSE), word != differences.OPEN)

    return Cell(f"{_words(task)}, {n} rows", "verdict: equals out of fold", study, kind="verdict")


def winner(kind: str, hidden: int, n: int, of: str = "winner") -> Cell:
    """The winner of trials that are equally good, each with idle inputs of its own."""
    task = Task(idle=TRIALS * IDLE)
    each = [Learner(hidden, 1.0, place=place, idle=IDLE) for place in range(TRIALS)]

    def study(rng: np.random.Generator) -> Result:
        pool = task.rows(rng, n + 100)
        values = searched(rng, pool, each, n)
        best = {f"trial {k}": each[k] for k in np.argsort(values)[:3] if k}
        run = of_pool(rng, task, pool, {**best, "defaults": each[0]}, n, search=SEARCH, **GOAL)
        state = {"trial": np.arange(TRIALS), "state": "complete", "value": values}
        run = replace(ranked(run), trials=pd.DataFrame(state))
        if of == "winner":
            found = rows.new_rows(run, str(run.winner), "dev", kind)
            return held(found, truth(each[0], Task(idle=IDLE), trained_on(n))[kind])
        if run.winner == "defaults":
            return NOTHING
        return held(rows.difference_on_new_rows(run, str(run.winner), "defaults", "dev", kind), 0.0)

    name = f"{TRIALS} equal trials by {kind}, {hidden} units, {of}, {n} rows"
    return Cell(name, f"{_of(kind)} of the winner", study, exception=CHOSEN)


def variance(n: int) -> Cell:
    """Dev error less train error."""

    def study(rng: np.random.Generator) -> Result:
        run = confirmed(rng, CLASSES, {"trial 1": SMALL}, n)
        known = truth(SMALL, CLASSES, trained_on(n))
        gap = ledger.ledger_of(run, "trial 1").gap(VARIANCE).interval
        return held(gap, known["error"] - known["train_error"])

    return Cell(f"{SMALL.hidden} units, {n} rows", "variance out of fold", study, exception=WIDE)


SEARCH = {"seed": 0, "replicates": 5, "trials": TRIALS, "resample": "kfold"}
_LOSS = {"metric": "dev_loss", "direction": "minimize", "at": "last"}
GOAL = {"objective": _LOSS, "objectives": [{**_LOSS, "label": "dev_loss", "reduce": "mean"}]}


def ranked(run: memory.Simulated) -> memory.Simulated:
    """With ranks and trials by the dev loss, the winner first, as a confirmation gives them."""
    if run.confirm is None:
        raise ValueError("ranked: expected a confirmed run, got none")
    frame = run.confirm.copy()
    is_network = frame["kind"] == "network"
    means = frame[is_network].groupby("config")["dev_loss"].mean().sort_values()
    rank = frame["config"].map({name: n for n, name in enumerate(means.index, 1)})
    frame["rank"] = rank.fillna(0).astype(int)
    of = {name: 0 if name == "defaults" else int(name.split()[1]) for name in means.index}
    frame["trial"] = frame["config"].map(of).fillna(-1).astype(int)
    order = rank.fillna(len(means) + 1).argsort(kind="stable")
    return replace(run, confirm=frame.iloc[order].reset_index(drop=True))


def _words(task: Task) -> str:
    return "numbers" if task.numbers else "classes"


def _of(kind: str) -> str:
    return f"{kind} out of fold"


CELLS = (
    *(one(kind, CLASSES, SMALL, n) for kind in BY for n in (150, 300)),
    *(one(kind, NUMBERS, LARGE, 300) for kind in BY),
    one("error", CLASSES, SMALL, 300, "test"),
    *(lead(kind, CLASSES, other, 300) for kind in BY for other in (SMALL, LINEAR)),
    lead("error", NUMBERS, SMALL, 300),
    equals(CLASSES, 300),
    equals(NUMBERS, 150),
    *(winner(kind, hidden, 200) for kind in BY for hidden in (0, 12)),
    winner("loss", 0, 200, "less the defaults"),
    variance(300),
)
