"""`sweeps check`: what a study may cost."""

from collections.abc import Iterator

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.study.spec import Study
from sweeps.views import estimates, wording


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
