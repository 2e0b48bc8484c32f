"""What the section on sensitivity says of the sampler, and of parameters that few trials had."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reports import text
from reports.frames import Run, load
from reports.naming import plain_name
from reports.sections.blocks import Paragraphs, Plot
from reports.sections.sensitivity import sensitivity


def paragraphs(run: Run) -> str:
    blocks = sensitivity(run).blocks
    return " ".join(words for b in blocks if isinstance(b, Paragraphs) for words in b.paragraphs)


@pytest.mark.parametrize(
    ("search", "trials", "said"),
    [
        ({"sampler": "tpe (startup 10)"}, 40, "good values, after the first 10 at random"),
        ({"sampler": "tpe (startup 10)"}, 10, "drew at random: it had not begun to learn"),
        (
            {"sampler": "tpe (startup 10)", "start": "portfolio"},
            40,
            "after the first 10 from settings that did well on other tables and Sobol points.",
        ),
        ({"sampler": "tpe (startup 10)", "start": "../earlier"}, 40, "the first 10 at random"),
        ({"sampler": "tpe"}, 40, "expected good values."),
        ({"sampler": "random"}, 40, "spread over the space whatever their values"),
    ],
)
def test_how_the_trials_were_placed(
    make: Callable[..., Path], search: dict[str, str], trials: int, said: str
) -> None:
    run = load(make(trials=trials, search=search))
    assert said in paragraphs(run)


def test_the_importance_of_an_arms_parameter_says_among_how_many(
    folder_of: Callable[[str], Path],
) -> None:
    run = load(folder_of("ordinary"))
    figure = next(b.figure for b in sensitivity(run).blocks if isinstance(b, Plot))
    had = run.importance.set_index("parameter")["trials"]["optimizer.momentum.beta"]
    drawn = figure.panels[0].svg
    assert f"({had} trials)" in drawn
    texts = re.findall(r'<text x="[^"]*" y="([\d.]+)"[^>]*>([^<]+)<', drawn)
    heights = {name: float(y) for y, name in texts}
    (below,) = (
        y for name, y in heights.items() if name.startswith("\N{BOX DRAWINGS LIGHT UP AND RIGHT} ")
    )
    # Between its choice and the one of the next lower importance.
    assert heights["optimizer"] < below < heights["keep probability"]
    assert "stands below its choice and is judged among these alone (grey)" in figure.caption
    assert "hardly more than a hint" in figure.caption
    assert "momentum's beta" not in paragraphs(run)
    missing = replace(run, importance=run.importance.iloc[:4], memo={})
    assert "momentum's beta" in paragraphs(missing)


def test_a_parameter_matters_where_it_is_above_what_chance_gives(
    folder_of: Callable[[str], Path],
) -> None:
    run = load(folder_of("ordinary"))
    first, second = map(plain_name, run.importance["parameter"].iloc[[0, 1]])
    first = text.capital(first)
    assert f"{first} matters more than chance gives. The others do not" in paragraphs(run)
    low = replace(run, importance=run.importance.assign(chance=0.1), memo={})
    assert f"{first} and {second} matter more than chance gives" in paragraphs(low)
    none = replace(run, importance=run.importance.assign(chance=0.9), memo={})
    assert "No setting stands out from chance" in paragraphs(none)
    figure = next(b.figure for b in sensitivity(run).blocks if isinstance(b, Plot))
    assert "what chance alone reaches" in figure.caption
    assert "parameters of least importance" not in figure.caption


def test_a_run_without_a_line_of_chance_is_shown_without_one(
    folder_of: Callable[[str], Path],
) -> None:
    """An earlier version's importance.parquet."""
    run = load(folder_of("ordinary"))
    older = replace(run, importance=run.importance.drop(columns="chance"), memo={})
    assert "chance" not in paragraphs(older)
    figure = next(b.figure for b in sensitivity(older).blocks if isinstance(b, Plot))
    assert "chance" not in figure.caption


def test_panels_beside_each_other_have_axes_alike(folder_of: Callable[[str], Path]) -> None:
    """The first one's legend takes no room from its axes: the panel is taller by it."""
    run = load(folder_of("ordinary"))
    figure = next(
        b.figure
        for b in sensitivity(run).blocks
        if isinstance(b, Plot) and b.figure.id == "scatter"
    )
    first, second = (one.svg for one in figure.panels[:2])
    assert "winner<" in first
    tall = [float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[0]) for svg in (first, second)]
    axes = [
        float(re.findall(r"M[\d.]+ [\d.]+h[\d.]+v([\d.]+)h-", svg)[0]) for svg in (first, second)
    ]
    assert tall[0] > tall[1] + 10
    assert axes[0] == pytest.approx(axes[1], abs=0.5)
