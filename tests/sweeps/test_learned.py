"""What a run keeps of what its networks learned: shuffled columns, the plane, the rows' numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sweeps
from dnn import Network
from reports.stats.learned import relied
from sweeps.results import shuffled_columns
from sweeps.results.model_file import load
from sweeps.results.result import Result
from tests.sweeps.helpers import TEXT, study

# The class hangs on a number and on a word; two numbers say nothing of it.
PLANTED = """
name: planted
data: {source: planted.csv, target: class}
fixed: {hidden: [8], epochs: 40, learning_rate: 0.02}
space: {optimizer: [adam, momentum]}
search: {trials: 2}
confirm: {top: 1, replicates: 6, folds: 3, seeds: 1, learning_curve: 0, baselines: []}
"""


def table(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    number, noise, more = rng.normal(0, 1, (3, rows))
    word = rng.choice(["red", "green", "blue"], rows)
    score = 2.5 * number + np.select([word == "red", word == "green"], [2.5, -2.5], 0.0)
    return pd.DataFrame(
        {
            "noise": noise,
            "word": word,
            "number": number,
            "more": more,
            "class": np.where(score + rng.logistic(0, 0.5, rows) > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("planted")
    table().to_csv(folder / "planted.csv", index=False)
    return sweeps.run(study(folder, PLANTED), out=folder, jobs=1, quiet=True)


def test_it_relies_on_the_columns_that_say_something(planted: Result) -> None:
    found = dict(relied.relied(planted.run).columns)
    assert set(found) == {"noise", "word", "number", "more"}  # the word's three inputs are one
    assert min(found["number"].low, found["word"].low) > 0.05
    for name in ("noise", "more"):
        assert found[name].low <= 0 <= found[name].high
        assert abs(found[name].estimate) < 0.02


def test_rows_are_those_of_the_table(planted: Result) -> None:
    names, frame = planted.run.provenance["classes"], table()
    for split in ("dev", "test"):
        rows = planted.run.learned.row(split)
        said = [names[code] for code in planted.run.predictions.target(split)]
        assert list(frame["class"].iloc[rows]) == said
    assert len({*planted.run.learned.row("dev"), *planted.run.learned.row("test")}) == len(frame)


def test_numbers_are_the_same_at_any_number_of_jobs(planted: Result, tmp_path: Path) -> None:
    table().to_csv(tmp_path / "planted.csv", index=False)
    other = sweeps.run(study(tmp_path, PLANTED), out=tmp_path, jobs=2, quiet=True)
    with (
        np.load(planted.folder / "learned.npz") as ours,
        np.load(other.folder / "learned.npz") as theirs,
    ):
        assert ours.files == theirs.files
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], theirs[name])


def test_the_plane_is_what_the_saved_model_says(tmp_path: Path) -> None:
    text = TEXT.replace("top: 2, replicates: 4", "top: 1, replicates: 3, baselines: []")
    result = sweeps.run(study(tmp_path, text), out=tmp_path, jobs=1, trials=3, quiet=True)
    learned, model = result.run.learned, load(result.folder / "model.npz")
    plane, names = learned.plane(result.run.winner), learned.plane_columns()
    x, y = (grid.ravel() for grid in np.meshgrid(plane.x, plane.y))
    each = model.networks(pd.DataFrame({names[0]: x, names[1]: y}))
    mean = plane.mean.reshape(len(x), -1)
    np.testing.assert_allclose(mean, each.mean(axis=0), atol=1e-6)
    second = (each.argmax(axis=-1) == 1).mean(axis=0)
    np.testing.assert_allclose(plane.apart.ravel(), np.minimum(second, 1 - second), atol=1e-6)
    place = learned.on_plane("test")
    said = model.networks(pd.DataFrame(place, columns=list(names)))
    np.testing.assert_allclose(
        np.log(said), result.run.predictions.of(result.run.winner, "test"), atol=1e-4
    )
    assert "What the network learned" in (result.folder / "report.html").read_text()


@pytest.mark.parametrize(("columns", "rows"), [(60, 100), (4, 100), (10, 2_000_000)])
def test_many_columns_and_rows_are_cut_to_what_there_is_time_for(columns: int, rows: int) -> None:
    net = Network(columns, (100,), 1, "tanh", "binary_cross_entropy")
    theta = np.zeros((2, net.n_parameters), np.float32)
    net.blocks(theta)[0].w[..., 3] = 1.0
    plan = shuffled_columns.plan(net, theta, [slice(n, n + 1) for n in range(columns)], rows)
    assert len(plan.columns) == min(columns, shuffled_columns.COLUMNS)
    assert 3 in plan.columns
    work = len(plan.columns) * plan.shuffles * rows / plan.step * net.n_parameters
    assert work <= shuffled_columns.MOST_WORK
    assert plan.shuffles == (shuffled_columns.SHUFFLES if rows == 100 else 1)
