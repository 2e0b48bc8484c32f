"""What a confirmed setting is called: how it differs from the others, in a few plain words."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from reports import summary, text
from reports.frames import Run, once
from reports.naming import plain_name, widths
from reports.stats.search import tuning

WIDTH = 27  # of a label: what a legend holds on a phone
FIRST = ("optimizer", "learning_rate", "hidden")  # what people ask for first
NUMBER = re.compile(r"\d+(\.\d*)?(e[-+]?\d+)?")
SHORT = {"learning_rate": "rate", "epsilon": "ε"}


def searched(run: Run, config: str) -> dict[str, Any]:
    """The searched settings that are active in a confirmed configuration, by dotted name."""
    trial = int(run.rows_of(config)["trial"].iloc[0])
    found = dict(tuning.settings_of(run, trial)) if trial >= 0 else {}
    every = summary.settings(run, config)
    if not found:
        found = {name: _setting(every, name) for name in run.parameters}
    found = tuning.with_ranges(found)
    idle = summary.idle(every, run.provenance.get("trainer"))
    return {
        name: value
        for name, value in found.items()
        if value is not None and name.partition(".")[0] not in idle
    }


def in_words(run: Run, config: str) -> str:
    """`learning rate 0.00303, optimizer adam, dropout 7.81 %`: all of them, in all their digits."""
    return ", ".join(_in_full(name, value) for name, value in searched(run, config).items())


def _in_full(name: str, value: Any) -> str:
    if isinstance(value, str) and NUMBER.fullmatch(value):  # one of several choices
        value = float(value)
    if name == "hidden":
        return _layers(value)
    if name == "keep_prob" and isinstance(value, int | float):
        return f"dropout {100 * (1 - value):.3g}{text.SPACE}%"
    said = text.value(value)
    return f"{plain_name(name)} {said.replace('_', ' ') if isinstance(value, str) else said}"


@once
def labels(run: Run) -> Mapping[str, str]:
    """`adam, rate 0.0012` of each confirmed configuration; "" where nothing was searched.

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
    """Of a configuration's name, `adam, rate 0.0012 (trial 4)`, for a legend, a title, a sentence.

    Of the defaults, or of a baseline, which have names, these: `defaults (adam, rate 0.001)`.
    """
    return lambda config: _joined(*parts(run, config))


def in_lines(run: Run) -> Mapping[str, str]:
    """The same in two lines, for the rows of a figure."""
    return {config: "\n".join(filter(None, parts(run, config))) for config in run.configs}


def parts(run: Run, config: str) -> tuple[str, str]:
    """What a setting is called, and what is said beside it, small: its number, or its words."""
    label = labels(run).get(config, "")
    is_number = config in run.configs and config != "defaults"  # a grid has them as a trial
    return (label, config) if label and is_number else (config, label)


def _joined(name: str, beside: str) -> str:
    return f"{name} ({beside})" if beside else name


def _field(name: str) -> str:
    """What a value is for: an arm's own learning rate stands for the learning rate."""
    last = name.rpartition(".")[2]
    return last if last in FIRST else name


def _words(name: str, value: Any) -> str:
    if name in SAID:
        return SAID[name](value)
    last = name.rpartition(".")[2]
    if isinstance(value, bool):
        return f"{'' if value else 'no '}{last.replace('_', ' ')}"
    return f"{SHORT.get(last, last.replace('_', ' '))} {_number(value)}"


def _number(value: Any) -> str:
    return text.setting(value, 2) if isinstance(value, float) else text.value(value)


def _alone(value: Any) -> str:
    """What says by itself of what it is."""
    return text.value(value).replace("_", " ")


def of_people(initializer: str) -> str:
    """Initializers that are called by a name have its capital."""
    return {"lecun": "LeCun"}.get(initializer) or (
        initializer.capitalize() if initializer in ("he", "xavier", "glorot") else initializer
    )


def _layers(hidden: Any) -> str:
    """`32+16 units`, `3×20 units`."""
    said = widths(hidden)
    return f"{said} {'unit' if said == '1' else 'units'}" if said else "no hidden layer"


def _dropout(keep_prob: Any) -> str:
    if not isinstance(keep_prob, int | float):
        return f"keep {text.value(keep_prob)}"
    share = 100 * (1 - keep_prob)
    return f"dropout {share:.{int(share < 0.5)}f}{text.SPACE}%" if share else "no dropout"


def penalty(said: str, value: Any) -> str:
    """`L2 0.1`, `no L2`, by what the penalty is called."""
    return f"{said} {_number(value)}" if value else f"no {said}"


PENALTIES: Mapping[str, str] = {"l2": "L2", "l1": "L1"}
SAID: Mapping[str, Callable[[Any], str]] = {
    "hidden": _layers,
    "keep_prob": _dropout,
    **{name: partial(penalty, said) for name, said in PENALTIES.items()},
    "batch_size": lambda value: "all rows a batch" if value == "full" else f"batches of {value}",
    "initializer": lambda value: f"{of_people(text.value(value))} weights",
    "optimizer": _alone,
    "activation": _alone,
    "schedule": _alone,
}


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
