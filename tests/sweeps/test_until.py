"""A confirmation that goes on in rounds until it is decided."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

import sweeps
from reports.stats.bias_variance import open_questions
from reports.stats.sampling import looks
from sweeps.base.errors import UserError
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.phases import confirmed as of_confirmation
from sweeps.phases import prepare, rounds
from sweeps.phases.confirmed import Confirmed
from sweeps.results import looking
from sweeps.study.confirm_section import Confirm
from sweeps.study.file import documents
from sweeps.study.fold_design import FoldDesign
from sweeps.training import baselines
from tests.sweeps import helpers as small
from tests.sweeps.test_resampling import divided, table

TWO_FOLDS = {"replicates": 4, "folds": 2, "seeds": 1}
BY_RULE = ("confirm.folds=null", "confirm.seeds=null")
RUN = """
name: until
data: {source: t.csv, target: y, ignore: [patient]}
space: {learning_rate: {low: 0.001, high: 0.1, log: true}}
fixed: {hidden: [6], epochs: 4}
objective: {metric: dev_loss, at: last}
replicates: {count: 2, resample: kfold}
search: {trials: 2}
confirm: {top: 1, replicates: 4, folds: 2, seeds: 1, until: decided, most: 8, baselines: [linear]}
"""


def confirm(**said: Any) -> Confirm:
    return Confirm.model_validate(said)


# --- what is planned -----------------------------------------------------------------------------


def test_looks_are_planned_in_whole_repeats() -> None:
    section = confirm(**TWO_FOLDS, until="decided", most=9)
    assert section.planned(FoldDesign(2, 4, 1)) == [2, 3, 4]
    by_rule = confirm(until="decided")
    assert by_rule.planned(by_rule.fold_designs[0]) == [*range(2, 11)]
    assert confirm().planned(confirm().fold_designs[0]) == [2]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"most": 30}, "expected no most without until: decided, got 30"),
        ({"until": "decided", "most": 25}, "expected most of 30 or more, .*, got 25"),
        ({"until": "decided", "replicates": 100}, "expected most of 110 or more, .*, got 100"),
    ],
)
def test_room_for_one_round_is_expected(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        confirm(**said)


def test_check_says_the_most_that_it_may_come_to(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "t.csv", index=False)
    told = small.sweeps("check", str(small.study(tmp_path, RUN)), cwd=tmp_path, module="sweeps")
    assert "× 4 networks (2 folds × 2 repeats), then 2 more at a time, up to 8" in told.stdout
    assert "for 2 settings × 8 networks, if it goes on to the last" in told.stdout


def test_one_split_cannot_go_on(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "t.csv", index=False)
    document = documents.parse(RUN, "s.yaml")
    expected = "confirm.until: expected no until where replicates are not resampled, got 'decided'"
    with pytest.raises(UserError, match=expected):
        prepare.prepare(document, tmp_path, ["replicates={count: 2, resample: none}", *BY_RULE])


@pytest.mark.parametrize("group", [None, "patient"])
def test_the_first_folds_are_those_that_there_would_be_alone(group: str | None) -> None:
    """Groups are of several sizes, so folds differ in how many rows they can have."""
    ignore = [] if group else ["patient"]
    known = divided(table(regression=True), group=group, ignore=ignore)
    pool = resampled_dataset.pool(known, resampling.CONFIRMATION)
    counts = {"replicates": 6, "folds": 3, "seeds": 1}
    each = [
        folded_dataset.drawn_folds(confirm(**counts, **said), known.spec.split, pool)[1]
        for said in ({}, {"until": "decided", "most": 9}, {"until": "decided", "most": 18})
    ]
    assert [len(drawn) for drawn in each] == [6, 9, 18]
    for shorter, longer in pairwise(each):
        for one, other in zip(shorter, longer, strict=False):
            np.testing.assert_array_equal(one.train, other.train)
            np.testing.assert_array_equal(one.dev, other.dev)


def test_what_the_first_repeats_see_is_what_they_would_see_alone() -> None:
    known = divided(table(regression=True))
    encoded = loading.encoded(known, "float64")
    alone, longer = (
        folded_dataset.folded(known, encoded, confirm(**TWO_FOLDS, **said), "float64")
        for said in ({}, {"until": "decided", "most": 8})
    )
    cut = longer.up_to(2)
    assert cut.constants == alone.constants != longer.constants
    assert cut.folds is not None
    assert alone.folds is not None
    assert cut.folds.design == alone.folds.design
    np.testing.assert_array_equal(cut.folds.number, alone.folds.number)
    for ours, theirs in zip(cut.each_trained, alone.each_trained, strict=True):
        np.testing.assert_array_equal(ours.parts["train"].x, theirs.parts["train"].x)
    added, every = (baselines.train("linear regression", longer, first) for first in (4, 0))
    np.testing.assert_array_equal(added.final["dev_error"], every.final["dev_error"][4:])


# --- the rounds ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    is_open: bool


@pytest.mark.parametrize("decided_at", [2, 3, 9])
def test_rounds_end_when_nothing_is_open_or_none_is_left(decided_at: int) -> None:
    trained: list[tuple[int, int]] = []

    def train(after: int, repeats: int, lost: Collection[str]) -> Confirmed:
        trained.append((after, repeats))
        assert set(lost) == ({"boosting"} if after else set())  # it is not trained again
        return Confirmed({}, {"boosting": "more than 1 s"})

    def look(confirmed: Confirmed, repeats: Any, earlier: Any) -> Seen:
        assert len(earlier) == len(repeats) - 1
        return Seen(repeats[-1] < decided_at)

    found = rounds.until_decided([2, 3, 4], study(), train, look)
    assert trained == [(0, 2), (2, 3), (3, 4)][: min(decided_at, 4) - 1]
    assert found.repeats == min(decided_at, 4)


def study() -> Any:
    return None  # nothing is merged


# --- a run ---------------------------------------------------------------------------------------


def open_until(replicates: int) -> Callable[..., Any]:
    """Looks that find an open question up to so many networks."""
    truly = open_questions.look

    def look(run: Any, counts: Any, most: int, earlier: Any) -> Any:
        found = truly(run, counts, most, earlier)
        is_open = counts[-1] < replicates
        return replace(
            found, questions=tuple(replace(one, is_open=is_open) for one in found.questions)
        )

    return look


def run(folder: Path, *, jobs: int = 1, text: str = RUN) -> Path:
    table().to_csv(folder / "t.csv", index=False)
    path = folder / "until.yaml"
    path.write_text(text)
    return sweeps.run(path, out=folder / "runs", jobs=jobs, quiet=True).folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_questions, "look", open_until(6))
        yield run(tmp_path_factory.mktemp("until"))


def test_a_run_has_the_networks_of_all_its_rounds(finished: Path) -> None:
    confirmed = pd.read_parquet(finished / "confirm.parquet")
    counts = confirmed.groupby("config").size()
    assert set(counts) == {6}
    assert confirmed["repeat"].max() == 2
    with np.load(finished / "predictions.npz") as archive:
        assert len(archive["dev_fold"]) == len(archive["logistic regression/dev"]) == 3
    assert len(sweeps.load(finished).model.theta) == 6
    said = json.loads((finished / "provenance.json").read_text())["confirm"]
    assert [one["replicates"] for one in said["looks"]] == [4, 6]
    assert said["replicates"] == 6
    assert said["looks"][0]["bound"] > said["looks"][1]["bound"] > 1.96


def test_the_page_tells_of_the_looks(finished: Path) -> None:
    page = (finished / "report.html").read_text()
    assert "2 times, at 4 and 6 networks a setting" in page
    assert "Lan and DeMets, 1983" in page


def test_intervals_are_those_of_the_last_look(finished: Path) -> None:
    seen = sweeps.load(finished).run
    confirm = {k: v for k, v in seen.provenance["confirm"].items() if k != "looks"}
    once = replace(seen, provenance={**seen.provenance, "confirm": confirm}, memo={})
    wide, plain = (open_questions.questions(one) for one in (seen, once))
    assert [one.name for one in wide] == [one.name for one in plain]
    from reports.stats.settings import differences, measures

    pair = str(seen.winner), "logistic regression"
    by = measures.of_baselines(seen)
    ours, theirs = (differences.difference(one, *pair, by).decisive for one in (seen, once))
    widths = (ours.high - ours.low) / (theirs.high - theirs.low)
    assert widths == pytest.approx(looks.stretch(seen))


def test_the_first_round_is_that_of_a_plain_run_and_any_jobs_come_to_the_same(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended after its first round, and gone on with two jobs."""
    plain = run(tmp_path, text=RUN.replace(", until: decided, most: 8", ""))
    first = pd.read_parquet(plain / "confirm.parquet")
    monkeypatch.setattr(open_questions, "look", open_until(6))
    trained: list[str] = []
    truly = of_confirmation.outcomes

    def outcomes(work: Any, *rest: Any) -> Any:
        trained.extend(job.label for job in work.jobs)
        return truly(work, *rest)

    monkeypatch.setattr(of_confirmation, "outcomes", outcomes)
    again = run(tmp_path, jobs=2)
    assert again == plain
    settings = first.loc[first["kind"] == "network", "config"].unique()
    assert len(trained) == len(settings) + 1, "only what the second round adds"
    ours, theirs = (pd.read_parquet(one / "confirm.parquet") for one in (again, finished))
    columns = [name for name in ours if name != "seconds"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns])
    of_first = ours[ours["repeat"] < 2].set_index(["config", "replicate"])["test_loss"]
    expected = first.set_index(["config", "replicate"])["test_loss"]
    pd.testing.assert_series_equal(of_first.sort_index(), expected.sort_index())
    looked = [json.loads((one / "provenance.json").read_text()) for one in (again, finished)]
    assert looked[0]["confirm"]["looks"] == looked[1]["confirm"]["looks"]


def test_a_kill_between_rounds_takes_nothing_that_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: Path
) -> None:
    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking, "look", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(open_questions, "look", open_until(6))
    before = {path.name for path in tmp_path.glob("runs/until/artifacts/confirm-*")}
    folder = run(tmp_path)
    after = {path.name for path in folder.glob("artifacts/confirm-*")}
    assert before < after == {path.name for path in finished.glob("artifacts/confirm-*")}
