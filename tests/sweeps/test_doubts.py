"""What is said of the data before anything trains: once, with its remedy, unless it is silenced."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.data import Dataset
from sweeps.data.datasets import loading
from sweeps.data.source.source_table import SourceTable
from sweeps.phases.prepare import prepare
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents
from sweeps.views import doubts
from tests.sweeps import helpers as small
from tests.sweeps.helpers import sweeps

ROWS = 300


def plain(share: float = 0.5) -> pd.DataFrame:
    """Two columns that tell half of the target, and words."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS)})
    score = frame["a"] + frame["b"] + rng.normal(size=ROWS)
    frame["plan"] = rng.choice(["basic", "plus", "gold"], ROWS)
    frame["y"] = np.where(score > score.quantile(1 - share), "yes", "no")
    return frame


def numbers() -> pd.DataFrame:
    frame = plain()
    return frame.assign(y=frame["a"] + np.random.default_rng(1).normal(size=ROWS))


def told(frame: pd.DataFrame, **data: Any) -> list[tuple[str, str]]:
    return [(word, line) for word, line in made(frame, **data).facts.get("doubts", ())]


def made(frame: pd.DataFrame, **data: Any) -> Dataset:
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", **data})
    return loading.encoded(loading.divided(SourceTable(frame, "y", ""), spec), "float32")


def is_yes(frame: pd.DataFrame) -> pd.Series:
    return frame["y"] == "yes"


NOISE = np.random.default_rng(2).normal(size=ROWS)
# What is said, its beginning, and the table of which it is.
DOUBTS: Mapping[str, tuple[str, str, Callable[[], pd.DataFrame]]] = {
    "a copy with noise": (
        "leak",
        "column 'more' alone tells ",
        lambda: plain().assign(more=lambda f: is_yes(f) + 0.05 * NOISE),
    ),
    "words that are the target": (
        "leak",
        "column 'more' alone tells 100 % of the target: add it to data.ignore",
        lambda: plain().assign(more=lambda f: np.where(is_yes(f), "left", "stays")),
    ),
    "a function of a number": (
        "leak",
        "column 'more' alone tells ",
        lambda: numbers().assign(more=lambda f: -((f["y"] + 9) ** 2)),
    ),
    "gaps of one class": (
        "gaps",
        "column 'more' is missing only where the target is 'no'",
        lambda: plain().assign(
            more=lambda f: np.where(~is_yes(f) & (NOISE > 0), np.nan, NOISE),
        ),
    ),
    "gaps where the target is the other class": (  # so that the column tells the target, too
        "gaps",
        "column 'more' has a value only where the target is 'yes'",
        lambda: plain().assign(more=lambda f: np.where(is_yes(f), NOISE, np.nan)),
    ),
    "values of one class": (
        "gaps",
        "column 'more' has a value only where the target is 'yes'",
        lambda: plain().assign(more=lambda f: np.where(is_yes(f) & (NOISE > 0), "x", None)),
    ),
    "customers": (
        "groups",
        "column 'customer' has 60 values in 300 rows",
        lambda: plain().assign(customer=np.random.default_rng(3).permutation(ROWS) % 60),
    ),
    "customers that are all of one class": (
        "leak",
        "column 'customer' alone tells 100 % of the target: data.group: 'customer' keeps its rows",
        lambda: plain().assign(customer=lambda f: (np.arange(ROWS) // 25).astype(str) + f["y"]),
    ),
    "rows that come twice": (
        "duplicates",
        "",
        lambda: pd.concat([plain()[:150]] * 2, ignore_index=True),
    ),
    "a rare class": (
        "classes",
        "class 'yes' has 10 of 180 training rows, and 'no' for every row is right in 94%",
        lambda: plain(0.06),
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_is_told_alone_unless_it_is_silenced(name: str) -> None:
    word, beginning, table = DOUBTS[name]
    found = told(table())
    assert [one for one, _ in found] == [word]
    assert found[0][1].startswith(beginning)
    assert f"data.quiet: [{word}]" in found[0][1]
    assert told(table(), quiet=[word]) == []
    quiet = DataSpec.model_validate({"source": "t.csv", "target": "y", "quiet": [word]})
    dataset = made(table())
    assert dataset.identity(quiet) == dataset.identity(DataSpec(source="t.csv", target="y"))


def test_a_column_that_the_study_declares_is_not_doubted() -> None:
    leaks = plain().assign(more=lambda f: is_yes(f) + 0.05 * NOISE)
    assert told(leaks, columns={"more": "number"}) == []


def test_test_rows_are_not_asked_whether_a_column_leaks() -> None:
    """A column that is the target in the rows that do not train tells nothing of it."""
    frame = plain()
    train = loading.divided(
        SourceTable(frame, "y", ""), DataSpec(source="t.csv", target="y")
    ).parts["train"]
    frame["more"] = is_yes(frame).astype(float)
    frame.loc[train, "more"] = NOISE[train]
    assert told(frame) == []


def test_test_rows_that_are_dev_rows_are_told_with_those_that_train() -> None:
    frame = plain().assign(part=["train"] * 180 + ["dev"] * 60 + ["test"] * 60)
    same = [column for column in frame if column != "part"]
    frame.loc[240:246, same] = frame.loc[180:186, same].to_numpy()
    split = {"split": {"column": "part"}}
    ((word, line),) = told(frame, **split)
    assert (word, line.partition(",")[0]) == (
        "duplicates",
        "7 of 60 test rows also occur among the dev rows",
    )
    frame.loc[250:252, same] = frame.loc[0:2, same].to_numpy()
    ((_, line),) = told(frame, **split)
    assert line.startswith(
        "3 of 60 test rows also occur in the training set and 7 among the dev rows, so the test"
    )
    assert told(frame, quiet=["duplicates"], **split) == []


def test_rows_of_few_values_that_are_alike_by_chance_are_no_copies() -> None:
    rng = np.random.default_rng(4)
    answers = pd.DataFrame({name: rng.integers(1, 4, ROWS) for name in ("a", "b", "c", "d")})
    answers["y"] = np.where(answers["a"] + rng.integers(0, 3, ROWS) > 3, "yes", "no")
    facts = made(answers).facts
    assert (facts["duplicates"] > 20, facts["met_by_chance"]) == (True, True)
    assert told(answers) == []
    measured = answers.assign(size=rng.normal(size=ROWS))
    copied = pd.concat([measured[:295], measured[:5]], ignore_index=True)
    assert [word for word, _ in told(copied)] == ["duplicates"]


@pytest.mark.parametrize(
    ("data", "replicates", "is_told"),
    [
        ("{source: t.csv, target: y}", "{count: 2, resample: none}", True),
        ("{source: t.csv, target: y}", "{count: 2, resample: kfold, folds: 2}", False),
        ("{source: t.csv, target: y, dev: {source: t.csv}}", "{count: 2, resample: none}", True),
        ("{source: t.csv, target: y, quiet: [duplicates]}", "{count: 2, resample: none}", False),
    ],
)
def test_dev_rows_that_train_are_told_where_they_are_one_set(
    tmp_path: Path, data: str, replicates: str, is_told: bool
) -> None:
    pd.concat([plain()[:150]] * 2).to_csv(tmp_path / "t.csv", index=False)
    text = f"name: small\ndata: {data}\nspace: {{l2: [0, 1]}}\nreplicates: {replicates}\n"
    study, dataset = prepare(documents.parse(text, "s.yaml"), tmp_path, [])
    said = [line for line in doubts.lines(study, dataset) if "dev rows also occur" in line]
    assert len(said) == is_told
    assert all("data.quiet: [duplicates]" in line for line in said)


def test_folds_are_not_advised_where_a_class_has_too_few_rows_for_them(tmp_path: Path) -> None:
    for rare, advice in ((4, "with class 'yes', which has 3 rows"), (20, "replicates: {resample")):
        plain(rare / ROWS).to_csv(tmp_path / "t.csv", index=False)
        text = "name: s\ndata: {source: t.csv, target: y}\nspace: {l2: [0, 1]}\n"
        text += "replicates: {count: 5, resample: none}\n"
        study, dataset = prepare(documents.parse(text, "s.yaml"), tmp_path, [])
        (line,) = (one for one in doubts.lines(study, dataset) if "dev rows tell" in one)
        assert f"(95 %): {advice}" in line


STUDY = """
name: small
data: {source: t.csv, target: y}
fixed: {hidden: [4], epochs: 2}
space: {learning_rate: [0.01, 0.1]}
replicates: {count: 2, resample: none}
"""


def test_doubts_are_warnings_of_check_and_of_new(tmp_path: Path) -> None:
    plain(0.06).to_csv(tmp_path / "t.csv", index=False)
    small.study(tmp_path, STUDY)
    said = sweeps("check", "small.yaml", cwd=tmp_path, module="sweeps").stdout
    assert "warning   class 'yes' has " in " ".join(said.split("\n"))
    assert "60 dev rows tell no less than ±8 points" in " ".join(said.split())
    quiet = ("--set", "data.quiet=[classes, dev_rows]", "--set", "search.trials=2")
    said = sweeps("check", "small.yaml", *quiet, cwd=tmp_path, module="sweeps").stdout
    assert "warning" not in said
    wrong = ("--set", "data.quiet=[clases]")
    fault = sweeps("check", "small.yaml", *wrong, cwd=tmp_path, code=2, module="sweeps").stderr
    assert "data.quiet" in fault
    assert len(fault.splitlines()) == 1
    said = sweeps("new", "b", "--data", "t.csv", "--target", "y", cwd=tmp_path, module="sweeps")
    assert "warning class 'yes' has " in said.stdout


@pytest.mark.parametrize(
    ("name", "values", "is_told"),
    [
        ("year", np.arange(ROWS) + 1700.0, True),
        ("time", np.arange(ROWS) / 12 + 1949, True),
        ("time", np.arange(ROWS) / 12, False),
        ("size", np.arange(ROWS) / 12 + 1949, False),
        ("year", np.arange(ROWS) % 50 + 1949, False),
        ("date", np.arange(ROWS) + 791_012, True),
    ],
)
def test_years_in_order_are_told_to_be_times(name: str, values: Any, is_told: bool) -> None:
    facts = made(numbers().assign(**{name: values})).facts
    assert facts.get("dated", []) == [name] * is_told
    if is_told:  # what is predicted divides no rows
        assert "dated" not in made(numbers().assign(y=values)).facts


def test_new_tells_of_dates(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=ROWS).astype(str)
    plain().assign(day=days).to_csv(tmp_path / "t.csv", index=False)
    said = sweeps("new", "b", "--data", "t.csv", "--target", "y", cwd=tmp_path, module="sweeps")
    assert "warning column 'day' holds dates: " in said.stdout
