"""The table of all trials: what is searched comes first, what is alike in all is said once."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from reports.frames import Run, load
from reports.naming import plain_name
from reports.sections.blocks import Paragraphs, Table
from reports.sections.runs import runs
from reports.stats.speed import trial_curves


def parts(run: Run) -> tuple[str, Table]:
    lead, table = runs(run).blocks
    assert isinstance(lead, Paragraphs)
    assert isinstance(table, Table)
    return " ".join(lead.paragraphs), table


def heads(table: Table) -> list[str]:
    return [column.label for column in table.columns]


def test_searched_settings_come_first_and_what_is_alike_is_said_once(
    make: Callable[..., Path],
) -> None:
    run = load(make())
    words, table = parts(run)
    searched = list(map(plain_name, run.parameters))
    assert heads(table)[: len(run.parameters) + 2] == ["Trial", *searched, "State"]
    assert "The same" not in words
    alike = run.trials.assign(epochs=60, state="complete", **{"param.l2": 0.5})
    words, table = parts(replace(run, trials=alike, memo={}))
    assert "The same in every trial, and not in the table: L2 penalty 0.5, epochs 60." in words
    assert not {"L2 penalty", "State", "Epochs"} & set(heads(table))
    assert len(table.rows) == len(run.trials)


def test_paper_has_the_best_of_many_trials_and_says_so(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(make())
    assert parts(run)[1].on_paper == ""
    monkeypatch.setattr(import_module("reports.sections.runs"), "PRINTED", 5)
    table = parts(run)[1]
    kept = {int(row.id.removeprefix("trial-")) for row in table.rows if row.tone != "off-paper"}
    best = run.trials.sort_values("value", kind="stable")["trial"].head(5)
    assert kept == set(best.astype(int))
    assert table.on_paper.startswith(f"On paper: the 5 best of {len(run.trials)} trials")


def test_a_single_trial_keeps_its_columns(make: Callable[..., Path]) -> None:
    run = load(make())
    words, table = parts(replace(run, trials=run.trials.head(1), memo={}))
    assert "The same" not in words
    assert {"State", "Epochs", "Diverged"} <= set(heads(table))


def test_curves_are_thinned_to_their_room_and_keep_their_ends(make: Callable[..., Path]) -> None:
    run = load(make())
    found = trial_curves.thinned(run)
    searched = run.curves[run.curves["phase"] == "search"]
    assert set(found) == set(searched["trial"])
    epochs, train, dev = found[2]
    rows = searched[searched["trial"] == 2]
    assert (epochs[0], epochs[-1]) == (0, rows["epoch"].max())
    assert len(epochs) == len(train) == len(dev) == trial_curves.MOST
    end = rows.loc[rows["epoch"] == rows["epoch"].max(), "dev_error"].mean()
    assert dev[-1] == float(f"{100 * end:.3g}")


def test_curves_for_which_there_is_no_room_are_left_out(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(make())
    assert "opens its learning curve" in parts(run)[1].note
    monkeypatch.setattr(trial_curves, "ROOM", 39 * trial_curves.POINT * trial_curves.FEWEST - 1)
    without = replace(run, memo={})
    assert not trial_curves.thinned(without)
    assert "opens its learning curve" not in parts(without)[1].note
