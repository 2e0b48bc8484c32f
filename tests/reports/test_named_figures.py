"""The page's figures one by one, as matplotlib's. That each has a name is test_page.py's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reports import named_figures
from reports.figures import canvases
from reports.figures.recommended import SIZES
from reports.frames import Run, load
from reports.sections.blocks import Plot
from reports.sections.confirmed import confirmed


@pytest.fixture(scope="module")
def run(make: Callable[..., Path]) -> Run:
    return load(make())


def test_a_named_figure_has_the_pages_panels_data_and_words(run: Run) -> None:
    (page,) = (one.figure for one in confirmed(run).blocks if isinstance(one, Plot))
    made = named_figures.drawn(run, "errors")
    assert made.get_suptitle() == page.title
    assert made.caption == page.caption
    assert made.data.equals(page.data)
    ticks = [label.get_text() for label in made.subfigs[0].axes[0].get_yticklabels()]
    assert len(made.subfigs) == len(page.panels)
    assert all(line in page.panels[0].svg for label in ticks for line in label.split("\n"))


def test_of_a_figure_drawn_wide_and_narrow_the_wide_one_is_taken(run: Run) -> None:
    made = named_figures.drawn(run, "recommended")
    (part,) = made.subfigs
    assert 72 * made.get_figwidth() == pytest.approx(SIZES["wide"][0])
    assert part.axes


def test_it_is_on_white_and_saved_in_one_line(run: Run, tmp_path: Path) -> None:
    made = named_figures.drawn(run, "gaps")
    made.save(tmp_path / "gaps.pdf")
    assert (tmp_path / "gaps.pdf").read_bytes().startswith(b"%PDF")
    assert made._repr_png_() == made._repr_png_()
    assert made.get_facecolor() == (1, 1, 1, 1)


def test_one_by_name_leaves_svg_to_the_page(run: Run) -> None:
    named_figures.drawn(run, "errors")
    (page,) = (one.figure for one in confirmed(run).blocks if isinstance(one, Plot))
    assert all(one.svg.startswith("<svg") for one in page.panels)
    assert canvases.keeper() is None


def test_what_the_run_has_not_and_what_no_page_has_are_a_line_each(run: Run) -> None:
    with pytest.raises(named_figures.NoFigure, match=r"figures.pareto: expected a run with two"):
        named_figures.drawn(run, "pareto")
    with pytest.raises(AttributeError, match="did you mean 'learning_curve'"):
        named_figures.drawn(run, "learning_curves")
    with pytest.raises(AttributeError, match="did you mean 'ranking'"):
        named_figures.drawn(run, "roc")
    assert {name for names in named_figures.WORDS.values() for name in names.split()} <= set(
        named_figures.PLACES
    )
    with pytest.raises(AttributeError) as caught:
        named_figures.drawn(run, "zzz")
    all_of_them = f", …; dir(result.figures) has all {len(named_figures.PLACES)})"
    assert str(caught.value).endswith(all_of_them)
    assert str(caught.value).count(",") == named_figures.SHOWN + 1
