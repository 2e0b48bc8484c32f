"""Which model to use, by rule: of those that are the same as the best one, the simplest.

Candidates are the baselines, the defaults and the confirmed settings. The best is the better of the
winner and the best baseline on the rows that decide, unless another is shown to be better there.
"""

import math
from dataclasses import dataclass

import numpy as np

from reports import summary
from reports.frames import Run, once
from reports.stats.settings import constraints, differences, measures
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE, Difference
from reports.stats.settings.diverged import all_diverged
from reports.stats.settings.measures import Measure

NETWORK, BOOSTING, LINEAR, CONSTANT = "network", "boosting", "linear model", "constant"
KINDS = {
    "majority class": CONSTANT,
    "mean": CONSTANT,
    "logistic regression": LINEAR,
    "linear regression": LINEAR,
    "class-weighted logistic regression": LINEAR,
    "gradient boosting": BOOSTING,
    "class-weighted gradient boosting": BOOSTING,
}
SIMPLEST_FIRST = (CONSTANT, LINEAR)  # before networks and boosting, which count as alike
TREES, LEAVES, ROWS_OF_A_LEAF = 100, 31, 20  # at most, of scikit-learn's gradient boosting


@dataclass(frozen=True)
class Comparison:
    """A candidate less another: the difference, what it answers, and the margin of the answer."""

    first: str
    second: str
    found: Difference
    word: str
    margin: float


@dataclass(frozen=True)
class Choice:
    """The model to use, and how the others compare with the best.

    same: as good as the best, the simplest first, the model itself among them. open: not decided
    against it, the simplest first. worse: shown to be worse.
    """

    name: str
    kind: str
    best: str
    same: tuple[str, ...]
    open: tuple[str, ...]
    worse: tuple[str, ...]


def kind_of(run: Run, name: str) -> str:
    """NETWORK, BOOSTING, LINEAR or CONSTANT."""
    return NETWORK if name in run.configs else KINDS.get(name, BOOSTING)


def measure_of(run: Run, first: str, second: str) -> Measure:
    """By what two candidates are compared: a baseline by what it, too, has."""
    both = first in run.configs and second in run.configs
    return measures.measure(run) if both else measures.of_baselines(run)


def compare(run: Run, first: str, second: str) -> Comparison:
    """First less second, on the rows that decide, answered within the margin of the second."""
    by = measure_of(run, first, second)
    found = differences.difference(run, first, second, by)
    within = margin(run, second, by)
    return Comparison(
        first, second, found, differences.answer(run, first, second, by, within), within
    )


def margin(run: Run, name: str, by: Measure) -> float:
    """Below what size a difference to a candidate is none."""
    return measures.margin(run, name, by)


def is_resampled(run: Run) -> bool:
    """Whether all rows but the test rows decide, each left out of training in turn."""
    return run.folds is not None


@once
def choice(run: Run) -> Choice | None:
    """The model to use; None where nothing was confirmed, or every network diverged."""
    names = candidates(run)
    best = _best(run, names)
    if best is None:
        return None
    others = sorted((name for name in names if name != best), key=lambda name: size(run, name))
    words = {name: compare(run, best, name).word for name in others}
    of = {word: tuple(name for name in others if words[name] == word) for word in words.values()}
    same = tuple(sorted((best, *of.get(SAME, ())), key=lambda name: size(run, name)))
    name = _of_same(run, best, same)
    return Choice(name, kind_of(run, name), best, same, of.get(OPEN, ()), of.get(BETTER, ()))


def decisive(run: Run, choice: Choice) -> tuple[str, ...]:
    """What is open and may change the choice.

    Where a simpler model is as good as the best network, no other network does.
    """
    if choice.kind == NETWORK or run.winner not in choice.same:
        return choice.open
    return tuple(name for name in choice.open if name not in run.configs)


def _of_same(run: Run, best: str, same: tuple[str, ...]) -> str:
    """The simplest; but of networks the best, or the saved one: to be smaller gains little."""
    if kind_of(run, same[0]) != NETWORK:
        return same[0]
    return next(name for name in (best, str(run.winner), same[0]) if name in run.configs)


def candidates(run: Run) -> list[str]:
    """Networks that trained, winner first, and baselines, best first.

    Those that keep the constraints, if any does.
    """
    trained = [name for name in run.configs if not all_diverged(run, name)]
    every = [*trained, *differences.baselines(run)] if trained else []
    return [name for name in every if keeps_constraints(run, name)] or every


def keeps_constraints(run: Run, name: str) -> bool:
    """By its means, as the winner is chosen; what it has no value of, it keeps."""
    confirmed = run.rows_of(name)
    known = [one for one in constraints.constraints(run) if one.metric in confirmed]
    means = [(one, confirmed[one.metric].mean()) for one in known if one.metric != "seconds"]
    return all(math.isnan(mean) or one.beyond(np.array(mean)) == 0 for one, mean in means)


def _best(run: Run, names: list[str]) -> str | None:
    """The better of the first network and the first baseline, unless another is shown to be."""
    networks = [name for name in names if name in run.configs]
    known = [*networks[:1], *[name for name in names if name not in networks][:1]]
    if not known:
        return None
    best = known[0] if len(known) == 1 or _leads(run, known[0], known[1]) else known[1]
    for other in names:
        if other != best and compare(run, best, other).word == WORSE:
            best = other
    return best


def _leads(run: Run, first: str, second: str) -> bool:
    """Whether the first has the better value on the rows that decide."""
    found = compare(run, first, second).found
    return found.by.sign * found.decisive.estimate <= 0


def leads_all(run: Run, name: str) -> bool:
    """Whether no candidate has a better value on the rows that decide."""
    return all(_leads(run, name, other) for other in candidates(run) if other != name)


def size(run: Run, name: str) -> tuple[float, ...]:
    """By which candidates are ordered, the simplest first.

    A constant, a linear model; then by parameters, dropout, epochs, and at last as they are ranked.
    """
    kind = kind_of(run, name)
    if kind in SIMPLEST_FIRST:
        return (float(SIMPLEST_FIRST.index(kind)),)
    last = float(len(SIMPLEST_FIRST))
    if kind == BOOSTING:
        return last, _boosted(run), 0.0, 0.0, 0.0
    confirmed = run.rows_of(name)
    parameters = float(confirmed["parameters"].iloc[0]) or math.inf  # 0: a user's, not known
    keep = summary.settings(run, name).get("keep_prob", 1.0)
    drops = float(np.min(keep) < 1.0)
    return last, parameters, drops, float(confirmed["epochs"].mean()), run.configs.index(name)


def _boosted(run: Run) -> float:
    """Numbers in the trees of gradient boosting at most: of a leaf its value, of a node two."""
    data, classes = run.provenance["data"], len(run.provenance["classes"] or ())
    leaves = max(1, min(LEAVES, int(data["train"]) // ROWS_OF_A_LEAF))
    return float(TREES * (classes if classes > 2 else 1) * (3 * leaves - 2))
