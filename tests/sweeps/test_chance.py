"""What importance chance gives: Optuna's numbers, and how seldom noise passes the line."""

from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from sweeps.results import chance, frames

KINDS: dict[str, Any] = {
    "log": FloatDistribution(1e-4, 1, log=True),
    "plain": FloatDistribution(0, 3),
    "step": FloatDistribution(0, 1, step=0.1),
    "whole": IntDistribution(1, 9),
    "wide": IntDistribution(1, 300, log=True),
    "choice": CategoricalDistribution(("x", "y", "z")),
}


def trials(n: int, seed: int, ties: bool = False) -> list[optuna.trial.FrozenTrial]:
    """Settings at random, and values that have nothing to do with them."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        params = {
            "log": float(10 ** rng.uniform(-4, 0)),
            "plain": float(rng.uniform(0, 3)),
            "step": float(rng.integers(0, 11) / 10),
            "whole": int(rng.integers(1, 10)),
            "wide": int(rng.integers(1, 301)),
            "choice": str(rng.choice(["x", "y", "z"])),
        }
        # A range that depends on another parameter has trials of its own.
        kinds = KINDS | ({"plain": FloatDistribution(0, 4)} if params["whole"] > 5 else {})
        value = float(rng.integers(0, 9)) if ties else float(rng.normal())
        trial = optuna.trial.create_trial(params=params, distributions=kinds, value=value)
        trial.number = number
        found.append(trial)
    return found


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [10, 37, 150])
def test_it_is_optunas_importance(n: int, ties: bool) -> None:
    some = trials(n, n, ties)
    values = np.array([[one.value for one in some]], float)
    for name in KINDS:
        ours = chance.divergences(some, name, values, frames._best(n))[0]
        assert ours == pytest.approx(frames._importance(name, some, "minimize", 0), rel=1e-6), name


def test_noise_is_seldom_above_it_and_an_effect_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 95 of 100 studies no parameter at all; 40 studies are enough to see 5 % from 40."""
    monkeypatch.setattr(chance, "SHUFFLES", chance.FEWEST)
    above = 0
    for seed in range(40):
        some = trials(40, seed)
        having = dict.fromkeys(("log", "step", "whole", "choice"), some)
        lines = chance.thresholds(having, lambda one: one.value, frames._best)
        seen = np.array([[one.value for one in some]])
        found = [chance.divergences(some, name, seen, frames._best(40))[0] for name in having]
        above += bool((np.array(found) > lines).any())
    assert above <= 6  # P < .01 at 5 %
    some = trials(100, 0)
    for one in some:
        one.values = [abs(np.log10(one.params["log"]) + 3)]
    frame = frames.importance(some, "minimize")
    assert (frame["parameter"][0], bool(frame["value"][0] > frame["chance"][0])) == ("log", True)


def test_it_is_the_same_every_time() -> None:
    some = trials(30, 0)
    assert frames.importance(some, "minimize").equals(frames.importance(some, "minimize"))
