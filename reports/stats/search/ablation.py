"""From the defaults to the winner, a setting at a time: what each change is predicted to bring.

Ablation of Fawcett and Hoos (2016), on a surrogate as Biedenkapp and others (2017) do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from reports.frames import Array, Run
from reports.naming import plain_name, plain_value
from reports.stats.sampling.intervals import LEVEL, Interval
from reports.stats.search import conditional, parallel, surrogate, tuning
from reports.stats.search.encoded import FEWEST, encoded, kept
from reports.stats.search.parallel import Axis
from reports.stats.search.surrogate import Surrogate
from reports.stats.settings import objectives

ARROW = " \N{RIGHTWARDS ARROW} "
KIND, COVERS = "Gaussian process", "the mean of such a trial, as the search's trials tell it"


@dataclass(frozen=True)
class Step:
    """What changes, `learning_rate 0.001 → 0.01`, and the objective predicted after it.

    gain: by how much that is better than before; of logarithms, where the objective is on a log
    scale.
    """

    words: str
    after: Interval
    gain: Interval

    @property
    def answer(self) -> str:
        """better, worse or not decided."""
        if not self.gain.excludes_zero:
            return "not decided"
        return "better" if self.gain.estimate > 0 else "worse"


@dataclass(frozen=True)
class Path:
    """start: the defaults as predicted. measured: the winner in the search.

    foretold: the share of the trials' variance that the surrogate foretells of ones left out.
    """

    start: Interval
    steps: tuple[Step, ...]
    measured: float
    foretold: float
    trials: int

    def times(self, unit: float) -> "Path":
        """What is predicted, and measured, in another unit; gains stay."""
        steps = tuple(replace(one, after=one.after.times(unit)) for one in self.steps)
        start, measured = self.start.times(unit), unit * self.measured
        return replace(self, start=start, steps=steps, measured=measured)


def path(run: Run, start: Mapping[str, object], low: float, high: float, log: bool) -> Path | None:
    """None without a winner among the trials, or where these are too few.

    start: the searched settings of the defaults; one beyond its range counts as the range's end.
    low, high: beyond which values count as these, so that exploded trials do not rule the rest.
    log: whether logarithms are predicted.
    """
    found, best = parallel.parallel(run), tuning.best_trial(run)
    done = objectives.complete(run)
    if found is None or len(done) < FEWEST or best is None or best not in set(done["trial"]):
        return None
    own = tuning.settings_of(run, best)
    ends = [[axis.place(values.get(axis.name)) for axis in found.axes] for values in (start, own)]
    changes = _changes(start, own, found.axes)
    is_kept = found.trials["trial"].isin(kept(done, best)).to_numpy()
    values = np.clip(found.trials["value"].to_numpy(float)[is_kept], low, high)
    if any(place is None for place in ends[0]) or not changes or np.ptp(values) == 0:
        return None
    # The two ends go along as rows of their own, to be encoded as the trials are.
    places = [[*one.places[is_kept], *pair] for one, *pair in zip(found.axes, *ends, strict=True)]
    x, columns = encoded(found.axes, np.array(places, dtype=float))
    model = surrogate.fitted(x[:-2], np.log(values) if log else values, columns)
    moved = [[n for place in change.axes for n in columns[place]] for change in changes]
    sign = objectives.objectives(run)[0].sign
    points, order = _walk(model, x[-2], x[-1], moved, sign)
    after, gains = _predicted(model, points, sign, log)
    steps = tuple(
        Step(changes[place].words, after[number], gains[number - 1])
        for number, place in enumerate(order, 1)
    )
    measured = float(done.set_index("trial")["value"][best])
    return Path(after[0], steps, measured, model.foretold, len(values))


@dataclass(frozen=True)
class Change:
    """Axes, by place, whose settings change together, and how it is said."""

    axes: tuple[int, ...]
    words: str


def _changes(
    start: Mapping[str, object], own: Mapping[str, object], axes: tuple[Axis, ...]
) -> list[Change]:
    """What tells the ends apart; the settings of an arm change with the choice of the arm."""
    names = [one.name for one in axes]
    said = {name: [plain_value(name, each.get(name)) for each in (start, own)] for name in names}
    groups: dict[str, list[str]] = {}
    for name in names:
        if said[name][0] != said[name][1]:
            groups.setdefault(_topmost(name, names, said), []).append(name)
    return [
        Change(tuple(map(names.index, group)), f"{plain_name(head)} {ARROW.join(said[head])}")
        for head, group in groups.items()
    ]


def _topmost(name: str, names: list[str], said: dict[str, list[str]]) -> str:
    """The uppermost of a setting and the choices it depends on that changes."""
    above = conditional.parent(name, names)
    while above is not None:
        name = above if said[above][0] != said[above][1] else name
        above = conditional.parent(above, names)
    return name


def _walk(
    model: Surrogate, first: Array, last: Array, moved: list[list[int]], sign: int
) -> tuple[Array, list[int]]:
    """(steps + 1, d) points from first to last, each time by the change of most predicted gain."""
    points, now = [first], first
    order: list[int] = []
    while len(order) < len(moved):
        left = [place for place in range(len(moved)) if place not in order]
        tried = np.stack([now] * len(left))
        for row, place in zip(tried, left, strict=True):
            row[moved[place]] = last[moved[place]]
        best = int(np.argmin(sign * model.predict(tried)[0]))
        order.append(left[best])
        now = tried[best]
        points.append(now)
    return np.stack(points), order


def _predicted(
    model: Surrogate, points: Array, sign: int, log: bool
) -> tuple[list[Interval], list[Interval]]:
    """The objective at each point, and the gain from each to the next."""
    mean, covariance = model.predict(points)
    n, wide = len(model.x), float(special.ndtri(0.5 + LEVEL / 2))
    half = wide * np.sqrt(np.maximum(np.diag(covariance), 0))
    apart = np.diff(np.eye(len(points)), axis=0)  # a row takes a point from the next one
    spread = wide * np.sqrt(np.maximum(np.diag(apart @ covariance @ apart.T), 0))
    bounds = np.stack([mean, mean - half, mean + half], axis=1)
    after = [
        Interval(float(middle), float(low), float(high), n, KIND, COVERS)
        for middle, low, high in (np.exp(bounds) if log else bounds)
    ]
    gains = [
        Interval(float(gain), float(gain - h), float(gain + h), n, KIND, COVERS)
        for gain, h in zip(-sign * (apart @ mean), spread, strict=True)
    ]
    return after, gains
