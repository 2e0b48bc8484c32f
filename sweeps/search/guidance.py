"""Which trials are guided by earlier results: what follows from the study and numbers alone."""

import itertools
from collections.abc import Iterator

from sweeps.search import starts
from sweeps.search.delayed import initial_settings, spaces
from sweeps.study import sampler_options
from sweeps.study.spec import Study


def guided(study: Study) -> Iterator[int]:
    """The trials, without end, that the sampler answers with what it knows, if none fails.

    Those of an earlier run (`search.from`) are not counted. The sampler has to be one that learns.
    """
    each, needed = spaces(study), sampler_options.startup(study.search.sampler)
    initial = [len(initial_settings(study, space)) for space in each]
    for number in itertools.count():
        place, arm = divmod(number, len(each))
        told = len(range(arm, study.search.told_before(number), len(each)))
        if told >= needed and place >= initial[arm]:
            yield number


def beginning(study: Study) -> dict[str, int]:
    """The settings before those that are drawn, by where they are from; of the first arm."""
    space = spaces(study)[0]
    initial = initial_settings(study, space)
    defaults = int(space.locate(space.default) is not None)
    known = starts.portfolio_settings(study, space, initial)
    return {"defaults": defaults, "enqueued": len(initial) - defaults, "portfolio": len(known)}
