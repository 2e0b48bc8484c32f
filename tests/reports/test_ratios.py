"""The error of a number by its ratio, beside the one in its own units."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.advice.recommendation import recommendation
from reports.frames import load
from reports.stats.sampling import ratios


def test_a_log_error_is_of_the_ratio_whatever_the_size() -> None:
    target = np.array([1e-3, 1.0, 1e6])
    assert ratios.log_error(target, np.array([[2e-3, 2.0, 5e5]])) == pytest.approx(math.log(2))


def test_what_is_said_below_the_least_true_number_counts_as_that() -> None:
    target = np.array([1.0, math.e])
    assert ratios.log_error(target, np.array([[-5.0, -5.0]])) == pytest.approx(math.sqrt(0.5))


def test_it_stands_beside_the_error_where_the_target_has_another_scale(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make(task="regression"))
    assert "by ratio" not in recommendation(load(folder)).facts[0].beside
    path = folder / "provenance.json"
    told = json.loads(path.read_text())
    for zero, is_said in ((-100.0, True), (0.0, False)):  # of numbers of which half are below 0
        told["data"]["target_zero"] = zero
        path.write_text(json.dumps(told))
        beside = recommendation(load(folder)).facts[0].beside
        assert ("; by ratio a factor of 1.0" in beside) == is_said
