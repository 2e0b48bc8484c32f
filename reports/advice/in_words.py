"""What a person calls a model and its settings: `the best network`, `learning rate 0.00059`."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from reports import labels, summary, text
from reports.frames import Run
from reports.naming import plain_name

LAYERS = re.compile(r"(\d+) hidden layers of (\d+)")
CONSTANTS = {"majority class": "the most frequent class", "mean": "the mean"}
ALWAYS = ("hidden", "optimizer", "learning_rate")  # of our networks, searched or not
DEFAULT = "defaults"


def called(run: Run, name: str) -> str:
    """A candidate, within a sentence."""
    if name in CONSTANTS:
        return f"always answering {CONSTANTS[name]}"
    if name not in run.configs:
        return name
    if name == run.default:
        return "the default network"
    if name == run.winner:
        return "the best network"
    return f"another network ({', '.join(filter(None, labels.parts(run, name)))})"


def answer_of(run: Run, name: str) -> str:
    """What a constant answers: `always answer 'benign'`, `always answer the mean`."""
    if name not in CONSTANTS or run.regression:
        return "always answer the mean"
    classes = [str(one) for one in run.provenance["classes"]]
    said = int(run.predictions.of(name, run.splits[-1])[0, 0].argmax())
    return f"always answer '{classes[said]}'"


def setting_in_words(run: Run, config: str) -> str:
    """A network's settings, the architecture and what was searched, as one would say them."""
    every, found = summary.settings(run, config), labels.searched(run, config)
    shown = () if run.provenance.get("trainer") else ALWAYS
    first = {name: every[name] for name in shown if name in every}
    values = first | {
        name: every.get(name, value) for name, value in found.items() if "." not in name
    }
    return in_words(values)


def in_words(settings: Mapping[str, Any]) -> str:
    """By name, in their order."""
    return ", ".join(_said(name, value) for name, value in settings.items())


def _said(name: str, value: Any) -> str:
    if name in WORDS:
        return WORDS[name](value)
    return f"{plain_name(name)} {text.value(_bare(value))}"


def axis_name(name: str) -> str:
    """Of what the values are, where each stands by itself: `dropout`, `learning rate`."""
    return "dropout" if name == "keep_prob" else plain_name(name)


def tick(name: str, value: Any) -> str:
    """A value on an axis that says of what it is: `0.1`, `none`, `30 %`, `2 × 20`."""
    said = _said(name, value)
    if (found := LAYERS.fullmatch(said)) is not None:
        return f"{found[1]}{text.SPACE}{text.TIMES}{text.SPACE}{found[2]}"
    if said.startswith("no "):
        return "none"
    if name == "keep_prob":
        return said.removeprefix("dropout of ")
    return text.value(_bare(value)).strip("[]").replace("_", " ")


def _bare(value: Any) -> Any:
    """An option without the settings of its own."""
    return next(iter(value), None) if isinstance(value, Mapping) else value


def _number(value: Any) -> str:
    return text.setting(value, 2) if isinstance(value, float) else text.value(value)


def _hidden(value: Any) -> str:
    widths = str(text.value(value)).strip("[]")
    if not widths:
        return "no hidden layer"
    each = widths.split(", ")
    if len(each) > 1 and len(set(each)) == 1:
        return f"{len(each)} hidden layers of {each[0]}"
    if len(each) == 1:
        return f"one hidden layer of {text.count(int(each[0]), 'unit')}"
    return f"hidden layers of {text.listing(each)}"


def layers(hidden: Any) -> str:
    """Hidden layers as a headline has room for: `20 hidden units`, `40 and 20 hidden units`."""
    widths = str(text.value(hidden)).strip("[]").split(", ")
    if widths == [""]:
        return "no hidden layer, which is a linear model"
    if len(widths) > 1 and len(set(widths)) == 1:
        return _hidden(hidden)
    return f"{text.listing(widths)} hidden {'unit' if widths == ['1'] else 'units'}"


def _dropout(value: Any) -> str:
    if not isinstance(value, int | float):
        return f"dropout that keeps {text.value(value)}"
    share = 100 * (1 - value)
    if 0 < share < 0.5:
        return f"almost no dropout ({share:.1f}{text.SPACE}%)"
    return "no dropout" if value == 1 else f"dropout of {share:.0f}{text.SPACE}%"


WORDS: Mapping[str, Callable[[Any], str]] = {
    "hidden": _hidden,
    "optimizer": lambda value: str(text.value(_bare(value))).replace("_", " "),
    "learning_rate": lambda value: f"learning rate {_number(value)}",
    "batch_size": lambda value: "all rows a batch" if value == "full" else f"batches of {value}",
    "keep_prob": _dropout,
    **{name: partial(labels.penalty, plain_name(name)) for name in labels.PENALTIES},
    "activation": lambda value: f"{value} units",
    "schedule": lambda value: f"{text.value(_bare(value)).replace('_', ' ')} schedule",
    "batch_norm": lambda value: (
        f"{'' if str(value).lower() == 'true' else 'no '}batch normalization"
    ),
    "initializer": lambda value: f"{labels.of_people(str(text.value(_bare(value))))} weights",
}
