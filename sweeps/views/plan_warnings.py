"""What of a plan will be done otherwise than asked, or slower than need be: a line each."""

import math

from sweeps.data import Dataset
from sweeps.search.delayed import max_trials
from sweeps.study import consistency
from sweeps.study.space import Range, walks
from sweeps.study.spec import Study
from sweeps.views import doubts


def lines(study: Study, dataset: Dataset, jobs: int) -> list[str]:
    """What will be done otherwise than asked, or slower than need be; each said once."""
    told = doubts.lines(study, dataset)
    rows = dataset.for_search.n_train
    largest = _largest_batch(study)
    if largest > rows:
        told.append(
            f"batch_size: {largest} is more than the {rows} training rows; "
            f"such a batch is all of them (full)"
        )
    told += _repeated(study)
    window = study.search.window
    if jobs > window / 4 and jobs > 1:
        told.append(
            f"search.window: {window} is short for {jobs} jobs, which may have to wait for each "
            f"other; {4 * jobs} would do (another window is another study)"
        )
    void = consistency.clock_dependent_options(study)
    if void:
        told.append(f"{', '.join(void)}: in seconds, so another run may give another study")
    return told


def _repeated(study: Study) -> list[str]:
    """That there are fewer settings than trials, of which the rest would train them again."""
    space, trials = study.space, study.search.trials
    size = walks.size(space, space.parameters(), space.structure())
    if size >= trials or not space.dimensions or math.isfinite(max_trials(study)):
        return []
    return [
        f"search.trials: {trials} are more than the {size:,.0f} settings there are, and train some "
        "again; search: {sampler: grid} tries each once"
    ]


def _largest_batch(study: Study) -> int:
    """Of those that are searched; of none, the one that all have."""
    searched = list(study.space.values("batch_size"))
    sizes = [one.high if isinstance(one, Range) else one for one in searched]
    sizes = sizes or [study.space.default["batch_size"]]
    return max((int(size) for size in sizes if not isinstance(size, str)), default=0)
