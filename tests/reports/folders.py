"""Makes run folders that look like real ones, file by file as the contract says. No training."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

METRICS = ("train_loss", "train_error", "dev_loss", "dev_error")
COSTS = ("updates", "gradient_evaluations", "flops", "seconds")


@dataclass(frozen=True)
class Made:
    """What to put into a folder; the defaults are an ordinary study."""

    trials: int = 40
    replicates: int = 5
    epochs: int = 60
    confirmed: int | None = 10
    top: int = 3
    task: str = "binary"
    rows: int = 114
    name: str = "circles"
    description: str = "Which optimizer, and how much regularization, for a small network?"
    targets: dict[str, float] = field(default_factory=dict)
    reference: float | None = None
    importance: bool = True
    states: str = "mixed"  # or a state that every trial is in
    diverge_all: bool = False
    defaults: bool = True  # whether they were confirmed
    lost: tuple[str, ...] = ()  # confirmed settings of which every network diverged
    objectives: tuple[str, ...] = ("dev_loss",)  # of the four metrics and "parameters"
    direction: str = "minimize"  # of the first
    reduce: Any = "mean"
    limits: tuple[str, ...] = ()
    search: dict[str, Any] = field(default_factory=dict)
    suffix: str = ""  # appended to a parameter's and a class's name
    duplicates: int = 0
    group: str | None = None
    alike: int = 3  # rows of a group
    folds: tuple[int, int, int] | None = None  # folds, repeats, seeds of the confirmation
    learned: bool = True  # whether the run is of a version that keeps what networks learned
    plane: bool = False  # whether its inputs are two columns of numbers
    seed: int = 0


def write(folder: Path, made: Made) -> Path:
    """Writes the whole folder and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(made.seed)
    trials = _trials(made, rng)
    curves = [_search_curves(made, trials, rng)]
    if made.confirmed is not None:
        confirm, predictions, confirmed_curves = _confirm(made, trials, rng)
        confirm.to_parquet(folder / "confirm.parquet", index=False)
        np.savez(folder / "predictions.npz", **predictions)
        if made.learned:
            np.savez(folder / "learned.npz", **learned(made, confirm, predictions))
        curves.append(confirmed_curves)
    trials.to_parquet(folder / "trials.parquet", index=False)
    pd.concat(curves, ignore_index=True).to_parquet(folder / "curves.parquet", index=False)
    _importance(made, trials).to_parquet(folder / "importance.parquet", index=False)
    provenance = json.dumps(_provenance(made, trials), indent=1)
    (folder / "provenance.json").write_text(provenance, encoding="utf-8")
    (folder / "study.yaml").write_text(f"name: {made.name}\n# {made.description}\n", "utf-8")
    (folder / "data").mkdir(exist_ok=True)
    trials.to_csv(folder / "data" / "trials.csv", index=False)
    return folder


def learned(
    made: Made, confirm: pd.DataFrame, predictions: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Three columns, of which shuffling one costs more than the others; and a plane of two."""
    rng = np.random.default_rng(made.seed)
    sizes = {split: len(predictions[f"{split}_target"]) for split in ("dev", "test")}
    arrays = {f"{split}_row": np.arange(n) + 7 for split, n in sizes.items()}
    cost, networks = np.array([0.4, 0.1, 0.05]), int((confirm["rank"] == 1).sum())
    rows = sizes["test" if made.folds is None else "dev"]
    if networks:
        arrays |= {
            "shuffled/columns": np.array([f"column {n}{made.suffix}" for n in range(3)]),
            "shuffled/network": rng.normal(cost, 0.01, (networks, 3)),
            "shuffled/row": rng.binomial(1, cost, (rows, 3)).astype(np.float32),
            "shuffled/times": np.array(5),
            "shuffled/all": np.array(3),
        }
    return arrays | (_plane(made, confirm, sizes, rng) if made.plane else {})


def _plane(
    made: Made, confirm: pd.DataFrame, sizes: dict[str, int], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    side = np.linspace(-2, 2, 60)
    x, y = (grid.ravel() for grid in np.meshgrid(side, side))
    found = {"plane/columns": np.array(["width", "height"]), "plane/x": side, "plane/y": side}
    found |= {f"plane/{split}": rng.uniform(-2, 2, (n, 2)) for split, n in sizes.items()}
    classes = {"binary": 2, "multiclass": 4, "regression": 1}[made.task]
    for config in confirm.loc[confirm["kind"] == "network", "config"].unique():
        each = np.stack([np.exp(x * np.cos(k) + y * np.sin(k)) for k in range(classes)], axis=-1)
        mean = each / each.sum(axis=-1, keepdims=True) if classes > 1 else each
        found[f"plane/{config}/mean"] = mean.astype(np.float32)
        found[f"plane/{config}/apart"] = np.exp(-((x - y) ** 2)).astype(np.float32) / 2
    return found


def _trials(made: Made, rng: np.random.Generator) -> pd.DataFrame:
    n = made.trials
    rate = 10 ** rng.uniform(-4, -0.5, n)
    l2, keep = 10 ** rng.uniform(-6, 0, n), rng.uniform(0.5, 1, n)
    optimizer = rng.choice(["adam", "momentum", "rmsprop"], n)
    rate[:1], l2[:1], keep[:1], optimizer[:1] = 1e-3, 1e-4, 1.0, "adam"
    quality = (
        0.02 + 0.05 * (np.log10(rate) + 2) ** 2 + 0.02 * (np.log10(l2) + 3) ** 2 / 4
        + 0.03 * (optimizer == "momentum") + 0.03 * (keep - 0.8) ** 2 + rng.gamma(2, 0.004, n)
    )  # fmt: skip
    diverged = np.where(rate > 0.15, rng.integers(1, made.replicates + 1, n), 0)
    diverged = np.where(made.diverge_all, made.replicates, diverged)
    states = rng.choice(["complete", "pruned"], n, p=[0.7, 0.3]).astype(object)
    if n > 5:
        states[[0, 1]], states[n // 2] = "complete", "failed"
    if made.states != "mixed":
        states[:] = made.states
    epochs = np.where(states == "pruned", rng.integers(5, made.epochs, n), made.epochs)
    bad = diverged > 0
    loss = 0.05 + 2 * quality + 1.5 * (states == "pruned") * rng.uniform(0.05, 0.2, n)
    loss = np.where(bad, loss + 6.9 * diverged / made.replicates, loss)
    error = np.where(bad, diverged / made.replicates + 0.01, np.minimum(quality, 0.5))
    frame = pd.DataFrame(
        {
            "trial": np.arange(n), "state": states.astype(str), "value": loss,
            "is_default": np.arange(n) == 0, "cause": "", "epochs": epochs,
            "replicates": made.replicates, "diverged": diverged,
            "train_loss": loss * 0.7, "train_error": error * 0.6,
            "dev_loss": loss, "dev_error": error,
            **{f"{name}_sd": 0.01 for name in METRICS},
            "updates": epochs * 10, "gradient_evaluations": epochs * 300,
            "flops": epochs * 1e6, "seconds": epochs * 0.002,
            f"param.learning_rate{made.suffix}": rate, "param.l2": l2, "param.keep_prob": keep,
            "param.optimizer": optimizer,
            "param.optimizer.momentum.beta": np.where(
                optimizer == "momentum", rng.uniform(0.8, 0.99, n), np.nan
            ),
            "param.batch_size": rng.choice([16, 32, 64], n),
            "param.hidden": rng.choice(["[16]", "[32, 16]"], n),
        }
    )  # fmt: skip
    lost = frame["state"].isin(["failed", "running"])
    frame.loc[lost, ["value", *METRICS]] = np.nan
    frame.loc[frame["state"] == "failed", "cause"] = "MemoryError: 3 GB asked for"
    return _judged(made, frame)


def _judged(made: Made, frame: pd.DataFrame) -> pd.DataFrame:
    """The objectives' columns, who keeps the limits, the ranks and the front."""
    frame["auc"], frame["auc_sd"] = 1 - frame["dev_error"], 0.01
    frame["parameters"] = np.resize([97, 321, 1537], len(frame))
    for place, metric in enumerate(made.objectives, 1):
        frame["value" if place == 1 else f"value.{place}"] = frame[metric]
    done = frame["state"] == "complete"
    frame["feasible"] = True
    for limit in made.limits:
        metric, _, bound = limit.split()
        frame["feasible"] &= ~done | (frame[metric] <= float(bound))
    signs = [1 if made.direction == "minimize" else -1, *[1] * (len(made.objectives) - 1)]
    columns = ["value", *(f"value.{n}" for n in range(2, len(signs) + 1))]
    costs = frame[columns].to_numpy(float) * signs
    able = (done & frame["feasible"]).to_numpy()
    frame["front"] = [
        able[i] and not any(
            able[j] and (costs[j] <= costs[i]).all() and (costs[j] < costs[i]).any()
            for j in range(len(frame))
        )
        for i in range(len(frame))
    ]  # fmt: skip
    order = sorted(np.flatnonzero(done), key=lambda i: (not able[i], *costs[i]))
    frame["rank"] = 0
    frame.loc[order, "rank"] = range(1, len(order) + 1)
    return frame


def _search_curves(made: Made, trials: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for row in trials[trials["value"].notna()].itertuples():
        end = {name: np.full(made.replicates, getattr(row, name)) for name in METRICS}
        parts.append(_curve(f"trial {row.trial}", row.trial, "search", int(row.epochs), end,
                            12.0, np.full(made.replicates, -1), rng))  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else _no_curves()


def _no_curves() -> pd.DataFrame:
    return _curve("none", 0, "search", 1, {name: np.ones(1) for name in METRICS}, 1.0,
                  np.array([-1]), np.random.default_rng(0)).iloc[:0]  # fmt: skip


def _curve(
    config: str, trial: int, phase: str, epochs: int, end: dict[str, np.ndarray],
    half_life: float, diverged: np.ndarray, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Exponential falls to the given ends, with some noise; NaN from a divergence on."""
    replicates, time = len(diverged), np.arange(epochs + 1)
    pace = half_life * np.exp(rng.normal(0, 0.25, (replicates, 1)))
    start = {"train_loss": 0.75, "train_error": 0.48, "dev_loss": 0.76, "dev_error": 0.5}
    gone = (diverged[:, None] >= 0) & (time >= diverged[:, None])
    columns = {}
    for name in METRICS:
        level = end[name][:, None]
        values = level + (start[name] - level) * 2 ** (-time / pace)
        values = values * np.exp(rng.normal(0, 0.02, values.shape))
        values[:, -1] = end[name]
        columns[name] = np.where(gone, np.nan, values).ravel()
    grid = np.tile(time, replicates)
    return pd.DataFrame(
        {
            "phase": phase, "config": config, "trial": trial,
            "replicate": np.repeat(np.arange(replicates), epochs + 1), "epoch": grid,
            "updates": grid * 10, "gradient_evaluations": grid * 300, "flops": grid * 1e6,
            "seconds": grid * 0.002, **columns, "diverged": gone.ravel(),
        }
    )  # fmt: skip


def predictions_of(
    rng: np.random.Generator, target: np.ndarray, error: float, replicates: int, classes: int
) -> np.ndarray:
    """Log-probabilities (replicates, n, classes) that err on hard rows more than on easy ones."""
    n = len(target)
    hardness = rng.normal(0, 1.6, n)
    level = np.quantile(hardness, 1 - error)
    wrong = hardness + rng.normal(0, 0.4, (replicates, n)) > level
    margin = np.abs(rng.normal(2.5, 1, (replicates, n))) + 0.1
    logits = np.zeros((replicates, n, classes))
    shift = np.where(wrong, 1, 0)
    said = (target[None] + shift) % classes
    np.put_along_axis(logits, said[..., None], margin[..., None], axis=-1)
    return (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype(np.float32)


def _confirm(
    made: Made, trials: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, np.ndarray], pd.DataFrame]:
    classes = {"binary": 2, "multiclass": 4, "regression": 1}[made.task]
    target = {split: _target(made, classes, rng) for split in ("dev", "test")}
    predictions = {f"{split}_target": values for split, values in target.items()}
    if made.group is not None:
        predictions |= {f"{s}_group": np.arange(len(v)) // made.alike for s, v in target.items()}
    if made.folds is not None:
        folds, repeats, _ = made.folds
        fold = [rng.permutation(np.arange(len(target["dev"])) % folds) for _ in range(repeats)]
        predictions["dev_fold"] = np.stack(fold)
    able = trials[(trials["trial"] > 0) & trials["value"].notna()]
    best = able.sort_values(["state", "front", "rank"], ascending=[True, False, True])
    best = best.head(made.top) if len(made.objectives) > 1 or made.limits else (
        able.nsmallest(made.top, "value") if made.direction == "minimize"
        else able.nlargest(made.top, "value")
    )  # fmt: skip
    plan = [(f"trial {t}", int(t), 0.03 + 0.012 * i, 6.0 + 4 * i, v)
            for i, (t, v) in enumerate(zip(best["trial"], best["value"], strict=True))]  # fmt: skip
    if made.defaults:
        plan.append(("defaults", 0, 0.09, 20.0, np.nan))
    n, rows, curves = int(made.confirmed or 0), [], []
    for rank, (config, trial, level, half_life, selected) in enumerate(plan, 1):
        lost = np.zeros(n, dtype=bool)
        lost[1 : 2 if rank == 2 and n > 3 else 1] = True
        lost |= made.diverge_all or config in made.lost
        metrics = _scores(made, config, level, n, target, predictions, lost, rng)
        settings = {"hidden": [16], "l2": 1e-4, "optimizer": {"adam": {"beta1": 0.9}}}
        for r in range(n):
            rows.append(
                _row(config, "network", trial, rank, config == "defaults", r, lost[r], metrics,
                     json.dumps(settings), selected, made)
            )  # fmt: skip
        when = np.where(lost, made.epochs // 3, -1)
        curves.append(_curve(config, trial, "confirm", made.epochs,
                             {name: metrics[name] for name in METRICS}, half_life, when,
                             rng))  # fmt: skip
    names = ("mean", "linear regression") if made.task == "regression" else (
        "majority class", "logistic regression")  # fmt: skip
    for config, level in zip((*names, "gradient boosting"), (0.49, 0.12, 0.06), strict=True):
        count = 1 if made.folds is None else made.folds[0] * made.folds[1]
        fine = np.zeros(count, dtype=bool)
        metrics = _scores(made, config, level, count, target, predictions, fine, rng)
        rows += [
            _row(config, "baseline", -1, 0, False, r, False, metrics, "{}", np.nan, made)
            for r in range(count)
        ]
    return pd.DataFrame(rows), predictions, pd.concat(curves, ignore_index=True)


def _target(made: Made, classes: int, rng: np.random.Generator) -> np.ndarray:
    if made.task == "regression":
        return rng.normal(size=made.rows)
    return rng.integers(0, classes, made.rows)


def _scores(
    made: Made, config: str, level: float, n: int, target: dict[str, np.ndarray],
    predictions: dict[str, np.ndarray], lost: np.ndarray, rng: np.random.Generator,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Predictions into the archive, and the scores they imply."""
    found: dict[str, np.ndarray] = {}
    for split in ("dev", "test"):
        truth, by = target[split], _networks(made, n, predictions) if split == "dev" else None
        count = n if by is None else len(by)
        if made.task == "regression":
            noise = rng.normal(0, 4 * level, len(truth))
            noise = noise + rng.normal(0, level, (count, len(truth)))
            out = (truth + noise).astype(np.float32)[..., None]
            loss = (out[..., 0] - truth) ** 2
            error, worst = loss, (np.sqrt(10.0), 10.0)
        else:
            classes = {"binary": 2, "multiclass": 4}[made.task]
            out = predictions_of(rng, truth, level, count, classes)
            error = (out.argmax(-1) != truth).astype(float)
            loss = -np.take_along_axis(out, truth[None, :, None], -1)[..., 0]
            worst = (1.0, 6.93)
        out[lost if by is None else lost[by]] = np.nan
        predictions[f"{config}/{split}"] = out
        error, loss = (_means(each, by, n) for each in (error, loss))
        error = np.sqrt(error) if made.task == "regression" else error
        found[f"{split}_error"] = np.where(lost, worst[0], error)
        found[f"{split}_loss"] = np.where(lost, worst[1], loss)
    share = np.clip(rng.normal(0.55, 0.05, n), 0.1, 0.9)
    found["train_error"] = np.where(lost, found["dev_error"], found["dev_error"] * share)
    found["train_loss"] = np.where(lost, found["dev_loss"], found["dev_loss"] * share)
    return found


def _networks(made: Made, n: int, predictions: dict[str, np.ndarray]) -> np.ndarray | None:
    """(passes, rows) the network that predicts a row, of n; None on one split."""
    if made.folds is None:
        return None
    folds, repeats, _ = made.folds
    seeds = n // (folds * repeats)
    first = (np.arange(repeats)[:, None] * folds + predictions["dev_fold"]) * seeds
    return (first[:, None] + np.arange(seeds)[:, None]).reshape(repeats * seeds, -1)


def _means(each: np.ndarray, by: np.ndarray | None, n: int) -> np.ndarray:
    """(n,) of each network, over its own rows."""
    if by is None:
        return each.mean(axis=1)
    return np.bincount(by.ravel(), each.ravel(), n) / np.bincount(by.ravel(), minlength=n)


def _row(
    config: str, kind: str, trial: int, rank: int, default: bool, replicate: int, lost: bool,
    metrics: dict[str, np.ndarray], settings: str, selected: float, made: Made,
) -> dict[str, Any]:  # fmt: skip
    names = (*METRICS, "test_loss", "test_error")
    return {
        "config": config, "kind": kind, "trial": trial, "rank": rank, "is_default": default,
        "replicate": replicate, "status": "diverged" if lost else "ok",
        "diverged_epoch": made.epochs // 3 if lost else -1,
        **{name: float(metrics[name][replicate]) for name in names},
        **_place(made, kind, replicate),
        "auc": 1 - float(metrics["dev_error"][replicate]),
        "settings": settings, "selected_value": selected, "epochs": made.epochs,
        "updates": made.epochs * 10, "gradient_evaluations": made.epochs * 300,
        "flops": made.epochs * 1e6, "seconds": 0.3, "parameters": 97,
    }  # fmt: skip


def _resample(made: Made) -> dict[str, Any]:
    if made.folds is None:
        return {}
    folds, repeats, seeds = made.folds
    return {"resample": "kfold", "folds": folds, "repeats": repeats, "seeds": seeds}


def _place(made: Made, kind: str, replicate: int) -> dict[str, int]:
    if made.folds is None:
        return {}
    seeds = made.folds[2] if kind == "network" else 1
    group, seed = divmod(replicate, seeds)
    return {"repeat": group // made.folds[0], "fold": group % made.folds[0], "seed": seed}


def _importance(made: Made, trials: pd.DataFrame) -> pd.DataFrame:
    names = [str(name).removeprefix("param.") for name in trials if str(name)[:6] == "param."]
    values = np.array([0.55, 0.2, 0.08, 0.1, 0.02, 0.03, 0.02])
    done = trials[trials["state"] == "complete"]
    active = [int(done[f"param.{name}"].notna().sum()) for name in names]
    frame = pd.DataFrame(
        {
            "evaluator": "PED-ANOVA",
            "parameter": names,
            "value": values,
            "trials": active,
            "chance": 0.3,
        }
    )
    return frame if made.importance else frame.iloc[:0]


def _provenance(made: Made, trials: pd.DataFrame) -> dict[str, Any]:
    counts = {state: int((trials["state"] == state).sum())
              for state in ("complete", "pruned", "failed", "running")}  # fmt: skip
    classes = {"binary": 2, "multiclass": 4, "regression": 0}[made.task]
    space = [
        {"name": f"learning_rate{made.suffix}", "kind": "range", "low": 1e-4, "high": 0.5,
         "log": True, "choices": []},
        {"name": "l2", "kind": "range", "low": 1e-6, "high": 1.0, "log": True, "choices": []},
        {"name": "keep_prob", "kind": "range", "low": 0.5, "high": 1.0, "log": False,
         "choices": []},
        {"name": "optimizer", "kind": "choice", "low": None, "high": None, "log": False,
         "choices": ["adam", "momentum", "rmsprop"]},
        {"name": "optimizer.momentum.beta", "kind": "range", "low": 0.8, "high": 0.99,
         "log": False, "choices": []},
        {"name": "batch_size", "kind": "choice", "low": None, "high": None, "log": False,
         "choices": ["16", "32", "64"]},
        {"name": "hidden", "kind": "choice", "low": None, "high": None, "log": False,
         "choices": ["[16]", "[32, 16]"]},
    ]  # fmt: skip
    return {
        "name": made.name, "description": made.description, "task": made.task,
        "classes": [f"class {i}{made.suffix}" for i in range(classes)],
        "objective": {"metric": made.objectives[0], "direction": made.direction, "at": "last"},
        "objectives": [
            {"metric": name, "label": name if made.reduce == "mean" else f"{name} (reduced)",
             "direction": made.direction if place == 0 else "minimize", "at": "last",
             "reduce": made.reduce}
            for place, name in enumerate(made.objectives)
        ],
        "limits": list(made.limits), "budgets": {},
        "targets": made.targets, "reference": made.reference,
        "command": "python -m sweeps.run studies/circles.yaml",
        "data": {"source": "studies/circles.csv", "sha256": "ab" * 32, "rows": 5 * made.rows,
                 "columns": 2, "features": 2, "train": 3 * made.rows, "dev": made.rows,
                 "test": made.rows, "split": "stratified, seed 0",
                 "duplicates": made.duplicates, "group": made.group,
                 **({"target": "price", "target_mean": 180_000.0, "target_sd": 21_345.6}
                    if made.task == "regression" else {})},
        "constants": {"train_loss": 0.693, "dev_loss": 0.693, "dev_error": 0.49,
                      "test_error": 0.49},
        "counts": {**counts, "asked": made.trials},
        "search": {"sampler": "tpe", "pruner": "median", "window": 16, "seed": 0,
                   "replicates": made.replicates, "trials": made.trials, "epochs": made.epochs,
                   **({} if made.folds is None else {"resample": "5 folds"}), **made.search},
        "confirm": None if made.confirmed is None else
                   {"top": made.top, "replicates": made.confirmed, **_resample(made)},
        "space": space, "fixed": {"epochs": made.epochs, "initializer": "he"},
        "seconds": {"search": 12.3, "confirm": 4.5, "baselines": 0.6},
        "study_hash": "0123456789abcdef",
        "versions": {"python": "3.11.2", "numpy": "2.4.0", "optuna": "5.0.0"},
        "machine": {"cpu": "a processor", "cores": 4, "system": "Linux"},
        "threads": "one BLAS thread per worker", "jobs": 4, "commit": "",
        "started": "2026-01-02T03:04:05+00:00", "finished": "2026-01-02T03:05:06+00:00",
    }  # fmt: skip
