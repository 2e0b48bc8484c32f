"""Objectives, constraints and the Pareto front: what the page says of them, and how it knows."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports import page, text, units
from reports.figures.scales import robust
from reports.frames import load
from reports.stats.lints import all_lints
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array
from reports.stats.search import tuning
from reports.stats.settings import constraints, objectives
from reports.stats.settings.objectives import Objective


@pytest.fixture
def words_of(
    page_of: Callable[[Path], Path], folder_of: Callable[[str], Path]
) -> Callable[[str, str], str]:
    """The words of a section of the page of a kind of folder, tags and hard spaces gone."""

    def words(kind: str, section: str) -> str:
        html = page_of(folder_of(kind)).read_text(encoding="utf-8")
        found = re.search(rf'id="{section}".*?</section>', html, re.S)
        plain = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0], flags=re.S) if found else ""
        return re.sub(r"\s+", " ", plain.replace("\xa0", " "))

    return words


def test_an_objective_reads_as_the_page_says_it(folder_of: Callable[[str], Path]) -> None:
    (one,) = objectives.objectives(load(folder_of("highest")))
    assert (one.sign, one.best, one.name, one.column) == (-1, "highest", "AUC (reduced)", "value")
    first, second = objectives.objectives(load(folder_of("front")))
    assert (first.name, second.name, second.column) == ("dev error", "parameters", "value.2")


def goal(reduce: str, direction: str = "minimize", amount: float = 0.0) -> Objective:
    unit = units.Unit("x")
    return objectives.Objective("x", direction, reduce, amount, "x", unit, "value")


def test_reductions_are_those_of_the_search() -> None:
    values = np.array([3.0, 1.0, 2.0, 10.0])
    assert goal("mean").reduced(values).estimate == 4
    assert goal("median").reduced(values).estimate == 2.5
    assert goal("worst").reduced(values).estimate == 10
    assert goal("worst", "maximize").reduced(values).estimate == 1
    assert goal("quantile", amount=1.0).reduced(values).estimate == 10
    assert goal("quantile", "maximize", 1.0).reduced(values).estimate == 1
    spread = 2 * values.std(ddof=1)
    assert goal("sd", amount=2).reduced(values).estimate == pytest.approx(4 + spread)
    assert goal("sd", "maximize", 2).reduced(values).estimate == pytest.approx(4 - spread)


def test_no_interval_passes_the_ends_of_its_scale(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("highest"))
    values = np.array([0.9, 1.0, 1.0, 1.0])
    assert intervals.t_mean(values).high > 1

    def bounds(metric: str, values: Array) -> tuple[float, float]:
        scale = units.unit(run, metric)
        of = objectives.Objective(metric, "minimize", "mean", 0.0, metric, scale, "value")
        return of.reduced(values).low, of.reduced(values).high

    assert bounds("auc", values)[1] == 1
    assert bounds("dev_error", 1 - values)[0] == 0
    assert bounds("gap", 1 - values)[0] < 0


def test_what_every_seed_costs_alike_has_no_interval() -> None:
    found = goal("mean").reduced(np.full(5, 97.0))
    assert (found.estimate, found.known, found.kind) == (
        97,
        False,
        f"no interval: {intervals.SAME}",
    )


def test_order_statistics_cover_the_quantile() -> None:
    """At least 95 % of the intervals of 15 draws hold the quantile that they were drawn from."""
    rng = np.random.default_rng(0)
    for share in (0.5, 0.75):
        drawn = [intervals.order_statistics(rng.random(15), share) for _ in range(2000)]
        assert np.mean([one.low <= share <= one.high for one in drawn]) >= 0.945
    assert not intervals.order_statistics(rng.random(10), 0.9).known


def test_the_front_is_sorted_and_undominated(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("front"))
    front = objectives.front(run)
    costs = front[["value", "value.2"]].to_numpy()
    assert len(front) >= 2
    assert (np.diff(costs[:, 0]) > 0).all()
    assert (np.diff(costs[:, 1]) < 0).all()
    assert front["feasible"].all()


def test_hypervolume_is_the_area_the_front_dominates() -> None:
    points = np.array([[0.0, 0.5], [0.5, 0.0]])
    assert objectives.dominated(points) == pytest.approx(0.75)
    assert objectives.dominated(np.array([[0.0, 0.0]])) == 1
    rng = np.random.default_rng(1)
    some, drawn = rng.random((6, 2)), rng.random((200_000, 2))
    inside = (some[None] <= drawn[:, None]).all(axis=-1).any(axis=-1).mean()
    assert objectives.dominated(some) == pytest.approx(inside, abs=0.005)


def test_hypervolume_of_two_objectives_alone(folder_of: Callable[[str], Path]) -> None:
    assert objectives.hypervolume(load(folder_of("three objectives"))) is None
    assert objectives.hypervolume(load(folder_of("ordinary"))) is None
    run = load(folder_of("front"))
    found = objectives.hypervolume(run)
    kept = objectives.complete(run).query("feasible")
    assert found.reference == (kept["value"].max(), kept["value.2"].max())
    assert 0 < found.share <= 1


def constraint(sign: str, bound: float) -> constraints.Constraint:
    return constraints.Constraint("gap", sign, bound, units.Unit("gap"))


@pytest.mark.parametrize(
    ("sign", "bound", "verdict"),
    [
        ("<=", 3.0, constraints.KEPT),
        ("<=", 1.5, constraints.UNDECIDED),
        ("<=", 0.5, constraints.BROKEN),
        (">=", 0.5, constraints.KEPT),
        (">=", 1.5, constraints.UNDECIDED),
        (">=", 3.0, constraints.BROKEN),
    ],
)
def test_a_constraint_is_kept_where_the_whole_interval_says_so(
    sign: str, bound: float, verdict: str
) -> None:
    found = intervals.Interval(1.5, 1.0, 2.0, 9, "t", "seeds")
    assert constraint(sign, bound).verdict(found) == verdict


def test_one_seed_decides_no_constraint() -> None:
    assert constraint("<=", 9).verdict(intervals.over_seeds(np.ones(1))) == constraints.UNDECIDED
    assert constraint("<=", 9).verdict(intervals.over_seeds(np.ones(3))) == constraints.KEPT


def test_the_winner_that_breaks_a_constraint_is_found(
    folder_of: Callable[[str], Path], copy: Callable[[Path], Path]
) -> None:
    assert "constraint not kept" not in {
        one.name for one in all_lints.lints(load(folder_of("front")))
    }
    folder = copy(folder_of("front"))
    written = json.loads((folder / "provenance.json").read_text())
    written["limits"] = ["dev_error <= 0.0001"]
    (folder / "provenance.json").write_text(json.dumps(written))
    found = {one.name: one for one in all_lints.lints(load(folder))}
    assert "does not keep dev error" in found["constraint not kept"].finding


def test_constraints_that_no_trial_keeps_are_said(
    folder_of: Callable[[str], Path], words_of: Callable[[str, str], str]
) -> None:
    names = {one.name for one in all_lints.lints(load(folder_of("impossible")))}
    assert {"constraints never kept", "constraint not kept"} <= names
    assert "0 of" in words_of("impossible", "constraints")
    assert "spread over the space" in words_of("impossible", "sensitivity")


def test_without_a_confirmation_the_best_trial_is_the_first_in_rank(
    folder_of: Callable[[str], Path],
) -> None:
    run = load(folder_of("three objectives"))
    done = objectives.complete(run)
    assert tuning.best_trial(run) == done.loc[done["value"].idxmax(), "trial"]


def test_the_highest_is_best_where_it_is_to_be_maximized(
    words_of: Callable[[str, str], str],
) -> None:
    assert "The winner has the highest AUC" in words_of("highest", "confirmed")
    assert "the highest is best" in words_of("highest", "sensitivity")
    assert "Test" not in words_of("highest", "optimism")
    assert words_of("highest", "pareto") == ""
    assert words_of("ordinary", "constraints") == ""


def test_the_page_has_the_front_with_its_settings(
    words_of: Callable[[str, str], str], folder_of: Callable[[str], Path]
) -> None:
    words = words_of("front", "pareto")
    assert "Minimize dev error and minimize parameters" in words
    assert "reference point" in words
    for trial in objectives.front(load(folder_of("front")))["trial"]:
        assert f"trial {trial} " in words
    assert "on the front" in words_of("front", "runs")
    assert "breaks a constraint" in words_of("impossible", "runs")


def placed(section: Any) -> str:
    """The note on where the trials were placed, which stands beside the first figure."""
    notes = (block for block in section.blocks if getattr(block, "tone", "") == "quiet")
    return str(next(notes).paragraphs[0])


def test_equal_arms_are_said(make: Callable[..., Path]) -> None:
    run = load(make(search={"per": "optimizer"}))
    from reports.sections.sensitivity import sensitivity

    lead = placed(sensitivity(run))
    counts = run.trials["param.optimizer"].value_counts()
    assert f"{counts.min()} or {counts.max()} trials each" in lead
    assert "confounded" not in lead
    assert "confounded" in placed(sensitivity(load(make())))


def test_the_first_draws_of_each_arm_are_said(make: Callable[..., Path]) -> None:
    from reports.sections.sensitivity import sensitivity

    def lead(**search: Any) -> str:
        return placed(sensitivity(load(make(search=search))))

    ten = "tpe (startup 10)"
    assert "after the first 10 at random" in lead(sampler=ten)
    assert "first 10 of each optimizer at random" in lead(sampler=ten, per="optimizer")
    assert "had not begun to learn" in lead(sampler="tpe (startup 39)", per="optimizer")
    assert "had not begun to learn" not in lead(sampler="tpe (startup 39)")


def test_a_search_that_a_budget_ended_is_not_called_unfinished(
    make: Callable[..., Path], copy: Callable[[Path], Path]
) -> None:
    folder = copy(make())
    written = json.loads((folder / "provenance.json").read_text())
    written["counts"]["asked"] += 10
    for budgets, name in (
        ({"trial_time": "3s"}, "unfinished search"),
        ({"epochs": 500}, "ended by a budget"),
    ):
        text_ = json.dumps(written | {"budgets": budgets})
        (folder / "provenance.json").write_text(text_)
        names = {one.name for one in all_lints.lints(load(folder))}
        assert names & {"unfinished search", "ended by a budget"} == {name}
    why = "no_improvement: the best is 8 trials old"
    (folder / "provenance.json").write_text(json.dumps(written | {"ended_by": why}))
    run = load(folder)
    (found,) = [one for one in all_lints.lints(run) if one.name == "ended by a budget"]
    assert why in found.finding
    assert page.render(run).count(why) >= 3  # among the findings, the trials and the provenance


def test_a_scale_is_whole_at_its_better_end() -> None:
    values = np.array([*np.linspace(0.9, 0.99, 30), 0.01])
    down, up = robust(values, 1), robust(-values, -1)
    assert (down.low, up.high) == (values.min(), -values.min())
    high = robust(values, -1)
    assert high.high == values.max()
    assert high.low > 0.5, "one collapsed trial does not flatten the rest"
    flat = robust(np.full(4, 268800.0), 1)
    assert flat.low < 268800 < flat.high


def test_units_of_metrics(folder_of: Callable[[str], Path]) -> None:
    run = load(folder_of("ordinary"))
    written = {
        "auc": (0.99312, "0.9931"),
        "balanced_error": (0.031, "3.1 %"),
        "gap": (0.02, "2.0 %"),
        "flops": (9_329_760.0, "9.33 million"),
        "parameters": (1537.0, "1 537"),
        "epochs_to_target": (7.4, "7.4"),
        "log_loss": (0.123, "0.123"),
        "seconds": (0.25, "0.250"),
    }
    for metric, (value, expected) in written.items():
        assert units.unit(run, metric).value(value).replace("\xa0", " ") == expected
    assert units.unit(run, "flops").value(math.nan) == text.DASH
    assert units.unit(run, "parameters").difference(-1200.0).replace("\xa0", " ") == "−1 200"
    regression = load(folder_of("regression"))
    assert units.unit(regression, "gap").suffix == ""
