"""Every sampler and every pruner under the window rule: the same study however it is run."""

import json
import math
import random
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps import engines
from sweeps.base.errors import UserError
from sweeps.base.interrupts import Shield
from sweeps.commands.work import export
from sweeps.data import Dataset
from sweeps.phases import prepare
from sweeps.results import resolved
from sweeps.search import Finished, search
from sweeps.search.budgets import Budget
from sweeps.search.delayed import DelayedStudy, max_trials
from sweeps.storage.run_folder import RunFolder
from sweeps.study import pruner_options, sampler_options
from sweeps.study.file import documents, parsing
from sweeps.study.metrics import METRICS, Cost, CostInputs, Score
from sweeps.study.spec import Study
from sweeps.training import racing
from sweeps.training.trial import train_together

DATA = {"source": "synthetic:moons", "options": {"rows": 60}}
NUMBERS = {
    "learning_rate": {"low": 1e-4, "high": 1, "log": True},
    "l2": {"low": 0, "high": 1, "step": 0.25},
    "keep_prob": {"low": 0.5, "high": 1},
}
CONDITIONAL = {
    **NUMBERS,
    "optimizer": {
        "choices": {"adam": {}, "momentum": {"beta": {"low": 0.5, "high": 0.9}, "l2": 0.5}}
    },
}
FINITE = {"learning_rate": [0.01, 0.1, 1], "l2": {"low": 0, "high": 1, "step": 0.5}}


def values(**changes: Any) -> dict[str, Any]:
    """A study of a few milliseconds a trial."""
    return {
        "name": "tiny",
        "data": DATA,
        "fixed": {"hidden": [3], "epochs": 8},
        "space": CONDITIONAL,
        "replicates": {"count": 2, "resample": "none"},
        **changes,
        "search": {"window": 4, "pruner": "none", "trials": 20, **changes.get("search", {})},
    }


def study(**changes: Any) -> tuple[Study, Dataset]:
    return prepare.prepare(documents.Document(values(**changes), {}, "study"), Path(), [])


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine of processes does is tested with it."""
    here = engines.EngineKind(lambda work, _: Scrambled(work.shared, work.jobs))
    monkeypatch.setitem(engines.ENGINES, "loky", here)


class Scrambled:
    """An engine in this process that gives results back in an order of its own."""

    def __init__(self, dataset: Dataset, jobs: int) -> None:
        self.jobs, self._dataset = jobs, dataset
        self._queue: list[tuple[int, Any]] = []
        self._random = random.Random(jobs)

    def submit(self, key: int, task: Any) -> None:
        self._queue.append((key, task))

    def ready(self) -> bool:
        return bool(self._queue) and self._random.random() < 0.5

    def wait(self) -> list[tuple[int, Any]]:
        self._random.shuffle(self._queue)
        key, tasks = self._queue.pop()
        return [(key, racing.train(train_together, tasks, self._dataset))]

    def close(self) -> None: ...


def run(
    of: tuple[Study, Dataset],
    folder: Path,
    jobs: int = 1,
    trials: int = 20,
    deadline: float = math.inf,
    stop: int | None = None,
) -> list[Finished]:
    """A search in a run folder, going on where an earlier one stopped; left after `stop` trials."""
    spec_, dataset = of
    prepare.optuna_quietly()
    with RunFolder(folder, print) as held:
        goals = [o.goal for o in spec_.objectives]
        store = held.open(spec_.name, None, resolved.identity(spec_, dataset), goals)
        budget = Budget(spec_, int(min(trials, max_trials(spec_))), deadline)
        engine, delayed = Scrambled(dataset, jobs), DelayedStudy(spec_)
        each = search(spec_, store, engine, budget, delayed, Shield(), dataset)
        found = list(islice(each, stop))
    return sorted(found, key=lambda f: f.number)


def test_what_came_back_is_taken_between_two_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is free need not wait until the sampler has filled the window."""
    asked: list[int] = []
    between: list[int] = []
    ask, wait = DelayedStudy.ask, Scrambled.wait

    def noted(delayed: DelayedStudy, number: int) -> Any:
        asked.append(number)
        return ask(delayed, number)

    def counted(engine: Scrambled) -> list[tuple[int, Any]]:
        between.append(len(asked))
        asked.clear()
        return wait(engine)

    monkeypatch.setattr(DelayedStudy, "ask", noted)
    monkeypatch.setattr(Scrambled, "wait", counted)
    monkeypatch.setattr(Scrambled, "ready", lambda engine: bool(engine._queue))
    run(study(search={"window": 6}), tmp_path, trials=8)
    assert max(between) == 1


def table(finished: list[Finished]) -> list[Any]:
    """All that must agree, through text, so that NaN equals NaN."""
    return [
        (f.number, f.params, f.outcome.state, f.outcome.values, repr(f.outcome.reports.tolist()))
        for f in finished
    ]


def is_installed(sampler: str) -> bool:
    import importlib.util

    module = sampler_options.NEEDS.get(sampler, ("numpy", ""))[0]
    return importlib.util.find_spec(module) is not None


def sampled(name: str) -> tuple[Study, Dataset]:
    """A study with this sampler, on a space that it can search."""
    if not is_installed(name):
        pytest.skip(f"{name} needs a package: pip install {sampler_options.NEEDS[name][1]}")
    spaces = {"cmaes": NUMBERS, "brute_force": FINITE, "grid": FINITE}
    options: dict[str, Any] = {"nsga2": {"population": 4}, "nsga3": {"population": 4}}
    options |= {"tpe": {"startup": 4}, "gp": {"startup": 4}}
    sampler = {name: options[name]} if name in options else name
    return study(space=spaces.get(name, CONDITIONAL), search={"sampler": sampler})


@pytest.mark.parametrize("name", sampler_options.SAMPLER_OPTIONS)
def test_every_sampler_gives_the_same_study(tmp_path: Path, name: str) -> None:
    """With one job, with four in another order, and extended from 7 trials to all."""
    of, most = sampled(name), 12 if name == "gp" else 20  # whose trials take long to ask
    reference = table(run(of, tmp_path / "one", trials=most))
    assert len({repr(row[1]) for row in reference}) >= (
        9 if name in ("grid", "brute_force", "gp") else 15
    )
    assert table(run(of, tmp_path / "four", jobs=4, trials=most)) == reference
    run(of, tmp_path / "extended", jobs=3, trials=7)
    assert table(run(of, tmp_path / "extended", jobs=2, trials=most)) == reference


PRUNED: dict[str, Any] = {
    "none": {},
    "median": {"startup": 2, "warmup": 1},
    "percentile": {"startup": 2, "warmup": 1, "percentile": 40},
    "successive_halving": {"first": 1, "factor": 2},
    "hyperband": {"first": 1, "factor": 2},
    "threshold": {"upper": 0.6, "warmup": 2},
    "signed_rank": {"alpha": 0.3, "startup": 2, "warmup": 1},
    "patient": {"patience": 0},
}


@pytest.mark.parametrize("name", pruner_options.PRUNER_OPTIONS)
def test_every_pruner_gives_the_same_study(tmp_path: Path, name: str) -> None:
    of = study(search={"pruner": {name: PRUNED[name]}, "sampler": {"tpe": {"startup": 5}}})
    reference = table(run(of, tmp_path / "one"))
    states = {row[2] for row in reference}
    assert states == ({"complete"} if name == "none" else {"complete", "pruned"})
    assert table(run(of, tmp_path / "four", jobs=4)) == reference
    run(of, tmp_path / "extended", jobs=3, trials=7)
    assert table(run(of, tmp_path / "extended", jobs=2)) == reference


def test_a_search_that_races_gives_the_same_study(tmp_path: Path) -> None:
    search = {"pruner": {"median": {"startup": 3, "warmup": 3}}, "sampler": {"tpe": {"startup": 5}}}
    of = study(
        fixed={"hidden": [3], "epochs": 5},
        objective={"metric": "dev_loss", "at": "last"},
        replicates={"count": 4, "resample": "kfold"},
        search={**search, "racing": True},
    )
    found = run(of, tmp_path / "one", trials=26)
    # All four, or the first two: for the whole time, or for less where it is pruned as well.
    networks = {(f.outcome.each.shape[1], f.outcome.state, f.outcome.is_outraced) for f in found}
    assert networks >= {(4, "complete", False), (2, "pruned", False), (2, "pruned", True)}
    assert table(run(of, tmp_path / "four", jobs=4, trials=26)) == table(found)
    run(of, tmp_path / "extended", jobs=3, trials=20, stop=17)
    assert table(run(of, tmp_path / "extended", jobs=2, trials=26)) == table(found)


def test_a_grid_visits_every_cell_once(tmp_path: Path) -> None:
    of = study(space=FINITE, search={"sampler": "grid", "trials": 500})
    found = run(of, tmp_path, jobs=3, trials=500)
    settings = {(f.params["learning_rate"], f.params["l2"]) for f in found}
    assert settings == {(rate, l2) for rate in (0.01, 0.1, 1) for l2 in (0, 0.5, 1)}
    assert len(found) == 9


def test_a_grid_of_a_conditional_space_that_keeps_its_rules() -> None:
    of, _ = study(
        space={**FINITE, "optimizer": {"choices": {"adam": {"l2": 0.0}, "momentum": {}}}},
        constraints=["learning_rate < 1 when optimizer is momentum"],
        search={"sampler": "grid"},
    )
    assert max_trials(of) == 3 + 2 * 3
    # The defaults (rate 0.001) are outside the space; all trials are the grid's cells.
    delayed = DelayedStudy(of)
    asked = [tuple(sorted(delayed.ask(n).params.items())) for n in range(9)]
    assert len(set(asked)) == 9
    with pytest.raises(IndexError):
        delayed.ask(9)


def test_ranges_of_a_grid_are_cut_into_points() -> None:
    of, _ = study(space=NUMBERS, search={"sampler": {"grid": {"points": 4}}})
    # The defaults lie in the space, but between two points: they take no cell's place.
    assert max_trials(of) == 4 * 5 * 4 + 1
    delayed = DelayedStudy(of)
    asked = [delayed.ask(n).params for n in range(81)]
    assert asked[0]["learning_rate"] == 1e-3
    assert len({tuple(sorted(params.items())) for params in asked[1:]}) == 80
    with pytest.raises(IndexError):
        delayed.ask(81)


def test_a_step_that_rounds_makes_no_cell_of_its_own() -> None:
    of, _ = study(
        space={"keep_prob": {"low": 0.1, "high": 0.5, "step": 0.1}},
        enqueue=[{"keep_prob": 0.3}],
        search={"sampler": "brute_force"},
    )
    assert 0.1 + 2 * 0.1 != 0.3
    assert max_trials(of) == 5
    delayed = DelayedStudy(of)
    asked = sorted(delayed.ask(n).params["keep_prob"] for n in range(5))
    assert asked == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_sobol_point_at_the_end_of_a_step_that_rounds_is_inside(tmp_path: Path) -> None:
    import sweeps

    space = {"keep_prob": {"low": 0.8, "high": 0.95, "step": 0.05}, "l2": [0, 0.1]}
    of = values(space=space, search={"sampler": "qmc", "trials": 8}, replicates=1)
    trials = sweeps.run(of, out=tmp_path, jobs=1, confirm=False, quiet=True).trials
    assert trials["param.keep_prob"].value_counts().tolist() == [2, 2, 2, 2]
    assert trials["param.keep_prob"].max() == 0.95


def test_sobol_points_come_again_where_all_others_are_tried_first() -> None:
    of, _ = study(
        space={"batch_norm": [False, True]},
        enqueue=[{"batch_norm": True}],
        search={"sampler": "qmc"},
    )
    delayed = DelayedStudy(of)
    asked = [delayed.ask(n).params["batch_norm"] for n in range(10)]
    assert asked[:2] == [False, True]
    assert set(asked[2:]) == {False, True}


def test_sobol_points_are_far_more_even_than_random_ones() -> None:
    from scipy.stats.qmc import discrepancy

    space = {"learning_rate": {"low": 1e-9, "high": 1}, "l2": {"low": 0, "high": 1}}

    def spread(sampler: str) -> float:
        of, _ = study(space=space, search={"sampler": sampler})
        delayed = DelayedStudy(of)
        asked = [delayed.ask(n).params for n in range(129)][1:]
        points = np.array([[p["learning_rate"], p["l2"]] for p in asked])
        return float(discrepancy(np.clip(points, 0, 1)))

    assert spread("qmc") <= spread("random") / 4


def test_per_gives_each_arm_the_same_number_of_trials(tmp_path: Path) -> None:
    of = study(space=CONDITIONAL, search={"per": "optimizer", "trials": 20})
    found = run(of, tmp_path / "one")
    arms = [f.params["optimizer"] for f in found]
    assert arms.count("adam") == arms.count("momentum") == 10
    assert table(run(of, tmp_path / "four", jobs=4)) == table(found)


def test_a_database_takes_the_arms_of_per(tmp_path: Path) -> None:
    """It refuses trials of which each knows its own arm alone; so would a copy of the journal."""
    import optuna

    import sweeps

    url, copy = (f"sqlite:///{tmp_path / name}" for name in ("run.db", "copy.db"))
    of = values(search={"per": "optimizer"})
    told = [
        sweeps.run(
            of, out=tmp_path / f"{n}", storage=where, trials=most, jobs=1, confirm=False, quiet=True
        )
        for n, where, most in ((0, None, 6), (1, url, 3), (1, url, 6))
    ]
    journal, _, database = (one.trials.drop(columns="seconds") for one in told)
    pd.testing.assert_frame_equal(database, journal)
    assert list(export.to_storage(told[0].folder, copy)) == [(6, 6)]
    for address in (url, copy):
        trials = optuna.load_study(study_name="tiny", storage=address).trials
        assert {t.distributions["optimizer"].choices for t in trials} == {("adam", "momentum")}


def test_the_choice_that_per_compares_has_an_importance(tmp_path: Path) -> None:
    import sweeps

    of = values(
        space={**NUMBERS, "optimizer": ["adam", "gradient_descent"]},
        search={"per": "optimizer", "sampler": "random", "trials": 40},
    )
    found = sweeps.run(of, out=tmp_path, jobs=1, confirm=False, quiet=True)
    importance = pd.read_parquet(found.folder / "importance.parquet").set_index("parameter")
    assert importance["value"]["optimizer"] > 0


def test_rules_are_kept_by_every_trial(tmp_path: Path) -> None:
    rules = ["l2 < 0.5 when optimizer is adam", "keep_prob >= 0.75", "learning_rate < l2"]
    for sampler in ("tpe", "random", "qmc"):
        of = study(constraints=rules, search={"sampler": sampler})
        found = run(of, tmp_path / sampler)
        for one in found:
            config = of[0].space.configure(one.params)
            assert config["keep_prob"] >= 0.75
            assert config["learning_rate"] < config["l2"]
            assert config["optimizer"][0] != "adam" or config["l2"] < 0.5
        assert len({repr(f.params) for f in found}) == 20
        assert table(run(of, tmp_path / f"{sampler}-4", jobs=4)) == table(found)


def test_what_is_enqueued_comes_first_and_the_defaults_before_it(tmp_path: Path) -> None:
    first = [{"l2": 0.25, "learning_rate": 0.5}, {"optimizer": "momentum", "l2": 0.5}]
    found = run(study(enqueue=first), tmp_path, trials=4)
    assert found[0].params["l2"] == 0
    assert (found[1].params["l2"], found[1].params["learning_rate"]) == (0.25, 0.5)
    assert found[2].params["optimizer"] == "momentum"
    assert found[2].params["optimizer.momentum.beta"] == 0.9


BUDGETS: dict[str, tuple[dict[str, Any], str]] = {
    "epochs": ({"epochs": 100}, "epochs: 112 of 100 networks' epochs are spent"),
    "flops": ({"flops": 1e4}, "flops: "),
    "no_improvement": ({"no_improvement": 3}, "no_improvement: the best is 3 trials old"),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_the_first_budget_to_be_met_ends_the_search_and_is_named(tmp_path: Path, name: str) -> None:
    budgets, expected = BUDGETS[name]
    spec_, dataset = study(budgets=budgets, search={"growth": 1})
    counts = []
    for jobs in (1, 4):
        with RunFolder(tmp_path / str(jobs), print) as held:
            identity = resolved.identity(spec_, dataset)
            store = held.open("tiny", None, identity, ["minimize"])
            budget = Budget(spec_, 200)
            engine = Scrambled(dataset, jobs)
            found = list(search(spec_, store, engine, budget, DelayedStudy(spec_), Shield()))
            assert budget.met.startswith(expected)
            counts.append(len(found))
    assert counts[0] == counts[1] < 200


def test_a_trial_that_takes_too_long_has_failed(tmp_path: Path) -> None:
    of = study(budgets={"trial_time": "0.001s"}, fixed={"hidden": [3], "epochs": 3000})
    found = run(of, tmp_path, trials=2)
    assert [f.outcome.state for f in found] == ["failed", "failed"]
    assert "its time of" in found[0].outcome.cause


OBJECTIVES: list[Any] = [
    "auc",
    {"metric": "macro_f1", "reduce": "worst"},
    {"metric": "balanced_error", "reduce": {"quantile": 0.9}},
    {"metric": "gap", "reduce": {"sd": 1}},
    {"metric": "log_loss", "reduce": "median", "at": "best"},
    "parameters",
    "flops",
    "epochs_to_target",
]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
def test_every_kind_of_objective(tmp_path: Path, objective: Any) -> None:
    of = study(objective=objective, targets={"dev_error": 0.3}, constraints=["gap <= 0.5"])
    found = run(of, tmp_path / "one")
    assert table(run(of, tmp_path / "four", jobs=4)) == table(found)
    goal = of[0].objective
    for one in found:
        each = one.outcome.final[goal.metric]
        assert one.outcome.value == pytest.approx(goal.reduced(each), rel=1e-12)
        assert np.isfinite(each).all()


def test_several_objectives_and_a_limit(tmp_path: Path) -> None:
    of = study(objective=["dev_error", "parameters"], constraints=["gap <= 0.01"])
    found = run(of, tmp_path / "one")
    assert all(len(f.outcome.values) == 2 for f in found)
    violations = [f.outcome.violations["gap <= 0.01"] for f in found]
    assert min(violations) <= 0 < max(violations)
    assert table(run(of, tmp_path / "four", jobs=4)) == table(found)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"search": {"sampler": "tpee"}}, "search.sampler: expected a known sampler, got 'tpee' (did"),
    (
        {"search": {"sampler": {"tpe": {"startups": 3}}}},
        "expected a known key, got 'startups' (d",
    ),
    ({"search": {"sampler": "cmaes"}}, "search.sampler: expected no conditional parameters for cm"),
    ({"search": {"sampler": "brute_force"}}, "expected no range without a step for brute_force"),
    (
        {"search": {"pruner": "median"}, "objective": ["dev_error", "flops"]},
        "expected no pruner w",
    ),
    (
        {"search": {"pruner": "median"}, "objective": "flops"},
        "search.pruner: expected no pruner f",
    ),
    (
        {"search": {"pruner": "signed_rank"}},
        "replicates: expected 5 or more for signed_rank",
    ),
    (
        {"search": {"per": "l2"}},
        "search.per: expected a hyperparameter that space chooses from a list, got",
    ),
    ({"search": {"racing": "on"}}, "search.racing: expected"),
    (
        {"search": {"racing": True}},
        "search.racing: expected no racing with 2 replicates, got true (i",
    ),
    (
        {"search": {"racing": True}, "objective": ["dev_error", "flops"]},
        "search.racing: expected no racing with several objectives, got true (the first",
    ),
    (
        {"search": {"racing": True}, "objective": {"metric": "auc", "reduce": "worst"}},
        "search.racing: expected no racing for auc (worst), got true (it needs all",
    ),
    (
        {"search": {"racing": True}, "replicates": 5},
        "search.racing: expected no racing with at: shared, got true (its epoch",
    ),
    (
        {"search": {"racing": True}, "constraints": ["gap <= 1"]},
        "search.racing: expected no racing with the constraint gap <= 1, got true (it needs",
    ),
    ({"objective": "epochs_to_target"}, "targets: expected one target for epochs_to_target, got 0"),
    ({"objective": "dev_eror"}, "expected a known metric, got 'dev_eror' (did you mean 'dev_err"),
    ({"objective": {"metric": "auc", "direction": "minimize"}}, "expected maximize for auc, got"),
    ({"objective": {"metric": "flops", "at": "best"}}, "expected at: last for flops, got best"),
    ({"objective": {"metric": "auc", "reduce": {"sd": 1, "quantile": 0.5}}}, "expected one of q"),
    ({"targets": {"dev_error": 5}}, "at most 1, got 5 (did you mean 0.05?)"),
    ({"reference": 300}, "reference: expected a share of rows, at most 1, got 300"),
    ({"objective": "mean_absolute_error"}, "expected a metric of classification, got 'mean_abs"),
    ({"constraints": ["l3 < 1"]}, "constraints.0: expected a hyperparameter, got 'l3' "),
    ({"constraints": ["l2 < 0"]}, "constraints: expected some settings that keep them, got none"),
    (
        {
            "space": {"optimizer": ["adam", "momentum"], "l2": [0, 1]},
            "constraints": ["l2 < 0 when optimizer is momentum"],
            "search": {"per": "optimizer"},
        },
        "constraints: expected some settings with optimizer momentum that keep them, for search.p",
    ),
    (
        {"constraints": ["l2 smaller 1"]},
        "constraints.0: expected a constraint, got 'l2 smaller 1' (like",
    ),
    ({"constraints": ["l2 <= inf"]}, "constraints.0: expected a finite number, got 'inf'"),
    ({"constraints": ["l2 < nan"]}, "constraints.0: expected a finite number, got 'nan'"),
    ({"constraints": ["gap <= x"]}, "constraints.0: expected a number, got 'x'"),
    (
        {"enqueue": [{"l2": 7}]},
        "enqueue.0: expected a setting within the space, got one outside",
    ),
    (
        {"search": {"pruner": {"threshold": {"warmup": 1}}}},
        "search.pruner.threshold: expected upper, lower or both, got neither",
    ),
    (
        {"budgets": {"epochs": 1e6}},
        "budgets.epochs: expected a whole number, got 1e+06 (write 1000000",
    ),
    (
        {"engine": {"nam": "dask"}},
        "engine.nam: expected a known key, got 'nam' (did you mean 'name'?",
    ),
    (
        {"enqueue": [{"hidden": [3]}]},
        "enqueue.0.hidden: expected a hyperparameter that is searched, got",
    ),
    ({"budgets": {"time": "soon"}}, "budgets.time: expected a time like 90s, 10m or 1.5h, got 's"),
    ({"budgets": {"time": 1e-9}}, "budgets.time: expected a time like 90s, 10m or 1.5h, got 1e-09"),
    ({"budgets": {"time": 1e9}}, "budgets.time: expected at most 8784 h, got 1e+09"),
    ({"budgets": {"epoch": 3}}, "budgets.epoch: expected a known key, got 'epoch' (did you mean"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=lambda v: str(v)[:50])
def test_what_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as refused:
        study(**changes)
    assert message in str(refused.value)


def test_the_resolved_study_is_the_same_study(tmp_path: Path) -> None:
    of, dataset = study(
        constraints=["l2 < 1 when optimizer is adam", "gap <= 0.5"],
        enqueue=[{"l2": 0.25, "hidden": [2, 2], "batch_size": 16}],
        objective=["dev_error", {"metric": "flops", "reduce": {"quantile": 0.5}}],
        space={
            **NUMBERS,
            "hidden": {"depth": {"low": 0, "high": 3}, "width": {"per_layer": [2, 4]}},
            "batch_size, activation": [[16, "relu"], [32, "tanh"]],
        },
        fixed={"epochs": 3},
        search={"sampler": {"nsga2": {"population": 6}}, "per": None},
    )
    text = resolved.study_yaml(of, Path(), tmp_path)
    again = parsing.study(documents.parse(text, "study.yaml"))
    assert resolved.identity(again, dataset) == resolved.identity(of, dataset)


def test_a_budget_in_seconds_voids_the_promise() -> None:
    from sweeps.study import consistency

    of, _ = study(objective="seconds", budgets={"time": "5m"}, constraints=["seconds <= 3"])
    assert consistency.clock_dependent_options(of) == [
        "objective seconds",
        "constraint seconds <= 3",
        "budgets.time",
    ]
    assert consistency.clock_dependent_options(study()[0]) == []
    assert math.isinf(Budget(of, 3).deadline)


def test_a_warm_start_begins_with_what_fits(tmp_path: Path) -> None:
    """The earlier run's complete trials that lie in the new space are told before trial 0."""
    import sweeps

    first = values(search={"trials": 8})
    sweeps.run(first, out=tmp_path, jobs=1, confirm=False, quiet=True)
    narrower = {**CONDITIONAL, "learning_rate": {"low": 1e-2, "high": 1, "log": True}}
    source = {"from": str(tmp_path / "tiny"), "trials": 10}
    second = values(name="next", space=narrower, search=source)
    result = sweeps.run(second, out=tmp_path, jobs=2, trials=6, confirm=False, quiet=True)
    written = json.loads((result.folder / "artifacts" / "warm.json").read_text())
    rates = pd.read_parquet(tmp_path / "tiny" / "trials.parquet")["param.learning_rate"]
    assert 0 < len(written) == (rates >= 1e-2).sum() < 8
    provenance = json.loads((result.folder / "provenance.json").read_text())
    assert provenance["search"]["from"] == source["from"]
    assert provenance["search"]["start"] == "portfolio"
    # What the earlier run becomes does not matter any more: it goes on as it was begun.
    shutil.rmtree(tmp_path / "tiny")
    again = sweeps.run(second, out=tmp_path, jobs=1, confirm=False, quiet=True)
    assert len(again.trials) == 10
    assert again.trials["value"][:6].tolist() == result.trials["value"].tolist()
    of, _ = study(space=narrower, search={"sampler": {"tpe": {"startup": 0}}})
    from sweeps.search.delayed import WarmTrial

    warm = DelayedStudy(of, [WarmTrial(one["params"], one["value"]) for one in written])
    assert [warm.ask(n).params for n in range(3)] != [
        DelayedStudy(of).ask(n).params for n in range(3)
    ]


def test_a_warm_start_tells_what_breaks_a_limit(tmp_path: Path) -> None:
    import sweeps
    from sweeps.search import warm_start

    first = values(search={"trials": 6}, objective=["dev_loss"], constraints=["gap <= 0.3"])
    sweeps.run(first, out=tmp_path, jobs=1, confirm=False, quiet=True)
    limits = ["gap <= 0.01", "train_loss <= 0.3", "macro_f1 >= 0.5"]
    second = values(name="b", search={"from": str(tmp_path / "tiny")}, constraints=limits)
    of = study(**second)
    known = warm_start.start(of[0], Path(), tmp_path / "b", resolved.data(*of))
    trials = pd.read_parquet(tmp_path / "tiny" / "trials.parquet")
    for limit, name in (("gap <= 0.01", "gap"), ("train_loss <= 0.3", "train_loss")):
        beyond = trials[name] - float(limit.split()[-1])
        assert [one.violations[limit] for one in known] == pytest.approx(beyond.tolist())
    assert all("macro_f1 >= 0.5" not in one.violations for one in known)  # the first had no such
    told = DelayedStudy(of[0], known)._arm_study(0)._study.get_trials(deepcopy=False)
    assert [one.system_attrs["constraints:gap <= 0.01"] for one in told] == [
        one.violations["gap <= 0.01"] for one in known
    ]


def test_targets_make_another_study_only_where_a_trial_is_judged_by_them() -> None:
    def identity(objective: str, target: float) -> dict[str, Any]:
        return resolved.identity(*study(objective=objective, targets={"dev_error": target}))

    assert identity("dev_loss", 0.2) == identity("dev_loss", 0.1)
    assert identity("epochs_to_target", 0.2) != identity("epochs_to_target", 0.1)


def test_another_definition_of_a_metric_is_another_study() -> None:
    """Where its values are others: with macro_f1, and a class of which dev has no row."""

    def identity(metric: str, codes: list[int]) -> dict[str, Any]:
        spec_, dataset = study(objective=metric)
        dataset.labels["dev"] = np.array(codes)
        return resolved.identity(spec_, dataset)

    assert "macro_f1" in identity("macro_f1", [0, 0])["formulas"]
    assert "formulas" not in identity("macro_f1", [0, 1])
    assert "formulas" not in identity("balanced_error", [0, 0])


def test_epochs_to_target_are_those_of_the_report() -> None:
    from reports.stats.speed.convergence import first_hits

    metric = METRICS["epochs_to_target"]
    assert isinstance(metric, Cost)
    rng = np.random.default_rng(0)
    for epochs in (0, 1, 2, 6):
        curve = rng.random((epochs + 1, 200))
        curve[:, :20] = np.where(rng.random((epochs + 1, 20)) < 0.3, np.nan, curve[:, :20])
        numbers = {"dev_error": curve, "epoch": np.arange(epochs + 1)}
        found = metric.at_end(CostInputs(numbers, epochs, 0, {"dev_error": 0.6}))
        hits = first_hits(curve.T, 0.6)
        assert found.tolist() == np.where(hits < 0, epochs + 1, hits).tolist()


def test_no_metric_is_beyond_its_worst(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 3))
    pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": x @ [1, 2, 3]}).to_csv(
        tmp_path / "rows.csv", index=False
    )
    of = study(
        data={"source": str(tmp_path / "rows.csv"), "target": "y"},
        fixed={"hidden": [3], "epochs": 4, "optimizer": "gradient_descent"},
        space={"learning_rate": {"low": 0.5, "high": 40}},
        objective=["dev_loss", "mean_absolute_error"],
    )
    metric = METRICS["mean_absolute_error"]
    assert isinstance(metric, Score)
    worst = metric.worst(of[1])
    finals = [one.outcome.final for one in run(of, tmp_path / "run")]
    errors = np.concatenate([final["mean_absolute_error"] for final in finals])
    assert errors.max() == worst
    assert all((final["mean_absolute_error"] <= final["dev_error"]).all() for final in finals)


def test_a_warm_start_from_something_else_is_refused(tmp_path: Path) -> None:
    import sweeps

    with pytest.raises(UserError, match=r"search.from: expected the folder of a run, got nowhere"):
        sweeps.run(values(search={"from": "nowhere"}), out=tmp_path, quiet=True)
    sweeps.run(values(search={"trials": 2}), out=tmp_path, jobs=1, confirm=False, quiet=True)
    source = {"from": str(tmp_path / "tiny")}
    other = values(name="b", search=source, data={**DATA, "options": {"rows": 61}})
    with pytest.raises(UserError, match="a run on the same data and split, got another"):
        sweeps.run(other, out=tmp_path, quiet=True)
    with pytest.raises(UserError, match=r"the same one objective \(dev_error\), got dev_loss"):
        sweeps.run(values(name="b", search=source, objective="dev_error"), out=tmp_path, quiet=True)
    folds = values(name="b", search=source, replicates={"count": 2, "resample": "kfold"})
    with pytest.raises(UserError, match="whose replicates have resample: kfold, got 'none'"):
        sweeps.run(folds, out=tmp_path, quiet=True)
    for damage in ("{", "[]", "null"):
        (tmp_path / "tiny" / "artifacts" / "identity.json").write_text(damage)
        with pytest.raises(UserError, match=r"identity\.json: expected what makes the study"):
            sweeps.run(values(name="b", search=source), out=tmp_path, quiet=True)


def test_a_warm_start_that_cannot_be_leaves_no_folder(tmp_path: Path) -> None:
    import sweeps

    first = sweeps.run(
        values(search={"trials": 2}), out=tmp_path, jobs=1, confirm=False, quiet=True
    )
    for record in first.folder.glob("artifacts/*.npz"):
        record.unlink()
    for start, said in (("tiny", "a run with records of its trials"), ("tini", "the folder of a")):
        again = values(name="b", search={"from": str(tmp_path / start)})
        with pytest.raises(UserError, match=rf"search\.from: expected {said}"):
            sweeps.run(again, out=tmp_path, quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize("content", ["{", "7", "[1]", '[{"value": 1}]'])
def test_a_warm_start_from_damaged_files_is_refused(tmp_path: Path, content: str) -> None:
    from sweeps.search import warm_start

    of = study(search={"from": "tiny"})
    for name, begun in (("tiny/artifacts/identity.json", False), ("b/artifacts/warm.json", True)):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(content)
        with pytest.raises(
            UserError, match=r"expected what makes|expected the trials that"
        ) as said:
            warm_start.start(of[0], tmp_path, tmp_path / "b" if begun else tmp_path / "c", {})
        assert str(said.value).startswith(str(path))
        assert len(str(said.value).splitlines()) == 1


def test_a_warm_start_to_another_target_is_refused(tmp_path: Path) -> None:
    """Epochs to one target say nothing of another's."""
    import sweeps

    until = {"objective": "epochs_to_target", "targets": {"dev_error": 0.2}}
    sweeps.run(
        values(search={"trials": 2}, **until), out=tmp_path, jobs=1, confirm=False, quiet=True
    )
    until["targets"] = {"dev_error": 0.1}
    again = values(name="b", search={"from": str(tmp_path / "tiny")}, **until)
    said = r"a run with the same target \(dev_error 0\.1\), got dev_error 0\.2"
    with pytest.raises(UserError, match=said):
        sweeps.run(again, out=tmp_path, quiet=True)


def test_a_warm_start_is_checked_before_it_is_run(tmp_path: Path) -> None:
    import sweeps
    from sweeps.views import first_trials

    sweeps.run(values(search={"trials": 4}), out=tmp_path, jobs=1, confirm=False, quiet=True)
    before = sorted(tmp_path.rglob("*"))
    tpe = {"sampler": {"tpe": {"startup": 0}}}
    cold, warm = study(search=tpe), study(search={**tpe, "from": "tiny"})
    (said, *asked) = first_trials.lines(*warm, tmp_path, 2)
    assert said == ("from", "4 trials of tiny fit")
    assert asked != list(first_trials.lines(*cold, tmp_path, 2))
    assert sorted(tmp_path.rglob("*")) == before


def test_what_all_trials_have_is_remembered_as_it_would_be_found_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import optuna

    from sweeps.search import samplers

    of = study(search={"sampler": {"tpe": {"startup": 3}}, "pruner": {"median": {"startup": 2}}})
    remembered = table(run(of, tmp_path / "remembered"))

    def forgetful(options: Any, seed: int, seen: Any) -> Any:
        del seen
        return optuna.samplers.TPESampler(n_startup_trials=options.startup, seed=seed)

    monkeypatch.setattr(samplers, "make", forgetful)
    assert table(run(of, tmp_path / "anew")) == remembered


def test_what_was_asked_waits_where_the_time_is_up(tmp_path: Path) -> None:
    """A run that was interrupted holds a window of trials as running."""
    of = study()
    reference = table(run(of, tmp_path / "one"))
    before = run(of, tmp_path / "two", jobs=2, stop=6)
    late = run(of, tmp_path / "two", jobs=2, deadline=0.0)
    assert len(before) == 6
    assert {one.number for one in before} <= {one.number for one in late}
    assert len(late) <= 7  # one may have ended as the other was left
    assert table(late) == [row for row in reference if row[0] in {one.number for one in late}]
    assert table(run(of, tmp_path / "two", jobs=2)) == reference


@pytest.mark.parametrize("edit", [{"learning_rate": -1.0}, {"no_such": 1.0}])
def test_a_stored_trial_that_nobody_asked_is_refused(edit: dict[str, float]) -> None:
    of, _ = study(space=NUMBERS)
    delayed = DelayedStudy(of)
    asked = [delayed.ask(number) for number in range(2)]
    again = DelayedStudy(of)
    again.replay(0, asked[0])
    asked[1].params = {**asked[1].params, **edit}
    with pytest.raises(UserError, match="trial 1 of the storage: expected parameters within"):
        again.replay(1, asked[1])
