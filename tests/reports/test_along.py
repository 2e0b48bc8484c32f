"""Bias and variance along a word's values, and the trials by arm with their envelopes."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports import frames
from reports.advice.in_words import tick
from reports.figures import along as figures
from reports.figures.figure import Panel
from reports.frames import Run
from reports.sections.along import along as blocks_of
from reports.sections.blocks import Plot
from reports.sections.slices import by_arm
from reports.stats.bias_variance import along
from reports.stats.search.envelopes import lower
from reports.stats.settings import objectives

TRIALS = 40


def with_values(run: Run, count: int = TRIALS, **values: list[Any]) -> Run:
    """A grid over these values in turn, of as many trials; the others are gone."""
    kept = [name for name in run.trials if not str(name).startswith("param.")]
    columns = {f"param.{name}": np.resize(each, count) for name, each in values.items()}
    trials = run.trials.loc[run.trials["trial"] < count, kept].assign(**columns)
    trials = trials.assign(state="complete", diverged=0, rank=range(1, count + 1))
    trials = trials.assign(value=np.linspace(0.1, 0.2, count))
    space = [{"name": name, "kind": "choice", "choices": []} for name in values]
    search = run.provenance["search"] | {"sampler": "grid"}
    known = run.provenance | {"space": space, "search": search}
    return replace(run, trials=trials, provenance=known, memo={})


@pytest.fixture
def resampled(make: Callable[..., Path]) -> Run:
    """Penalties, all of them confirmed in folds."""
    run = frames.load(make(confirmed=20, folds=(5, 2, 2), top=9))
    return with_values(run, l2=[0.0, 0.1, 0.3])


def said(run: Run) -> str:
    return " ".join(b.figure.message for b in blocks_of(run) if isinstance(b, Plot))


def test_confirmed_arms_have_the_errors_of_their_networks(resampled: Run) -> None:
    (found,) = along.along(resampled)
    assert (found.word, found.is_confirmed, found.other) == ("l2", True, None)
    assert [arm.key for arm in found.arms] == [("0",), ("0.1",), ("0.3",)]
    for arm, train, dev in zip(found.arms, found.train, found.dev, strict=True):
        rows = resampled.rows_of(str(arm.config))
        assert train.estimate == pytest.approx(rows["train_error"].mean())
        assert dev.estimate == pytest.approx(rows["dev_error"].mean())
        assert train.known
    assert found.bias.estimate == pytest.approx(found.train[-1].estimate - found.train[0].estimate)
    gaps = [
        dev.estimate - train.estimate for dev, train in zip(found.dev, found.train, strict=True)
    ]
    assert found.gap.estimate == pytest.approx(gaps[-1] - gaps[0])


def test_the_parts_of_each_arms_loss_sum_to_it(resampled: Run) -> None:
    (found,) = along.along(resampled)
    assert len(found.parts) == 3
    for part in found.parts:
        assert part.starts is not None
        whole = part.remains.estimate + part.sets.estimate + part.starts.estimate
        assert whole == pytest.approx(part.total)
    words = said(resampled)
    assert "Of the loss on test rows variance (training rows and random start) makes" in words
    plot = next(block for block in blocks_of(resampled) if isinstance(block, Plot))
    assert len(plot.figure.panels) == 2
    assert list(plot.figure.data.columns)[-3:] == ["remains", "sets", "starts"]


def test_a_change_is_said_in_words_only_where_its_interval_has_a_sign(resampled: Run) -> None:
    assert resampled.confirm is not None
    name = str(along.along(resampled)[0].arms[-1].config)
    more = resampled.confirm["config"] == name
    worse = resampled.confirm.assign(train_error=resampled.confirm["train_error"] + 0.3 * more)
    clear = replace(resampled, confirm=worse, memo={})
    assert "(more bias)" in said(clear)
    assert "(less variance)" in said(clear)
    mean = worse.assign(train_error=0.1, dev_error=0.2)
    assert "(bias: not decided)" in said(replace(resampled, confirm=mean, memo={}))


def test_where_an_arm_is_not_confirmed_all_are_the_searchs(make: Callable[..., Path]) -> None:
    run = with_values(frames.load(make(top=1)), 4, l2=[0.0, 0.1, 0.3, 1.0])
    (found,) = along.along(run)
    assert not found.is_confirmed
    assert [each.estimate for each in found.train] == run.trials["train_error"].tolist()
    assert "not confirmed" in next(b for b in blocks_of(run) if isinstance(b, Plot)).figure.caption
    alike = replace(run, trials=run.trials.assign(train_error_sd=0.0), memo={})
    (sure,) = along.along(alike)
    assert all(each.high > each.estimate for each in sure.train), "an SD of 0 is no certainty"


def test_of_two_words_each_is_varied_where_the_best_has_the_other(resampled: Run) -> None:
    run = with_values(resampled, l2=[0.0, 0.1, 0.3], keep_prob=[1.0, 0.5])
    found = along.along(run)
    assert [one.word for one in found] == ["l2"], "two values of dropout make no line"
    assert found[0].other is not None
    assert found[0].other[0] == "keep_prob"
    assert len({arm.key[1] for arm in found[0].arms}) == 1


def test_names_are_in_no_order(make: Callable[..., Path]) -> None:
    search = {"per": "optimizer", "sampler": "random"}
    assert along.along(frames.load(make(search=search, top=12, rows=200))) == ()


def test_ticks_are_short() -> None:
    plain = {"hidden": "[20, 20]", "keep_prob": 0.7, "l2": 0.0, "batch_size": "full"}
    found = [tick(name, value).replace("\xa0", " ") for name, value in plain.items()]
    assert found == ["2 × 20", "30 %", "none", "full"]


def test_no_point_lies_below_the_envelope() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 30, 200).astype(float), rng.normal(size=200)
    hull = lower(x, y)
    assert (np.diff(x[hull]) > 0).all()
    assert (y >= np.interp(x, x[hull], y[hull]) - 1e-12).all()
    assert (x[hull[0]], x[hull[-1]]) == (x.min(), x.max())
    slopes = np.diff(y[hull]) / np.diff(x[hull])
    assert (np.diff(slopes) > 0).all(), "it is convex"


def test_every_trial_stands_by_its_arm(make: Callable[..., Path]) -> None:
    run = frames.load(make(search={"per": "optimizer", "sampler": "random"}, top=12, rows=200))
    goal = objectives.objectives(run)[0]
    (plot,) = by_arm(run, run.parameters, goal)
    assert isinstance(plot, Plot)
    done = objectives.complete(run)
    assert plot.figure.data["arm"].tolist() == done["param.optimizer"].tolist()
    titles = [panel.title for panel in plot.figure.panels]
    assert titles[0] == "dev loss against learning rate, by arm"
    assert not any("optimizer, by" in title or "hidden" in title for title in titles)
    for arm in ("adam", "momentum", "rmsprop"):
        assert f"{arm} at" in plot.figure.panels[0].description


def test_with_a_reference_the_train_error_is_no_longer_bias_and_noise(resampled: Run) -> None:
    def caption() -> str:
        return " ".join(one.figure.caption for one in blocks_of(resampled) if isinstance(one, Plot))

    assert "The train error is bias and noise" in caption()
    resampled.provenance["reference"] = 0.05
    assert "The train error above the reference error, 5.0\xa0%, is bias" in caption()
    assert "bias and noise" not in caption()


def test_letters_are_large_enough_for_a_phone(resampled: Run) -> None:
    """Figures are 343 pixels wide there."""
    run = with_values(resampled, l2=[0.0, 0.1, 0.3])
    rate = run.trials.assign(**{"param.rate": np.geomspace(0.001, 1, TRIALS)})
    space = [*run.provenance["space"], {"name": "rate", "kind": "range", "log": True}]
    search = run.provenance["search"] | {"per": "l2"}
    known = run.provenance | {"space": space, "search": search}
    run = replace(run, trials=rate, provenance=known, memo={})
    blocks = [*blocks_of(run), *by_arm(run, run.parameters, objectives.objectives(run)[0])]
    plots = [block for block in blocks if isinstance(block, Plot)]
    assert len(plots) == 2
    for panel in (panel for plot in plots for panel in plot.figure.panels):
        width = float(panel.svg.split('viewBox="0 0 ')[1].split()[0])
        sizes = [float(x) for x in re.findall(r'font-size="([\d.]+)"', panel.svg)]
        assert min(sizes) * 343 / width >= 11


def test_errors_far_above_zero_are_drawn_close_and_against_what_is_known(
    resampled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference error and that of no penalty each have a line with a name."""
    drawn: list[tuple[float, list[str]]] = []

    def look(figure: Any, name: str, *_: str) -> Panel:
        (axes,) = figure.axes
        if name.endswith("-lines"):
            labels = axes.get_legend_handles_labels()[1]
            drawn.append((axes.get_ylim()[0], labels))
        return Panel("", "", "")

    monkeypatch.setattr(figures, "panel", look)
    assert resampled.confirm is not None
    high = resampled.confirm.assign(
        train_error=resampled.confirm["train_error"] / 10 + 0.5,
        dev_error=resampled.confirm["dev_error"] / 10 + 0.5,
    )
    resampled.provenance["reference"] = 0.05
    for confirm in (resampled.confirm, high):
        list(blocks_of(replace(resampled, confirm=confirm, memo={})))
    resampled.provenance["reference"] = 0.45
    list(blocks_of(replace(resampled, confirm=high, memo={})))
    assert [low == 0 for low, _ in drawn] == [True, True, False]
    assert 0.3 < drawn[-1][0] < 0.45
    names = ["train error", "dev error", "reference", "dev, no L2 penalty"]
    assert all(labels == names for _, labels in drawn)


def test_a_part_of_a_loss_is_not_said_to_be_below_zero(
    resampled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its estimate may be, where it is near zero."""
    (one,) = along.along(resampled)
    part = one.parts[-1]
    below = replace(part, variance=replace(part.variance, estimate=-0.01, low=-0.06, high=0.05))
    changed = replace(one, parts=(*one.parts[:-1], below))
    monkeypatch.setattr(along, "along", lambda _: (changed,))
    assert "and nothing sure (\N{MINUS SIGN}0.0100 [" in said(resampled)
