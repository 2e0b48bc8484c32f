"""Times to a target: the hit rule, the coding of misses, and the speed-up's interval."""

import itertools
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reports import summary
from reports.frames import load
from reports.stats.sampling import permutation
from reports.stats.sampling.intervals import Array
from reports.stats.search import tuning
from reports.stats.speed import confirmed_curves, convergence, target_ladder
from reports.stats.speed.convergence import SpeedTarget

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "hit"),
    [
        ([0.5, 0.3, 0.1, 0.1, 0.1], 2),  # counts at the first of the two
        ([0.5, 0.1, 0.3, 0.1, 0.1], 3),  # one evaluation alone is luck
        ([0.5, 0.3, 0.3, 0.3, 0.1], -1),  # the last one has no second
        ([0.1, 0.1, 0.1, 0.1, 0.1], 1),  # before training is no hit
        ([0.1, 0.3, 0.3, 0.3, 0.3], -1),
        ([0.5, 0.1, NAN, NAN, NAN], -1),  # diverged before the second
        ([0.5, 0.1, 0.1, NAN, NAN], 1),
        ([0.5], -1),
    ],
)
def test_a_hit_holds_at_two_evaluations_running(values: list[float], hit: int) -> None:
    assert convergence.first_hits(np.array([values]), 0.2)[0] == hit


@pytest.mark.parametrize("seed", range(5))
def test_what_is_held_is_the_least_target_that_is_hit(seed: int) -> None:
    values = np.random.default_rng(seed).random((3, 7))
    values[2, 3:] = NAN
    for row, least in zip(values, convergence.held(values), strict=True):
        assert convergence.first_hits(row[None], least)[0] >= 1
        assert convergence.first_hits(row[None], least - 1e-9)[0] == -1
    assert np.isnan(convergence.held(values[:, :2])).all()


def test_misses_and_diverged_networks_count_with_the_horizon(make: Callable[..., Path]) -> None:
    run = load(make())
    frame = convergence.times(run, SpeedTarget("dev_error", 0.09, "made up"))
    missed = frame[~frame["reached"]]
    assert set(frame["outcome"]) == {"reached", "horizon", "diverged"}
    assert (missed["time"] == frame.attrs["tau"]).all()
    assert frame.attrs["tau"] == 60
    confirm = run.networks.set_index(["config", "replicate"])["status"]
    for row in frame[frame["outcome"] == "diverged"].itertuples():
        assert confirm[row.config, row.replicate] == "diverged"


def test_pruned_trials_do_not_come_in(make: Callable[..., Path]) -> None:
    run = load(make())
    frame = convergence.times(run, SpeedTarget("dev_error", 0.09, "made up"))
    assert set(frame["config"]) == set(run.configs)
    assert len(frame) == len(run.networks)


def test_kaplan_and_meier_by_hand() -> None:
    frame = pd.DataFrame(
        {"config": "a", "time": [3.0, 5.0, 5.0, 9.0, 9.0],
         "reached": [True, True, True, False, False]}
    )  # fmt: skip
    found = convergence.survival(frame)
    np.testing.assert_allclose(found["reached"], [0.2, 0.6, 0.6])
    assert list(found["at_risk"]) == [5, 4, 2]


def test_restricted_means_and_reach_are_what_they_say(make: Callable[..., Path]) -> None:
    run = load(make())
    aim = SpeedTarget("dev_error", 0.09, "made up")
    times, speed = convergence.times(run, aim), convergence.speed(run, aim)
    for row in speed.itertuples():
        part = times[times["config"] == row.config]
        assert row.restricted.estimate == pytest.approx(part["time"].mean())
        assert row.reach == pytest.approx(part["reached"].mean())
        assert not row.restricted.known or row.restricted.high <= times.attrs["tau"]


@pytest.mark.parametrize(("n", "misses"), [(10, 0.05), (20, 0.05), (20, 0.9), (40, 0.08)])
def test_a_restricted_mean_covers_or_says_for_whom_it_is(n: int, misses: float) -> None:
    """Times of 10 epochs or so, the horizon at 60: all of them together covered .40 at n = 10."""
    rng, tau, hits, known = np.random.default_rng(n), 60.0, 0, 0
    truth, reaching, if_reached, all_reached = misses * tau + (1 - misses) * 10, 10.0, 0, 0
    for _ in range(2000):
        missed = rng.random(n) < misses
        time = np.where(missed, tau, rng.normal(10, 1, n))
        found = convergence.restricted(time, int((~missed).sum()), tau)
        if not missed.any():
            assert found.kind == "t over replicates, for those that reach it"
            all_reached += 1
            if_reached += found.low <= reaching <= found.high
        elif missed.all():
            assert found.why == "no network reached it"
        elif missed.sum() in (1, n - 1):
            assert found.why.startswith("one network alone")
        else:
            known += 1
            hits += found.low <= truth <= found.high
    assert hits / known >= 0.90
    assert if_reached >= 0.92 * all_reached


def test_the_share_that_reached_it_is_wilsons(make: Callable[..., Path]) -> None:
    run = load(make())
    for row in convergence.speed(run, SpeedTarget("dev_error", 0.09, "made up")).itertuples():
        expected = stats.binomtest(row.reached, row.n).proportion_ci(method="wilson")
        assert (row.share.low, row.share.high) == pytest.approx((expected.low, expected.high))
        assert row.share.estimate == row.reach


def test_p_sooner_is_mann_whitneys_u() -> None:
    rng = np.random.default_rng(1)
    theirs, ours = rng.integers(1, 9, 12).astype(float), rng.integers(1, 9, 10).astype(float)
    expected = stats.mannwhitneyu(theirs, ours).statistic / 120
    assert permutation.faster(theirs, ours) == pytest.approx(expected)


def test_ranks_need_no_matrix_of_pairs() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 50, (2, 4000)).astype(float)
    tracemalloc.start()
    found = permutation.above(first, second)
    separation, _ = tuning._separation(
        "x", pd.Series(np.r_[first, second]), np.arange(8000) < 4000, ""
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == pytest.approx(stats.mannwhitneyu(first, second).statistic / 4000**2)
    assert separation == pytest.approx(abs(2 * found - 1))
    assert peak < 2e6  # a matrix of pairs takes 16 MB


@pytest.mark.parametrize("seed", range(8))
def test_the_ends_of_the_speed_up_are_where_the_permutation_test_turns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    theirs, ours = rng.lognormal(3, 0.3, 8), rng.lognormal(2.5, 0.3, 8)
    found = permutation.speedup(theirs, ours)
    assert found.low <= theirs.mean() / ours.mean() <= found.high

    def p(ratio: float) -> float:
        signs = itertools.product((1, -1), repeat=8)
        seen = abs(math.log(theirs.sum() / (ratio * ours.sum())))
        extreme = 0
        for sign in signs:
            kept = np.array(sign) > 0
            a = np.where(kept, theirs, ratio * ours).sum()
            b = np.where(kept, ratio * ours, theirs).sum()
            extreme += abs(math.log(a / b)) >= seen - 1e-12
        return extreme / 2**8

    assert p(found.low * 1.001) >= 0.05 > p(found.low * 0.98)
    assert p(found.high * 0.999) >= 0.05 > p(found.high * 1.02)


@pytest.mark.parametrize("n", [8, 30])
def test_what_was_seen_is_one_of_the_permutations(n: int) -> None:
    rng = np.random.default_rng(n)
    theirs, ours = rng.lognormal(3, 0.1, n), rng.lognormal(0, 0.1, n)
    swaps = permutation._swaps(n)
    least = 2 / 2**n if n <= permutation.EXACT else 1 / (permutation.SWAPS + 1)
    assert permutation._p_ratio(theirs, ours, swaps) == pytest.approx(least)


def test_the_speed_up_covers() -> None:
    rng, hits, runs = np.random.default_rng(5), 0, 150
    for _ in range(runs):
        noise = rng.normal(0, 0.2, 10)  # paired: the same seed makes both slow
        theirs = 20 * np.exp(noise + rng.normal(0, 0.2, 10))
        ours = 10 * np.exp(noise + rng.normal(0, 0.2, 10))
        found = permutation.speedup(theirs, ours)
        hits += found.low <= 2 <= found.high
    assert 0.90 <= hits / runs <= 1.0


def test_ties_do_not_give_zero_width() -> None:
    found = permutation.speedup(np.full(10, 20.0), np.full(10, 10.0), (0.5, 0.5))
    assert found.low == pytest.approx(19.5 / 10.5)
    assert found.high == pytest.approx(20.5 / 9.5)


@pytest.mark.parametrize("seed", range(4))
def test_the_spacing_widens_every_speed_up(seed: int) -> None:
    rng = np.random.default_rng(seed)
    theirs, ours = rng.integers(20, 40, 10).astype(float), rng.integers(10, 30, 10).astype(float)
    narrow = permutation.speedup(theirs, ours)
    wide = permutation.speedup(theirs, ours, (0.5, 0.5))
    a, b = 0.5 / theirs.mean(), 0.5 / ours.mean()
    assert wide.low == pytest.approx(narrow.low * (1 - a) / (1 + b))
    assert wide.high == pytest.approx(narrow.high * (1 + a) / (1 - b))


def test_a_target_that_a_side_never_reaches_gives_no_speed_up(make: Callable[..., Path]) -> None:
    run = load(make())
    found = convergence.speed(run, SpeedTarget("dev_error", 0.0, "made up")).set_index("config")
    assert not found["reached"].any()
    for config, row in found.iterrows():
        whose = "they never reached it" if config == run.default else "neither reached it"
        assert row["speedup"].why == whose
        assert math.isnan(row["speedup"].estimate)
        assert math.isnan(row["faster"].estimate)
    ladder = target_ladder.speed_by_target(run)
    for value, step in ladder.groupby("target"):
        base = step.loc[step["config"] == run.default, "reach"].iloc[0]
        known = (step["reach"] > 0) & (base > 0)
        assert (step["speedup"].notna() == known).all()
        aim = SpeedTarget("dev_error", float(value), "a step of the ladder")
        table = convergence.speed(run, aim).set_index("config")
        for config, row in table.iterrows():
            there = row["reached"] > 0 and table["reached"][run.default] > 0
            assert math.isfinite(row["speedup"].estimate) == there, (config, value)
            assert not (row["speedup"].known and not there)


@pytest.mark.parametrize("n", [5, 20])
@pytest.mark.parametrize("kind", ["plain", "ties", "missed", "scatter"])
def test_the_chance_of_being_sooner_covers(kind: str, n: int) -> None:
    """500 studies: .93 at least, also where most are sooner, tied or at the horizon."""
    rng = np.random.default_rng(n)

    def times(size: int, ahead: float) -> Array:
        noise = rng.normal(size=size)
        if kind == "ties":
            return np.ceil(3 + noise - ahead)
        if kind == "missed":
            return np.minimum(np.ceil(np.exp(3.6 + noise - ahead)), 60)
        return noise * (2 if kind == "scatter" and ahead else 1) - ahead

    for ahead in (0.5, 2):
        truth = permutation.faster(times(100_000, 0), times(10_000, ahead))
        found = [permutation.sooner(times(n, 0), times(n, ahead)) for _ in range(250)]
        assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.91
    assert permutation.sooner(np.full(n, 9.0), np.full(n, 1.0)).high == 1
    assert 0.5 < permutation.sooner(np.full(n, 9.0), np.full(n, 1.0)).low < 1
    assert not permutation.sooner(np.ones(1), np.ones(1)).known


def test_few_pairs_have_no_interval() -> None:
    found = permutation.speedup(np.full(5, 20.0), np.full(5, 10.0))
    assert found.estimate == 2.0
    assert not found.known


def test_the_target_is_the_users_else_the_defaults_median(make: Callable[..., Path]) -> None:
    given = load(make(targets={"dev_error": 0.2}))
    assert convergence.target(given).value == 0.2
    assert "the study's own target" in summary.target_in_words(given)
    run = load(make())
    error = confirmed_curves.matrix(run, "defaults", "dev_error")
    least = [min(map(max, itertools.pairwise(row[1:]))) for row in error]
    assert convergence.target(run).value == pytest.approx(np.median(least))
    assert "median of what the defaults' networks held at two eval" in summary.target_in_words(run)
    nothing = load(make(confirmed=None))
    assert convergence.target(nothing) is None
    assert summary.target_in_words(nothing) == "no target: nothing was confirmed"
    lost = load(make(diverge_all=True, epochs=6))
    assert summary.target_in_words(lost).endswith("and held an error at two evaluations")


@pytest.mark.parametrize("seed", range(6))
def test_half_of_the_defaults_reach_the_target_of_their_own(
    make: Callable[..., Path], seed: int
) -> None:
    run = load(make(seed=seed))
    found = convergence.speed(run, convergence.target(run)).set_index("config")
    assert found.loc["defaults", "reach"] >= 0.5


def test_the_ladder_starts_below_the_initial_error(make: Callable[..., Path]) -> None:
    run = load(make())
    ladder = target_ladder.ladder(run)
    first = min(np.median(confirmed_curves.matrix(run, c, "dev_error")[:, 0]) for c in run.configs)
    assert len(ladder) == 20
    assert (np.diff(ladder) < 0).all()
    assert ladder[0] < first


@pytest.mark.parametrize("axis", convergence.AXES)
def test_every_cost_axis_has_its_common_horizon(make: Callable[..., Path], axis: str) -> None:
    run = load(make())
    aim = SpeedTarget("dev_error", 0.09, "made up")
    frame = convergence.times(run, aim, axis)
    assert (frame["time"] <= frame.attrs["tau"]).all()
    assert (frame["time"] > 0).all()


def test_networks_that_diverged_set_no_target(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("defaults diverged"))
    aim = convergence.target(run)
    assert aim is not None
    assert "the winner's networks" in aim.source
    values = confirmed_curves.matrix(run, str(run.winner), "dev_error")
    assert aim.value == pytest.approx(np.median(convergence.held(values)))
    assert convergence.target(load(folder_of("all diverged"))) is None


def test_one_time_for_all_has_no_interval() -> None:
    found = convergence.restricted(np.full(10, 3.0), 10, 60.0)
    assert (found.estimate, found.known) == (3.0, False)
    assert found.why == "all reached it at the same evaluation"
