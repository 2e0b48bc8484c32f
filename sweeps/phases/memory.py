"""Whether a study's rows and networks fit into this machine's memory, before anything trains."""

import os

from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.data.arrays import scaling
from sweeps.study import random_configs, unusual_values
from sweeps.study.spec import Study
from sweeps.training import networks

DRAWS = 500  # random configurations of a space that are checked, besides the defaults
GB = 1e9


def expect_room(study: Study, dataset: Dataset, memory: float | None = None) -> None:
    """Expect that one trial's networks in training fit into `memory` bytes (None: this machine's).

    And so do the rows that they train on. The memory of a cluster's workers is not known, so
    nothing is expected there. Errors: Expected, at the place of `hidden`, or of `inputs`.
    """
    room = _of_this_machine() if memory is None else memory
    if study.trainer is not None or study.engine.address is not None or room is None:
        return
    _expect_room_for_rows(study, dataset, room)
    settings = [study.space.default, *random_configs.allowed(study.space, DRAWS)]
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


def _expect_room_for_rows(study: Study, dataset: Dataset, room: float) -> None:
    """Errors: Expected, at `inputs`, for copies on its scales that one worker has no room for.

    All workers share the rows as they are, but each has its own copies of them on other scales.
    """
    others = list(unusual_values.unusual(study.space, "inputs"))
    copies = min(scaling.KEPT, len(others))
    shared = _bytes(dataset) + sum(map(_bytes, filter(None, (dataset.resampled, dataset.folded))))
    need = shared + copies * _bytes(dataset.for_search)
    if copies and need > room:
        got = f"{need / GB:,.2g} GB with what a worker scales (copies: {copies})"
        expected = f"rows on scales that fit into this machine's {room / GB:,.2g} GB"
        raise Expected(expected, Unquoted(got), "or search fewer scales", at=others[0][0])


def _bytes(dataset: Dataset) -> int:
    return sum(rows.x.nbytes for rows in dataset.parts.values())


def _of_this_machine() -> float | None:
    """The memory of this machine in bytes; None where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
