"""The rows in the plane of two columns, and what the networks say around them."""

from collections.abc import Iterator

from reports import labels, text
from reports.figures import plane as figures
from reports.figures.plane import Drawn, Rows
from reports.figures.style import beyond
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.learned import residuals, unseen

AREAS = {
    True: "Areas: the class of the largest mean probability of all networks of a setting.",
    False: "Areas: the mean prediction of all networks of a setting, the more colour the higher.",
}


def plane(run: Run) -> Iterator[Block]:
    """Nothing but for two columns of numbers."""
    learned, found = run.learned, unseen.unseen(run, run.judged)
    columns = learned.plane_columns() if learned is not None else None
    if learned is None or columns is None or found is None:
        return
    each = [(config, one) for config in run.configs if (one := learned.plane(config)) is not None]
    place = learned.on_plane(found.split)
    if not each or place.shape != (found.n, 2):
        return
    classes = tuple(str(name) for name in run.provenance["classes"] or ())
    own = residuals.in_own_unit(run)
    unit, shift = (run.target_sd or 1.0, run.target_mean or 0.0) if own else (1.0, 0.0)
    drawn = Drawn(columns, classes, Rows(place, found.target), unit, shift)
    apart = float((each[0][1].apart > figures.APART[0]).mean())
    if classes:
        said = (
            f"On {apart:.0%} of the plane more than a tenth of the winner's networks disagree: "
            f"there {'the choice of rows and ' * (run.folds is not None)}the random start "
            f"{'decide' if run.folds is not None else 'decides'}. Lines: where the answer "
            "changes. Grey: where more than a tenth disagree, and more of it where more than "
            "three tenths do."
        ).replace("%", f"{text.SPACE}%")
    else:
        said = (
            "Lines: where the mean prediction is the same. Grey: where the networks differ most, "
            "by more than half of the largest SD between them."
        )
    shown = figures.thinned(drawn.rows)
    some = f" Marks: {len(shown.place)} of {found.n} rows." * (len(shown.place) < found.n)
    yield Plot(figures.plane(each, drawn, labels.named(run), f"{said}{some}"))
    yield Paragraphs(
        (
            f"Marks: {found.name}, in the winner's panel alone. {AREAS[bool(classes)]} The table "
            "has every tenth point of the grid."
            f"{beyond(len(each), figures.SETTINGS)}",
        ),
        "quiet",
    )
