"""Whether bias or variance is the larger part of a loss, whatever part of the rest is noise."""

import math
from dataclasses import dataclass
from typing import Literal

from reports.frames import Run
from reports.stats.bias_variance.decomposition import Decomposition, best_tried

MARGIN = 0.1  # of the loss: variance below it is none
Answer = Literal["variance", "bias", "by noise", "little variance", "not decided"]


@dataclass(frozen=True)
class Larger:
    """The answer, and the noise that it rests on.

    "by noise": bias where less than `at` of what remains is noise, variance where more is. noise:
    its reference if the study gives one, else the least loss of all that was tried, which is
    `best`'s: it is at most that (NaN: not known).
    """

    answer: Answer
    at: float
    noise: float
    best: str


def larger(run: Run, one: Decomposition) -> Larger:
    """By intervals: "variance" even if nothing were noise, "bias" even if all that may be were.

    With a reference error (of numbers, whose square is the noise) by that one.
    """
    reference, at = run.provenance["reference"], one.lead.estimate
    if run.regression and reference is not None:
        return Larger(_known(one, float(reference) ** 2), at, float(reference) ** 2, "")
    best, noise = best_tried(run) or ("", math.nan)
    return Larger(_unknown(one, noise), at, noise, best)


def _known(one: Decomposition, noise: float) -> Answer:
    if one.lead.known and one.lead.high < noise:
        return "variance"
    if one.lead.known and one.lead.low > noise:
        return "bias"
    return "not decided"


def _unknown(one: Decomposition, most: float) -> Answer:
    """most: the noise is at most that; NaN where nothing is known of it."""
    if not (one.lead.known and one.variance.known):
        return "not decided"
    if one.lead.high < 0:
        return "variance"
    if one.lead.low > most:
        return "bias"
    if one.variance.high < MARGIN * one.total:
        return "little variance"
    points_one_way = one.lead.estimate < 0 or one.lead.estimate > most
    return "not decided" if points_one_way else "by noise"
