"""Remedies that follow from what the winner has."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.frames import load
from reports.stats.bias_variance import remedies
from reports.stats.bias_variance.gaps import HIGH_BIAS as BIAS
from reports.stats.bias_variance.gaps import HIGH_VARIANCE as VARIANCE


@pytest.fixture
def having(make: Callable[..., Path], copy: Callable[[Path], Path]) -> Callable[..., str]:
    """The remedies of a winner that has these settings, all of them searched or none."""

    def advice(
        verdict: str,
        searched: bool = True,
        epochs: int = 60,
        rest: bool = False,
        counted: int | None = None,
        **settings: Any,
    ) -> str:
        folder = copy(make(top=1, defaults=False))
        confirm = pd.read_parquet(folder / "confirm.parquet")
        given = {"hidden": [32, 16], "l2": 1e-3, "keep_prob": 0.8, "patience": "none"} | settings
        confirm["settings"] = json.dumps(given)
        confirm["epochs"] = epochs
        if counted is not None:
            confirm["counted_epoch"] = counted
            path = folder / "provenance.json"
            found = json.loads(path.read_text())
            found["objective"]["at"] = "shared"
            path.write_text(json.dumps(found))
        if rest:
            curves = pd.read_parquet(folder / "curves.parquet")
            curves["train_loss"] = 0.1
            curves.to_parquet(folder / "curves.parquet", index=False)
        confirm.to_parquet(folder / "confirm.parquet", index=False)
        trials = pd.read_parquet(folder / "trials.parquet")
        if not searched:
            trials = trials.drop(columns=["param.hidden", "param.l2", "param.keep_prob"])
        trials.to_parquet(folder / "trials.parquet", index=False)
        run = load(folder)
        return " ".join(remedies.remedies(run, str(run.winner), verdict))

    return advice


@pytest.mark.parametrize(
    ("verdict", "settings", "said", "unsaid"),
    [
        (VARIANCE, {"keep_prob": 0.5}, "more dropout than 50\N{NO-BREAK SPACE}%", "dropout 50"),
        (
            VARIANCE,
            {"keep_prob": 0.8},
            "on either side: hidden layers 32+16, dropout 20",
            "more dropout",
        ),
        (VARIANCE, {"hidden": [16]}, "smaller hidden layers than 16", "larger"),
        (VARIANCE, {"hidden": []}, "More training rows", "hidden layers"),
        (VARIANCE, {"hidden": []}, "on either side: L2 penalty 0.001.", "dropout"),
        (VARIANCE, {"l2": 1.0}, "a higher L2 penalty than 1", "a lower L2"),
        (BIAS, {"keep_prob": 1.0}, "larger hidden layers than 32+16", "dropout"),
        (BIAS, {"l2": 0.0}, "Better features", "L2"),
        (BIAS, {"l2": 1e-6}, "Better features", "L2"),
        (BIAS, {"hidden": [16]}, "on either side: hidden layers 16", "larger"),
        (BIAS, {"keep_prob": [0.8, 0.6]}, "dropout 30", "less"),
    ],
)
def test_no_advice_against_what_the_winner_has(
    having: Callable[..., str], verdict: str, settings: dict[str, Any], said: str, unsaid: str
) -> None:
    found = having(verdict, **settings)
    assert said in found
    assert unsaid not in found.replace(said, "")


def test_what_was_not_searched_is_open(having: Callable[..., str]) -> None:
    found = having(VARIANCE, searched=False, keep_prob=1.0, l2=0.0)
    assert (
        "Not searched, and so open: smaller hidden layers (fixed at 32+16), more dropout "
        "(fixed at 0\N{NO-BREAK SPACE}%) and a higher L2 penalty (fixed at 0)."
    ) in found


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({}, "the train loss still fell by"),
        ({"rest": True}, "the train loss has come to rest"),
        ({"patience": 5, "epochs": 20}, "early stopping ended the training before the last"),
        ({"counted": 31}, "epoch 31 of 60 was the best on dev"),
        ({"counted": 58}, "the train loss still fell by"),
    ],
)
def test_more_epochs_only_where_the_training_was_not_over(
    having: Callable[..., str], what: dict[str, Any], said: str
) -> None:
    found = having(BIAS, **what)
    assert said in found
    assert found.count("More epochs") == 1


def test_of_a_users_trainer_only_what_was_searched(
    having: Callable[..., str], make: Callable[..., Path]
) -> None:
    run = load(make())
    run.provenance["trainer"] = {"call": "mine:train"}
    names = {lever.name for lever, _ in remedies._present(run, str(run.winner))}
    assert names == {"hidden", "l2"}
    run = replace(run, trials=run.trials.drop(columns="param.l2"))
    assert {lever.name for lever, _ in remedies._present(run, str(run.winner))} == {"hidden"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "on either side: hidden layers 32+16 and L2 penalty 0"),
        (1.0, "a higher L2 penalty than 1"),
    ],
)
def test_a_range_beside_exact_values_has_ends(
    make: Callable[..., Path], copy: Callable[[Path], Path], value: float, said: str
) -> None:
    """As `sweeps new` writes it: l2: {choices: [0, {low: 1e-3, high: 1, log: true}]}."""
    folder = copy(make(top=1, defaults=False))
    path = folder / "provenance.json"
    known = json.loads(path.read_text())
    (entry,) = [one for one in known["space"] if one["name"] == "l2"]
    known["space"].append({**entry, "name": "l2.range", "low": 1e-3})
    entry |= {"kind": "choice", "low": None, "high": None, "choices": ["0", "range"]}
    path.write_text(json.dumps(known))
    confirm = pd.read_parquet(folder / "confirm.parquet")
    given = {"hidden": [32, 16], "l2": value, "keep_prob": 0.5, "patience": "none"}
    confirm["settings"] = json.dumps(given)
    confirm.to_parquet(folder / "confirm.parquet", index=False)
    run = load(folder)
    assert said in " ".join(remedies.remedies(run, str(run.winner), VARIANCE))
