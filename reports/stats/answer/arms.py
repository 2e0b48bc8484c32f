"""The arms of a study: what each value of the word in question comes to, and which is best.

Arms are the values of `search.per`, or the cells of a small grid over one or two words. Each is
stood for by its best trial of the search, trained again in the confirmation; the winner by itself.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from reports import labels, text
from reports.frames import Run, once
from reports.stats.answer import recommending
from reports.stats.answer.recommending import Comparison
from reports.stats.sampling import looks
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.search import tuning
from reports.stats.settings import measures, objectives, paired_draws, rows
from reports.stats.settings.diverged import all_diverged
from reports.stats.settings.measures import Measure

SEED = 20273
MOST = 12  # values of a word: more are a range rather than a list
GRIDS = ("grid", "brute_force")


@dataclass(frozen=True)
class Arm:
    """A value of each word. trial: the best of the search, None where none was completed.

    trials: those completed. config: the confirmed setting that stands for it, None where none was.
    """

    values: tuple[Any, ...]
    trial: int | None
    trials: int
    config: str | None

    @property
    def key(self) -> tuple[str, ...]:
        """The values as a study file has them."""
        return tuple(map(text.value, self.values))


@dataclass(frozen=True)
class Judged:
    """A confirmed arm: its plain error, its difference to the best arm, how likely it is the best.

    difference: None of the best arm itself. chance: NaN where all of its networks diverged.
    """

    arm: Arm
    config: str
    error: Interval
    difference: Comparison | None
    chance: float


@once
def words(run: Run) -> tuple[str, ...]:
    """The words whose values are compared: `search.per`, or one or two with a few values each."""
    per = run.provenance["search"].get("per")
    if per in run.parameters:
        return (str(per),)
    varied = [name for name in run.parameters if _count(run, name) > 1]
    is_small = 1 <= len(varied) <= 2 and all(_is_listed(run, name) for name in varied)
    return tuple(varied) if is_small else ()


def _is_listed(run: Run, name: str) -> bool:
    sampler = str(run.provenance["search"]["sampler"]).partition(" ")[0]
    is_list = tuning.space_of(run, name).get("kind") == "choice" or sampler in GRIDS
    return is_list and _count(run, name) <= MOST


def _count(run: Run, name: str) -> int:
    return len(run.trials[f"param.{name}"].dropna().unique())


@once
def arms(run: Run) -> tuple[Arm, ...]:
    """In the order of their values; none where a study compares none, or has but one."""
    names = words(run)
    if not names:
        return ()
    done = objectives.complete(run).sort_values("rank", kind="stable")
    tried = run.trials[[f"param.{name}" for name in names]].dropna()
    keys = {tuple(map(text.value, each)): each for each in tried.itertuples(index=False, name=None)}
    best = _by_key(done, names)
    confirmed = _confirmed(run, names, {key: int(each["trial"].iloc[0]) for key, each in best})
    trials = {key: each["trial"].tolist() for key, each in best}
    found = [
        Arm(values, *_first(trials.get(key, [])), confirmed.get(key))
        for key, values in sorted(keys.items(), key=lambda item: _order(run, names, item[1]))
    ]
    return tuple(found) if len(found) > 1 else ()


def _first(trials: list[int]) -> tuple[int | None, int]:
    return (int(trials[0]) if trials else None), len(trials)


def _by_key(done: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[Any, pd.DataFrame]]:
    said = [done[f"param.{name}"].map(text.value).rename(name) for name in names]
    return [(key, each) for key, each in done.groupby(said, sort=False)]


def _confirmed(
    run: Run, names: tuple[str, ...], best: dict[tuple[str, ...], int]
) -> dict[tuple[str, ...], str]:
    """By key: the winner's own; else the arm's best trial, else what was confirmed of it.

    Not the best of several in the confirmation: their luck there would count for the arm.
    """
    found: dict[tuple[str, ...], str] = {}
    for config in run.configs:
        values = labels.searched(run, config)
        if any(name not in values for name in names):
            continue
        key = tuple(text.value(values[name]) for name in names)
        is_best = int(run.rows_of(config)["trial"].iloc[0]) == best.get(key)
        if key not in found or (is_best and found[key] != run.winner):
            found[key] = config
    return found


def _order(run: Run, names: tuple[str, ...], values: tuple[Any, ...]) -> tuple[float, ...]:
    """By number; else in the order of the study file's list, which is where "full" stands, too."""
    return tuple(_place(run, name, x) for name, x in zip(names, values, strict=True))


def _place(run: Run, name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        choices = [text.value(one) for one in tuning.space_of(run, name).get("choices") or ()]
        said = text.value(value)
        return 1e12 + (choices.index(said) if said in choices else len(choices))


def is_ordered(run: Run, name: str) -> bool:
    """Whether a word's values have an order: numbers (but for a last one, "full"), and depths."""
    column = run.trials[f"param.{name}"].dropna()
    numbers = pd.to_numeric(column, errors="coerce").notna()
    return name == "hidden" or bool(numbers.any() and len(column[~numbers].unique()) <= 1)


@once
def judged(run: Run) -> tuple[Judged, ...]:
    """The confirmed arms, the best one first, by what settings are compared by."""
    by_config = {arm.config: arm for arm in arms(run) if arm.config is not None}
    configs = [name for name in run.configs if name in by_config]
    configs.sort(key=lambda name: all_diverged(run, name))
    if not configs or all_diverged(run, configs[0]):
        return ()
    first, by = configs[0], measures.measure(run)
    alive = [name for name in configs if not all_diverged(run, name)]
    likely = dict(zip(alive, chances(closer(apart(run, alive, by))), strict=True))
    return tuple(
        Judged(
            by_config[name],
            name,
            measures.on_new_rows(run, name, measures.plain()),
            None if name == first else recommending.compare(run, name, first),
            float(likely.get(name, math.nan)),
        )
        for name in configs
    )


def apart(run: Run, configs: list[str], by: Measure) -> Array:
    """(K, draws) what each of K settings may be worse by than the first: above 0 is worse.

    The paired draws of the differences to the first one, which share its rows and networks; moved,
    as its intervals are, by what the winner owes to having been chosen.
    """
    first = configs[0]
    drawn = [_difference(run, n, name, first, by) for n, name in enumerate(configs) if n]
    found = [by.sign * each for each in drawn]
    size = len(found[0]) if found else 1
    return np.vstack([np.zeros((1, size)), *found])


def _difference(run: Run, place: int, name: str, first: str, by: Measure) -> Array:
    """(draws,) name - first. place: of the setting, by which it has an unseen row of its own."""
    if not by.of_rows:
        ours, theirs = (measures.values(run, one, by) for one in (name, first))
        return _over_networks(run, ours) - _over_networks(run, theirs)
    drawn_rows = rows.rows_of_split(run, run.judged)
    wrong = np.random.default_rng([SEED, place]).permutation(drawn_rows.wrong)
    # Minus first - name, for the rows of the second side are those that can be given.
    drawn = -paired_draws.difference_draws(
        (run, first), (run, name), by, run.judged, replace(drawn_rows, wrong=wrong)
    )
    if first == run.winner:
        drawn = drawn - measures.gain(run, by, run.judged, name)
    middle = np.median(drawn)
    found: Array = middle + looks.stretch(run) * (drawn - middle)
    return found


def _over_networks(run: Run, values: Array) -> Array:
    found: Array = rows.seeds_of(run, len(values)) @ values
    return found


def closer(worse_by: Array) -> Array:
    """(K, draws) with no arm further from the first than noise leaves of what was seen.

    Measured, arms scatter more than they differ, and of equals one would seem to be the best. So of
    the square of each distance that of its own noise is taken off, as in `choosing`; each by
    itself, for an arm of few good networks says nothing of the others.
    """
    middle = np.median(worse_by, axis=1, keepdims=True)
    off = worse_by - middle
    left = middle**2 - (off**2).mean(axis=1, keepdims=True)
    found: Array = np.sign(middle) * np.sqrt(np.maximum(left, 0.0)) + off
    return found


def chances(worse_by: Array) -> Array:
    """(K,) the probability that each of K is the best: its share of (K, draws), ties shared."""
    least = worse_by == worse_by.min(axis=0)
    found: Array = (least / least.sum(axis=0)).mean(axis=1)
    return found


def neutral(run: Run) -> Judged | None:
    """The arm without what is in question, or the defaults': what the best is held against."""
    found = judged(run)
    return next((one for one in found[1:] if one.config == run.default), None)


def missing(run: Run) -> tuple[Arm, ...]:
    """The arms that the search alone knows, best first by it."""
    value = run.trials.set_index("trial")["rank"]
    only = [arm for arm in arms(run) if arm.config is None]
    return tuple(
        sorted(only, key=lambda arm: math.inf if arm.trial is None else float(value[arm.trial]))
    )
