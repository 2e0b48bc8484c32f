"""The few words by which confirmed settings are told apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import labels, summary
from reports.frames import load
from reports.sections.links import link
from reports.stats.search import tuning


@pytest.mark.parametrize("kind", ["ordinary", "regression", "front", "two seeds", "one setting"])
def test_labels_tell_the_settings_apart_and_fit(
    folder_of: Callable[[str], Path], kind: str
) -> None:
    found = labels.labels(load(folder_of(kind)))
    assert len(set(found.values())) == len(found)
    assert all(0 < len(label) <= labels.WIDTH for label in found.values())


def test_a_label_begins_with_what_people_ask_for_first(make: Callable[..., Path]) -> None:
    run = load(make())
    for config, label in labels.labels(run).items():
        assert label.startswith(f"{labels.searched(run, config)['optimizer']}, rate ")


def test_a_setting_is_called_by_its_words_its_number_small_beside_them(
    make: Callable[..., Path],
) -> None:
    run = load(make())
    label = labels.labels(run)[str(run.winner)]
    assert labels.named(run)(str(run.winner)) == f"{label} ({run.winner})"
    assert labels.named(run)("defaults") == f"defaults ({labels.labels(run)['defaults']})"
    assert labels.named(run)("logistic regression") == "logistic regression"
    assert labels.in_lines(run)[str(run.winner)] == f"{label}\n{run.winner}"
    cell = link(run, str(run.winner))
    assert (cell.text.lower(), cell.quiet) == (label.lower(), run.winner)


@pytest.mark.parametrize("trainer", [None, {"call": "m:train"}])
def test_without_hidden_layers_nothing_is_said_of_them(
    make: Callable[..., Path],
    copy: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    trainer: dict[str, Any] | None,
) -> None:
    run = load(copy(make()))
    config = run.configs[0]
    settings = {"hidden": [], "keep_prob": 0.8, "l2": 0.1}
    monkeypatch.setattr(summary, "settings", lambda *_: settings)
    monkeypatch.setattr(tuning, "settings_of", lambda *_: {**settings, "keep_prob.0": 0.8})
    monkeypatch.setitem(run.provenance, "trainer", trainer)
    found = set(labels.searched(run, config))
    assert found == ({"hidden", "l2"} if trainer is None else {*settings, "keep_prob.0"})


def test_a_name_that_is_too_long_is_cut(folder_of: Callable[[str], Path]) -> None:
    found = labels.labels(load(folder_of("hostile")))
    assert all(len(label) <= labels.WIDTH for label in found.values())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("optimizer", "adam", "adam"),
        ("optimizer.momentum.learning_rate", 0.07820484, "rate 0.078"),
        ("learning_rate", 0.001, "rate 0.001"),
        ("learning_rate", 0.000432049, "rate 0.00043"),
        ("l2", 1.3e-6, "L2 1.3e-6"),
        ("l2", 0.0, "no L2"),
        ("l1", 0.3, "L1 0.3"),
        ("keep_prob", 1.0, "no dropout"),
        ("keep_prob", 0.8, "dropout 20\N{NO-BREAK SPACE}%"),
        ("hidden", "[32, 16]", "32+16 units"),
        ("hidden", "[20, 20]", "2×20 units"),
        ("hidden", "[1]", "1 unit"),
        ("initializer", "he", "He weights"),
        ("hidden", "[]", "no hidden layer"),
        ("batch_norm", False, "no batch norm"),
        ("batch_norm", True, "batch norm"),
        ("batch_size", "full", "all rows a batch"),
        ("channels", 16, "channels 16"),
    ],
)
def test_words(name: str, value: str | float | bool | int, words: str) -> None:
    assert labels._words(name, value) == words


def test_settings_that_differ_in_little_are_still_told_apart(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    import pandas as pd

    folder = copy(make(top=2, defaults=False))
    trials = pd.read_parquet(folder / "trials.parquet")
    for name in ("learning_rate", "l2", "optimizer", "hidden", "batch_size"):
        trials[f"param.{name}"] = trials[f"param.{name}"].iloc[0]
    trials["param.optimizer.momentum.beta"] = float("nan")
    trials.to_parquet(folder / "trials.parquet", index=False)
    found = labels.labels(load(folder))
    assert all(label.startswith("dropout ") for label in found.values())
    assert len(set(found.values())) == 2
