"""The run folder's frames, from outcomes. Their columns are listed in docs/reference.md."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.phases.confirm import Confirmation
from sweeps.results import chance
from sweeps.search import Finished, ranking
from sweeps.study.objectives import Goal
from sweeps.study.space import Params
from sweeps.study.spec import Study
from sweeps.training import counting
from sweeps.training.task import COSTS, SCORES, Outcome

if TYPE_CHECKING:
    import optuna


def trials(study: Study, finished: list[Finished]) -> pd.DataFrame:
    """One row per trial, by number."""
    default = study.space.locate(study.space.default)
    ranks = {f.number: place for place, f in enumerate(ranking.best_first(study, finished), 1)}
    front = {f.number for f in ranking.front(study, finished)}
    frame = pd.DataFrame(
        [
            _trial(study, one, ranks.get(one.number, 0), one.number in front, default)
            for one in sorted(finished, key=lambda f: f.number)
        ]
    )
    names = [f"param.{leaf.name}" for leaf in study.space.parameters()]
    others = [c for c in frame.columns if not str(c).startswith("param.")]
    frame = frame.reindex(columns=[*others, *names])
    for name in names:
        # A column has one type: numbers beside words ("full") become words.
        if frame[name].map(lambda v: isinstance(v, str)).any():
            frame[name] = frame[name].map(str, na_action="ignore").astype("str")
    return frame


def _trial(
    study: Study, one: Finished, rank: int, is_on_front: bool, default: Params | None
) -> dict[str, Any]:
    """A trial's row. rank: 0 of one that has none. default: the params of the defaults."""
    outcome = one.outcome
    values = outcome.values or (np.nan,) * len(study.objectives)  # noqa: PD011
    gone = outcome.curves["diverged"][-1] if outcome.curves else np.zeros(0, dtype=bool)
    row: dict[str, Any] = {
        "trial": one.number,
        "state": outcome.state,
        **{f"value.{n}" if n > 1 else "value": v for n, v in enumerate(values, 1)},
        "rank": rank,
        "feasible": outcome.is_feasible,
        "front": is_on_front,
        "is_default": one.params == default,
        "cause": outcome.cause,
        "epochs": int(outcome.curves["epoch"][-1]) if outcome.curves else 0,
        "counted_epoch": counted_epoch(study, outcome),
        "replicates": len(gone) if outcome.curves else study.replicates.count,
        "diverged": int(gone.sum()),
    }
    for score in (*SCORES, *further(study)):
        each = outcome.final.get(score, np.array([np.nan]))
        row[score] = float(each.mean())
        row[f"{score}_sd"] = float(each.std(ddof=1)) if len(each) > 1 else np.nan
    return row | costs(outcome) | {f"param.{name}": value for name, value in one.params.items()}


def counted_epoch(study: Study, outcome: Outcome, chosen: int | None = None) -> int:
    """The epoch whose scores count; -1 where each network has its own.

    chosen: by the search, in the confirmation.
    """
    if study.objective.at == "best":
        return -1
    last = int(outcome.curves["epoch"][-1]) if outcome.curves else 0
    counted = counting.epoch(study.objective, outcome) if chosen is None else chosen
    return last if counted is None else min(counted, last)


def further(study: Study) -> list[str]:
    """The metrics that trials are judged by, without those that are columns in every study."""
    return [name for name in study.metrics if name not in (*SCORES, *COSTS)]


def costs(outcome: Outcome) -> dict[str, Any]:
    """What the training of one network has cost; 0 where none was trained."""
    curves = outcome.curves or dict.fromkeys(COSTS, np.zeros(1))
    return {cost: _column(cost, curves[cost])[-1] for cost in COSTS}


def _column(cost: str, values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as integers; NaN stays for what a user's training function does not count."""
    is_whole = cost not in ("flops", "seconds") and np.isfinite(values).all()
    return values.astype(np.int64 if is_whole else np.float64)


def curves(finished: list[Finished], confirmed: list[Confirmation]) -> pd.DataFrame:
    """One row per epoch of each network."""
    frames = [
        _curves("search", f"trial {f.number}", f.number, f.outcome)
        for f in sorted(finished, key=lambda f: f.number)
    ]
    frames += [
        _curves("confirm", c.candidate.label, c.candidate.trial, c.outcome) for c in confirmed
    ]
    return pd.concat(frames, ignore_index=True)


def _curves(phase: str, config: str, trial: int, outcome: Outcome) -> pd.DataFrame:
    if not outcome.curves:
        return _curves_of(phase, config, trial, {n: np.empty(0) for n in ("epoch", *COSTS)}, 0)
    replicates = outcome.curves["diverged"].shape[1]
    return _curves_of(phase, config, trial, outcome.curves, replicates)


def _curves_of(
    phase: str, config: str, trial: int, values: dict[str, Any], replicates: int
) -> pd.DataFrame:
    epochs = len(values["epoch"])
    empty = np.empty((epochs, replicates))
    columns: dict[str, Any] = {
        "phase": phase,
        "config": config,
        "trial": trial,
        "replicate": np.repeat(np.arange(replicates), epochs),
        "epoch": np.tile(values["epoch"].astype(np.int64), replicates),
    }
    for cost in COSTS:
        columns[cost] = np.tile(_column(cost, values[cost]), replicates)
    for score in SCORES:
        columns[score] = np.asarray(values.get(score, empty), np.float64).T.ravel()
    columns["diverged"] = np.asarray(values.get("diverged", empty), bool).T.ravel()
    return pd.DataFrame(columns)


# Importance needs ENOUGH complete trials. It compares the best tenth of them with all of them, but
# no fewer than BEST, as Optuna advises.
ENOUGH = 10
BEST = 5


def importance(
    trials: "list[optuna.trial.FrozenTrial]", goal: Goal, objective: int = 0
) -> pd.DataFrame:
    """PED-ANOVA importance: which parameters set the best trials apart from the others.

    It is of one objective, by default the first, which is minimized or maximized (goal). A
    parameter's importance is computed among the complete trials that have it, `trials` in number;
    with too few of them it has no row. The values of the parameters that every trial has add up to
    1; the others are on the same scale. `chance` is the threshold that the value passes without any
    effect, for any of the parameters, in one study of twenty (see `chance.thresholds`).
    """
    complete = [t for t in trials if t.state.name == "COMPLETE"]
    active = {
        name: [t for t in complete if name in t.params]
        for name in sorted({name for t in complete for name in t.params})
    }
    values = {
        name: _importance(name, having, goal, objective)
        for name, having in active.items()
        if len(having) >= ENOUGH and len({_value(t, objective) for t in having}) > 1
    }
    always = sum(value for name, value in values.items() if len(active[name]) == len(complete))
    scale = always or sum(values.values()) or 1.0
    names = sorted(values, key=lambda name: -values[name])
    sign = 1 if goal == "minimize" else -1
    having = {name: active[name] for name in names}
    threshold: Any = (
        chance.thresholds(having, lambda t: sign * _value(t, objective), _best) if names else ()
    )
    return pd.DataFrame(
        {
            "evaluator": pd.Series(["PED-ANOVA"] * len(names), dtype=str),
            "parameter": pd.Series(names, dtype=str),
            "value": pd.Series([values[name] / scale for name in names], dtype=float),
            "trials": pd.Series([len(active[name]) for name in names], dtype=int),
            "chance": pd.Series([one / scale for one in threshold], dtype=float),
        }
    )


def _importance(
    name: str, trials: "list[optuna.trial.FrozenTrial]", goal: Goal, objective: int
) -> float:
    """How far the best of these trials lie from all of them in one parameter."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator

    study = optuna.create_study(direction=goal)
    study.add_trials([_alone(t, name, objective) for t in trials])
    best = _best(len(trials))
    with warnings.catch_warnings():
        # If a parameter's range depends on another one, each of its ranges has trials of its own.
        warnings.filterwarnings("ignore", message="Some regimes for parameter")
        evaluator = PedAnovaImportanceEvaluator(target_quantile=best)
        return float(evaluator.evaluate(study, [name])[name]) / best**2


def _best(trials: int) -> float:
    """The share of so many trials that counts as the best."""
    return max(0.1, BEST / trials)


def _value(trial: "optuna.trial.FrozenTrial", objective: int) -> float:
    found: float = trial.values[objective]  # noqa: PD011 - Optuna's, one value per objective
    return found


def _alone(
    trial: "optuna.trial.FrozenTrial", name: str, objective: int
) -> "optuna.trial.FrozenTrial":
    """A copy of a trial with one parameter and one objective."""
    import optuna

    return optuna.trial.create_trial(
        params={name: trial.params[name]},
        distributions={name: trial.distributions[name]},
        value=_value(trial, objective),
    )
