"""Which trials are the best: fronts, and what breaks a limit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sweeps.search import Finished
from sweeps.search.ranking import best_first, front, front_of
from sweeps.study.file import documents, parsing
from sweeps.study.spec import Study
from sweeps.training.task import Outcome


def of(*objectives: str) -> Study:
    values = {
        "name": "a",
        "data": {"source": "synthetic:moons"},
        "space": {"l2": {"low": 0, "high": 1}},
        "objective": list(objectives),
    }
    return parsing.study(documents.Document(values, {}, "study"))


def trial(number: int, *values: float, beyond: float = -1.0, other: float = -1.0) -> Finished:
    violations = {"gap <= 1": beyond, "flops <= 9": other}
    outcome = Outcome(number, "complete", values, violations=violations)
    return Finished(number, {}, outcome, new=True)


def by_definition(values: NDArray[np.float64]) -> list[int]:
    fronts, left, place = [-1] * len(values), set(range(len(values))), 0
    while left:
        free = {
            i
            for i in left
            if not any(
                (values[j] <= values[i]).all() and (values[j] < values[i]).any() for j in left
            )
        }
        for i in free:
            fronts[i] = place
        left, place = left - free, place + 1
    return fronts


@pytest.mark.parametrize("objectives", [1, 2, 3])
def test_fronts_are_those_of_the_definition(objectives: int) -> None:
    rng = np.random.default_rng(objectives)
    for rows in (0, 1, 2, 7, 30, 40):
        values = rng.integers(0, 6, (rows, objectives)).astype(float)  # with many ties
        assert front_of(values).tolist() == by_definition(values)


def test_what_breaks_a_limit_stands_behind_all_fronts_and_in_none() -> None:
    study = of("dev_error", "flops")
    trials = [trial(0, 5, 1), trial(1, 1, 5), trial(2, 2, 6), trial(3, 4, 0.5, beyond=0.1)]
    assert [f.number for f in best_first(study, trials)] == [1, 0, 2, 3]
    assert [f.number for f in front(study, trials)] == [1, 0]


def test_two_constraints_that_are_broken_count_together() -> None:
    """And what one is kept by does not make up for what the other is broken by."""
    trials = [
        trial(0, 1, beyond=0.4, other=0.4),
        trial(1, 2, beyond=0.5),
        trial(2, 3, beyond=0.45, other=-0.1),
    ]
    assert [f.number for f in best_first(of("dev_error"), trials)] == [2, 1, 0]


def test_of_one_objective_the_order_is_the_values() -> None:
    trials = [trial(0, 3), trial(1, 1), trial(2, 1), trial(3, 0, beyond=2), trial(4, 9, beyond=1)]
    assert [f.number for f in best_first(of("dev_error"), trials)] == [1, 2, 0, 4, 3]
