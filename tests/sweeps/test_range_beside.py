"""A range with exact values beside it: `l2: {choices: [0, {low: 1e-4, high: 1, log: true}]}`."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.search.delayed import DelayedStudy, max_trials
from sweeps.study.file import parsing
from sweeps.study.file.documents import Document, parse
from sweeps.study.space import walks
from sweeps.study.spec import Study

L2 = {"choices": [0, {"low": 1e-4, "high": 1, "log": True}]}
SPACE = {
    "l2": L2,
    "batch_size": {"choices": [{"low": 20, "high": 40}, "full", 16]},
    "optimizer": {
        "choices": {"momentum": {"keep_prob": {"choices": [1, {"low": 0.5, "high": 0.9}]}}}
    },
}


def values(space: dict[str, Any], **search: Any) -> dict[str, Any]:
    return {
        "name": "tiny",
        "data": {"source": "synthetic:moons", "options": {"rows": 60}},
        "fixed": {"hidden": [3], "epochs": 3},
        "space": space,
        "replicates": 1,
        "search": {"pruner": "none", **search},
    }


def study(space: dict[str, Any], **search: Any) -> Study:
    return parsing.study(Document(values(space, **search), {}, "study"))


def test_values_and_range_are_asked_and_found_again() -> None:
    of = study(SPACE, sampler="qmc").space
    delayed = DelayedStudy(study(SPACE, sampler="qmc"))
    found = [delayed.ask(number).params for number in range(64)]
    for params in found:
        assert of.locate(of.configure(params)) == params
        assert ("l2.range" in params) == (params["l2"] == "range")
    settings = [of.configure(params) for params in found]
    penalties = [one["l2"] for one in settings]
    assert 0.4 < penalties.count(0.0) / len(found) < 0.6
    assert all(1e-4 <= one <= 1 for one in penalties if one)
    assert {one["batch_size"] for one in settings} >= {"full", 16}
    assert {type(one["batch_size"]) for one in settings} == {int, str}
    assert (
        min(one["keep_prob"] for one in settings)
        < 0.9
        < 1
        in [one["keep_prob"] for one in settings]
    )


def test_the_defaults_lie_in_it_where_a_range_alone_has_no_room_for_them() -> None:
    inside, outside = study({"l2": L2}).space, study({"l2": L2["choices"][1]}).space
    assert inside.locate(inside.default) == {"l2": 0.0}
    assert outside.locate(outside.default) is None


def test_a_grid_has_the_values_and_the_ranges_points() -> None:
    of = study({"l2": L2}, sampler={"grid": {"points": 3}})
    assert max_trials(of) == 1 + 3
    delayed = DelayedStudy(of)
    asked = [of.space.configure(delayed.ask(n).params)["l2"] for n in range(4)]
    assert sorted(asked) == pytest.approx([0, 1e-4, 1e-2, 1])
    whole = study({"l2": {"choices": [0, {"low": 1, "high": 2, "step": 0.5}]}}).space
    assert walks.size(whole, whole.parameters(), whole.structure()) == 4


def test_a_run_has_its_importance_and_can_be_resolved_and_overridden(tmp_path: Path) -> None:
    options: dict[str, Any] = {"jobs": 1, "confirm": False, "quiet": True}
    found = sweeps.run(values({"l2": L2}, sampler="random", trials=24), out=tmp_path, **options)
    assert found.trials["param.l2"].value_counts().index.isin(["0.0", "range"]).all()
    assert (found.trials["param.l2.range"].notna() == (found.trials["param.l2"] == "range")).all()
    importance = pd.read_parquet(found.folder / "importance.parquet")
    assert {"l2", "l2.range"} <= set(importance["parameter"])
    written = parse((found.folder / "study.yaml").read_text(), "study.yaml")
    assert json.loads(json.dumps(written.values["space"])) == {"l2": L2}
    again = sweeps.run(
        values({"l2": [1]}, sampler="random"),
        out=tmp_path / "again",
        set=["space.l2={choices: [0, {low: 0.5, high: 1}]}"],
        trials=2,
        **options,
    )
    assert again.trials["param.l2"].notna().all()


WRONG = {
    "l2: {choices: [0, 0, {low: 1, high: 2}]}": "l2.choices.1: expected each choice once, got 0",
    "l2: {choices: [{low: 1, high: 2}, {low: 3, high: 4}]}": "l2.choices.1: expected one range be",
    "l2: {choices: [{low: 1, high: 2}]}": "l2.choices: expected exact values beside the range",
    "l2: {choices: [-1, {low: 2, hihg: 1}]}": "l2.choices.1.hihg: expected low, high, and log or",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_it_is_told_with_its_place(text: str) -> None:
    with pytest.raises(UserError) as told:
        parsing.study(parse(f"name: a\ndata: {{source: x.csv}}\nspace: {{{text}}}\n", "s.yaml"))
    assert f"s.yaml:3: space.{WRONG[text]}" in str(told.value)
