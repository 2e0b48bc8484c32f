"""`sweeps check`: what a study would do, what it may cost, and what its first trials would be."""

from collections.abc import Iterator
from pathlib import Path

from sweeps import durations
from sweeps.data import Dataset
from sweeps.results import resolved
from sweeps.search import warm
from sweeps.search.mirror import Mirror
from sweeps.search.window import preview
from sweeps.study.spec import Study
from sweeps.views import estimates, wording

FIRST = 5  # trials to show


def costs(study: Study, dataset: Dataset, trials: int, jobs: int) -> Iterator[tuple[str, str]]:
    """Seconds of the cheapest and the dearest setting, and of the whole search between them."""
    ends = estimates.extremes(study, dataset)
    names = ("cheapest", "dearest") if len(ends) > 1 else ("defaults",)
    for name, (config, seconds) in zip(names, ends, strict=True):
        searched = {w: v for w, v in config.items() if w in study.space.searched}
        short = f"{seconds:.2g} s" if seconds < 10 else durations.words(seconds)
        yield name, f"{short} a trial: {wording.settings(searched)}"
    low, high = (seconds * trials / jobs for _, seconds in (ends[0], ends[-1]))
    yield (
        "search",
        f"{between(low, high)} for {wording.count(trials, 'unpruned trial')} "
        f"with {wording.count(jobs, 'job')}",
    )
    yield "baselines", _baselines(study, dataset)


def _baselines(study: Study, dataset: Dataset) -> str:
    """What the confirmation trains beside networks, and how long it may take."""
    if not study.confirm.baselines:
        return "none"
    each = [
        f"{name} {'up to its limit of ' if is_long else 'about '}{durations.words(seconds)}"
        for name, seconds, is_long in estimates.beside_networks(study, dataset)
        if seconds >= 1
    ]
    return "; ".join(each) or "less than 1 s each"


def between(low: float, high: float) -> str:
    """Seconds from low to high in words, as far as they can be told apart."""
    shortest, longest = durations.words(low), durations.words(high)
    if high < 1:
        return "less than 1 s"
    if shortest == longest:
        return f"about {longest}"
    return f"up to {longest}" if low < 1 else f"between {shortest} and {longest}"


def first(study: Study, dataset: Dataset, base: Path, trials: int) -> Iterator[tuple[str, str]]:
    """The settings of the first trials, which depend on no outcome but an earlier run's.

    base: where the study file's paths begin. Errors: as of `warm.fitting`.
    """
    known = warm.fitting(study, base, resolved.data(study, dataset))
    if study.search.start is not None:
        yield "from", f"{len(known)} trials of {study.search.start} fit"
    for number, config in enumerate(preview(study, Mirror(study, known), min(FIRST, trials))):
        yield (
            f"trial {number}",
            wording.settings(
                {word: value for word, value in config.items() if word in study.space.searched}
            ),
        )
