"""Looks at a confirmation that goes on until it is decided: how wide intervals have to be at each.

Whoever looks often and stops at the first answer is wrong more often than each look says. So the
5 % that may be wrong are spent over the looks, early ones getting little (Lan and DeMets, 1983,
with a spending function like the bounds of O'Brien and Fleming, 1979). An interval with such a
bound in place of 1.96 standard errors is one of 95 % over all looks (Jennison and Turnbull, 1989).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reports.frames import Run
from reports.stats.sampling.intervals import LEVEL, Array
from reports.stats.sampling.resampling import DRAWS

WIDEST = 8.0  # standard errors: no answer at all
STEP = 0.0005  # shares of information that are closer are taken for as far apart
NODES = 401


def spent(share: float) -> float:
    """Of the 1 - LEVEL, what may be spent when a share of the information is there."""
    from scipy import special

    one_side = (1 - LEVEL) / 2
    bound = special.ndtri(1 - one_side / 2) / math.sqrt(share)
    return float(4 * special.ndtr(-bound))


def shares(counts: Sequence[int], most: int, networks: float) -> list[float]:
    """How much of the information of `most` networks so many of them give, at each look.

    The squared standard error is that of rows, which stays, and that of networks, which falls with
    their number: `networks` is its share at the last of the looks.
    """
    of_networks = [networks * counts[-1] / count for count in (*counts, most)]
    errors = [1 - networks + each for each in of_networks]
    found = [errors[-1] / each for each in errors[:-1]]
    last = 1.0 if counts[-1] >= most else 1.0 - STEP
    for place in reversed(range(len(found))):
        found[place] = max(min(found[place], last), STEP / 10)
        last = found[place] - STEP
    return found


def bound(known: Sequence[float], earlier: Sequence[float]) -> float:
    """How many standard errors an answer takes at the last of looks with such shares, ascending.

    earlier: those of the looks before. That one of all these is passed where there is no difference
    is then as likely as `spent` allows: by integrating look by look (Armitage, McPherson and Rowe,
    1969).
    """
    from scipy import optimize, special

    at, weights = np.zeros(1), np.ones(1)  # what has not passed yet, after each look
    before, allowed = 0.0, spent(known[-1])
    for share, limit in zip(known, earlier, strict=False):
        at, weights = _after(at, weights, share - before, limit * math.sqrt(share))
        before = share
    spread, gone = math.sqrt(known[-1] - before), 1 - float(weights.sum())

    def left(limit: float) -> float:
        end = limit * math.sqrt(known[-1])
        beyond = special.ndtr((at - end) / spread) + special.ndtr((-at - end) / spread)
        return gone + float(weights @ beyond) - allowed

    return WIDEST if left(WIDEST) >= 0 else float(optimize.brentq(left, 0.0, WIDEST))


def _after(at: Array, weights: Array, step: float, end: float) -> tuple[Array, Array]:
    """Where a Brownian motion is a step later, if it is within ± end: places and probabilities."""
    nodes, of_nodes = np.polynomial.legendre.leggauss(NODES)
    places = end * nodes
    apart = (places[:, None] - at) / math.sqrt(step)
    density = np.exp(-(apart**2) / 2) @ weights / math.sqrt(2 * math.pi * step)
    return places, end * of_nodes * density


def stretch(run: Run) -> float:
    """By what the intervals of a run are wider than at a single look; 1 where there was one."""
    found = of(run)
    if not found:
        return 1.0
    from scipy import special

    return float(found[-1]["bound"]) / float(special.ndtri(0.5 + LEVEL / 2))


def sure(run: Run, p: float) -> float:
    """A probability as a single look would give it: its quantile in so many fewer standard errors.

    From draws, so none is closer to 0 or 1 than half a draw.
    """
    by = stretch(run)
    if by == 1 or math.isnan(p):
        return p
    from scipy import special

    least = 0.5 / DRAWS
    return float(special.ndtr(special.ndtri(min(max(p, least), 1 - least)) / by))


def of(run: Run) -> list[dict[str, Any]]:
    """What the provenance says of each look; nothing where the confirmation was of one round."""
    confirm = run.provenance["confirm"] or {}
    return list(confirm.get("looks", ()))
