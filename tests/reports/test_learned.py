"""What the network learned: numbers with a known truth, and what the page says of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from reports.figures import residuals as residual_figures
from reports.frames import Run, RunFolderError, load
from reports.sections.learned import rows as learned_rows
from reports.sections.learned.section import learned
from reports.stats.learned import calibration, confusion, ranking, relied, residuals, unseen, worst
from reports.stats.learned.unseen import Unseen


@pytest.fixture
def run(folder_of: Callable[[str], Path]) -> Run:
    """Two classes, on one split."""
    return load(folder_of("ordinary"))


def saying(run: Run, target: np.ndarray, said: np.ndarray, split: str = "test") -> Run:
    """The run with other rows: target (n,), said (networks, n, K)."""
    of = np.repeat(np.arange(len(said))[:, None], len(target), axis=1)
    found = Unseen(split, target, said, of, np.ones(of.shape, bool))
    return replace(run, memo={f"unseen/{split}": found})


def classes(rng: np.random.Generator, rows: int, networks: int, sharp: float) -> tuple:
    """Classes drawn with probabilities that come true, told `sharp` times as surely."""
    score = rng.normal(0, 2, rows)
    target = (rng.random(rows) < 1 / (1 + np.exp(-score))).astype(int)
    told = sharp * score + np.zeros((networks, 1))
    return target, -np.logaddexp(0, np.stack([told, -told], axis=-1))


def test_probabilities_that_come_true_are_called_so(run: Run) -> None:
    rng = np.random.default_rng(0)
    answers = {1.0: [], 2.0: [], 0.4: []}
    for sharp, found in answers.items():
        for _ in range(60):
            (one,) = calibration.calibration(saying(run, *classes(rng, 300, 3, sharp)))
            found.append(one.answer)
    assert answers[1.0].count("calibrated") >= 52
    assert answers[2.0].count("too sure") >= 52
    assert answers[0.4].count("not sure enough") >= 52


def test_bins_hold_what_they_say(run: Run) -> None:
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(40):
        (one,) = calibration.calibration(saying(run, *classes(rng, 400, 2, 1.0)))
        assert one.bins["rows"].sum() == pytest.approx(400)
        inside += list(
            (one.bins["low"] <= one.bins["said"]) & (one.bins["said"] <= one.bins["high"])
        )
    assert np.mean(inside) >= 0.92


def test_the_area_and_the_precision_are_the_usual_ones(run: Run) -> None:
    rng = np.random.default_rng(2)
    target, _ = classes(rng, 200, 1, 1.0)
    scores = np.round(target + rng.normal(0, 1, (3, 200)), 1)  # with ties
    said = -np.logaddexp(0, np.stack([scores, -scores], axis=-1))
    (one,) = ranking.ranking(saying(run, target, said))
    areas = [metrics.roc_auc_score(target, each) for each in scores]
    precisions = [metrics.average_precision_score(target, each) for each in scores]
    assert one.area.estimate == pytest.approx(np.mean(areas))
    assert one.average_precision == pytest.approx(np.mean(precisions))
    under = np.trapezoid(one.roc["found"], one.roc["false"])
    assert under == pytest.approx(one.area.estimate, abs=0.005)


def test_the_areas_interval_covers_the_truth(run: Run) -> None:
    """Scores of two normals a distance of 2 apart: the area is Φ(√2) = .9214."""
    rng, inside = np.random.default_rng(7), 0
    for _ in range(200):
        target = rng.permutation(np.arange(120) % 2)
        row = 2 * target + rng.normal(0, 1, 120)
        scores = np.repeat(row[None], 4, axis=0)
        said = -np.logaddexp(0, np.stack([scores, -scores], axis=-1))
        (one,) = ranking.ranking(saying(run, target, said))
        inside += one.area.low <= 0.9214 <= one.area.high
    assert 182 <= inside <= 199


def test_a_matrix_has_every_row_once(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("folds"))
    for one, split in zip(confusion.confusion(run), ("dev", "test"), strict=True):
        target = run.predictions.target(split)
        np.testing.assert_allclose(one.rows.sum(axis=1), np.bincount(target, minlength=2))
        right = np.trace(one.rows) / len(target)
        errors = run.predictions.of(run.winner, split).argmax(axis=-1) != target
        assert right == pytest.approx(1 - errors.mean())


def test_numbers_are_in_the_targets_own_unit(run: Run) -> None:
    rng = np.random.default_rng(4)
    target, said = rng.normal(0, 1, 150), rng.normal(0, 1, (3, 150, 1))
    data = run.provenance["data"] | {"target_sd": 20.0, "target_mean": 300.0}
    found = saying(run, target, said + target[:, None])
    found = replace(found, provenance=run.provenance | {"task": "regression", "data": data})
    (one,) = residuals.residuals(found)
    off = 20 * said[..., 0]
    assert one.frame["actual"].to_numpy() == pytest.approx(300 + 20 * target)
    assert one.rmse.estimate == pytest.approx(np.sqrt((off**2).mean()))
    assert one.absolute.estimate == pytest.approx(np.abs(off).mean())
    share = (off**2).mean() / (20 * target).var()
    assert one.explained.estimate == pytest.approx(1 - share)
    for interval in (one.rmse, one.absolute, one.explained, one.slope):
        assert interval.low < interval.estimate < interval.high


def test_a_root_has_the_interval_of_the_bootstrap(run: Run) -> None:
    rng = np.random.default_rng(5)
    target, said = np.zeros(200), rng.standard_t(8, (1, 200, 1)).repeat(5, axis=0)
    found = replace(saying(run, target, said), provenance=run.provenance | {"task": "regression"})
    (one,) = residuals.residuals(found)
    rows = rng.integers(0, 200, (4000, 200))
    drawn = np.sqrt((said[0, :, 0] ** 2)[rows].mean(axis=1))
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert one.rmse.high - one.rmse.low == pytest.approx(high - low, rel=0.12)


def test_a_column_that_is_not_used_has_no_rise(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(folder_of("folds"))
    run = load(folder)
    found = unseen.unseen(run, "dev")
    wrong = (found.guesses != found.target).astype(float)
    networks = np.arange(20)[:, None, None] == found.of
    by_network = (networks * wrong).sum(axis=(1, 2)) / networks.sum(axis=(1, 2))
    row = np.stack([wrong.mean(axis=0), np.ones(found.n)], axis=1)
    network = np.stack([by_network, np.ones(20)], axis=1)
    names = np.array(["unused", "all"])
    arrays = dict(np.load(folder / "learned.npz"))
    shuffled = {"columns": names, "network": network, "row": row}
    np.savez(folder / "learned.npz", **arrays | {f"shuffled/{k}": v for k, v in shuffled.items()})
    rises = dict(relied.relied(load(folder)).columns)
    assert rises["unused"].estimate == pytest.approx(0, abs=1e-9)
    assert not rises["unused"].low > 0
    assert rises["all"].estimate == pytest.approx(1 - wrong.mean())
    assert rises["all"].low > 0


def test_the_worst_rows_are_those_of_the_largest_loss(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("multiclass"))
    found = worst.worst(run)
    said, target = run.predictions.of(run.winner, "test"), run.predictions.target("test")
    losses = -np.exp(said[:, np.arange(len(target)), target]).mean(axis=0)
    wrong = (said.argmax(axis=-1) != target).any(axis=0)
    order = [place for place in np.argsort(-losses) if wrong[place]][: worst.SHOWN]
    assert [one.place for one in found.rows] == order
    assert [one.row for one in found.rows] == [place + 7 for place in order]
    assert [one.right for one in found.rows] == list(target[order])


def test_a_class_that_is_never_found_is_not_put_down_to_its_labels(
    folder_of: Callable[[str], Path],
) -> None:
    run = load(folder_of("multiclass"))
    target = np.array([0, 0, 0, 1, 1, 2])
    said = np.log(np.full((2, 6, len(run.provenance["classes"])), 1e-3))
    said[:, np.arange(6), [0, 0, 1, 1, 1, 1]] = 0.0  # a row of 0 is wrong, and the only one of 2
    found = worst.worst(saying(run, target, said))
    assert (found.lost, found.always) == ((2,), 1)
    words = learned_rows._always(run, found)
    assert words.startswith(f"No network finds a row of '{run.provenance['classes'][2]}': too few")
    assert words.endswith("On 1 other row every network is wrong: look at their labels first. ")


def test_lines_are_told_where_the_predictions_have_them(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(folder_of("multiclass"))
    arrays = dict(np.load(folder / "predictions.npz"))
    np.savez(folder / "predictions.npz", **arrays, test_line=2 * np.arange(114) + 1)
    run = load(folder)
    each = worst.worst(run).rows
    assert [one.line for one in each] == [2 * one.place + 1 for one in each]
    (table,) = (one for one in learned(run).blocks if one.kind == "table")
    assert [column.label for column in table.columns][:2] == ["Row", "Line"]


def test_many_rows_are_thinned_but_for_the_worst(run: Run) -> None:
    rng = np.random.default_rng(6)
    said = rng.normal(0, 1, (1, 5000, 1))
    provenance = run.provenance | {"task": "regression"}
    (one,) = residuals.residuals(replace(saying(run, np.zeros(5000), said), provenance=provenance))
    few = residual_figures.thinned(one.frame)
    assert len(few) <= residual_figures.MOST + 1
    assert few["residual"].abs().max() == one.frame["residual"].abs().max()


def test_an_earlier_run_says_what_is_missing(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(folder_of("multiclass"))
    (folder / "learned.npz").unlink()
    found = learned(load(folder))
    said = " ".join(w for one in found.blocks if one.kind == "text" for w in one.paragraphs)
    assert "Run the study again in the same folder" in said
    figures = [one.figure.id for one in found.blocks if one.kind == "plot"]
    assert figures == ["confusion", "calibration"]


def test_a_file_of_other_rows_is_refused_in_a_line(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(folder_of("ordinary"))
    arrays = dict(np.load(folder / "learned.npz"))
    arrays["shuffled/row"] = arrays["shuffled/row"][:5]
    np.savez(folder / "learned.npz", **arrays)
    with pytest.raises(RunFolderError, match=r"learned.npz: shuffled: expected 114 rows .* got 5"):
        learned(load(folder))
