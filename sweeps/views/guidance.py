"""How many trials learn from earlier ones, in words."""

import math
from itertools import takewhile

from sweeps.search import guidance, starts
from sweeps.study import sampler_options
from sweeps.study.spec import Study
from sweeps.views import wording


def waits_too_long(study: Study, trials: int) -> bool:
    """Whether a sampler that learns from results has none in time, so that all are drawn alike."""
    needed = sampler_options.startup(study.search.sampler)
    if math.isinf(needed) or study.search.from_ is not None or not study.space.dimensions:
        return False
    return next(guidance.guided(study)) >= trials


def text(study: Study, trials: int) -> str:
    """`19 of 30 trials learn from earlier results, from trial 11 on; before them …`."""
    name, needed = study.search.sampler.name, sampler_options.startup(study.search.sampler)
    every = wording.count(trials, "trial")
    if math.isinf(needed):
        return f"none of {every}: {name} does not learn from results"
    first = next(guidance.guided(study))
    if study.search.from_ is not None:
        return (
            f"from trial {first} on at the latest; before it, too, if {study.search.from_} has "
            f"{wording.count(int(needed), 'trial')} that lie in this space"
        )
    if first >= trials:
        each = f" of each {study.search.per}" if study.search.per else ""
        return (
            f"none of {every}: {name} waits for {wording.count(int(needed), 'result')}{each}, and "
            f"trial {first} would be the first (try search.trials: {2 * first}, or a smaller "
            "startup)"
        )
    count = sum(1 for _ in takewhile(lambda number: number < trials, guidance.guided(study)))
    return (
        f"{count} of {every} learn from earlier results, from trial {first} on; before them "
        f"{_beginning(study)}"
    )


def _beginning(study: Study) -> str:
    """`the defaults, 6 settings that did well on other tables, and Sobol points`."""
    known = guidance.beginning(study)
    is_even = study.search.start != "random" and starts.draws_first(study.search.sampler)
    said = [
        *(["the defaults"] if known["defaults"] else []),
        *([f"{known['enqueued']} enqueued"] if known["enqueued"] else []),
        *([f"{known['portfolio']} that did well on other tables"] if known["portfolio"] else []),
        "Sobol points" if is_even else "random ones",
    ]
    return " and ".join([", ".join(said[:-1]), said[-1]] if said[:-1] else said)
