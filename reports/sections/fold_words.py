"""What the page says of a confirmation in folds, and of one on a single split in its place."""

from collections.abc import Iterator

from reports.folds import Folds
from reports.frames import Run
from reports.stats.sampling import looks
from reports.stats.sampling.out_of_fold import WIDENING


def search(run: Run) -> str:
    """How the confirmation's rows and those of a search that was resampled differ."""
    if run.folds is not None:
        return "The confirmation draws folds of its own of the same rows."
    return (
        "The confirmation does not resample: it trains fresh seeds on the one split, whose dev "
        "rows the search has both trained on and chosen by. So a value of the search and one of "
        "the confirmation differ by their rows, too."
    )


def no_other_set(run: Run) -> str:
    """What intervals on one split do not cover."""
    said = ": no interval here covers drawing another training set"
    return said if run.folds is None else ""


def luck(run: Run) -> str:
    """What the winner owes to rows that the search chose it by, and what is made of that."""
    if run.folds is None:
        return ""
    return (
        " Out of fold rows are drawn again with the networks, and as the search went by the same "
        "rows, what it is expected to owe to having been its best trial counts where that is "
        'more (Efron, 2011, "Tweedie\'s formula and selection bias"). Such intervals are often '
        "wider than needed."
    )


def _looks(run: Run) -> Iterator[tuple[str, str]]:
    found = looks.of(run)
    if not found:
        return
    bounds = ", ".join(f"{one['bound']:.2f}" for one in found)
    yield (
        "Looks",
        "Repeats of the folds are added while a question is open that more networks may decide. "
        "Who looks so often and stops at an answer is wrong too often, so the 5 % that may be "
        "false are spent over all the looks that were planned, the early ones getting little (Lan "
        "and DeMets, 1983; O'Brien and Fleming, 1979). An answer takes so many standard errors at "
        f"each look: {bounds}, instead of 1.96; and the intervals of errors, differences and gaps "
        "are those of the last one (Jennison and Turnbull, 1989). More networks shrink their own "
        "part of the squared standard error, not that of the rows: where this alone leaves a "
        "question open, the estimate being what it is, nothing is added for it.",
    )


BESIDE = " The test rows stand beside, and what networks add to them is widened alike."


def _left_out(folds: Folds) -> str:
    """Which rows are left out of training, and who predicts them."""
    if folds.by_time:
        return (
            "the rows of each block of time after the first origin are predicted by the networks "
            "that were trained on all that is earlier (Tashman, 2000)."
        )
    return (
        "every row but the test rows is in one fold of each repeat, and is predicted by the "
        "networks that were trained on the other folds."
    )


def methods(run: Run) -> Iterator[tuple[str, str]]:
    """How numbers out of fold are made; nothing of one split."""
    if run.folds is None:
        return
    yield (
        "Rows left out of training",
        f"The confirmation has {run.folds.in_words}: {_left_out(run.folds)} "
        "A setting's value is the mean, over repeats and seeds, of that of all these rows. What "
        "other networks would change, of other seeds and training sets, is told from how far "
        "each is from the others on the rows that it predicts, and drawn from Student's t. "
        "Training sets of folds share most of their rows, so that would be too little (Bates, "
        f"Hastie and Tibshirani, 2024): such intervals are {WIDENING:g} times as wide, by "
        "simulation with training sets drawn anew. Of differences they often hold the truth in "
        "98 to 99 cases of 100, and of variance, too, for the rows left out of some networks have "
        f"trained the others.{BESIDE * run.has_test}",
    )
    yield from _looks(run)
