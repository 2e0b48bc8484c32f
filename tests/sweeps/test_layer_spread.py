"""What a run keeps of schedules and initializers: learning rates, and the spread by layer."""

from pathlib import Path

import numpy as np
import pytest

import dnn
import sweeps
from reports.sections.blocks import Plot
from reports.sections.trained import layers, schedules
from sweeps.results import layer_spread
from sweeps.results.result import Result
from tests.sweeps.helpers import study

STUDY = """
name: deep
data: {source: "synthetic:moons", options: {rows: 120, test_rows: 40, noise: 0.2, seed: 0}}
fixed: {hidden: [12, 10, 8], epochs: 8, learning_rate: 0.1, activation: tanh, batch_size: 16,
  optimizer: gradient_descent, schedule: {step: {decay: 0.5, interval: 4}}}
space:
  initializer: [zeros, {normal: {scale: 0.01}}, xavier]
search: {sampler: grid, pruner: none, trials: 3, per: initializer}
confirm: {top: 1, replicates: 2, learning_curve: 0, baselines: []}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("deep")
    return sweeps.run(study(folder, STUDY), out=folder, jobs=1, quiet=True)


def test_rates_are_those_of_the_training(result: Result) -> None:
    rates = result.run.learned.rates()
    assert set(rates) == set(result.run.configs)
    for values in rates.values():
        np.testing.assert_allclose(values, [0.1] * 4 + [0.05] * 4)
    (plot,) = schedules(result.run)
    assert isinstance(plot, Plot)
    assert plot.figure.data["learning_rate"].min() == pytest.approx(0.05)


def test_spread_tells_what_passes_through_the_layers(result: Result) -> None:
    found = {
        result.run.rows_of(config)["settings"].iloc[0]: config for config in result.run.configs
    }
    (small,) = (config for settings, config in found.items() if "0.01" in settings.split("l2")[0])
    (zeros,) = (config for settings, config in found.items() if '"zeros"' in settings)
    learned = result.run.learned
    start = learned.spread(small, "start", "activations")
    assert start.shape == (2, 3)
    assert (start[:, 2] < 0.01 * start[:, 0]).all(), "it shrinks a hundred times a layer, or nearly"
    assert (learned.spread(zeros, "start", "activations") == 0).all()
    gradients = learned.spread(small, "start", "gradients")
    assert gradients.shape == (2, 4)
    (good,) = (config for settings, config in found.items() if '"xavier"' in settings)
    assert (learned.spread(good, "start", "gradients") > 100 * gradients).all()
    (plot,) = layers(result.run)
    assert isinstance(plot, Plot)
    said = plot.figure.message.lower()
    assert "activations on their way through the layers fade with" in said
    assert "xavier weights" in said.partition("keep their size with")[2]
    assert len(plot.figure.panels) == 2


def test_spread_is_that_of_the_layers_themselves() -> None:
    """Of a network small enough to be written down, with batch normalization's copy untouched."""
    rng = np.random.default_rng(0)
    net = dnn.Network(3, (4,), 1, activation="tanh", batch_norm=False)
    theta = net.initialize("he", [rng, rng], "float64")
    x, y = rng.normal(size=(20, 3)), rng.integers(0, 2, (20, 1)).astype(float)
    train = dnn.Data(x, y)

    class Rows:
        parts = {"train": train}  # noqa: RUF012

    activations, gradients = layer_spread._spread(net, theta, Rows())
    first, second = net.blocks(theta)
    hidden = np.tanh(first.w @ x.T + first.b)
    np.testing.assert_allclose(activations[:, 0], hidden.std(axis=(1, 2)))
    said = 1 / (1 + np.exp(-(second.w @ hidden + second.b)))
    slope = (said - y.T) @ hidden.swapaxes(1, 2) / 20
    np.testing.assert_allclose(gradients[:, 1], np.sqrt((slope**2).mean(axis=(1, 2))))


def test_a_network_without_a_hidden_layer_has_none(tmp_path: Path) -> None:
    shallow = STUDY.replace("hidden: [12, 10, 8]", "hidden: []")
    result = sweeps.run(study(tmp_path, shallow), out=tmp_path, jobs=1, quiet=True)
    assert (result.folder / "report.html").exists()
    assert not [name for name in result.run.learned.names if name.startswith("spread/")]
