"""Balanced error and AUC beside error, where classes are uneven, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reports.frames import load
from reports.sections import uneven as section
from reports.sections.uneven import uneven
from reports.stats import scores


def test_uneven_classes_have_a_table_of_their_own(
    folder_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(folder_of("ordinary"))
    assert uneven(run) is None  # about as many of each
    monkeypatch.setattr(section, "UNEVEN", 0)
    table = uneven(run)
    assert table is not None
    target, said = (
        run.predictions.target("test").astype(int),
        run.predictions.of(run.winner, "test"),
    )
    once = np.ones((1, len(target)))
    for cell, score in zip(
        table.rows[0].cells[1:], (scores.balanced_error, scores.auc), strict=True
    ):
        assert cell.key == pytest.approx(score(target, said, once).mean(), rel=1e-4)


def test_a_number_has_no_such_table(folder_of: Callable[[str], Path]) -> None:
    assert uneven(load(folder_of("regression"))) is None
