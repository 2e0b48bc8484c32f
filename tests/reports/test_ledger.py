"""The ledger: its sums, its verdicts on made-up cases, and what it says when undecided."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reports import units
from reports.frames import Run, load
from reports.sections import answer_words
from reports.stats.bias_variance import deciding, ledger, limiting, measured_gaps, remedies
from reports.stats.bias_variance.gaps import BIAS, OVERFIT, SURE, VARIANCE, Gap, judge, margin_of
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import rows

Likely = tuple[float, float]  # an estimate, and P(gap > margin)


def gaps(
    bias: Likely, variance: Likely, overfit: Likely = (0.0, 0.0), margin: float = 0.005
) -> tuple[Gap, ...]:
    """Three gaps as (estimate, P)."""
    return tuple(
        Gap(name, Interval(value, value - 0.01, value + 0.01, 10, "made", "up"), p, margin,
            0.003, 0.006, 114)
        for name, (value, p) in zip((BIAS, VARIANCE, OVERFIT), (bias, variance, overfit),
                                    strict=True)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bias", "variance", "overfit", "ahead", "verdict"),
    [
        ((0.01, 0.5), (0.05, 0.99), (0.0, 0.1), 0.01, "high variance"),
        ((0.05, 0.99), (0.01, 0.5), (0.0, 0.1), 0.99, "high bias"),
        ((0.05, 0.99), (0.08, 0.98), (0.0, 0.1), 0.04, "high variance"),  # both: the larger
        ((0.04, 0.99), (0.06, 0.70), (0.0, 0.1), 0.20, "not decided"),  # the wide one may be larger
        ((0.05, 0.99), (0.04, 0.99), (0.0, 0.1), 0.90, "not decided"),  # not surely the larger
        ((0.05, 0.99), (0.08, 0.97), (0.0, 0.1), 0.04, "not decided"),  # the margin in 95 % bounds
        ((0.01, 0.50), (0.02, 0.60), (0.0, 0.1), 0.30, "not decided"),
        ((0.01, 0.50), (0.02, 0.99), (0.03, 0.85), 0.01, "not decided"),  # dev overfit is larger
        ((0.00, 0.01), (0.00, 0.02), (0.0, 0.02), 0.5, "no large gap"),
        ((0.00, math.nan), (0.05, 0.99), (0.0, 0.1), 0.01, "not decided"),  # one replicate
        ((0.00, 0.01), (0.05, 0.99), (0.0, 0.1), math.nan, "not decided"),
    ],
)
def test_the_rule(
    bias: Likely,
    variance: Likely,
    overfit: Likely,
    ahead: float,
    verdict: str,
) -> None:
    found = gaps(bias, variance, overfit)
    assert judge(found, ahead) == verdict
    conditional = {"high bias": "bias or noise"}.get(verdict, verdict)
    assert judge(found, ahead, known=False) == conditional


@pytest.mark.parametrize(
    ("kind", "dev", "regression", "margin"),
    [("error", 0.02, False, 0.005), ("error", 0.2, False, 0.02), ("loss", 0.2, False, 0.02),
     ("error", 0.02, True, 0.002)],
)  # fmt: skip
def test_the_margin(kind: str, dev: float, regression: bool, margin: float) -> None:
    assert margin_of(kind, dev, regression) == pytest.approx(margin)


@pytest.mark.parametrize("what", [{}, {"task": "regression"}, {"task": "multiclass"}])
def test_the_gaps_add_up_to_the_test_error(make: Callable[..., Path], what: dict[str, Any]) -> None:
    run = load(make(**what))
    for one in ledger.ledgers(run):
        total = one.reference + sum(gap.interval.estimate for gap in one.gaps)
        assert total == pytest.approx(float(run.rows_of(one.config)["test_error"].mean()))


def test_a_planted_gap_is_found(make: Callable[..., Path], copy: Callable[[Path], Path]) -> None:
    folder = copy(make(rows=3000))
    import pandas as pd

    confirm = pd.read_parquet(folder / "confirm.parquet")
    confirm["train_error"] = 0.0001 * (1 + confirm["replicate"])
    confirm.to_parquet(folder / "confirm.parquet")
    found = ledger.ledgers(load(folder))[0]
    assert found.verdict == "high variance"
    assert found.gap(VARIANCE).p > 0.99
    assert found.gap(BIAS).p < 0.01


def without_an_error(
    copy: Callable[[Path], Path], make: Callable[..., Path], train: float = 0.0, **what: Any
) -> Run:
    """A run whose networks err on no row of dev or test, and every other one on some in train."""
    import pandas as pd

    folder = copy(make(**what))
    with np.load(folder / "predictions.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    for split in ("dev", "test"):
        right = np.eye(2)[arrays[f"{split}_target"]]
        for name in arrays:
            if name.endswith(f"/{split}"):
                arrays[name] = np.broadcast_to(np.log(0.8 * right + 0.1), arrays[name].shape)
    np.savez(folder / "predictions.npz", **arrays)
    confirm = pd.read_parquet(folder / "confirm.parquet")
    confirm[["dev_error", "test_error"]] = 0.0
    confirm["train_error"] = train * (confirm["replicate"] % 2)
    confirm["status"] = "ok"
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    return load(folder)


def test_few_rows_without_an_error_decide_nothing(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    found = ledger.ledgers(without_an_error(copy, make, rows=20))[0]
    variance = found.gap(VARIANCE)
    assert found.verdict == "not decided"
    assert variance.interval.low == variance.interval.estimate == 0
    assert variance.interval.high == pytest.approx(1 - 0.05 ** (1 / 20), rel=0.02)
    assert 0.05 < variance.p <= 0.5
    assert "the small number of rows is the larger source of noise" in found.decide
    assert found.decide.endswith("holds, about 600 dev rows (now 20) would decide it.")


def test_seeds_are_not_blamed_where_no_row_is_wrong(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    """Networks that err now and then in training alone: more of them would decide nothing."""
    run = without_an_error(copy, make, train=0.0005, rows=20)
    found = ledger.ledgers(run)[0]
    assert found.gap(VARIANCE).seed_error > found.gap(VARIANCE).row_error == 0
    assert "the small number of rows is the larger source of noise" in found.decide
    assert "replicates" not in found.decide


def test_many_rows_without_an_error_are_no_large_gap(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    found = ledger.ledgers(without_an_error(copy, make, rows=2000))[0]
    assert found.verdict == "no large gap"
    assert 0 < found.gap(VARIANCE).interval.high < found.gap(VARIANCE).margin


def test_the_same_errors_of_two_settings_are_no_certain_zero(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    run = without_an_error(copy, make, rows=20)
    found = rows.difference_on_new_rows(run, run.configs[0], run.configs[1], "test")
    assert found.estimate == 0
    assert found.high == pytest.approx(1 - 0.1 ** (1 / 20), rel=0.02)
    assert found.low == pytest.approx(-found.high, rel=0.02)


@pytest.mark.parametrize("kind", ["ordinary", "multiclass", "regression"])
def test_p_agrees_with_the_interval(folder_of: Callable[[str], Path], kind: str) -> None:
    for one in ledger.ledgers(load(folder_of(kind))):
        for gap in one.gaps:
            assert (gap.p >= SURE) == (gap.interval.low >= gap.margin)
            assert (gap.p <= 1 - SURE) == (gap.interval.high <= gap.margin)


def test_without_a_train_error_that_is_what_is_missing(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make())
    frame = pd.read_parquet(folder / "confirm.parquet")
    frame["train_error"] = math.nan
    frame.to_parquet(folder / "confirm.parquet", index=False)
    found = ledger.ledgers(load(folder))[0]
    assert found.decide == (
        "No train error is known: the trainer may yield train_error or train_outputs."
    )


def test_networks_that_all_diverged_have_no_gap(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("all diverged"))
    found = ledger.ledgers(run)[0]
    assert found.verdict == "not decided"
    assert found.decide.startswith("Every network diverged")
    for gap in found.gaps:
        assert not gap.interval.known
        assert math.isnan(gap.p)
        assert gap.interval.why == "every network diverged"
    difference = rows.difference_on_new_rows(run, run.configs[0], run.configs[1], "test")
    assert not difference.known


@pytest.mark.parametrize(
    "kind", ["two seeds", "ordinary", "multiclass", "regression", "defaults diverged"]
)
def test_no_interval_leaves_what_is_possible(folder_of: Callable[[str], Path], kind: str) -> None:
    run = load(folder_of(kind))
    for one in (*ledger.ledgers(run), *ledger.loss_ledgers(run)):
        low, high = units.unit(run, one.metric).ends
        for gap in one.gaps:
            found = gap.interval
            if not found.known:
                assert found.why
                continue
            ends = (low, high) if gap.name == BIAS else (low - high, high - low)
            assert ends[0] - one.reference <= found.low <= found.estimate <= found.high <= ends[1]


@pytest.mark.parametrize(
    ("train", "reference"), [((0.01, 0.09), 0.0), ((0.97, 0.99), 0.0), ((0.02, 0.3, 0.05), 0.1)]
)
def test_the_bias_of_a_few_seeds_stays_on_its_scale(
    train: tuple[float, ...], reference: float
) -> None:
    errors, scale = np.array(train), measured_gaps.ErrorScale((0.0, 1.0), 300)
    gap = measured_gaps.bias(errors, reference, 0.01, scale)
    plain = intervals.t_mean(errors - reference)
    assert not -reference <= plain.low <= plain.high <= 1 - reference
    assert -reference <= gap.interval.low < gap.interval.estimate < gap.interval.high
    assert gap.interval.high <= 1 - reference
    assert gap.interval.low == pytest.approx(max(plain.low, -reference))
    assert gap.interval.high == pytest.approx(min(plain.high, 1 - reference))


@pytest.mark.parametrize(
    ("seeds", "wrong"), [(2, 3.0), (3, 3.0), (3, 0.2), (5, 0.2), (10, 0.2), (20, 0.1), (10, 30.0)]
)
def test_the_bias_covers(seeds: int, wrong: float) -> None:
    """Networks that err on a Poisson number of 341 rows: the interval holds the mean in 92 %."""
    rng, scale = np.random.default_rng(seeds), measured_gaps.ErrorScale((0.0, 1.0), 341)
    runs = rng.poisson(wrong, (600, seeds)) / 341
    found = [measured_gaps.bias(train, 0.0, 0.005, scale).interval for train in runs]
    held = np.mean([one.low <= wrong / 341 <= one.high for one in found])
    assert held >= 0.92


def test_networks_without_an_error_in_training_are_no_certain_zero() -> None:
    scale = measured_gaps.ErrorScale((0.0, 1.0), 20)
    gap = measured_gaps.bias(np.zeros(3), 0.0, 0.005, scale)
    assert gap.interval.low == gap.interval.estimate == 0
    assert gap.interval.high == pytest.approx(4.303 / 60, rel=1e-3)
    assert 0.05 < gap.p < 0.5


def with_errors(
    copy: Callable[[Path], Path],
    make: Callable[..., Path],
    train: float,
    extra: float,
    networks: int = 20,
    rows: int = 4000,
    **what: Any,
) -> Run:
    """A run whose networks err on a share `train` of the training rows, and `extra` more on dev."""
    folder = copy(make(rows=rows, confirmed=networks, **what))
    rng = np.random.default_rng(0)
    with np.load(folder / "predictions.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    confirm = pd.read_parquet(folder / "confirm.parquet")
    confirm["train_error"], confirm["status"] = train, "ok"
    for split in ("dev", "test"):
        target = arrays[f"{split}_target"]
        for name in confirm["config"].unique():
            mine = confirm["config"] == name
            wrong = rng.random((int(mine.sum()), len(target))) < train + extra
            said = np.where(wrong, 1 - target, target)
            arrays[f"{name}/{split}"] = np.log(0.8 * np.eye(2)[said] + 0.1)
            confirm.loc[mine, f"{split}_error"] = wrong.mean(axis=1)
    confirm.loc[confirm["kind"] == "network", "train_error"] += 0.001 * rng.normal(
        size=int((confirm["kind"] == "network").sum())
    )
    np.savez(folder / "predictions.npz", **arrays)
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    return load(folder)


@pytest.mark.parametrize("reference", [None, 0.001])
def test_the_flip_is_where_the_verdict_changes(
    make: Callable[..., Path], copy: Callable[[Path], Path], reference: float | None
) -> None:
    folder = with_errors(copy, make, train=0.2, extra=0.05, top=1, defaults=False).folder

    def judged(reference: float | None) -> ledger.Ledger:
        run = load(folder)
        run.provenance["reference"] = reference
        return ledger.ledgers(run)[0]

    one = judged(reference)
    assert math.isfinite(one.flip)
    before, after = judged(max(0.97 * one.flip, 1e-9)), judged(one.flip)
    assert (before.verdict, after.verdict) == (one.given, one.flips_to)


def test_without_a_reference_what_remains_in_training_is_bias_or_noise(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    run = with_errors(copy, make, train=0.2, extra=0.0)
    one = ledger.ledgers(run)[0]
    assert (one.verdict, one.given) == ("bias or noise", "high bias")
    said = answer_words.remains_in_words(run)
    assert "cannot be told apart without a reference error" in said
    name, best = ledger.best_tried(run)
    tried = run.confirm.groupby("config")["dev_error"].mean()
    assert tried[name] == tried.min()
    assert units.unit(run, "test_error").interval(best) in said
    cure = " ".join(remedies.remedies(run, one.config, one.verdict))
    assert cure.startswith("First find out what a perfect model would err")
    assert "If it is bias:" in cure


def test_with_a_reference_it_is_called_bias(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    run = with_errors(copy, make, train=0.2, extra=0.0, reference=0.05)
    one = ledger.ledgers(run)[0]
    assert one.verdict == "high bias"
    assert "noise" not in answer_words.remains_in_words(run)


@pytest.mark.parametrize(
    ("reference", "extra", "verdict"),
    [
        (None, 0.0, "bias or noise"),
        (0.05, 0.0, "high bias"),
        (0.19, 0.0, "no large gap"),
        (0.15, 0.2, "high variance"),
        (0.11, 0.09, "not decided"),
    ],
)
def test_a_baseline_is_judged_by_the_reference_too(
    make: Callable[..., Path],
    copy: Callable[[Path], Path],
    reference: float | None,
    extra: float,
    verdict: str,
) -> None:
    """It errs on a fifth of the training rows; the margin is a tenth of its dev error."""
    run = with_errors(copy, make, train=0.2, extra=extra, reference=reference)
    assert limiting.limit(run, "logistic regression").verdict == verdict


def test_variance_is_high_at_any_reference_where_it_is_above_the_train_error(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    assert ledger.ledgers(with_errors(copy, make, 0.02, 0.1))[0].verdict == "high variance"


def test_of_few_seeds_the_lead_is_as_unsure_as_t_says(make: Callable[..., Path]) -> None:
    """At the level of a verdict: where the bound of t is at 0, P(bias > variance) is .95."""
    run = load(make(confirmed=5, rows=20_000))
    config = run.configs[2]  # what was not chosen owes nothing to its seeds
    rows_of = run.rows_of(config)
    lead = (2 * rows_of["train_error"] - rows_of["dev_error"]).to_numpy(float)
    bound = lead.mean() - stats.t.ppf(0.95, 4) * stats.sem(lead)
    drawn = ledger._lead(run, config, "error")
    assert np.quantile(drawn, 0.05) == pytest.approx(bound, abs=0.25 * (lead.mean() - bound))


def test_undecided_says_what_would_decide(make: Callable[..., Path]) -> None:
    run = load(make(rows=60, confirmed=3))
    undecided = [one for one in ledger.ledgers(run) if one.verdict == "not decided"]
    assert undecided
    assert all("source of noise" in one.decide or "dev rows" in one.decide for one in undecided)


def test_one_replicate_is_undecided_and_says_so(make: Callable[..., Path]) -> None:
    found = ledger.ledgers(load(make(confirmed=1, replicates=1)))
    assert {one.verdict for one in found} == {"not decided"}
    assert all(one.decide.startswith("One replicate") for one in found)


def test_the_row_error_is_the_sd_over_root_n() -> None:
    losses = np.random.default_rng(0).random((1, 400))
    expected = losses.std(ddof=1) / 20
    assert measured_gaps.row_error(losses, root=False, of=None) == pytest.approx(expected)
    alone = np.random.default_rng(1).permutation(400)
    assert measured_gaps.row_error(losses, root=False, of=alone) == pytest.approx(expected)


def test_the_row_error_of_rows_that_come_in_fives_is_that_of_the_fives() -> None:
    each = np.random.default_rng(0).random((1, 80))
    group = np.repeat(np.arange(80), 5)
    expected = each.std(ddof=1) / math.sqrt(80)
    found = measured_gaps.row_error(np.repeat(each, 5, axis=1), root=False, of=group)
    assert found == pytest.approx(expected)
    assert measured_gaps.row_error(each, root=False, of=np.zeros(80, int)) == 0.0


def test_cures_compare_with_the_defaults(make: Callable[..., Path]) -> None:
    run = load(make())
    frame = ledger.cures(run)
    assert set(frame["base"]) == {"defaults"}
    gap = {
        name: (rows["dev_error"] - rows["train_error"]).mean()
        for name, rows in run.networks.groupby("config")
    }
    for row in frame.itertuples():
        assert row.variance.estimate == pytest.approx(gap[row.config] - gap["defaults"])


@pytest.mark.parametrize("seed", range(5))
def test_as_many_more_seeds_as_are_asked_for_do_decide(seed: int) -> None:
    """If the estimate holds: the same spread over so many networks leaves the margin outside."""
    rng = np.random.default_rng(seed)
    train, distance = rng.normal(0.06, 0.02, 2), 0.05
    wanted = deciding._seeds_needed(float(train.var(ddof=1)), 2, distance, 0.0)
    assert wanted > 2
    for n in (wanted, wanted - 1):
        spread = np.full(n, 0.06)
        spread[: n // 2 * 2] += np.resize([1, -1], n // 2 * 2)
        spread = 0.06 + (spread - spread.mean()) / spread.std(ddof=1) * train.std(ddof=1)
        found = intervals.t_mean(spread)
        assert (found.low >= 0.06 - distance) == (n == wanted) or n == 2


def test_where_the_rows_are_the_noise_no_number_of_seeds_will_do() -> None:
    assert deciding._seeds_needed(1e-6, 10, 0.01, 0.02) == 0
