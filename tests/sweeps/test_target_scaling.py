"""The scale on which a number is trained: fitted on training rows, of no score, kept."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.arrays import target_scaling
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.source.source_table import SourceTable
from sweeps.phases.confirm import Candidate, Confirmation
from sweeps.phases.prepare import prepare
from sweeps.results import model_file
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import Objective
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.training import networks, reported, seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.sweeps import helpers as small

SCALES = tuple(target_scaling.TARGET_SCALES)


def table(rows: int = 120, orders: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.uniform(-1, 1, rows), "b": rng.uniform(-1, 1, rows)})
    signal = frame["a"] + frame["b"] + rng.normal(0, 0.02, rows)
    return frame.assign(y=np.exp(signal * orders))


def divided(frame: pd.DataFrame) -> DividedTable:
    return loading.divided(SourceTable(frame, "y", "digest"), DataSpec(source="t.csv", target="y"))


def loaded(frame: pd.DataFrame, resample: str, dtype: str = "float32") -> Dataset:
    """With the rows of the confirmation, or of the search."""
    known = divided(frame)
    dataset = loading.encoded(known, dtype)
    if resample == "folds":
        confirm = Confirm(top=1, replicates=3, folds=3)
        return folded_dataset.folded(known, dataset, confirm, dtype)
    if resample == "none":
        return dataset
    spec = ReplicatesSpec.model_validate({"count": 3, "resample": resample})
    return resampled_dataset.resampled(known, dataset, spec, dtype)


def task(name: str, keep: bool = False, epochs: int = 3, dtype: str = "float32") -> Task:
    config = VOCABULARY.defaults() | {"hidden": (8,), "epochs": epochs, "learning_rate": 0.03}
    goal = Objective(metric="mean_absolute_error", at="last")
    config = config | {"target_scale": name}
    return Task(0, config, 0, seeds.SEARCH, range(3), (goal,), dtype, keep=keep)


@pytest.mark.parametrize("name", SCALES)
def test_a_scale_is_scikit_learns_and_goes_back(name: str) -> None:
    dataset = loaded(table(orders=3), "none", "float64")
    target = dataset.target
    train, dev = (dataset.labels[p][:, None] * target.scale + target.mean for p in ("train", "dev"))
    if name == "log":
        theirs = StandardScaler().fit(np.log(train)).transform(np.log(dev))
    else:
        made = QuantileTransformer(output_distribution="normal", n_quantiles=len(train))
        theirs = made.fit(train).transform(dev)
    scaled = target_scaling.scaled(dataset, name)
    np.testing.assert_allclose(scaled.parts["dev"].y, theirs, rtol=1e-6, atol=1e-6)
    inside = (train.min() <= dev[:, 0]) & (dev[:, 0] <= train.max())
    back = scaled.scale.outputs(scaled.parts["dev"].y[:, 0])
    np.testing.assert_allclose(back[inside], dataset.labels["dev"][inside], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("resample", ["none", "kfold", "folds"])
def test_scores_are_in_the_studys_units(name: str, resample: str) -> None:
    dataset = loaded(table(), resample)
    outcome = train(task(name, keep=resample != "kfold", epochs=30), dataset)
    for part in ("dev", "test") if resample != "kfold" else ("dev",):
        for number in range(3):
            labels = dataset.of(number).labels[part]
            said = outcome.arrays[f"{part}_outputs"][number, : len(labels), 0]
            mean_square = ((said - labels) ** 2).mean()
            assert outcome.final[f"{part}_loss"][number] == pytest.approx(mean_square, rel=1e-4)
            assert outcome.final[f"{part}_error"][number] == pytest.approx(
                mean_square**0.5, rel=1e-4
            )
            assert mean_square < dataset.of(number).constants[f"{part}_loss"] * 2


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("resample", ["none", "folds"])
def test_a_saved_model_says_the_tables_numbers(tmp_path: Path, name: str, resample: str) -> None:
    frame = table()
    dataset = loaded(frame, resample)
    job = task(name, keep=True)
    outcome = train(job, dataset)
    winner = Confirmation(Candidate("", 0, job.config, False, 0.0), outcome, 1)
    model_file.save(tmp_path / "model.npz", winner, dataset)
    saved = model_file.load(tmp_path / "model.npz")
    said = saved.networks(frame.iloc[divided(frame).parts["test"]])
    target = dataset.target
    studys = ((said - target.mean) / target.scale).astype(np.float32)
    np.testing.assert_allclose(studys, outcome.arrays["test_outputs"], rtol=1e-6, atol=1e-6)
    kept = [fold.scales.target for fold in saved.folds] or [saved.scales.target]
    for ours, one in zip(target_scaling.fitted(dataset, name), kept, strict=True):
        assert one is not None
        for key, values in ours.arrays().items():
            np.testing.assert_array_equal(one.arrays()[key], values)


def test_six_orders_of_magnitude_are_predicted_by_their_ratio() -> None:
    """By its logarithm the smallest are right within a factor; on the usual scale they are lost."""
    dataset = loaded(table(300, orders=3.5), "none")
    target = dataset.target
    true = dataset.labels["dev"] * target.scale + target.mean

    def far(name: str) -> float:
        said = train(task(name, epochs=60), dataset).arrays["dev_outputs"][..., 0].astype(float)
        numbers = np.maximum(said * target.scale + target.mean, 1e-3)
        return float(np.median(np.abs(np.log(numbers / true))[:, true < np.median(true)]))

    assert far("log") < np.log(1.5)
    assert far("standardize") > np.log(4)


def test_a_network_gone_astray_says_a_number() -> None:
    dataset = loaded(table(), "none")
    (made,) = target_scaling.fitted(dataset, "log")
    numbers = table()["y"].iloc[divided(table()).parts["train"]]
    far = made.backward(np.array([-1e30, 1e30], np.float32))
    ratio = numbers.max() / numbers.min()
    np.testing.assert_allclose(far, [numbers.min() / ratio, numbers.max() * ratio], rtol=1e-6)
    assert np.isnan(made.backward(np.array([np.nan]))).all()


STUDY = """
name: small
data: {source: t.csv, target: y}
space: {target_scale: [standardize, log], learning_rate: [0.01, 0.1]}
"""


@pytest.mark.parametrize("least", [0.0, -2.5])
def test_what_has_no_logarithm_is_refused(tmp_path: Path, least: float) -> None:
    frame = table()
    frame.loc[3, "y"] = least
    frame.to_csv(tmp_path / "t.csv", index=False)
    path = small.study(tmp_path, STUDY)
    with pytest.raises(UserError) as fault:
        prepare(documents.read(path), tmp_path, [])
    assert "space.target_scale: expected numbers above 0 in column 'y' for log" in str(fault.value)
    assert f"got {least:g}" in str(fault.value)


def test_classes_have_no_scale(tmp_path: Path) -> None:
    frame = table().assign(y=["yes", "no"] * 60)
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match="target_scale is for regression"):
        prepare(documents.read(small.study(tmp_path, STUDY)), tmp_path, [])


def test_a_training_function_scales_its_target_itself(tmp_path: Path) -> None:
    path = small.study(tmp_path, STUDY + "trainer: {call: 'mine:train'}\n")
    with pytest.raises(UserError, match=r"space.target_scale: expected standardize with a trainer"):
        parsing.study(documents.read(path))


def test_why_a_number_has_no_unit_of_the_study_is_said() -> None:
    own = networks.scaled(task("log").config, loaded(table(), "none"))
    why = r"got dev_loss \(the target is learned on a scale of its own"
    with pytest.raises(Expected, match=why):
        reported.read({"dev_loss": 0.3}, own)


def test_the_inputs_are_not_copied_for_a_scale_of_the_target() -> None:
    dataset = loaded(table(), "none")
    own = networks.scaled(task("log").config, dataset)
    assert own.parts["train"].x is dataset.parts["train"].x
