"""No statistic is of other rows than those that train: one test over all that is fitted.

What dev and test rows hold is changed out of recognition, and what each network trains on stays as
it was, replicate by replicate: each kind of column, each scale of inputs and of the target, each
way in which rows are drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sweeps.data import Dataset
from sweeps.data.arrays import scaling, target_scaling
from sweeps.data.datasets import folded_dataset, growing_dataset, loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.source.source_table import SourceTable
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import DataSpec
from sweeps.study.replicates_section import ReplicatesSpec

ROWS = 120
DAYS = list(pd.date_range("2023-01-01", periods=ROWS).strftime("%Y-%m-%d"))
COMMON = [f"word {n % 18}" for n in range(ROWS)]
NEW = [f"new {n // 5}" for n in range(ROWS)]  # as many words: what a column is, all rows say
RARE = [f"rare {n}" for n in range(6)]
# A column for each way of reading, and what stands in rows that it must not be fitted on.
COLUMNS: Mapping[str, tuple[list[Any], Any]] = {
    "number": (list(np.exp(np.random.default_rng(2).normal(size=ROWS))), 1e6),
    "flag": ([0.0, 1.0, 1.0], 1e6),
    "spelled": (["1,234", "2,500", "999"], "9,999,999"),
    "dates": (DAYS, "1950-01-01"),
    "gaps": (["x", "y"], None),
    "rare": ([*RARE, *COMMON[6:]], NEW),
    "many": ([f"{n // 5}th" for n in range(ROWS)], NEW),
    "ordered": (["low", "middle", "high"], "highest"),
}
ORDER = {"ordered": ["low", "middle", "high", "highest"]}
CLASSES = ["a", "b", "b"] * (ROWS // 3)
NUMBERS = list(np.exp(np.random.default_rng(3).normal(size=ROWS)))
INPUTS = (scaling.STANDARDIZE, *scaling.SCALINGS)
TARGETS = (target_scaling.STANDARDIZE, *target_scaling.TARGET_SCALES)
HOWS = (
    "none", "kfold", "repeated", "bootstrap", "rolling", "confirmation", "learning curve", "nested",
)  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """A dataset, and of each of its sets of training rows the table's rows that are in it."""

    dataset: Dataset
    rows: list[NDArray[np.intp]]


def table(is_number: bool) -> pd.DataFrame:
    cells = {name: np.resize(np.array(own, object), ROWS) for name, (own, _) in COLUMNS.items()}
    frame = pd.DataFrame({**cells, "day": DAYS, "y": NUMBERS if is_number else CLASSES})
    return frame.astype({"number": float, "flag": float})


def divided(frame: pd.DataFrame, how: str, words: str) -> DividedTable:
    data: dict[str, Any] = {"words": words, "columns": ORDER, "rare": 0.05}
    if how == "rolling":
        data["split"] = {"time": "day"}
    else:
        data["ignore"] = ["day"]
    if how == "nested":
        data["split"] = {"outer": {"folds": 3, "fold": 1}}
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", **data})
    return loading.divided(SourceTable(frame, "y", ""), spec)


def trained(known: DividedTable, how: str) -> list[Trained]:
    """What is trained on, where rows are drawn so: of a learning curve each size."""
    whole = loading.encoded(known, "float64")
    if how in ("none", "nested"):
        return [Trained(whole, [known.parts["train"]])]
    if how in ("confirmation", "learning curve"):
        confirm = Confirm.model_validate({"replicates": 3, "folds": 3, "learning_curve": 4})
        if how == "learning curve":
            rows = growing_dataset.growing_rows(known, confirm)
            grown = growing_dataset.growing(known, whole, rows, "float64")
            sizes = zip(grown, rows.sizes[:-1], strict=True)
            return [Trained(one, [own.train for own in size]) for one, size in sizes]
        pool = resampled_dataset.pool(known, resampling.CONFIRMATION)
        _, drawn = folded_dataset.drawn_folds(confirm, known.spec.split, pool)
        made = folded_dataset.folded(known, whole, confirm, "float64")
        return [Trained(made, [own.train for own in drawn])]
    replicates = ReplicatesSpec.model_validate({"count": 3, "resample": how})
    pool = resampled_dataset.pool(known, resampling.SEARCH)
    drawn = resampling.draw(replicates, known.spec.split, pool)
    made = resampled_dataset.resampled(known, whole, replicates, "float64")
    return [Trained(made, [own.train for own in drawn])]


def marked(frame: pd.DataFrame, train_rows: NDArray[np.intp], is_number: bool) -> pd.DataFrame:
    """The same, but for all that the rows hold that do not train."""
    other = np.setdiff1d(np.arange(ROWS), train_rows)
    assert len(other) > 0
    changed = frame.copy()
    for name, (_, mark) in COLUMNS.items():
        changed.loc[other, name] = mark if not isinstance(mark, list) else np.array(mark)[other]
    if is_number:
        changed.loc[other, "y"] = 1e3 + np.arange(len(other))
    return changed


def scaled(dataset: Dataset, inputs: str, target: str) -> Dataset:
    return target_scaling.scaled(scaling.scaled(dataset, inputs), target)


def expect_alike(ours: Dataset, theirs: Dataset) -> None:
    """Training rows alike, but for inputs that only other rows' words and gaps have; dev not."""
    x, other = (one.parts["train"].x for one in (ours, theirs))
    np.testing.assert_array_equal(x[:, x.any(axis=0)], other[:, other.any(axis=0)])
    # The study's numbers are in SDs of training rows of its own: the last bits may differ.
    exact = 1e-9 if ours.target.kind == "regression" else 0
    y, other = (one.parts["train"].y for one in (ours, theirs))
    np.testing.assert_allclose(y, other, rtol=0, atol=exact)
    assert not np.array_equal(ours.parts["dev"].x, theirs.parts["dev"].x)


@pytest.mark.parametrize("words", ["one_hot", "target"])
@pytest.mark.parametrize("kind", ["classes", "numbers"])
@pytest.mark.parametrize("how", HOWS)
def test_what_a_network_trains_on_is_of_its_own_rows(how: str, kind: str, words: str) -> None:
    is_number = kind == "numbers"
    frame = table(is_number)
    scales = [(name, TARGETS[0]) for name in INPUTS]
    scales += [(INPUTS[0], name) for name in TARGETS[1:]] if is_number else []
    for size, before in enumerate(trained(divided(frame, how, words), how)):
        for number, rows in enumerate(before.rows):
            changed = divided(marked(frame, rows, is_number), how, words)
            after = trained(changed, how)[size].dataset
            for names in scales:
                ours, theirs = (
                    scaled(one, *names).each_trained[number] for one in (before.dataset, after)
                )
                expect_alike(ours, theirs)
