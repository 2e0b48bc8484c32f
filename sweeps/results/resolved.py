"""The study written back: with every default, with its winner alone, and as its identity."""

import hashlib
import io
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sweeps.data import Dataset
from sweeps.data.source import source_names
from sweeps.search.delayed import WarmTrial
from sweeps.study import compatibility
from sweeps.study.hyperparameters import vocabulary
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.objectives import Objective
from sweeps.study.section_base import named
from sweeps.study.space import Choice, Config, Leaf, Params, Range
from sweeps.study.spec import Study
from sweeps.training import networks


def data(study: Study, dataset: Dataset) -> dict[str, Any]:
    """The part of the identity about data: equal for two studies of the same data, split alike."""
    return dataset.identity(study.data)


def identity(study: Study, dataset: Dataset, warm: Sequence[WarmTrial] = ()) -> dict[str, Any]:
    """What must agree for two runs to be one study; trials, jobs and confirm may differ.

    Targets may differ, too, unless a trial is judged by when it reached them.
    """
    search = compatibility.fields(study.search, exclude={"trials", "from_", "pruner"})
    found = {
        "version": compatibility.VERSION,
        "data": data(study, dataset),
        "fixed": vocabulary.identifying(_fixed(study)),
        "space": _space(study),
        # The values that a sampler draws depend on the order of parameters, and of their choices.
        "order": _order(study),
        "objective": [_identifying(o) for o in study.objectives],
        "constraints": _constraints(study),
        "enqueue": list(study.enqueue),
        "from": _digest(warm),
        "budgets": compatibility.fields(study.budgets, include={"trial_time"}),
        "replicates": study.replicates.plain(),
        "search": {**search, "pruner": compatibility.fields(study.pruner)},
        "dtype": study.dtype,
        "trainer": study.trainer.identity if study.trainer else None,
    }
    found |= {"targets": dict(study.aims)} if study.needs_target else {}
    formulas = networks.changed_schedules(_schedules(study)) | _definitions(study, dataset)
    return found | ({"formulas": formulas} if formulas else {})


def _schedules(study: Study) -> list[str]:
    """The names of the schedules that our networks may be trained with."""
    if study.trainer is not None:
        return []
    values = [study.space.default["schedule"], *study.space.values("schedule")]
    return [value if isinstance(value, str) else value[0] for value in values]


def _definitions(study: Study, dataset: Dataset) -> dict[str, str]:
    """The definitions of metrics for which an earlier version would give other values.

    That version's macro_f1 left out classes of which dev has no row.
    """
    labels = dataset.labels.get("dev", dataset.labels["train"])
    absent = len(set(labels.ravel().tolist())) < len(dataset.target.classes)
    counted = "macro_f1" in study.metrics and absent
    return {"macro_f1": "of the classes that occur or are said"} if counted else {}


def _constraints(study: Study) -> list[str]:
    between = [one.text for one in study.space.constraints]
    return between + [one.text for one in study.metric_constraints]


def _digest(warm: Sequence[WarmTrial]) -> str:
    """A digest of an earlier run's trials; "" without any."""
    text = json.dumps([asdict(one) for one in warm], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if warm else ""


def _order(study: Study) -> str:
    return " ".join(
        f"{leaf.name}({'|'.join(map(str, leaf.codes))})" if isinstance(leaf, Choice) else leaf.name
        for leaf in study.space.parameters()
    )


def study_yaml(study: Study, base: Path, folder: Path) -> str:
    """The whole study with every default written out; it can be run from the run folder."""
    return as_yaml(_sections(study, base, folder) | {"fixed": fixed(study), "space": _space(study)})


def best_yaml(study: Study, winner: Config, base: Path, folder: Path) -> str:
    """The winner as a study of its own, with nothing left to search."""
    sections = _sections(study, base, folder)
    sections["name"] = f"{study.name[:59]}-best"
    literal = {word: plain(value) for word, value in winner.items()}
    for searched in ("constraints", "enqueue"):
        sections.pop(searched, None)
    for searched in ("sampler", "per", "from"):
        sections["search"].pop(searched, None)
    sections["confirm"].pop("nested", None)
    return as_yaml(sections | {"fixed": literal, "space": {}})


def _sections(study: Study, base: Path, folder: Path) -> dict[str, Any]:
    own = {"space", "storage", "objectives", "metric_constraints", "enqueue", "search", "trainer"}
    sections = study.model_dump(exclude=own, exclude_none=True)
    named_in = [sections["data"], *(sections["data"][part] for part in study.data.apart)]
    for one in named_in:  # relative to the run folder, in which this file will be
        one["source"] = source_names.from_folder(one["source"], base, folder)
    objectives = [_objective(o) for o in study.objectives]
    sections["replicates"] = study.replicates.written
    sections["objective"] = objectives[0] if len(objectives) == 1 else objectives
    sections["search"] = study.search.model_dump(exclude_none=True, by_alias=True) | {
        "sampler": named(study.search.sampler),
        "pruner": named(study.pruner),
    }
    if study.search.from_ is not None:
        sections["search"]["from"] = os.path.relpath(base / study.search.from_, folder)
    if study.trainer is not None:
        sections["trainer"] = study.trainer.written(base, folder)
    sections["constraints"] = _constraints(study)
    sections["enqueue"] = [_literals(study, params) for params in study.enqueue]
    order = ("name", "description", "data", "fixed", "space")
    if not isinstance(ignored := sections["data"]["ignore"], dict):
        sections["data"]["ignore"] = list(ignored)
    sections["confirm"]["baselines"] = list(study.confirm.baselines)
    first = {key: sections.get(key, {}) for key in order}
    return first | {
        key: value for key, value in sections.items() if key not in order and value not in ({}, [])
    }


def _objective(objective: Objective) -> dict[str, Any]:
    return objective.model_dump(exclude_none=True) | {"direction": objective.goal}


def _identifying(objective: Objective) -> dict[str, Any]:
    said = compatibility.fields(objective, exclude_none=True)
    return said | {"direction": objective.goal}


def _literals(study: Study, params: Params) -> dict[str, Any]:
    """An enqueued setting as in a study file: the hyperparameters that differ from the defaults."""
    default, config = study.space.default, study.space.configure(params)
    return {
        word: plain(value)
        for word, value in config.items()
        if value != default[word] and word in study.space.searched
    }


def fixed(study: Study) -> dict[str, Any]:
    """The hyperparameters that are not searched, as a study file has them."""
    return {word: plain(value) for word, value in _fixed(study).items()}


def _fixed(study: Study) -> Config:
    searched = {name for dimension in study.space.dimensions for name in dimension.names}
    return {w: v for w, v in study.space.default.items() if w not in searched}


def _space(study: Study) -> dict[str, Any]:
    return {", ".join(entry.names): entry.plain() for entry in study.space.dimensions}


def describe(study: Study) -> list[dict[str, Any]]:
    """The space's parameters in plain words, for the plan and the report."""
    return [{"name": leaf.name, **_limits(leaf)} for leaf in study.space.parameters()]


def _limits(leaf: Leaf) -> dict[str, Any]:
    if isinstance(leaf, Range):
        limits: dict[str, Any] = {"low": leaf.low, "high": leaf.high, "log": leaf.log}
        return {"kind": "range", **limits, "choices": []}
    choices = [str(code) for code in leaf.codes]
    return {"kind": "choice", "low": None, "high": None, "log": False, "choices": choices}


def as_yaml(values: dict[str, Any]) -> str:
    """As the text of a study file."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    # The order of the file, not of the alphabet; ruamel declares the switch as None.
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 100
    text = io.StringIO()
    yaml.dump(values, text)
    return text.getvalue()
