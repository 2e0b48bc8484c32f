"""The learning curves of settings that trained, and what is said of those that did not."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.figures import curves as figures
from reports.figures import style
from reports.figures.canvases import canvas
from reports.frames import Run, load
from reports.sections.blocks import Paragraphs, Plot
from reports.sections.curves import curves
from reports.stats.speed import confirmed_curves

SCORES = ["train_loss", "train_error", "dev_loss", "dev_error"]


def without(copy: Callable[[Path], Path], folder: Path, configs: Sequence[str]) -> Run:
    """A run whose networks of these settings diverged in their first epoch."""
    folder = copy(folder)
    frame = pd.read_parquet(folder / "curves.parquet")
    gone = frame["config"].isin(configs) & (frame["phase"] == "confirm") & (frame["epoch"] > 0)
    frame.loc[gone, SCORES] = float("nan")
    frame.to_parquet(folder / "curves.parquet", index=False)
    return load(folder)


def test_a_setting_that_never_trained_has_no_empty_panel(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = without(copy, make(), ["defaults"])
    blocks = curves(run).blocks
    panels = [b.figure.panels for b in blocks if isinstance(b, Plot)]
    assert [len(each) for each in panels] == [len(run.configs) - 1] * 2
    said = [b.paragraphs[0] for b in blocks if isinstance(b, Paragraphs)]
    assert said == [
        "Nothing to show of defaults (adam, rate 0.001): every network diverged before its first "
        "evaluation in training."
    ]


def test_where_none_trained_there_is_no_figure(
    copy: Callable[[Path], Path], make: Callable[..., Path]
) -> None:
    run = without(copy, make(), load(make()).configs)
    (block,) = curves(run).blocks
    assert "Every network diverged" in block.paragraphs[0]


def test_ticks_close_together_are_told_apart() -> None:
    with canvas() as figure:
        axes = figure.subplots()
        axes.set_yscale("log")
        axes.set_ylim(0.5, 0.9)
        style.plain_log(axes.yaxis)
        figure.draw_without_rendering()
        labels = [tick.get_text() for tick in axes.get_yticklabels() if tick.get_text()]
    assert len(labels) > 1
    assert len(set(labels)) == len(labels)


def test_every_setting_of_a_small_study_is_drawn(make: Callable[..., Path]) -> None:
    run = load(make(top=5))
    assert len(run.configs) == 6
    plots = [block for block in curves(run).blocks if isinstance(block, Plot)]
    assert [len(plot.figure.panels) for plot in plots] == [6, 6]
    leads = [block for block in curves(run).blocks if isinstance(block, Paragraphs)]
    assert not any("Shown" in lead.paragraphs[0] for lead in leads)


def test_a_band_is_of_the_networks_that_had_not_diverged(make: Callable[..., Path]) -> None:
    """And the same, whether one did or none: of each evaluation its own quantiles."""
    run = load(make())
    found = confirmed_curves.bands(run, run.configs, "loss").set_index(["config", "split"])
    kinds = set()
    for config in run.configs:
        values = confirmed_curves.matrix(run, config, "dev_loss")
        kinds.add(bool(np.isnan(values).any()))
        band = found.loc[(config, "dev")].sort_values("epoch")
        for row, column in zip(band.itertuples(), values.T, strict=True):
            alive = column[np.isfinite(column)]
            assert row.n == len(alive)
            expected = tuple(np.quantile(alive, [0.1, 0.5, 0.9])) if len(alive) else (np.nan,) * 3
            np.testing.assert_array_equal((row.low, row.median, row.high), expected)
    assert kinds == {True, False}, "some networks diverge in this run, and all of none"


@pytest.mark.parametrize(("high", "gone"), [(1.0, 0), (1000.0, 1)])
@pytest.mark.parametrize("kind", ["loss", "error"])
def test_one_setting_that_explodes_does_not_flatten_the_others(
    monkeypatch: pytest.MonkeyPatch, kind: str, high: float, gone: int
) -> None:
    limits = []
    monkeypatch.setattr(
        figures, "panel", lambda figure, *_: limits.append(figure.axes[0].get_ylim()[1])
    )
    parts = [
        pd.DataFrame({"config": config, "split": split, "epoch": [0, 1, 2],
                      "median": [5.0, height, 0.4], "low": 0.3, "high": height, "n": 5})
        for config, height in (("one", 0.7), ("another", 0.8), ("exploding", high))
        for split in ("train", "dev")
    ]  # fmt: skip
    figure = figures.curves(pd.concat(parts), kind, False, None, str)
    assert max(limits) < (20 if gone else 2)
    assert ("1 of 3 settings leaves it." in figure.caption) == bool(gone)


def test_one_legend_is_for_all_and_covers_no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    def panel(figure: Any, *_: object) -> None:
        assert figure.axes[0].get_legend() is None, "a band would lie behind it"
        shown.append([text.get_text() for one in figure.legends for text in one.get_texts()])

    monkeypatch.setattr(figures, "panel", panel)
    epochs = list(range(200))
    parts = [
        pd.DataFrame({"config": config, "split": split, "epoch": epochs, "median": height,
                      "low": height, "high": height, "n": 5})
        for config, height in (("one", 0.05), ("another", 0.5))
        for split in ("train", "dev")
    ]  # fmt: skip
    figures.curves(pd.concat(parts), "error", True, 0.1, str)
    assert shown == [["train", "dev", "target"], []]


def test_the_first_epochs_do_not_flatten_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    monkeypatch.setattr(
        figures, "panel", lambda figure, *_: limits.append(figure.axes[0].get_ylim()[1])
    )
    median = [0.9, 0.7, 0.4, *np.linspace(0.06, 0.03, 37)]
    parts = [
        pd.DataFrame({"config": "one", "split": split, "epoch": range(40), "median": median,
                      "low": 0.0, "high": median, "n": 5})
        for split in ("train", "dev")
    ]  # fmt: skip
    figures.curves(pd.concat(parts), "error", True, None, str)
    assert 0.03 < limits[0] < 0.1
