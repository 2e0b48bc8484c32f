"""Rows whose noise is known, and so the error that a perfect model makes of them."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sweeps.data.generators.generator import CLASSES, Drawn, Generator, Options
from sweeps.study.hyperparameters.kinds import Number

DISTANCE = 3.0  # between the means of two classes, on the root mean square
HIDDEN = 8  # units of the teacher
DRAWS = 200_000  # of a Monte Carlo mean: an error of .1 is known to .0007
STRUCTURE, MONTE_CARLO = 7, 8  # streams of the seed: what all draws share, and the reference error

Floats = NDArray[np.float64]


def _means(options: Options) -> Floats:
    """The mean (classes, columns) of each class."""
    rng = np.random.default_rng((options["seed"], STRUCTURE))
    means = rng.standard_normal((options["classes"], options["columns"]))
    apart = means[:, None] - means
    square = (apart**2).sum() / (len(means) * (len(means) - 1))
    return np.asarray(means * DISTANCE / np.sqrt(square))


def _gaussian_mixture(options: Options, seed: int, rows: int) -> Drawn:
    """As many rows of each class, normal around its mean; noise is the SD in each direction."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % options["classes"]
    noise = options["noise"] * rng.standard_normal((rows, options["columns"]))
    return _means(options)[y] + noise, y


def _mixture_error(options: Options) -> float:
    """The share of rows that are nearer to another class's mean; of two classes in closed form."""
    from scipy.special import ndtr

    means, noise = _means(options), options["noise"]
    if noise == 0:
        return 0.0
    if len(means) == 2:
        return float(ndtr(-np.linalg.norm(means[0] - means[1]) / (2 * noise)))
    # Noise is the same in each direction: only those in which the means differ count.
    differences = means - means[0]
    _, _, axes = np.linalg.svd(differences, full_matrices=False)
    flat = differences @ axes[: len(means) - 1].T
    rng = np.random.default_rng((options["seed"], MONTE_CARLO))
    y = np.arange(DRAWS) % len(means)
    points = flat[y] + noise * rng.standard_normal((DRAWS, flat.shape[1]))
    distances = (flat**2).sum(axis=1) - 2 * points @ flat.T
    return float((distances.argmin(axis=1) != y).mean())


class Teacher:
    """A network of one hidden tanh layer, drawn; each output has mean 0 and SD 1 over its inputs.

    Inputs are standard normal. With classes, one has the probability softmax(outputs / noise);
    without, the target is the output and noise that is normal.
    """

    def __init__(self, seed: int, columns: int, outputs: int) -> None:
        rng = np.random.default_rng((seed, STRUCTURE))
        self._hidden = rng.standard_normal((columns, HIDDEN)) * 2 / np.sqrt(columns)
        self._biases = rng.standard_normal(HIDDEN)
        self._outputs = rng.standard_normal((HIDDEN, outputs))
        self._mean, self._scale = 0.0, 1.0
        raw = self(rng.standard_normal((10_000, columns)))
        self._mean, self._scale = raw.mean(axis=0), raw.std(axis=0)

    def __call__(self, x: Floats) -> Floats:
        """The outputs (n, outputs) of inputs (n, columns)."""
        raw = np.tanh(x @ self._hidden + self._biases) @ self._outputs
        return np.asarray((raw - self._mean) / self._scale)


@lru_cache(maxsize=4)
def _teacher_of(seed: int, columns: int, outputs: int) -> Teacher:
    return Teacher(seed, columns, outputs)


def _taught(options: Options, rng: np.random.Generator, rows: int) -> tuple[Floats, Floats]:
    """Inputs, and the teacher's outputs for them."""
    x = rng.standard_normal((rows, options["columns"]))
    outputs = options.get("classes", 1)
    return x, _teacher_of(options["seed"], options["columns"], outputs)(x)


def _probabilities(outputs: Floats, noise: float) -> Floats:
    """The classes' probabilities (n, classes) by the outputs; without noise the largest's is 1."""
    if noise == 0:
        return np.asarray(np.eye(outputs.shape[1])[outputs.argmax(axis=1)])
    powers = np.exp((outputs - outputs.max(axis=1, keepdims=True)) / noise)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _teacher(options: Options, seed: int, rows: int) -> Drawn:
    rng, noise = np.random.default_rng(seed), options["noise"]
    x, outputs = _taught(options, rng, rows)
    if "classes" not in options:
        return x, outputs[:, 0] + noise * rng.standard_normal(rows)
    up_to = _probabilities(outputs, noise).cumsum(axis=1)
    return x, (rng.uniform(size=(rows, 1)) >= up_to[:, :-1]).sum(axis=1)


def _teacher_error(options: Options) -> float:
    """The SD of the noise; of classes the mean probability of all but the likeliest."""
    if "classes" not in options:
        return float(options["noise"])
    rng = np.random.default_rng((options["seed"], MONTE_CARLO))
    total = 0.0
    for _ in range(20):  # a part at a time, for they may have a thousand columns
        _, outputs = _taught(options, rng, DRAWS // 20)
        total += float((1 - _probabilities(outputs, options["noise"]).max(axis=1)).mean())
    return total / 20


def _friedman1(options: Options, seed: int, rows: int) -> Drawn:
    """Friedman 1991: 10 sin(π x1 x2) + 20 (x3 − ½)² + 10 x4 + 5 x5, and noise."""
    from sklearn import datasets

    x, y = datasets.make_friedman1(
        rows, options["columns"], noise=options["noise"], random_state=seed
    )
    return x, y


def _noise(options: Options) -> float:
    return float(options["noise"])


_COLUMNS = Number(1, 1000, integer=True)
GENERATORS = {
    "gaussian_mixture": Generator(
        _gaussian_mixture,
        300,
        1.0,
        {"classes": 2, "columns": 2},
        {"classes": CLASSES, "columns": _COLUMNS},
        _mixture_error,
    ),
    "teacher": Generator(
        _teacher,
        300,
        0.3,
        {"columns": 10},
        {"classes": CLASSES, "columns": _COLUMNS},
        _teacher_error,
        lambda options: "classes" not in options,
    ),
    "friedman1": Generator(
        _friedman1,
        300,
        1.0,
        {"columns": 10},
        {"columns": Number(5, 1000, integer=True)},
        _noise,
        lambda options: True,
    ),
}
