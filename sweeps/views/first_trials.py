"""The first trials of a study that is not run: what they would be."""

from collections.abc import Iterator
from pathlib import Path

from sweeps.data import Dataset
from sweeps.results import resolved
from sweeps.search import warm_start
from sweeps.search.delayed import Mirror
from sweeps.search.loop import preview
from sweeps.study.spec import Study
from sweeps.views import wording

FIRST = 5  # trials to show


def lines(study: Study, dataset: Dataset, base: Path, trials: int) -> Iterator[tuple[str, str]]:
    """The settings of the first trials, which depend on no outcome but an earlier run's.

    base: where the study file's paths begin. Errors: as of `warm_start.fitting`.
    """
    known = warm_start.fitting(study, base, resolved.data(study, dataset))
    if study.search.from_ is not None:
        yield "from", f"{len(known)} trials of {study.search.from_} fit"
    for number, config in enumerate(preview(study, Mirror(study, known), min(FIRST, trials))):
        yield (
            f"trial {number}",
            wording.settings(
                {word: value for word, value in config.items() if word in study.space.searched}
            ),
        )
