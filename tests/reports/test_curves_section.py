"""The learning curves of settings that trained, and what is said of those that did not."""

from __future__ import annotations

import pandas as pd

from reports.figures import style
from reports.frames import load
from reports.sections.blocks import Plot, Text
from reports.sections.curves import curves

SCORES = ["train_loss", "train_error", "dev_loss", "dev_error"]


def without(copy, folder, configs):
    """A run whose networks of these settings diverged in their first epoch."""
    folder = copy(folder)
    frame = pd.read_parquet(folder / "curves.parquet")
    gone = frame["config"].isin(configs) & (frame["phase"] == "confirm") & (frame["epoch"] > 0)
    frame.loc[gone, SCORES] = float("nan")
    frame.to_parquet(folder / "curves.parquet", index=False)
    return load(folder)


def test_a_setting_that_never_trained_has_no_empty_panel(copy, make):
    run = without(copy, make(), ["defaults"])
    blocks = curves(run).blocks
    panels = [b.figure.panels for b in blocks if isinstance(b, Plot)]
    assert [len(each) for each in panels] == [len(run.configs) - 1] * 2
    said = [b.paragraphs[0] for b in blocks if isinstance(b, Text)]
    assert said == [
        "Nothing to show of defaults: every network diverged before its first evaluation in "
        "training."
    ]


def test_where_none_trained_there_is_no_figure(copy, make):
    run = without(copy, make(), load(make()).configs)
    (block,) = curves(run).blocks
    assert "Every network diverged" in block.paragraphs[0]


def test_ticks_close_together_are_told_apart():
    with style.canvas() as figure:
        axes = figure.subplots()
        axes.set_yscale("log")
        axes.set_ylim(0.5, 0.9)
        style.plain_log(axes.yaxis)
        figure.draw_without_rendering()
        labels = [tick.get_text() for tick in axes.get_yticklabels() if tick.get_text()]
    assert len(labels) > 1
    assert len(set(labels)) == len(labels)
