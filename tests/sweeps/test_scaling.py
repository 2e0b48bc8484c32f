"""The scale of a network's inputs: as scikit-learn has it, of training rows alone, and kept."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr
from scipy.stats import rankdata
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler

import dnn
import sweeps
from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.data.arrays import normal_scores, scaling
from sweeps.data.column import encode, input_layouts
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset, whole_dataset
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.source.source_table import SourceTable
from sweeps.phases.confirm import Candidate, Confirmation
from sweeps.phases.final import FinalNetworks
from sweeps.phases.prepare import prepare
from sweeps.results import model_file
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import Objective
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.training import seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.sweeps import helpers as small

SCALES = tuple(scaling.SCALINGS)
NUMBERS = ["size", "age"]
SCIKIT_LEARN: dict[str, Any] = {
    "quantile": QuantileTransformer(output_distribution="normal", n_quantiles=72),
    "robust": RobustScaler(),
    "min-max": MinMaxScaler(),
}


def table(rows: int = 120) -> pd.DataFrame:
    """Numbers, one of them skewed, one with gaps; a flag, and words."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": np.exp(rng.normal(0, 1, rows)),
            "plan": rng.choice(["basic", "plus"], rows),
            "age": rng.normal(40, 5, rows),
            "flag": rng.integers(0, 2, rows),
        }
    )
    frame["y"] = np.log(frame["size"]) + frame["flag"] + rng.normal(0, 0.3, rows)
    frame.loc[[5, 17], "age"] = np.nan
    return frame


def divided(frame: pd.DataFrame) -> DividedTable:
    return loading.divided(SourceTable(frame, "y", "digest"), DataSpec(source="t.csv", target="y"))


def loaded(known: DividedTable, resample: str = "none", dtype: str = "float32") -> Dataset:
    """What the search sees of a table."""
    dataset = loading.encoded(known, dtype)
    if resample == "none":
        return dataset.for_search
    spec = ReplicatesSpec.model_validate({"count": 3, "resample": resample})
    return resampled_dataset.resampled(known, dataset, spec, dtype)


def task(name: str) -> Task:
    config = VOCABULARY.defaults() | {"hidden": (4,), "epochs": 2, "inputs": name}
    goal = Objective(metric="dev_loss", at="last")
    return Task(0, config, 0, seeds.SEARCH, range(3), (goal,), "float32")


@pytest.mark.parametrize("name", SCIKIT_LEARN)
def test_a_scale_is_scikit_learns(name: str) -> None:
    frame = table()
    known = divided(frame)
    dataset = loaded(known, dtype="float64")
    ours = scaling.scaled(dataset, name)
    at = [dataset.encoder.inputs.index(column) for column in NUMBERS]
    filled = frame[NUMBERS].fillna(frame["age"].iloc[known.parts["train"]].median())
    theirs = SCIKIT_LEARN[name].fit(filled.iloc[known.parts["train"]])
    for part in ("train", "dev"):
        expected = theirs.transform(filled.iloc[known.parts[part]])
        np.testing.assert_allclose(ours.parts[part].x[:, at], expected, rtol=1e-5, atol=1e-6)


def test_equal_numbers_have_the_middle_of_their_ranks() -> None:
    numbers = np.random.default_rng(0).integers(0, 7, 73) / 3 - 1
    found = normal_scores.quantiles(numbers, normal_scores.shares(73))
    shares = (rankdata(numbers) - 1) / 72
    inside = (numbers > numbers.min()) & (numbers < numbers.max())
    ours = ndtr(normal_scores.scores(numbers, found))
    np.testing.assert_allclose(ours[inside], shares[inside], rtol=1e-9)


def test_none_is_the_numbers_of_the_table() -> None:
    frame = table()
    known = divided(frame)
    raw = encode.fit(frame.drop(columns="y").iloc[known.parts["train"]], standardize=False)
    expected = raw.encode(frame.drop(columns="y").iloc[known.parts["dev"]])
    ours = scaling.scaled(loaded(known), "none")
    np.testing.assert_allclose(ours.parts["dev"].x, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SCALES)
def test_categories_and_marks_of_a_gap_stay_0_and_1(name: str) -> None:
    dataset = loaded(divided(table()), "kfold")
    whole = divided(table())
    rows = [{"train": whole.parts["train"], "dev": whole.parts["dev"]}]
    _, layout = resampled_dataset.each_own(whole, loaded(whole), rows, "float32")
    inputs = layout.inputs
    at = [n for n, one in enumerate(inputs) if "=" in one or "missing" in one]
    x = scaling.scaled(dataset, name).parts["train"].x
    np.testing.assert_array_equal(x[:, at], dataset.parts["train"].x[:, at])
    others = np.setdiff1d(np.arange(len(inputs)), at)
    assert (x[:, others] != dataset.parts["train"].x[:, others]).any(axis=0).sum() >= 2


def test_a_flag_or_a_constant_has_no_rank() -> None:
    """As quantiles 0 and 1 would become ±5.2, and a constant −5.2."""
    frame = table()
    train = divided(frame).parts["train"]
    frame.loc[train, "age"] = 40.0
    dataset = loaded(divided(frame))
    at = [dataset.encoder.inputs.index(column) for column in ("age", "flag")]
    for part, rows in scaling.scaled(dataset, "quantile").parts.items():
        np.testing.assert_array_equal(rows.x[:, at], dataset.parts[part].x[:, at])
        assert np.isfinite(rows.x).all()


def pool(known: DividedTable) -> resampling.Pool:
    return resampled_dataset.pool(known, resampling.SEARCH)


def test_a_scale_is_made_once_and_the_rows_of_the_encoder_are_not_copied() -> None:
    dataset = loaded(divided(table()), "kfold")
    assert scaling.scaled(dataset, "standardize") is dataset
    assert scaling.scaled(dataset, "robust") is scaling.scaled(dataset, "robust")


STUDY = """
name: small
data: {source: t.csv, target: y}
fixed: {hidden: [4], epochs: 2, inputs: quantile}
space: {learning_rate: [0.01, 0.1]}
replicates: {count: 3, resample: kfold}
search: {trials: 2}
confirm: {top: 1, replicates: 3, baselines: none}
"""


def written(folder: Path, text: str = STUDY, **changes: str) -> Path:
    table().to_csv(folder / "t.csv", index=False)
    return small.study(folder, text, **changes)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("rows", ["one split", "folds", "all"])
def test_a_saved_model_scales_as_its_networks_were_trained(
    tmp_path: Path, rows: str, name: str
) -> None:
    known = divided(table())
    dataset = loading.encoded(known, "float32")
    if rows == "folds":
        confirm = Confirm(top=1, replicates=6, folds=3)
        dataset = folded_dataset.folded(known, dataset, confirm, "float32")
    job = replace(task(name), keep=True)
    winner = Confirmation(Candidate("", 0, job.config, False, 0.0), train(job, dataset), 1)
    final = None
    if rows == "all":
        dataset = whole_dataset.whole(known, dataset, "float32")
        final = FinalNetworks(winner.outcome.arrays["theta"], dataset, 2, 72)
    model_file.save(tmp_path / "model.npz", winner, dataset, final)
    saved = model_file.load(tmp_path / "model.npz")
    folds = saved.folds or (saved,)
    part = "train" if rows == "all" else "test"
    frame = known.features.frame.iloc[known.parts["test"]] if part == "test" else table()
    own = scaling.scaled(dataset, name).each_trained
    for fold, trained in zip(folds, own, strict=True):
        scale = fold.scales.inputs
        assert scale is not None
        x = input_layouts.encoded_as(frame, fold.encoder, saved.encoder).astype(np.float32)
        row = x[[7]]
        scale.apply(x)
        scale.apply(row)
        np.testing.assert_array_equal(x, trained.parts[part].x)
        np.testing.assert_array_equal(x[[7]], row)
    said = dnn.predict(saved.network, saved.theta[:1], own[0].parts[part].x)
    mean, scale = (
        (saved.folds[0].mean, saved.folds[0].scale)
        if saved.folds
        else (saved.target.mean, saved.target.scale)
    )
    np.testing.assert_array_equal(saved.networks(frame)[0], said[0].astype(float) * scale + mean)


def test_a_model_with_a_scale_of_inputs_that_are_not_there_is_none(tmp_path: Path) -> None:
    dataset = loading.encoded(divided(table()), "float32")
    job = replace(task("robust"), keep=True)
    winner = Confirmation(Candidate("", 0, job.config, False, 0.0), train(job, dataset), 1)
    path = tmp_path / "model.npz"
    model_file.save(path, winner, dataset)
    with np.load(path) as file:
        arrays = dict(file)
    for name, wrong in (("at", arrays["inputs.0.at"] + 50), ("shift", np.zeros(1))):
        np.savez(path, **{**arrays, f"inputs.0.{name}": wrong})
        with pytest.raises(UserError, match="expected a model of a study"):
            model_file.load(path)


def test_one_job_and_two_find_the_same(tmp_path: Path) -> None:
    space = "space: {inputs: [standardize, quantile, robust, min-max, none]}"
    path = written(
        tmp_path,
        **{
            ", inputs: quantile": "",
            "space: {learning_rate: [0.01, 0.1]}": space,
            "trials: 2": "trials: 5",
        },
    )
    for jobs in (1, 2):
        sweeps.run(path, out=tmp_path / str(jobs), jobs=jobs, confirm=False, quiet=True)
    one, two = (small.trials(tmp_path / str(jobs) / "small") for jobs in (1, 2))
    assert one == two
    assert len(one) == 5


def test_a_scale_beside_standardize_false_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, **{"target: y}": "target: y, standardize: false}"})
    with pytest.raises(UserError, match=r"fixed.inputs: expected none beside data.standardize"):
        parsing.study(documents.read(path))


def test_numbers_that_the_networks_type_cannot_hold_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, **{"inputs: quantile": "inputs: none"})
    table().assign(size=lambda frame: frame["size"] * 1e38).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match=r"fixed.inputs: expected numbers that float32 can hold"):
        prepare(documents.read(path), tmp_path, [])
