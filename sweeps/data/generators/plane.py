"""Two inputs and a class: shapes in the plane, noise blurring them."""

import numpy as np
from numpy.typing import NDArray

from sweeps.data.generators.generator import CLASSES, Drawn, Generator, Options
from sweeps.study.hyperparameters.kinds import Number


def _moons(options: Options, seed: int, rows: int) -> Drawn:
    from sklearn import datasets

    x, y = datasets.make_moons(n_samples=rows, noise=options["noise"], random_state=seed)
    return x, y


def _circles(options: Options, seed: int, rows: int) -> Drawn:
    from sklearn import datasets

    x, y = datasets.make_circles(n_samples=rows, noise=options["noise"], random_state=seed)
    return x, y


def _blobs(options: Options, seed: int, rows: int) -> Drawn:
    """Around centres that all draws share: they are those that scikit-learn draws first."""
    from sklearn import datasets

    how = {"cluster_std": options["noise"], "n_features": options["columns"]}
    centers = options["classes"]
    if seed != options["seed"]:
        *_, centers = datasets.make_blobs(
            rows, centers=centers, **how, random_state=options["seed"], return_centers=True
        )
    x, y = datasets.make_blobs(rows, centers=centers, **how, random_state=seed)
    return x, y


def _spirals(options: Options, seed: int, rows: int) -> Drawn:
    """An arm a class, three quarters of a turn each; noise is the SD of the angle."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % options["classes"]
    radius = rng.uniform(0.05, 1, rows)
    angle = 1.5 * np.pi * radius + 2 * np.pi * y / options["classes"]
    angle += options["noise"] * rng.standard_normal(rows)
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]), y


def _flower(options: Options, seed: int, rows: int) -> Drawn:
    """The planar flower of a course on neural networks: r = 4·sin(4t), half a turn a class."""
    rng, noise = np.random.RandomState(seed), options["noise"]  # its points are of this generator
    x, y = [], []
    for code, count in enumerate((rows - rows // 2, rows // 2)):
        angle = np.linspace(code * 3.12, (code + 1) * 3.12, count) + rng.randn(count) * noise
        radius = 4 * np.sin(4 * angle) + rng.randn(count) * noise
        x.append(np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]))
        y.append(np.full(count, code))
    return np.concatenate(x), np.concatenate(y)


def border(x1: NDArray[np.float64]) -> NDArray[np.float64]:
    """The height at which one region of the field ends and the other begins."""
    return np.asarray(0.4 * np.sin(np.pi * x1))


def _football(options: Options, seed: int, rows: int) -> Drawn:
    """Points of a square; the noise (an SD) moves each across the border, not on the field."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (rows, 2))
    height = x[:, 1] - border(x[:, 0]) + options["noise"] * rng.standard_normal(rows)
    return x, (height > 0).astype(np.intp)


def _football_error(options: Options) -> float:
    """The mean of Φ(−|distance in height| / noise) over the square, by the midpoint rule."""
    from scipy.special import ndtr

    if options["noise"] == 0:
        return 0.0
    middles = (np.arange(1000) + 0.5) / 500 - 1
    distance = np.abs(middles[:, None] - border(middles))
    return float(ndtr(-distance / options["noise"]).mean())


GENERATORS = {
    "moons": Generator(_moons, 300, 0.2),
    "circles": Generator(_circles, 300, 0.05),
    "blobs": Generator(
        _blobs,
        300,
        1.0,
        {"classes": 3, "columns": 2},
        {"classes": CLASSES, "columns": Number(1, 1000, integer=True)},
    ),
    "spirals": Generator(_spirals, 300, 0.2, {"classes": 2}, {"classes": CLASSES}),
    "flower": Generator(_flower, 400, 0.2),
    "football": Generator(_football, 300, 0.2, reference=_football_error),
}
