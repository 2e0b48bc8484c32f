"""Twelve made-up tables of 200 to 2,000 rows whose truth is known: what `decide.py` asks about.

Each is a rule that draws inputs, and says of every row the chance of each class, or the number to
expect; so a prediction's true error is known without the luck of the labels.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
TARGET = "y"
CLASSES = ("a", "b", "c", "d")
FRESH = 1_000_000  # the seed of the rows that the truth is measured on
# Inputs, and the chance (n, K) of each class or the number (n,) to expect; the second generator is
# the same in every draw, for what belongs to the table: its coefficients.
Drawn = tuple[pd.DataFrame, Array]
Rule = Callable[[np.random.Generator, np.random.Generator, int], Drawn]


@dataclass(frozen=True)
class Rows:
    """Drawn rows: frame (n, inputs and TARGET), and what their rule expects of them."""

    frame: pd.DataFrame
    expected: Array

    @property
    def inputs(self) -> pd.DataFrame:
        """The frame without the target."""
        return self.frame.drop(columns=TARGET)


@dataclass(frozen=True)
class KnownTable:
    """A table by its name. rows: how many a study gets. noise: the target's SD, of a regression."""

    name: str
    rows: int
    rule: Rule
    noise: float = 0.0

    @property
    def regression(self) -> bool:
        """Whether a number is predicted."""
        return self.noise > 0

    def draw(self, seed: int, rows: int | None = None) -> Rows:
        """So many rows; as many as the table has where it is not said."""
        own = zlib.crc32(self.name.encode())
        rng = np.random.default_rng([own, seed])
        frame, expected = self.rule(rng, np.random.default_rng(own), rows or self.rows)
        if self.regression:
            target = expected + self.noise * rng.normal(size=len(expected))
            return Rows(frame.assign(**{TARGET: target}), expected)
        beyond = rng.random(len(expected))[:, None] > expected.cumsum(axis=1)[:, :-1]
        names = np.array(CLASSES)[beyond.sum(axis=1)]
        return Rows(frame.assign(**{TARGET: names}), expected)


def error(table: KnownTable, expected: Array, outputs: Array) -> float:
    """True error of probabilities (n, K), a share of rows, or of numbers (n, 1), an RMSE."""
    if table.regression:
        apart = ((outputs[:, 0] - expected) ** 2).mean()
        return float(np.sqrt(apart + table.noise**2))
    hit = np.take_along_axis(expected, outputs.argmax(axis=1)[:, None], axis=1)
    return float(1 - hit.mean())


def loss(table: KnownTable, expected: Array, outputs: Array) -> float:
    """True log-loss in nats, or mean square in the target's own units."""
    if table.regression:
        return error(table, expected, outputs) ** 2
    return float(-(expected * np.log(np.clip(outputs, 1e-7, 1))).sum(axis=1).mean())


def least(table: KnownTable, expected: Array) -> float:
    """The error of one who knows the rule."""
    return error(table, expected, expected if expected.ndim == 2 else expected[:, None])


def _numbers(x: Array) -> pd.DataFrame:
    return pd.DataFrame(x, columns=[f"x{number}" for number in range(1, x.shape[1] + 1)])


def _two(score: Array) -> Array:
    """(n, 2) chances from the log-odds (n,) of the second class."""
    second = 1 / (1 + np.exp(-score))
    return np.stack([1 - second, second], axis=1)


def _normal(rng: np.random.Generator, rows: int, columns: int) -> Array:
    return rng.normal(size=(rows, columns))


def _linear(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    x = _normal(rng, rows, 8)
    return _numbers(x), _two(x @ own.normal(size=8) * 0.8)


def _rings(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Two rings with normal noise; the chances follow from the density of a blurred ring."""
    from scipy.special import i0e

    radii, sd = np.array([1.0, 2.0]), 0.5
    angle, radius = rng.uniform(0, 2 * np.pi, rows), radii[rng.integers(2, size=rows)]
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
    x += sd * _normal(rng, rows, 2)
    far = np.hypot(*x.T)[:, None]
    density = i0e(far * radii / sd**2) * np.exp(-((far - radii) ** 2) / (2 * sd**2))
    return _numbers(x), density / density.sum(axis=1, keepdims=True)


def _interactions(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    x = _normal(rng, rows, 8)
    score = 2 * x[:, 0] * x[:, 1] + 2 * x[:, 2] * x[:, 3] + x[:, 4]
    return _numbers(x), _two(score)


def _flipped_labels(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """A fifth of the labels says nothing of the inputs."""
    x = _normal(rng, rows, 6)
    is_second = x[:, 0] + np.sin(2 * x[:, 1]) + 0.5 * x[:, 2] ** 2 > 0.5
    second = np.where(is_second, 0.8, 0.2)
    return _numbers(x), np.stack([1 - second, second], axis=1)


def _categories(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Words with effects of their own, and numbers of which a tenth is not known."""
    x = _normal(rng, rows, 3)
    gaps = rng.random(x.shape) < 0.1
    score = np.where(gaps, 0, x) @ np.array([1.0, -1.0, 0.5])
    frame = _numbers(np.where(gaps, np.nan, x))
    for name, levels in {"city": 5, "plan": 8, "shop": 12}.items():
        code = rng.integers(levels, size=rows)
        score = score + own.normal(size=levels)[code]
        frame[name] = [f"{name} {number}" for number in code]
    return frame, _two(score)


def _useless_columns(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    x = _normal(rng, rows, 50)
    return _numbers(x), _two(1.5 * x[:, 0] - x[:, 1] + x[:, 2] * x[:, 3])


def _wave(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    x = rng.uniform(-2, 2, size=(rows, 4))
    return _numbers(x), _two(4 * (x[:, 1] - np.sin(2.5 * x[:, 0])) + x[:, 2])


def _clouds(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Four normal clouds, each of its own width, that overlap."""
    centres, widths = 1.1 * own.normal(size=(4, 5)), np.array([0.7, 1.0, 1.3, 1.6])
    code = rng.integers(4, size=rows)
    x = centres[code] + widths[code][:, None] * _normal(rng, rows, 5)
    square = ((x[:, None] - centres) ** 2).sum(axis=2) / widths**2
    log = -0.5 * square - 5 * np.log(widths)
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    return _numbers(x), chance / chance.sum(axis=1, keepdims=True)


def _boxes(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Three classes in boxes along the axes, as a tree divides rows."""
    x = rng.uniform(-1, 1, size=(rows, 6))
    low, right, far = x[:, 0] < 0.2, x[:, 1] > -0.3, x[:, 2] > 0.4
    code = np.where(low, np.where(right, 0, 1), np.where(far, 2, right))
    return _numbers(x), np.where(np.arange(3) == code[:, None], 0.8, 0.1)


def _friedman(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Friedman (1991): ten inputs, five of which count."""
    x = rng.random((rows, 10))
    mean = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    return _numbers(x), mean + 10 * x[:, 3] + 5 * x[:, 4]


def _straight(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """A sum of twelve inputs that go together."""
    x = 0.7 * _normal(rng, rows, 1) + 0.7 * _normal(rng, rows, 12)
    return _numbers(x), x @ own.normal(size=12)


def _steps(rng: np.random.Generator, own: np.random.Generator, rows: int) -> Drawn:
    """Steps, and a slope that hangs on a word."""
    x, code = _normal(rng, rows, 6), rng.integers(6, size=rows)
    mean = 2.0 * (x[:, 0] > 0) + (x[:, 1] > 0.5) * (x[:, 2] > 0)
    frame = _numbers(x)
    frame["kind"] = [f"kind {number}" for number in code]
    return frame, mean + own.normal(size=6)[code] * x[:, 3]


KNOWN_TABLES: Mapping[str, KnownTable] = {
    table.name: table
    for table in (
        KnownTable("linear", 200, _linear),
        KnownTable("straight", 200, _straight, noise=2.0),
        KnownTable("useless_columns", 300, _useless_columns),
        KnownTable("clouds", 400, _clouds),
        KnownTable("rings", 500, _rings),
        KnownTable("friedman", 500, _friedman, noise=1.5),
        KnownTable("categories", 600, _categories),
        KnownTable("flipped_labels", 800, _flipped_labels),
        KnownTable("interactions", 1000, _interactions),
        KnownTable("boxes", 1500, _boxes),
        KnownTable("wave", 2000, _wave),
        KnownTable("steps", 2000, _steps, noise=1.0),
    )
}
