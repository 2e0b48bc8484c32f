"""What a run leaves in its folder: frames, predictions, the winner, provenance."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base import files, provenance
from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.phases.confirm import Confirmation
from sweeps.phases.final import FinalNetworks
from sweeps.phases.learning_curve import LearningCurve
from sweeps.phases.prepared_run import PreparedRun
from sweeps.results import (
    confirmed,
    delimited,
    frames,
    learned,
    learning_curve,
    model_file,
    nested,
    resolved,
)
from sweeps.search import Finished
from sweeps.storage import atomic, folders
from sweeps.storage.store import Store
from sweeps.study import section_base, unusual_values
from sweeps.study.spec import Study
from sweeps.training.task import Outcome

OF_CONFIRMATION = (
    "confirm.parquet",
    "data/confirm.csv",
    "predictions.npz",
    "learned.npz",
    "model.npz",
    "best.yaml",
)
OF_LEARNING_CURVE = ("learning_curve.parquet", "data/learning_curve.csv")


def write_study(folder: Path, study: Study, base: Path) -> None:
    """Write `study.yaml`, which is enough to resume the run, before the first trial."""
    atomic.write_text(folder / "study.yaml", resolved.study_yaml(study, base, folder))


def write(
    run: PreparedRun,
    store: Store,
    finished: list[Finished],
    networks: list[Confirmation],
    others: dict[str, Outcome],
) -> None:
    """Write all frames, predictions and models; each file whole or not at all."""
    folder, study, dataset = run.folder, run.study, run.dataset.for_confirmation
    files.make_folder(folder / "data")
    nested.remove(folder)
    _frame(folder, "trials", frames.trials(study, finished))
    _frame(folder, "curves", frames.curves(finished, networks))
    stored = store.trials()
    known = [stored[one.number] for one in sorted(finished, key=lambda one: one.number)]
    _frame(folder, "importance", frames.importance(known, study.objective.goal))
    if not networks:
        # Files of an earlier confirmation would describe another search.
        for name in OF_CONFIRMATION:
            (folder / name).unlink(missing_ok=True)
        return
    _frame(folder, "confirm", confirmed.frame(study, dataset, networks, others))
    atomic.write_npz(folder / "predictions.npz", confirmed.predictions(dataset, networks, others))
    learned.save(folder / "learned.npz", run, networks)
    winner = networks[0]
    best = resolved.best_yaml(study, winner.candidate.config, run.base, folder)
    atomic.write_text(folder / "best.yaml", best)


def write_after_confirmation(
    run: PreparedRun,
    networks: list[Confirmation],
    curves: list[LearningCurve],
    all_rows: FinalNetworks | None,
) -> None:
    """Write the learning curve and the winner's networks: those of all rows, if there are such."""
    folder = run.folder
    if curves:
        _frame(folder, "learning_curve", learning_curve.frame(curves))
    else:
        for name in OF_LEARNING_CURVE:
            (folder / name).unlink(missing_ok=True)
    if networks:
        dataset = run.dataset.for_confirmation
        model_file.save(folder / "model.npz", networks[0], dataset, all_rows)


def final(found: FinalNetworks | None) -> dict[str, Any]:
    """What the provenance says of networks of all rows; nothing where there are none."""
    if found is None:
        return {}
    told = {"networks": len(found.theta), "epochs": found.epochs}
    return {"final": {"rows": found.rows, "judged": found.judged, **told}}


def _frame(folder: Path, name: str, frame: pd.DataFrame) -> None:
    with atomic.AtomicFile(folder / f"{name}.parquet") as file:
        frame.to_parquet(file, index=False)
    with atomic.AtomicFile(folder / "data" / f"{name}.csv") as file:
        delimited.write_csv(file, frame)


def confirmation(run: PreparedRun) -> dict[str, Any]:
    """What the provenance says of the confirmation: the section, and its folds, if it has such."""
    folds, section = run.dataset.for_confirmation.folds, run.study.confirm.model_dump()
    own: dict[str, Any] = {}
    if folds:
        counts = {"replicates": folds.design.replicates, **asdict(folds.design)}
        by_time = run.study.data.split.time is not None
        own = {"resample": "rolling" if by_time else "kfold", **counts}
    return {name: value for name, value in (section | own).items() if value is not None}


def _data(study: Study, dataset: Dataset) -> dict[str, Any]:
    """The facts about the data; in regression also the mean, and the SD that errors are in.

    And where 0 is, in such SDs, if the study has the target on another scale. Of several targets
    each has its own.
    """
    target = dataset.target
    if target.several:
        each = [{"name": one.name, "mean": one.mean, "sd": one.scale} for one in target.several]
        return {"target": target.name, "targets": each, **dataset.facts}
    unit = {} if target.classes else {"target_mean": target.mean, "target_sd": target.scale}
    if any(unusual_values.unusual(study.space, "target_scale")):
        unit["target_zero"] = -target.mean / target.scale
    return {"target": target.name, **unit, **dataset.facts}


def write_provenance(run: PreparedRun, finished: list[Finished], facts: dict[str, Any]) -> None:
    """Write `provenance.json`; what the run took before it went on is added to what it took now."""
    document = provenance_of(run, finished, facts)
    document |= _of_all_sessions(document, _before(run.folder))
    atomic.write_text(run.folder / "provenance.json", json.dumps(document, indent=1))


def _before(folder: Path) -> dict[str, Any]:
    try:
        return folders.provenance(folder) or {}
    except UserError:
        return {}  # damaged, and made again


def _of_all_sessions(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """When the run was begun, and the seconds of each phase since then."""
    earlier = before.get("seconds")
    if before.get("study_hash") != now["study_hash"] or not isinstance(earlier, dict):
        return {}
    spent = {name: value for name, value in earlier.items() if isinstance(value, int | float)}
    for name, value in now["seconds"].items():
        spent[name] = spent.get(name, 0.0) + value
    return {"started": before.get("started", now["started"]), "seconds": spent}


def provenance_of(
    run: PreparedRun, finished: list[Finished], facts: dict[str, Any]
) -> dict[str, Any]:
    """What it says; `facts` is what only the runner knows (times, what ended the search)."""
    study, dataset = run.study, run.dataset
    states = [one.outcome.state for one in finished]
    counts = {state: states.count(state) for state in folders.STATES}
    searched = study.search.model_dump(exclude={"pruner", "sampler", "from_"}, exclude_none=True)
    searched |= {} if study.search.from_ is None else {"from": study.search.from_}
    return {
        "name": study.name,
        "description": study.description,
        "task": dataset.target.task,
        "classes": list(dataset.target.classes),
        "objective": {
            "metric": study.objective.metric,
            "direction": study.objective.goal,
            "at": study.objective.at,
            "label": study.objective.label,
        },
        "trainer": study.trainer.identity if study.trainer else None,
        "objectives": [
            o.model_dump() | {"label": o.label, "direction": o.goal} for o in study.objectives
        ],
        "limits": [one.text for one in study.metric_constraints],
        "targets": study.targets.model_dump(exclude_none=True),
        "reference": dataset.facts.get("reference") if study.reference is None else study.reference,
        "data": {**_data(study, dataset), "group": study.data.group},
        "constants": dataset.for_confirmation.constants,
        "counts": {**counts, "running": 0, "asked": run.budget},
        "search": {
            **searched,
            "sampler": section_base.description(study.search.sampler),
            "pruner": section_base.description(study.pruner),
            "replicates": study.replicates.count,
            "epochs": study.epochs,
            **({"resample": study.replicates.in_words} if study.replicates.is_resampled else {}),
        },
        "space": resolved.describe(study),
        "fixed": resolved.fixed(study),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "threads": "one BLAS thread per worker",
        **facts,
    }
