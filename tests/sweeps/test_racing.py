"""Racing: the first replicates decide, the rest has the numbers that it would have had anyway."""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweeps
from sweeps.data import Dataset
from sweeps.search import races
from sweeps.search.races import Races
from sweeps.study.spec import Study
from sweeps.training import custom, judging, racing, seeds
from sweeps.training.stop_rules import NEVER, BestAbove, Race
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train, train_together
from tests.sweeps import test_search

FOLDS = {"count": 5, "resample": "kfold"}
raced = partial(racing.train, train_together)


LAST = {"metric": "dev_loss", "at": "last"}


@pytest.fixture(scope="module")
def prepared() -> tuple[Study, Dataset]:
    return test_search.study(
        objective=LAST, replicates=FOLDS, search={"pruner": {"median": {"warmup": 2, "startup": 5}}}
    )


def task(study: Study, race: Race | None, number: int = 0, **words: Any) -> Task:
    config = {**study.space.default, **words}
    goals, every = study.objectives, range(study.replicates.count)
    return Task(number, config, 0, seeds.SEARCH, every, goals, "float32", race=race)


def against(best: tuple[float, ...], margin: float = 0.0) -> Race:
    return Race(2, best, margin)


EASY, HARD = against((9.0,) * 5), against((0.1, 0.2, 0.3, 0.4, 0.5))


def same(ours: Outcome, other: Outcome) -> None:
    """All but the seconds, to the bit."""
    assert ours.state == other.state
    assert ours.values == other.values
    for name in ("curves", "final", "arrays"):
        mine, theirs = getattr(ours, name), getattr(other, name)
        assert mine.keys() == theirs.keys()
        for key in mine.keys() - {"seconds"}:
            np.testing.assert_array_equal(mine[key], theirs[key], err_msg=key)
    np.testing.assert_array_equal(ours.reports, other.reports)
    np.testing.assert_array_equal(ours.each, other.each)


def test_who_goes_on_has_the_numbers_of_all_trained_together(
    prepared: tuple[Study, Dataset],
) -> None:
    study, dataset = prepared
    seen = dataset.for_search
    tasks = [task(study, race, n) for n, race in enumerate((EASY, None, HARD, EASY))]
    tasks[3] = replace(tasks[3], config={**tasks[3].config, "learning_rate": 0.5})
    found = raced(tasks, seen)
    for n in (0, 1, 3):
        same(found[n], train(replace(tasks[n], race=None), seen))
    assert [one.is_outraced for one in found] == [False, False, True, False]


def test_who_stops_is_estimated_by_what_the_best_has_on_all(
    prepared: tuple[Study, Dataset],
) -> None:
    study, dataset = prepared
    (found,) = raced([task(study, HARD)], dataset.for_search)
    whole = train(task(study, None), dataset.for_search)
    np.testing.assert_array_equal(found.each, whole.each[:, :2])
    # On its first replicates it differs by so much from the best, whose mean is 0.3.
    assert found.value == pytest.approx(0.3 + (whole.each[-1, :2] - [0.1, 0.2]).mean())
    assert found.reports[-1] == found.value
    assert (found.state, found.cause) == ("pruned", "stopped after 2 of 5 replicates")


def test_the_margin_counts_on_the_bad_side(prepared: tuple[Study, Dataset]) -> None:
    study, _ = prepared
    values = np.array([0.5, 0.7])
    for margin, loses in ((0.19, True), (0.21, False)):
        race = against((0.3, 0.5, 0.0, 0.0, 0.0), margin)
        assert race.loses(values, study.objective.sign) is loses
    assert not against((0.3, 0.5, 0.0, 0.0, 0.0)).loses(values, -1)


def test_a_rule_of_epochs_still_prunes_the_first_and_nobody_else(
    prepared: tuple[Study, Dataset],
) -> None:
    study, dataset = prepared
    prunes = BestAbove((math.inf, math.inf, *[-1.0] * 7))
    tasks = [task(study, replace(race, stop_rule=prunes)) for race in (EASY, HARD)]
    tasks += [task(study, replace(EASY, stop_rule=NEVER))]
    first, second, third = raced(tasks, dataset.for_search)
    for one, race in ((first, EASY), (second, HARD)):
        assert (one.state, one.is_outraced, len(one.reports)) == ("pruned", False, 3)
        assert one.reports[-1] == pytest.approx(one.each[-1].mean() + race.shift)
    assert third.state == "complete"


def test_all_that_diverge_lose(prepared: tuple[Study, Dataset]) -> None:
    study, dataset = prepared
    one = task(study, HARD, optimizer=("gradient_descent", ()), learning_rate=1e30)
    (found,) = raced([one], dataset.for_search)
    assert found.is_outraced
    assert found.arrays["gone"].all()


def test_a_function_of_ones_own_races(prepared: tuple[Study, Dataset]) -> None:
    study, dataset = prepared
    trained: list[range] = []

    def one_by_one(tasks: list[Task], seen: Dataset) -> list[Outcome]:
        trained.extend(one.replicates for one in tasks)
        return [judging.failed(one.number, "gone") for one in tasks]

    (found,) = racing.train(one_by_one, [task(study, EASY)], dataset)
    assert (found.state, found.cause, trained) == ("failed", "gone", [range(2)])
    assert custom.pack_trainer(study).func is racing.train  # type: ignore[attr-defined]


def test_what_is_left_has_what_is_left_of_the_time(prepared: tuple[Study, Dataset]) -> None:
    study, dataset = prepared
    limits: list[float] = []

    def noted(tasks: list[Task], seen: Dataset) -> list[Outcome]:
        limits.extend(one.seconds for one in tasks)
        found = train_together(tasks, seen)
        return [replace(o, curves={**o.curves, "seconds": np.array([0, 40.0])}) for o in found]

    one = replace(task(study, EASY), seconds=60)
    racing.train(noted, [one, replace(one, seconds=30)], dataset.for_search)
    assert limits == [60, 30, 20, racing.SOON]


def told(number: int, each: list[float], state: str = "complete") -> Outcome:
    """A trial of 8 epochs with the same value at each."""
    values = np.tile(np.array(each), (9, 1))
    reports = values.mean(axis=1)
    return Outcome(number, state, (reports[-1],), reports=reports, each=values)


def test_a_race_is_against_the_best_by_what_the_trials_told_vary(
    prepared: tuple[Study, Dataset],
) -> None:
    known = Races(prepared[0])
    best = [0.3, 0.1, 0.2, 0.2, 0.2]
    rng = np.random.default_rng(0)
    others = [(np.array(best) + 0.1 + rng.normal(0, 0.05, 5)).tolist() for _ in range(4)]
    for number, each in enumerate([*others[:2], best, others[2]]):
        known.add(told(number, each))
        assert known.race(number + 1) is None  # too little is known
    known.add(replace(told(4, [0.0, 0.0], "pruned"), is_outraced=True))
    assert known.race(5) is None  # nor does one that was stopped count
    known.add(told(5, others[3]))
    race = known.race(6)
    assert race is not None
    assert (race.first, list(race.best)) == (2, best)
    spread = np.median([np.std(np.subtract(one, best), ddof=1) for one in others])
    # The variance of the mean over five, given that over two of them.
    assert race.margin == pytest.approx(races.MARGIN * spread * math.sqrt(3 / 5 / 2))
    # The first two of a trial are compared with the first two of others at each epoch.
    firsts = [np.mean(one[:2]) for one in (*others, best, [0.0, 0.0])]
    assert isinstance(race.stop_rule, BestAbove)
    assert race.stop_rule.limits[-1] == pytest.approx(np.median(firsts))


@pytest.mark.parametrize(
    ("racing", "resample", "hidden", "expected"),
    [
        ("auto", "kfold", [3], False),  # which train together in little more time
        ("auto", "kfold", [200, 200], True),
        ("auto", "none", [128, 128], False),
        (True, "none", [3], True),
        (False, "kfold", [128, 128], False),
    ],
)
def test_who_races_hangs_on_the_setting_alone(
    racing: Any, resample: str, hidden: list[int], expected: bool
) -> None:
    study, dataset = test_search.study(
        objective=LAST,
        replicates={"count": 5, "resample": resample},
        search={"racing": racing},
    )
    config = {**study.space.default, "hidden": tuple(hidden)}
    assert races.pays(study, config, dataset) is expected
    # Replicates of a function of one's own are trained one after the other.
    assert races.pays(study, config, None) is (
        racing is True or (racing, resample) == ("auto", "kfold")
    )


def test_the_folder_and_its_page_say_who_stopped(tmp_path: Path) -> None:
    said = test_search.values(
        fixed={"hidden": [3], "epochs": 5},
        objective=LAST,
        replicates={"count": 4, "resample": "kfold"},
        search={"racing": True},
    )
    result = sweeps.run(said, out=tmp_path, jobs=1, confirm=False, quiet=True)
    trials = result.trials
    stopped = trials[trials["cause"] != ""]
    assert set(stopped["cause"]) == {"stopped after 2 of 4 replicates"}
    assert set(stopped["state"]) == {"pruned"}
    whole = trials[trials["state"] == "complete"]
    assert (set(stopped["replicates"]), set(whole["replicates"])) == ({2}, {4})
    assert (stopped["value"] > whole["value"].min()).all()
    curves = result.curves.groupby("trial")["replicate"].nunique()
    assert set(curves[stopped["trial"]]) == {2}
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    plural = "s" if len(stopped) > 1 else ""
    assert f"{len(stopped)} pruned trial{plural} stopped after 2 of 4 replicates." in page


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": ["dev_error", "parameters"]},
        {"objective": {"metric": "dev_loss", "reduce": "median"}},
        {"search": {"pruner": "signed_rank"}},
        {"search": {"pruner": "patient"}},
        {"replicates": {"count": 3, "resample": "kfold"}},
    ],
)
def test_no_trial_races_where_it_needs_all(changes: dict[str, Any]) -> None:
    study, _ = test_search.study(**{"replicates": FOLDS, **changes})
    assert not races.pays(study, study.space.default, None)
