"""Balanced error and AUC beside error, where classes are uneven, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports import winners
from reports.advice import facts
from reports.frames import load
from reports.stats.sampling import scores
from reports.stats.settings import measures, uneven

LABELS = {"balanced error": "balanced_error", "AUC": "auc"}
BESIDE = list(LABELS.values())


def beside(folder: Path) -> list[winners.ScoreColumn]:
    return [one for one in winners.table(load(folder)).columns if one.name in BESIDE]


def test_uneven_classes_are_scored_class_by_class_in_every_table(
    folder_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of("ordinary")
    assert not beside(folder)  # about as many of each
    monkeypatch.setattr(uneven, "UNEVEN", 0)
    run, found = load(folder), beside(folder)
    assert [one.name for one in found] == BESIDE
    target = run.predictions.target("test").astype(int)
    entries = winners.table(run).entries
    assert {one.role for one in entries} >= {"winner", "baseline"}
    once = np.ones((1, len(target)))
    for column, score in zip(found, (scores.balanced_error, scores.auc), strict=True):
        assert "for every row has an error of" in column.about[1]
        each = zip(entries, column.scores, strict=True)
        for entry, cell in ((one, cell) for one, cell in each if not one.diverged):
            said = run.predictions.of(entry.config, "test")
            assert cell.key == pytest.approx(score(target, said, once).mean(), rel=1e-4)


def test_the_first_number_has_them_beside_it(
    folder_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of("ordinary")
    monkeypatch.setattr(uneven, "UNEVEN", 0)
    run = load(folder)
    found = {one.name: one for one in beside(folder)}
    entry = next(n for n, one in enumerate(winners.table(run).entries) if one.role == "baseline")
    name = winners.table(run).entries[entry].config
    error = measures.on_new_rows(run, name, measures.plain())
    said = facts.error(run, name, error).term
    each = (f"{label} {found[column].scores[entry].number}" for label, column in LABELS.items())
    assert said == "; ".join(("share of rows answered wrongly", *each))


def test_a_number_has_none(folder_of: Callable[[str], Path]) -> None:
    assert not beside(folder_of("regression"))
