"""The section of a study's own gradient check."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reports import frames
from reports.sections.blocks import Paragraphs, Plot
from reports.sections.gradients import gradients

CHECK = {
    "epsilons": [1e-3, 1e-5, 1e-9],
    "pass_mark": 2e-7,
    "differences": {"right": [1e-6, 1e-10, 1e-5], "doubled": [0.3, 0.3, 0.3]},
}


def test_what_passes_and_what_does_not_is_said_and_drawn(folder_of: Callable[[str], Path]) -> None:
    run = frames.load(folder_of("ordinary"))
    assert gradients(run) is None, "a run without such a check"
    checked = replace(run, provenance={**run.provenance, "gradient_check": CHECK}, memo={})
    words, plot = gradients(checked).blocks
    assert isinstance(words, Paragraphs)
    assert isinstance(plot, Plot)
    (said,) = words.paragraphs
    assert said.index("Passed: right") < said.index("Not passed, whatever the step: doubled")
    assert len(plot.figure.data) == 6
    svg = plot.figure.panels[0].svg
    assert "right</text>" in svg
    assert "1 that never passes</text>" in svg
