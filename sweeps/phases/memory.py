"""Whether the networks of a study fit into this machine's memory, before anything is trained."""

import os

from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.study import consistency
from sweeps.study.spec import Study
from sweeps.training import networks

DRAWS = 500  # random configurations of a space that are checked, besides the defaults
GB = 1e9


def expect_room(study: Study, dataset: Dataset, memory: float | None = None) -> None:
    """Expect that one trial's networks in training fit into `memory` bytes (None: this machine's).

    The memory of a cluster's workers is not known, so nothing is expected there. Errors: Expected,
    at the place of `hidden`.
    """
    room = _of_this_machine() if memory is None else memory
    if study.trainer is not None or study.engine.address is not None or room is None:
        return
    settings = [study.space.default, *consistency.random_allowed_configs(study.space, DRAWS)]
    count = study.replicates.count
    need, config = max(
        ((networks.memory(one, dataset, count, study.dtype), one) for one in settings),
        key=lambda found: found[0],
    )
    if need > room:
        each = networks.network(config, dataset).n_parameters
        got = f"{count} of {each:,} parameters each, {need / GB:,.0f} GB in training"
        expected = f"networks that fit into this machine's {room / GB:,.0f} GB"
        where = "space.hidden" if "hidden" in study.space.searched else "fixed.hidden"
        raise Expected(expected, Unquoted(got), at=where)


def _of_this_machine() -> float | None:
    """The memory of this machine in bytes; None where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
