"""Weighted metrics: scikit-learn's with its sample weights, and the search's own at weights one."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn

from reports.stats.sampling import bootstrap, scores
from reports.stats.sampling.intervals import Array
from reports.stats.settings import measures
from sweeps.study.metrics import METRICS, OF_OUTPUTS, ScoreInputs

# The metrics of rows that need no more than the loss, which every run has.
OF_LOSS = {"log_loss"}
ROC = {"multi_class": "ovr", "average": "macro"}


def made(
    classes: int, rows: int = 60, networks: int = 3, seed: int = 0, ties: bool = False
) -> tuple[Array, Array]:
    """Labels of every class, and what networks that know something of them say."""
    rng = np.random.default_rng(seed)
    target = np.concatenate([np.arange(classes), rng.integers(0, classes, rows - classes)])
    logits = rng.normal(size=(networks, rows, classes)) + 1.5 * np.eye(classes)[target]
    logits = logits.round() if ties else logits
    return target, logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def sklearns(name: str, target: Array, outputs: Array, weights: Array | None) -> Any:
    said, of = outputs.argmax(axis=-1), {"sample_weight": weights}
    if name == "balanced_error":
        return 1 - sklearn.balanced_accuracy_score(target, said, **of)
    if name == "macro_f1":
        return sklearn.f1_score(target, said, average="macro", **of)
    if name == "mean_absolute_error":
        return sklearn.mean_absolute_error(target, outputs[:, 0], **of)
    if outputs.shape[-1] == 2:
        return sklearn.roc_auc_score(target, outputs[:, 1], **of)
    each = [sklearn.roc_auc_score(target == c, outputs[:, c], **of) for c in np.unique(target)]
    return np.mean(each)  # scikit-learn's own takes no scores that do not add up to 1


CASES = [(name, k, ties) for name in ("balanced_error", "macro_f1", "auc") for k in (2, 3, 7)
         for ties in (False, True)]  # fmt: skip


@pytest.mark.parametrize(("name", "classes", "ties"), CASES)
def test_a_weighted_metric_is_scikit_learns(name: str, classes: int, ties: bool) -> None:
    target, outputs = made(classes, ties=ties)
    weights = np.random.default_rng(1).exponential(size=(4, len(target)))
    found = scores.SCORES[name].of(target, outputs, weights)
    expected = [[sklearns(name, target, one, row) for one in outputs] for row in weights]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_a_class_that_is_said_and_not_there_counts_in_f1() -> None:
    target, outputs = made(4)
    kept = target != 3
    found = scores.plain(scores.SCORES["macro_f1"], target[kept], outputs[:, kept])
    expected = [sklearns("macro_f1", target[kept], one, None) for one in outputs[:, kept]]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("name", list(scores.SCORES))
def test_at_weights_of_one_it_is_the_metric_of_the_search(name: str) -> None:
    score, number = scores.SCORES[name], name == "mean_absolute_error"
    target, outputs = made(3)
    if number:
        target, outputs = np.linspace(-1, 1, 60), outputs[..., :1]
    searched = METRICS[name]
    expected = searched.of(ScoreInputs({}, lambda: outputs, target))
    assert scores.plain(score, target, outputs) == pytest.approx(expected)
    assert (score.sign == 1) == (searched.direction == "minimize")


@pytest.mark.parametrize("name", list(scores.SCORES))
def test_a_row_of_weight_two_is_the_row_twice(name: str) -> None:
    target, outputs = made(3)
    if name == "mean_absolute_error":
        outputs = outputs[..., :1]
    twice = np.random.default_rng(2).integers(0, 3, len(target))
    again = np.repeat(np.arange(len(target)), twice)
    score = scores.SCORES[name]
    found = score.of(target, outputs, twice[None].astype(float))[0]
    assert found == pytest.approx(scores.plain(score, target[again], outputs[:, again]))


@pytest.mark.parametrize("name", ["balanced_error", "macro_f1", "auc"])
def test_few_rows_that_are_all_right_are_no_certainty(name: str) -> None:
    target = np.arange(40) % 2
    outputs = np.log(0.8 * np.eye(2)[target] + 0.1)[None]
    rows = bootstrap.row_weights(np.random.default_rng(0), 40)
    drawn = scores.drawn(scores.SCORES[name], target, outputs, rows)
    best = 0 if name == "balanced_error" else 1
    low, high = bootstrap.percentiles(drawn[:, 0])
    assert best == pytest.approx(low if best == 0 else high)
    assert 0.03 < high - low < 0.16


def test_blocks_of_draws_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    target, outputs = made(3)
    rows = bootstrap.row_weights(np.random.default_rng(0), len(target), of=target)
    whole = scores.drawn(scores.SCORES["auc"], target, outputs, rows)
    monkeypatch.setattr(scores, "AT_A_TIME", 1000)
    np.testing.assert_array_equal(scores.drawn(scores.SCORES["auc"], target, outputs, rows), whole)


def test_every_metric_of_outputs_is_compared_on_test_rows() -> None:
    """Without a row here settings would be compared over networks, on dev rows."""
    assert set(scores.SCORES) == set(OF_OUTPUTS) - OF_LOSS
    assert set(measures.OF_ROWS) >= set(OF_OUTPUTS)


@pytest.mark.parametrize("name", [name for name, one in scores.SCORES.items() if one.losses])
def test_a_score_of_losses_is_their_mean(name: str) -> None:
    """What its intervals are drawn from is what it says itself."""
    score = scores.SCORES[name]
    target, outputs = made(3)
    assert score.losses is not None
    each = score.losses(target, outputs[..., :1])
    assert each.mean(axis=1) == pytest.approx(scores.plain(score, target, outputs[..., :1]))
