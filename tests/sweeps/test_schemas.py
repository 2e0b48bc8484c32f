"""The JSON Schema, by a validator that editors use: it takes what `check` takes, and no more."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sweeps.base.errors import UserError
from sweeps.results import resolved
from sweeps.study import metrics
from sweeps.study.file import documents, parsing
from sweeps.study.file.json_schema import study as schema

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema.Draft202012Validator(schema())
RATE = {"learning_rate": {"low": 1e-4, "high": 1e-1, "log": True}}


def values(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "data": {"source": "sklearn:iris"}, "space": RATE, **changes}


def space(**entries: Any) -> dict[str, Any]:
    return values(space={**RATE, **entries})


RIGHT: dict[str, dict[str, Any]] = {
    "a file": values(data={"file": "a.npz", "inputs": "X", "target": "y", "scale": 255}),
    "a choice": space(hidden=[[32], [16, 8], []]),
    "choices": space(batch_size={"choices": [16, "full"]}),
    "a step": space(l2={"low": 0, "high": 1, "step": 0.25}),
    "a range beside a value": space(l2={"choices": [0, {"low": 1e-4, "high": 1, "log": True}]}),
    "per layer": space(keep_prob={"per_layer": {"low": 0.5, "high": 1}}),
    "depth by width": space(hidden={"depth": {"low": 1, "high": 3}, "width": [8, 16]}),
    "widths per layer": space(
        hidden={"depth": [1, 2], "width": {"per_layer": {"low": 4, "high": 64, "log": True}}}
    ),
    "paired": values(space={"batch_size, learning_rate": [[16, 0.01], ["full", 0.1]]}),
    "arms": space(
        optimizer={
            "choices": {
                "adam": None,
                "momentum": {"beta": {"low": 0.8, "high": 0.99}, "learning_rate": 0.1},
                "nesterov": {"beta": [0.8, 0.9], "schedule": {"choices": {"cosine": {}}}},
                "lion": {"batch_size, l2": [[16, 0.1], [32, 0.2]], "schedule": ["cosine"]},
            }
        }
    ),
    "arms in a list": space(initializer=["he", {"normal": {"scale": 0.1}}]),
    "a metric": values(objective="auc"),
    "reductions": values(objective={"metric": "dev_error", "at": "best", "reduce": {"sd": 1}}),
    "objectives": values(objective=["dev_error", {"metric": "flops", "reduce": "worst"}]),
    "constraints": values(constraints=["gap <= 0.02", "learning_rate<1 when optimizer is adam"]),
    "enqueue": values(enqueue=[{"learning_rate": 0.01}]),
    "enqueue as the space says it": values(
        space={
            "schedule": ["constant"],
            "optimizer": {"choices": {"lion": {"learning_rate": [0.1, 0.5]}, "adam": None}},
        },
        enqueue=[{"optimizer": {"lion": {"beta1": 0.9, "learning_rate": 0.5}}}],
    ),
    "budgets": values(budgets={"time": "10m", "epochs": 500, "trial_time": 30}),
    "a sampler": values(search={"sampler": {"nsga2": {"population": 8}}, "pruner": None}),
    "an inner pruner": values(
        search={"pruner": {"patient": {"patience": 3, "around": {"hyperband": {"factor": 2}}}}}
    ),
    "a warm start": values(search={"from": "runs/earlier", "per": None}),
    "equal arms": values(space={"optimizer": ["adam", "lion"]}, search={"per": "optimizer"}),
    "sections left empty": values(fixed=None, objective=None, search=None, budgets=None),
    "a count": values(replicates={"count": 3}),
    "resampled": values(replicates={"count": 10, "resample": "kfold", "folds": 5}),
}
WRONG: dict[str, dict[str, Any]] = {
    "no source": values(data={"target": "y"}),
    "source and file": values(data={"source": "a.csv", "file": "b.csv"}),
    "no space": {"name": "a", "data": {"source": "sklearn:iris"}},
    "an unknown section": values(spaces={}),
    "an unknown word": space(learning_rat=[0.1]),
    "a word that is fixed only": space(epochs=[10, 20]),
    "a literal in space": values(space={"learning_rate": 0.1}),
    "a flat list of widths": space(hidden=[32, 16]),
    "an empty choice": space(l2=[]),
    "half a range": space(l2={"low": 0}),
    "log and step": space(l2={"low": 1, "high": 2, "log": True, "step": 0.1}),
    "a range beside nothing": space(l2={"choices": [{"low": 0, "high": 1}]}),
    "two ranges": space(l2={"choices": [{"low": 0, "high": 1}, {"low": 2, "high": 3}]}),
    "a range among names": space(activation={"choices": ["relu", {"low": 0, "high": 1}]}),
    "depth alone": space(hidden={"depth": [1, 2]}),
    "too deep": space(hidden={"depth": [101], "width": [8]}),
    "a range of names": space(activation={"low": 0, "high": 1}),
    "paired with an unknown word": space(**{"batch_size, rate": [[16, 0.1]]}),
    "paired without rows": space(**{"batch_size, l2": [16, 0.1]}),
    "an unknown arm": space(optimizer={"choices": {"adamm": {}}}),
    "an unknown setting": space(optimizer={"choices": {"adam": {"beta3": 0.1}}}),
    "an unknown metric": values(objective="dev_eror"),
    "no objective": values(objective=[]),
    "two reductions": values(objective={"metric": "auc", "reduce": {"sd": 1, "quantile": 0.5}}),
    "a constraint without a sign": values(constraints=["l2 smaller 1"]),
    "enqueue of a fixed word": values(enqueue=[{"epochs": 3}]),
    "enqueue of another's setting": values(enqueue=[{"optimizer": {"lion": {"epsilon": 1}}}]),
    "an unknown budget": values(budgets={"epoch": 3}),
    "a time without sense": values(budgets={"time": "soon"}),
    "an unknown sampler": values(search={"sampler": "tpee"}),
    "a threshold without a bound": values(search={"pruner": {"threshold": {"warmup": 1}}}),
    "another's option": values(search={"sampler": {"tpe": {"population": 8}}}),
    "an unknown resampling": values(replicates={"resample": "jackknife"}),
    "folds of nothing": values(replicates={"resample": "kfold", "folds": 1}),
    "two samplers": values(search={"sampler": {"tpe": {}, "random": {}}}),
    "patience within patience": values(search={"pruner": {"patient": {"around": "patient"}}}),
}


def faults(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("case", RIGHT)
def test_what_check_takes_is_valid(case: str) -> None:
    assert faults(RIGHT[case]) == []
    assert parsing.study(documents.Document(RIGHT[case], {}, "study")).name == "a"


@pytest.mark.parametrize("case", WRONG)
def test_what_check_refuses_is_not_valid(case: str) -> None:
    assert faults(WRONG[case])
    with pytest.raises(UserError):
        parsing.study(documents.Document(WRONG[case], {}, "study"))


@pytest.mark.parametrize("file", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda f: f.stem)
def test_shipped_studies_are_valid(file: Path) -> None:
    assert faults(json.loads(json.dumps(documents.read(file).values))) == []


@pytest.mark.parametrize("case", RIGHT)
def test_a_resolved_study_is_valid(case: str, tmp_path: Path) -> None:
    of = parsing.study(documents.Document(RIGHT[case], {}, "study"))
    written = documents.parse(resolved.study_yaml(of, Path(), tmp_path), "study.yaml").values
    assert faults(json.loads(json.dumps(written))) == []


def test_every_metric_is_explained() -> None:
    about = schema()["$defs"]["Objective"]["properties"]["metric"]
    assert about["enum"] == list(metrics.METRICS)
    assert all(f"{name}: " in about["description"] for name in metrics.METRICS)
