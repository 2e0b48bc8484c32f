"""Parallel coordinates: where trials lie on the axes, and what is said of the rest."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.figures import parallel as figures
from reports.figures import saving
from reports.frames import Run, load
from reports.natural import natural
from reports.stats.search import conditional
from reports.stats.search import parallel as stats
from reports.stats.settings import objectives


@pytest.fixture
def run(make: Callable[..., Path]) -> Run:
    return load(make())


def test_a_setting_of_an_arm_stands_under_its_choice() -> None:
    names = ["a.b.c", "rate", "a", "a.b", "ab"]
    assert conditional.ordered(names) == ["rate", "a", "a.b", "a.b.c", "ab"]
    assert conditional.parent("a.b.c", names) == "a.b"
    assert conditional.parent("ab", names) is None


def test_trials_lie_where_their_settings_are(run: Run) -> None:
    found = stats.parallel(run)
    assert found is not None
    axes = {one.name: one for one in found.axes}
    rate = axes["learning_rate"]  # from 1e-4 to 0.5, on a log scale
    values = found.trials["param.learning_rate"].to_numpy(float)
    np.testing.assert_allclose([rate.at(place) for place in rate.places], values)
    assert rate.at(0.5) == pytest.approx(np.sqrt(1e-4 * 0.5))
    size = axes["batch_size"]
    assert size.choices == ("16", "32", "64")
    assert sorted(["[20]", "[5]", "[32, 16]", "[32, 4]"], key=natural) == [
        *("[5]", "[20]", "[32, 4]", "[32, 16]")
    ]
    where = found.trials["param.batch_size"].map({16: 0.0, 32: 0.5, 64: 1.0})
    np.testing.assert_array_equal(size.places, where)
    is_momentum = (found.trials["param.optimizer"] == "momentum").to_numpy()
    beta = axes["optimizer.momentum.beta"].places
    np.testing.assert_array_equal(np.isfinite(beta), is_momentum)
    names = list(axes)
    assert names.index("optimizer.momentum.beta") == names.index("optimizer") + 1


def test_every_trial_with_a_value_has_a_line(run: Run) -> None:
    found = stats.parallel(run)
    assert found is not None
    figure = figures.parallel(found, objectives.objectives(run), best=2)
    drawn = re.findall(r'data-trial="(\d+)"', figure.panels[0].svg)
    valued = run.trials.loc[np.isfinite(run.trials["value"]), "trial"]
    assert sorted(map(int, drawn)) == sorted(valued)
    lines = re.findall(r'd="([^"]+)" data-trial', figure.panels[0].svg)
    crossed = len(found.axes) + len(objectives.objectives(run))
    assert {len(line.split("L")) for line in lines} == {crossed}, "the page's script counts them"
    assert "not in play" in figure.caption


def test_a_goal_from_0_to_1_is_no_choice(run: Run) -> None:
    found, goals = stats.parallel(run), objectives.objectives(run)
    assert found is not None
    either = found.trials.assign(**{goals[0].column: np.arange(len(found.trials)) % 2.0})
    drawn = figures.parallel(replace(found, trials=either), goals, None).panels[0].svg
    (axes,) = re.findall(r"<g data-axes='([^']*)'>", drawn)
    (axis,) = (one for one in json.loads(axes) if one["name"].startswith(goals[0].name))
    assert (axis["low"], axis["high"]) == (0, 1)
    assert "choices" not in axis


def test_what_has_no_axis_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "MOST", 3)
    trials = run.trials.assign(**{"param.l2": 0.5})
    found = stats.parallel(replace(run, trials=trials, memo={}))
    assert found is not None
    assert found.alike == ("l2",)
    # learning_rate and keep_prob are of most importance, then optimizer.
    assert set(found.left_out) == {"optimizer.momentum.beta", "batch_size", "hidden"}
    caption = figures.parallel(found, objectives.objectives(run), None).caption
    assert "The same in all: L2 penalty." in caption
    assert "Not shown, of least importance: momentum's beta, batch size" in caption
    assert stats.parallel(replace(run, trials=trials.head(1), memo={})) is None


def test_it_is_saved_for_a_paper_too(run: Run, tmp_path: Path) -> None:
    found = stats.parallel(run)
    assert found is not None
    with saving.saved_to(tmp_path):
        figures.parallel(found, objectives.objectives(run), None)
    saved = (tmp_path / "parallel.svg").read_text()
    assert "learning rate" in saved
    assert saved.count("<path") > len(found.trials)
    assert (tmp_path / "parallel.pdf").stat().st_size > 5000
