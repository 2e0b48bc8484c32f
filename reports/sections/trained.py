"""What schedules did to the learning rate, and initializers to what passes through the layers."""

from collections.abc import Iterator

import numpy as np

from reports import labels, text
from reports.figures import layer_spread, rates
from reports.figures.layer_spread import Spread
from reports.frames import Array, Run
from reports.sections.blocks import Block, Plot

NAMED = 3  # settings whose rates the message has
FEW, MANY = 0.1, 10.0  # times from the first layer to the last: fading, and growing


def schedules(run: Run) -> Iterator[Block]:
    """Nothing where every rate is constant, or where the run is of an earlier version."""
    known = run.learned.rates() if run.learned is not None else {}
    found = {labels.named(run)(one): known[one] for one in run.configs if one in known}
    if not found:
        return
    ends = [_ends(name, each) for name, each in list(found.items())[:NAMED]]
    yield Plot(rates.rates(found, f"From the first epoch to the last {'; '.join(ends)}."))


def _ends(name: str, each: Array) -> str:
    first, last = text.number(float(each[0])), text.number(float(each[-1]))
    if first == last:
        return f"{name} stays at {first}"
    return f"{name} {'falls' if each[-1] < each[0] else 'rises'} from {first} to {last}"


def layers(run: Run) -> Iterator[Block]:
    """Nothing where the initializer was not searched, or where the run is of an earlier version."""
    found = _spread(run)
    if not found:
        return
    yield Plot(layer_spread.strips(found, _sentence(found)))


def _spread(run: Run) -> Spread:
    found: dict[str, dict[str, dict[str, Array]]] = {}
    for config in run.configs if run.learned is not None else ():
        each = {
            moment: {
                what: values
                for what in layer_spread.WHAT
                if (values := _median(run, config, moment, what)) is not None and len(values)
            }
            for moment in layer_spread.MOMENTS
        }
        if all(len(one) == len(layer_spread.WHAT) for one in each.values()):
            found[labels.named(run)(config)] = each
    return found


def _median(run: Run, config: str, moment: str, what: str) -> Array | None:
    assert run.learned is not None
    values = run.learned.spread(config, moment, what)
    if values is None:
        return None
    alive = values[np.isfinite(values).all(axis=1)]
    found: Array = (
        np.median(alive, axis=0) if len(alive) else np.full(values.shape[1], np.nan)
    ).astype(float)
    return found


def _sentence(found: Spread) -> str:
    """Before training: with which settings activations fade or grow on the way to the last layer.

    "" where there is one hidden layer alone.
    """
    said: dict[str, list[str]] = {"fade": [], "grow": [], "keep their size": []}
    for name, moments in found.items():
        values = moments["start"]["activations"]
        if len(values) < 2 or not np.isfinite(values).all():
            continue
        ratio = float(values[-1] / values[0]) if values[0] > 0 else 0.0
        which = "fade" if ratio < FEW else "grow" if ratio > MANY else "keep their size"
        said[which].append(name)
    words = [f"{verb} with {text.listing(names)}" for verb, names in said.items() if names]
    way = "Before training, activations on their way through the layers"
    return f"{way} {'; they '.join(words)}." if words else ""
