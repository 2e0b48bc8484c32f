"""A setting's searched values, and how it differs from the other confirmed ones in a few words."""

from collections.abc import Callable, Mapping
from typing import Any

from reports import summary, text
from reports.frames import Run, once
from reports.stats import tuning

WIDTH = 23  # of a label: what a legend holds on a phone
FIRST = ("optimizer", "learning_rate", "hidden")  # what people ask for first
SHORT = {"learning_rate": "rate", "keep_prob": "keep", "batch_size": "batch", "epsilon": "ε"}
BARE = ("optimizer", "activation", "initializer", "schedule", "hidden")  # their values say it all


def searched(run: Run, config: str) -> dict[str, Any]:
    """The searched settings that are active in a confirmed configuration, by dotted name."""
    trial = int(run.rows_of(config)["trial"].iloc[0])
    found = dict(tuning.settings_of(run, trial)) if trial >= 0 else {}
    every = summary.settings(run, config)
    if not found:
        found = {name: _setting(every, name) for name in run.parameters}
    for name in [
        name for name in found if f"{name}.{tuning.RANGE}" in found
    ]:  # a range beside values
        inner = found.pop(f"{name}.{tuning.RANGE}")
        found[name] = inner if found[name] == tuning.RANGE else found[name]
    idle = summary.idle(every, run.provenance.get("trainer"))
    return {
        name: value
        for name, value in found.items()
        if value is not None and name.partition(".")[0] not in idle
    }


def in_words(run: Run, config: str) -> str:
    """`learning_rate 0.003, optimizer adam`: all of them."""
    return text.settings(searched(run, config))


@once
def labels(run: Run) -> Mapping[str, str]:
    """`momentum, rate 0.12` of each confirmed configuration; "" where nothing was searched.

    Of the fields that differ the first ones, or where these do not tell all apart others that do.
    """
    said = {
        config: {_field(name): _words(name, x) for name, x in searched(run, config).items()}
        for config in run.configs
    }
    fields = list(dict.fromkeys(field for each in said.values() for field in each))
    differ = [name for name in fields if len({each.get(name) for each in said.values()}) > 1]
    order = sorted(differ or fields, key=lambda name: (*FIRST, name).index(name))
    ways = [order, *([order[0], other] for other in order[1:]), *([one] for one in order)]
    found = [
        {
            config: _fitting([each[name] for name in way if name in each])
            for config, each in said.items()
        }
        for way in ways
    ]
    return next((one for one in found if len(set(one.values())) == len(one)), found[0])


def named(run: Run) -> Callable[[str], str]:
    """Of a configuration's name, `trial 4: momentum, rate 0.12`, for a legend or a title."""
    known = labels(run)
    return lambda config: f"{config}: {known[config]}" if known.get(config) else config


def _field(name: str) -> str:
    """What a value is for: an arm's own learning rate stands for the learning rate."""
    last = name.rpartition(".")[2]
    return last if last in FIRST else name


def _words(name: str, value: Any) -> str:
    last = name.rpartition(".")[2]
    if name == "hidden" and value in ([], "[]"):
        return "no hidden layer"
    if isinstance(value, bool):
        return f"{'' if value else 'no '}{last.replace('_', ' ')}"
    said = text.setting(value, 2) if isinstance(value, float) else text.value(value)
    return said if name in BARE else f"{SHORT.get(last, last.replace('_', ' '))} {said}"


def _fitting(words: list[str]) -> str:
    """As many of them as fit, the first in any case."""
    many = (", ".join(words[:n]) for n in range(len(words), 0, -1))
    cut = f"{words[0][: WIDTH - 1]}\N{HORIZONTAL ELLIPSIS}" if words else ""
    return next((said for said in many if len(said) <= WIDTH), cut)


def _setting(settings: Any, name: str) -> Any:
    """A setting by its dotted name; of a choice with settings of its own, the choice; else None."""
    if name in settings:
        found = settings[name]
        return next(iter(found), None) if isinstance(found, dict) else found
    head, _, rest = name.partition(".")
    inner = settings.get(head)
    return _setting(inner, rest) if rest and isinstance(inner, dict) else None
