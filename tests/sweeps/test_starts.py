"""What a search begins with, and from which trial on it learns."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweeps
from sweeps.search import guidance, starts
from sweeps.search.delayed import DelayedStudy
from sweeps.storage import identities
from sweeps.study.file import parsing
from sweeps.study.file.documents import Document
from sweeps.study.space import Space
from sweeps.study.space.nearest import nearest
from sweeps.study.spec import Study
from sweeps.training.task import Outcome
from sweeps.views import guidance as words

RATE = {"low": 1e-4, "high": 1e-1, "log": True}
SPACE = {"learning_rate": RATE, "l2": {"low": 0, "high": 1}, "optimizer": ["adam", "rmsprop"]}
KNOWN = [
    {"learning_rate": 0.02, "l2": 0.3, "optimizer": "rmsprop"},
    {"learning_rate": 0.001, "l2": 0, "optimizer": "adam"},  # the defaults
    {
        "activation": "tanh",
        "learning_rate": 0.02,
        "l2": 0.3,
        "optimizer": "rmsprop",
    },  # as the first
    {"learning_rate": 0.02, "l2": 0.3, "optimizer": "momentum"},  # not searched here: the default
    {"learning_rate": 7, "hidden": [64], "optimizer": "rmsprop"},
]


def study(**changes: Any) -> Study:
    values = {
        "name": "tiny",
        "data": {"source": "synthetic:moons"},
        "fixed": {"epochs": 4},
        "space": SPACE,
        "replicates": 1,
    }
    search = {"window": 6, "sampler": {"tpe": {"startup": 8}}, **changes.pop("search", {})}
    return parsing.study(Document({**values, **changes, "search": search}, {}, "study"))


def space(entries: dict[str, Any], fixed: dict[str, Any] | None = None) -> Space:
    return study(space=entries, fixed=fixed or {}).space


def asked(of: Study, trials: int, sign: int = 1) -> list[dict[str, Any]]:
    """The first trials' parameters, where each trial comes to `sign` times its number."""
    delayed, told = DelayedStudy(of), 0
    found = []
    for number in range(trials):
        for one in range(told, of.search.told_before(number)):
            value = float(sign * one)
            delayed.tell(Outcome(one, "complete", (value,), reports=np.array([value])))
        told = of.search.told_before(number)
        found.append(delayed.ask(number).params)
    return found


def test_defaults_come_first_then_enqueued_then_the_portfolio_then_sobol_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starts, "settings", lambda: KNOWN)
    of = study(enqueue=[{"l2": 0.5}])
    found = asked(of, 8)
    usual = {"learning_rate": 1e-3, "l2": 0.0, "optimizer": "adam"}
    assert found[:5] == [
        usual,
        {**usual, "l2": 0.5},
        {"learning_rate": 0.02, "l2": 0.3, "optimizer": "rmsprop"},
        {"learning_rate": 0.02, "l2": 0.3, "optimizer": "adam"},
        {**usual, "learning_rate": 0.1, "optimizer": "rmsprop"},
    ]
    even = study(search={"sampler": "qmc"})
    assert found[5:] == asked(even, 4)[1:]


def test_sobol_points_alone_or_random_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "settings", lambda: KNOWN)
    assert asked(study(search={"start": "sobol"}), 8) == asked(study(search={"sampler": "qmc"}), 8)
    drawn = asked(study(search={"start": "random"}), 8)
    assert drawn[1:] != asked(study(search={"start": "sobol"}), 8)[1:]
    assert drawn[0] == {"learning_rate": 1e-3, "l2": 0.0, "optimizer": "adam"}


@pytest.mark.parametrize("sampler", ["random", "grid", {"nsga2": {"population": 4}}])
def test_samplers_that_draw_in_their_own_way_begin_in_it(sampler: Any) -> None:
    entries = {"learning_rate": [0.1, 0.01, 0.001], "l2": [0, 1]}
    each = [
        asked(study(space=entries, search={"sampler": sampler, "start": start}), 6)
        for start in ("portfolio", "random")
    ]
    assert each[0] == each[1]


@pytest.mark.parametrize(
    ("start", "per", "growth"),
    [("portfolio", None, 0.25), ("sobol", "optimizer", 0.25), ("random", None, 1)],
)
def test_trials_said_to_be_guided_are_those_that_depend_on_results(
    start: str, per: str | None, growth: float
) -> None:
    of = study(search={"start": start, "per": per, "growth": growth})
    one, other = asked(of, 30), asked(of, 30, sign=-1)
    depend = [number for number in range(30) if one[number] != other[number]]
    assert depend == list(itertools.takewhile(lambda n: n < 30, guidance.guided(of)))


def test_how_many_trials_learn_is_said() -> None:
    assert words.text(study(search={"start": "sobol"}), 20) == (
        "11 of 20 trials learn from earlier results, from trial 9 on; before them the defaults and "
        "Sobol points"
    )
    said = words.text(study(), 8)
    assert said.startswith("none of 8 trials: tpe waits for 8 results, and trial 9 would be the fi")
    assert words.text(study(search={"sampler": "qmc"}), 8).endswith("does not learn from results")
    assert words.text(study(search={"start": "sobol", "from": "runs/a"}), 20) == (
        "from trial 9 on at the latest; before it, too, if runs/a has 8 trials that lie in this "
        "space"
    )


NEAREST: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"learning_rate": {"low": 1e-4, "high": 1e-2}}, {"learning_rate": 0.01}),
    ({"learning_rate": [1e-3, 0.1]}, {"learning_rate": 0.1}),
    ({"batch_size": {"low": 8, "high": 64, "step": 8}}, {"batch_size": 48}),
    ({"batch_size": [16, "full"]}, {"batch_size": 16}),
    ({"keep_prob": {"low": 0.5, "high": 1, "step": 0.25}}, {"keep_prob": 1.0}),
    (
        {"keep_prob": {"per_layer": {"low": 0.5, "high": 1}}},
        {"keep_prob.0": 0.9, "keep_prob.1": 0.9},
    ),
    ({"hidden": [[], [8], [64, 32], [200]]}, {"hidden": "[64, 32]"}),
    (
        {"hidden": {"depth": {"low": 1, "high": 3}, "width": {"low": 2, "high": 30}}},
        {"hidden.depth": 2, "hidden.width": 30},
    ),
    ({"max_norm": {"low": 1, "high": 4}}, {"max_norm": 4.0}),
    (
        {"optimizer": {"choices": {"momentum": {"beta": {"low": 0, "high": 0.7}}, "adam": {}}}},
        {"optimizer": "momentum", "optimizer.momentum.beta": 0.7},
    ),
    (
        {"optimizer": {"choices": {"momentum": {"learning_rate": RATE}}}},
        {"optimizer": "momentum", "optimizer.momentum.learning_rate": 0.03},
    ),
    (
        {"batch_size, learning_rate": [[8, 0.03], [64, 0.02]]},
        {"batch_size,learning_rate": "[64, 0.02]"},
    ),
    ({"optimizer": ["adam", "rmsprop"]}, {"optimizer": "adam"}),
    ({"optimizer": ["nadam", "rmsprop"]}, None),
    ({"l2": {"choices": [0, {"low": 1, "high": 2}]}}, {"l2": 0.0}),
    (
        {"learning_rate": {"choices": [1, {"low": 0.001, "high": 0.01}]}},
        {"learning_rate": "range", "learning_rate.range": 0.01},
    ),
    ({"activation": ["tanh", "sigmoid"]}, None),
]


@pytest.mark.parametrize(("entries", "expected"), NEAREST, ids=lambda e: ", ".join(e or ["none"]))
def test_the_nearest_setting_of_a_space(
    entries: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    inside = space(entries)
    said = {
        "learning_rate": 0.03,
        "batch_size": 50,
        "keep_prob": 0.9,
        "hidden": (64, 48),
        "activation": "relu",
        "optimizer": ("momentum", (("beta", 0.9),)),
    }
    assert nearest(inside, inside.default | said) == expected


def test_the_nearest_setting_keeps_the_constraints_or_is_none() -> None:
    of = study(constraints=["learning_rate < 0.01"])
    assert nearest(of.space, of.space.default | {"learning_rate": 0.02}) is None


def test_the_portfolio_lies_in_what_a_new_study_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sweeps.commands.work import new
    from sweeps.study.file.documents import read

    monkeypatch.chdir(tmp_path)
    new.create("fresh", None, None)
    of = parsing.study(read(tmp_path / "fresh.yaml"))
    assert 1 < len(starts.portfolio(of.space)) <= len(starts.settings()) <= 6


def test_a_storages_earlier_run_goes_on_without_its_folder(tmp_path: Path) -> None:
    """As it began: with the whole window and random trials, which its identity does not say."""
    values = {
        "name": "tiny",
        "data": {"source": "synthetic:moons", "options": {"rows": 60}},
        "fixed": {"hidden": [2], "epochs": 2},
        "space": {"learning_rate": RATE},
        "replicates": 1,
    }
    url = f"sqlite:///{tmp_path / 'run.db'}"
    options: dict[str, Any] = {"storage": url, "jobs": 1, "confirm": False, "quiet": True}
    was = {"sampler": {"tpe": {"startup": 2}}, "window": 4}
    first = sweeps.run(
        {**values, "search": {**was, "growth": 1, "start": "random"}},
        out=tmp_path / "1",
        trials=6,
        **options,
    )
    known = identities.read(first.folder / "artifacts" / "identity.json")
    assert not {"growth", "start"} & known["search"].keys()
    longer = sweeps.run({**values, "search": was}, out=tmp_path / "2", trials=9, **options)
    assert "growth: 1.0" in (longer.folder / "study.yaml").read_text()
    other = sweeps.run(
        {**values, "name": "new", "search": was}, out=tmp_path / "2", trials=1, **options
    )
    assert "growth: 0.25" in (other.folder / "study.yaml").read_text()
