"""Whatever a study is after, and whatever came of it: a page, for every metric of the table."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports import frames, page
from reports.sections import confirmed, optimism, pareto, recommendation, verdict
from sweeps.study.metrics import METRICS, Cost

SMALL = {"trials": 8, "replicates": 3, "epochs": 8, "confirmed": 4, "top": 2, "rows": 20}
REDUCTIONS: tuple[Any, ...] = ("mean", "median", "worst", {"quantile": 0.9}, {"sd": 1.0})
# Values of n networks: shares, or of costs shares of the horizon.
SITUATIONS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "apart": lambda rng, n: rng.uniform(0.1, 0.9, n),
    "nobody arrived": lambda rng, n: np.ones(n),
    "all at once": lambda rng, n: np.full(n, 0.25),
    "zero": lambda rng, n: np.zeros(n),
}


def judged_by(folder: Path, metric: str, reduce: Any, values: Callable[[int], np.ndarray]) -> None:
    """Make the folder of a study that was after this metric: its values, and what it says."""
    scale = 60.0 if isinstance(METRICS[metric], Cost) else 1.0
    trials, confirm = (pd.read_parquet(folder / f"{n}.parquet") for n in ("trials", "confirm"))
    done, networks = trials["value"].notna(), confirm["kind"] == "network"
    others = confirm.get(metric, pd.Series(np.nan, confirm.index))  # the baselines'
    fresh = pd.Series(scale * values(len(confirm)), confirm.index)
    confirm[metric] = fresh.where(networks, others)
    # In the search each had what its fresh seeds have in the mean: the difference holds zero.
    means = confirm[networks].groupby("trial")[metric].mean()
    found = pd.Series(scale * values(len(trials)), trials.index).where(done)
    trials[metric] = trials["value"] = trials["trial"].map(means).fillna(found)
    trials[f"{metric}_sd"] = 0.1
    confirm.loc[networks, "selected_value"] = confirm["trial"].map(means)
    trials.to_parquet(folder / "trials.parquet", index=False)
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    path = folder / "provenance.json"
    said = json.loads(path.read_text())
    goal = {"metric": metric, "direction": METRICS[metric].direction, "at": "last"}
    said["objective"] = goal
    said["objectives"] = [goal | {"label": metric, "reduce": reduce}]
    path.write_text(json.dumps(said))


@pytest.fixture
def judged(make: Callable[..., Path], tmp_path: Path) -> Callable[..., frames.Run]:
    """The run of a study that was after a metric, in one of the situations."""

    def made(metric: str, reduce: Any, situation: str, **what: Any) -> frames.Run:
        task = "regression" if METRICS[metric].task == "regression" else "multiclass"
        folder = tmp_path / f"{situation} {reduce}"
        shutil.copytree(make(task=task, **SMALL, **what), folder)
        rng = np.random.default_rng(0)
        judged_by(folder, metric, reduce, lambda n: SITUATIONS[situation](rng, n))
        return frames.load(folder)

    return made


@pytest.mark.parametrize("metric", list(METRICS))
def test_whatever_came_of_it(judged: Callable[..., frames.Run], metric: str) -> None:
    """The sections that speak of the objective, for every reduction."""
    cases = [*zip(SITUATIONS, REDUCTIONS, strict=False), ("apart", REDUCTIONS[-1])]
    for situation, reduce in cases:
        run = judged(metric, reduce, situation)
        assert None not in [make(run) for make in (verdict, confirmed, optimism)]
        assert pareto(run) is None  # of one objective
    lost = judged(metric, "mean", "nobody arrived", diverge_all=True)
    assert verdict(lost) is None, "there is no best network"
    assert None not in [make(lost) for make in (recommendation, confirmed, optimism)]


@pytest.mark.parametrize("metric", list(METRICS))
def test_its_whole_page(judged: Callable[..., frames.Run], metric: str) -> None:
    assert page.write(judged(metric, "mean", "apart")).read_text().rstrip().endswith("</html>")
