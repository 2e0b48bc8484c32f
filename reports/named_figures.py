"""The page's figures one by one, by name, as matplotlib's; one table, which Python's users see.

Each is drawn by the section that has it on the page: the same data, the same words.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from reports.figures.canvases import Keeper, canvas, kept_on
from reports.figures.figure import Figure
from reports.frames import Run
from reports.sections.arms import arms
from reports.sections.blocks import Plot, Recommended, Section
from reports.sections.confirmed import confirmed, optimism
from reports.sections.curves import curves
from reports.sections.decomposition import decomposition
from reports.sections.growth import growth
from reports.sections.learned.section import learned
from reports.sections.ledger import ledger
from reports.sections.pareto import pareto
from reports.sections.recommendation import recommendation
from reports.sections.search import search
from reports.sections.sensitivity import sensitivity
from reports.sections.speed import speed

if TYPE_CHECKING:
    from reports.figures.notebook import NotebookFigure


@dataclass(frozen=True)
class Place:
    """Where on the page a figure stands: its section, and what its id begins with.

    needs: what a run has that has the figure. panels: how many are drawn; None for all.
    """

    section: Callable[[Run], Section | None]
    id: str
    needs: str
    panels: int | None = None


CONFIRMED = "a confirmation of networks (leave out confirm=False, or --no-confirm)"
ARMS = "a search that compares arms (search.per, or a grid over one or two settings)"
TRIALS = "complete trials"
CLASSES = "a confirmed network that tells classes apart"
PLACES = {
    "recommended": Place(recommendation, "recommended", CONFIRMED, panels=1),
    "arms": Place(arms, "arms-figure", ARMS),
    "arms_map": Place(arms, "arms-map", "a grid over two settings"),
    "slices": Place(sensitivity, "slices", f"{ARMS} and more settings beside"),
    "errors": Place(confirmed, "errors", CONFIRMED),
    "pareto": Place(pareto, "pareto-figure", "two objectives or more"),
    "gaps": Place(ledger, "gaps", CONFIRMED),
    "along": Place(ledger, "along-", f"{ARMS} of numbers"),
    "parts": Place(
        decomposition, "parts", "confirmed networks of several training sets (replicates)"
    ),
    "learning_curve": Place(
        growth, "rows", "a learning curve over rows (confirm.learning_curve: 6, say)"
    ),
    "plane": Place(learned, "plane", "two inputs, and confirmed networks"),
    "residuals": Place(learned, "residuals", "a confirmed network that predicts numbers"),
    "relied": Place(learned, "relied", "a confirmed network of ours"),
    "confusion": Place(learned, "confusion", CLASSES),
    "calibration": Place(learned, "calibration", CLASSES),
    "ranking": Place(learned, "ranking", "a confirmed network that tells two classes"),
    "optimism": Place(optimism, "optimism-figure", CONFIRMED),
    "error_curves": Place(curves, "curves-error", CONFIRMED),
    "loss_curves": Place(curves, "curves-loss", CONFIRMED),
    "speed": Place(speed, "reach", f"{CONFIRMED} and a target that is reached"),
    "best_so_far": Place(search, "best-so-far", TRIALS),
    "parallel": Place(search, "parallel-figure", "complete trials of two settings or more"),
    "ablation": Place(
        search, "ablation-figure", "trials enough to predict what the winner's settings brought"
    ),
    "rates": Place(search, "rates-figure", "a confirmed network whose learning rate changes"),
    "spread": Place(search, "spread-figure", "an initializer that is searched"),
    "predicted_along": Place(
        ledger, "predicted-along-", "a range of regularization that is searched, and decides"
    ),
    "importance": Place(
        sensitivity, "importance-figure", "enough complete trials of two settings or more"
    ),
    "scatter": Place(sensitivity, "scatter", TRIALS),
}


SHOWN = 6  # names that a line lists
# What others call a figure.
WORDS = {
    **dict.fromkeys(("roc", "roc_curve", "auc", "pr", "precision_recall"), "ranking"),
    **dict.fromkeys(("confusion_matrix", "cm"), "confusion"),
    **dict.fromkeys(("reliability", "calibration_curve"), "calibration"),
    **dict.fromkeys(("feature_importance", "features", "permutation", "shap"), "relied"),
    **dict.fromkeys(("hyperparameters", "param_importances", "fanova"), "importance"),
    **dict.fromkeys(("loss", "history", "training"), "loss_curves"),
    **dict.fromkeys(("accuracy", "error"), "error_curves errors"),
    **dict.fromkeys(("boundary", "decision_boundary"), "plane"),
    **dict.fromkeys(("convergence", "progress", "optimization_history"), "best_so_far"),
    **dict.fromkeys(("parallel_coordinates", "parallel_coordinate"), "parallel"),
    **dict.fromkeys(("bias", "variance", "bias_variance", "overfitting"), "gaps parts"),
    **dict.fromkeys(("predictions", "predicted", "actual", "residual"), "residuals"),
    **dict.fromkeys(("heatmap", "grid"), "arms_map"),
    **dict.fromkeys(("lr", "learning_rate", "schedule"), "rates"),
    **dict.fromkeys(("results", "scores", "comparison"), "errors"),
    **dict.fromkeys(("time", "epochs"), "speed"),
}


class NoFigure(LookupError):
    """The run has nothing for it; in a line, what it takes."""


class UnknownFigure(AttributeError):
    """No figure has that name; in a line, which is nearest."""

    def _render_traceback_(self) -> list[str]:  # a notebook shows no more
        return [str(self)]


def drawn(run: Run, name: str) -> "NotebookFigure":
    """The figure of that name. Errors: UnknownFigure, NoFigure."""
    from reports.figures import notebook

    place = expected(name)
    first = Keeper()
    figures = _kept(run, place, first)
    if not figures:
        raise NoFigure(f"figures.{name}: expected a run with {place.needs}, got one without")
    numbers = [first.drawn[panel.svg] for one in figures for panel in one.panels][: place.panels]
    with canvas():
        title = " · ".join(dict.fromkeys(one.title for one in figures))
        made, places = notebook.blank([first.sizes[number] for number in numbers], title)
    _kept(run, place, Keeper(dict(zip(numbers, places, strict=True))))
    with canvas():
        made.draw_without_rendering()  # laid out once, so that it is saved alike each time
        made.set_layout_engine("none")
    made.caption = " ".join(dict.fromkeys(one.words for one in figures))
    made.data = pd.concat([one.data for one in figures], ignore_index=True)
    return made


def expected(name: str) -> Place:
    """Where the figure of that name stands. Errors: UnknownFigure."""
    if name in PLACES:
        return PLACES[name]
    others = WORDS.get(name.lower(), "").split()
    near = others or difflib.get_close_matches(name, PLACES, n=1)
    if near:
        hint = f"did you mean {' or '.join(map(repr, near))}?"
    else:
        nearest = difflib.get_close_matches(name, PLACES, n=SHOWN, cutoff=0)
        hint = f"{', '.join(nearest)}, …; dir(result.figures) has all {len(PLACES)}"
    raise UnknownFigure(f"figures: expected the name of a figure, got {name!r} ({hint})")


def _kept(run: Run, place: Place, keeper: Keeper) -> list[Figure]:
    """The figures of a place, drawn on what the keeper gives out."""
    with kept_on(keeper):
        section = place.section(run)
    blocks = section.blocks if section else ()
    each = (block.figure for block in blocks if isinstance(block, (Plot, Recommended)))
    return [one for one in each if one is not None and one.id.startswith(place.id)]
